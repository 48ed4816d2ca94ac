"""A stream of items matched without a store, so that many scales can be tried on it.

The steps are those of aggregator/ingest.py.

Touches: nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import count

from aggregator.deduper.keys import anchor, asked, counters, ground, is_counted, keys, window
from aggregator.deduper.match import HEARD, Decision, Scale, decide
from aggregator.deduper.merge import meeting_id_for
from aggregator.deduper.repair import MOST_CHANGES, Change, next_change
from aggregator.deduper.rulings import Ruled
from aggregator.deduper.terms import Ground
from aggregator.placing import CANDIDATES
from benchmarks.labelled import Told
from storage.model import Coverage, Member, Report

PER_KEY = 50  # newest reports of one key, as the store gives them


class Stream:
    """What was seen so far, and the meetings it makes."""

    def __init__(self, scale: Scale, *, repairing: bool = True) -> None:
        self.scale, self.repairing = scale, repairing
        self.members: dict[str, list[Member]] = defaultdict(list)
        self.changes: list[Change] = []                    # what was repaired
        self.judged: list[tuple[str, str, float]] = []     # each main report, a meeting it was compared with, and the score; as far as the scale shows them
        self._home: dict[tuple[str, int], str] = {}
        self._rows: dict[str, list[tuple[str, int]]] = {}
        self._index: dict[str, list[tuple[tuple[str, int], date]]] = defaultdict(list)
        self._counts: Counter[str] = Counter()

    @property
    def placed(self) -> dict[str, tuple[str, ...]]:
        """The meetings of each row, main first."""
        return {row: tuple(dict.fromkeys(self._home[of] for of in reports)) for row, reports in self._rows.items()}

    def take(self, row: Told) -> None:
        """Place every report of a row."""
        mine: list[str] = []
        self._rows[row.id] = []
        for report in row.reports:
            newcomer = Member(row.source, row.item, report, Coverage(row.item.id, report.position, "", report.kind, 0.0))
            on, found, clusters = self.before(row, report, mine)
            decision = decide(newcomer, clusters, on, self.scale)
            if report.position == 0:
                best = ((decision.meeting_id, decision.score),) if decision.meeting_id else ()
                self.judged.extend((row.id, name, score) for name, score in (*best, *((name, score) for name, score, _ in decision.possible)))
            if decision.meeting_id is None and report.kind == "retrospective":
                continue
            meeting = decision.meeting_id or meeting_id_for(row.item.id, report.position)
            self.keep(newcomer, decision, meeting, found, on)
            self._rows[row.id].append((row.item.id, report.position))
            if self.repairing:
                self._repair(newcomer, meeting, [name for name, _, _ in decision.possible], on)
            mine = [self._home[of] for of in self._rows[row.id]]

    def _repair(self, newcomer: Member, home: str, near: list[str], on: Ground) -> None:
        """Mend what the newcomer to `home` shows to be wrong there and in the meetings near it."""
        for turn in range(MOST_CHANGES):
            clusters = {name: heard(self.members[name]) for name in (home, *near) if self.members.get(name)}
            change = next_change(None if turn else newcomer, home, clusters, Ruled(), on, self.scale)
            if change is None:
                return
            self.changes.append(change)
            members = self.members[change.source]
            moving = [m for m in members if change.member is None or (m.item.id, m.report.position) == (change.member.item.id, change.member.report.position)]
            target = change.target or self._own(moving[0])
            for member in moving:
                members.remove(member)
                self.members[target].append(member)
                self._home[(member.item.id, member.report.position)] = target
            home = self._home[(newcomer.item.id, newcomer.report.position)]

    def _own(self, member: Member) -> str:
        return next(name for turn in count() if not self.members.get(name := meeting_id_for(member.item.id, member.report.position, turn)))

    def before(
        self, row: Told, report: Report, mine: list[str], most: int = CANDIDATES, *, anytime: bool = False
    ) -> tuple[Ground, tuple[str, ...], dict[str, tuple[Member, ...]]]:
        """The ground, the keys and at most `most` candidates of a report; with `anytime` of whatever day."""
        on = ground({key: self._counts[key] for key in counters(row.item, report)})
        found = keys(row.item, report, on)
        first, last = (None, None) if anytime else window(row.item, report)
        shared: Counter[str] = Counter()
        for key in asked(row.item, report, on):
            newest = self._index[key][-PER_KEY:]
            shared.update({self._home[of] for of, at in newest if (first is None or first <= at) and (last is None or at <= last)})
        names = [name for name, _ in sorted(shared.items(), key=lambda pair: (-pair[1], pair[0])) if name not in mine][:most]
        return on, found, {name: tuple(self.members[name]) for name in names}

    def keep(self, newcomer: Member, decision: Decision, meeting: str, found: tuple[str, ...], on: Ground) -> None:
        """Remember a report as one of `meeting`."""
        day = anchor(newcomer.item, newcomer.report)
        which = (newcomer.item.id, newcomer.report.position)
        self._home[which] = meeting
        for key in found:
            self._index[key].append((which, day))
        if is_counted(newcomer.report, on):
            self._counts.update(counters(newcomer.item, newcomer.report))
        claim = replace(newcomer.coverage, meeting_id=meeting, score=decision.score, copy_of=decision.copy_of)
        self.members[meeting].append(replace(newcomer, coverage=claim))


def heard(members: Iterable[Member]) -> tuple[Member, ...]:
    """The members a meeting is known by, as the store gives them."""
    ranked = sorted(members, key=lambda m: (bool(m.coverage.copy_of), m.report.kind != "report", m.item.first_seen, m.item.id))
    return tuple(ranked[:HEARD])


def stream(told: Iterable[Told], scale: Scale, *, repairing: bool = True) -> dict[str, tuple[str, ...]]:
    """The meetings of each row, main first."""
    seen = Stream(scale, repairing=repairing)
    for row in told:
        seen.take(row)
    return seen.placed
