"""How the sources are, in words: what `status` says.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from storage.fleet import Worker
from storage.model import Source, Standing

Word = Literal["well", "new", "failing", "silent"]
WORTH_A_LOOK = 3        # failures in a row: one or two are the weather of the net


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """One source: how it is, and when it is visited next and why."""

    id: str
    name: str
    state: Word
    last_success: datetime | None
    last_new: datetime | None
    failures: int
    last_error: str
    due: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Health:
    """The sources, and what the store holds."""

    sources: tuple[SourceHealth, ...]
    items: int
    meetings: int
    workers: tuple[Worker, ...] = ()        # of a fleet

    @property
    def troubles(self) -> tuple[str, ...]:
        """A line for every source that needs a look."""
        lines = []
        for source in self.sources:
            if source.state == "failing":
                since = f"last success {source.last_success:%Y-%m-%d %H:%M} UTC" if source.last_success else "never a success"
                times = "a failure" if source.failures == 1 else f"{source.failures} failures in a row"
                lines.append(f'source "{source.id}": {source.last_error}; {times}, {since}')
            elif source.state == "silent" and source.last_new:
                lines.append(f'source "{source.id}": nothing new since {source.last_new:%Y-%m-%d %H:%M} UTC')
        return tuple(lines)

    def as_json(self) -> dict[str, Any]:
        """The same as plain values, times in ISO 8601."""

        def plain(source: SourceHealth) -> dict[str, Any]:
            return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in asdict(source).items()}

        workers = [{key: value.isoformat() if isinstance(value, datetime) else value for key, value in asdict(worker).items()} for worker in self.workers]
        sources = [plain(source) for source in self.sources]
        return {"workers": workers, "sources": sources, "items": self.items, "meetings": self.meetings, "troubles": list(self.troubles)}


def health(
    sources: Iterable[Source], standings: Mapping[str, Standing], *, items: int, meetings: int, now: datetime, workers: tuple[Worker, ...] = (),
) -> Health:
    """How `sources` are at `now`."""
    return Health(tuple(_of(source, standings.get(source.id), now) for source in sources), items, meetings, workers)


def _of(source: Source, standing: Standing | None, now: datetime) -> SourceHealth:
    if standing is None:
        return SourceHealth(source.id, source.name, "new", None, None, 0, "", None, "never visited")
    state: Word = "well"
    if standing.failures >= WORTH_A_LOOK or (standing.failures and standing.last_success is None):
        state = "failing"
    elif standing.last_polled is None:
        state = "new"
    elif source.max_silence and standing.last_new and now - standing.last_new > source.max_silence:
        state = "silent"
    return SourceHealth(
        source.id, source.name, state, standing.last_success, standing.last_new, standing.failures, standing.last_error, standing.due, standing.reason,
    )
