"""What `status` says of a source."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.commands.health import health, silent_pairs
from aggregator.commands.watching import EVERY, Watch, alarms, look
from storage.fleet import Worker
from storage.model import Party, Poll, Standing
from storage.store import open_store
from tests.factory import NOW, meeting, source

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


DAY = timedelta(days=1)
FAILED = Standing("au-press", NOW, failures=1, last_error="HTTP 500", **GOOD)


@pytest.mark.parametrize(("state", "standing", "words"), [
    ("blocked", replace(FAILED, last_status=503, turned_away=True, last_error="HTTP 503: a challenge for browsers by Cloudflare"), "write to its publisher"),
    ("blocked", replace(FAILED, last_status=401, last_error="HTTP 401"), "HTTP 401"),
    ("blocked", replace(FAILED, last_status=403, failures=3), "3 failures in a row"),
    ("well", replace(FAILED, last_status=403), ""),
    ("gone", replace(FAILED, last_status=410, last_error="HTTP 410"), "correct its url, or remove it"),
    ("gone", replace(FAILED, last_status=404, failures=40, last_success=NOW - 31 * DAY), "40 failures in a row"),
    ("failing", replace(FAILED, last_status=404, failures=4), "4 failures in a row"),
    ("failing", replace(FAILED, last_status=200, last_error='the selector item = ".x" matches nothing in the page: the layout may have changed'), "layout"),
    ("moved", Standing("au-press", NOW, reason="every 1 h; asked at https://new.example/, where it has moved: write that as its url", **GOOD), "write that as its url"),
])
def test_a_source_is_told_by_the_word_that_says_what_to_do(state, standing, words):
    found = told(standing)
    assert found.sources[0].state == state
    assert words in found.sources[0].trouble
    assert len(found.troubles) == bool(words)
    assert [alarm.state for alarm in alarms(found)] == [state] * bool(words)


def test_a_pair_is_silent_by_what_it_is_used_to():
    weekly = tuple(NOW - timedelta(days=30 + 7 * number) for number in range(12))
    busy = tuple(NOW - timedelta(days=3, hours=number) for number in range(40))
    assert [(pair.code, pair.usual_gap) for pair in silent_pairs({"RU-VN": weekly, "FJ-TO": busy, "AU-NZ": weekly[:5]}, NOW)] == [("RU-VN", 21 * DAY)]


def test_the_store_is_asked_for_silences_and_alarms_are_looked_for_now_and_then():
    quiet, spoken_for = source(), source(id="b", url="https://b.example/", max_silence=400 * DAY)
    with open_store("sqlite::memory:") as store:
        store.sources.configure([quiet, spoken_for], NOW - 200 * DAY)
        for one in (quiet, spoken_for):
            for number in range(20):
                store.sources.record(Poll(one.id, NOW - (30 + 2 * number) * DAY, "new", 200, new=1))
            store.sources.save_standing(Standing(one.id, NOW, last_polled=NOW, last_success=NOW, last_new=NOW - 30 * DAY))
        for number in range(12):
            when = NOW - (40 + 7 * number) * DAY
            store.meetings.save(meeting(id=f"m-{number}", updated=when, published=when, parties=(Party("RU", "country", "party"), Party("VN", "country", "party"))))
        found = look(store, [quiet, spoken_for], NOW)
        assert [one.state for one in found.sources] == ["silent", "well"]
        assert [line.partition(":")[0] for line in found.troubles] == ['source "au-press"', "pair RU-VN"]
        assert "usually not longer than 6 days" in found.troubles[0]
        watch = Watch(store, [quiet, spoken_for])
        assert [alarm.source_id for alarm in watch(NOW) or ()] == ["au-press", "pair-ru-vn"]
        assert watch(NOW + EVERY / 2) is None
        assert watch(NOW + EVERY) is not None
