"""A fresh database, one that is up to date, and one from the future."""

from __future__ import annotations

import pytest

from storage.database import StorageError
from storage.migrate import migrations, statements
from storage.store import open_store
from tests.factory import NOW, item, source


def test_a_fresh_database_gets_every_migration_once(url):
    for _ in range(2):
        with open_store(url) as store:
            applied = store.items._database.query("SELECT version, title FROM schema_version ORDER BY version")
            assert applied == [(version, title) for version, title, _ in migrations()]


def test_migrations_are_numbered_from_one_without_a_gap():
    assert [version for version, _, _ in migrations()] == list(range(1, len(migrations()) + 1))


@pytest.mark.case("R27")
@pytest.mark.case("R28")
def test_a_newer_schema_is_refused_in_words_and_left_alone(store, url):
    store.items.save(item(), "{}", NOW)
    store.items._database.execute("INSERT INTO schema_version (version, title) VALUES (9999, 'from the future')")
    store.close()
    with pytest.raises(StorageError, match=r"has schema 9999, this program knows up to \d+; run the newer program, or restore a backup"):
        open_store(url)


@pytest.mark.case("R27")
@pytest.mark.case("R1")
def test_a_migration_that_was_cut_off_is_applied_whole_the_next_time(url, monkeypatch):
    sound = statements(migrations()[0][2], "sqlite")

    for cut in range(len(sound)):
        with monkeypatch.context() as patched:
            # The program dies in the middle of the file: no statement after `cut` is ever run.
            patched.setattr("storage.migrate.statements", lambda text, dialect, cut=cut: (*sound[:cut], "SELECT died()"))
            with pytest.raises(StorageError):
                open_store(url)
    with open_store(url) as store:
        store.sources.configure([source()], NOW)
        assert store.items.save(item(), "{}", NOW) == "new"


def test_a_statement_may_say_a_word_to_one_database_alone():
    text = "-- why: because\nCREATE TABLE a (\n    b TEXT    -- a; note\n) /* sqlite: WITHOUT ROWID */;\n\nDROP TABLE c;\n"
    assert statements(text, "sqlite")[0].endswith(") WITHOUT ROWID")
    assert statements(text, "postgresql")[0].endswith(")")
    assert statements(text, "postgresql")[1] == "DROP TABLE c"


def test_the_schema_uses_no_word_that_only_one_database_knows():
    for _, title, text in migrations():
        for statement in statements(text, "postgresql"):
            for word in ("AUTOINCREMENT", "WITHOUT ROWID", "STRICT", "SERIAL", "JSONB", "PRAGMA", "BLOB"):
                assert word not in statement.upper(), f"{title}: {word}"
