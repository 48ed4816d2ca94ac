"""Which entries each document of a feed holds: the live one, its archives, and what was taken out.

A feed grows at its new end. When its live document is full the oldest entries
move into an archive, which is never written again; one of them that changes
returns to the live document. Entered one after another, or all at once from the
oldest, the same entries come to lie in the same documents.

Touches: the store, in which the rolls are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from storage.publications import GONE, LIVE, Entered, Publications

MOST_ENTRIES = 100                              # in a live document
MOST_BYTES = 490_000                            # of its entries: with its head, and what was removed, it stays below 512 kB
ARCHIVED = 50                                   # entries that go into an archive together
MOST_REMOVED = 50                               # that a live document still names


class Roll:
    """The live entries of one feed and those that were taken out."""

    def __init__(self, entries: Iterable[Entered]) -> None:
        self._live: dict[str, Entered] = {}
        self._gone: dict[str, Entered] = {}
        self._bytes = 0
        for each in entries:
            if each.document == LIVE:
                self.enter(each)
            else:
                self._gone[each.meeting_id] = each

    def enter(self, entry: Entered) -> None:
        """Puts an entry into the live document, in place of what the meeting had there."""
        self._gone.pop(entry.meeting_id, None)
        self._bytes += entry.size - (self._live[entry.meeting_id].size if entry.meeting_id in self._live else 0)
        self._live[entry.meeting_id] = entry

    def take_out(self, entry: Entered) -> None:
        """Takes a meeting out of the feed."""
        self.drop(entry.meeting_id)
        self._gone[entry.meeting_id] = entry

    def drop(self, meeting_id: str) -> None:
        """Takes an entry out of the live document without a word."""
        if old := self._live.pop(meeting_id, None):
            self._bytes -= old.size

    def overflow(self) -> tuple[Entered, ...]:
        """The oldest entries, newest first, that must go into an archive now; none while the live document is not full."""
        if len(self._live) < 2 or (len(self._live) <= MOST_ENTRIES and self._bytes <= MOST_BYTES):
            return ()
        chosen: list[Entered] = []
        size = 0
        for entry in reversed(self.live[1:]):
            if len(chosen) == ARCHIVED or (chosen and size + entry.size > MOST_BYTES):
                break
            chosen.append(entry)
            size += entry.size
        return tuple(reversed(chosen))

    @property
    def live(self) -> tuple[Entered, ...]:
        """The entries of the live document, the newest first."""
        return tuple(sorted(self._live.values(), key=_newest_first))

    @property
    def gone(self) -> tuple[Entered, ...]:
        """What was taken out, the latest first."""
        return tuple(sorted(self._gone.values(), key=_newest_first))

    def forget_oldest(self) -> tuple[str, ...]:
        """The meetings taken out so long ago that the document no longer names them: they are forgotten."""
        oldest = tuple(entry.meeting_id for entry in self.gone[MOST_REMOVED:])
        for meeting_id in oldest:
            del self._gone[meeting_id]
        return oldest


class Rolls:
    """The rolls of the feeds at hand, and what of them has changed since it was last kept."""

    def __init__(self, publications: Publications) -> None:
        self._publications = publications
        self._rolls: dict[str, Roll] = {}
        self._changed: dict[tuple[str, str], Entered] = {}

    def load(self, paths: Iterable[str]) -> None:
        """Reads the rolls of feeds that are not at hand."""
        missing = [path for path in dict.fromkeys(paths) if path not in self._rolls]
        for path, entries in self._publications.current(missing).items():
            self._rolls[path] = Roll(entries)

    def roll(self, path: str) -> Roll:
        if path not in self._rolls:
            self.load((path,))
        return self._rolls[path]

    def enter(self, path: str, meeting_id: str, updated: datetime, size: int, before: Entered | None) -> None:
        """Puts a meeting into a feed. One that lies in an archive and has not moved since stays there."""
        if before and before.document > LIVE and before.updated == updated:
            return
        entry = Entered(meeting_id, path, LIVE, updated, size)
        self.roll(path).enter(entry)
        self._note(entry)

    def take_out(self, path: str, meeting_id: str, at: datetime) -> None:
        """Takes a meeting out of a feed, which says so from then on."""
        entry = Entered(meeting_id, path, GONE, at)
        self.roll(path).take_out(entry)
        self._note(entry)

    def archive(self, entries: Sequence[Entered], number: int) -> None:
        """Moves entries from the live document of their feed into its archive of that number."""
        for entry in entries:
            self.roll(entry.path).drop(entry.meeting_id)
            self._note(replace(entry, document=number))

    def keep(self) -> None:
        """Keeps what has changed."""
        self._publications.enter(self._changed.values())
        forgotten = [(id, path) for path in {path for _, path in self._changed} for id in self._rolls[path].forget_oldest()]
        self._publications.leave(forgotten)
        self._changed = {}

    def _note(self, entry: Entered) -> None:
        self._changed[entry.meeting_id, entry.path] = entry


def _newest_first(entry: Entered) -> tuple[float, str]:
    return -entry.updated.timestamp(), entry.meeting_id
