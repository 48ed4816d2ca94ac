"""Two hundred hostile sources beside a hundred healthy ones: the healthy are all visited in the same cycle."""

from __future__ import annotations

import asyncio
import gzip

import pytest

from aggregator.poll.lines import AT_ONCE
from tests.aggregator.poll.world import rss

DEADLINE = 0.4              # seconds in place of 30: what counts is how often it is waited for
HOSTILE, HEALTHY = 200, 100
BOMB = gzip.compress(b"<rss>" + b" " * 20_000_000, mtime=0)


def misbehave(site, number: int) -> str:
    """One hostile source; its path."""
    path = f"/hostile-{number}"
    match number % 6:
        case 0:
            site.on(path, delay=30.0)
        case 1:
            site.on(path, b"<rss/>" * 100, drip=0.05)
        case 2:
            site.on(path, status=302, headers={"Location": path})
        case 3:
            site.on(path, raw=b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 500_000 + b"\r\n\r\n")
        case 4:
            site.on(path, BOMB, headers={"Content-Encoding": "gzip"})
        case _:
            site.on(path, announce=-1, endless=b"<item/>" * 1000)
    return path


@pytest.mark.case("S27")
async def test_s27_two_hundred_hostile_sources_delay_a_hundred_healthy_ones_by_less_than_a_cycle(world, site):
    world.deadline = DEADLINE
    bad = [world.feed(misbehave(site, number)) for number in range(HOSTILE)]
    for number in range(HEALTHY):
        site.feed(f"/healthy-{number}", rss(f"Story {number}"), etag=f'"{number}"')
    good = [world.feed(f"/healthy-{number}") for number in range(HEALTHY)]
    world.follow(*bad, *good)
    began = asyncio.get_running_loop().time()
    done = await world.round()
    took = asyncio.get_running_loop().time() - began
    failed = {name for name, _ in done.failed}
    assert failed == {source.id for source in bad}
    assert done.new == HEALTHY
    # Each hostile visit holds one of the places for a deadline at most: with 30 s that is five minutes for all, of a cycle of an hour.
    assert took < 3 * DEADLINE * (HOSTILE / AT_ONCE + 1) + 20       # and what reading and storing takes on a busy machine
