"""JSON Feed 1.0 and 1.1, read with more patience than the standard asks for.

Ids may be numbers, fields null or of another type, dates of any form; what is of
no use is passed over, and one broken item never costs its neighbours.

Touches: nothing.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aggregator.errors import ParseError
from aggregator.parse.dates import read_date
from aggregator.parse.entry import Document, Entry, Parsed
from aggregator.parse.text import ILLEGAL, absolute, decoded, one_line, unpacked
from storage.model import Source

MAX_TITLE = 1024
MAX_CONTENT = 1024 * 1024
MAX_NAMES = 50
MAX_NESTING = 100                   # the standard needs 5; Python's own reader gives up near 1,000 in an ugly way
_MAIL = re.compile(r"[^\s<>()@]{1,64}@[^\s<>()@]{1,190}")


def read_jsonfeed(document: Document, source: Source, *, now: datetime, max_entries: int = 1000) -> Parsed:
    """The feed's items in its own order, at most `max_entries`.

    Raises ParseError when the document is not JSON, or JSON but no feed.
    """
    text = decoded(unpacked(document), document.content_type)
    if _nesting(text) > MAX_NESTING:
        raise ParseError(document.url, f"JSON nested deeper than {MAX_NESTING}")
    try:
        feed = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise ParseError(document.url, f"broken JSON ({str(error)[:80]})") from error
    if not isinstance(feed, dict):
        raise ParseError(document.url, "JSON, but no JSON Feed")
    items = feed.get("items")
    if not isinstance(items, list):
        if "jsonfeed.org/version" not in str(feed.get("version", "")):
            raise ParseError(document.url, f"JSON, but no JSON Feed{_said(feed)}")
        items = []
    read = _Reading(document, source, feed, now)
    found = [item for item in items if isinstance(item, dict)]
    hubs = [hub for hub in _list(feed.get("hubs")) if isinstance(hub, dict)]
    return Parsed(
        entries=tuple(read.entry(position, item) for position, item in enumerate(found[:max_entries])),
        title=one_line(_text(feed.get("title")), MAX_TITLE),
        language=read.language,
        site=read.site,
        hub=next((address for hub in hubs if (address := absolute(_text(hub.get("url")), document.url))), ""),
        self_url=absolute(_text(feed.get("feed_url")), document.url),
        cut=max(0, len(found) - max_entries),
    )


class _Reading:
    """What all items of one feed share."""

    def __init__(self, document: Document, source: Source, feed: dict[str, Any], now: datetime) -> None:
        self.source, self.now, self.zone = source, now, ZoneInfo(source.timezone)
        self.site = absolute(_text(feed.get("home_page_url")), document.url)
        self.bases = (self.site or document.url, document.url)
        self.language = _language(feed.get("language"))
        self.authors = _authors(feed)

    def entry(self, position: int, item: dict[str, Any]) -> Entry:
        html, plain = _text(item.get("content_html")), _text(item.get("content_text"))
        published, published_at = self._date(item.get("date_published"))
        updated, updated_at = self._date(item.get("date_modified"))
        guid = _text(item.get("id"))
        return Entry(
            position=position,
            guid=guid[:MAX_TITLE * 2],
            link=next((link for text in (item.get("url"), item.get("external_url")) if (link := absolute(_text(text), *self.bases))), "") or absolute(guid),
            title=_text(item.get("title")).strip()[:MAX_TITLE],
            summary=_text(item.get("summary"))[:MAX_CONTENT], summary_is_html=False,
            content=(html or plain)[:MAX_CONTENT], content_is_html=bool(html),
            published=published, published_at=published_at,
            updated=updated, updated_at=updated_at,
            authors=_authors(item) or self.authors,
            tags=tuple(dict.fromkeys(tag for raw in _list(item.get("tags"))[:MAX_NAMES] if (tag := one_line(_text(raw), 200)))),
            language=_language(item.get("language")) or self.language,
        )

    def _date(self, value: Any) -> tuple[str, datetime | None]:
        words = _text(value).strip()[:200]
        return words, read_date(words, language=self.source.language, order=self.source.date_order, zone=self.zone, now=self.now) if words else None


def _nesting(text: str) -> int:
    """How deep the brackets go, those inside strings left out."""
    deepest = depth = 0
    for sign in re.findall(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', text, re.DOTALL):
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


def _said(answer: dict[str, Any]) -> str:
    words = next((one_line(text, 80) for name in ("message", "error", "detail", "title") if (text := _text(answer.get(name)))), "")
    return f'; it says "{words}"' if words else ""


def _text(value: Any) -> str:
    if isinstance(value, str):
        return ILLEGAL.sub("", value)       # an escape (\\u0000, \\ud800) can bring in what the bytes could not
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _language(value: Any) -> str:
    return one_line(_text(value), 35).replace("_", "-").lower()


def _authors(holder: dict[str, Any]) -> tuple[str, ...]:
    people = _list(holder.get("authors"))[:MAX_NAMES] or _list(holder.get("author"))
    names = (_text(person.get("name")) if isinstance(person, dict) else _text(person) for person in people)
    return tuple(dict.fromkeys(name for text in names if (name := one_line(_MAIL.sub(" ", text[:256]), 200).strip(" ,;()<>"))))
