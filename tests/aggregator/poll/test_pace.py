"""When a source is visited again.

Touches: nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from aggregator.poll.pace import DAY, GUARD, HOUR, LONGEST_JITTER, Visit, ask_whole, next_visit, replan, why_not_now
from storage.model import Hints, Source, Standing
from tests.factory import source

NOW = datetime(2026, 3, 4, 9, 17, tzinfo=UTC)      # a Wednesday
KNOWN = Standing("au-press", NOW, etag='"1"', last_polled=NOW, last_success=NOW, last_new=NOW, last_full=NOW)


def wait_after(visit: Visit, standing: Standing = KNOWN, of: Source | None = None, *, now: datetime = NOW, own: bool = False) -> tuple[timedelta, str]:
    due, reason = next_visit(of or source(), standing, visit, now=now, every=HOUR, at_most=DAY, own=own)
    return due - now, reason


def about(wait: timedelta) -> object:
    """A wait of this length and at most the jitter more, never less."""
    return _About(wait)


class _About:
    def __init__(self, wait: timedelta) -> None:
        self.wait = wait

    def __eq__(self, other: object) -> bool:
        return isinstance(other, timedelta) and self.wait <= other <= self.wait + LONGEST_JITTER

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"about {self.wait}"


# After an answer

def test_a_busy_source_is_visited_every_hour():
    assert wait_after(Visit("new", 200)) == (about(HOUR), "every 1 h")


def test_the_sources_own_interval_replaces_the_general_one():
    assert wait_after(Visit("new", 200), of=source(every=3 * HOUR)) == (about(3 * HOUR), "every 3 h")
    assert wait_after(Visit("new", 200), of=source(every=3 * DAY))[0] == about(3 * DAY)     # longer than at_most: the operator's word


@pytest.mark.parametrize(("fresh", "hints", "wait", "reason"), [
    (12 * HOUR, Hints(), 12 * HOUR, "the server says it keeps for 12 h"),                                       # P21
    (365 * DAY, Hints(), DAY, "the server says it keeps for 365 days"),                                         # P25
    (timedelta(minutes=1), Hints(), HOUR, "every 1 h"),
    (None, Hints(ttl=3 * HOUR), 3 * HOUR, "the feed asks for 3 h between visits (ttl)"),                        # P28
    (None, Hints(ttl=timedelta(minutes=1)), HOUR, "every 1 h"),                                                 # P29
    (None, Hints(period=12 * HOUR), 12 * HOUR, "the feed says it changes every 12 h"),                          # P31
    (2 * HOUR, Hints(ttl=5 * HOUR, period=3 * HOUR), 5 * HOUR, "the feed asks for 5 h between visits (ttl)"),   # P32
])
def test_the_longest_wish_counts_and_is_cut_at_a_day(fresh, hints, wait, reason):
    assert wait_after(Visit("new", 200, fresh_for=fresh, hints=hints)) == (about(wait), reason)


@pytest.mark.case("P30")
@pytest.mark.parametrize(("hints", "due"), [
    (Hints(skip_hours=(10, 11)), datetime(2026, 3, 4, 12, tzinfo=UTC)),
    (Hints(skip_days=(2,)), datetime(2026, 3, 5, 0, tzinfo=UTC)),
    (Hints(skip_hours=(0, 1), skip_days=(2, 3)), datetime(2026, 3, 6, 2, tzinfo=UTC)),
])
def test_skipped_hours_and_days_are_left_alone(hints, due):
    assert next_visit(source(), KNOWN, Visit("new", 200, hints=hints), now=NOW, every=HOUR, at_most=DAY) == (
        due, "the feed asks not to be read at other hours or days")


@pytest.mark.case("P30")
@pytest.mark.parametrize("hints", [Hints(skip_hours=tuple(range(24))), Hints(skip_days=tuple(range(7))), Hints(skip_hours=(99, -1), skip_days=(12,))])
def test_a_feed_that_skips_everything_skips_nothing(hints):
    assert wait_after(Visit("new", 200, hints=hints)) == (about(HOUR), "every 1 h")


@pytest.mark.case("P34")
def test_a_silent_source_is_asked_ever_less_and_at_least_once_a_day():
    now, visits = NOW, []
    while now < NOW + timedelta(days=30):
        due, _ = next_visit(source(), replace(KNOWN, last_new=NOW), Visit("unchanged", 304), now=now, every=HOUR, at_most=DAY)
        assert HOUR <= due - now <= DAY + LONGEST_JITTER
        visits.append(now := due)
    assert len(visits) < 30 * 24 / 3
    assert visits[-1] - visits[-2] == about(DAY)


@pytest.mark.case("P33")
def test_a_changing_source_is_asked_at_most_24_times_a_day_and_never_within_the_hour():
    now, visits = NOW, [NOW]
    while now < NOW + DAY:
        now = next_visit(source(), replace(KNOWN, last_new=now), Visit("new", 200), now=now, every=HOUR, at_most=DAY)[0]
        visits.append(now)
    assert len([visit for visit in visits if visit < NOW + DAY]) <= 24
    assert min(later - earlier for earlier, later in pairwise(visits)) >= HOUR


@pytest.mark.case("P4")
def test_a_feed_that_cannot_be_asked_conditionally_is_fetched_once_a_day_unless_it_or_the_operator_says_otherwise():
    bare = replace(KNOWN, etag="")
    assert wait_after(Visit("new", 200), bare)[0] == about(DAY)
    assert wait_after(Visit("new", 200, fresh_for=2 * HOUR), bare)[0] == about(2 * HOUR)
    assert wait_after(Visit("new", 200), bare, source(every=HOUR))[0] == about(HOUR)
    assert wait_after(Visit("new", 200), bare, source(kind="page"))[0] == about(HOUR)


@pytest.mark.case("P35")
def test_sources_due_together_drift_apart_and_only_later():
    waits = [wait_after(Visit("new", 200), of=source(id=f"s-{number}"))[0] for number in range(200)]
    assert min(waits) >= HOUR
    assert len(set(waits)) == 200
    assert max(waits) - min(waits) > LONGEST_JITTER * 0.9


# After a failure

@pytest.mark.case("P44")
@pytest.mark.parametrize("status", [0, 304, 500, 502, 504])
def test_failures_in_a_row_wait_longer_and_longer(status):
    waits = [wait_after(Visit("failed", status), replace(KNOWN, failures=failures))[0] for failures in range(1, 8)]
    assert waits == [about(wait * HOUR) for wait in (1, 2, 4, 8, 16, 24, 24)]
    assert wait_after(Visit("failed", status), replace(KNOWN, failures=3))[1] == "3 failures in a row: waits 4 h"


@pytest.mark.parametrize("status", [403, 429, 451, 402, 418, 999, 99])      # P42, P46, P50
def test_a_source_that_turned_us_away_is_left_alone_for_four_hours_at_least(status):
    waits = [wait_after(Visit("failed", status), replace(KNOWN, failures=failures))[0] for failures in range(1, 5)]
    assert waits == [about(wait * HOUR) for wait in (4, 8, 16, 24)]


@pytest.mark.case("P41")
def test_what_the_server_asked_for_is_kept_even_beyond_a_day():
    assert wait_after(Visit("failed", 503, 6 * HOUR), replace(KNOWN, failures=1)) == (about(6 * HOUR), "the server asked to wait until 2026-03-04 15:17 UTC")
    assert wait_after(Visit("failed", 429, 7 * DAY), replace(KNOWN, failures=1))[0] == about(7 * DAY)
    assert wait_after(Visit("failed", 503, timedelta(minutes=1)), replace(KNOWN, failures=1))[0] == about(HOUR)


@pytest.mark.parametrize(("status", "failures", "since", "wait"), [
    (401, 1, HOUR, DAY), (407, 5, HOUR, DAY),                                                   # P47
    (404, 1, HOUR, HOUR), (404, 6, 3 * DAY, DAY), (404, 40, 31 * DAY, 7 * DAY),                 # P48
    (410, 1, HOUR, DAY), (410, 3, 3 * DAY, DAY),                                                # P49
    (408, 3, HOUR, HOUR), (421, 1, HOUR, HOUR), (425, 1, HOUR, HOUR),                           # P54
])
def test_each_status_has_its_wait(status, failures, since, wait):
    assert wait_after(Visit("failed", status), replace(KNOWN, failures=failures, last_success=NOW - since))[0] == about(wait)


@pytest.mark.case("P16")
@pytest.mark.parametrize("status", [400, 412])
def test_a_condition_the_server_cannot_bear_costs_no_more_than_the_regular_wait(status):
    assert wait_after(Visit("failed", status, conditional=True), replace(KNOWN, failures=1))[0] == about(HOUR)
    assert wait_after(Visit("failed", status), replace(KNOWN, failures=1))[0] == about(4 * HOUR)


def test_a_hundred_thousand_failures_are_no_arithmetic_trouble():
    assert wait_after(Visit("failed", 500), replace(KNOWN, failures=100_000))[0] == about(DAY)


# The operator's own hosts

def test_an_own_host_is_visited_exactly_as_often_as_its_operator_says():
    five = source(every=timedelta(seconds=5))
    eager = Visit("new", 200, fresh_for=DAY, hints=Hints(ttl=DAY))
    assert wait_after(eager, replace(KNOWN, etag="", last_new=None), five, own=True) == (timedelta(seconds=5), "every 5 s")
    assert wait_after(Visit("failed", 500), replace(KNOWN, failures=2), five, own=True)[0] == timedelta(seconds=10)
    assert wait_after(Visit("failed", 503, HOUR), replace(KNOWN, failures=1), five, own=True)[0] == HOUR


# When a person asks

@pytest.mark.case("P19")
def test_nobody_can_have_a_source_asked_twice_within_five_minutes():
    assert why_not_now(KNOWN, None, now=NOW + timedelta(minutes=4)) == "visited less than five minutes ago"
    assert why_not_now(KNOWN, None, now=NOW + GUARD) == ""
    assert why_not_now(KNOWN, None, now=NOW + timedelta(seconds=1), own=True) == ""
    assert why_not_now(KNOWN, None, now=NOW - HOUR) == ""       # the clock was set back


@pytest.mark.case("P40")
def test_a_feed_without_validators_that_brings_more_than_it_holds_is_not_left_for_a_day():
    plain = replace(KNOWN, etag="", last_modified="", last_new=NOW)
    assert wait_after(Visit("new", 200), plain)[0] == about(DAY)
    assert wait_after(Visit("new", 200, outrun=True), plain)[0] == about(HOUR)


@pytest.mark.parametrize("own", [False, True])
def test_nobody_can_break_what_the_server_asked_for(own):
    asked = replace(KNOWN, not_before=NOW + HOUR)
    assert why_not_now(asked, None, now=NOW + GUARD, own=own) == "the server asked to wait until 2026-03-04 10:17 UTC"
    assert why_not_now(asked, None, now=NOW + HOUR, own=own) == ""
    assert why_not_now(KNOWN, (NOW + HOUR, "its host is silent"), now=NOW + GUARD, own=own) == "its host is silent"


# Validators and clocks

@pytest.mark.case("P15")
def test_after_eight_days_without_a_whole_answer_one_is_asked_for():
    assert not ask_whole(source(), KNOWN, NOW + timedelta(days=7))
    assert ask_whole(source(), KNOWN, NOW + timedelta(days=8))
    assert ask_whole(source(), replace(KNOWN, last_full=None), NOW)
    assert ask_whole(source(ignore_validators=True), KNOWN, NOW)


@pytest.mark.case("R31")
def test_a_source_visited_in_what_is_now_the_future_is_planned_anew():
    assert replan(source(), KNOWN, now=NOW + HOUR, every=HOUR) is None
    assert replan(source(), KNOWN, now=NOW - timedelta(seconds=30), every=HOUR) is None
    due, reason = replan(source(), KNOWN, now=NOW - 30 * DAY, every=HOUR)
    assert (due - (NOW - 30 * DAY), reason) == (about(HOUR), "the clock was set back")
