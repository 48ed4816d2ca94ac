"""The database for those who outgrow one machine.

psycopg is imported here alone, and only when a store of this kind is opened: it comes with
the extra "cluster".

Touches: the database server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, cast
from urllib.parse import urlsplit

from storage.database import Changes, Row, StorageError, Values, expand, storable

CLAIM = 0x636F6D6D          # "comm": the advisory lock of the one process that polls and publishes
PARAMETER = re.compile(r"(?<![:\w]):(\w+)")
ONCE_MORE = 100             # statements kept prepared; each stands in one place of this room, lists come in few sizes


class Postgres:
    """A Database on a PostgreSQL server, at "postgresql://…"."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        try:
            import psycopg  # an optional dependency: the extra "cluster"
        except ImportError as error:
            raise StorageError(f"{shown(url)}: needs the PostgreSQL driver; install it with: pip install 'communique[cluster]'") from error
        self._errors = psycopg.Error
        self.name = shown(url)
        try:
            self._connection = psycopg.connect(url, autocommit=True, application_name="communique", connect_timeout=10)
        except psycopg.Error as error:
            raise StorageError(f"{self.name}: {_first_line(error)}; check that the server runs and store.url is right") from error
        self._changes = Changes(self.name, lambda: self.execute("BEGIN"), lambda: self.execute("COMMIT"), self._rollback)

    def tables(self) -> tuple[str, ...]:
        rows = self.query("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY table_name")
        return tuple(name for (name,) in rows)

    def execute(self, sql: str, values: Values | None = None) -> int:
        return int(self._run(sql, values or {}).rowcount)

    def query(self, sql: str, values: Values | None = None) -> list[Row]:
        return cast("list[Row]", self._run(sql, values or {}).fetchall())

    def executemany(self, sql: str, rows: Iterable[Values]) -> None:
        try:
            with self._connection.cursor() as cursor:
                cursor.executemany(translated(sql).encode(), [{name: storable(value) for name, value in row.items()} for row in rows])
        except self._errors as error:
            raise self._explained(error) from error

    def _run(self, sql: str, values: Values) -> Any:
        sql, plain = expand(sql, values) if any(type(value) is tuple for value in values.values()) else (sql, dict(values))
        try:
            return self._connection.execute(translated(sql).encode(), {name: storable(value) for name, value in plain.items()} or None)
        except self._errors as error:
            raise self._explained(error) from error

    def transaction(self) -> AbstractContextManager[None]:
        return self._changes.transaction()

    def _rollback(self) -> None:
        # A connection that was cut has nothing to roll back, and trying would hide the reason.
        if not self._connection.closed and self._connection.info.transaction_status.name != "IDLE":
            self.execute("ROLLBACK")

    @contextmanager
    def claimed(self) -> Iterator[None]:
        ((got,),) = self.query("SELECT pg_try_advisory_lock(:key)", {"key": CLAIM})
        if not got:
            raise StorageError(f"{self.name}: another communique (fetch, run or publish) is at work on it; wait for it, or stop it")
        try:
            yield
        finally:
            if not self._connection.closed:
                self.query("SELECT pg_advisory_unlock(:key)", {"key": CLAIM})

    def close(self) -> None:
        self._connection.close()

    def _explained(self, error: Exception) -> StorageError:
        state = getattr(error, "sqlstate", None) or ""
        remedy = next((remedy for sign, remedy in REMEDIES.items() if state.startswith(sign)), "")
        return StorageError(f"{self.name}: {_first_line(error)}{'; ' if remedy else ''}{remedy}")


def translated(sql: str) -> str:
    """`sql` as PostgreSQL and its driver want it: their form of parameters, and texts that sort by their bytes on every server.

    >>> translated("SELECT a FROM b WHERE c LIKE '%x' AND d = :d")
    "SELECT a FROM b WHERE c LIKE '%%x' AND d = %(d)s"
    """
    if sql.lstrip().startswith("CREATE TABLE"):
        return re.sub(r"\bTEXT\b", 'TEXT COLLATE "C"', sql)
    return PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%")) if PARAMETER.search(sql) else sql


def shown(url: str) -> str:
    """The address without its password."""
    parts = urlsplit(url)
    return f"postgresql://{parts.hostname or 'localhost'}{f':{parts.port}' if parts.port else ''}{parts.path}"


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


REMEDIES = {
    "08":       "the connection was lost; nothing of this change was kept, run it again",
    "23503":    "it speaks of a source or an item that the store does not hold",
    "25006":    "this server only reads: connect to the one that writes",
    "28":       "check the user and the password in store.url",
    "40":       "another process changed the same rows; run it again",
    "53100":    "nothing of this change was kept; make room on the server and run it again",
    "53300":    "the server has no connection left; allow more, or stop a worker",
    "57":       "the server is stopping or starting; run it again when it is up",
}
