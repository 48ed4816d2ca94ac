"""What a source always says is learnt from its own items, not read, and kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.commands.explaining import explain
from aggregator.ingest import Intake
from aggregator.parse.entry import Entry, Parsed
from aggregator.rebuilding import rebuild
from aggregator.understand.boilerplate import NOTHING
from aggregator.understand.reading import understand
from storage.model import Source
from storage.store import open_store
from tests.factory import NOW

HEAD = "One year of the Suva Herald: the Interior Minister of Tonga met the Ambassador of Samoa in our house on Monday.\n"
STORIES = [
    "The harbour bridge is closed until the end of the week, the city said, because two of its bearings have worn out.",
    "Sugar fetched a tenth more than a year ago at the first auction of the season, and growers hope that it stays so.",
    "A school in the hills has got its first library, built by parents over four winters out of what was left of a barn.",
    "Rain is expected over the northern islands, with gusts that may keep the ferries in port from noon until evening.",
]
HERALD = Source("herald", "https://herald.example/", "Suva Herald", language="en", country="FJ")


@pytest.fixture
def intake():
    with open_store("sqlite::memory:") as store:
        store.sources.configure([HERALD, Source("other", "https://other.example/", "Other", language="en", country="FJ")], NOW)
        yield Intake(store, lambda item, source: understand(item, source, ()))


def take(intake, texts, source=HERALD):
    for number, text in enumerate(texts):
        entry = Entry(0, guid=f"{source.id} {number}", link=f"{source.url}{number}", title=f"Story {number}", content=text)
        intake.take(source, Parsed((entry,)), NOW + timedelta(minutes=number))
    intake.decide(NOW)
    return [item for item in intake.store.items.all() if item.source_id == source.id]


def test_what_a_source_always_says_is_not_read_but_kept(intake):
    items = take(intake, [HEAD + story for story in STORIES])
    assert [len(intake.store.meetings.reports(item.id)) for item in items] == [1, 1, 0, 0]      # until three stories had it, nobody could know
    assert all(HEAD.strip() in item.body for item in items)
    told = explain(intake.store, items[-1].id)
    assert [words.strip() for words in told.as_json()["left_out"]] == [HEAD.strip()]
    assert "Not read, for its source always says it: “One year of the Suva Herald" in "\n".join(told.lines(markup=False))


def test_of_another_source_nothing_is_known(intake):
    take(intake, [HEAD + story for story in STORIES])
    assert intake.wrappers.of("herald") != NOTHING
    assert intake.wrappers.of("other") == NOTHING
    (item,) = take(intake, [HEAD + STORIES[0]], Source("other", "https://other.example/", "Other", language="en", country="FJ"))
    assert intake.wrappers.without(item) is item


def test_quotes_keep_their_places_in_the_whole_text(intake):
    meeting = "SUVA — Minister of Home Affairs Pio Ravu held talks with the Ambassador of Samoa in Suva on 4 March 2026."
    heads = [f"The Suva Herald, the paper of the islands, on all channels\n{story}" for story in (*STORIES, meeting)]
    item = take(intake, heads)[-1]
    (report,) = intake.store.meetings.reports(item.id)
    assert report.day_quote is not None
    assert item.body[report.day_quote.start:][:12] == report.day_quote.text == "4 March 2026"


def test_a_rebuild_learns_the_same_anew(intake):
    take(intake, [HEAD + story for story in STORIES])
    learnt = intake.store.setting("boilerplate herald")
    reports = [intake.store.meetings.reports(item.id) for item in intake.store.items.all()]
    intake.store.change_setting("boilerplate gone", "3 {}")
    rebuild(intake.store, intake, NOW)
    assert intake.store.setting("boilerplate herald") == learnt
    assert intake.store.setting("boilerplate gone") is None
    assert [intake.store.meetings.reports(item.id) for item in intake.store.items.all()] == reports
