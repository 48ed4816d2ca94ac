"""A feed as iCalendar (RFC 5545): the calendar written with icalendar, its events here.

An event lasts whole days, in the place's own calendar, because that is what
reports tell. What is planned, or whose day is known only to lie in a short range,
is tentative; a meeting of which no day is known is in no calendar.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from icalendar import Calendar, Timezone, TimezoneStandard

from feeds.content import facts_line
from feeds.headings import feed_title, subtitle
from feeds.messages.words import words
from feeds.presentation import Presentation
from feeds.site import Site
from storage.model import Feed

LONGEST_RANGE = timedelta(days=14)              # a day that may be any of more is no entry of a calendar
MOST_LINES = 5                                  # reports named in an event; the entry's page has them all
LONGEST_PIECE = 74                              # octets of a folded line beside the space before it
REFRESH = timedelta(hours=1)                    # how often a calendar program may look again

Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]


@dataclass(frozen=True, slots=True)
class Days:
    """When an event is: its first and its last day."""

    first: date
    last: date


def days_of(meeting: Presentation) -> Days | None:
    """The days a meeting takes in a calendar, or None when too little is known."""
    if meeting.day:
        return Days(meeting.day, meeting.day_end or meeting.day)
    if meeting.earliest and meeting.latest and meeting.latest - meeting.earliest <= LONGEST_RANGE:
        return Days(meeting.earliest, meeting.latest)
    return None


def event(meeting: Presentation, site: Site, sequence: int) -> bytes:
    """`meeting` as an event for any number of calendars; b"" when it has no place in one.

    `sequence` must grow whenever anything else of the event changes.
    """
    days = days_of(meeting)
    if not days:
        return b""
    said = words(site.language)
    told = [*(() if not meeting.composed else (meeting.title,)), " ".join(meeting.summary) or facts_line(meeting, said), meeting.counted]
    told += [f"{line.outlet}: {line.title} {line.url}".strip() for line in meeting.lines[:MOST_LINES]]
    return _event(
        site.meeting_id(meeting.id), meeting.heading, days, meeting.updated, meeting.published, sequence,
        "CONFIRMED" if meeting.state == "held" and meeting.day else "TENTATIVE", site.url(f"meeting/{meeting.id}.html"),
        place=meeting.place, description="\n".join(told), categories=[topic.name for topic in meeting.topics],
    )


def cancelled(meeting_id: str, heading: str, days: Days, at: datetime, sequence: int, site: Site) -> bytes:
    """The event of a meeting that is no more, so that calendars take it out. `sequence` is above any it had."""
    return _event(site.meeting_id(meeting_id), heading, days, at, None, sequence, "CANCELLED", site.url(f"meeting/{meeting_id}.html"))


def document(feed: Feed, events: Sequence[bytes], site: Site, *, updated: datetime) -> bytes:
    """`feed` as one calendar holding `events`."""
    made = Calendar()
    made.add("version", "2.0")
    made.add("prodid", f"-//Communiqué//{site.version or 'development'}//{site.language.upper()}")
    made.add("method", "PUBLISH")
    made.add("uid", site.feed_id(feed.path))
    made.add("last-modified", updated)
    for name in ("name", "x-wr-calname"):
        made.add(name, feed_title(feed, site))
    for name in ("description", "x-wr-caldesc"):
        made.add(name, subtitle(feed, site))
    made.add("url", site.url(f"{feed.path}.html"))
    made.add("source", site.url(f"{feed.path}.ics"), parameters={"VALUE": "URI"})
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", REFRESH)
    if not any(events):
        made.add_component(_zone())
    body = made.to_ical()
    end = body.rindex(b"END:VCALENDAR")
    return b"".join((body[:end], *events, body[end:]))


def with_sequence(event: bytes, sequence: int) -> bytes:
    """An event that was made with sequence 0, with the one it should have."""
    return event.replace(b"\r\nSEQUENCE:0\r\n", f"\r\nSEQUENCE:{sequence}\r\n".encode(), 1)


def _event(
    uid: str, heading: str, days: Days, updated: datetime, published: datetime | None, sequence: int, status: Status, page: str, *,
    place: str = "", description: str = "", categories: Iterable[str] = (),
) -> bytes:
    """An event in the very bytes icalendar gives it, in a tenth of the time: a site has as many as it has meetings."""
    lines = ["BEGIN:VEVENT", f"SUMMARY:{_escaped(heading)}", f"DTSTART;VALUE=DATE:{_day(days.first)}"]
    if days.last < date.max:
        lines.append(f"DTEND;VALUE=DATE:{_day(days.last + timedelta(days=1))}")    # the end is the first day that is free again
    lines += (f"DTSTAMP:{_moment(updated)}", f"UID:{_escaped(uid)}", f"SEQUENCE:{sequence}")
    if listed := ",".join(map(_escaped, categories)):
        lines.append(f"CATEGORIES:{listed}")
    lines.append("CLASS:PUBLIC")
    if published:
        lines.append(f"CREATED:{_moment(published)}")
    if description:
        lines.append(f"DESCRIPTION:{_escaped(description)}")
    lines.append(f"LAST-MODIFIED:{_moment(updated)}")
    if place:
        lines.append(f"LOCATION:{_escaped(place)}")
    # Transparent: it takes no time of whoever reads it.
    lines += (f"STATUS:{status}", "TRANSP:TRANSPARENT", f"URL:{page}", "END:VEVENT")
    return b"".join(map(_folded, lines))


def _escaped(text: str) -> str:
    """`text` as a value (RFC 5545, 3.3.11)."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> bytes:
    """A line in pieces of at most 75 octets with the space they begin with (RFC 5545, 3.1), none ending within a character or an escape."""
    octets = line.encode()
    if len(octets) <= LONGEST_PIECE:
        return octets + b"\r\n"
    pieces, start = [], 0
    while len(octets) - start > LONGEST_PIECE:
        end = start + LONGEST_PIECE
        while octets[end] & 0xC0 == 0x80:       # within a character of UTF-8
            end -= 1
        if octets[end - 1] in b"\\^":
            end -= 1
        pieces.append(octets[start:end])
        start = end
    return b"\r\n ".join((*pieces, octets[start:])) + b"\r\n"


def _day(day: date) -> str:
    return day.isoformat().replace("-", "")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat().replace("-", "").replace(":", "") + "Z"


def _zone() -> Timezone:
    """What an empty calendar holds: one without any component is none (RFC 5545, 3.6)."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", "UTC")
    standard.add("dtstart", datetime(1970, 1, 1))
    standard.add("tzoffsetfrom", timedelta(0))
    standard.add("tzoffsetto", timedelta(0))
    standard.add("tzname", "UTC")
    zone.add_component(standard)
    return zone

