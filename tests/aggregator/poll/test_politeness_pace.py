"""P21 to P39: how often a source is asked, over the log of a scripted server.

Touches: loopback.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.fetch.addresses import same_feed
from tests.aggregator.poll.world import DAY, HOUR, gaps, is_conditional, rss
from tests.factory import source

MINUTE = timedelta(minutes=1)


def busiest_second(moments):
    return max(len([other for other in moments if one <= other < one + timedelta(seconds=1)]) for one in moments)


def follow(world, **fields):
    """One source on the open internet."""
    world.abroad("a.example")
    world.follow(source(**({"id": "a", "url": "http://a.example/feed"} | fields)))


def ever_new(asked):
    """A document that has an entry more at every visit."""
    return rss(f"Item {asked.at:%d %H:%M:%S}").encode()


def changing(site, path="/feed", **headers):
    site.when(path, lambda asked: site.answer(body=ever_new(asked), ETag=f'"{asked.at}"', **{name.replace("_", "-"): value for name, value in headers.items()}))


def wish(tags):
    """A changing feed that wishes something in its document."""
    return lambda asked: ever_new(asked).replace(b"<title>Press</title>", b"<title>Press</title>" + tags.encode())


# What the headers ask for; each feed changes at every visit, so that nothing but the wish slows us down

@pytest.mark.parametrize(("headers", "least", "most"), [
    pytest.param({"Cache_Control": "max-age=43200"}, 12 * HOUR, 13 * HOUR, id="P21"),
    pytest.param({"Cache_Control": "max-age=10800", "Age": "3600"}, 2 * HOUR, 2.2 * HOUR, id="P22"),
    pytest.param({"Cache_Control": "max-age=18000, s-maxage=60"}, 5 * HOUR, 6 * HOUR, id="P23 s-maxage"),
    pytest.param({"Cache_Control": "max-age=18000", "Expires": "Wed, 04 Mar 2020 09:00:00 GMT"}, 5 * HOUR, 6 * HOUR, id="P23 both"),
    pytest.param({"Expires": "0"}, HOUR, 1.2 * HOUR, id="P24 zero"),
    pytest.param({"Expires": "Wed, 04 Mar 2020 09:00:00 GMT"}, HOUR, 1.2 * HOUR, id="P24 past"),
    pytest.param({"Expires": "tomorrow"}, HOUR, 1.2 * HOUR, id="P24 malformed"),
    pytest.param({"Cache_Control": "max-age=31536000"}, DAY, 25 * HOUR, id="P25"),
    pytest.param({"Cache_Control": "no-store, max-age=43200"}, HOUR, 1.2 * HOUR, id="P26 no-store"),
    pytest.param({"Cache_Control": "no-cache"}, HOUR, 1.2 * HOUR, id="P26 no-cache"),
    pytest.param({"Cache_Control": "max-age=-1"}, HOUR, 1.2 * HOUR, id="P27 negative"),
    pytest.param({"Cache_Control": "max-age=abc"}, HOUR, 1.2 * HOUR, id="P27 word"),
    pytest.param({"Cache_Control": "max-age=7200, max-age=43200"}, HOUR, 1.2 * HOUR, id="P27 twice"),
    pytest.param({"Cache_Control": "max-age=100000000000000000000"}, HOUR, 1.2 * HOUR, id="P27 huge"),
])
async def test_p021_to_p027_the_headers_are_obeyed_or_mean_nothing(world, site, headers, least, most):
    changing(site, **headers)
    follow(world)
    await world.live(3 * DAY)
    assert all(least <= gap <= most for gap in gaps(site.log))
    assert all(is_conditional(one) for one in site.log[1:])


async def test_p023_expires_alone_is_obeyed(world, site):
    site.when("/feed", lambda asked: site.answer(
        body=ever_new(asked), ETag=f'"{asked.at}"', Expires=f"{asked.at + 5 * HOUR:%a, %d %b %Y %H:%M:%S} GMT", Date=f"{asked.at:%a, %d %b %Y %H:%M:%S} GMT"))
    follow(world)
    await world.live(2 * DAY)
    assert all(5 * HOUR <= gap < 5.2 * HOUR for gap in gaps(site.log))


async def test_p025_a_wish_that_is_cut_is_told(world, site):
    changing(site, Cache_Control="max-age=31536000")
    follow(world)
    await world.round()
    assert world.standing("a").reason == "the server says it keeps for 365 days"
    assert world.standing("a").due - site.log[0].at < 25 * HOUR


@pytest.mark.parametrize(("tags", "least"), [
    pytest.param("<ttl>180</ttl>", 3 * HOUR, id="P28"),
    pytest.param("<ttl>1</ttl>", HOUR, id="P29 one"),
    pytest.param("<ttl>0</ttl>", HOUR, id="P29 zero"),
    pytest.param("<ttl>soon</ttl>", HOUR, id="P29 word"),
    pytest.param('<u:updatePeriod xmlns:u="http://purl.org/rss/1.0/modules/syndication/">daily</u:updatePeriod>'
                 '<u:updateFrequency xmlns:u="http://purl.org/rss/1.0/modules/syndication/">2</u:updateFrequency>', 12 * HOUR, id="P31"),
    pytest.param('<u:updatePeriod xmlns:u="http://purl.org/rss/1.0/modules/syndication/">now and then</u:updatePeriod>', HOUR, id="P31 junk"),
])
async def test_p028_to_p031_what_the_document_asks_for_is_obeyed_above_the_floor(world, site, tags, least):
    document = wish(tags)
    site.when("/feed", lambda asked: site.answer(body=document(asked), ETag=f'"{asked.at}"'))
    follow(world)
    await world.live(3 * DAY)
    assert all(least <= gap <= least * 1.2 for gap in gaps(site.log))


async def test_p030_skipped_hours_and_days_see_no_request(world, site, clock):
    tags = "<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in range(12, 18)) + "</skipHours><skipDays><day>Saturday</day><day>Sunday</day></skipDays>"
    document = wish(tags)
    site.when("/feed", lambda asked: site.answer(body=document(asked), ETag=f'"{asked.at}"'))
    follow(world)
    await world.live(14 * DAY)
    assert not {one.at.hour for one in site.log} & set(range(12, 18))
    assert not {one.at.weekday() for one in site.log} & {5, 6}
    assert len(site.log) > 100


@pytest.mark.parametrize("tags", [
    "<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in range(24)) + "</skipHours>",
    "<skipDays>" + "".join(f"<day>{day}day</day>" for day in ("Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun")) + "</skipDays>",
])
async def test_p030_a_feed_that_skips_everything_skips_nothing(world, site, tags):
    document = wish(tags)
    site.when("/feed", lambda asked: site.answer(body=document(asked), ETag=f'"{asked.at}"'))
    follow(world)
    await world.live(DAY)
    assert len(site.log) >= 22


async def test_p032_of_several_wishes_the_longest_counts_up_to_a_day(world, site):
    document = wish("<ttl>300</ttl>")
    site.when("/feed", lambda asked: site.answer(body=document(asked), **{"ETag": f'"{asked.at}"', "Cache-Control": "max-age=7200"}))
    follow(world)
    await world.live(2 * DAY)
    assert all(5 * HOUR <= gap <= 5.2 * HOUR for gap in gaps(site.log))


async def test_p033_a_changing_feed_is_asked_hourly_and_never_sooner(world, site):
    changing(site)
    follow(world)
    await world.live(DAY)
    assert 20 <= len(site.log) <= 24
    assert min(gaps(site.log)) >= HOUR


async def test_p034_a_silent_feed_is_asked_ever_less_down_to_once_a_day(world, site):
    site.feed("/feed", rss("One"), etag='"a"')
    follow(world)
    await world.live(30 * DAY)
    assert len(site.log) < 30 * 24 / 3
    assert DAY <= gaps(site.log)[-1] <= 25 * HOUR


async def test_p034_a_feed_that_wakes_up_is_asked_often_again(world, site):
    site.feed("/feed", rss("One"), etag='"a"')
    follow(world)
    await world.live(20 * DAY)
    changing(site)
    asleep = len(site.log)
    await world.live(2 * DAY)
    assert gaps(site.log[asleep + 1:])[0] <= 1.2 * HOUR


async def test_p035_sources_due_at_once_come_by_ten_connections_a_second_and_drift_apart(world, site, network):
    hosts = [f"h{number}.example" for number in range(200)]
    site.feed("/feed", rss("One"), etag='"a"')
    world.abroad(*hosts)
    world.follow(*(source(id=f"s{number}", url=f"http://{host}/feed") for number, host in enumerate(hosts)))
    await world.round()
    assert len(site.log) == 200
    assert busiest_second(network.dialled_at) <= 10
    due = [standing.due for standing in world.store.sources.standings()]
    assert all(standing.due - standing.last_polled >= HOUR for standing in world.store.sources.standings())     # later, never earlier
    assert max(due) - min(due) > 4 * MINUTE


async def test_p036_fifty_feeds_of_one_host_are_asked_one_after_another(world, site):
    for number in range(50):
        site.feed(f"/{number}", rss(f"Item {number}"), etag=f'"{number}"')
    world.abroad("a.example")
    world.follow(*(source(id=f"s{number}", url=f"http://a.example/{number}") for number in range(50)))
    await world.round()
    assert len(site.log) == 50
    assert min(gaps(site.log)) >= timedelta(seconds=2)
    assert site.connections == 1


async def test_p037_one_feed_under_two_spellings_is_fetched_once(world, site):
    site.feed("/feed", rss("One"), etag='"a"')
    site.feed("/feed/", rss("One"), etag='"a"')
    world.abroad("a.example")
    world.follow(source(id="first", url="http://a.example/feed"), source(id="second", url="http://A.example:80/feed/"))
    await world.live(5 * DAY)
    assert {one.path for one in site.log} == {"/feed"}
    assert world.standing("second").reason == 'the same feed as source "first", which is visited for both'
    assert world.store.items.count() == 1
    done = await world.round(everything=True)
    assert ("second", 'the same feed as source "first", which is visited for both') in done.skipped


def test_p037_the_spellings_of_one_address():
    # That /feed and /feed/ are one is a convention and no rule; feeds of which this is untrue are not known to us.
    one = {same_feed(url) for url in ("https://a.example/feed", "http://a.example/feed", "https://A.EXAMPLE/feed/", "http://a.example:80/feed", "https://a.example:443/feed")}
    assert len(one) == 1
    other = {same_feed(url) for url in ("https://a.example/feed", "https://a.example/Feed", "https://a.example/feed?x=1", "https://a.example:8443/feed", "https://b.example/feed")}
    assert len(other) == 5


async def test_p037_of_http_and_https_the_latter_is_fetched(world, site):
    world.abroad("a.example")
    world.deadline = 0.2
    world.follow(source(id="a-plain", url="http://a.example/feed"), source(id="b-secure", url="https://a.example/feed"))
    done = await world.round()
    assert [name for name, _ in done.failed] == ["b-secure"]        # the scripted site speaks no TLS; that it was the one to be asked is the point
    assert [name for name, _ in done.skipped] == ["a-plain"]


async def test_p038_five_hundred_overdue_sources_are_no_burst(world, site, clock, network):
    hosts = [f"h{number}.example" for number in range(100)]
    world.abroad(*hosts)
    for number in range(5):
        site.feed(f"/{number}", rss(f"Item {number}"), etag=f'"{number}"')
    world.follow(*(source(id=f"s{number}-{host[:-8]}", url=f"http://{host}/{number}") for host in hosts for number in range(5)))
    clock.advance(3 * DAY)
    await world.round()
    assert len(site.log) == 500
    for host in hosts[:10]:
        assert min(gaps([one for one in site.log if one.host == host])) >= timedelta(seconds=2)
    assert len(network.dialled_at) == len(hosts)        # the five of a host over one connection
    assert busiest_second(network.dialled_at) <= 10


async def test_p039_three_days_asleep_cost_one_visit(world, site, clock):
    changing(site)
    follow(world)
    await world.live(DAY)
    clock.advance(3 * DAY)
    before = len(site.log)
    await world.live(30 * MINUTE)
    assert len(site.log) - before == 1


def test_the_moments_of_these_tests_are_what_they_seem(clock):
    assert clock.now() == datetime(2026, 3, 4, 9, tzinfo=UTC)       # a Wednesday, outside the hours that are skipped above
