"""The one thread that touches the store, and what each stage of a round takes.

Touches: the clock of this process's own CPU time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Stage:
    """Seconds a stage has taken: `wall` is summed over sources and overlaps, `cpu` is that of its thread or processes."""

    wall: float = 0.0
    cpu: float = 0.0


class Desk:
    """The one thread that touches the store, so that the event loop never waits for a disk."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "store")
        self.spent = Stage()

    async def do(self, work: Callable[[], T]) -> T:
        """`work`, after all that was asked for before it."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._timed, work)

    def close(self) -> None:
        """Finishes what is under way and drops what waits."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _timed(self, work: Callable[[], T]) -> T:
        wall, cpu = time.monotonic(), time.thread_time()
        try:
            return work()
        finally:
            self.spent.wall += time.monotonic() - wall
            self.spent.cpu += time.thread_time() - cpu
