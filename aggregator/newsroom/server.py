"""The newsroom on loopback: real HTTP, with the manners and faults of real servers.

Answers carry validators and are zipped for those who ask; one outlet is slow,
one has moved, one is broken. `round` says how much has been written so far.

Touches: a listening socket on loopback.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from aggregator.newsroom.articles import OPENS, Article, Event, Outlet, Relation, read_events, read_outlets
from aggregator.newsroom.atom import render_atom
from aggregator.newsroom.dates import gmt
from aggregator.newsroom.jsonfeed import render_json
from aggregator.newsroom.pages import RULES, article_path, render_article, render_index, render_listing
from aggregator.newsroom.rss import render_rss
from storage.model import Source

SLOW = timedelta(seconds=1.5)       # long enough to be seen in a progress bar
PATIENCE = timedelta(seconds=10)    # for a request to arrive whole
MAX_HEAD_BYTES = 16_384
REASONS = {
    200: "OK", 301: "Moved Permanently", 304: "Not Modified",
    400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 500: "Internal Server Error",
}
TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
NAMES = {"rss": "feed.xml", "atom": "feed.xml", "json": "feed.json"}
OLD_NAME = "rss.php"                # where the outlet that moved used to have its feed


@dataclass(frozen=True, slots=True)
class Label:
    """What one article really is: the answer a test compares with."""

    article: str                    # "<outlet>/<slug>"
    source_id: str
    url: str                        # canonical
    round: int
    relation: Relation
    meetings: tuple[str, ...]       # ids of events it reports, main first
    refers_to: tuple[str, ...]
    copy_of: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server says to one request."""

    status: int
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    changed: datetime | None = None
    location: str = ""


class Newsroom:
    """The bundled outlets, served until stopped.

    `slow` is how long the slow outlet takes. The same round at the same address
    serves the same bytes.
    """

    def __init__(self, *, slow: timedelta = SLOW) -> None:
        self.round = 1
        self.base = ""
        self._slow = slow
        self._outlets = {outlet.id: outlet for outlet in read_outlets()}
        self._events = read_events()
        self._server: asyncio.Server | None = None

    @property
    def now(self) -> datetime:
        """The moment at which the present round is to be read."""
        return OPENS[self.round]

    @property
    def address(self) -> str:
        """ "127.0.0.1:PORT", as `poll.allow` wants it."""
        return self.base.partition("//")[2]

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one. Raises OSError when the port is taken."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, limit=MAX_HEAD_BYTES)
        self.base = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def sources(self) -> tuple[Source, ...]:
        """Every outlet as a source at the running server's address, as a configuration would describe it."""
        return tuple(self._source(outlet) for outlet in self._outlets.values())

    def events(self) -> tuple[Event, ...]:
        """What really happened."""
        return self._events

    def labels(self, *, up_to: int = 2) -> tuple[Label, ...]:
        """What every article of the rounds up to `up_to` really is."""
        return tuple(
            Label(article.id, outlet.id, self.base + article_path(article), article.round, article.relation,
                  article.reports, article.refers_to, article.copy_of)
            for outlet in self._outlets.values() for article in outlet.articles if article.round <= up_to
        )

    def answer(self, path: str) -> Answer:
        """What a GET of `path` gives in the present round, before conditions and coding."""
        if path == "/":
            return Answer(200, render_index(tuple(self._outlets.values()), self.base))
        if path == "/robots.txt":
            return Answer(200, b"User-agent: *\nDisallow:\n", "text/plain")
        name, _, rest = path.removeprefix("/").partition("/")
        outlet = self._outlets.get(name)
        if outlet is None:
            return Answer(404, b"<h1>Not found</h1>")
        if outlet.behaviour == "broken":
            return Answer(500, b"<h1>Internal Server Error</h1><p>Too many connections</p>")
        if outlet.behaviour == "moved" and rest == OLD_NAME:
            return Answer(301, location=f"{self.base}/{outlet.id}/{NAMES[outlet.format]}")
        return self._document(outlet, rest)

    def _source(self, outlet: Outlet) -> Source:
        rules = RULES.get(outlet.format)
        name = OLD_NAME if outlet.behaviour == "moved" else NAMES.get(outlet.format, "")
        return Source(
            id=outlet.id, url=f"{self.base}/{outlet.id}/{name}", name=outlet.name, kind="page" if rules else "feed",
            language=outlet.language, country=outlet.country, timezone=outlet.timezone, family=outlet.family, role=outlet.role,
            full_text=outlet.full_text or rules is not None, page=rules,
        )

    def _document(self, outlet: Outlet, rest: str) -> Answer:
        written = tuple(article for article in outlet.articles if article.round <= self.round)
        changed = max((article.published for article in written), default=None)
        page = f"text/html; charset={outlet.encoding}"
        if rest == "":
            return Answer(200, render_listing(outlet, written, self.base), page, changed)
        if rest == NAMES.get(outlet.format):
            return Answer(200, _render(outlet, written, self.base), TYPES[outlet.format], changed)
        for article in written:
            if rest == f"article/{article.slug}.html":
                others = tuple(other for other in written if other is not article)
                return Answer(200, render_article(outlet, article, others, self.base), page, article.published)
        return Answer(404, b"<h1>Not found</h1>")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                head = await reader.readuntil(b"\r\n\r\n")
            writer.write(await self._reply(head.decode("latin-1")))
            await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass                        # whoever asked is gone, or never asked
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _reply(self, head: str) -> bytes:
        request, *lines = head.split("\r\n")
        parts = request.split(" ")
        if len(parts) != 3:
            return _message(Answer(400), {}, with_body=True)
        method, target, _ = parts
        if method not in ("GET", "HEAD"):
            return _message(Answer(405), {}, with_body=True)
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        path = target.partition("?")[0]
        outlet = self._outlets.get(path.split("/")[1]) if path.startswith("/") else None
        if outlet is not None and outlet.behaviour == "slow":
            await asyncio.sleep(self._slow.total_seconds())
        return _message(self.answer(path), headers, with_body=method == "GET")


