"""How well meetings are recognised on a labelled folder: what `communique match` makes of it, by its own scorer.

    python -m benchmarks.gold ../shared/gold              the scorer's figures (in-sample: the rules were written with this set in view)
    python -m benchmarks.gold ../shared/gold --errors     and what went wrong
    python -m benchmarks.gold ../shared/gold --folds      weights and threshold fitted on four fifths of the country pairs, measured on the fifth; five times
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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from aggregator.deduper.keys import anchor, keys, window
from aggregator.deduper.match import SCALE, Scale, decide
from aggregator.deduper.merge import meeting_id_for
from aggregator.ingest import CANDIDATES
from benchmarks.labelled import Told, labels_of, read
from benchmarks.weights import examples, fit
from storage.model import Coverage, Member

FOLDS = 5
THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7)
PER_KEY = 50  # newest reports of one key, as the store gives them


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
    """Fit the weights and choose the threshold without the pairs of countries they are measured on."""
    labels, told = labels_of(folder), read(folder)
    folds = folds_of(folder, labels)
    total: Counter[str] = Counter()
    for fold in range(FOLDS):
        inside = {i for i, f in folds.items() if f == fold}
        outside = set(folds) - inside
        fitted = fit(examples(told, labels, outside))
        runs = {merge: stream(told, replace(fitted, merge=merge, possible=min(SCALE.possible, merge))) for merge in THRESHOLDS}
        chosen = max(THRESHOLDS, key=lambda merge: (_fitness(count(runs[merge], labels, outside)), -abs(merge - SCALE.merge)))
        found = count(runs[chosen], labels, inside)
        total.update(found)
        print(f"fold {fold}  threshold {chosen:.2f}  {_line(found)}")
    print(f"all folds               {_line(total)}")
    print(f"shipped, in-sample      {_line(count(stream(told, SCALE), labels, set(folds)))}")
    return 0


def reorder(folder: Path, orders: int) -> int:
    """The same items in several orders: order 0 is the file, order k a shuffle with seed k."""
    labels, told = labels_of(folder), read(folder)
    scores = []
    for order in range(orders):
        rows = list(told)
        if order:
            random.Random(order).shuffle(rows)
        found = count(stream(rows, SCALE), labels, set(labels))
        scores.append(_measure(found)[2])
        print(f"order {order}  {_line(found)}")
    print(f"pair F1: mean {statistics.mean(scores):.3f}, worst {min(scores):.3f}")
    return 0


def stream(told: Iterable[Told], scale: Scale) -> dict[str, tuple[str, ...]]:
    """The meetings of each row, main first: the steps of aggregator/ingest.py without a store, so that many scales can be tried."""
    index: dict[str, list[tuple[str, date]]] = defaultdict(list)
    members: dict[str, list[Member]] = defaultdict(list)
    placed: dict[str, tuple[str, ...]] = {}
    for row in told:
        mine: list[str] = []
        for report in row.reports:
            found, day = keys(row.item, report), anchor(row.item, report)
            first, last = window(row.item, report)
            shared: Counter[str] = Counter()
            for key in found:
                shared.update({name for name, at in index[key][-PER_KEY:] if (first is None or first <= at) and (last is None or at <= last)})
            names = [name for name, _ in sorted(shared.items(), key=lambda pair: (-pair[1], pair[0])) if name not in mine][:CANDIDATES]
            claim = Coverage(row.item.id, report.position, "", report.kind, 0.0)
            newcomer = Member(row.source, row.item, report, claim)
            decision = decide(newcomer, {name: tuple(members[name]) for name in names}, scale)
            if decision.meeting_id is None and report.kind == "retrospective":
                continue
            meeting = decision.meeting_id or meeting_id_for(row.item.id, report.position)
            for key in found:
                index[key].append((meeting, day))
            members[meeting].append(replace(newcomer, coverage=replace(claim, meeting_id=meeting, score=decision.score, copy_of=decision.copy_of)))
            mine.append(meeting)
        placed[row.id] = tuple(mine)
    return placed


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


def _measure(found: Mapping[str, int]) -> tuple[float, float, float]:
    right, wrong, missed = found["right"], found["wrong"], found["missed"]
    precision, recall = right / (right + wrong) if right + wrong else 1.0, right / (right + missed) if right + missed else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _fitness(found: Mapping[str, int]) -> float:
    precision, _, f1 = _measure(found)
    return f1 if precision >= 0.95 else f1 - 10 * (0.95 - precision)


def _line(found: Mapping[str, int]) -> str:
    precision, recall, f1 = _measure(found)
    counts = f"{found['right']} right, {found['wrong']} wrong, {found['missed']} missed"
    return f"pair P {precision:.3f} R {recall:.3f} F1 {f1:.3f}  false merges {found['false_merges']}  ({counts})"


if __name__ == "__main__":
    sys.exit(main())
