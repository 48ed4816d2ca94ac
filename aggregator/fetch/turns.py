"""Whose turn it is: one request at a time to a host, a pause between them, and few new connections a second.

The operator's own hosts take no turns. A host that nobody waits for and whose
pause is over is forgotten.

Touches: nothing (it is given the time and how to wait).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

FORGET_ABOVE = 512          # hosts remembered before the idle ones are swept out


@dataclass(slots=True)
class _Host:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    free_at: float = 0.0    # seconds of the monotonic clock


class Turns:
    """Hands out turns. `pause` is in seconds, `new_connections` a number a second over all hosts."""

    def __init__(
        self, *, pause: float, new_connections: float, monotonic: Callable[[], float], sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._pause, self._monotonic, self._sleep = pause, monotonic, sleep
        self._spacing = 1.0 / new_connections
        self._next_connection = monotonic()
        self._hosts: dict[str, _Host] = {}
        self._longer: dict[str, float] = {}     # pauses of hosts that asked for longer ones

    def slow_down(self, host: str, pause: float) -> None:
        """From now on at least `pause` seconds lie between two requests to `host`."""
        if pause > self._pause:
            self._longer[host] = pause
        else:
            self._longer.pop(host, None)

    def rest(self, host: str) -> float:
        """Seconds until the pause after the last request to `host` is over."""
        entry = self._hosts.get(host)
        return max(entry.free_at - self._monotonic(), 0.0) if entry else 0.0

    @asynccontextmanager
    async def at(self, host: str) -> AsyncIterator[None]:
        """The turn of one request at `host`: alone there, and `pause` after the last one ended."""
        entry = self._hosts.setdefault(host, _Host())
        entry.waiting += 1
        try:
            async with entry.turn:
                wait = entry.free_at - self._monotonic()
                if wait > 0:
                    await self._sleep(wait)
                try:
                    yield
                finally:
                    entry.free_at = self._monotonic() + self._longer.get(host, self._pause)
        finally:
            entry.waiting -= 1
            if len(self._hosts) > FORGET_ABOVE:
                self._forget_idle()

    async def connection(self) -> None:
        """Waits until another connection may be opened."""
        now = self._monotonic()
        slot = max(now, self._next_connection)
        self._next_connection = slot + self._spacing
        if slot > now:
            await self._sleep(slot - now)

    def _forget_idle(self) -> None:
        now = self._monotonic()
        for name in [name for name, entry in self._hosts.items() if not entry.waiting and entry.free_at <= now]:
            del self._hosts[name]
