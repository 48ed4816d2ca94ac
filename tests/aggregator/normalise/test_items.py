"""An entry as an item: identity, text, dates, and nothing dangerous in any field."""

from __future__ import annotations

import json
import random
from dataclasses import astuple, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.normalise.items import as_item, entry_from_json, entry_json, normalise
from aggregator.normalise.links import canonical_url
from aggregator.normalise.markup import ATTRIBUTES, TAGS
from aggregator.parse.entry import Entry, Parsed
from storage.model import Item
from tests.aggregator.normalise.judge import dangers
from tests.factory import NOW, entry, source

SHARED = Path(__file__).parents[3] / "shared"
HOUR = timedelta(hours=1)


FEED = Parsed(())


def items(*entries: Entry, feed: Parsed = FEED, of=None, seen_at: datetime = NOW) -> list[Item]:
    found = normalise(replace(feed, entries=tuple(entries)), of or source(), seen_at=seen_at)
    return [each for each, _ in found]


def one(**fields) -> Item:
    (found,) = items(entry(**fields))
    return found


# Identity


def test_an_id_is_the_same_on_every_machine():
    assert one().id == "i-0b8e1c82dc1ec000242a"
    assert len(one().id) == 22


@pytest.mark.case("R52")
@pytest.mark.parametrize("given_", list(product([True, False], repeat=4)), ids=lambda given_: "".join("gldt"[n] for n in range(4) if given_[n]) or "nothing")
def test_an_entry_has_one_id_at_every_poll_whatever_it_lacks(given_):
    guid, link, dated, titled = given_

    def feed(numbers):
        return [
            entry(
                position=place, guid=f"g{number}" if guid else "", link=f"https://au.example/{number}" if link else "",
                title=f"Ministers meet for time {number}" if titled else "", published_at=NOW - HOUR * number if dated else None,
                summary=f"They met for the {number}th time and agreed.",
            )
            for place, number in enumerate(numbers)
        ]

    first = {each.summary: each.id for each in items(*feed(range(8)))}
    assert len(set(first.values())) == 8
    for poll in range(1, 10):
        again = items(*feed(random.Random(poll).sample(range(8), 5)), seen_at=NOW + HOUR * poll)
        assert {each.summary: each.id for each in again}.items() <= first.items()


@pytest.mark.case("R51")
@pytest.mark.parametrize("same", [("guid",), ("guid", "link"), ("link",), ("guid", "link", "title"), ("guid", "link", "title", "published_at"), ()])
def test_entries_that_share_a_guid_or_a_link_are_all_kept_whatever_their_order(same):
    parts = {"guid": "g{}", "link": "https://au.example/{}", "title": "Ministers meet for time {}"}
    entries = [
        entry(
            **{name: form.format(0 if name in same else number) for name, form in parts.items()}, summary=f"Text {number}",
            published_at=NOW - HOUR * (0 if "published_at" in same else number),
        )
        for number in range(3)
    ]
    ways = [{each.summary: each.id for each in items(*order)} for order in permutations(entries)]
    assert all(way == ways[0] for way in ways)
    assert len(set(ways[0].values())) == 3


def test_an_entry_that_stands_twice_is_one_item():
    assert len(items(entry(), entry(position=1))) == 1
    assert len(items(entry(guid=""), entry(guid="", position=1, summary="<p>They  met.</p>"))) == 1


def test_a_guid_decides_before_the_link_and_the_text():
    assert one().id == one(link="https://au.example/moved", title="Other", summary="Other").id
    assert one().id != one(guid="urn:2").id
    assert one(guid="").id != one(guid="", link="https://au.example/2").id
    assert one(guid="").id == one(guid="", link="https://au.example/1?utm_source=feed#x", title="Edited").id


def test_a_guid_or_link_of_the_whole_site_identifies_nothing():
    feed = Parsed((), site="https://au.example/", self_url="https://au.example/feed")
    home = [entry(guid="https://au.example/", link="https://au.example/#top", title=f"Ministers meet for time {n}", summary=str(n)) for n in range(2)]
    assert items(home[0], feed=feed)[0].id == items(*home, feed=feed)[0].id


def test_a_common_title_without_a_date_identifies_nothing_and_a_long_one_does():
    bare = {"guid": "", "link": ""}
    title = "Ministers of Australia and Fiji meet"
    assert one(**bare, title="Press briefing", summary="On Monday.").id != one(**bare, title="Press briefing", summary="On Tuesday.").id
    assert one(**bare, title=title, summary="a").id == one(**bare, title=title, summary="b").id


@pytest.mark.case("S46")
def test_no_source_can_take_anothers_id():
    (ours,), (theirs,) = items(entry()), items(entry(summary="Forged."), of=source(id="evil"))
    assert ours.id != theirs.id
    (joined,), (parted,) = items(entry(guid="b"), of=source(id="a\nguid")), items(entry(guid="guid b"), of=source(id="a"))
    assert joined.id != parted.id


