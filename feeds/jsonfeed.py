"""A feed as JSON Feed 1.1, with the facts of each meeting under `_communique`.

One item a line, so that what changed can be seen line by line.

Touches: nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime

from feeds import clean
from feeds.atom_entry import stamp
from feeds.content import content, facts_line
from feeds.headings import feed_title, subtitle
from feeds.messages.words import words
from feeds.presentation import Line, Named, Presentation
from feeds.site import Site
from storage.model import Feed

VERSION = "https://jsonfeed.org/version/1.1"
MOST_LINES = 100                                # reports listed with an item
MOST_AUTHORS = 20

Plain = dict[str, object]


def item(meeting: Presentation, site: Site, html: str = "") -> bytes:
    """`meeting` as an item for any number of feeds; `html` is its content where that is drawn already."""
    said = words(site.language)
    page = site.url(f"meeting/{meeting.id}.html")
    origin = next((line.url for line in meeting.coverage if line.url), "")
    return _line({
        "id": site.meeting_id(meeting.id),
        "url": page,
        **({"external_url": origin} if origin else {}),
        "title": clean.untagged(meeting.heading),
        "content_html": html or content(meeting, page, said),
        "summary": clean.untagged(" ".join(meeting.summary)) or clean.untagged(facts_line(meeting, said)),
        "date_published": stamp(meeting.published),
        "date_modified": stamp(meeting.updated),
        "authors": [{"name": clean.untagged(outlet)} for outlet in meeting.outlets[:MOST_AUTHORS]] or [{"name": clean.untagged(clean.line(site.title))}],
        "tags": list(dict.fromkeys(clean.untagged(each.name) for each in (*meeting.topics, *meeting.parties))),
        "language": site.language,
        "_communique": facts(meeting, site),
    })


def note(id: str, title: str, html: str, summary: str, updated: datetime, published: datetime, page: str, site: Site) -> bytes:
    """An item that is no meeting: something this site says itself."""
    return _line({
        "id": id, "url": page, "title": clean.untagged(title), "content_html": html, "summary": clean.untagged(summary) or clean.untagged(title),
        "date_published": stamp(published), "date_modified": stamp(updated), "language": site.language,
    })


def facts(meeting: Presentation, site: Site) -> Plain:
    """What is known of a meeting, for machines; what is not known is not there."""
    known: Plain = {
        "meeting": meeting.id,
        "state": meeting.state,
        "act": meeting.act_code,
        "day": _day(meeting.day),
        "day_end": _day(meeting.day_end),
        "earliest": _day(meeting.earliest),
        "latest": _day(meeting.latest),
        "place": meeting.place,
        "parties": [_party(party) for party in meeting.parties],
        "people": [
            _known({"name": name, "post": post, "country": side.party.code if side.party else ""}) for side in meeting.sides for name, post in side.people
        ],
        "topics": [{"id": topic.code, "title": topic.name} for topic in meeting.topics],
        "iptc": [f"medtop:{topic.code}" for topic in meeting.iptc],
        "documents": list(meeting.agreements),
        "headline": _known({"title": meeting.title, "language": meeting.language}),
        "outlets": len(meeting.outlets),
        "origins": meeting.origins,
        "coverage": [_report(line) for line in meeting.coverage[:MOST_LINES]],
        "disagreements": [
            {"fact": each.fact, "values": [{"value": raw, "outlets": list(outlets)} for raw, (_, outlets) in zip(each.said, each.values, strict=False)]}
            for each in meeting.disagreements
        ],
    }
    return _known(known)


def document(feed: Feed, items: Iterable[bytes], site: Site) -> bytes:
    """`feed` as one document holding `items`, the newest first."""
    author: Plain = {"name": clean.untagged(clean.line(site.title)) or "Communiqué", "url": site.url()}
    head = _line({
        "version": VERSION,
        "title": clean.untagged(feed_title(feed, site)),
        "home_page_url": site.url(f"{feed.path}.html"),
        "feed_url": site.url(f"{feed.path}.json"),
        "description": clean.untagged(subtitle(feed, site)),
        "language": site.language,
        "authors": [author],
        "_communique": {"about": site.url("feeds.opml"), "id": site.feed_id(feed.path)},
    })
    return head[:-1] + b',"items":[\n' + b",\n".join(items) + b"\n]}\n"


def _line(value: Plain) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _known(value: Plain) -> Plain:
    return {name: each for name, each in value.items() if each not in ("", None, [], ())}


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _party(party: Named) -> Plain:
    return {"code": party.code, "kind": party.kind, "name": party.name}


def _report(line: Line) -> Plain:
    return _known({
        "outlet": line.outlet, "role": line.role, "kind": line.kind, "title": line.title, "language": line.language, "url": line.url,
        "published" if line.dated else "seen": stamp(line.at), "credit": line.credit, "reprints": [_report(reprint) for reprint in line.reprints[:MOST_LINES]],
    })
