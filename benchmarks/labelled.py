"""A labelled folder, as items understood.

Touches: the folder (reads).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aggregator.commands.matching import as_published, read_lines
from aggregator.normalise.items import normalise
from aggregator.parse.entry import Parsed
from aggregator.understand.reading import understand
from aggregator.understand.topics import SHIPPED
from storage.model import Item, Report, Source


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the set, understood."""

    id: str
    source: Source
    item: Item
    reports: tuple[Report, ...]


def read(folder: Path) -> list[Told]:
    """Every row understood, once."""
    path = folder / "items.jsonl"
    told = []
    seen = datetime(1990, 1, 1, tzinfo=UTC)
    for row in read_lines(path.read_text(encoding="utf-8").splitlines(), str(path)):
        source, entry = as_published(row)
        seen = max(seen + timedelta(microseconds=1), entry.published_at or seen)
        ((item, _),) = normalise(Parsed((entry,)), source, seen_at=seen)
        told.append(Told(row["id"], source, item, understand(item, source, SHIPPED)))
    return told


def labels_of(folder: Path) -> dict[str, dict[str, Any]]:
    rows = [json.loads(line) for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines() if line]
    return {row["id"]: row for row in rows}
