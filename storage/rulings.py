"""What people have decided.

Touches: the database it was given.
"""

from __future__ import annotations

from datetime import datetime

from storage.codec import moment_of, moment_text
from storage.database import Database, Row
from storage.model import Ruling

COLUMNS = "id, verb, subject, object, ruled_at, ruled_by, undone_at"


class Rulings:
    """Words of people; they outlive every rebuild."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, ruling: Ruling) -> None:
        """Remembers a ruling; the same id again replaces it."""
        self._database.execute(
            f"INSERT INTO rulings ({COLUMNS}) VALUES (:id, :verb, :subject, :object, :ruled_at, :ruled_by, :undone_at)"
            " ON CONFLICT (id) DO UPDATE SET verb = excluded.verb, subject = excluded.subject, object = excluded.object,"
            " ruled_at = excluded.ruled_at, ruled_by = excluded.ruled_by, undone_at = excluded.undone_at",
            {
                "id": ruling.id, "verb": ruling.verb, "subject": ruling.subject, "object": ruling.object, "ruled_by": ruling.ruled_by,
                "ruled_at": moment_text(ruling.ruled_at), "undone_at": moment_text(ruling.undone_at) if ruling.undone_at else None,
            },
        )

    def all(self, *, active: bool = True) -> tuple[Ruling, ...]:
        """Every ruling in the order made; those taken back only without `active`."""
        rows = self._database.query(f"SELECT {COLUMNS} FROM rulings ORDER BY ruled_at, id")
        return tuple(ruling for ruling in map(_ruling_of, rows) if not (active and ruling.undone_at))

    def undo(self, id: str, at: datetime) -> bool:
        """Takes a ruling back; False when there is none to take back."""
        return self._database.execute("UPDATE rulings SET undone_at = :at WHERE id = :id AND undone_at IS NULL", {"id": id, "at": moment_text(at)}) > 0

    def of(self, item_id: str) -> tuple[Ruling, ...]:
        """The rulings that name an item, on either side of them, in the order made."""
        return tuple(ruling for ruling in self.all() if item_id in f"{ruling.subject} {ruling.object}".split())


def _ruling_of(row: Row) -> Ruling:
    id, verb, subject, object, ruled_at, ruled_by, undone_at = row
    return Ruling(id, verb, subject, object, moment_of(ruled_at), ruled_by, moment_of(undone_at) if undone_at else None)
