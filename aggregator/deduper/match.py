"""Which meeting a report is of: signals weighed into one score, with reasons.

The score of a pair is the sum of its weighed signals as log-odds, made a number
from 0 to 1. A report joins the cluster whose members agree best with it, by the
mean of the best score and the average of at most five; a conflict with a member
keeps it out whatever the words say. Precision comes first: a false merge hides a
meeting from its reader, a missed one shows it twice.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import exp

from aggregator.deduper.conflicts import conflict
from aggregator.deduper.copies import origin
from aggregator.deduper.facts import Facts, Pair, facts, pair
from aggregator.deduper.signals import SIGNALS, Signal
from aggregator.deduper.terms import Ground
from storage.model import Member

BIAS = -3.82            # log-odds of two reports that share a key and nothing else
# Fitted by benchmarks/weights.py; what they reach on sets they have and have not seen is in benchmarks/README.md.
WEIGHTS: dict[str, float] = {
    "same_people":       3.41,
    "same_person":       0.87,
    "person_named":      0.77,
    "person_missing":    2.44,
    "same_post":         1.19,
    "other_post":        2.20,
    "other_person":      1.95,
    "same_offices":      1.09,
    "other_offices":     2.29,
    "same_parties":      0.94,
    "other_parties":     1.61,
    "same_organisation": 0.88,
    "same_day":          2.35,
    "other_day":         4.18,
    "published_apart":   1.12,
    "same_place":        0.49,
    "other_place":       0.66,
    "same_act":          0.43,
    "other_act":         0.70,
    "rare_words":        1.44,
    "names_in_common":   1.41,
    "no_names":          0.41,
    "title_words":       1.07,
    "text_words":        1.42,
    "few_words":         1.49,
    "much_text":         1.43,
    "across_languages":  1.23,
    "words_only":        1.90,
    "copied":            4.00,
    "one_source":        -1.15,
}
# The same where nobody in office and no two sides are known, so that words carry the decision: fitted to such pairs alone.
WORDS_BIAS = -2.45
WORDS_WEIGHTS: dict[str, float] = {
    "same_people":       3.40,
    "same_person":       1.30,
    "person_named":      0.71,
    "person_missing":    1.95,
    "same_post":         0.90,
    "other_post":        2.20,
    "other_person":      2.20,
    "same_offices":      0.98,
    "other_offices":     2.19,
    "same_parties":      1.00,
    "other_parties":     1.50,
    "same_organisation": 0.80,
    "same_day":          1.75,
    "other_day":         3.92,
    "published_apart":   1.05,
    "same_place":        0.70,
    "other_place":       0.90,
    "same_act":          0.40,
    "other_act":         0.79,
    "rare_words":        1.58,
    "names_in_common":   2.20,
    "no_names":          0.64,
    "title_words":       1.57,
    "text_words":        2.11,
    "few_words":         1.60,
    "much_text":         1.52,
    "across_languages":  1.10,
    "words_only":        0.39,
    "copied":            4.00,
    "one_source":        -1.32,
}
COMPARED = 5            # members whose average counts: a large cluster must not outvote its best member, nor hide its worst
HEARD = 8               # members a report is compared with: a flood of reprints must not make one decision slow
FEW = 3                 # a conflict with a third of a cluster's reports keeps another out; in a large cluster one wrong fact must not
FORBIDDEN = -4.0        # log-odds at most of two reports in conflict: they count against the cluster
SHOWN = 6               # reasons kept, the heaviest first


@dataclass(frozen=True, slots=True)
class Scale:
    """What signals weigh, and where the two lines are drawn."""

    bias: float = BIAS
    weights: Mapping[str, float] = field(default_factory=lambda: WEIGHTS)
    words_bias: float = WORDS_BIAS          # the same for two reports of which one tells of no people and no two sides
    words_weights: Mapping[str, float] = field(default_factory=lambda: WORDS_WEIGHTS)
    merge: float = 0.5          # at or above: one meeting
    possible: float = 0.3       # at or above, below `merge`: "possibly the same", shown and not merged

    def weights_of(self, signals: Collection[Signal]) -> Mapping[str, float]:
        """The table that weighs these signals of a pair."""
        return self.words_weights if _is_words_only(signals) else self.weights

    def log_odds(self, signals: Collection[Signal]) -> float:
        """What the signals of a pair come to."""
        weights = self.weights_of(signals)
        return (self.words_bias if _is_words_only(signals) else self.bias) + sum(weights[s.name] * s.value for s in signals)


def _is_words_only(signals: Collection[Signal]) -> bool:
    return any(signal.name == "words_only" for signal in signals)


SCALE = Scale()
BARE = Ground()         # nothing was seen yet


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
    copies: tuple[str, ...] = ()                                    # items seen before that prove to reprint this one


def compare(newcomer: Member, member: Member, ground: Ground = BARE, scale: Scale = SCALE) -> Comparison:
    """The signals between two reports, for people who ask why."""
    of = pair(facts(newcomer), facts(member))
    return _compare(of, conflict(of), ground, scale)


def decide(newcomer: Member, clusters: Mapping[str, tuple[Member, ...]], ground: Ground = BARE, scale: Scale = SCALE) -> Decision:
    """The meeting among `clusters` that `newcomer` reports, with the reasons; words are weighed on `ground`."""
    mine = facts(newcomer)
    open_to: dict[str, _Beside] = {}
    for meeting_id, members in clusters.items():
        if any(m.item.id == newcomer.item.id and m.report.position != newcomer.report.position for m in members):
            continue        # two reports of one item are two meetings
        beside = [(of, conflict(of)) for of in (pair(mine, facts(m)) for m in _others(newcomer, members))]
        if beside and not _is_closed(beside):
            open_to[meeting_id] = beside
    ranked = sorted(((_link(beside, ground, scale), meeting_id) for meeting_id, beside in open_to.items()), key=lambda found: (-found[0].score, found[1]))
    if not ranked:
        return Decision(None, 0.0)
    best, meeting_id = ranked[0]
    joins = best.score >= scale.merge
    rest = ranked[1:] if joins else ranked
    possible = tuple((name, link.score, link.reasons) for link, name in rest if link.score >= scale.possible)
    if not joins:
        return Decision(None, best.score, (), possible)
    return Decision(meeting_id, best.score, best.reasons, possible, best.copy_of, best.copies)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a report fits a meeting."""

    log_odds: float
    reasons: tuple[str, ...]
    closed: str                 # what forbids it, "" when nothing does


