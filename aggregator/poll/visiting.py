"""One visit to a source: fetch, parse, read what is new, hand it over, remember how it went.

Validators are kept in the same transaction as the items of the document they came
with, so that a document counts as read only when all of it is stored. A document of
which something is still missing (an article that could not be fetched, more new links
than one visit reads) leaves the old ones in place: the next visit gets it whole again.

Touches: the network by way of its fetcher; the store by way of its desk.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Protocol, TypeVar

from aggregator.config import Polling
from aggregator.errors import FetchError, ParseError
from aggregator.fetch.addresses import host_and_port, is_own
from aggregator.fetch.fetcher import FEEDS, PAGES, Fetcher, Reply, Request
from aggregator.parse.entry import Document, Entry, Parsed
from aggregator.poll.pace import CONDITION, HOST_SILENCE, Visit, ask_whole, next_visit, silence_reason
from aggregator.poll.robots import Robots
from aggregator.poll.sieve import is_wanted
from storage.database import StorageError
from storage.model import Outcome, Poll, Source, Standing
from storage.store import Store

LOG = logging.getLogger("communique")
T = TypeVar("T")

ARTICLES = 20               # read in one visit; the rest waits for the next, so that a new source is not swept in one go
TRIES = 3                   # visits at which one article is asked for before its entry in the listing has to do
GONE = frozenset(range(400, 500)) - {408, 421, 425, 429}    # of an article: asking again will not help
LONGEST_REASON = 300


class ParsePool(Protocol):
    """Reads documents in worker processes; raises ParseError."""

    @property
    def cpu_spent(self) -> float: ...       # seconds, by all workers so far

    async def parse(self, document: Document, source: Source, *, now: datetime) -> Parsed: ...

    async def article(self, document: Document, source: Source, *, now: datetime) -> Entry: ...


class Taken(Protocol):
    @property
    def new(self) -> int: ...

    @property
    def changed(self) -> int: ...


class Decided(Protocol):
    @property
    def items(self) -> int: ...

    @property
    def reports(self) -> int: ...

    @property
    def meetings_new(self) -> int: ...

    @property
    def meetings_changed(self) -> int: ...


class Intake(Protocol):
    """Takes documents in (aggregator/ingest.py). Synchronous; called on the desk only, but for `stopping`."""

    stopping: bool

    def known_links(self, source: Source, links: Iterable[str]) -> frozenset[str]: ...

    def take(self, source: Source, parsed: Parsed, seen_at: datetime) -> Taken: ...

    def decide(self, now: datetime) -> Decided: ...


@dataclass(slots=True)
class Stage:
    """Seconds a stage has taken: `wall` is summed over sources and overlaps, `cpu` is that of its thread or processes."""

    wall: float = 0.0
    cpu: float = 0.0


class Desk:
    """The one thread that touches the store, so that the event loop never waits for a disk."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "store")
        self.spent = Stage()

    async def do(self, work: Callable[[], T]) -> T:
        """`work`, after all that was asked for before it."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._timed, work)

    def close(self) -> None:
        """Finishes what is under way and drops what waits."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _timed(self, work: Callable[[], T]) -> T:
        wall, cpu = time.monotonic(), time.thread_time()
        try:
            return work()
        finally:
            self.spent.wall += time.monotonic() - wall
            self.spent.cpu += time.thread_time() - cpu


@dataclass(frozen=True, slots=True)
class Visited:
    """What a visit came to, and how many articles it read and missed."""

    source: Source
    poll: Poll
    due: datetime
    articles: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True)
class _Reading:
    """A document with its articles; `missed` of them are still to be had, and `note` says why."""

    parsed: Parsed
    articles: int = 0
    missed: int = 0
    note: str = ""


