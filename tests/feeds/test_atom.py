"""Feeds are valid, the same for the same meetings, and nothing a source writes can break or arm them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path

import feedparser
import pytest
from feedgen.feed import FeedGenerator
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.atom import entry as written
from feeds.atom_entry import Removed
from feeds.catalogue import ALL, country_feed, pair_feed
from feeds.presentation import present
from storage.model import Account, Item, Member, Party, Person, Quote
from tests.feeds import danger, sample
from tests.feeds.atom_rules import ATOM, EVENT, HISTORY, LANG, TOMBSTONE, wrong

GOLDEN = Path(__file__).parents[1] / "data" / "feeds_golden"


def entries(body: bytes) -> list[etree._Element]:
    return etree.fromstring(body).findall(f"{ATOM}entry")


def one(number: int = 0) -> sample.Told:
    return sample.meetings()[number]


def first_entry(told: sample.Told) -> etree._Element:
    return entries(sample.atom(ALL, [told]))[0]


@pytest.mark.case("O2", "O21")
def test_a_week_of_meetings_is_a_valid_feed():
    body = sample.atom(ALL, sample.meetings())
    assert wrong(body, self_url="https://news.example/all.atom") == []
    assert len(entries(body)) == 20


def test_an_empty_feed_is_a_valid_feed():
    assert wrong(sample.atom(ALL, [])) == []


@pytest.mark.case("O20")
def test_the_bytes_are_those_that_were_looked_at():
    russia_and_vietnam = [told for told in sample.meetings() if {"RU", "VN"} <= {party.code for party in told[0].parties}]
    assert sample.atom(pair_feed("VN", "RU"), russia_and_vietnam) == (GOLDEN / "ru-vn.atom").read_bytes()


@pytest.mark.case("O19", "O20")
def test_the_order_in_which_meetings_come_changes_nothing():
    told = sample.meetings()[:4]
    assert len({sample.atom(ALL, order) for order in permutations(told)}) == 1


@pytest.mark.case("O3", "O4")
def test_a_further_reprint_moves_no_date():
    meeting, members = one()
    before = first_entry((meeting, members[:-1]))
    after = first_entry((replace(meeting, outlets=8), members))
    assert [before.findtext(f"{ATOM}{name}") for name in ("id", "updated", "published")] == [
        after.findtext(f"{ATOM}{name}") for name in ("id", "updated", "published")
    ]


def test_entry_link_keeps_rel_in_our_output_and_not_yet_in_feedgen():
    plain = FeedGenerator()
    plain.id("tag:news.example,2026:x")
    plain.title("x")
    entry = plain.add_entry()
    entry.id("tag:news.example,2026:y")
    entry.title("y")
    entry.content("z")
    entry.link(href="https://a.example/", rel="via")
    upstream = etree.fromstring(plain.atom_str()).find(f"{ATOM}entry/{ATOM}link")
    assert upstream is not None and upstream.get("rel") is None, "feedgen keeps rel now: the part of feeds/atom_entry.py that writes links can go"
    assert {link.get("rel") for link in first_entry(one()).findall(f"{ATOM}link")} == {"alternate", "via", "related"}


@pytest.mark.case("O5", "O15")
def test_every_report_is_a_related_link_with_its_language_and_the_first_official_word_is_the_origin():
    links = first_entry(one()).findall(f"{ATOM}link")
    related = [(link.get("hreflang"), link.get("title")) for link in links if link.get("rel") == "related"]
    assert len(related) == 7
    assert ("ru", "РусИнформ: Россия и Вьетнам подписали протокол об обмене цифровыми доказательствами") in related
    assert [link.get("href") for link in links if link.get("rel") == "via"] == ["https://mps.example/news/0-0"]
    assert [link.get("href") for link in links if link.get("rel") == "alternate"] == ["https://news.example/meeting/m-00000000.html"]


@pytest.mark.case("O7")
def test_facts_can_be_read_by_machines():
    entry = first_entry(one(1))
    categories = {(element.get("scheme"), element.get("term")) for element in entry.findall(f"{ATOM}category")}
    assert {
        ("https://news.example/topic/", "drugs"),
        ("http://cv.iptc.org/newscodes/mediatopic/", "20000095"),
        ("https://www.iso.org/iso-3166-country-codes.html", "CN"),
        ("https://news.example/state/", "held"),
        ("https://news.example/kind/", "dialogue"),
    } <= categories
    assert [entry.findtext(f"{EVENT}{name}") for name in ("startdate", "enddate", "location")] == ["2026-03-03", "2026-03-04", "Nanning"]


def test_a_country_that_is_only_mentioned_is_no_category():
    assert "US" not in {element.get("term") for element in first_entry(one()).findall(f"{ATOM}category")}


@pytest.mark.case("O6")
def test_the_authors_are_the_outlets():
    assert [author.findtext(f"{ATOM}name") for author in first_entry(one(1)).findall(f"{ATOM}author")] == ["Vietnam Wire", "Thông tấn Việt", "東方日報"]


@pytest.mark.case("O6")
def test_a_source_is_named_when_it_alone_reports():
    told = one(5)
    source = first_entry(told).find(f"{ATOM}source")
    assert source is not None
    assert [source.findtext(f"{ATOM}{name}") for name in ("id", "title")] == ["tag:news.example,2026:source/es", "El Diario"]
    assert first_entry(one()).find(f"{ATOM}source") is None


def test_the_address_of_a_private_feed_is_not_told():
    body = sample.atom(ALL, [one(16)])
    assert "РусИнформ".encode() in body and b"secret" not in body


@pytest.mark.case("O8")
def test_titles_in_another_language_say_so():
    meeting, members = one()
    alone = replace(meeting, language="vi", title="Việt Nam và Nga", parties=meeting.parties[:1])
    entry = first_entry((alone, members))
    assert [entry.find(f"{ATOM}{name}").get(LANG) for name in ("title", "summary", "content")] == ["vi", "vi", None]
    composed = first_entry((replace(alone, parties=meeting.parties), members))
    assert [composed.find(f"{ATOM}{name}").get(LANG) for name in ("title", "summary", "content")] == [None, "vi", None]
    assert '<p lang="vi"><em>Việt Nam và Nga</em></p>' in (composed.findtext(f"{ATOM}content") or "")


def test_coverage_puts_the_official_word_and_agencies_first_and_reprints_under_their_origin():
    content = first_entry(one()).findtext(f"{ATOM}content") or ""
    assert "<b>7 outlets, 5 origins</b>" in content
    order = [
        "Minister Pham Duc Long receives",
        "Vietnam Wire · agency",
        "<ul><li>",
        "The Daily",
        "World News Digest · republisher",
        "</ul>",
        "РусИнформ",
        "Le Courrier du Monde",
    ]
    places = [content.index(order[0])]
    for words in order[1:]:
        places.append(content.index(words, places[-1]))
    assert places == sorted(places)


def test_where_outlets_disagree_both_are_shown_with_their_source():
    content = first_entry(one()).findtext(f"{ATOM}content") or ""
    assert "Outlets disagree on the day:" in content
    assert "1 March 2026 (Le Courrier du Monde)" in content and "2 March 2026 (Ministry of Public Security" in content


def test_a_planned_meeting_says_so():
    assert "Planned." in (first_entry(one(7)).findtext(f"{ATOM}content") or "")


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"day": date(2026, 3, 4)}, "4 March 2026"),
        ({"day": None, "earliest": date(2026, 3, 1), "latest": date(2026, 3, 4)}, "Between 1 March 2026 and 4 March 2026"),
        ({"day": None}, "Day not known"),
    ],
)
def test_the_day_is_told_as_far_as_it_is_known(fields, words):
    meeting, members = one()
    assert words in (first_entry((replace(meeting, **fields), members)).findtext(f"{ATOM}content") or "")


@pytest.mark.case("O17")
def test_a_meeting_reported_a_thousand_times_still_fits_a_feed():
    meeting, members = one()
    crowd = [
        replace(members[0], item=replace(members[0].item, id=f"i-{n}", url=f"https://a.example/{n}", title=f"Report {n} " + "on it " * 40))
        for n in range(1_000)
    ]
    body = sample.atom(ALL, [(replace(meeting, outlets=1_000), crowd)])
    assert wrong(body) == [] and len(body) < 100_000
    assert "940 more on the page" in body.decode()


@pytest.mark.parametrize(
    "broken",
    [
        {"id": "../../etc/passwd"},
        {"id": "M-1"},
        {"id": ""},
        {"id": "con"},
        {"updated": datetime(2026, 3, 4)},
        {"published": datetime(2026, 3, 4)},
        {"title": None},
    ],
)
def test_a_meeting_that_cannot_be_written_is_refused(broken):
    meeting, members = one()
    with pytest.raises((ValueError, TypeError)):
        written(present(replace(meeting, **broken), members, sample.SITE), sample.SITE)


@pytest.mark.case("O16")
def test_removed_meetings_are_said_to_be_deleted():
    gone = Removed("tag:news.example,2026:m-1", datetime(2026, 3, 4, tzinfo=UTC), "https://news.example/meeting/m-1.html")
    body = sample.atom(ALL, [one()], removed=(gone,))
    assert wrong(body) == []
    element = etree.fromstring(body).find(f"{TOMBSTONE}deleted-entry")
    assert element is not None and (element.get("ref"), element.get("when")) == (gone.id, "2026-03-04T00:00:00Z")


@pytest.mark.case("O5", "O14", "O40")
def test_the_feed_says_where_it_is_who_makes_it_and_who_tells_of_changes():
    root = etree.fromstring(sample.atom(country_feed("VN"), sample.meetings()))
    assert root.findtext(f"{ATOM}title") == "Communiqué: Vietnam" and root.get(LANG) == "en"
    assert {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")} == {
        "self": "https://news.example/country/vn.atom",
        "alternate": "https://news.example/country/vn.html",
        "hub": "https://hub.example/",
    }
    assert root.find(f"{ATOM}generator").get("version") == "0.1.0"
    assert root.findtext(f"{ATOM}author/{ATOM}email") == "desk@news.example"


@pytest.mark.case("O23")
def test_a_reader_reads_back_what_was_meant():
    told = sample.meetings()
    read = feedparser.parse(sample.atom(ALL, told))
    assert not read.bozo
    newest = max(told, key=lambda each: each[0].updated)[0]
    assert (read.entries[0].id, read.entries[0].title) == (
        f"tag:news.example,2026:{newest.id}", "Laos and Vietnam: meeting in Vientiane, with Deputy Minister of Public Security Le Thanh Binh, 11 March 2026",
    )
    assert newest.title in read.entries[0].content[0].value
    assert read.entries[0].link == f"https://news.example/meeting/{newest.id}.html"


def hostile(payload: str, link: str) -> sample.Told:
    """A meeting in which every word is `payload` and every address is `link`."""
    meeting, members = one()
    quote = Quote("title", 0, payload)

    def spoilt(member: Member) -> Member:
        item: Item = replace(
            member.item, outlet=payload, title=payload, summary=payload, body=payload, html=payload, url=link, language=payload, credit=payload, guid=payload
        )
        return replace(member, item=item, source=replace(member.source, name=payload, url=link), coverage=replace(member.coverage, reasons=(payload,)))

    return replace(
        meeting,
        title=payload,
        language=payload,
        place=payload,
        act=payload,
        summary=payload,
        topics=(payload,),
        agreements=(payload,),
        parties=(Party(payload, "country", "party"), Party(payload, "organisation", "party"), Party("VN", "country", "party")),
        people=(Person(payload, payload, payload, payload), Person("Someone", "someone", payload, "VN")),
        accounts=tuple(
            Account(fact, payload, (members[0].item.id,), quote) for fact in ("day", "place", "party", "person", "act", "topic", "agreement", payload)
        ),
    ), tuple(map(spoilt, members))


@pytest.mark.case("O9", "O10", "O12")
@pytest.mark.parametrize("payload", danger.PAYLOADS, ids=lambda payload: ascii(payload[:20]))
def test_no_words_can_break_or_arm_a_feed(payload):
    body = sample.atom(ALL, [hostile(payload, "https://a.example/"), one(1)])
    assert wrong(body) == []
    for entry in entries(body):
        assert danger.dangerous(entry.findtext(f"{ATOM}content") or "") == []
        for text in (entry.findtext(f"{ATOM}{name}") or "" for name in ("title", "summary")):
            assert danger.dangerous(text or "-") == []  # for readers that take a title for HTML


@pytest.mark.case("O13", "S4")
@pytest.mark.parametrize("link", danger.LINKS, ids=lambda link: ascii(link[:24]))
def test_an_address_is_http_and_encoded_or_it_is_not_there(link):
    body = sample.atom(ALL, [hostile("words", link)])
    assert wrong(body) == []
    assert danger.dangerous(entries(body)[0].findtext(f"{ATOM}content") or "") == []


@pytest.mark.case("O12", "O20")
@settings(max_examples=60, deadline=None)
@given(words=st.text(st.characters(codec=None), max_size=60), link=st.text(max_size=40), days=st.integers(-10_000, 10_000))
def test_any_words_make_a_valid_feed_and_always_the_same(words, link, days):
    meeting, members = hostile(words, "https://a.example/" + link)
    told = [(replace(meeting, updated=meeting.updated + timedelta(days=abs(days))), members)]
    body = sample.atom(ALL, told)
    assert wrong(body) == []
    assert body == sample.atom(ALL, told)


def test_the_checker_sees_what_is_wrong():
    """So that silence above means something."""
    good = sample.atom(ALL, sample.meetings()[:2]).decode()
    for before, after in (
        ("<published>2026-03-02T06:00:00Z", "<published>yesterday"),
        ("<id>tag:news.example,2026:m-00000000", "<id>tag:news.example,2026:m-00000001"),
        ('rel="via" href="https://', 'rel="via" href="javascript:'),
        (' rel="related"', ""),
        ("<title>", "<title>&lt;b&gt;"),
        ('<content type="html">', '<content type="xhtml">'),
        ("2026:feed/all", "0:feed/all"),
        ('xml:lang="en"', 'xml:lang="english language"'),
        ("<ev:startdate>2026", "<ev:startdate>26"),
        ("<name>The Daily", "<name/><name>The Daily"),
        ('rel="self"', 'rel="next-archive"'),
        ("<subtitle>", "<fh:archive xmlns:fh='http://purl.org/syndication/history/1.0'/><subtitle>"),
    ):
        assert before in good, before
        assert wrong(good.replace(before, after).encode()), after


@pytest.mark.case("O17")
def test_an_archive_says_so_and_leads_back_on_and_to_the_live_document():
    body = sample.atom(ALL, sample.meetings(), archive=2)
    assert wrong(body, self_url="https://news.example/all/archive/2.atom") == []
    root = etree.fromstring(body)
    assert root.find(f"{HISTORY}archive") is not None and root.findtext(f"{ATOM}id") == "tag:news.example,2026:feed/all"
    assert {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")} == {
        "self": "https://news.example/all/archive/2.atom",
        "alternate": "https://news.example/all.html",
        "current": "https://news.example/all.atom",
        "prev-archive": "https://news.example/all/archive/1.atom",
        "next-archive": "https://news.example/all/archive/3.atom",
    }


def test_the_oldest_archive_leads_back_to_nothing_and_the_live_document_to_the_newest():
    first, live = (etree.fromstring(sample.atom(ALL, [one()], **where)) for where in ({"archive": 1}, {"archives": 7}))
    assert "prev-archive" not in {link.get("rel") for link in first.findall(f"{ATOM}link")}
    assert [link.get("href") for link in live.findall(f"{ATOM}link") if link.get("rel") == "prev-archive"] == ["https://news.example/all/archive/7.atom"]
    assert wrong(etree.tostring(live, xml_declaration=True, encoding="UTF-8")) == [] and live.find(f"{HISTORY}archive") is None
