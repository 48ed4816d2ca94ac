"""A town of hosts on one loopback server, and workers that visit them.

    python -m tests.aggregator.fleet.town URL PORT HOSTS      (a worker in a process that can be killed)

Touches: loopback, the database server.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from aggregator.config import Polling
from aggregator.fetch.fetcher import Fetcher
from aggregator.fleet.pgqueuer import PgQueuerQueue
from aggregator.fleet.worker import FleetWorker, Hands
from aggregator.ingest import Intake
from aggregator.poll.desk import Desk
from aggregator.understand.reading import understand
from aggregator.understand.topics import SHIPPED
from storage.model import Source
from storage.store import Store, open_store
from tests.aggregator.poll.world import PLAIN_TLS, UA, InProcess, rss
from tests.conftest import Answer, Asked, MadeUpNetwork, Site

PAUSE = timedelta(milliseconds=50)
DELAY = 0.05                    # seconds a request takes, so that two at once are seen
LEASE = timedelta(seconds=2)


def now() -> datetime:
    return datetime.now(UTC)


def sources(hosts: int, each: int) -> list[Source]:
    return [
        Source(f"h{host}-s{number}", f"http://h{host}.example/s{number}", f"H{host}", language="en", country="AU")
        for host in range(hosts) for number in range(each)
    ]


def network(site: Site, hosts: int) -> MadeUpNetwork:
    made_up = MadeUpNetwork(site)
    for host in range(hosts):
        made_up.name(f"h{host}.example", "93.184.216.34")
    return made_up


def open_town(site: Site, hosts: int, each: int) -> None:
    """Every source has two items of its own and one that the first sources of all hosts share: it reports one meeting."""

    def answer(asked: Asked) -> Answer:
        name = f"{asked.host.partition('.')[0]}{asked.path}"
        titles = [f"Garden show {name} {number}" for number in range(2)] + ["Australian Minister of Defence Ann Field meets Fijian Minister Pio Ravu in Suva on 3 March 2026"]
        return Answer(200, rss(*titles, host=f"https://{name.replace('/', '-')}.example").encode(), (("ETag", '"1"'),), delay=DELAY)

    for host in range(hosts):
        for number in range(each):
            site.when(f"h{host}.example/s{number}", answer)


@contextmanager
def intake_over(store: Store) -> Iterator[Hands]:
    yield Hands(store, Intake(store, lambda item, source: understand(item, source, SHIPPED)), Desk())


@asynccontextmanager
async def worker(
    url: str, made_up: MadeUpNetwork, name: str, publish: Callable[[Store], object] | None = None,
) -> AsyncIterator[FleetWorker]:
    """A worker with leases of two seconds."""
    with open_store(url) as one, open_store(url) as two, one.fleet().joined(), two.fleet().joined(), intake_over(one) as visiting, intake_over(two) as settling:
        fetcher = Fetcher(UA, clock=now, pause=PAUSE, new_connections=1000, network=made_up, tls=PLAIN_TLS)
        queue = PgQueuerQueue(url, one.fleet().schema(), heartbeat=LEASE, at_once=16)
        async with fetcher:
            yield FleetWorker(
                name, name, visiting, settling, queue, fetcher, InProcess(), Polling(), now, (lambda: publish(two)) if publish else None,
                beat=timedelta(milliseconds=200), lease=LEASE, settle=timedelta(milliseconds=500), guard=timedelta(seconds=1),
            )


def overlaps(site: Site) -> list[str]:
    """Hosts that were asked twice at once, or again before their pause was over."""
    by_host: dict[str, list[datetime]] = {}
    for asked in site.log:
        by_host.setdefault(asked.host, []).append(asked.at)
    least = timedelta(seconds=DELAY) + PAUSE * 0.9
    return [f"{host}: {later - earlier}" for host, moments in by_host.items() for earlier, later in pairwise(sorted(moments)) if later - earlier < least]


async def until(holds: Callable[[], bool], seconds: float) -> None:
    """Returns when `holds` does; fails after so many seconds."""
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.05)


async def _work(url: str, port: int, hosts: int) -> None:
    async with worker(url, network(Site(port=port), hosts), "in a process of its own") as member:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, member.stop)
        await member.run()


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
