"""Documents read in processes that can be killed.

Some documents stall a parser for minutes or fill the memory, and no parser can
be stopped from inside. Each worker is a plain Python process that reads frames
from its standard input: the kernel ends it when one document has used its CPU
time, its address space is bounded, and the parent watches what it really
occupies. A dead worker costs its document, and nothing else.

Touches: the processes it starts.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pickle
import resource
import signal
import struct
import sys
import time
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Any, Literal

from aggregator.errors import ParseError
from aggregator.parse.entry import Discovered, Document, Entry, Parsed
from storage.model import Source

MIB = 1024 * 1024
CPU_SECONDS = 5.0                   # of one document; the slowest real feed in the corpora takes 0.3
ADDRESS_SPACE = 512 * MIB           # all imports together take 60
RESIDENT = 300 * 1000 * 1000
WALL_FACTOR = 12                    # a document may wait this many times its CPU limit for a busy machine
TASKS = 1000                        # after this many a worker is replaced: libraries keep caches, and memory grows ragged
WATCH_EVERY = 0.05                  # seconds between two looks at the memory of a worker
_HEAD = struct.Struct("!Q")
_START = "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from aggregator.parse.worker import serve; serve(int(sys.argv[2]), float(sys.argv[3]))"

Task = Literal["document", "article", "children", "discovered"]


class ParsePool:
    """A few long-lived workers; each reads one document at a time.

    Workers start with the first document that needs them. Leaving the context ends them all.
    """

    def __init__(self, workers: int, cpu_seconds: float = CPU_SECONDS, address_space: int = ADDRESS_SPACE, resident: int = RESIDENT) -> None:
        self.cpu_seconds, self.address_space, self.resident = cpu_seconds, address_space, resident
        self.cpu_spent = 0.0                    # seconds all workers have computed so far
        self._free = asyncio.Semaphore(workers)
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()

    async def __aenter__(self) -> ParsePool:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def parse(self, document: Document, source: Source, *, now: datetime) -> Parsed:
        """As `reader.read_document`. Raises ParseError too when reading took more time or memory than a document may."""
        found = await self._ask("document", document, source, now)
        assert isinstance(found, Parsed)
        return found

    async def article(self, document: Document, source: Source, *, now: datetime) -> Entry:
        """As `reader.read_article`, with the same limits."""
        found = await self._ask("article", document, source, now)
        assert isinstance(found, Entry)
        return found

    async def children(self, document: Document, source: Source, *, now: datetime) -> tuple[tuple[str, str], ...]:
        """As `sitemap.child_sitemaps`, with the same limits."""
        found = await self._ask("children", document, source, now)
        assert isinstance(found, tuple)
        return found

    async def discovered(self, document: Document, source: Source, *, now: datetime) -> Discovered:
        """As `discovery.discover`, with the same limits."""
        found = await self._ask("discovered", document, source, now)
        assert isinstance(found, Discovered)
        return found

    async def close(self) -> None:
        """Ends every worker, busy ones too."""
        for worker in (*self._idle, *self._busy):
            await worker.kill()
        self._idle.clear()

    async def _ask(self, task: Task, document: Document, source: Source, now: datetime) -> Any:
        async with self._free:
            worker = self._idle.pop() if self._idle else await _Worker.start(self.cpu_seconds, self.address_space, self.resident)
            self._busy.add(worker)
            sound = False
            try:
                answer = await worker.answer(_Question(task, document, source, now))
                self.cpu_spent += answer.cpu
                sound = not answer.spent and worker.asked < TASKS
            finally:        # a cancelled question leaves its answer in the pipe: such a worker is of no more use
                self._busy.discard(worker)
                if sound:
                    self._idle.append(worker)
                else:
                    await worker.kill()
        if answer.reason:
            raise ParseError(document.url, answer.reason)
        return answer.value


@dataclass(frozen=True, slots=True)
class _Question:
    task: Task
    document: Document
    source: Source
    now: datetime


@dataclass(frozen=True, slots=True)
class _Answer:
    value: Any = None
    reason: str = ""                            # why there is no value
    spent: bool = False                         # the worker is not to be asked again
    cpu: float = 0.0                            # seconds it took


class _Worker:
    """The parent's end of one worker."""

    def __init__(self, process: asyncio.subprocess.Process, cpu_seconds: float, resident: int) -> None:
        self.process, self.cpu_seconds, self.resident = process, cpu_seconds, resident
        self.asked = 0

    @classmethod
    async def start(cls, cpu_seconds: float, address_space: int, resident: int) -> _Worker:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _START, json.dumps(sys.path), str(address_space), str(cpu_seconds),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, start_new_session=True, limit=4 * MIB,
        )
        return cls(process, cpu_seconds, resident)

    async def answer(self, question: _Question) -> _Answer:
        """What the worker says, or why it was ended."""
        self.asked += 1
        asking = asyncio.ensure_future(self._exchange(pickle.dumps(question, pickle.HIGHEST_PROTOCOL)))
        deadline = time.monotonic() + self.cpu_seconds * WALL_FACTOR
        try:
            while True:
                done, _ = await asyncio.wait((asking,), timeout=WATCH_EVERY)
                if done:
                    break
                if _resident(self.process.pid) > self.resident:
                    return _Answer(reason=f"needed more than {self.resident // 1_000_000} MB of memory to read", spent=True)
                if time.monotonic() > deadline:
                    return _Answer(reason=f"took more than {self.cpu_seconds * WALL_FACTOR:.0f} s to read", spent=True)
            return await asking
        except (asyncio.IncompleteReadError, ConnectionError, BrokenPipeError):
            code = await self.process.wait()
            return _Answer(reason=self._obituary(code), spent=True, cpu=self.cpu_seconds if code == -signal.SIGPROF else 0.0)
        finally:
            asking.cancel()

    async def _exchange(self, frame: bytes) -> _Answer:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(_HEAD.pack(len(frame)) + frame)
        await self.process.stdin.drain()
        (length,) = _HEAD.unpack(await self.process.stdout.readexactly(_HEAD.size))
        answer: _Answer = pickle.loads(await self.process.stdout.readexactly(length))
        return answer

    def _obituary(self, code: int) -> str:
        if code in (-signal.SIGPROF, -signal.SIGXCPU):
            return f"took more than {self.cpu_seconds:g} s of CPU to read"
        return f"made its reader fall over ({signal.Signals(-code).name if code < 0 else f'exit code {code}'})"

    async def kill(self) -> None:
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()
        # asyncio keeps the pipes of a dead process open until it is collected; many dead workers would be many open files.
        transport = getattr(self.process, "_transport", None)
        if transport is not None:
            transport.close()


