"""Documents of every format beside the entries they must give: data/feeds/NAME and NAME.expected.json."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import time
import warnings
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser  # type: ignore[import-untyped]
import pytest

from aggregator.errors import ParseError
from aggregator.normalise.items import normalise
from aggregator.parse.entry import Document
from aggregator.parse.reader import read_document
from storage.model import PageRules, Source

NOW = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
DATA = Path(__file__).parents[2] / "data" / "feeds"
CASES = sorted(path for path in DATA.iterdir() if not path.name.endswith(".expected.json"))
KINDS = {".page": "page", ".sitemap": "sitemap"}


def source_of(name: str) -> Source:
    kind = KINDS.get(Path(name).suffix, "feed")
    rules = PageRules(item=".card", date=".date, time") if kind == "page" else None
    return Source("s", "https://feeds.example/f", "Outlet", kind=kind, timezone="Asia/Ho_Chi_Minh", page=rules)  # type: ignore[arg-type]


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, (list, tuple)) else value


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_a_document_gives_the_entries_beside_it(path: Path) -> None:
    expected = json.loads(path.with_name(path.name + ".expected.json").read_text(encoding="utf-8"))
    parsed = plain(asdict(read_document(Document("https://feeds.example/f", path.read_bytes()), source_of(path.name), now=NOW)))
    assert len(parsed["entries"]) == len(expected["entries"])
    for found, wanted in zip(parsed["entries"], expected["entries"], strict=True):
        assert {key: found[key] for key in wanted} == wanted
    assert {key: parsed[key] for key in expected if key != "entries"} == {key: value for key, value in expected.items() if key != "entries"}


def read(body: bytes, **more: Any) -> Any:
    return read_document(Document("https://feeds.example/f", body), source_of("x.xml"), now=NOW, **more)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "an empty document"),
        (b" \n\t\0", "an empty document"),
        (b"<!doctype html><html><title>Are you human?</title></html>", "an HTML page, not a feed"),
        (b"<HTML><body>captcha</body></HTML>", "an HTML page, not a feed"),
        (b'{"error": "rate limit", "status": 429}', 'no JSON Feed; it says "rate limit"'),
        (b"[1, 2]", "JSON, but no JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": [', "broken JSON"),
        (b"[" * 100_000, "nested deeper"),
        (b'{"items": ' + b'{"a":' * 50_000, "nested deeper"),
        (b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'></urlset>", "a sitemap, not a feed"),
        (b"<opml version='2.0'><body/></opml>", "a list of subscriptions"),
        (b"<note>hello</note>", "neither RSS nor Atom"),
        (b"Service unavailable", "no markup"),
        (b"\x1f\x8b\x08broken", "a damaged gzip"),
        (b"<rss><channel><item x='" + b"a" * 2_000_000 + b"'/></channel></rss>", "a tag longer than"),
        (b"<rss><channel>" + b"<!--" * 50_000, "never closed"),
        (b"<rss>" + b" " * (10 * 1024 * 1024), "larger than 10 MiB"),
    ],
    ids=lambda value: value[:24].decode("latin-1") if isinstance(value, bytes) else value,
)
def test_what_is_no_feed_is_refused_in_words(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        read(body)


def test_a_document_that_names_a_file_is_not_read_from_that_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text("<rss version='2.0'><channel><title>secret</title><item><title>s</title></item></channel></rss>")
    with pytest.raises(ParseError):
        read(str(secret).encode())


@pytest.mark.case("S28")
def test_only_the_first_entries_are_read_and_the_rest_counted() -> None:
    items = b"".join(b"<item><title>Story %d</title><link>https://b.example/%d</link></item>" % (number, number) for number in range(3000))
    parsed = read(b"<rss version='2.0'><channel><title>Long</title>" + items + b"<language>en</language></channel></rss>", max_entries=100)
    assert (len(parsed.entries), parsed.cut, parsed.title, parsed.language) == (100, 2900, "Long", "en")
    assert parsed.entries[99].title == "Story 99"


def test_fields_longer_than_any_honest_one_are_cut() -> None:
    long = b"x" * 5000
    entry = read(
        b"<rss version='2.0'><channel><item><title>" + long + b"</title><link>https://b.example/" + long + b"</link><author>" + long + b"</author>"
        b"<category>" + long + b"</category><guid>" + long + b"</guid><pubDate>" + long + b"</pubDate></item></channel></rss>"
    ).entries[0]
    assert max(map(len, (entry.title, entry.link, entry.guid, entry.published, *entry.authors, *entry.tags))) <= 2048
    assert entry.link == ""


@pytest.mark.case("S21")
@pytest.mark.parametrize(
    "inside",
    [
        b"<author>" + b"a" * 50_000 + b"</author>", b"<author>" + b"a@" + b"a." * 25_000 + b"</author>",
        b'<description>&lt;p style="' + b"a" * 100_000 + b'"&gt;</description>', b"<description>" + b"&lt;!--" * 50_000 + b"</description>",
        b"<pubDate>" + b"Mon, " * 10_000 + b"</pubDate>", b"<pubDate>" + b"1" * 50_000 + b"</pubDate>", b"<link>https://" + b"a." * 50_000 + b"</link>",
        b"<x>" * 50_000, b"<![CDATA[" * 20_000, b"<x " + b" ".join(b"a%d='1'" % n for n in range(5_000)) + b"/>", b"&" * 50_000, b"&amp;" * 50_000,
    ],
    ids=lambda inside: inside[:16].decode(),
)
@pytest.mark.parametrize("broken", [b"", b" & "], ids=["wellformed", "broken"])
def test_small_documents_do_not_stall_the_parser(inside: bytes, broken: bytes) -> None:
    start = time.process_time()
    with contextlib.suppress(ParseError):
        read(b"<rss version='2.0'><channel><title>t</title>" + broken + b"<item><title>a</title>" + inside + b"</item></channel></rss>")
    assert time.process_time() - start < 2


@pytest.mark.case("S14")
@pytest.mark.case("S15")
@pytest.mark.case("S17")
def test_entities_are_neither_expanded_without_end_nor_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET")
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    for doctype in (f'<!ENTITY e0 "lol">{levels}', f'<!ENTITY e9 SYSTEM "{secret.as_uri()}">', f'<!ENTITY % p SYSTEM "{secret.as_uri()}"> %p;'):
        body = f"<?xml version='1.0'?><!DOCTYPE rss [{doctype}]><rss version='2.0'><channel><title>&e9;</title><item><title>&e9;</title></item></channel></rss>"
        for encoding in ("utf-8", "utf-16"):
            try:
                parsed = read(body.encode(encoding))
            except ParseError:
                continue
            said = parsed.title + parsed.entries[0].title
            assert "SECRET" not in said
            assert len(said) < 1000


@pytest.mark.case("S16")
@pytest.mark.parametrize("head", [
    '<!DOCTYPE rss SYSTEM "{url}/rss.dtd">', '<!DOCTYPE rss PUBLIC "-//N//DTD RSS//EN" "{url}/rss.dtd">', '<?xml-stylesheet type="text/xsl" href="{url}/style.xsl"?>',
], ids=["system", "public", "stylesheet"])
async def test_s16_no_document_makes_its_reader_open_a_connection(site, head: str) -> None:
    there = site.url("")
    inside = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{there}/other.xml"/>'
    named = f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="{there}/rss.xsd"'
    body = f"<?xml version='1.0'?>{head.format(url=there)}<rss version='2.0' {named}><channel><title>t</title>{inside}<item><title>a</title>{inside}</item></channel></rss>"
    assert [entry.title for entry in (await asyncio.to_thread(read, body.encode())).entries] == ["a"]
    assert site.connections == 0


@pytest.mark.case("S20")
@pytest.mark.parametrize("inside", [
    "<description><![CDATA[a <![CDATA[<script>x()</script>]]>]]&gt;</description>", "<description>a <!-- <script>x()</script> -- -- ></description>",
    "<description>a <!DOCTYPE html [<!ENTITY x '<script>'>]> &x;x()</description>", "<description>&lt;!--&gt;&lt;script&gt;x()&lt;/script&gt;--&gt; a</description>",
    "<description>a ]]> <script>x()</script></description>",
])
def test_s20_malformed_sections_bring_no_script_into_an_item(inside: str) -> None:
    body = f"<rss version='2.0'><channel><title>t</title><item><title>a</title><link>https://b.example/1</link>{inside}</item></channel></rss>"
    for item, _ in normalise(read(body.encode()), source_of("x.xml"), seen_at=NOW):
        assert "<script" not in item.html.lower()
        assert "x()" not in item.html


@pytest.mark.case("S18")
@pytest.mark.parametrize("body", [
    b"<rss>" + b"<a>" * 100_000, b"<rss " + b" ".join(b"xmlns:n%d='http://n.example/%d'" % (n, n) for n in range(1000)) + b"><channel/></rss>",
    b"<rss><channel><item>" + b"<![CDATA[" * 100_000, b"<rss><channel><title a='" + b"x" * 8_000_000 + b"'/></channel></rss>",
    b"<" * 500_000, b"<rss>" + b"</a>" * 200_000,
], ids=["nested", "namespaces", "cdata", "attribute", "openings", "endings"])
def test_markup_that_never_ends_is_read_or_refused_in_time(body: bytes) -> None:
    start = time.process_time()
    with contextlib.suppress(ParseError):
        read(body)
    assert time.process_time() - start < 5


@pytest.mark.case("S19")
@pytest.mark.parametrize("served", ["", "text/xml", "text/xml; charset=utf-7", "text/xml; charset=utf-16", "a/xml; charset=nonsense", "; charset=idna"])
@pytest.mark.parametrize(
    "inside", [b"caf\xe9", b"\xc0\xaf\xc0\xbc", b"\xed\xa0\x80", b"+ADw-script+AD4-", b"a\0b", b"\xff\xfe", b"\xef\xbf\xbe", b"\xf4\x90\x80\x80"]
)
def test_lies_about_the_encoding_give_text_that_can_be_written(inside: bytes, served: str) -> None:
    body = b"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>t</title><item><title>x " + inside + b" y</title></item></channel></rss>"
    title = read_document(Document("https://feeds.example/f", body, served), source_of("x.xml"), now=NOW).entries[0].title
    title.encode("utf-8")
    assert title.startswith("x ")
    assert "<script" not in title
    assert "\0" not in title


CORPORA = Path(__file__).parents[4] / "shared" / "corpora"
FEEDS = ("feedparser", "feed-rs", "feedjira", "node-feedparser", "fastfeedparser", "lemon24-reader", "miniflux", "jsonfeed")


@pytest.mark.shared
@pytest.mark.skipif(not CORPORA.is_dir(), reason="../shared/corpora is not here")
@pytest.mark.case("G1")
def test_every_document_of_the_corpora_is_read_or_refused_with_reason() -> None:
    files = [path for name in FEEDS for path in sorted((CORPORA / name).rglob("*")) if path.is_file() and not path.name.startswith("LICENSE")]
    fewer, slow, entries, refused, silent = [], [], 0, 0, 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in files:
            body = path.read_bytes()
            start = time.process_time()
            try:
                found = len(read(body).entries)
            except ParseError as error:
                found, refused = 0, refused + 1
                silent += not error.reason
            if time.process_time() - start > 5:
                slow.append(path.name)
            entries += found
            # The corpora's own notes, and answers kept as JSON, are no documents; feedparser reads nothing in them either.
            try:
                alone = len(feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False).entries)
            except Exception:
                alone = 0
            if found < alone:
                fewer.append((path.name, found, alone))
    assert len(files) > 2600
    assert fewer == []
    assert slow == []
    assert entries > 2200
    assert refused < 200
    assert silent == 0


@pytest.mark.shared
@pytest.mark.skipif(not CORPORA.is_dir(), reason="../shared/corpora is not here")
def test_every_json_feed_of_the_corpora_gives_its_items() -> None:
    read_ones = 0
    for path in sorted(path for name in FEEDS for path in (CORPORA / name).rglob("*.json")):
        try:
            value = json.loads(path.read_bytes())
        except ValueError:
            continue
        if not isinstance(value, dict) or "jsonfeed.org" not in str(value.get("version", "")) or not isinstance(value.get("items"), list):
            continue
        assert len(read(path.read_bytes()).entries) == sum(isinstance(item, dict) for item in value["items"]), path.name
        read_ones += 1
    assert read_ones > 40
