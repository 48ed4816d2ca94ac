"""The document at an address: polite, conditional, bounded, guarded HTTP.

This is the only file that imports httpx. httpx's client is left aside on purpose: it
would bring a cookie jar, proxies from the environment, unbounded decompression and
redirects that nobody checks. What is used is its transport interface, so the
transport below can be replaced without a change elsewhere.

An answer is read as it came over the wire, unpacked within a limit, and must be
complete. Every hop of a redirect passes the same checks as the first.

Touches: the network.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import ssl
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self, cast
from urllib.parse import unquote

import can_ada
import httpcore
import httpx

from aggregator.errors import FetchError
from aggregator.fetch import headers as said
from aggregator.fetch.addresses import allowed, why_host_refused, why_port_refused
from aggregator.fetch.challenge import challenge, is_page, why_turned_away
from aggregator.fetch.connecting import DEADLINE, Connections, Guard, Network, NoSuchName, Refused
from aggregator.fetch.headers import Headers
from aggregator.fetch.inflate import MAGIC, Damaged, Gunzip, TooLarge, gunzip
from aggregator.fetch.turns import Turns
from aggregator.parse.entry import Document

FEEDS = "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
PAGES = "text/html, application/xhtml+xml, */*;q=0.1"
MAX_BYTES = 10 * 1024 * 1024        # the largest real feed known to us is 2 MB; news sitemaps reach 9
DEADLINE_SECONDS = 30.0             # for a whole exchange, redirects included: time-outs for each read let a byte a second pass for ever
MAX_HOPS = 5                        # RFC 9110 sets no number; browsers take 20, feeds need 2
MAX_ADDRESS = 8192
CONCURRENCY = 32                    # exchanges at once; each may hold MAX_BYTES
CONNECTIONS = 256                   # kept for the next request to the same host; as many hosts are visited by turns, see poll/scheduler.py
REST = 16 * 1024                    # bytes of an error or a redirect that are read: they may say why, and the connection can be kept
REST_SECONDS = 2.0                  # for them, no longer: the status is what counts
KEEP_ALIVE = 15.0                   # seconds; longer than the usual pause, so that a host is asked over one connection
PERMANENT = frozenset({301, 308})
REPEATED = frozenset({307, 308})    # of the redirects, those that may take a POST along (RFC 9110, 15.4)
REDIRECTS = frozenset({301, 302, 303, 307, 308})
WHOLE = frozenset({200, 201, 202, 203, 204, 205})      # 206 and 226 are parts, which we never ask for
OURS = frozenset({"host", "connection", "accept-encoding", "content-length", "transfer-encoding", "if-none-match", "if-modified-since", "cookie2"})
UNPRINTABLE = re.compile(r"[^\x20-\x7e]+")


def user_agent(version: str, contact: str) -> str:
    """Who we say we are, on every request.

    >>> user_agent("1.0", "https://example.org/bot")
    'Communique/1.0 (+https://example.org/bot)'
    """
    named = UNPRINTABLE.sub("", contact).strip()
    return f"Communique/{version} (+{named})" if named else f"Communique/{version}"


class TurnedAway(FetchError):
    """The host let us know that it does not want programs like us: a challenge for browsers, or a block, whatever the status."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask for. The validators go to the address that sent them, the secret headers to the host they were configured for, and nowhere else."""

    url: str
    etag: str = ""
    last_modified: str = ""
    validators_of: str = ""                     # the address that sent the validators; "" means `url`
    headers: tuple[tuple[str, str], ...] = ()
    accept: str = FEEDS
    configured: str = ""                        # the operator's own address: its port may be visited and its host gets `headers`; "" means `url`
    proxy: str = ""
    head: int = 0                               # so many bytes are enough: a longer body is cut there; 0 wants the whole
    body: bytes = b""                           # makes it a POST of these bytes
    content_type: str = ""                      # of `body`


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer we can use: a document, or the word that the old one still stands."""

    url: str                                    # that answered, after redirects
    status: int
    document: Document | None                   # None: not modified
    etag: str = ""
    last_modified: str = ""
    fresh_for: timedelta | None = None          # what Cache-Control or Expires asked for
    moved_to: str = ""                          # where permanent redirects lead, before any temporary one
    wire_bytes: int = 0
    conditional: bool = False                   # whether the request that was answered carried a validator
    hub: str = ""                               # WebSub, from the Link header
    self_url: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """An address both parsers agree on."""

    url: str                                    # without user, password and fragment
    parsed: httpx.URL
    host: str
    port: int
    authorization: str = ""

    @property
    def shown(self) -> str:
        """For messages: a query may hold a secret."""
        return self.url.partition("?")[0]

    def same_origin(self, other: _Place) -> bool:
        upgraded = self.port == 443 and other.port == 80 and self.parsed.scheme == "https"
        return self.host == other.host and (upgraded or (self.port == other.port and self.parsed.scheme == other.parsed.scheme))


@dataclass(frozen=True, slots=True)
class _Hop:
    """One answer of a chain: `location` when it sends us on."""

    status: int
    headers: Headers
    body: bytes = b""
    wire_bytes: int = 0
    location: str = ""
    conditional: bool = False


class Fetcher:
    """Fetches documents. An async context manager; one for all sources, for as long as the program runs.

    `pause` lies between two requests to one host; at most `new_connections` a second
    are opened; hosts in `allow` ("host:port") are the operator's own and know neither.
    `clock` says the time of day, for Retry-After dates.
    """

    def __init__(
        self,
        user_agent: str,
        *,
        clock: Callable[[], datetime],
        allow: Collection[str] = (),
        pause: timedelta = timedelta(seconds=2),
        new_connections: float = 10,
        max_bytes: int = MAX_BYTES,
        deadline: float = DEADLINE_SECONDS,
        concurrency: int = CONCURRENCY,
        connections: int = CONNECTIONS,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        network: Network | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._user_agent, self._clock = user_agent, clock
        self._allow = frozenset(entry.lower() for entry in allow)
        self._max_bytes, self._deadline, self._kept = max_bytes, deadline, connections
        self._turns = Turns(pause=pause.total_seconds(), new_connections=new_connections, monotonic=monotonic, sleep=sleep)
        self._slots = asyncio.Semaphore(concurrency)
        self._network = network or Network()
        self._tls = tls or httpx.create_ssl_context(trust_env=False)
        self._transports: dict[str, _Transport] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        for transport in self._transports.values():
            await transport.aclose()
        self._transports.clear()
        self._network.close()

    def slow_down(self, host: str, pause: timedelta) -> None:
        """From now on at least `pause` lies between two requests to `host`: its robots.txt asks for it."""
        self._turns.slow_down(host, pause.total_seconds())

    def rest(self, host: str) -> timedelta:
        """How long `host` is still left in peace after the last request."""
        return timedelta(seconds=self._turns.rest(host))

    async def fetch(self, request: Request) -> Reply:
        """The document, or word that it has not changed.

        Raises FetchError when there is neither: no answer, an error status, too many
        bytes, a body that is cut or packed in a way we did not ask for, or an address
        that may not be visited.
        """
        place = _place(request.url)
        configured = place if request.configured in ("", request.url) else _place(request.configured)
        validators_of = place.url if request.validators_of in ("", request.url) else _place(request.validators_of).url
        moved_to, permanent, left = "", True, self._deadline
        for _ in range(MAX_HOPS + 1):
            hop, left = await self._hop(request, place, configured, validators_of, left)
            if not hop.location:
                return self._reply(place, hop, moved_to)
            if request.body and hop.status not in REPEATED:
                raise FetchError(place.shown, f"HTTP {hop.status}: sends a POST elsewhere", status=hop.status)
            place = _redirected(place, hop.location)
            permanent = permanent and hop.status in PERMANENT
            moved_to = place.url if permanent else moved_to
        raise FetchError(place.shown, f"more than {MAX_HOPS} redirects")

    async def _hop(self, request: Request, place: _Place, configured: _Place, validators_of: str, left: float) -> tuple[_Hop, float]:
        """One request in its turn, with `left` seconds for it; its answer, and the seconds that remain. Waiting for the turn is free."""
        free = allowed(place.host, place.port, self._allow)
        if refusal := why_port_refused(place.host, place.port, free or (place.host, place.port) == (configured.host, configured.port)):
            raise FetchError(place.shown, f"refused: {refusal}")
        if request.proxy and not free and (refusal := why_host_refused(place.host)):
            raise FetchError(place.shown, f"refused: {refusal}")
        conditional = bool(request.etag or request.last_modified) and validators_of == place.url
        sent = self._headers(request, place, configured if place.same_origin(configured) else None, conditional=conditional)
        turn = nullcontext() if free else self._turns.at(place.host)
        async with turn, self._slots, self._in_words(place), asyncio.timeout(left) as deadline:
            DEADLINE.set(deadline)
            method = "POST" if request.body else "GET"
            asked = httpx.Request(method, place.parsed, headers=sent, content=request.body or None)
            response = await self._transport(request.proxy).handle_async_request(asked)
            try:
                return await self._read(place, response, request, conditional), _remaining(deadline)
            finally:
                await response.aclose()

    async def _read(self, place: _Place, response: httpx.Response, request: Request, conditional: bool) -> _Hop:
        status, url = response.status_code, place.shown
        headers = said.lower(response.headers.raw)
        if status in REDIRECTS:
            location = said.only(headers, "location")
            await self._rest(response, headers)
            if not location:
                raise FetchError(url, f"HTTP {status} without an address to go to", status=status)
            return _Hop(status, headers, location=location)
        if status == 304 and conditional:
            _, wire_bytes = await self._body(response, ())
            return _Hop(status, headers, wire_bytes=wire_bytes, conditional=True)
        if status not in WHOLE:
            raise await self._refusal(place, response, status, headers)
        codings = said.codings(headers)
        if len(codings) > 1 or (codings and codings != ("gzip",)):
            raise FetchError(url, f"the body is packed as {UNPRINTABLE.sub('?', ', '.join(codings))[:60]}, which was not asked for", status=status)
        length = said.content_length(headers)
        if length is not None and length > self._max_bytes and not request.head:
            raise FetchError(url, f"the body is announced as {length} bytes, {self._max_bytes} are allowed", status=status)
        body, wire_bytes = await self._body(response, codings, request.head)
        if is_page(body) and (who := challenge(headers, body)):
            raise TurnedAway(url, f"HTTP {status}, but the page is a challenge for browsers by {who}", status=status)
        return _Hop(status, headers, body, wire_bytes, conditional=conditional)

    async def _refusal(self, place: _Place, response: httpx.Response, status: int, headers: Headers) -> FetchError:
        """An error answer as an error, with what its page lets us know."""
        wait = said.retry_after(headers, self._clock())
        if status == 304:
            return FetchError(place.shown, "HTTP 304 though the request set no condition", status=status)
        why = why_turned_away(status, headers, await self._rest(response, headers))
        kind = TurnedAway if why else FetchError
        return kind(place.shown, f"HTTP {status}: {why}" if why else f"HTTP {status}", status=status, retry_after=wait)

    async def _rest(self, response: httpx.Response, headers: Headers) -> bytes:
        """What follows a status that already says all, as far as it comes soon and is short."""
        if (said.content_length(headers) or 0) > REST:
            return b""
        codings, body, pieces = said.codings(headers), b"", cast(AsyncIterator[bytes], response.stream)
        try:
            async with asyncio.timeout(REST_SECONDS):
                async for piece in pieces:
                    body += piece
                    if len(body) > REST:
                        break
            return Gunzip(REST).feed(body) if codings == ("gzip",) else body
        except (TimeoutError, TooLarge, Damaged, httpx.TransportError):
            return body

    async def _body(self, response: httpx.Response, codings: tuple[str, ...], head: int = 0) -> tuple[bytes, int]:
        unpack = Gunzip(self._max_bytes) if codings else None
        parts: list[bytes] = []
        wire_bytes = length = 0
        async for piece in cast(AsyncIterator[bytes], response.stream):
            wire_bytes += len(piece)
            if wire_bytes > self._max_bytes:
                raise TooLarge
            parts.append(unpack.feed(piece) if unpack else piece)
            length += len(parts[-1])
            if head and length >= head:
                return b"".join(parts)[:head], wire_bytes
        body = b"".join(parts)
        if unpack is not None:
            if wire_bytes:
                unpack.finish()
        elif body.startswith(MAGIC):
            body = gunzip(body, self._max_bytes)    # a .gz file, as sitemaps are; one layer is taken off, never a second
        return body, wire_bytes

    def _headers(self, request: Request, place: _Place, trusted: _Place | None, *, conditional: bool) -> list[tuple[bytes, bytes]]:
        named = {"user-agent": self._user_agent, "accept": request.accept}
        if trusted is not None:
            if trusted.authorization:
                named["authorization"] = trusted.authorization
            named.update((name.lower(), value) for name, value in request.headers if name.lower() not in OURS)
        sent = [(b"host", place.parsed.netloc), (b"accept-encoding", b"gzip")]
        sent += [(name.encode("ascii"), value.encode("latin-1")) for name, value in named.items()]
        if request.body:
            sent.append((b"content-type", request.content_type.encode("ascii")))
        if conditional and request.etag:
            sent.append((b"if-none-match", request.etag.encode("latin-1")))
        if conditional and request.last_modified:
            sent.append((b"if-modified-since", request.last_modified.encode("latin-1")))
        return sent

    def _reply(self, place: _Place, hop: _Hop, moved_to: str) -> Reply:
        now = self._clock()
        document = None if hop.status == 304 else Document(place.url, hop.body, said.only(hop.headers, "content-type"), now)
        return Reply(
            url=place.url, status=hop.status, document=document,
            etag=said.validator(hop.headers, "etag"), last_modified=said.validator(hop.headers, "last-modified"),
            fresh_for=said.fresh_for(hop.headers, now), moved_to=moved_to, wire_bytes=hop.wire_bytes, conditional=hop.conditional,
            hub=_linked(place, hop.headers, "hub"), self_url=_linked(place, hop.headers, "self"),
        )

    def _transport(self, proxy: str) -> _Transport:
        found = self._transports.get(proxy)
        if found is None:
            found = self._transports[proxy] = _Transport(self._network, self._allow, self._turns, self._tls, self._kept, proxy)
        return found

    @asynccontextmanager
    async def _in_words(self, place: _Place) -> AsyncIterator[None]:
        """Turns whatever can go wrong in an exchange into a FetchError."""
        try:
            yield
        except TimeoutError as error:
            raise FetchError(place.shown, f"no answer in {self._deadline:g} s") from error
        except Refused as error:
            raise FetchError(place.shown, f"refused: {error}") from error
        except NoSuchName as error:
            raise FetchError(place.shown, str(error)) from error
        except TooLarge as error:
            raise FetchError(place.shown, f"the body is larger than {self._max_bytes} bytes") from error
        except Damaged as error:
            raise FetchError(place.shown, f"the gzip body is damaged: {error}") from error
        except httpx.TransportError as error:
            raise FetchError(place.shown, _why(error)) from error


class _Stream(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx():
            async for part in self._response.aiter_stream():
                yield part

    async def aclose(self) -> None:
        await self._response.aclose()


class _Transport(httpx.AsyncBaseTransport):
    """httpx's transport over httpcore's connections and our guard; httpx's own has no public place for a network backend."""

    def __init__(self, network: Network, allow: Collection[str], turns: Turns, tls: ssl.SSLContext, connections: int, proxy: str) -> None:
        # A proxy is the operator's word, so its own address may be private. Names are then resolved by the proxy, which has to guard itself.
        through = _place(proxy) if proxy else None
        trusted = frozenset({*allow, through.parsed.netloc.decode(), f"{through.host}:{through.port}"}) if through else allow
        guard = Guard(network, trusted, turns)
        self._connections: Connections | httpcore.AsyncConnectionPool = Connections(guard, tls, most=connections, keep_alive=KEEP_ALIVE)
        if through:
            self._connections = httpcore.AsyncConnectionPool(
                ssl_context=tls, max_connections=connections, keepalive_expiry=KEEP_ALIVE, network_backend=guard,
                proxy=httpcore.Proxy(through.url, headers=_proxy_headers(through)),
            )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path)
        with _as_httpx():
            response = await self._connections.handle_async_request(httpcore.Request(request.method, url, headers=request.headers.raw, content=request.read()))
        return httpx.Response(response.status, headers=response.headers, stream=_Stream(response), extensions=response.extensions)

    async def aclose(self) -> None:
        await self._connections.aclose()


