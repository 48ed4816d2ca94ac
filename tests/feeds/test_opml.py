from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml import etree

from feeds.catalogue import ALL, CORRECTIONS, country_feed
from feeds.opml import opml
from tests.feeds.sample import SITE

FEEDS = (ALL, country_feed("VN"), CORRECTIONS)
UPDATED = datetime(2026, 3, 4, 9, 0, 0, 123, tzinfo=UTC)


@pytest.mark.case("O42")
def test_readers_find_every_feed_and_its_page():
    root = etree.fromstring(opml(FEEDS, SITE, UPDATED))
    assert (root.get("version"), root.findtext("head/title"), root.findtext("head/dateModified")) == ("2.0", "Communiqué", "Wed, 04 Mar 2026 09:00:00 GMT")
    listed = [outline for outline in root.iter("outline") if outline.get("xmlUrl")]
    assert [(outline.get("type"), outline.get("text"), outline.get("xmlUrl"), outline.get("htmlUrl")) for outline in listed] == [
        ("rss", "Communiqué", "https://news.example/all.atom", "https://news.example/all.html"),
        ("rss", "Communiqué: Vietnam", "https://news.example/country/vn.atom", "https://news.example/country/vn.html"),
        ("rss", "Communiqué: Corrections", "https://news.example/corrections.atom", "https://news.example/corrections.html"),
    ]


def test_feeds_lie_in_a_folder_for_each_kind():
    body = etree.fromstring(opml(FEEDS, SITE, UPDATED)).find("body")
    assert [(folder.get("text"), len(folder)) for folder in body] == [("Everything", 1), ("Countries", 1), ("About this site", 1)]
    assert all(outline.get("text") for outline in body.iter("outline"))


def test_the_same_feeds_give_the_same_bytes():
    assert opml((ALL,), SITE, UPDATED) == opml((ALL,), SITE, UPDATED)
