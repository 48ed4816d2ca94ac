"""Which sources are visited now: one round, or round after round as a daemon.

Times live in the store: what is due is asked of it, so a restart forgets nothing and
polls nothing again. Fetching runs in parallel over hosts, one source at a time on each
host; everything that touches the store happens on one desk, one thing at a time.

Touches: the network and the store, by way of what it is given.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]

from aggregator.config import Polling
from aggregator.fetch.fetcher import Fetcher
from aggregator.poll.desk import Desk
from aggregator.poll.lines import Candidate, InHand, allowed_now, lines_of, twins_of, visit_line
from aggregator.poll.pace import GAP, GUARD, replan
from aggregator.poll.reading import ParsePool
from aggregator.poll.visiting import Decided, Intake, Visited, Visitor
from aggregator.push.hubs import Hubs
from storage.database import StorageError
from storage.model import Outcome, Source, Standing
from storage.store import Store

LOG = logging.getLogger("communique")
T = TypeVar("T")

MOST_DUE = 10_000                   # sources looked at in one go; the longest due come first, the rest a moment later
TICK = timedelta(seconds=5)
SETTLE = timedelta(seconds=10)
PRUNE = timedelta(hours=6)
ASK_HUBS = timedelta(minutes=1)
WATCH = timedelta(seconds=1)        # between two looks at whether the clock was set
KEEP_POLLS = timedelta(days=90)     # of visits, for health and for learning a source's habits
GRACE = 8.0                         # seconds a stopping daemon gives the visits under way

@dataclass(frozen=True, slots=True)
class Progress:
    """One source is done, of so many in this round."""

    done: int
    total: int
    source_id: str
    outcome: Outcome
    reason: str
    new: int


@dataclass(frozen=True, slots=True)
class StageTime:
    """Milliseconds of a stage; `wall` is summed over sources that ran side by side."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Round:
    """What a round came to."""

    polled: int
    unchanged: int
    new: int                                    # items
    changed: int
    failed: tuple[tuple[str, str], ...]         # source id, reason
    skipped: tuple[tuple[str, str], ...]        # asked for but not visited: source id, reason
    noted: tuple[tuple[str, str], ...]          # visited, with something worth knowing: source id, what
    articles: int
    missed: int                                 # articles left for the next visit
    decided: Decided
    wall: float                                 # milliseconds of the whole round
    stages: Mapping[str, StageTime]             # "fetch", "parse", "store"


def _no_progress(progress: Progress) -> None:
    pass


async def run_round(
    store: Store,
    fetcher: Fetcher,
    parse_pool: ParsePool,
    intake: Intake,
    *,
    polling: Polling,
    clock: Callable[[], datetime],
    sources: tuple[Source, ...] | None = None,
    everything: bool = False,
    on_progress: Callable[[Progress], None] = _no_progress,
) -> Round:
    """Visits the sources that are due, or `sources`, or every one; then decides which meetings they report.

    Sources that are asked for without being due are left out, with the reason, while
    their server asked us to wait or they were visited minutes ago. A source that fails
    never stops the others. Raises StorageError when the store does.
    """
    desk = Desk()
    visitor = Visitor(store, fetcher, parse_pool, intake, polling, clock, desk)
    began, loop_cpu, parse_cpu = time.monotonic(), time.thread_time(), parse_pool.cpu_spent
    try:
        asked = await desk.do(lambda: _candidates(store, clock(), sources, everything))
        twins = await desk.do(lambda: twins_of(store.sources.all()))
        chosen, skipped = await desk.do(lambda: allowed_now(visitor, asked, twins, asked_for=everything or sources is not None))
        done: list[Visited] = []

        def report(visited: Visited) -> None:
            done.append(visited)
            poll = visited.poll
            on_progress(Progress(len(done), len(chosen), poll.source_id, poll.outcome, poll.reason, poll.new))

        in_hand = InHand()
        async with asyncio.TaskGroup() as group:
            for line in lines_of(visitor.is_own, chosen).values():
                group.create_task(visit_line(visitor, line, in_hand, report))
        decided = await desk.do(lambda: intake.decide(clock()))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None      # of a store that failed, the first word is enough
    finally:
        desk.close()
    visitor.fetching.cpu = time.thread_time() - loop_cpu
    parsing = visitor.reader.parsing
    parsing.cpu = parse_pool.cpu_spent - parse_cpu
    stages = {"fetch": visitor.fetching, "parse": parsing, "store": desk.spent}
    return _summed(done, skipped, decided, time.monotonic() - began, {name: StageTime(s.wall * 1000, s.cpu * 1000) for name, s in stages.items()})


