"""Meetings as rows, for a spreadsheet or a program.

Touches: nothing.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from feeds.overruled import rulings_on
from storage.model import Meeting, Member, Ruling

COLUMNS = (
    "id", "day", "day_end", "earliest", "latest", "place", "state", "act", "countries", "organisations", "people", "topics", "documents", "title", "language",
    "outlets", "origins", "published", "updated", "links", "rulings",
)


def rows(meetings: Iterable[tuple[Meeting, tuple[Member, ...]]], rulings: Sequence[Ruling] = ()) -> Iterator[dict[str, Any]]:
    """A row for each meeting: plain values, lists where there are several, times in ISO 8601. `rulings` are those in force."""
    for meeting, members in meetings:
        taking_part = [party for party in meeting.parties if party.role == "party"]
        yield {
            "id": meeting.id,
            **{name: day.isoformat() if (day := getattr(meeting, name)) else "" for name in ("day", "day_end", "earliest", "latest")},
            "place": meeting.place, "state": meeting.state, "act": meeting.act,
            "countries": [party.code for party in taking_part if party.kind == "country"],
            "organisations": [party.code for party in taking_part if party.kind == "organisation"],
            "people": [{"name": person.name, "post": person.post, "country": person.country} for person in meeting.people],
            "topics": list(meeting.topics), "documents": list(meeting.agreements), "title": meeting.title, "language": meeting.language,
            "outlets": meeting.outlets, "origins": meeting.origins, "published": meeting.published.isoformat(), "updated": meeting.updated.isoformat(),
            "links": list(dict.fromkeys(member.item.url for member in members if member.item.url)),
            "rulings": [f"{ruling.id} {ruling.verb}: {ruling.subject} | {ruling.object}" for ruling in rulings_on(rulings, members)],
        }


def as_jsonl(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    """A line of JSON for each row."""
    return (json.dumps(row, ensure_ascii=False) + "\n" for row in found)


def as_csv(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The rows as CSV with a head; lists are joined by "; ", people written as "name (post, country)"."""
    yield _line(COLUMNS)
    for row in found:
        yield _line([_cell(row[column]) for column in COLUMNS])


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_cell(one) for one in value)
    if isinstance(value, dict):
        known = ", ".join(part for part in (value["post"], value["country"]) if part)
        return f"{value['name']} ({known})" if known else str(value["name"])
    text = str(value)
    # A spreadsheet would run a title that begins like a formula.
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()
