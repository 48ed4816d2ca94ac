"""Hubs told that feeds have changed (WebSub, the publisher's side).

What a round of publishing wants told waits here, each feed once, and is told one
after another beside the polling: a slow hub delays nothing. A hub that fails is left
alone for longer and longer and then told of everything that waits; what still waits
when the program ends is kept in the store and told by the next run.

Touches: the network, by way of the fetcher it is given, and one setting of the store.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import can_ada

from aggregator.errors import FetchError
from aggregator.fetch.fetcher import Fetcher, Request
from storage.store import Store

LOG = logging.getLogger("communique")

WAITS = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1))    # after each failure in a row; the last repeats
LONGEST_WAIT = timedelta(days=1)        # whatever a hub asks for
MOST_WAITING = 10_000                   # feeds; far more than any site has
DEADLINE = 10.0                         # seconds for one exchange: a hub has only to say that it heard
BUSY = frozenset({408, 425, 429})       # of the statuses that blame us, those that mean "later"
SETTING = "untold"


class Ping(Protocol):
    """What is to be told (feeds/websub.py)."""

    @property
    def hub(self) -> str: ...

    @property
    def topic(self) -> str: ...

    @property
    def body(self) -> bytes: ...

    @property
    def content_type(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """A ping as an earlier run left it."""

    hub: str
    topic: str
    body: bytes
    content_type: str


class Announcer:
    """The pings that wait, and those who are told them. `trouble` is why the hub was not told last, "" when it was."""

    def __init__(
        self, fetcher: Fetcher, *, monotonic: Callable[[], float] = time.monotonic, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._fetcher, self._monotonic, self._sleep = fetcher, monotonic, sleep
        self._waiting: dict[tuple[str, str], Ping] = {}
        self._came = asyncio.Event()
        self._failures = 0                      # in a row
        self._not_before = 0.0                  # monotonic seconds
        self.told = 0
        self.trouble = ""

    @property
    def waiting(self) -> tuple[Ping, ...]:
        """What is not told yet, the oldest first."""
        return tuple(self._waiting.values())

    def tell(self, pings: Iterable[Ping]) -> None:
        """Has these told soon; a feed that waits already is told once, as it then stands."""
        for ping in pings:
            if len(self._waiting) < MOST_WAITING or (ping.hub, ping.topic) in self._waiting:
                self._waiting[ping.hub, ping.topic] = ping
        self._came.set()

    async def run(self) -> None:
        """Tells what comes, until it is cancelled."""
        while True:
            await self._came.wait()
            self._came.clear()
            while self._waiting:
                if (wait := self._not_before - self._monotonic()) > 0:
                    await self._sleep(wait)
                await self._once()

    async def finish(self, seconds: float) -> None:
        """Tells what waits, once each and for no longer than so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._once()

    async def _once(self) -> None:
        """Goes through what waits, up to the first failure of a hub."""
        for key, ping in tuple(self._waiting.items()):
            if not await self._send(ping):
                return
            if self._waiting.get(key) is ping:  # another came for this feed while it was told: it has changed again
                del self._waiting[key]

    async def _send(self, ping: Ping) -> bool:
        """Whether it is done with: heard, or refused for good."""
        try:
            await self._fetcher.fetch(Request(ping.hub, accept="*/*", body=ping.body, content_type=ping.content_type))
        except FetchError as error:
            self.trouble = f"hub {ping.hub}: {error.reason}"
            if 400 <= error.status < 500 and error.status not in BUSY:
                LOG.warning("not told hub=%s topic=%s reason=%r", ping.hub, ping.topic, error.reason)
                return True
            wait = WAITS[min(self._failures, len(WAITS) - 1)]
            wait = min(max(wait, error.retry_after or timedelta(0)), LONGEST_WAIT)
            self._failures += 1
            self._not_before = self._monotonic() + wait.total_seconds()
            LOG.warning("not told hub=%s waiting=%d reason=%r next=%ds", ping.hub, len(self._waiting), error.reason, wait.total_seconds())
            return False
        self._failures, self._not_before, self.trouble = 0, 0.0, ""
        self.told += 1
        LOG.info("told hub=%s topic=%s", ping.hub, ping.topic)
        return True


def left_over(store: Store, hub: str) -> tuple[Kept, ...]:
    """What an earlier run could not tell to `hub`; what waits for another is not told any more."""
    kept = json.loads(store.setting(SETTING) or "[]") if hub else []
    return tuple(Kept(whom, topic, body.encode("ascii"), content_type) for whom, topic, body, content_type in kept if _same(whom, hub))


def leave(store: Store, pings: Iterable[Ping]) -> None:
    """Leaves to the next run what was not told."""
    kept = json.dumps([(ping.hub, ping.topic, ping.body.decode("ascii"), ping.content_type) for ping in pings])
    if kept != (store.setting(SETTING) or "[]"):
        store.change_setting(SETTING, kept)


def _same(one: str, other: str) -> bool:
    return str(can_ada.parse(one).href) == str(can_ada.parse(other).href)
