"""A feed as its documents: Atom, JSON Feed, RSS, iCalendar and a page, put together from drawings.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from feeds import atom, ical, jsonfeed, rss
from feeds.atom_entry import Removed
from feeds.messages.words import words
from feeds.notices import Note
from feeds.pages.render import feed_page
from feeds.shelf import Drawing
from feeds.site import Site
from feeds.tallies import Tally
from storage.model import Feed
from storage.publications import Edition, Entered

ENDINGS = ("atom", "json", "rss", "ics", "html")        # of a feed of meetings
SERVICE_ENDINGS = ("atom", "json", "rss", "html")       # of one in which the site speaks of itself: a correction has no day


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of a feed, by their endings."""

    bodies: Mapping[str, bytes]
    updated: datetime


def documents(
    feed: Feed, live: Sequence[Entered], gone: Sequence[Entered], entries: Mapping[str, bytes], drawings: Mapping[str, Drawing], site: Site, *,
    edition: Edition, last_word: Note | None = None, tally: Tally | None = None,
) -> Documents:
    """`feed` with its `live` entries, the newest first; `last_word` is what it says when it is retired, `tally` what its page shows in numbers."""
    shown = [each for each in live if each.meeting_id in entries and (drawing := drawings.get(each.meeting_id)) and drawing.json]
    updated = shown[0].updated if shown else edition.updated
    if last_word:
        feed, updated = replace(feed, title=words(site.language).say("feeds.retired_title", feed=feed.title)), max(updated, last_word.updated)
    removed = tuple(
        Removed(site.meeting_id(each.meeting_id), each.updated, site.url(f"meeting/{each.meeting_id}.html")) for each in gone
    )
    root = "../" * feed.path.count("/")
    drawn = [drawings[each.meeting_id] for each in shown]
    cancelled = [drawings[each.meeting_id].event for each in gone if each.meeting_id in drawings and not drawings[each.meeting_id].json]
    first = [last_word] if last_word else []
    return Documents({
        "atom": atom.document(
            feed, [*(note.entry(site) for note in first), *(entries[each.meeting_id] for each in shown)], site,
            updated=updated, removed=removed, archives=edition.archives),
        "json": jsonfeed.document(feed, [*(note.item(site) for note in first), *(each.json for each in drawn)], site),
        "rss": rss.document(feed, [*(note.rss(site) for note in first), *(each.rss for each in drawn)], site, updated=updated),
        "ics": ical.document(feed, [*(each.event for each in drawn), *cancelled], site, updated=updated),
        "html": feed_page(feed, [*(note.row(root, site) for note in first), *(each.row(root) for each in drawn)], site, tally=tally, more=edition.archives > 0),
    }, updated)


def service_documents(feed: Feed, notes: Iterable[Note], site: Site, *, never_before: datetime) -> Documents:
    """A feed in which the site speaks of itself, the newest note first."""
    listed = tuple(notes)
    updated = listed[0].updated if listed else never_before
    return Documents({
        "atom": atom.document(feed, [note.entry(site) for note in listed], site, updated=updated),
        "json": jsonfeed.document(feed, [note.item(site) for note in listed], site),
        "rss": rss.document(feed, [note.rss(site) for note in listed], site, updated=updated),
        "html": feed_page(feed, [note.row("", site) for note in listed], site),
    }, updated)
