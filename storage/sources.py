"""Sources, what polling has taught us of them, and the visits.

Touches: the database it was given.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from storage.codec import from_json, moment_of, moment_text, to_json
from storage.database import Database
from storage.model import Poll, Source, Standing


@lru_cache(maxsize=20_000)      # a source is read with every one of its items and hardly ever changes
def source_of(text: str) -> Source:
    """The source that was stored as `text`."""
    return from_json(Source, text)


class Sources:
    """Where we look."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def configure(self, sources: Iterable[Source], now: datetime) -> None:
        """Takes over what the configuration says: new sources are due at once, those no longer listed are retired and keep their items."""
        moment, listed = moment_text(now), tuple(sources)
        unvisited = (Standing(source.id, now, "never visited") for source in listed)
        with self._database.transaction():
            self._database.execute("UPDATE sources SET retired_at = :moment WHERE retired_at IS NULL", {"moment": moment})
            self._database.executemany(
                "INSERT INTO sources (id, value) VALUES (:id, :value)"
                " ON CONFLICT (id) DO UPDATE SET value = excluded.value, retired_at = NULL",
                ({"id": source.id, "value": to_json(source)} for source in listed),
            )
            self._database.executemany(
                "INSERT INTO standings (source_id, due, value) VALUES (:id, :due, :value) ON CONFLICT (source_id) DO NOTHING",
                ({"id": standing.source_id, "due": moment, "value": to_json(standing)} for standing in unvisited),
            )

    def all(self) -> tuple[Source, ...]:
        """The sources that are followed now, by id."""
        return tuple(source_of(value) for (value,) in self._database.query("SELECT value FROM sources WHERE retired_at IS NULL ORDER BY id"))

    def get(self, id: str) -> Source | None:
        """The source, retired or not."""
        rows = self._database.query("SELECT value FROM sources WHERE id = :id", {"id": id})
        return source_of(rows[0][0]) if rows else None

    def due(self, now: datetime, limit: int = 1_000) -> tuple[tuple[Source, Standing], ...]:
        """The sources to visit, the longest due first."""
        rows = self._database.query(
            "SELECT s.value, t.value FROM standings t JOIN sources s ON s.id = t.source_id"
            " WHERE t.due <= :now AND s.retired_at IS NULL ORDER BY t.due, t.source_id LIMIT :limit",
            {"now": moment_text(now), "limit": limit},
        )
        return tuple((source_of(source), from_json(Standing, standing)) for source, standing in rows)

    def next_due(self) -> datetime | None:
        """When the next source is due; None when none is followed."""
        rows = self._database.query(
            "SELECT t.due FROM standings t JOIN sources s ON s.id = t.source_id WHERE s.retired_at IS NULL ORDER BY t.due LIMIT 1"
        )
        return moment_of(rows[0][0]) if rows else None

    def standing(self, id: str) -> Standing | None:
        """What polling has taught us of the source."""
        rows = self._database.query("SELECT value FROM standings WHERE source_id = :id", {"id": id})
        return from_json(Standing, rows[0][0]) if rows else None

    def save_standing(self, standing: Standing) -> None:
        """Replaces what was known."""
        self._database.execute(
            "INSERT INTO standings (source_id, due, value) VALUES (:id, :due, :value)"
            " ON CONFLICT (source_id) DO UPDATE SET due = excluded.due, value = excluded.value",
            {"id": standing.source_id, "due": moment_text(standing.due), "value": to_json(standing)},
        )

    def standings(self) -> tuple[Standing, ...]:
        """Those of the sources that are followed now, by id."""
        rows = self._database.query(
            "SELECT t.value FROM standings t JOIN sources s ON s.id = t.source_id WHERE s.retired_at IS NULL ORDER BY t.source_id"
        )
        return tuple(from_json(Standing, value) for (value,) in rows)

    def record(self, poll: Poll) -> None:
        """Remembers a visit; a second one at the same moment replaces it."""
        self._database.execute(
            "INSERT INTO polls (source_id, at, outcome, value) VALUES (:id, :at, :outcome, :value)"
            " ON CONFLICT (source_id, at) DO UPDATE SET outcome = excluded.outcome, value = excluded.value",
            {"id": poll.source_id, "at": moment_text(poll.at), "outcome": poll.outcome, "value": to_json(poll)},
        )

    def polls(self, source_id: str, limit: int = 100) -> tuple[Poll, ...]:
        """The last visits, the newest first."""
        rows = self._database.query(
            "SELECT value FROM polls WHERE source_id = :id ORDER BY at DESC LIMIT :limit", {"id": source_id, "limit": limit}
        )
        return tuple(from_json(Poll, value) for (value,) in rows)

    def prune_polls(self, before: datetime) -> int:
        """Forgets visits older than `before`; how many."""
        return self._database.execute("DELETE FROM polls WHERE at < :before", {"before": moment_text(before)})

    def silence_host(self, host: str, until: datetime, reason: str) -> None:
        """Remembers that `host` asked to be left alone until then; the later of two requests counts."""
        self._database.execute(
            "INSERT INTO silences (host, until, reason) VALUES (:host, :until, :reason)"
            " ON CONFLICT (host) DO UPDATE SET until = excluded.until, reason = excluded.reason WHERE excluded.until > silences.until",
            {"host": host, "until": moment_text(until), "reason": reason},
        )

    def silenced(self, host: str, now: datetime) -> tuple[datetime, str] | None:
        """Until when `host` is to be left alone, and why; None when it may be asked."""
        rows = self._database.query("SELECT until, reason FROM silences WHERE host = :host AND until > :now", {"host": host, "now": moment_text(now)})
        return (moment_of(rows[0][0]), rows[0][1]) if rows else None
