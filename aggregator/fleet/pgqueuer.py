"""The queue that PgQueuer keeps in the PostgreSQL of the store, in a schema of its own beside it.

How it has to be used: jobs are put with "skip" where they wait already (the default fails
the whole batch); its schema is made under its lock, and only where there is none (a second
time fails); it keeps a line of log for every job until it is told to forget; its driver for
psycopg holds the connection while it listens, so asyncpg drives it. Nobody's work depends on
when a job comes, so a lost connection is opened again and that is all.

Touches: the database server.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aggregator.errors import AggregatorError
from aggregator.fleet.jobs import KINDS, Job, Kind, QueueError, Work

if TYPE_CHECKING:
    from pgqueuer.qm import QueueManager
    from pgqueuer.queries import Queries

LOG = logging.getLogger("communique")

HEARTBEAT = timedelta(seconds=30)   # a job without a sign of life for so long goes to another worker
LOOK = timedelta(seconds=5)         # between two looks at the queue when no notice comes
AGAIN = 2.0                         # seconds until a lost server is tried again
GRACE = 8.0                         # seconds that jobs in hand get to end
AT_ONCE = 64                        # hosts in hand of one worker, each with a pause between requests
BATCH = 8                           # jobs taken at once: a worker that took more would leave the others none
PRIORITY: dict[Kind, int] = {"visit": 0, "decide": 1, "publish": 2}


class PgQueuerQueue:
    """A Queue (aggregator/fleet/jobs.py)."""

    def __init__(self, url: str, schema: str, *, heartbeat: timedelta = HEARTBEAT, at_once: int = AT_ONCE) -> None:
        try:
            import asyncpg  # type: ignore[import-untyped]  # optional, as is pgqueuer: the extra "cluster"
            from pgqueuer.domain.settings import DBSettings
            from pgqueuer.domain.types import Channel
        except ImportError as error:
            raise AggregatorError("a fleet needs its queue; install it with: pip install 'communique[cluster]'") from error
        self._url, self._asyncpg, self._heartbeat, self._at_once = url, asyncpg, heartbeat, at_once
        self._lost = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError)
        self._settings = DBSettings(db_schema=f"{schema}_queue", channel=Channel(f"communique_{schema}"))
        self._connection: Any = None
        self._queries: Queries | None = None
        self._opening = asyncio.Lock()

    async def put(self, jobs: Iterable[Job]) -> int:
        listed = tuple(jobs)
        if not listed:
            return 0
        queries = await self._ready()
        try:
            ids = await queries.enqueue(
                [job.kind for job in listed], [job.payload() for job in listed], [PRIORITY[job.kind] for job in listed],
                dedupe_key=[f"{job.kind} {job.key}" for job in listed], on_conflict="skip",
            )
        except self._lost as error:
            raise QueueError(f"the queue: {error}") from error
        return sum(id is not None for id in ids)

    async def waiting(self) -> Mapping[Kind, int]:
        queries = await self._ready()
        try:
            sizes = await queries.queue_size()
        except self._lost as error:
            raise QueueError(f"the queue: {error}") from error
        return {kind: sum(size.count for size in sizes if size.entrypoint == kind and size.status == "queued") for kind in KINDS}

    async def tidy(self) -> None:
        queries = await self._ready()
        try:
            await queries.aggregate_logs()
            await queries.clear_queue_log(list(KINDS))
        except self._lost as error:
            raise QueueError(f"the queue: {error}") from error

    async def run(self, work: Mapping[Kind, Work], stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._run_until_lost(work, stop)
            except (*self._lost, QueueError, ExceptionGroup) as error:
                LOG.warning("queue lost reason=%r", str(error) or type(error).__name__)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), AGAIN)

    async def close(self) -> None:
        if self._connection is not None:
            with suppress(*self._lost):
                await self._connection.close(timeout=2)
            self._connection = self._queries = None

    async def _run_until_lost(self, work: Mapping[Kind, Work], stop: asyncio.Event) -> None:
        """Two managers, so that a worker full of visits still decides and publishes."""
        queries = await self._ready()
        visiting: dict[Kind, Work] = {kind: do for kind, do in work.items() if kind == "visit"}
        settling: dict[Kind, Work] = {kind: do for kind, do in work.items() if kind != "visit"}
        managers = [self._manager(queries, some) for some in (visiting, settling) if some]
        ended = asyncio.create_task(stop.wait())
        running = [
            asyncio.create_task(manager.run(dequeue_timeout=LOOK, batch_size=BATCH, max_concurrent_tasks=self._at_once, heartbeat_timeout=self._heartbeat))
            for manager in managers
        ]
        try:
            await asyncio.wait((*running, ended), return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
            for manager in managers:
                manager.shutdown.set()
            _, late = await asyncio.wait(running, timeout=GRACE)
            for task in late:
                task.cancel()
            outcomes = await asyncio.gather(*running, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome

    def _manager(self, queries: Queries, work: Mapping[Kind, Work]) -> QueueManager:
        from pgqueuer.models import Job as Carried
        from pgqueuer.qm import QueueManager

        manager = QueueManager(queries, channel=self._settings.channel)
        for kind, do in work.items():

            async def handle(carried: Carried, kind: Kind = kind, do: Work = do) -> None:
                await do(Job.of(kind, carried.payload))

            manager.entrypoint(kind, concurrency_limit=0 if kind == "visit" else 1, accepts_context=False)(handle)
        return manager

    async def _ready(self) -> Queries:
        """The queue over a connection that lives, made where there is none yet. Raises QueueError."""
        async with self._opening:
            if self._queries is None or self._connection.is_closed():
                try:
                    self._connection = await self._asyncpg.connect(self._url, timeout=10)
                    self._queries = await self._installed()
                except self._lost as error:
                    raise QueueError(f"the queue: {str(error) or type(error).__name__}") from error
            return self._queries

    async def _installed(self) -> Queries:
        from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
        from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
        from pgqueuer.queries import Queries

        of = self._settings
        queries = Queries(
            AsyncpgDriver(self._connection), QueryBuilderEnvironment(of), QueryQueueBuilder(of), QuerySchedulerBuilder(of),
        )
        async with queries.schema_lock():
            if await queries.schema_is_installed():
                await queries.upgrade()
            else:
                await queries.install()
        return queries
