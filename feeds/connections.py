"""Connections that cannot be held: a request's head must come in time, and the longest idle gives way to a new one.

uvicorn bounds how long an idle connection stays and how large a head may be, not
how long a head may take to come; and it answers 503 where connections are many,
however idle they are.

Touches: the connections it is given.
"""

from __future__ import annotations

import asyncio
import resource
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0                             # from the first byte, or from connecting, to the end of the head (S59)
MOST_CONNECTIONS = 2_000


def most_connections() -> int:
    """How many connections may be open: half of the files this process may hold, so that files are still read; at most MOST_CONNECTIONS."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if allowed == resource.RLIM_INFINITY else max(16, min(MOST_CONNECTIONS, allowed // 2))


class Guarded(H11Protocol):
    """A connection with a deadline for each head."""

    head_seconds = HEAD_SECONDS
    most = 0                                    # connections; 0 asks the system

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._since = 0.0

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._since = self.loop.time()
        if len(self.connections) > (self.most or most_connections()):
            idle = [each for each in self.connections if isinstance(each, Guarded) and each.is_idle]
            longest = min(idle, key=lambda each: each._since)       # there is one: this connection asks for nothing yet
            longest.transport.close()
            self.connections.discard(longest)   # it goes with the next turn of the loop, and others may come before
        self._await_head()

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:            # a head is whole
            self._forget_head()
        elif self.is_idle and self._deadline is None:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_head()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        self._since = self.loop.time()
        super().on_response_complete()

    def _await_head(self) -> None:
        self._deadline = self.loop.call_later(self.head_seconds, self._give_up)

    def _forget_head(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if self.is_idle and not self.transport.is_closing():
            self.transport.close()
