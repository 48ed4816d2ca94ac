"""Sitemaps as entries: plain ones, news sitemaps, lists of addresses; and the sitemaps an index names.

Touches: nothing.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from lxml import etree

from aggregator.errors import ParseError
from aggregator.parse.dates import read_date
from aggregator.parse.entry import Document, Entry, Parsed
from aggregator.parse.text import absolute, decoded, one_line, root_name, unpacked, with_bare_ampersands
from storage.model import Source

MAX_TITLE = 1024
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def read_sitemap(document: Document, source: Source, *, now: datetime, max_entries: int = 1000) -> Parsed:
    """The addresses of a sitemap, in its own order; where there are more than `max_entries`, the newest of them.

    Raises ParseError when it is none, and for an index, which names other sitemaps
    instead of pages (see `child_sitemaps`).
    """
    text = decoded(unpacked(document), document.content_type).strip()
    if not root_name(text) and (lines := _addresses(text)):
        entries = [Entry(0, link=link) for link in lines]
    else:
        root = _tree(document.url, text)
        name = _local(root)
        if name == "sitemapindex":
            children = child_sitemaps(document)
            example = f", such as {children[0][0]}" if children else ""
            raise ParseError(document.url, f"an index of {len(children)} sitemaps, not a sitemap: use one of them{example}")
        if name != "urlset":
            raise ParseError(document.url, "an HTML page, not a sitemap" if name == "html" else f"no sitemap: it starts with <{name[:40]}>")
        zone = ZoneInfo(source.timezone)
        entries = [entry for element in root if _local(element) == "url" and (entry := _entry(element, document.url, source, zone, now))]
    distinct: dict[str, Entry] = {}
    for entry in entries:
        distinct.setdefault(entry.link, entry)
    entries = list(distinct.values())
    cut = max(0, len(entries) - max_entries)
    if cut:
        places = sorted(range(len(entries)), key=lambda place: entries[place].published_at or entries[place].updated_at or _LONG_AGO, reverse=True)
        entries = [entries[place] for place in sorted(places[:max_entries])]
    return Parsed(entries=tuple(replace(entry, position=position) for position, entry in enumerate(entries)), cut=cut)


def child_sitemaps(document: Document) -> tuple[tuple[str, str], ...]:
    """The sitemaps an index names, each with its lastmod as written; () when it is no index."""
    root = _tree(document.url, decoded(unpacked(document), document.content_type).strip())
    if _local(root) != "sitemapindex":
        return ()
    found = ((absolute(_field(child, "loc"), document.url), _field(child, "lastmod")) for child in root if _local(child) == "sitemap")
    return tuple(dict(pair for pair in found if pair[0]).items())


def _tree(url: str, text: str) -> etree._Element:
    if re.search(r"<!ENTITY", text[:200_000], re.IGNORECASE):
        raise ParseError(url, "entity declarations in a sitemap")
    text = with_bare_ampersands(re.sub(r"^\s*<\?xml[^>]{0,400}\?>", "", text))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "ignore"), parser)
    except etree.XMLSyntaxError as error:
        raise ParseError(url, f"broken XML ({str(error)[:80]})") from error
    if root is None:
        raise ParseError(url, "no sitemap: no markup could be made out")
    return root


def _entry(element: etree._Element, base: str, source: Source, zone: ZoneInfo, now: datetime) -> Entry | None:
    link = absolute(_field(element, "loc"), base)
    if not link:
        return None
    news = next((child for child in element if _local(child) == "news"), None)
    publication = next((child for child in news if _local(child) == "publication"), None) if news is not None else None
    published, updated = _field(news, "publication_date")[:200], _field(element, "lastmod")[:200]

    def moment(words: str) -> datetime | None:
        return read_date(words, language=source.language, order=source.date_order, zone=zone, now=now) if words else None

    return Entry(
        position=0, guid=link, link=link, title=_field(news, "title")[:MAX_TITLE],
        published=published, published_at=moment(published), updated=updated, updated_at=moment(updated),
        tags=tuple(tag for word in _field(news, "keywords").split(",")[:50] if (tag := one_line(word, 200))),
        language=one_line(_field(publication, "language"), 35).lower(), source_title=one_line(_field(publication, "name"), 200),
    )


def _field(parent: etree._Element | None, name: str) -> str:
    if parent is None:
        return ""
    child = next((child for child in parent if _local(child) == name), None)
    return " ".join((child.text or "").split()) if child is not None else ""


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _addresses(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines()[:50_000] if line.strip()]
    return [link for line in lines if (link := absolute(line))] if lines and absolute(lines[0]) else []
