"""Items become meetings one at a time, in the order they were seen, and no meeting takes another's place."""

from datetime import timedelta

import pytest

from aggregator.ingest import Intake
from aggregator.parse.entry import Entry, Parsed
from aggregator.understand.reading import understand
from aggregator.understand.topics import SHIPPED
from storage.store import open_store
from tests.factory import NOW, source

SUVA = "SUVA - Fiji's Minister of the Interior Pio Ravu held talks with Tonga's Minister of Police Sione Taufa in Suva on 4 March 2026 on drug trafficking."
SUVA_AGAIN = "Fiji's Minister of the Interior Pio Ravu met Tonga's Minister of Police Sione Taufa in Suva on 4 March 2026."
LIMA = "LIMA - Peru's Minister of the Interior Juan Quispe held talks with Chile's Interior Minister Ana Rojas in Lima on 2 March 2026 on migration."


class World:
    """A store, an intake over it, and a clock that moves an hour with each document."""

    def __init__(self, store, reading=lambda item, of: understand(item, of, SHIPPED)):
        self.store, self.now = store, NOW
        self.intake = Intake(store, reading)
        store.sources.configure([source(id=name, url=f"https://{name}.example/", family=name) for name in "abc"], NOW)

    def take(self, name, guid, text, *more):
        self.now += timedelta(hours=1)
        entries = [Entry(n, guid=g, link=f"https://{name}.example/{g}", title=t[:60], content=t, content_is_html=False, published_at=NOW)
                   for n, (g, t) in enumerate([(guid, text), *more])]
        return self.intake.take(source(id=name, url=f"https://{name}.example/", family=name), Parsed(tuple(entries)), self.now)

    def tell(self, name, guid, text, *more):
        self.take(name, guid, text, *more)
        return self.intake.decide(self.now)

    def sides(self):
        return sorted(sorted(party.code for party in meeting.parties if party.role == "party") for meeting in self.store.meetings.newest(10))


@pytest.fixture
def world():
    with open_store("sqlite::memory:") as store:
        yield World(store)


def test_two_reports_of_one_meeting_in_one_round_make_one_meeting(world):
    world.take("a", "1", SUVA)
    world.take("b", "1", SUVA_AGAIN)
    decided = world.intake.decide(world.now)
    assert (decided.items, decided.meetings_new) == (2, 1)


def test_what_was_taken_before_a_crash_is_decided_in_the_next_round(world):
    world.take("a", "1", SUVA)
    restarted = Intake(world.store, world.intake.reading)
    assert restarted.decide(world.now).meetings_new == 1
    assert restarted.decide(world.now).items == 0


def test_a_decision_that_is_asked_to_stop_leaves_the_rest_for_the_next_start(world):
    world.take("a", "1", SUVA, ("2", LIMA))
    read, patient = [], world.intake.reading

    def reading(item, of):
        read.append(item.id)
        world.intake.stopping = True
        return patient(item, of)

    world.intake.reading = reading
    assert world.intake.decide(world.now).items == len(read) == 1
    assert Intake(world.store, patient).decide(world.now).items == 1


def test_an_item_that_is_rewritten_to_tell_of_another_meeting_leaves_the_first_to_the_others(world):
    world.tell("a", "1", SUVA)
    (first,) = world.store.meetings.newest(2)
    world.tell("b", "1", SUVA_AGAIN)
    world.tell("a", "1", LIMA)
    assert world.sides() == [["CL", "PE"], ["FJ", "TO"]]
    kept = world.store.meetings.get(first.id)
    assert kept is not None
    assert {party.code for party in kept.parties if party.role == "party"} == {"FJ", "TO"}


def test_a_meeting_whose_only_report_is_rewritten_keeps_its_id(world):
    world.tell("a", "1", SUVA)
    (before,) = world.store.meetings.newest(2)
    world.tell("a", "1", SUVA.replace("drug trafficking", "drugs and cybercrime"))
    (after,) = world.store.meetings.newest(2)
    assert after.id == before.id
    assert after.published == before.published
    assert "cybercrime" in after.topics


