"""The feeds of a page are found as its authors name them; a page without one gets selectors that read its listing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aggregator.errors import ParseError
from aggregator.parse.discovery import discover
from aggregator.parse.entry import Discovered, Document
from aggregator.parse.page import read_listing
from storage.model import Source

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
URL = "https://www.interior.example/en/news/"
SOURCE = Source("trial", URL, URL, language="en")
RSS = "application/rss+xml"


def of(body: str) -> Discovered:
    return discover(Document(URL, body.encode(), "text/html; charset=utf-8"), SOURCE, now=NOW)


def urls(head: str, body: str = "<p>Welcome</p>") -> list[str]:
    return [feed.url for feed in of(f"<html><head><title>Interior</title>{head}</head><body>{body}</body></html>").feeds]


@pytest.mark.parametrize(("head", "found"), [
    (f'<link rel="alternate" type="{RSS}" href="/feed.xml">', ["https://www.interior.example/feed.xml"]),
    (f'<link href=rss.xml type={RSS} rel=alternate>', ["https://www.interior.example/en/news/rss.xml"]),
    ('<LINK REL="ALTERNATE" TYPE="Application/RSS+XML; charset=utf-8" HREF="//feeds.example/f">', ["https://feeds.example/f"]),
    (f'<base href="https://cdn.example/x/"><link rel="alternate" type="{RSS}" href="f">', ["https://cdn.example/x/f"]),
    (f'<link rel="home alternate" type="application/atom+xml" href="/a"><link rel="alternate" type="{RSS}" href="/b">',
     ["https://www.interior.example/a", "https://www.interior.example/b"]),
    ('<link rel="alternate" type="application/feed+json" href="/f.json"><link rel="feed" href="/g">', ["https://www.interior.example/f.json", "https://www.interior.example/g"]),
    (f'<link rel="alternate stylesheet" type="{RSS}" href="/s"><link rel="alternate" hreflang="vi" href="/vi/"><link rel="alternate" type="text/html" href="/m">', []),
    (f'<!-- <link rel="alternate" type="{RSS}" href="/old"> --><link rel="alternate" type="{RSS}" href="">', []),
    (f'<link rel="alternate" type="{RSS}" href="javascript:alert(1)"><link rel="alternate" type="{RSS}" href="file:///etc/passwd">', []),
    (f'<link rel="alternate" type="{RSS}" href="/f"><link rel="alternate" type="{RSS}" href="/f" title="again">', ["https://www.interior.example/f"]),
    (f'<link rel="alternate" type="{RSS}" href="/f?a=1&amp;b=2">', ["https://www.interior.example/f?a=1&b=2"]),
])
def test_feeds_are_found_as_pages_name_them(head, found):
    assert urls(head) == found


def test_links_that_look_like_feeds_come_after_those_that_are_named():
    links = '<a href="/rss/politics.rss">RSS</a> <a href="https://other.example/rss">theirs</a> <a href="/feedback">Feedback</a> <a href="/en/feed/">Feed</a>'
    assert urls(f'<link rel="alternate" type="{RSS}" href="/main">', links) == [
        "https://www.interior.example/main", "https://www.interior.example/rss/politics.rss", "https://www.interior.example/en/feed/"]


MENU = "<nav><ul>" + "".join(f'<li class="menu-item"><a href="/section/{n}">A section of the ministry, number {n}</a></li>' for n in range(12)) + "</ul></nav>"
HEADLINES = [f"Minister receives the ambassador of country number {n}" for n in range(8)]
DESIGNS = {
    "cards": "<div class='grid'>" + "".join(
        f'<div class="card card-{n}"><a href="/n/{n}"><img src="/{n}.jpg"></a><h3><a class="t" href="/n/{n}">{title}</a></h3><span class="post-date">{n + 1} February 2026</span></div>'
        for n, title in enumerate(HEADLINES)) + "</div>",
    "list": '<ul id="news">' + "".join(f'<li><a href="/n/{n}">{title}</a> <time datetime="2026-02-0{n + 1}">x</time></li>' for n, title in enumerate(HEADLINES)) + "</ul>",
    "table": "<table id='t'>" + "".join(f'<tr><td class="date">0{n + 1}.02.2026</td><td><a href="/n/{n}">{title}</a></td></tr>' for n, title in enumerate(HEADLINES)) + "</table>",
    "articles": "".join(f'<article class="post"><h2><a href="/n/{n}">{title}</a></h2><p>They met. <a href="/tag/{n}">Tag</a></p><time>{n + 1} February 2026</time></article>'
                        for n, title in enumerate(HEADLINES)),
}


@pytest.mark.parametrize("design", DESIGNS)
def test_a_page_without_a_feed_gets_selectors_that_read_its_listing(design):
    page = f"<html lang='en'><head><title>News</title></head><body>{MENU}<main>{DESIGNS[design]}</main><footer>{MENU}</footer></body></html>"
    found = of(page)
    assert found.feeds == ()
    best = found.proposals[0]
    assert (best.count, best.dated) == (8, 8)
    assert [entry.title for entry in best.entries] == HEADLINES[:5]
    assert [entry.link for entry in best.entries][:2] == ["https://www.interior.example/n/0", "https://www.interior.example/n/1"]
    source = Source("s", URL, URL, kind="page", language="en", page=best.rules)
    assert len(read_listing(Document(URL, page.encode(), "text/html"), source, now=NOW).entries) == 8


def test_a_page_without_a_listing_gets_none_and_no_page_is_an_error():
    assert of("<html><body><p>Under construction</p><a href='/'>Home</a></body></html>").proposals == ()
    with pytest.raises(ParseError):
        of("<rss version='2.0'><channel/></rss>")
