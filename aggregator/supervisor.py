"""Word to systemd: ready, alive, stopping (sd_notify). Silence where nobody listens.

"Alive" is said only after the event loop and the thread of the store have both
answered, so a program that is stuck in either is restarted.

Touches: the socket that NOTIFY_SOCKET names.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

LOG = logging.getLogger("communique")


def notify(state: str, environ: Mapping[str, str]) -> bool:
    """Sends `state` ("READY=1"); whether anybody listens."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as said:
        try:
            said.sendto(state.encode(), address.replace("@", "\0", 1) if address.startswith("@") else address)
        except OSError as error:
            LOG.warning("systemd does not listen reason=%r", str(error))
            return False
    return True


def interval(environ: Mapping[str, str]) -> float | None:
    """Seconds between two signs of life: half of what the unit's WatchdogSec allows. None when it asks for none.

    >>> interval({"WATCHDOG_USEC": "600000000"}), interval({})
    (300.0, None)
    """
    allowed = environ.get("WATCHDOG_USEC", "")
    return int(allowed) / 2_000_000 if allowed.isascii() and allowed.isdigit() and int(allowed) else None


@asynccontextmanager
async def watched(alive: Callable[[], Awaitable[object]], environ: Mapping[str, str]) -> AsyncIterator[None]:
    """Says that we are ready, then that we live for as long as `alive` comes back, and in the end that we stop."""
    notify("READY=1", environ)
    beating = asyncio.create_task(_beat(alive, environ, every)) if (every := interval(environ)) else None
    try:
        yield
    finally:
        notify("STOPPING=1", environ)
        if beating:
            beating.cancel()
            await asyncio.wait([beating])
            if not beating.cancelled() and (error := beating.exception()):
                LOG.warning("no more signs of life reason=%r", str(error))


async def _beat(alive: Callable[[], Awaitable[object]], environ: Mapping[str, str], every: float) -> None:
    while True:
        await alive()
        notify("WATCHDOG=1", environ)
        await asyncio.sleep(every)
