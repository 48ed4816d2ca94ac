"""Fetching, against a server that does as it is told.

Touches: loopback.
"""

from __future__ import annotations

import asyncio
import gzip
import resource
import shutil
import ssl
import subprocess
import time
import zlib
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from aggregator.errors import FetchError
from aggregator.fetch.fetcher import FEEDS, Fetcher, Request, user_agent

SHARED = Path(__file__).parents[2] / ".." / "shared" / "corpora"
UA = user_agent("0.0", "https://desk.example/bot")
PLAIN_TLS = ssl.create_default_context()        # no certificates of the system are read for each test
MAX_BYTES = 100_000

Make = Callable[..., Fetcher]


@pytest.fixture
def make(site, clock) -> Make:
    """A fetcher for which the site is the operator's own."""
    def build(**settings: Any) -> Fetcher:
        own = {"clock": clock.now, "allow": [site.authority], "max_bytes": MAX_BYTES, "deadline": 5.0, "tls": PLAIN_TLS}
        return Fetcher(UA, **(own | settings))
    return build


@pytest.fixture
def abroad(site, clock, network) -> Make:
    """A fetcher to which the site is the open internet: names are made up, every pause is kept."""
    def build(**settings: Any) -> Fetcher:
        strange = {"clock": clock.now, "monotonic": clock.monotonic, "sleep": clock.sleep, "network": network, "tls": PLAIN_TLS, "max_bytes": MAX_BYTES}
        return Fetcher(UA, **(strange | settings))
    return build


async def refusal(fetcher: Fetcher, request: Request | str) -> FetchError:
    async with fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(Request(request) if isinstance(request, str) else request)
    return caught.value


# What is asked

@pytest.mark.case("P1")
async def test_validators_are_sent_back_byte_for_byte(site, make):
    site.feed("/feed", "<rss/>", etag='W/"a-gzip"', last_modified="Tue, 3 Mar 2026 10:00:00 +0000")
    async with make() as fetcher:
        first = await fetcher.fetch(Request(site.url("/feed")))
        again = await fetcher.fetch(Request(site.url("/feed"), first.etag, first.last_modified))
    assert (first.status, first.document.body, first.conditional) == (200, b"<rss/>", False)
    assert (again.status, again.document, again.conditional) == (304, None, True)
    asked = dict(site.log[1].raw)
    assert asked[b"if-none-match"] == b'W/"a-gzip"'
    assert asked[b"if-modified-since"] == b"Tue, 3 Mar 2026 10:00:00 +0000"


@pytest.mark.case("P6")
@pytest.mark.parametrize("etag", ["unquoted", '"\xe9\xff"', '""', "*", 'W/"', "'single'"])
async def test_a_strange_etag_is_echoed_and_never_repaired(site, make, etag):
    site.on("/feed", "<rss/>", headers={"ETag": etag})
    async with make() as fetcher:
        first = await fetcher.fetch(Request(site.url("/feed")))
        await fetcher.fetch(Request(site.url("/feed"), first.etag))
    assert dict(site.log[1].raw)[b"if-none-match"] == etag.encode("latin-1")


@pytest.mark.case("S26")
async def test_a_validator_longer_than_a_kilobyte_is_not_kept(site, make):
    site.on("/feed", "<rss/>", headers={"ETag": '"' + "x" * 2000 + '"'})
    async with make() as fetcher:
        assert (await fetcher.fetch(Request(site.url("/feed")))).etag == ""


@pytest.mark.case("P63")
async def test_a_request_says_who_asks_and_for_what_and_nothing_else(site, make):
    site.on("/feed", "<rss/>", headers={"Set-Cookie": "id=1", "ETag": '"1"'})
    async with make() as fetcher:
        for _ in range(2):
            await fetcher.fetch(Request(site.url("/feed?a=b")))
    assert {one.path for one in site.log} == {"/feed?a=b"}
    for asked in site.log:
        assert dict(asked.headers) == {"host": site.authority, "user-agent": UA, "accept": FEEDS, "accept-encoding": "gzip"}
        assert asked.method == "GET"
    assert site.connections == 1        # P71


