"""A file that is damaged is refused in words and left as it is; a backup put in its place has everything."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from storage.database import StorageError
from storage.migrate import migrations
from storage.store import open_store
from tests.factory import NOW, item, source

PAGE = 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store of some pages, with a backup beside it."""
    made = tmp_path / "store.db"
    with open_store(f"sqlite:{made}") as store:
        store.sources.configure([source()], NOW)
        for number in range(200):
            store.items.save(item(id=f"i-{number:03}", url=f"https://au.example/{number}", body="They met. " * 40), "{}", NOW)
        with open_store(f"sqlite:{tmp_path / 'backup.db'}") as backup:
            store.copy_to(backup)
    return made


def refused(path: Path) -> str:
    """Why a process that would write does not begin; the file has to stay as it is."""
    before = path.read_bytes()
    with pytest.raises(StorageError) as told, open_store(f"sqlite:{path}") as store, store.claimed():
        pass
    assert path.read_bytes() == before
    return str(told.value)


def spoil(path: Path, at: int, size: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xa5" * size)


@pytest.mark.case("R20")
def test_a_spoilt_page_is_found_at_the_start_whichever_it_is(path):
    pages = path.stat().st_size // PAGE
    assert pages > 60
    whole = path.read_bytes()
    found = 0
    for page in range(1, pages, 7):
        path.write_bytes(whole)
        spoil(path, page * PAGE, PAGE)
        try:
            with open_store(f"sqlite:{path}") as store, store.claimed():
                pass
        except StorageError as error:
            found += 1
            assert "left as it is" in str(error)
    # An overflow page holds text alone, and nothing in SQLite says what text it held.
    assert found >= len(range(1, pages, 7)) * 0.5


@pytest.mark.case("R20")
def test_a_spoilt_first_page_is_no_database(path):
    spoil(path, 0, 100)
    assert "belongs to something else and was left as it is" in refused(path)


@pytest.mark.case("R20")
def test_a_file_that_was_cut_is_refused_and_a_backup_takes_its_place(path):
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2 // PAGE * PAGE)
    assert "left as it is: restore a backup (put it in this one's place" in refused(path)
    for beside in path.parent.glob("store.db-*"):
        beside.unlink()
    shutil.copy(path.parent / "backup.db", path)
    with open_store(f"sqlite:{path}") as store, store.claimed():
        assert store.items.count() == 200


@pytest.mark.case("R27")
def test_a_later_migration_that_dies_at_any_statement_leaves_the_older_store_whole(path, monkeypatch):
    later = ["ALTER TABLE items ADD COLUMN mood TEXT", "CREATE INDEX items_by_mood ON items (mood)", "UPDATE items SET mood = 'calm'", "CREATE TABLE moods (name TEXT)"]
    for died in range(len(later) + 1):
        text = ";\n".join([*later[:died], "SELECT died()"]) + ";\n"
        with monkeypatch.context() as patched:
            patched.setattr("storage.migrate.migrations", lambda text=text: (*migrations(), (len(migrations()) + 1, "0002_mood", text)))
            with pytest.raises(StorageError):
                open_store(f"sqlite:{path}")
        with open_store(f"sqlite:{path}") as store:
            assert store.items.count() == 200
    grown = (*migrations(), (len(migrations()) + 1, "0002_mood", ";\n".join(later) + ";\n"))
    monkeypatch.setattr("storage.migrate.migrations", lambda: grown)
    for _ in range(2):
        with open_store(f"sqlite:{path}") as store:
            assert store.items.count() == 200
    assert sqlite3.connect(path).execute("SELECT count(*) FROM items WHERE mood = 'calm'").fetchone() == (200,)
