"""Opening, settings, transactions, and two who use one database."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from storage.database import StorageError
from storage.store import open_store
from tests.factory import NOW, item, source


def test_what_was_kept_first_stays_for_ever(store):
    assert store.setting("first_year") is None
    assert store.keep_setting("first_year", "2026") == "2026"
    assert store.keep_setting("first_year", "2031") == "2026"
    assert store.setting("first_year") == "2026"


def test_a_setting_can_be_changed_on_purpose(store):
    store.keep_setting("rules", "1")
    store.change_setting("rules", "2")
    store.change_setting("new", "1")
    assert (store.setting("rules"), store.setting("new")) == ("2", "1")


def test_a_restart_keeps_everything(store, url):
    store.items.save(item(), "{}", NOW)
    store.keep_setting("first_year", "2026")
    store.close()
    with open_store(url) as again:
        assert again.items.get("i-1") == item()
        assert again.setting("first_year") == "2026"
        assert [each.id for each in again.sources.all()] == ["au-press", "nz-press"]


def test_a_change_that_fails_leaves_nothing(store):
    def change() -> None:
        with store.transaction():
            store.items.save(item(), "{}", NOW)
            store.keep_setting("first_year", "2026")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert store.items.count() == 0
    assert store.setting("first_year") is None


def test_a_change_inside_another_belongs_to_the_outer_one(store):
    def change() -> None:
        with store.transaction():
            with store.transaction():
                store.items.save(item(), "{}", NOW)
            assert store.items.count() == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert store.items.count() == 0


def test_a_change_with_a_failed_part_is_not_made_even_when_the_error_was_swallowed(store):
    def change() -> None:
        with store.transaction():
            store.items.save(item(), "{}", NOW)
            with pytest.raises(StorageError):
                store.items.save(item(id="i-2", source_id="nobody"), "{}", NOW)

    with pytest.raises(StorageError, match="none of it was made"):
        change()
    assert store.items.count() == 0
    store.items.save(item(), "{}", NOW)
    assert store.items.count() == 1


def test_an_item_of_an_unknown_source_is_refused_in_words(store):
    with pytest.raises(StorageError, match="a source or an item that the store does not hold"):
        store.items.save(item(source_id="nobody"), "{}", NOW)


def test_a_second_writer_waits_for_the_first(store, url):
    writing, written = threading.Event(), []

    def write_too() -> None:
        with open_store(url) as other:
            writing.set()
            other.items.save(item(id="i-2"), "{}", NOW)
            written.append(other.items.count())

    with store.transaction():
        store.items.save(item(), "{}", NOW)
        # Opening must not need the writer's lock once the schema is there; only the write waits.
        thread = threading.Thread(target=write_too)
        thread.start()
        assert writing.wait(10)
        assert written == []
    thread.join(20)
    assert written == [2]


@pytest.mark.case("R23")
def test_only_one_process_polls_a_store_at_a_time(store, url):
    with open_store(url) as other:
        with store.claimed():
            with pytest.raises(StorageError, match="at work on it"), other.claimed():
                pytest.fail("two had the right to poll")
            other.change_setting("may", "still write")
        with other.claimed():
            assert store.setting("may") == "still write"


def test_many_may_open_a_new_store_at_once(tmp_path):
    url, failed = f"sqlite:{tmp_path / 'new.db'}", []

    def opened(number):
        try:
            with open_store(url) as store:
                store.change_setting(f"of {number}", "x")
        except StorageError as error:
            failed.append(error)

    threads = [threading.Thread(target=opened, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with open_store(url) as store:
        assert [store.setting(f"of {number}") for number in range(8)] == ["x"] * 8


def test_what_one_connection_wrote_another_reads(store, url):
    with open_store(url) as other:
        store.items.save(item(), "{}", NOW)
        assert other.items.get("i-1") == item()


@pytest.mark.case("S55")
@pytest.mark.parametrize("nasty", ["'; DROP TABLE items; --", "100 % _ \\", "half \ud800 a pair", "\U0001f600 😀", '"', "a\r\nb", "a\0b", ":name ? $1 %(x)s"])
def test_no_text_can_break_the_store(store, nasty):
    name = f"i-{nasty}"
    kept = item(id=name, title=nasty, body=nasty, url=nasty, guid=nasty, authors=(nasty,), outlet=nasty)
    store.items.save(kept, nasty, NOW)
    store.items.search(nasty, 5)
    store.items.known_urls(nasty, [nasty])
    store.meetings.sharing([nasty])
    (found,) = store.items.all()
    clean = nasty.replace("\ud800", "\ufffd")
    if store.items._database.dialect == "postgresql":
        clean = clean.replace("\0", "\ufffd")      # PostgreSQL holds no NUL; no text of an item has one
    assert (found.title, found.body, found.outlet) == (clean, clean, clean)
    assert store.items.count() == 1


@pytest.mark.parametrize("url", ["", "sqlite:", "mysql://localhost/x", "communique.db"])
def test_an_address_that_names_no_store_is_refused_in_words(url):
    with pytest.raises(StorageError, match="names no store: write sqlite:FILE"):
        open_store(url)


def test_a_store_in_memory_works_like_any_other():
    with open_store("sqlite::memory:") as store:
        store.sources.configure([source()], NOW)
        assert store.items.save(item(), "{}", NOW) == "new"


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StorageError, match=r"there is no folder .*missing"):
        open_store(f"sqlite:{tmp_path}/missing/communique.db")


@pytest.mark.case("R20")
def test_a_file_that_is_no_database_is_left_as_it_was(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_bytes(b"These are my notes, and no database at all.\n" * 50)
    before = file.read_bytes()
    with pytest.raises(StorageError, match=r"notes\.txt: file is not a database; this file belongs to something else"):
        open_store(f"sqlite:{file}")
    assert file.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.case("R20")
def test_another_programs_database_is_left_as_it_was(tmp_path):
    file = tmp_path / "other.db"
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE recipes (name TEXT)")
    other.commit()
    other.close()
    with pytest.raises(StorageError, match="holds another program's tables"):
        open_store(f"sqlite:{file}")
    assert sqlite3.connect(file).execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


@pytest.mark.case("R20")
@pytest.mark.parametrize("damage", ["cut", "scribbled"])
def test_a_damaged_file_is_refused_or_explained_and_never_overwritten(tmp_path, damage):
    file = tmp_path / "communique.db"
    with open_store(f"sqlite:{file}") as store:
        store.sources.configure([source()], NOW)
        for number in range(300):
            store.items.save(item(id=f"i-{number}", body=f"{number} " * 400), "{}", NOW)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if damage == "cut" else whole[:4096] + b"\xa5" * (len(whole) - 4096))
    damaged = file.read_bytes()
    with pytest.raises(StorageError, match="the file is damaged and was left as it is: restore a backup"), open_store(f"sqlite:{file}") as store:
        list(store.items.all())
    assert file.read_bytes() == damaged


@pytest.mark.case("H12")
def test_a_full_disk_keeps_the_old_and_says_so(tmp_path):
    file = tmp_path / "communique.db"
    with open_store(f"sqlite:{file}") as store:
        store.sources.configure([source()], NOW)
        store.items.save(item(), "{}", NOW)
        ((pages,),) = store.items._database.query("PRAGMA page_count")
        store.items._database.query(f"PRAGMA max_page_count = {pages}")

        def fill() -> None:
            with store.transaction():
                for number in range(2, 200):
                    store.items.save(item(id=f"i-{number}", body="full " * 2_000), "{}", NOW)

        with pytest.raises(StorageError, match="nothing of this change was kept; make room"):
            fill()
        assert store.items.count() == 1
        store.items._database.query("PRAGMA max_page_count = 1000000")
        assert store.items.save(item(id="i-2"), "{}", NOW) == "new"
        assert store.items._database.query("PRAGMA integrity_check") == [("ok",)]


def test_a_commit_survives_a_power_cut_and_readers_do_not_wait(store):
    database = store.items._database
    if database.dialect == "postgresql":
        assert database.query("SHOW synchronous_commit") == [("on",)]
        return
    assert database.query("PRAGMA synchronous") == [(2,)]
    assert database.query("PRAGMA journal_mode") == [("wal",)]
    assert database.query("PRAGMA foreign_keys") == [(1,)]


def test_a_file_that_may_not_be_written_is_explained(tmp_path: Path):
    folder = tmp_path / "communique.db"
    folder.mkdir()
    with pytest.raises(StorageError, match="check that the file and its folder may be read and written"):
        open_store(f"sqlite:{folder}")


def test_a_server_that_does_not_answer_is_explained_without_the_password():
    pytest.importorskip("psycopg")
    with pytest.raises(StorageError, match="check that the server runs") as caught:
        open_store("postgresql://someone:s3cret@127.0.0.1:1/none")
    assert "s3cret" not in str(caught.value)
