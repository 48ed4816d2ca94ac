"""Which text is a reprint of which."""

from __future__ import annotations

from datetime import timedelta

from aggregator.deduper.copies import COPY, containment, origin, sketch
from tests import factory as make

TEXT = (
    "The interior minister of Norland received the interior minister of Sudria in the capital on Tuesday and signed a plan for joint patrols along the river. "
    "Both spoke of smuggling, of rescue at sea and of a hotline between the two coast guards that is to open before the summer. "
    "A first exercise with three vessels and a helicopter is set for May off the cape, the ministry said in a statement after the talks."
)
RAIL = "\nRead also: five lakes to visit this summer\nBridge closed for repairs until autumn\nAbout us · Contact · Follow our channel for more news every day"


def test_a_reprint_with_a_rail_and_a_masthead_is_still_the_same_text():
    assert containment(TEXT, f"SUDRIA TIMES — {TEXT}{RAIL}") >= COPY


def test_two_receptions_in_one_template_are_not_the_same_text():
    one = "Minister Berg received in Norton on May 3 the ambassador of {}. The minister {} and hoped that the ambassador would {} during the coming term in office."
    first = one.format("Sudria, Ms Anna Weiss", "praised the ties of the two police forces", "help to train officers")
    second = one.format("Estmark, Mr Jan Kowal", "recalled the flood of last year", "open a new consulate in the north")
    assert containment(first * 1, second) < COPY


def test_a_text_too_short_to_tell_is_a_copy_of_nothing():
    assert containment("Ministers met in Suva.", "Ministers met in Suva.") == 0.0


def test_two_copies_share_a_part_of_their_sketch():
    assert set(sketch(TEXT, 6)) & set(sketch(TEXT + RAIL, 6))


def test_the_credited_source_is_the_origin_even_when_seen_later():
    wire, paper = make.source(id="nna", name="NNA", role="agency"), make.source(id="paper", name="Paper")
    original = make.item(id="i-wire", source_id="nna", outlet="NNA", first_seen=make.NOW + timedelta(hours=2))
    reprint = make.item(id="i-paper", source_id="paper", outlet="Paper", credit="NNA", first_seen=make.NOW)
    assert origin((paper, reprint), (wire, original)) == "i-wire"
    assert origin((wire, original), (paper, reprint)) == "i-wire"


def test_without_a_credit_the_first_seen_is_the_origin_unless_it_only_republishes():
    one, two = make.source(id="one", name="One"), make.source(id="two", name="Two")
    early, late = make.item(id="i-b"), make.item(id="i-a", first_seen=make.NOW + timedelta(hours=1))
    assert origin((one, early), (two, late)) == "i-b"
    mill = make.source(id="mill", name="Mill", role="republisher")
    assert origin((mill, early), (two, late)) == "i-a"
