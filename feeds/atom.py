"""A feed as Atom (RFC 4287), written with feedgen.

The same meetings give the same bytes: no moment is read here, order is by
`updated` and then id, and an entry is made once for all the feeds it enters.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime

from feedgen.entry import FeedEntry  # type: ignore[import-untyped]
from feedgen.feed import FeedGenerator  # type: ignore[import-untyped]
from lxml import etree

from feeds import clean
from feeds.atom_entry import EntryExtension, FeedExtension, Link, Origin, Removed
from feeds.content import content, facts_line
from feeds.presentation import Presentation, present
from feeds.site import Site
from storage.model import Feed, Meeting, Member

MOST_ENTRIES = 100
MOST_BYTES = 512_000                            # a reader fetches this each time something changes
MOST_AUTHORS = 20
MOST_LINKS = 100
MEDIA_TYPE = "application/atom+xml"

ISO_3166 = "https://www.iso.org/iso-3166-country-codes.html"
IPTC = "http://cv.iptc.org/newscodes/mediatopic/"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A feed as bytes."""

    body: bytes
    updated: datetime
    entries: int
    left_out: tuple[tuple[str, str], ...] = ()  # meetings that could not be written, and why


class Entry(FeedEntry):  # type: ignore[misc]
    """A meeting as a feedgen entry, whose element is built once and copied into each feed."""

    def __init__(self, meeting: Presentation) -> None:
        super().__init__()
        self.key = (-meeting.updated.timestamp(), meeting.id)
        self.moment = meeting.updated
        self.meeting_id = meeting.id
        self._element: etree._Element | None = None

    def atom_entry(self, extensions: bool = True) -> etree._Element:
        if self._element is None:
            self._element = super().atom_entry(extensions)
        return deepcopy(self._element)


def render(
    feed: Feed,
    meetings: Iterable[tuple[Meeting, Sequence[Member]]],
    site: Site,
    *,
    removed: Sequence[Removed] = (),
    never_before: datetime | None = None,
) -> Rendered:
    """`feed`, holding the newest of `meetings`. One that cannot be written is left out and named; it never stops the others."""
    entries: list[Entry] = []
    left_out: list[tuple[str, str]] = []
    for meeting, members in meetings:
        try:
            entries.append(entry(present(meeting, members, site), site))
        except (ValueError, TypeError, OverflowError) as error:
            left_out.append((meeting.id, str(error)))
    rendered = render_entries(feed, entries, site, removed=removed, never_before=never_before)
    return Rendered(rendered.body, rendered.updated, rendered.entries, tuple(left_out))


def render_entries(
    feed: Feed,
    entries: Iterable[Entry],
    site: Site,
    *,
    removed: Sequence[Removed] = (),
    never_before: datetime | None = None,
) -> Rendered:
    """`feed`, holding the newest of `entries`, which other feeds may hold too.

    `never_before` is what `updated` says when there is no entry.
    """
    newest = sorted(entries, key=lambda entry: entry.key)[:MOST_ENTRIES]
    updated = newest[0].moment if newest else never_before or datetime(site.year, 1, 1, tzinfo=UTC)
    body = _document(feed, newest, site, removed, updated)
    if len(body) > MOST_BYTES:
        newest = _fitting(newest, len(body))
        body = _document(feed, newest, site, removed, updated)
    return Rendered(body, updated, len(newest))


def entry(meeting: Presentation, site: Site) -> Entry:
    """`meeting` as an entry for any number of feeds. Raises ValueError when it cannot be written."""
    page = site.url(f"meeting/{meeting.id}.html")
    made = Entry(meeting)
    made.id(site.meeting_id(meeting.id))
    made.title(clean.untagged(meeting.title))
    made.updated(meeting.updated)
    made.published(meeting.published)
    made.author([{"name": clean.untagged(outlet)} for outlet in meeting.outlets[:MOST_AUTHORS]] or [{"name": clean.untagged(clean.line(site.title))}])
    made.content(content(meeting, page), type="html")
    made.summary(clean.untagged(" ".join(meeting.summary)) or clean.untagged(facts_line(meeting)))
    made.category(list(_categories(meeting, site)), replace=True)
    made.register_extension("communique", EntryExtension, atom=True, rss=False)
    extension: EntryExtension = made.communique
    extension.links = _links(meeting, page, site)
    if meeting.language != site.language:
        extension.languages = {"title": meeting.language, **({"summary": meeting.language} if meeting.summary else {})}
    extension.source = _source(meeting, site)
    extension.start, extension.end = meeting.day, meeting.day_end
    extension.place, extension.act = meeting.place, meeting.act_code
    made.atom_entry()
    return made


def _document(feed: Feed, entries: Sequence[Entry], site: Site, removed: Sequence[Removed], updated: datetime) -> bytes:
    made = FeedGenerator()
    made.id(site.feed_id(feed.path))
    made.title(clean.untagged(feed_title(feed, site)))
    made.subtitle(clean.untagged(subtitle(feed, site)))
    made.updated(updated)
    made.language(site.language)
    made.author(_author(site))
    made.generator("Communiqué", version=site.version)
    made.link(href=site.url(f"{feed.path}.atom"), rel="self", type=MEDIA_TYPE)
    made.link(href=site.url(f"{feed.path}.html"), rel="alternate", type="text/html", hreflang=site.language)
    if site.hub:
        made.link(href=site.hub, rel="hub")
    made.register_extension("communique", FeedExtension, EntryExtension, atom=True, rss=False)
    made.communique.removed = tuple(removed)
    for one in entries:
        made.add_entry(one, order="append")
    body: bytes = made.atom_str()
    return body


def _fitting(entries: list[Entry], size: int) -> list[Entry]:
    """As many of the newest as keep the document below its limit."""
    sizes = [len(etree.tostring(one.atom_entry(), encoding="UTF-8")) for one in entries]
    while len(entries) > 1 and size > MOST_BYTES:
        size -= sizes[len(entries) - 1] - 250   # alone, an entry declares the namespace of each of its event elements once more
        entries = entries[:-1]
    return entries


def feed_title(feed: Feed, site: Site) -> str:
    """What readers see in their list of feeds: "Communiqué: Vietnam–Russia"."""
    title = clean.line(site.title)
    return f"{title}: {clean.line(feed.title)}" if feed.kind != "all" else title


def subtitle(feed: Feed, site: Site) -> str:
    """What a feed holds, in a sentence."""
    title = clean.line(feed.title)
    return {
        "all": "Official meetings, each once, whoever reported it.",
        "topic": f"Official meetings about {title}, each once, whoever reported it.",
        "country": f"Official meetings of {title}, each once, whoever reported it.",
        "pair": f"Official meetings between {title.replace('–', ' and ', 1)}, each once, whoever reported it.",
        "region": f"Official meetings of countries in {title}, each once, whoever reported it.",
        "organisation": f"Official meetings of {title}, each once, whoever reported it.",
    }.get(feed.kind, f"Official meetings chosen as “{title}”, each once, whoever reported it.")


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
    yield _category(meeting.state, site.url("state/"), meeting.state)


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

