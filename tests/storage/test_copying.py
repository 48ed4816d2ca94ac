"""A store goes into another of either kind and comes back the same."""

from __future__ import annotations

import pytest

from storage.database import StorageError
from storage.store import open_store
from tests.factory import NOW, coverage, item, meeting, report


def filled(store):
    store.items.save(item(title="Bộ trưởng, министр, 部长"), "{}", NOW)
    store.meetings.save_reports("i-1", (report(),))
    store.meetings.index("i-1", 0, ("pair:AU-FJ", "place:suva"), report().day)
    store.meetings.cover(coverage())
    store.meetings.save(meeting())
    store.meetings.save(meeting(id="m-2"))
    store.meetings.relate("m-1", "m-2", 0.6, ("same day",))
    store.meetings.remove("m-2", "m-1", NOW)
    store.keep_setting("first_year", "2026")


def held(store):
    return (
        tuple(store.items.all()), store.items.raw("i-1"), store.meetings.reports("i-1"), store.meetings.coverage("i-1"), store.meetings.newest(9),
        store.meetings.tombstones(), store.meetings.sharing(("pair:AU-FJ",)), store.sources.standings(), store.setting("first_year"), store.meetings.unpublished(),
    )


def test_a_copy_holds_the_same_and_can_be_copied_back(store, tmp_path):
    filled(store)
    with open_store(f"sqlite:{tmp_path / 'copy.db'}") as copy, open_store("sqlite::memory:") as back:
        assert store.copy_to(copy) == copy.copy_to(back) > 10
        assert held(copy) == held(store)
        assert held(back) == held(store)


def test_nothing_is_copied_over_what_is_there(store, tmp_path):
    filled(store)
    with open_store(f"sqlite:{tmp_path / 'copy.db'}") as copy:
        store.copy_to(copy)
        before = held(copy)
        with pytest.raises(StorageError, match="copy into an empty store"):
            store.copy_to(copy)
        assert held(copy) == before
