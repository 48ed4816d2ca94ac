"""Whom to tell that feeds have changed (WebSub, the publisher's side).

Only what is to be sent is said here; it is sent by whoever may use the network,
after the files are in their places, for a hub fetches at once.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from feeds.site import Site

MEDIA_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Ping:
    """A POST to a hub: any answer of 200 to 299 is well."""

    hub: str
    topic: str                                  # the feed that changed: the address its self link names
    body: bytes
    content_type: str = MEDIA_TYPE


def pings(paths: Iterable[str], site: Site) -> tuple[Ping, ...]:
    """What to tell the site's hub after a round that wrote the files at `paths`; nothing when it has no hub.

    Only live Atom documents name a hub, so only they are topics: one ping each,
    because hubs differ in whether they take several at once.

    >>> [ping.topic for ping in pings(["all.atom", "all/archive/1.atom", "all.html"], Site("x", "https://a.example/", "a.example", 2026, hub="https://h.example/"))]
    ['https://a.example/all.atom']
    """
    if not site.hub:
        return ()
    topics = (site.url(path) for path in sorted(set(paths)) if path.endswith(".atom") and "/archive/" not in path)
    return tuple(Ping(site.hub, topic, urlencode({"hub.mode": "publish", "hub.topic": topic, "hub.url": topic}).encode("ascii")) for topic in topics)
