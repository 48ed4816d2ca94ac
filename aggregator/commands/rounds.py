"""What the commands do between reading their arguments and showing the result: a round, the demo.

The publishing room is handed in by the command line, which alone joins the rooms.

Touches: the network and the store, by way of what it opens.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any, Protocol

from aggregator.announcing import DEADLINE, Announcer, Ping, leave, left_over
from aggregator.config import Config, Polling
from aggregator.fetch.fetcher import Fetcher, user_agent
from aggregator.ingest import Intake
from aggregator.newsroom.articles import read_outlets
from aggregator.newsroom.server import Newsroom
from aggregator.parse.worker import ParsePool
from aggregator.poll.scheduler import Progress, Round, run_round
from aggregator.poll.sieve import tags_of
from aggregator.understand.authority import extended
from aggregator.understand.reading import understand
from storage.model import Item, Report, Source
from storage.store import Store

WORKERS = 2                 # parse processes: a document takes some 25 ms of one, so two keep up with any polite pace
BROKEN = frozenset(outlet.id for outlet in read_outlets() if outlet.behaviour == "broken")      # of the newsroom: part of the show
NEWSROOM_PORT = 8642
TELLING = 15.0              # seconds a single round takes at most to tell a hub; the next one goes on


class Published(Protocol):
    """What a round of publishing did (feeds/publisher.py)."""

    @property
    def written(self) -> int: ...

    @property
    def unchanged(self) -> int: ...

    @property
    def feeds(self) -> int: ...

    @property
    def failed(self) -> tuple[str, ...]: ...

    @property
    def pings(self) -> Sequence[Ping]: ...


Publish = Callable[[datetime], Published]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of telling the hub."""

    told: int = 0                   # feeds
    waiting: int = 0                # feeds of which the next run tells it
    trouble: str = ""

    @property
    def troubles(self) -> tuple[str, ...]:
        """A line when it needs a look."""
        return (f"{self.trouble}; {self.waiting} feeds wait to be told of",) if self.waiting and self.trouble else tuple(filter(None, (self.trouble,)))


def not_understood(items: Iterable[str]) -> tuple[str, ...]:
    """A line for each item that no rule could read."""
    return tuple(f"item {name}: could not be understood; the log says why" for name in items)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a round and the publishing after it came to."""

    round: Round
    published: Published
    publish_wall: float             # milliseconds
    publish_cpu: float
    items: int                      # in the store now
    meetings: int
    hub: Told = Told()

    @property
    def troubles(self) -> tuple[str, ...]:
        """A line for everything that needs a look."""
        return (
            *(f'source "{name}": {reason}' for name, reason in self.round.failed),
            *not_understood(getattr(self.round.decided, "failed", ())),
            *self.published.failed,
            *self.hub.troubles,
        )

    def as_json(self) -> dict[str, Any]:
        """The same as plain values; milliseconds per stage."""
        told = self.round
        stages = {name: {"wall_ms": round(stage.wall, 1), "cpu_ms": round(stage.cpu, 1)} for name, stage in told.stages.items()}
        stages["publish"] = {"wall_ms": round(self.publish_wall, 1), "cpu_ms": round(self.publish_cpu, 1)}
        return {
            "polled": told.polled, "unchanged": told.unchanged, "failed": dict(told.failed), "skipped": dict(told.skipped), "notes": dict(told.noted),
            "items": {"new": told.new, "changed": told.changed, "stored": self.items}, "articles": told.articles, "articles_left": told.missed,
            "meetings": {"new": told.decided.meetings_new, "changed": told.decided.meetings_changed, "stored": self.meetings},
            "published": {"written": self.published.written, "unchanged": self.published.unchanged, "feeds": self.published.feeds},
            "hub": {"told": self.hub.told, "waiting": self.hub.waiting},
            "wall_ms": round(told.wall + self.publish_wall, 1), "stages": stages, "troubles": list(self.troubles),
        }


@dataclass(frozen=True, slots=True)
class Show:
    """What the demo came to: its two rounds."""

    first: Outcome
    second: Outcome
    failing: frozenset[str]         # the sources that are meant to fail

    @property
    def as_scripted(self) -> bool:
        """Whether only what is meant to fail failed, and the second round made an entry grow."""
        failed = {name for outcome in (self.first, self.second) for name, _ in outcome.round.failed}
        unread = any(getattr(outcome.round.decided, "failed", ()) or outcome.published.failed for outcome in (self.first, self.second))
        return failed == self.failing and not unread and self.first.meetings > 0 and self.second.round.decided.meetings_changed > 0

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {"as_scripted": self.as_scripted, "rounds": [self.first.as_json(), self.second.as_json()]}


def new_intake(store: Store, config: Config) -> Intake:
    """The intake that reads with the topics and people in force, the topics included that a source's own words give."""
    known = extended(config.people)

    def reading(item: Item, source: Source) -> tuple[Report, ...]:
        reports = understand(item, source, config.topics, known)
        given = tags_of(item, source.tag) if reports else ()
        return tuple(_filed_under(report, given) for report in reports) if given else reports

    return Intake(store, reading, config.publish.languages)


