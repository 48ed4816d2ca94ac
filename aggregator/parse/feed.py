"""RSS, RDF, Atom and CDF feeds, through feedparser with its dangers fenced.

feedparser opens files and addresses when it is given a string, even a string of
bytes, so it is given a stream. It repairs much, but some small documents stall
it for minutes and some make it raise: both are met before and around the call.
Dates are read from the raw words, because feedparser reads a bare clock as today.

Touches: nothing.
"""

from __future__ import annotations

import html.entities
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import feedparser  # type: ignore[import-untyped]
import feedparser.mixin  # type: ignore[import-untyped]
import feedparser.urls  # type: ignore[import-untyped]

from aggregator.errors import ParseError
from aggregator.parse.dates import read_date
from aggregator.parse.entry import Document, Entry, Parsed
from aggregator.parse.text import absolute, decoded, one_line, root_name, unpacked
from aggregator.parse.wellformed import Habits, read_well_formed
from storage.model import Hints, Source

MAX_AUTHOR = 256                    # characters that are looked at for a name
MAX_TITLE = 1024
MAX_CONTENT = 1024 * 1024
MAX_NAME = 200                      # of an author, a category, a publisher
MAX_NAMES = 50
MAX_TAG = 1024 * 1024               # one markup tag; expat needs 3 s for an attribute of 8 MB

_HTML = frozenset({"text/html", "application/xhtml+xml"})
_ENTRY_START = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
_ENTRY_END = re.compile(r"</(?:[\w.-]{1,40}:)?(?:item|entry)\s{0,9}>", re.IGNORECASE)
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,12})|([0-9]{1,12}));")
_NAMED = re.compile(r"&(?!(?:lt|gt|amp|quot|apos);)([A-Za-z][A-Za-z0-9]{1,9});")
_GEOGRAPHY = re.compile(r"</?(?:georss|gml|geo):[^<>]{0,400}>", re.IGNORECASE)
_CAPTION = re.compile(r"<media:description\b.*?</media:description>", re.DOTALL)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,400}\?>")
_ENTITY = re.compile(r"<!ENTITY\s", re.IGNORECASE)
_MAIL = re.compile(r"[^\s<>()@]{1,64}@[^\s<>()@]{1,190}")
_SKIP_HOURS = re.compile(r"<skipHours>(.{0,2000}?)</skipHours>", re.IGNORECASE | re.DOTALL)
_SKIP_DAYS = re.compile(r"<skipDays>(.{0,2000}?)</skipDays>", re.IGNORECASE | re.DOTALL)
_ROOTS = frozenset({"rss", "feed", "rdf", "channel"})
_FEED_INSIDE = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 24 * 7, "monthly": 24 * 30, "yearly": 24 * 365}
_NO_FEED = {
    "html": "an HTML page, not a feed",
    "urlset": "a sitemap, not a feed: set kind = \"sitemap\"",
    "sitemapindex": "a sitemap index, not a feed: set kind = \"sitemap\"",
    "opml": "a list of subscriptions (OPML), not a feed: use `communique sources import`",
}

# feedparser looks for a mail address in each author with an expression that needs 23 s for 60 KB (its issue 562, open in 6.0.14), and there is no
# public way to stop it. If the private name is gone, this guard must be thought about anew, not skipped.
assert hasattr(feedparser.mixin._FeedParserMixin, "_sync_author_detail"), "feedparser has changed: see _name_author in aggregator/parse/feed.py"
_search_author = feedparser.mixin._FeedParserMixin._sync_author_detail


def _name_author(self: Any, key: str = "author") -> None:
    context = self._get_context()
    people = dict.get(context, key + "s") or [feedparser.FeedParserDict()]
    text = dict.get(context, key)
    if people[-1] or not isinstance(text, str):
        _search_author(self, key)           # name and address stand in elements of their own: nothing is searched
    elif name := _without_mail(text):
        people[-1]["name"] = name
        context.setdefault(key + "_detail", people[-1])


feedparser.mixin._FeedParserMixin._sync_author_detail = _name_author


