"""One source can neither change, hide, replace nor drown another's news (S46 to S50)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.ingest import Intake
from aggregator.parse.entry import Entry, Parsed
from aggregator.understand.reading import understand
from aggregator.understand.topics import SHIPPED
from storage.store import open_store
from tests.factory import NOW, source

HONEST = source(id="wire", name="Fiji Wire", url="https://wire.example/feed", family="wire", role="agency")
OTHER = source(id="herald", name="Herald", url="https://herald.example/feed", family="herald")
HOSTILE = source(id="flood", name="Flood", url="https://flood.example/feed", family="flood")
TEXT = (
    "SUVA - Fiji's Minister of the Interior Pio Ravu held talks with Tonga's Minister of Police Sione Taufa in Suva on 4 March 2026 on drug trafficking. "
    "The two agreed that patrol boats may follow suspects into each other's waters, and that officers are to be trained together in Nadi every spring."
)
LATER = "Fiji's Minister of the Interior Pio Ravu and Tonga's Minister of Police Sione Taufa met in Suva on 4 March 2026, the Herald learnt, and spoke of drugs."
TITLE = "Interior ministers of Fiji and Tonga hold talks in Suva"


class Newsroom:
    """A store in which the wire has reported a meeting."""

    def __init__(self, store):
        self.store, self.now = store, NOW
        self.intake = Intake(store, lambda item, of: understand(item, of, SHIPPED))
        store.sources.configure([HONEST, OTHER, HOSTILE], NOW)
        self.tell(HONEST, entry(1, TEXT, HONEST))
        (self.item,) = store.items.all()
        (self.meeting,) = store.meetings.newest(9)

    def tell(self, of, *entries):
        self.now += timedelta(hours=1)
        self.intake.take(of, Parsed(entries), self.now)
        self.intake.decide(self.now)

    def stands(self):
        """The wire's meeting is as it was to a reader, whatever else covers it."""
        now = self.store.meetings.get(self.meeting.id)
        assert self.store.items.get(self.item.id) == self.item
        shown = lambda meeting: (meeting.title, meeting.summary, meeting.day, meeting.place, meeting.published, meeting.parties, meeting.people)  # noqa: E731
        assert shown(now) == shown(self.meeting)
        return now


def entry(number, text, of, *, title=TITLE, **fields):
    told = Entry(number, guid=f"g{number}", link=f"https://{of.id}.example/{number}", title=title, content=text, content_is_html=False, published_at=NOW)
    return replace(told, **fields)


@pytest.fixture
def newsroom():
    with open_store("sqlite::memory:") as store:
        yield Newsroom(store)


@pytest.mark.case("S46")
def test_a_guid_of_anothers_item_names_another_item(newsroom):
    newsroom.tell(HOSTILE, entry(1, "Buy pills. " * 30, HOSTILE, title="Buy pills", guid="g1"))
    assert newsroom.store.items.count() == 2
    assert newsroom.stands().updated == newsroom.meeting.updated


@pytest.mark.case("S47")
def test_a_link_of_anothers_item_makes_coverage_at_most(newsroom):
    lie = TEXT.replace("drug trafficking", "nothing at all").replace("in Suva", "in Nadi")
    newsroom.tell(HOSTILE, entry(1, lie, HOSTILE, title="Ministers waste a day", guid="https://wire.example/1", link="https://wire.example/1"))
    now = newsroom.stands()
    members = newsroom.store.meetings.members(now.id)
    assert members[0].item == newsroom.item
    assert members[0].coverage.copy_of == ""


@pytest.mark.case("S48")
def test_a_date_in_the_past_makes_nobody_the_first(newsroom):
    newsroom.tell(HOSTILE, entry(1, TEXT, HOSTILE, published_at=NOW - timedelta(days=400)))
    newsroom.tell(HOSTILE, entry(2, TEXT, HOSTILE, published_at=None))
    now = newsroom.stands()
    members = newsroom.store.meetings.members(now.id)
    copies = {member.item.id: member.coverage.copy_of for member in members}
    assert copies.pop(newsroom.item.id) == ""
    assert set(copies.values()) == {newsroom.item.id}
    assert now.origins == 1


@pytest.mark.case("S49")
def test_five_hundred_near_copies_a_day_drown_nobody(newsroom):
    for day in range(2):
        flood = [entry(1000 * day + n, f"{TEXT} Edition {n} of day {day}, read by {n * 7919 % 10007} people.", HOSTILE, title=f"{TITLE}, edition {day}-{n}")
                 for n in range(250)]
        newsroom.tell(HOSTILE, *flood)
    now = newsroom.stands()
    assert now.origins == 1
    assert now.outlets == 2
    heard = newsroom.store.meetings.heard_of([now.id], 8)[now.id]
    assert heard[0].item.source_id == "wire"
    newsroom.tell(OTHER, entry(1, LATER, OTHER, title="Talks in Suva on drugs"))
    assert newsroom.store.meetings.of_item(next(item.id for item in newsroom.store.items.all() if item.source_id == "herald")) == (now.id,)
    heard = newsroom.store.meetings.heard_of([now.id], 8)[now.id]
    assert {"wire", "herald"} <= {member.item.source_id for member in heard[:4]}
    assert newsroom.stands().origins == 2
    assert newsroom.store.meetings.count() == 1


@pytest.mark.case("S50")
def test_a_known_item_whose_link_leads_elsewhere_is_reported_and_changes_no_other(newsroom):
    newsroom.tell(HOSTILE, entry(1, TEXT, HOSTILE))
    taken = newsroom.intake.take(HOSTILE, Parsed((entry(1, TEXT, HOSTILE, link="https://elsewhere.example/1"),)), newsroom.now + timedelta(hours=1))
    assert taken.strayed == 1
    newsroom.intake.decide(newsroom.now)
    newsroom.stands()
