"""How this site names itself: its addresses, and the ids that never change.

An id is a tag: URI (RFC 4151) of the host and year of the first run, which the
store keeps for ever; an address is under `base_url`, which may change.

Touches: nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from storage.model import Topic

_AUTHORITY = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\Z")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}\Z")
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))})   # no file on Windows may bear them


@dataclass(frozen=True, slots=True)
class Site:
    """What every document we publish says of where it is from."""

    title: str
    base_url: str                               # ends with "/"
    authority: str                              # the host in tag: URIs
    year: int                                   # the year in tag: URIs
    contact: str = ""                           # an address or a page; "" for none
    language: str = "en"                        # of the words we write ourselves
    hub: str = ""
    version: str = ""
    topics: tuple[Topic, ...] = ()
    search: bool = False                        # whether our own server, which can search, answers at `base_url`

    def url(self, path: str = "") -> str:
        """The public address of a published file."""
        return self.base_url + path

    def meeting_id(self, meeting_id: str) -> str:
        """The atom:id of a meeting. Raises ValueError when the meeting's id is not one of ours."""
        return f"tag:{self.authority},{self.year}:{name(meeting_id)}"

    def feed_id(self, path: str) -> str:
        """The atom:id of a feed."""
        return f"tag:{self.authority},{self.year}:feed/{path}"

    def source_id(self, source_id: str) -> str:
        """The id by which a feed names a source."""
        return f"tag:{self.authority},{self.year}:source/{name(source_id)}"

    def own_id(self, kind: str, rest: str) -> str:
        """The id of an entry that is no meeting; `rest` may hold names parted by slashes."""
        return f"tag:{self.authority},{self.year}:{kind}/{'/'.join(quote(part, safe='') for part in rest.split('/'))}"

    def topic(self, topic_id: str) -> Topic:
        """The topic of that id, titled by its id when it is none of ours."""
        return next((topic for topic in self.topics if topic.id == topic_id), Topic(topic_id, topic_id))


def name(text: str) -> str:
    """`text`, when a file or an id may be called so: [a-z0-9-], at most 80, no dash first, none that a system reserves. Raises ValueError when not."""
    if not _NAME.match(text) or text in _RESERVED:
        raise ValueError(f"{text[:80]!r} cannot name a file")
    return text


def authority_of(base_url: str) -> str:
    """The host of `base_url` as a tag: URI takes it; "localhost" for an address that has no such name (IPv6).

    >>> authority_of("https://News.Example.org:8080/x/"), authority_of("http://[::1]/")
    ('news.example.org', 'localhost')
    """
    host = (urlsplit(base_url).hostname or "").encode("idna").decode("ascii").lower()
    return host if _AUTHORITY.match(host) else "localhost"
