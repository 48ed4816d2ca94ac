"""What is lost, doubled or left half when a round is killed, or a write fails, at any point of it.

    python -m benchmarks.faults                     every point on SQLite: kill -9, then ENOSPC and EIO
    python -m benchmarks.faults --postgresql        the same on the server at COMMUNIQUE_TEST_POSTGRESQL
    python -m benchmarks.faults --every 10          each tenth point

A round takes in what eight sources have changed, and publishes. Each run of it starts from the
same store and directory, in a process of its own that strace kills at (or makes fail) the n-th
system call that writes; n goes from 1 until a run is left alone. Then a second round runs
undisturbed, and store and files must be what they are after an undisturbed first one. At the
moment of the fault every published file must be the old one or the new one, whole.

Touches: temporary folders, loopback, databases of its own on the server; needs strace.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

from aggregator.commands.rounds import new_intake
from aggregator.config import Config, Polling, read_config
from aggregator.fetch.fetcher import Fetcher
from aggregator.parse.entry import Document, Entry, Parsed
from aggregator.parse.reader import read_article, read_document
from aggregator.poll.scheduler import run_round
from feeds.errors import FeedsError
from feeds.publisher import Publishing, publish
from storage.database import StorageError
from storage.model import Source
from storage.store import open_store

SERVER = os.environ.get("COMMUNIQUE_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
WRITES = "write,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2,ftruncate,unlink,unlinkat,mkdir,mkdirat"
SENDS = "sendto,write,fsync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat"     # where the database is a server, what is sent to it
FIRST = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
SECOND = FIRST + timedelta(hours=2)
TABLES = ("items", "entries", "item_words", "reports", "coverage", "meetings", "meeting_labels", "minted", "editions", "entered", "notices", "publications")

Phase = Literal["fetch", "publish"]
PHASES: tuple[Phase, ...] = ("fetch", "publish")           # on threads of their own in a round, so each has its own points
Fault = Literal["kill", "ENOSPC", "EIO", "EDQUOT"]


@dataclass(frozen=True, slots=True)
class Point:
    """Where a round is disturbed. `lasting`: every later write fails too, as on a disk that stays full."""

    phase: Phase
    fault: Fault
    nth: int
    lasting: bool = False

    def __str__(self) -> str:
        return f"{self.fault} at write {self.nth}{'+' if self.lasting else ''} of {self.phase}"


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of a disturbed run."""

    struck: bool                        # whether the fault was met at all
    wrong: tuple[str, ...]              # what was lost, doubled or half; () when all is well


