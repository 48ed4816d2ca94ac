"""Reports, coverage, meetings, and the keys that find them.

Touches: the database it was given.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache
from itertools import combinations
from typing import Literal

from storage.codec import from_json, moment_of, moment_text, to_json
from storage.database import Database, Row, in_lists
from storage.items import COLUMNS, item_of
from storage.model import Coverage, Meeting, Member, Report
from storage.sources import source_of

FEW = 2                 # members of one source that are heard before those of other sources; see heard_of
MOST_PAIRED = 4         # countries: a conference of twenty is no meeting of any two of them
NEVER = "0000-00-00"    # before every day
ALWAYS = "9999-99-99"   # after every day
_MEMBERS = (
    f"SELECT {COLUMNS}, s.value, r.value, c.value, c.meeting_id FROM coverage c JOIN items i ON i.id = c.item_id"
    " JOIN sources s ON s.id = i.source_id JOIN reports r ON r.item_id = c.item_id AND r.position = c.position"
)


class Meetings:
    """What we conclude from the items."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # What an item reports

    def save_reports(self, item_id: str, reports: tuple[Report, ...]) -> None:
        """Replaces the reports of an item. A position that is no more loses its coverage and its keys with it."""
        with self._database.transaction():
            kept = {report.position for report in reports}
            rows = self._database.query("SELECT position FROM reports WHERE item_id = :id", {"id": item_id})
            for position in (position for (position,) in rows if position not in kept):
                self.uncover(item_id, position)
                self.index(item_id, position, (), None)
                self._database.execute("DELETE FROM reports WHERE item_id = :id AND position = :position", {"id": item_id, "position": position})
            self._database.executemany(
                "INSERT INTO reports (item_id, position, value) VALUES (:id, :position, :value)"
                " ON CONFLICT (item_id, position) DO UPDATE SET value = excluded.value",
                ({"id": item_id, "position": report.position, "value": to_json(report)} for report in reports),
            )

    def reports(self, item_id: str) -> tuple[Report, ...]:
        """The reports of an item, by position."""
        rows = self._database.query("SELECT value FROM reports WHERE item_id = :id ORDER BY position", {"id": item_id})
        return tuple(from_json(Report, value) for (value,) in rows)

    # Which reports are worth comparing

    def index(self, item_id: str, position: int, keys: Iterable[str], day: date | None) -> None:
        """Replaces the keys of a report. `day` is that of the event, or of the publication where the event's is unknown."""
        wanted, at = tuple(dict.fromkeys(keys)), day.isoformat() if day else ""
        which: dict[str, object] = {"id": item_id, "position": position}
        with self._database.transaction():
            rows = self._database.query("SELECT day, keys FROM keys_held WHERE item_id = :id AND position = :position", which)
            held_at, held = (rows[0][0], tuple(json.loads(rows[0][1]))) if rows else (at, ())
            if held == wanted and held_at == at:
                return
            self._database.executemany(
                "DELETE FROM report_keys WHERE key = :key AND day = :day AND item_id = :id AND position = :position",
                ({"key": key, "day": held_at} | which for key in held),
            )
            self._count(set(held) - set(wanted), -1)
            self._database.executemany(
                "INSERT INTO report_keys (key, day, item_id, position) VALUES (:key, :day, :id, :position)",
                ({"key": key, "day": at} | which for key in wanted),
            )
            self._count(set(wanted) - set(held), 1)
            self._database.execute(
                "INSERT INTO keys_held (item_id, position, day, keys) VALUES (:id, :position, :day, :keys)"
                " ON CONFLICT (item_id, position) DO UPDATE SET day = excluded.day, keys = excluded.keys",
                which | {"day": at, "keys": to_json(wanted)},
            )

    def _count(self, keys: Iterable[str], step: int) -> None:
        self._database.executemany(
            "INSERT INTO key_counts (key, reports) VALUES (:key, :step) ON CONFLICT (key) DO UPDATE SET reports = key_counts.reports + excluded.reports",
            ({"key": key, "step": step} for key in sorted(keys)),
        )

    def sharing(
        self, keys: Iterable[str], *, per_key: int = 50, since: date | None = None, until: date | None = None
    ) -> tuple[tuple[str, int], ...]:
        """Meetings whose reports hold some of `keys`, and how many of them they share; the most first.

        Of each key only the `per_key` newest reports are looked at, and as many
        without a day, so a common key costs no more than a rare one. A report
        without a day is within every range.
        """
        shared: Counter[str] = Counter()
        bounds = {"limit": per_key, "since": since.isoformat() if since else NEVER, "until": until.isoformat() if until else ALWAYS}
        for key in dict.fromkeys(keys):
            dated = self._database.query(
                "SELECT c.meeting_id FROM report_keys k JOIN coverage c ON c.item_id = k.item_id AND c.position = k.position"
                " WHERE k.key = :key AND k.day BETWEEN :since AND :until ORDER BY k.day DESC, k.item_id DESC, k.position DESC LIMIT :limit",
                bounds | {"key": key},
            )
            undated = self._database.query(
                "SELECT c.meeting_id FROM report_keys k JOIN coverage c ON c.item_id = k.item_id AND c.position = k.position"
                " WHERE k.key = :key AND k.day = '' ORDER BY k.item_id DESC, k.position DESC LIMIT :limit",
                {"key": key, "limit": per_key},
            )
            shared.update({meeting_id for (meeting_id,) in dated + undated})
        return tuple(sorted(shared.items(), key=lambda found: (-found[1], found[0])))

    def key_counts(self, keys: Iterable[str]) -> dict[str, int]:
        """How many reports hold each key."""
        counts = dict.fromkeys(keys, 0)
        for some in in_lists(counts):
            counts.update(self._database.query("SELECT key, reports FROM key_counts WHERE key IN (:keys)", {"keys": some}))
        return counts

    # Which meeting a report is of

    def cover(self, coverage: Coverage) -> None:
        """Replaces the coverage of a report. The meeting it joins, and one that it leaves, are to be drawn."""
        value, which = to_json(coverage), {"id": coverage.item_id, "position": coverage.position, "meeting": coverage.meeting_id}
        with self._database.transaction():
            for (left,) in self._database.query("SELECT meeting_id FROM coverage WHERE item_id = :id AND position = :position", which):
                if left != coverage.meeting_id:
                    self._to_draw(left, coverage.item_id)
            ((source, seen_at),) = self._database.query("SELECT source_id, first_seen FROM items WHERE id = :id", which)
            ((others,),) = self._database.query(
                "SELECT count(*) FROM (SELECT 1 FROM coverage WHERE meeting_id = :meeting AND source_id = :source AND item_id <> :id LIMIT :few) AS others",
                which | {"source": source, "few": FEW},
            )
            rank = f"{int(others >= FEW)}{int(bool(coverage.copy_of))}{int(coverage.kind != 'report')} {seen_at} {coverage.item_id}"
            self._database.execute(
                "INSERT INTO coverage (item_id, position, meeting_id, source_id, rank, value) VALUES (:id, :position, :meeting, :source, :rank, :value)"
                " ON CONFLICT (item_id, position) DO UPDATE SET meeting_id = excluded.meeting_id, rank = excluded.rank, value = excluded.value",
                which | {"source": source, "rank": rank, "value": value},
            )
            self._to_draw(coverage.meeting_id, "")

    def uncover(self, item_id: str, position: int) -> None:
        """Forgets which meeting a report is of; that meeting is to be drawn."""
        which: dict[str, object] = {"id": item_id, "position": position}
        with self._database.transaction():
            for (left,) in self._database.query("SELECT meeting_id FROM coverage WHERE item_id = :id AND position = :position", which):
                self._database.execute("DELETE FROM coverage WHERE item_id = :id AND position = :position", which)
                self._to_draw(left, item_id)

    def _to_draw(self, meeting_id: str, left: str) -> None:
        self._database.execute(
            "INSERT INTO undrawn (meeting_id, item_id) VALUES (:meeting, :item)"
            " ON CONFLICT (meeting_id) DO UPDATE SET item_id = CASE WHEN excluded.item_id = '' THEN undrawn.item_id ELSE excluded.item_id END",
            {"meeting": meeting_id, "item": left},
        )

    def undrawn(self) -> tuple[tuple[str, str], ...]:
        """The meetings whose members changed since they were saved or removed, each with the item that left it last, "" for none."""
        return tuple((id, left) for id, left in self._database.query("SELECT meeting_id, item_id FROM undrawn ORDER BY meeting_id"))

    def coverage(self, item_id: str) -> tuple[Coverage, ...]:
        """Which meetings an item is of, by position."""
        rows = self._database.query("SELECT value FROM coverage WHERE item_id = :id ORDER BY position", {"id": item_id})
        return tuple(from_json(Coverage, value) for (value,) in rows)

    def members(self, meeting_id: str) -> tuple[Member, ...]:
        """The reports of a meeting, the first seen first."""
        return self.members_of((meeting_id,))[meeting_id]

    def members_of(self, ids: Iterable[str]) -> dict[str, tuple[Member, ...]]:
        """The members of each meeting, the first seen first; in the order asked."""
        found: dict[str, list[Member]] = {id: [] for id in ids}
        for some in in_lists(found):
            for row in self._database.query(f"{_MEMBERS} WHERE c.meeting_id IN (:ids) ORDER BY i.first_seen, i.id, c.position", {"ids": some}):
                found[row[-1]].append(_member(row))
        return {id: tuple(members) for id, members in found.items()}

    def heard_of(self, ids: Iterable[str], most: int) -> dict[str, tuple[Member, ...]]:
        """At most `most` members of each meeting, in the order asked, without reading the others.

        The first two of every source come before the rest, independent texts before copies, reports before previews, the first seen before
        later ones: no source can drown the others. A meeting without members is left out.
        """
        found: dict[str, tuple[Member, ...]] = {}
        for id in dict.fromkeys(ids):
            rows = self._database.query(f"{_MEMBERS} WHERE c.meeting_id = :id ORDER BY c.rank LIMIT :most", {"id": id, "most": most})
            if rows:
                found[id] = tuple(map(_member, rows))
        return found

    def has_members(self, meeting_id: str) -> bool:
        """Whether any report is of that meeting."""
        return bool(self._database.query("SELECT 1 FROM coverage WHERE meeting_id = :id LIMIT 1", {"id": meeting_id}))

    def of_items(self, item_ids: Iterable[str]) -> frozenset[str]:
        """The meetings that any of the items is of."""
        return frozenset(
            id for some in in_lists(item_ids) for (id,) in self._database.query("SELECT meeting_id FROM coverage WHERE item_id IN (:ids)", {"ids": some})
        )

    def of_item(self, item_id: str) -> tuple[str, ...]:
        """The meetings an item is of, the main one first."""
        rows = self._database.query("SELECT meeting_id FROM coverage WHERE item_id = :id ORDER BY position", {"id": item_id})
        return tuple(dict.fromkeys(meeting_id for (meeting_id,) in rows))

    # The meetings themselves

    def save(self, meeting: Meeting) -> Literal["new", "changed", "same"]:
        """Takes in a meeting as it was drawn."""
        value, updated = to_json(meeting), moment_text(meeting.updated)
        day = meeting.day.isoformat() if meeting.day else ""
        with self._database.transaction():
            self._database.execute("DELETE FROM undrawn WHERE meeting_id = :id", {"id": meeting.id})
            rows = self._database.query("SELECT value FROM meetings WHERE id = :id", {"id": meeting.id})
            if rows and rows[0][0] == value:
                return "same"
            self._database.execute(
                "INSERT INTO meetings (id, day, updated, value) VALUES (:id, :day, :updated, :value)"
                " ON CONFLICT (id) DO UPDATE SET day = excluded.day, updated = excluded.updated, value = excluded.value",
                {"id": meeting.id, "day": day or None, "updated": updated, "value": value},
            )
            self._database.execute("DELETE FROM meeting_labels WHERE meeting_id = :id", {"id": meeting.id})
            self._database.executemany(
                "INSERT INTO meeting_labels (kind, code, updated, day, meeting_id) VALUES (:kind, :code, :updated, :day, :id)",
                ({"kind": kind, "code": code, "updated": updated, "day": day, "id": meeting.id} for kind, code in _labels(meeting)),
            )
            self._database.execute(
                "INSERT INTO minted (meeting_id) VALUES (:id) ON CONFLICT (meeting_id) DO UPDATE SET successor = NULL, removed_at = NULL",
                {"id": meeting.id},
            )
            self._to_publish(meeting.id)
        return "changed" if rows else "new"

    def get(self, id: str) -> Meeting | None:
        """The meeting."""
        return self.get_many((id,)).get(id)

    def get_many(self, ids: Iterable[str]) -> dict[str, Meeting]:
        """The meetings that are held, by id, in the order asked."""
        asked = tuple(ids)
        found: dict[str, str] = {}
        for some in in_lists(asked):
            found.update(self._database.query("SELECT id, value FROM meetings WHERE id IN (:ids)", {"ids": some})) 
        return {id: from_json(Meeting, found[id]) for id in asked if id in found}

    def remove(self, id: str, successor: str | None, at: datetime) -> None:
        """Forgets a meeting that proved to be `successor`, or none; its id says so for ever. Coverage that was not moved before goes with it."""
        with self._database.transaction():
            if successor is not None:
                successor = self.successor(successor) or successor
            successor = None if successor == id else successor
            self._database.execute("DELETE FROM coverage WHERE meeting_id = :id", {"id": id})
            self._database.execute("DELETE FROM undrawn WHERE meeting_id = :id", {"id": id})
            self._database.execute("DELETE FROM relations WHERE meeting_id = :id OR other_id = :id", {"id": id})
            self._database.execute("DELETE FROM meeting_labels WHERE meeting_id = :id", {"id": id})
            self._database.execute("DELETE FROM meetings WHERE id = :id", {"id": id})
            self._database.execute(
                "INSERT INTO minted (meeting_id, successor, removed_at) VALUES (:id, :successor, :at)"
                " ON CONFLICT (meeting_id) DO UPDATE SET successor = excluded.successor, removed_at = excluded.removed_at",
                {"id": id, "successor": successor, "at": moment_text(at)},
            )
            self._to_publish(id, *([successor] if successor else []))
            # Those that led here lead on, so no one ever follows more than one step.
            self._database.execute("UPDATE minted SET successor = :successor WHERE successor = :id", {"id": id, "successor": successor})

    def successor(self, id: str) -> str | None:
        """The meeting that a removed one proved to be; None for a living, an unknown, or one that proved to be nothing."""
        rows = self._database.query("SELECT successor FROM minted WHERE meeting_id = :id", {"id": id})
        return rows[0][0] if rows else None

    def removed(self, ids: Iterable[str]) -> dict[str, tuple[str | None, datetime]]:
        """Of those of `ids` that were removed: the successor, and when."""
        found: dict[str, tuple[str | None, datetime]] = {}
        for some in in_lists(ids):
            rows = self._database.query(
                "SELECT meeting_id, successor, removed_at FROM minted WHERE meeting_id IN (:ids) AND removed_at IS NOT NULL", {"ids": some}
            )
            found.update((id, (successor, moment_of(at))) for id, successor, at in rows)
        return found

    def tombstones(self) -> tuple[tuple[str, str | None, datetime], ...]:
        """The removed meetings: id, successor, when; the newest first."""
        rows = self._database.query(
            "SELECT meeting_id, successor, removed_at FROM minted WHERE removed_at IS NOT NULL ORDER BY removed_at DESC, meeting_id"
        )
        return tuple((id, successor, moment_of(at)) for id, successor, at in rows)

    def minted(self) -> frozenset[str]:
        """Every id a meeting ever had."""
        return frozenset(id for (id,) in self._database.query("SELECT meeting_id FROM minted"))

    def clear(self) -> None:
        """Forgets every report, key, coverage and meeting, so that they can be drawn again; ids and tombstones stay."""
        with self._database.transaction():
            for statement in (
                "DELETE FROM relations", "DELETE FROM meeting_labels", "DELETE FROM meetings", "DELETE FROM coverage", "DELETE FROM undrawn",
                "DELETE FROM key_counts", "DELETE FROM keys_held", "DELETE FROM report_keys", "DELETE FROM reports",
            ):
                self._database.execute(statement)

    # Which meetings there are

    def newest(self, limit: int, offset: int = 0) -> tuple[Meeting, ...]:
        """The meetings that changed last."""
        return self._listed("SELECT value FROM meetings ORDER BY updated DESC, id LIMIT :limit OFFSET :offset", {"limit": limit, "offset": offset})

    def changed_since(self, moment: datetime) -> tuple[Meeting, ...]:
        """Those updated at `moment` or later, the newest first."""
        return self._listed("SELECT value FROM meetings WHERE updated >= :moment ORDER BY updated DESC, id", {"moment": moment_text(moment)})

    def count(self) -> int:
        """How many meetings are held."""
        ((number,),) = self._database.query("SELECT count(*) FROM meetings")
        return int(number)

    def ids(self) -> Iterator[str]:
        """The ids of all meetings, in their order."""
        return iter([id for (id,) in self._database.query("SELECT id FROM meetings ORDER BY id")])

    def oldest_first(self) -> Iterator[str]:
        """The ids of all meetings, the one that changed longest ago first."""
        return iter([id for (id,) in self._database.query("SELECT id FROM meetings ORDER BY updated, id DESC")])

    def moments_of_pairs(self, *, least: int, most: int) -> dict[str, tuple[datetime, ...]]:
        """When meetings of each pair of countries last changed, the latest first and at most `most`; pairs with at least `least` meetings only."""
        rows = self._database.query(
            "SELECT code, updated FROM (SELECT code, updated, row_number() OVER (PARTITION BY code ORDER BY updated DESC) AS place,"
            " count(*) OVER (PARTITION BY code) AS number FROM meeting_labels WHERE kind = 'pair') AS pairs"
            " WHERE number >= :least AND place <= :most ORDER BY code, updated DESC",
            {"least": least, "most": most},
        )
        found: dict[str, list[datetime]] = {}
        for code, updated in rows:
            found.setdefault(code, []).append(moment_of(updated))
        return {code: tuple(moments) for code, moments in found.items()}

    def newest_ids(self, limit: int) -> tuple[str, ...]:
        """The ids of the meetings that changed last, the latest first."""
        return tuple(id for (id,) in self._database.query("SELECT id FROM meetings ORDER BY updated DESC, id LIMIT :limit", {"limit": limit}))

    def select(
        self, *, countries: tuple[str, ...] = (), every_country: tuple[str, ...] = (), topics: tuple[str, ...] = (),
        organisations: tuple[str, ...] = (), limit: int, offset: int = 0,
    ) -> tuple[Meeting, ...]:
        """The newest meetings that fit each of the keys given.

        A key is fitted by one of its values; `every_country` needs all of its
        values, of at most MOST_PAIRED countries where it names two or more.
        Countries and organisations count as parties only.
        """
        pairs = tuple(f"{first}-{second}" for first, second in combinations(sorted(set(every_country)), 2))
        groups: list[tuple[str, tuple[str, ...]]] = [("pair", (pair,)) for pair in pairs] or [("country", (code,)) for code in every_country]
        groups += [(kind, codes) for kind, codes in (("topic", topics), ("organisation", organisations), ("country", countries)) if codes]
        if not groups:
            return self.newest(limit, offset)
        (kind, codes), *others = groups
        values: dict[str, object] = {"kind": kind, "enough": limit + offset}
        conditions = ""
        for place, (other_kind, other_codes) in enumerate(others):
            conditions += (
                f" AND EXISTS (SELECT 1 FROM meeting_labels o WHERE o.meeting_id = l.meeting_id AND o.kind = :kind{place} AND o.code IN (:codes{place}))"
            )
            values |= {f"kind{place}": other_kind, f"codes{place}": other_codes}
        # The newest of one code are read straight from the index, so each code is asked for its own and the newest of all are taken.
        found: set[tuple[str, str]] = set()
        for code in dict.fromkeys(codes):
            found.update((id, updated) for id, updated in self._database.query(
                f"SELECT l.meeting_id, l.updated FROM meeting_labels l WHERE l.kind = :kind AND l.code = :code{conditions}"
                " ORDER BY l.updated DESC, l.meeting_id LIMIT :enough",
                values | {"code": code},
            ))
        newest = sorted(sorted(found), key=lambda each: each[1], reverse=True)
        return tuple(self.get_many(id for id, _ in newest[offset:offset + limit]).values())

    def parties(self) -> tuple[tuple[str, str, int], ...]:
        """Every party with its kind and the number of its meetings, by kind and code."""
        rows = self._database.query(
            "SELECT code, kind, count(*) FROM meeting_labels WHERE kind IN ('country', 'organisation') GROUP BY kind, code ORDER BY kind, code"
        )
        return tuple((code, kind, number) for code, kind, number in rows)

    def topics(self) -> tuple[tuple[str, int], ...]:
        """Every topic and the number of its meetings, by topic."""
        rows = self._database.query("SELECT code, count(*) FROM meeting_labels WHERE kind = 'topic' GROUP BY code ORDER BY code")
        return tuple((code, number) for code, number in rows)

    def pairs(self) -> tuple[tuple[str, str, int], ...]:
        """Every pair of countries that met, each in alphabetical order, and the number of their meetings of at most MOST_PAIRED countries."""
        rows = self._database.query("SELECT code, count(*) FROM meeting_labels WHERE kind = 'pair' GROUP BY code ORDER BY code")
        return tuple((*code.split("-", 1), number) for code, number in rows)

    def partners(self, country: str, others: Iterable[str]) -> dict[str, int]:
        """How often `country` met each of `others`, in meetings of at most MOST_PAIRED countries; those it never met are left out."""
        by_pair = {"-".join(sorted((country, other))): other for other in others if other != country}
        found: dict[str, int] = {}
        for some in in_lists(by_pair):
            rows = self._database.query(
                "SELECT code, count(*) FROM meeting_labels WHERE kind = 'pair' AND code IN (:codes) GROUP BY code ORDER BY code", {"codes": some}
            )
            found.update((by_pair[code], int(number)) for code, number in rows)
        return found

    def days(self, kind: Literal["country", "organisation", "topic", "pair"], code: str) -> dict[date, int]:
        """The days of meetings under one label ("RU-VN"), in their order, and how many meetings each has; those of no known day are left out."""
        rows = self._database.query(
            "SELECT day, count(*) FROM meeting_labels WHERE kind = :kind AND code = :code AND day > '' GROUP BY day ORDER BY day", {"kind": kind, "code": code}
        )
        return {date.fromisoformat(day): int(number) for day, number in rows}

    # Which meetings may be one

    def relate(self, meeting_id: str, other_id: str, score: float, reasons: tuple[str, ...]) -> None:
        """Remembers that two meetings are possibly the same; what was said of the two before is replaced."""
        first, second = sorted((meeting_id, other_id))
        if first == second:
            return
        with self._database.transaction():
            self._database.execute(
                "INSERT INTO relations (meeting_id, other_id, score, reasons) VALUES (:first, :second, :score, :reasons)"
                " ON CONFLICT (meeting_id, other_id) DO UPDATE SET score = excluded.score, reasons = excluded.reasons",
                {"first": first, "second": second, "score": score, "reasons": to_json(reasons)},
            )
            self._to_publish(first, second)

    def related(self, meeting_id: str) -> tuple[tuple[str, float, tuple[str, ...]], ...]:
        """The meetings that are possibly the same, with score and reasons; the likeliest first."""
        rows = self._database.query(
            "SELECT CASE WHEN meeting_id = :id THEN other_id ELSE meeting_id END AS other, score, reasons FROM relations"
            " WHERE meeting_id = :id OR other_id = :id ORDER BY score DESC, other",
            {"id": meeting_id},
        )
        return tuple((other, score, tuple(json.loads(reasons))) for other, score, reasons in rows)

    # Which meetings are to be published

    def any_unpublished(self) -> bool:
        """Whether a meeting changed since it was last published."""
        return bool(self._database.query("SELECT meeting_id FROM unpublished LIMIT 1"))

    def unpublished(self) -> tuple[str, ...]:
        """The meetings saved, related or removed since they were last marked as published. Kept with the change itself, so a crash forgets none."""
        return tuple(id for (id,) in self._database.query("SELECT meeting_id FROM unpublished ORDER BY meeting_id"))

    def mark_published(self, ids: Iterable[str]) -> None:
        """They were published as they stand now."""
        self._database.executemany("DELETE FROM unpublished WHERE meeting_id = :id", ({"id": id} for id in ids))

    def _to_publish(self, *ids: str) -> None:
        self._database.executemany(
            "INSERT INTO unpublished (meeting_id) VALUES (:id) ON CONFLICT (meeting_id) DO NOTHING", ({"id": id} for id in ids)
        )

    def _listed(self, sql: str, values: dict[str, object]) -> tuple[Meeting, ...]:
        return tuple(from_json(Meeting, value) for (value,) in self._database.query(sql, values))


def _member(row: Row) -> Member:
    *item, source, report, coverage, _ = row
    return Member(_source_of(source), item_of(tuple(item)), _report_of(report), _coverage_of(coverage))


# The same few meetings are read for one item after another, and reading JSON is a third of finding the meeting of an item.
_source_of = lru_cache(maxsize=1024)(source_of)


@lru_cache(maxsize=2048)
def _report_of(value: str) -> Report:
    return from_json(Report, value)


@lru_cache(maxsize=2048)
def _coverage_of(value: str) -> Coverage:
    return from_json(Coverage, value)


def _labels(meeting: Meeting) -> tuple[tuple[str, str], ...]:
    """The feeds a meeting may enter, as kind and code."""
    parties = [(party.kind, party.code) for party in meeting.parties if party.role == "party"]
    countries = sorted({code for kind, code in parties if kind == "country"})
    pairs = combinations(countries, 2) if len(countries) <= MOST_PAIRED else ()
    labels: list[tuple[str, str]] = [*parties, *(("topic", topic) for topic in meeting.topics)]
    return tuple(dict.fromkeys([*labels, *(("pair", f"{first}-{second}") for first, second in pairs)]))