@contextmanager
def _as_httpx() -> Iterator[None]:
    try:
        yield
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, httpcore.UnsupportedProtocol) as error:
        kind: type[httpx.TransportError] = getattr(httpx, type(error).__name__, httpx.TransportError)    # both libraries use the same names
        raise kind(str(error)) from error


def _place(url: str) -> _Place:
    """An http(s) address as the browsers' standard reads it, provided that the connector reads the same host. Raises FetchError."""
    try:
        return _read_place(url)
    except (ValueError, UnicodeError, httpx.InvalidURL) as error:
        raise FetchError(url.partition("?")[0][:200], "not a web address") from error


def _read_place(url: str) -> _Place:
    if len(url) > MAX_ADDRESS:
        raise ValueError
    address = can_ada.parse(url)
    if address.protocol not in ("http:", "https:") or not address.hostname:
        raise ValueError
    authorization = ""
    if address.username or address.password:
        login = f"{unquote(address.username)}:{unquote(address.password)}".encode()
        authorization = f"Basic {b64encode(login).decode()}"
        address.username = address.password = ""
    address.hash = ""
    parsed = httpx.URL(address.href)
    host = parsed.raw_host.decode("ascii")
    if host != address.hostname.strip("[]") or parsed.userinfo:
        raise ValueError
    return _Place(address.href, parsed, host.rstrip("."), parsed.port or (443 if parsed.scheme == "https" else 80), authorization)


