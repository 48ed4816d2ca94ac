"""Meetings in every format, drawn once when they change and remembered for all the feeds they are in.

What a meeting looks like depends on the meeting and on the site alone, so a feed is
put together from remembered pieces: ninety-nine entries cost nothing when the
hundredth changes.

Touches: the store, in which the drawings are kept.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import TypeVar

from markupsafe import Markup

from feeds import atom, ical, jsonfeed, rss
from feeds.catalogue import Catalogue
from feeds.content import content
from feeds.corrections import Facts, facts_of
from feeds.messages.words import words
from feeds.pages.lists import Row, row
from feeds.presentation import Presentation, present
from feeds.site import Site
from storage.codec import from_json, to_json
from storage.model import Meeting, Member
from storage.publications import Told
from storage.store import Store

T = TypeVar("T")

LEVEL = 1                                       # of what is remembered: level 6 makes a tenth less of a meeting in twice the time
MOST_HELD = 3_000                               # drawings in memory: some 10 kB each
ROOT = "\0"                                     # in a row, where the way to the front page goes: a character that no published text holds


@dataclass(frozen=True, slots=True)
class Drawing:
    """A meeting as feeds and lists hold it, all but its Atom entry."""

    json: bytes
    rss: bytes
    event: bytes                                # b"" when it has no place in a calendar
    day: date | None
    planned: bool
    listed: str                                 # as a row of a list, with ROOT in its links
    labels: tuple[str, ...] = ()                # the paths of the feeds it is in

    def row(self, root: str) -> Row:
        """It as a row of a page from which the site begins at `root`."""
        return Row(self.day, self.planned, Markup(self.listed.replace(ROOT, root)), self.labels)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A meeting drawn anew."""

    meeting: Meeting
    members: tuple[Member, ...]
    told: Presentation
    facts: Facts
    before: Facts | None                        # what readers were told last; None for nothing
    size: int                                   # bytes of its entry


class Shelf:
    """The drawings at hand. `failed` holds the meetings that cannot be shown, and why."""

    def __init__(self, store: Store, site: Site, catalogue: Catalogue, made_with: str) -> None:
        self._store, self._site, self._catalogue, self._made_with = store, site, catalogue, made_with
        self._entries: OrderedDict[str, bytes] = OrderedDict()
        self._drawings: OrderedDict[str, Drawing] = OrderedDict()
        self._new: dict[str, Told] = {}
        self.failed: dict[str, str] = {}

    def draw(self, meetings: Sequence[Meeting]) -> list[Drawn]:
        """Draws meetings anew; those that can be shown, in the same order."""
        members = self._store.meetings.members_of(meeting.id for meeting in meetings)
        before = self._store.publications.told(meeting.id for meeting in meetings)
        found = []
        for meeting in meetings:
            try:
                found.append(self._draw(meeting, members.get(meeting.id, ()), before.get(meeting.id)))
            except (ValueError, TypeError, OverflowError) as error:
                self.failed[meeting.id] = str(error)
        return found

    def _draw(self, meeting: Meeting, members: tuple[Member, ...], before: Told | None) -> Drawn:
        told = present(meeting, members, self._site)
        html = content(told, self._site.url(f"meeting/{told.id}.html"), words(self._site.language))
        entry = atom.entry(told, self._site, html)
        event = ical.event(told, self._site, 0)
        digest = sha256(event).hexdigest()[:16] if event else ""
        facts = facts_of(meeting, told, digest)
        said = from_json(Facts, before.facts) if before else None
        # Seconds, so that a store that is made anew goes on above the numbers that calendars know.
        seconds = max(0, int((told.updated - told.published).total_seconds()))
        sequence = before.sequence if before and said and said.event == digest else max(seconds, before.sequence + 1 if before else 0)
        paths = frozenset(feed.path for feed in self._catalogue.feeds_of(meeting) if not feed.path.startswith("person/"))
        drawing = Drawing(
            jsonfeed.item(told, self._site, html), rss.item(told, self._site, html), ical.with_sequence(event, sequence), told.day, told.state == "planned",
            str(row(told, paths, ROOT, self._site).html), tuple(sorted(paths)),
        )
        self._new[meeting.id] = Told(meeting.id, to_json(facts), sequence, self._made_with, zlib.compress(entry, LEVEL), _packed(drawing))
        _hold(self._entries, meeting.id, entry)
        _hold(self._drawings, meeting.id, drawing)
        return Drawn(meeting, members, told, facts, said, len(entry))

    def end(self, told: Told, facts: Facts, sequence: int, cancelled: bytes) -> None:
        """Keeps of a meeting that is no more only what was said of it, and its calendar event."""
        drawing = Drawing(b"", b"", cancelled, None, False, "")
        self._new[told.meeting_id] = replace(told, facts=to_json(facts), sequence=sequence, made_with=self._made_with, entry=b"", others=_packed(drawing))
        _hold(self._entries, told.meeting_id, b"")
        _hold(self._drawings, told.meeting_id, drawing)

    def entries(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """The Atom entries of meetings; those that cannot be shown are not among them."""
        missing = [id for id in ids if id not in self._entries]
        for id, packed in self._store.publications.entries(missing, self._made_with).items():
            with suppress(ValueError, zlib.error):      # what cannot be read is drawn again
                _hold(self._entries, id, zlib.decompress(packed) if packed else b"")
        self._draw_missing([id for id in missing if id not in self._entries])
        return {id: entry for id in ids if (entry := self._entries.get(id))}

    def drawings(self, ids: Sequence[str]) -> Mapping[str, Drawing]:
        """The other drawings of meetings; of one that is no more only its calendar event is left."""
        missing = [id for id in ids if id not in self._drawings]
        for id, packed in self._store.publications.others(missing, self._made_with).items():
            with suppress(ValueError, zlib.error):
                _hold(self._drawings, id, _unpacked(packed))
        self._draw_missing([id for id in missing if id not in self._drawings])
        return {id: self._drawings[id] for id in ids if id in self._drawings}

    def keep(self) -> None:
        """Keeps what was drawn."""
        self._store.publications.tell(self._new.values())
        self._new = {}

    def _draw_missing(self, ids: Sequence[str]) -> None:
        """Draws what should be remembered and is not."""
        if wanted := [id for id in ids if id not in self.failed]:
            self.draw(tuple(self._store.meetings.get_many(wanted).values()))


def _hold(held: OrderedDict[str, T], id: str, what: T) -> None:
    held[id] = what
    held.move_to_end(id)
    while len(held) > MOST_HELD:
        held.popitem(last=False)


def _packed(drawing: Drawing) -> bytes:
    """A drawing as one compressed value: what it says of its parts on the first line, then the parts."""
    parts = (drawing.json, drawing.rss, drawing.event, drawing.listed.encode())
    lengths, labels = " ".join(str(len(part)) for part in parts), ",".join(drawing.labels)
    head = f"{drawing.day or ''} {'planned' if drawing.planned else 'held'} {labels} {lengths}\n"
    return zlib.compress(b"".join((head.encode(), *parts)), LEVEL)


def _unpacked(packed: bytes) -> Drawing:
    whole = zlib.decompress(packed)
    end = whole.index(b"\n") + 1
    day, state, labels, *lengths = whole[: end - 1].decode().split(" ")
    parts = []
    for length in map(int, lengths):
        parts.append(whole[end : end + length])
        end += length
    item, channel_item, event, listed = parts
    known = date.fromisoformat(day) if day else None
    return Drawing(item, channel_item, event, known, state == "planned", listed.decode(), tuple(filter(None, labels.split(","))))
