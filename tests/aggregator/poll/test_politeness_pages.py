"""P73 to P83: pages, sitemaps and articles, and what their hosts' robots.txt asks, over the log of a scripted server.

Touches: loopback.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from protego import Protego

from aggregator.errors import FetchError
from aggregator.poll.desk import Desk
from aggregator.poll.robots import LONGEST_DELAY, Disallowed, Robots
from storage.model import PageRules
from storage.store import open_store
from tests.aggregator.poll.world import DAY, HOUR, World, article, gaps, hours, is_conditional, rss
from tests.factory import source

RULES = PageRules(item="div.row", link="a")
LIST = '<html><body><div class="row"><a href="/one">One</a></div><div class="row"><a href="/two">Two</a></div></body></html>'


def follow(world, *more, **fields):
    """A listing of two articles on the open internet."""
    world.abroad("a.example")
    world.follow(source(**({"id": "a", "url": "http://a.example/news", "kind": "page", "page": RULES} | fields)), *more)


@pytest.fixture
def listed(site):
    site.on("/news", LIST, headers={"ETag": '"n"', "Cache-Control": "max-age=3600"})
    for name in ("one", "two"):
        site.on(f"/{name}", article(name, f"The text of {name}."))


@pytest.fixture
async def robots(world):
    """Asks the scripted site as its operator."""
    async with world.fetcher() as fetcher:
        desk = Desk()
        yield Robots(fetcher.fetch, fetcher.slow_down, world.store, desk, world.clock.now)
        desk.close()


async def may(robots, url, **of):
    """Whether `url` may be read."""
    try:
        await robots.require(url, source(url=url, kind="page", **of))
    except FetchError as error:
        assert "robots.txt" in error.reason
        return False
    return True


def asked(site, path="/robots.txt"):
    return len(site.asked(path))


async def test_p073_a_page_that_robots_txt_covers_is_not_fetched_and_a_feed_is(world, site, listed):
    site.on("/robots.txt", "User-agent: *\nDisallow: /\n")
    site.feed("/feed", rss("From the feed"), etag='"f"')
    follow(world, source(id="f", url="http://a.example/feed"))
    await world.live(3 * DAY)
    assert {one.path for one in site.log} == {"/robots.txt", "/feed"}
    assert "robots.txt of a.example asks not to read this" in world.standing("a").last_error
    assert world.titles() == ["From the feed"]


async def test_p073_an_article_that_is_covered_is_told_by_its_listing_and_not_asked_for(world, site, listed):
    site.on("/robots.txt", "User-agent: *\nDisallow: /two\n")
    follow(world)
    await world.live(DAY)
    assert asked(site, "/one") == 1
    assert asked(site, "/two") == 0
    assert len(world.titles()) == 2
    assert world.standing("a").last_error == ""


async def test_p073_full_texts_of_a_feed_obey_and_its_operator_may_overrule(world, site):
    site.on("/robots.txt", "User-agent: *\nDisallow: /\n")
    site.feed("/feed", rss("One", host="http://a.example"), etag='"f"')
    site.on("/One", article("One", "The text of one."))
    follow(world, url="http://a.example/feed", kind="feed", page=None, full_text=True)
    await world.live(HOUR)
    assert asked(site, "/One") == 0
    site.feed("/feed2", rss("One", host="http://a.example"), etag='"f"')
    follow(world, url="http://a.example/feed2", kind="feed", page=None, full_text=True, robots=False, id="b")
    await world.live(HOUR)
    assert asked(site, "/One") == 1


# The forms of a rule, as RFC 9309 and google/robotstxt have them

@pytest.mark.parametrize(("rules", "path", "allowed"), [
    ("Disallow: /a\nAllow: /a/b", "/a/b/c", True), ("Disallow: /a\nAllow: /a/b", "/a/c", False), ("Allow: /p\nDisallow: /p", "/p", True),
    ("Disallow: /*.pdf$", "/x/y.pdf", False), ("Disallow: /*.pdf$", "/x/y.pdf?1", True), ("Disallow: /*/private", "/a/private/b", False),
    ("Disallow: /caf%C3%A9", "/café", False), ("Disallow: /café", "/caf%C3%A9", False), ("Disallow: /a%3Cd", "/a%3cd", False),
    ("Disallow:", "/anything", True), ("Disallow: /a\n\n\nDisallow: /b", "/b", False), ("disallow: /A", "/a", True),
])
async def test_p074_the_longest_match_counts_with_its_wildcards_and_escapes(robots, site, rules, path, allowed):
    site.on("/robots.txt", f"User-agent: *\n{rules}\n")
    assert await may(robots, site.url(path)) is allowed


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_p075_a_host_without_the_file_allows_everything(robots, site, status):
    site.on("/robots.txt", status=status)
    assert await may(robots, site.url("/news"))


@pytest.mark.parametrize("how", [{"status": 500}, {"status": 503}, {"status": 429}, {"delay": 10}, {"raw": b""}])
async def test_p075_a_host_that_cannot_say_allows_nothing_until_it_can(robots, world, site, clock, how):
    # The RFC wants nothing read meanwhile and says not for how long to believe it. A passing fault should not cost a day of articles, so we ask again
    # after an hour, then two, and so on up to a day.
    world.deadline = 0.1
    for _ in range(2):
        site.on("/robots.txt", **how)
    site.on("/robots.txt", "User-agent: *\nDisallow:\n")
    robots.ask.__self__._deadline = 0.1
    answers = []
    for _ in range(8):
        answers.append(await may(robots, site.url("/news")))
        clock.advance(timedelta(minutes=30))
    assert answers == [False] * 6 + [True] * 2
    assert [gap for gap in gaps(site.asked("/robots.txt"))] == [HOUR, 2 * HOUR]


async def test_p076_the_file_is_asked_for_once_a_day(world, site, listed, clock):
    site.on("/robots.txt", "User-agent: *\nDisallow:\n")
    follow(world)
    await world.live(5 * DAY)
    assert 4 <= asked(site) <= 6
    assert min(gaps(site.asked("/robots.txt"))) >= 23 * HOUR


async def test_p076_neither_a_restart_nor_a_further_round_asks_again(site, clock, network, listed, tmp_path):
    site.on("/robots.txt", "User-agent: *\nDisallow: /two\n")
    for _ in range(20):
        with open_store(f"sqlite:{tmp_path / 'communique.db'}") as store:
            world = World(site, clock, network, store)
            follow(world)
            await world.round()
        clock.advance(HOUR)
    assert asked(site) == 1
    assert asked(site, "/two") == 0


async def test_p076_many_who_want_the_file_at_once_get_it_from_one_request(robots, site):
    site.on("/robots.txt", "User-agent: *\nDisallow: /private\n", delay=0.05)
    answers = await asyncio.gather(*(may(robots, site.url(path)) for path in ("/news", "/private", "/one", "/two") * 5))
    assert answers == [True, False, True, True] * 5
    assert asked(site) == 1


async def test_p076_what_changed_in_the_file_holds_after_a_day(robots, site, clock):
    site.on("/robots.txt", "User-agent: *\nDisallow:\n")
    site.on("/robots.txt", "User-agent: *\nDisallow: /\n")
    assert await may(robots, site.url("/news"))
    clock.advance(DAY)
    assert not await may(robots, site.url("/news"))


async def test_p077_the_file_may_lie_up_to_five_redirects_away(robots, site):
    for number in range(5):
        site.on("/robots.txt" if number == 0 else f"/r{number}", status=301, headers={"Location": f"/r{number + 1}"})
    site.on("/r5", "User-agent: *\nDisallow: /private\n")
    assert await may(robots, site.url("/news"))
    assert not await may(robots, site.url("/private"))


async def test_p077_one_further_away_is_not_followed(robots, site):
    site.on("/robots.txt", status=301, headers={"Location": "/robots.txt"})
    assert not await may(robots, site.url("/news"))
    assert asked(site) == 6


@pytest.mark.parametrize("length", [2_000_000, 10_000_000, 20_000_000])
async def test_p078_of_a_huge_file_the_first_part_counts(robots, site, length):
    site.on("/robots.txt", b"User-agent: *\nDisallow: /early\n" + b"#" * length + b"\nDisallow: /late\n")
    assert not await may(robots, site.url("/early"))
    assert await may(robots, site.url("/late"))


@pytest.mark.parametrize(("group", "allowed"), [
    ("User-agent: Communique\nDisallow: /\n\nUser-agent: *\nDisallow:\n", False), ("User-agent: communique\nDisallow:\n\nUser-agent: *\nDisallow: /\n", True),
    ("User-agent: Other\nDisallow: /\n", True), ("User-agent: *\nDisallow: /\n", False), ("User-agent: Other\nUser-agent: Communique\nDisallow: /\n", False),
])
async def test_p079_our_own_group_counts_before_everybodys(robots, site, group, allowed):
    site.on("/robots.txt", group)
    assert await may(robots, site.url("/news")) is allowed


@pytest.mark.parametrize(("delay", "least"), [("10", 10), ("0.5", 2), ("86400", LONGEST_DELAY.total_seconds()), ("soon", 2)])
async def test_p080_a_wished_pause_is_kept_up_to_a_minute(world, site, listed, delay, least):
    site.on("/robots.txt", f"User-agent: *\nCrawl-delay: {delay}\nDisallow:\n")
    follow(world)
    await world.round()
    assert [one.path for one in site.log] == ["/robots.txt", "/news", "/one", "/two"]
    between = gaps(site.log)[1:]        # the file itself is what tells us
    assert all(timedelta(seconds=least) <= gap <= timedelta(seconds=least + 1) for gap in between)


async def test_p080_a_host_that_wants_long_pauses_is_read_bit_by_bit(world, site, clock):
    names = [f"n{number}" for number in range(12)]
    site.on("/robots.txt", "User-agent: *\nCrawl-delay: 60\n")
    site.on("/news", "<html><body>" + "".join(f'<div class="row"><a href="/{name}">{name}</a></div>' for name in names) + "</body></html>")
    for name in names:
        site.on(f"/{name}", article(name, f"The text of {name}."))
    follow(world)
    began = clock.now()
    await world.round()
    assert clock.now() - began < timedelta(minutes=8)       # the others wait no longer for it
    await world.live(DAY)
    assert [asked(site, f"/{name}") for name in names] == [1] * 12


async def test_p081_each_article_is_fetched_once_and_the_listing_conditionally(world, site, listed):
    follow(world)
    await world.live(5 * DAY)
    assert (asked(site, "/one"), asked(site, "/two")) == (1, 1)
    assert all(map(is_conditional, site.asked("/news")[1:]))


@pytest.mark.parametrize(("status", "times"), [(500, 3), (404, 1), (410, 1), (403, 1)])
async def test_p081_an_article_that_fails_is_asked_for_again_twice_at_most(world, site, listed, status, times):
    site.when("/two", lambda asked: site.answer(status))
    follow(world)
    await world.live(5 * DAY)
    assert asked(site, "/two") == times
    assert len(world.titles()) == 2     # the listing's word for it


@pytest.mark.shared
async def test_p082_the_files_of_real_hosts_are_read_as_the_reference_does(robots, site):
    folder = Path(__file__).parents[3] / ".." / "shared" / "corpora" / "robots"
    if not folder.is_dir():
        pytest.skip("the corpora beside the project are not here")
    paths = ["/", "/news", "/feed/", "/search?q=1", "/wp-admin/", "/a.pdf", "/private/", "/tag/x", "/2026/03/04/story", "/user/login", "/cgi-bin/x", "/*", "/en/news.html",
             "/index.php?id=3", "/comments/feed", "/print/1", "/api/v1", "/img/a.png", "/sitemap.xml", "/caf%C3%A9"]
    disagreed = 0
    for number, path in enumerate(sorted(path for path in folder.iterdir() if path.is_file() and "LICENSE" not in path.name)):
        text = path.read_bytes()
        site.on("/robots.txt", text)
        site._asked["/robots.txt"] = number
        robots._rules.clear()
        robots.clock = lambda number=number, clock=robots.clock: clock() + DAY
        reference = Protego.parse(text[:500 * 1024].decode("utf-8", "replace"))
        for one in paths:
            try:
                await robots.require(site.url(one), source(url=site.url("/"), kind="page"))
                allowed = True
            except Disallowed:
                allowed = False
            disagreed += allowed != reference.can_fetch(site.url(one), "Communique")
    assert disagreed == 0


@pytest.mark.parametrize("who", ["/robots.txt", "/news", "/one"])
async def test_p083_a_page_that_asks_for_silence_silences_its_host(world, site, who):
    if who != "/news":
        site.on("/news", LIST)
    if who != "/one":
        site.on("/one", article("one", "Text."))
    site.on("/two", article("two", "Text."))
    site.on(who, status=429, headers={"Retry-After": "36000"})
    follow(world, source(id="z", url="http://a.example/feed"))
    await world.live(2 * DAY)
    refused = next(number for number, one in enumerate(site.log) if one.path == who)
    assert gaps(site.log)[refused] >= 10 * HOUR


@pytest.mark.parametrize(("status", "waits"), [(403, [4, 8, 16, 24]), (500, [1, 2, 4, 8, 16]), (401, [24, 24])])
async def test_p083_a_page_that_fails_is_left_alone_like_a_feed(world, site, status, waits):
    site.on("/news", status=status)
    follow(world)
    await world.live(5 * DAY)
    assert hours(site.asked("/news"))[:len(waits)] == waits


async def test_p083_pages_articles_and_robots_take_turns_at_a_host(world, site, listed):
    follow(world)
    await world.live(DAY)
    assert min(gaps(site.log)) >= timedelta(seconds=2)
    assert len({one.headers["user-agent"] for one in site.log}) == 1
