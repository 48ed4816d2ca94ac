"""The `match` command: items as JSON lines in, their meetings out.

The lines are a stream in the order given. They go through the very steps a poll
goes through (aggregator/ingest.py), over a store in memory.

Touches: a store in memory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from aggregator.errors import AggregatorError
from aggregator.ingest import Intake
from aggregator.parse.entry import Entry, Parsed
from aggregator.placing import Reading, unread
from aggregator.understand.countries import home_of
from storage.model import Item, Report, Source
from storage.store import Store, open_store

# A stream tells offsets, not places; these zones keep the offsets that no whole-hour zone has.
HALF_HOURS = {
    timedelta(hours=3, minutes=30): "Asia/Tehran",
    timedelta(hours=4, minutes=30): "Asia/Kabul",
    timedelta(hours=5, minutes=30): "Asia/Kolkata",
    timedelta(hours=5, minutes=45): "Asia/Kathmandu",
    timedelta(hours=6, minutes=30): "Asia/Yangon",
    timedelta(hours=9, minutes=30): "Australia/Darwin",
    timedelta(hours=-3, minutes=-30): "America/St_Johns",
}
BEGINNING = datetime(1990, 1, 1, tzinfo=UTC)    # when an undated item that comes first was seen, for want of anything better
MARKUP = re.compile(r"</?(?:p|br|div|a|b|i|em|strong|ul|li|span)\b[^<>]*>", re.IGNORECASE)
TEXTS = ("id", "source", "outlet", "lang", "url", "published", "title", "summary", "body", "text")


class MatchError(AggregatorError):
    """The input of `match` is not as it should be. `mistakes` lists the lines."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


def read_lines(lines: Iterable[str], name: str) -> tuple[dict[str, str], ...]:
    """The rows of a JSON Lines stream. Raises MatchError with every line that is none, lacks an id or repeats one."""
    rows: list[dict[str, str]] = []
    mistakes: list[str] = []
    first: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            mistakes.append(f"{name}: line {number}: not JSON: {error}")
            continue
        if not isinstance(row, dict) or not isinstance(row.get("id"), str | int) or isinstance(row.get("id"), bool):
            mistakes.append(f'{name}: line {number}: needs an object with an "id"')
            continue
        wrong = [key for key in TEXTS[1:] if not isinstance(row.get(key, ""), str | None)]
        if wrong:
            mistakes.append(f"{name}: line {number}: {', '.join(wrong)} must be text")
            continue
        texts = {key: str(row.get(key) if row.get(key) is not None else "") for key in TEXTS}
        if texts["id"] in first:
            mistakes.append(f'{name}: line {number}: id "{texts["id"]}" is that of line {first[texts["id"]]} too')
            continue
        first[texts["id"]] = number
        rows.append(texts)
    if mistakes:
        raise MatchError(tuple(mistakes))
    return tuple(rows)


def match(rows: Sequence[dict[str, str]], reading: Reading, *, events: bool = False) -> Iterator[dict[str, Any]]:
    """One answer a row, in the same order, with the meetings as they stand after the last row.

    With `events` every row is taken to report one event, whatever its kind.
    """
    with open_store("sqlite::memory:") as store:
        intake = Intake(store, as_events(reading) if events else reading)
        published = [as_published(row) for row in rows]
        store.sources.configure({source.id: source for source, _ in published}.values(), BEGINNING)
        items: list[tuple[str, str]] = []
        seen_at = BEGINNING
        for row, (source, entry) in zip(rows, published, strict=True):
            seen_at = max(seen_at + timedelta(microseconds=1), entry.published_at or seen_at)
            store.sources.configure([*store.sources.all(), source], seen_at) if store.sources.get(source.id) != source else None
            intake.take(source, Parsed((entry,)), seen_at)
            (newest,) = store.items.undecided(1)
            items.append((row["id"], newest.id))
            intake.decide(seen_at, drawing=False)
        intake.decide(seen_at)
        for row_id, item_id in items:
            yield _answer(row_id, item_id, store)


def as_events(reading: Reading) -> Reading:
    """A reading under which every item reports exactly one event that took place."""

    def one_event(item: Item, source: Source) -> tuple[Report, ...]:
        reports = reading(item, source)
        if reports:
            return (replace(reports[0], kind="report", passage=None),)
        return (unread(item),)

    return one_event


def as_published(row: dict[str, str]) -> tuple[Source, Entry]:
    """The source and entry a row would have come from."""
    name = row["source"] or row["outlet"] or urlsplit(row["url"]).hostname or "unknown"
    zone = _zone(row["published"])
    language = row["lang"].lower()
    source = Source(f"{name} {zone}", row["url"], row["outlet"] or name, language=language, country=home_of(row["url"], language), timezone=zone, family=name)
    body = row["body"] or row["text"]
    entry = Entry(
        0, guid=row["id"], link=row["url"], title=row["title"], summary=row["summary"], content=body, content_is_html=bool(MARKUP.search(body)),
        published=row["published"], published_at=_moment(row["published"]), language=language,
    )
    return source, entry


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):         # the first of January of the year 1, east of Greenwich
        return None


def _zone(text: str) -> str:
    """An IANA zone with the offset of an ISO 8601 time, "UTC" where it has none."""
    try:
        offset = datetime.fromisoformat(text).utcoffset() or timedelta(0)
    except ValueError:
        return "UTC"
    if offset % timedelta(hours=1):
        return HALF_HOURS.get(offset, "UTC")
    hours = offset // timedelta(hours=1)
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"    # POSIX signs: Etc/GMT-7 is seven hours ahead


def _answer(row_id: str, item_id: str, store: Store) -> dict[str, Any]:
    reports = store.meetings.reports(item_id)
    claims = store.meetings.coverage(item_id)
    meetings = store.meetings.get_many([claim.meeting_id for claim in claims])
    drawn = [meetings[claim.meeting_id] for claim in claims]
    return {
        "id": row_id,
        "kind": reports[0].kind if reports else "none",
        "meetings": [
            {
                "id": claim.meeting_id,
                "date": day.isoformat() if (day := meeting.day or meeting.likely) else None,
                "score": round(claim.score, 4),
                "reasons": list(claim.reasons),
            }
            for claim, meeting in zip(claims, drawn, strict=True)
        ],
        "countries": sorted({party.code for meeting in drawn for party in meeting.parties if party.kind == "country" and party.role == "party"}),
        "topics": sorted({topic for meeting in drawn for topic in meeting.topics}),
        "people": [
            {"name": person.name, "post": person.post, "country": person.country}
            for person in dict.fromkeys(person for report in reports for person in report.people)
        ],
        "place": next((meeting.place for meeting in drawn if meeting.place), ""),
        "documents": list(dict.fromkeys(agreement.title for report in reports for agreement in report.agreements)),
    }
