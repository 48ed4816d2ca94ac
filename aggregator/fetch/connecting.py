"""Connections to checked addresses only.

A name is resolved once, its addresses are checked, and a checked address is what
gets dialled, so a name that changes between look-up and connection gains nothing.
Every connection of this room is opened here, redirects and proxies included.

Touches: the network.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from asyncio import Timeout
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from functools import partial
from ipaddress import ip_address
from typing import Any

import httpcore

from aggregator.fetch.addresses import allowed, authority, why_not_public
from aggregator.fetch.turns import Turns

Origin = tuple[bytes, bytes, int]

DIAL = 5.0                      # seconds for one address of several; a dead IPv6 address must leave time for IPv4
LOOK_UPS = 16                   # threads for the resolver, so that names that hang do not hold up the others

# The deadline of the exchange a connection is opened for: time spent queueing for a connection is not the server's.
DEADLINE: ContextVar[Timeout | None] = ContextVar("DEADLINE", default=None)


class Refused(Exception):
    """An address we do not visit; says which and why."""


class NoSuchName(Exception):
    """A name that does not resolve; says which."""


class Network:
    """The real network: the system's resolver and its sockets."""

    def __init__(self) -> None:
        self._resolver = ThreadPoolExecutor(LOOK_UPS, "resolver")
        self._sockets = httpcore.AnyIOBackend()

    async def resolve(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses of `host`, best first."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._resolver, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise NoSuchName(f"the name {host} does not resolve ({reason})") from error
        return tuple(dict.fromkeys(str(address[0]) for *_, address in found))

    async def connect(self, address: str, port: int, timeout: float | None) -> httpcore.AsyncNetworkStream:
        """A connection to this very address."""
        return await self._sockets.connect_tcp(address, port, timeout=timeout)

    def close(self) -> None:
        self._resolver.shutdown(wait=False, cancel_futures=True)


class Guard(httpcore.AsyncNetworkBackend):
    """Dials public addresses, and those the operator allows by exact "host:port"."""

    def __init__(self, network: Network, allow: Collection[str], turns: Turns) -> None:
        self._network, self._allow, self._turns = network, allow, turns

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None, socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        free = allowed(host, port, self._allow)
        addresses = await self._addresses(host, port)
        if not free:
            addresses = _public(host, port, addresses)
            await self._queue()
        for address in addresses[:-1]:
            try:
                return await self._network.connect(address, port, DIAL)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect(addresses[-1], port, timeout)

    async def connect_unix_socket(self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None) -> httpcore.AsyncNetworkStream:
        raise Refused("a socket of this machine is not a source")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _addresses(self, host: str, port: int) -> tuple[str, ...]:
        literal = host.strip("[]")
        try:
            return (str(ip_address(literal)),)
        except ValueError:
            addresses = await self._network.resolve(host, port)
        if not addresses:
            raise NoSuchName(f"the name {host} has no address")
        return addresses

    async def _queue(self) -> None:
        """Waits until a connection may be opened, with the deadline held meanwhile."""
        deadline, now = DEADLINE.get(), asyncio.get_running_loop().time
        when = deadline.when() if deadline else None
        if deadline is None or when is None:
            await self._turns.connection()
            return
        left = when - now()
        deadline.reschedule(None)
        await self._turns.connection()
        deadline.reschedule(now() + left)


class Connections:
    """Connections kept for the next request to the same origin.

    httpcore's own pool looks at every connection for every request. Here a host is
    asked one thing at a time, so a look-up is enough.
    """

    def __init__(self, guard: Guard, tls: ssl.SSLContext, *, most: int, keep_alive: float) -> None:
        self._guard, self._tls, self._most, self._keep_alive = guard, tls, most, keep_alive
        self._kept: OrderedDict[Origin, list[tuple[float, httpcore.AsyncHTTPConnection]]] = OrderedDict()     # since when; the origin used last at the end
        self._count = 0

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """As httpcore's pool does: the answer's head; closing the answer frees the connection."""
        connection = await self._connection(request.url.origin)
        response = await connection.handle_async_request(request)
        body = _Body(response, partial(self._keep, request.url.origin, connection))
        return httpcore.Response(response.status, headers=response.headers, content=body, extensions=response.extensions)

    async def aclose(self) -> None:
        while self._kept:
            await self._close_oldest()

    async def _connection(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        while _key(origin) in self._kept:
            since, connection = self._pop(_key(origin), -1)
            if not self._is_old(since) and not connection.has_expired():        # the latter looks at the socket: the server may have closed it
                return connection
            await connection.aclose()
        return httpcore.AsyncHTTPConnection(origin, ssl_context=self._tls, keepalive_expiry=self._keep_alive, network_backend=self._guard)

    async def _keep(self, origin: httpcore.Origin, connection: httpcore.AsyncHTTPConnection) -> None:
        if not connection.is_available():
            await connection.aclose()
            return
        self._kept.setdefault(_key(origin), []).append((asyncio.get_running_loop().time(), connection))
        self._kept.move_to_end(_key(origin))
        self._count += 1
        while self._count > self._most or (self._kept and self._is_old(next(iter(self._kept.values()))[0][0])):
            await self._close_oldest()

    async def _close_oldest(self) -> None:
        _, connection = self._pop(next(iter(self._kept)), 0)
        await connection.aclose()

    def _is_old(self, since: float) -> bool:
        return asyncio.get_running_loop().time() - since > self._keep_alive

    def _pop(self, key: Origin, position: int) -> tuple[float, httpcore.AsyncHTTPConnection]:
        kept = self._kept[key].pop(position)
        self._count -= 1
        if not self._kept[key]:
            del self._kept[key]
        return kept


class _Body:
    """A body that frees its connection when it is closed."""

    def __init__(self, response: httpcore.Response, free: Callable[[], Awaitable[None]]) -> None:
        self._response, self._free = response, free

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._response.aiter_stream()

    async def aclose(self) -> None:
        await self._response.aclose()
        await self._free()


def _key(origin: httpcore.Origin) -> Origin:
    return origin.scheme, origin.host, origin.port


def _public(host: str, port: int, addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `addresses` that may be visited; a name with none is refused with the reason."""
    whys = [why_not_public(address) for address in addresses]
    if all(whys):
        shown = addresses[0] if addresses[0] == host.strip("[]") else f"{host} is {addresses[0]}, which"
        raise Refused(f"{shown} is {whys[0]}; add \"{authority(host, port)}\" to poll.allow if it is yours")
    return tuple(address for address, why in zip(addresses, whys, strict=True) if not why)
