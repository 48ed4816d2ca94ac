"""What polling costs, and how polite it is over a month.

    python -m benchmarks.polling                          CPU and memory of 10,000 sources: a cold round, one all unchanged, one with a tenth changed
    python -m benchmarks.polling --sources 2000
    python -m benchmarks.polling --list FILE --store FILE   one round over these addresses, one a line; a warm one when the store is there
    python -m benchmarks.polling --days 30 --feeds 1000   a simulated month, 5 % faults and a restart a day: what the servers' logs say

Costs are those of this process and its parse workers, from the request to the stored
item, over loopback; understanding and matching are not in them. The server is a
process of its own. The month runs on a clock that is moved by hand, over servers in
this process that speak HTTP through memory.

Touches: loopback, a store in a temporary folder.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import multiprocessing
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlsplit

from aggregator.config import Polling
from aggregator.fetch.fetcher import Fetcher, user_agent
from aggregator.ingest import Decided, Intake
from aggregator.parse.worker import ParsePool
from aggregator.poll.scheduler import Round, run_round
from benchmarks.month import Log, Month, Readers
from storage.model import Source
from storage.store import Store, open_store

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
ENTRIES, LENGTH = 29, 2_000         # of a document, as measured on real feeds: 61 KB
TENTH = 10
LONGEST_CLOSING = 10                # days: the longest wait is one day, doubled waits after failures included


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--sources", type=int, default=10_000)
    ask.add_argument("--days", type=int, default=0)
    ask.add_argument("--feeds", type=int, default=1_000)
    ask.add_argument("--list", type=Path, help="addresses, one a line")
    ask.add_argument("--store", type=Path)
    asked = ask.parse_args()
    if bool(asked.list) != bool(asked.store):
        ask.error("--list and --store go together")
    logging.disable(logging.WARNING)        # the faults are made
    with tempfile.TemporaryDirectory() as folder:
        if asked.list:
            asyncio.run(_round(asked.list, asked.store))
        elif asked.days:
            asyncio.run(_month(asked.feeds, asked.days, Path(folder)))
        else:
            _cost(asked.sources, Path(folder))


class Taking(Intake):
    """Takes in and decides nothing: what items report is measured elsewhere."""

    def decide(self, now: datetime, *, most: int | None = None, drawing: bool = True) -> Decided:
        return Decided()


# Cost

def _cost(number: int, folder: Path) -> None:
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    port = int(ours.recv())
    try:
        asyncio.run(_rounds(number, port, ours, folder))
    finally:
        server.terminate()


async def _rounds(number: int, port: int, server: Connection, folder: Path) -> None:
    authority = f"127.0.0.1:{port}"
    sources = tuple(Source(f"s{n}", f"http://{authority}/{n}", f"Source {n}") for n in range(number))
    polling = Polling(allow=frozenset({authority}))
    with open_store(f"sqlite:{folder / 'polling.db'}") as store:
        store.sources.configure(sources, BEGIN)
        print(f"{number} sources, {ENTRIES} entries of {LENGTH} characters each; resident before: {_resident():.0f} MB")
        for turn, name in enumerate(("cold", "all unchanged", "a tenth changed", "all unchanged")):
            server.send(turn if name == "a tenth changed" else None)
            now = BEGIN + timedelta(days=1 + turn)
            async with Fetcher(user_agent("0", ""), clock=lambda now=now: now, allow=polling.allow) as fetcher, ParsePool(2) as pool:     # type: ignore[misc]
                began, wall = time.process_time(), time.monotonic()
                done = await run_round(
                    store, fetcher, pool, Taking(store, lambda item, source: ()), polling=polling, clock=lambda now=now: now, everything=True)     # type: ignore[misc]
                ours, parsing = time.process_time() - began, pool.cpu_spent
                _tell(name, done, ours, parsing, time.monotonic() - wall)


async def _round(listed: Path, file: Path) -> None:
    """One round over servers that are there already, however near its predecessor: their hosts are taken to be ours."""
    addresses = listed.read_text(encoding="utf-8").split()
    allow = frozenset(urlsplit(address).netloc for address in addresses)
    sources = tuple(Source(f"s{number:05}", address, f"Source {number}") for number, address in enumerate(addresses))
    with open_store(f"sqlite:{file}") as store:
        now = max((standing.due for standing in store.sources.standings()), default=BEGIN) + timedelta(days=1)
        store.sources.configure(sources, now)
        async with Fetcher(user_agent("0", ""), clock=lambda: now, allow=allow) as fetcher, ParsePool(2) as pool:
            began, wall = time.process_time(), time.monotonic()
            done = await run_round(
                store, fetcher, pool, Taking(store, lambda item, source: ()), polling=Polling(allow=allow), clock=lambda: now, everything=True)
            _tell("round", done, time.process_time() - began, pool.cpu_spent, time.monotonic() - wall)
        print(f"{store.items.count()} items stored")


def _tell(name: str, done: Round, ours: float, parsing: float, wall: float) -> None:
    each = 1000 / max(done.polled, 1)
    read = done.polled - done.unchanged
    stages = ", ".join(f"{stage} {spent.cpu / max(done.polled, 1):.3f}" for stage, spent in done.stages.items())
    print(
        f"{name:16} {(ours + parsing) * each:7.3f} ms CPU a due source ({stages}); {done.unchanged} unchanged, {read} read, {done.new} new items, "
        f"{len(done.failed)} failed; {wall:.1f} s; {_resident():.0f} MB")


def _resident() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _held() -> float:
    """The memory this process holds now, in MB."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 2**20


