"""The `explain` command with two names: why two items or meetings are one, or are not, and what would have had to be different.

The two reports that agree best are laid side by side with everything that speaks
for and against their being of one meeting, and what it weighs.

Touches: the store (reads).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from math import exp, log
from typing import Any

from aggregator.commands.explaining import ExplainError, Named, Pen, line_of_ruling
from aggregator.deduper.keys import asked, counters, ground, keys, window
from aggregator.deduper.match import HEARD, SCALE, Comparison, Scale, compare
from aggregator.deduper.rulings import in_force
from storage.model import Coverage, Member, Ruling, Source
from storage.store import Store

MOST_REPORTS = 8            # of either side that are laid side by side
MOST_WAYS = 6               # in which it could have been otherwise, the easiest first


@dataclass(frozen=True, slots=True)
class Weighed:
    """One thing that speaks for the two being one, or against it."""

    name: str
    adds: float                     # log-odds: above 0 for, below 0 against
    reason: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Two things side by side."""

    names: tuple[str, str]
    titles: tuple[str, str]
    meetings: tuple[tuple[str, ...], tuple[str, ...]]       # that each is of
    score: float
    line: float                     # the score at which two are one
    signals: tuple[Weighed, ...]    # the heaviest first
    conflict: str                   # what forbids it, "" for nothing
    shared: tuple[str, ...]         # keys both have; without any the two were never compared
    ways: tuple[str, ...]           # what would have had to be different
    rulings: tuple[str, ...]

    @property
    def together(self) -> bool:
        """Whether the two share a meeting."""
        return bool(set(self.meetings[0]) & set(self.meetings[1]))

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self) | {"together": self.together}

    def lines(self, *, markup: bool) -> Iterator[str]:
        """What people see, line by line."""
        say = Pen(markup=markup)
        for name, title, meetings in zip(self.names, self.titles, self.meetings, strict=True):
            yield say.strong(title)
            yield say.plain(f"  {name}, of {', '.join(meetings) or 'no meeting'}")
        yield ""
        yield say.strong("They are one meeting." if self.together else "They are not one meeting.")
        yield from (say.plain(f"  {ruling}") for ruling in self.rulings)
        yield f"  {say.score(self.score)}{say.plain(f' by their facts and words; from {self.line:.2f} two are one')}"
        if self.conflict:
            yield say.plain(f"  forbidden by {self.conflict}")
        for heading, chosen in (("For:", [s for s in self.signals if s.adds >= 0]), ("Against:", [s for s in self.signals if s.adds < 0])):
            if chosen:
                yield say.plain(heading)
                yield from (say.plain(f"  {signal.adds:+.2f}  {signal.reason}") for signal in chosen)
        if self.ways:
            yield say.plain("They would be one if:")
            yield from (say.plain(f"  {way}") for way in self.ways)


def compared(store: Store, one: Named, other: Named, scale: Scale = SCALE) -> Compared:
    """The two side by side, by those of their reports that agree best. Raises ExplainError when one of them reports no meeting."""
    sides = _reports(store, one), _reports(store, other)
    for name, reports in zip((one, other), sides, strict=True):
        if not reports:
            raise ExplainError(f"{name.what}: reports no meeting, so there is nothing to compare; `communique explain` with it alone says what it holds")
    best: tuple[Comparison, Member, Member] | None = None
    for mine in sides[0]:
        on = ground(store.meetings.key_counts(counters(mine.item, mine.report)))
        for theirs in sides[1]:
            if (mine.item.id, mine.report.position) != (theirs.item.id, theirs.report.position):
                found = compare(mine, theirs, on, scale)
                best = (found, mine, theirs) if best is None or found.log_odds > best[0].log_odds else best
    if best is None:
        raise ExplainError(f"{one.what} and {other.what}: these are one report; name two")
    comparison, mine, theirs = best
    signals = tuple(sorted((Weighed(s.name, scale.weights[s.name] * s.value, s.reason) for s in comparison.signals), key=lambda s: (-abs(s.adds), s.name)))
    meetings = _meetings(store, one), _meetings(store, other)
    rulings = _rulings(store, mine, theirs)
    shared = shared_keys(store, mine, theirs)
    ways = () if set(meetings[0]) & set(meetings[1]) else tuple(what_would_do(comparison, signals, scale, shared=bool(shared), rulings=rulings))
    return Compared(
        (f"{mine.item.id} ({mine.item.outlet})", f"{theirs.item.id} ({theirs.item.outlet})"), (mine.item.title, theirs.item.title), meetings,
        comparison.score, scale.merge, signals, comparison.conflict, shared, ways, tuple(line_of_ruling(ruling) for ruling in rulings),
    )


