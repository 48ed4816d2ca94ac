"""RSS holds what Atom holds, as far as it can."""

from __future__ import annotations

import feedparser
import pytest
from lxml import etree

from feeds import rss
from feeds.catalogue import ALL
from feeds.presentation import present
from tests.feeds import danger, sample
from tests.feeds.test_atom import hostile

CONTENT, DC, ATOM = "{http://purl.org/rss/1.0/modules/content/}", "{http://purl.org/dc/elements/1.1/}", "{http://www.w3.org/2005/Atom}"


def told(*which: sample.Told) -> bytes:
    items = [rss.item(present(*each, sample.SITE), sample.SITE) for each in which]
    return rss.document(ALL, items, sample.SITE, updated=sample.NOW)


@pytest.mark.case("O43")
def test_a_reader_finds_the_same_ids_titles_links_and_dates():
    week = sample.meetings()
    read = feedparser.parse(told(*week))
    assert not read.bozo and len(read.entries) == 20
    for entry, (meeting, members) in zip(read.entries, week, strict=True):
        shown = present(meeting, members, sample.SITE)
        assert (entry.id, entry.title, entry.link) == (f"tag:news.example,2026:{meeting.id}", shown.heading, f"https://news.example/meeting/{meeting.id}.html")
        assert entry.published_parsed[:6] == meeting.published.timetuple()[:6]


@pytest.mark.case("O43")
def test_an_id_is_no_link_and_the_channel_says_where_it_is():
    root = etree.fromstring(told(sample.meetings()[0]))
    assert root.get("version") == "2.0" and root.find("channel/item/guid").get("isPermaLink") == "false"
    itself = root.find(f"channel/{ATOM}link")
    assert (itself.get("href"), itself.get("rel")) == ("https://news.example/all.rss", "self")
    assert root.findtext("channel/lastBuildDate") == "Thu, 12 Mar 2026 09:00:00 GMT"


def test_a_source_is_named_when_it_alone_reports_and_its_feed_is_public():
    assert etree.fromstring(told(sample.meetings()[5])).find("channel/item/source").get("url") == "https://es.example/rss"
    assert etree.fromstring(told(sample.meetings()[16])).find("channel/item/source") is None


@pytest.mark.parametrize("payload", danger.PAYLOADS, ids=lambda payload: ascii(payload[:20]))
def test_no_words_can_break_or_arm_it(payload):
    (item,) = etree.fromstring(told(hostile(payload, "javascript:alert(1)"))).findall("channel/item")
    assert danger.dangerous(item.findtext(f"{CONTENT}encoded")) == [] and danger.dangerous(item.findtext("description")) == []
    for text in (item.findtext("title"), *(creator.text for creator in item.findall(f"{DC}creator"))):
        assert danger.dangerous(text or "-") == []