@pytest.mark.case("P14")
async def test_a_304_to_a_request_without_condition_is_an_error(site, make):
    site.on("/feed", status=304)
    error = await refusal(make(), site.url("/feed"))
    assert (error.status, error.reason) == (304, "HTTP 304 though the request set no condition")


def test_a_contact_never_breaks_the_user_agent():
    assert user_agent("1.0", "") == "Communique/1.0"
    assert user_agent("1.0", "a@b\r\nX-Evil: 1") == "Communique/1.0 (+a@bX-Evil: 1)"


# How an answer is read

async def test_a_packed_body_is_unpacked_and_its_wire_size_counted(site, make):
    site.feed("/feed", b"<rss/>" * 1000, packed=True)
    async with make() as fetcher:
        reply = await fetcher.fetch(Request(site.url("/feed")))
    assert reply.document.body == b"<rss/>" * 1000
    assert reply.wire_bytes < 200


@pytest.mark.case("H3")
@pytest.mark.parametrize("packed", [gzip.compress(b"\0" * 5_000_000), gzip.compress(b"\0" * 90_000) * 2])
async def test_a_body_that_unpacks_to_more_than_allowed_is_cut(site, make, packed):
    site.on("/bomb", packed, headers={"Content-Encoding": "gzip"})
    assert (await refusal(make(), site.url("/bomb"))).reason == f"the body is larger than {MAX_BYTES} bytes"


@pytest.mark.case("S22")
@pytest.mark.parametrize("coding", ["gzip, gzip", "br", "zstd", "deflate", "foo", ", ".join(["gzip"] * 50)])
async def test_a_coding_that_was_not_asked_for_is_refused(site, make, coding):
    site.on("/feed", gzip.compress(b"<rss/>"), headers={"Content-Encoding": coding})
    assert "which was not asked for" in (await refusal(make(), site.url("/feed"))).reason


@pytest.mark.parametrize("coding", ["identity", "utf-8", "x-gzip"])
async def test_harmless_names_of_codings_are_understood(site, make, coding):
    site.on("/feed", gzip.compress(b"<rss/>") if coding == "x-gzip" else b"<rss/>", headers={"Content-Encoding": coding})
    async with make() as fetcher:
        assert (await fetcher.fetch(Request(site.url("/feed")))).document.body == b"<rss/>"


@pytest.mark.case("H5")
async def test_a_packed_body_cut_at_any_byte_is_never_taken_for_whole(site, make):
    packed = gzip.compress(b"<rss>" + bytes(range(256)) + b"</rss>")
    for length in range(1, len(packed)):
        site.on("/cut", packed[:length], headers={"Content-Encoding": "gzip"})
    async with make() as fetcher:
        for _ in range(1, len(packed)):
            with pytest.raises(FetchError, match="gzip body is damaged"):
                await fetcher.fetch(Request(site.url("/cut")))


