"""The health of everything, asked of the store: for `status`, and as alarms for the feed of sources.

Touches: the store, which it reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.commands.health import Health, health
from aggregator.poll.habits import ENOUGH, LOOKED_AT, with_usual_silence
from storage.model import Source
from storage.store import Store

EVERY = timedelta(minutes=15)       # between two looks for alarms: they cost a look at every source, and nobody needs them sooner


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that needs a look now (feeds/alarms.py)."""

    source_id: str
    name: str
    state: str
    reason: str


def look(store: Store, sources: Iterable[Source], now: datetime) -> Health:
    """How the sources and the pairs of countries are, with the silences each is used to."""
    listed = tuple(sources)
    standings = {standing.source_id: standing for standing in store.sources.standings()}
    learnt = frozenset(source.id for source in listed if source.max_silence is None)
    return health(
        with_usual_silence(listed, standings, store.sources.arrivals, now), standings, items=store.items.count(), meetings=store.meetings.count(),
        now=now, workers=store.workers(), pairs=store.meetings.moments_of_pairs(least=ENOUGH + 1, most=LOOKED_AT), learnt=learnt,
    )


def alarms(found: Health) -> tuple[Alarm, ...]:
    """What needs a look, as entries of the feed of sources have it."""
    return (
        *(Alarm(source.id, source.name, source.state, source.trouble) for source in found.sources if source.trouble),
        *(Alarm(f"pair-{pair.code.lower()}", pair.code, "silent", pair.trouble) for pair in found.pairs),
    )


class Watch:
    """Looks for alarms now and then."""

    def __init__(self, store: Store, sources: Iterable[Source]) -> None:
        self._store, self._sources = store, tuple(sources)
        self._looked: datetime | None = None

    def __call__(self, now: datetime) -> tuple[Alarm, ...] | None:
        """The alarms at `now`; None when the last look was minutes ago, and what was said then stands."""
        if self._looked is not None and timedelta(0) <= now - self._looked < EVERY:
            return None
        self._looked = now
        return alarms(look(self._store, self._sources, now))