def _filed_under(report: Report, topics: tuple[str, ...]) -> Report:
    had = {topic for topic, _ in report.topics}
    return replace(report, topics=(*report.topics, *((topic, None) for topic in topics if topic not in had)))


@asynccontextmanager
async def announcer(config: Config, clock: Callable[[], datetime]) -> AsyncIterator[Announcer]:
    """Who tells the hub, with connections of its own: a hub that is asked a hundred times a round is no source, and no source waits for it."""
    agent = user_agent(version("communique"), config.publish.contact)
    async with Fetcher(agent, clock=clock, allow=config.poll.allow, pause=timedelta(0), deadline=DEADLINE) as fetcher:
        yield Announcer(fetcher)


async def announce(config: Config, store: Store, pings: Sequence[Ping], *, clock: Callable[[], datetime]) -> Told:
    """Tells the hub what is to be told and what waits from before, within TELLING seconds; the rest is left to the next run."""
    waiting = left_over(store, config.publish.hub)
    if not pings and not waiting:
        return Told()
    async with announcer(config, clock) as teller:
        teller.tell((*waiting, *pings))
        await teller.finish(TELLING)
        leave(store, teller.waiting)
        return Told(teller.told, len(teller.waiting), teller.trouble)


@asynccontextmanager
async def machinery(polling: Polling, contact: str, clock: Callable[[], datetime]) -> AsyncIterator[tuple[Fetcher, ParsePool]]:
    """What visits need: one fetcher and one pool of parse workers, closed in the end."""
    fetcher = Fetcher(
        user_agent(version("communique"), contact), clock=clock, allow=polling.allow, pause=polling.pause, new_connections=polling.new_connections,
    )
    async with fetcher, ParsePool(WORKERS) as pool:
        yield fetcher, pool


async def fetch(
    config: Config, store: Store, publish: Publish, *, clock: Callable[[], datetime], sources: tuple[Source, ...] | None = None,
    everything: bool = False, on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Outcome:
    """One round over `sources` (None: those that are due) and the publishing after it."""
    async with machinery(config.poll, config.publish.contact, clock) as (fetcher, pool):
        intake = new_intake(store, config)
        done = await run_round(
            store, fetcher, pool, intake, polling=config.poll, clock=clock, sources=sources, everything=everything, on_progress=on_progress,
        )
    store.items.forget(clock() - config.store.keep)
    wall, cpu = time.monotonic(), time.thread_time()
    published = publish(clock())
    wall, cpu = time.monotonic() - wall, time.thread_time() - cpu
    told = await announce(config, store, published.pings, clock=clock)
    return Outcome(done, published, wall * 1000, cpu * 1000, store.items.count(), store.meetings.count(), told)


async def open_newsroom(newsroom: Newsroom) -> None:
    """Serve the newsroom at its usual port, so that every run publishes the same links; at a free one where that is taken."""
    try:
        await newsroom.start(NEWSROOM_PORT)
    except OSError:
        await newsroom.start()


async def demo(
    config: Config, store: Store, newsroom: Newsroom, publish: Publish, *, on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Show:
    """Both rounds of the bundled newsroom, each read at the moment it was written for."""
    outcomes = []
    for number in (1, 2):
        newsroom.round = number
        outcomes.append(
            await fetch(config, store, publish, clock=lambda: newsroom.now, everything=True, on_progress=on_progress),
        )
    return Show(outcomes[0], outcomes[1], BROKEN)


def demo_polling(newsroom: Newsroom) -> Polling:
    """How the newsroom is polled: it is our own, so without pauses."""
    return Polling(every=timedelta(minutes=1), allow=frozenset({newsroom.address}))
