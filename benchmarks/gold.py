"""How well meetings are recognised on a labelled folder: what `communique match` makes of it, by its own scorer.

    python -m benchmarks.gold ../shared/gold              the scorer's figures (in-sample: the rules were written with this set in view)
    python -m benchmarks.gold ../shared/gold --errors     and what went wrong
    python -m benchmarks.gold ../shared/gold --folds      fitted without a fifth of the country pairs and measured on it, five times; with a reliability curve
    python -m benchmarks.gold ../shared/gold --orders 5   the stream in five orders: mean and worst

The folder holds items.jsonl, labels.jsonl, meetings.json and score.py.

Touches: the folder (reads), a temporary file, the `communique` command.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

from aggregator.deduper.match import SCALE
from benchmarks.labelled import labels_of, read
from benchmarks.streaming import Stream, stream
from benchmarks.weights import fit, training

FOLDS = 5


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("folder", type=Path)
    ask.add_argument("--errors", action="store_true")
    ask.add_argument("--folds", action="store_true")
    ask.add_argument("--orders", type=int, default=0)
    args = ask.parse_args()
    if args.folds:
        return cross_validate(args.folder)
    if args.orders:
        return reorder(args.folder, args.orders)
    with tempfile.TemporaryDirectory() as place:
        target = Path(place) / "predictions.jsonl"
        command = Path(sys.executable).with_name("communique")
        started = time.perf_counter()
        subprocess.run([command, "match", "--in", args.folder / "items.jsonl", "--out", target], check=True)
        print(f"{'seconds':22} {time.perf_counter() - started:.1f}")
        score = [sys.executable, args.folder / "score.py", target, "--gold", args.folder]
        return subprocess.run(score + ["--errors"] * args.errors, check=False).returncode


def cross_validate(folder: Path) -> int:
    """Fit the weights without the pairs of countries they are measured on; the other sets stay in, and so does the one threshold."""
    labels, told = labels_of(folder / "labels.jsonl"), read(folder / "items.jsonl")
    folds, sets = folds_of(folder, labels), training(folder.parent)
    total: Counter[str] = Counter()
    judged: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        inside = {i for i, f in folds.items() if f == fold}
        fitted = fit(sets, lambda example, inside=inside: not inside & set(example.names))  # type: ignore[misc]
        seen = Stream(replace(fitted, possible=0.0))
        for row in told:
            seen.take(row)
        found = count(seen.placed, labels, inside)
        judged.extend(judgements(seen, labels, inside))
        total.update(found)
        print(f"fold {fold}                  {_line(found)}", flush=True)
    print(f"all folds               {_line(total)}")
    print(f"shipped, in-sample      {_line(count(stream(told, SCALE), labels, set(folds)))}")
    reliability(judged)
    return 0


def reliability(judged: Sequence[tuple[float, bool]]) -> None:
    """How often a report was of a meeting it was compared with, against the score it had with it; and how far the two are apart on average."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for score, same in judged:
        bins[min(int(score * 10), 9)].append((score, same))
    error = 0.0
    print("score      comparisons  said   true")
    for at in sorted(bins):
        said, true = (sum(pair[n] for pair in bins[at]) / len(bins[at]) for n in (0, 1))
        error += abs(said - true) * len(bins[at]) / len(judged)
        print(f"{at / 10:.1f} to {(at + 1) / 10:.1f} {len(bins[at]):11}  {said:.2f}   {true:.2f}")
    shown = [pair for pair in judged if pair[0] >= SCALE.possible]
    gap = abs(sum(score for score, _ in shown) - sum(same for _, same in shown)) / max(len(shown), 1)
    print(f"expected calibration error {error:.3f}; of those shown or joined, the mean score is off by {gap:.3f}")


