"""P1 to P20: what is asked conditionally, over the log of a scripted server.

Touches: loopback.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.store import open_store
from tests.aggregator.poll.world import DAY, HOUR, World, gaps, is_conditional, rss
from tests.factory import source

MODIFIED = "Tue, 03 Mar 2026 10:00:00 GMT"


def follow(world, **fields):
    """One source on the open internet."""
    world.abroad("a.example")
    world.follow(source(**({"id": "a", "url": "http://a.example/feed"} | fields)))


def validators(asked):
    return [(one.headers.get("if-none-match"), one.headers.get("if-modified-since")) for one in asked]


async def test_p001_of_ten_visits_to_an_unchanged_feed_nine_send_both_validators_as_they_came(world, site):
    site.feed("/feed", rss("One"), etag='"v1"', last_modified=MODIFIED)
    follow(world)
    while len(site.log) < 10:
        await world.live(DAY)
    assert validators(site.log[:10]) == [(None, None)] + [('"v1"', MODIFIED)] * 9


async def test_p002_a_date_alone_comes_back_alone(world, site):
    site.feed("/feed", rss("One"), last_modified=MODIFIED)
    follow(world)
    await world.live(DAY)
    assert set(validators(site.log[1:])) == {(None, MODIFIED)}


async def test_p003_an_etag_alone_comes_back_alone_with_its_quotes(world, site):
    site.feed("/feed", rss("One"), etag='"v1"')
    follow(world)
    await world.live(DAY)
    assert set(validators(site.log[1:])) == {('"v1"', None)}


async def test_p004_without_validators_there_is_no_condition_and_one_request_a_day(world, site):
    site.on("/feed", rss("One"))
    follow(world)
    await world.live(10 * DAY)
    assert set(validators(site.log)) == {(None, None)}
    assert len(site.log) == 10
    assert min(gaps(site.log)) >= DAY


@pytest.mark.parametrize("etag", ['W/"abc"', 'W/"abc-gzip"'])
async def test_p005_a_weak_etag_stays_weak(world, site, etag):
    site.feed("/feed", rss("One"), etag=etag)
    follow(world)
    await world.live(DAY)
    assert set(validators(site.log[1:])) == {(etag, None)}


@pytest.mark.parametrize(("etag", "echo"), [("unquoted", "unquoted"), ("", None), ('"' + "x" * 1100 + '"', None), ('"h\xe9"', '"h\xe9"')])
async def test_p006_a_strange_etag_is_echoed_or_left_out_and_never_repaired(world, site, etag, echo):
    site.on("/feed", rss("One"), headers={"ETag": etag, "Cache-Control": "max-age=3600"})
    follow(world)
    await world.live(5 * HOUR)
    assert set(validators(site.log[1:])) == {(echo, None)}


async def test_p007_a_server_that_drops_its_suffix_gets_it_back_and_the_same_accept_encoding(world, site):
    site.feed("/feed", rss("One"), etag='"abc-gzip"', packed=True)
    follow(world)
    await world.live(DAY)
    assert set(validators(site.log[1:])) == {('"abc-gzip"', None)}
    assert {one.headers["accept-encoding"] for one in site.log} == {"gzip"}


@pytest.mark.parametrize("date", [
    "Tuesday, 03-Mar-26 10:00:00 GMT", "Tue, 03 Mar 2026 10:00:00 +0000", "tue, 03 mar 2026 10:00:00 gmt", "Tue, 19 Jan 2038 03:14:08 GMT",
    "Wed, 04 Mar 2037 10:00:00 GMT", "yesterday",
])
async def test_p008_a_date_in_any_form_comes_back_as_it_was(world, site, date):
    site.feed("/feed", rss("One"), last_modified=date)
    follow(world)
    await world.live(DAY)
    assert set(validators(site.log[1:])) == {(None, date)}


async def test_p009_what_a_304_says_is_used_and_what_it_leaves_out_stays(world, site):
    site.on("/feed", rss("One"), headers={"ETag": '"1"', "Last-Modified": MODIFIED})
    site.on("/feed", status=304, headers={"ETag": '"2"', "Cache-Control": "max-age=36000"})
    site.on("/feed", status=304)
    follow(world)
    await world.live(2 * DAY)
    assert validators(site.log[:4]) == [(None, None), ('"1"', MODIFIED), ('"2"', MODIFIED), ('"2"', MODIFIED)]
    assert gaps(site.log)[1] >= 10 * HOUR


async def test_p010_an_equal_body_under_new_etags_is_no_news_and_slows_the_visits_down(world, site):
    site.when("/feed", lambda asked: site.answer(body=rss("One").encode(), ETag=f'"{asked.at}"'))
    follow(world)
    await world.live(20 * DAY)
    assert [poll.outcome for poll in world.store.sources.polls("a")][:-1] == ["unchanged"] * (len(site.log) - 1)
    assert len(world.pool.read) == 1
    assert gaps(site.log)[-1] > 20 * HOUR


async def test_p011_validators_that_vanish_are_forgotten(world, site):
    site.on("/feed", rss("One"), headers={"ETag": '"1"'})
    site.on("/feed", rss("One", "Two"))
    follow(world)
    await world.live(3 * DAY)
    assert validators(site.log[:3]) == [(None, None), ('"1"', None), (None, None)]


@pytest.mark.parametrize("how", ["cut", "undecodable", "unparsable"])
async def test_p012_validators_of_what_could_not_be_read_are_not_kept(world, site, how):
    answers = {"cut": {"cut": 50}, "undecodable": {}, "unparsable": {}}
    body = {"cut": rss("One"), "undecodable": b"\x1f\x8b\x08 no gzip", "unparsable": "Not a feed at all."}[how]
    headers = {"ETag": '"1"'} | ({"Content-Encoding": "gzip"} if how == "undecodable" else {})
    site.on("/feed", body, headers=headers, **answers[how])
    follow(world)
    await world.live(DAY)
    assert set(validators(site.log)) == {(None, None)}
    assert len(site.log) > 1
    assert world.standing("a").etag == ""


async def test_p013_validators_go_to_no_address_but_their_own(world, site, clock):
    site.on("a.example/feed", status=302, headers={"Location": "http://b.example/one"})
    site.on("a.example/feed", status=302, headers={"Location": "http://c.example/two"})
    site.feed("b.example/one", rss("One"), etag='"b"')
    site.feed("c.example/two", rss("One"), etag='"c"')
    follow(world)
    world.abroad("a.example", "b.example", "c.example")
    await world.live(DAY)
    assert set(validators(site.asked("a.example/feed"))) == {(None, None)}
    assert validators(site.asked("b.example/one")) == [(None, None)]
    assert validators(site.asked("c.example/two"))[0] == (None, None)
    assert set(validators(site.asked("c.example/two"))[1:]) == {('"c"', None)}
    world.follow(source(id="a", url="http://b.example/one"))     # edited by the operator
    await world.live(HOUR)
    assert validators(site.asked("b.example/one"))[1] == (None, None)


async def test_p014_a_304_nobody_asked_for_is_an_error_and_not_asked_again_at_once(world, site):
    site.on("/feed", status=304)
    follow(world)
    await world.live(4 * HOUR)
    assert world.standing("a").last_error == "HTTP 304 though the request set no condition"
    assert len(site.log) == 3                                   # at 0, 1 and 3 h
    assert min(gaps(site.log)) >= HOUR


async def test_p015_a_server_that_says_304_for_ever_is_asked_without_condition_once_in_eight_days(world, site):
    site.when("/feed", lambda asked: site.answer(304) if is_conditional(asked) else site.answer(body=rss(str(asked.at)).encode(), ETag='"x"'))
    follow(world)
    await world.live(30 * DAY)
    whole = [one for one in site.log if not is_conditional(one)]
    assert len(whole) == 4
    assert all(8 * DAY <= gap < 9.1 * DAY for gap in gaps(whole))


async def test_p015_a_source_whose_validators_lie_can_be_asked_without_but_then_daily(world, site):
    site.feed("/feed", rss("One"), etag='"1"')
    follow(world, ignore_validators=True)
    await world.live(5 * DAY)
    assert not any(map(is_conditional, site.log))
    assert min(gaps(site.log)) >= DAY
    assert "its validators are ignored" in world.standing("a").reason


@pytest.mark.parametrize("status", [400, 412])
async def test_p016_a_refused_condition_is_left_out_when_the_source_is_due_again(world, site, status):
    site.on("/feed", rss("One"), headers={"ETag": '"1"'})
    site.on("/feed", status=status)
    site.on("/feed", rss("One"), headers={"ETag": '"1"'})
    follow(world)
    await world.live(DAY)
    assert validators(site.log[:4]) == [(None, None), ('"1"', None), (None, None), ('"1"', None)]
    assert min(gaps(site.log)) >= HOUR


async def test_p017_a_restart_forgets_neither_validators_nor_due_times(site, clock, network, tmp_path):
    site.feed("/feed", rss("One"), etag='"a"')
    for _ in range(12):
        with open_store(f"sqlite:{tmp_path / 'communique.db'}") as store:
            world = World(site, clock, network, store)
            follow(world)
            await world.round()
        clock.advance(timedelta(minutes=44))
    assert validators(site.log)[1:] == [('"a"', None)] * (len(site.log) - 1)
    assert min(gaps(site.log)) >= HOUR


async def test_p018_twenty_restarts_in_an_hour_cost_one_request(site, clock, network, tmp_path):
    site.feed("/feed", rss("One"), etag='"a"')
    for _ in range(20):
        with open_store(f"sqlite:{tmp_path / 'communique.db'}") as store:
            world = World(site, clock, network, store)
            follow(world)
            await world.round()
        clock.advance(timedelta(minutes=2.9))
    assert len(site.log) == 1


async def test_p019_ten_impatient_wishes_in_a_minute_cost_one_conditional_request(world, site, clock):
    site.feed("/feed", rss("One"), etag='"a"')
    follow(world)
    await world.round()
    clock.advance(timedelta(minutes=10))
    for _ in range(10):
        await world.round(everything=True)
        clock.advance(timedelta(seconds=6))
    assert validators(site.log) == [(None, None), ('"a"', None)]


async def test_p020_no_cache_is_ever_told_to_step_aside(world, site):
    site.feed("/feed", rss("One"), etag='"a"')
    follow(world)
    await world.live(DAY)
    assert all("cache-control" not in one.headers and "pragma" not in one.headers for one in site.log)