def _render(outlet: Outlet, articles: tuple[Article, ...], base: str) -> bytes:
    if outlet.format == "rss":
        return render_rss(outlet, articles, base)
    if outlet.format == "atom":
        return render_atom(outlet, articles, base)
    return render_json(outlet, articles, base)


def _message(answer: Answer, headers: dict[str, str], *, with_body: bool) -> bytes:
    """The bytes on the wire."""
    status, body = answer.status, answer.body
    fields = {"Connection": "close"}
    if answer.location:
        fields["Location"] = answer.location
    if status == 200:
        # Weak, because the zipped and the plain body share it (RFC 9110, 8.8.3).
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'
        fields |= {"ETag": etag, "Vary": "Accept-Encoding"}
        if answer.changed is not None:
            fields["Last-Modified"] = gmt(answer.changed)
        if _is_unchanged(headers, etag, answer.changed):
            status, body = 304, b""
    if body:
        fields["Content-Type"] = answer.content_type
        if status == 200 and "gzip" in headers.get("accept-encoding", ""):
            body = gzip.compress(body, mtime=0)
            fields["Content-Encoding"] = "gzip"
    if status != 304:
        fields["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} {REASONS[status]}\r\n{head}\r\n".encode("latin-1") + (body if with_body else b"")


def _is_unchanged(headers: dict[str, str], etag: str, changed: datetime | None) -> bool:
    """Whether the asker has this already; If-None-Match outweighs the date (RFC 9110, 13.2.2)."""
    known = headers.get("if-none-match")
    if known is not None:
        return etag in known or known.strip() == "*"
    since = headers.get("if-modified-since")
    if since is None or changed is None:
        return False
    try:
        moment = parsedate_to_datetime(since)
    except ValueError:
        return False
    return changed.astimezone(UTC) <= (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
