"""Brings a database to the newest schema.

Each numbered file of migrations/ is one transaction; the table schema_version
remembers which were applied. A file is never edited once released.

Touches: the database it was given.
"""

from __future__ import annotations

import re
from importlib.resources import files

from storage.database import Database, StorageError

ONE_AT_A_TIME = 0x6D696772      # "migr": the advisory lock of the one process that migrates


def migrate(database: Database) -> None:
    """Applies what is missing. Raises StorageError when a newer program wrote it, or another program did."""
    steps = migrations()
    tables = database.tables()
    if tables and "schema_version" not in tables:
        raise StorageError(f"{database.name}: holds another program's tables and was left as it is; correct store.url")
    known = _version(database) if tables else 0
    if known > len(steps):
        raise StorageError(
            f"{database.name}: has schema {known}, this program knows up to {len(steps)}; run the newer program, or restore a backup made before it"
        )
    for version, title, text in steps[known:]:
        with database.transaction():
            if database.dialect == "postgresql":        # several workers start at once; SQLite lets one change at a time begin
                database.query("SELECT pg_advisory_xact_lock(:key, hashtext(current_schema()))", {"key": ONE_AT_A_TIME})
            database.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, title TEXT NOT NULL)")
            if version <= _version(database):       # another process was faster
                continue
            for statement in statements(text, database.dialect):
                database.execute(statement)
            database.execute("INSERT INTO schema_version (version, title) VALUES (:version, :title)", {"version": version, "title": title})


def require_newest(database: Database) -> None:
    """Raises StorageError unless the database has the schema this program writes; changes nothing."""
    tables, wanted = database.tables(), len(migrations())
    known = _version(database) if "schema_version" in tables else 0
    if known != wanted:
        raise StorageError(f"{database.name}: has schema {known}, this program reads {wanted}; let a program that may write to it open it first")


def migrations() -> tuple[tuple[int, str, str], ...]:
    """Every migration: its number, its title, its SQL; in order, from 1 without a gap."""
    found = sorted((file.name, file.read_text(encoding="utf-8")) for file in files("storage").joinpath("migrations").iterdir() if file.name.endswith(".sql"))
    steps = tuple((int(name[:4]), name.removesuffix(".sql"), text) for name, text in found)
    if [version for version, _, _ in steps] != list(range(1, len(steps) + 1)):
        raise StorageError(f"the installed program lacks a migration: it has {', '.join(title for _, title, _ in steps)}; install it again")
    return steps


def statements(text: str, dialect: str) -> tuple[str, ...]:
    """The statements of a migration; a semicolon ends one at the end of a line.

    What only one database understands stands in a comment that names it.

    >>> statements("CREATE TABLE a (b TEXT) /* sqlite: WITHOUT ROWID */;  -- why\\nDROP TABLE c;\\n", "sqlite")
    ('CREATE TABLE a (b TEXT) WITHOUT ROWID', 'DROP TABLE c')
    """
    bare = re.sub(r"--[^\n]*", "", text)
    bare = re.sub(r"/\*\s*(\w+):\s*(.*?)\s*\*/", lambda word: word[2] if word[1] == dialect else "", bare)
    return tuple(part.strip() for part in re.split(r";\s*(?:\n|$)", bare) if part.strip())


def _version(database: Database) -> int:
    ((version,),) = database.query("SELECT coalesce(max(version), 0) FROM schema_version")
    return int(version)
