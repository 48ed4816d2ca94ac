"""Meetings read from the store and made ready, so that a meeting in ten feeds is made ready once.

Bounded: when it is full the meetings used longest ago are made anew if asked for again.

Touches: the store, which it reads.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from feeds.atom import Entry, entry
from feeds.pages.render import Row, row
from feeds.presentation import Presentation, present
from feeds.site import Site
from storage.model import Meeting
from storage.store import Store

MOST_HELD = 2_000                               # about 30 kB each, most of it the entry's elements


class _Held:
    """What was made of one meeting."""

    __slots__ = ("entry", "presentation", "rows")

    def __init__(self, presentation: Presentation) -> None:
        self.presentation = presentation
        self.entry: Entry | None = None
        self.rows: dict[str, Row] = {}


class Shelf:
    """The meetings at hand. `failed` holds those that cannot be shown, and why."""

    def __init__(self, store: Store, site: Site, paths: frozenset[str]) -> None:
        self._store, self._site, self._paths = store, site, paths
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self.failed: dict[str, str] = {}

    def shown(self, meetings: Sequence[Meeting], *, with_evidence: bool = False) -> tuple[Meeting, ...]:
        """Takes `meetings` on the shelf; those of them that can be shown, in the same order."""
        missing = [meeting for meeting in meetings if meeting.id not in self._held and meeting.id not in self.failed]
        members = self._store.meetings.members_of([meeting.id for meeting in missing])
        for meeting in missing:
            try:
                self._held[meeting.id] = _Held(present(meeting, members.get(meeting.id, ()), self._site, with_evidence=with_evidence))
            except (ValueError, TypeError, OverflowError) as error:
                self.failed[meeting.id] = str(error)
        shown = tuple(meeting for meeting in meetings if meeting.id in self._held)
        for meeting in shown:
            self._held.move_to_end(meeting.id)
        while len(self._held) > max(MOST_HELD, len(shown)):
            self._held.popitem(last=False)
        return shown

    def has(self, meeting_id: str) -> bool:
        return meeting_id in self._held

    def presentation(self, meeting_id: str) -> Presentation:
        return self._held[meeting_id].presentation

    def entries(self, meetings: Sequence[Meeting]) -> list[Entry]:
        """Their entries, without those that cannot be written."""
        found = []
        for held in (self._held[meeting.id] for meeting in meetings):
            if held.entry is None and held.presentation.id not in self.failed:
                try:
                    held.entry = entry(held.presentation, self._site)
                except (ValueError, TypeError, OverflowError) as error:
                    self.failed[held.presentation.id] = str(error)
            if held.entry is not None:
                found.append(held.entry)
        return found

    def row(self, meeting_id: str, root: str) -> Row:
        held = self._held[meeting_id]
        if root not in held.rows:
            held.rows[root] = row(held.presentation, self._paths, root)
        return held.rows[root]
