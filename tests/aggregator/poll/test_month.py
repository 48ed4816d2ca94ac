"""Days of feeds with faults and restarts: every published item is stored exactly once.

Touches: a store in a temporary folder.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from benchmarks.month import Month, Readers
from benchmarks.polling import BEGIN, close, live_day
from storage.store import open_store

FEEDS, DAYS = 10, 2     # one feed of each pace


def test_every_published_item_is_stored_exactly_once(tmp_path: Path):
    month, readers = Month(FEEDS, BEGIN), Readers()

    async def live() -> None:
        for _ in range(DAYS):
            with open_store(f"sqlite:{tmp_path / 'month.db'}") as store:
                store.sources.configure(month.sources, month.now)
                await live_day(month, store, readers)
        await close(month, tmp_path, readers)

    asyncio.run(live())
    with open_store(f"sqlite:{tmp_path / 'month.db'}") as store:
        assert month.missing(store) == ()
        assert month.twice(store) == 0
        assert store.items.count() == month.published()
    assert any(visit.status >= 400 for visit in month.log.visits), "no visit met a fault"
