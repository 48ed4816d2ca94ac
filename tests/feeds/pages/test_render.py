"""Pages say what the feeds say, and nothing a source writes can break or arm them."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from lxml import html

from feeds.catalogue import ALL, country_feed, pair_feed
from feeds.pages.render import Possibly, feed_page, index_page, meeting_page, moved_page, row, style
from feeds.presentation import Presentation, present
from tests.feeds import danger, sample

FEEDS = (ALL, country_feed("VN"), pair_feed("VN", "RU"))
PATHS = frozenset(feed.path for feed in FEEDS)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def told(number: int = 0) -> Presentation:
    return present(*sample.meetings()[number], sample.SITE)


def rows(root: str = ""):
    return [row(present(*each, sample.SITE), PATHS, root) for each in sample.meetings()]


def all_pages() -> dict[str, bytes]:
    return {
        "index": index_page(rows(), FEEDS, sample.SITE),
        "feed": feed_page(FEEDS[2], rows("../"), sample.SITE),
        "meeting": meeting_page(told(), FEEDS, [Possibly("m-00000001", "Another", "4 March 2026", ("same day",))], sample.SITE),
        "moved": moved_page("m-00000002", told(), ["country/vn"], sample.SITE),
        "withdrawn": moved_page("m-00000002", None, [], sample.SITE),
    }


def faults(page: bytes) -> list[str]:
    """What makes a page no good HTML: tags left open, ids twice, no language, things that run or load from elsewhere."""
    text = page.decode("utf-8")
    found = [] if text.startswith('<!DOCTYPE html>\n<html lang="en">') else ["no doctype or language"]
    open_tags: list[str] = []
    without_data = re.sub(r'(<script type="application/ld\+json">).*?(</script>)', r"\1\2", text, flags=re.DOTALL)
    for closing, tag in re.findall(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)", without_data):
        if closing and (not open_tags or open_tags.pop() != tag):
            found.append(f"</{tag}> closes nothing")
        elif not closing and tag not in VOID:
            open_tags.append(tag)
    found += [f"<{tag}> is left open" for tag in open_tags]
    root = html.document_fromstring(page, parser=html.HTMLParser(encoding="utf-8"))
    ids = root.xpath("//@id")
    found += [f"id {each} twice" for each in set(ids) if ids.count(each) > 1]
    found += [f"{each} names nothing" for each in root.xpath("//@aria-labelledby") if each not in ids]
    if len(root.findall(".//h1")) != 1 or len(root.findall(".//title")) != 1:
        found.append("not one title and one heading")
    for element in root.iter():
        if element.tag == "script" and element.get("type") != "application/ld+json":
            found.append("a script")
        if element.tag in danger.ELEMENTS - {"script"}:
            found.append(f"<{element.tag}>")
        found += [f"{name}={value}" for name, value in element.attrib.items() if str(name).startswith("on") or name == "style"]
        for name in ("href", "src"):
            value = element.get(name, "")
            if element.tag == "a" and ":" in value and not value.startswith(("http://", "https://")):
                found.append(f"{name}={value}")
            if (
                element.tag in ("link", "img", "script")
                and element.get("rel") in ("stylesheet", "icon", None)
                and value
                and not re.match(r"(\.\./)*style\.css$|data:,$", value)
            ):
                found.append(f"loads {value}")
    return found


@pytest.mark.parametrize("name", ["index", "feed", "meeting", "moved", "withdrawn"])
def test_a_page_is_good_html_without_script(name):
    assert faults(all_pages()[name]) == []


def test_the_same_meetings_give_the_same_pages():
    assert all_pages() == all_pages()


def test_the_index_shows_meetings_under_their_days_the_latest_first_and_planned_ones_apart():
    text = all_pages()["index"].decode()
    order = ["11 March 2026", "Vietnam hands over equipment", "10 March 2026", "2 March 2026", "Day not known", "Announced", "20 March 2026", "Feeds"]
    places = [text.index(">Latest meetings")]
    for words in order:
        places.append(text.index(words, places[-1]))
    assert 'href="country/vn.atom"' in text and 'href="feeds.opml"' in text


def test_every_page_of_a_feed_leads_a_reader_to_the_feed():
    root = html.document_fromstring(all_pages()["feed"])
    (link,) = root.xpath('//link[@rel="alternate"]')
    assert (link.get("type"), link.get("href")) == ("application/atom+xml", "https://news.example/pair/ru-vn.atom")


def test_a_meeting_shows_each_fact_with_words_and_outlet_and_why_reports_were_joined():
    text = " ".join(html.document_fromstring(all_pages()["meeting"].decode()).text_content().split())
    for words in (
        "Minister of Internal Affairs",
        "Plan of joint work for 2026 and 2027",
        "Outlets disagree on the day",
        "7 outlets, 5 origins",
        "credits Vietnam Wire",
        "same place: Hanoi",
        "Possibly the same meeting",
        "tag:news.example,2026:m-00000000",
        "Minister Pham Duc Long receives Russian counterpart",
    ):
        assert words in text, words


def test_words_in_another_language_say_which_and_how_they_are_written():
    arabic = html.document_fromstring(meeting_page(told(3), (), (), sample.SITE))
    (title,) = arabic.xpath('//ol[@class="coverage"]//p[@lang="ar"]')
    assert title.get("dir") == "rtl"


def test_the_record_can_be_read_by_machines():
    root = html.document_fromstring(all_pages()["meeting"])
    event = json.loads(root.xpath('string(//script[@type="application/ld+json"])'))
    assert (event["@type"], event["startDate"], event["location"]["name"], event["@id"]) == ("Event", "2026-03-02", "Hanoi", "tag:news.example,2026:m-00000000")
    assert {"@type": "Country", "name": "Russia", "identifier": "RU"} in event["attendee"]
    assert len(event["subjectOf"]) == 7 and event["subjectOf"][0]["datePublished"] == "2026-03-02T06:00:00Z"


def test_a_page_names_the_feeds_it_is_in_for_the_next_round():
    assert re.findall(rb'<link rel="collection" href="\.\./([a-z0-9/-]{1,200})\.html">', all_pages()["meeting"]) == [b"all", b"country/vn", b"pair/ru-vn"]


def test_a_meeting_that_moved_leads_on():
    text = all_pages()["moved"].decode()
    assert '<meta http-equiv="refresh" content="0; url=m-00000000.html">' in text and 'href="https://news.example/meeting/m-00000000.html"' in text


@pytest.mark.parametrize("payload", danger.PAYLOADS, ids=lambda payload: ascii(payload[:20]))
def test_no_words_can_break_or_arm_a_page(payload):
    meeting, members = sample.meetings()[0]
    member = members[0]
    spoilt = replace(
        member,
        item=replace(member.item, title=payload, outlet=payload, credit=payload, language=payload, url='https://a.example/"><script>'),
        coverage=replace(member.coverage, reasons=(payload,)),
    )
    meeting = replace(
        meeting,
        title=payload,
        language=payload,
        place=payload,
        act=payload,
        summary=payload,
        topics=(payload,),
        agreements=(payload,),
        people=tuple(replace(person, name=payload, post=payload, country=payload) for person in meeting.people),
    )
    shown = present(meeting, [spoilt], sample.SITE)
    feed = replace(ALL, title=shown.title, kind="combination")
    pages = [
        meeting_page(shown, [feed], [Possibly("m-1", shown.title, shown.place, (shown.title,))], sample.SITE),
        index_page([row(shown, PATHS, "")], [feed], replace(sample.SITE, title="x" + shown.title)),
        feed_page(feed, [row(shown, PATHS, "")], sample.SITE),
        moved_page("m-1", shown, [], sample.SITE),
    ]
    for page in pages:
        assert faults(page) == []
    json.loads(html.document_fromstring(pages[0]).xpath('string(//script[@type="application/ld+json"])'))


def test_the_stylesheet_loads_nothing():
    assert b"url(" not in style() and b"@import" not in style() and b"prefers-color-scheme: dark" in style()
