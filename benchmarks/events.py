"""How well general news is grouped into events: the public sets, with the threshold that official meetings are matched by.

    python -m benchmarks.events ../shared                 B-cubed and pairwise figures of every set, by `communique match --events` and the sets' own scorer
    python -m benchmarks.events ../shared --orders 5      ECB+ in five stream orders: mean and worst
    python -m benchmarks.events ../shared --unseen        ECB+ and MEANTIME by weights fitted without them

BASIL, VMDS and AllSides never enter training. The words of any set say nothing of official meetings:
what is tried is whether what was learnt carries over.

Touches: the folder (reads), a temporary file, the `communique` command.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from aggregator.deduper.match import SCALE
from benchmarks.labelled import labelled_events
from benchmarks.streaming import stream
from benchmarks.weights import fit, training

SETS = ("ecbplus", "meantime_en_es_nl", "basil", "vmds", "allsides_neus")
TRAINED = ("ecbplus", "meantime_en_es_nl")


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("folder", type=Path)
    ask.add_argument("--orders", type=int, default=0)
    ask.add_argument("--unseen", action="store_true")
    ask.add_argument("--set", action="append", choices=SETS)
    args = ask.parse_args()
    folder: Path = args.folder / "benchmark"
    if args.orders:
        return reorder(folder / "ecbplus.jsonl", args.orders)
    if args.unseen:
        return leave_out(args.folder)
    for name in args.set or SETS:
        with tempfile.TemporaryDirectory() as place:
            target = Path(place) / "predictions.jsonl"
            command = Path(sys.executable).with_name("communique")
            started = time.perf_counter()
            subprocess.run([command, "match", "--events", "--in", folder / f"{name}.jsonl", "--out", target], check=True)
            seconds = time.perf_counter() - started
            scored = subprocess.run([sys.executable, folder / "score.py", folder / f"{name}.jsonl", target], check=True, capture_output=True, text=True)
            print(f"{name:18} {'  '.join(scored.stdout.split(chr(10)))} ({seconds:.0f} s)", flush=True)
    return 0


def leave_out(folder: Path) -> int:
    """Each set that is trained on, by weights that have not seen it."""
    sets = training(folder)
    for name in TRAINED:
        scale = fit({other: found for other, found in sets.items() if other != name})
        told, events = labelled_events(folder / "benchmark" / f"{name}.jsonl")
        print(f"{name:18} unseen  b3 {_line(b_cubed(events, stream(told, scale)))}", flush=True)
    return 0


def reorder(path: Path, orders: int) -> int:
    """The same items in several orders: order 0 is the file, order k a shuffle with seed k."""
    told, events = labelled_events(path)
    scores = []
    for order in range(orders):
        rows = list(told)
        if order:
            random.Random(order).shuffle(rows)
        found = b_cubed(events, stream(rows, SCALE))
        scores.append(found[2])
        print(f"order {order}  b3 {_line(found)}", flush=True)
    print(f"b3 F1: mean {statistics.mean(scores):.3f}, worst {min(scores):.3f}")
    return 0


def b_cubed(events: Mapping[str, str], placed: Mapping[str, tuple[str, ...]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of a grouping, each item counted alike."""
    said = {row: found[0] if found else row for row, found in placed.items()}
    both = Counter((events[row], said[row]) for row in events)
    true, told = Counter(events.values()), Counter(said[row] for row in events)
    precision = sum(n * n / told[group] for (_, group), n in both.items()) / len(events)
    recall = sum(n * n / true[event] for (event, _), n in both.items()) / len(events)
    return precision, recall, 2 * precision * recall / (precision + recall)


def _line(found: tuple[float, float, float]) -> str:
    return f"P {found[0]:.3f} R {found[1]:.3f} F1 {found[2]:.3f}"


if __name__ == "__main__":
    sys.exit(main())
