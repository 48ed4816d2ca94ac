"""What rulings come to, in whatever order they were made."""

from dataclasses import replace
from datetime import timedelta

from aggregator.deduper.rulings import founder, in_force, make, ruled
from tests.factory import NOW, item, meeting, member, report

HOUR = timedelta(hours=1)


def said(*words):
    return in_force(make(verb, subject, object, NOW + n * HOUR) for n, (verb, subject, object) in enumerate(words))


def test_items_that_are_held_together_are_so_through_others_too():
    found = said(("same", "a b", "c"), ("same", "c", "d"))
    assert found.mates("a") == {"b", "c", "d"}
    assert found.mates("e") == frozenset()


def test_items_that_are_kept_apart_are_so_with_all_they_are_held_to():
    found = said(("same", "a", "b"), ("different", "b", "c d"))
    assert found.kept_from("a") == {"c", "d"}
    assert found.kept_from("c") == {"b"}
    assert found.forbids(["x", "b"], ["y", "d"])
    assert not found.forbids(["a"], ["b"])


def test_of_two_rulings_on_the_same_items_the_later_holds():
    parted = said(("same", "a b", "c d"), ("different", "d", "a b c"))
    assert parted.mates("a") == {"b", "c"}
    assert parted.mates("d") == frozenset()
    joined = said(("different", "a", "b"), ("same", "a", "b"))
    assert joined.mates("a") == {"b"}
    assert joined.kept_from("a") == frozenset()


def test_a_ruling_that_was_taken_back_holds_no_more():
    one = make("same", "a", "b", NOW)
    assert in_force([replace(one, undone_at=NOW + HOUR)]).mates("a") == frozenset()
    assert in_force([one]).mates("a") == {"b"}


def test_why_two_are_together_names_who_said_so_and_how_it_is_taken_back():
    one = make("same", "a", "b", NOW, "Editor")
    assert in_force([one]).why_together("a", ["b"]) == f"ruled to be the same by Editor on 5 March 2026 (ruling {one.id})"


def test_tags_are_given_and_taken_and_the_meeting_is_news_again():
    people = [member()]
    drawn = ruled(meeting(), people, said(("retag", founder(people), "+drugs -border-management +LA -FJ")))
    assert drawn.topics == ("drugs",)
    assert [(party.code, party.role) for party in drawn.parties] == [("AU", "party"), ("LA", "party"), ("FJ", "mention")]
    assert drawn.updated >= meeting().updated
    assert ruled(meeting(), people, said()) == meeting()


def test_a_tag_is_given_to_the_meeting_that_a_report_founded_and_to_no_other_of_its_item():
    second = member(says=report(position=1))
    assert founder([second]) == "i-1/1"
    assert ruled(meeting(), [member()], said(("retag", "i-1/1", "+drugs"))) == meeting()
    assert "drugs" in ruled(meeting(), [second], said(("retag", "i-1/1", "+drugs"))).topics


def test_a_ruling_that_is_taken_back_is_news_too():
    people = [member(what=item())]
    undone = replace(make("retag", "i-1", "+drugs", NOW), undone_at=NOW + 2 * HOUR)
    drawn = ruled(meeting(), people, in_force([undone]))
    assert drawn.topics == meeting().topics
    assert drawn.updated >= NOW + 2 * HOUR
