"""What was mended is remembered, with what was before and why."""

from __future__ import annotations

from datetime import timedelta

from storage.model import Repair
from tests.factory import NOW

HOUR = timedelta(hours=1)
MERGED = Repair("c-1", "merge", "m-2", "m-1", ("i-2",), ("i-1",), 0.9, ("same day",), NOW)
MOVED = Repair("c-2", "move", "m-1", "m-3", ("i-1",), ("i-3",), 0.8, ("same place",), NOW + HOUR)


def test_repairs_come_back_the_latest_first_and_by_their_meetings(store):
    store.repairs.add(MERGED)
    store.repairs.add(MOVED)
    store.repairs.add(Repair("c-1", "merge", "m-2", "m-1", (), (), 0.1, (), NOW + 9 * HOUR))     # again, by a rebuild
    assert store.repairs.newest(9) == (MOVED, MERGED)
    assert store.repairs.newest(1) == (MOVED,)
    assert store.repairs.of("m-1") == (MERGED, MOVED)
    assert store.repairs.of("m-2") == (MERGED,)
    assert store.repairs.get("c-3") is None


def test_a_repair_that_was_taken_back_says_when(store):
    store.repairs.add(MERGED)
    store.repairs.undo(MERGED, NOW + HOUR)
    assert store.repairs.get("c-1").undone_at == NOW + HOUR
    store.meetings.clear()
    assert store.repairs.get("c-1") is not None
