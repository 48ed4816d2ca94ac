"""P63 to P72: what a request holds and what is asked at all, over the log of a scripted server.

Touches: loopback.
"""

from __future__ import annotations

import httpcore
import pytest

from aggregator.fetch.fetcher import FEEDS, Request
from storage.model import PageRules
from tests.aggregator.poll.world import DAY, UA, article, gaps, rss
from tests.conftest import MadeUpNetwork
from tests.factory import source


@pytest.fixture
async def everything(world, site):
    """Four days with a feed, its full texts, a page, a sitemap, a redirect, robots.txt and errors: every kind of request there is."""
    world.abroad("a.example", "b.example", "c.example")
    site.when("a.example/feed", lambda asked: site.answer(
        body=rss("One", f"Item-{asked.at:%d}", host="http://a.example").encode(), ETag=f'"{asked.at}"', **{"Set-Cookie": "id=1; Path=/", "Link": '<http://hub.example/>; rel="hub"'}))
    site.when("a.example/One", lambda asked: site.answer(body=article("One", "The text of one.").encode(), **{"Set-Cookie": "seen=1"}))
    site.on("b.example/news", '<html><body><div class="row"><a href="/story">A story</a></div></body></html>', headers={"ETag": '"n"'})
    site.on("b.example/story", article("A story", "Its text."))
    site.on("b.example/old", status=301, headers={"Location": "/sitemap.xml?x=1#top"})
    site.on("b.example/sitemap.xml?x=1", '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://b.example/story</loc></url></urlset>')
    site.on("c.example/feed?token=t&amp", status=500)
    world.follow(
        source(id="a", url="http://a.example/feed", full_text=True),
        source(id="b", url="http://b.example/news", kind="page", page=PageRules(item="div.row", link="a")),
        source(id="m", url="http://b.example/old", kind="sitemap"),
        source(id="c", url="http://c.example/feed?token=t&amp"),
    )
    await world.live(4 * DAY)
    assert {"/feed", "/robots.txt", "/One", "/news", "/story", "/old", "/sitemap.xml?x=1", "/feed?token=t&amp"} <= {one.path for one in site.log}
    return site.log


async def test_p063_every_request_says_who_asks(everything):
    # The form knows "; N subscribers", too. Who reads the published files we cannot know, and a made-up number would be worse than none.
    assert UA == "Communique/0 (+https://desk.example/bot)"
    assert {one.headers["user-agent"] for one in everything} == {UA}


async def test_p064_a_feed_is_asked_for_as_one(everything):
    feeds = [one for one in everything if one.path.startswith("/feed")]
    assert {one.headers["accept"] for one in feeds} == {FEEDS}
    for kind in ("application/atom+xml", "application/rss+xml", "application/rdf+xml", "application/feed+json", "application/xml;q=", "text/xml;q=", "*/*;q=0.1"):
        assert kind in FEEDS


async def test_p065_gzip_is_always_offered_and_nothing_else(everything):
    assert {one.headers["accept-encoding"] for one in everything} == {"gzip"}


async def test_p066_no_cookie_is_ever_returned(everything):
    assert not any("cookie" in one.headers for one in everything)


async def test_p067_nobody_is_told_where_we_come_from(everything):
    assert not any(name in one.headers for one in everything for name in ("referer", "origin", "from"))


async def test_p068_addresses_are_asked_as_they_are(everything):
    assert {one.path for one in everything if "?" in one.path} == {"/feed?token=t&amp", "/sitemap.xml?x=1"}
    assert not any("#" in one.path or "utm" in one.path or "null" in one.path for one in everything)


async def test_p069_nothing_is_asked_that_is_not_needed(everything):
    assert {one.method for one in everything} == {"GET"}
    wanted = {"/feed", "/robots.txt", "/One", "/news", "/story", "/old", "/sitemap.xml?x=1", "/feed?token=t&amp"} | {f"/Item-{day:02}" for day in range(1, 32)}
    assert {one.path for one in everything} <= wanted
    # A source of kind feed alone costs no robots.txt, favicon or home page.
    assert {one.path for one in everything if one.host == "c.example"} == {"/feed?token=t&amp"}


async def test_p070_no_part_is_asked_for(everything):
    assert not any(name in one.headers for one in everything for name in ("range", "if-range"))


async def test_p071_host_and_version_are_right(everything):
    assert {one.version for one in everything} == {"HTTP/1.1"}
    assert {one.host for one in everything} == {"a.example", "b.example", "c.example"}
    assert all(next(name for name, _ in one.raw) == b"host" for one in everything)


async def test_p071_the_feeds_of_a_host_come_over_one_connection(world, site):
    world.abroad("a.example")
    for number in {*range(10)} - {3, 4}:
        site.feed(f"/{number}", rss(f"Item {number}"), etag=f'"{number}"')
    site.on("/3", status=404)
    site.on("/4", status=301, headers={"Location": "/5"})
    world.follow(*(source(id=f"s{number}", url=f"http://a.example/{number}") for number in range(10)))
    await world.round()
    assert len(site.log) == 11
    assert site.connections == 1


async def test_p071_a_name_goes_into_the_handshake(site, clock, network, world):
    named = []

    class Watched(httpcore.AsyncNetworkStream):
        async def start_tls(self, ssl_context, server_hostname=None, timeout=None):
            named.append((server_hostname, ssl_context.check_hostname))
            raise httpcore.ConnectError("far enough")

        async def aclose(self):
            pass

    class Watching(MadeUpNetwork):
        async def connect(self, address, port, timeout):
            self.dialled.append((address, port))
            return Watched()

    world.network = Watching(site)
    world.abroad("a.example")
    world.follow(source(id="a", url="https://a.example/feed"))
    await world.round()
    assert named == [("a.example", True)]
    assert world.network.dialled == [("93.184.216.1", 443)]


async def test_p072_the_contact_is_the_operators_and_without_one_none_is_made_up(world, site):
    # That `fetch` and `run` refuse to start without one is tested where the commands are: tests/aggregator/test_cli.py.
    site.feed("/feed", rss("One"), etag='"a"')
    async with world.fetcher() as fetcher:
        await fetcher.fetch(Request(site.url("/feed")))
    assert site.log[0].headers["user-agent"].endswith("(+https://desk.example/bot)")
    assert gaps(site.log) == []
