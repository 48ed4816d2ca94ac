"""A stream of items matched without a store, so that many scales can be tried on it.

The steps are those of aggregator/ingest.py.

Touches: nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from aggregator.deduper.keys import anchor, asked, counters, ground, is_counted, keys, window
from aggregator.deduper.match import Decision, Scale, decide
from aggregator.deduper.merge import meeting_id_for
from aggregator.deduper.terms import Ground
from aggregator.ingest import CANDIDATES
from benchmarks.labelled import Told
from storage.model import Coverage, Member, Report

PER_KEY = 50  # newest reports of one key, as the store gives them


class Stream:
    """What was seen so far, and the meetings it makes."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.members: dict[str, list[Member]] = defaultdict(list)
        self.placed: dict[str, tuple[str, ...]] = {}
        self.judged: list[tuple[str, str, float]] = []     # each main report, a meeting it was compared with, and the score; as far as the scale shows them
        self._index: dict[str, list[tuple[str, date]]] = defaultdict(list)
        self._counts: Counter[str] = Counter()

    def take(self, row: Told) -> None:
        """Place every report of a row."""
        mine: list[str] = []
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
            mine.append(meeting)
        self.placed[row.id] = tuple(mine)

    def before(
        self, row: Told, report: Report, mine: list[str], most: int = CANDIDATES, *, anytime: bool = False
    ) -> tuple[Ground, tuple[str, ...], dict[str, tuple[Member, ...]]]:
        """The ground, the keys and at most `most` candidates of a report; with `anytime` of whatever day."""
        on = ground({key: self._counts[key] for key in counters(row.item, report)})
        found = keys(row.item, report, on)
        first, last = (None, None) if anytime else window(row.item, report)
        shared: Counter[str] = Counter()
        for key in asked(row.item, report, on):
            shared.update({name for name, at in self._index[key][-PER_KEY:] if (first is None or first <= at) and (last is None or at <= last)})
        names = [name for name, _ in sorted(shared.items(), key=lambda pair: (-pair[1], pair[0])) if name not in mine][:most]
        return on, found, {name: tuple(self.members[name]) for name in names}

    def keep(self, newcomer: Member, decision: Decision, meeting: str, found: tuple[str, ...], on: Ground) -> None:
        """Remember a report as one of `meeting`."""
        day = anchor(newcomer.item, newcomer.report)
        for key in found:
            self._index[key].append((meeting, day))
        if is_counted(newcomer.report, on):
            self._counts.update(counters(newcomer.item, newcomer.report))
        claim = replace(newcomer.coverage, meeting_id=meeting, score=decision.score, copy_of=decision.copy_of)
        self.members[meeting].append(replace(newcomer, coverage=claim))


def stream(told: Iterable[Told], scale: Scale) -> dict[str, tuple[str, ...]]:
    """The meetings of each row, main first."""
    seen = Stream(scale)
    for row in told:
        seen.take(row)
    return seen.placed
