"""The weights of aggregator/deduper/match.py, fitted to labelled pairs of reports.

    python -m benchmarks.weights ../shared/gold      prints a table to put there

Logistic regression by plain gradient descent, drawn towards a table set by judgement:
there are few pairs, and a fit from nothing generalises worse (pair F1 0.74 against
0.80 by folds). A signal may only count the way its name says: what speaks against
never helps. Pairs of a much-covered meeting share its weight, or one conference
would decide everything. Deterministic.

Touches: the folder (reads).
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, sqrt
from pathlib import Path
from typing import Any

from aggregator.deduper.keys import keys
from aggregator.deduper.match import WEIGHTS, Scale, compare
from benchmarks.labelled import Told, labels_of, read
from storage.model import Coverage, Member

PRIOR: dict[str, float] = {     # what seemed right before any labelled pair was looked at
    "same_people": 3.4, "same_person": 1.3, "person_named": 0.6, "person_missing": 1.5, "same_post": 0.9, "other_post": 1.5, "other_person": 2.2,
    "same_offices": 1.0, "other_offices": 1.5, "same_parties": 1.2, "other_parties": 1.5, "same_organisation": 0.8, "same_day": 1.8, "other_day": 4.0,
    "same_place": 0.7, "other_place": 0.9, "same_act": 0.4, "other_act": 0.8, "same_agreement": 0.6, "rare_words": 1.2, "title_words": 1.6, "text_words": 2.0,
    "across_languages": 0.6, "copied": 4.0, "one_source": -0.7,
}  # fmt: skip
PRIOR_BIAS = -3.2
PULL = 0.05             # towards the prior: a signal seen ten times stays near it, one seen a hundred times goes where the pairs say
STEPS = 600
RATE = 0.05
AGAINST = frozenset({"one_source"})


@dataclass(frozen=True, slots=True)
class Example:
    """Two reports that share a key and do not conflict, and whether they are of one meeting."""

    names: tuple[str, str]
    signals: tuple[tuple[str, float], ...]
    same: bool
    weight: float


def main() -> int:
    folder = Path(sys.argv[1])
    labels, told = labels_of(folder), read(folder)
    found = examples(told, labels, set(labels))
    scale = fit(found)
    print(f"{len(found)} pairs, {sum(e.same for e in found)} of one meeting\nBIAS = {scale.bias:.1f}")
    seen = Counter(name for e in found for name, _ in e.signals)
    for name, weight in scale.weights.items():
        print(f'    "{name}": {weight:.1f},    # in {seen[name]} pairs')
    return 0


def examples(told: Sequence[Told], labels: Mapping[str, Mapping[str, Any]], inside: Collection[str]) -> list[Example]:
    """Every pair of main reports among `inside` that would be compared and could be joined."""
    rows = [row for row in told if row.id in inside and row.reports and labels[row.id]["relation"] == "report" and labels[row.id]["meetings"]]
    sharing: dict[str, list[int]] = defaultdict(list)
    for n, row in enumerate(rows):
        for key in keys(row.item, row.reports[0]):
            sharing[key].append(n)
    pairs = sorted({(one, other) for group in sharing.values() for at, other in enumerate(group) for one in group[:at]})
    covered = Counter(labels[row.id]["meetings"][0] for row in rows)
    found = []
    for one, other in pairs:
        mine, theirs = labels[rows[one].id]["meetings"], labels[rows[other].id]["meetings"]
        same = mine[0] == theirs[0]
        if not same and set(mine) & set(theirs):
            continue        # told in passing by one of them: neither the same nor another
        comparison = compare(_member(rows[other]), _member(rows[one]))
        if not comparison.conflict:
            signals = tuple((s.name, s.value) for s in comparison.signals)
            found.append(Example((rows[one].id, rows[other].id), signals, same, 1 / sqrt(covered[mine[0]]) if same else 1.0))
    return found


def fit(found: Sequence[Example]) -> Scale:
    """Weights under which the examples are likeliest, not far from the prior."""
    weights, bias = {name: PRIOR[name] for name in WEIGHTS}, PRIOR_BIAS
    for _ in range(STEPS):
        slope: defaultdict[str, float] = defaultdict(float)
        slope_bias = 0.0
        for e in found:
            z = bias + sum(weights[name] * value for name, value in e.signals)
            error = (1 / (1 + exp(-max(-30.0, min(30.0, z)))) - e.same) * e.weight
            slope_bias += error
            for name, value in e.signals:
                slope[name] += error * value
        step = 20 / max(len(found), 1)
        bias -= RATE * (slope_bias * step + PULL * 0.2 * (bias - PRIOR_BIAS))
        for name in weights:
            moved = weights[name] - RATE * (slope[name] * step + PULL * (weights[name] - PRIOR[name]))
            weights[name] = min(moved, 0.0) if name in AGAINST else max(moved, 0.0)
    return replace(Scale(), bias=bias, weights=weights)


def _member(row: Told) -> Member:
    return Member(row.source, row.item, row.reports[0], Coverage(row.item.id, 0, "", "report", 0.0))


if __name__ == "__main__":
    sys.exit(main())
