"""Hubs are told of what changed, beside everything else: once each, again when they fail, and by the next run when this one ends."""

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest

from aggregator.announcing import WAITS, Announcer, leave, left_over
from aggregator.commands import daemon
from aggregator.commands.rounds import TELLING, announce
from aggregator.config import read_config
from aggregator.fetch.fetcher import Fetcher
from feeds.site import Site
from feeds.websub import pings
from storage.store import open_store

pytestmark = pytest.mark.case("O40")


@pytest.fixture
async def teller(site, clock):
    async with Fetcher("Communique/1", clock=clock.now, allow={site.authority}, pause=timedelta(0), deadline=5) as fetcher:
        yield Announcer(fetcher, monotonic=clock.monotonic, sleep=clock.sleep)


def changed(site, *paths, hub="/hub"):
    return pings(paths, Site("x", "https://a.example/", "a.example", 2026, hub=site.url(hub)))


def told(site, path="/hub"):
    """The feeds the hub was told of, each as one POST of a form."""
    return [asked for asked in site.asked(path) if asked.method == "POST"]


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_hub_is_told_of_each_feed_by_a_form_that_names_its_self_address(site, teller):
    site.on("/hub", status=204)
    teller.tell(changed(site, "all.atom", "country/vn.atom", "all.html", "all/archive/1.atom"))
    await teller.finish(5)
    assert teller.waiting == ()
    assert teller.told == 2
    first = told(site)[0]
    assert first.headers["content-type"] == "application/x-www-form-urlencoded"
    assert first.headers["user-agent"] == "Communique/1"
    assert [parse_qs(asked.body.decode()) for asked in told(site)] == [
        {"hub.mode": ["publish"], "hub.topic": [topic], "hub.url": [topic]} for topic in ("https://a.example/all.atom", "https://a.example/country/vn.atom")
    ]


async def test_a_hub_that_fails_is_left_alone_for_longer_and_longer_and_then_told_of_all_that_waits_once(site, clock, teller):
    for status in (503, 500, 429):
        site.on("/hub", status=status)
    site.on("/hub", status=200)
    telling = asyncio.create_task(teller.run())
    teller.tell(changed(site, "all.atom", "country/vn.atom"))
    teller.tell(changed(site, "all.atom"))
    await until(lambda: not teller.waiting)
    telling.cancel()
    at = [asked.at for asked in told(site)]
    assert len(at) == 3 + 2
    assert [later - earlier for earlier, later in pairwise(at)] == [*WAITS[:3], timedelta(0)]


async def test_a_hub_that_asks_for_time_gets_it(site, clock, teller):
    site.on("/hub", status=503, headers={"Retry-After": "900"})
    site.on("/hub", status=200)
    telling = asyncio.create_task(teller.run())
    teller.tell(changed(site, "all.atom"))
    await until(lambda: not teller.waiting)
    telling.cancel()
    first, second = (asked.at for asked in told(site))
    assert second - first == timedelta(seconds=900)


async def test_a_feed_that_a_hub_refuses_for_good_is_not_told_again_and_stops_no_other(site, teller):
    site.on("/hub", status=400)
    site.on("/hub", status=204)
    teller.tell(changed(site, "all.atom", "country/vn.atom"))
    await teller.finish(5)
    assert teller.waiting == ()
    assert len(told(site)) == 2
    assert teller.told == 1


@pytest.mark.parametrize(("status", "followed"), [(307, True), (308, True), (301, False), (302, False), (303, False)])
async def test_only_a_redirect_that_keeps_a_post_is_followed(site, teller, status, followed):
    site.on("/hub", status=status, headers={"Location": "/elsewhere"})
    site.on("/elsewhere", status=204)
    teller.tell(changed(site, "all.atom"))
    await teller.finish(5)
    assert len(told(site, "/elsewhere")) == int(followed)
    assert site.asked("/elsewhere") == told(site, "/elsewhere")


async def test_the_guard_of_polling_guards_this_door_too(site, clock):
    async with Fetcher("Communique/1", clock=clock.now) as fetcher:
        teller = Announcer(fetcher, monotonic=clock.monotonic, sleep=clock.sleep)
        teller.tell(changed(site, "all.atom"))
        await teller.finish(5)
    assert site.log == []
    assert "loopback" in teller.trouble


async def test_a_hub_that_hangs_holds_a_round_no_longer_than_its_limit_and_the_next_run_goes_on(site, clock, teller, tmp_path):
    site.on("/hub", delay=60)
    site.on("/hub", status=204)
    teller.tell(changed(site, "all.atom", "country/vn.atom"))
    begun = asyncio.get_running_loop().time()
    await teller.finish(0.3)
    assert asyncio.get_running_loop().time() - begun < 2
    assert len(teller.waiting) == 2
    with open_store(f"sqlite:{tmp_path / 'store.db'}") as store:
        leave(store, teller.waiting)
        assert left_over(store, "https://another.example/") == ()
        assert left_over(store, "") == ()
        config = read_config(f'[publish]\nhub = "{site.url("/hub")}"\n[poll]\nallow = ["{site.authority}"]', tmp_path / "config.toml", {})
        outcome = await announce(config, store, changed(site, "all.atom"), clock=clock.now)
        assert (outcome.told, outcome.waiting, outcome.troubles) == (2, 0, ())
        assert left_over(store, site.url("/hub")) == ()
        assert (await announce(config, store, (), clock=clock.now)).told == 0
    assert TELLING <= 20


async def test_a_hub_that_cannot_be_told_is_said_to_need_a_look(site, clock, tmp_path):
    config = read_config(f'[publish]\nhub = "{site.url("/hub")}"\n[poll]\nallow = ["{site.authority}"]', tmp_path / "config.toml", {})
    site.on("/hub", status=503)
    with open_store(f"sqlite:{tmp_path / 'store.db'}") as store:
        outcome = await announce(config, store, changed(site, "all.atom"), clock=clock.now)
    assert outcome.troubles == (f"hub {site.url('/hub')}: HTTP 503; 1 feeds wait to be told of",)


async def test_a_ping_that_comes_while_another_is_told_is_not_lost(site, teller):
    site.on("/hub", status=204, delay=0.2)
    telling = asyncio.create_task(teller.run())
    teller.tell(changed(site, "all.atom"))
    await until(lambda: site.asked("/hub"))
    teller.tell(changed(site, "all.atom"))
    await until(lambda: not teller.waiting and len(told(site)) == 2)
    telling.cancel()


async def test_the_daemon_tells_what_an_earlier_run_left(site, clock, tmp_path):
    site.on("/hub", status=204)
    config = read_config(f'[publish]\nhub = "{site.url("/hub")}"\n[poll]\nallow = ["{site.authority}"]', tmp_path / "config.toml", {})

    async def serve(_, stop):
        await stop.wait()

    with open_store(f"sqlite:{tmp_path / 'store.db'}") as store:
        leave(store, changed(site, "all.atom"))
        running = asyncio.create_task(daemon.run(
            config, store, clock=lambda: datetime.now(UTC), reload=lambda: config, serve=serve, publisher=lambda _: lambda now: SimpleNamespace(pings=()),
        ))
        await until(lambda: told(site))
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(10):
            await running
        assert left_over(store, config.publish.hub) == ()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().remove_signal_handler(number)
