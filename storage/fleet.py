"""What many workers on one database have to agree on: who visits what, whose turn it is, who leads, who is there.

Leases are written beside a source's due time, so whatever carries the wake-ups between
workers may lose them all and nothing is lost. A lease, a duty and a member that is not
renewed ends by itself.

Touches: the database it was given.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from storage.codec import from_json, moment_text, to_json
from storage.database import Database, StorageError, in_lists
from storage.model import Source, Standing
from storage.postgres import Postgres
from storage.sources import source_of


@dataclass(frozen=True, slots=True)
class Worker:
    """A member of the fleet, as it last said."""

    id: str
    name: str                               # for people: "machine:process"
    started: datetime
    seen: datetime
    leads: bool = False
    publishes: bool = False
    visiting: int = 0                       # sources in hand
    visited: int = 0                        # since it started
    failed: int = 0                         # of these
    queued: int = 0                         # jobs that waited when the leader last looked
    undecided: int = 0                      # items that waited then


class Fleet:
    """Leases, duties, turns and members. Raises StorageError for a database that serves one machine only."""

    def __init__(self, database: Database) -> None:
        if not isinstance(database, Postgres):
            raise StorageError(f"{database.name}: a fleet needs a PostgreSQL server; write store.url = \"postgresql://…\", or use `communique run`")
        self._database: Postgres = database

    def joined(self) -> AbstractContextManager[None]:
        """The right to work on the store beside other workers. Raises StorageError while a process has it alone."""
        return self._database.claimed(shared=True)

    def turn(self, patience: timedelta) -> AbstractContextManager[bool]:
        """The right to decide or publish, which one worker at a time has; False when it was not free within `patience`."""
        return self._database.turn(patience)

    def schema(self) -> str:
        """The PostgreSQL schema that holds the store."""
        ((name,),) = self._database.query("SELECT current_schema()")
        return str(name)

    def clock_ahead(self, now: datetime) -> timedelta:
        """How much later `now` is than the server's time: leases mean something only where clocks agree."""
        ((told,),) = self._database.query("SELECT clock_timestamp()")
        server: datetime = told
        return now - server.astimezone(UTC)

    def lease(self, source_ids: Iterable[str], worker: str, *, now: datetime, until: datetime) -> tuple[tuple[Source, Standing], ...]:
        """Those of the sources that are due and nobody's, from now on this worker's; the longest due first."""
        got: list[tuple[str, str, str, str]] = []
        with self._database.transaction():
            for some in in_lists(sorted(source_ids)):
                leased = self._database.query(
                    "UPDATE standings SET leased_until = :until, leased_by = :worker WHERE source_id IN (:ids) AND due <= :now"
                    " AND (leased_until IS NULL OR leased_until <= :now) RETURNING source_id",
                    {"until": moment_text(until), "worker": worker, "ids": some, "now": moment_text(now)},
                )
                got += self._database.query(
                    "SELECT t.due, s.id, s.value, t.value FROM standings t JOIN sources s ON s.id = t.source_id"
                    " WHERE t.source_id IN (:ids) AND s.retired_at IS NULL",
                    {"ids": tuple(id for (id,) in leased)},
                )
        return tuple((source_of(source), from_json(Standing, standing)) for _, _, source, standing in sorted(got))

    def renew(self, worker: str, source_ids: Iterable[str], until: datetime) -> int:
        """Keeps what the worker has leased of these; how many sources."""
        return sum(
            self._database.execute(
                "UPDATE standings SET leased_until = :until WHERE leased_by = :worker AND source_id IN (:ids)",
                {"until": moment_text(until), "worker": worker, "ids": some},
            )
            for some in in_lists(sorted(source_ids))
        )

    def release(self, worker: str, source_ids: Iterable[str] | None = None) -> None:
        """Gives back these sources, or all that the worker has."""
        give = "UPDATE standings SET leased_until = NULL, leased_by = NULL WHERE leased_by = :worker"
        if source_ids is None:
            self._database.execute(give, {"worker": worker})
            return
        for some in in_lists(source_ids):
            self._database.execute(f"{give} AND source_id IN (:ids)", {"worker": worker, "ids": some})

    def take_duty(self, name: str, worker: str, *, now: datetime, until: datetime) -> bool:
        """Whether the worker has the duty until then: it had it, or nobody did."""
        return bool(self._database.execute(
            "INSERT INTO duties (name, holder, until) VALUES (:name, :worker, :until)"
            " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until"
            " WHERE duties.holder = excluded.holder OR duties.until <= :now",
            {"name": name, "worker": worker, "until": moment_text(until), "now": moment_text(now)},
        ))

    def report(self, worker: Worker) -> None:
        """Replaces what the fleet knows of a member."""
        self._database.execute(
            "INSERT INTO workers (id, seen, value) VALUES (:id, :seen, :value) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen, value = excluded.value",
            {"id": worker.id, "seen": moment_text(worker.seen), "value": to_json(worker)},
        )

    def leave(self, worker: str) -> None:
        """Gives back all the worker has."""
        with self._database.transaction():
            self.release(worker)
            self._database.execute("DELETE FROM duties WHERE holder = :worker", {"worker": worker})
            self._database.execute("DELETE FROM workers WHERE id = :worker", {"worker": worker})

    def forget(self, before: datetime) -> int:
        """Forgets members that were last seen before that moment; how many."""
        return self._database.execute("DELETE FROM workers WHERE seen < :before", {"before": moment_text(before)})


def workers(database: Database) -> tuple[Worker, ...]:
    """The members of the fleet, those started first first; none where there is no fleet."""
    found = (from_json(Worker, value) for (value,) in database.query("SELECT value FROM workers"))
    return tuple(sorted(found, key=lambda worker: (worker.started, worker.id)))
