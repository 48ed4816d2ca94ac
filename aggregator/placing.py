"""Which meetings the reports of an item are of: found among all that are kept, mended, and drawn.

    settle   an item is understood anew; each of its reports joins a meeting or founds one,
             and what that shows to be wrong nearby is mended (deduper/repair.py)
    heed     what people have ruled since the last time is done
    draw     the meetings whose members changed are drawn again

Everything is decided by what was kept before, item by item, so the same items in the
same order give the same meetings however the rounds and restarts fall between them.

Touches: the store.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from aggregator.deduper.keys import anchor, asked, counters, ground, is_counted, keys, window
from aggregator.deduper.match import HEARD, Decision, compare, decide
from aggregator.deduper.merge import meeting_id_for, merge
from aggregator.deduper.repair import MOST_CHANGES, Change, next_change, recorded
from aggregator.deduper.rulings import Ruled, in_force, items_of, ruled
from aggregator.deduper.terms import Ground
from storage.model import Coverage, Item, Member, Report, Source
from storage.store import Store

CANDIDATES = 10                     # meetings compared with one report; the true one shares the most keys. On gold 20 find no more, 6 find fewer
HEEDED = "rulings heeded"           # setting: the rulings, made and taken back, by which meetings stand, as JSON
NEVER = datetime.min.replace(tzinfo=UTC)
FIRST = "the first report of this meeting"

Reading = Callable[[Item, Source], tuple[Report, ...]]


class Placing:
    """Places the reports of items, one item at a time. `reading` says what an item reports; `languages` are the reader's, best first."""

    def __init__(self, store: Store, reading: Reading, languages: tuple[str, ...]) -> None:
        self.store, self.reading, self.languages = store, reading, languages
        self._said = Ruled()        # by people, as of the last time it was asked

    # What people have ruled

    def heed(self, now: datetime) -> None:
        """Place anew the members of every meeting that a ruling was made on, or taken back, since the last time."""
        rulings = self.store.rulings.all(active=False)
        self._said = in_force(rulings)
        heeded = frozenset(json.loads(self.store.setting(HEEDED) or "[]")) if rulings else frozenset()
        marks = {f"{ruling.id} undone" if ruling.undone_at else ruling.id: ruling for ruling in rulings}
        fresh = [ruling for mark, ruling in marks.items() if mark not in heeded]
        if not fresh:
            return
        with self.store.transaction():
            self._place_anew({item_id for ruling in fresh for item_id in items_of(ruling)}, now)
            self.store.change_setting(HEEDED, json.dumps(sorted(marks)))

    def _place_anew(self, named: Iterable[str], now: datetime) -> None:
        """Take the meetings of the items named apart, and place all their members in the order they were seen."""
        items = dict(self.store.items.get_many(sorted(named)))
        for members in self.store.meetings.members_of(dict.fromkeys(id for name in items for id in self.store.meetings.of_item(name))).values():
            items |= {member.item.id: member.item for member in members}
        ordered = sorted(items.values(), key=lambda item: (item.first_seen, item.published or NEVER, item.id))
        for item in reversed(ordered):      # the first last: a meeting that ends leads to where its first report went
            for claim in self.store.meetings.coverage(item.id):
                self.store.meetings.uncover(item.id, claim.position)
        for item in ordered:
            self.settle(item, now)

    # One item

    def settle(self, item: Item, now: datetime) -> int:
        """Understand one item anew and place its reports; returns how many it makes."""
        source = self.store.sources.get(item.source_id) or Source(item.source_id, "", item.outlet)
        for claim in self.store.meetings.coverage(item.id):
            self.store.meetings.uncover(item.id, claim.position)
        reports = self.reading(item, source)
        mates = self._said.mates(item.id)
        if mates and not reports:
            reports = (unread(item),)       # somebody says that it reports a meeting
        self.store.meetings.save_reports(item.id, reports)
        bound = self._bound(source, item, reports, mates) if mates else None
        joined: list[str] = []
        for report in reports:
            home = bound[1] if bound and bound[0] == report.position else ""
            meeting_id = self._place(source, item, report, home, now, exclude=frozenset(joined))
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

    def _place(self, source: Source, item: Item, report: Report, home: str, now: datetime, *, exclude: frozenset[str]) -> str | None:
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
        return self._mend(newcomer, meeting_id, [other for other, _, _ in decision.possible], on, now)

    def _mend(self, newcomer: Member, home: str, near: Sequence[str], on: Ground, now: datetime) -> str:
        """Mend what the newcomer to `home` shows to be wrong there and in the meetings near it; returns where it is then."""
        for turn in range(MOST_CHANGES):
            change = next_change(None if turn else newcomer, home, self.store.meetings.heard_of((home, *near), HEARD), self._said, on)
            if change is None:
                break
            self._make(change, now)
            home = next(claim.meeting_id for claim in self.store.meetings.coverage(newcomer.item.id) if claim.position == newcomer.report.position)
        return home

    def _make(self, change: Change, now: datetime) -> None:
        """Do as `change` says, and remember it. Of two meetings that are one the older stays."""
        there = self.store.meetings.members_of(filter(None, (change.source, change.target)))
        if change.verb == "merge" and _age(there[change.source]) < _age(there[change.target]):
            change = replace(change, source=change.target, target=change.source)
        leaving = [member for member in there[change.source] if change.verb == "merge" or _is(member, change.member)]
        target = change.target or self._new_id(leaving[0].item, leaving[0].report)
        self.store.repairs.add(recorded(replace(change, target=target), there, now))
        for member in leaving:
            claim = replace(member.coverage, meeting_id=target)
            if change.verb == "split":
                claim = replace(claim, score=1.0, reasons=(FIRST,), copy_of="")
            elif change.verb == "move" or claim.reasons == (FIRST,):
                claim = replace(claim, score=change.score, reasons=change.reasons)
            self.store.meetings.cover(claim)

    def _new_id(self, item: Item, report: Report) -> str:
        """The id for a meeting that `report` founds: its own, unless others hold a meeting of that id together without it."""
        return next(name for turn in count() if not self.store.meetings.has_members(name := meeting_id_for(item.id, report.position, turn)))

    # Meetings

    def draw(self, now: datetime, touched: dict[str, str]) -> None:
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


def _claim(newcomer: Member, meeting_id: str, decision: Decision) -> Coverage:
    if decision.meeting_id is None:
        return replace(newcomer.coverage, meeting_id=meeting_id, score=1.0, reasons=(FIRST,))
    return replace(newcomer.coverage, meeting_id=meeting_id, score=decision.score, reasons=decision.reasons, copy_of=decision.copy_of)


def _age(members: Sequence[Member]) -> tuple[datetime, str]:
    return min((member.item.first_seen, member.item.id) for member in members)


def _is(member: Member, other: Member | None) -> bool:
    return other is not None and (member.item.id, member.report.position) == (other.item.id, other.report.position)