def _serve(pipe: Connection) -> None:
    asyncio.run(_server(pipe))


async def _server(pipe: Connection) -> None:
    """A server of any number of feeds, whose changes are told through the pipe: the number of the round in which a tenth has changed."""
    changed: list[int] = []
    text = "The ministers met and spoke about cooperation. " * (LENGTH // 47)

    class Feeds(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self.transport, self.rest = transport, b""

        def data_received(self, data: bytes) -> None:
            *heads, self.rest = (self.rest + data).split(b"\r\n\r\n")
            for head in heads:
                self.transport.write(self.answer(head))

        def answer(self, head: bytes) -> bytes:
            feed = int(head.split(b" ", 2)[1][1:])
            version = changed[-1] if changed and feed % TENTH == 0 else 0
            etag = b'"%d"' % version
            if b"if-none-match: " + etag in head:
                return b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n"
            body = _document(feed, version, text).encode()
            return b"HTTP/1.1 200 OK\r\nETag: %s\r\nContent-Type: application/rss+xml\r\nContent-Length: %d\r\n\r\n%s" % (etag, len(body), body)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(Feeds, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    while True:
        told = await loop.run_in_executor(None, pipe.recv)
        if told is not None:
            changed.append(told)


def _document(feed: int, version: int, text: str) -> str:
    first = version * 2         # two entries are new in a document that changed
    rows = "".join(
        f"<item><guid>{feed}-{n}</guid><link>https://press.example/{feed}/{n}</link><title>Ministers of {feed} meet for the {n}th time</title>"
        f"<pubDate>Sun, 01 Mar 2026 0{n % 10}:00:00 GMT</pubDate><description>{text}</description></item>" for n in range(first, first + ENTRIES))
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Press {feed}</title>{rows}</channel></rss>'


# A month

async def _month(feeds: int, days: int, folder: Path) -> None:
    month = Month(feeds, BEGIN)
    readers, began = Readers(), time.process_time()
    print(f"{feeds} feeds over {days} days: 5 % of the visits meet a fault, every day a restart")
    for day in range(days):
        with open_store(f"sqlite:{folder / 'month.db'}") as store:
            store.sources.configure(month.sources, month.now)
            await live_day(month, store, readers)
            if day in (1, days - 1):
                spent = time.process_time() - began
                print(f"day {day + 1}: {store.items.count()} items, {len(month.log.visits)} visits, resident {_held():.0f} MB, CPU {spent:.0f} s")
    await close(month, folder, readers)
    with open_store(f"sqlite:{folder / 'month.db'}") as store:
        _judge(month.log, month, store)


async def close(month: Month, folder: Path, readers: Readers) -> None:
    """Publish nothing more, and go on visiting until every feed has answered once: what it published shortly before the end can be had then."""
    month.closed = month.now
    for _ in range(LONGEST_CLOSING):
        if len(month.answered_since(month.closed)) == month.feeds:
            return
        with open_store(f"sqlite:{folder / 'month.db'}") as store:
            await live_day(month, store, readers)


async def live_day(month: Month, store: Store, readers: Readers) -> None:
    end = month.now + timedelta(days=1)
    polling = Polling(pause=timedelta(0), new_connections=1000)
    intake = Taking(store, lambda item, source: ())
    async with Fetcher(
        user_agent("0", "https://desk.example/bot"), clock=month.clock, network=month.network(), monotonic=month.monotonic, sleep=month.sleep,
        pause=timedelta(0), new_connections=1e9, deadline=60.0,
    ) as fetcher:
        while month.now < end:
            due = store.sources.next_due()
            month.now = max(month.now, min(due or end, end))
            if due is not None and due <= month.now < end:
                await run_round(store, fetcher, readers, intake, polling=polling, clock=month.clock)
                month.now += timedelta(seconds=60)      # as a daemon's ticks, a minute apart: what is due meanwhile comes together


def _judge(log: Log, month: Month, store: Store) -> None:
    by_feed: dict[int, list[int]] = {}
    for number, visit in enumerate(log.visits):
        by_feed.setdefault(visit.feed, []).append(number)
    too_soon = invented = unconditional = polls_unchanged = told_unchanged = 0
    for feed, numbers in by_feed.items():
        visits = [log.visits[number] for number in numbers]
        too_soon += sum(later.at - earlier.at < max(timedelta(hours=1), earlier.keeps) for earlier, later in pairwise(visits))
        invented += sum(visit.etag not in ("", *visit.known) for visit in visits)
        last_full = visits[0].at
        for visit in visits[1:]:
            if not visit.etag and visit.known:
                unconditional += visit.at - last_full < timedelta(days=8)
            last_full = visit.at if visit.status == 200 else last_full
            polls_unchanged += visit.unchanged
            told_unchanged += visit.unchanged and visit.status == 304
        assert feed < month.feeds
    quiet = [visit for visit in log.visits if month.is_quiet(visit.feed)]
    sent, whole = sum(visit.bytes for visit in quiet), sum(visit.whole for visit in quiet)
    hourly = sum(month.size(feed) for feed in range(month.feeds) if month.is_quiet(feed)) * int((month.now - BEGIN) / timedelta(hours=1))
    published, stored, days = month.published(), store.items.count(), (month.now - BEGIN) / timedelta(days=1)
    print(f"visits: {len(log.visits)}, {len(log.visits) / month.feeds / days:.1f} a feed and day")
    print(f"requests too soon: {too_soon}; validators invented or stale: {invented}; without a known validator sooner than 8 days: {unconditional}")
    print(f"visits to unchanged feeds with validators answered 304: {told_unchanged / max(polls_unchanged, 1):.2%} of {polls_unchanged}")
    print(f"bytes from quiet feeds: {sent / max(whole, 1):.2%} of the same visits without conditions, {sent / max(hourly, 1):.2%} of hourly visits without")
    missing = month.missing(store)
    shown = sum(was_shown for _, was_shown in missing)
    print(f"items: {stored} stored of {published} published; stored twice: {month.twice(store)}; "
          f"missing though sent: {shown}; left their feed between two visits: {len(missing) - shown}")
    print(f"cookies, referers, ranges: {log.strange}")


if __name__ == "__main__":
    main()
