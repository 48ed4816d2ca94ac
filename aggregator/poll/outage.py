"""A network that was gone: when it is back, the sources that could not be reached are not left waiting as if each had failed by itself.

While nothing at all is reached, every source waits longer and longer, and would be
a day late when the line is mended. The first answer after such a time brings them
all back within one regular interval, spread over it.

Touches: the store, on the desk.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.fetch.addresses import host_and_port
from aggregator.poll.pace import HOUR, share
from storage.model import Source, Standing
from storage.store import Store

LEAST = HOUR                # without any answer: shorter than that nobody has waited long
HOSTS = 3                   # that could not be reached in that time: fewer may be down by themselves


@dataclass(slots=True)
class Outage:
    """Notices that the network was gone. `every` is the general interval between visits."""

    store: Store
    every: timedelta
    _answered: datetime | None = None           # when anything last was; None: not known to this program

    def ended(self, now: datetime) -> int:
        """A source has answered; how many others are visited sooner because the network is back. To be called before the visit is recorded."""
        before = self._answered or self.store.sources.last_answer()
        self._answered = now
        if before is None or now - before < LEAST:
            return 0
        cut_off = [(source, standing) for source, standing in self._failing() if standing.last_polled is not None and standing.last_polled > before]
        if len({host_and_port(source.url)[0] for source, _ in cut_off}) < HOSTS:
            return 0
        for source, standing in cut_off:
            due = now + share(source.id) * (source.every or self.every)
            if due < standing.due:
                self.store.sources.save_standing(replace(standing, due=due, reason="the network is back"))
        return len(cut_off)

    def _failing(self) -> list[tuple[Source, Standing]]:
        """The sources that were not reached when they were last visited."""
        standings = {standing.source_id: standing for standing in self.store.sources.standings() if standing.failures and not standing.last_status}
        return [(source, standings[source.id]) for source in self.store.sources.all() if source.id in standings]
