"""The feeds of a site, found from its address and each read once.

Touches: the network, by way of what it opens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.commands.rounds import machinery
from aggregator.commands.trying import as_plain
from aggregator.config import Config
from aggregator.errors import FetchError, ParseError
from aggregator.fetch.fetcher import Fetcher, Request
from aggregator.parse.entry import Discovered, NamedFeed, Parsed
from aggregator.parse.worker import ParsePool
from storage.model import Source

MOST_READ = 8                       # feeds that are read to see what they hold: more would be a burst on one host
ANYTHING = "text/html, application/xhtml+xml, application/atom+xml, application/rss+xml, application/feed+json, */*;q=0.1"


@dataclass(frozen=True, slots=True)
class SeenFeed:
    """A feed and what it holds; `trouble` when it could not be read."""

    url: str
    title: str
    entries: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """What can be followed at an address."""

    url: str                                    # where the address led
    feeds: tuple[SeenFeed, ...]
    page: Discovered | None = None              # None: the address is a feed itself
    trouble: str = ""

    @property
    def troubles(self) -> tuple[str, ...]:
        """A line when there is no feed to follow."""
        if self.trouble:
            return (f"{self.url}: {self.trouble}",)
        readable = any(not feed.trouble for feed in self.feeds)
        return () if readable else (f"{self.url}: no feed was found; `communique check {self.url}` proposes selectors for the page",)

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        feeds = [{"url": feed.url, "title": feed.title, "entries": feed.entries, "trouble": feed.trouble} for feed in self.feeds]
        return {"url": self.url, "feeds": feeds, "page": as_plain(self.page) if self.page else None, "troubles": list(self.troubles)}


async def discover(config: Config, url: str, *, clock: Callable[[], datetime]) -> Site:
    """The feeds of the site at `url`: the address itself when it is one, else those its page names, the first few read. Stores nothing."""
    async with machinery(config.poll, config.publish.contact, clock) as (fetcher, pool):
        try:
            reply = await fetcher.fetch(Request(url, accept=ANYTHING))
            if reply.document is None or not reply.document.body:
                return Site(url, (), trouble="the server sent no document")
            source = Source("site", reply.url, reply.url)
            try:
                parsed = await pool.parse(reply.document, source, now=clock())
                return Site(reply.url, (SeenFeed(reply.url, parsed.title, _number(parsed)),))
            except ParseError as error:
                no_feed = error
            try:
                page = await pool.discovered(reply.document, source, now=clock())
            except ParseError:
                return Site(reply.url, (), trouble=no_feed.reason)
            feeds = [await _seen(feed, url, fetcher, pool, clock) for feed in page.feeds[:MOST_READ]]
            return Site(reply.url, (*feeds, *(SeenFeed(feed.url, feed.title, trouble="not read") for feed in page.feeds[MOST_READ:])), page)
        except FetchError as error:
            return Site(url, (), trouble=error.reason)


async def _seen(feed: NamedFeed, configured: str, fetcher: Fetcher, pool: ParsePool, clock: Callable[[], datetime]) -> SeenFeed:
    try:
        reply = await fetcher.fetch(Request(feed.url, configured=configured))
        if reply.document is None:
            return SeenFeed(feed.url, feed.title, trouble=f"HTTP {reply.status}")
        parsed = await pool.parse(reply.document, Source("site", reply.url, feed.url), now=clock())
    except (FetchError, ParseError) as error:
        return SeenFeed(feed.url, feed.title, trouble=error.reason)
    return SeenFeed(reply.moved_to or feed.url, parsed.title or feed.title, _number(parsed))


def _number(parsed: Parsed) -> int:
    return len(parsed.entries) + parsed.cut
