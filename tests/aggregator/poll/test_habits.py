"""How long a source may be silent before anybody is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.poll.habits import AT_LEAST, AT_MOST, LOOKED_AT, usual_silence, with_usual_silence
from storage.model import Standing
from tests.factory import NOW, source

DAY = timedelta(days=1)


def arrivals(*gaps):
    moments = [NOW]
    for gap in gaps:
        moments.append(moments[-1] - gap * DAY)
    return moments


@pytest.mark.parametrize(("gaps", "allowed"), [
    ([1 / 24] * 39, AT_LEAST),                          # hourly: a weekend is no silence
    ([1, 1, 1, 1, 3] * 7, 9 * DAY),                     # on weekdays
    ([7] * 20, 21 * DAY),                               # weekly
    ([7] * 20 + [40], 21 * DAY),                        # one long holiday is no habit
    ([45] * 12, AT_MOST),
    ([7] * 5, None),                                    # too few to say
])
def test_three_times_the_longest_usual_gap_is_worth_a_warning(gaps, allowed):
    assert usual_silence(arrivals(*gaps)) == allowed


def test_only_sources_that_are_silent_for_days_are_looked_up():
    asked = []

    def look_up(source_id, limit):
        asked.append((source_id, limit))
        return arrivals(*[2] * 20)

    sources = [source(id=name) for name in ("busy", "quiet", "new", "unknown")] + [source(id="set", max_silence=DAY)]
    standings = {
        "busy": Standing("busy", NOW, last_new=NOW - DAY), "quiet": Standing("quiet", NOW, last_new=NOW - 5 * DAY), "new": Standing("new", NOW),
        "set": Standing("set", NOW, last_new=NOW - 50 * DAY),
    }
    learnt = {one.id: one.max_silence for one in with_usual_silence(sources, standings, look_up, NOW)}
    assert learnt == {"busy": None, "quiet": 6 * DAY, "new": None, "unknown": None, "set": DAY}
    assert asked == [("quiet", LOOKED_AT)]
