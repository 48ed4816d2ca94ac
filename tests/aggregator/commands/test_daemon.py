"""The daemon polls, publishes and serves; a fresh configuration takes over, a wrong one does not, and SIGTERM ends it."""

import asyncio
import os
import signal
from dataclasses import replace
from types import SimpleNamespace

from aggregator.commands import daemon
from aggregator.config import Polling, read_config
from aggregator.errors import ConfigError
from storage.model import Source
from storage.store import open_store

FEED = "<rss version='2.0'><channel><title>AU</title><item><guid>1</guid><title>Ministers meet</title></item></channel></rss>"


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.02)


async def test_a_fresh_configuration_takes_over_a_wrong_one_does_not_and_a_signal_ends_it(site, clock, tmp_path, caplog):
    for path in ("/one", "/two", "/three"):
        site.feed(path, FEED, etag='"1"')
    plain = replace(read_config("", tmp_path / "config.toml", {}), poll=Polling(allow=frozenset({site.authority})))

    def follows(*names):
        return replace(plain, sources=tuple(Source(name, site.url(f"/{name}"), name) for name in names))

    read = [follows("one", "two"), None, replace(follows("three"), publish=replace(plain.publish, directory=tmp_path / "elsewhere"))]
    published, served = [], []

    def reload():
        fresh = read.pop(0)
        if fresh is None:
            raise ConfigError(("config.toml: a mistake",))
        return fresh

    async def serve(config, stop):
        served.append(config)
        await stop.wait()

    def publisher(config):
        def publish(now):
            published.append(now)
            return SimpleNamespace(pings=())

        return publish

    with open_store(f"sqlite:{tmp_path / 'store.db'}") as store:
        running = asyncio.create_task(daemon.run(follows("one"), store, clock=clock.now, reload=reload, publisher=publisher, serve=serve))
        await until(lambda: site.asked("/one"))
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: site.asked("/two"))
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGHUP)
            await asyncio.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(10):
            await running
        assert [source.id for source in store.sources.all()] == ["one", "two"]
    assert len(served) == 1
    assert site.asked("/three") == []
    assert len(site.asked("/one")) == 1
    assert "config.toml: a mistake" in caplog.text
    assert "only with a restart" in caplog.text
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().remove_signal_handler(number)
