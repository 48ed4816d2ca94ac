"""What was said of a meeting, and what of it has changed since.

Facts that grow are no corrections: a further person, topic or paper moves the entry
itself. A correction is a fact that readers were told and that is told otherwise
now, a day, place or party that was not known, and a meeting that is no more.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from feeds import clean
from feeds.catalogue import parties_of
from feeds.ical import Days
from feeds.presentation import Presentation
from storage.codec import to_json
from storage.model import Meeting, Member, State
from storage.publications import Notice

PATH = "corrections"
MOST_SOURCES = 10


@dataclass(frozen=True, slots=True)
class Facts:
    """What readers were told of a meeting."""

    heading: str
    state: State
    day: str = ""                               # ISO 8601, "first/last" for several days
    place: str = ""
    act: str = ""
    parties: tuple[str, ...] = ()               # codes
    people: tuple[tuple[str, str, str], ...] = ()       # key, name, post
    agreements: tuple[str, ...] = ()
    event: str = ""                             # hash of its calendar event, "" when it had none
    ended: bool = False                         # it is no more


@dataclass(frozen=True, slots=True)
class Correction:
    """One fact that has changed."""

    meeting_id: str
    heading: str                                # what the meeting is called now
    fact: str                                   # "day", "place", "act", "party", "person", "agreement", "state", "meeting"
    was: str                                    # as machines write it; "" when it was not known
    now: str                                    # "" when it is no longer held
    sources: tuple[str, ...] = ()               # the outlets that say so


def facts_of(meeting: Meeting, told: Presentation, event: str) -> Facts:
    """What readers are told of `meeting`; `event` is a hash of its calendar event."""
    day = "/".join(each.isoformat() for each in (told.day, told.day_end) if each)
    people = tuple((clean.line(person.key, 120), clean.line(person.name, 120), clean.line(person.post, 200)) for person in meeting.people if person.name)
    parties = tuple(clean.line(code, 40) for kind in ("country", "organisation") for code in parties_of(meeting, kind))
    return Facts(told.heading, meeting.state, day, told.place, told.act_code, parties, people, told.agreements, event)


def corrections(before: Facts, after: Facts, meeting: Meeting, members: Sequence[Member]) -> tuple[Correction, ...]:
    """The facts that have changed."""
    outlets = {member.item.id: clean.line(member.item.outlet or member.source.name, 120) for member in members}

    def sources(fact: str, value: str) -> tuple[str, ...]:
        accounts = [account for account in meeting.accounts if account.fact == fact and account.value == value.partition("/")[0]]
        named = (outlets[item] for account in accounts for item in account.items if item in outlets)
        return tuple(dict.fromkeys(filter(None, named)))[:MOST_SOURCES]

    return tuple(
        Correction(meeting.id, after.heading, fact, was, now, sources(fact, now) if now else tuple(dict.fromkeys(outlets.values()))[:MOST_SOURCES])
        for fact, was, now in _changes(before, after)
    )


def ended(meeting_id: str, before: Facts, successor: str) -> Correction:
    """What is said when a meeting is no more; `successor` is what the one it became is called, "" for none."""
    return Correction(meeting_id, before.heading, "meeting", before.heading, successor)


def ended_facts(before: Facts) -> Facts:
    """What remains of the facts of a meeting that is no more."""
    return replace(before, ended=True)


def days_of(facts: Facts) -> Days | None:
    """The days readers were told; None when none was."""
    first, _, last = facts.day.partition("/")
    return Days(date.fromisoformat(first), date.fromisoformat(last or first)) if first else None


def notices(found: Iterable[Correction], now: datetime) -> tuple[Notice, ...]:
    """Corrections as entries of their feed, each at a moment and under an id of its own."""
    made = []
    for correction in found:
        digest = sha256(f"{to_json(correction)}{now.isoformat()}".encode("utf-8", "replace")).digest()
        at = now.replace(microsecond=0) + timedelta(microseconds=int.from_bytes(digest[:8], "big") % 1_000_000)
        made.append(Notice(PATH, f"{correction.meeting_id}-{digest[8:14].hex()}", at, to_json(correction)))
    return tuple(made)


def _changes(before: Facts, after: Facts) -> Iterator[tuple[str, str, str]]:
    for fact, was, now in (("day", before.day, after.day), ("place", before.place, after.place)):
        if was != now:
            yield fact, was, now
    if before.act and after.act and before.act != after.act:
        yield "act", before.act, after.act
    if (before.state, after.state) == ("held", "planned"):      # the other way is news, not a correction
        yield "state", before.state, after.state
    gone, come = ([code for code in one if code not in other] for one, other in ((before.parties, after.parties), (after.parties, before.parties)))
    yield from (("party", code, "") for code in gone)
    yield from (("party", "", code) for code in come if before.parties)
    yield from _people(before.people, after.people)
    if len(after.agreements) < len(before.agreements):
        yield from (("agreement", title, "") for title in before.agreements if title not in after.agreements)


def _people(before: tuple[tuple[str, str, str], ...], after: tuple[tuple[str, str, str], ...]) -> Iterator[tuple[str, str, str]]:
    known = {key: (name, post) for key, name, post in after}
    words = {word for key in known for word in key.split()}
    for key, name, post in before:
        if key in known:
            if post and known[key][1] and post != known[key][1]:
                yield "person", f"{name}, {post}", f"{known[key][0]}, {known[key][1]}"
        # One who is only spelled otherwise now has not gone: a word of the name, or as many people as before, tell.
        elif len(after) < len(before) and words.isdisjoint(key.split()):
            yield "person", f"{name}, {post}" if post else name, ""