@dataclass(slots=True)
class Daemon:
    """Visits what is due, decides and publishes, until told to stop.

    `publish` runs on the desk after something new was decided, and once at the start.
    `callback` is the address of ours that hubs may call; without one none is asked to.
    """

    store: Store
    fetcher: Fetcher
    parse_pool: ParsePool
    intake: Intake
    polling: Polling
    clock: Callable[[], datetime]
    publish: Callable[[], object]
    tick: timedelta = TICK
    settle: timedelta = SETTLE
    monotonic: Callable[[], float] = time.monotonic
    watch: timedelta = WATCH
    callback: str = ""
    ask_hubs: timedelta = ASK_HUBS
    hubs: Hubs | None = field(init=False, default=None)
    _desk: Desk = field(default_factory=Desk)
    _in_hand: InHand = field(default_factory=InHand)
    _under_way: dict[str, asyncio.Task[None]] = field(default_factory=dict)     # by host
    _held: dict[str, float] = field(default_factory=dict)                       # by host: not before this monotonic second
    _brought: bool = True               # what an earlier run left undecided is decided first
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)                   # one job at a time
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _twins: Mapping[str, str] = field(default_factory=dict)                     # sources that are another's feed
    _visitor: Visitor = field(init=False)

    def __post_init__(self) -> None:
        self._visitor = Visitor(self.store, self.fetcher, self.parse_pool, self.intake, self.polling, self.clock, self._desk)
        if self.callback:
            self._visitor.hubs = self.hubs = Hubs(self._visitor, self.callback, self._note)

    def stop(self) -> None:
        """Asks it to end: visits under way get a few seconds, then are dropped as if they had never begun; deciding ends after the item in hand."""
        self.intake.stopping = True
        self._stop.set()

    @property
    def busy(self) -> bool:
        """Whether a visit is under way."""
        return bool(self._under_way)

    async def on_desk(self, work: Callable[[], T]) -> T:
        """Something that needs the store, done between two visits: reading the configuration again, or a look at the health."""
        return await self._desk.do(work)

    async def run(self) -> None:
        """Until `stop` is called."""
        scheduler = AsyncIOScheduler(timezone=UTC)
        options = {"trigger": "interval", "coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        for job, pause in self._jobs():
            scheduler.add_job(job, id=job.__name__, seconds=pause.total_seconds(), **options)
        scheduler.start()
        watch = asyncio.create_task(self._watch_clock(scheduler))
        try:
            await self._replan()
            if self.hubs:
                await self.hubs.open()
            self._twins = await self._desk.do(lambda: twins_of(self.store.sources.all()))
            await self._start_due()
            await self._stop.wait()
        finally:
            watch.cancel()
            scheduler.pause()
            if self.hubs:
                await self.hubs.close()
            await _ended((asyncio.create_task(self._turn.acquire()), *self._under_way.values()))
            scheduler.shutdown(wait=False)
            await asyncio.sleep(0)          # it ends at the loop's next turn
            self._desk.close()

    def _jobs(self) -> tuple[tuple[Callable[[], Awaitable[None]], timedelta], ...]:
        """What is done again and again, and how often."""
        asking = ((self.hubs.ask_due, self.ask_hubs),) if self.hubs else ()
        return ((self._start_due, self.tick), (self._settle, self.settle), (self._prune, PRUNE), *asking)

    async def _start_due(self) -> None:
        """Sends visitors to every host with a source due, unless one is there already."""
        async with self._turn:
            # Taken before the store is asked: a visit that ends while it answers would be made again from what was due before.
            busy, now = set(self._under_way), self.clock()
            due = await self._desk.do(lambda: self.store.sources.due(now, limit=MOST_DUE))
            chosen, _ = await self._desk.do(lambda: allowed_now(self._visitor, due, self._twins, asked_for=False))
            for host, line in lines_of(self._visitor.is_own, chosen).items():
                if host not in busy and self._held.get(host, 0.0) <= self.monotonic() and not self._stop.is_set():
                    task = self._under_way[host] = asyncio.create_task(self._visit(host, line))
                    task.add_done_callback(partial(self._gone, host))

    def _gone(self, host: str, task: asyncio.Task[None]) -> None:
        self._under_way.pop(host, None)
        if not task.cancelled() and (error := task.exception()):
            LOG.error("failed while visiting host=%s", host, exc_info=error)

    async def _visit(self, host: str, line: list[Candidate]) -> None:
        try:
            await visit_line(self._visitor, line, self._in_hand, self._note, self._stop)
            self._held.pop(host, None)
        except StorageError as error:
            # The visit was made and could not be kept; asking the source again at every tick would make our trouble its own.
            self._held[host] = self.monotonic() + GUARD.total_seconds()
            LOG.error("not kept host=%s reason=%s", host, error)

    def _note(self, visited: Visited) -> None:
        self._brought = self._brought or bool(visited.poll.new or visited.poll.changed)

    async def _settle(self) -> None:
        """Decides what was brought and publishes it."""
        if not self._brought:
            return
        async with self._turn:
            self._brought = False
            try:
                await self._desk.do(lambda: self.intake.decide(self.clock()))
                await self._desk.do(self.publish)
            except BaseException:
                self._brought = True            # tried again at the next turn; a full disk or a locked store may pass
                raise

    async def _prune(self) -> None:
        async with self._turn:
            await self._desk.do(lambda: self.store.sources.prune_polls(self.clock() - KEEP_POLLS))

    async def _watch_clock(self, scheduler: AsyncIOScheduler) -> None:
        """Notices when the time of day is set: APScheduler would wait for a lost hour to come again, and so would the due times."""
        offset = self._offset()
        while True:
            await asyncio.sleep(self.watch.total_seconds())
            if abs(self._offset() - offset) > GAP.total_seconds():
                LOG.warning("the clock was set by %+.0f s", self._offset() - offset)
                offset = self._offset()
                for job, pause in self._jobs():
                    scheduler.reschedule_job(job.__name__, trigger="interval", seconds=pause.total_seconds())
                try:
                    await self._replan()
                except StorageError:
                    LOG.exception("not planned anew; the next start does it")

    def _offset(self) -> float:
        return self.clock().timestamp() - self.monotonic()

    async def _replan(self) -> None:
        """Brings back sources whose last visit lies in the future, so that they do not sleep until then."""
        now = self.clock()

        def plan() -> None:
            with self.store.transaction():
                for source in self.store.sources.all():
                    standing = self.store.sources.standing(source.id)
                    if standing and (found := replan(source, standing, now=now, every=self.polling.every, own=self._visitor.is_own(source))):
                        self.store.sources.save_standing(replace(standing, due=found[0], reason=found[1], last_polled=now))

        await self._desk.do(plan)


def _candidates(store: Store, now: datetime, sources: tuple[Source, ...] | None, everything: bool) -> tuple[Candidate, ...]:
    if sources is None and not everything:
        return store.sources.due(now, limit=MOST_DUE)
    known = {standing.source_id: standing for standing in store.sources.standings()}
    return tuple((source, known.get(source.id) or Standing(source.id, now)) for source in (store.sources.all() if sources is None else sources))


def _summed(
    done: list[Visited], skipped: list[tuple[str, str]], decided: Decided, seconds: float, stages: Mapping[str, StageTime],
) -> Round:
    polls = sorted((visited.poll for visited in done), key=lambda poll: poll.source_id)
    return Round(
        polled=len(polls),
        unchanged=sum(poll.outcome == "unchanged" for poll in polls),
        new=sum(poll.new for poll in polls),
        changed=sum(poll.changed for poll in polls),
        failed=tuple((poll.source_id, poll.reason) for poll in polls if poll.outcome == "failed"),
        skipped=tuple(sorted(skipped)),
        noted=tuple((poll.source_id, poll.reason) for poll in polls if poll.outcome != "failed" and poll.reason),
        articles=sum(visited.articles for visited in done),
        missed=sum(visited.missed for visited in done),
        decided=decided,
        wall=seconds * 1000,
        stages=stages,
    )


async def _ended(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Waits until all have ended; what is not done in time is dropped."""
    waiting = set(tasks)
    _, late = await asyncio.wait(waiting, timeout=GRACE)
    for task in late:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