@pytest.mark.case("R42")
@pytest.mark.parametrize("how", [
    {"body": b"<rss/>", "announce": 100, "cut": 6},
    {"raw": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n<rss/>\r\n8\r\nab"},
    {"raw": b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 7\r\n\r\n<rss/>"},
    {"raw": b"HTTP/1.1 200 OK\r\nContent-Le"},
    {"raw": b"SSH-2.0-OpenSSH_9\r\n"},
    {"raw": b""},
])
async def test_an_answer_that_breaks_off_is_an_error(site, make, how):
    site.on("/cut", **how)
    reason = (await refusal(make(), site.url("/cut"))).reason
    assert reason.startswith(("the answer broke off or is not HTTP", "the connection broke off")), reason


async def test_a_compressed_file_is_unpacked_once(site, make):
    site.on("/sitemap.xml.gz", gzip.compress(b"<urlset/>"), headers={"Content-Type": "application/gzip"})
    once = gzip.compress(b"<urlset/>")
    site.on("/twice.gz", gzip.compress(once))
    async with make() as fetcher:
        assert (await fetcher.fetch(Request(site.url("/sitemap.xml.gz")))).document.body == b"<urlset/>"
        assert (await fetcher.fetch(Request(site.url("/twice.gz")))).document.body == once


@pytest.mark.case("S24")
async def test_a_body_announced_as_too_large_is_refused_unread(site, make):
    site.on("/huge", b"x", announce=10_000_000_000)
    assert (await refusal(make(), site.url("/huge"))).reason == f"the body is announced as 10000000000 bytes, {MAX_BYTES} are allowed"


@pytest.mark.case("S23")
async def test_a_body_without_end_is_cut(site, make):
    site.on("/endless", announce=-1, endless=b"x" * 10_000)
    assert (await refusal(make(), site.url("/endless"))).reason == f"the body is larger than {MAX_BYTES} bytes"


@pytest.mark.case("H4", "S25")
@pytest.mark.parametrize("how", [
    {"body": b"<rss/>" * 100, "drip": 0.02},
    {"delay": 5.0},
    {"raw": b"HTTP/1.1 103 Early Hints\r\n\r\n", "endless": b"HTTP/1.1 103 Early Hints\r\n\r\n"},
    {"raw": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", "endless": b"x"},
    {"raw": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "endless": b"X-Trailer: x\r\n"},
    {"raw": b"HTTP/1.1 200 OK\r\n", "endless": b"X: y\r\n"},
])
async def test_h4_an_answer_that_drips_is_cut_at_the_deadline(site, make, how):
    site.on("/slow", **how)
    began = asyncio.get_running_loop().time()
    error = await refusal(make(deadline=0.3), site.url("/slow"))
    assert asyncio.get_running_loop().time() - began < 2
    assert error.reason == "no answer in 0.3 s" or "broke off" in error.reason      # or the parser had enough before


@pytest.mark.case("S26")
@pytest.mark.parametrize("head", [
    b"X-Long: " + b"x" * 1_000_000, b"".join(b"X-%d: y\r\n" % n for n in range(20_000)), b"X: a\0b", b"Location: /" + b"x" * 200_000,
])
async def test_headers_without_measure_are_an_error(site, make, head):
    site.on("/feed", raw=b"HTTP/1.1 200 OK\r\n" + head + b"\r\nContent-Length: 0\r\n\r\n")
    assert "broke off or is not HTTP" in (await refusal(make(), site.url("/feed"))).reason


# What the server says

@pytest.mark.case("P40")
@pytest.mark.parametrize(("value", "wait"), [
    ("3600", timedelta(hours=1)), ("Wed, 04 Mar 2026 11:00:00 GMT", timedelta(hours=2)),
    ("-5", None), ("soon", None), ("1e9", None), ("", None), ("Wed, 04 Mar 2020 11:00:00 GMT", None), ("0", None),     # P43
    ("315360000", timedelta(days=7)), ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=7)), ("9" * 400, None),
])
async def test_retry_after_is_read_as_the_server_means_it_or_not_at_all(site, make, value, wait):
    site.on("/feed", status=503, headers={"Retry-After": value})
    error = await refusal(make(), site.url("/feed"))
    assert (error.status, error.reason, error.retry_after) == (503, "HTTP 503", wait)


@pytest.mark.parametrize(("headers", "fresh"), [
    ({"Cache-Control": "max-age=43200"}, timedelta(hours=12)),                                                          # P21
    ({"Cache-Control": "public, Max-Age=7200", "Age": "3600"}, timedelta(hours=1)),                                     # P22
    ({"Expires": "Wed, 04 Mar 2026 11:00:00 GMT"}, timedelta(hours=2)),                                                 # P23
    ({"Expires": "Wed, 04 Mar 2026 11:00:00 GMT", "Date": "Wed, 04 Mar 2026 10:00:00 GMT"}, timedelta(hours=1)),
    ({"Expires": "Wed, 04 Mar 2026 11:00:00 GMT", "Cache-Control": "s-maxage=9, max-age=60"}, timedelta(minutes=1)),
    ({"Expires": "0"}, None), ({"Expires": "Tue, 03 Mar 2026 11:00:00 GMT"}, None), ({"Expires": "tomorrow"}, None),    # P24
    ({"Cache-Control": "no-store, max-age=60"}, None), ({"Cache-Control": "no-cache"}, None),                           # P26
    ({"Cache-Control": "max-age=-1"}, None), ({"Cache-Control": "max-age=abc"}, None),                                  # P27
    ({"Cache-Control": "max-age=60, max-age=90"}, None), ({"Cache-Control": "max-age=" + "9" * 20}, None), ({}, None),
])
async def test_how_long_an_answer_keeps(site, make, headers, fresh):
    site.on("/feed", "<rss/>", headers=headers)
    async with make() as fetcher:
        assert (await fetcher.fetch(Request(site.url("/feed")))).fresh_for == fresh


async def test_the_hub_of_a_link_header_is_told(site, make):
    site.on("/feed", "<rss/>", headers={"Link": '</hub>; rel="hub", <https://a.example/feed>; rel=self, <javascript:1>; rel="hub"'})
    async with make() as fetcher:
        reply = await fetcher.fetch(Request(site.url("/feed")))
    assert (reply.hub, reply.self_url) == (site.url("/hub"), "https://a.example/feed")


@pytest.mark.parametrize("status", [201, 203, 204, 205])
async def test_other_whole_answers_are_documents(site, make, status):
    site.on("/feed", headers={}, status=status)
    async with make() as fetcher:
        assert (await fetcher.fetch(Request(site.url("/feed")))).document.body == b""


@pytest.mark.parametrize("status", [206, 226, 300, 304, 400, 404, 410, 418, 451, 500, 599, 999])
async def test_every_other_status_is_an_error_that_names_it(site, make, status):
    site.on("/feed", "<rss/>", status=status)
    assert (await refusal(make(), site.url("/feed"))).status == status


# Redirects

@pytest.mark.case("P55")
@pytest.mark.parametrize(("chain", "moved_to"), [((301, 308), "/c"), ((301, 302), "/b"), ((302, 301), ""), ((307, 303), "")])
async def test_only_permanent_redirects_from_the_start_move_a_source(site, make, chain, moved_to):
    site.on("/a", status=chain[0], headers={"Location": "b#fragment"})
    site.on("/b", status=chain[1], headers={"Location": site.url("/c")})
    site.on("/c", "<rss/>")
    async with make() as fetcher:
        reply = await fetcher.fetch(Request(site.url("/a")))
    assert reply.url == reply.document.url == site.url("/c")
    assert reply.moved_to == (site.url(moved_to) if moved_to else "")


@pytest.mark.case("P59")
async def test_a_loop_ends_after_six_requests(site, make):
    site.on("/loop", status=302, headers={"Location": "/loop"})
    assert (await refusal(make(), site.url("/loop"))).reason == "more than 5 redirects"
    assert len(site.log) == 6


@pytest.mark.case("P60")
@pytest.mark.parametrize("location", ["file:///etc/passwd", "javascript:alert(1)", "gopher://a.example/", "http://a b/", "http://[::1%25lo]/", "dict://127.0.0.1:1/"])
async def test_a_redirect_to_what_is_no_web_address_is_an_error(site, make, location):
    site.on("/a", status=302, headers={"Location": location})
    assert (await refusal(make(), site.url("/a"))).reason.startswith("redirects to what is no web address")


async def test_a_redirect_without_an_address_is_an_error(site, make):
    site.on("/a", status=301)
    assert (await refusal(make(), site.url("/a"))).reason == "HTTP 301 without an address to go to"


async def test_an_address_of_a_redirect_may_hold_spaces_and_raw_letters(site, make):
    site.on("/a", status=302, headers={"Location": "/tin tức".encode().decode("latin-1")})
    site.on("/tin%20t%E1%BB%A9c", "<rss/>")
    async with make() as fetcher:
        assert (await fetcher.fetch(Request(site.url("/a")))).url == site.url("/tin%20t%E1%BB%A9c")


@pytest.mark.case("P13")
async def test_validators_go_only_to_the_address_that_sent_them(site, make):
    site.on("/a", status=302, headers={"Location": "/b"})
    site.feed("/b", "<rss/>", etag='"b"')
    async with make() as fetcher:
        first = await fetcher.fetch(Request(site.url("/a")))
        again = await fetcher.fetch(Request(site.url("/a"), first.etag, validators_of=first.url))
        site.when("/a", lambda asked: site.answer(301, Location="/c"))
        site.on("/c", "<rss/>")
        moved = await fetcher.fetch(Request(site.url("/a"), first.etag, validators_of=first.url))
    assert (again.status, moved.status, moved.conditional) == (304, 200, False)
    assert [one.path for one in site.log if "if-none-match" in one.headers] == ["/b"]


@pytest.mark.case("S43")
@pytest.mark.parametrize(("target", "sent"), [("http://a.example/b", True), ("http://b.example/b", False), ("http://a.example:8080/b", False)])
async def test_secrets_stay_with_the_host_they_are_for(site, abroad, network, target, sent):
    network.name("a.example", "93.184.216.34")
    network.name("b.example", "93.184.216.35")
    site.on("a.example/a", status=302, headers={"Location": target})
    site.on("/b", "<rss/>")
    async with abroad(allow=["a.example:8080"]) as fetcher:
        request = Request("http://user:pass@a.example/a", headers=(("X-Key", "secret"),))
        if target.startswith("https"):
            with pytest.raises(FetchError, match="no secure connection"):      # the site speaks no TLS; what it would have been sent cannot be seen
                await fetcher.fetch(request)
            return
        await fetcher.fetch(request)
    first, last = site.log
    assert (first.headers["x-key"], first.headers["authorization"]) == ("secret", "Basic dXNlcjpwYXNz")
    assert ("x-key" in last.headers, "authorization" in last.headers) == (sent, sent)


async def test_user_and_password_of_a_redirect_are_not_used(site, make):
    site.on("/a", status=302, headers={"Location": site.url("/b").replace("//", "//user:pass@")})
    site.on("/b", "<rss/>")
    async with make() as fetcher:
        reply = await fetcher.fetch(Request(site.url("/a")))
    assert "authorization" not in site.log[1].headers
    assert reply.url == site.url("/b")


@pytest.mark.case("S44")
async def test_an_error_names_no_secret(site, make):
    url = site.url("/gone?token=s3cret").replace("//", "//user:pa55@")
    error = await refusal(make(), Request(url, headers=(("X-Key", "k3y"),)))
    assert str(error) == f"{site.url('/gone')}: HTTP 404"


# Where requests may go

@pytest.mark.case("S32")
@pytest.mark.parametrize("address", [
    "10.0.0.1", "127.0.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[fe80::1]", "2130706433", "0177.0.0.1",
])
async def test_a_private_address_is_refused_before_a_connection_is_made(site, abroad, network, address):
    error = await refusal(abroad(), f"http://{address}/")
    assert error.reason.startswith("refused: ")
    assert error.reason.endswith("to poll.allow if it is yours")
    assert network.dialled == []


@pytest.mark.case("S33")
async def test_a_name_of_a_private_address_is_refused_by_name(abroad, network):
    network.name("intranet.example", "10.0.0.1")
    error = await refusal(abroad(), "http://intranet.example/")
    assert error.reason == 'refused: intranet.example is 10.0.0.1, which is a private address; add "intranet.example:80" to poll.allow if it is yours'
    assert network.dialled == []


@pytest.mark.case("S34")
async def test_of_a_name_with_a_public_and_a_private_address_only_the_public_one_is_dialled(site, abroad, network):
    network.name("a.example", "10.0.0.1", "fd00::1", "93.184.216.34")
    site.on("/feed", "<rss/>")
    async with abroad() as fetcher:
        await fetcher.fetch(Request("http://a.example/feed"))
    assert network.dialled == [("93.184.216.34", 80)]


@pytest.mark.case("S35")
async def test_a_private_address_of_the_other_family_is_not_dialled(site, abroad, network):
    network.name("a.example", "::1", "93.184.216.34")
    network.name("b.example", "fd00::1", "10.0.0.1")
    site.on("/feed", "<rss/>")
    async with abroad() as fetcher:
        await fetcher.fetch(Request("http://a.example/feed"))
        with pytest.raises(FetchError, match="refused: b"):
            await fetcher.fetch(Request("http://b.example/feed"))
    assert network.dialled == [("93.184.216.34", 80)]


@pytest.mark.case("S42")
@pytest.mark.parametrize("url", ["http+unix://%2Frun%2Fx.sock/", "unix:/run/x.sock", "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[::1%25lo]/"])
async def test_sockets_of_this_machine_and_scoped_addresses_lead_nowhere(abroad, network, url):
    await refusal(abroad(), url)
    assert network.dialled == []


@pytest.mark.case("S36")
async def test_the_address_that_was_checked_is_the_one_that_is_dialled(site, abroad, network):
    network.name("rebind.example", "93.184.216.34")
    network.name("rebind.example", "127.0.0.1")
    site.on("/feed", "<rss/>", announce=-1)
    async with abroad() as fetcher:
        await fetcher.fetch(Request("http://rebind.example/feed"))
        with pytest.raises(FetchError, match="a loopback address"):
            await fetcher.fetch(Request("http://rebind.example/feed"))
    assert network.dialled == [("93.184.216.34", 80)]


@pytest.mark.case("S37")
@pytest.mark.parametrize("hops", [1, 5])
async def test_a_redirect_into_the_private_network_is_refused_at_any_hop(site, abroad, network, hops):
    network.name("a.example", "93.184.216.34")
    for hop in range(hops):
        site.on(f"/{hop}", status=302, headers={"Location": f"/{hop + 1}" if hop < hops - 1 else "http://169.254.169.254/latest/meta-data/"})
    error = await refusal(abroad(), "http://a.example/0")
    assert "169.254.169.254 is a link-local address" in error.reason
    assert {address for address, _ in network.dialled} == {"93.184.216.34"}


@pytest.mark.case("S38")
async def test_only_the_port_the_operator_wrote_is_visited_beside_those_of_the_web(site, abroad, network):
    network.name("a.example", "93.184.216.34")
    site.on("/feed", "<rss/>")
    site.on("/away", status=302, headers={"Location": "http://a.example:6379/"})
    async with abroad() as fetcher:
        await fetcher.fetch(Request("http://a.example:8080/feed"))
        with pytest.raises(FetchError, match="port 6379 is not one of the web"):
            await fetcher.fetch(Request("http://a.example:8080/away"))
        with pytest.raises(FetchError, match="port 8080 is not one of the web"):
            await fetcher.fetch(Request("http://a.example:8080/article", configured="http://a.example/feed"))
    assert {port for _, port in network.dialled} == {8080}


@pytest.mark.case("R40")
@pytest.mark.parametrize("address", ["2606:4700::1111", "93.184.216.34"])
async def test_a_host_of_one_family_alone_is_reached(site, abroad, network, address):
    network.name("a.example", address)
    site.on("/feed", "<rss/>")
    async with abroad() as fetcher:
        assert (await fetcher.fetch(Request("http://a.example/feed"))).status == 200
    assert network.dialled == [(address, 80)]


@pytest.mark.case("R40")
async def test_a_dead_address_leaves_the_next_one_its_chance(site, abroad, network):
    network.name("a.example", "2606:4700::1111", "93.184.216.34")
    network.dead.add("2606:4700::1111")
    site.on("/feed", "<rss/>")
    async with abroad() as fetcher:
        assert (await fetcher.fetch(Request("http://a.example/feed"))).status == 200
    assert [address for address, _ in network.dialled] == ["2606:4700::1111", "93.184.216.34"]


@pytest.mark.case("R37")
async def test_a_name_that_does_not_resolve_says_so(abroad):
    assert "the name nowhere.example does not resolve" in (await refusal(abroad(), "http://nowhere.example/")).reason


@pytest.mark.case("R38")
async def test_a_refused_connection_says_so(site, make):
    url = site.url("/")
    await site.stop()
    assert (await refusal(make(), url)).reason == "no connection: connection refused"


@pytest.mark.case("R39")
async def test_a_certificate_nobody_vouches_for_is_refused(make, tmp_path):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    error = await refusal(make(allow=[f"127.0.0.1:{port}"]), f"https://127.0.0.1:{port}/")
    assert error.reason == "the certificate is not valid: self-signed certificate"
    server.close()


async def test_the_environment_has_no_say(site, make, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    site.on("/feed", "<rss/>")
    async with make() as fetcher:
        assert (await fetcher.fetch(Request(site.url("/feed")))).status == 200


async def test_a_proxy_of_the_operator_is_asked_in_the_sources_place(site, abroad):
    site.on("http://a.example/feed", "<rss/>")
    async with abroad() as fetcher:
        reply = await fetcher.fetch(Request("http://a.example/feed", proxy=site.url("/")))
    assert reply.document.body == b"<rss/>"
    assert site.log[0].path == "http://a.example/feed"


# Turns

@pytest.mark.case("P36")
async def test_one_host_is_asked_one_thing_at_a_time_with_a_pause_between(site, abroad, network, clock):
    network.name("a.example", "93.184.216.34")
    for number in range(10):
        site.on(f"/{number}", "<rss/>")
    async with abroad(pause=timedelta(seconds=2)) as fetcher:
        await asyncio.gather(*(fetcher.fetch(Request(f"http://a.example/{number}")) for number in range(10)))
    times = [one.at for one in site.log]
    assert all(later - earlier >= timedelta(seconds=2) for earlier, later in pairwise(times))
    assert site.connections == 1        # P71


@pytest.mark.case("P35")
async def test_no_more_than_ten_connections_a_second_are_opened(site, abroad, network, clock):
    for number in range(40):
        network.name(f"h{number}.example", "93.184.216.34")
    site.on("/feed", "<rss/>")
    began = clock.moment
    async with abroad(new_connections=10) as fetcher:
        await asyncio.gather(*(fetcher.fetch(Request(f"http://h{number}.example/feed")) for number in range(40)))
    assert clock.moment - began >= timedelta(seconds=3.8)


async def test_queueing_for_a_connection_does_not_use_up_the_time_for_the_answer(site, network, abroad):
    for number in range(4):
        network.name(f"h{number}.example", "93.184.216.34")
    site.on("/feed", "<rss/>")
    async with abroad(new_connections=10, deadline=0.15, monotonic=time.monotonic, sleep=asyncio.sleep) as fetcher:
        replies = await asyncio.gather(*(fetcher.fetch(Request(f"http://h{number}.example/feed")) for number in range(4)))
    assert [reply.status for reply in replies] == [200] * 4


async def test_a_connection_the_server_has_closed_is_opened_anew(site, make):
    site.on("/feed", "<rss/>", announce=-1)
    async with make() as fetcher:
        assert [(await fetcher.fetch(Request(site.url("/feed")))).document.body for _ in range(3)] == [b"<rss/>"] * 3
    assert site.connections == 3


async def test_connections_are_kept_in_measure(site, abroad, network):
    for number in range(50):
        network.name(f"h{number}.example", "93.184.216.34")
    site.on("/feed", "<rss/>")
    async with abroad(connections=4) as fetcher:
        await asyncio.gather(*(fetcher.fetch(Request(f"http://h{number}.example/feed")) for number in range(50)))
        await asyncio.sleep(0.05)       # the server notices
        assert site.open <= 4
    await asyncio.sleep(0.05)
    assert site.open == 0


async def test_the_operators_own_hosts_stand_in_no_line(site, make):
    site.on("/feed", "<rss/>", delay=0.05)
    began = asyncio.get_running_loop().time()
    async with make(pause=timedelta(hours=1), new_connections=0.001) as fetcher:
        await asyncio.gather(*(fetcher.fetch(Request(site.url("/feed"))) for _ in range(10)))
    assert asyncio.get_running_loop().time() - began < 2


@pytest.mark.case("S27")
async def test_slow_hosts_hold_up_nobody_for_longer_than_the_deadline(site, make):
    site.on("/slow", delay=10)
    site.on("/feed", "<rss/>")
    async with make(deadline=0.2, concurrency=4) as fetcher:
        slow = [asyncio.create_task(fetcher.fetch(Request(site.url("/slow")))) for _ in range(8)]
        replies = await asyncio.gather(*(fetcher.fetch(Request(site.url("/feed"))) for _ in range(8)))
        failures = await asyncio.gather(*slow, return_exceptions=True)
    assert [reply.status for reply in replies] == [200] * 8
    assert {str(failure).partition(": ")[2] for failure in failures} == {"no answer in 0.2 s"}


async def test_many_hosts_are_forgotten_again(site, abroad, network):
    site.on("/feed", status=404)
    async with abroad(pause=timedelta(0), new_connections=1e9) as fetcher:
        for number in range(1200):
            network.name(f"h{number}.example", "10.0.0.1")
            with pytest.raises(FetchError):
                await fetcher.fetch(Request(f"http://h{number}.example/feed"))
        assert len(fetcher._turns._hosts) <= 513


# The collected bombs

@pytest.mark.shared
@pytest.mark.case("S22")
async def test_every_bomb_is_cut_while_a_healthy_feed_goes_on(site, make):
    folder = SHARED / "bombs"
    if not folder.is_dir():
        pytest.skip("the corpora beside the project are not here")
    limit = 10 * 1024 * 1024
    packed = [path for path in folder.iterdir() if path.suffix == ".gz"]
    assert len(packed) >= 4
    for path in packed:
        site.on(f"/coded/{path.name}", path.read_bytes(), headers={"Content-Encoding": "gzip"})
        site.on(f"/file/{path.name}", path.read_bytes(), headers={"Content-Type": "application/gzip"})
    site.on("/brotli", b"\xcb\xff\xff\x3f" * 100, headers={"Content-Encoding": "br"})
    site.on("/zlib", zlib.compress(b"\0" * 50_000_000), headers={"Content-Encoding": "deflate"})
    site.on("/feed", "<rss/>")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with make(max_bytes=limit, deadline=5.0) as fetcher:
        for path in [f"/{how}/{path.name}" for how in ("coded", "file") for path in packed] + ["/brotli", "/zlib"]:
            outcome, healthy = await asyncio.gather(
                fetcher.fetch(Request(site.url(path))), fetcher.fetch(Request(site.url("/feed"))), return_exceptions=True)
            assert healthy.status == 200
            assert isinstance(outcome, FetchError) or len(outcome.document.body) < limit, path
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024     # KiB
