"""A member of a fleet, from its configuration until it is told to stop.

Touches: signals; the network and the store by way of what it is given.
"""

from __future__ import annotations

import asyncio
import os
import platform
import signal
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

from aggregator.commands.daemon import Fresh, on_signals, settled, telling
from aggregator.commands.rounds import Publish, machinery, new_intake
from aggregator.config import Config
from aggregator.fleet.jobs import Queue
from aggregator.fleet.worker import FleetWorker, Hands
from aggregator.poll.desk import Desk
from aggregator.supervisor import watched
from storage.store import Store


async def run(
    config: Config, stores: tuple[Store, Store], *, clock: Callable[[], datetime], reload: Callable[[], Config], publisher: Callable[[Config], Publish] | None,
    queue: Callable[[Config], Queue],
) -> None:
    """Until SIGTERM or SIGINT; SIGHUP reads the configuration again. `stores` are two connections: one for visits, one for decisions and files."""
    stop, fresh = asyncio.Event(), Fresh(config, reload)
    on_signals({signal.SIGTERM: stop.set, signal.SIGINT: stop.set, signal.SIGHUP: fresh.read})
    while not stop.is_set():
        fresh.came.clear()
        stores[0].sources.configure(fresh.config.sources, clock())
        async with member(fresh.config, stores, queue(fresh.config), clock=clock, publish=publisher(fresh.config) if publisher else None) as worker:
            running = asyncio.create_task(worker.run())
            ends = (running, asyncio.ensure_future(stop.wait()), asyncio.ensure_future(fresh.came.wait()))
            async with watched(worker.answers, os.environ):
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            worker.stop()
            await running


@asynccontextmanager
async def member(
    config: Config, stores: tuple[Store, Store], queue: Queue, *, clock: Callable[[], datetime], publish: Publish | None,
) -> AsyncIterator[FleetWorker]:
    """A worker with all it needs."""
    intakes = [new_intake(store, config) for store in stores]
    visiting, settling = (Hands(store, intake, Desk()) for store, intake in zip(stores, intakes, strict=True))
    id, name = uuid.uuid4().hex[:12], f"{platform.node()}:{os.getpid()}"
    async with AsyncExitStack() as opened:
        fetcher, pool = await opened.enter_async_context(machinery(config.poll, config.publish.contact, clock))
        publishing = None
        if publish:
            teller = await opened.enter_async_context(telling(config, stores[1], clock))
            publishing = settled(config, stores[1], clock, publish, teller)
        yield FleetWorker(id, name, visiting, settling, queue, fetcher, pool, config.poll, clock, publishing)