def what_would_do(comparison: Comparison, signals: Sequence[Weighed], scale: Scale, *, shared: bool, rulings: Sequence[Ruling]) -> Iterator[str]:
    """What would have had to be different for the two to be one meeting: what stands in the way first, then what would have tipped the scale."""
    if any(ruling.verb == "different" for ruling in rulings):
        yield f"the ruling were taken back: communique undo {next(ruling.id for ruling in rulings if ruling.verb == 'different')}"
    if not shared:
        yield "they shared a person, a party and a day, a place and a week, a link or a rare word, and were not months apart: so they were never compared"
    free = scale.bias + sum(signal.adds for signal in signals)
    if comparison.conflict:
        yield f"this were not so: {comparison.conflict} (the score would then be {_score(free):.2f})"
    lacking = log(scale.merge / (1 - scale.merge)) - free
    if lacking <= 0:
        if not comparison.conflict and shared and not rulings:
            yield "the other reports of their meetings agreed as well as these two do: a report joins by the best and the average of those there"
        return
    against = [(-signal.adds, f"this did not speak against it: {signal.reason}") for signal in signals if signal.adds < 0]
    said = {signal.name for signal in signals}
    absent = [(name, weight) for name, weight in scale.weights.items() if name not in said and weight > 0 and _speaks_for(name)]
    missing = [(weight, f"there were this too: {name.replace('_', ' ')}") for name, weight in absent]
    enough = sorted((adds, way) for adds, way in (*against, *missing) if adds >= lacking)
    yield from (f"{way} ({adds:+.2f}; {lacking:.2f} is lacking)" for adds, way in enough[:MOST_WAYS])
    if not enough:
        yield f"several things were different: {lacking:.2f} is lacking, and no single one weighs so much"


def shared_keys(store: Store, one: Member, other: Member) -> tuple[str, ...]:
    """The keys by which the later of two reports would find the earlier, inside its window of days."""
    early, late = sorted((one, other), key=lambda member: (member.item.first_seen, member.item.id))
    on = {id(member): ground(store.meetings.key_counts(counters(member.item, member.report))) for member in (early, late)}
    since, until = window(late.item, late.report)
    day = early.report.day or (early.item.published or early.item.first_seen).date()
    if (since and day < since) or (until and day > until):
        return ()
    held = frozenset(keys(early.item, early.report, on[id(early)]))
    return tuple(key for key in asked(late.item, late.report, on[id(late)]) if key in held)


def _speaks_for(name: str) -> bool:
    """Whether a signal of that name can speak for two being one; the names of those against begin alike."""
    return not name.startswith(("other_", "no_", "few_", "person_missing", "published_apart"))


def _reports(store: Store, of: Named) -> tuple[Member, ...]:
    if of.meeting_id:
        return store.meetings.heard_of((of.meeting_id,), HEARD).get(of.meeting_id, ())
    found = []
    for item in store.items.get_many(of.items[:1]).values():
        source = store.sources.get(item.source_id) or Source(item.source_id, "", item.outlet)
        claims = {claim.position: claim for claim in store.meetings.coverage(item.id)}
        for report in store.meetings.reports(item.id)[:MOST_REPORTS]:
            blank = Coverage(item.id, report.position, "", report.kind, 0.0)
            found.append(Member(source, item, report, claims.get(report.position, blank)))
    return tuple(found)


def _meetings(store: Store, of: Named) -> tuple[str, ...]:
    return (of.meeting_id,) if of.meeting_id else store.meetings.of_item(of.items[0])


def _rulings(store: Store, mine: Member, theirs: Member) -> tuple[Ruling, ...]:
    """The rulings in force on these two."""
    held = store.rulings.all()
    said = in_force(held)
    if theirs.item.id in said.mates(mine.item.id) or said.forbids({mine.item.id}, {theirs.item.id}):
        both = [r for r in held if r.verb != "retag" and {mine.item.id, theirs.item.id} <= {*r.subject.split(), *r.object.split()}]
        return tuple(both[-1:])
    return ()


def _score(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))
