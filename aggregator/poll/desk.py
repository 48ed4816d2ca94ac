"""The one thread that touches the store, and what each stage of a round takes.

Touches: the clock of this process's own CPU time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

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
        self._ready: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []

    async def do(self, work: Callable[[], T]) -> T:
        """`work`, after all that was asked for before it."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._timed, work)

    async def keep(self, change: Callable[[], AbstractContextManager[None]], work: Callable[[], T]) -> T:
        """`work` within `change`, a transaction, which it shares with the others that are ready in the same moment: most of what
        remembering an unchanged source costs is the transaction. When one of them fails, so that none was made, each is done again
        in a transaction of its own; `work` must bear that.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._ready.append((work, done))
        if len(self._ready) == 1:
            loop.call_soon(self._send, loop, change)
        return await done

    def _send(self, loop: asyncio.AbstractEventLoop, change: Callable[[], AbstractContextManager[None]]) -> None:
        """Gives the thread what is ready, and those who wait its outcomes."""
        batch, self._ready = [(work, done) for work, done in self._ready if not done.done()], []
        if not batch:
            return                          # all of them were told to stop

        def kept() -> list[object]:
            try:
                with change():
                    return [work() for work, _ in batch]
            except Exception:
                if len(batch) == 1:
                    raise
                return [_alone(change, work) for work, _ in batch]

        def tell(ended: asyncio.Future[list[object]]) -> None:
            failure = asyncio.CancelledError() if ended.cancelled() else ended.exception()
            outcomes = [failure] * len(batch) if failure else ended.result()
            for (_, done), outcome in zip(batch, outcomes, strict=True):
                if done.done():
                    continue                # whoever waited was told to stop
                if isinstance(outcome, asyncio.CancelledError):
                    done.cancel()
                elif isinstance(outcome, BaseException):
                    done.set_exception(outcome)
                else:
                    done.set_result(outcome)

        try:
            loop.run_in_executor(self._thread, self._timed, kept).add_done_callback(tell)
        except RuntimeError as error:       # the desk is closed
            for _, done in batch:
                done.set_exception(error)

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


def _alone(change: Callable[[], AbstractContextManager[None]], work: Callable[[], object]) -> object:
    """What `work` gives in a transaction of its own, or what it raises."""
    try:
        with change():
            return work()
    except Exception as error:
        return error
