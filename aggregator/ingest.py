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

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from aggregator.deduper.keys import anchor, asked, counters, ground, is_counted, keys, window
from aggregator.deduper.match import HEARD, Decision, compare, decide
from aggregator.deduper.merge import meeting_id_for, merge
from aggregator.deduper.rulings import Ruled, in_force, items_of, ruled
from aggregator.fetch.addresses import host_and_port
from aggregator.normalise.items import as_item, entry_from_json, entry_json, normalise
from aggregator.normalise.links import canonical_url
from aggregator.parse.entry import Entry, Parsed
from aggregator.poll.again import address, both_schemes, held_under, is_another
from aggregator.wrappers import Wrappers
from storage.database import StorageError
from storage.model import Coverage, Item, Member, Report, Source
from storage.store import Store

LOG = logging.getLogger("communique")

BATCH = 200                         # items decided between two looks at what is undecided; bounds memory
CANDIDATES = 20                     # meetings compared with one report; the true one shares the most keys and is among the first
HEEDED = "rulings heeded"           # setting: the rulings, made and taken back, by which meetings stand, as JSON
NEVER = datetime.min.replace(tzinfo=UTC)
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
        self.wrappers = Wrappers(store)
        self._said = Ruled()        # by people, as of the last time it was asked
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
            counts.update(self.store.items.save_all(((item, entry_json(entry)) for item, entry in found), seen_at))
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

    def decide(self, now: datetime, *, most: int | None = None) -> Decided:
        """Find the meetings of every item not yet decided, each item in a transaction of its own, and draw those that changed.

        With `most` it ends after the batch that reaches so many items, and leaves the rest to the next call.
        """
        items = reports = 0
        touched: dict[str, str] = {}
        failed: list[str] = []
        self._heed()
        self._draw(now, touched)
        while not self.stopping and (most is None or items < most) and (batch := self.store.items.undecided(BATCH)):
            for item in batch:
                if self.stopping:
                    break
                try:
                    with self.store.transaction():
                        reports += self._settle(item)
                        self.store.items.mark_decided([item.id])
                except StorageError:
                    raise
                except Exception:
                    # One text that trips a rule of ours must not keep every later item from its meeting.
                    LOG.exception("not understood item=%s source=%s", item.id, item.source_id)
                    failed.append(item.id)
                    self.store.items.mark_decided([item.id])
                items += 1
            self._draw(now, touched)
        outcomes = Counter(touched.values())
        return Decided(items, reports, outcomes["new"], outcomes["changed"], tuple(failed))

    # What people have ruled

    def _heed(self) -> None:
        """Place anew the members of every meeting that a ruling was made on, or taken back, since the last time."""
        rulings = self.store.rulings.all(active=False)
        self._said = in_force(rulings)
        heeded = frozenset(json.loads(self.store.setting(HEEDED) or "[]")) if rulings else frozenset()
        marks = {f"{ruling.id} undone" if ruling.undone_at else ruling.id: ruling for ruling in rulings}
        fresh = [ruling for mark, ruling in marks.items() if mark not in heeded]
        if not fresh:
            return
        with self.store.transaction():
            self._place_anew({item_id for ruling in fresh for item_id in items_of(ruling)})
            self.store.change_setting(HEEDED, json.dumps(sorted(marks)))

    def _place_anew(self, named: Iterable[str]) -> None:
        """Take the meetings of the items named apart, and place all their members in the order they were seen."""
        items = dict(self.store.items.get_many(sorted(named)))
        for members in self.store.meetings.members_of(dict.fromkeys(id for name in items for id in self.store.meetings.of_item(name))).values():
            items |= {member.item.id: member.item for member in members}
        ordered = sorted(items.values(), key=lambda item: (item.first_seen, item.published or NEVER, item.id))
        for item in reversed(ordered):      # the first last: a meeting that ends leads to where its first report went
            for claim in self.store.meetings.coverage(item.id):
                self.store.meetings.uncover(item.id, claim.position)
        for item in ordered:
            self._settle(item)

    # One item

    def _settle(self, item: Item) -> int:
        """Understand one item anew and place its reports; returns how many it makes."""
        source = self.store.sources.get(item.source_id) or Source(item.source_id, "", item.outlet)
        for claim in self.store.meetings.coverage(item.id):
            self.store.meetings.uncover(item.id, claim.position)
        reports = self.reading(self.wrappers.without(item), source)
        mates = self._said.mates(item.id)
        if mates and not reports:
            reports = (unread(item),)       # somebody says that it reports a meeting
        self.store.meetings.save_reports(item.id, reports)
        bound = self._bound(source, item, reports, mates) if mates else None
        joined: list[str] = []
        for report in reports:
            home = bound[1] if bound and bound[0] == report.position else ""
            meeting_id = self._place(source, item, report, home, exclude=frozenset(joined))
            if meeting_id:
                joined.append(meeting_id)
        return len(reports)

    def _bound(self, source: Source, item: Item, reports: tuple[Report, ...], mates: frozenset[str]) -> tuple[int, str] | None:
        """Which report of an item joins which meeting by somebody's word: where most of its mates are, and with what agrees best there."""
        there = Counter(meeting_id for name in sorted(mates) for meeting_id in self.store.meetings.of_item(name))
        ranked: list[tuple[int, float, int, str]] = []
        for meeting_id, members in self.store.meetings.heard_of(there, HEARD).items():
            for report in reports:
                newcomer = _newcomer(source, item, report)
                agrees = max((compare(newcomer, member).log_odds for member in members), default=0.0)
                ranked.append((there[meeting_id], agrees, -report.position, meeting_id))
        return (-max(ranked)[2], max(ranked)[3]) if ranked else None

    def _place(self, source: Source, item: Item, report: Report, home: str, *, exclude: frozenset[str]) -> str | None:
        """Join `report` to the meeting it is of, or found one; None when it is of none (a retrospective of an unknown meeting).

        `home` is the meeting it joins by somebody's word, "" for none.
        """
        counted = counters(item, report)
        on = ground(self.store.meetings.key_counts(counted))
        found = keys(item, report, on)
        since, until = window(item, report)
        shared = () if home else self.store.meetings.sharing(asked(item, report, on), since=since, until=until)
        self.store.meetings.index(item.id, report.position, (*found, *(counted if is_counted(report, on) else ())), anchor(item, report))
        away = self.store.meetings.of_items(self._said.kept_from(item.id)) | exclude
        near = [home] if home else [name for name, _ in shared if name not in away][:CANDIDATES]
        clusters = self.store.meetings.heard_of(near, HEARD)
        newcomer = _newcomer(source, item, report)
        decision = decide(newcomer, clusters, on)
        if home:
            said = self._said.why_together(item.id, (member.item.id for member in self.store.meetings.members(home)))
            decision = replace(decision, meeting_id=home, score=1.0, reasons=(said, *decision.reasons), possible=())
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
        return next(name for turn in count() if not self.store.meetings.has_members(name := meeting_id_for(item.id, report.position, turn)))

    # Meetings

    def _draw(self, now: datetime, touched: dict[str, str]) -> None:
        """Draw the meetings again whose members changed, or take away those that have none left.

        Many members come at once more often than not, so it is done once for all of them; what a crash leaves is drawn in the next round.
        """
        with self.store.transaction():
            for meeting_id, left in self.store.meetings.undrawn():
                members = self.store.meetings.members(meeting_id)
                if not members:
                    self.store.meetings.remove(meeting_id, next((claim.meeting_id for claim in self.store.meetings.coverage(left)), None), now)
                    touched.pop(meeting_id, None)
                    continue
                outcome = self.store.meetings.save(ruled(merge(meeting_id, members, self.languages), members, self._said))
                if outcome != "same" and touched.get(meeting_id) != "new":
                    touched[meeting_id] = outcome


def unread(item: Item) -> Report:
    """The report of an item of which nothing is known but that it reports something, within a week before it appeared."""
    seen = (item.published or item.first_seen).date()
    return Report(item.id, 0, "report", earliest=seen - timedelta(days=7), latest=seen)


def _newcomer(source: Source, item: Item, report: Report) -> Member:
    return Member(source, item, report, Coverage(item.id, report.position, "", report.kind, 0.0))


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
