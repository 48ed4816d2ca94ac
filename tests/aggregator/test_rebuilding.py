"""What was concluded can be drawn again from the raw entries, to the byte."""

from dataclasses import replace

import pytest

from aggregator.ingest import Intake
from aggregator.rebuilding import rebuild
from feeds.publisher import Publishing, publish
from storage.store import open_store
from tests.aggregator.test_ingest import LIMA, SUVA, SUVA_AGAIN, World
from tests.test_databases import hashes


@pytest.fixture
def world():
    with open_store("sqlite::memory:") as store:
        world = World(store)
        world.tell("a", "1", SUVA)
        world.tell("b", "1", SUVA_AGAIN, ("2", LIMA))
        yield world


def test_with_the_same_rules_everything_comes_out_the_same(world, tmp_path):
    publishing = Publishing("Test", "http://127.0.0.1:8080/", tmp_path / "public")
    publish(world.store, publishing, now=world.now)
    before, meetings = hashes(tmp_path / "public"), world.store.meetings.newest(9)
    decided = rebuild(world.store, world.intake, world.now)
    assert decided.items == 3
    assert world.store.meetings.newest(9) == meetings
    publish(world.store, publishing, now=world.now, everything=True)
    assert hashes(tmp_path / "public") == before


def test_under_newer_rules_a_meeting_that_is_no_more_leads_to_where_its_oldest_item_went(world):
    (lima,) = [meeting for meeting in world.store.meetings.newest(9) if "PE" in {party.code for party in meeting.parties}]
    suva = next(meeting for meeting in world.store.meetings.newest(9) if meeting.id != lima.id)

    def everything_is_one(item, of):
        return tuple(replace(report, item_id=item.id) for report in world.store.meetings.reports(oldest) or world.intake.reading(world.store.items.get(oldest), of))

    oldest = world.store.meetings.members(suva.id)[0].item.id
    rebuild(world.store, Intake(world.store, everything_is_one), world.now)
    assert [meeting.id for meeting in world.store.meetings.newest(9)] == [suva.id]
    assert world.store.meetings.successor(lima.id) == suva.id


def test_a_rebuild_that_was_interrupted_is_finished_by_the_next(world):
    before = world.store.meetings.newest(9)

    class Stop(BaseException):
        pass

    def pulled_out(item, of):
        raise Stop

    with pytest.raises(Stop):
        rebuild(world.store, Intake(world.store, pulled_out), world.now)
    assert world.store.meetings.count() == 0
    rebuild(world.store, world.intake, world.now)
    assert world.store.meetings.newest(9) == before
    assert world.store.setting("rebuilding") == ""
