"""Sources, what polling has taught us of them, and the visits.

Touches: the database it was given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from storage.codec import from_json, moment_of, moment_text, to_json
from storage.database import Database
from storage.model import Poll, Source, Standing


@dataclass(frozen=True, slots=True)
class Move:
    """A permanent redirect away from a source's address, as often as it was met."""

    source_id: str
    address: str                                # the one in the configuration when it was met
    target: str
    since: datetime
    times: int = 1
    settled_at: datetime | None = None          # from then on the target is asked in its place


@dataclass(frozen=True, slots=True)
class KnownRobots:
    """The robots.txt of a host as it was last had."""

    origin: str                                 # "https://au.example"
    until: datetime                             # it holds
    text: str = ""
    failures: int = 0                           # in a row; above 0 the host could not say


@lru_cache(maxsize=20_000)      # a source is read with every one of its items and hardly ever changes
def source_of(text: str) -> Source:
    """The source that was stored as `text`."""
    return from_json(Source, text)


class Sources:
    """Where we look."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def configure(self, sources: Iterable[Source], now: datetime) -> None:
        """Takes over what the configuration says: new sources and those with a new address are due at once, and those no longer
        listed are retired and keep their items."""
        moment, listed = moment_text(now), tuple(sources)
        unvisited = (Standing(source.id, now, "never visited") for source in listed)
        with self._database.transaction():
            before = {id: source_of(value).url for id, value in self._database.query("SELECT id, value FROM sources")}
            readdressed = [source.id for source in listed if before.get(source.id, source.url) != source.url]
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
            for id in readdressed:
                self.forget_move(id)
                if standing := self.standing(id):
                    self.save_standing(replace(standing, due=now, reason="its address was changed", failures=0, last_error="", not_before=None))

    def all(self) -> tuple[Source, ...]:
        """The sources that are followed now, by id."""
        return tuple(source_of(value) for (value,) in self._database.query("SELECT value FROM sources WHERE retired_at IS NULL ORDER BY id"))

    def get(self, id: str) -> Source | None:
        """The source, retired or not."""
        rows = self._database.query("SELECT value FROM sources WHERE id = :id", {"id": id})
        return source_of(rows[0][0]) if rows else None

    def due(self, now: datetime, limit: int = 1_000) -> tuple[tuple[Source, Standing], ...]:
        """The sources to visit, the longest due first; those that a worker of a fleet is visiting are left out."""
        rows = self._database.query(
            "SELECT s.value, t.value FROM standings t JOIN sources s ON s.id = t.source_id"
            " WHERE t.due <= :now AND s.retired_at IS NULL AND (t.leased_until IS NULL OR t.leased_until <= :now)"
            " ORDER BY t.due, t.source_id LIMIT :limit",
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

    def last_answer(self) -> datetime | None:
        """When any source last answered as it should; None when none ever did."""
        rows = self._database.query("SELECT at FROM polls WHERE outcome <> 'failed' ORDER BY at DESC LIMIT 1")
        return moment_of(rows[0][0]) if rows else None

    def polls(self, source_id: str, limit: int = 100) -> tuple[Poll, ...]:
        """The last visits, the newest first."""
        rows = self._database.query(
            "SELECT value FROM polls WHERE source_id = :id ORDER BY at DESC LIMIT :limit", {"id": source_id, "limit": limit}
        )
        return tuple(from_json(Poll, value) for (value,) in rows)

    def outcomes(self) -> dict[str, int]:
        """How many of the visits that are remembered went how."""
        return {str(outcome): int(count) for outcome, count in self._database.query("SELECT outcome, count(*) FROM polls GROUP BY outcome ORDER BY outcome")}

    def last_poll(self) -> datetime | None:
        """When the last visit was; None before the first."""
        ((at,),) = self._database.query("SELECT max(at) FROM polls")
        return moment_of(at) if at else None

    def due_count(self, now: datetime) -> int:
        """How many sources are to be visited."""
        ((count,),) = self._database.query(
            "SELECT count(*) FROM standings t JOIN sources s ON s.id = t.source_id WHERE t.due <= :now AND s.retired_at IS NULL", {"now": moment_text(now)}
        )
        return int(count)

    def arrivals(self, source_id: str, limit: int) -> tuple[datetime, ...]:
        """When visits to the source brought something, the latest first."""
        rows = self._database.query(
            "SELECT at FROM polls WHERE source_id = :id AND outcome = 'new' ORDER BY at DESC LIMIT :limit", {"id": source_id, "limit": limit}
        )
        return tuple(moment_of(at) for (at,) in rows)

    def brought_since(self, source_id: str, since: datetime) -> int:
        """How many new items visits to the source have brought from `since` on, the first that brought any left out."""
        rows = self._database.query(
            "SELECT value FROM polls WHERE source_id = :id AND at >= :since AND outcome = 'new'"
            " AND at > (SELECT min(at) FROM polls WHERE source_id = :id AND outcome = 'new')",
            {"id": source_id, "since": moment_text(since)},
        )
        return sum(from_json(Poll, value).new for (value,) in rows)

    def prune_polls(self, before: datetime) -> int:
        """Forgets visits older than `before`, and what hosts said that ceased to hold before it; how many visits."""
        moment = {"before": moment_text(before)}
        with self._database.transaction():
            self._database.execute("DELETE FROM silences WHERE until < :before", moment)
            self._database.execute("DELETE FROM robots WHERE until < :before", moment)
            self._database.execute("DELETE FROM tries WHERE last < :before", moment)
            return self._database.execute("DELETE FROM polls WHERE at < :before", moment)

    def tries(self, source_id: str) -> dict[str, int]:
        """How often each article of the source was asked for in vain."""
        return dict(self._database.query("SELECT link, times FROM tries WHERE source_id = :id", {"id": source_id}))

    def save_tries(self, source_id: str, tries: dict[str, int], now: datetime) -> None:
        """Replaces what was known of these articles; those with 0 tries are forgotten."""
        with self._database.transaction():
            self._database.executemany(
                "INSERT INTO tries (source_id, link, times, last) VALUES (:id, :link, :times, :last)"
                " ON CONFLICT (source_id, link) DO UPDATE SET times = excluded.times, last = excluded.last",
                ({"id": source_id, "link": link, "times": times, "last": moment_text(now)} for link, times in tries.items()),
            )
            self._database.execute("DELETE FROM tries WHERE source_id = :id AND times = 0", {"id": source_id})

    def moves(self) -> dict[str, Move]:
        """The permanent redirects that were met, by source."""
        return {id: from_json(Move, value) for id, value in self._database.query("SELECT source_id, value FROM moves ORDER BY source_id")}

    def save_move(self, move: Move) -> None:
        """Replaces what was known of the source's redirects."""
        self._database.execute(
            "INSERT INTO moves (source_id, value) VALUES (:id, :value) ON CONFLICT (source_id) DO UPDATE SET value = excluded.value",
            {"id": move.source_id, "value": to_json(move)},
        )

    def forget_move(self, source_id: str) -> None:
        """The source is asked at its own address again."""
        self._database.execute("DELETE FROM moves WHERE source_id = :id", {"id": source_id})

    def robots(self, origin: str) -> KnownRobots | None:
        """The robots.txt of a host as it was last had, whether it still holds or not."""
        rows = self._database.query("SELECT until, text, failures FROM robots WHERE origin = :origin", {"origin": origin})
        return KnownRobots(origin, moment_of(rows[0][0]), rows[0][1], rows[0][2]) if rows else None

    def save_robots(self, known: KnownRobots) -> None:
        """Replaces what was known of the host's robots.txt."""
        self._database.execute(
            "INSERT INTO robots (origin, until, failures, text) VALUES (:origin, :until, :failures, :text)"
            " ON CONFLICT (origin) DO UPDATE SET until = excluded.until, failures = excluded.failures, text = excluded.text",
            {"origin": known.origin, "until": moment_text(known.until), "failures": known.failures, "text": known.text},
        )

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
