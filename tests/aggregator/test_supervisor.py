"""What systemd hears: ready, alive while both the loop and the store answer, stopping."""

import asyncio
import socket

import pytest

from aggregator.supervisor import interval, notify, watched


@pytest.fixture
def heard(tmp_path):
    """The socket a unit would have."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        yield listening, {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "20000"}


def words(listening: socket.socket) -> list[str]:
    said = []
    while True:
        try:
            said.append(listening.recv(100).decode())
        except BlockingIOError:
            return said


async def test_it_says_ready_then_alive_then_stopping(heard):
    listening, environ = heard
    answered = asyncio.Event()

    async def alive():
        if len(beats) == 2:
            answered.set()
        beats.append(1)

    beats: list[int] = []
    async with watched(alive, environ):
        await asyncio.wait_for(answered.wait(), 5)
    said = words(listening)
    assert (said[0], said[-1]) == ("READY=1", "STOPPING=1")
    assert said.count("WATCHDOG=1") >= 2


@pytest.mark.case("R62")
async def test_a_stuck_store_is_not_called_alive(heard):
    listening, environ = heard

    async def stuck():
        await asyncio.Event().wait()

    async with watched(stuck, environ):
        await asyncio.sleep(0)
    assert words(listening) == ["READY=1", "STOPPING=1"]


async def test_nobody_listening_is_no_trouble(tmp_path):
    async def alive():
        pass

    async with watched(alive, {}):
        pass
    assert notify("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "gone")}) is False
    assert interval({"WATCHDOG_USEC": "nonsense"}) is None
