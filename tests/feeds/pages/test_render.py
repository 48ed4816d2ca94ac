"""Pages say what the feeds say, and nothing a source writes can break or arm them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from lxml import html

from feeds.catalogue import ALL, country_feed, pair_feed
from feeds.catalogue import SOURCES as SOURCES_FEED
from feeds.messages.words import languages, words
from feeds.pages import charts
from feeds.pages.lists import row, timeline, week
from feeds.pages.paper import style
from feeds.pages.render import Possibly, Watched, feed_page, feeds_page, index_page, meeting_page, moved_page, search_page, sources_page
from feeds.presentation import Presentation, present
from feeds.tallies import Tally
from tests.feeds import danger, sample

FEEDS = (ALL, country_feed("VN"), pair_feed("VN", "RU"))
PATHS = frozenset(feed.path for feed in FEEDS)
CHARTS = {"months", "heat", "years", "strip", "share"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


DAYS = {date(2024, 12, 30): 1, date(2026, 1, 1): 2, date(2026, 3, 2): 5}
SOURCES = [Watched("Vietnam Wire", "feed", "Vietnamese", "Vietnam", "agency", "well", "", date(2026, 3, 2)), Watched("Гудок", "page", "", "", "", "failing", "HTTP 503", None)]


def told(number: int = 0) -> Presentation:
    return present(*sample.meetings()[number], sample.SITE)


def rows(root: str = ""):
    return [row(present(*each, sample.SITE), PATHS, root, sample.SITE, ("country/vn",) if number % 2 else ()) for number, each in enumerate(sample.meetings())]


def all_pages() -> dict[str, bytes]:
    return {
        "index": index_page(rows(), FEEDS, sample.SITE),
        "feed": feed_page(FEEDS[2], rows("../"), sample.SITE, tally=Tally(DAYS)),
        "country": feed_page(FEEDS[1], rows("../"), sample.SITE, tally=Tally(DAYS, (("RU", 3), ("LA", 1)))),
        "feeds": feeds_page(FEEDS, sample.SITE),
        "sources": sources_page(SOURCES, SOURCES_FEED, (), sample.SITE),
        "meeting": meeting_page(told(), FEEDS, [Possibly("m-00000001", "Another", "4 March 2026", ("same day",))], sample.SITE),
        "search": search_page("Hà Nội \"x\"", rows(), replace(sample.SITE, search=True)),
        "moved": moved_page("m-00000002", told(), ["country/vn"], sample.SITE),
        "withdrawn": moved_page("m-00000002", None, [], sample.SITE),
    }


def is_ours(element: html.HtmlElement) -> bool:
    """Whether an element that nobody else may write is a chart or the box to search."""
    return (element.tag == "svg" and element.get("class") in CHARTS) or any(above.get("class") == "search" for above in element.iterancestors("form")) or (
        element.tag == "form" and element.get("class") == "search" and element.get("action", "").endswith("search"))


def faults(page: bytes) -> list[str]:
    """What makes a page no good HTML: tags left open, ids twice, no language, things that run or load from elsewhere."""
    text = page.decode("utf-8")
    found = [] if text.startswith('<!DOCTYPE html>\n<html lang="en">') else ["no doctype or language"]
    open_tags: list[str] = []
    without_data = re.sub(r'(<script type="application/ld\+json">).*?(</script>)', r"\1\2", text, flags=re.DOTALL)
    for closing, tag, closed in re.findall(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*?(/?)>", without_data):
        if closed:
            continue
        if closing and (not open_tags or open_tags.pop() != tag):
            found.append(f"</{tag}> closes nothing")
        elif not closing and tag not in VOID:
            open_tags.append(tag)
    found += [f"<{tag}> is left open" for tag in open_tags]
    root = html.document_fromstring(page, parser=html.HTMLParser(encoding="utf-8"))
    ids = root.xpath("//@id")
    found += [f"id {each} twice" for each in set(ids) if ids.count(each) > 1]
    found += [f"{each} names nothing" for each in root.xpath("//@aria-labelledby") if each not in ids]
    if len(root.findall(".//h1")) != 1 or len(root.findall(".//head/title")) != 1:
        found.append("not one title and one heading")
    for element in root.iter():
        if element.tag == "script" and element.get("type") != "application/ld+json":
            found.append("a script")
        if element.tag in danger.ELEMENTS - {"script"} and not is_ours(element):
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


@pytest.mark.case("O45", "O44")
@pytest.mark.parametrize("name", ["index", "feed", "country", "feeds", "sources", "meeting", "search", "moved", "withdrawn"])
def test_a_page_is_good_html_without_script(name):
    assert faults(all_pages()[name]) == []


def test_the_same_meetings_give_the_same_pages():
    assert all_pages() == all_pages()


def test_the_index_shows_meetings_under_their_days_the_latest_first_and_planned_ones_apart():
    text = all_pages()["index"].decode()
    order = ["11 March 2026", "Vietnam hands over equipment", "10 March 2026", "2 March 2026", "Day not known", "Announced", "20 March 2026"]
    places = [text.index(">Latest meetings")]
    for expected in order:
        places.append(text.index(expected, places[-1]))
    assert 'href="country/vn.html"' in text and 'href="feeds.opml"' in text
    assert 'href="country/vn.atom"' in all_pages()["feeds"].decode()


@pytest.mark.case("O39")
def test_every_page_of_a_feed_leads_a_reader_to_the_feed():
    root = html.document_fromstring(all_pages()["feed"])
    (link,) = root.xpath('//link[@rel="alternate"]')
    assert (link.get("type"), link.get("href")) == ("application/atom+xml", "https://news.example/pair/ru-vn.atom")


def test_a_meeting_shows_each_fact_with_words_and_outlet_and_why_reports_were_joined():
    text = " ".join(html.document_fromstring(all_pages()["meeting"].decode()).text_content().split())
    for expected in (
        "Minister of Internal Affairs",
        "Plan of joint work for 2026 and 2027",
        "Outlets disagree on the day:",
        "7 outlets, 5 origins",
        "credits Vietnam Wire",
        "same place: Hanoi",
        "Possibly the same meeting",
        "tag:news.example,2026:m-00000000",
        "Minister Pham Duc Long receives Russian counterpart",
    ):
        assert expected in text, expected


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
        index_page([row(shown, PATHS, "", sample.SITE)], [feed], replace(sample.SITE, title="x" + shown.title)),
        feed_page(feed, [row(shown, PATHS, "", sample.SITE)], sample.SITE),
        moved_page("m-1", shown, [], sample.SITE),
    ]
    for page in pages:
        assert faults(page) == []
    json.loads(html.document_fromstring(pages[0]).xpath('string(//script[@type="application/ld+json"])'))


def test_the_stylesheet_loads_nothing():
    assert b"url(" not in style() and b"@import" not in style() and b"prefers-color-scheme: dark" in style()


def test_a_chart_says_its_numbers_in_words_too():
    said = words("en")
    counts = {date(2024, 2, 29): 1, date(2026, 1, 1): 4, date(2026, 12, 31): 2}
    year = html.fragment_fromstring(charts.year_map(counts, 2026, said), create_parent="div")
    assert year.xpath("//svg[@role='img']/@aria-label") == ["6 meetings in 2026, one cell a day; the busiest day was 1 January 2026 with 4."]
    assert [(cell.get("x"), cell.get("y"), cell.get("class"), cell.findtext("title")) for cell in year.xpath("//svg/rect[title]")] == [
        ("0", "3", "h4", "1 January 2026: 4"), ("52", "3", "h2", "31 December 2026: 2"),
    ]
    assert 'aria-label="Meetings a year: 2024: 1, 2025: 0, 2026: 6."' in charts.by_year(counts, said)
    assert charts.by_year({date(2026, 1, 1): 3}, said) == "" == charts.strip({date(2026, 1, 1): 3}, said)
    assert charts.strip(counts, said).count('class="mark"') == 3


def test_a_line_of_time_shows_years_and_gaps():
    one = rows()[0]
    days = [date(2026, 3, 2), date(2026, 2, 20), date(2025, 10, 1), date(2021, 10, 1), None]
    found = timeline([replace(one, day=day) for day in days], words("en"))
    assert [(day.iso, day.year, day.gap) for day in found] == [
        ("2026-03-02", "2026", ""), ("2026-02-20", "", ""), ("2025-10-01", "2025", "4 months without a meeting we know of"),
        ("2021-10-01", "2021", "4 years without a meeting we know of"), ("", "", ""),
    ]


def test_the_week_is_that_of_the_latest_meeting_held():
    found = week([*rows(), replace(rows()[0], day=date(2026, 3, 20), planned=True)], words("en"))
    assert (len(found), found[-1].iso, found[0].heading) == (7, "2026-03-11", "5 Mar")
    assert sum(day.meetings for day in found) == sum(1 for each in rows() if each.day and date(2026, 3, 5) <= each.day and not each.planned)
    assert week([], words("en")) == ()


def test_the_front_page_is_narrowed_by_topic_country_and_pair_as_plain_links():
    root = html.document_fromstring(all_pages()["index"])
    assert [(link.get("href"), link.getparent().xpath("string(span)")) for link in root.xpath('//aside//ul[@aria-labelledby="by-country"]//a')] == [
        ("country/vn.html", "10"), ("feeds.html#country", ""),
    ]


def test_a_country_shows_whom_it_met_ranked():
    root = html.document_fromstring(all_pages()["country"])
    shown = [(" ".join(item.text_content().split()), item.xpath(".//rect/@width")) for item in root.xpath('//ol[@class="partners"]/li')]
    assert shown == [("RU Russia 3", ["100.0%"]), ("LA Laos 1", ["33.3%"])]


def test_a_fact_stands_in_its_sentence():
    root = html.document_fromstring(all_pages()["meeting"])
    proofs = root.xpath('//p[@class="proof"][q/mark]')
    assert proofs and all(proof.xpath("string(q/mark)") in proof.xpath("string(q)") for proof in proofs)


def test_what_people_decided_is_told():
    page = meeting_page(told(), FEEDS, [], sample.SITE, rulings=[("“A” and “B” tell of one meeting.", "desk, 4 Mar 2026, 09:00 UTC")])
    assert "“A” and “B” tell of one meeting. desk, 4 Mar 2026" in " ".join(html.document_fromstring(page.decode()).text_content().split())


def test_the_sources_that_need_a_look_come_first():
    root = html.document_fromstring(all_pages()["sources"].decode())
    assert [row.xpath("string(th/bdi)") for row in root.xpath("//tbody/tr")] == ["Гудок", "Vietnam Wire"]
    assert "HTTP 503" in root.xpath("string(//tbody/tr[1])")


def test_pages_speak_the_language_of_the_site():
    site = replace(sample.SITE, language="vi")
    page = meeting_page(present(*sample.meetings()[0], site), FEEDS, (), site).decode()
    assert '<html lang="vi">' in page and "Vì sao các bài này là một cuộc gặp" in page and "Why these" not in page


def test_a_site_with_our_server_has_a_box_to_search_and_one_without_has_none():
    assert b"<form" not in all_pages()["index"]
    root = html.document_fromstring(index_page(rows(), FEEDS, replace(sample.SITE, search=True)))
    (box,) = root.xpath("//form[@role='search']")
    assert (box.get("action"), box.get("method"), [field.get("name") for field in box.iter("input")]) == ("search", "get", ["q"])


def test_every_language_says_all_that_pages_say_and_nothing_is_left_over():
    told_in = {language: {name.removesuffix(".one").removesuffix(".other") for name in words(language).messages if name.startswith("pages.")} for language in languages()}
    room = Path(charts.__file__).parents[1]
    text = "".join(path.read_text("utf-8") for path in room.rglob("*") if path.suffix in (".html", ".py"))
    used = set(re.findall(r'"(pages\.\w+)"', text))
    used -= {each for each in used if each.endswith("_")}
    begun = tuple(re.findall(r'"(pages\.\w*)" ~|f"(pages\.\w+_)\{', text))
    starts = tuple(filter(None, (start for each in begun for start in each)))
    for language, names in told_in.items():
        assert used - names == set(), language
        assert {name for name in names - used if not name.startswith(tuple(start for start in starts if start != "pages."))} <= {f"pages.{state}" for state in ("well", "failing", "silent", "needs_look")}
