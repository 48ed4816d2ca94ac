"""Nouns as JSON and back, unchanged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.parse.entry import Entry
from storage.codec import from_json, moment_of, moment_text, to_json
from storage.model import Coverage, Item, Meeting, PageRules, Poll, Publication, Repair, Report, Ruling, Source, Standing
from tests.factory import NOW, coverage, item, meeting, report, source

NOUNS = [
    source(every=timedelta(minutes=90), page=PageRules("li", date="time"), headers=(("X-Key", "a"),), tag=(("drugs", ("opium", "heroin")),)),
    Standing("au-press", NOW, etag='W/"\u00e9"', last_new=NOW),
    Poll("au-press", NOW, "failed", reason="HTTP 503"),
    item(published=None, authors=("A", "B")),
    report(day=None, earliest=date(2026, 1, 1)),
    coverage(reasons=("same people", "same day")),
    meeting(),
    Ruling("r-1", "same", "i-1", "i-2", NOW),
    Repair("c-1", "merge", "m-2", "m-1", ("i-2",), ("i-1",), 0.9, ("same day",), NOW),
    Publication("all.atom", "0" * 64, NOW),
]


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: type(noun).__name__)
def test_a_noun_comes_back_as_it_was(noun):
    assert from_json(type(noun), to_json(noun)) == noun


@pytest.mark.parametrize("kind", [Source, Standing, Poll, Item, Report, Coverage, Meeting, Ruling, Repair, Publication, Entry])
@settings(deadline=None)
@given(data=st.data())
def test_any_noun_comes_back_as_it_was_and_any_database_can_hold_it(kind, data):
    noun = data.draw(st.from_type(kind))
    text = to_json(noun)
    text.encode()
    assert "\0" not in text
    assert from_json(kind, text) == noun


st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(timedelta, st.integers(0, 10**9).map(lambda seconds: timedelta(seconds=seconds)))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


@dataclass(frozen=True)
class Old:
    name: str
    gone: int = 3


@dataclass(frozen=True)
class New:
    name: str
    come: tuple[str, ...] = ("default",)


def test_a_row_of_an_older_program_is_read_with_the_defaults_of_the_newer_one():
    assert from_json(New, to_json(Old("a"))) == New("a")


def test_a_row_without_what_it_must_have_is_refused_in_words():
    with pytest.raises(ValueError, match="a stored New has no name"):
        from_json(New, "{}")


@given(st.lists(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=7)), timezone(timedelta(hours=-9, minutes=-30))])), min_size=2))
def test_moments_sort_as_text_whatever_their_zone(moments):
    try:
        texts = [moment_text(moment) for moment in moments]
    except OverflowError:       # the first or last day of all years, seen from another zone
        return
    assert [moment_of(text) for text in sorted(texts)] == sorted(moments)
    assert len({len(text) for text in texts}) == 1


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="has no time zone"):
        moment_text(datetime(2026, 3, 5))
