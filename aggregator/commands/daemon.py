"""The daemon: polls, publishes and serves until it is told to stop, under the configuration in force.

Touches: signals; the network and the store by way of what it is given.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aggregator.announcing import Announcer, leave, left_over
from aggregator.commands.rounds import Publish, announcer, machinery, new_intake
from aggregator.config import Config
from aggregator.errors import ConfigError
from aggregator.poll.scheduler import Daemon
from aggregator.push.callback import PATH, Callback
from aggregator.supervisor import watched
from storage.store import Store

LOG = logging.getLogger("communique")

Serve = Callable[[Config, asyncio.Event], Awaitable[None]]


async def run(
    config: Config, store: Store, *, clock: Callable[[], datetime], reload: Callable[[], Config], publisher: Callable[[Config], Publish], serve: Serve,
    callback: Callback | None = None,
) -> None:
    """Until SIGTERM or SIGINT. SIGHUP calls `reload`, and the fresh configuration takes the place of the old one between two visits.

    `serve` listens until its event is set; when it fails (the port is taken), so does this.
    `callback` is where hubs call, for `serve` to have among its routes.
    """
    stop, fresh = asyncio.Event(), Fresh(config, reload)
    on_signals({signal.SIGTERM: stop.set, signal.SIGINT: stop.set, signal.SIGHUP: fresh.read})
    serving = asyncio.ensure_future(serve(config, stop))
    try:
        while not stop.is_set() and not serving.done():
            fresh.came.clear()
            store.sources.configure(fresh.config.sources, clock())
            ends = (asyncio.ensure_future(stop.wait()), asyncio.ensure_future(fresh.came.wait()), serving)
            await _poll_until(fresh.config, store, clock, publisher(fresh.config), ends, callback or Callback())
    finally:
        stop.set()
        await serving


@dataclass(slots=True)
class Fresh:
    """The configuration in force, and the word that a fresh one came."""

    config: Config
    reload: Callable[[], Config]
    came: asyncio.Event = field(default_factory=asyncio.Event)

    def read(self) -> None:
        """Read it again; the old one stays, with a line in the log, when the new one is wrong."""
        try:
            fresh = self.reload()
            if (fresh.store, fresh.server, fresh.publish.directory) != (self.config.store, self.config.server, self.config.publish.directory):
                raise ConfigError((f"{fresh.path}: store, server and publish.directory change only with a restart",))
        except ConfigError as error:
            LOG.error("the old configuration stays: %s", error)
            return
        LOG.info("read %s again: %d sources", fresh.path, len(fresh.sources))
        self.config = fresh
        self.came.set()


async def _poll_until(
    config: Config, store: Store, clock: Callable[[], datetime], publish: Publish, ends: tuple[asyncio.Future[Any], ...], callback: Callback,
) -> None:
    """Poll and publish until one of `ends` comes."""
    async with machinery(config.poll, config.publish.contact, clock) as (fetcher, pool), telling(config, store, clock) as teller:
        intake = new_intake(store, config)
        address = f"{config.poll.callback}{PATH}/" if config.poll.callback else ""
        daemon = Daemon(
            store, fetcher, pool, intake, config.poll, clock, settled(config, store, clock, publish, teller), callback=address,
        )
        callback.hubs = daemon.hubs
        running = asyncio.create_task(daemon.run())
        async with watched(lambda: daemon.on_desk(lambda: None), os.environ):
            await asyncio.wait([running, *ends], return_when=asyncio.FIRST_COMPLETED)
        callback.hubs = None
        daemon.stop()
        await running


def settled(config: Config, store: Store, clock: Callable[[], datetime], publish: Publish, teller: Announcer) -> Callable[[], None]:
    """What is done after something new was decided: old items go, files are written, hubs are told. For the thread of the store."""
    loop = asyncio.get_running_loop()

    def settle() -> None:
        store.items.forget(clock() - config.store.keep)
        loop.call_soon_threadsafe(teller.tell, publish(clock()).pings)

    return settle


@asynccontextmanager
async def telling(config: Config, store: Store, clock: Callable[[], datetime]) -> AsyncIterator[Announcer]:
    """Who tells the hub beside the work; what is not told in the end is left to the next run."""
    async with announcer(config, clock) as teller:
        teller.tell(left_over(store, config.publish.hub))
        task = asyncio.create_task(teller.run())
        task.add_done_callback(_say_why)
        try:
            yield teller
        finally:
            task.cancel()
            await asyncio.wait([task])
            leave(store, teller.waiting)


def _say_why(telling: asyncio.Task[None]) -> None:
    if not telling.cancelled() and (error := telling.exception()):
        LOG.error("the hub is told no more until a restart", exc_info=error)


def on_signals(handlers: dict[signal.Signals, Callable[[], None]]) -> None:
    """Let the running loop answer these signals."""
    loop = asyncio.get_running_loop()
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