def judgements(seen: Stream, labels: Mapping[str, Mapping[str, Any]], inside: set[str]) -> Iterator[tuple[float, bool]]:
    """Each comparison of a main report with a meeting, and whether the meeting, by what founded it, was its own."""
    founders = {members[0].item.id: name for name, members in seen.members.items() if members}
    rows = {row_id: placed for row_id, placed in seen.placed.items()}
    own: dict[str, str] = {}
    for row_id, placed in rows.items():
        for name in placed[:1]:
            label = labels[row_id]
            about = [*label["meetings"], *label["refers_to"]]
            if about and name in founders.values():
                own.setdefault(name, about[0])
    for row_id, name, score in seen.judged:
        label = labels[row_id]
        if row_id in inside and label["relation"] == "report" and label["meetings"] and name in own:
            yield score, own[name] in label["meetings"]


def reorder(folder: Path, orders: int) -> int:
    """The same items in several orders: order 0 is the file, order k a shuffle with seed k."""
    labels, told = labels_of(folder / "labels.jsonl"), read(folder / "items.jsonl")
    scores: dict[bool, list[float]] = {False: [], True: []}
    for order in range(orders):
        rows = list(told)
        if order:
            random.Random(order).shuffle(rows)
        for repairing in (False, True):
            seen = Stream(SCALE, repairing=repairing)
            for row in rows:
                seen.take(row)
            found = count(seen.placed, labels, set(labels))
            scores[repairing].append(measure(found)[2])
            print(f"order {order} {'repaired' if repairing else 'as placed':9}  {_line(found)}  {len(seen.changes)} changes")
    for repairing, reached in scores.items():
        print(f"pair F1 {'repaired' if repairing else 'as placed':9}: mean {statistics.mean(reached):.3f}, worst {min(reached):.3f}")
    return 0


def folds_of(folder: Path, labels: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Five folds of about equal size in which no pair of countries is in two."""
    meetings = json.loads((folder / "meetings.json").read_text(encoding="utf-8"))
    groups: dict[str, list[str]] = defaultdict(list)
    for name, label in labels.items():
        of = [*label["meetings"], *label["refers_to"]]
        groups["-".join(sorted(meetings[of[0]]["countries"])) if of and of[0] in meetings else "-".join(sorted(label["countries"]))].append(name)
    sizes = [0] * FOLDS
    folds: dict[str, int] = {}
    for _, names in sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        smallest = min(range(FOLDS), key=lambda fold: (sizes[fold], fold))
        sizes[smallest] += len(names)
        folds.update(dict.fromkeys(names, smallest))
    return folds


def count(placed: Mapping[str, Sequence[str]], labels: Mapping[str, Mapping[str, Any]], inside: set[str]) -> Counter[str]:
    """Pairs of reports: joined rightly, joined wrongly, missed; and meetings that hold two reports of different ones."""
    reports = [i for i in placed if i in inside and labels[i]["relation"] == "report" and labels[i]["meetings"]]
    found: Counter[str] = Counter(right=0, wrong=0, missed=0, false_merges=0)
    false: set[str] = set()
    for one, other in combinations(reports, 2):
        same = labels[one]["meetings"][0] == labels[other]["meetings"][0]
        together = bool(placed[one]) and bool(placed[other]) and placed[one][0] == placed[other][0]
        found["right" if same and together else "wrong" if together else "missed" if same else "apart"] += 1
        if not set(labels[one]["meetings"]) & set(labels[other]["meetings"]):
            false |= set(placed[one]) & set(placed[other])
    found["false_merges"] = len(false)
    return found


def measure(found: Mapping[str, int]) -> tuple[float, float, float]:
    right, wrong, missed = found["right"], found["wrong"], found["missed"]
    precision, recall = right / (right + wrong) if right + wrong else 1.0, right / (right + missed) if right + missed else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _line(found: Mapping[str, int]) -> str:
    precision, recall, f1 = measure(found)
    counts = f"{found['right']} right, {found['wrong']} wrong, {found['missed']} missed"
    return f"pair P {precision:.3f} R {recall:.3f} F1 {f1:.3f}  false merges {found['false_merges']}  ({counts})"


if __name__ == "__main__":
    sys.exit(main())
