"""Which meeting a report is of: signals weighed into one score, with reasons.

The score of a pair is the sum of its weighed signals as log-odds, made a number
from 0 to 1. A report joins the cluster whose members agree best with it, by the
mean of the best score and the average of at most five; a conflict with a member
keeps it out whatever the words say. Precision comes first: a false merge hides a
meeting from its reader, a missed one shows it twice.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp

from aggregator.deduper.copies import origin
from aggregator.deduper.facts import Facts, Pair, facts, pair
from aggregator.deduper.signals import SIGNALS, Signal, conflict
from aggregator.deduper.terms import Ground
from storage.model import Member

BIAS = -3.4             # log-odds of two reports that share a key and nothing else
# Fitted by benchmarks/weights.py to pairs of the labelled set, drawn towards judgement. Of that set (in-sample, 2026-11): pair P 0.96, R 0.80, F1 0.87.
WEIGHTS: dict[str, float] = {
    "same_people":       3.4,       # moving these? `pytest tests/test_quality.py` shows what it costs
    "same_person":       0.7,
    "person_named":      0.8,
    "person_missing":    2.0,
    "same_post":         0.9,
    "other_post":        1.6,
    "other_person":      1.4,
    "same_offices":      1.6,
    "other_offices":     2.0,
    "same_parties":      0.8,
    "other_parties":     1.6,
    "same_organisation": 0.8,
    "same_day":          2.4,
    "other_day":         4.2,
    "same_place":        0.4,
    "other_place":       0.1,
    "same_act":          0.1,
    "other_act":         0.6,
    "same_agreement":    0.1,
    "rare_words":        0.6,
    "title_words":       1.3,
    "text_words":        1.3,
    "across_languages":  0.7,
    "copied":            4.0,
    "one_source":       -0.7,
}
COMPARED = 5            # members whose average counts: a large cluster must not outvote its best member, nor hide its worst
HEARD = 12              # members a report is compared with: a flood of reprints must not make one decision slow
FEW = 3                 # a conflict with a third of a cluster's reports keeps another out; in a large cluster one wrong fact must not
FORBIDDEN = -4.0        # log-odds at most of two reports in conflict: they count against the cluster
SHOWN = 6               # reasons kept, the heaviest first


@dataclass(frozen=True, slots=True)
class Scale:
    """What signals weigh, and where the two lines are drawn."""

    bias: float = BIAS
    weights: Mapping[str, float] = field(default_factory=lambda: WEIGHTS)
    merge: float = 0.55         # at or above: one meeting
    possible: float = 0.3       # at or above, below `merge`: "possibly the same", shown and not merged


SCALE = Scale()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two reports against each other."""

    log_odds: float
    signals: tuple[Signal, ...]
    conflict: str               # "" when nothing forbids it

    @property
    def score(self) -> float:
        return 1 / (1 + exp(-self.log_odds))


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a report: the meeting it joins, or None when it is of no meeting we know."""

    meeting_id: str | None
    score: float                                                    # of the best meeting it was compared with, 0 when there was none
    reasons: tuple[str, ...] = ()
    possible: tuple[tuple[str, float, tuple[str, ...]], ...] = ()   # meetings it is possibly of, best first
    copy_of: str = ""                                               # the item this one reprints


def compare(newcomer: Member, member: Member, scale: Scale = SCALE) -> Comparison:
    """The signals between two reports, for people who ask why."""
    of = pair(facts(newcomer), facts(member))
    return _compare(of, conflict(of), Ground.of(()), scale)


def decide(newcomer: Member, clusters: Mapping[str, tuple[Member, ...]], scale: Scale = SCALE) -> Decision:
    """The meeting among `clusters` that `newcomer` reports, with the reasons."""
    mine = facts(newcomer)
    open_to: dict[str, _Beside] = {}
    heads: list[list[str]] = [[mine.head]]
    for meeting_id, members in clusters.items():
        if any(m.item.id == newcomer.item.id and m.report.position != newcomer.report.position for m in members):
            continue        # two reports of one item are two meetings
        beside = [(of, conflict(of)) for of in (pair(mine, facts(m)) for m in _others(newcomer, members))]
        heads.append([of.theirs.head for of, _ in beside])
        if beside and not _is_closed(beside):
            open_to[meeting_id] = beside
    ground = Ground.of(heads)
    ranked = sorted(((_link(beside, ground, scale), meeting_id) for meeting_id, beside in open_to.items()), key=lambda found: (-found[0].score, found[1]))
    if not ranked:
        return Decision(None, 0.0)
    best, meeting_id = ranked[0]
    joins = best.score >= scale.merge
    rest = ranked[1:] if joins else ranked
    possible = tuple((name, link.score, link.reasons) for link, name in rest if link.score >= scale.possible)
    if not joins:
        return Decision(None, best.score, (), possible)
    return Decision(meeting_id, best.score, best.reasons, possible, best.copy_of)


@dataclass(frozen=True, slots=True)
class _Link:
    score: float
    reasons: tuple[str, ...]
    copy_of: str


_Beside = list[tuple[Pair, str]]        # a report beside each member of a cluster, and what forbids the two to be one


def _is_closed(beside: _Beside) -> bool:
    """Whether conflicts keep the report out of a cluster whatever else is said. Previews bear no witness where there are reports."""
    witnesses = [why for of, why in beside if of.theirs.report.kind == "report"] or [why for _, why in beside]
    return sum(bool(why) for why in witnesses) * FEW >= len(witnesses)


def _link(beside: _Beside, ground: Ground, scale: Scale) -> _Link:
    """How well a report fits a cluster: (best + mean of at most five) / 2, in log-odds."""
    compared = [(_compare(of, why, ground, scale), of) for of, why in beside]
    compared.sort(key=lambda found: (-found[0].log_odds, found[1].theirs.member.item.id))
    best = compared[0][0]
    top = [c.log_odds for c, _ in compared[:COMPARED]]
    linked = Comparison((best.log_odds + sum(top) / len(top)) / 2, best.signals, "")
    copy_of = next((_origin(of.mine, of.theirs) for c, of in compared if any(s.name == "copied" for s in c.signals)), "")
    return _Link(linked.score, _reasons(best, scale), copy_of)


def _compare(of: Pair, forbidden: str, ground: Ground, scale: Scale) -> Comparison:
    found = tuple(signal for ask in SIGNALS if (signal := ask(of, ground)) is not None)
    log_odds = scale.bias + sum(scale.weights[s.name] * s.value for s in found)
    return Comparison(min(log_odds, FORBIDDEN) if forbidden else log_odds, found, forbidden)


def _reasons(comparison: Comparison, scale: Scale) -> tuple[str, ...]:
    """What spoke for it, the heaviest first, then what spoke against."""
    heaviest = sorted(comparison.signals, key=lambda s: -abs(scale.weights[s.name] * s.value))[:SHOWN]
    return tuple(s.reason for s in sorted(heaviest, key=lambda s: scale.weights[s.name] * s.value < 0))


def _origin(mine: Facts, other: Facts) -> str:
    """The item a copy is of, "" when the newcomer is the origin."""
    first = origin((mine.member.source, mine.member.item), (other.member.source, other.member.item))
    return (other.member.coverage.copy_of or other.member.item.id) if first != mine.member.item.id else ""


def _others(newcomer: Member, members: tuple[Member, ...]) -> list[Member]:
    """Those of a cluster that are compared: independent texts before copies, reports before previews, the first seen before the rest."""
    others = [m for m in members if m.item.id != newcomer.item.id]
    return sorted(others, key=lambda m: (bool(m.coverage.copy_of), m.report.kind != "report"))[:HEARD]