def _redirected(place: _Place, location: str) -> _Place:
    """Where a Location header leads, without any user and password it brings along. Raises FetchError."""
    raw = location.encode("latin-1")
    try:
        written = raw.decode("utf-8")
    except UnicodeDecodeError:
        written = location
    try:
        return replace(_read_place((can_ada.parse(place.url) + written).href), authorization="")
    except (ValueError, UnicodeError, httpx.InvalidURL) as error:
        raise FetchError(place.shown, f"redirects to what is no web address: {UNPRINTABLE.sub('?', location)[:100]}") from error


def _linked(place: _Place, headers: Headers, relation: str) -> str:
    for target in said.links(headers, relation):
        try:
            return _redirected(place, target).url
        except FetchError:
            continue
    return ""


def _proxy_headers(proxy: _Place) -> list[tuple[bytes, bytes]]:
    return [(b"proxy-authorization", proxy.authorization.encode("latin-1"))] if proxy.authorization else []


def _remaining(deadline: asyncio.Timeout) -> float:
    return max((deadline.when() or 0.0) - asyncio.get_running_loop().time(), 0.0)


def _why(error: httpx.TransportError) -> str:
    """A failed exchange in the operator's words."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate is not valid: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"no secure connection: {cause.reason or cause}"
        if isinstance(cause, OSError) and cause.errno and cause.errno in errno.errorcode:
            return f"no connection: {os.strerror(cause.errno).lower()}"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ProtocolError):
        return f"the answer broke off or is not HTTP: {UNPRINTABLE.sub('?', str(error))[:150]}"
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return "no connection"
    return "the connection broke off"
