"""A scripted web server on loopback, a clock that is moved by hand, and a network whose names are made up.

`site` answers as it was told and remembers what it was asked. `network` resolves
only names it was given and leads every connection to `site`, whatever address was
dialled; so a test can speak to "a.example" at 93.184.216.34 without leaving the machine.

Touches: loopback.
"""

from __future__ import annotations

import asyncio
import gzip
import heapq
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpcore
import pytest
import pytest_asyncio

from aggregator.fetch.connecting import Network, NoSuchName


@dataclass(frozen=True)
class Asked:
    """One request as the server got it. `headers` by lower-case name; `raw` in order and byte for byte."""

    at: datetime
    method: str
    path: str
    headers: Mapping[str, str]
    raw: tuple[tuple[bytes, bytes], ...]
    version: str = "HTTP/1.1"
    body: bytes = b""

    @property
    def host(self) -> str:
        return self.headers.get("host", "")


@dataclass(frozen=True)
class Answer:
    """What the server does with one request."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0              # seconds before the first byte
    drip: float = 0.0               # seconds between single bytes of the body
    announce: int | None = None     # a Content-Length that is not that of the body; -1: none at all, the end of the connection ends the body
    cut: int | None = None          # bytes of the body after which the connection is closed
    raw: bytes | None = None        # sent as it stands in place of everything above
    endless: bytes = b""            # sent over and over after the body, until the client goes


Script = Answer | Callable[[Asked], Answer]


@dataclass
class Site:
    """A web server whose every answer is scripted by path, or by host and path."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    log: list[Asked] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _scripts: dict[str, list[Script]] = field(default_factory=dict)
    _asked: dict[str, int] = field(default_factory=dict)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def authority(self) -> str:
        """What to put into `poll.allow`."""
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.authority}{path}"

    def on(self, path: str, body: bytes | str = b"", *, status: int = 200, headers: Mapping[str, str] | None = None, **how: object) -> None:
        """The next answer at `path` ("/feed", or "a.example/feed"); the last one given repeats."""
        data = body.encode() if isinstance(body, str) else body
        self._scripts.setdefault(path, []).append(Answer(status, data, tuple((headers or {}).items()), **how))  # type: ignore[arg-type]

    def answer(self, status: int = 200, body: bytes = b"", **headers: str) -> Answer:
        """An answer for a script to give."""
        return Answer(status, body, tuple(headers.items()))

    def when(self, path: str, script: Callable[[Asked], Answer]) -> None:
        """Every answer at `path` is what `script` makes of the request."""
        self._scripts[path] = [script]

    def feed(
        self, path: str, body: bytes | str, *, etag: str = "", last_modified: str = "", headers: Mapping[str, str] | None = None, packed: bool = False,
    ) -> None:
        """A well-behaved feed from now on: 304 to whoever has it already."""
        data = body.encode() if isinstance(body, str) else body
        sent = dict(headers or {})
        sent |= {"ETag": etag} if etag else {}
        sent |= {"Last-Modified": last_modified} if last_modified else {}
        coding = {"Content-Encoding": "gzip"} if packed else {}
        whole = Answer(200, gzip.compress(data, mtime=0) if packed else data, tuple((sent | coding).items()))

        def answer(asked: Asked) -> Answer:
            has = (etag and asked.headers.get("if-none-match") == etag) or (
                not asked.headers.get("if-none-match") and last_modified and asked.headers.get("if-modified-since") == last_modified)
            return Answer(304, headers=tuple(sent.items())) if has else whole

        self.when(path, answer)

    @property
    def open(self) -> int:
        """Connections that are open now."""
        return len(self._tasks)

    def asked(self, path: str) -> list[Asked]:
        """The requests for `path`, in order."""
        return [one for one in self.log if path in (one.path, one.host + one.path)]

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._serve(reader, writer):
                    pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head[:-4].split(b"\r\n")
        method, target, version = first.decode("latin-1").split(" ", 2)
        pairs = tuple((name, value.strip()) for name, _, value in (line.partition(b":") for line in lines))
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        asked = Asked(self.now(), method, target, headers, pairs, version, body)
        self.log.append(asked)
        answer = self._next(asked)
        if answer.delay:
            await asyncio.sleep(answer.delay)
        return await _send(writer, answer)

    def _next(self, asked: Asked) -> Answer:
        bare = asked.path.partition("?")[0]
        host = asked.host.partition(":")[0]
        key = next((key for key in (host + asked.path, host + bare, asked.path, bare) if key in self._scripts), "")
        if not key:
            return Answer(404)
        scripts = self._scripts[key]
        turn = self._asked.get(key, 0)
        self._asked[key] = turn + 1
        script = scripts[min(turn, len(scripts) - 1)]
        return script if isinstance(script, Answer) else script(asked)


