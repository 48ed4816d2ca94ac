"""How the sources are, in words: what `status` says.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from aggregator.parse.entry import LAYOUT
from aggregator.poll.habits import usual_silence
from aggregator.poll.pace import DEAD_AFTER, LOGIN, spoken
from storage.fleet import Worker
from storage.model import Source, Standing

Word = Literal["well", "new", "failing", "silent", "blocked", "gone", "moved"]
WORTH_A_LOOK = 3        # failures in a row: one or two are the weather of the net
GONE = frozenset({404, 410})
MOVED = "where it has moved"    # as poll/moves.py tells it


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
    note: str = ""                              # of the last visit that went well: what was left out
    usual_gap: timedelta | None = None          # the silence that is not unusual; known of sources that are silent for days

    @property
    def trouble(self) -> str:
        """Why it needs a look, "" when it needs none."""
        if self.state == "silent" and self.last_new:
            usual = f"; usually not longer than {spoken(self.usual_gap)}" if self.usual_gap else ""
            return f"nothing new since {self.last_new:%Y-%m-%d %H:%M} UTC{usual}"
        if self.state == "moved":
            return self.reason.rpartition("; ")[2]
        if self.state in ("well", "new"):
            return ""
        since = f"last success {self.last_success:%Y-%m-%d %H:%M} UTC" if self.last_success else "never a success"
        times = "a failure" if self.failures == 1 else f"{self.failures} failures in a row"
        advice = {"blocked": "; it turns programs away: write to its publisher", "gone": "; correct its url, or remove it"}.get(self.state, "")
        return f"{self.last_error}; {times}, {since}{advice}"


@dataclass(frozen=True, slots=True)
class PairHealth:
    """Two countries that are usually heard of, and are not."""

    code: str                                   # "RU-VN"
    last: datetime
    usual_gap: timedelta

    @property
    def trouble(self) -> str:
        """Why it needs a look."""
        return f"no news of a meeting since {self.last:%Y-%m-%d %H:%M} UTC; usually not longer than {spoken(self.usual_gap)}"


@dataclass(frozen=True, slots=True)
class Health:
    """The sources, and what the store holds."""

    sources: tuple[SourceHealth, ...]
    items: int
    meetings: int
    workers: tuple[Worker, ...] = ()        # of a fleet
    pairs: tuple[PairHealth, ...] = ()      # of countries: those that are silent for longer than they usually are

    @property
    def troubles(self) -> tuple[str, ...]:
        """A line for every source and pair that needs a look."""
        return (
            *(f'source "{source.id}": {source.trouble}' for source in self.sources if source.trouble),
            *(f"pair {pair.code}: {pair.trouble}" for pair in self.pairs),
        )

    def as_json(self) -> dict[str, Any]:
        """The same as plain values, times in ISO 8601."""

        def written(value: Any) -> Any:
            return value.isoformat() if isinstance(value, datetime) else value.total_seconds() if isinstance(value, timedelta) else value

        def plain(one: SourceHealth | PairHealth) -> dict[str, Any]:
            return {key: written(value) for key, value in asdict(one).items()}

        workers = [{key: value.isoformat() if isinstance(value, datetime) else value for key, value in asdict(worker).items()} for worker in self.workers]
        sources = [plain(source) for source in self.sources]
        silent = [plain(pair) for pair in self.pairs]
        return {"workers": workers, "sources": sources, "silent_pairs": silent, "items": self.items, "meetings": self.meetings, "troubles": list(self.troubles)}


def health(
    sources: Iterable[Source], standings: Mapping[str, Standing], *, items: int, meetings: int, now: datetime, workers: tuple[Worker, ...] = (),
    pairs: Mapping[str, Sequence[datetime]] | None = None, learnt: frozenset[str] = frozenset(),
) -> Health:
    """How `sources` are at `now`.

    `pairs` are the latest meetings of each pair of countries, the latest first;
    `learnt` the sources whose `max_silence` is what they are used to and not the operator's word.
    """
    return Health(
        tuple(_of(source, standings.get(source.id), now, learnt=source.id in learnt) for source in sources), items, meetings, workers,
        silent_pairs(pairs or {}, now),
    )


def silent_pairs(pairs: Mapping[str, Sequence[datetime]], now: datetime) -> tuple[PairHealth, ...]:
    """The pairs of which nothing was heard for longer than usual; those heard of too seldom to have habits are none."""
    habits = ((code, moments[0], usual_silence(moments)) for code, moments in sorted(pairs.items()) if moments)
    return tuple(PairHealth(code, last, gap) for code, last, gap in habits if gap is not None and now - last > gap)


def _of(source: Source, standing: Standing | None, now: datetime, *, learnt: bool) -> SourceHealth:
    if standing is None:
        return SourceHealth(source.id, source.name, "new", None, None, 0, "", None, "never visited")
    return SourceHealth(
        source.id, source.name, _state(source, standing, now), standing.last_success, standing.last_new, standing.failures, standing.last_error,
        standing.due, standing.reason, standing.note, source.max_silence if learnt else None,
    )


def _state(source: Source, standing: Standing, now: datetime) -> Word:
    """One word for it: of several that fit, the one that says what to do."""
    failed, status = standing.failures, standing.last_status
    if failed and (status == 410 or (status in GONE and (standing.last_success is None or now - standing.last_success > DEAD_AFTER))):
        return "gone" if status == 410 or failed >= WORTH_A_LOOK else "failing"
    if failed and (standing.turned_away or status in LOGIN or (status == 403 and failed >= WORTH_A_LOOK)):
        return "blocked"
    if failed and LAYOUT in standing.last_error:
        return "failing"            # at once: such a page fails for ever, and nobody else would notice
    if failed >= WORTH_A_LOOK or (failed and standing.last_success is None):
        return "failing"
    if standing.last_polled is None:
        return "new"
    if source.max_silence and standing.last_new and now - standing.last_new > source.max_silence:
        return "silent"
    return "moved" if MOVED in standing.reason else "well"
