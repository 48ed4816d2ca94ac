"""One page on how well meetings are recognised: figures per set, what went wrong side by side, calibration, precision and recall.

    python -m benchmarks.report ../shared report.html

Gold and our own sets are shown with their errors; of the held-out set only the figures are. The
scores are of the shipped weights, so gold is in-sample: benchmarks/README.md has the folds.

Touches: the folder (reads), the page (writes).
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import combinations
from pathlib import Path
from typing import Any

from aggregator.deduper.match import SCALE
from benchmarks.gold import count, judgements, measure
from benchmarks.labelled import Told, labels_of, read
from benchmarks.streaming import Stream

OURS = Path(__file__).parents[1]
SIDE = 260              # pixels of a plot
MOST_ERRORS = 60        # shown of one set
STYLE = """body { font: 15px/1.5 sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em }
td, th { text-align: left; vertical-align: top; padding: .2em .8em .2em 0 } svg { margin-right: 2em }"""

Labels = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Tried:
    """A set as it was matched."""

    name: str
    told: Mapping[str, Told]
    labels: Labels
    placed: Mapping[str, tuple[str, ...]]
    judged: tuple[tuple[float, bool], ...]      # the score of each comparison, and whether it was of one meeting
    is_open: bool                               # whether its errors may be shown


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("folder", type=Path)
    ask.add_argument("page", type=Path)
    args = ask.parse_args()
    data, held = OURS / "tests" / "data", OURS / "benchmarks" / "heldout"
    sets = [
        attempt("gold", args.folder / "gold" / "items.jsonl", args.folder / "gold" / "labels.jsonl"),
        attempt("our visits", data / "visits.jsonl", data / "visits.jsonl"),
        attempt("our coverage", data / "coverage.jsonl", data / "coverage.jsonl"),
        attempt("held out", held / "items.jsonl", held / "labels.jsonl", is_open=False),
    ]
    args.page.write_text(page(sets), encoding="utf-8")
    return 0


def attempt(name: str, items: Path, labels: Path, *, is_open: bool = True) -> Tried:
    """A labelled set matched by the shipped weights, every comparison kept."""
    told, truth = read(items), labels_of(labels)
    seen = Stream(replace(SCALE, possible=0.0))
    for row in told:
        seen.take(row)
    return Tried(name, {row.id: row for row in told}, truth, dict(seen.placed), tuple(judgements(seen, truth, set(truth))), is_open)


def page(sets: Sequence[Tried]) -> str:
    """The report as HTML."""
    title = "How well meetings are recognised"
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style><h1>{title}</h1>'
    return "\n".join([head, _figures(sets), *map(_plots, sets), *(_errors(tried) for tried in sets if tried.is_open), "</html>"])


def calibration(scored: Sequence[tuple[float, bool]]) -> list[tuple[float, float, int]]:
    """For each tenth of the scores that occurs: the mean score, how often it was right, and how many there are."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for score, same in scored:
        bins[min(int(score * 10), 9)].append((score, same))
    return [(sum(s for s, _ in found) / len(found), sum(same for _, same in found) / len(found), len(found)) for _, found in sorted(bins.items())]


def precision_recall(scored: Iterable[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Recall and precision of the comparisons as the threshold falls from 1 to 0."""
    ranked = sorted(scored, key=lambda found: -found[0])
    whole = sum(same for _, same in ranked)
    right, curve = 0, []
    for n, (_, same) in enumerate(ranked, 1):
        right += same
        curve.append((right / max(whole, 1), right / n))
    return curve


def _figures(sets: Sequence[Tried]) -> str:
    rows = []
    for tried in sets:
        found = count(tried.placed, tried.labels, set(tried.labels))
        precision, recall, f1 = measure(found)
        bins, whole = calibration(tried.judged), max(len(tried.judged), 1)
        error = sum(abs(said - true) * n for said, true, n in bins) / whole
        rows.append(f"<tr><td>{escape(tried.name)}<td>{precision:.3f}<td>{recall:.3f}<td>{f1:.3f}<td>{found['false_merges']}<td>{error:.3f}</tr>")
    return "<table><tr><th>set<th>pair precision<th>recall<th>F1<th>false merges<th>calibration error</tr>" + "".join(rows) + "</table>"


def _plots(tried: Tried) -> str:
    bins = calibration(tried.judged)
    dots = "".join(
        f'<circle cx="{x * SIDE:.1f}" cy="{(1 - y) * SIDE:.1f}" r="{2 + min(n, 200) ** 0.5 / 2:.1f}"><title>{n} comparisons</title></circle>'
        for x, y, n in bins)
    curve = " ".join(f"{x * SIDE:.1f},{(1 - y) * SIDE:.1f}" for x, y in precision_recall(tried.judged))
    diagonal = f'<line x1="0" y1="{SIDE}" x2="{SIDE}" y2="0" stroke="silver"/>'
    line = f'<polyline points="{curve}" fill="none" stroke="black"/>'
    return f"<h2>{escape(tried.name)}</h2>{_plot('score, and share that was right', diagonal + dots)}{_plot('recall, and precision', line)}"


def _plot(title: str, drawn: str) -> str:
    frame = f'<rect width="{SIDE}" height="{SIDE}" fill="none" stroke="gray"/>'
    wide, high = SIDE + 20, SIDE + 30
    return f'<svg width="{wide}" height="{high}" viewBox="-10 -20 {wide} {high}" font-size="12"><text y="-6">{title}</text>{frame}{drawn}</svg>'


def _errors(tried: Tried) -> str:
    """Pairs of reports that were joined and should not be, or should be and were not, side by side."""
    reports = [row for row in tried.placed if tried.labels[row]["relation"] == "report" and tried.labels[row]["meetings"]]
    wrong = []
    for one, other in combinations(reports, 2):
        same = tried.labels[one]["meetings"][0] == tried.labels[other]["meetings"][0]
        mine, theirs = tried.placed[one][:1], tried.placed[other][:1]
        if same != (bool(mine) and mine == theirs):
            wrong.append(f"<tr><td>{'missed' if same else 'joined'}<td>{_told(tried, one)}<td>{_told(tried, other)}</tr>")
    shown = f"<p>The first {MOST_ERRORS} of {len(wrong)}.</p>" if len(wrong) > MOST_ERRORS else ""
    return f"<h2>Errors: {escape(tried.name)}</h2>{shown}<table>{''.join(wrong[:MOST_ERRORS])}</table>"


def _told(tried: Tried, row: str) -> str:
    item, reports = tried.told[row].item, tried.told[row].reports
    day = reports[0].day if reports else "not understood"
    return f"{escape(row)} [{escape(item.language)}] {escape(item.title)}<br>{day or 'no day'} {escape(reports[0].place if reports else '')}"


if __name__ == "__main__":
    sys.exit(main())
