from __future__ import annotations

from datetime import UTC, datetime

from lxml import etree

from feeds.catalogue import ALL, country_feed
from feeds.opml import opml
from tests.feeds.sample import SITE

UPDATED = datetime(2026, 3, 4, 9, 0, 0, 123, tzinfo=UTC)


def test_readers_find_every_feed_and_its_page():
    root = etree.fromstring(opml((ALL, country_feed("VN")), SITE, UPDATED))
    assert (root.get("version"), root.findtext("head/title"), root.findtext("head/dateModified")) == ("2.0", "Communiqué", "Wed, 04 Mar 2026 09:00:00 GMT")
    assert [(outline.get("type"), outline.get("text"), outline.get("xmlUrl"), outline.get("htmlUrl")) for outline in root.iter("outline")] == [
        ("rss", "Communiqué", "https://news.example/all.atom", "https://news.example/all.html"),
        ("rss", "Communiqué: Vietnam", "https://news.example/country/vn.atom", "https://news.example/country/vn.html"),
    ]


def test_the_same_feeds_give_the_same_bytes():
    assert opml((ALL,), SITE, UPDATED) == opml((ALL,), SITE, UPDATED)
