"""Whether a page may be read, by its host's robots.txt (RFC 9309).

Feeds are made for programs and are asked for without it; listings, sitemaps and
articles are not. A host's file is fetched once a day by way of the same guarded
fetcher. No file (4xx) allows everything; a host that cannot say (5xx, no answer)
allows nothing until it can.

Touches: the network by way of its fetcher.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from aggregator.errors import FetchError
from aggregator.fetch.fetcher import Fetcher, Request
from storage.model import Source

KEPT = timedelta(hours=24)      # RFC 9309, 2.4: no longer than a day
SILENT = timedelta(hours=1)     # until a host that could not say is asked again
MAX_TEXT = 512 * 1024           # RFC 9309, 2.5: at least 500 KiB are read
NAME = "Communique"             # the product token of our User-Agent


@dataclass(slots=True)
class Robots:
    """What the hosts allow, as far as they were asked."""

    fetcher: Fetcher
    clock: Callable[[], datetime]
    _rules: dict[str, tuple[datetime, Protego]] = field(default_factory=dict)     # by origin: until when they hold

    async def require(self, url: str, source: Source) -> None:
        """Raises FetchError when the host of `url` asks not to read it."""
        if not source.robots:
            return
        parts = urlsplit(url)
        if not (await self._of(f"{parts.scheme}://{parts.netloc}", source)).can_fetch(url, NAME):
            raise FetchError(url, f"robots.txt of {parts.hostname} asks not to read this; robots = false is for hosts that are yours")

    async def _of(self, origin: str, source: Source) -> Protego:
        until, rules = self._rules.get(origin, (None, None))
        if rules is None or until is None or self.clock() >= until:
            length, text = await self._asked(origin, source)
            rules = Protego.parse(text)
            self._rules[origin] = (self.clock() + length, rules)
        return rules

    async def _asked(self, origin: str, source: Source) -> tuple[timedelta, str]:
        try:
            reply = await self.fetcher.fetch(Request(f"{origin}/robots.txt", accept="text/plain, */*;q=0.1", configured=source.url, proxy=source.proxy))
        except FetchError as error:
            return (KEPT, "") if 400 <= error.status < 500 and error.status != 429 else (SILENT, "User-agent: *\nDisallow: /\n")
        return KEPT, reply.document.body[:MAX_TEXT].decode("utf-8", "replace") if reply.document else ""