def _resident(pid: int) -> int:
    """Bytes of memory the process occupies; 0 where the system does not say (the address space is bounded everywhere)."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 0


def serve(address_space: int, cpu_seconds: float) -> None:
    """The worker's own loop: a question in, an answer out, until the pipe ends (so no worker outlives its parent)."""
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    signal.signal(signal.SIGINT, signal.SIG_IGN)        # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)                                 # whatever a library prints must not land among the frames
    while head := questions.read(_HEAD.size):
        if len(head) < _HEAD.size:
            return
        frame = questions.read(_HEAD.unpack(head)[0])
        # Of this process alone, in user and system time; the kernel's default for the signal is to end it, even inside C code.
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        start = time.process_time()
        answer = _read(pickle.loads(frame))
        answer = replace(answer, cpu=time.process_time() - start)
        try:
            reply = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
        except (MemoryError, RecursionError):
            reply = pickle.dumps(_Answer(reason="gave an answer too large to hand over", spent=True))
        signal.setitimer(signal.ITIMER_PROF, 0)
        try:
            answers.write(_HEAD.pack(len(reply)) + reply)
            answers.flush()
        except BrokenPipeError:
            return


def _read(question: _Question) -> _Answer:
    # Imported with the first document: the parent, which imports this module too, needs none of the parsers (70 ms, 20 MB).
    from aggregator.parse import discovery, reader, sitemap

    try:
        if question.task == "document":
            return _Answer(reader.read_document(question.document, question.source, now=question.now))
        if question.task == "article":
            return _Answer(reader.read_article(question.document, question.source, now=question.now))
        if question.task == "discovered":
            return _Answer(discovery.discover(question.document, question.source, now=question.now))
        return _Answer(sitemap.child_sitemaps(question.document))
    except ParseError as error:
        return _Answer(reason=error.reason)
    except MemoryError:
        return _Answer(reason="needed more memory to read than a document may", spent=True)
    except Exception as error:      # a reader must never die of a document
        return _Answer(reason=f"could not be read ({type(error).__name__}: {str(error)[:200]})")
