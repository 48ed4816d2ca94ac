"""What is asked of everything we publish, asked of whole sites: good words and hostile ones, in every format."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import feedparser
import icalendar
import pytest
import vobject
from lxml import etree

from aggregator.normalise.items import normalise
from aggregator.parse.entry import Document
from aggregator.parse.reader import read_document
from feeds import atom, clean, content, ical, jsonfeed, opml, rss
from feeds.catalogue import ALL, KINDS
from feeds.pages.lists import row
from feeds.pages.render import Possibly, Watched, feed_page, feeds_page, index_page, meeting_page, moved_page, search_page, sources_page
from feeds.presentation import present
from feeds.publisher import Publishing, publish
from feeds.site import Site
from storage.model import Feed, Source, Topic
from storage.store import open_store
from tests.feeds import danger, json_rules, sample
from tests.feeds.atom_rules import ATOM, HISTORY, wrong
from tests.feeds.test_atom import hostile

SHARED = Path(__file__).parents[3] / "shared"
STANDARD = {"title", "link", "description", "language", "lastBuildDate", "generator", "item", "guid", "pubDate", "category", "source"}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of a week of meetings six times over, each feed with its archives, and two meetings of hostile words."""
    folder = tmp_path_factory.mktemp("site") / "public"
    told = sample.many(130)
    with open_store("sqlite::memory:") as store:
        sample.keep(store, told)
        publishing = Publishing(
            "A </script> & B", "https://news.example/", folder, "desk@news.example", hub="https://hub.example/", kinds=KINDS,
            topics=(*sample.TOPICS[:-1], replace(sample.TOPICS[-1], title="</title><script>alert(1)</script>")),
            combinations=(Feed("feed/mine", '"><script>alert(1)</script>', "combination", countries=("VN",)),),
        )
        assert publish(store, publishing, now=sample.NOW).failed == ()
        store.meetings.save(replace(told[3][0], place="Elsewhere", updated=sample.NOW))
        assert publish(store, publishing, now=sample.NOW).failed == ()
    return folder


def documents(folder: Path, ending: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob(f"*.{ending}")):
        yield path.relative_to(folder).as_posix(), path.read_bytes()


@pytest.mark.case("O5", "O11", "O14", "O18", "O21", "O24")
def test_every_atom_document_of_a_site_is_valid_and_says_where_it_is(published):
    found = dict(documents(published, "atom"))
    assert any("/archive/" in path for path in found) and len(found) > 30
    for path, body in found.items():
        assert wrong(body, self_url=f"https://news.example/{path}") == [], path
        root = etree.fromstring(body)
        assert {link.get("rel") for link in root.findall(f"{ATOM}link")}.isdisjoint({"next", "previous", "first", "last"})
        assert root.findall(f"{HISTORY}complete") == []
        assert root.findtext(f"{ATOM}generator") == "Communiqué"
        for entry in root.findall(f"{ATOM}entry"):
            assert entry.findtext(f"{ATOM}summary") and entry.findtext(f"{ATOM}content")
            assert {email.text for email in entry.iter(f"{ATOM}email")} <= {"desk@news.example"}     # ours, never a source's


@pytest.mark.case("O17")
def test_live_documents_are_light(published):
    for path, body in documents(published, "atom"):
        entries = etree.fromstring(body).findall(f"{ATOM}entry")
        assert len(entries) <= 100 and len(body) <= 512_000, path


@pytest.mark.case("O41")
def test_every_json_feed_is_valid_and_carries_the_ids_of_the_atom_feed(published):
    for path, body in documents(published, "json"):
        if path in ("manifest.json", "retired.json"):
            continue
        assert json_rules.wrong(body, feed_url=f"https://news.example/{path}") == [], path
        beside = etree.parse(published / f"{path.removesuffix('.json')}.atom")
        assert [item["id"] for item in json.loads(body)["items"]] == [entry.findtext(f"{ATOM}id") for entry in beside.getroot().findall(f"{ATOM}entry")]


