"""Which format a document is in, and its entries.

The source says what it should be; the bytes say what it is. Read this first.

Touches: nothing.
"""

from __future__ import annotations

from datetime import datetime

from aggregator.errors import ParseError
from aggregator.parse import article, page
from aggregator.parse.entry import Document, Entry, Parsed
from aggregator.parse.feed import read_feed
from aggregator.parse.jsonfeed import read_jsonfeed
from aggregator.parse.sitemap import read_sitemap
from storage.model import Source

MAX_ENTRIES = 1000                  # of one poll: more is an archive, or an attack


def read_document(document: Document, source: Source, *, now: datetime, max_entries: int = MAX_ENTRIES) -> Parsed:
    """The entries of a document of `source`, in its own order.

    Raises ParseError, in words for the operator, when it holds none to be read.
    """
    try:
        if source.kind == "page":
            return page.read_listing(document, source, now=now, max_entries=max_entries)
        if source.kind == "sitemap":
            return read_sitemap(document, source, now=now, max_entries=max_entries)
        if _is_json(document):
            return read_jsonfeed(document, source, now=now, max_entries=max_entries)
        return read_feed(document, source, now=now, max_entries=max_entries)
    except RecursionError as error:
        raise ParseError(document.url, "nested too deep") from error


def read_article(document: Document, source: Source, *, now: datetime) -> Entry:
    """The article page as one entry. Raises ParseError when there is no text in it to be read."""
    try:
        return article.read_article(document, source, now=now)
    except RecursionError as error:
        raise ParseError(document.url, "nested too deep") from error


def _is_json(document: Document) -> bool:
    start = document.body[:64].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1]
    return start in (b"{", b"[")
