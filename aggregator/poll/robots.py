"""Whether a page may be read, by its host's robots.txt (RFC 9309).

Feeds are made for programs and are asked for without it; listings, sitemaps and
articles are not. A host's file is fetched once a day by way of the same guarded
fetcher and kept in the store, so that neither a restart nor the next round asks
again. No file (4xx) allows everything; a host that cannot say (5xx, no answer)
allows nothing until it can: it is asked again after an hour, then two, up to a day.

Touches: the network by way of its fetcher; the store by way of its desk.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from aggregator.errors import FetchError
from aggregator.fetch.addresses import host_and_port
from aggregator.fetch.fetcher import Reply, Request
from aggregator.poll.desk import Desk
from aggregator.poll.pace import doubled
from storage.model import Source
from storage.sources import KnownRobots
from storage.store import Store

KEPT = timedelta(hours=24)              # RFC 9309, 2.4: no longer than a day
FIRST_SILENCE = timedelta(hours=1)      # until a host that could not say is asked again, doubled each time up to a day
MAX_TEXT = 500 * 1024                   # RFC 9309, 2.5: at least 500 KiB are read
LONGEST_DELAY = timedelta(minutes=1)    # a Crawl-delay is no part of the RFC; some ask for days
NAME = "Communique"                     # the product token of our User-Agent
IN_MEMORY = 500                         # files kept ready; the others are in the store
ACCEPT = "text/plain, */*;q=0.1"


class Disallowed(FetchError):
    """The host asks that this page is not read."""


@dataclass(frozen=True, slots=True)
class _Rules:
    known: KnownRobots
    parsed: Protego


@dataclass(slots=True)
class Robots:
    """What the hosts allow. `ask` fetches; `slow_down` is told which hosts want longer pauses."""

    ask: Callable[[Request], Awaitable[Reply]]
    slow_down: Callable[[str, timedelta], None]
    store: Store
    desk: Desk
    clock: Callable[[], datetime]
    _rules: OrderedDict[str, _Rules] = field(default_factory=OrderedDict)     # by origin
    _asking: dict[str, asyncio.Lock] = field(default_factory=dict)            # by origin: visits to several hosts may want one file at once

    async def require(self, url: str, source: Source) -> None:
        """Raises Disallowed when the host of `url` asks not to read it, and FetchError while it cannot say what it asks."""
        if not source.robots:
            return
        parts = urlsplit(url)
        rules = await self._of(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", source)
        if rules.known.failures:
            raise FetchError(url, f"robots.txt of {parts.hostname} cannot be read, so nothing there may be until it can; asked again at "
                                  f"{rules.known.until:%Y-%m-%d %H:%M} UTC")
        if not rules.parsed.can_fetch(url, NAME):
            raise Disallowed(url, f"robots.txt of {parts.hostname} asks not to read this; robots = false is for hosts that are yours")

    async def _of(self, origin: str, source: Source) -> _Rules:
        rules = self._rules.get(origin)
        if rules is None or self.clock() >= rules.known.until:
            async with self._asking.setdefault(origin, asyncio.Lock()):
                rules = await self._renewed(origin, source)
            self._asking.pop(origin, None)
        self._rules.move_to_end(origin)
        if len(self._rules) > IN_MEMORY:
            self._rules.popitem(last=False)
        return rules

    async def _renewed(self, origin: str, source: Source) -> _Rules:
        rules = self._rules.get(origin)
        if rules is None or self.clock() >= rules.known.until:
            known = await self.desk.do(lambda: self.store.sources.robots(origin))
            if known is None or not self.clock() < known.until <= self.clock() + KEPT:
                known = await self._asked(origin, source, known)
                await self.desk.do(lambda: self.store.sources.save_robots(known))
            rules = self._rules[origin] = _Rules(known, Protego.parse(known.text))
            if delay := rules.parsed.crawl_delay(NAME):
                self.slow_down(host_and_port(origin)[0], min(timedelta(seconds=min(delay, 1e6)), LONGEST_DELAY))
        return rules

    async def _asked(self, origin: str, source: Source, before: KnownRobots | None) -> KnownRobots:
        try:
            reply = await self.ask(Request(f"{origin}/robots.txt", accept=ACCEPT, configured=source.url, proxy=source.proxy, head=MAX_TEXT))
        except FetchError as error:
            if 400 <= error.status < 500 and error.status != 429:
                return KnownRobots(origin, self.clock() + KEPT)
            failures = (before.failures if before else 0) + 1
            return KnownRobots(origin, self.clock() + max(doubled(FIRST_SILENCE, failures), min(error.retry_after or timedelta(0), KEPT)), failures=failures)
        text = reply.document.body[:MAX_TEXT].decode("utf-8", "replace") if reply.document else ""
        return KnownRobots(origin, self.clock() + KEPT, text)
