"""What the fleet hands out: wake-ups, and what a queue must do with them.

A job says that something is to be looked at, never what was found: the due times,
leases and undecided items stand in the store. A queue that loses every job loses
nothing, since the leader puts them again.

Touches: nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from aggregator.errors import AggregatorError

Kind = Literal["visit", "decide", "publish"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class QueueError(AggregatorError):
    """The queue cannot be reached. What is to be done stands in the store, so nothing is lost."""


@dataclass(frozen=True, slots=True)
class Job:
    """One wake-up. Of equal `kind` and `key` one at a time waits or is at work."""

    kind: Kind
    key: str = ""                       # of a visit: the host
    source_ids: tuple[str, ...] = ()    # of a visit: its sources that were due, the longest due first

    def payload(self) -> bytes:
        """As a queue carries it."""
        return json.dumps([self.key, *self.source_ids]).encode()

    @classmethod
    def of(cls, kind: Kind, payload: bytes | None) -> Job:
        """What `payload` was made of."""
        key, *ids = json.loads(payload or b'[""]')
        return cls(kind, key, tuple(ids))


Work = Callable[[Job], Awaitable[None]]


class Queue(Protocol):
    """Hands each job to one worker, and again to another when that one dies."""

    async def put(self, jobs: Iterable[Job]) -> int:
        """Hands them out; those that wait or are at work already are passed over. How many were new. Raises QueueError."""

    async def waiting(self) -> Mapping[Kind, int]:
        """How many jobs of each kind wait. Raises QueueError."""

    async def tidy(self) -> None:
        """Forgets what it remembers of jobs that are done. Raises QueueError."""

    async def run(self, work: Mapping[Kind, Work], stop: asyncio.Event) -> None:
        """Does the jobs of these kinds until `stop` is set and those in hand are done; comes back by itself when its server does."""

    async def close(self) -> None:
        """Gives its connections back."""
