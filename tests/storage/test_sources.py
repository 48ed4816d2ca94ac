"""Sources, what polling has taught us of them, and the visits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from storage.model import Poll, Standing
from storage.sources import KnownRobots, Move
from tests.factory import NOW, item, source

HOUR = timedelta(hours=1)


def test_a_new_source_is_due_at_once(store):
    (first, standing), (second, _) = store.sources.due(NOW)
    assert (first.id, second.id) == ("au-press", "nz-press")
    assert standing == Standing("au-press", NOW, "never visited")
    assert store.sources.due(NOW - timedelta(microseconds=1)) == ()


@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
def test_the_longest_due_comes_first_whatever_the_order_of_writing(store, order):
    store.sources.configure([source(id=name) for name in ("a", "b", "c")], NOW)
    for number in order:
        store.sources.save_standing(Standing("abc"[number], NOW + HOUR * number))
    assert [each.id for each, _ in store.sources.due(NOW + HOUR)] == ["a", "b"]
    assert [each.id for each, _ in store.sources.due(NOW + HOUR, limit=1)] == ["a"]
    assert store.sources.next_due() == NOW


def test_a_standing_is_replaced_whole(store):
    learnt = Standing("au-press", NOW + HOUR, "hourly", url="https://au.example/feed", etag='"x"', failures=2, last_error="HTTP 503", not_before=NOW + HOUR)
    store.sources.save_standing(learnt)
    assert store.sources.standing("au-press") == learnt
    assert store.sources.standings() == (learnt, Standing("nz-press", NOW, "never visited"))
    assert store.sources.standing("nobody") is None


def test_configuring_again_changes_what_is_said_and_keeps_what_is_learnt(store):
    store.sources.save_standing(Standing("au-press", NOW + HOUR, etag='"x"'))
    store.sources.configure([source(name="Renamed")], NOW + HOUR * 2)
    assert [each.name for each in store.sources.all()] == ["Renamed"]
    assert store.sources.standing("au-press").etag == '"x"'


@pytest.mark.case("R59")
def test_a_source_that_is_no_longer_listed_is_retired_and_its_items_stay(store):
    store.items.save(item(source_id="nz-press"), "{}", NOW)
    store.sources.configure([source()], NOW + HOUR)
    assert [each.id for each in store.sources.all()] == ["au-press"]
    assert [each.id for each, _ in store.sources.due(NOW + HOUR)] == ["au-press"]
    assert [each.source_id for each in store.sources.standings()] == ["au-press"]
    assert store.sources.get("nz-press").name == "NZ Press"
    assert store.items.get("i-1").source_id == "nz-press"
    store.sources.configure([source(), source(id="nz-press")], NOW + HOUR)
    assert len(store.sources.due(NOW + HOUR)) == 2


def test_nothing_is_due_where_no_source_is_followed(store):
    store.sources.configure([], NOW)
    assert store.sources.next_due() is None
    assert store.sources.all() == ()


def test_visits_come_back_newest_first_and_old_ones_are_forgotten(store):
    polls = [Poll("au-press", NOW + HOUR * number, "new", 200, new=number) for number in range(5)]
    for poll in [*polls[2:], *polls[:2]]:
        store.sources.record(poll)
    store.sources.record(replace(polls[4], outcome="failed"))
    assert [poll.new for poll in store.sources.polls("au-press")] == [4, 3, 2, 1, 0]
    assert store.sources.polls("au-press", limit=1) == (replace(polls[4], outcome="failed"),)
    store.sources.prune_polls(NOW + HOUR * 3)
    assert [poll.new for poll in store.sources.polls("au-press")] == [4, 3]
    assert store.sources.polls("nz-press") == ()


def test_a_host_that_asked_for_quiet_is_left_alone_until_the_latest_time_it_named(store):
    assert store.sources.silenced("au.example", NOW) is None
    store.sources.silence_host("au.example", NOW + HOUR, "HTTP 429")
    store.sources.silence_host("au.example", NOW + HOUR / 2, "HTTP 503")
    assert store.sources.silenced("au.example", NOW) == (NOW + HOUR, "HTTP 429")
    assert store.sources.silenced("au.example", NOW + HOUR) is None
    assert store.sources.silenced("nz.example", NOW) is None


def test_a_source_with_a_new_address_is_due_at_once_and_its_old_troubles_are_forgotten(store):
    store.sources.save_standing(Standing("au-press", NOW + HOUR * 99, etag='"x"', url="https://au.example/feed", failures=7, last_error="HTTP 410", not_before=NOW + HOUR))
    store.sources.save_move(Move("au-press", "https://au.example/feed", "https://au.example/new", NOW))
    store.sources.configure([source()], NOW)
    assert store.sources.standing("au-press").due == NOW + HOUR * 99
    store.sources.configure([source(url="https://au.example/other")], NOW + HOUR)
    standing = store.sources.standing("au-press")
    assert (standing.due, standing.failures, standing.last_error, standing.not_before, standing.etag) == (NOW + HOUR, 0, "", None, '"x"')
    assert store.sources.moves() == {}


def test_moves_are_remembered_by_source_and_forgotten_when_told(store):
    met = Move("au-press", "https://au.example/feed", "https://au.example/new", NOW)
    store.sources.save_move(met)
    settled = replace(met, times=3, settled_at=NOW + HOUR)
    store.sources.save_move(settled)
    assert store.sources.moves() == {"au-press": settled}
    store.sources.forget_move("au-press")
    store.sources.forget_move("nz-press")
    assert store.sources.moves() == {}


def test_a_hosts_robots_txt_is_kept_until_long_after_it_ceased_to_hold(store):
    assert store.sources.robots("https://au.example") is None
    known = KnownRobots("https://au.example", NOW + HOUR, "User-agent: *\nDisallow: /\0", 2)
    store.sources.save_robots(known)
    store.sources.save_robots(replace(known, text="Allow: /", failures=0))
    assert store.sources.robots("https://au.example") == replace(known, text="Allow: /", failures=0)
    store.sources.prune_polls(NOW + HOUR)
    assert store.sources.robots("https://au.example") is not None
    store.sources.prune_polls(NOW + HOUR * 2)
    assert store.sources.robots("https://au.example") is None


def test_tries_of_articles_are_counted_by_source_and_forgotten_when_they_end(store):
    store.sources.save_tries("au-press", {"https://au.example/1": 1, "https://au.example/2": 1}, NOW)
    store.sources.save_tries("au-press", {"https://au.example/1": 2, "https://au.example/2": 0}, NOW + HOUR)
    assert store.sources.tries("au-press") == {"https://au.example/1": 2}
    assert store.sources.tries("nz-press") == {}
    store.sources.prune_polls(NOW + HOUR * 2)
    assert store.sources.tries("au-press") == {}


def test_what_visits_brought_is_known_by_time(store):
    for number, outcome in enumerate(("new", "unchanged", "failed", "new", "new")):
        store.sources.record(Poll("au-press", NOW + HOUR * number, outcome, 200, new=number + 1 if outcome == "new" else 0))
    assert store.sources.arrivals("au-press", 2) == (NOW + HOUR * 4, NOW + HOUR * 3)
    assert store.sources.brought_since("au-press", NOW) == 4 + 5         # the first document is no measure of a day
    assert store.sources.brought_since("au-press", NOW + HOUR) == 4 + 5
    assert store.sources.brought_since("nz-press", NOW) == 0
