"""How many conditional requests one core answers.

    python -m benchmarks.serving            4,000 requests for a feed that has not changed, over eight connections

CPU seconds of the process that serves, its start included.

Touches: a temporary folder, and a port of this machine.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import multiprocessing.connection
import random
import signal
import socket
import tempfile
import time
from pathlib import Path

from feeds.server import application, serve

CONNECTIONS, EACH = 8, 500
ASK = "GET /all.atom HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "all.atom").write_bytes(random.Random(7).randbytes(100_000).hex().encode())     # 200 kB, as a full feed has
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        mine, theirs = multiprocessing.Pipe()
        server = multiprocessing.Process(target=serving, args=(folder, port, theirs))
        server.start()
        mine.recv()                             # it listens
        asyncio.run(ask(port))
        server.terminate()
        spent = mine.recv()
        server.join()
    count = CONNECTIONS * EACH
    print(f"{count:,} conditional requests in {spent:.2f} s of CPU: {count / spent:,.0f} a second")


def serving(folder: str, port: int, tell: multiprocessing.connection.Connection) -> None:
    """Serves until it is told to stop, and tells the CPU seconds it took."""

    async def run() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        await serve(application(Path(folder)), f"127.0.0.1:{port}", stop, listening=lambda: tell.send(True))

    asyncio.run(run())
    tell.send(time.process_time())


async def ask(port: int) -> None:
    """Asks over all connections at once; every answer must be 304."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{ASK}Connection: close\r\n\r\n".encode())
    head = (await reader.read()).partition(b"\r\n\r\n")[0].decode("latin-1")
    writer.close()
    etag = next(line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("etag:"))
    await asyncio.gather(*(again(port, f"{ASK}If-None-Match: {etag}\r\n\r\n".encode()) for _ in range(CONNECTIONS)))


async def again(port: int, request: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(EACH):
        writer.write(request)
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 304"):
            raise SystemExit(f"not 304: {answer[:60]!r}")
    writer.close()


if __name__ == "__main__":
    main()
