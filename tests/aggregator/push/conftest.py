"""A world for rounds of visits: a store in memory, the scripted site, the clock that is moved by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from storage.store import open_store
from tests.aggregator.poll.world import World


@pytest_asyncio.fixture
async def world(site, clock, network) -> AsyncIterator[World]:
    with open_store("sqlite::memory:") as store:
        yield World(site, clock, network, store)
