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
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from aggregator.deduper.keys import anchor, keys, window
from aggregator.deduper.match import Decision, decide
from aggregator.deduper.merge import meeting_id_for, merge
from aggregator.normalise.items import entry_json, normalise
from aggregator.normalise.links import canonical_url
from aggregator.parse.entry import Parsed
from storage.database import StorageError
from storage.model import Coverage, Item, Member, Report, Source
from storage.store import Store

LOG = logging.getLogger("communique")

BATCH = 200                         # items decided between two looks at what is undecided; bounds memory
CANDIDATES = 30                     # meetings compared with one report; the true one shares the most keys and is among the first

Reading = Callable[[Item, Source], tuple[Report, ...]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a document brought."""

    new: int = 0
    changed: int = 0
    same: int = 0


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
        """Those of `links` that an item of `source` has already."""
        canonical = {link: canonical_url(link) for link in links}
        known = self.store.items.known_urls(source.id, canonical.values())
        return frozenset(link for link, url in canonical.items() if url in known)

    def take(self, source: Source, parsed: Parsed, seen_at: datetime) -> Taken:
        """Keep every entry as an item, in one transaction."""
        counts = {"new": 0, "changed": 0, "same": 0}
        with self.store.transaction():
            for item, entry in normalise(parsed, source, seen_at=seen_at):
                counts[self.store.items.save(item, entry_json(entry), seen_at)] += 1
        return Taken(**counts)

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
        found = keys(item, report)
        since, until = window(item, report)
        shared = self.store.meetings.sharing(found, since=since, until=until)
        self.store.meetings.index(item.id, report.position, found, anchor(item, report))
        clusters = self.store.meetings.members_of([name for name, _ in shared if name not in exclude][:CANDIDATES])
        newcomer = Member(source, item, report, Coverage(item.id, report.position, "", report.kind, 0.0))
        decision = decide(newcomer, clusters)
        if decision.meeting_id is None and report.kind == "retrospective":
            return None
        meeting_id = decision.meeting_id or self._new_id(item, report)
        self.store.meetings.cover(_claim(newcomer, meeting_id, decision))
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


def _claim(newcomer: Member, meeting_id: str, decision: Decision) -> Coverage:
    if decision.meeting_id is None:
        return replace(newcomer.coverage, meeting_id=meeting_id, score=1.0, reasons=("the first report of this meeting",))
    return replace(newcomer.coverage, meeting_id=meeting_id, score=decision.score, reasons=decision.reasons, copy_of=decision.copy_of)
