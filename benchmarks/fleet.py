"""A fleet on one machine: workers killed again and again, connections cut, and what that costs.

    python -m benchmarks.fleet                                  2,000 sources on 100 hosts, 4 workers, one killed every 10 s for 2 minutes
    python -m benchmarks.fleet --workers 1 --kill-every 0       undisturbed; the same with 2 and 4 shows where it saturates

Every source answers after 20 ms with two items; in a fifth of the sources one of them reports
a meeting, which four sources report; all hosts are one server on loopback, which notes who is asked when. Each
worker is a process with its own fetcher, parse workers and connections, as `communique worker`.

Touches: loopback, a database of its own on the server at COMMUNIQUE_TEST_POSTGRESQL, a temporary folder.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import signal
import sys
import tempfile
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import httpcore

from aggregator.commands.rounds import new_intake
from aggregator.config import Polling, read_config
from aggregator.fetch.connecting import Network
from aggregator.fetch.fetcher import Fetcher
from aggregator.fleet.pgqueuer import PgQueuerQueue
from aggregator.fleet.worker import FleetWorker, Hands
from aggregator.parse.worker import ParsePool
from aggregator.poll.desk import Desk
from aggregator.poll.scheduler import run_round
from feeds.publisher import Publishing, publish
from storage.model import Source
from storage.store import Store, open_store

SERVER = os.environ.get("COMMUNIQUE_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
DELAY, PAUSE = 0.02, timedelta(milliseconds=200)
GRACE = 120.0       # seconds
FOUR = 4            # sources that report one meeting
PLACES = "Hanoi Suva Nairobi Paris Canberra Manila Bangkok Jakarta Madrid Berlin Moscow Beijing Tokyo Vientiane".split()
NAMES = "Field Kibet Petit Ravu Bay Moreau Tanaka Silva Novak Ito Okoye Larsen Duarte Haas Rossi Costa Weber Lund Pereira Kovac".split()
GIVEN = "Joan Ann Luc Pio Marta Ivan Rosa Emil Nora Karl Lena Otto Vera Hugo Ines Paul Mira Jan Olga Max".split()
COUNTRIES = "Fiji Kenya France Japan Spain Germany Thailand Indonesia Philippines Brazil Chile Egypt Italy Mexico".split()


def now() -> datetime:
    return datetime.now(UTC)


def sources(hosts: int, each: int) -> list[Source]:
    return [
        Source(f"h{host}-s{number}", f"http://h{host}.example/{number}", f"H{host} {number}", language="en", country="AU", family=f"h{host}-{number}")
        for host in range(hosts) for number in range(each)
    ]


class Loopback(Network):
    """Every name is the one server on loopback."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    async def resolve(self, host: str, port: int) -> tuple[str, ...]:
        return ("93.184.216.34",)

    async def connect(self, address: str, port: int, timeout: float | None) -> httpcore.AsyncNetworkStream:
        return await super().connect("127.0.0.1", self._port, timeout)


