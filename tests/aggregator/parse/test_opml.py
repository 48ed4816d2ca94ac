"""Lists of subscriptions: what real lists get wrong, what hostile ones try, and our own coming back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from aggregator.errors import ParseError
from aggregator.parse.opml import Outline, read_opml, write_opml
from storage.model import Source

LIST = b"""<?xml version="1.0" encoding="utf-8"?><opml version="2.0"><head><title>Mine</title></head><body>
<outline text="Asia"><outline text="Agencies">
<outline type="rss" text="A &amp; B" xmlUrl="https://a.example/rss" htmlUrl="https://a.example/" language="EN"/></outline>
<outline title="Second" text="2" xmlurl="feed://b.example/rss"/></outline>
<outline text="Loose" xmlUrl="https://c.example/rss" category="/Europe/Ministries,/Other"/>
<outline text="Again" xmlUrl="https://c.example/rss"/><outline text="Bad" xmlUrl="javascript:alert(1)"/><outline text="Local" xmlUrl="file:///etc/passwd"/>
<outline type="include" text="More" url="https://a.example/list.opml"/><outline type="link" text="Page" url="https://p.example/"/></body></opml>"""


def test_subscriptions_come_with_their_folders_each_address_once() -> None:
    assert read_opml(LIST) == (
        Outline("A & B", "https://a.example/rss", "https://a.example/", "Asia/Agencies", "en"),
        Outline("Second", "http://b.example/rss", "", "Asia"),
        Outline("Loose", "https://c.example/rss", "", "Europe/Ministries"),
    )


def test_a_broken_list_gives_what_can_be_had() -> None:
    found = read_opml(b"<opml><body><outline text='Tom & Ann' xmlUrl='https://a.example/?x=1&y=2'><outline text=two xmlUrl='https://b.example/'/>")
    assert found[0].url == "https://a.example/?x=1&y=2"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'<!DOCTYPE o [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><opml><body><outline text="&b;"/></body></opml>', "entity declarations"),
        (b"<opml><body>" + b"<outline text='x' xmlUrl='https://a.example/'/>" * 20_001 + b"</body></opml>", "more than 20000 outlines"),
        (b"<opml>" + b" " * (10 * 1024 * 1024), "larger than 10 MiB"),
        (b"<html></html>", "no list of subscriptions"),
        (b"", "no list of subscriptions"),
    ],
)
@pytest.mark.case("S57")
def test_what_is_no_list_or_a_bomb_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        read_opml(body, name="list.opml")


def test_a_list_nested_without_end_costs_nothing() -> None:
    assert read_opml(b"<opml><body>" + b"<outline text='deeper'>" * 15_000 + b"</opml>") == ()


def test_what_we_write_can_be_read_again_and_does_not_depend_on_order() -> None:
    sources = (
        Source("b", "https://b.example/rss?a=1&b=2", 'Name "quoted" <b>', language="vi", country="VN", role="agency"),
        Source("a", "https://a.example/rss", "A\x00\nB"), Source("p", "https://p.example/", "Page", kind="page"),
    )
    written = write_opml(sources, title="Communiqué")
    assert written == write_opml(sources[::-1], title="Communiqué")
    assert etree.fromstring(written).get("version") == "2.0"
    assert read_opml(written) == (
        Outline("A B", "https://a.example/rss", "", "outlet"), Outline('Name "quoted" <b>', "https://b.example/rss?a=1&b=2", "", "VN/agency", "vi"),
    )
    assert read_opml(write_opml([replace(sources[0], name="")], title="x"))[0].title == "b"


LISTS = Path(__file__).parents[4] / "shared" / "corpora" / "listparser-opml"


@pytest.mark.shared
@pytest.mark.skipif(not LISTS.is_dir(), reason="../shared/corpora/listparser-opml is not here")
def test_the_lists_of_the_corpora_are_read_or_refused() -> None:
    subscriptions = 0
    for path in sorted(LISTS.rglob("*.xml")) + sorted((LISTS.parent / "opml-validator").rglob("*.opml")):
        try:
            found = read_opml(path.read_bytes(), name=path.name)
        except ParseError:
            found = ()
        subscriptions += len(found)
        assert all(outline.url.startswith(("http://", "https://")) for outline in found)
    assert subscriptions > 30
