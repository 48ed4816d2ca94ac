"""How much of a source is taken in on one day, over rounds of visits.

Touches: loopback.
"""

from __future__ import annotations

from itertools import count

import pytest

from aggregator.poll.visiting import QUOTA
from tests.aggregator.poll.world import DAY, HOUR, rss
from tests.factory import source


def flooding(site, path="/flood"):
    """A feed that makes a thousand new ids at every visit."""
    numbers = count()
    site.when(path, lambda asked: site.answer(body=rss(*(f"Item {number} of visit {next_one}" for next_one in [next(numbers)] for number in range(900))).encode()))


@pytest.mark.case("S30")
async def test_s30_a_source_brings_its_first_document_and_then_five_hundred_items_a_day(world, site):
    flooding(site)
    site.feed("/good", rss("One"), etag='"g"')
    world.abroad("a.example", "b.example")
    world.follow(source(id="bad", url="http://a.example/flood", every=8 * HOUR), source(id="good", url="http://b.example/good"))
    by_day = []
    for _ in range(3):
        before = world.store.items.count()
        await world.live(DAY)
        by_day.append(world.store.items.count() - before)
    # The days of the account are UTC's and these begin at nine, so two of them share one of ours.
    assert 900 <= by_day[0] <= 900 + 1 + 2 * QUOTA
    assert all(new <= 2 * QUOTA for new in by_day[1:])
    assert sum(by_day) <= 901 + 4 * QUOTA
    assert "One" in world.titles()
    notes = {poll.reason for poll in world.store.sources.polls("bad")}
    assert any("entries wait: a source may bring 500 new items a day" in note for note in notes)


@pytest.mark.case("S30")
async def test_s30_what_waits_comes_in_the_next_day_though_the_feed_is_unchanged(world, site):
    site.on("/feed", rss("First"), headers={"ETag": '"1"'})
    site.on("/feed", rss(*(f"Item {number} of many" for number in range(800))), headers={"ETag": '"2"'})
    site.on("/feed", status=304)
    world.abroad("a.example")
    world.follow(source(id="a", url="http://a.example/feed"))
    await world.live(2 * HOUR)
    assert world.store.items.count() == 1 + QUOTA
    await world.live(DAY)
    assert world.store.items.count() == 801
    assert all("if-none-match" in one.headers for one in site.log[1:])      # nothing had to be fetched again for it


async def test_a_busy_agency_is_in_no_ones_way(world, site):
    site.when("/feed", lambda asked: site.answer(body=rss(*(f"Item {asked.at:%d %H} {number}" for number in range(15))).encode(), ETag=f'"{asked.at}"'))
    world.abroad("a.example")
    world.follow(source(id="a", url="http://a.example/feed"))
    await world.live(5 * DAY)
    assert world.store.items.count() == 15 * len(site.log)
    assert world.store.items.waiting() == {}
