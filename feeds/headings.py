"""What a feed is called, and what it says it holds.

Touches: nothing.
"""

from __future__ import annotations

from feeds import clean
from feeds.messages.words import words
from feeds.site import Site
from storage.model import Feed


def feed_title(feed: Feed, site: Site) -> str:
    """What readers see in their list of feeds: "Communiqué: Vietnam–Russia"."""
    title = clean.line(site.title)
    return words(site.language).say("feeds.titled", site=title, feed=clean.line(feed.title)) if feed.kind != "all" else title


def subtitle(feed: Feed, site: Site) -> str:
    """What a feed holds, in a sentence."""
    said, title = words(site.language), clean.line(feed.title)
    one, _, other = title.partition("–")
    return said.say(f"feeds.of_{group(feed)}", feed=title, one=one, other=other)


def group(feed: Feed) -> str:
    """With which others a feed is listed: its kind, "person" for a person, its path for what this site says of itself.

    >>> group(Feed("person/vn-to-lam", "To Lam (Vietnam)", "combination"))
    'person'
    """
    if feed.path in ("corrections", "sources"):
        return feed.path
    return "person" if feed.path.startswith("person/") else feed.kind
