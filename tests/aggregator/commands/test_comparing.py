"""Why two are one meeting, or are not, and what would have had to be different."""

import json

import pytest

from aggregator.commands.comparing import compared, what_would_do
from aggregator.commands.explaining import ExplainError, explain, named
from aggregator.commands.ruling import hold_together, keep_apart
from aggregator.deduper.match import Comparison, Scale
from storage.store import open_store
from tests.aggregator.test_ingest import LIMA, SUVA, SUVA_AGAIN, World

NEXT = "On 2 March 2026 Pio Ravu, Fiji's Minister of the Interior, received Sione Taufa, Minister of Police of Tonga, and heard him on visas for nurses."
FAR = "On 2 September 2025 Peru's Minister of the Interior Juan Quispe received Chile's Interior Minister Ana Rojas for talks about borders."
WEATHER = "The weather in Suva will be fine on Thursday, with light winds from the east and no rain at all."


@pytest.fixture
def world():
    with open_store("sqlite::memory:") as store:
        world = World(store)
        world.tell("a", "1", SUVA)
        world.tell("b", "1", SUVA_AGAIN, ("2", LIMA))
        world.tell("c", "1", NEXT, ("2", WEATHER), ("3", FAR))
        yield world


def item(world, name):
    return next(item.id for item in world.store.items.all() if f"{item.source_id}{item.guid}" == name)


def side_by_side(world, one, other):
    return compared(world.store, named(world.store, one), named(world.store, other))


def test_two_of_one_meeting_are_shown_with_all_that_speaks_for_it(world):
    found = side_by_side(world, item(world, "a1"), item(world, "b1"))
    assert found.together
    assert found.score > found.line
    assert found.ways == ()
    assert any("Pio Ravu" in signal.reason and signal.adds > 0 for signal in found.signals)
    assert "They are one meeting." in list(found.lines(markup=False))


def test_what_forbids_two_to_be_one_is_named_with_the_score_there_would_be(world):
    found = side_by_side(world, item(world, "a1"), item(world, "c1"))
    assert not found.together
    assert found.conflict == "another day: 4 March 2026, not 2 March 2026"
    assert found.shared
    assert found.ways[0].startswith(f"this were not so: {found.conflict} (the score would then be ")
    assert any("apart" in signal.reason and signal.adds < 0 for signal in found.signals)


def test_two_that_share_nothing_were_never_compared(world):
    found = side_by_side(world, item(world, "a1"), item(world, "c3"))
    assert found.shared == ()
    assert "never compared" in found.ways[0]


def test_meetings_are_compared_by_their_reports_and_as_json(world):
    (suva,), (lima,) = (world.store.meetings.of_item(item(world, name)) for name in ("a1", "b2"))
    told = json.loads(json.dumps(side_by_side(world, suva, lima).as_json()))
    assert told["together"] is False
    assert told["meetings"] == [[suva], [lima]]
    assert told["signals"]
    assert {"name", "adds", "reason"} == set(told["signals"][0])


def test_a_ruling_on_the_two_is_named_and_how_it_is_taken_back(world):
    ruling = keep_apart(world.store, named(world.store, item(world, "a1")), named(world.store, item(world, "b1")), world.now)
    world.intake.decide(world.now)
    found = side_by_side(world, item(world, "a1"), item(world, "b1"))
    assert found.ways[0] == f"the ruling were taken back: communique undo {ruling.id}"
    assert "ruling" not in found.conflict
    assert ruling.id in "\n".join(found.lines(markup=True))


def test_what_lacks_is_told_in_what_would_make_up_for_it():
    scale = Scale(bias=-4.0, weights={"same_place": 1.0, "same_people": 5.0, "other_place": 1.0})
    ways = list(what_would_do(Comparison(-4.0, (), ""), (), scale, shared=True, rulings=()))
    assert ways == ["there were this too: same people (+5.00; 4.00 is lacking)"]
    short = Scale(bias=-9.0, weights=scale.weights)
    assert list(what_would_do(Comparison(-9.0, (), ""), (), short, shared=True, rulings=())) == [
        "several things were different: 9.00 is lacking, and no single one weighs so much"]


def test_what_reports_no_meeting_or_is_the_same_thing_is_refused_in_words(world):
    with pytest.raises(ExplainError, match="reports no meeting"):
        side_by_side(world, item(world, "a1"), item(world, "c2"))
    with pytest.raises(ExplainError, match="name two"):
        side_by_side(world, item(world, "a1"), item(world, "a1"))


def test_a_meeting_tells_what_was_ruled_about_it(world):
    (suva,), (lima,) = (world.store.meetings.of_item(item(world, name)) for name in ("a1", "b2"))
    ruling = hold_together(world.store, named(world.store, suva), named(world.store, lima), world.now, "Editor")
    world.intake.decide(world.now)
    found = explain(world.store, suva)
    assert any(change.startswith(ruling.id) and "by Editor" in change for change in found.changes)
    assert ruling.id in "\n".join(found.lines(markup=False))