@dataclass(slots=True)
class Visitor:
    """Visits sources. Knows nothing of when."""

    store: Store
    fetcher: Fetcher
    parse_pool: ParsePool
    intake: Intake
    polling: Polling
    clock: Callable[[], datetime]
    desk: Desk
    fetching: Stage = field(default_factory=Stage)
    parsing: Stage = field(default_factory=Stage)
    silences: dict[str, tuple[datetime, str]] = field(default_factory=dict)     # by host; what this program has heard itself
    tries: dict[tuple[str, str], int] = field(default_factory=dict)             # of articles not had yet, by source and link
    robots: Robots = field(init=False)

    def __post_init__(self) -> None:
        self.robots = Robots(self.fetcher, self.clock)

    async def visit(self, source: Source, standing: Standing) -> Visited:
        """One visit, whatever comes of it. Raises only StorageError: then nothing of the visit is kept, and it is made again."""
        request = self._request(source, standing)
        try:
            if source.kind != "feed":
                await self.robots.require(source.url, source)
            reply = await self._fetch(request)
            if reply.document is None or not reply.document.body:
                return await self._unchanged(source, standing, reply)
            body_hash = sha256(reply.document.body).hexdigest()
            if body_hash == standing.body_hash and reply.url == standing.url:
                return await self._unchanged(source, standing, reply)
            reading = await self._read(source, reply.document)
            return await self._changed(source, standing, reply, reading, body_hash)
        except FetchError as error:
            return await self._failed(source, standing, request, error.reason, error)
        except ParseError as error:
            return await self._failed(source, standing, request, error.reason)
        except StorageError:
            raise
        except Exception as error:
            # A document that trips a rule of ours is that source's misfortune, not the round's.
            LOG.exception("not read source=%s", source.id)
            return await self._failed(source, standing, request, f"a fault of this program: {type(error).__name__}: {error}")

    def _request(self, source: Source, standing: Standing) -> Request:
        accept = FEEDS if source.kind == "feed" else PAGES
        if ask_whole(source, standing, self.clock()) or not standing.url:
            return Request(source.url, headers=source.headers, proxy=source.proxy, accept=accept)
        return Request(
            source.url, standing.etag, standing.last_modified, validators_of=standing.url, headers=source.headers, proxy=source.proxy, accept=accept,
        )

    async def _fetch(self, request: Request) -> Reply:
        began = time.monotonic()
        try:
            return await self.fetcher.fetch(request)
        except FetchError as error:
            if error.status in HOST_SILENCE and error.retry_after is not None:
                await self._silence(error.url, error.status, self.clock() + error.retry_after)
            raise
        finally:
            self.fetching.wall += time.monotonic() - began

    async def _parse(self, document: Document, source: Source) -> Parsed:
        began = time.monotonic()
        try:
            return await self.parse_pool.parse(document, source, now=self.clock())
        finally:
            self.parsing.wall += time.monotonic() - began

    async def _read(self, source: Source, document: Document) -> _Reading:
        """The wanted entries of a document, with the text of their articles where the source is to be read so."""
        parsed = await self._parse(document, source)
        wanted = tuple(entry for entry in parsed.entries if is_wanted(entry, source.keep, source.block))
        if source.kind == "feed" and not source.full_text:
            return _Reading(replace(parsed, entries=wanted))
        linked = {entry.link: entry for entry in reversed(wanted) if entry.link}
        known = await self.desk.do(lambda: self.intake.known_links(source, tuple(linked)))
        fresh = sorted((entry for link, entry in linked.items() if link not in known), key=_newest_first)
        entries = [entry for entry in wanted if not entry.link] if source.kind == "feed" else []
        read, done, reasons = 0, 0, []
        for entry in fresh[:ARTICLES]:
            try:
                entries.append(await self._article(source, entry))
                read += 1
            except FetchError as error:
                if not self._is_given_up(source, entry.link, error):
                    reasons.append(error.reason)
                    if self.silence(host_and_port(entry.link)[0]):
                        break
                    continue
                entries.append(entry)
            except ParseError:
                entries.append(entry)       # the listing's word will do: the page is there and holds no text we can find
            done += 1
            self.tries.pop((source.id, entry.link), None)
        missed = len(fresh) - done
        note = f"{missed} of {len(fresh)} new articles not read yet" + (f": {reasons[0]}" if reasons else "") if missed else ""
        in_order = tuple(sorted(entries, key=lambda entry: entry.position))
        return _Reading(replace(parsed, entries=in_order), read, missed, note)

    async def _article(self, source: Source, entry: Entry) -> Entry:
        await self.robots.require(entry.link, source)
        reply = await self._fetch(Request(entry.link, headers=source.headers, accept=PAGES, configured=source.url, proxy=source.proxy))
        if reply.document is None or not reply.document.body:
            raise ParseError(entry.link, "an empty page")
        began = time.monotonic()
        try:
            return merged(entry, await self.parse_pool.article(reply.document, source, now=self.clock()))
        finally:
            self.parsing.wall += time.monotonic() - began

    def _is_given_up(self, source: Source, link: str, error: FetchError) -> bool:
        self.tries[source.id, link] = tries = self.tries.get((source.id, link), 0) + 1
        return error.status in GONE or tries >= TRIES

    async def _unchanged(self, source: Source, standing: Standing, reply: Reply) -> Visited:
        now, whole = self.clock(), reply.document is not None and bool(reply.document.body)
        after = replace(_answered(standing, now), last_full=now if whole else standing.last_full)
        if reply.document is None:      # RFC 9111, 4.3.4: what a 304 says replaces what was known, what it leaves out stays
            after = replace(after, etag=reply.etag or standing.etag, last_modified=reply.last_modified or standing.last_modified)
        elif whole:
            after = replace(after, etag=reply.etag, last_modified=reply.last_modified, url=reply.url)
        poll = Poll(source.id, now, "unchanged", reply.status, reply.wire_bytes, conditional=reply.conditional, reason=_moved(reply))

        def keep() -> Visited:
            with self.store.transaction():
                visit = Visit("unchanged", reply.status, fresh_for=reply.fresh_for, hints=standing.hints)
                return self._close(source, after, visit, poll)

        return await self.desk.do(keep)

    async def _changed(self, source: Source, standing: Standing, reply: Reply, reading: _Reading, body_hash: str) -> Visited:
        now = self.clock()
        after = replace(_answered(standing, now), last_full=now, hints=reading.parsed.hints)
        if not reading.missed:
            after = replace(after, etag=reply.etag, last_modified=reply.last_modified, url=reply.url, body_hash=body_hash)

        def keep() -> Visited:
            with self.store.transaction():
                taken = self.intake.take(source, reading.parsed, now)
                arrived = replace(after, last_new=now if taken.new else standing.last_new)
                outcome: Outcome = "new" if taken.new or taken.changed else "unchanged"
                poll = Poll(
                    source.id, now, outcome, reply.status, reply.wire_bytes, len(reading.parsed.entries), taken.new, taken.changed,
                    reply.conditional, "; ".join(filter(None, (_moved(reply), reading.note)))[:LONGEST_REASON],
                )
                visit = Visit(outcome, reply.status, fresh_for=reply.fresh_for, hints=reading.parsed.hints)
                return replace(self._close(source, arrived, visit, poll), articles=reading.articles, missed=reading.missed)

        return await self.desk.do(keep)

    async def _failed(self, source: Source, standing: Standing, request: Request, reason: str, error: FetchError | None = None) -> Visited:
        now, reason = self.clock(), reason[:LONGEST_REASON]
        status, wait = (error.status, error.retry_after) if error else (0, None)
        conditional = bool(request.etag or request.last_modified)
        after = replace(
            standing, failures=standing.failures + 1, last_polled=now, last_error=reason, not_before=None if wait is None else now + wait)
        if status in CONDITION and conditional:
            after = replace(after, etag="", last_modified="")
        poll = Poll(source.id, now, "failed", status, conditional=conditional, reason=reason)

        def keep() -> Visited:
            with self.store.transaction():
                return self._close(source, after, Visit("failed", status, wait, conditional=conditional), poll)

        visited = await self.desk.do(keep)
        if error is not None and status == 429 and wait is None and not self.is_own(source):
            await self._silence(error.url, status, visited.due)     # too many requests are too many for the host, whichever source they were for
        return visited

    def _close(self, source: Source, standing: Standing, visit: Visit, poll: Poll) -> Visited:
        due, reason = next_visit(
            source, standing, visit, now=poll.at, every=self.polling.every, at_most=self.polling.at_most, own=self.is_own(source))
        self.store.sources.save_standing(replace(standing, due=due, reason=reason))
        self.store.sources.record(poll)
        return Visited(source, poll, due)

    def is_own(self, source: Source) -> bool:
        return is_own(source.url, self.polling.allow)

    def silence(self, host: str) -> tuple[datetime, str] | None:
        """Until when this program knows `host` wants to be left alone, and why."""
        found = self.silences.get(host)
        if found is not None and found[0] <= self.clock():
            del self.silences[host]
            return None
        return found

    async def _silence(self, url: str, status: int, until: datetime) -> None:
        host, reason = host_and_port(url)[0], silence_reason(status, until)
        self.silences[host] = max(self.silences.get(host, (until, reason)), (until, reason))
        await self.desk.do(lambda: self.store.sources.silence_host(host, until, reason))


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


def _answered(standing: Standing, now: datetime) -> Standing:
    return replace(standing, failures=0, last_polled=now, last_success=now, last_error="", not_before=None)


def _moved(reply: Reply) -> str:
    return f"moved permanently to {reply.moved_to}" if reply.moved_to else ""
