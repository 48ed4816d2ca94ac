"""A member of the fleet: visits, decides, publishes, and keeps its word.

It fetches and parses like the daemon (aggregator/poll), on a connection of its own;
decisions and files are made on a second one, which has the turn meanwhile. Every few
seconds it renews what it has leased, says that it lives, and leads when nobody does.
A worker that dies keeps its leases for half a minute; then others take over.

Touches: the network and the store, by way of what it is given.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from aggregator.config import Polling
from aggregator.errors import AggregatorError
from aggregator.fetch.addresses import host_and_port, is_own
from aggregator.fetch.fetcher import Fetcher
from aggregator.fleet.jobs import Job, Kind, Queue, QueueError, Work
from aggregator.fleet.leader import MOST_UNDECIDED, may_visit, settling, visits
from aggregator.poll.desk import Desk
from aggregator.poll.lines import InHand, allowed_now, twins_of, visit_line
from aggregator.poll.pace import GUARD
from aggregator.poll.reading import ParsePool
from aggregator.poll.scheduler import KEEP_POLLS, MOST_DUE, PRUNE
from aggregator.poll.visiting import Decided, Intake, Visited, Visitor
from storage.database import StorageError
from storage.fleet import Worker
from storage.model import Source
from storage.store import Store

LOG = logging.getLogger("communique")
T = TypeVar("T")

LEASE = timedelta(seconds=30)       # without a sign of life; then the sources are visited by others
BEAT = timedelta(seconds=2)         # between two signs of life
SETTLE = timedelta(seconds=5)       # between two looks at what is to be decided and published
ANYWAY = timedelta(minutes=1)       # a decision is asked for even where no item waits: a ruling may
SLICE = 400                         # items decided before others may have the turn
PATIENCE = timedelta(seconds=2)     # waiting for the turn, between two looks at whether to stop
LONGEST_HOLD = timedelta(seconds=10)    # a longer pause of a host is written down instead of waited for
SKEW = timedelta(seconds=5)         # between a worker's clock and the server's; a sixth of a lease


class ClockError(AggregatorError):
    """This machine's time is not the server's."""


class Deciding(Intake, Protocol):
    """An intake that decides by slices."""

    def decide(self, now: datetime, *, most: int | None = None) -> Decided: ...


@dataclass(frozen=True, slots=True)
class Hands:
    """A connection to the store, the intake over it, and the thread that uses both."""

    store: Store
    intake: Deciding
    desk: Desk


@dataclass(slots=True)
class FleetWorker:
    """One worker, until it is told to stop. `publish` is None where the publish directory is another machine's."""

    id: str
    name: str
    visiting: Hands
    settling: Hands
    queue: Queue
    fetcher: Fetcher
    parse_pool: ParsePool
    polling: Polling
    clock: Callable[[], datetime]
    publish: Callable[[], object] | None = None
    beat: timedelta = BEAT
    lease: timedelta = LEASE
    settle: timedelta = SETTLE
    guard: timedelta = GUARD            # before a visit that could not be kept is made again
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _in_hand: InHand = field(default_factory=InHand)
    _leased: set[str] = field(default_factory=set)
    _visited: int = 0
    _failed: int = 0
    _leads: bool = False
    _queued: int = 0
    _undecided: int = 0
    _twins: Mapping[str, str] = field(default_factory=dict)
    _next_settling: float = 0.0         # monotonic seconds, as the following
    _next_anyway: float = 0.0
    _next_pruning: float = 0.0
    _started: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._started = self.clock()

    def stop(self) -> None:
        """Asks it to end: the visit in hand on each host and the item in hand are finished, the rest is given back."""
        self._stop.set()
        self.settling.intake.stopping = True

    async def answers(self) -> None:
        """Comes back when the thread that visits use does."""
        await self.visiting.desk.do(lambda: None)

    async def run(self) -> None:
        """Until `stop` is called. Raises ClockError, and StorageError where the store cannot be had at the start."""
        ahead = await self.visiting.desk.do(lambda: self.visiting.store.fleet().clock_ahead(self.clock()))
        if abs(ahead) > SKEW:
            raise ClockError(f"this machine's clock is {ahead.total_seconds():+.0f} s from the database server's; set both by NTP and start again")
        self._twins = await self.visiting.desk.do(lambda: twins_of(self.visiting.store.sources.all()))
        work: dict[Kind, Work] = {"visit": self._visit, "decide": self._decide}
        if self.publish is not None:
            work["publish"] = self._publish
        beating = asyncio.create_task(self._beat_on())
        try:
            await self.queue.run(work, self._stop)
        finally:
            beating.cancel()
            await asyncio.wait([beating])
            with suppress(StorageError):    # what cannot be given back is taken from us soon
                await self.visiting.desk.do(lambda: self.visiting.store.fleet().leave(self.id))
            self.visiting.desk.close()
            self.settling.desk.close()
            await self.queue.close()

    # Signs of life, and leading

    async def _beat_on(self) -> None:
        while True:
            try:
                await self.visiting.desk.do(self._live)
                if self._leads:
                    await self._lead()
            except (StorageError, QueueError) as error:
                self._leads = False
                LOG.warning("missed a beat worker=%s reason=%r", self.name, str(error))
            except Exception:
                self._leads = False
                LOG.exception("missed a beat worker=%s", self.name)
            await asyncio.sleep(self.beat.total_seconds())

    def _live(self) -> None:
        """Renews the leases, takes the lead where it is free, and says so. On the desk."""
        now, fleet = self.clock(), self.visiting.store.fleet()
        fleet.renew(self.id, tuple(self._leased), now + self.lease)
        led, self._leads = self._leads, fleet.take_duty("lead", self.id, now=now, until=now + self.lease / 2)
        if self._leads and not led:
            LOG.info("leads worker=%s", self.name)
        fleet.report(Worker(
            self.id, self.name, self._started, now, self._leads, self.publish is not None, len(self._leased), self._visited, self._failed,
            self._queued if self._leads else 0, self._undecided if self._leads else 0,
        ))

    async def _lead(self) -> None:
        """Hands out what is to be done."""
        store, desk, now, tick = self.visiting.store, self.visiting.desk, self.clock(), time.monotonic()
        self._queued = sum((waiting := await self.queue.waiting()).values())
        self._undecided = await desk.do(lambda: store.items.undecided_count(MOST_UNDECIDED))
        if may_visit(waiting["visit"], self._undecided):
            due = await desk.do(lambda: store.sources.due(now, limit=MOST_DUE))
            await self.queue.put(visits(due, self._is_own))
        if tick >= self._next_settling:
            self._next_settling = tick + self.settle.total_seconds()
            unpublished = await desk.do(store.meetings.any_unpublished)
            await self.queue.put(settling(undecided=self._undecided or tick >= self._next_anyway, unpublished=unpublished))
            self._next_anyway = tick + ANYWAY.total_seconds() if tick >= self._next_anyway else self._next_anyway
        if tick >= self._next_pruning:
            self._next_pruning = tick + PRUNE.total_seconds()
            await desk.do(lambda: store.fleet().forget(now - 10 * self.lease))
            await desk.do(lambda: store.sources.prune_polls(now - KEEP_POLLS))
            await self.queue.tidy()

    def _is_own(self, source: Source) -> bool:
        return is_own(source.url, self.polling.allow)

    # The jobs

    async def _visit(self, job: Job) -> None:
        """Visits the sources of a host that are still due and nobody's."""
        hands, now = self.visiting, self.clock()
        store, ids = hands.store, job.source_ids
        trouble = False
        self._leased.update(ids)                # from before they are leased: a beat in between renews them too
        try:
            leased = await hands.desk.do(lambda: store.fleet().lease(ids, self.id, now=now, until=now + self.lease))
            # What visitors remember of moves and quotas is the whole fleet's, so each line has a fresh one.
            visitor = Visitor(store, self.fetcher, self.parse_pool, hands.intake, self.polling, self.clock, hands.desk)
            chosen, _ = await hands.desk.do(lambda: allowed_now(visitor, leased, self._twins, asked_for=False))
            try:
                await visit_line(visitor, chosen, self._in_hand, self._note, self._stop)
            finally:                            # also where the visit could not be kept: the host was asked all the same
                if chosen and not self._is_own(chosen[0][0]):
                    await self._rest(host_and_port(chosen[0][0].url)[0])
        except StorageError as error:
            trouble = True
            LOG.error("not kept host=%s reason=%r", job.key, str(error))
        finally:
            self._leased.difference_update(ids)
            with suppress(StorageError):        # then the leases end by themselves
                # A visit that was made and could not be kept is not made again at once: our trouble is not the source's.
                until = self.clock() + self.guard
                give = (lambda: store.fleet().renew(self.id, ids, until)) if trouble else (lambda: store.fleet().release(self.id, ids))
                await asyncio.shield(hands.desk.do(give))

    async def _rest(self, host: str) -> None:
        """Holds the host until its pause is over, so that no other worker comes too soon."""
        rest = self.fetcher.rest(host)
        if rest > LONGEST_HOLD:
            until = self.clock() + rest
            await self.visiting.desk.do(lambda: self.visiting.store.sources.silence_host(host, until, "its robots.txt asks for a long pause"))
        elif rest:
            await asyncio.sleep(rest.total_seconds())

    def _note(self, visited: Visited) -> None:
        self._visited += 1
        self._failed += visited.poll.outcome == "failed"

    async def _decide(self, job: Job) -> None:
        """Decides what waits, by slices: whoever wants to publish comes in between."""
        while not self._stop.is_set():
            done = await self._in_turn(lambda: self.settling.intake.decide(self.clock(), most=SLICE))
            if done is None or not done.items:
                return
            LOG.info("decided items=%d reports=%d meetings_new=%d meetings_changed=%d", done.items, done.reports, done.meetings_new, done.meetings_changed)

    async def _publish(self, job: Job) -> None:
        if self.publish is not None:
            await self._in_turn(self.publish)

    async def _in_turn(self, work: Callable[[], T]) -> T | None:
        """`work` while no other worker decides or publishes; None when it failed (the leader asks again) or there is no time left."""
        fleet = self.settling.store.fleet

        def once() -> tuple[bool, T | None]:
            with fleet().turn(PATIENCE) as got:
                return got, work() if got else None

        try:
            while not self._stop.is_set():
                got, done = await self.settling.desk.do(once)
                if got:
                    return done
        except StorageError as error:
            LOG.error("turn lost reason=%r", str(error))
        except Exception:
            LOG.exception("turn lost")      # a full disk, most often: the next turn comes in a few seconds
        return None
