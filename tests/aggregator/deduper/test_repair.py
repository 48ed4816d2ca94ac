"""What a later report shows to be wrong is mended, and nothing else."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from aggregator.deduper.match import decide
from aggregator.deduper.repair import next_change, recorded
from aggregator.deduper.rulings import Ruled, in_force, make
from aggregator.deduper.terms import Ground
from storage.model import Party, Person
from tests.factory import NOW, item, member, report, source

GROUND = Ground()
FIJI, TONGA = Person("Pio Ravu", "pio ravu", "Minister of the Interior", "FJ"), Person("Sione Taufa", "sione taufa", "Minister of Police", "TO")
SIDES = (Party("FJ", "country", "party"), Party("TO", "country", "party"))
TEXT = "Fiji's Minister of the Interior Pio Ravu held talks with Tonga's Minister of Police Sione Taufa in Suva on 4 March 2026 on patrols at sea. "


def told(name, *, text=TEXT, hours=0, **says):
    what = item(id=name, source_id=name, title=text[:60], body=text, url=f"https://{name}.example/1", first_seen=NOW + timedelta(hours=hours))
    facts = {"parties": SIDES, "people": (FIJI, TONGA), "topics": ()} | says
    return member(source(id=name, family=name, name=name), what, report(item_id=name, **facts))


FIRST = told("a", hours=0)
SECOND = told("b", text=TEXT + "They agreed on joint training.", hours=1)
THIRD = told("c", text=TEXT + "A telephone line will be open.", hours=2)
ANEW = "On 9 March 2026 the ministers of Fiji and Tonga, Pio Ravu and Sione Taufa, sat down once more, this time about visas for students and nurses. "
OTHER_DAY = told("d", day=date(2026, 3, 9), day_confidence=1.0, text=ANEW, hours=3)


def test_two_meetings_whose_reports_fit_each_other_become_one_under_the_older_id():
    change = next_change(THIRD, "m-2", {"m-2": (SECOND, THIRD), "m-1": (FIRST,)}, Ruled(), GROUND)
    assert (change.verb, change.source, change.target) == ("merge", "m-2", "m-1")
    assert change.reasons
    assert next_change(None, "m-1", {"m-1": (FIRST, SECOND, THIRD)}, Ruled(), GROUND) is None


def test_meetings_that_a_person_keeps_apart_stay_apart():
    said = in_force([make("different", "a", "b c", NOW)])
    assert next_change(THIRD, "m-2", {"m-2": (SECOND, THIRD), "m-1": (FIRST,)}, said, GROUND) is None


def test_two_reports_of_one_item_are_never_one_meeting():
    twin = replace(FIRST, report=replace(FIRST.report, position=1), coverage=replace(FIRST.coverage, position=1))
    assert next_change(twin, "m-2", {"m-2": (twin,), "m-1": (FIRST,)}, Ruled(), GROUND) is None


def test_a_report_of_another_day_leaves_the_meeting_it_was_in():
    change = next_change(SECOND, "m-1", {"m-1": (OTHER_DAY, FIRST, SECOND)}, Ruled(), GROUND)
    assert (change.verb, change.member.item.id) == ("split", "d")
    assert change.reasons[0].startswith("another day")


def test_a_report_goes_to_the_meeting_it_fits_clearly_better():
    late = told("e", day=date(2026, 3, 9), day_confidence=1.0, text=ANEW + "Nothing was signed.", hours=4)
    change = next_change(late, "m-2", {"m-2": (late,), "m-1": (FIRST, OTHER_DAY, SECOND)}, Ruled(), GROUND)
    assert (change.verb, change.source, change.target, change.member.item.id) == ("move", "m-1", "m-2", "d")


def test_what_a_person_holds_together_is_not_parted():
    said = in_force([make("same", "d", "a", NOW)])
    change = next_change(SECOND, "m-1", {"m-1": (OTHER_DAY, FIRST, SECOND)}, said, GROUND)
    assert change is None or change.member.item.id == "b"


@pytest.mark.parametrize("clusters", [{"m-1": (FIRST, SECOND)}, {"m-1": (FIRST,), "m-2": (OTHER_DAY,)}, {"m-1": (FIRST,)}])
def test_where_all_is_well_nothing_is_changed(clusters):
    assert next_change(None, "m-1", clusters, Ruled(), GROUND) is None
    assert next_change(FIRST, "m-9", clusters, Ruled(), GROUND) is None


def test_a_change_is_recorded_with_what_was_before_and_why():
    clusters = {"m-2": (SECOND, THIRD), "m-1": (FIRST,)}
    change = next_change(THIRD, "m-2", clusters, Ruled(), GROUND)
    kept = recorded(change, clusters, NOW)
    assert (kept.items, kept.beside, kept.reasons) == (("b", "c"), ("a",), change.reasons)
    assert kept.id == recorded(change, clusters, NOW + timedelta(days=1)).id
    assert decide(THIRD, {"m-1": (FIRST, SECOND)}, GROUND).meeting_id == "m-1"
