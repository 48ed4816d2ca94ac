"""P40 to P54: what follows an error, over the log of a scripted server.

Touches: loopback.
"""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from tests.aggregator.poll.world import DAY, HOUR, gaps, hours, is_conditional, rss
from tests.factory import source

BROWSERS = ("mozilla", "chrome", "safari", "gecko")


def follow(world, **fields):
    """One source on the open internet."""
    world.abroad("a.example")
    world.follow(source(**({"id": "a", "url": "http://a.example/feed"} | fields)))


async def test_p040_too_many_requests_silence_the_whole_host_as_long_as_it_asks(world, site):
    for number in range(3):
        site.feed(f"/{number}", rss(f"Item {number}"), etag=f'"{number}"')
    site.on("a.example/1", status=429, headers={"Retry-After": "3600"})
    world.abroad("a.example")
    world.follow(*(source(id=f"s{number}", url=f"http://a.example/{number}") for number in range(3)))
    await world.live(DAY)
    refused = next(one for one in site.log if one.path == "/1")
    assert min(one.at for one in site.log if one.at > refused.at) - refused.at >= HOUR


async def test_p041_a_date_to_come_back_at_is_kept(world, site):
    site.on("/feed", status=503, headers={"Retry-After": "Thu, 05 Mar 2026 03:00:00 GMT"})      # 18 hours from the start
    follow(world)
    await world.live(DAY)
    assert gaps(site.log)[0] >= 18 * HOUR


async def test_p042_too_many_requests_without_a_word_cost_four_hours_doubling_to_a_day(world, site):
    site.on("/feed", status=429)
    follow(world)
    await world.live(6 * DAY)
    assert hours(site.log)[:5] == [4, 8, 16, 24, 24]


@pytest.mark.parametrize(("value", "least", "most"), [
    ("-5", 4 * HOUR, 5 * HOUR), ("soon", 4 * HOUR, 5 * HOUR), ("Wed, 04 Mar 2020 09:00:00 GMT", 4 * HOUR, 5 * HOUR), ("1e9", 4 * HOUR, 5 * HOUR),
    ("315360000", 7 * DAY, 8 * DAY), ("Sun, 04 Mar 2036 09:00:00 GMT", 7 * DAY, 8 * DAY),
])
async def test_p043_a_retry_after_that_means_nothing_is_ignored_and_one_that_is_endless_is_cut(world, site, value, least, most):
    site.on("/feed", status=429, headers={"Retry-After": value})
    follow(world)
    await world.live(10 * DAY)
    assert least <= gaps(site.log)[0] < most


async def test_p043_two_different_wishes_are_none(world, site):
    site.on("/feed", raw=b"HTTP/1.1 429 No\r\nRetry-After: 3600000\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n")
    follow(world)
    await world.live(DAY)
    assert hours(site.log)[:2] == [4, 8]


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_p044_a_server_in_trouble_is_asked_ever_less_and_forgiven_at_the_first_answer(world, site, status):
    for _ in range(10):
        site.on("/feed", status=status)
    site.on("/feed", rss("One"), headers={"ETag": '"a"'})
    follow(world)
    await world.live(9 * DAY)
    assert hours(site.log)[:10] == [1, 2, 4, 8, 16, 24, 24, 24, 24, 24]
    assert hours(site.log)[10] == 1
    assert world.standing("a").failures == 0


