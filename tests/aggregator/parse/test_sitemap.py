"""Sitemaps beyond the samples in data/feeds: indexes, limits, hostile ones."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from aggregator.errors import ParseError
from aggregator.parse.entry import Document, Parsed
from aggregator.parse.reader import read_document
from aggregator.parse.sitemap import child_sitemaps
from storage.model import Source

NOW = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
INDEX = b"""<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://n.example/2026-03.xml</loc><lastmod>2026-03-04</lastmod></sitemap><sitemap><loc>https://n.example/2026-02.xml.gz</loc></sitemap></sitemapindex>"""


def read(body: bytes, **more: int) -> Parsed:
    return read_document(Document("https://n.example/sitemap.xml", body), Source("n", "https://n.example/sitemap.xml", "N", kind="sitemap"), now=NOW, **more)


def urlset(count: int) -> bytes:
    return b"<urlset>" + b"".join(b"<url><loc>https://n.example/%d</loc><lastmod>20%02d-01-01</lastmod></url>" % (n, n) for n in range(count)) + b"</urlset>"


def test_an_index_names_its_sitemaps_and_is_refused_as_a_list_of_pages() -> None:
    children = child_sitemaps(Document("https://n.example/s.xml", INDEX))
    assert children == (("https://n.example/2026-03.xml", "2026-03-04"), ("https://n.example/2026-02.xml.gz", ""))
    with pytest.raises(ParseError, match=r"an index of 2 sitemaps, not a sitemap: use one of them, such as https://n.example/2026-03.xml"):
        read(INDEX)


def test_of_too_many_pages_the_newest_are_kept_in_the_order_of_the_document() -> None:
    parsed = read(urlset(20), max_entries=3)
    assert [entry.link for entry in parsed.entries] == ["https://n.example/17", "https://n.example/18", "https://n.example/19"]
    assert [entry.position for entry in parsed.entries] == [0, 1, 2]
    assert parsed.cut == 17


def test_a_gzipped_sitemap_is_unpacked_within_bounds() -> None:
    assert len(read(gzip.compress(urlset(5))).entries) == 5
    with pytest.raises(ParseError, match="larger than 10 MiB"):
        read(gzip.compress(b"<urlset>" + b" " * 20_000_000))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'<!DOCTYPE u [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><urlset><url><loc>https://n.example/&b;</loc></url></urlset>', "entity declarations"),
        (b"<html><body>gone</body></html>", "an HTML page, not a sitemap"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'/>", "no sitemap: it starts with <feed>"),
        (b"nothing of the kind", "no sitemap|broken XML"),
    ],
)
def test_what_is_no_sitemap_is_refused_in_words(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        read(body)


def test_a_broken_sitemap_gives_what_can_be_had() -> None:
    parsed = read(b"<urlset><url><loc>https://n.example/1</loc></url><url><loc>https://n.example/2&x=1</loc></url><url><loc>https://n.ex")
    assert [entry.link for entry in parsed.entries][:2] == ["https://n.example/1", "https://n.example/2&x=1"]