def read_feed(document: Document, source: Source, *, now: datetime, max_entries: int = 1000) -> Parsed:
    """The feed's entries in its own order, at most `max_entries`, and what it says of itself.

    Raises ParseError when it is no feed, or one that cannot be read at all.
    """
    text = decoded(unpacked(document), document.content_type).strip()
    refuse_what_is_no_feed(document.url, text)
    text, cut = _first_entries(_mended(text), max_entries)
    found = read_well_formed(text, _HABITS) or _parse(document.url, text)
    raw_entries: list[Any] = found.entries
    cut += max(0, len(raw_entries) - max_entries)
    if not found.version and not raw_entries and root_name(text) not in _ROOTS:
        raise ParseError(document.url, "no feed: neither RSS nor Atom could be made out")
    feed = found.feed
    is_atom = str(found.version).startswith("atom")
    site = absolute(_string(feed, "link"), document.url)
    # RFC 4287 knows xml:base and the document's own address only; RSS links without a host mean the site they describe.
    bases = (document.url, site) if is_atom or not site else (site, document.url)
    read = _Reading(source, bases, is_atom, one_line(_string(feed, "language"), 35).replace("_", "-").lower(), now)
    links = [link for link in feed.get("links", []) if isinstance(link, dict)]
    return Parsed(
        entries=tuple(read.entry(position, raw) for position, raw in enumerate(raw_entries[:max_entries])),
        title=one_line(_string(feed, "title"), MAX_TITLE),
        language=read.language,
        site=site,
        hub=_linked(links, "hub", document.url),
        self_url=_linked(links, "self", document.url),
        hints=_hints(feed, text),
        cut=cut,
    )


def refuse_what_is_no_feed(url: str, text: str) -> None:
    """Raises ParseError in words for documents of another kind, and for those built to stall a parser."""
    root = root_name(text)
    if root == "html" and _FEED_INSIDE.search(text, 0, 5000) and _ENTRY_START.search(text):
        root = "feed"               # some sites wrap their feed in a page
    if root in _NO_FEED:
        raise ParseError(url, _NO_FEED[root])
    if text[:1] in "{[":
        raise ParseError(url, "JSON, but no JSON Feed")
    if not root:
        raise ParseError(url, "no markup at all: neither feed nor page")
    longest = max((len(piece) - piece.rfind("<") for piece in text.split(">") if len(piece) > MAX_TAG), default=0)
    if longest > MAX_TAG:
        raise ParseError(url, "a tag longer than 1 MB")
    head = text[:text.find("<" + root) if "<" + root in text else 100_000]
    if len(_ENTITY.findall(head[:200_000])) > 300:
        raise ParseError(url, "more than 300 entity declarations")
    if text.count("<!--") > text.count("-->") + 1000:
        raise ParseError(url, "comments that are never closed")


def _mended(text: str) -> str:
    """The same document without what makes the strict parser give up or the loose one raise."""
    text = _DECLARATION.sub("", text)
    if "&#" in text:
        text = _REFERENCE.sub(_possible_reference, text)
    if "<!ENTITY" not in text[:100_000].upper():
        text = _NAMED.sub(_as_sign, text)
    # feedparser makes a picture's caption the content of an entry that has a description already.
    if "<media:description" in text and "<description" in text and text.count("<media:description") == text.count("</media:description>"):
        text = _CAPTION.sub("", text)
    return text


def _possible_reference(found: re.Match[str]) -> str:
    code = int(found[1], 16) if found[1] else int(found[2])
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF):
        return "\ufffd"
    return "" if code < 32 and code not in (9, 10, 13) else found[0]


def _as_sign(found: re.Match[str]) -> str:
    # HTML names that XML does not know (&nbsp;): as signs they mean the same in text, CDATA and escaped HTML alike.
    code = html.entities.name2codepoint.get(found[1])
    return found[0] if code is None or code < 128 else chr(code)


def _first_entries(text: str, limit: int) -> tuple[str, int]:
    """The text with at most `limit` entries, and how many were left out: 10,000 entries take feedparser longer than a document may."""
    starts = [match.start() for match in _ENTRY_START.finditer(text)]
    if len(starts) <= limit:
        return text, 0
    last = 0
    for match in _ENTRY_END.finditer(text, starts[limit]):
        last = match.end()
    return text[:starts[limit]] + (text[last:] if last else ""), len(starts) - limit


