"""What people have decided."""

from __future__ import annotations

from datetime import timedelta

from storage.model import Ruling
from tests.factory import NOW

HOUR = timedelta(hours=1)
SAME = Ruling("r-1", "same", "i-1", "i-2", NOW, "editor")
TAG = Ruling("r-2", "retag", "i-1", "+drugs", NOW + HOUR)


def test_rulings_come_back_in_the_order_they_were_made(store):
    store.rulings.add(TAG)
    store.rulings.add(SAME)
    assert store.rulings.all() == (SAME, TAG)


def test_a_ruling_holds_for_both_of_its_sides(store):
    store.rulings.add(TAG)
    store.rulings.add(SAME)
    assert store.rulings.of("i-1") == (SAME, TAG)
    assert store.rulings.of("i-2") == (SAME,)
    assert store.rulings.of("i-3") == ()


def test_a_ruling_that_was_taken_back_is_remembered_and_holds_no_more(store):
    store.rulings.add(SAME)
    assert store.rulings.undo("r-1", NOW + HOUR)
    assert not store.rulings.undo("r-1", NOW + HOUR * 2)
    assert not store.rulings.undo("r-9", NOW)
    assert store.rulings.all() == ()
    assert store.rulings.of("i-1") == ()
    assert [each.undone_at for each in store.rulings.all(active=False)] == [NOW + HOUR]


def test_rulings_outlive_the_meetings(store):
    store.rulings.add(SAME)
    store.meetings.clear()
    assert store.rulings.all() == (SAME,)
