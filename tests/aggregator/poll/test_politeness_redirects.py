"""P55 to P62: where a source is asked once it says that it has moved, over the log of a scripted server.

Touches: loopback.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.poll.moves import address_of, after_answer
from storage.sources import Move
from storage.store import open_store
from tests.aggregator.poll.world import DAY, HOUR, World, gaps, rss
from tests.factory import NOW, source


def follow(world, **fields):
    """One source on the open internet, which may lead to another host."""
    world.abroad("a.example", "b.example", "c.example")
    world.follow(source(**({"id": "a", "url": "http://a.example/feed"} | fields)))


def moved(site, status=301, to="http://b.example/feed"):
    site.on("a.example/feed", status=status, headers={"Location": to})
    site.when("b.example/feed", lambda asked: site.answer(body=rss("Always", f"Item {asked.at:%d %H}").encode(), ETag=f'"{asked.at}"'))


@pytest.mark.parametrize("status", [301, 308])
async def test_p055_p056_a_permanent_move_met_for_a_day_is_believed_and_the_old_address_left_alone(world, site, status):
    moved(site, status)
    follow(world)
    await world.live(10 * DAY)
    old, new = site.asked("a.example/feed"), site.asked("b.example/feed")
    assert len(old) >= 3
    assert DAY <= old[-1].at - old[0].at < DAY + 3 * HOUR
    assert len(new) > len(old) * 3
    assert "asked at http://b.example/feed, where it has moved: write that as its url" in world.standing("a").reason
    assert world.store.sources.get("a").url == "http://a.example/feed"          # the configuration is its operator's


async def test_p055_a_move_is_remembered_over_a_restart(site, clock, network, tmp_path):
    moved(site)
    for _ in range(40):
        with open_store(f"sqlite:{tmp_path / 'communique.db'}") as store:
            world = World(site, clock, network, store)
            follow(world)
            await world.round()
        clock.advance(2 * HOUR)
    assert site.asked("a.example/feed")[-1].at - site.log[0].at < DAY + 5 * HOUR


async def test_p055_validators_hold_at_the_new_address(world, site):
    site.on("a.example/feed", status=301, headers={"Location": "http://b.example/feed"})
    site.feed("b.example/feed", rss("One"), etag='"b"')
    follow(world)
    await world.live(5 * DAY)
    assert {one.headers.get("if-none-match") for one in site.asked("b.example/feed")[1:]} == {'"b"'}


@pytest.mark.parametrize("status", [302, 303, 307])
async def test_p057_a_temporary_redirect_is_followed_and_forgotten(world, site, status):
    moved(site, status)
    follow(world)
    await world.live(5 * DAY)
    assert len(site.asked("a.example/feed")) == len(site.asked("b.example/feed")) > 10
    assert world.store.sources.moves() == {}


@pytest.mark.parametrize("there", ["404", "page", "login", "another feed"])
async def test_p058_a_move_to_what_is_not_this_feed_is_not_believed(world, site, there):
    site.on("a.example/feed", rss("One"), headers={"ETag": '"1"'})
    site.on("a.example/feed", status=301, headers={"Location": "http://b.example/feed"})
    if there == "404":
        site.on("b.example/feed", status=404)
    elif there == "another feed":
        site.when("b.example/feed", lambda asked: site.answer(body=rss(f"Pills {asked.at:%d %H %M}", host="https://spam.example").encode()))
    else:
        site.on("b.example/feed", "<html><body><form><input type='password'></form></body></html>" if there == "login" else "<html><body>Hello</body></html>")
    follow(world)
    await world.live(10 * DAY)
    assert len(site.asked("a.example/feed")) - 1 == len(site.asked("b.example/feed")) > 5
    assert not any(move.settled_at for move in world.store.sources.moves().values())


def test_p058_a_move_from_https_to_http_is_not_believed():
    secure = source(id="a", url="https://a.example/feed")
    move = None
    for day in range(10):
        move = after_answer(secure, move, "http://a.example/feed", same=True, now=NOW + day * DAY)
    assert move is None
    assert address_of(secure, move) == "https://a.example/feed"


async def test_p059_a_loop_ends_after_six_requests_and_is_an_error(world, site):
    site.on("a.example/feed", status=301, headers={"Location": "http://b.example/feed"})
    site.on("b.example/feed", status=301, headers={"Location": "http://a.example/feed"})
    follow(world)
    await world.round()
    assert len(site.log) == 6
    assert world.standing("a").last_error == "more than 5 redirects"


@pytest.mark.parametrize(("location", "reached"), [
    ("", ""), ("/new", "/new"), ("new", "/new"), ("?page=2", "/feed?page=2"), ("/new#part", "/new"), ("/a b", "/a%20b"), ("//b.example/new", "/new"),
    ("file:///etc/passwd", ""), ("javascript:alert(1)", ""), ("http://user:secret@b.example/new", "/new"), ("http://[", ""),
])
async def test_p060_any_location_is_handled_or_an_error(world, site, location, reached):
    headers = {"Location": location} if location else {}
    site.on("a.example/feed", status=302, headers=headers)
    site.on("a.example/feed?page=2", rss("One"))
    for path in ("/new", "/a%20b"):
        site.on(path, rss("One"))
    follow(world)
    await world.round()
    assert [one.path for one in site.log] == (["/feed", reached] if reached else ["/feed"])
    assert world.titles() == (["One"] if reached else [])
    assert not any("authorization" in one.headers for one in site.log)


async def test_p061_a_captive_network_of_one_day_moves_nothing(world, site, clock):
    begin = clock.now() + 2 * DAY

    def home(asked):
        if begin <= asked.at < begin + timedelta(hours=23):
            return site.answer(301, Location="http://b.example/feed")
        return site.answer(body=rss("Always", f"Item {asked.at:%d %H}").encode(), ETag=f'"{asked.at}"')

    site.when("a.example/feed", home)
    site.when("b.example/feed", lambda asked: site.answer(body=rss("Always").encode()))
    follow(world)
    await world.live(6 * DAY)
    assert site.asked("b.example/feed")
    assert site.asked("a.example/feed")[-1].at > begin + 3 * DAY
    assert world.store.sources.moves() == {}


async def test_p062_a_feed_that_calls_itself_otherwise_is_reported_and_not_followed(world, site):
    body = rss("One").replace("<title>Press</title>", '<title>Press</title><a:link xmlns:a="http://www.w3.org/2005/Atom" rel="self" href="http://c.example/other"/>'
                              '<i:new-feed-url xmlns:i="http://www.itunes.com/dtds/podcast-1.0.dtd">http://c.example/podcast</i:new-feed-url>')
    site.feed("a.example/feed", body, etag='"a"')
    follow(world)
    await world.live(5 * DAY)
    assert {one.host for one in site.log} == {"a.example"}
    assert world.store.sources.polls("a", 1000)[-1].reason == "calls itself http://c.example/other"


async def test_a_new_address_that_fails_gives_the_old_one_another_chance(world, site):
    moved(site)
    follow(world)
    await world.live(3 * DAY)
    assert site.log[-1].host == "b.example"
    site.when("b.example/feed", lambda asked: site.answer(404))
    site.when("a.example/feed", lambda asked: site.answer(body=rss("Always", "Home again").encode()))
    await world.live(2 * DAY)
    assert "Home again" in world.titles()
    assert world.store.sources.moves() == {}


async def test_an_edited_address_ends_a_move(world, site):
    moved(site)
    site.feed("c.example/feed", rss("One"), etag='"c"')
    follow(world)
    await world.live(3 * DAY)
    follow(world, url="http://c.example/feed")
    await world.live(DAY)
    assert site.log[-1].host == "c.example"
    assert world.store.sources.moves() == {}


def test_a_move_counts_only_towards_one_address():
    here, move = source(id="a", url="http://a.example/feed"), None
    for number in range(20):
        move = after_answer(here, move, f"http://{'bc'[number % 2]}.example/", same=True, now=NOW + number * DAY)
    assert move == Move("a", here.url, "http://c.example/", NOW + 19 * DAY)


async def test_a_move_over_a_day_costs_no_more_requests_than_before(world, site):
    moved(site)
    follow(world)
    await world.live(3 * DAY)
    assert min(gaps(site.asked("b.example/feed"))) >= HOUR
