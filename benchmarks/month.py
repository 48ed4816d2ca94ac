"""Servers of many feeds in one process, with the habits and faults of real ones, on a clock that is moved by hand.

Each feed has its own pace (from one item an hour to one a fortnight), validators or
none, a freshness it may ask for, and a memory of what it was asked. One visit in
twenty meets a fault. Everything is drawn from the feed's number, so every run is the
same.

Touches: nothing.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ssl import SSLContext
from typing import Any

import httpcore

from aggregator.fetch.connecting import Network
from aggregator.parse.entry import Document, Entry, Parsed
from storage.model import Source
from storage.store import Store

PACES = (1, 2, 4, 8, 24, 24, 72, 168, 336, 336)     # hours between two items, by the last digit of a feed's number
WINDOW = 60                                         # entries in a document
FAULTS = 0.05
ROW = re.compile("<item><guid>(.*?)</guid><link>(.*?)</link><title>(.*?)</title><description>(.*?)</description></item>")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, as its server saw it."""

    feed: int
    at: datetime
    status: int
    etag: str                       # it was asked with; "" for none
    known: tuple[str, ...]          # the validators this server sent last, that may be asked with
    unchanged: bool                 # the feed has validators, and nothing is new since the last whole answer
    keeps: timedelta                # for how long the answer said that it keeps
    bytes: int
    whole: int                      # bytes of the whole document


@dataclass
class Log:
    """All requests."""

    visits: list[Visit] = field(default_factory=list)
    strange: Counter[str] = field(default_factory=Counter)      # headers that have no place in a request of ours


class Month:
    """The feeds, and the time."""

    def __init__(self, feeds: int, begin: datetime) -> None:
        self.feeds, self.begin, self.now, self.log = feeds, begin, begin, Log()
        self.closed: datetime | None = None         # from here on nothing is published any more
        self.sources = tuple(Source(f"s{n}", f"http://f{n}.example/feed", f"Source {n}") for n in range(feeds))
        self._sent: dict[int, str] = {}             # the validator each feed sent last
        self._shown: list[set[int]] = [set() for _ in range(feeds)]     # the items that stood in whole answers
        self._luck = random.Random(7)

    def clock(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return (self.now - self.begin).total_seconds()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)

    def network(self) -> Network:
        return _Servers(self)

    def pace(self, feed: int) -> timedelta:
        return timedelta(hours=PACES[feed % len(PACES)])

    def is_quiet(self, feed: int) -> bool:
        """Whether it has validators and brings less than an item a day."""
        return self.pace(feed) > timedelta(days=1) and feed % 8 != 0

    def newest(self, feed: int) -> int:
        """How many items it has published by now; ten lie before the beginning."""
        return 10 + (min(self.now, self.closed or self.now) - self.begin) // self.pace(feed)

    def answered_since(self, moment: datetime) -> set[int]:
        """The feeds that have answered without a fault since then."""
        return {visit.feed for visit in self.log.visits if visit.at >= moment and visit.status in (200, 304)}

    def published(self) -> int:
        return sum(self.newest(feed) for feed in range(self.feeds))

    def missing(self, store: Store) -> tuple[tuple[str, bool], ...]:
        """The title of each published item that is not in the store, and whether it ever stood in a document that was sent."""
        stored = {(item.source_id, item.title) for item in store.items.all()}
        return tuple(
            (_title(feed, number), number in self._shown[feed])
            for feed in range(self.feeds) for number in range(self.newest(feed)) if (f"s{feed}", _title(feed, number)) not in stored)

    def twice(self, store: Store) -> int:
        """How many items are in the store more than once."""
        return sum(number - 1 for number in Counter((item.source_id, item.title) for item in store.items.all()).values())

    def size(self, feed: int) -> int:
        return len(self._document(feed))

    def answer(self, feed: int, headers: dict[str, str]) -> bytes:
        """What the feed's server sends."""
        for name in ("cookie", "referer", "range", "if-range", "cache-control", "pragma"):
            if name in headers:
                self.log.strange[name] += 1
        asked, known = headers.get("if-none-match", ""), self._sent.get(feed, "")
        has_validators = feed % 8 != 0
        etag = f'"{feed}-{self.newest(feed)}"' if has_validators else ""
        keeps = timedelta(hours=2) if feed % 6 == 0 else timedelta(0)
        document = self._document(feed)
        head, body = [f"ETag: {etag}"] if etag else [], b""
        head += [f"Cache-Control: max-age={int(keeps.total_seconds())}"] if keeps else []
        head += ["Set-Cookie: id=1"]
        status, unchanged = 200, bool(known) and known == etag
        if self._luck.random() < FAULTS:
            status, head, keeps, unchanged = self._luck.choice((500, 502, 503, 429, 404)), [], timedelta(0), False
            if status in (503, 429):
                head, keeps = ["Retry-After: 7200"], timedelta(hours=2)
        elif etag and asked == etag:
            status = 304
        else:
            body, self._sent[feed] = document, etag
            self._shown[feed].update(self._window(feed))
        self.log.visits.append(Visit(feed, self.now, status, asked, (known,) if known else (), unchanged, keeps, len(body), len(document)))
        length = [] if status == 304 else [f"Content-Length: {len(body)}"]
        return "\r\n".join((f"HTTP/1.1 {status} Said", *head, *length)).encode() + b"\r\n\r\n" + body

    def _window(self, feed: int) -> range:
        newest = self.newest(feed)
        return range(max(newest - WINDOW, 0), newest)

    def _document(self, feed: int) -> bytes:
        rows = "".join(
            f"<item><guid>{feed}/{n}</guid><link>http://f{feed}.example/{n}</link><title>{_title(feed, n)}</title>"
            f"<description>{'Words of it. ' * 40}</description></item>"
            for n in self._window(feed))
        return f'<rss version="2.0"><channel><title>Feed {feed}</title>{rows}</channel></rss>'.encode()


def _title(feed: int, number: int) -> str:
    return f"Item {number} of feed {feed}"


class Readers:
    """Parsers of just these documents: a month of real ones would measure nothing else."""

    cpu_spent = 0.0

    async def parse(self, document: Document, source: Source, *, now: datetime) -> Parsed:
        rows = ROW.findall(document.body.decode())
        return Parsed(tuple(Entry(n, guid=guid, link=link, title=title, summary=summary) for n, (guid, link, title, summary) in enumerate(rows)))

    async def article(self, document: Document, source: Source, *, now: datetime) -> Entry:
        raise NotImplementedError


class _Servers(Network):
    """A network whose every name is a feed's server."""

    def __init__(self, month: Month) -> None:
        super().__init__()
        self._month = month

    async def resolve(self, host: str, port: int) -> tuple[str, ...]:
        return ("93.184.216.34",)

    async def connect(self, address: str, port: int, timeout: float | None) -> httpcore.AsyncNetworkStream:
        return _Stream(self._month)


class _Stream(httpcore.AsyncNetworkStream):
    """A connection through memory."""

    def __init__(self, month: Month) -> None:
        self._month, self._asked, self._answer = month, b"", b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        part, self._answer = self._answer[:max_bytes], self._answer[max_bytes:]
        return part

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._asked += buffer
        if self._asked.endswith(b"\r\n\r\n"):
            lines = self._asked.decode("latin-1").split("\r\n")[1:-2]
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            self._answer, self._asked = self._month.answer(int(headers["host"].split(".")[0][1:]), headers), b""

    async def aclose(self) -> None:
        pass

    async def start_tls(self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None) -> httpcore.AsyncNetworkStream:
        raise NotImplementedError

    def get_extra_info(self, info: str) -> Any:
        return None
