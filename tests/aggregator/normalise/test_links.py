"""Every link that means one page is one address; none is anything but http or https."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.normalise.links import canonical_url


@pytest.mark.parametrize(("link", "address"), [
    ("https://news.example/a", "https://news.example/a"),
    ("HTTPS://News.Example", "https://news.example/"),
    ("http://news.example:80/a", "http://news.example/a"),
    ("https://news.example:8443/a", "https://news.example:8443/a"),
    ("https://news.example./a", "https://news.example/a"),
    ("https://news.example/a#part", "https://news.example/a"),
    ("https://news.example//a///b", "https://news.example/a/b"),
    ("https://news.example/x/../a/./b", "https://news.example/a/b"),
    ("https://archive.example/web/2020/https://news.example/a", "https://archive.example/web/2020/https://news.example/a"),
    ("https://me:secret@news.example/a", "https://news.example/a"),
    ("  https://news.example/a\n", "https://news.example/a"),
    ("https://news.example/a b|c", "https://news.example/a%20b%7Cc"),
    ("https://news.example/100%", "https://news.example/100%25"),
    ("https://news.example/việt", "https://news.example/vi%E1%BB%87t"),
    ("https://tin-tức.example/", "https://xn--tin-tc-fr8b.example/"),
    ("https://news.example/?q[]=1", "https://news.example/?q%5B%5D=1"),
    ("http://[2001:db8::1]/a", "http://[2001:db8::1]/a"),
])
def test_canonical_url(link, address):
    assert canonical_url(link) == address


@pytest.mark.parametrize("tracking", [
    "utm_source=x", "UTM_Medium=x", "fbclid=x", "gclid=x", "dclid=x", "msclkid=x", "mc_cid=x", "mc_eid=x", "yclid=x", "ysclid=x", "_openstat=x", "igshid=x",
    "ref_src=x", "spm=x", "at_medium=x", "at_campaign=x", "cmpid=x", "pk_campaign=x", "mtm_source=x", "_hsenc=x", "_ga=x", "xtor=x", "utm_source",
    "srsltid=x", "wt_mc=x", "icid=x", "ncid=x", "PHPSESSID=x", "guce_referrer=x", "mkt_tok=x", "gad_source=1",
])
def test_what_only_tracks_the_reader_is_dropped_and_the_rest_keeps_its_order(tracking):
    assert canonical_url(f"https://news.example/a?z=1&amp;{tracking}&b=2&a=3") == "https://news.example/a?z=1&b=2&a=3"
    assert canonical_url(f"https://news.example/a?{tracking}") == "https://news.example/a"


@pytest.mark.parametrize("query", [
    "id=7", "cid=7", "p=7", "from=vn", "source=vna", "ref=7", "page=2", "lang=vi", "at=5", "s=1", "article_id=3", "utmost=1", "story=", "x&y", "a=1;b=2",
])
def test_what_may_choose_the_page_is_kept(query):
    assert canonical_url(f"https://news.example/a?{query}") == f"https://news.example/a?{query}"


@pytest.mark.case("S4")
@pytest.mark.parametrize("link", [
    "javascript:alert(1)", "vbscript:x", "data:text/html,<script>", "file:///etc/passwd", "jar:http://a/!/", "blob:https://a/1", "java\tscript:alert(1)",
    " javascript:alert(1)", "JaVaScRiPt:alert(1)", "&#106;avascript:alert(1)", "javascript\u2028:alert(1)", "java\nscript:alert(1)", "\x01javascript:alert(1)",
    "ftp://a.example/", "mailto:a@b.example", "//a.example/x", "/x", "x", "", "http://", "https:///", "http:// a/", "http://a.example:99999/", "http://a\0.example/",
    "http://a.example/\ud800", "urn:uuid:1", "tag:a.example,2026:1", "http://exa<mple/", "view-source:http://a.example/", "feed:http://a.example/",
])
def test_what_is_no_web_address_is_none(link):
    assert canonical_url(link) == ""


@given(st.one_of(st.text(), st.text(st.sampled_from("htps:/@?&=%#.;[]\\ a1-é\u202e\t"), min_size=1).map(lambda rest: f"http://a.example{rest}")))
@example("http://a.example/%zz%")
@example("http://a.example/?&&a=&amp;amp;b")
@example("http://a.example/a;jsessionid=1;x")
def test_an_address_is_a_clean_uri_and_its_own_canonical_form(link):
    address = canonical_url(link)
    if address:
        parts = urlsplit(address)
        assert parts.scheme in ("http", "https")
        assert parts.hostname
        assert "@" not in parts.netloc
        assert not parts.fragment
        assert address.isascii()
        assert address.isprintable()
        assert not set(address) & set(' "<>\\^`{|}')
        assert canonical_url(address) == address


@pytest.mark.case("S29")
@pytest.mark.parametrize("link", [
    "http://a.example/" + "a" * 150_000, "http://" + "ö" * 100_000 + ".example/", "http://a.example/?" + "&amp;" * 30_000, "http://a.example/" + "/" * 4_000,
    "http://a.example/?" + "utm_" * 1_000, "http://a.example/" + "../" * 1_300,
], ids=["long", "long host", "ampersands", "slashes", "tracking", "parents"])
def test_a_hostile_link_costs_next_to_nothing(link):
    began = time.process_time()
    canonical_url(link)
    assert time.process_time() - began < 0.5
