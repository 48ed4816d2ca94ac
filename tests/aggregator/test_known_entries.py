"""Entries that were in the last document word for word are not read again, and nothing else is different for it.

Touches: nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator import ingest
from aggregator.ingest import Intake, Taken
from aggregator.normalise.items import normalise
from aggregator.parse.entry import Entry, Parsed
from aggregator.rebuilding import rebuild
from storage.model import Source
from storage.store import Store, open_store
from tests.factory import source

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
SITE = source(id="a", url="https://a.example/feed")


class Desk:
    """One source over a real store; every document is an hour after the last. `read` are the titles that were normalised for the last one."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self.now, self.read = store, NOW, list[str]()
        self.intake = Intake(store, lambda item, of: ())
        store.sources.configure([SITE], NOW)

        def watched(parsed: Parsed, of: Source, *, seen_at: datetime) -> object:
            self.read += [entry.title for entry in parsed.entries]
            return normalise(parsed, of, seen_at=seen_at)

        monkeypatch.setattr(ingest, "normalise", watched)

    def take(self, *entries: Entry, of: Source = SITE, room: int | None = None, **document: str) -> Taken:
        self.now += HOUR
        self.read.clear()
        return self.intake.take(of, Parsed(entries, **document), self.now, visit=True, room=room)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with open_store("sqlite::memory:") as store:
        yield Desk(store, monkeypatch)


def entry(number: int, **fields: object) -> Entry:
    plain: dict[str, object] = {
        "position": number, "guid": f"urn:{number}", "link": f"https://a.example/story/{number}", "title": f"Ministers {number}",
        "summary": f"The ministers met for the {number}th time and spoke about cooperation.", "published_at": NOW - number * HOUR,
    }
    return Entry(**(plain | fields))  # type: ignore[arg-type]


FIVE = tuple(entry(number) for number in range(5))
MOVED_DOWN = tuple(replace(one, position=one.position + 1) for one in FIVE)


def test_only_what_the_last_document_did_not_hold_is_read(desk):
    desk.take(*FIVE)
    taken = desk.take(entry(9, position=0), *MOVED_DOWN)
    assert (taken.new, taken.changed, taken.same) == (1, 0, 5)
    assert desk.read == ["Ministers 9"]


def test_a_document_of_known_entries_alone_is_not_read(desk):
    desk.take(*FIVE)
    assert desk.take(*FIVE[::-1]).same == 5
    assert desk.read == []


@pytest.mark.parametrize("edited", [
    {"title": "Ministers meet"}, {"summary": "They did not meet."}, {"link": "https://a.example/other"}, {"published_at": NOW - 9 * HOUR}, {"language": "fr"}])
def test_an_entry_that_was_edited_is_read(desk, edited):
    desk.take(*FIVE)
    desk.take(entry(0, **edited), *FIVE[1:])
    assert desk.read == [edited.get("title", "Ministers 0")]


def test_a_text_that_comes_back_is_a_change_again(desk):
    desk.take(*FIVE)
    assert desk.take(entry(0, title="Another title"), *FIVE[1:]).changed == 1
    assert desk.take(*FIVE).changed == 1
    assert desk.store.items.search("Ministers 0", 9)


@pytest.mark.parametrize("other", [{"title": "The feed's new name"}, {"language": "fr"}, {"site": "https://a.example/story/1"}])
def test_what_the_document_says_of_all_entries_counts(desk, other):
    desk.take(*FIVE)
    desk.take(*FIVE, **other)
    assert len(desk.read) == 5


def test_the_settings_of_the_source_count(desk):
    desk.take(*FIVE)
    taken = desk.take(*FIVE, of=replace(SITE, name="Another name"))
    assert (len(desk.read), taken.changed) == (5, 5)


def test_another_version_of_the_program_reads_all(desk, monkeypatch):
    desk.take(*FIVE)
    monkeypatch.setattr(ingest, "VERSION", "another")
    desk.take(*FIVE)
    assert len(desk.read) == 5


def test_after_a_rebuild_all_is_read(desk):
    desk.take(*FIVE)
    rebuild(desk.store, desk.intake, desk.now)
    desk.take(*FIVE)
    assert len(desk.read) == 5


@pytest.mark.parametrize("new", [
    entry(9, guid="urn:1"), entry(9, link="https://a.example/story/1?utm_source=x", guid=""), entry(9, link="https://a.example/story/1"),
    entry(9, guid="", link=""), entry(9, guid="https://a.example/feed", link="https://a.example/feed"),
])
def test_an_entry_that_shares_its_names_has_the_whole_document_read(desk, new):
    desk.take(*FIVE)
    desk.take(*FIVE, new)
    assert len(desk.read) == 6


def test_entries_that_wait_are_not_remembered(desk):
    desk.take(*FIVE[:1])
    assert desk.take(*FIVE, room=2).waiting == 2
    assert desk.take(*FIVE, room=0).waiting == 2
    assert len(desk.read) == 2
    last = desk.take(*FIVE, room=9)
    assert (last.new, last.waiting, desk.store.items.count()) == (2, 0, 5)


def test_an_entry_with_tomorrows_date_is_read_until_it_has_one(desk):
    ahead = entry(0, published_at=NOW + 30 * HOUR)
    desk.take(ahead)
    for _ in range(8):
        desk.take(ahead)
    (item,) = desk.store.items.all()
    assert item.published == NOW + 30 * HOUR
    desk.take(ahead)
    assert desk.read == []


def test_a_visit_that_brings_no_document_forgets_nothing(desk):
    desk.take(*FIVE)
    desk.take()
    desk.take(*FIVE)
    assert desk.read == []


def _documents(chance: random.Random) -> Iterator[tuple[Entry, ...]]:
    """What a careless site publishes: entries come, go, are edited, numbered anew, told twice, lose their names."""
    live, number = [entry(number) for number in range(6)], 6
    for _ in range(8):
        for _ in range(chance.randrange(3)):
            live.insert(0, entry(number))
            number += 1
        for place in range(len(live)):
            roll = chance.random()
            if roll < 0.05:
                live[place] = replace(live[place], summary=f"Corrected {chance.random()}: the ministers did not speak about cooperation.")
            elif roll < 0.08:
                live[place] = replace(live[place], guid=f"new:{live[place].guid}")
            elif roll < 0.1:
                live[place] = replace(live[place], guid="")
            elif roll < 0.12:
                live[place] = replace(live[place], published_at=NOW + chance.randrange(48) * HOUR)
            elif roll < 0.13:
                live[place] = replace(live[place], guid=chance.choice(live).guid)
            elif roll < 0.14:
                live.append(replace(live[place]))
        del live[12:]
        yield tuple(replace(one, position=place) for place, one in enumerate(live))


@pytest.mark.parametrize("seed", range(40))
def test_the_items_are_those_of_one_who_reads_every_entry(seed, monkeypatch):
    with open_store("sqlite::memory:") as one, open_store("sqlite::memory:") as other:
        skipping, reading = Desk(one, monkeypatch), Desk(other, monkeypatch)
        for document in _documents(random.Random(seed)):
            reading.store.items.forget_last_documents()
            assert replace(skipping.take(*document), same=0) == replace(reading.take(*document), same=0)
            assert tuple(one.items.all()) == tuple(other.items.all())
