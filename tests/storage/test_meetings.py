"""Reports, coverage, meetings, and the keys that find them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest

from storage.model import Account, Agreement, Party, Quote
from tests.factory import NOW, coverage, item, meeting, report, source

HOUR = timedelta(hours=1)
DAY = date(2026, 3, 4)


def party(*codes: str) -> tuple[Party, ...]:
    return tuple(Party(code, "country" if len(code) == 2 else "organisation", "party") for code in codes)


def cover(store, name: str, meeting_id: str, *, keys=(), day=DAY, position=0, seen=NOW, source_id="au-press"):
    store.items.save(item(id=name, first_seen=seen, source_id=source_id), "{}", NOW)
    store.meetings.save_reports(name, (*(each for each in store.meetings.reports(name) if each.position != position), report(item_id=name, position=position)))
    store.meetings.index(name, position, keys, day)
    store.meetings.cover(coverage(item_id=name, position=position, meeting_id=meeting_id))


def test_reports_come_back_as_they_were_by_position(store):
    store.items.save(item(), "{}", NOW)
    second = report(
        position=1, day=None, earliest=DAY, topics=(("drugs", Quote("body", 3, "opium")),), agreements=(Agreement("a memorandum"),),
        day_quote=Quote("title", 0, "4 March"),
    )
    store.meetings.save_reports("i-1", (second, report()))
    assert store.meetings.reports("i-1") == (report(), second)


def test_a_report_that_is_no_more_loses_its_coverage_and_keys_and_the_others_keep_theirs(store):
    cover(store, "i-1", "m-1", keys=["a"])
    cover(store, "i-1", "m-2", keys=["b"], position=1)
    store.meetings.save_reports("i-1", (report(kind="preview"),))
    assert store.meetings.reports("i-1") == (report(kind="preview"),)
    assert store.meetings.of_item("i-1") == ("m-1",)
    assert store.meetings.sharing(["a", "b"]) == (("m-1", 1),)
    assert store.meetings.key_counts(["a", "b"]) == {"a": 1, "b": 0}


def test_meetings_are_found_by_the_keys_they_share_the_most_first(store):
    cover(store, "i-1", "m-1", keys=["a", "b"])
    cover(store, "i-2", "m-1", keys=["b", "c"])
    cover(store, "i-3", "m-2", keys=["c", "d"])
    assert store.meetings.sharing(["a", "b", "c", "x"]) == (("m-1", 3), ("m-2", 1))
    assert store.meetings.sharing(["b", "b"]) == (("m-1", 1),)
    assert store.meetings.sharing([]) == ()
    assert store.meetings.key_counts(["a", "b", "c", "x"]) == {"a": 1, "b": 2, "c": 2, "x": 0}


def test_only_reports_within_the_days_are_found_and_those_without_a_day(store):
    cover(store, "i-1", "m-1", keys=["a"], day=date(2026, 3, 1))
    cover(store, "i-2", "m-2", keys=["a"], day=date(2026, 3, 4))
    cover(store, "i-3", "m-3", keys=["a"], day=None)
    found = lambda **range_: [id for id, _ in store.meetings.sharing(["a"], **range_)]  # noqa: E731
    assert found() == ["m-1", "m-2", "m-3"]
    assert found(since=date(2026, 3, 2)) == ["m-2", "m-3"]
    assert found(until=date(2026, 3, 1)) == ["m-1", "m-3"]
    assert found(since=date(2026, 3, 4), until=date(2026, 3, 4)) == ["m-2", "m-3"]


def test_a_common_key_is_looked_at_from_its_newest_end_only(store):
    for number in range(30):
        cover(store, f"i-{number:02}", f"m-{number:02}", keys=["common", f"rare-{number}"], day=DAY + timedelta(days=number))
    assert sorted(id for id, _ in store.meetings.sharing(["common"], per_key=3)) == ["m-27", "m-28", "m-29"]
    assert dict(store.meetings.sharing(["common", "rare-2"], per_key=3)) == {"m-27": 1, "m-28": 1, "m-29": 1, "m-02": 1}


def test_indexing_again_replaces_the_keys_and_the_day(store):
    cover(store, "i-1", "m-1", keys=["a", "b"])
    for _ in range(2):
        store.meetings.index("i-1", 0, ["b", "c"], DAY + timedelta(days=1))
    assert store.meetings.sharing(["a"]) == ()
    assert store.meetings.sharing(["b", "c"]) == (("m-1", 2),)
    assert store.meetings.sharing(["b"], until=DAY) == ()
    assert store.meetings.key_counts(["a", "b", "c"]) == {"a": 0, "b": 1, "c": 1}


def test_a_report_that_is_of_no_meeting_is_not_found(store):
    cover(store, "i-1", "m-1", keys=["a"])
    store.meetings.uncover("i-1", 0)
    assert store.meetings.sharing(["a"]) == ()
    assert store.meetings.of_item("i-1") == ()
    assert store.meetings.coverage("i-1") == ()


def test_coverage_is_replaced(store):
    cover(store, "i-1", "m-1", keys=["a"])
    claim = coverage(meeting_id="m-2", score=0.9, reasons=("same day",), copy_of="i-0")
    store.meetings.cover(claim)
    assert store.meetings.coverage("i-1") == (claim,)
    assert store.meetings.members("m-1") == ()
    assert store.meetings.sharing(["a"]) == (("m-2", 1),)


@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
def test_members_come_in_the_order_they_were_first_seen(store, order):
    wanted = [("i-b", 0, NOW), ("i-a", 0, NOW + HOUR), ("i-a", 1, NOW + HOUR)]
    for number in order:
        name, position, seen = wanted[number]
        cover(store, name, "m-1", position=position, seen=seen)
    members = store.meetings.members("m-1")
    assert [(each.item.id, each.report.position) for each in members] == [("i-b", 0), ("i-a", 0), ("i-a", 1)]
    assert members[0].source == source()
    assert members[0].coverage == coverage(item_id="i-b")


def test_members_of_many_meetings_are_found_at_once(store):
    cover(store, "i-1", "m-1")
    cover(store, "i-2", "m-2", source_id="nz-press")
    found = store.meetings.members_of(["m-2", "m-1", "m-3"])
    assert {id: [each.item.id for each in members] for id, members in found.items()} == {"m-2": ["i-2"], "m-1": ["i-1"], "m-3": []}
    assert found["m-2"][0].source.name == "NZ Press"


def test_a_meeting_comes_back_as_it_was(store):
    kept = meeting(accounts=(Account("day", "2026-03-04", ("i-1",), Quote("body", 0, "4 March")),), agreements=("a plan",), day_end=DAY)
    assert store.meetings.save(kept) == "new"
    assert store.meetings.save(kept) == "same"
    assert store.meetings.save(replace(kept, outlets=2)) == "changed"
    assert store.meetings.get("m-1") == replace(kept, outlets=2)
    assert store.meetings.get("m-2") is None
    assert store.meetings.get_many(["m-2", "m-1"]) == {"m-1": replace(kept, outlets=2)}


@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
def test_the_newest_come_first_then_by_id(store, order):
    kept = [meeting(id="m-b", updated=NOW), meeting(id="m-a", updated=NOW), meeting(id="m-c", updated=NOW + HOUR)]
    for number in order:
        store.meetings.save(kept[number])
    assert [each.id for each in store.meetings.newest(5)] == ["m-c", "m-a", "m-b"]
    assert [each.id for each in store.meetings.newest(1, offset=1)] == ["m-a"]
    assert [each.id for each in store.meetings.changed_since(NOW + timedelta(microseconds=1))] == ["m-c"]
    assert len(store.meetings.changed_since(NOW)) == 3
    assert list(store.meetings.ids()) == ["m-a", "m-b", "m-c"]
    assert store.meetings.count() == 3


@pytest.fixture
def world(store):
    for number, (codes, topics) in enumerate([
        (("VN", "RU"), ("drugs",)),                                     # m-0
        (("VN", "RU", "CN", "LA"), ("training",)),                      # m-1: at most four countries make pairs
        (("VN", "RU", "CN", "LA", "KH"), ("drugs",)),                   # m-2: five make none
        (("VN", "ASEAN"), ("drugs", "training")),                       # m-3
        (("AU", "NZ"), ()),                                             # m-4
    ]):
        here = (*party(*codes), Party("JP", "country", "place"), Party("US", "country", "mention"))
        store.meetings.save(meeting(id=f"m-{number}", parties=here, topics=topics, updated=NOW + HOUR * number))
    return store.meetings


@pytest.mark.parametrize(("wanted", "found"), [
    ({"countries": ("VN",)}, [3, 2, 1, 0]),
    ({"countries": ("RU", "AU")}, [4, 2, 1, 0]),
    ({"countries": ("VN", "RU")}, [3, 2, 1, 0]),                        # once each
    ({"every_country": ("VN", "RU")}, [1, 0]),
    ({"every_country": ("RU", "VN", "CN")}, [1]),
    ({"every_country": ("VN",)}, [3, 2, 1, 0]),
    ({"topics": ("drugs",)}, [3, 2, 0]),
    ({"topics": ("drugs", "training")}, [3, 2, 1, 0]),
    ({"organisations": ("ASEAN",)}, [3]),
    ({"countries": ("RU",), "topics": ("drugs",)}, [2, 0]),
    ({"countries": ("RU", "NZ"), "topics": ("training", "drugs"), "every_country": ("VN", "RU")}, [1, 0]),
    ({"countries": ("JP",)}, []),                                       # a place is no party
    ({"countries": ("US",)}, []),                                       # nor is a mention
    ({}, [4, 3, 2, 1, 0]),
])
def test_selecting_joins_the_keys_by_and_and_their_values_by_or(world, wanted, found):
    assert [each.id for each in world.select(**wanted, limit=10)] == [f"m-{number}" for number in found]
    assert [each.id for each in world.select(**wanted, limit=2, offset=1)] == [f"m-{number}" for number in found[1:3]]


def test_parties_topics_and_pairs_are_counted(world):
    assert world.parties() == (
        ("AU", "country", 1), ("CN", "country", 2), ("KH", "country", 1), ("LA", "country", 2), ("NZ", "country", 1), ("RU", "country", 3),
        ("VN", "country", 4), ("ASEAN", "organisation", 1),
    )
    assert world.topics() == (("drugs", 3), ("training", 2))
    assert ("RU", "VN", 2) in world.pairs()
    assert world.pairs() == tuple(sorted(world.pairs()))
    assert not [pair for pair in world.pairs() if "KH" in pair or "ASEAN" in pair]


def test_partners_and_days_are_counted_for_one_country_or_pair(world):
    assert world.partners("VN", ("RU", "CN", "LA", "KH", "VN", "NZ")) == {"RU": 2, "CN": 1, "LA": 1}
    day = date(2026, 3, 4)
    for number, at in ((0, day), (1, day - timedelta(days=400)), (3, None)):
        world.save(replace(world.get(f"m-{number}"), day=at))
    world.save(replace(world.get("m-2"), day=day))
    assert list(world.days("country", "VN").items()) == [(day - timedelta(days=400), 1), (day, 2)]
    assert world.days("pair", "RU-VN") == {day: 1, day - timedelta(days=400): 1}
    assert world.days("pair", "FJ-VN") == {} == world.partners("FJ", ("VN",))


def test_a_meeting_that_changes_its_parties_leaves_the_feeds_it_was_in(world):
    world.save(replace(world.get("m-4"), parties=party("AU", "FJ")))
    assert world.select(countries=("NZ",), limit=5) == ()
    assert ("AU", "FJ", 1) in world.pairs()


def test_a_removed_meeting_says_what_it_proved_to_be(store):
    for id in ("m-1", "m-2", "m-3"):
        store.meetings.save(meeting(id=id))
    cover(store, "i-1", "m-2")
    store.meetings.relate("m-1", "m-2", 0.5, ("same day",))
    store.meetings.remove("m-2", "m-1", NOW)
    assert store.meetings.get("m-2") is None
    assert store.meetings.members("m-2") == ()
    assert store.meetings.related("m-1") == ()
    assert store.meetings.successor("m-2") == "m-1"
    assert store.meetings.successor("m-1") is None
    assert store.meetings.tombstones() == (("m-2", "m-1", NOW),)
    assert store.meetings.select(countries=("AU",), limit=9) == (meeting(id="m-1"), meeting(id="m-3"))


def test_whoever_follows_a_chain_of_removals_takes_one_step(store):
    for id in ("m-1", "m-2", "m-3"):
        store.meetings.save(meeting(id=id))
    store.meetings.remove("m-3", "m-2", NOW)
    store.meetings.remove("m-2", "m-1", NOW + HOUR)
    assert store.meetings.successor("m-3") == "m-1"
    store.meetings.remove("m-4", "m-3", NOW + HOUR * 2)
    assert store.meetings.successor("m-4") == "m-1"
    store.meetings.remove("m-1", "m-4", NOW + HOUR * 3)
    assert [store.meetings.successor(f"m-{number}") for number in range(1, 5)] == [None] * 4


def test_a_meeting_that_comes_back_is_no_longer_removed(store):
    store.meetings.save(meeting())
    store.meetings.remove("m-1", None, NOW)
    assert store.meetings.tombstones() == (("m-1", None, NOW),)
    store.meetings.save(meeting())
    assert store.meetings.tombstones() == ()
    assert store.meetings.minted() == {"m-1"}


def test_two_meetings_that_may_be_one_know_of_each_other(store):
    store.meetings.relate("m-2", "m-1", 0.5, ("same day",))
    store.meetings.relate("m-1", "m-2", 0.6, ("same day", "same place"))
    store.meetings.relate("m-1", "m-3", 0.7, ())
    store.meetings.relate("m-1", "m-1", 1.0, ())
    assert store.meetings.related("m-1") == (("m-3", 0.7, ()), ("m-2", 0.6, ("same day", "same place")))
    assert store.meetings.related("m-2") == (("m-1", 0.6, ("same day", "same place")),)


def test_clearing_forgets_conclusions_and_keeps_facts_and_minted_ids(store):
    cover(store, "i-1", "m-1", keys=["a"])
    store.meetings.save(meeting())
    store.meetings.remove("m-0", "m-1", NOW)
    store.meetings.relate("m-1", "m-2", 0.5, ())
    store.meetings.clear()
    assert store.meetings.count() == 0
    assert (store.meetings.reports("i-1"), store.meetings.coverage("i-1"), store.meetings.related("m-1")) == ((), (), ())
    assert store.meetings.sharing(["a"]) == ()
    assert store.meetings.key_counts(["a"]) == {"a": 0}
    assert (store.meetings.parties(), store.meetings.topics(), store.meetings.pairs()) == ((), (), ())
    assert store.items.get("i-1") is not None
    assert store.meetings.minted() == {"m-0", "m-1"}
    assert store.meetings.tombstones() == (("m-0", "m-1", NOW),)


def test_a_meeting_is_to_be_published_after_every_change_until_it_was(store):
    first, second, third = (meeting(id=f"m-{n}") for n in (1, 2, 3))
    for each in (first, second, third):
        store.meetings.save(each)
    assert store.meetings.unpublished() == ("m-1", "m-2", "m-3")
    store.meetings.mark_published(store.meetings.unpublished())
    store.meetings.save(first)
    assert store.meetings.unpublished() == ()
    store.meetings.save(replace(first, place="Nadi"))
    store.meetings.relate("m-2", "m-3", 0.6, ("same day",))
    assert store.meetings.unpublished() == ("m-1", "m-2", "m-3")
    store.meetings.mark_published(("m-2", "m-3"))
    store.meetings.remove("m-3", "m-2", NOW)
    assert store.meetings.unpublished() == ("m-1", "m-2", "m-3")


def test_a_change_that_is_rolled_back_is_not_to_be_published(store):
    with pytest.raises(KeyError), store.transaction():
        store.meetings.save(meeting(id="m-1"))
        raise KeyError
    assert store.meetings.unpublished() == ()
