"""What the published files last said.

Touches: the database it was given.
"""

from __future__ import annotations

from collections.abc import Iterable

from storage.codec import moment_of, moment_text
from storage.database import Database, in_lists
from storage.model import Publication


class Publications:
    """The files below the publish directory, as they were last written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, Publication]:
        """Every publication by its path, in the order of paths."""
        rows = self._database.query("SELECT path, hash, updated FROM publications ORDER BY path")
        return {path: Publication(path, hash, moment_of(updated)) for path, hash, updated in rows}

    def get(self, path: str) -> Publication | None:
        """What the file at `path` last said."""
        rows = self._database.query("SELECT hash, updated FROM publications WHERE path = :path", {"path": path})
        return Publication(path, rows[0][0], moment_of(rows[0][1])) if rows else None

    def save_many(self, publications: Iterable[Publication]) -> None:
        """Remembers what was written."""
        with self._database.transaction():
            self._database.executemany(
                "INSERT INTO publications (path, hash, updated) VALUES (:path, :hash, :updated)"
                " ON CONFLICT (path) DO UPDATE SET hash = excluded.hash, updated = excluded.updated",
                ({"path": each.path, "hash": each.hash, "updated": moment_text(each.updated)} for each in publications),
            )

    def forget(self, paths: Iterable[str]) -> None:
        """Forgets files that were removed."""
        with self._database.transaction():
            for some in in_lists(paths):
                self._database.execute("DELETE FROM publications WHERE path IN (:paths)", {"paths": some})
