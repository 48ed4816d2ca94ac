"""Rounds of visits and the daemon that makes them, over a real store, real HTTP on loopback and the real parsers.

Documents are read in this process to keep the tests quick; the killable workers have tests of their own.

Touches: loopback.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from aggregator.ingest import Intake, Taken
from aggregator.parse.entry import Document, Parsed
from aggregator.parse.worker import ParsePool
from aggregator.poll.pace import GUARD
from aggregator.poll.reading import ARTICLES
from aggregator.poll.scheduler import Daemon, Progress
from storage.database import StorageError
from storage.model import PageRules, Source
from storage.store import open_store
from tests.aggregator.poll.world import HOUR, InProcess, World, article, listing, rss
from tests.factory import source

# One round

async def test_a_round_brings_the_items_of_every_due_source_and_plans_the_next(world, site, clock):
    site.feed("/a", rss("One", "Two"), etag='"a"')
    site.feed("/b", rss("Three"), etag='"b"')
    world.follow(world.feed("/a"), world.feed("/b"))
    told: list[Progress] = []
    done = await world.round(on_progress=told.append)
    assert (done.polled, done.new, done.unchanged, done.failed, done.skipped) == (2, 3, 0, (), ())
    assert world.titles() == ["One", "Three", "Two"]
    assert {(one.source_id, one.outcome, one.new, one.total) for one in told} == {("a", "new", 2, 2), ("b", "new", 1, 2)}
    assert [one.done for one in told] == [1, 2]
    assert (world.standing("a").due, world.standing("a").reason) == (clock.now() + HOUR, "every 1 h")
    assert set(done.stages) == {"fetch", "parse", "store"}
    assert (await world.round()).polled == 0        # nothing is due


@pytest.mark.case("P1")
async def test_an_unchanged_source_is_asked_conditionally_and_not_read_again(world, site, clock):
    site.feed("/a", rss("One"), etag='"a"', last_modified="Tue, 03 Mar 2026 10:00:00 GMT")
    world.follow(world.feed("/a"))
    for _ in range(10):
        await world.round()
        clock.advance(HOUR)
    asked = site.asked("/a")
    assert ["if-none-match" in one.headers for one in asked] == [False] + [True] * 9
    assert {one.headers.get("if-modified-since") for one in asked[1:]} == {"Tue, 03 Mar 2026 10:00:00 GMT"}
    assert len(world.pool.read) == 1
    assert [(poll.outcome, poll.status, poll.conditional) for poll in world.store.sources.polls("a")] == [("unchanged", 304, True)] * 9 + [("new", 200, False)]


@pytest.mark.case("P10")
async def test_an_equal_body_under_a_new_etag_is_not_read_again(world, site, clock):
    for number in range(3):
        site.on("/a", rss("One"), headers={"ETag": f'"{number}"'})
    world.follow(world.feed("/a"))
    outcomes = []
    for _ in range(3):
        outcomes.append((await world.round()).unchanged)
        clock.advance(HOUR)
    assert outcomes == [0, 1, 1]
    assert len(world.pool.read) == 1
    assert world.standing("a").etag == '"2"'


@pytest.mark.case("P11")
async def test_validators_that_vanish_are_dropped(world, site, clock):
    site.on("/a", rss("One"), headers={"ETag": '"1"'})
    site.on("/a", rss("One", "Two"))
    world.follow(world.feed("/a"))
    for _ in range(3):
        await world.round()
        clock.advance(HOUR)
    assert ["if-none-match" in one.headers for one in site.asked("/a")] == [False, True, False]


@pytest.mark.case("P9")
async def test_what_a_304_says_replaces_what_was_known(world, site, clock):
    site.on("/a", rss("One"), headers={"ETag": '"1"', "Last-Modified": "Tue, 03 Mar 2026 10:00:00 GMT"})
    site.on("/a", status=304, headers={"ETag": '"2"'})
    world.follow(world.feed("/a"))
    for _ in range(3):
        await world.round()
        clock.advance(HOUR)
    assert [(one.headers.get("if-none-match"), one.headers.get("if-modified-since")) for one in site.asked("/a")] == [
        (None, None), ('"1"', "Tue, 03 Mar 2026 10:00:00 GMT"), ('"2"', "Tue, 03 Mar 2026 10:00:00 GMT")]


@pytest.mark.case("P12")
async def test_validators_of_a_document_that_cannot_be_read_are_not_kept(world, site, clock):
    site.feed("/a", rss("One"), etag='"a"')
    world.pool.stalls.add(rss("One").encode())
    world.follow(world.feed("/a"))
    done = await world.round()
    assert done.failed == (("a", "took more than 5 s to read"),)
    standing = world.standing("a")
    assert (standing.etag, standing.body_hash, standing.failures, standing.last_error) == ("", "", 1, "took more than 5 s to read")


@pytest.mark.case("P12")
async def test_nothing_of_a_visit_is_kept_when_its_items_cannot_be_stored(world, site):
    class Full(Intake):
        def take(self, source: Source, parsed: Parsed, seen_at: datetime, **how: Any) -> Taken:
            super().take(source, parsed, seen_at, **how)
            raise StorageError("the disk is full")

    site.feed("/a", rss("One"), etag='"a"')
    world.follow(world.feed("/a"))
    world.intake = Full(world.store, lambda item, source: ())
    with pytest.raises(StorageError, match="the disk is full"):
        await world.round()
    assert world.titles() == []
    assert (world.standing("a").etag, world.standing("a").last_polled) == ("", None)


@pytest.mark.case("P13")
async def test_validators_are_not_sent_to_an_edited_address(world, site, clock):
    site.feed("/a", rss("One"), etag='"x"')
    site.feed("/b", rss("One"), etag='"x"')
    world.follow(world.feed("/a", id="press"))
    await world.round()
    clock.advance(HOUR)
    world.follow(world.feed("/b", id="press"))
    await world.round()
    assert "if-none-match" not in site.asked("/b")[0].headers


@pytest.mark.case("P15")
async def test_a_server_that_says_304_for_ever_is_asked_for_everything_after_eight_days(world, site, clock):
    site.on("/a", rss("One"), headers={"ETag": '"1"'})
    site.when("/a", lambda asked: site.answer(304) if "if-none-match" in asked.headers else site.answer(body=rss(str(asked.at)).encode(), ETag="x"))
    world.follow(world.feed("/a", every=timedelta(days=1)))
    for _ in range(20):
        await world.round()
        clock.advance(timedelta(days=1))
    whole = [number for number, one in enumerate(site.asked("/a")) if "if-none-match" not in one.headers]
    assert whole == [0, 8, 16]


@pytest.mark.case("P16")
async def test_a_condition_that_is_refused_is_left_out_next_time(world, site, clock):
    site.on("/a", rss("One"), headers={"ETag": '"1"'})
    site.on("/a", status=412)
    site.on("/a", rss("One", "Two"))
    world.follow(world.feed("/a"))
    for _ in range(3):
        await world.round()
        clock.advance(HOUR)
    assert ["if-none-match" in one.headers for one in site.asked("/a")] == [False, True, False]
    assert world.titles() == ["One", "Two"]


@pytest.mark.case("P52")
@pytest.mark.parametrize("status", [200, 204, 205])
async def test_an_empty_answer_changes_and_removes_nothing(world, site, clock, status):
    site.on("/a", rss("One"), headers={"ETag": '"1"'})
    site.on("/a", status=status)
    world.follow(world.feed("/a"))
    await world.round()
    clock.advance(HOUR)
    done = await world.round()
    assert (done.unchanged, len(done.failed)) == ((0, 1) if status == 200 else (1, 0))      # a 200 has to bring something
    assert world.titles() == ["One"]
    assert world.standing("a").etag == '"1"'


async def test_what_a_feed_wishes_holds_also_when_it_has_not_changed(world, site, clock, network):
    network.name("a.example", "93.184.216.34")
    world.own = False
    site.feed("/a", rss("One", ttl=180), etag='"a"')
    world.follow(source(id="a", url="http://a.example/a"))
    for _ in range(2):
        await world.round()
        clock.advance(timedelta(hours=4))
    assert world.standing("a").last_success is not None
    poll = world.store.sources.polls("a")[0]
    assert (poll.status, poll.at + timedelta(hours=3) <= world.standing("a").due) == (304, True)
    assert world.standing("a").reason == "the feed asks for 3 h between visits (ttl)"


async def test_words_keep_and_block_entries(world, site):
    site.feed("/a", rss("Visa talks", "Visa football", "Weather"))
    world.follow(world.feed("/a", keep=("visa",), block=("foot*",)))
    await world.round()
    assert world.titles() == ["Visa talks"]


async def test_a_permanent_move_is_told(world, site):
    site.on("/a", status=301, headers={"Location": "/b"})
    site.feed("/b", rss("One"), etag='"b"')
    world.follow(world.feed("/a"))
    await world.round()
    assert world.store.sources.polls("a")[0].reason == f"moved permanently to {site.url('/b')}"


# Failures

@pytest.mark.case("P44")
async def test_a_source_that_fails_stops_no_other_and_is_visited_later_and_later(world, site, clock, network):
    network.name("bad.example", "93.184.216.34")
    network.name("good.example", "93.184.216.35")
    world.own = False
    site.on("bad.example/feed", status=500)
    site.feed("good.example/feed", rss("One"), etag='"a"')
    world.follow(source(id="bad", url="http://bad.example/feed"), source(id="good", url="http://good.example/feed"))
    done = await world.round()
    assert (done.polled, done.new, done.failed) == (2, 1, (("bad", "HTTP 500"),))
    waits = []
    for _ in range(6):
        clock.moment = world.standing("bad").due
        await world.round()
        waits.append((world.standing("bad").due - clock.now()) // HOUR)
    assert waits == [2, 4, 8, 16, 24, 24]
    site.feed("bad.example/feed", rss("Two"), etag='"b"')
    clock.moment = world.standing("bad").due
    await world.round()
    assert (world.standing("bad").failures, world.standing("bad").last_error) == (0, "")
    assert world.titles() == ["One", "Two"]


async def test_a_fault_of_ours_is_the_misfortune_of_one_source(world, site, caplog):
    class Clumsy(InProcess):
        async def parse(self, document: Document, source: Source, *, now: datetime) -> Parsed:
            if source.id == "a":
                raise ZeroDivisionError("division by zero")
            return await InProcess.parse(self, document, source, now=now)

    world.pool = Clumsy()
    site.feed("/a", rss("One"))
    site.feed("/b", rss("Two"))
    world.follow(world.feed("/a"), world.feed("/b"))
    done = await world.round()
    assert done.failed == (("a", "a fault of this program: ZeroDivisionError: division by zero"),)
    assert world.titles() == ["Two"]
    assert "not read source=a" in caplog.text


@pytest.mark.case("P40")
async def test_a_host_that_asks_for_silence_gets_it_for_all_its_sources(world, site, clock, network):
    network.name("a.example", "93.184.216.34")
    world.own = False
    for number in range(5):
        site.feed(f"/{number}", rss(f"Item {number}"), etag=f'"{number}"')
    site.on("a.example/2", status=429, headers={"Retry-After": "3600"})
    world.follow(*(source(id=f"s{number}", url=f"http://a.example/{number}") for number in range(5)))
    began = clock.now()
    assert (await world.round()).polled == 3
    assert [one.path for one in site.log] == ["/0", "/1", "/2"]
    assert {world.standing(f"s{number}").due >= began + HOUR for number in (2, 3, 4)} == {True}
    assert world.standing("s4").reason.startswith("its host answered HTTP 429 and asked to wait until")
    done = await world.round(everything=True)
    assert (done.polled, len(done.skipped)) == (0, 5)
    assert len(site.log) == 3
    clock.moment = began + HOUR + GUARD
    assert (await world.round()).polled >= 2


@pytest.mark.case("P19")
async def test_a_person_cannot_have_a_source_asked_twice_in_five_minutes(world, site, clock, network):
    network.name("a.example", "93.184.216.34")
    world.own = False
    site.feed("/feed", rss("One"), etag='"a"')
    here = source(id="a", url="http://a.example/feed")
    world.follow(here)
    await world.round()
    done = [await world.round(sources=(here,)) for _ in range(10)]
    assert len(site.log) == 1
    assert done[0].skipped == (("a", "visited less than five minutes ago"),)
    clock.advance(GUARD)
    await world.round(sources=(here,))
    assert "if-none-match" in site.log[1].headers


async def test_own_hosts_may_be_asked_at_any_time(world, site):
    site.feed("/a", rss("One"), etag='"a"')
    world.follow(world.feed("/a"))
    done = [await world.round(everything=True) for _ in range(3)]
    assert [one.polled for one in done] == [1, 1, 1]


@pytest.mark.case("P17")
async def test_a_restart_forgets_neither_validators_nor_due_times(site, clock, network, tmp_path):
    site.feed("/a", rss("One"), etag='"a"')
    for _ in range(20):
        with open_store(f"sqlite:{tmp_path / 'communique.db'}") as store:
            world = World(site, clock, network, store)
            world.follow(world.feed("/a"))
            await world.round()
        clock.advance(timedelta(minutes=3))
    assert len(site.log) == 1       # P18
    clock.advance(HOUR)
    with open_store(f"sqlite:{tmp_path / 'communique.db'}") as store:
        await World(site, clock, network, store).round()
    assert site.log[1].headers["if-none-match"] == '"a"'


@pytest.mark.case("P39")
async def test_three_days_asleep_cost_one_visit(world, site, clock):
    site.feed("/a", rss("One"), etag='"a"')
    world.follow(world.feed("/a"))
    await world.round()
    clock.advance(timedelta(days=3))
    assert [(await world.round()).polled for _ in range(3)] == [1, 0, 0]


@pytest.mark.case("S27")
async def test_sources_that_drip_hold_up_nobody(world, site):
    world.deadline = 0.3
    for number in range(40):
        site.on(f"/slow/{number}", "<rss/>" * 100, drip=0.05)
        site.feed(f"/good/{number}", rss(f"Item {number}"))
    world.follow(*(world.feed(f"/{kind}/{number}") for kind in ("slow", "good") for number in range(40)))
    began = asyncio.get_running_loop().time()
    done = await world.round()
    assert asyncio.get_running_loop().time() - began < 5
    assert (done.new, len(done.failed)) == (40, 40)
    assert {reason for _, reason in done.failed} == {"no answer in 0.3 s"}


@pytest.mark.shared
@pytest.mark.case("S21")
async def test_documents_that_stall_a_parser_and_bombs_cost_only_themselves(world, site):
    folder = Path(__file__).parents[2] / ".." / "shared" / "corpora" / "bombs"
    if not folder.is_dir():
        pytest.skip("the corpora beside the project are not here")
    hostile = sorted(folder.iterdir())
    for path in hostile:
        site.on(f"/{path.name}", path.read_bytes(), headers={"Content-Encoding": "gzip"} if path.suffix == ".gz" else {})
    site.feed("/good", rss("One"), etag='"a"')
    world.follow(world.feed("/good"), *(world.feed(f"/{path.name}") for path in hostile))
    async with ParsePool(2, cpu_seconds=1.0) as pool:
        world.pool = pool
        done = await world.round()
    assert "One" in world.titles()
    refused = dict(done.failed)
    assert {"rss_title_200MiB.xml.gz", "zeros_1GiB.gz", "zeros_1GiB.gz.gz"} <= set(refused)
    assert "good" not in refused
    assert done.polled == len(hostile) + 1


# Pages, sitemaps and full texts

def page(world: World, path: str = "/news", **fields: Any) -> Source:
    return world.feed(path, kind="page", page=PageRules(item="div.row", link="a", title="a"), **fields)


async def test_each_article_of_a_page_is_read_once_and_carries_its_text(world, site, clock):
    site.on("/news", listing(site, "one", "two"))
    site.on("/news", listing(site, "three", "one", "two"))
    for name in ("one", "two", "three"):
        site.on(f"/{name}", article(f"The title of {name}", f"The text of {name}."))
    world.follow(page(world))
    first = await world.round()
    clock.advance(HOUR)
    second = await world.round()
    assert ((first.new, first.articles), (second.new, second.articles)) == ((2, 2), (1, 1))
    assert [len(site.asked(f"/{name}")) for name in ("one", "two", "three")] == [1, 1, 1]
    assert all("The text of" in item.body for item in world.store.items.all())
    assert site.asked("/one")[0].headers["accept"].startswith("text/html")


async def test_an_article_that_fails_for_now_is_had_at_the_next_visit(world, site, clock):
    site.feed("/news", listing(site, "one", "two"), etag='"same"')
    site.on("/one", status=503)
    site.on("/one", article("One", "The text of one."))
    site.on("/two", article("Two", "The text of two."))
    world.follow(page(world))
    first = await world.round()
    assert (first.new, first.articles, first.missed) == (1, 1, 1)
    assert world.store.sources.polls("news")[0].reason == "1 of 2 new articles not read yet: HTTP 503"
    clock.advance(HOUR)
    second = await world.round()
    assert (second.new, second.missed, len(site.asked("/two"))) == (1, 0, 1)
    clock.advance(HOUR)
    assert (await world.round()).unchanged == 1
    assert ["if-none-match" in one.headers for one in site.asked("/news")] == [False, False, True]


async def test_an_article_that_is_gone_leaves_its_entry_in_the_listing(world, site, clock):
    site.on("/news", listing(site, "one"))
    site.on("/one", status=404)
    world.follow(page(world))
    done = await world.round()
    clock.advance(HOUR)
    await world.round()
    assert (done.new, done.missed, world.titles(), len(site.asked("/one"))) == (1, 0, ["one"], 1)


async def test_a_new_page_is_not_swept_in_one_go(world, site, clock):
    names = [f"n{number:02}" for number in range(45)]
    site.feed("/news", listing(site, *names), etag='"x"')
    for name in names:
        site.on(f"/{name}", article(name, f"The text of {name}."))
    world.follow(page(world))
    counts = []
    for _ in range(4):
        counts.append((await world.round()).new)
        clock.advance(HOUR)
    assert counts == [ARTICLES, ARTICLES, 5, 0]


@pytest.mark.case("P83")
async def test_articles_keep_the_pause_of_their_host_and_the_silence_it_asks_for(world, site, clock, network):
    network.name("a.example", "93.184.216.34")
    world.own = False
    rows = "".join(f'<div class="row"><a href="/{name}">{name}</a></div>' for name in ("one", "two", "three"))
    site.on("/news", f"<html><body>{rows}</body></html>")
    site.on("/one", article("One", "The text of one."))
    site.on("/two", status=429, headers={"Retry-After": "3600"})
    world.follow(source(id="news", url="http://a.example/news", kind="page", page=PageRules(item="div.row", link="a")))
    done = await world.round()
    assert [one.path for one in site.log] == ["/robots.txt", "/news", "/one", "/two"]
    assert min(later.at - earlier.at for earlier, later in pairwise(site.log)) >= timedelta(seconds=2)
    assert (done.new, done.missed) == (1, 2)


async def test_the_full_text_of_a_feed_is_read_once_for_each_entry(world, site, clock):
    host = site.url("")
    site.on("/a", rss("One", "Two", host=host))
    site.on("/a", rss("One", "Two", "Three", host=host))
    for name in ("One", "Two", "Three"):
        site.on(f"/{name}", article(name, f"The text of {name.lower()}."))
    world.follow(world.feed("/a", full_text=True))
    await world.round()
    clock.advance(HOUR)
    second = await world.round()
    assert (second.new, second.changed, second.articles) == (1, 0, 1)
    assert all("The text of" in item.body and item.published == datetime(2026, 3, 4, 8, tzinfo=UTC) for item in world.store.items.all())


async def test_a_sitemap_is_read_like_a_page_newest_first(world, site):
    days = "".join(f"<url><loc>{site.url(f'/{day:02}')}</loc><lastmod>2026-02-{day:02}</lastmod></url>" for day in range(1, 26))
    site.on("/sitemap.xml", f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{days}</urlset>')
    for day in range(1, 26):
        site.on(f"/{day:02}", article(f"Day {day}", f"The text of day {day}."))
    world.follow(world.feed("/sitemap.xml", kind="sitemap"))
    done = await world.round()
    assert (done.new, done.missed) == (ARTICLES, 5)
    assert site.asked("/25")
    assert not site.asked("/05")


# The daemon

async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def test_the_daemon_visits_what_is_due_publishes_what_is_new_and_stops_when_told(world, site, clock):
    site.feed("/a", rss("One"), etag='"a"')
    world.follow(world.feed("/a"))
    published: list[int] = []
    async with world.fetcher() as fetcher:
        daemon = Daemon(
            world.store, fetcher, world.pool, world.intake, polling=world.polling, clock=clock.now,
            publish=lambda: published.append(world.store.items.count()), tick=timedelta(seconds=0.05), settle=timedelta(seconds=0.05))
        running = asyncio.create_task(daemon.run())
        await until(lambda: 1 in published)
        site.feed("/a", rss("One", "Two"), etag='"b"')
        clock.advance(HOUR)
        await until(lambda: 2 in published)
        assert await daemon.on_desk(world.store.items.count) == 2
        daemon.stop()
        await asyncio.wait_for(running, 5)
    assert len(site.log) == 2
    assert published.count(2) == 1      # nothing new, nothing published


@pytest.mark.case("R9")
async def test_a_daemon_told_to_stop_lets_a_visit_end_and_keeps_it(world, site, clock):
    site.on("/slow", rss("One"), delay=0.3)
    world.follow(world.feed("/slow"))
    async with world.fetcher() as fetcher:
        daemon = Daemon(world.store, fetcher, world.pool, world.intake, polling=world.polling, clock=clock.now, publish=lambda: None)
        running = asyncio.create_task(daemon.run())
        await until(lambda: bool(site.log))
        daemon.stop()
        await asyncio.wait_for(running, 5)
    assert world.titles() == ["One"]


@pytest.mark.case("R22")
async def test_a_store_that_fails_makes_no_one_asked_again_and_again(world, site, clock):
    class Full(Intake):
        def take(self, source: Source, parsed: Parsed, seen_at: datetime, **how: Any) -> Taken:
            raise StorageError("the disk is full")

    site.feed("/a", rss("One"), etag='"a"')
    world.follow(world.feed("/a"))
    async with world.fetcher() as fetcher:
        intake = Full(world.store, lambda item, source: ())
        daemon = Daemon(
            world.store, fetcher, world.pool, intake, polling=world.polling, clock=clock.now, publish=lambda: None, tick=timedelta(seconds=0.02))
        running = asyncio.create_task(daemon.run())
        await until(lambda: bool(site.log))
        await asyncio.sleep(0.2)        # several ticks pass
        daemon.stop()
        await asyncio.wait_for(running, 5)
    assert len(site.log) == 1


@pytest.mark.case("H7")
async def test_a_clock_set_back_stops_no_daemon(world, site, clock):
    site.feed("/a", rss("One"), etag='"a"')
    world.follow(world.feed("/a"))
    async with world.fetcher() as fetcher:
        daemon = Daemon(
            world.store, fetcher, world.pool, world.intake, polling=world.polling, clock=clock.now, publish=lambda: None,
            tick=timedelta(seconds=0.05), monotonic=clock.monotonic, watch=timedelta(seconds=0.02))
        running = asyncio.create_task(daemon.run())
        await until(lambda: len(site.log) == 1)
        await until(lambda: world.pool.read != [] and not daemon.busy)
        clock.moment -= timedelta(days=30)
        await asyncio.sleep(0.1)        # it notices
        due = await daemon.on_desk(lambda: world.standing("a").due)
        assert due == clock.now() + HOUR
        clock.advance(HOUR)
        await until(lambda: len(site.log) == 2)
        daemon.stop()
        await asyncio.wait_for(running, 5)
