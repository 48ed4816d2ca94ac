"""R32 to R43: clocks that are wrong and networks that go away, over rounds of visits.

Touches: loopback.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.poll.pace import GAP, HOUR, Visit, next_visit, replan
from storage.model import Hints, Standing
from storage.store import open_store
from tests.aggregator.poll.world import DAY, gaps, rss
from tests.factory import source

NOW = datetime(2026, 3, 4, 9, 17, tzinfo=UTC)
HINTS = Hints(skip_hours=(1, 2, 3), skip_days=(6,))


@pytest.mark.case("R32")
@pytest.mark.parametrize("slew", [timedelta(seconds=-30), timedelta(seconds=30), -GAP, timedelta(0)])
def test_r32_a_clock_that_is_put_right_by_seconds_moves_no_visit(slew):
    known = Standing("au-press", NOW + HOUR, last_polled=NOW)
    assert replan(source(), known, now=NOW + slew, every=HOUR) is None


@pytest.mark.case("R33")
@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Moscow", "Europe/London", "Pacific/Apia"])
def test_r33_the_zone_of_the_machine_and_its_summer_time_are_no_matter(zone, monkeypatch):
    moments = [datetime(2026, month, day, hour, 30, tzinfo=UTC) for month, day in ((3, 8), (3, 29), (10, 25), (11, 1)) for hour in range(24)]

    def planned():
        known = Standing("au-press", NOW, etag='"1"', last_new=NOW)
        return [next_visit(source(), known, Visit("new", 200, hints=HINTS), now=at, every=HOUR, at_most=DAY) for at in moments]

    before = planned()
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert planned() == before
        assert all(due >= at + HOUR and due.hour not in HINTS.skip_hours for (due, _), at in zip(before, moments, strict=True))
    finally:
        os.environ.pop("TZ")
        time.tzset()


@pytest.mark.case("R34")
async def test_r34_eight_hours_asleep_cost_one_visit_and_no_burst(world, site, clock):
    world.abroad("a.example", "b.example")
    for host in ("a.example", "b.example"):
        site.feed(f"{host}/feed", rss("One"), etag='"1"')
    world.follow(*(source(id=host[0], url=f"http://{host}/feed") for host in ("a.example", "b.example")))
    await world.live(2 * HOUR)
    before = len(site.log)
    clock.advance(8 * HOUR)
    await world.round()
    await world.round()
    assert len(site.log) == before + 2


@pytest.mark.case("R35")
@pytest.mark.parametrize("moment", ["2026-12-31T23:59:59", "2028-02-29T23:30:00", "2038-01-19T03:14:07", "2040-06-30T23:59:59"])
def test_r35_no_end_of_a_year_or_an_epoch_is_one(moment):
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    due, reason = next_visit(source(), Standing("au-press", now, etag='"1"', last_new=now), Visit("new", 200), now=now, every=HOUR, at_most=DAY)
    assert timedelta(0) <= due - now - HOUR < timedelta(minutes=6)
    with open_store("sqlite::memory:") as store:
        store.sources.configure([source()], now)
        store.sources.save_standing(Standing("au-press", due, reason))
        assert [standing.due for _, standing in store.sources.due(due, limit=1)] == [due]
        assert store.sources.due(now, limit=1) == ()


@pytest.mark.case("R36")
@pytest.mark.parametrize("off", [-DAY, DAY])
async def test_r36_a_server_whose_clock_is_a_day_off_is_visited_as_any_other(world, site, clock, off):
    world.abroad("a.example")

    def stamp(moment):
        return f"{moment:%a, %d %b %Y %H:%M:%S GMT}"

    def answer(asked):
        there = clock.now() + off
        told = {"Date": stamp(there), "Expires": stamp(there + 2 * HOUR), "Last-Modified": stamp(there)}
        return site.answer(200, rss(f"Story {len(site.log)}").encode(), **told)

    site.when("a.example/feed", answer)
    world.follow(source(id="a", url="http://a.example/feed"))
    await world.live(DAY)
    assert len(site.log) >= 10
    assert all(2 * HOUR <= gap < 2.2 * HOUR for gap in gaps(site.log))
    titles = world.titles()
    assert len(titles) == len(site.log)


@pytest.mark.case("R43")
async def test_r43_a_feed_that_holds_nothing_known_any_longer_is_reported(world, site, clock):
    site.on("/feed", rss("Talks in Suva", "Ministers meet"))
    site.on("/feed", rss("Talks in Suva", "Ministers meet", "Third"))
    site.on("/feed", rss("Casino one", "Casino two", "Casino three", host="https://casino.example").replace("Press", "Casino"))
    world.follow(world.feed("/feed"))
    notes = []
    for _ in range(3):
        await world.round(everything=True)
        notes.append(world.store.sources.polls("feed", 1)[0].reason)
        clock.advance(HOUR)
    assert notes[:2] == ["", ""]
    assert "holds nothing of what it held before" in notes[2]
    assert len(world.titles()) == 6         # nothing that was there is lost


@pytest.mark.case("R41")
async def test_r41_a_network_that_was_gone_for_a_day_leaves_no_source_behind(world, site, clock, network):
    hosts = [f"s{number}.example" for number in range(12)]
    world.abroad(*hosts)
    for host in hosts:
        site.feed(f"{host}/feed", rss("One"), etag='"1"')
    world.follow(*(source(id=host.partition(".")[0], url=f"http://{host}/feed") for host in hosts))
    await world.live(6 * HOUR)
    addresses = {f"93.184.216.{number + 1}" for number in range(12)}
    network.dead |= addresses
    for host in hosts:
        site.feed(f"{host}/feed", rss("One", f"Two of {host}"), etag='"2"')
    await world.live(DAY)
    network.dead -= addresses
    back = clock.now()
    await world.live(20 * HOUR)         # whoever is due first notices
    last = {host: [one.at for one in site.log if one.host == host and one.at > back] for host in hosts}
    first = min(moments[0] for moments in last.values())
    assert all(moments[0] - first <= 1.1 * HOUR for moments in last.values())
    assert len({title for title in world.titles() if title.startswith("Two")}) == 12
    soon = sorted(moments[0] for moments in last.values())
    assert soon[-1] - soon[0] > HOUR / 4        # and no burst


@pytest.mark.case("R41")
async def test_r41_two_hosts_that_are_down_are_no_network_that_is_gone(world, site, clock, network):
    world.abroad("a.example", "b.example", "c.example")
    for host in ("a", "b", "c"):
        site.feed(f"{host}.example/feed", rss("One"), etag='"1"')
    world.follow(*(source(id=host, url=f"http://{host}.example/feed") for host in ("a", "b", "c")))
    await world.live(2 * HOUR)
    network.dead |= {"93.184.216.1", "93.184.216.2"}
    before = len(network.dialled)
    await world.live(DAY)
    dialled = [address for address, _ in network.dialled[before:]]
    assert max(dialled.count("93.184.216.1"), dialled.count("93.184.216.2")) <= 6       # 1, 2, 4, 8 hours and so on