def test_items_stand_in_the_order_of_the_document():
    assert [each.guid for each in items(*(entry(guid=f"g{n}") for n in (3, 1, 2)))] == ["g3", "g1", "g2"]


# Text


@pytest.mark.parametrize(("fields", "title"), [
    ({"title": "Ministers meet"}, "Ministers meet"),
    ({"title": " Ministers\n\tmeet\r\n "}, "Ministers meet"),
    ({"title": "A &amp; B <b>meet</b>", "title_is_html": True}, "A & B meet"),
    ({"title": "A &amp; B <b>meet</b>", "title_is_html": False}, "A &amp; B <b>meet</b>"),
    ({"title": "&lt;img src=x onerror=alert(1)&gt;", "title_is_html": True}, "<img src=x onerror=alert(1)>"),     # S2: a text about a tag
    ({"title": "A &amp;amp; B", "title_is_html": True}, "A &amp; B"),                                             # S3: once
    ({"title": "x\r\n2026-01-01 ERROR fake \x1b[31m"}, "x 2026-01-01 ERROR fake [31m"),                           # S12
    ({"title": "", "summary": "<p>They met in Suva.</p><p>More.</p>"}, "They met in Suva."),
    ({"title": "", "summary": "", "content": "word " * 100}, "word " * 23 + "word…"),
    ({"title": "", "summary": ""}, ""),
    ({"title": "é" * 5_000}, "é" * 999 + "…"),
])
def test_the_title_is_one_line_of_text(fields, title):
    assert one(**fields).title == title


def test_summary_and_body_are_plain_and_the_html_is_harmless():
    found = one(summary="They <b>met</b>.", content='<p>One <a href="/2" onclick="x()">two</a>.</p><p>Three.</p><script>x()</script>')
    assert found.summary == "They met."
    assert found.body == "One two.\nThree."
    assert found.html == '<p>One <a href="https://au.example/2" rel="noopener noreferrer nofollow">two</a>.</p><p>Three.</p>'


def test_a_plain_text_has_no_html_and_keeps_its_paragraphs():
    found = one(content="One < two.\nThree.", content_is_html=False)
    assert (found.body, found.html) == ("One < two.\nThree.", "")


def test_a_summary_that_is_the_whole_text_is_not_kept_twice():
    found = one(summary="They met.", content="<p>They met.</p>")
    assert (found.summary, found.body) == ("", "They met.")


@pytest.mark.case("S28")
def test_a_huge_entry_is_cut():
    found = one(title="t" * 2_000_000, summary="<p>" + "s " * 2_000_000, content="<i>x</i>" * 500_000, tags=("t" * 10_000,) * 500)
    assert len(found.title) <= 1_000
    assert len(found.summary) <= 256 * 1024
    assert len(found.body) <= 256 * 1024
    assert len(found.html) <= 512 * 1024
    assert sum(map(len, found.tags)) <= 200


@pytest.mark.parametrize(("first", "second", "equal"), [
    ({"content": "<p>They met.</p>"}, {"content": "<div class='x2'>They <b>met</b>.</div>"}, True),
    ({"content": '<p data-n="1">They <a href="?t=1">met</a></p>'}, {"content": '<p data-n="2">They <a href="?t=2">met</a></p>'}, True),     # R55
    ({"content": "“They met” – and left…"}, {"content": '"They met" - and left...'}, True),
    ({"title": "Tô Lâm"}, {"title": "TO LAM"}, True),
    ({"summary": "They met."}, {"summary": "Something else.", "content": "They met."}, True),       # the summary counts where there is no body
    ({"content": "They met."}, {"content": "They left."}, False),
    ({"title": "A"}, {"title": "B"}, False),
    ({"title": "苏林"}, {"title": "林苏"}, False),
    ({"title": "!!!", "summary": ""}, {"title": "???", "summary": ""}, False),
])
def test_equal_content_in_different_markup_has_one_hash(first, second, equal):
    assert (one(**first).hash == one(**second).hash) is equal


# What the document says beside


@pytest.mark.case("R53")
@pytest.mark.parametrize(("published", "updated", "found"), [
    (NOW, None, NOW),
    (None, NOW, NOW),
    (NOW - HOUR, NOW, NOW - HOUR),
    (NOW + 20 * HOUR, None, NOW + 20 * HOUR),       # a zone or a clock that is off
    (NOW + 30 * HOUR, None, None),
    (NOW + 30 * HOUR, NOW, NOW),
    (datetime(1970, 1, 1, tzinfo=UTC), None, None),
    (datetime(1, 1, 1, tzinfo=UTC), None, None),
    (datetime(9999, 12, 31, tzinfo=UTC), None, None),
    (None, None, None),
])
def test_a_date_that_cannot_be_one_is_none(published, updated, found):
    assert one(published_at=published, updated_at=updated).published == found
    assert one(published_at=published, updated_at=updated).first_seen == NOW


