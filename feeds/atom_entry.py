"""What feedgen 1.0.0 cannot write, or writes wrongly, as its own kind of extension.

Its entries' links lose every attribute but href (its issue 135), its `source` has
no id and no updated, and below the feed there is no xml:lang. feedgen makes
elements without a namespace and prints `xmlns` as an attribute of the feed, so
these are made in the same way.

Touches: nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from feedgen.ext.base import BaseEntryExtension, BaseExtension  # type: ignore[import-untyped]
from lxml import etree

EVENT = "http://purl.org/rss/1.0/modules/event/"            # the RSS 1.0 event module: day and place a machine can read
TOMBSTONE = "http://purl.org/atompub/tombstones/1.0"        # RFC 6721
HISTORY = "http://purl.org/syndication/history/1.0"         # RFC 5005
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of an entry, with all that RFC 4287 lets it say."""

    rel: str
    href: str
    type: str = ""
    hreflang: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """The feed an entry was taken from (RFC 4287, 4.2.11)."""

    id: str
    title: str
    updated: datetime
    url: str = ""                               # of the feed itself, "" when it may not be shown


@dataclass(frozen=True, slots=True)
class Removed:
    """An entry that is no more: merged into another meeting, or no meeting after all."""

    id: str                                     # its atom:id
    at: datetime
    page: str                                   # where its address leads now


class EntryExtension(BaseEntryExtension):  # type: ignore[misc]
    """Links, source, languages and the event module of one entry."""

    def __init__(self) -> None:
        self.links: tuple[Link, ...] = ()
        self.languages: dict[str, str] = {}     # of child elements, by name
        self.source: Origin | None = None
        self.start: date | None = None
        self.end: date | None = None
        self.place = ""
        self.act = ""

    def extend_atom(self, entry: etree._Element) -> etree._Element:
        for broken in entry.findall("link"):
            entry.remove(broken)
        for link in self.links:
            _write_link(entry, link)
        for element in entry:
            if element.tag in ("updated", "published"):
                element.text = stamp(datetime.fromisoformat(element.text or ""))
            elif language := self.languages.get(str(element.tag)):
                element.set(LANG, language)
        if self.source:
            source = etree.SubElement(entry, "source")
            etree.SubElement(source, "id").text = self.source.id
            etree.SubElement(source, "title").text = self.source.title
            etree.SubElement(source, "updated").text = stamp(self.source.updated)
            if self.source.url:
                _write_link(source, Link("self", self.source.url))
        for name, value in (
            ("startdate", self.start.isoformat() if self.start else ""),
            ("enddate", self.end.isoformat() if self.end else ""),
            ("location", self.place),
            ("type", self.act),
        ):
            if value:
                etree.SubElement(entry, f"{{{EVENT}}}{name}", nsmap={"ev": EVENT}).text = value
        return entry


class FeedExtension(BaseExtension):  # type: ignore[misc]
    """Namespaces, the form of `updated`, whether it is an archive, and what was removed."""

    def __init__(self) -> None:
        self.removed: tuple[Removed, ...] = ()
        self.archive = False

    def extend_ns(self) -> dict[str, str]:
        return {"ev": EVENT} | ({"at": TOMBSTONE} if self.removed else {}) | ({"fh": HISTORY} if self.archive else {})

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        updated = feed.find("updated")
        if updated is not None:
            updated.text = stamp(datetime.fromisoformat(updated.text or ""))
        if self.archive:
            etree.SubElement(feed, f"{{{HISTORY}}}archive")
        for removed in self.removed:
            element = etree.SubElement(feed, f"{{{TOMBSTONE}}}deleted-entry", ref=removed.id, when=stamp(removed.at))
            _write_link(element, Link("related", removed.page, "text/html"))
        return feed


def stamp(moment: datetime) -> str:
    """`moment` as RFC 3339 writes it, in UTC.

    >>> stamp(datetime(2026, 3, 4, 9, tzinfo=UTC))
    '2026-03-04T09:00:00Z'
    """
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _write_link(parent: etree._Element, link: Link) -> None:
    element = etree.SubElement(parent, "link", rel=link.rel, href=link.href)
    for name, value in (("type", link.type), ("hreflang", link.hreflang), ("title", link.title)):
        if value:
            element.set(name, value)
