"""What people's rulings mean for items and meetings.

`same` holds all items it names together: they were two meetings, and are one.
`different` keeps each item on its one side from each on the other. Of two rulings
on the same two items the later one holds. `retag` gives or takes topics and
parties of the meeting that an item founded.

Rulings name items, never meetings: items are facts and outlive every rebuild.

Touches: nothing.
"""

from __future__ import annotations

from base64 import b32encode
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

from aggregator.deduper.conflicts import written
from feeds.places import COUNTRIES
from storage.model import Meeting, Member, Party, PartyKind, Ruling, Verb

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ruled:
    """All rulings, ready to be asked about an item."""

    together: Mapping[str, frozenset[str]] = field(default_factory=dict)   # each item that is held to others, with all of them and itself
    apart: Mapping[str, frozenset[str]] = field(default_factory=dict)
    naming: Mapping[str, tuple[Ruling, ...]] = field(default_factory=dict)  # by item, those taken back among them

    def mates(self, item_id: str) -> frozenset[str]:
        """The other items of its meeting, by somebody's word."""
        return self.together.get(item_id, NOBODY) - {item_id}

    def kept_from(self, item_id: str) -> frozenset[str]:
        """The items whose meetings it may not be of: those it is kept from, and those its mates are."""
        return frozenset().union(*(self.apart.get(name, NOBODY) for name in self.together.get(item_id, {item_id})))

    def forbids(self, one: Iterable[str], other: Iterable[str]) -> bool:
        """Whether an item of the one may not be in a meeting with an item of the other."""
        others = frozenset(other)
        return any(self.apart.get(item_id, NOBODY) & others for item_id in one)

    def why_together(self, item_id: str, others: Iterable[str]) -> str:
        """The reason shown for an item that is held to some of `others`."""
        there = frozenset(others)
        said = [r for r in self.naming.get(item_id, ()) if r.verb == "same" and not r.undone_at and there & items_of(r)]
        return f"ruled to be the same{said_by(said[-1])}" if said else "ruled to be the same"


def said_by(ruling: Ruling) -> str:
    """Who said it, when, and by what id it is taken back."""
    who = f" by {ruling.ruled_by}" if ruling.ruled_by else ""
    return f"{who} on {written(ruling.ruled_at.date())} (ruling {ruling.id})"


def in_force(rulings: Iterable[Ruling]) -> Ruled:
    """What `rulings`, in the order they were made, come to."""
    together: dict[str, set[str]] = {}
    apart: dict[str, set[str]] = defaultdict(set)
    naming: dict[str, list[Ruling]] = defaultdict(list)
    for ruling in rulings:
        for item_id in items_of(ruling):
            naming[item_id].append(ruling)
        if ruling.undone_at:
            continue
        if ruling.verb == "same":
            _join(items_of(ruling), together, apart)
        elif ruling.verb == "different":
            _part(frozenset(ruling.subject.split()), frozenset(ruling.object.split()), together, apart)
    return Ruled(
        {item_id: frozenset(group) for item_id, group in together.items() if len(group) > 1},
        {item_id: frozenset(others) for item_id, others in apart.items() if others},
        {item_id: tuple(named) for item_id, named in naming.items()},
    )


def _join(items: frozenset[str], together: dict[str, set[str]], apart: dict[str, set[str]]) -> None:
    whole = set(items).union(*(together.get(item_id, ()) for item_id in items))
    for item_id in whole:
        together[item_id] = whole
        apart[item_id] -= whole


def _part(some: frozenset[str], others: frozenset[str], together: dict[str, set[str]], apart: dict[str, set[str]]) -> None:
    """The smaller side leaves the group the two were held in; each is kept from each."""
    leaving = min(some, others, key=lambda side: (len(side), sorted(side)))
    for group in {id(together[item_id]): together[item_id] for item_id in leaving if item_id in together}.values():
        if group & some and group & others:
            gone = group & leaving
            for item_id in gone:
                together[item_id] = set(gone)
            group -= gone
    for item_id in some:
        apart[item_id] |= others - {item_id}
    for item_id in others:
        apart[item_id] |= some - {item_id}


def items_of(ruling: Ruling) -> frozenset[str]:
    """The items a ruling names."""
    named = f"{ruling.subject} {ruling.object}" if ruling.verb != "retag" else ruling.subject.partition("/")[0]
    return frozenset(named.split())


def make(verb: Verb, subject: str, object: str, at: datetime, by: str = "") -> Ruling:
    """A ruling under an id of its own."""
    digest = sha256("\n".join((verb, subject, object, at.isoformat())).encode()).digest()
    return Ruling(f"r-{b32encode(digest[:5]).decode().lower()}", verb, subject, object, at, by)


def founder(members: Iterable[Member]) -> str:
    """The report a meeting is known by, as `retag` names it: its first item, and which of its reports where it is not the main one."""
    first = min(members, key=lambda m: (m.item.first_seen, m.item.id, m.report.position))
    return f"{first.item.id}/{first.report.position}" if first.report.position else first.item.id


def ruled(meeting: Meeting, members: Iterable[Member], said: Ruled) -> Meeting:
    """A meeting that was drawn from `members`, as people want it: retagged, and updated when somebody last spoke of it."""
    if not said.naming:
        return meeting
    named_as = {f"{m.item.id}/{m.report.position}" if m.report.position else m.item.id for m in members}
    items = {name.partition("/")[0] for name in named_as}
    spoken = {r.id: r for item_id in items for r in said.naming.get(item_id, ()) if r.verb != "retag" or r.subject in named_as}
    for ruling in sorted(spoken.values(), key=lambda r: (r.ruled_at, r.id)):
        if ruling.verb == "retag" and not ruling.undone_at:
            for tag in ruling.object.split():
                meeting = _tagged(meeting, tag)
    last = max((r.undone_at or r.ruled_at for r in spoken.values()), default=meeting.updated).replace(microsecond=0)
    return replace(meeting, updated=max(meeting.updated, last + timedelta(microseconds=meeting.updated.microsecond)))


def _tagged(meeting: Meeting, tag: str) -> Meeting:
    given, name = tag[0] == "+", tag[1:]
    if not name.isupper():
        others = tuple(topic for topic in meeting.topics if topic != name)
        return replace(meeting, topics=(*others, name) if given else others)
    kind: PartyKind = "country" if name in COUNTRIES else "organisation"
    rest = tuple(party for party in meeting.parties if (party.kind, party.code) != (kind, name))
    party = Party(name, kind, "party" if given else "mention")
    return replace(meeting, parties=tuple(sorted((*rest, party), key=lambda p: (("party", "place", "mention").index(p.role), p.kind, p.code))))
