"""Items, and the raw entries they came from."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from storage.items import REVISIONS
from tests.factory import NOW, item, report

HOUR = timedelta(hours=1)


def test_an_item_comes_back_as_it_was(store):
    kept = item(authors=("A", "B"), tags=("x",), guid="urn:1", credit="AAP", html="<p>a</p>")
    assert store.items.save(kept, '{"raw": 1}', NOW) == "new"
    assert store.items.get("i-1") == kept
    assert store.items.raw("i-1") == '{"raw": 1}'
    assert store.items.get("i-2") is None
    assert store.items.raw("i-2") == ""


def test_the_same_text_again_is_no_change(store):
    store.items.save(item(), "{1}", NOW)
    again = item(html="<p data-token='2'>a</p>", tags=("x",), first_seen=NOW + HOUR)
    assert store.items.save(again, "{2}", NOW + HOUR) == "same"
    assert store.items.get("i-1") == item()
    assert store.items.revisions("i-1") == ((NOW, "{1}"),)


@pytest.mark.case("R44")
def test_a_date_that_only_moves_forward_is_no_change_and_an_earlier_one_is(store):
    store.items.save(item(published=NOW), "{1}", NOW)
    assert store.items.save(item(published=NOW + HOUR), "{2}", NOW) == "same"
    assert store.items.save(item(published=None), "{3}", NOW) == "same"
    assert store.items.get("i-1").published == NOW
    assert store.items.save(item(published=NOW - HOUR), "{4}", NOW) == "changed"
    assert store.items.get("i-1").published == NOW - HOUR


def test_a_date_where_there_was_none_is_a_change(store):
    store.items.save(item(published=None), "{1}", NOW)
    assert store.items.save(item(published=NOW), "{2}", NOW) == "changed"


@pytest.mark.case("R54")
def test_a_changed_item_keeps_its_first_time_and_its_revisions_and_waits_for_a_decision(store):
    store.items.save(item(), "{1}", NOW)
    store.items.mark_decided(["i-1"])
    assert store.items.undecided(5) == ()
    edited = item(title="Ministers met", hash="1" * 64, first_seen=NOW + HOUR)
    assert store.items.save(edited, "{2}", NOW + HOUR) == "changed"
    assert store.items.get("i-1") == replace(edited, first_seen=NOW)
    assert store.items.undecided(5) == (replace(edited, first_seen=NOW),)
    assert store.items.revisions("i-1") == ((NOW, "{1}"), (NOW + HOUR, "{2}"))
    assert store.items.raw("i-1") == "{2}"


@pytest.mark.case("R55")
def test_a_text_that_flaps_between_two_forms_is_kept_twice_and_no_more(store):
    for turn in range(10):
        store.items.save(item(title=f"form {turn % 2}", hash=str(turn % 2) * 64), f"{{{turn}}}", NOW + HOUR * turn)
    assert len(store.items.revisions("i-1")) == 2
    assert store.items.raw("i-1") == "{9}"


def test_an_item_can_be_drawn_again_from_its_entry_without_a_new_revision(store):
    store.items.save(item(), "{1}", NOW)
    store.items.mark_decided(["i-1"])
    store.items.redraw(item(html="<p>better</p>", first_seen=NOW + HOUR))
    assert store.items.get("i-1") == item(html="<p>better</p>")
    assert store.items.revisions("i-1") == ((NOW, "{1}"),)
    assert len(store.items.undecided(5)) == 1


@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
def test_items_come_in_the_order_they_were_first_seen_whatever_the_order_of_writing(store, order):
    times = [NOW, NOW + HOUR, NOW + HOUR]
    for number in order:
        store.items.save(item(id=f"i-{number}", first_seen=times[number]), "{}", NOW)
    assert [each.id for each in store.items.all()] == ["i-0", "i-1", "i-2"]
    assert [each.id for each in store.items.undecided(2)] == ["i-0", "i-1"]
    assert store.items.count() == 3


def test_all_items_are_walked_over_while_they_are_written_to(store):
    with store.transaction():
        for number in range(1_201):
            store.items.save(item(id=f"i-{number:05}"), "{}", NOW)
    walked = []
    for each in store.items.all():
        store.items.mark_decided([each.id])
        walked.append(each.id)
    assert walked == [f"i-{number:05}" for number in range(1_201)]
    assert store.items.undecided(1) == ()


def test_decisions_can_be_asked_for_again(store):
    for number in range(3):
        store.items.save(item(id=f"i-{number}"), "{}", NOW)
    store.items.mark_decided(["i-0", "i-1", "i-2"])
    store.items.mark_all_undecided()
    assert len(store.items.undecided(10)) == 3


def test_many_are_found_at_once_in_the_order_asked(store):
    with store.transaction():
        for number in range(700):
            store.items.save(item(id=f"i-{number}"), "{}", NOW)
    asked = [f"i-{number}" for number in (699, 3, 5000, *range(650))]
    found = store.items.get_many(asked)
    assert list(found) == list(dict.fromkeys(id for id in asked if id != "i-5000"))
    assert store.items.known(asked) == frozenset(found)
    assert store.items.get_many([]) == {}


def test_links_are_known_for_the_source_that_brought_them_only(store):
    store.items.save(item(url="https://au.example/1"), "{}", NOW)
    store.items.save(item(id="i-2", source_id="nz-press", url="https://au.example/1", first_seen=NOW - HOUR), "{}", NOW)
    assert store.items.known_urls("au-press", ["https://au.example/1", "https://au.example/2", ""]) == {"https://au.example/1"}
    assert store.items.with_url("https://au.example/1") == ("i-2", "i-1")
    assert store.items.with_url("") == ()


def test_items_of_equal_content_find_each_other(store):
    for name, content in (("i-1", "a"), ("i-2", "b"), ("i-3", "a")):
        store.items.save(item(id=name, hash=content), "{}", NOW)
    assert store.items.with_hash("a") == ("i-1", "i-3")
    assert store.items.with_hash("c") == ()


@pytest.mark.parametrize(("sought", "found"), [
    ("to lam", ["i-3", "i-1"]),
    ("TÔ Lâm", ["i-3", "i-1"]),
    ("lam to", ["i-3", "i-1"]),
    ("То Лам", ["i-3", "i-1"]),
    ("Đại tướng", ["i-1"]),
    ("dai tuong hanoi", []),
    ("minist", ["i-3"]),            # the beginning of a word
    ("inister", []),                # but not its middle
    ("陈思", ["i-2"]),
    ("思陈", []),
    ("รัฐมนตรี", ["i-2"]),
    ("100%", ["i-2"]),
    ("%", []),
    ("_ '", []),
    ("", []),
])
def test_searching_finds_words_in_any_script_with_or_without_diacritics(store, sought, found):
    store.items.save(item(id="i-1", title="Đại tướng Tô Lâm tiếp đoàn", body=""), "{}", NOW)
    store.items.save(item(id="i-2", title="公安部长陈思源会见 100% การประชุมรัฐมนตรีต่างประเทศ", body="", first_seen=NOW + HOUR), "{}", NOW)
    store.items.save(item(id="i-3", title="Lam, To: a minister's day", body="", first_seen=NOW + HOUR * 2), "{}", NOW)
    assert [each.id for each in store.items.search(sought, 5)] == found
    assert [each.id for each in store.items.search(sought, 1)] == found[:1]


def test_searching_finds_the_words_of_the_newest_text(store):
    store.items.save(item(body="opium"), "{}", NOW)
    store.items.save(item(body="heroin", hash="1"), "{}", NOW)
    assert store.items.search("opium", 5) == ()
    assert len(store.items.search("heroin", 5)) == 1


def test_old_items_that_report_no_meeting_are_forgotten_and_no_others(store):
    for number, name in enumerate(("i-old", "i-reports", "i-undecided", "i-new")):
        store.items.save(item(id=name, first_seen=NOW + timedelta(days=number)), "{}", NOW)
    store.meetings.save_reports("i-reports", (report(item_id="i-reports"),))
    store.items.mark_decided(("i-old", "i-reports", "i-new"))
    assert store.items.forget(NOW + timedelta(days=3)) == 1
    assert sorted(found.id for found in store.items.all()) == ["i-new", "i-reports", "i-undecided"]
    assert store.items.forget(NOW + timedelta(days=3)) == 0


def test_the_addresses_of_items_are_known_by_id(store):
    store.items.save(item(), "{}", NOW)
    store.items.save(item(id="i-2", url=""), "{}", NOW)
    assert store.items.addresses(("i-1", "i-2", "i-3")) == {"i-1": "https://au.example/1", "i-2": ""}


def test_items_of_a_source_are_found_by_what_else_identifies_them(store):
    old = item()
    dated = item(id="i-2", url="https://au.example/2", published=NOW - HOUR, hash="2" * 64, first_seen=NOW + HOUR)
    foreign = item(id="i-3", source_id="nz-press")
    for one in (dated, old, foreign):
        store.items.save(one, "{}", NOW)
    assert store.items.alike("au-press", urls=[old.url], dates=[], hashes=[]) == (old,)
    assert store.items.alike("au-press", urls=[], dates=[NOW - HOUR], hashes=[old.hash]) == (old, dated)
    assert store.items.alike("nz-press", urls=[old.url], dates=[NOW], hashes=[old.hash]) == (foreign,)
    assert store.items.alike("au-press", urls=["x"], dates=[], hashes=[]) == ()


def test_of_many_revisions_the_first_and_the_newest_stay(store):
    for number in range(50):
        store.items.save(item(hash=f"{number:064}", title=f"Read {number} times"), f'{{"n": {number}}}', NOW + HOUR * number)
    kept = [raw for _, raw in store.items.revisions("i-1")]
    assert kept == ['{"n": 0}', *(f'{{"n": {number}}}' for number in range(50 - REVISIONS + 1, 50))]


def test_entries_wait_in_their_order_and_in_measure(store):
    assert store.items.wait("au-press", [("i-2", "{2}"), ("i-1", "{1}")], NOW, most=10) == 2
    assert store.items.wait("au-press", [("i-1", "{again}"), ("i-3", "{3}")], NOW + HOUR, most=10) == 3
    assert store.items.wait("nz-press", [("i-9", "{9}")], NOW, most=10) == 1
    assert store.items.waiting() == {"au-press": 3, "nz-press": 1}
    assert store.items.admit("au-press", 2) == (("i-1", "{1}"), ("i-2", "{2}"))
    assert store.items.admit("au-press", 9) == (("i-3", "{3}"),)
    assert store.items.admit("au-press", 9) == ()
    assert store.items.wait("au-press", ((f"i-{number}", "{}") for number in range(100)), NOW, most=10) == 10
