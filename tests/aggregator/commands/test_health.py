"""What `status` says of a source."""

from datetime import timedelta

import pytest

from aggregator.commands.health import health
from storage.fleet import Worker
from storage.model import Standing
from tests.factory import NOW, source

HOUR = timedelta(hours=1)
GOOD = {"last_polled": NOW - HOUR, "last_success": NOW - HOUR, "last_new": NOW - 3 * HOUR}


def told(standing, **of):
    return health([source(**of)], {"au-press": standing} if standing else {}, items=1, meetings=1, now=NOW)


@pytest.mark.parametrize(("state", "standing"), [
    ("well", Standing("au-press", NOW, **GOOD)),
    ("well", Standing("au-press", NOW, failures=2, last_error="HTTP 503", **GOOD)),
    ("failing", Standing("au-press", NOW, failures=3, last_error="HTTP 503", **GOOD)),
    ("failing", Standing("au-press", NOW, failures=1, last_error="HTTP 404", last_polled=NOW)),
    ("new", Standing("au-press", NOW)),
    ("new", None),
])
def test_a_source_is_failing_after_three_failures_or_when_it_never_worked(state, standing):
    assert told(standing).sources[0].state == state


def test_a_source_that_is_silent_for_longer_than_it_may_be_is_named():
    quiet = Standing("au-press", NOW, **GOOD)
    assert told(quiet, max_silence=4 * HOUR).troubles == ()
    (line,) = told(quiet, max_silence=2 * HOUR).troubles
    assert line == 'source "au-press": nothing new since 2026-03-05 06:00 UTC'


def test_a_failing_source_is_named_with_its_error_and_its_last_success():
    (line,) = told(Standing("au-press", NOW, failures=3, last_error="HTTP 503", **GOOD)).troubles
    assert line == 'source "au-press": HTTP 503; 3 failures in a row, last success 2026-03-05 08:00 UTC'
    (line,) = told(Standing("au-press", NOW, failures=1, last_error="HTTP 404", last_polled=NOW)).troubles
    assert "never a success" in line


def test_the_workers_of_a_fleet_are_told_with_their_work():
    worker = Worker("w1", "hill:7", NOW, NOW, leads=True, visited=12, failed=1, queued=3, undecided=40)
    found = health([], {}, items=0, meetings=0, now=NOW, workers=(worker,)).as_json()
    assert found["workers"] == [
        {
            "id": "w1", "name": "hill:7", "started": NOW.isoformat(), "seen": NOW.isoformat(), "leads": True, "publishes": False,
            "visiting": 0, "visited": 12, "failed": 1, "queued": 3, "undecided": 40,
        }
    ]
