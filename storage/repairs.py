"""What was mended about meetings.

Touches: the database it was given.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from storage.codec import from_json, moment_text, to_json
from storage.database import Database
from storage.model import Repair


class Repairs:
    """The log of repairs: before, after and why. It outlives every rebuild."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, repair: Repair) -> None:
        """Remembers a repair; one that a rebuild makes again stays as it was."""
        self._database.execute(
            "INSERT INTO repairs (id, at, source, target, value) VALUES (:id, :at, :source, :target, :value) ON CONFLICT (id) DO NOTHING",
            {"id": repair.id, "at": moment_text(repair.at), "source": repair.source, "target": repair.target, "value": to_json(repair)},
        )

    def get(self, id: str) -> Repair | None:
        """The repair."""
        rows = self._database.query("SELECT value FROM repairs WHERE id = :id", {"id": id})
        return from_json(Repair, rows[0][0]) if rows else None

    def of(self, meeting_id: str) -> tuple[Repair, ...]:
        """The repairs that a meeting took part in, in the order made."""
        rows = self._database.query("SELECT value FROM repairs WHERE source = :id OR target = :id ORDER BY at, id", {"id": meeting_id})
        return tuple(from_json(Repair, value) for (value,) in rows)

    def newest(self, limit: int) -> tuple[Repair, ...]:
        """The repairs made last, the latest first."""
        rows = self._database.query("SELECT value FROM repairs ORDER BY at DESC, id LIMIT :limit", {"limit": limit})
        return tuple(from_json(Repair, value) for (value,) in rows)

    def undo(self, repair: Repair, at: datetime) -> None:
        """Remembers that a repair was taken back."""
        self._database.execute("UPDATE repairs SET value = :value WHERE id = :id", {"id": repair.id, "value": to_json(replace(repair, undone_at=at))})
