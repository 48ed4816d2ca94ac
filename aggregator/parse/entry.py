"""A document, and the entries it holds, as the document has them.

Nothing is believed yet: strings are as written, dates are raw beside what could
be read of them, links may be missing, relative or hostile.

Touches: nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.model import NO_HINTS, Hints, PageRules

LAYOUT = "the layout may have changed"      # how an operator, and what watches over the sources, knows a page whose selectors find nothing


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes a poll brought, and what the server said of them."""

    url: str                                    # where they came from, after redirects
    body: bytes
    content_type: str = ""                      # as sent: "application/rss+xml; charset=utf-8"
    fetched_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a document, as the document has it."""

    position: int                               # in the document, from 0
    guid: str = ""
    link: str = ""                              # absolute where the document or its base allows
    title: str = ""                             # may hold markup when `title_is_html`
    title_is_html: bool = False
    summary: str = ""
    summary_is_html: bool = True
    content: str = ""
    content_is_html: bool = True
    published: str = ""                         # raw
    published_at: datetime | None = None        # UTC; None when it could not be read
    updated: str = ""                           # raw
    updated_at: datetime | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = ""                          # xml:lang or the like
    source_title: str = ""                      # the publisher the entry names (RSS source, atom:source)
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document as entries."""

    entries: tuple[Entry, ...]
    title: str = ""
    language: str = ""
    site: str = ""                              # the human page it speaks of
    hub: str = ""                               # WebSub
    self_url: str = ""
    hints: Hints = NO_HINTS
    cut: int = 0                                # entries left out because of the limit


@dataclass(frozen=True, slots=True)
class NamedFeed:
    """A feed that a page names."""

    url: str
    title: str = ""
    kind: str = ""                              # the media type it gives; "" for a link in the text


@dataclass(frozen=True, slots=True)
class Proposal:
    """Selectors for a page, with the first entries they give."""

    rules: PageRules
    count: int                                  # of all entries
    dated: int                                  # of them, those with a date that can be read
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Discovered:
    """What can be followed of a page."""

    title: str
    feeds: tuple[NamedFeed, ...]
    proposals: tuple[Proposal, ...]             # the best first; none where there are feeds