@pytest.mark.parametrize("trouble", ["dns", "refused", "reset", "tls", "time-out"])
async def test_p045_a_network_in_trouble_is_treated_alike(world, site, network, trouble):
    follow(world, url="https://a.example/feed" if trouble == "tls" else "http://a.example/feed")
    world.deadline = 0.05
    if trouble == "dns":
        network.names.clear()
    elif trouble == "refused":
        network.dead.add("93.184.216.1")
    elif trouble == "reset":
        site.on("/feed", raw=b"")
    elif trouble == "tls":
        site.on("/feed", raw=b"no TLS")
    else:
        site.on("/feed", delay=1)
    await world.live(9 * DAY)
    polls = world.store.sources.polls("a")[::-1]
    assert [(later.at - earlier.at) // HOUR for earlier, later in itertools.pairwise(polls)][:10] == [1, 2, 4, 8, 16, 24, 24, 24, 24, 24]
    assert {poll.outcome for poll in polls} == {"failed"}


async def test_p046_a_refusal_costs_four_hours_at_least_and_no_disguise(world, site):
    site.on("/feed", status=403)
    follow(world)
    await world.live(5 * DAY)
    assert hours(site.log)[:4] == [4, 8, 16, 24]
    assert not any(word in one.headers["user-agent"].lower() for one in site.log for word in BROWSERS)
    assert len({one.headers["user-agent"] for one in site.log}) == 1


@pytest.mark.parametrize("status", [401, 407])
async def test_p047_a_login_is_asked_for_once_a_day_and_no_password_is_guessed(world, site, status):
    site.on("/feed", status=status, headers={"WWW-Authenticate": 'Basic realm="press"'})
    follow(world)
    await world.live(5 * DAY)
    assert set(hours(site.log)) == {24}
    assert not any("authorization" in one.headers for one in site.log)
    assert world.standing("a").reason == f"HTTP {status}: wants a login; asked once a day"


async def test_p048_what_is_not_found_for_a_month_is_looked_for_weekly(world, site):
    site.on("/feed", status=404)
    follow(world)
    await world.live(60 * DAY)
    waits = hours(site.log)
    assert waits[:6] == [1, 2, 4, 8, 16, 24]
    late = [gap for one, gap in zip(site.log, gaps(site.log), strict=False) if one.at - site.log[0].at > 31 * DAY]
    assert min(late) >= 7 * DAY
    early = [gap for one, gap in zip(site.log, gaps(site.log), strict=False) if one.at - site.log[0].at < 29 * DAY]
    assert max(early) < 26 * HOUR


async def test_p049_a_feed_that_says_for_two_days_that_it_is_gone_is_asked_no_more_and_its_items_stay(world, site):
    site.on("/feed", rss("One"), headers={"ETag": '"a"'})
    site.on("/feed", status=410)
    follow(world)
    await world.live(90 * DAY)
    assert len(site.log) == 4                                   # once with the item, and three times gone
    assert site.log[-1].at - site.log[1].at >= 2 * DAY
    assert "gone for good" in world.standing("a").reason
    assert world.titles() == ["One"]
    await world.round(everything=True)                          # a person may try it
    assert len(site.log) == 5
    world.follow(source(id="a", url="http://a.example/new"))    # or correct its address
    await world.live(HOUR)
    assert site.log[-1].path == "/new"


async def test_p049_gone_between_other_errors_is_not_gone(world, site):
    for status in (410, 500, 410, 500, 410, 500) * 3:
        site.on("/feed", status=status)
    follow(world)
    await world.live(12 * DAY)
    assert "gone for good" not in world.standing("a").reason


@pytest.mark.parametrize("status", [451, 402, 418, 999, "099"])
async def test_p050_any_other_refusal_is_one(world, site, status):
    site.on("/feed", raw=f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
    follow(world)
    await world.live(5 * DAY)
    # 099 is no status of HTTP at all: the answer is not understood, and the source is in trouble rather than refusing.
    assert hours(site.log)[:4] == ([1, 2, 4, 8] if status == "099" else [4, 8, 16, 24])


CHALLENGE = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><script>window._cf_chl_opt={}</script></body></html>"
LOGIN = '<html><head><title>Sign in</title></head><body><form><input type="password" name="p"></form></body></html>'
PORTAL = "<html><head><title>Welcome to the airport</title></head><body>Accept our terms.</body></html>"


@pytest.mark.parametrize(("page", "words"), [
    (CHALLENGE, "HTTP 200, but the page is a challenge for browsers by Cloudflare"),
    (LOGIN, "it asks for a password"),
    (PORTAL, "not a feed"),
])
async def test_p051_a_page_in_the_feeds_place_changes_nothing_and_is_called_what_it_is(world, site, page, words):
    site.on("/feed", rss("One"), headers={"ETag": '"a"'})
    site.on("/feed", page, headers={"ETag": '"page"', "Content-Type": "text/html"})
    site.on("/feed", page, headers={"ETag": '"page"', "Content-Type": "text/html"})
    site.on("/feed", status=304)
    follow(world)
    await world.live(HOUR * 1.5)
    standing = world.standing("a")
    assert words in standing.last_error
    assert (standing.etag, standing.failures, world.titles()) == ('"a"', 1, ["One"])
    await world.live(2 * DAY)
    assert {one.headers.get("if-none-match") for one in site.log[1:]} == {'"a"'}
    assert gaps(site.log)[2] > gaps(site.log)[1]                # back-off


async def test_p051_a_challenge_is_a_refusal_and_not_a_passing_trouble(world, site):
    site.on("/feed", CHALLENGE, headers={"Content-Type": "text/html"})
    follow(world)
    await world.live(5 * DAY)
    assert hours(site.log)[:4] == [4, 8, 16, 24]


@pytest.mark.parametrize(("headers", "body", "words"), [
    ({"cf-mitigated": "challenge"}, "", "HTTP 403: a challenge for browsers by Cloudflare"),
    ({}, "error code: 1020", "HTTP 403: blocked by Cloudflare, error 1020"),
    ({}, "Your User-Agent has been blocked", "HTTP 403: its page speaks of bots or our User-Agent"),
    ({}, "<html><head><meta name='robots' content='noindex'><title>403</title></head></html>", "HTTP 403"),
])
async def test_p046_what_a_refusal_lets_us_know_is_told(world, site, headers, body, words):
    site.on("/feed", body, status=403, headers=headers)
    follow(world)
    await world.round()
    assert world.standing("a").last_error == words


@pytest.mark.parametrize("status", [200, 204, 205])
async def test_p052_an_empty_answer_changes_and_removes_nothing(world, site, status):
    site.on("/feed", rss("One"), headers={"ETag": '"a"'})
    site.on("/feed", status=status)
    follow(world)
    await world.live(DAY)
    assert world.titles() == ["One"]
    assert {one.headers.get("if-none-match") for one in site.log[1:]} == {'"a"'}
    assert world.standing("a").last_error == ("HTTP 200 with nothing in it" if status == 200 else "")


async def test_p053_a_part_nobody_asked_for_is_an_error(world, site):
    # We send no A-IM: lists of changes alone save little once validators do, and hardly a server speaks it.
    site.on("/feed", rss("One"), status=226, headers={"IM": "feed", "ETag": '"a"'})
    follow(world)
    await world.round()
    assert "a-im" not in site.log[0].headers
    assert world.standing("a").last_error == "HTTP 226"
    assert world.titles() == []


@pytest.mark.parametrize("status", [408, 421, 425])
async def test_p054_trouble_with_one_request_is_no_trouble_with_the_feed(world, site, status):
    site.on("/feed", status=status)
    follow(world)
    await world.live(10 * HOUR)
    assert set(hours(site.log)) == {1}


async def test_a_feed_that_errs_now_and_then_is_still_asked_conditionally(world, site):
    for _ in range(3):
        site.on("/feed", rss("One"), headers={"ETag": '"a"'})
        site.on("/feed", status=500)
    follow(world)
    await world.live(DAY)
    assert all(map(is_conditional, site.log[1:]))
    assert min(gaps(site.log)) >= timedelta(hours=1)
