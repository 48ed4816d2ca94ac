"""Labelled rows, as items understood.

Touches: the files (reads).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aggregator.commands.matching import as_events, as_published, read_lines
from aggregator.normalise.items import normalise
from aggregator.parse.entry import Parsed
from aggregator.understand.reading import understand
from aggregator.understand.topics import SHIPPED
from storage.model import Item, Report, Source


@dataclass(frozen=True, slots=True)
class Told:
    """A row of a set, understood."""

    id: str
    source: Source
    item: Item
    reports: tuple[Report, ...]


def read(path: Path, *, events: bool = False) -> list[Told]:
    """Every row understood, once; with `events` each reports one event whatever its kind."""

    def reading(item: Item, source: Source) -> tuple[Report, ...]:
        return understand(item, source, SHIPPED)

    told = []
    seen = datetime(1990, 1, 1, tzinfo=UTC)
    for row in read_lines(path.read_text(encoding="utf-8").splitlines(), str(path)):
        source, entry = as_published(row)
        seen = max(seen + timedelta(microseconds=1), entry.published_at or seen)
        ((item, _),) = normalise(Parsed((entry,)), source, seen_at=seen)
        told.append(Told(row["id"], source, item, (as_events(reading) if events else reading)(item, source)))
    return told


def labels_of(path: Path) -> dict[str, dict[str, Any]]:
    """The rows of a file of labels, by id."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return {row["id"]: row for row in rows}


def labelled_events(path: Path) -> tuple[list[Told], dict[str, str]]:
    """A public event set: its rows understood, and the event of each."""
    return read(path, events=True), {name: str(row["cluster"]) for name, row in labels_of(path).items()}