@dataclass(slots=True)
class Bench:
    """A store and a directory as they are before the round, the sources on loopback, and what the round must come to."""

    folder: Path
    server: str = ""                    # "" is SQLite
    sources: int = 8
    expected: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    newsroom: Newsroom = field(init=False)
    _base: str = ""                     # the database that every run starts from a copy of

    def __post_init__(self) -> None:
        self.newsroom = Newsroom(self.sources)
        one_round(f"sqlite:{self.folder / 'warm.db'}", self.newsroom, self.folder / "warm", PHASES, FIRST)      # what is read once is read before the forks
        base = self.folder / "base"
        base.mkdir()
        self._base = self._made() if self.server else ""
        self._run(base, self._url(base, self._base), PHASES, FIRST)
        self.before = hashes(base / "public")
        self.newsroom.edition = 2
        with self._copy() as (calm, url):
            for _ in range(2):
                self._run(calm, url, PHASES, SECOND)
                self.after = self.after or hashes(calm / "public")
            self.expected = self._signature(calm, url)

    def close(self) -> None:
        self.newsroom.close()
        if self._base:
            self._drop(self._base)

    def strike(self, point: Point) -> Seen:
        """One disturbed round from the beginning, and an undisturbed one after it."""
        with self._copy() as (folder, url):
            if point.phase == "publish":
                self._run(folder, url, ("fetch",), SECOND)
            ended = self._run(folder, url, (point.phase,), SECOND, point)
            struck = ended != 0
            wrong = [f"an unexpected error: exit {ended}"] if ended not in (0, REPORTED, -signal.SIGKILL) else []
            for path, digest in hashes(folder / "public").items():
                temporary = path.rpartition("/")[2].startswith(".")
                # Where a file could not be written, the list of all says what stands in its place.
                allowed = path in LISTS and point.fault != "kill" and lists_what_stands(folder / "public")
                if not temporary and not allowed and digest not in (self.before.get(path), self.after.get(path)):
                    wrong.append(f"{path} is neither the old nor the new one")
            wrong += [f"{path} is gone" for path in self.before if path in self.after and not (folder / "public" / path).is_file()]
            if (again := self._run(folder, url, PHASES, SECOND)) != 0:
                wrong.append(f"the next round failed: exit {again}")
            found = self._signature(folder, url)
            wrong += [f"{name} differs" for name in sorted(self.expected.keys() | found.keys()) if self.expected.get(name) != found.get(name)]
        return Seen(struck, tuple(wrong))

    def _url(self, folder: Path, database: str) -> str:
        return f"{self.server.rpartition('/')[0]}/{database}" if self.server else f"sqlite:{folder / 'store.db'}"

    @contextmanager
    def _copy(self) -> Iterator[tuple[Path, str]]:
        """The beginning once more."""
        folder = self.folder / uuid.uuid4().hex
        shutil.copytree(self.folder / "base", folder)
        database = self._made(self._base) if self.server else ""
        try:
            yield folder, self._url(folder, database)
        finally:
            shutil.rmtree(folder)
            if database:
                self._drop(database)

    def _made(self, template: str = "template1") -> str:
        name = f"faults_{uuid.uuid4().hex[:12]}"
        self._ask_server(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _drop(self, database: str) -> None:
        self._ask_server(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def _ask_server(self, statement: str) -> None:
        import psycopg  # an optional dependency: the extra "cluster"

        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _run(self, folder: Path, url: str, phases: tuple[Phase, ...], now: datetime, point: Point | None = None) -> int:
        """A round in a process of its own; how it ended."""
        child = os.fork()
        if child == 0:
            code = 70
            try:
                if point:
                    os.kill(os.getpid(), signal.SIGSTOP)        # until strace holds it
                code = one_round(url, self.newsroom, folder / "public", phases, now)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        tracer = self._attached(child, point) if point else None
        _, status = os.waitpid(child, 0)
        if tracer:
            tracer.wait(timeout=60)
        return os.waitstatus_to_exitcode(status)

    def _attached(self, child: int, point: Point) -> subprocess.Popen[bytes]:
        os.waitpid(child, os.WUNTRACED)
        calls = SENDS if self.server and point.phase == "fetch" else WRITES
        how = "signal=SIGKILL" if point.fault == "kill" else f"error={point.fault}"
        inject = f"inject={calls}:{how}:when={point.nth}{'+' if point.lasting else ''}"
        tracer = subprocess.Popen(
            ["strace", "-f", "-p", str(child), "-o", "/dev/null", "-e", f"trace={calls}", "-e", inject], stderr=subprocess.PIPE)
        assert tracer.stderr is not None
        if b"attached" not in (said := tracer.stderr.readline()):
            raise RuntimeError(f"strace: {said.decode(errors='replace').strip()}")
        threading.Thread(target=tracer.stderr.read, daemon=True).start()
        os.kill(child, signal.SIGCONT)
        return tracer

    def _signature(self, folder: Path, url: str) -> dict[str, str]:
        """A digest of every table and file that is to be the same whatever happened."""
        found = {f"public/{path}": digest for path, digest in hashes(folder / "public").items()}
        with open_store(url) as store:
            for table in TABLES:
                rows = sorted(map(repr, store._database.query(f"SELECT * FROM {table}")))
                found[f"table {table}"] = f"{len(rows)} rows {digest_of(chr(10).join(rows).encode())}"
        return found


LISTS = ("manifest.json", "manifest.json.gz")
REPORTED = 1        # how a round ends that met a fault and said so


def one_round(url: str, newsroom: Newsroom, directory: Path, phases: tuple[Phase, ...], now: datetime) -> int:
    """What `communique fetch --all` does, or one half of it; 1 when something failed and was told."""
    config = newsroom.config(directory)
    try:
        with open_store(url) as store, store.claimed():
            failed: tuple[object, ...] = ()
            if "fetch" in phases:
                store.sources.configure(config.sources, now)
                failed += asyncio.run(_fetched(config, store_round=lambda fetcher: run_round(
                    store, fetcher, InProcess(), new_intake(store, config), polling=config.poll, clock=lambda: now, everything=True), now=now))
            if "publish" in phases:
                publishing = Publishing("Faults", "https://news.example/", directory, topics=config.topics)
                failed += publish(store, publishing, now=now).failed
        return REPORTED if failed else 0
    except (StorageError, FeedsError):
        return REPORTED


async def _fetched(config: Config, *, store_round: Callable[[Fetcher], object], now: datetime) -> tuple[object, ...]:
    async with Fetcher("Communique/0 (faults)", clock=lambda: now, allow=config.poll.allow) as fetcher:
        done = await store_round(fetcher)       # type: ignore[misc]
        return (*done.failed, *done.decided.failed)


class InProcess:
    """The parsers without their processes."""

    cpu_spent = 0.0

    async def parse(self, document: Document, source: Source, *, now: datetime) -> Parsed:
        return read_document(document, source, now=now)

    async def article(self, document: Document, source: Source, *, now: datetime) -> Entry:
        return read_article(document, source, now=now)


class Newsroom:
    """Sources on loopback; in their second edition each has one entry more, and one told anew."""

    def __init__(self, sources: int) -> None:
        self.sources, self.edition = sources, 1
        newsroom = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = newsroom.feed(int(self.path.strip("/") or 0)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml")
                self.send_header("ETag", f'"{newsroom.edition}"')
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def handle(self) -> None:
                with suppress(ConnectionError):     # a client that was killed
                    super().handle()

            def log_message(self, *about: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def feed(self, number: int) -> str:
        pairs = (("Fiji", "Suva", "Pio Ravu"), ("Kenya", "Nairobi", "Ann Kibet"), ("Viet Nam", "Hanoi", "Le Van Bay"), ("France", "Paris", "Luc Petit"))
        entries = []
        for turn in range(2 + self.edition):
            country, town, name = pairs[(number // 2 + turn) % len(pairs)]
            told = " They signed an agreement on police training." if self.edition == 2 and turn == 0 else ""
            entries.append(
                f"<item><guid>urn:{number}:{turn}</guid><link>https://s{number}.example/{turn}</link>"
                f"<title>Australian Minister of Home Affairs Joan Field meets {country} Minister of Interior {name} in {town}</title>"
                f"<description>Minister Joan Field of Australia held talks with {name} of {country} in {town} on {turn + 1} March 2026 on border management "
                f"and drug trafficking.{told}</description><pubDate>Wed, 04 Mar 2026 0{turn}:00:00 GMT</pubDate></item>"
            )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>S{number}</title>{"".join(entries)}</channel></rss>'

    def config(self, directory: Path) -> Config:
        """What would be in config.toml."""
        authority = f"127.0.0.1:{self._server.server_address[1]}"
        plain = read_config("", directory / "config.toml", {})
        sources = tuple(
            Source(f"s{number}", f"http://{authority}/{number}", f"S{number}", language="en", country="AU", family=f"s{number}")
            for number in range(self.sources)
        )
        return replace(plain, sources=sources, poll=Polling(allow=frozenset({authority})))


def in_memory() -> str | None:
    """A folder whose disk is memory, where there is one: the faults are the same there, and fsync takes no time."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def hashes(folder: Path) -> dict[str, str]:
    """A digest of every file in a folder, by its path there."""
    return {str(path.relative_to(folder)): digest_of(path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()}


def lists_what_stands(folder: Path) -> bool:
    """Whether the manifest is whole, and the same packed and plain."""
    plain, packed = (folder / name for name in LISTS)
    try:
        return bool(json.loads(plain.read_bytes())["feeds"]) and gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    except (OSError, ValueError, EOFError):
        return False


def digest_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def points(bench: Bench, phase: Phase, fault: Fault, *, every: int = 1, lasting: bool = False, first: int = 1) -> Iterator[tuple[Point, Seen]]:
    """Strikes each point of a phase, or each `every`-th, until a run is left alone."""
    nth = first
    while True:
        point = Point(phase, fault, nth, lasting)
        seen = bench.strike(point)
        if not seen.struck:
            return
        yield point, seen
        nth += every


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--postgresql", action="store_true")
    ask.add_argument("--every", type=int, default=1)
    ask.add_argument("--faults", default="kill,ENOSPC,EIO")
    ask.add_argument("--phases", default=",".join(PHASES))
    ask.add_argument("--seconds", type=float, default=float("inf"), help="end after so long, and say how far it came")
    given = ask.parse_args()
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        bench = Bench(Path(folder), SERVER if given.postgresql else "")
        bad, count, began = 0, Counter[str](), time.monotonic()
        try:
            for fault in given.faults.split(","):
                for phase in (phase for phase in PHASES if phase in given.phases.split(",")):
                    for lasting in (False, True) if fault == "ENOSPC" else (False,):
                        for point, seen in points(bench, phase, fault, every=given.every, lasting=lasting):
                            count[f"{fault}{' from then on' if lasting else ''} in {phase}"] += 1
                            if seen.wrong:
                                bad += 1
                                print(f"{point}: {'; '.join(seen.wrong)}", flush=True)
                            if time.monotonic() - began > given.seconds:
                                print(f"time is up at {point}", flush=True)
                                return finish(count, bad, began)
        finally:
            bench.close()
    finish(count, bad, began)


def finish(count: Counter[str], bad: int, began: float) -> None:
    """Says what came of it, and ends."""
    for name, number in count.items():
        print(f"{number:6} points  {name}")
    print(f"{sum(count.values()):6} points, {bad} with something lost, doubled or half; {time.monotonic() - began:.0f} s")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
