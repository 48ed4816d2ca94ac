"""Everything that was concluded, drawn again from the raw entries.

Items are read anew from the entries that were kept of them, and every meeting is
found again, in the order the items were first seen. With the same rules the
ids, the order and the published bytes come out the same; with newer ones a
meeting keeps the id of its oldest item, and one that is no more leads to where
its oldest item went.

Touches: the store.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from aggregator.ingest import Decided, Intake
from aggregator.normalise.items import as_item, entry_from_json
from storage.model import Source
from storage.store import Store

UNDER_WAY = "rebuilding"    # setting: the items of every meeting before, as JSON


def rebuild(store: Store, intake: Intake, now: datetime, on_progress: Callable[[int, int], None] = lambda done, total: None) -> Decided:
    """Draw everything again.

    One that is interrupted is finished by the next: which items every meeting had
    is kept until the last of them is decided. Readers see nothing of it before it
    is published.
    """
    with store.transaction():
        if not store.setting(UNDER_WAY):
            told_of = {meeting_id: [member.item.id for member in store.meetings.members(meeting_id)] for meeting_id in store.meetings.ids()}
            store.change_setting(UNDER_WAY, json.dumps(told_of))
        _read_again(store, on_progress)
        store.items.forget_last_documents()
        store.meetings.clear()
        intake.wrappers.forget()
    decided = intake.decide(now)
    with store.transaction():
        alive = frozenset(store.meetings.ids())
        for meeting_id, items in json.loads(store.setting(UNDER_WAY) or "{}").items():
            if meeting_id not in alive:
                store.meetings.remove(meeting_id, _heir(store, items), now)
        store.change_setting(UNDER_WAY, "")
    return decided


def _read_again(store: Store, on_progress: Callable[[int, int], None]) -> None:
    total = store.items.count()
    sources: dict[str, Source] = {}
    for done, item in enumerate(tuple(store.items.all()), 1):
        source = sources.setdefault(item.source_id, store.sources.get(item.source_id) or Source(item.source_id, "", item.outlet))
        store.items.redraw(as_item(entry_from_json(store.items.raw(item.id)), source, id=item.id, seen_at=item.first_seen))
        on_progress(done, total)


def _heir(store: Store, items: list[str]) -> str | None:
    """The meeting that the oldest of `items` with any is of now."""
    return next((claim.meeting_id for item_id in items for claim in store.meetings.coverage(item_id)), None)
