"""From a parsed document to meetings: the steps in order. Read this first.

    take     Parsed → items         normalise, then keep: an item that was fetched is never lost
    decide   items → meetings       understand → keys → candidates → match → coverage → merge

Items are taken in any number and order; they are decided one at a time, in the
order they were first seen, so that two reports of one meeting in one round never
make two meetings. What was taken but not decided (a crash in between) is
decided in the next round.

Touches: the store.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from aggregator.deduper.keys import anchor, asked, counters, ground, is_counted, keys, window
from aggregator.deduper.match import Decision, decide
from aggregator.deduper.merge import meeting_id_for, merge
from aggregator.fetch.addresses import host_and_port
from aggregator.normalise.items import as_item, entry_from_json, entry_json, normalise
from aggregator.normalise.links import canonical_url
from aggregator.parse.entry import Entry, Parsed
from aggregator.poll.again import address, both_schemes, held_under, is_another
from storage.database import StorageError
from storage.model import Coverage, Item, Member, Report, Source
from storage.store import Store

LOG = logging.getLogger("communique")

BATCH = 200                         # items decided between two looks at what is undecided; bounds memory
CANDIDATES = 20                     # meetings compared with one report; the true one shares the most keys and is among the first
LONGEST_WAIT = 2_000                # entries of one source that wait for another day: four days' worth; what is beyond is an attack

Found = tuple[tuple[Item, Entry], ...]
Reading = Callable[[Item, Source], tuple[Report, ...]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a document brought."""

    new: int = 0
    changed: int = 0
    same: int = 0
    waiting: int = 0                    # entries of the source that wait for another day
    strayed: int = 0                    # known items whose link leads to another host now


@dataclass(frozen=True, slots=True)
class Decided:
    """What a run of decisions did. Meetings are counted once each."""

    items: int = 0
    reports: int = 0
    meetings_new: int = 0
    meetings_changed: int = 0
    failed: tuple[str, ...] = ()        # items that could not be understood: kept, logged, and tried again by a rebuild