def test_the_outlet_is_the_publisher_the_entry_names_unless_it_is_the_feed_itself():
    assert (one().outlet, one().credit) == ("AU Press", "")
    assert (one(source_title="Fiji Times").outlet, one(source_title="Fiji Times").credit) == ("Fiji Times", "Fiji Times")
    assert one(source_title="au press").outlet == "AU Press"
    (found,) = items(entry(source_title="AU Press – World"), feed=Parsed((), title="AU Press - World"))
    assert (found.outlet, found.credit) == ("AU Press", "")


def test_the_text_credits_before_the_publisher():
    assert one(content="SUVA (Pacnews) — They met.", source_title="Fiji Times").credit == "Pacnews"


def test_the_language_is_the_entrys_then_the_feeds_then_the_sources_unless_the_text_says_otherwise():
    short = {"title": "Suva", "summary": ""}
    feed = Parsed((), language="fr-FR")
    assert items(entry(**short, language="de"), feed=feed)[0].language == "de"
    assert items(entry(**short), feed=feed)[0].language == "fr-fr"
    assert one(**short).language == "en"
    assert one(title="Suva", summary="Министры двух стран встретились и подписали меморандум.").language == "ru"


def test_the_body_decides_on_the_language_where_the_title_has_another():
    body = "Chiều 4/3, tại Hà Nội, Bộ trưởng đã tiếp Đoàn đại biểu cấp cao và trao đổi về hợp tác phòng, chống tội phạm xuyên quốc gia."
    assert one(title="Vietnam and Australia step up their cooperation against crime", content=body).language == "vi"


def test_an_item_is_drawn_again_from_the_entry_that_was_kept():
    feed = Parsed((entry(language="", source_title="AU Press World"), entry(position=1, summary="Same guid.")), title="AU Press World", language="fr")
    for found, kept in normalise(feed, source(), seen_at=NOW):
        again = entry_from_json(entry_json(kept))
        assert again == kept
        assert as_item(again, source(), id=found.id, seen_at=NOW) == found


# Whatever comes


st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
entries = st.from_type(Entry)


@given(st.lists(entries, max_size=5), st.builds(Parsed, st.just(()), title=st.text(), language=st.text(), site=st.text(), self_url=st.text()))
def test_nothing_raises_ids_are_unique_and_the_order_does_not_matter(found, feed):
    first = normalise(replace(feed, entries=tuple(found)), source(), seen_at=NOW)
    ids = [each.id for each, _ in first]
    assert len(set(ids)) == len(ids)
    assert {each.id for each in items(*reversed(found), feed=feed)} == set(ids)
    again = normalise(replace(feed, entries=tuple(kept for _, kept in first)), source(), seen_at=NOW)
    assert again == first


@given(entries)
def test_every_field_is_text_that_xml_and_any_database_can_hold(found):
    (each,) = items(found)
    for field in astuple(each):
        for value in field if isinstance(field, tuple) else (field,):
            if isinstance(value, str):
                value.encode()
                assert not set(value) & {chr(code) for code in (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)}
    assert each.url == canonical_url(each.url)
    assert dangers(each.html, TAGS, ATTRIBUTES) == []


def hostile_lines() -> list[str]:
    folder = SHARED / "corpora"
    lines = [line for file in sorted(folder.glob("payloads-xss/**/*.txt")) for line in file.read_text(encoding="utf-8", errors="replace").splitlines()]
    return [*lines, *json.loads((folder / "blns" / "blns.json").read_text(encoding="utf-8"))]


@pytest.mark.shared
@pytest.mark.case("S1")
@pytest.mark.case("S4")
@pytest.mark.case("S5")
@pytest.mark.skipif(not (SHARED / "corpora" / "payloads-xss").is_dir(), reason="needs shared/corpora beside the project")
def test_no_known_attack_gets_through_any_field():
    lines = hostile_lines()
    assert len(lines) > 2_000
    for line in lines:
        (each,) = items(Entry(
            0, guid=line, link=line, title=line, title_is_html=True, summary=line, content=f"<p>{line}</p>", authors=(line,), tags=(line,), source_title=line,
            source_url=line, language=line,
        ))
        assert dangers(each.html, TAGS, ATTRIBUTES) == []
        assert each.url == "" or each.url.startswith(("http://", "https://"))
        assert "\n" not in "".join((each.title, each.guid, each.outlet, each.credit, *each.authors, *each.tags))
        (plain,) = items(Entry(0, title=line, summary=line, summary_is_html=False))
        assert plain.html == ""
