"""Items, and the raw entries they came from.

Touches: the database it was given.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

from storage.codec import moment_of, moment_text, to_json
from storage.database import Database, Row, Values, in_lists
from storage.folding import word_line
from storage.model import Item
from storage.searching import condition

COLUMNS = (
    "i.id, i.source_id, i.outlet, i.url, i.title, i.summary, i.body, i.html, i.language, i.published, i.first_seen,"
    " i.guid, i.authors, i.tags, i.credit, i.hash"
)
Saved = Literal["new", "changed", "same"]

REVISIONS = 20  # of one item that are kept: a real text is corrected a few times
PAGE = 500      # items read at once while walking over all of them: a few megabytes


def item_of(row: Row) -> Item:
    """The item in a row of COLUMNS."""
    id, source_id, outlet, url, title, summary, body, html, language, published, first_seen, guid, authors, tags, credit, hash = row
    return Item(
        id, source_id, outlet, url, title, summary, body, html, language, moment_of(published) if published else None, moment_of(first_seen),
        guid, tuple(json.loads(authors)) if authors != "[]" else (), tuple(json.loads(tags)) if tags != "[]" else (), credit, hash,
    )


class Items:
    """What the sources said."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, item: Item, raw: str, seen_at: datetime) -> Saved:
        """Takes in what a document said: `raw` is the entry as JSON, kept for each revision.

        A changed item keeps the time it was first seen and waits for a decision
        again. Markup, tags and a date that only moves forward are no change: many
        sites renew them at every visit.
        """
        return self.save_all(((item, raw),), seen_at)[0]

    def save_all(self, found: Iterable[tuple[Item, str]], seen_at: datetime) -> tuple[Saved, ...]:
        """As `save` for each item with its raw entry, in few statements: what became of each, in their order."""
        pairs, outcomes = tuple(found), list[Saved]()
        written, entries, changed = list[tuple[Item, datetime]](), list[Values](), list[str]()
        with self._database.transaction():
            known = self.get_many(item.id for item, _ in pairs)
            for item, raw in pairs:
                before = known.get(item.id)
                if before and _said(before) == _said(item) and not _is_better_date(item.published, before.published):
                    outcomes.append("same")
                    continue
                outcomes.append("changed" if before else "new")
                first_seen = before.first_seen if before else item.first_seen
                written.append((item, first_seen))
                entries.append({"id": item.id, "hash": item.hash, "seen_at": moment_text(seen_at), "raw": raw})
                if before:
                    changed.append(item.id)
                known[item.id] = replace(item, first_seen=first_seen)      # it may stand here twice
            self._write(written)
            self._database.executemany(
                "INSERT INTO entries (item_id, hash, seen_at, raw) VALUES (:id, :hash, :seen_at, :raw)"
                " ON CONFLICT (item_id, hash) DO UPDATE SET seen_at = excluded.seen_at, raw = excluded.raw", entries)
            for id in dict.fromkeys(changed):
                self._drop_revisions(id)
        return tuple(outcomes)

    def _drop_revisions(self, item_id: str) -> None:
        """A text with a counter in it is another one at every visit: of its revisions the first and the newest stay."""
        self._database.execute(
            "DELETE FROM entries WHERE item_id = :id AND hash IN"
            " (SELECT hash FROM entries WHERE item_id = :id AND seen_at > (SELECT min(seen_at) FROM entries WHERE item_id = :id)"
            " ORDER BY seen_at DESC, hash LIMIT 1000 OFFSET :kept)",
            {"id": item_id, "kept": REVISIONS - 1},
        )

    def redraw(self, item: Item) -> None:
        """Replaces an item that is held by what this program reads in the same entry; the time it was first seen stays."""
        with self._database.transaction():
            ((first_seen,),) = self._database.query("SELECT first_seen FROM items WHERE id = :id", {"id": item.id}) or [(moment_text(item.first_seen),)]
            self._write([(item, moment_of(first_seen))])

    def _write(self, items: Iterable[tuple[Item, datetime]]) -> None:
        """Puts items down, each with the time it was first seen, and the words they are searched by."""
        listed = tuple(items)
        self._database.executemany(
            "INSERT INTO items (id, source_id, outlet, url, title, summary, body, html, language, published, first_seen,"
            " guid, authors, tags, credit, hash, decided)"
            " VALUES (:id, :source_id, :outlet, :url, :title, :summary, :body, :html, :language, :published, :first_seen,"
            " :guid, :authors, :tags, :credit, :hash, 0)"
            " ON CONFLICT (id) DO UPDATE SET outlet = excluded.outlet, url = excluded.url, title = excluded.title,"
            " summary = excluded.summary, body = excluded.body, html = excluded.html, language = excluded.language,"
            " published = excluded.published, guid = excluded.guid, authors = excluded.authors, tags = excluded.tags,"
            " credit = excluded.credit, hash = excluded.hash, decided = 0",
            (
                {
                    "id": item.id, "source_id": item.source_id, "outlet": item.outlet, "url": item.url, "title": item.title,
                    "summary": item.summary, "body": item.body, "html": item.html, "language": item.language,
                    "published": moment_text(item.published) if item.published else None, "first_seen": moment_text(first_seen),
                    "guid": item.guid, "authors": to_json(item.authors), "tags": to_json(item.tags), "credit": item.credit, "hash": item.hash,
                }
                for item, first_seen in listed
            ),
        )
        self._database.executemany(
            "INSERT INTO item_words (item_id, words) VALUES (:id, :words) ON CONFLICT (item_id) DO UPDATE SET words = excluded.words",
            ({"id": item.id, "words": f" {' '.join(filter(None, map(word_line, (item.title, item.summary, item.body))))} "} for item, _ in listed),
        )

    def get(self, id: str) -> Item | None:
        """The item."""
        return self.get_many((id,)).get(id)

    def get_many(self, ids: Iterable[str]) -> dict[str, Item]:
        """The items that are held, by id, in the order asked."""
        found: dict[str, Item] = {}
        asked = tuple(ids)
        for some in in_lists(asked):
            rows = self._database.query(f"SELECT {COLUMNS} FROM items i WHERE i.id IN (:ids)", {"ids": some})
            found.update((row[0], item_of(row)) for row in rows)
        return {id: found[id] for id in asked if id in found}

    def known(self, ids: Iterable[str]) -> frozenset[str]:
        """Which of `ids` are held."""
        return frozenset(id for some in in_lists(ids) for (id,) in self._database.query("SELECT id FROM items WHERE id IN (:ids)", {"ids": some}))

    def addresses(self, ids: Iterable[str]) -> dict[str, str]:
        """Of those of `ids` that are held, the url."""
        return dict(row for some in in_lists(ids) for row in self._database.query("SELECT id, url FROM items WHERE id IN (:ids)", {"ids": some}))

    def alike(self, source_id: str, *, urls: Iterable[str], dates: Iterable[datetime], hashes: Iterable[str]) -> tuple[Item, ...]:
        """The items of a source with one of these urls, dates of publication or hashes, the first seen first."""
        asked = {"url": tuple(urls), "published": tuple(moment_text(moment) for moment in dates), "hash": tuple(hashes)}
        found: dict[str, Item] = {}
        for column, values in asked.items():
            for some in in_lists(values):
                rows = self._database.query(
                    f"SELECT {COLUMNS} FROM items i WHERE i.source_id = :source AND i.{column} IN (:values)", {"source": source_id, "values": some}
                )
                found.update((row[0], item_of(row)) for row in rows)
        return tuple(sorted(found.values(), key=lambda item: (item.first_seen, item.id)))

    def known_urls(self, source_id: str, urls: Iterable[str]) -> frozenset[str]:
        """Which of `urls` this source has brought already."""
        return frozenset(
            url
            for some in in_lists(urls)
            for (url,) in self._database.query("SELECT url FROM items WHERE url IN (:urls) AND source_id = :source", {"urls": some, "source": source_id})
        )

    def all(self) -> Iterator[Item]:
        """Every item, the first seen first. The store may be written to meanwhile."""
        seen_at, id = "", ""
        while rows := self._database.query(
            f"SELECT {COLUMNS} FROM items i WHERE (i.first_seen, i.id) > (:seen_at, :id) ORDER BY i.first_seen, i.id LIMIT :limit",
            {"seen_at": seen_at, "id": id, "limit": PAGE},
        ):
            for row in rows:
                yield item_of(row)
            id, seen_at = rows[-1][0], rows[-1][10]

    def count(self) -> int:
        """How many items are held."""
        ((number,),) = self._database.query("SELECT count(*) FROM items")
        return int(number)

    def raw(self, item_id: str) -> str:
        """The newest entry of the item, as JSON; "" when there is none."""
        rows = self._database.query(
            "SELECT e.raw FROM entries e WHERE e.item_id = :id ORDER BY e.seen_at DESC, e.hash LIMIT 1", {"id": item_id}
        )
        return str(rows[0][0]) if rows else ""

    def revisions(self, item_id: str) -> tuple[tuple[datetime, str], ...]:
        """Every text the item has had, as raw entries with the time each was last seen to be new; the oldest first."""
        rows = self._database.query("SELECT seen_at, raw FROM entries WHERE item_id = :id ORDER BY seen_at, hash", {"id": item_id})
        return tuple((moment_of(seen_at), raw) for seen_at, raw in rows)

    def undecided(self, limit: int) -> tuple[Item, ...]:
        """Items whose reports and coverage are still to be drawn, the first seen first; of those seen at once the first published."""
        rows = self._database.query(
            f"SELECT {COLUMNS} FROM items i WHERE i.decided = 0 ORDER BY i.first_seen, coalesce(i.published, ''), i.id LIMIT :limit", {"limit": limit}
        )
        return tuple(map(item_of, rows))

    def latest_bodies(self, source_id: str, until: datetime, limit: int) -> tuple[str, ...]:
        """The texts of the last `limit` items of a source that were first seen by `until`, the newest last; those without one left out."""
        rows = self._database.query(
            "SELECT i.body FROM items i WHERE i.source_id = :source AND i.first_seen <= :until AND i.body <> ''"
            " ORDER BY i.first_seen DESC, i.id DESC LIMIT :limit",
            {"source": source_id, "until": moment_text(until), "limit": limit},
        )
        return tuple(body for (body,) in reversed(rows))

    def undecided_count(self, most: int) -> int:
        """How many items wait for a decision, counted no further than `most`."""
        ((count,),) = self._database.query("SELECT count(*) FROM (SELECT 1 FROM items i WHERE i.decided = 0 LIMIT :most) AS waiting", {"most": most})
        return int(count)

    def mark_decided(self, ids: Iterable[str]) -> None:
        """Remembers that reports and coverage of these were drawn."""
        with self._database.transaction():
            for some in in_lists(ids):
                self._database.execute("UPDATE items SET decided = 1 WHERE id IN (:ids)", {"ids": some})

    def mark_all_undecided(self) -> None:
        """Lets every item be decided again."""
        self._database.execute("UPDATE items SET decided = 0 WHERE decided = 1")

    def with_hash(self, hash: str) -> tuple[str, ...]:
        """The items of equal content, the first seen first."""
        return tuple(id for (id,) in self._database.query("SELECT id FROM items WHERE hash = :hash ORDER BY first_seen, id", {"hash": hash}))

    def with_url(self, url: str) -> tuple[str, ...]:
        """The items at one address, whoever brought them, the first seen first; none for ""."""
        if not url:
            return ()
        return tuple(id for (id,) in self._database.query("SELECT id FROM items WHERE url = :url ORDER BY first_seen, id", {"url": url}))

    def last_document(self, source_id: str) -> dict[str, str]:
        """The ids of the items that the entries of the source's last document are, by the entries' fingerprints."""
        rows = self._database.query("SELECT entries FROM last_documents WHERE source_id = :source", {"source": source_id})
        return dict(json.loads(rows[0][0])) if rows else {}

    def keep_last_document(self, source_id: str, entries: Mapping[str, str]) -> None:
        """Replaces what was known of the source's last document."""
        self._database.execute(
            "INSERT INTO last_documents (source_id, entries) VALUES (:source, :entries) ON CONFLICT (source_id) DO UPDATE SET entries = excluded.entries",
            {"source": source_id, "entries": to_json(dict(entries))},
        )

    def forget_last_documents(self) -> None:
        """Lets every entry be read again when it is seen next."""
        self._database.execute("DELETE FROM last_documents")

    def wait(self, source_id: str, entries: Iterable[tuple[str, str]], seen_at: datetime, *, most: int) -> int:
        """Keeps entries (the id of the item each makes, and its JSON) for another day; no more than `most` of one source. Returns how many of it wait."""
        with self._database.transaction():
            ((waiting,),) = self._database.query("SELECT count(*) FROM waiting WHERE source_id = :source", {"source": source_id})
            for id, raw in entries:
                if waiting >= most:
                    break
                waiting += self._database.execute(
                    "INSERT INTO waiting (source_id, item_id, seen_at, raw) VALUES (:source, :id, :seen_at, :raw) ON CONFLICT (source_id, item_id) DO NOTHING",
                    {"source": source_id, "id": id, "seen_at": moment_text(seen_at), "raw": raw},
                )
        return int(waiting)

    def admit(self, source_id: str, limit: int) -> tuple[tuple[str, str], ...]:
        """Takes the entries that have waited longest out again: the id of the item each makes, and its JSON."""
        with self._database.transaction():
            rows = self._database.query(
                "SELECT item_id, raw FROM waiting WHERE source_id = :source ORDER BY seen_at, item_id LIMIT :limit", {"source": source_id, "limit": limit}
            )
            for some in in_lists(id for id, _ in rows):
                self._database.execute("DELETE FROM waiting WHERE source_id = :source AND item_id IN (:ids)", {"source": source_id, "ids": some})
        return tuple((id, raw) for id, raw in rows)

    def waiting(self) -> dict[str, int]:
        """How many entries of each source wait."""
        return {id: int(number) for id, number in self._database.query("SELECT source_id, count(*) FROM waiting GROUP BY source_id ORDER BY source_id")}

    def forget(self, before: datetime) -> int:
        """Forgets the items first seen before that moment which report no meeting; returns how many. Those that do stay, as their meetings do."""
        old = "SELECT i.id FROM items i WHERE i.first_seen < :before AND i.decided = 1 AND NOT EXISTS (SELECT 1 FROM reports r WHERE r.item_id = i.id)"
        with self._database.transaction():
            ids = tuple(id for (id,) in self._database.query(old, {"before": moment_text(before)}))
            for some in in_lists(ids):
                self._database.execute("DELETE FROM entries WHERE item_id IN (:ids)", {"ids": some})
                self._database.execute("DELETE FROM item_words WHERE item_id IN (:ids)", {"ids": some})
                self._database.execute("DELETE FROM items WHERE id IN (:ids)", {"ids": some})
        return len(ids)

    def search(self, text: str, limit: int) -> tuple[Item, ...]:
        """The items that hold each word of `text`, or a word that begins with it, with or without diacritics; the newest first."""
        every, values = condition(text)
        if not every:
            return ()
        rows = self._database.query(
            f"SELECT {COLUMNS} FROM item_words w JOIN items i ON i.id = w.item_id WHERE {every} ORDER BY i.first_seen DESC, i.id LIMIT :limit",
            {**values, "limit": limit},
        )
        return tuple(map(item_of, rows))


def _said(item: Item) -> tuple[str, ...]:
    """What makes an item another one when it changes."""
    return item.hash, item.outlet, item.url, item.title, item.summary, item.body, item.language, item.credit


def _is_better_date(new: datetime | None, old: datetime | None) -> bool:
    return new is not None and (old is None or new < old)
