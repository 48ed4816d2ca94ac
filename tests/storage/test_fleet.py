"""Leases, duties, turns and members of a fleet, and connections that are cut. PostgreSQL only: a file serves one machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from storage.database import StorageError
from storage.fleet import Worker
from storage.store import Store, open_store
from tests.factory import NOW, item, source

SOON, LATER = timedelta(seconds=30), timedelta(seconds=31)
AT_ONCE = timedelta(milliseconds=50)


@pytest.fixture
def server(url: str) -> str:
    if not url.startswith("postgresql"):
        pytest.skip("a file serves one machine")
    return url


@pytest.fixture
def pair(server: str) -> Iterator[tuple[Store, Store]]:
    """Two connections to one store with two sources that are due."""
    with open_store(server) as one, open_store(server) as other:
        one.sources.configure([source(), source(id="nz-press", url="https://nz.example/feed")], NOW)
        yield one, other


def cut(victim: Store, by: Store) -> None:
    """Ends the connection of `victim` as a restart of the server would."""
    ((pid,),) = victim._database.query("SELECT pg_backend_pid()")
    by._database.query("SELECT pg_terminate_backend(:pid)", {"pid": pid})


def leased(store: Store, worker: str, now=NOW) -> list[str]:
    return [source.id for source, _ in store.fleet().lease(["au-press", "nz-press"], worker, now=now, until=now + SOON)]


def test_a_file_has_no_fleet(tmp_path):
    with open_store(f"sqlite:{tmp_path / 'a.db'}") as store, pytest.raises(StorageError, match="a fleet needs a PostgreSQL server"):
        store.fleet()


@pytest.mark.case("R24")
def test_a_source_is_leased_to_one_worker_at_a_time(pair):
    one, other = pair
    assert leased(one, "w1") == ["au-press", "nz-press"]
    assert leased(other, "w2") == []
    assert one.sources.due(NOW) == ()


def test_a_lease_that_is_not_renewed_ends(pair):
    one, other = pair
    leased(one, "w1")
    assert one.fleet().renew("w1", ["au-press", "nz-press"], NOW + 2 * SOON) == 2
    assert leased(other, "w2", NOW + LATER) == []
    assert leased(other, "w2", NOW + 2 * LATER) == ["au-press", "nz-press"]
    assert one.fleet().renew("w1", ["au-press"], NOW + 9 * SOON) == 0


def test_what_a_worker_gives_back_is_free_at_once(pair):
    one, other = pair
    leased(one, "w1")
    other.fleet().release("w2", ["au-press"])
    assert leased(other, "w2") == []
    one.fleet().release("w1", ["au-press"])
    assert leased(other, "w2") == ["au-press"]
    one.fleet().leave("w1")
    assert leased(other, "w3") == ["nz-press"]


def test_a_source_that_is_not_due_is_not_leased(pair):
    one, _ = pair
    standing = one.sources.standing("au-press")
    one.sources.save_standing(replace(standing, due=NOW + SOON))
    assert leased(one, "w1") == ["nz-press"]


def test_a_duty_has_one_holder_until_it_ends(pair):
    one, other = pair
    assert one.fleet().take_duty("lead", "w1", now=NOW, until=NOW + SOON)
    assert not other.fleet().take_duty("lead", "w2", now=NOW, until=NOW + SOON)
    assert one.fleet().take_duty("lead", "w1", now=NOW + SOON, until=NOW + 2 * SOON)
    assert other.fleet().take_duty("lead", "w2", now=NOW + 2 * LATER, until=NOW + 3 * SOON)
    other.fleet().leave("w2")
    assert one.fleet().take_duty("lead", "w1", now=NOW, until=NOW + SOON)


def test_members_come_go_and_are_forgotten(pair):
    one, other = pair
    member = Worker("w1", "hill:1", NOW, NOW, visiting=3)
    one.fleet().report(member)
    one.fleet().report(replace(member, seen=NOW + SOON, leads=True))
    other.fleet().report(Worker("w2", "hill:2", NOW + SOON, NOW + SOON))
    assert [(worker.id, worker.leads) for worker in one.workers()] == [("w1", True), ("w2", False)]
    one.fleet().leave("w1")
    assert one.fleet().forget(NOW + LATER) == 1
    assert one.workers() == ()


def test_one_connection_at_a_time_has_the_turn(pair):
    one, other = pair
    with one.fleet().turn(AT_ONCE) as first:
        assert first
        with other.fleet().turn(AT_ONCE) as second:
            assert not second
    with other.fleet().turn(AT_ONCE) as third:
        assert third


@pytest.mark.case("R24")
def test_a_daemon_and_a_fleet_keep_each_other_out(pair):
    one, other = pair
    with one.fleet().joined():
        with other.fleet().joined():
            pass
        with pytest.raises(StorageError, match="is at work on it"), other.claimed():
            pass
    with one.claimed(), pytest.raises(StorageError, match="is at work on it"), other.fleet().joined():
        pass


@pytest.mark.case("R25")
def test_a_connection_that_was_cut_is_opened_anew_with_what_it_had_claimed(pair):
    one, other = pair
    with one.claimed():
        cut(one, other)
        assert len(one.sources.all()) == 2
        with pytest.raises(StorageError), other.claimed():
            pass


@pytest.mark.case("R25")
def test_a_change_that_was_cut_is_lost_whole_and_the_next_one_is_made(pair):
    one, other = pair
    with pytest.raises(StorageError), one.transaction():
        one.items.save(item(), "{}", NOW)
        cut(one, other)
        one.items.save(item(id="i-2"), "{}", NOW)
    assert one.items.count() == 0
    with one.transaction():
        one.items.save(item(), "{}", NOW)
    assert other.items.count() == 1


@pytest.mark.case("R26")
def test_a_change_whose_end_is_unknown_may_be_made_again(pair):
    one, other = pair
    with pytest.raises(StorageError), one.transaction():
        one.items.save(item(), "{}", NOW)
        cut(one, other)                     # the answer to COMMIT never comes
    for _ in range(2):
        with one.transaction():
            one.items.save(item(), "{}", NOW)
    assert one.items.count() == 1


@pytest.mark.case("R25")
def test_whoever_loses_the_connection_loses_the_turn(pair):
    one, other = pair
    with pytest.raises(StorageError, match="the turn with it"), one.fleet().turn(AT_ONCE):
        cut(one, other)
        with pytest.raises(StorageError):
            one.items.count()
        with other.fleet().turn(AT_ONCE) as got:
            assert got
        one.items.count()
    assert one.items.count() == 0


def test_a_claim_that_another_took_is_not_taken_back(pair):
    one, other = pair
    with one.claimed():
        cut(one, other)
        with other.claimed(), pytest.raises(StorageError, match="has taken over"):
            one.items.count()


def test_two_stores_in_one_database_do_not_keep_each_other_out(pair, server):
    one, other = pair
    other._database.execute("CREATE SCHEMA IF NOT EXISTS second_test_store")
    try:
        with open_store(f"{server.partition('?')[0]}?options=-csearch_path%3Dsecond_test_store") as elsewhere, one.claimed(), elsewhere.claimed():
            pass
    finally:
        other._database.execute("DROP SCHEMA second_test_store CASCADE")


def test_undecided_items_are_counted_no_further_than_asked(store):
    for number in range(4):
        store.items.save(item(id=f"i-{number}", url=f"https://au.example/{number}"), "{}", NOW)
    assert (store.items.undecided_count(10), store.items.undecided_count(3)) == (4, 3)
    store.items.mark_decided(["i-0"])
    assert store.items.undecided_count(10) == 3
