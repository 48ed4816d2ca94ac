"""A feed as Atom (RFC 4287) with its archives (RFC 5005), written with feedgen.

The same meetings give the same bytes: no moment is read here, order is by
`updated` and then id, and an entry is written once for all the documents it enters.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from feedgen.entry import FeedEntry  # type: ignore[import-untyped]
from feedgen.feed import FeedGenerator  # type: ignore[import-untyped]
from lxml import etree

from feeds import clean
from feeds.atom_entry import EVENT, EntryExtension, FeedExtension, Link, Origin, Removed
from feeds.content import content, facts_line
from feeds.headings import feed_title as feed_title
from feeds.headings import subtitle as subtitle
from feeds.messages.words import words
from feeds.presentation import Presentation
from feeds.site import Site
from storage.model import Feed

MOST_AUTHORS = 20
MOST_LINKS = 100
MEDIA_TYPE = "application/atom+xml"

ISO_3166 = "https://www.iso.org/iso-3166-country-codes.html"
IPTC = "http://cv.iptc.org/newscodes/mediatopic/"


def entry(meeting: Presentation, site: Site, html: str = "") -> bytes:
    """`meeting` as an entry for any number of feeds; `html` is its content where that is drawn already. Raises ValueError when it cannot be written."""
    said = words(site.language)
    page = site.url(f"meeting/{meeting.id}.html")
    made = FeedEntry()
    made.id(site.meeting_id(meeting.id))
    made.title(clean.untagged(meeting.heading))
    made.updated(meeting.updated)
    made.published(meeting.published)
    made.author([{"name": clean.untagged(outlet)} for outlet in meeting.outlets[:MOST_AUTHORS]] or [{"name": clean.untagged(clean.line(site.title))}])
    made.content(html or content(meeting, page, said), type="html")
    made.summary(clean.untagged(" ".join(meeting.summary)) or clean.untagged(facts_line(meeting, said)))
    made.category(list(_categories(meeting, site)), replace=True)
    made.register_extension("communique", EntryExtension, atom=True, rss=False)
    extension: EntryExtension = made.communique
    extension.links = _links(meeting, page, site)
    if meeting.language != site.language:
        extension.languages = ({} if meeting.composed else {"title": meeting.language}) | ({"summary": meeting.language} if meeting.summary else {})
    extension.source = _source(meeting, site)
    extension.start, extension.end = meeting.day, meeting.day_end
    extension.place, extension.act = clean.untagged(meeting.place), clean.untagged(meeting.act_code)
    return _written(made)


def note(id: str, title: str, html: str, summary: str, updated: datetime, published: datetime, page: str, site: Site) -> bytes:
    """An entry that is no meeting: something this site says itself."""
    made = FeedEntry()
    made.id(id)
    made.title(clean.untagged(title))
    made.updated(updated)
    made.published(published)
    made.author([_author(site)])
    made.content(html, type="html")
    made.summary(clean.untagged(summary) or clean.untagged(title))
    made.register_extension("communique", EntryExtension, atom=True, rss=False)
    made.communique.links = (Link("alternate", page, "text/html", site.language),)
    return _written(made)


def document(
    feed: Feed, entries: Iterable[bytes], site: Site, *, updated: datetime, removed: Sequence[Removed] = (), archives: int = 0, archive: int = 0,
) -> bytes:
    """`feed` as one document holding `entries`, the newest first.

    `archives` is how many archives there are; `archive` is which of them this is,
    0 for the live document. An archive is never written again, so it names the one
    after it by the address it will have.
    """
    live = f"{feed.path}.atom"
    made = FeedGenerator()
    made.id(site.feed_id(feed.path))
    made.title(clean.untagged(feed_title(feed, site)))
    made.subtitle(clean.untagged(subtitle(feed, site)))
    made.updated(updated)
    made.language(site.language)
    made.author(_author(site))
    made.generator("Communiqué", version=site.version)
    made.link(href=site.url(archive_path(feed.path, archive) if archive else live), rel="self", type=MEDIA_TYPE)
    made.link(href=site.url(f"{feed.path}.html"), rel="alternate", type="text/html", hreflang=site.language)
    if archive:
        made.link(href=site.url(live), rel="current", type=MEDIA_TYPE)
        made.link(href=site.url(archive_path(feed.path, archive + 1)), rel="next-archive", type=MEDIA_TYPE)
    elif site.hub:
        made.link(href=site.hub, rel="hub")
    if before := archive - 1 if archive else archives:
        made.link(href=site.url(archive_path(feed.path, before)), rel="prev-archive", type=MEDIA_TYPE)
    made.register_extension("communique", FeedExtension, atom=True, rss=False)
    made.communique.removed, made.communique.archive = tuple(removed), bool(archive)
    head: bytes = made.atom_str()
    end = head.rindex(b"</feed>")
    return b"".join((head[:end], *(part for each in entries for part in (b"\n", each)), b"\n", head[end:]))


def archive_path(path: str, archive: int) -> str:
    """Where an archive of the feed at `path` lies below the publish directory."""
    return f"{path}/archive/{archive}.atom"


def _written(made: FeedEntry) -> bytes:
    """An entry as it stands inside a feed that declares the namespaces."""
    root = etree.Element("feed", nsmap={"ev": EVENT})
    root.append(made.atom_entry())
    body = etree.tostring(root, encoding="UTF-8")
    return body[body.index(b"<entry>") : body.rindex(b"</feed>")]


def _author(site: Site) -> dict[str, str]:
    author = {"name": clean.untagged(clean.line(site.title)) or "Communiqué"}
    contact = site.contact.removeprefix("mailto:").strip()
    if "@" in contact and not any(character.isspace() or character in "<>:/" for character in contact):
        author["email"] = clean.line(contact)
    else:
        author["uri"] = clean.address(contact) or site.url()
    return author


def _categories(meeting: Presentation, site: Site) -> Iterable[dict[str, str]]:
    for topic in meeting.topics:
        yield _category(topic.code, site.url("topic/"), topic.name)
    for topic in meeting.iptc:
        yield _category(topic.code, IPTC, topic.name)
    for party in meeting.countries:
        yield _category(party.code, ISO_3166, party.name)
    for party in meeting.organisations:
        yield _category(party.code, site.url("organisation/"), party.name)
    if meeting.act_code:
        yield _category(meeting.act_code, site.url("kind/"), meeting.act)
    yield _category(meeting.state, site.url("state/"), words(site.language).find(f"states.{meeting.state}", meeting.state))


def _category(term: str, scheme: str, label: str) -> dict[str, str]:
    return {"term": clean.untagged(term), "scheme": scheme, "label": clean.untagged(label)}


def _links(meeting: Presentation, page: str, site: Site) -> tuple[Link, ...]:
    links = [Link("alternate", page, "text/html", site.language)]
    reports = {line.url: line for line in reversed(meeting.lines) if line.url}
    shown = [line for line in meeting.lines if reports.get(line.url) is line]
    if origin := next((line for line in meeting.coverage if line.url), None):
        links.append(Link("via", origin.url, "text/html", origin.language, _link_title(origin.outlet, origin.title)))
    links += (Link("related", line.url, "text/html", line.language, _link_title(line.outlet, line.title)) for line in shown[:MOST_LINKS])
    return tuple(links)


def _link_title(outlet: str, title: str) -> str:
    return clean.untagged(f"{outlet}: {title}" if outlet != title else outlet)


def _source(meeting: Presentation, site: Site) -> Origin | None:
    """The source, when it alone reports the meeting (RFC 4287, 4.2.11)."""
    if len(meeting.sources) != 1:
        return None
    source = meeting.sources[0]
    return Origin(site.source_id(source.code), clean.untagged(source.name), meeting.updated, source.kind)