class Town:
    """The server of all hosts; remembers each request: host, path, when it began and ended."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, float, float]] = []
        self.under_way: Counter[str] = Counter()
        self.at_once = 0
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").split("\r\n")
                path = lines[0].split(" ")[1]
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
                host = headers["host"].partition(":")[0]
                self.under_way[host] += 1
                self.at_once = max(self.at_once, self.under_way[host])
                began = ended = time.monotonic()
                try:
                    await asyncio.sleep(DELAY)
                    ended = time.monotonic()        # before the answer leaves: afterwards the client is already resting
                    if headers.get("if-none-match") == '"1"':
                        writer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')
                    else:
                        body = feed(host.partition(".")[0], int(path.strip("/"))).encode()
                        writer.write(b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Type: application/rss+xml\r\nContent-Length: %d\r\n\r\n' % len(body) + body)
                    await writer.drain()
                finally:
                    self.under_way[host] -= 1
                    self.asked.append((host, path, began, ended))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass                            # the client is gone, or the town closes
        finally:
            writer.close()


def feed(host: str, number: int) -> str:
    """What a source says; four sources with neighbouring numbers report one meeting."""
    turn = random.Random(f"{host} {number // FOUR}")
    country, place, name, post = turn.choice(COUNTRIES), turn.choice(PLACES), f"{turn.choice(GIVEN)} {turn.choice(NAMES)}", turn.choice(("Defence", "Justice"))
    other, day = f"{turn.choice(GIVEN)} {turn.choice(NAMES)}", turn.randint(1, 28)
    spoken = number // FOUR % 5 == 0
    told = (
        f"Australian Minister of {post} {name} meets {country} Minister of {post} {other} in {place} on {day} February 2026"
        if spoken else f"Weather for {host}: {turn.choice(NAMES)} expects rain number {number}",
        f"Garden show of {host} number {number} opens with roses",
    )
    items = "".join(
        f"<item><guid>urn:{host}:{number}:{turn}</guid><link>http://{host}.example/{number}/{turn}</link><title>{title}</title>"
        f"<pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate></item>" for turn, title in enumerate(told)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'


@contextmanager
def database() -> Iterator[str]:
    """A database of our own."""
    import psycopg  # an optional dependency: the extra "cluster"

    name = f"fleet_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield f"{SERVER.rpartition('/')[0]}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


async def work(url: str, port: int, directory: Path, every: float) -> None:
    """One worker, until SIGTERM; says on stdout what CPU it took."""
    config = read_config("", directory / "config.toml", {})
    publishing = Publishing("Fleet", "https://news.example/", directory, topics=config.topics)
    with ExitStack() as opened:
        one, two = (opened.enter_context(open_store(url)) for _ in range(2))
        opened.enter_context(one.fleet().joined())
        opened.enter_context(two.fleet().joined())
        fetcher = Fetcher("Communique/0 (fleet)", clock=now, pause=PAUSE, new_connections=1000, network=Loopback(port))
        visiting, settling = (Hands(store, new_intake(store, config), Desk()) for store in (one, two))
        async with fetcher, ParsePool(1) as pool:
            member = FleetWorker(
                uuid.uuid4().hex, str(os.getpid()), visiting, settling, PgQueuerQueue(url, one.fleet().schema()), fetcher, pool,
                Polling(every=timedelta(seconds=every)), now, lambda: publish(two, publishing, now=now()),
                guard=timedelta(seconds=20),
            )
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, member.stop)
            await member.run()


async def start_worker(url: str, port: int, directory: Path, every: float) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.fleet", "--work", url, str(port), str(directory), str(every), start_new_session=True)


def kill(process: asyncio.subprocess.Process) -> None:
    """The worker and its parse workers, as the end of a machine."""
    os.killpg(process.pid, signal.SIGKILL)


def meetings(store: Store) -> set[tuple[str, ...]]:
    return {tuple(sorted(member.item.id for member in store.meetings.members(id))) for id in store.meetings.ids()}


async def alone(town: Town, hosts: int, each: int) -> set[tuple[str, ...]]:
    """The meetings that one process finds on the same input."""
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:{folder}/one.db") as store:
        config = read_config("", Path(folder) / "config.toml", {})
        store.sources.configure(sources(hosts, each), now())
        fetcher = Fetcher("Communique/0 (fleet)", clock=now, pause=timedelta(0), new_connections=1000, network=Loopback(town.port))
        async with fetcher, ParsePool(1) as pool:
            await run_round(store, fetcher, pool, new_intake(store, config), polling=Polling(), clock=now)
        return meetings(store)


async def run(hosts: int, each: int, workers: int, seconds: float, kill_every: float, every: float) -> int:
    town = Town()
    await town.start()
    with database() as url, tempfile.TemporaryDirectory() as folder, open_store(url) as store:
        store.sources.configure(sources(hosts, each), now())
        public = Path(folder) / "public"
        members = [await start_worker(url, town.port, public, every) for _ in range(workers)]
        began, killed, cut, marks = time.monotonic(), 0, 0, dict[str, float]()
        next_kill = began + kill_every if kill_every else float("inf")
        # After the time is up the workers may finish what the killed ones had in hand.
        while (spent := time.monotonic() - began) < seconds or ("every item decided" not in marks and spent < seconds + GRACE):
            await asyncio.sleep(0.5)
            visited = sum(standing.last_success is not None for standing in store.sources.standings())
            if visited == hosts * each:
                marks.setdefault("every source visited", spent)
                if not store.items.undecided_count(1):
                    marks.setdefault("every item decided", spent)
            if next_kill <= time.monotonic() < began + seconds:
                victim = members.pop(0)
                kill(victim)
                await victim.wait()
                killed += 1
                members.append(await start_worker(url, town.port, public, every))
                next_kill += kill_every
            if kill_every and not cut and spent > seconds / 2:
                ((cut,),) = store._database.query(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        in_time, seconds = len(town.asked), spent
        for member in members:
            member.terminate()
        codes = [await member.wait() for member in members]
        found, items = meetings(store), store.items.count()
        expected = await alone(town, hosts, each)
    town.close()
    return told(town, in_time, hosts, each, workers, seconds, killed, cut, marks, codes, items, found, expected)


def told(
    town: Town, in_time: int, hosts: int, each: int, workers: int, seconds: float, killed: int, cut: int, marks: dict[str, float], codes: list[int],
    items: int, found: set[tuple[str, ...]], expected: set[tuple[str, ...]],
) -> int:
    """Prints what came of it; 1 when something is lost, doubled, or asked too soon."""
    asked = town.asked[:in_time]
    by_host = defaultdict[str, list[tuple[float, float]]](list)
    for host, _, start, end in asked:
        by_host[host].append((start, end))
    together = soon = 0
    for spans in by_host.values():
        spans.sort()
        for (_, earlier), (later, _) in pairwise(spans):
            together += later < earlier
            soon += earlier <= later < earlier + PAUSE.total_seconds() * 0.9
    cpu = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{hosts * each} sources on {hosts} hosts, {workers} workers, {seconds:.0f} s; {killed} workers killed, {cut} connections cut")
    for name, at in marks.items():
        print(f"  {name} after {at:.0f} s")
    print(f"  {in_time} visits, {in_time / seconds:.1f} a second; {(cpu.ru_utime + cpu.ru_stime) / max(in_time, 1) * 1000:.1f} ms CPU of workers a visit")
    print(f"  hosts asked twice at once: {together}; before their pause was over: {soon}")
    same = "the same as those" if found == expected else "NOT those"
    print(f"  items: {items} of {hosts * each * 2}; meetings: {len(found)}, {same} of one process ({len(expected)})")
    print(f"  workers that were stopped ended with {sorted(set(codes))}")
    return int(bool(together or soon or items != hosts * each * 2 or found != expected or any(codes)))


def main() -> None:
    if sys.argv[1:2] == ["--work"]:
        asyncio.run(work(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]), float(sys.argv[5])))
        return
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--hosts", type=int, default=100)
    ask.add_argument("--each", type=int, default=20)
    ask.add_argument("--workers", type=int, default=4)
    ask.add_argument("--seconds", type=float, default=120)
    ask.add_argument("--kill-every", type=float, default=10)
    ask.add_argument("--every", type=float, default=40, help="seconds between two visits to a source")
    given = ask.parse_args()
    sys.exit(asyncio.run(run(given.hosts, given.each, given.workers, given.seconds, given.kill_every, given.every)))


if __name__ == "__main__":
    main()
