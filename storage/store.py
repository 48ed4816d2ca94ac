"""The store: one part for each noun, over one database.

Touches: the database it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from storage.copying import copy
from storage.database import Database, StorageError
from storage.fleet import Fleet, Worker, workers
from storage.items import Items
from storage.meetings import Meetings
from storage.migrate import migrate, require_newest
from storage.postgres import Postgres
from storage.publications import Publications
from storage.repairs import Repairs
from storage.rulings import Rulings
from storage.searching import meetings_with
from storage.sources import Sources
from storage.sqlite import Sqlite
from storage.subscriptions import Subscriptions


def open_store(url: str, *, read_only: bool = False) -> Store:
    """The store at `url`, made or brought to the newest schema where needed; with `read_only` it is read as it is, and must be there.

    "sqlite:FILE", "sqlite::memory:" or "postgresql://USER@HOST/DATABASE". Raises StorageError, with what to do,
    when there is no such kind of store, or it cannot be read, is damaged, or
    was written by a newer or another program; it is then left as it was.
    """
    scheme, _, rest = url.partition(":")
    if scheme not in ("sqlite", "postgresql") or not rest:
        raise StorageError(f"{url!r} names no store: write sqlite:FILE or postgresql://USER@HOST/DATABASE")
    database: Database = Sqlite(rest, read_only=read_only) if scheme == "sqlite" else Postgres(url, read_only=read_only)
    try:
        if read_only:
            require_newest(database)
        else:
            migrate(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


class Store:
    """All that is remembered. One thread at a time uses it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.sources = Sources(database)
        self.subscriptions = Subscriptions(database)
        self.items = Items(database)
        self.meetings = Meetings(database)
        self.rulings = Rulings(database)
        self.repairs = Repairs(database)
        self.publications = Publications(database)

    def transaction(self) -> AbstractContextManager[None]:
        """One change: made whole, or not at all when an error leaves it. One inside another belongs to the outer."""
        return self._database.transaction()

    def claimed(self) -> AbstractContextManager[None]:
        """The right to poll and publish: two processes that did would ask every source twice and write the same files at once.

        Raises StorageError while another has it.
        """
        return self._database.claimed()

    def fleet(self) -> Fleet:
        """What workers on one database agree on. Raises StorageError where the store is a file."""
        return Fleet(self._database)

    def workers(self) -> tuple[Worker, ...]:
        """The members of the fleet; none where there is none."""
        return workers(self._database)

    def search(self, text: str, limit: int, offset: int = 0) -> tuple[str, ...]:
        """The ids of meetings of which one report holds each word of `text`, with or without diacritics; those reported last first."""
        return meetings_with(self._database, text, limit, offset)

    def setting(self, name: str) -> str | None:
        """What was kept under `name`."""
        rows = self._database.query("SELECT value FROM settings WHERE name = :name", {"name": name})
        return str(rows[0][0]) if rows else None

    def keep_setting(self, name: str, value: str) -> str:
        """The value under `name`: the first that was ever kept, so `value` only where there was none."""
        self._database.execute(
            "INSERT INTO settings (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING", {"name": name, "value": value}
        )
        return self.setting(name) or ""

    def change_setting(self, name: str, value: str) -> None:
        """Puts `value` under `name`, whatever was there."""
        self._database.execute(
            "INSERT INTO settings (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            {"name": name, "value": value},
        )

    def drop_settings(self, prefix: str) -> None:
        """Forgets every setting whose name begins with `prefix`."""
        self._database.execute("DELETE FROM settings WHERE substr(name, 1, :length) = :prefix", {"length": len(prefix), "prefix": prefix})

    def copy_to(self, other: Store, on_progress: Callable[[str, int], None] = lambda table, rows: None) -> int:
        """Copies everything into an empty store of either kind; returns the number of rows. Raises StorageError when `other` holds something."""
        return copy(self._database, other._database, on_progress)

    def close(self) -> None:
        """Gives the database back; nothing is lost without it."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
