"""Calendars that two libraries read alike: whole days, in their place, and never a second event for one meeting."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import pytest
import vobject

from feeds import ical
from feeds.catalogue import ALL, pair_feed
from feeds.presentation import present
from tests.feeds import danger, sample
from tests.feeds.test_atom import hostile


def calendar(*which: sample.Told, sequence: int = 0) -> bytes:
    return ical.document(ALL, [ical.event(present(*each, sample.SITE), sample.SITE, sequence) for each in which], sample.SITE, updated=sample.NOW)


def by_icalendar(body: bytes) -> list[dict[str, Any]]:
    return [
        {"uid": str(event["uid"]), "start": event.decoded("dtstart"), "end": event.decoded("dtend"), "summary": str(event["summary"]),
         "status": str(event["status"]), "place": str(event.get("location", "")), "sequence": int(event["sequence"]), "stamp": event.decoded("dtstamp")}
        for event in icalendar.Calendar.from_ical(body).walk("VEVENT")
    ]


def by_vobject(body: bytes) -> list[dict[str, Any]]:
    (read,) = vobject.readComponents(io.StringIO(body.decode()))
    return [
        {"uid": event.uid.value, "start": event.dtstart.value, "end": event.dtend.value, "summary": event.summary.value, "status": event.status.value,
         "place": event.location.value if hasattr(event, "location") else "", "sequence": int(event.sequence.value), "stamp": event.dtstamp.value}
        for event in getattr(read, "vevent_list", [])
    ]


def event(**fields) -> dict[str, Any]:
    meeting, members = sample.meetings()[0]
    (read,) = by_icalendar(calendar((replace(meeting, **fields), members)))
    return read


def test_two_libraries_read_the_same_events():
    body = calendar(*sample.meetings())
    one, other = by_icalendar(body), by_vobject(body)
    assert one == other and len(one) == sum(1 for meeting, _ in sample.meetings() if meeting.day or meeting.earliest)
    assert [each["uid"] for each in one] == [f"tag:news.example,2026:{meeting.id}" for meeting, _ in sample.meetings() if meeting.day]


def test_a_meeting_takes_a_whole_day_in_its_place():
    read = event()
    assert (read["start"], read["end"], type(read["start"])) == (date(2026, 3, 2), date(2026, 3, 3), date)
    assert (read["status"], read["place"], read["stamp"]) == ("CONFIRMED", "Hanoi", datetime.fromisoformat("2026-03-02T09:42:00Z"))
    assert read["summary"].startswith("Russia and Vietnam: ")


def test_days_in_a_row_are_one_event():
    read = event(day=date(2026, 3, 30), day_end=date(2026, 4, 2))
    assert read["end"] - read["start"] == timedelta(days=4)


@pytest.mark.parametrize(
    "fields, status",
    [
        ({"state": "planned"}, "TENTATIVE"),
        ({"day": None, "earliest": date(2026, 3, 1), "latest": date(2026, 3, 4)}, "TENTATIVE"),
        ({"state": "held"}, "CONFIRMED"),
    ],
)
def test_what_is_planned_or_not_known_to_the_day_is_tentative(fields, status):
    assert event(**fields)["status"] == status


@pytest.mark.parametrize("fields", [{}, {"earliest": date(2026, 3, 1)}, {"earliest": date(2026, 3, 1), "latest": date(2026, 4, 1)}])
def test_a_meeting_of_no_known_day_is_in_no_calendar(fields):
    meeting, members = sample.meetings()[0]
    body = calendar((replace(meeting, day=None, **fields), members))
    assert by_icalendar(body) == by_vobject(body) == []
    assert icalendar.Calendar.from_ical(body).subcomponents, "a calendar that holds nothing is none"


def test_the_last_day_of_time_is_a_day_too():
    meeting, members = sample.meetings()[0]
    assert b"DTSTART;VALUE=DATE:99991231" in calendar((replace(meeting, day=date.max), members))


def test_a_meeting_that_is_no_more_is_cancelled_under_its_id():
    gone = ical.cancelled("m-00000000", "Talks", ical.Days(date(2026, 3, 2), date(2026, 3, 2)), sample.NOW, 7, sample.SITE)
    (read,) = by_icalendar(ical.document(ALL, [gone], sample.SITE, updated=sample.NOW))
    assert (read["uid"], read["status"], read["sequence"]) == ("tag:news.example,2026:m-00000000", "CANCELLED", 7)


def test_a_sequence_is_put_in_its_place_and_nowhere_else():
    made = ical.event(present(*sample.meetings()[0], sample.SITE), sample.SITE, 0)
    assert ical.with_sequence(made, 4711) == ical.event(present(*sample.meetings()[0], sample.SITE), sample.SITE, 4711)


def test_a_calendar_says_what_it_is_and_when_to_come_back():
    read = icalendar.Calendar.from_ical(ical.document(pair_feed("VN", "RU"), [], sample.SITE, updated=sample.NOW))
    assert str(read["x-wr-calname"]) == "Communiqué: Russia–Vietnam" == str(read["name"])
    assert read.decoded("refresh-interval") == timedelta(hours=1) and str(read["source"]) == "https://news.example/pair/ru-vn.ics"


def test_lines_are_no_longer_than_they_may_be():
    body = calendar(*sample.meetings())
    assert body.count(b"\n") == body.count(b"\r\n") and max(map(len, body.split(b"\r\n"))) <= 75


@pytest.mark.parametrize("payload", danger.PAYLOADS, ids=lambda payload: ascii(payload[:20]))
def test_no_words_can_break_out_of_an_event(payload):
    body = calendar(hostile(payload, "https://a.example/"), hostile(f"x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n{payload[:50]}", "https://a.example/"))
    assert len(by_icalendar(body)) == len(by_vobject(body)) == 2
    assert body.count(b"\r\nBEGIN:VEVENT\r\n") == 2


LONG = ["\\" * 200, "^" * 200, "é" * 200, "漢字" * 90, "𝄞" * 90, ",;" * 90, "a\\,b" * 60]


@pytest.mark.parametrize("payload", [*danger.PAYLOADS, *LONG], ids=lambda payload: ascii(payload[:20]))
def test_an_event_has_the_bytes_that_icalendar_writes_of_it(payload):
    for told in (*sample.meetings(), *(hostile("x" * length + payload, "https://a.example/") for length in (0, *range(60, 80)))):
        ours = ical.event(present(*told, sample.SITE), sample.SITE, 3)
        assert not ours or ours == icalendar.Event.from_ical(ours).to_ical()