class Intake:
    """Takes documents in and decides which meetings they report.

    `reading` says what an item reports (aggregator/understand/reading.py, with
    the topics in force); `languages` are the reader's, best first.
    """

    def __init__(self, store: Store, reading: Reading, languages: tuple[str, ...] = ("en",)) -> None:
        self.store, self.reading, self.languages = store, reading, languages
        self.stopping = False       # set from another thread: `decide` ends after the item in hand, and the rest is decided at the next start

    def known_links(self, source: Source, links: Iterable[str]) -> frozenset[str]:
        """Those of `links` that an item of `source` has already, under http or https."""
        canonical = {link: canonical_url(link) for link in links}
        known = {address(url) for url in self.store.items.known_urls(source.id, both_schemes(canonical.values()))}
        return frozenset(link for link, url in canonical.items() if address(url) in known)

    def take(self, source: Source, parsed: Parsed, seen_at: datetime, *, visit: bool = False, room: int | None = None) -> Taken:
        """Keep every entry as an item, in one transaction.

        With `visit` the document follows earlier ones of its source: an entry that only
        changed its id is the item it was. At most `room` items may be new, those first
        that wait since an earlier document; the surplus waits. None: as many as there are.
        """
        counts = Counter[str]()
        with self.store.transaction():
            found = normalise(parsed, source, seen_at=seen_at)
            held = self.store.items.addresses(item.id for item, _ in found)
            if visit:
                found = self._recognised(source, found, held, seen_at)
            if visit and room is not None:
                found = self._within(source, found, room, seen_at, counts)
            counts["strayed"] = sum(_has_strayed(item, held.get(item.id, "")) for item, _ in found)
            for item, entry in found:
                counts[self.store.items.save(item, entry_json(entry), seen_at)] += 1
        return Taken(counts["new"], counts["changed"], counts["same"], counts["waiting"], counts["strayed"])

    def _recognised(self, source: Source, found: Found, held: Mapping[str, str], seen_at: datetime) -> Found:
        """The items of a document under the ids they are held under; `held` are the addresses of those known by their own id."""
        suspects = [item.id for item, _ in found if item.id in held and item.url and address(held[item.id]) != address(item.url)]
        known = self.store.items.get_many(suspects)
        found = tuple(_renamed(pair, source, seen_at) if pair[0].id in known and is_another(pair[0], known[pair[0].id]) else pair for pair in found)
        strange = [item for item, _ in found if item.id not in held]
        if not strange:
            return found
        alike = self.store.items.alike(
            source.id, urls=both_schemes(item.url for item in strange), dates=(item.published for item in strange if item.published),
            hashes=(item.hash for item in strange))
        if not alike:
            return found
        names = held_under([item for item, _ in found], held, alike)
        return tuple((replace(item, id=names.get(item.id, item.id)), entry) for item, entry in found)

    def _within(self, source: Source, found: Found, room: int, seen_at: datetime, counts: Counter[str]) -> Found:
        """The items that may be taken in now, with those that have waited; the rest is put to wait."""
        held = self.store.items.addresses(item.id for item, _ in found)
        waited = dict(self.store.items.admit(source.id, room))
        first = tuple((as_item(entry, source, id=id, seen_at=seen_at), entry) for id, entry in ((id, entry_from_json(raw)) for id, raw in waited.items()))
        here = [pair for pair in found if pair[0].id not in held and pair[0].id not in waited]
        late = here[max(room - len(first), 0):]
        if late or room <= len(first):
            counts["waiting"] = self.store.items.wait(source.id, ((item.id, entry_json(entry)) for item, entry in late), seen_at, most=LONGEST_WAIT)
        put_off = {item.id for item, _ in late} | waited.keys()
        return (*first, *(pair for pair in found if pair[0].id not in put_off))

    def decide(self, now: datetime) -> Decided:
        """Find the meetings of every item not yet decided, each item in a transaction of its own."""
        items = reports = 0
        touched: dict[str, str] = {}
        failed: list[str] = []
        while not self.stopping and (batch := self.store.items.undecided(BATCH)):
            for item in batch:
                if self.stopping:
                    break
                try:
                    with self.store.transaction():
                        reports += self._settle(item, now, touched)
                        self.store.items.mark_decided([item.id])
                except StorageError:
                    raise
                except Exception:
                    # One text that trips a rule of ours must not keep every later item from its meeting.
                    LOG.exception("not understood item=%s source=%s", item.id, item.source_id)
                    failed.append(item.id)
                    self.store.items.mark_decided([item.id])
                items += 1
        outcomes = Counter(touched.values())
        return Decided(items, reports, outcomes["new"], outcomes["changed"], tuple(failed))

    def _settle(self, item: Item, now: datetime, touched: dict[str, str]) -> int:
        """Understand one item anew and place its reports; returns how many it makes."""
        source = self.store.sources.get(item.source_id) or Source(item.source_id, "", item.outlet)
        left = {claim.meeting_id for claim in self.store.meetings.coverage(item.id)}
        for claim in self.store.meetings.coverage(item.id):
            self.store.meetings.uncover(item.id, claim.position)
        reports = self.reading(item, source)
        self.store.meetings.save_reports(item.id, reports)
        joined: list[str] = []
        for report in reports:
            meeting_id = self._place(source, item, report, exclude=frozenset(joined))
            if meeting_id:
                joined.append(meeting_id)
        for meeting_id in dict.fromkeys([*joined, *sorted(left)]):
            self._redraw(meeting_id, now, touched)
        return len(reports)

    def _place(self, source: Source, item: Item, report: Report, *, exclude: frozenset[str]) -> str | None:
        """Join `report` to the meeting it is of, or found one; None when it is of none (a retrospective of an unknown meeting)."""
        counted = counters(item, report)
        on = ground(self.store.meetings.key_counts(counted))
        found = keys(item, report, on)
        since, until = window(item, report)
        shared = self.store.meetings.sharing(asked(item, report, on), since=since, until=until)
        self.store.meetings.index(item.id, report.position, (*found, *(counted if is_counted(report, on) else ())), anchor(item, report))
        clusters = self.store.meetings.members_of([name for name, _ in shared if name not in exclude][:CANDIDATES])
        newcomer = Member(source, item, report, Coverage(item.id, report.position, "", report.kind, 0.0))
        decision = decide(newcomer, clusters, on)
        if decision.meeting_id is None and report.kind == "retrospective":
            return None
        meeting_id = decision.meeting_id or self._new_id(item, report)
        self.store.meetings.cover(_claim(newcomer, meeting_id, decision))
        for member in clusters.get(meeting_id, ()):
            if {member.item.id, member.coverage.copy_of} & set(decision.copies):
                self.store.meetings.cover(replace(member.coverage, copy_of=item.id))    # its origin was seen after it
        for other, score, reasons in decision.possible:
            self.store.meetings.relate(meeting_id, other, score, reasons)
        return meeting_id

    def _new_id(self, item: Item, report: Report) -> str:
        """The id for a meeting that `report` founds: its own, unless others hold a meeting of that id together without it."""
        return next(name for turn in count() if not self.store.meetings.members(name := meeting_id_for(item.id, report.position, turn)))

    def _redraw(self, meeting_id: str, now: datetime, touched: dict[str, str]) -> None:
        """Draw a meeting again from its members, or take it away when it has none left."""
        members = self.store.meetings.members_of([meeting_id]).get(meeting_id, ())
        if not members:
            self.store.meetings.remove(meeting_id, None, now)
            touched.pop(meeting_id, None)
            return
        outcome = self.store.meetings.save(merge(meeting_id, members, self.languages))
        if outcome != "same" and touched.get(meeting_id) != "new":
            touched[meeting_id] = outcome


def _has_strayed(item: Item, before: str) -> bool:
    """Whether the item's link led to another site when it was last seen; "www." and the scheme are no difference."""
    here, there = (host_and_port(url)[0].removeprefix("www.") for url in (item.url, before))
    return bool(here and there) and here != there and not here.endswith(f".{there}") and not there.endswith(f".{here}")


def _renamed(pair: tuple[Item, Entry], source: Source, seen_at: datetime) -> tuple[Item, Entry]:
    """An item that bears another's id, under the one its link gives it."""
    ((item, _),) = normalise(Parsed((replace(pair[1], guid=""),)), source, seen_at=seen_at)
    return replace(item, guid=pair[0].guid), pair[1]


def _claim(newcomer: Member, meeting_id: str, decision: Decision) -> Coverage:
    if decision.meeting_id is None:
        return replace(newcomer.coverage, meeting_id=meeting_id, score=1.0, reasons=("the first report of this meeting",))
    return replace(newcomer.coverage, meeting_id=meeting_id, score=decision.score, reasons=decision.reasons, copy_of=decision.copy_of)