def _parse(url: str, text: str) -> Any:
    try:
        return _feedparser(text)
    except Exception as error:      # ValueError, KeyError: 'where', UnicodeDecodeError, AttributeError …: all have been seen
        first = error
    for attempt in (_GEOGRAPHY.sub("", text), text):
        try:
            return _feedparser(attempt) if attempt is not text else _entry_by_entry(text)
        except Exception:
            continue
    raise ParseError(url, f"a feed that cannot be read ({type(first).__name__}: {str(first)[:100]})") from first


def _feedparser(text: str) -> Any:
    stream = io.BytesIO(b"<?xml version='1.0' encoding='utf-8'?>\n" + text.encode("utf-8", "ignore"))
    return feedparser.parse(stream, sanitize_html=False, resolve_relative_uris=False)


def _entry_by_entry(text: str) -> Any:
    """Each entry read alone behind the head of the document, so that one that breaks the parser costs only itself."""
    starts = [match.start() for match in _ENTRY_START.finditer(text)]
    if not starts:
        raise ValueError("no entries")
    head = text[:starts[0]]
    found = _feedparser(head)
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        try:
            found.entries.extend(_feedparser(head[:20_000] + text[start:end]).entries[:1])
        except Exception:
            continue
    if not found.entries:
        raise ValueError("no entry could be read")
    return found


class _Reading:
    """What all entries of one feed share."""

    def __init__(self, source: Source, bases: tuple[str, ...], is_atom: bool, language: str, now: datetime) -> None:
        self.source, self.bases, self.is_atom, self.language, self.now = source, bases, is_atom, language, now
        self.zone = ZoneInfo(source.timezone)

    def entry(self, position: int, raw: Any) -> Entry:
        title, title_is_html = _text(raw, "title")
        summary, summary_is_html = _text(raw, "summary")
        content, content_is_html = self._content(raw)
        if "summary_detail" not in raw and summary == content:      # feedparser's own copy, not the document's summary
            summary = ""
        published, published_at = self._date(raw, "published", "created")
        updated, updated_at = self._date(raw, "updated")
        if not published and not self.is_atom:      # dc:date, which feedparser takes for an update
            published, published_at, updated, updated_at = updated, updated_at, "", None
        source_title, source_url = self._publisher(raw)
        return Entry(
            position=position,
            guid=_string(raw, "id")[:MAX_TITLE * 2],
            link=self._link(raw),
            title=title[:MAX_TITLE], title_is_html=title_is_html,
            summary=summary[:MAX_CONTENT], summary_is_html=summary_is_html,
            content=content[:MAX_CONTENT], content_is_html=content_is_html,
            published=published, published_at=published_at,
            updated=updated, updated_at=updated_at,
            authors=_authors(raw), tags=_tags(raw),
            language=self._language(raw),
            source_title=source_title, source_url=source_url,
        )

    def _link(self, raw: Any) -> str:
        links = [link for link in dict.get(raw, "links", []) if isinstance(link, dict)]
        alternates = [link for link in links if link.get("rel", "alternate") == "alternate"]
        alternates.sort(key=lambda link: link.get("type", "text/html") not in _HTML)
        guid = _string(raw, "id")
        written = [_string(raw, "feedburner_origlink"), *(_string(link, "href") for link in alternates)]
        own = _string(raw, "link")
        # feedparser takes a guid for a link unless isPermaLink says no; only one that is an address can be meant so.
        written.append(own if own != guid else "")
        for link in written:
            if found := absolute(link, *self.bases):
                return found
        others = (_string(link, "href") for link in links if link.get("rel") in ("related", "via", "self"))
        return absolute(guid) or next((found for link in others if (found := absolute(link))), "")

    def _content(self, raw: Any) -> tuple[str, bool]:
        parts = [part for part in dict.get(raw, "content", []) if isinstance(part, dict) and isinstance(part.get("value"), str) and part["value"]]
        texts = [part for part in parts if part.get("type", "text/html") in _HTML or str(part.get("type", "")).startswith("text/")]
        if not texts:
            return "", True
        longest = max(texts, key=lambda part: len(part["value"]))
        return longest["value"], longest.get("type", "text/html") in _HTML

    def _date(self, raw: Any, *names: str) -> tuple[str, datetime | None]:
        words = next((text for name in names if (text := _string(raw, name))), "")[:200]
        return words, read_date(words, language=self.language or self.source.language, order=self.source.date_order, zone=self.zone, now=self.now)

    def _language(self, raw: Any) -> str:
        stated = (_string(dict.get(raw, name) or {}, "language") for name in ("title_detail", "summary_detail"))
        return one_line(next((text for text in (*stated, _string(raw, "language")) if text), self.language), 35).replace("_", "-").lower()

    def _publisher(self, raw: Any) -> tuple[str, str]:
        publisher = dict.get(raw, "source")
        if not isinstance(publisher, dict):
            return "", ""
        address = next((found for name in ("link", "href", "id") if (found := absolute(_string(publisher, name), *self.bases))), "")
        return one_line(_string(publisher, "title"), MAX_NAME), address


