"""The published files over HTTP, byte for byte as they lie on disk.

Any web server can do this; here it is done with the right media types,
validators for each coding, and nothing outside the directory in reach.

Touches: the publish directory, which it reads, and the socket it listens on.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
from collections import OrderedDict
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from feeds.answers import Held, answered, headers_of, held, plain
from feeds.asking import Asking
from feeds.connections import Guarded
from feeds.ended import Ended, heir_of
from feeds.errors import FeedsError
from feeds.metrics import MEDIA_TYPE as PROMETHEUS

MEDIA_TYPES = {
    "atom": "application/atom+xml; charset=utf-8", "html": "text/html; charset=utf-8", "opml": "text/x-opml; charset=utf-8", "css": "text/css; charset=utf-8",
    "json": "application/feed+json; charset=utf-8", "ics": "text/calendar; charset=utf-8", "rss": "application/rss+xml; charset=utf-8",
}
PLAIN_JSON = {"/retired.json", "/manifest.json"}  # JSON that is no feed
FOR_OTHER_SITES = frozenset({"atom", "json", "rss", "ics", "opml"})             # what a page of another site may read (CORS)

LARGEST_FILE = 16 * 1024 * 1024
CACHE_BYTES = 32 * 1024 * 1024                  # of files and their gzip forms held in memory
SHUTDOWN_SECONDS = 5

_PATH = re.compile(r"/(?:[a-z0-9][a-z0-9-]{0,79}/){0,3}[a-z0-9][a-z0-9-]{0,79}\.[a-z]{1,8}\Z")


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it was read, and what it was known by then."""

    known_by: tuple[int, int, int]              # mtime in ns, size, inode: a file replaced whole has another
    held: Held

    @property
    def size(self) -> int:
        """The bytes it takes in memory."""
        return len(self.held.body) + len(self.held.gzipped)


