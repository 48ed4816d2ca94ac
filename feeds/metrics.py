"""The numbers for monitoring, as Prometheus reads them: questions asked of the store.

Each is a gauge of what is there now, so a restart changes none of them and every
process that opens the store gives the same.

Touches: the store, which it reads.
"""

from __future__ import annotations

from datetime import datetime

from storage.model import Standing
from storage.store import Store

MOST_UNDECIDED = 100_000        # counted no further
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

HELP = {
    "communique_sources":              "Sources that are followed, by how they are: well, failing, unvisited.",
    "communique_sources_due":          "Sources that are to be visited now.",
    "communique_polls":                "Visits that are remembered (90 days), by outcome.",
    "communique_last_poll_seconds":    "When the last visit was, in seconds since 1970; 0 before the first.",
    "communique_items":                "Items that are stored.",
    "communique_items_undecided":      "Items that wait for a decision, counted up to 100,000.",
    "communique_meetings":             "Meetings that are stored.",
    "communique_meetings_unpublished": "Meetings that changed since they were last published.",
    "communique_feeds":                "Feeds that are published.",
    "communique_workers":              "Members of the fleet that were seen in the last minute.",
    "communique_worker_sources":       "Sources that workers have in hand.",
    "communique_queue_jobs":           "Jobs that waited when the leader last looked.",
}
RECENT = 60                     # seconds


def metrics(store: Store, now: datetime) -> bytes:
    """All the numbers."""
    lines: list[str] = []
    for name, samples in numbers(store, now).items():
        lines += (f"# HELP {name} {HELP[name]}", f"# TYPE {name} gauge")
        lines += (f"{name}{{{label}}} {value}" if label else f"{name} {value}" for label, value in samples.items())
    return ("\n".join(lines) + "\n").encode()


def numbers(store: Store, now: datetime) -> dict[str, dict[str, float]]:
    """Each number by its name and its label."""
    states = {'state="well"': 0.0, 'state="failing"': 0.0, 'state="unvisited"': 0.0}
    for standing in store.sources.standings():
        states[f'state="{_state(standing)}"'] += 1
    workers = [worker for worker in store.workers() if (now - worker.seen).total_seconds() < RECENT]
    last = store.sources.last_poll()
    found: dict[str, dict[str, float]] = {
        "communique_sources": states,
        "communique_polls": {f'outcome="{outcome}"': count for outcome, count in store.sources.outcomes().items()},
    }
    plain = {
        "communique_sources_due": store.sources.due_count(now),
        "communique_last_poll_seconds": last.timestamp() if last else 0,
        "communique_items": store.items.count(),
        "communique_items_undecided": store.items.undecided_count(MOST_UNDECIDED),
        "communique_meetings": store.meetings.count(),
        "communique_meetings_unpublished": len(store.meetings.unpublished()),
        "communique_feeds": sum(not edition.retired_at for edition in store.publications.editions().values()),
        "communique_workers": len(workers),
        "communique_worker_sources": sum(worker.visiting for worker in workers),
        "communique_queue_jobs": sum(worker.queued for worker in workers),
    }
    return {name: found.get(name) or {"": plain.get(name, 0)} for name in HELP if name in found or name in plain}


def _state(standing: Standing) -> str:
    if standing.failures:
        return "failing"
    return "well" if standing.last_success else "unvisited"