async def _send(writer: asyncio.StreamWriter, answer: Answer) -> bool:
    """Send `answer`; whether the connection may be used again."""
    if answer.raw is not None:
        writer.write(answer.raw)
    else:
        length = len(answer.body) if answer.announce is None else answer.announce
        lines = [f"HTTP/1.1 {answer.status} Scripted", *(f"{name}: {value}" for name, value in answer.headers)]
        if answer.status not in (204, 304) and length >= 0:
            lines.append(f"Content-Length: {length}")
        elif length < 0:
            lines.append("Connection: close")
        writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n")
        body = answer.body if answer.cut is None else answer.body[:answer.cut]
        if answer.drip:
            for position in range(len(body)):
                writer.write(body[position:position + 1])
                await writer.drain()
                await asyncio.sleep(answer.drip)
        else:
            writer.write(body)
    while answer.endless:
        writer.write(answer.endless)
        await writer.drain()
        await asyncio.sleep(0)
    await writer.drain()
    return answer.raw is None and answer.cut is None and answer.announce is None


@dataclass
class Clock:
    """A time of day and a monotonic clock that move only when told, or when something sleeps on them."""

    moment: datetime = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
    ticks: float = 1000.0
    _sleepers: list[tuple[float, int]] = field(default_factory=list)
    _slept: int = 0

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.ticks

    def advance(self, by: timedelta) -> None:
        self.moment += by
        self.ticks += by.total_seconds()

    async def sleep(self, seconds: float) -> None:
        """Returns at once, `seconds` later; of several sleepers the one that is to wake first wakes first."""
        until = self.ticks + seconds
        self._slept += 1
        me = (until, self._slept)
        heapq.heappush(self._sleepers, me)
        try:
            await asyncio.sleep(0)
            while self._sleepers[0] != me:
                await asyncio.sleep(0)
            self.advance(timedelta(seconds=max(until - self.ticks, 0.0)))
        finally:
            self._sleepers.remove(me)
            heapq.heapify(self._sleepers)


class MadeUpNetwork(Network):
    """Knows the names it was told; every connection ends at the site."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.site = site
        self.names: dict[str, list[tuple[str, ...]]] = {}
        self.dialled: list[tuple[str, int]] = []
        self.dialled_at: list[datetime] = []
        self.dead: set[str] = set()

    def name(self, host: str, *addresses: str) -> None:
        """`host` resolves to these from now on; given again, the answers follow one another and the last repeats."""
        self.names.setdefault(host, []).append(addresses)

    async def resolve(self, host: str, port: int) -> tuple[str, ...]:
        if host not in self.names:
            raise NoSuchName(f"the name {host} does not resolve")
        answers = self.names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def connect(self, address: str, port: int, timeout: float | None) -> httpcore.AsyncNetworkStream:
        self.dialled.append((address, port))
        self.dialled_at.append(self.site.now())
        if address in self.dead:
            raise httpcore.ConnectError("dead")
        return await super().connect("127.0.0.1", self.site.port, timeout)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def site(clock: Clock) -> AsyncIterator[Site]:
    """The scripted server; its log is stamped by `clock`."""
    served = Site(now=clock.now)
    await served.start()
    yield served
    await served.stop()


@pytest.fixture
def network(site: Site) -> MadeUpNetwork:
    return MadeUpNetwork(site)
