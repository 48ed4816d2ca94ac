from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest

from feeds.content import when_said
from feeds.presentation import days, joined, present
from storage.model import Account, Party, Person
from tests.factory import NOW, coverage, item, meeting, member, source
from tests.feeds import sample


def report_of(id: str, *, role: str = "outlet", copy_of: str = "", minutes: int = 0, **fields):
    at = NOW + timedelta(minutes=minutes)
    return member(
        source(id=f"s-{id}", role=role),
        item(id=id, source_id=f"s-{id}", outlet=f"Outlet {id}", first_seen=at, published=at, **fields),
        None,
        coverage(item_id=id, copy_of=copy_of),
    )


def shape(told) -> list[tuple[str, list[str]]]:
    return [(line.item_id, [reprint.item_id for reprint in line.reprints]) for line in told.coverage]


def test_the_official_word_comes_first_then_agencies_then_the_order_they_were_seen_in():
    members = [
        report_of("a", minutes=0),
        report_of("b", role="republisher"),
        report_of("c", role="agency", minutes=9),
        report_of("d", role="official", minutes=30),
        report_of("e", minutes=5),
    ]
    orders = {tuple(line.item_id for line in present(meeting(), order, sample.SITE).coverage) for order in permutations(members)}
    assert orders == {("d", "c", "a", "e", "b")}


def test_a_reprint_of_a_reprint_stands_under_the_first_text():
    assert shape(present(meeting(), [report_of("a"), report_of("b", copy_of="a"), report_of("c", copy_of="b")], sample.SITE)) == [("a", ["b", "c"])]


def test_a_reprint_of_what_is_not_here_stands_for_itself():
    assert shape(present(meeting(), [report_of("b", copy_of="gone")], sample.SITE)) == [("b", [])]


def test_reprints_in_a_ring_are_all_still_shown():
    told = present(meeting(), [report_of("a", copy_of="c"), report_of("b", copy_of="a"), report_of("c", copy_of="b"), report_of("z", copy_of="b")], sample.SITE)
    assert sorted(line.item_id for line in told.lines) == ["a", "b", "c", "z"]


def test_an_item_is_listed_once_however_many_of_its_reports_are_of_the_meeting():
    one = report_of("a")
    assert len(present(meeting(), [one, replace(one, report=replace(one.report, position=1))], sample.SITE).lines) == 1


def test_people_stand_with_their_side_and_those_of_no_side_last():
    people = (
        Person("Nobody", "nobody"),
        Person("A Field", "a field", "Minister", "AU"),
        Person("B Ravu", "b ravu", "", "FJ"),
        Person("C Guest", "c guest", "", "NZ"),
    )
    sides = present(meeting(people=people), [], sample.SITE).sides
    assert [(side.party.name if side.party else "", [name for name, _ in side.people]) for side in sides] == [
        ("Australia", ["A Field"]),
        ("Fiji", ["B Ravu"]),
        ("New Zealand", ["C Guest"]),
        ("", ["Nobody"]),
    ]


def test_a_meeting_without_a_title_is_called_by_its_facts():
    assert present(meeting(title=" "), [], sample.SITE).title == "Australia – Fiji, Suva, 4 March 2026"
    assert present(meeting(title="", parties=(), place="", day=None), [], sample.SITE).title == "A meeting, day not known"


def test_two_days_are_a_disagreement_and_two_people_are_none():
    accounts = (Account("day", "2026-03-04", ("a",)), Account("day", "2026-03-05", ("b",)), Account("person", "x", ("a",)), Account("person", "y", ("b",)))
    told = present(meeting(accounts=accounts), [report_of("a"), report_of("b")], sample.SITE)
    assert [(each.label, each.values) for each in told.disagreements] == [("Day", (("4 March 2026", ("Outlet a",)), ("5 March 2026", ("Outlet b",))))]


def test_evidence_names_the_fact_the_words_and_who_wrote_them():
    told = present(*sample.meetings()[0], sample.SITE)
    first = told.evidence[0]
    assert (first.label, first.value, first.outlets[0], first.url) == ("Day", "2 March 2026", "Ministry of Public Security", "https://mps.example/news/0-0")
    assert first.words.startswith("Minister Pham Duc Long receives Russian counterpart.")
    assert {each.label for each in told.evidence} == {"Day", "Place", "Party", "Person", "Topic", "Signed"}


@pytest.mark.parametrize("outlets, origins, counted", [(1, 1, "1 outlet"), (7, 3, "7 outlets, 3 origins"), (2, 1, "2 outlets, 1 origin")])
def test_outlets_and_origins_are_counted(outlets, origins, counted):
    assert present(meeting(outlets=outlets, origins=origins), [], sample.SITE).counted == counted


def test_who_is_only_mentioned_is_no_party():
    told = present(meeting(parties=(Party("AU", "country", "party"), Party("US", "country", "mention"), Party("FJ", "country", "place"))), [], sample.SITE)
    assert [party.code for party in told.parties] == ["AU"]


@pytest.mark.parametrize(
    "first, last, text",
    [
        (date(2026, 3, 4), None, "4 March 2026"),
        (date(2026, 3, 4), date(2026, 3, 4), "4 March 2026"),
        (date(2026, 3, 4), date(2026, 3, 6), "4–6 March 2026"),
        (date(2026, 3, 30), date(2026, 4, 1), "30 March – 1 April 2026"),
        (date(2025, 12, 30), date(2026, 1, 1), "30 December 2025 – 1 January 2026"),
    ],
)
def test_days_are_written_as_people_write_them(first, last, text):
    assert days(first, last) == text


def test_names_are_joined_as_in_a_sentence():
    assert [joined("abc"[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_a_listing_that_gives_days_alone_is_told_by_the_day_it_means():
    meeting, members = sample.meetings()[0]
    source = replace(members[0].source, kind="page", timezone="Asia/Ho_Chi_Minh")

    def told(published, of=source):
        member = replace(members[0], source=of, item=replace(members[0].item, published=published))
        return when_said(present(meeting, (member,), sample.SITE).coverage[0])

    assert told(datetime(2026, 3, 1, 17, 0, tzinfo=UTC)) == "2 March 2026"
    assert told(datetime(2026, 3, 1, 17, 5, tzinfo=UTC)) == "1 Mar 2026, 17:05 UTC"
    assert told(datetime(2026, 3, 1, 17, 0, tzinfo=UTC), replace(source, kind="feed")) == "1 Mar 2026, 17:00 UTC"
    assert told(datetime(2026, 3, 1, 17, 0, tzinfo=UTC), replace(source, timezone="Nowhere/At_All")) == "1 Mar 2026, 17:00 UTC"
