"""The database for those who outgrow one machine.

psycopg is imported here alone, and only when a store of this kind is opened: it comes with
the extra "cluster".

Touches: the database server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from storage.database import Changes, Row, StorageError, Values, expand, storable

CLAIM = 0x636F6D6D          # "comm": the advisory lock of those who poll and publish, one for each schema
TURN = 0x7475726E           # "turn": of the one connection that decides or publishes
OTHERS = "another communique (fetch, run, publish, rebuild or a worker)"
LOCK_NOT_AVAILABLE = "55P03"
HARMLESS = ("SELECT", "BEGIN")
# A machine that vanished without a word is given up after some 25 seconds, and its locks with it.
VANISHED = {"tcp_keepalives_idle": 10, "tcp_keepalives_interval": 5, "tcp_keepalives_count": 3}
PARAMETER = re.compile(r"(?<![:\w]):(\w+)")
ONCE_MORE = 100             # statements kept prepared; each stands in one place of this room, lists come in few sizes


class Postgres:
    """A Database on a PostgreSQL server, at "postgresql://…".

    A connection that was cut is opened anew at the next statement outside a change; a change
    that was under way is lost whole and says so. What was claimed is claimed again; who has
    the turn has lost it, since another may have taken it.
    """

    dialect = "postgresql"

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        try:
            import psycopg  # an optional dependency: the extra "cluster"
        except ImportError as error:
            raise StorageError(f"{shown(url)}: needs the PostgreSQL driver; install it with: pip install 'communique[cluster]'") from error
        self._errors = psycopg.Error
        self._connect = psycopg.connect
        self._url, self.name, self._read_only = url, shown(url), read_only
        self._claims: list[bool] = []       # held over a cut; whether each is shared
        self._in_turn = False
        self._connection = self._opened()
        self._changes = Changes(self.name, lambda: self.execute("BEGIN"), lambda: self.execute("COMMIT"), self._rollback)

    def _opened(self) -> Any:
        try:
            connection = self._connect(self._url, autocommit=True, application_name="communique", connect_timeout=10)
            for setting, seconds in VANISHED.items():
                connection.execute(f"SET {setting} = {seconds}")
            if self._read_only:
                connection.execute("SET default_transaction_read_only = on")
            return connection
        except self._errors as error:
            raise StorageError(f"{self.name}: {_first_line(error)}; check that the server runs and store.url is right") from error

    def tables(self) -> tuple[str, ...]:
        rows = self.query("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY table_name")
        return tuple(name for (name,) in rows)

    def execute(self, sql: str, values: Values | None = None) -> int:
        return int(self._run(sql, values or {}).rowcount)

    def query(self, sql: str, values: Values | None = None) -> list[Row]:
        return cast("list[Row]", self._run(sql, values or {}).fetchall())

    def executemany(self, sql: str, rows: Iterable[Values]) -> None:
        self._reopen_where_cut()
        try:
            with self._connection.cursor() as cursor:
                cursor.executemany(translated(sql).encode(), [{name: storable(value) for name, value in row.items()} for row in rows])
        except self._errors as error:
            raise self._explained(error) from error

    def _run(self, sql: str, values: Values) -> Any:
        self._reopen_where_cut()
        try:
            return self._ask(sql, values)
        except self._errors as error:
            if not (self._connection.closed and not self._changes.under_way and sql.lstrip().startswith(HARMLESS)):
                raise self._explained(error) from error
        self._reopen_where_cut()            # a question, or the beginning of a change, costs nothing to repeat
        try:
            return self._ask(sql, values)
        except self._errors as error:
            raise self._explained(error) from error

    def _ask(self, sql: str, values: Values) -> Any:
        sql, plain = expand(sql, values) if any(type(value) is tuple for value in values.values()) else (sql, dict(values))
        return self._connection.execute(translated(sql).encode(), {name: storable(value) for name, value in plain.items()} or None)

    def _reopen_where_cut(self) -> None:
        """A new connection with the same claims, in place of one that was cut while nothing was under way."""
        if not self._connection.closed or self._changes.under_way:
            return
        if self._in_turn:
            raise StorageError(f"{self.name}: the connection was lost, and the turn with it; nothing more is done in it")
        self._connection = self._opened()
        for shared in self._claims:
            if not self._claim(shared):
                self._connection.close()
                raise StorageError(f"{self.name}: the connection was lost, and {OTHERS} has taken over; stop one of the two")

    def transaction(self) -> AbstractContextManager[None]:
        return self._changes.transaction()

    def _rollback(self) -> None:
        # A connection that was cut has nothing to roll back, and trying would hide the reason.
        if not self._connection.closed and self._connection.info.transaction_status.name != "IDLE":
            self.execute("ROLLBACK")

    @contextmanager
    def claimed(self, *, shared: bool = False) -> Iterator[None]:
        """The right to poll and publish: of one process, or shared by those that divide the work among them."""
        if not self._claim(shared):
            raise StorageError(f"{self.name}: {OTHERS} is at work on it; wait for it, or stop it")
        self._claims.append(shared)
        try:
            yield
        finally:
            self._claims.remove(shared)
            if not self._connection.closed:
                self._unlock(CLAIM, "_shared" if shared else "")

    def _claim(self, shared: bool) -> bool:
        ((got,),) = self.query(f"SELECT pg_try_advisory_lock{'_shared' if shared else ''}(:key, hashtext(current_schema()))", {"key": CLAIM})
        return bool(got)

    @contextmanager
    def turn(self, patience: timedelta) -> Iterator[bool]:
        """The turn of one connection at a time; False when it was not free within `patience`.

        The server gives it on when the connection ends, however it ends.
        """
        got = True
        self.execute(f"SET lock_timeout = {max(int(patience.total_seconds() * 1000), 1)}")
        try:
            self.query("SELECT pg_advisory_lock(:key, hashtext(current_schema()))", {"key": TURN})
        except StorageError as error:
            if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            got = False
        self._in_turn = got
        try:
            if got:
                self.execute("SET lock_timeout = 0")
            yield got
        finally:
            self._in_turn = False
            if got and not self._connection.closed:
                self._unlock(TURN, "")

    def _unlock(self, key: int, kind: str) -> None:
        self.query(f"SELECT pg_advisory_unlock{kind}(:key, hashtext(current_schema()))", {"key": key})

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
