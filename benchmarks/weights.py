"""The weights of aggregator/deduper/match.py, fitted to labelled pairs of reports.

    python -m benchmarks.weights ../shared      prints a table to put there; takes about a minute

Pairs come from the labelled coverage of official meetings and from those public event
sets whose licence allows training (ECB+, MEANTIME): general news teaches what words
and names are worth, official news what facts are. Each set counts as a whole however
many pairs it has, and the pairs of a much-covered meeting share its weight, or one
conference would decide everything.

Logistic regression by plain gradient descent, drawn towards a table set by judgement.
A signal may only count the way its name says: what speaks against never helps.
Deterministic.

Touches: the folder (reads).
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from math import exp, sqrt
from pathlib import Path

from aggregator.deduper.match import WEIGHTS, Decision, Scale, compare
from benchmarks.labelled import Told, labelled_events, labels_of, read
from benchmarks.streaming import Stream
from storage.model import Coverage, Member

PRIOR: dict[str, float] = {     # what seemed right before any labelled pair was looked at
    "same_people": 3.4, "same_person": 1.3, "person_named": 0.6, "person_missing": 2.0, "same_post": 0.9, "other_post": 2.2, "other_person": 2.2,
    "same_offices": 1.0, "other_offices": 2.2, "same_parties": 1.0, "other_parties": 1.5, "same_organisation": 0.8, "same_day": 1.8, "other_day": 4.0,
    "published_apart": 1.0, "same_place": 0.7, "other_place": 0.9, "same_act": 0.4, "other_act": 0.8, "rare_words": 1.2, "names_in_common": 1.5,
    "no_names": 0.5, "title_words": 1.6, "text_words": 2.0, "few_words": 1.0, "much_text": 1.5, "across_languages": 0.6, "words_only": 0.5,
    "copied": 4.0, "one_source": -0.7,
}  # fmt: skip
PRIOR_BIAS = -3.4
PULL = 0.0025           # towards the prior: a signal seen in few pairs stays near it
STEPS = 500
RATE = 0.05
AGAINST = frozenset({"one_source"})
SHARES = {"gold": 1.0, "own": 0.2, "ecbplus": 0.5, "meantime_en_es_nl": 0.3}
CAUTION = 0.3           # log-odds taken off, so that a pair must be likelier than not: precision before recall. Chosen on the folds of the first set
WORDS_SHARES = {"ecbplus": 0.7, "meantime_en_es_nl": 0.3}
# Log-odds added where only words speak: a stream offers each text one right meeting among many wrong ones, and the best of them is right more often
# than any pair taken by itself. Chosen on ECB+ in three folds of its topics.
BOLDNESS = 1.5
COMPARED = 80           # earlier reports that each is paired with
OFFERED = 80            # meetings they are taken from: more than a stream looks at, since the easy cases set the scale
ONE_IN = 5              # of the pairs of different events in a large set, one in so many is used, for so many
LARGE = 20_000          # pairs


@dataclass(frozen=True, slots=True)
class Example:
    """Two reports that share a key and do not conflict, and whether they are of one meeting."""

    names: tuple[str, str]
    signals: tuple[tuple[str, float], ...]
    same: bool
    weight: float

    @property
    def is_words_only(self) -> bool:
        return any(name == "words_only" for name, _ in self.signals)


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("folder", type=Path)
    ask.add_argument("--without", default="", metavar="SET", help="one of " + ", ".join(SHARES))
    args = ask.parse_args()
    sets = {name: found for name, found in training(args.folder).items() if name != args.without}
    scale = fit(sets)
    for name, found in sets.items():
        print(f"{name:20} {len(found)} pairs, {sum(e.same for e in found)} of one meeting")
    for title, bias, weights, words_only in (("", scale.bias, scale.weights, False), ("WORDS_", scale.words_bias, scale.words_weights, True)):
        print(f"{title}BIAS = {bias:.2f}\n{title}WEIGHTS")
        seen = Counter(name for found in sets.values() for e in found if e.is_words_only or not words_only for name, _ in e.signals)
        for name, weight in weights.items():
            print(f'    "{name}": {weight:.2f},    # in {seen[name]} pairs')
    return 0


def training(folder: Path) -> dict[str, list[Example]]:
    """The pairs of every set that may be trained on."""
    own = Path(__file__).parents[1] / "tests" / "data" / "coverage.jsonl"
    sets = {
        "gold": examples(read(folder / "gold" / "items.jsonl"), meetings_of(folder / "gold" / "labels.jsonl")),
        "own": examples(read(own), meetings_of(own)),
    }
    for name in ("ecbplus", "meantime_en_es_nl"):
        told, clusters = labelled_events(folder / "benchmark" / f"{name}.jsonl")
        sets[name] = examples(told, {row: (cluster,) for row, cluster in clusters.items()})
    return sets


def meetings_of(path: Path) -> dict[str, tuple[str, ...]]:
    """The meetings of each row that reports any, main first."""
    return {name: tuple(label["meetings"]) for name, label in labels_of(path).items() if label["relation"] == "report" and label["meetings"]}


def examples(told: Sequence[Told], meetings: Mapping[str, Sequence[str]]) -> list[Example]:
    """Every pair of main reports that a stream would compare and could join."""
    seen = Stream(Scale())
    rows = [row for row in told if row.reports and row.id in meetings]
    covered = Counter(meetings[row.id][0] for row in rows)
    names = {row.item.id: row.id for row in rows}
    found = []
    for row in rows:
        report, mine = row.reports[0], meetings[row.id]
        newcomer = Member(row.source, row.item, report, Coverage(row.item.id, 0, "", report.kind, 0.0))
        on, keys, clusters = seen.before(row, report, [], OFFERED, anytime=True)
        pairs = 0
        for name, members in clusters.items():
            if name != mine[0] and name in mine:
                continue        # told in passing by this one: neither the same nor another
            for member in members[-COMPARED:]:
                if (pairs := pairs + 1) > COMPARED:
                    break
                comparison = compare(newcomer, member, on)
                if not comparison.conflict:
                    weight = 1 / sqrt(covered[name]) if name == mine[0] else 1.0
                    signals = tuple((s.name, s.value) for s in comparison.signals)
                    found.append(Example((row.id, names[member.item.id]), signals, name == mine[0], weight))
        seen.keep(newcomer, Decision(None, 1.0), mine[0], keys, on)
    return _thinned(found) if len(found) > LARGE else found


def fit(sets: Mapping[str, Collection[Example]], keep: Callable[[Example], bool] = lambda example: True) -> Scale:
    """Weights under which the examples are likeliest, not far from the prior; a table of their own for pairs of which only the words tell."""
    bias, weights = _descend(sets, SHARES, keep)
    told = {name: examples for name, examples in sets.items() if name in WORDS_SHARES}
    words_bias, words = _descend(told, WORDS_SHARES, lambda example: keep(example) and example.is_words_only) if told else (PRIOR_BIAS, dict(PRIOR))
    return replace(Scale(), bias=bias - CAUTION, weights=weights, words_bias=words_bias + BOLDNESS, words_weights=words)


def _descend(sets: Mapping[str, Collection[Example]], shares: Mapping[str, float], keep: Callable[[Example], bool]) -> tuple[float, dict[str, float]]:
    """Bias and weights by gradient descent on the examples that are kept."""
    found: list[tuple[tuple[tuple[str, float], ...], bool, float]] = []
    for name, examples in sets.items():
        kept = [e for e in examples if keep(e)]
        total = sum(e.weight for e in kept) or 1.0
        found.extend((e.signals, e.same, shares[name] * e.weight / total) for e in kept)
    whole = sum(weight for _, _, weight in found) or 1.0
    weights, bias = {name: PRIOR[name] for name in WEIGHTS}, PRIOR_BIAS
    names = [*weights, ""]
    mean, spread = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    for step in range(1, STEPS + 1):
        slope: defaultdict[str, float] = defaultdict(float)
        for signals, same, weight in found:
            z = bias
            for name, value in signals:
                z += weights[name] * value
            error = (1 / (1 + exp(-max(-30.0, min(30.0, z)))) - same) * weight / whole
            slope[""] += error
            for name, value in signals:
                slope[name] += error * value
        for name in names:                  # Adam: the signals differ a hundredfold in how often they speak
            drawn = PULL * ((weights[name] - PRIOR[name]) if name else 0.2 * (bias - PRIOR_BIAS))
            slope[name] += drawn
            mean[name] = 0.9 * mean[name] + 0.1 * slope[name]
            spread[name] = 0.999 * spread[name] + 0.001 * slope[name] ** 2
            moved = RATE * (mean[name] / (1 - 0.9**step)) / (sqrt(spread[name] / (1 - 0.999**step)) + 1e-8)
            if not name:
                bias -= moved
            else:
                weights[name] = min(weights[name] - moved, 0.0) if name in AGAINST else max(weights[name] - moved, 0.0)
    return bias, weights


def _thinned(found: list[Example]) -> list[Example]:
    """All pairs of one event, and one in ONE_IN of the others, which count for as many."""
    return [e if e.same else replace(e, weight=e.weight * ONE_IN) for e in found if e.same or _draw(e.names) == 0]


def _draw(names: tuple[str, str]) -> int:
    return blake2b("\n".join(names).encode(), digest_size=2).digest()[0] % ONE_IN


if __name__ == "__main__":
    raise SystemExit(main())