def fit(member: Member, others: tuple[Member, ...], ground: Ground = BARE, scale: Scale = SCALE) -> Fit | None:
    """How well `member` fits a meeting of these `others`, itself left out; None when there is none other."""
    mine = facts(member)
    beside = [(of, conflict(of)) for of in (pair(mine, facts(m)) for m in _others(member, others))]
    if not beside:
        return None
    link = _link(beside, ground, scale)
    return Fit(link.log_odds, link.reasons, next(filter(None, (why for _, why in beside))) if _is_closed(beside) else "")


def is_forbidden(one: Member, other: Member) -> bool:
    """Whether what both are sure of forbids the two to be of one meeting."""
    return one.item.id != other.item.id and bool(conflict(pair(facts(one), facts(other))))


@dataclass(frozen=True, slots=True)
class _Link:
    log_odds: float
    reasons: tuple[str, ...]
    copy_of: str
    copies: tuple[str, ...]

    @property
    def score(self) -> float:
        return 1 / (1 + exp(-self.log_odds))


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
    linked = (best.log_odds + sum(top) / len(top)) / 2
    alike = [of for c, of in compared if any(s.name == "copied" for s in c.signals)]
    copy_of = next((_origin(of.mine, of.theirs) for of in alike), "")
    copies = () if copy_of else tuple(sorted(of.theirs.member.item.id for of in alike if not _origin(of.mine, of.theirs)))
    return _Link(linked, _reasons(best, scale), copy_of, copies)


def _compare(of: Pair, forbidden: str, ground: Ground, scale: Scale) -> Comparison:
    found = tuple(signal for ask in SIGNALS if (signal := ask(of, ground)) is not None)
    log_odds = scale.log_odds(found)
    return Comparison(min(log_odds, FORBIDDEN) if forbidden else log_odds, found, forbidden)


def _reasons(comparison: Comparison, scale: Scale) -> tuple[str, ...]:
    """What spoke for it, the heaviest first, then what spoke against."""
    weights = scale.weights_of(comparison.signals)
    heaviest = sorted(comparison.signals, key=lambda s: -abs(weights[s.name] * s.value))[:SHOWN]
    return tuple(s.reason for s in sorted(heaviest, key=lambda s: weights[s.name] * s.value < 0))


def _origin(mine: Facts, other: Facts) -> str:
    """The item a copy is of, "" when the newcomer is the origin."""
    first = origin((mine.member.source, mine.member.item), (other.member.source, other.member.item))
    return (other.member.coverage.copy_of or other.member.item.id) if first != mine.member.item.id else ""


def _others(newcomer: Member, members: tuple[Member, ...]) -> list[Member]:
    """Those of a cluster that are compared: independent texts before copies, reports before previews, the first seen before the rest."""
    others = [m for m in members if m.item.id != newcomer.item.id]
    return sorted(others, key=lambda m: (bool(m.coverage.copy_of), m.report.kind != "report"))[:HEARD]
