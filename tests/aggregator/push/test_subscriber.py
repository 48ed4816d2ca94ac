"""P84 to P100 and S65 to S68: hubs are found, asked, believed when they sign, and relied on while they keep their word.

Touches: loopback.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

import pytest
import pytest_asyncio
from starlette.applications import Starlette

from aggregator.poll.desk import Desk
from aggregator.poll.pace import HUB_TELLS
from aggregator.poll.scheduler import Daemon
from aggregator.poll.visiting import QUOTA, Visited, Visitor
from aggregator.push import callback as door
from aggregator.push.callback import Callback
from aggregator.push.hubs import Hubs
from storage.model import PageRules, Source, Standing
from storage.store import open_store
from storage.subscriptions import Subscription
from tests.aggregator.poll.world import DAY, HOUR, World, rss
from tests.factory import source

HOST = "http://a.example"
FEED = source(id="a", url=f"{HOST}/feed")
ITEM = "<item><guid>1</guid><title>Ministers meet</title><link>http://a.example/1</link></item>"
LINKED_RSS = (f'<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>A</title><atom:link rel="hub" href="{HOST}/hub"/>'
              f'<atom:link rel="self" href="{HOST}/feed"/>{ITEM}</channel></rss>')
LINKED_ATOM = (f'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><id>urn:a</id><updated>2026-03-04T09:00:00Z</updated>'
               f'<link rel="hub" href="{HOST}/hub"/><link rel="self" href="{HOST}/feed"/><entry><id>1</id><title>Ministers meet</title>'
               f'<link href="{HOST}/1"/><updated>2026-03-04T09:00:00Z</updated></entry></feed>')
PAGE = f'<html><head><link rel="hub" href="{HOST}/hub"><link rel="self" href="{HOST}/feed"></head><body><p><a href="/1">Ministers meet</a></p></body></html>'


@dataclass(frozen=True)
class Said:
    """What the callback answered."""

    status: int
    body: bytes
    headers: dict[str, str]


@dataclass
class Desks:
    """Visits and hubs over one world; every rule of politeness holds. Time moves only by `wait`."""

    world: World
    visitor: Visitor
    hubs: Hubs
    callback: Callback
    brought: list[Visited]

    @property
    def subscription(self) -> Subscription:
        (one,) = self.world.store.subscriptions.all()
        return one

    def wait(self, time: timedelta) -> None:
        self.world.clock.advance(time)

    async def visit(self, of: Source = FEED) -> Visited:
        """A visit to the source, due or not."""
        if self.world.store.sources.get(of.id) != of:
            self.world.follow(of)
        return await self.visitor.visit(of, self.world.store.sources.standing(of.id) or Standing(of.id, self.world.clock.now()))

    async def subscribed(self, of: Source = FEED, body: str = LINKED_RSS, lease: str = "864000") -> Subscription:
        """A visit that finds the hub, the question to it, and its confirmation."""
        self.world.site.on("a.example/feed", body)
        self.world.site.on("a.example/hub", status=202)
        await self.visit(of)
        await self.hubs.ask_due()
        assert (await self.confirm(lease=lease)).status == 200
        return self.subscription

    def asked(self, path: str = "/hub") -> list[dict[str, list[str]]]:
        """What hubs were asked."""
        return [parse_qs(one.body.decode()) for one in self.world.site.log if one.method == "POST" and one.path == path]

    async def confirm(self, *, mode: str = "subscribe", topic: str | None = None, token: str = "", challenge: str = "word", lease: str = "864000") -> Said:
        one = self.subscription
        query = {"hub.mode": mode, "hub.topic": one.topic if topic is None else topic, "hub.challenge": challenge, "hub.lease_seconds": lease}
        return await self.call("GET", token or one.token, query=urlencode(query))

    async def push(self, body: str | bytes, *, token: str = "", signature: str | None = None, method: str = "sha256") -> Said:
        data, one = body.encode() if isinstance(body, str) else body, self.subscription
        signed = f"{method}={hmac.new(one.secret.encode(), data, method).hexdigest()}"
        said = await self.call("POST", token or one.token, body=data, signature=signed if signature is None else signature)
        await asyncio.gather(*self.hubs._reading)
        return said

    async def call(self, method: str, token: str, *, query: str = "", body: bytes = b"", signature: str = "") -> Said:
        """One request to the application, as a server would hand it over."""
        headers = [(b"content-type", b"application/rss+xml"), *([(b"x-hub-signature", signature.encode())] if signature else [])]
        scope = {"type": "http", "http_version": "1.1", "method": method, "path": f"/push/{token}", "raw_path": f"/push/{quote(token)}".encode(), "root_path": "",
                 "scheme": "http", "query_string": query.encode(), "headers": headers, "client": ("192.0.2.1", 1), "server": ("desk.example", 443)}
        sent: list[Any] = []
        parts = [body[start:start + 65536] for start in range(0, len(body), 65536)] or [b""]

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": parts.pop(0) if parts else b"", "more_body": bool(parts)}

        async def send(message: Any) -> None:
            sent.append(message)

        await Starlette(routes=[self.callback.route()])(scope, receive, send)
        return Said(sent[0]["status"], b"".join(part.get("body", b"") for part in sent[1:]), {n.decode(): v.decode() for n, v in sent[0]["headers"]})


@pytest_asyncio.fixture
async def desks(site, clock, network) -> AsyncIterator[Desks]:
    with open_store("sqlite::memory:") as store:
        world = World(site, clock, network, store)
        world.abroad("a.example", "b.example")
        async with world.fetcher() as fetcher:
            desk, brought = Desk(), list[Visited]()
            visitor = Visitor(store, fetcher, world.pool, world.intake, world.polling, clock.now, desk)
            visitor.hubs = hubs = Hubs(visitor, "https://desk.example/push/", brought.append)
            try:
                yield Desks(world, visitor, hubs, Callback(hubs), brought)
            finally:
                desk.close()


# Found

@pytest.mark.parametrize(("kind", "body", "headers"), [
    pytest.param("feed", rss("One"), {"Link": f'<{HOST}/hub>; rel="hub", <{HOST}/feed>; rel="self"'}, marks=pytest.mark.case("P84"), id="link header"),
    pytest.param("page", PAGE, {}, marks=pytest.mark.case("P85"), id="html"),
    pytest.param("feed", LINKED_ATOM, {}, marks=pytest.mark.case("P86"), id="atom"),
    pytest.param("feed", LINKED_RSS, {}, marks=pytest.mark.case("P87"), id="rss"),
    pytest.param("feed", LINKED_RSS.replace("/hub", "/other").replace('self" href="http://a.example/feed', 'self" href="http://a.example/x'),
                 {"Link": f'<{HOST}/hub>; rel="hub", <{HOST}/feed>; rel="self"'}, marks=pytest.mark.case("P88"), id="the header counts first"),
])
async def test_a_hub_is_found_and_asked_for_the_topic(desks, site, kind, body, headers):
    site.on("a.example/feed", body, headers=headers)
    site.on("a.example/hub", status=202)
    await desks.visit(replace(FEED, kind=kind, page=PageRules("p") if kind == "page" else None, robots=False))
    await desks.hubs.ask_due()
    (form,) = desks.asked()
    one = desks.subscription
    assert form["hub.mode"] == ["subscribe"]
    assert form["hub.topic"] == [f"{HOST}/feed"]
    assert form["hub.callback"] == [f"https://desk.example/push/{one.token}"]
    assert form["hub.secret"] == [one.secret]
    assert form["hub.lease_seconds"] == ["864000"]
    await desks.hubs.ask_due()
    assert len(desks.asked()) == 1


@pytest.mark.case("P89")
async def test_p089_the_topic_is_what_the_feed_calls_itself(desks, site):
    site.on("a.example/feed", LINKED_RSS.replace(f'self" href="{HOST}/feed', f'self" href="{HOST}/feed?canonical=1'))
    await desks.visit()
    assert desks.subscription.topic == f"{HOST}/feed?canonical=1"


async def test_a_feed_that_calls_itself_by_anothers_address_is_not_subscribed_to(desks, site):
    site.on("a.example/feed", LINKED_RSS.replace(f'self" href="{HOST}/feed', 'self" href="http://b.example/feed'))
    await desks.visit()
    assert desks.world.store.subscriptions.all() == ()


@pytest.mark.parametrize("status", [pytest.param(302, marks=pytest.mark.case("P90")), pytest.param(301, marks=pytest.mark.case("P91"))])
async def test_a_topic_that_redirects_is_found_where_it_leads(desks, site, status):
    site.on("a.example/feed", status=status, headers={"Location": "/there"})
    site.on("a.example/there", LINKED_RSS.replace(f'self" href="{HOST}/feed', f'self" href="{HOST}/there'))
    await desks.visit()
    assert desks.subscription.topic == f"{HOST}/there"


@pytest.mark.parametrize("status", [pytest.param(307, marks=pytest.mark.case("P92")), pytest.param(308, marks=pytest.mark.case("P93"))])
async def test_a_hub_that_redirects_is_asked_where_it_leads(desks, site, status):
    site.on("a.example/feed", LINKED_RSS)
    site.on("a.example/hub", status=status, headers={"Location": "/hub2"})
    site.on("a.example/hub2", status=202)
    await desks.visit()
    await desks.hubs.ask_due()
    assert desks.asked("/hub2") == desks.asked()
    assert (await desks.confirm()).status == 200


# Confirmed

@pytest.mark.case("P94", "S67")
@pytest.mark.parametrize("how", [
    {"topic": "http://a.example/other"}, {"topic": ""}, {"mode": "unsubscribe"}, {"mode": ""}, {"mode": "publish"}, {"token": "guessed"},
    {"challenge": "<script>alert(1)</script>"}, {"challenge": ""}, {"challenge": "x" * 5000}, {"challenge": "a\r\nb"},
])
async def test_p094_a_question_about_what_was_not_asked_for_is_answered_404(desks, site, how):
    site.on("a.example/feed", LINKED_RSS)
    site.on("a.example/hub", status=202)
    await desks.visit()
    assert (await desks.confirm()).status == 404            # not asked for yet
    await desks.hubs.ask_due()
    said = await desks.confirm(**how)
    assert (said.status, said.headers["content-type"].partition(";")[0]) == (404, "text/plain")
    assert (await desks.confirm()).status == 200            # and this still is
    assert (await desks.confirm()).status == 404            # once


async def test_a_confirmation_a_day_late_is_none(desks, site):
    site.on("a.example/feed", LINKED_RSS)
    site.on("a.example/hub", status=202)
    await desks.visit()
    await desks.hubs.ask_due()
    desks.wait(DAY + HOUR)
    assert (await desks.confirm()).status == 404


@pytest.mark.case("S67")
async def test_s67_the_challenge_is_said_back_as_plain_text(desks, site):
    site.on("a.example/feed", LINKED_RSS)
    site.on("a.example/hub", status=202)
    await desks.visit()
    await desks.hubs.ask_due()
    said = await desks.confirm(challenge="a1-_.~Z")
    assert (said.status, said.body, said.headers["content-type"], said.headers["x-content-type-options"]) == (
        200, b"a1-_.~Z", "text/plain; charset=utf-8", "nosniff")


@pytest.mark.case("S66")
async def test_s66_the_address_a_hub_calls_cannot_be_guessed(desks):
    one = await desks.subscribed()
    desks.visitor.hubs.named(FEED, FEED.url, f"{HOST}/hub2", FEED.url)
    other = desks.subscription
    assert len({one.token, other.token, one.secret, other.secret}) == 4
    assert min(map(len, (one.token, one.secret))) >= 43         # 32 bytes
    assert (await desks.push(rss("Two"), token=one.token)).status == 202
    assert desks.world.titles() == ["Ministers meet"]           # the old one holds no longer


# Pushed

@pytest.mark.case("P95")
async def test_p095_what_a_hub_pushes_is_taken_in(desks):
    await desks.subscribed()
    said = await desks.push(rss("Talks in Suva"))
    assert (said.status, said.body) == (202, b"")
    assert desks.world.titles() == ["Ministers meet", "Talks in Suva"]
    assert [visited.poll.new for visited in desks.brought] == [1]
    poll = desks.world.store.sources.polls("a", 1)[0]
    assert (poll.new, poll.reason) == (1, "pushed by its hub")


@pytest.mark.case("P96", "P97", "S65")
@pytest.mark.parametrize("how", [
    {"signature": "sha256=" + "0" * 64}, {"signature": ""}, {"signature": "sha256="}, {"signature": "sha256=é"}, {"method": "sha1"}, {"signature": "md5=00"},
    {"token": "guessed"},
])
async def test_p096_p097_what_is_not_signed_is_dropped_with_the_same_answer(desks, how):
    await desks.subscribed()
    good = await desks.push(rss("Talks in Suva"))
    assert await desks.push(rss("Forged"), **how) == good
    assert desks.world.titles() == ["Ministers meet", "Talks in Suva"]


@pytest.mark.case("S65")
async def test_s65_what_is_too_large_too_late_or_repeated_is_dropped_with_the_same_answer(desks, monkeypatch):
    await desks.subscribed()
    good = await desks.push(rss("Talks in Suva"))
    monkeypatch.setattr(door, "MAX_BYTES", 1000)
    assert await desks.push(rss("Huge") + " " * 200_000) == good
    assert await desks.push(rss("Talks in Suva")) == good
    assert len(desks.brought) == 1
    desks.wait(11 * DAY)
    assert await desks.push(rss("Late")) == good
    assert desks.world.titles() == ["Ministers meet", "Talks in Suva"]


@pytest.mark.case("S68")
async def test_s68_what_is_pushed_removes_nothing_and_has_the_limits_of_a_visit(desks):
    await desks.subscribed()
    await desks.push(rss("Talks in Suva"))
    await desks.push('<rss version="2.0"><channel><title>A</title></channel></rss>')
    assert desks.world.titles() == ["Ministers meet", "Talks in Suva"]
    await desks.push(rss(*(f"Flood {number}" for number in range(QUOTA + 100))))
    assert len(desks.world.titles()) == QUOTA + 1
    script = rss("Script").replace("</title><pubDate>", "</title><description>&lt;script&gt;x()&lt;/script&gt;They met.</description><pubDate>")
    await desks.push(script)
    assert not any("<script" in item.html for item in desks.world.store.items.all())


async def test_another_feed_than_the_topic_is_dropped_though_it_is_signed(desks):
    await desks.subscribed()
    await desks.push(LINKED_RSS.replace(f'self" href="{HOST}/feed', f'self" href="{HOST}/other').replace("Ministers meet", "Of another feed").replace(">1<", ">2<"))
    assert desks.world.titles() == ["Ministers meet"]


async def test_what_cannot_be_read_is_fetched_by_a_visit_soon(desks, site, clock):
    await desks.subscribed()
    await desks.push("<html>Not a feed</html>")
    standing = desks.world.standing("a")
    assert standing.due - clock.now() <= timedelta(minutes=5)
    assert standing.reason == "its hub told of something new"


# The lease

@pytest.mark.case("P98")
async def test_p098_a_lease_is_renewed_at_four_fifths_of_it(desks, clock):
    await desks.subscribed(lease="100000")
    desks.wait(timedelta(seconds=79_000))
    await desks.hubs.ask_due()
    assert len(desks.asked()) == 1
    desks.wait(timedelta(seconds=1_001))
    await desks.hubs.ask_due()
    assert len(desks.asked()) == 2
    assert desks.asked()[0] == desks.asked()[1]
    assert (await desks.confirm(lease="100000")).status == 200
    assert desks.subscription.until == clock.now() + timedelta(seconds=100_000)


@pytest.mark.parametrize(("written", "believed"), [("", DAY), ("soon", DAY), ("-5", DAY), ("0", timedelta(minutes=10)), ("999999999", 30 * DAY)])
async def test_a_lease_that_means_nothing_is_a_day_and_none_is_endless(desks, clock, written, believed):
    assert (await desks.subscribed(lease=written)).until == clock.now() + believed


@pytest.mark.case("P99")
async def test_p099_while_a_hub_is_down_its_source_is_visited_as_ever(desks, site, clock):
    site.on("a.example/feed", LINKED_RSS, headers={"ETag": '"1"'})
    site.on("a.example/hub", status=503)
    visited = await desks.visit()
    assert visited.due - clock.now() < 1.1 * HOUR
    for _ in range(30):
        await desks.hubs.ask_due()
        desks.wait(HOUR)
    assert len(desks.asked()) <= 6          # after 1, 2, 4, 8 and 16 hours
    assert desks.subscription.trouble == "HTTP 503"
    site.on("a.example/feed", LINKED_RSS.replace("Ministers meet", "Ministers part").replace("/1<", "/2<").replace(">1<", ">2<"), headers={"ETag": '"2"'})
    assert (await desks.visit()).due - clock.now() < 1.1 * HOUR


async def test_a_hub_that_is_down_is_asked_once_whatever_is_wanted_of_it(desks, site):
    site.on("a.example/hub", status=503)
    for number in range(5):
        desks.visitor.store.sources.configure([*desks.visitor.store.sources.all(), source(id=f"s{number}", url=f"{HOST}/{number}")], desks.world.clock.now())
        desks.visitor.hubs.named(source(id=f"s{number}"), f"{HOST}/{number}", f"{HOST}/hub", f"{HOST}/{number}")
    await desks.hubs.ask_due()
    assert len(desks.asked()) == 1
    assert {one.trouble for one in desks.world.store.subscriptions.all()} == {"HTTP 503"}


@pytest.mark.case("P100")
async def test_p100_a_source_whose_hub_keeps_its_word_is_visited_twice_a_day(desks, site, clock):
    await desks.subscribed()
    site.on("a.example/feed", LINKED_RSS, headers={"ETag": '"1"'})
    desks.wait(HOUR)
    visited = await desks.visit()
    assert HUB_TELLS <= visited.due - clock.now() < 1.1 * HUB_TELLS
    assert desks.world.standing("a").reason == "its hub tells us what is new"


@pytest.mark.case("P100")
async def test_p100_a_hub_that_told_nothing_of_what_a_visit_finds_is_not_relied_on_until_it_pushes(desks, site, clock):
    await desks.subscribed()
    site.on("a.example/feed", LINKED_RSS.replace(ITEM, ITEM + ITEM.replace(">1<", ">2<").replace("/1<", "/2<").replace("Ministers", "Others")), headers={"ETag": '"2"'})
    desks.wait(12 * HOUR)
    assert (await desks.visit()).due - clock.now() < 2 * HOUR
    await desks.push(rss("Talks in Suva"))
    desks.wait(2 * HOUR)
    assert (await desks.visit()).due - clock.now() >= HUB_TELLS


async def test_a_feed_that_names_no_hub_any_longer_is_visited_as_ever(desks, site, clock):
    await desks.subscribed()
    site.on("a.example/feed", rss("Ministers meet", "Other"), headers={"ETag": '"3"'})
    desks.wait(12 * HOUR)
    await desks.visit()
    assert desks.world.store.subscriptions.all() == ()


async def test_after_a_pause_of_the_program_a_visit_makes_up_for_what_was_pushed_to_nobody(desks, site, clock):
    await desks.subscribed()
    site.on("a.example/feed", LINKED_RSS, headers={"ETag": '"1"'})
    desks.wait(HOUR)
    await desks.visit()
    desks.wait(2 * HOUR)
    again = Hubs(desks.visitor, "https://desk.example/push/", desks.brought.append)
    await again.open()
    assert again.knows(desks.subscription.token)
    assert desks.world.standing("a").due == clock.now()


async def test_a_hub_in_a_private_network_is_refused(desks, site):
    site.on("a.example/feed", LINKED_RSS.replace(f"{HOST}/hub", "http://169.254.169.254/hub"))
    await desks.visit()
    await desks.hubs.ask_due()
    assert "link-local" in desks.subscription.trouble
    assert not any(address.startswith("169.") for address, _ in desks.world.network.dialled)


async def test_a_hub_at_a_port_of_no_web_server_is_refused(desks, site):
    site.on("a.example/feed", LINKED_RSS.replace(f"{HOST}/hub", f"{HOST}:6379/hub"))
    await desks.visit()
    await desks.hubs.ask_due()
    assert "port 6379" in desks.subscription.trouble


async def test_the_daemon_asks_hubs_and_publishes_what_they_push(world, site):
    hub, feed = site.url("/hub"), site.url("/feed")
    site.feed("/feed", LINKED_RSS.replace(f"{HOST}/hub", hub).replace(f'self" href="{HOST}/feed', f'self" href="{feed}'), etag='"1"')
    site.on("/hub", status=202)
    world.follow(world.feed("/feed"))
    published: list[int] = []

    async def until(condition) -> None:
        async with asyncio.timeout(5):
            while not condition():
                await asyncio.sleep(0.01)

    async with world.fetcher() as fetcher:
        short = timedelta(seconds=0.05)
        daemon = Daemon(
            world.store, fetcher, world.pool, world.intake, polling=world.polling, clock=world.clock.now,
            publish=lambda: published.append(world.store.items.count()), tick=short, settle=short, ask_hubs=short, callback="https://desk.example/push/")
        running = asyncio.create_task(daemon.run())
        await until(lambda: site.asked("/hub"))
        form = parse_qs(site.asked("/hub")[0].body.decode())
        token = form["hub.callback"][0].rpartition("/")[2]
        assert daemon.hubs is not None
        assert await daemon.hubs.confirm(token, "subscribe", feed, "word", "864000")
        body = rss("Talks in Suva").encode()
        daemon.hubs.receive(token, f"sha256={hmac.new(form['hub.secret'][0].encode(), body, hashlib.sha256).hexdigest()}", body, "application/rss+xml")
        await until(lambda: 2 in published)
        daemon.stop()
        await asyncio.wait_for(running, 5)
    assert len(site.asked("/feed")) == 1