class _Folder:
    """The publish directory, with the files lately asked for in memory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._files: OrderedDict[str, _File] = OrderedDict()
        self._held = 0

    def file(self, path: str) -> _File | None:
        """The file at a path that _PATH allows; None when there is none."""
        try:
            descriptor = self._open(path)
        except OSError:
            return None
        try:
            found = os.fstat(descriptor)
            if not S_ISREG(found.st_mode) or found.st_size > LARGEST_FILE:
                return None
            known_by = (found.st_mtime_ns, found.st_size, found.st_ino)
            cached = self._files.get(path)
            if cached and cached.known_by == known_by:
                self._files.move_to_end(path)
                return cached
            with open(descriptor, "rb", closefd=False) as opened:
                body = opened.read(LARGEST_FILE + 1)
        finally:
            os.close(descriptor)
        read = _File(known_by, held(body, datetime.fromtimestamp(found.st_mtime, UTC)))
        self._hold(path, read)
        return read

    def _open(self, path: str) -> int:
        """Opens without following a link, neither of the file nor of its folders."""
        *folders, file = path.split("/")
        held = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for folder in folders:
                inner = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=held)
                os.close(held)
                held = inner
            return os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=held)
        finally:
            os.close(held)

    def _hold(self, path: str, read: _File) -> None:
        if old := self._files.pop(path, None):
            self._held -= old.size
        self._files[path] = read
        self._held += read.size
        while self._held > CACHE_BYTES and len(self._files) > 1:
            _, old = self._files.popitem(last=False)
            self._held -= old.size


class _Published:
    """Answers GET and HEAD for every published file."""

    def __init__(self, directory: Path, max_age: int, hub: str, base_url: str, clock: Callable[[], datetime] | None) -> None:
        self._folder, self._clock = _Folder(directory), clock
        self._ended = Ended()
        self._max_age, self._hub, self._base_url = max_age, hub, base_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(Request(scope))
        if scope["method"] == "HEAD":
            answer.body = b""                   # the length of what GET would send stays in the headers
        await answer(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return plain("Only GET and HEAD.", 405, {"Allow": "GET, HEAD"})
        path = "/index.html" if request.scope["path"] == "/" else request.scope["path"]
        if request.scope.get("raw_path", path.encode()).find(b"%") >= 0 or not _PATH.match(path):
            return plain("There is nothing here.", 404)     # no published name needs an escape
        ending = path.rpartition(".")[2]
        now = self._clock() if self._clock else None
        listed = self._folder.file("retired.json")
        self._ended = self._ended.read_again(listed.held.digest, listed.held.body) if listed else Ended()
        fate = self._ended.fate(path[1:], now)
        if fate == "gone":
            return plain("This feed has ended.", 410, {"Cache-Control": f"public, max-age={self._max_age}"})
        if fate != "stands":
            return self._elsewhere(fate)
        file = self._folder.file(path[1:]) if ending in MEDIA_TYPES else None
        if not file:
            return plain("There is nothing here.", 404)
        if path.startswith("/meeting/") and (heir := heir_of(file.held.body)):
            return self._elsewhere(heir)
        what = file.held
        if now and what.modified and what.modified > now:
            what = replace(what, modified=now)  # a clock was set back; nothing was changed after its answer (RFC 9110, 8.8.2.1)
        return answered(request.headers, what, self._headers(path, ending))

    def _elsewhere(self, location: str) -> Response:
        """Leads on for good; `location` is relative, so it is right behind any proxy and never leads to another host."""
        return plain("It is there now.", 308, {"Location": location, "Cache-Control": f"public, max-age={self._max_age}"})

    def _headers(self, path: str, ending: str) -> dict[str, str]:
        media_type = "application/json" if path in PLAIN_JSON else MEDIA_TYPES[ending]
        headers = headers_of(media_type, self._max_age, is_shared=ending in FOR_OTHER_SITES)
        if ending == "atom" and self._hub:
            headers["Link"] = f'<{self._hub}>; rel="hub", <{self._base_url}{path[1:]}>; rel="self"'
        return headers


HERE = {"127.0.0.1", "::1"}
FORWARDED = {"forwarded", "x-forwarded-for", "x-real-ip", "via"}


def application(
    directory: Path, *, max_age: int = 300, hub: str = "", base_url: str = "", numbers: Callable[[], bytes] | None = None,
    clock: Callable[[], datetime] | None = None, asking: Asking | None = None,
) -> Starlette:
    """An application that serves the files published in `directory`, and nothing else.

    `max_age` is in seconds: how long a cache may keep a file without asking.
    With a hub, feeds name it and their own address in Link headers (WebSub).
    `numbers` gives what /metrics answers, to programs on this machine alone.
    `asking` answers /search and /api. By the `clock` a feed that ended is gone when its time is over, and no file is younger than its answer.
    """
    published = Route("/{path:path}", _Published(directory, max_age, hub, base_url, clock))
    return Starlette(routes=[
        *([Route("/metrics", _numbers(numbers), methods=["GET"])] if numbers else []), *(asking.routes(max_age) if asking else []), published,
    ])


def _numbers(numbers: Callable[[], bytes]) -> Callable[[Request], Response]:
    """What /metrics answers. A request that a proxy on this machine hands on comes from elsewhere."""

    def answer(request: Request) -> Response:
        here = request.client is not None and request.client.host in HERE and not FORWARDED & set(request.headers.keys())
        return Response(numbers(), media_type=PROMETHEUS) if here else plain("There is nothing here.", 404)

    return answer


async def serve(served: Starlette, listen: str, stop: asyncio.Event | None = None, *, listening: Callable[[], None] = lambda: None) -> None:
    """Serves on `listen` ("127.0.0.1:8080") until `stop` is set, then lets open answers end.

    `listening` is called once connections are accepted. Without `stop` it ends on SIGINT or SIGTERM; with it, signals are left to the
    caller. Raises FeedsError when the address cannot be listened on.
    """
    host, port = _listened(listen)
    config = uvicorn.Config(
        served, host=host, port=port, http=Guarded, access_log=False, log_config=None, lifespan="off", proxy_headers=False, server_header=False, ws="none",
        timeout_keep_alive=15, timeout_graceful_shutdown=SHUTDOWN_SECONDS, h11_max_incomplete_event_size=16_384,
    )
    bound = _bind(config, listen)
    server = (_Embedded if stop else _Server)(config, listening)
    try:
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        if stop:
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            server.should_exit = True
        await serving
    except asyncio.CancelledError:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await serving
        raise
    finally:
        bound.close()


class _Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._listening()


class _Embedded(_Server):
    """A server that leaves signals to whoever runs it."""

    def capture_signals(self) -> Any:
        return nullcontext()


def _bind(config: uvicorn.Config, listen: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((config.host, config.port))
    except OSError as error:
        bound.close()
        raise FeedsError(f"server.listen {listen!r}", error.strerror or str(error), "choose another port, or stop the program that has it") from error
    bound.setblocking(False)
    return bound


def _listened(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise FeedsError(f"server.listen {listen!r}", "not an address and a port", 'write one like "127.0.0.1:8080"')
    return host.strip("[]"), int(port)
