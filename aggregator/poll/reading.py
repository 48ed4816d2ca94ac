"""What a document holds for us: its wanted entries, with the text of their articles where the source is read so.

Each new article is fetched once, a few in one visit, and only where its host allows
it. What could not be had is asked for again at the next visits, and after a few of
them the entry of the listing has to do.

Touches: the network and the store by way of what it is given.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from aggregator.errors import FetchError, ParseError
from aggregator.fetch.addresses import host_and_port
from aggregator.fetch.fetcher import PAGES, Reply, Request
from aggregator.parse.entry import Document, Entry, Parsed
from aggregator.poll.desk import Desk, Stage
from aggregator.poll.robots import Disallowed, Robots
from aggregator.poll.sieve import is_wanted
from storage.model import Source
from storage.store import Store

ARTICLES = 20                       # read in one visit; the rest waits for the next, so that a new source is not swept in one go
TRIES = 3                           # visits at which one article is asked for before its entry in the listing has to do
LONGEST = timedelta(minutes=5)      # of a visit's articles: a host that wants long pauses must not hold up the others
GONE = frozenset(range(400, 500)) - {408, 421, 425, 429}    # of an article: asking again will not help


class ParsePool(Protocol):
    """Reads documents in worker processes; raises ParseError."""

    @property
    def cpu_spent(self) -> float: ...       # seconds, by all workers so far

    async def parse(self, document: Document, source: Source, *, now: datetime) -> Parsed: ...

    async def article(self, document: Document, source: Source, *, now: datetime) -> Entry: ...


@dataclass(frozen=True, slots=True)
class Read:
    """A document with its articles; `missed` of them are still to be had, and `note` says why."""

    parsed: Parsed
    articles: int = 0
    missed: int = 0
    note: str = ""                  # what was left out, and why


@dataclass(slots=True)
class Reader:
    """Reads documents. `ask` fetches; `silence` says until when a host wants to be left alone, and why; `known_links` which links a source has brought."""

    parse_pool: ParsePool
    robots: Robots
    ask: Callable[[Request], Awaitable[Reply]]
    silence: Callable[[str], Awaitable[tuple[datetime, str] | None]]
    known_links: Callable[[Source, Iterable[str]], Awaitable[frozenset[str]]]
    store: Store
    desk: Desk
    clock: Callable[[], datetime]
    most: int = ARTICLES
    keep: tuple[str, ...] = ()              # words for every source
    block: tuple[str, ...] = ()
    parsing: Stage = field(default_factory=Stage)

    async def read(self, source: Source, document: Document) -> Read:
        """The wanted entries of a document, with their articles where the source is to be read so. Raises ParseError."""
        parsed = await self._parse(document, source)
        wanted = tuple(entry for entry in parsed.entries if is_wanted(entry, source.keep, source.block) and is_wanted(entry, self.keep, self.block))
        if source.kind == "feed" and not source.full_text:
            return Read(replace(parsed, entries=wanted))
        linked = {entry.link: entry for entry in reversed(wanted) if entry.link}
        known = await self.known_links(source, tuple(linked))
        fresh = sorted((entry for link, entry in linked.items() if link not in known), key=_newest_first)
        entries = [entry for entry in wanted if not entry.link] if source.kind == "feed" else []
        before = await self.desk.do(lambda: self.store.sources.tries(source.id)) if fresh else {}
        tries: dict[str, int] = {}          # that changed
        read, done, reasons, until = 0, 0, list[str](), self.clock() + LONGEST
        unread = list[str]()                # why an article's text could not be had though it was there
        for entry in fresh[:self.most]:
            if self.clock() >= until:
                break
            try:
                entries.append(await self._article(source, entry))
                read += 1
            except (Disallowed, ParseError) as error:
                unread.append(error.reason)
                entries.append(entry)       # the listing's word will do: the page is not for us, or it is there and holds no text we can find
            except FetchError as error:
                if not isinstance(error, Silent):       # then it was not asked
                    tries[entry.link] = before.get(entry.link, 0) + 1
                if error.status not in GONE and tries.get(entry.link, 0) < TRIES:
                    reasons.append(error.reason)
                    continue
                entries.append(entry)
            done += 1
            if entry.link in before or entry.link in tries:
                tries[entry.link] = 0
        if tries:
            await self.desk.do(lambda: self.store.sources.save_tries(source.id, tries, self.clock()))
        missed = len(fresh) - done
        later = f"{missed} of {len(fresh)} new articles not read yet" + (f": {reasons[0]}" if reasons else "") if missed else ""
        told = f"{len(unread)} articles told by their listing alone: {unread[0]}" if unread else ""
        note = "; ".join(filter(None, (later, told)))
        in_order = tuple(sorted(entries, key=lambda entry: entry.position))
        return Read(replace(parsed, entries=in_order), read, missed, note)

    async def _parse(self, document: Document, source: Source) -> Parsed:
        began = time.monotonic()
        try:
            return await self.parse_pool.parse(document, source, now=self.clock())
        finally:
            self.parsing.wall += time.monotonic() - began

    async def _article(self, source: Source, entry: Entry) -> Entry:
        await self._require_no_silence(entry.link)
        await self.robots.require(entry.link, source)
        reply = await self.ask(Request(entry.link, headers=source.headers, accept=PAGES, configured=source.url, proxy=source.proxy))
        if reply.document is None or not reply.document.body:
            raise ParseError(entry.link, "an empty page")
        began = time.monotonic()
        try:
            return merged(entry, await self.parse_pool.article(reply.document, source, now=self.clock()))
        finally:
            self.parsing.wall += time.monotonic() - began

    async def _require_no_silence(self, link: str) -> None:
        silence = await self.silence(host_and_port(link)[0])
        if silence is not None:
            raise Silent(link, silence[1])


class Silent(FetchError):
    """The host wants to be left alone for now."""


def merged(listing: Entry, article: Entry) -> Entry:
    """An entry of a listing with the text of its article; what the article does not say stays as the listing has it."""
    dated = article if article.published_at else listing
    return replace(
        article, position=listing.position, guid=listing.guid, link=listing.link,
        title=article.title or listing.title, title_is_html=article.title_is_html if article.title else listing.title_is_html,
        summary=article.summary or listing.summary, summary_is_html=article.summary_is_html if article.summary else listing.summary_is_html,
        content=article.content or listing.content, content_is_html=article.content_is_html if article.content else listing.content_is_html,
        published=dated.published, published_at=dated.published_at,
        updated=article.updated or listing.updated, updated_at=article.updated_at or listing.updated_at,
        authors=article.authors or listing.authors, tags=article.tags or listing.tags, language=article.language or listing.language,
        source_title=listing.source_title or article.source_title, source_url=listing.source_url or article.source_url,
    )


def _newest_first(entry: Entry) -> tuple[float, int]:
    moment = entry.published_at or entry.updated_at
    return (-moment.timestamp() if moment else 0.0, entry.position)