def test_a_meeting_that_nobody_reports_any_longer_is_taken_away(world):
    world.tell("a", "1", SUVA)
    (gone,) = world.store.meetings.newest(2)
    world.tell("a", "1", "The weather in Suva will be fine on Thursday, with light winds from the east and no rain at all.")
    assert world.store.meetings.count() == 0
    assert [name for name, _, _ in world.store.meetings.tombstones()] == [gone.id]


def test_a_text_that_trips_a_rule_costs_no_other_its_meeting(caplog):
    def clumsy(item, of):
        if "LIMA" in item.body:
            raise RuntimeError("a rule tripped")
        return understand(item, of, SHIPPED)

    with open_store("sqlite::memory:") as store:
        world = World(store, clumsy)
        decided = world.tell("a", "1", LIMA, ("2", SUVA))
        assert decided.meetings_new == 1
        assert len(decided.failed) == 1
        assert "not understood" in caplog.text
        assert store.items.count() == 2
        assert world.intake.decide(world.now).items == 0


def test_a_link_is_known_whatever_it_carries_for_tracking(world):
    world.take("a", "1", SUVA)
    asked = ("https://a.example/1?utm_source=feed", "https://a.example/2")
    assert world.intake.known_links(source(id="a"), asked) == {"https://a.example/1?utm_source=feed"}
    assert world.intake.known_links(source(id="b"), asked) == frozenset()


WIRE = ("SUVA - Fiji's Minister of the Interior Pio Ravu held talks with Tonga's Minister of Police Sione Taufa in Suva on 4 March 2026 on drug trafficking. "
        "The two agreed that patrol boats of both countries may follow suspects into each other's waters, that officers are to be trained together in Nadi "
        "every spring, and that a telephone line between the two headquarters will be open day and night from the first of May. Taufa then left for home.")


def test_a_copy_seen_before_its_origin_is_nested_under_it_once_the_origin_is_seen(world):
    world.store.sources.configure([source(id="a", name="Mirror"), source(id="b", name="Fiji Wire", role="agency")], NOW)
    world.now += timedelta(hours=1)
    reprint = Entry(0, guid="1", link="https://a.example/1", title=WIRE[:50], content=WIRE + "\n(Fiji Wire)", content_is_html=False, published_at=NOW)
    world.intake.take(source(id="a", name="Mirror"), Parsed((reprint,)), world.now)
    world.intake.decide(world.now)
    world.now += timedelta(hours=1)
    origin = Entry(0, guid="1", link="https://b.example/1", title=WIRE[:50], content=WIRE, content_is_html=False, published_at=NOW)
    world.intake.take(source(id="b", name="Fiji Wire", role="agency"), Parsed((origin,)), world.now)
    world.intake.decide(world.now)
    (meeting,) = world.store.meetings.newest(5)
    claims = {member.item.source_id: member.coverage.copy_of for member in world.store.meetings.members(meeting.id)}
    ids = {member.item.source_id: member.item.id for member in world.store.meetings.members(meeting.id)}
    assert claims == {"a": ids["b"], "b": ""}
    assert meeting.origins == 1


def test_a_look_back_founds_no_meeting(world):
    text = "Last year Fiji's Minister of the Interior Pio Ravu and Tonga's Minister of Police Sione Taufa met in Suva. The bridge they spoke of is being painted."
    told = world.tell("a", "1", text)
    kinds = {report.kind for item in world.store.items.all() for report in world.store.meetings.reports(item.id)}
    assert kinds <= {"retrospective"}
    assert told.meetings_new == 0


def test_items_are_decided_in_the_order_they_were_seen(world):
    world.take("a", "1", LIMA, ("2", SUVA))
    world.take("b", "1", SUVA_AGAIN)
    world.intake.decide(world.now)
    for meeting in world.store.meetings.newest(5):
        members = world.store.meetings.members(meeting.id)
        assert members[0].coverage.reasons == ("the first report of this meeting",)
        assert meeting.published == members[0].item.first_seen


def test_an_item_of_two_meetings_is_in_both(world):
    both = SUVA + "\nLater on Wednesday Prime Minister of Fiji Anaru Tuki received Taufa in Suva on 4 March 2026 and they spoke of visas."
    world.tell("a", "1", both)
    (item,) = world.store.items.all()
    reports = world.store.meetings.reports(item.id)
    assert len(world.store.meetings.of_item(item.id)) == len(reports)
