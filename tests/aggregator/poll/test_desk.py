"""The desk: one thing at a time, and what is ready together in one transaction.

Touches: nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from aggregator.poll.desk import Desk
from storage.store import Store, open_store


class Changes:
    """Transactions of a real store, counted."""

    def __init__(self, store: Store) -> None:
        self.store, self.begun = store, 0

    @contextmanager
    def change(self) -> Iterator[None]:
        self.begun += 1
        with self.store.transaction():
            yield

    def put(self, name: str) -> str:
        self.store.change_setting(name, "kept")
        return name

    def put_and_fail(self, name: str) -> str:
        self.put(name)
        raise ValueError(name)


@pytest.fixture
def changes() -> Iterator[Changes]:
    with open_store("sqlite::memory:") as store:
        yield Changes(store)


@pytest.fixture
def desk() -> Iterator[Desk]:
    opened = Desk()
    yield opened
    opened.close()


async def test_what_is_ready_together_is_kept_in_one_transaction(desk, changes):
    names = [f"name {number}" for number in range(9)]
    assert await asyncio.gather(*(desk.keep(changes.change, lambda name=name: changes.put(name)) for name in names)) == names
    assert changes.begun == 1
    assert {changes.store.setting(name) for name in names} == {"kept"}


async def test_one_that_fails_fails_alone(desk, changes):
    outcomes = await asyncio.gather(
        desk.keep(changes.change, lambda: changes.put("a")), desk.keep(changes.change, lambda: changes.put_and_fail("b")),
        desk.keep(changes.change, lambda: changes.put("c")), return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["a", "b", "c"]
    assert isinstance(outcomes[1], ValueError)
    assert [changes.store.setting(name) for name in "abc"] == ["kept", None, "kept"]


async def test_what_is_asked_for_later_is_kept_as_well(desk, changes):
    await desk.keep(changes.change, lambda: changes.put("a"))
    await desk.keep(changes.change, lambda: changes.put("b"))
    assert (changes.begun, changes.store.setting("b")) == (2, "kept")


async def test_one_that_was_told_to_stop_holds_up_no_other(desk, changes):
    stopped = asyncio.create_task(desk.keep(changes.change, lambda: changes.put("a")))
    other = asyncio.create_task(desk.keep(changes.change, lambda: changes.put("b")))
    await asyncio.sleep(0)
    stopped.cancel()
    assert await other == "b"
    with pytest.raises(asyncio.CancelledError):
        await stopped


async def test_a_closed_desk_says_so(desk, changes):
    desk.close()
    with pytest.raises(RuntimeError):
        await desk.keep(changes.change, lambda: changes.put("a"))
