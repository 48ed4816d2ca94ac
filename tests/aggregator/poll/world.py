"""All that rounds of visits need, over a real store, real HTTP on loopback and the real parsers.

Documents are read in this process to keep the tests quick; the killable workers have tests of their own.

Touches: loopback.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from aggregator.config import Polling
from aggregator.errors import ParseError
from aggregator.fetch.fetcher import Fetcher, user_agent
from aggregator.ingest import Intake
from aggregator.parse.entry import Document, Entry, Parsed
from aggregator.parse.reader import read_article, read_document
from aggregator.poll.scheduler import Round, run_round
from storage.model import Source
from storage.store import Store
from tests.factory import source

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UA = user_agent("0", "https://desk.example/bot")
PLAIN_TLS = ssl.create_default_context()        # made once: reading the system's certificates takes a while


def rss(*titles: str, ttl: int | None = None, host: str = "https://au.example") -> str:
    items = "".join(
        f"<item><guid>{host}/{title}</guid><link>{host}/{title.replace(' ', '-')}</link><title>{title}</title>"
        f"<pubDate>Wed, 04 Mar 2026 08:00:00 GMT</pubDate></item>" for title in titles)
    wish = f"<ttl>{ttl}</ttl>" if ttl is not None else ""
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Press</title>{wish}{items}</channel></rss>'


def article(title: str, text: str) -> str:
    paragraphs = f"<p>{text} The ministers spoke at length about the work of their services and agreed to meet again next year in the other capital.</p>" * 4
    return f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{paragraphs}</article></body></html>"


def listing(site: Any, *names: str) -> str:
    rows = "".join(f'<div class="row"><a href="{site.url("/" + name)}">{name}</a></div>' for name in names)
    return f"<html><body>{rows}</body></html>"


@dataclass
class InProcess:
    """The parsers without their processes; `stalls` are documents it gives up on."""

    stalls: set[bytes] = field(default_factory=set)
    read: list[str] = field(default_factory=list)
    cpu_spent: float = 0.0

    async def parse(self, document: Document, source: Source, *, now: datetime) -> Parsed:
        self.read.append(document.url)
        if document.body in self.stalls:
            raise ParseError(document.url, "took more than 5 s to read")
        return read_document(document, source, now=now)

    async def article(self, document: Document, source: Source, *, now: datetime) -> Entry:
        self.read.append(document.url)
        return read_article(document, source, now=now)


@dataclass
class World:
    """Everything a round needs; `own` says whether the site is the operator's."""

    site: Any
    clock: Any
    network: Any
    store: Store
    pool: Any = field(default_factory=InProcess)
    own: bool = True
    every: timedelta = HOUR
    deadline: float = 5.0

    def __post_init__(self) -> None:
        self.intake: Intake = Intake(self.store, lambda item, source: ())

    def follow(self, *sources: Source) -> None:
        self.store.sources.configure(sources, self.clock.now())

    def feed(self, path: str, **fields: Any) -> Source:
        return source(**({"id": path.strip("/").replace("/", "-"), "url": self.site.url(path)} | fields))

    @property
    def polling(self) -> Polling:
        return Polling(every=self.every, allow=frozenset({self.site.authority}) if self.own else frozenset())

    def fetcher(self) -> Fetcher:
        strange = {} if self.own else {"network": self.network, "monotonic": self.clock.monotonic, "sleep": self.clock.sleep}
        return Fetcher(UA, clock=self.clock.now, allow=self.polling.allow, deadline=self.deadline, tls=PLAIN_TLS, **strange)

    def abroad(self, *hosts: str) -> None:
        """From now on the site is the open internet, under these names: every rule of politeness holds."""
        self.own = False
        for number, host in enumerate(hosts):
            self.network.name(host, f"93.184.216.{number + 1}")

    async def live(self, length: timedelta, *, least: timedelta = timedelta(0)) -> int:
        """Lets so much time pass, with a round whenever something is due (and `least` after the last); how many rounds there were."""
        end, rounds = self.clock.now() + length, 0
        async with self.fetcher() as fetcher:
            while (due := self.store.sources.next_due()) is not None and due < end:
                self.clock.advance(max(due - self.clock.now(), timedelta(0)))
                await run_round(self.store, fetcher, self.pool, self.intake, polling=self.polling, clock=self.clock.now)
                rounds += 1
                self.clock.advance(least)
        self.clock.advance(max(end - self.clock.now(), timedelta(0)))
        return rounds

    async def round(self, **how: Any) -> Round:
        async with self.fetcher() as fetcher:
            return await run_round(self.store, fetcher, self.pool, self.intake, polling=self.polling, clock=self.clock.now, **how)

    def standing(self, id: str) -> Any:
        return self.store.sources.standing(id)

    def titles(self) -> list[str]:
        return sorted(item.title for item in self.store.items.all())


def gaps(log: Iterable[Any]) -> list[timedelta]:
    """The time between each request and the next."""
    return [later.at - earlier.at for earlier, later in pairwise(log)]


def hours(log: Iterable[Any]) -> list[int]:
    """The same in whole hours, without what jitter adds."""
    return [gap // HOUR for gap in gaps(log)]


def is_conditional(asked: Any) -> bool:
    """Whether the request set a condition."""
    return "if-none-match" in asked.headers or "if-modified-since" in asked.headers
