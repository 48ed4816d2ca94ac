"""What was published: files, feeds, the entries in them, and what was last said of each meeting.

All of it can be made anew from the meetings but for two things: which entries
went into which archive, and what readers were told before.

Touches: the database it was given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from storage.codec import moment_of, moment_text
from storage.database import Database, in_lists
from storage.model import Publication

LIVE, GONE = 0, -1      # documents of a feed: 1 and more are its archives


@dataclass(frozen=True, slots=True)
class Edition:
    """A feed as it stands published."""

    path: str
    kind: str
    title: str
    appeared: datetime
    updated: datetime
    archives: int = 0                           # how many there are; the newest bears this number
    retired_at: datetime | None = None
    moved_to: str = ""                          # the path of the feed it became
    files: str = "{}"                           # JSON: its documents with their hashes and sizes


@dataclass(frozen=True, slots=True)
class Entered:
    """A meeting's entry in a feed."""

    meeting_id: str
    path: str
    document: int                               # LIVE, GONE, or the number of an archive
    updated: datetime                           # of the entry; when it was taken out for one that is gone
    size: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What was last said of a meeting."""

    meeting_id: str
    facts: str                                  # JSON, the publishing room's own
    sequence: int
    made_with: str
    entry: bytes = b""
    others: bytes = b""


@dataclass(frozen=True, slots=True)
class Notice:
    """An entry that is no meeting."""

    path: str                                   # of its feed
    id: str
    updated: datetime
    value: str                                  # JSON, the publishing room's own


class Publications:
    """What readers have been given."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Files

    def all(self) -> dict[str, Publication]:
        """Every file by its path, in the order of paths."""
        rows = self._database.query("SELECT path, hash, updated FROM publications ORDER BY path")
        return {path: Publication(path, hash, moment_of(updated)) for path, hash, updated in rows}

    def get(self, path: str) -> Publication | None:
        """What the file at `path` last said."""
        return self.get_many((path,)).get(path)

    def get_many(self, paths: Iterable[str]) -> dict[str, Publication]:
        """What the files at `paths` last said, those that were ever written."""
        found: dict[str, Publication] = {}
        for some in in_lists(paths):
            rows = self._database.query("SELECT path, hash, updated FROM publications WHERE path IN (:paths)", {"paths": some})
            found.update((path, Publication(path, hash, moment_of(updated))) for path, hash, updated in rows)
        return found

    def save_many(self, publications: Iterable[Publication]) -> None:
        """Remembers what was written."""
        with self._database.transaction():
            self._database.executemany(
                "INSERT INTO publications (path, hash, updated) VALUES (:path, :hash, :updated)"
                " ON CONFLICT (path) DO UPDATE SET hash = excluded.hash, updated = excluded.updated",
                ({"path": each.path, "hash": each.hash, "updated": moment_text(each.updated)} for each in publications),
            )

    def forget(self, paths: Iterable[str]) -> None:
        """Forgets files that were removed."""
        with self._database.transaction():
            for some in in_lists(paths):
                self._database.execute("DELETE FROM publications WHERE path IN (:paths)", {"paths": some})

    # Feeds

    def editions(self) -> dict[str, Edition]:
        """Every feed that was ever published, by its path, in the order of paths."""
        rows = self._database.query("SELECT path, kind, title, appeared, updated, archives, retired_at, moved_to, files FROM editions ORDER BY path")
        return {
            path: Edition(path, kind, title, moment_of(appeared), moment_of(updated), archives, moment_of(retired) if retired else None, moved_to, files)
            for path, kind, title, appeared, updated, archives, retired, moved_to, files in rows
        }

    def save_editions(self, editions: Iterable[Edition]) -> None:
        """Replaces how feeds stand."""
        self._database.executemany(
            "INSERT INTO editions (path, kind, title, appeared, updated, archives, retired_at, moved_to, files)"
            " VALUES (:path, :kind, :title, :appeared, :updated, :archives, :retired_at, :moved_to, :files)"
            " ON CONFLICT (path) DO UPDATE SET kind = excluded.kind, title = excluded.title, appeared = excluded.appeared, updated = excluded.updated,"
            " archives = excluded.archives, retired_at = excluded.retired_at, moved_to = excluded.moved_to, files = excluded.files",
            ({
                "path": each.path, "kind": each.kind, "title": each.title, "appeared": moment_text(each.appeared), "updated": moment_text(each.updated),
                "archives": each.archives, "retired_at": moment_text(each.retired_at) if each.retired_at else None, "moved_to": each.moved_to,
                "files": each.files,
            } for each in editions),
        )

    # Entries in feeds

    def entered(self, meeting_ids: Iterable[str]) -> dict[str, tuple[Entered, ...]]:
        """Of each meeting the feeds it is or was in, by path; in the order asked."""
        found: dict[str, list[Entered]] = {id: [] for id in meeting_ids}
        for some in in_lists(found):
            rows = self._database.query(
                "SELECT meeting_id, path, document, updated, size FROM entered WHERE meeting_id IN (:ids) ORDER BY meeting_id, path", {"ids": some}
            )
            for row in rows:
                found[row[0]].append(_entered(*row))
        return {id: tuple(entries) for id, entries in found.items()}

    def current(self, paths: Iterable[str]) -> dict[str, tuple[Entered, ...]]:
        """Of each feed the entries of its live document and those that were taken out, the newest first; in the order asked."""
        found: dict[str, list[Entered]] = {path: [] for path in paths}
        for some in in_lists(found):
            rows = self._database.query(
                "SELECT meeting_id, path, document, updated, size FROM entered WHERE path IN (:paths) AND document <= 0 ORDER BY updated DESC, meeting_id",
                {"paths": some},
            )
            for row in rows:
                found[row[1]].append(_entered(*row))
        return {path: tuple(entries) for path, entries in found.items()}

    def archived(self, path: str, document: int) -> tuple[Entered, ...]:
        """The entries of one archive that have not changed since, the newest first."""
        rows = self._database.query(
            "SELECT meeting_id, path, document, updated, size FROM entered WHERE path = :path AND document = :document ORDER BY updated DESC, meeting_id",
            {"path": path, "document": document},
        )
        return tuple(_entered(*row) for row in rows)

    def count_archived(self, path: str) -> int:
        """How many entries of a feed lie in its archives."""
        ((number,),) = self._database.query("SELECT count(*) FROM entered WHERE path = :path AND document > 0", {"path": path})
        return int(number)

    def enter(self, entries: Iterable[Entered]) -> None:
        """Replaces where meetings stand in feeds."""
        self._database.executemany(
            "INSERT INTO entered (meeting_id, path, document, updated, size) VALUES (:id, :path, :document, :updated, :size)"
            " ON CONFLICT (meeting_id, path) DO UPDATE SET document = excluded.document, updated = excluded.updated, size = excluded.size",
            ({
                "id": each.meeting_id, "path": each.path, "document": each.document, "updated": moment_text(each.updated), "size": each.size,
            } for each in entries),
        )

    def leave(self, entries: Iterable[tuple[str, str]]) -> None:
        """Forgets that meetings were ever in feeds: (meeting, path)."""
        self._database.executemany("DELETE FROM entered WHERE meeting_id = :id AND path = :path", ({"id": id, "path": path} for id, path in entries))

    # What was said of meetings

    def told(self, meeting_ids: Iterable[str]) -> dict[str, Told]:
        """What was last said of meetings, without the renderings."""
        found: dict[str, Told] = {}
        for some in in_lists(meeting_ids):
            rows = self._database.query("SELECT meeting_id, facts, sequence, made_with FROM told WHERE meeting_id IN (:ids)", {"ids": some})
            found.update((id, Told(id, facts, sequence, made_with)) for id, facts, sequence, made_with in rows)
        return found

    def told_of(self) -> Iterator[str]:
        """Every meeting of which anything was ever said."""
        return iter([id for (id,) in self._database.query("SELECT meeting_id FROM told ORDER BY meeting_id")])

    def tell(self, told: Iterable[Told]) -> None:
        """Replaces what was last said of meetings."""
        self._database.executemany(
            "INSERT INTO told (meeting_id, facts, sequence, made_with, entry, others) VALUES (:id, :facts, :sequence, :made_with, :entry, :others)"
            " ON CONFLICT (meeting_id) DO UPDATE SET facts = excluded.facts, sequence = excluded.sequence, made_with = excluded.made_with,"
            " entry = excluded.entry, others = excluded.others",
            ({
                "id": each.meeting_id, "facts": each.facts, "sequence": each.sequence, "made_with": each.made_with, "entry": each.entry, "others": each.others,
            } for each in told),
        )

    def entries(self, meeting_ids: Iterable[str], made_with: str) -> Mapping[str, bytes]:
        """The Atom entries of meetings, those that were made with `made_with`."""
        return self._rendered("entry", meeting_ids, made_with)

    def others(self, meeting_ids: Iterable[str], made_with: str) -> Mapping[str, bytes]:
        """The other renderings of meetings, those that were made with `made_with`."""
        return self._rendered("others", meeting_ids, made_with)

    def _rendered(self, column: str, meeting_ids: Iterable[str], made_with: str) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for some in in_lists(meeting_ids):
            rows = self._database.query(
                f"SELECT meeting_id, {column} FROM told WHERE meeting_id IN (:ids) AND made_with = :made_with", {"ids": some, "made_with": made_with}
            )
            found.update((id, bytes(value)) for id, value in rows)
        return found

    # Entries that are no meetings

    def notices(self, path: str, limit: int) -> tuple[Notice, ...]:
        """The newest notices of a feed."""
        rows = self._database.query(
            "SELECT path, id, updated, value FROM notices WHERE path = :path ORDER BY updated DESC, id LIMIT :limit", {"path": path, "limit": limit}
        )
        return tuple(Notice(path, id, moment_of(updated), value) for path, id, updated, value in rows)

    def notice(self, notices: Iterable[Notice]) -> None:
        """Takes in notices; one that is known already is replaced."""
        self._database.executemany(
            "INSERT INTO notices (path, id, updated, value) VALUES (:path, :id, :updated, :value)"
            " ON CONFLICT (path, id) DO UPDATE SET updated = excluded.updated, value = excluded.value",
            ({"path": each.path, "id": each.id, "updated": moment_text(each.updated), "value": each.value} for each in notices),
        )

    def prune_notices(self, path: str, keep: int) -> None:
        """Forgets all but the newest notices of a feed."""
        rows = self._database.query(
            "SELECT id FROM notices WHERE path = :path ORDER BY updated DESC, id LIMIT :many OFFSET :keep", {"path": path, "keep": keep, "many": 1_000_000}
        )
        self._database.executemany("DELETE FROM notices WHERE path = :path AND id = :id", ({"path": path, "id": id} for (id,) in rows))


def _entered(meeting_id: str, path: str, document: int, updated: str, size: int) -> Entered:
    return Entered(meeting_id, path, document, moment_of(updated), size)
