"""Workers over the real PostgreSQL and real HTTP on loopback: every item once, no host asked twice at once, whoever dies."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.config import Polling
from aggregator.fetch.fetcher import Fetcher
from aggregator.fleet.worker import ClockError
from aggregator.poll.scheduler import run_round
from storage.store import Store, open_store
from tests.aggregator.fleet.town import PLAIN_TLS, UA, intake_over, network, now, open_town, overlaps, sources, until, worker
from tests.aggregator.poll.world import InProcess
from tests.conftest import Site
from tests.postgresql import empty_schema

ROOT = Path(__file__).parents[3]
HOSTS, EACH = 30, 2


@pytest.fixture
def url() -> Iterator[str]:
    with empty_schema() as address:
        yield address


@pytest.fixture
def town() -> Site:
    """The server, with the real time."""
    return Site()


def visited(store: Store) -> int:
    return sum(standing.last_success is not None for standing in store.sources.standings())


def settled(store: Store) -> bool:
    return visited(store) == HOSTS * EACH and store.items.undecided_count(1) == 0


async def by_one_process(site: Site, path: Path) -> set[tuple[str, tuple[str, ...]]]:
    """The meetings that one daemon finds in the same town."""
    with open_store(f"sqlite:{path}") as store, intake_over(store) as hands:
        store.sources.configure(sources(HOSTS, EACH), now())
        async with Fetcher(UA, clock=now, pause=timedelta(0), new_connections=1000, network=network(site, HOSTS), tls=PLAIN_TLS) as fetcher:
            await run_round(store, fetcher, InProcess(), hands.intake, polling=Polling(), clock=now)
        return meetings(store)


def meetings(store: Store) -> set[tuple[str, tuple[str, ...]]]:
    """Each as its day and the items that report it."""
    found = store.meetings.newest(100)
    return {(str(meeting.day), tuple(sorted(member.item.id for member in store.meetings.members(meeting.id)))) for meeting in found}


@pytest.mark.case("R24")
async def test_two_workers_do_the_work_of_one(url, town, tmp_path):
    await town.start()
    open_town(town, HOSTS, EACH)
    published: list[int] = []
    with open_store(url) as store:
        store.sources.configure(sources(HOSTS, EACH), now())

        def publish(its: Store) -> None:
            its.meetings.mark_published(its.meetings.unpublished())
            published.append(its.meetings.count())

        async with AsyncExitStack() as opened:
            members = [await opened.enter_async_context(worker(url, network(town, HOSTS), f"w{number}", publish)) for number in range(2)]
            running = [asyncio.create_task(member.run()) for member in members]
            await until(lambda: settled(store) and bool(published) and len(store.workers()) == 2, 150)
            seen = store.workers()
            for member in members:
                member.stop()
            await asyncio.gather(*running)
        assert [member._visited > 0 for member in members] == [True, True]
        assert sum(member.leads for member in seen) == 1
        assert Counter(asked.host + asked.path for asked in town.log).most_common(1)[0][1] == 1
        assert overlaps(town) == []
        assert store.items.count() == HOSTS * EACH * 3
        assert published[-1] == 1
        assert store.workers() == ()
        assert meetings(store) == await by_one_process(town, tmp_path / "one.db")
    await town.stop()


@pytest.mark.case("R24")
async def test_what_a_killed_worker_had_in_hand_is_done_by_another(url, town):
    await town.start()
    open_town(town, HOSTS, EACH)
    with open_store(url) as store:
        store.sources.configure(sources(HOSTS, EACH), now())
        command = [sys.executable, "-m", "tests.aggregator.fleet.town", url, str(town.port), str(HOSTS)]
        victim = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
        try:
            await until(lambda: len(town.log) > HOSTS, 150)
        finally:
            victim.send_signal(signal.SIGKILL)
            victim.wait()
        before = visited(store)
        async with worker(url, network(town, HOSTS), "heir") as heir:
            running = asyncio.create_task(heir.run())
            await until(lambda: settled(store), 150)
            heir.stop()
            await running
        assert 0 < before < HOSTS * EACH
        assert store.items.count() == HOSTS * EACH * 3
        assert Counter(asked.host + asked.path for asked in town.log).most_common(1)[0][1] <= 2     # the visit it was killed in is made again
        assert overlaps(town) == []
    await town.stop()


@pytest.mark.case("R25")
async def test_a_fleet_outlives_cut_connections(url, town):
    await town.start()
    open_town(town, HOSTS, EACH)
    with open_store(url) as store:
        store.sources.configure(sources(HOSTS, EACH), now())
        async with worker(url, network(town, HOSTS), "w") as member:
            running = asyncio.create_task(member.run())
            await until(lambda: len(town.log) > HOSTS, 150)
            cut = store._database.query(
                "SELECT count(pg_terminate_backend(l.pid)) FROM (SELECT DISTINCT pid FROM pg_locks WHERE locktype = 'advisory'"
                " AND objid = hashtext(current_schema())::bigint & 4294967295 AND pid <> pg_backend_pid()) l"
            )
            await until(lambda: settled(store), 150)
            member.stop()
            await running
        assert cut[0][0] >= 2
        assert overlaps(town) == []
        assert store.items.count() == HOSTS * EACH * 3
    await town.stop()


async def test_a_stopped_worker_gives_everything_back(url, town):
    await town.start()
    open_town(town, HOSTS, EACH)
    with open_store(url) as store:
        store.sources.configure(sources(HOSTS, EACH), now())
        async with worker(url, network(town, HOSTS), "w") as member:
            running = asyncio.create_task(member.run())
            await until(lambda: len(town.log) > HOSTS, 150)
            member.stop()
            await running
        left = {source.id for source, _ in store.sources.due(now())}
        assert len(left) + visited(store) == HOSTS * EACH
        assert store.fleet().take_duty("lead", "next", now=now(), until=now())
    await town.stop()


async def test_a_worker_whose_clock_is_wrong_does_not_begin(url, town):
    await town.start()
    async with worker(url, network(town, 1), "w") as member:
        member.clock = lambda: now() + timedelta(minutes=3)
        with pytest.raises(ClockError, match=r"clock is \+180 s from the database server's"):
            await member.run()
    await town.stop()
