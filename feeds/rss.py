"""A feed as RSS 2.0, for readers that know no Atom.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from feeds import clean
from feeds.content import content, facts_line
from feeds.headings import feed_title, subtitle
from feeds.messages.words import words
from feeds.presentation import Presentation
from feeds.site import Site
from storage.model import Feed

NAMESPACES = (
    ("atom", "http://www.w3.org/2005/Atom"), ("content", "http://purl.org/rss/1.0/modules/content/"), ("dc", "http://purl.org/dc/elements/1.1/"),
)
ISO_3166 = "https://www.iso.org/iso-3166-country-codes.html"
MOST_AUTHORS = 20


def item(meeting: Presentation, site: Site, html: str = "") -> bytes:
    """`meeting` as an item for any number of feeds; `html` is its content where that is drawn already."""
    said = words(site.language)
    page = site.url(f"meeting/{meeting.id}.html")
    categories = [(topic.name, site.url("topic/")) for topic in meeting.topics] + [(party.code, ISO_3166) for party in meeting.countries]
    source = meeting.sources[0] if len(meeting.sources) == 1 and meeting.sources[0].kind else None
    return _item(
        site.meeting_id(meeting.id), meeting.heading, " ".join(meeting.summary) or facts_line(meeting, said), html or content(meeting, page, said),
        meeting.published, page,
        "".join(f"<dc:creator>{_text(outlet)}</dc:creator>" for outlet in meeting.outlets[:MOST_AUTHORS])
        + "".join(f'<category domain="{_plain(domain)}">{_text(name)}</category>' for name, domain in categories)
        + (f'<source url="{_plain(source.kind)}">{_text(source.name)}</source>' if source else ""),
    )


def note(id: str, title: str, html: str, summary: str, updated: datetime, published: datetime, page: str, site: Site) -> bytes:
    """An item that is no meeting: something this site says itself."""
    return _item(id, title, summary or title, html, published, page, f"<dc:creator>{_text(clean.line(site.title))}</dc:creator>")


def document(feed: Feed, items: Iterable[bytes], site: Site, *, updated: datetime) -> bytes:
    """`feed` as one document holding `items`, the newest first."""
    address, page = site.url(f"{feed.path}.rss"), site.url(f"{feed.path}.html")
    declared = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES)
    head = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"{declared}><channel><title>{_text(feed_title(feed, site))}</title>'
        f"<link>{_plain(page)}</link><description>{_text(subtitle(feed, site))}</description><language>{site.language}</language>"
        f"<lastBuildDate>{_date(updated)}</lastBuildDate><generator>{_text(f'Communiqué {site.version}'.strip())}</generator>"
        f'<atom:link href="{_plain(address)}" rel="self" type="application/rss+xml"/>'
    )
    return b"".join((head.encode("utf-8"), *(part for each in items for part in (b"\n", each)), b"\n</channel></rss>\n"))


# A description is HTML in RSS, so plain words are escaped once for HTML and once for XML.
def _item(id: str, title: str, summary: str, html: str, published: datetime, page: str, more: str) -> bytes:
    return (
        f'<item><title>{_text(title)}</title><link>{_plain(page)}</link><guid isPermaLink="false">{_plain(id)}</guid><pubDate>{_date(published)}</pubDate>'
        f"<description>{_plain(escape(summary, quote=False))}</description><content:encoded>{_plain(html)}</content:encoded>{more}</item>"
    ).encode()


def _text(text: str) -> str:
    return _plain(clean.untagged(text))


def _plain(text: str) -> str:
    return escape(text, quote=True)


def _date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)
