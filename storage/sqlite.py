"""The embedded database: one file, one writer at a time, many readers.

Touches: the database file.
"""

from __future__ import annotations

import fcntl
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

from storage.database import Changes, Row, StorageError, Values, expand, storable

T = TypeVar("T")

PATIENCE = 30_000       # milliseconds to wait while another process writes; a round's longest change takes well under a second
MOST_CHECKED = 2 << 30  # bytes of a file that is looked through at each start: 0.6 s a gigabyte in memory, 5 s from a slow disk
TURNS = 300             # tries within that time where SQLite itself does not wait
STATEMENTS = 400        # kept prepared: all of this room's, with the sizes their lists come in


class Sqlite:
    """A Database in a file, or in memory for `:memory:`."""

    dialect = "sqlite"

    def __init__(self, path: str, *, read_only: bool = False) -> None:
        self.name = path
        self._changes = Changes(path, lambda: self.execute("BEGIN IMMEDIATE"), lambda: self.execute("COMMIT"), self._rollback)
        if path != ":memory:" and not Path(path).absolute().parent.is_dir():
            raise StorageError(f"{path}: there is no folder {Path(path).absolute().parent}; create it, or correct store.url")
        try:
            self._connection = self._only_read(path) if read_only else sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS, timeout=PATIENCE / 1000
            )
        except sqlite3.Error as error:
            raise self._explained(error) from error
        try:
            if not read_only:
                self._prepare()
        except StorageError:
            self._connection.close()
            raise

    def _only_read(self, path: str) -> sqlite3.Connection:
        """A connection that cannot write. Where even the shared memory of a store that somebody writes cannot be made, the file is read as it lies."""
        for how in ("mode=ro", "mode=ro&immutable=1"):
            connection = sqlite3.connect(
                f"{Path(path).absolute().as_uri()}?{how}", uri=True, isolation_level=None, check_same_thread=False, timeout=PATIENCE / 1000)
            try:
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
                return connection
            except sqlite3.OperationalError:
                connection.close()
                if "immutable" in how:
                    raise
        raise AssertionError("unreachable")

    def _prepare(self) -> None:
        # Reading the schema first: a file that is no database must be refused before a pragma could write to it.
        self.query("SELECT count(*) FROM sqlite_master")
        self.execute("PRAGMA foreign_keys = ON")
        self._write_ahead()
        self.execute("PRAGMA synchronous = FULL")       # a commit that was answered survives a power cut
        self.execute("PRAGMA temp_store = MEMORY")
        self.execute("PRAGMA cache_size = -32768")      # 32 MB: the key table's upper pages stay in memory

    def _write_ahead(self) -> None:
        """WAL, so that readers and a writer do not wait for each other. SQLite does not wait its turn for this one switch, so we do."""
        for turn in range(TURNS):
            try:
                self.execute("PRAGMA journal_mode = WAL")
                return
            except StorageError:
                if turn == TURNS - 1:
                    raise
                time.sleep(PATIENCE / 1000 / TURNS)

    @contextmanager
    def claimed(self) -> Iterator[None]:
        if self.name == ":memory:":
            yield
            return
        with open(f"{self.name}-claim", "w", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise StorageError(f"{self.name}: another communique (fetch, run or publish) is at work on it; wait for it, or stop it") from error
            self._check()
            yield           # the lock ends with the file, also when the process is killed

    def _check(self) -> None:
        """Refuses a damaged file before anything is written to it: its pages are looked at, unless that takes too long to do at each start."""
        if Path(self.name).stat().st_size > MOST_CHECKED:
            return
        found = [str(line) for (line,) in self.query("PRAGMA quick_check(1)")]
        if found != ["ok"]:
            raise StorageError(f"{self.name}: malformed ({' '.join(found[0].split())}); {REMEDIES['malformed']}")

    def tables(self) -> tuple[str, ...]:
        return tuple(name for (name,) in self.query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"))

    def execute(self, sql: str, values: Values | None = None) -> int:
        return self._run(lambda plain: self._connection.execute(*plain).rowcount, sql, values or {})

    def query(self, sql: str, values: Values | None = None) -> list[Row]:
        return self._run(lambda plain: self._connection.execute(*plain).fetchall(), sql, values or {})

    def executemany(self, sql: str, rows: Iterable[Values]) -> None:
        listed = list(rows)
        try:
            self._connection.executemany(sql, listed)
        except UnicodeEncodeError:
            for row in listed:
                self.execute(sql, row)
        except sqlite3.Error as error:
            raise self._explained(error) from error

    def _run(self, ask: Callable[[tuple[str, dict[str, object]]], T], sql: str, values: Values) -> T:
        plain = expand(sql, values) if any(type(value) is tuple for value in values.values()) else (sql, dict(values))
        try:
            try:
                return ask(plain)
            except UnicodeEncodeError:
                return ask((plain[0], {name: storable(value) for name, value in plain[1].items()}))
        except sqlite3.Error as error:
            raise self._explained(error) from error

    def transaction(self) -> AbstractContextManager[None]:
        return self._changes.transaction()

    def _rollback(self) -> None:
        # On a full disk SQLite has rolled back already, and a second rollback would hide the reason.
        if self._connection.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        self._connection.close()

    def _explained(self, error: sqlite3.Error) -> StorageError:
        text = str(error)
        remedy = next((remedy for sign, remedy in REMEDIES.items() if sign in text), "")
        return StorageError(f"{self.name}: {text}{'; ' if remedy else ''}{remedy}")


REMEDIES = {
    "not a database":       "this file belongs to something else and was left as it is: correct store.url, or move the file away",
    "malformed":            (
        "the file is damaged and was left as it is: restore a backup (put it in this one's place and remove the -wal and -shm beside it), "
        "or move the file away to begin anew"
    ),
    "unable to open":       "check that the file and its folder may be read and written by this user",
    "readonly":             "give this user the right to write the file and its folder",
    "disk is full":         "nothing of this change was kept; make room and run it again",
    "disk I/O error":       "nothing of this change was kept; check the disk and its file system",
    "locked":               "another process has been writing for half a minute; stop it, or run this again later",
    "FOREIGN KEY":          "it speaks of a source or an item that the store does not hold",
}
