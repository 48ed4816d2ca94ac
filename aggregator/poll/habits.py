"""How long a source may be silent before it is worth a warning, by what it usually does.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from storage.model import Source, Standing

LOOKED_AT = 40                      # arrivals, the latest
ENOUGH = 8                          # gaps between them: fewer are no habit
TIMES = 3                           # its longest usual gap
AT_LEAST = timedelta(days=4)        # a long weekend: nobody wants to be told of those
AT_MOST = timedelta(days=60)


def usual_silence(arrivals: Sequence[datetime]) -> timedelta | None:
    """The silence that is not unusual for a source which brought something at these moments, the latest first; None while it has no habits yet.

    >>> from datetime import UTC
    >>> days = [datetime(2026, 3, 31, tzinfo=UTC) - timedelta(days=2 * n) for n in range(12)]
    >>> usual_silence(days).days, usual_silence(days[:3])
    (6, None)
    """
    gaps = sorted(later - earlier for later, earlier in pairwise(arrivals))
    if len(gaps) < ENOUGH:
        return None
    longest = gaps[-1 - len(gaps) // 20]        # of forty two may be holidays
    return min(max(TIMES * longest, AT_LEAST), AT_MOST)


def with_usual_silence(
    sources: Iterable[Source], standings: Mapping[str, Standing], arrivals: Callable[[str, int], Sequence[datetime]], now: datetime,
) -> tuple[Source, ...]:
    """`sources` with `max_silence` as learnt, where the operator sets none and the source is silent long enough to ask. `arrivals` is the store's."""
    return tuple(_learnt(source, standings.get(source.id), arrivals, now) for source in sources)


def _learnt(source: Source, standing: Standing | None, arrivals: Callable[[str, int], Sequence[datetime]], now: datetime) -> Source:
    if source.max_silence is not None or standing is None or standing.last_new is None or now - standing.last_new <= AT_LEAST:
        return source
    return replace(source, max_silence=usual_silence(arrivals(source.id, LOOKED_AT)))