@pytest.mark.case("O43")
def test_every_rss_document_holds_what_rss_knows_and_the_same_ids(published):
    for path, body in documents(published, "rss"):
        channel = etree.fromstring(body).find("channel")
        assert channel is not None
        assert {element.tag for element in channel.iter() if "{" not in str(element.tag)} <= STANDARD | {"channel"}
        assert [guid.get("isPermaLink") for guid in channel.iter("guid")] == ["false"] * len(channel.findall("item"))
        beside = etree.parse(published / f"{path.removesuffix('.rss')}.atom")
        assert [guid.text for guid in channel.iter("guid")] == [entry.findtext(f"{ATOM}id") for entry in beside.getroot().findall(f"{ATOM}entry")]


@pytest.mark.case("O42")
def test_the_list_of_feeds_is_opml_that_names_every_feed_once(published):
    root = etree.parse(published / "feeds.opml").getroot()
    assert (root.tag, root.get("version"), [child.tag for child in root]) == ("opml", "2.0", ["head", "body"])
    assert re.match(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\Z", root.findtext("head/dateModified", ""))
    feeds = [outline for outline in root.iter("outline") if outline.get("type")]
    assert all(outline.get("type") == "rss" and outline.get("text") and outline.get("xmlUrl") and outline.get("htmlUrl") for outline in feeds)
    assert all(outline.get("text") for outline in root.iter("outline"))
    live = [path for path, _ in documents(published, "atom") if "/archive/" not in path]
    assert sorted(outline.get("xmlUrl") for outline in feeds) == sorted(f"https://news.example/{path}" for path in live)


def test_every_calendar_is_read_alike_by_two_libraries(published):
    for path, body in documents(published, "ics"):
        one = icalendar.Calendar.from_ical(body).walk("VEVENT")
        (other,) = vobject.readComponents(io.StringIO(body.decode()))
        assert [(str(each["uid"]), each.decoded("dtstart"), str(each["summary"])) for each in one] == [
            (each.uid.value, each.dtstart.value, each.summary.value) for each in getattr(other, "vevent_list", [])
        ], path
        assert all(len(line) <= 75 for line in body.split(b"\r\n")), path


@pytest.mark.case("O44")
def test_nothing_is_transformed_for_a_browser_and_every_feed_has_its_page(published):
    for ending in ("atom", "rss", "opml"):
        for path, body in documents(published, ending):
            assert b"<?xml-stylesheet" not in body and b"<!DOCTYPE" not in body
            if ending == "atom" and "/archive/" not in path:
                assert (published / f"{path.removesuffix('.atom')}.html").is_file()


@pytest.mark.case("O23")
def test_feedparser_reads_the_same_from_atom_json_and_rss(published):
    atom_read = feedparser.parse((published / "all.atom").read_bytes())
    rss_read = feedparser.parse((published / "all.rss").read_bytes())
    items = json.loads((published / "all.json").read_bytes())["items"]
    assert not atom_read.bozo and not rss_read.bozo
    assert [(each.id, each.title, each.link) for each in atom_read.entries] == [(each["id"], each["title"], each["url"]) for each in items]
    assert [(each.id, each.title, each.link) for each in rss_read.entries] == [(each["id"], each["title"], each["url"]) for each in items]
    assert [each.published_parsed[:6] for each in atom_read.entries] == [each.published_parsed[:6] for each in rss_read.entries]


@pytest.mark.case("S13")
def test_what_the_operator_calls_feeds_topics_and_the_site_is_text_everywhere(published):
    for path, body in documents(published, "atom"):
        root = etree.fromstring(body)
        assert all(danger.dangerous(title or "-") == [] for title in (root.findtext(f"{ATOM}title"), root.findtext(f"{ATOM}subtitle"))), path
    for _, body in documents(published, "rss"):
        assert all(danger.dangerous(element.text or "-") == [] for element in etree.fromstring(body).iter("title", "description"))
    for outline in etree.parse(published / "feeds.opml").iter("outline"):
        assert danger.dangerous(outline.get("text") or "-") == []
    for path, body in documents(published, "html"):
        assert b"alert(1)</script>" not in body, path


def every_text(told: sample.Told, site: Site = sample.SITE) -> Iterator[tuple[str, str]]:
    """Each text that a reader may take for HTML, in every format of one meeting."""
    meeting = present(*told, site)
    entry = etree.fromstring(b'<feed xmlns:ev="http://purl.org/rss/1.0/modules/event/">' + atom.entry(meeting, site) + b"</feed>")[0]
    for element in entry.iter():
        if element.tag not in ("id", "updated", "published"):
            yield f"atom {element.tag}", element.text or ""
        yield from ((f"atom {element.tag} {name}", value) for name, value in element.attrib.items() if name in ("title", "label", "term"))
        assert all(value.startswith(("http://", "https://")) for name, value in element.attrib.items() if name in ("href", "scheme", "src"))
    item = json.loads(jsonfeed.item(meeting, site))
    yield from ((f"json {name}", item[name]) for name in ("title", "content_html", "summary"))
    yield from (("json tag", tag) for tag in item["tags"])
    yield from (("json author", author["name"]) for author in item["authors"])
    for element in etree.fromstring(
        b'<c xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">' + rss.item(meeting, site) + b"</c>"
    ).iter():
        if element.tag not in ("guid", "link", "pubDate"):
            yield f"rss {element.tag}", element.text or ""
    event = ical.event(meeting, site, 0)
    if event:
        (read,) = icalendar.Calendar.from_ical(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + event + b"END:VCALENDAR\r\n").walk("VEVENT")
        assert set(read) <= {"UID", "DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "STATUS", "TRANSP", "CLASS", "URL",
                             "LOCATION", "DESCRIPTION", "CATEGORIES"}
    listed = etree.fromstring(opml.opml([Feed("feed/x", clean.line(told[0].title), "combination")], site, sample.NOW))
    yield from (("opml", outline.get("text") or "") for outline in listed.iter("outline"))


def live(told: Iterable[sample.Told]) -> list[str]:
    """What a browser would run, load or follow in any text of these meetings."""
    texts = {text: where for each in told for where, text in every_text(each) if "<" in text}
    return [f"{where}: {found}" for text, where in texts.items() for found in danger.dangerous(text)]


def payloads() -> list[str]:
    """The collected script injections, one a line."""
    lines = [
        line for path in sorted((SHARED / "corpora" / "payloads-xss").rglob("*.txt"))
        for line in path.read_bytes().decode("utf-8", "replace").splitlines() if line.strip()
    ]
    return list(dict.fromkeys(lines))


@pytest.mark.case("S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8")
@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the collected payloads are not beside the project")
def test_s001_no_collected_payload_in_any_field_comes_out_live_in_any_format():
    found = payloads()
    assert len(found) > 1000
    assert live((told[0], told[1][:1]) for payload in found for told in (hostile(payload, payload),)) == []


def spoilt_pages(payloads_of_one: list[str]) -> Iterator[bytes]:
    """Every kind of page, with these payloads in every field that has words: a page of each meeting, and lists of all."""
    evil = replace(sample.SITE, search=True)
    told = [present(*hostile(payload, payload), evil) for payload in payloads_of_one]
    rows = [row(each, frozenset({"all"}), "", evil) for each in told]
    first, feed = payloads_of_one[0], Feed("feed/x", clean.line(payloads_of_one[0]) or "x", "combination")
    for payload, each in zip(payloads_of_one, told, strict=True):
        yield meeting_page(each, (feed,), [Possibly("m-00000001", clean.line(payload), clean.line(payload), (clean.line(payload),))], evil)
    yield moved_page("m-00000002", told[0], ("all",), evil)
    yield index_page(rows, (ALL, feed), evil)
    yield feed_page(feed, rows, evil)
    yield feeds_page((ALL, feed), evil)
    yield search_page(first, rows, evil)
    yield sources_page([Watched(clean.line(first), "feed", clean.line(first), clean.line(first), "agency", "failing", clean.line(first), None)], feed, rows, replace(evil, title=clean.line(first)))


@pytest.mark.case("S1", "S6", "S8", "S11", "S13")
@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the collected payloads are not beside the project")
def test_s001_no_collected_payload_in_any_field_comes_out_live_in_any_page():
    found = payloads()
    assert len(found) > 1000
    for start in range(0, len(found), 50):
        some = found[start : start + 50]
        assert [(some, each) for page in spoilt_pages(some) for each in danger.live_in_page(page)] == []


@pytest.mark.case("S1", "S8", "S13")
def test_s001_no_payload_of_ours_comes_out_live_in_any_page():
    assert [each for payload in danger.PAYLOADS if len(payload) < 1_000 for page in spoilt_pages([payload]) for each in danger.live_in_page(page)] == []


def test_the_judge_of_pages_sees_what_is_live():
    page = next(iter(spoilt_pages(["harmless"])))
    assert danger.live_in_page(page) == []
    for bad in (b"<script>x</script>", b"<p onclick=x>", b"<svg/onload=x>", b"<a href='java&#9;script:x'>x</a>", b"<base href=//evil.example>", b"<!-- x -->",
                b"<meta http-equiv=refresh content='0; url=//evil.example'>", b"<link rel=stylesheet href=//evil.example/x.css>", b"<form action=//evil.example>",
                b"<svg class=strip><a onclick=x>x</a></svg>"):
        assert danger.live_in_page(page.replace(b"<main", bad + b"<main", 1)) != [], bad


@pytest.mark.case("S1", "S6", "S7", "S8")
@pytest.mark.parametrize("payload", [
    *danger.PAYLOADS[:12], "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mi xlink:href='data:x,<script>alert(1)</script>'>", "<textarea><img title='</textarea><img src=x onerror=alert(1)>'>", "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>", "<button formaction=javascript:alert(1)>x", "<base href=//evil.example>", "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example/x.css>", "<a ping=//evil.example href=x>x</a>", "<img srcset='javascript:alert(1) 1x'>", "<p style='position:fixed'>x</p>", "<p id=location name=x>x</p>",
], ids=lambda payload: ascii(payload[:24]))
def test_s001_no_payload_of_ours_comes_out_live_in_any_format(payload):
    assert live([hostile(payload, payload)]) == []


@pytest.mark.case("S2", "S3", "S5", "S6", "S7", "S8", "S10")
@pytest.mark.parametrize(("written", "title"), [
    ("&lt;img src=x onerror=alert(1)&gt; Ministers meet", "Ministers meet"),
    ("&amp;lt;b&amp;gt; Ministers meet", "<b> Ministers meet"),
    ("Ministers &amp; police meet", "Ministers & police meet"),
])
def test_s002_what_a_source_writes_as_markup_is_text_in_ours_and_is_decoded_once(written, title):
    trap = ('<p>Talks.</p><img src="https://pixel.example/1.gif" width="1" height="1"><iframe srcdoc="x"></iframe><form action="/x"><button formaction="javascript:1">'
            '</button></form><a href="java&#9;script:alert(1)" ping="https://p.example/" onclick="x()">a</a><svg><animate/></svg>').replace("&", "&amp;").replace("<", "&lt;")
    body = (
        f"<rss version='2.0'><channel><title>t</title><item><guid isPermaLink='true'>javascript:alert(1)</guid><title>{written}</title>"
        f"<link>https://a.example/1</link><author>javascript:alert(1)</author><enclosure url='javascript:alert(1)' type='x/y' length='1'/>"
        f"<comments>javascript:alert(1)</comments><source url='javascript:alert(1)'>x</source><description>{trap}</description></item></channel></rss>"
    )
    source = Source("a", "https://a.example/feed", "A", language="en")
    document = Document("https://a.example/feed", body.encode(), "application/rss+xml", sample.NOW)
    ((item, _),) = normalise(read_document(document, source, now=sample.NOW), source, seen_at=sample.NOW)
    assert item.title.endswith(title)
    meeting, members = sample.meetings()[0]
    told = replace(meeting, title=item.title, summary=item.body), (replace(members[0], item=item, source=source),)
    assert live([told]) == []
    shown = content.content(present(*told, sample.SITE), "https://news.example/meeting/m-1.html")
    assert not re.search(r"<(img|iframe|form|button|svg|script)|ping=|onclick|javascript:", shown)
    written_title = etree.fromstring(sample.atom(ALL, [told])).find(f"{ATOM}entry/{ATOM}title")
    assert written_title is not None and written_title.get("type", "text") == "text"


def test_the_judge_of_markup_sees_what_is_live():
    """So that silence above means something."""
    for bad in ("<script>x</script>", "<p onclick=x>", "<a href='java\tscript:x'>", "<svg/onload=x>", "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>"):
        assert danger.dangerous(bad) != []
    assert danger.dangerous('<p lang="en">a &lt;b&gt; <a href="https://a.example/">b</a></p>') == []


def test_topics_may_be_called_anything():
    site = replace(sample.SITE, topics=(Topic("drugs", "</title><script>x</script>"),))
    assert [found for where, text in every_text(sample.meetings()[1], site) for found in danger.dangerous(text or "-") if where] == []
