"""A person's word wins for ever: over scores, over later items, over a rebuild."""

import pytest

from aggregator.commands.explaining import ExplainError, named
from aggregator.commands.ruling import RulingError, hold_together, keep_apart, retag, undo
from aggregator.rebuilding import rebuild
from aggregator.understand.topics import SHIPPED
from feeds.publisher import Publishing, publish
from storage.store import open_store
from tests.aggregator.test_ingest import LIMA, SUVA, SUVA_AGAIN, World
from tests.test_databases import hashes

WEATHER = "The weather in Suva will be fine on Thursday, with light winds from the east and no rain at all."


@pytest.fixture
def world():
    with open_store("sqlite::memory:") as store:
        world = World(store)
        world.tell("a", "1", SUVA)
        world.tell("b", "1", SUVA_AGAIN, ("2", LIMA))
        yield world


def items(world):
    """Ids by source and number."""
    return {f"{item.source_id}{item.guid}": item.id for item in world.store.items.all()}


def groups(world):
    """The items of each meeting, by source and number."""
    names = {id: name for name, id in items(world).items()}
    return {id: {names[member.item.id] for member in world.store.meetings.members(id)} for id in world.store.meetings.ids()}


def together(world):
    return sorted(sorted(group) for group in groups(world).values())


def rule(world, verb, one, other):
    ruling = verb(world.store, named(world.store, one), named(world.store, other), world.now)
    world.intake.decide(world.now)
    return ruling


def meeting_of(world, name):
    (id,) = world.store.meetings.of_item(items(world)[name])
    return id


def test_two_meetings_are_one_under_the_older_id_and_the_younger_leads_there(world):
    suva, lima = meeting_of(world, "a1"), meeting_of(world, "b2")
    rule(world, hold_together, lima, suva)
    assert groups(world) == {suva: {"a1", "b1", "b2"}}
    assert world.store.meetings.successor(lima) == suva
    (claim,) = world.store.meetings.coverage(items(world)["b2"])
    assert claim.score == 1.0
    assert claim.reasons[0].startswith("ruled to be the same on")


def test_taken_back_both_meetings_have_their_ids_again(world):
    before = groups(world)
    ruling = rule(world, hold_together, meeting_of(world, "b2"), meeting_of(world, "a1"))
    undo(world.store, ruling.id, world.now)
    world.intake.decide(world.now)
    assert groups(world) == before
    with pytest.raises(RulingError, match="taken back already"):
        undo(world.store, ruling.id, world.now)


def test_an_item_named_stands_for_the_meeting_it_is_of(world):
    rule(world, hold_together, items(world)["b2"], items(world)["b1"])
    assert together(world) == [["a1", "b1", "b2"]]


def test_an_item_is_taken_out_of_its_meeting_and_stays_out(world):
    suva = meeting_of(world, "a1")
    rule(world, keep_apart, items(world)["b1"], suva)
    assert together(world) == [["a1"], ["b1"], ["b2"]]
    assert meeting_of(world, "a1") == suva
    world.tell("c", "1", SUVA)
    assert {"a1", "b1"} not in map(set, together(world))
    assert meeting_of(world, "a1") != meeting_of(world, "b1")


def test_rulings_outlive_a_rebuild_to_the_byte(world, tmp_path):
    rule(world, keep_apart, items(world)["b1"], meeting_of(world, "a1"))
    rule(world, hold_together, meeting_of(world, "b1"), meeting_of(world, "b2"))
    retag(world.store, named(world.store, meeting_of(world, "a1")), ["+extradition-and-legal-assistance", "-TO"], SHIPPED, world.now)
    world.intake.decide(world.now)
    publishing = Publishing("Test", "http://127.0.0.1:8080/", tmp_path / "public")
    publish(world.store, publishing, now=world.now)
    before, groups_before = hashes(tmp_path / "public"), groups(world)
    assert together(world) == [["a1"], ["b1", "b2"]]
    rebuild(world.store, world.intake, world.now)
    assert groups(world) == groups_before
    publish(world.store, publishing, now=world.now, everything=True)
    assert hashes(tmp_path / "public") == before


def test_a_ruling_that_waits_is_heeded_by_the_next_round(world):
    ruling = hold_together(world.store, named(world.store, meeting_of(world, "a1")), named(world.store, meeting_of(world, "b2")), world.now)
    assert len(together(world)) == 2
    world.tell("c", "9", WEATHER)
    assert together(world) == [["a1", "b1", "b2"]]
    assert ruling in world.store.rulings.all()


def test_an_item_that_reports_nothing_to_our_eyes_joins_by_a_word(world):
    world.tell("c", "9", WEATHER)
    rule(world, hold_together, items(world)["c9"], meeting_of(world, "a1"))
    assert meeting_of(world, "c9") == meeting_of(world, "a1")


def test_a_meeting_is_retagged_and_says_so_on_its_page(world, tmp_path):
    suva = meeting_of(world, "a1")
    ruling = retag(world.store, named(world.store, suva), ["cybercrime", "-drugs", "+NZ"], SHIPPED, world.now, "Editor")
    decided = world.intake.decide(world.now)
    assert decided.meetings_changed == 1
    drawn = world.store.meetings.get(suva)
    assert "cybercrime" in drawn.topics
    assert "drugs" not in drawn.topics
    publish(world.store, Publishing("Test", "http://127.0.0.1:8080/", tmp_path / "public"), now=world.now)
    page = (tmp_path / f"public/meeting/{suva}.html").read_text("utf-8")
    assert ruling.id in page
    assert "Editor" in page
    assert suva in (tmp_path / "public/country/nz.atom").read_text("utf-8")


def test_what_cannot_be_ruled_on_is_refused_in_words(world):
    suva = named(world.store, meeting_of(world, "a1"))
    with pytest.raises(RulingError, match="name two"):
        hold_together(world.store, suva, suva, world.now)
    with pytest.raises(RulingError, match="nothing is left"):
        keep_apart(world.store, named(world.store, items(world)["b2"]), named(world.store, meeting_of(world, "b2")), world.now)
    with pytest.raises(RulingError, match=r'no topic, country or organisation "drogs"; did you mean "drugs"\?'):
        retag(world.store, suva, ["drogs"], SHIPPED, world.now)
    with pytest.raises(RulingError, match="no such change"):
        undo(world.store, "r-none", world.now)
    with pytest.raises(ExplainError, match="no such item or meeting"):
        named(world.store, "m-none")
    assert world.store.rulings.all() == ()
