"""A source tried: what it would bring, read once and stored nowhere.

Touches: the network, by way of what it opens.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from aggregator.commands.rounds import machinery
from aggregator.config import Config
from aggregator.errors import AggregatorError, FetchError, ParseError
from aggregator.fetch.addresses import host_and_port
from aggregator.fetch.fetcher import PAGES, Request
from aggregator.normalise.items import normalise
from aggregator.parse.entry import Discovered, Document, Proposal
from aggregator.parse.worker import ParsePool
from aggregator.poll.desk import Desk
from aggregator.poll.reading import Reader
from aggregator.poll.robots import Robots
from aggregator.understand.authority import extended
from aggregator.understand.countries import home_of
from aggregator.understand.reading import understand
from storage.model import Item, Report, Source
from storage.store import open_store

ARTICLES = 3                # that a trial reads
UNCONFIGURED = "trial"      # the id of a source that is an address only
SHOWN = 10                  # entries it shows


@dataclass(frozen=True, slots=True)
class Trial:
    """What a source would bring, tried without storing anything."""

    source: Source
    title: str
    entries: int
    found: tuple[tuple[Item, tuple[Report, ...]], ...]      # the first few
    troubles: tuple[str, ...] = ()
    discovered: Discovered | None = None                    # of a page that is no source yet

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "source": self.source.id, "url": self.source.url, "title": self.title, "entries": self.entries, "troubles": list(self.troubles),
            "items": [
                {
                    "title": item.title, "url": item.url, "language": item.language, "published": item.published.isoformat() if item.published else None,
                    "reports": [
                        {
                            "kind": report.kind, "day": report.day.isoformat() if report.day else None, "place": report.place, "act": report.act,
                            "parties": [party.code for party in report.parties if party.role == "party"], "people": [person.name for person in report.people],
                        }
                        for report in reports
                    ],
                }
                for item, reports in self.found
            ],
            **({"discovered": as_plain(self.discovered)} if self.discovered else {}),
        }


def as_plain(found: Discovered) -> dict[str, Any]:
    """What was found of a page as plain values."""
    return {
        "feeds": [{"url": feed.url, "title": feed.title, "type": feed.kind} for feed in found.feeds],
        "proposals": [
            {
                "selectors": {key: value for key, value in asdict(one.rules).items() if value}, "entries": one.count, "dated": one.dated,
                "first": [
                    {"title": entry.title, "url": entry.link, "published": entry.published_at.isoformat() if entry.published_at else None}
                    for entry in one.entries
                ],
            }
            for one in found.proposals
        ],
    }


def block(url: str, proposal: Proposal) -> str:
    """A proposal as config.toml would have it."""
    keys = {"id": host_and_port(url)[0].removeprefix("www.").replace(".", "-"), "url": url, "kind": "page", **asdict(proposal.rules)}
    return "\n".join(("[[sources]]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items() if value)))


async def check(config: Config, what: str, *, clock: Callable[[], datetime]) -> Trial:
    """Read a configured source, or the feed at an address, once, and say what it would bring; of a source that is read with its
    articles the first few of these too. Stores nothing."""
    source = next((source for source in config.sources if source.id == what), None) or _unconfigured(what, config)
    now = clock()
    try:
        async with machinery(config.poll, config.publish.contact, clock) as (fetcher, pool):
            request = Request(source.url, headers=source.headers, proxy=source.proxy)
            with open_store("sqlite::memory:") as nothing, closing(Desk()) as desk:
                nothing.sources.configure((source,), now)
                robots = Robots(fetcher.fetch, fetcher.slow_down, nothing, desk, clock)
                reader = Reader(pool, robots, fetcher.fetch, _no_silence, _no_links, nothing, desk, clock, ARTICLES, config.poll.keep, config.poll.block)
                if source.kind != "feed":
                    await robots.require(source.url, source)
                reply = await fetcher.fetch(request if source.kind == "feed" else replace(request, accept=PAGES))
                if reply.document is None or not reply.document.body:
                    return Trial(source, "", 0, (), (f'source "{source.id}": the server sent no document (HTTP {reply.status})',))
                try:
                    read = await reader.read(source, reply.document)
                except ParseError as error:
                    if source.id != UNCONFIGURED:
                        raise
                    return await _page(source, reply.document, pool, error, now)
    except (FetchError, ParseError) as error:
        return Trial(source, "", 0, (), (f'source "{source.id}": {error.reason}',))
    parsed = read.parsed
    items = [item for item, _ in normalise(parsed, source, seen_at=now)]
    known = extended(config.people)
    found = tuple((item, understand(item, source, config.topics, known)) for item in items[:SHOWN])
    moved = (f'source "{source.id}": has moved to {reply.moved_to}; write that as its url',) if reply.moved_to else ()
    empty = () if items else (f'source "{source.id}": holds no entry',)
    cut = (f'source "{source.id}": {parsed.cut} entries beyond the limit of one document are left out',) if parsed.cut else ()
    noted = (f'source "{source.id}": {read.note}',) if read.note and not read.missed else ()
    return Trial(source, parsed.title, len(items) + read.missed, found, (*moved, *empty, *cut, *noted))


async def _page(source: Source, document: Document, pool: ParsePool, error: ParseError, now: datetime) -> Trial:
    """What can be followed of a page that is no feed. Raises ParseError when it is no page either."""
    try:
        found = await pool.discovered(document, source, now=now)
    except ParseError:
        raise error from None
    if any(feed.kind for feed in found.feeds):
        what = f"is a page that names {len(found.feeds)} feeds: follow one of them"
    elif found.proposals:
        what = "is a page that names no feed; it can be followed by selectors"
    else:
        what = "is a page that names no feed, and no listing could be made out in it"
    return Trial(source, found.title, 0, (), (f"{source.url}: {what}",), found)


async def _no_silence(host: str) -> None:
    return None


async def _no_links(source: Source, links: Iterable[str]) -> frozenset[str]:
    return frozenset()


def _unconfigured(what: str, config: Config) -> Source:
    if not what.startswith(("http://", "https://")):
        raise AggregatorError(f'{config.path}: there is no source "{what}", and it is no http or https address; `communique sources list` shows the sources')
    return Source(UNCONFIGURED, what, what, country=home_of(what, ""))