def _text(raw: Any, name: str) -> tuple[str, bool]:
    detail = dict.get(raw, name + "_detail") or {}
    return _string(raw, name), (detail.get("type") or "text/html") in _HTML if detail else name != "title"


def _string(raw: Any, name: str) -> str:
    value = dict.get(raw, name)
    return value.strip() if isinstance(value, str) else ""


def _authors(raw: Any) -> tuple[str, ...]:
    """The names, without addresses: nobody asked for their mail to be published again."""
    named = [_string(author, "name") for author in dict.get(raw, "authors", [])[:MAX_NAMES] if isinstance(author, dict)]
    names = named if any(named) else [_string(raw, "author")]      # some elements (itunes:author) fill the second only
    return tuple(dict.fromkeys(name for text in names if (name := _without_mail(text))))


def _without_mail(text: str) -> str:
    return one_line(re.sub(r"\(\s*\)|<\s*>|mailto:", " ", _MAIL.sub(" ", text[:MAX_AUTHOR])), MAX_NAME).strip(" ,;()<>")


def _tags(raw: Any) -> tuple[str, ...]:
    terms = (one_line(_string(tag, "label") or _string(tag, "term"), MAX_NAME) for tag in dict.get(raw, "tags", [])[:MAX_NAMES * 4] if isinstance(tag, dict))
    return tuple(dict.fromkeys(term for term in terms if term))[:MAX_NAMES]


def _linked(links: list[dict[str, Any]], relation: str, base: str) -> str:
    return next((found for link in links if relation in str(link.get("rel", "")).split() and (found := absolute(_string(link, "href"), base))), "")


def _hints(feed: Any, text: str) -> Hints:
    minutes = _number(_string(feed, "ttl"))
    hours = _PERIODS.get(_string(feed, "sy_updateperiod").lower())
    frequency = _number(_string(feed, "sy_updatefrequency")) or 1
    if hours is None and _string(feed, "sy_updatefrequency"):
        hours = _PERIODS["daily"]                   # the module's default period
    return Hints(
        ttl=timedelta(minutes=minutes) if minutes else None,
        skip_hours=tuple(sorted({hour % 24 for word in _words(_SKIP_HOURS, text) if (hour := _number(word)) is not None and hour <= 24})),
        skip_days=tuple(sorted({_DAYS.index(word.lower()) for word in _words(_SKIP_DAYS, text) if word.lower() in _DAYS})),
        period=timedelta(hours=hours) / frequency if hours else None,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


def _words(block: re.Pattern[str], text: str) -> Iterator[str]:
    found = block.search(text)
    yield from cast("list[str]", re.findall(r">\s{0,20}(\w{1,10})\s{0,20}</", found[1])) if found else ()


_HABITS = Habits(
    prefixes={uri.lower(): prefix.lower() for uri, prefix in feedparser.mixin._FeedParserMixin.namespaces.items()},
    looks_like_html=feedparser.mixin._FeedParserMixin.looks_like_html, join=feedparser.urls._urljoin, safe=feedparser.urls.make_safe_absolute_uri,
    name_of=_without_mail,
)
