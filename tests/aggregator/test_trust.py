"""S45 to S51: what one source may do to another's items and meetings, over a real store and real feeds.

Touches: nothing but the folder a test is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.ingest import Intake, Taken
from aggregator.parse.entry import Document, Entry, Parsed
from aggregator.parse.reader import read_document
from aggregator.understand.reading import understand
from aggregator.understand.topics import SHIPPED
from feeds.publisher import Publishing, publish
from storage.model import Meeting, Source
from storage.store import Store, open_store
from tests.factory import source

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOLD = ("SUVA - Fiji's Minister of the Interior Pio Ravu held talks with Tonga's Minister of Police Sione Taufa in Suva on 4 March 2026. "
        "They spoke about drug trafficking and agreed to share information on vessels.")
A = source(id="a", url="https://a.example/feed", name="A Press", country="FJ", family="a")
B = source(id="b", url="https://b.example/feed", name="B News", country="TO", family="b")
STORY = Entry(0, guid="urn:a:1", link="https://a.example/1", title="Ministers of Fiji and Tonga meet in Suva", summary=TOLD, published_at=NOW - HOUR)


class Desk:
    """Two sources over one store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.intake = Intake(store, lambda item, of: understand(item, of, SHIPPED))
        store.sources.configure([A, B], NOW)

    def take(self, of: Source, *entries: Entry, after: timedelta = timedelta(0)) -> Taken:
        taken = self.intake.take(of, Parsed(entries), NOW + after, visit=True)
        self.intake.decide(NOW + after)
        return taken

    def meeting(self) -> Meeting:
        (found,) = self.store.meetings.newest(10)
        return found


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_store("sqlite::memory:") as store:
        yield Desk(store)


@pytest.mark.case("S45")
def test_s45_the_address_of_a_feed_with_a_key_in_it_is_published_nowhere(tmp_path):
    secret = replace(A, url="https://a.example/feed?token=hunter2")
    with open_store("sqlite::memory:") as store:
        desk = Desk(store)
        store.sources.configure([secret], NOW)
        desk.take(secret, STORY)
        publish(store, Publishing("Feeds", "https://desk.example/", tmp_path, "", ("en",), "", ("all", "countries", "pairs"), SHIPPED, ()), now=NOW)
    published = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(b"Ministers of Fiji" in path.read_bytes() for path in published)
    assert [path.name for path in published if b"hunter2" in path.read_bytes()] == []


@pytest.mark.case("S47")
def test_s47_a_source_that_claims_anothers_name_and_link_joins_as_a_report_of_its_own(desk):
    desk.take(A, STORY)
    (before,) = desk.store.items.all()
    claimed = replace(STORY, title="Fiji's Ravu, Tonga's Taufa meet; buy pills", source_title="A Press", source_url="https://a.example/feed")
    assert desk.take(B, claimed, after=HOUR).new == 1
    assert desk.store.items.get(before.id) == before
    members = desk.store.meetings.members(desk.meeting().id)
    assert {member.source.id for member in members} == {"a", "b"}
    assert desk.meeting().published == NOW


@pytest.mark.case("S48")
def test_s48_an_earlier_date_makes_no_source_the_first(desk):
    desk.take(A, STORY)
    before = desk.meeting()
    desk.take(B, replace(STORY, guid="urn:b:1", link="https://b.example/1", published_at=NOW - 20 * HOUR), after=HOUR)
    after = desk.meeting()
    assert (after.id, after.published, after.origins) == (before.id, before.published, 1)
    assert {member.source.id: bool(member.coverage.copy_of) for member in desk.store.meetings.members(after.id)} == {"a": False, "b": True}


@pytest.mark.case("S49")
def test_s49_near_copies_by_one_source_are_one_voice(desk):
    honest = source(id="c", url="https://c.example/feed", name="C Daily", family="c")
    desk.store.sources.configure([A, B, honest], NOW)
    desk.take(A, STORY)
    own_words = "Pio Ravu, Fiji's Minister of the Interior, received Tonga's Minister of Police Sione Taufa in Suva on 4 March 2026 to speak of smuggling at sea."
    desk.take(honest, Entry(0, guid="c", link="https://c.example/1", title="Ravu receives Taufa in Suva", summary=own_words, published_at=NOW))
    before = desk.meeting()
    flood = tuple(replace(STORY, position=n, guid=f"urn:b:{n}", link=f"https://b.example/{n}", summary=TOLD.replace("4 March", "3 March") + f" Part {n}.")
                  for n in range(30))
    desk.take(B, *flood, after=HOUR)
    found = [meeting for meeting in desk.store.meetings.newest(40) if before.id == meeting.id]
    assert [(meeting.day, meeting.title, meeting.outlets <= 3, meeting.origins <= 3) for meeting in found] == [(before.day, before.title, True, True)]


@pytest.mark.case("S50")
def test_s50_an_old_item_whose_link_leads_to_another_host_is_counted(desk):
    assert desk.take(A, STORY).strayed == 0
    assert desk.take(A, replace(STORY, link="https://a.example/moved/1"), after=HOUR).strayed == 0
    assert desk.take(A, replace(STORY, link="https://www.a.example/moved/1"), after=2 * HOUR).strayed == 0
    assert desk.take(A, replace(STORY, link="https://casino.example/1"), after=3 * HOUR).strayed == 1


class Aggregator:
    """One of a ring: publishes what it holds, reads what another published."""

    def __init__(self, name: str, folder: Path) -> None:
        self.folder, self.store = folder / name, open_store("sqlite::memory:")
        self.publishing = Publishing(name, f"https://{name}.example/", self.folder, "", ("en",), "", ("all",), SHIPPED, ())
        self.intake = Intake(self.store, lambda item, of: understand(item, of, SHIPPED))

    def cycle(self, of: Source, body: bytes, now: datetime) -> bytes:
        """Reads `body` as a document of `of`; what it publishes then."""
        self.store.sources.configure([A, of], NOW)
        parsed = read_document(Document(of.url, body, "application/atom+xml", now), of, now=now)
        self.intake.take(of, parsed, now, visit=True)
        self.intake.decide(now)
        publish(self.store, self.publishing, now=now)
        return (self.folder / "all.atom").read_bytes()


@pytest.mark.case("S51")
@pytest.mark.parametrize("names", [("one",), ("one", "two")], ids=["our own feed", "a ring of two"])
def test_s51_feeds_that_read_each_other_do_not_grow(tmp_path, names):
    ring = [Aggregator(name, tmp_path) for name in names]
    ring[0].store.sources.configure([A], NOW)
    ring[0].intake.take(A, Parsed((STORY,)), NOW, visit=True)
    ring[0].intake.decide(NOW)
    publish(ring[0].store, ring[0].publishing, now=NOW)
    body = (ring[0].folder / "all.atom").read_bytes()
    sizes, now = [], NOW
    for _ in range(5):
        for one, before in zip((*ring[1:], ring[0]), ring, strict=True):
            now += HOUR
            body = one.cycle(source(id="ring", url=f"https://{before.publishing.title}.example/all.atom", family="ring", role="republisher"), body, now)
        sizes.append([(len(list(one.store.items.all())), [meeting.updated for meeting in one.store.meetings.newest(10)]) for one in ring])
    assert sizes[3] == sizes[2]
    assert sizes[4] == sizes[2]
    assert [len(meetings) for _, meetings in sizes[4]] == [1] * len(ring)
    for one in ring:
        one.store.close()
