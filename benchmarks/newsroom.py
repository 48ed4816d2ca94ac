"""How well the bundled newsroom is read: the demo's meetings against what each article is labelled to be.

    python -m benchmarks.newsroom            the figures
    python -m benchmarks.newsroom --errors   and what went wrong
    python -m benchmarks.newsroom --orders 5 the articles in so many orders, with and without repair

The articles were written before the rules had seen them, but errors on them have
led to rules since: an in-sample figure.

Touches: loopback, a store in memory, a temporary folder.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime
from itertools import combinations
from pathlib import Path

from aggregator.commands.rounds import BROKEN, demo, demo_polling
from aggregator.config import read_config
from aggregator.deduper.match import SCALE
from aggregator.newsroom.server import Label, Newsroom
from benchmarks.labelled import Told
from benchmarks.streaming import stream
from feeds.publisher import Published
from storage.model import Meeting, Report
from storage.store import open_store


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--errors", action="store_true")
    ask.add_argument("--orders", type=int, default=0)
    args = ask.parse_args()
    errors: bool = args.errors
    labels, reports, meetings, languages, truth, rows = asyncio.run(_read())
    told = {label.article: label for label in labels}
    if args.orders:
        reorder(rows, told, args.orders)
        return
    right = false = missed = 0
    crossing = [0, 0]
    for one, other in combinations(sorted(told), 2):
        same = bool(set(_about(told[one])) & set(_about(told[other])))
        together = bool({m.id for m in meetings[one]} & {m.id for m in meetings[other]})
        right, false, missed = right + (same and together), false + (together and not same), missed + (same and not together)
        if same and languages[told[one].source_id] != languages[told[other].source_id]:
            crossing = [crossing[0] + together, crossing[1] + 1]
        if errors and same != together:
            print("apart   " if same else "together", one, other)
    homes: dict[str, Counter[str]] = defaultdict(Counter)
    for article, found in meetings.items():
        for event in _about(told[article])[:1]:
            homes[event].update(meeting.id for meeting in found[:1])
    by_id = {meeting.id: meeting for found in meetings.values() for meeting in found}
    days = parties = 0
    for event, home in homes.items():
        meeting = by_id[home.most_common(1)[0][0]] if home else None
        day_is_right = meeting is not None and meeting.day == truth[event][0]
        sides = sorted(party.code for party in meeting.parties if party.role == "party" and party.kind == "country") if meeting else []
        days, parties = days + day_is_right, parties + (sides == list(truth[event][1]))
        if errors and meeting and (not day_is_right or sides != list(truth[event][1])):
            print(event, meeting.day, sides, "should be", *truth[event])
    kinds = sum((reports[article][0].kind if reports[article] else "none") == told[article].relation for article in told)
    if errors:
        for article in sorted(told):
            kind = reports[article][0].kind if reports[article] else "none"
            if kind != told[article].relation:
                print(article, kind, "should be", told[article].relation)
    p, r = right / max(right + false, 1), right / max(right + missed, 1)
    print(f"articles {len(told)}, meetings {len(by_id)} of {len(truth)}")
    print(f"pair P {p:.3f} R {r:.3f} F1 {2 * p * r / max(p + r, 1e-9):.3f}; false pairs {false}; cross-language recall {crossing[0]}/{crossing[1]}")
    print(f"kind {kinds / len(told):.3f}; day right {days}/{len(homes)}; parties right {parties}/{len(homes)}")


def reorder(rows: list[Told], told: dict[str, Label], orders: int) -> None:
    """The articles in several orders: order 0 is that of their publication, order k a shuffle with seed k."""
    reached: dict[bool, list[float]] = {False: [], True: []}
    for order in range(orders):
        shuffled = sorted(rows, key=lambda row: (row.item.published or row.item.first_seen, row.id))
        if order:
            random.Random(order).shuffle(shuffled)
        for repairing, scores in reached.items():
            placed = stream(shuffled, SCALE, repairing=repairing)
            pairs = [(bool(set(_about(told[a])) & set(_about(told[b]))), bool(set(placed[a]) & set(placed[b]))) for a, b in combinations(sorted(placed), 2)]
            right, joined, same = sum(s and t for s, t in pairs), sum(t for _, t in pairs), sum(s for s, _ in pairs)
            scores.append(2 * right / max(joined + same, 1))
            precision, recall = right / max(joined, 1), right / max(same, 1)
            print(f"order {order} {'repaired' if repairing else 'as placed':9}  pair P {precision:.3f} R {recall:.3f} F1 {scores[-1]:.3f}")
    for repairing, scores in reached.items():
        print(f"pair F1 {'repaired' if repairing else 'as placed':9}: mean {statistics.mean(scores):.3f}, worst {min(scores):.3f}")


def _about(label: Label) -> tuple[str, ...]:
    return label.meetings or label.refers_to


async def _read() -> tuple[
    list[Label], dict[str, tuple[Report, ...]], dict[str, list[Meeting]], dict[str, str], dict[str, tuple[object, tuple[str, ...]]],
    list[Told],
]:
    newsroom = Newsroom()
    await newsroom.start()
    try:
        with tempfile.TemporaryDirectory() as folder, open_store("sqlite::memory:") as store:
            config = replace(read_config("", Path(folder) / "config.toml", {}), poll=demo_polling(newsroom), sources=newsroom.sources())
            store.sources.configure(config.sources, newsroom.now)
            await demo(config, store, newsroom, _publish_nothing)
            by_url = {(item.source_id, item.url): item.id for item in store.items.all()}
            labels = [label for label in newsroom.labels() if label.source_id not in BROKEN]
            ids = {label.article: by_url[label.source_id, label.url] for label in labels}
            sources = {source.id: source for source in newsroom.sources()}
            kept = store.items.get_many(ids.values())
            rows = [Told(article, sources[kept[id].source_id], kept[id], store.meetings.reports(id)) for article, id in ids.items()]
            reports = {article: store.meetings.reports(item_id) for article, item_id in ids.items()}
            claims = {article: store.meetings.coverage(item_id) for article, item_id in ids.items()}
            meetings = {article: list(store.meetings.get_many(claim.meeting_id for claim in found).values()) for article, found in claims.items()}
    finally:
        await newsroom.stop()
    truth: dict[str, tuple[object, tuple[str, ...]]] = {event.id: (event.day, event.countries) for event in newsroom.events()}
    return labels, reports, meetings, {source.id: source.language for source in newsroom.sources()}, truth, rows


def _publish_nothing(now: datetime) -> Published:
    return Published()


if __name__ == "__main__":
    main()
