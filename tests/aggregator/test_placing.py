"""Items fed one by one end where a whole file does, whatever restarts lie between; what is mended is logged and can be taken back."""

from pathlib import Path

import pytest

from aggregator.commands.matching import as_published, match, read_lines
from aggregator.commands.ruling import RulingError, undo
from aggregator.ingest import Intake
from aggregator.parse.entry import Parsed
from aggregator.rebuilding import rebuild
from aggregator.understand.reading import understand
from aggregator.understand.topics import SHIPPED
from storage.store import open_store
from tests.aggregator.test_ingest import World
from tests.factory import NOW

COVERAGE = Path(__file__).parents[1] / "data" / "coverage.jsonl"
SOME = 70               # rows: enough for reprints, several languages, previews and meetings of one pair within days


def reading(item, source):
    return understand(item, source, SHIPPED)


@pytest.fixture(scope="module")
def rows():
    return read_lines(COVERAGE.read_text(encoding="utf-8").splitlines()[:SOME], COVERAGE.name)


def test_a_stream_with_restarts_ends_in_the_meetings_of_the_whole_file(rows, tmp_path):
    whole = {answer["id"]: [meeting["id"] for meeting in answer["meetings"]] for answer in match(rows, reading)}
    url = f"sqlite:{tmp_path / 'stream.db'}"
    published = [as_published(row) for row in rows]
    ids, seen_at = {}, NOW.replace(year=1990)
    for start in range(0, len(rows), 9):
        with open_store(url) as store:
            store.sources.configure({source.id: source for source, _ in published}.values(), NOW)
            for row, (source, entry) in list(zip(rows, published, strict=True))[start:start + 9]:
                seen_at = max(seen_at.replace(microsecond=seen_at.microsecond + 1), entry.published_at or seen_at)
                Intake(store, reading).take(source, Parsed((entry,)), seen_at)
                known = set(ids.values())
                (ids[row["id"]],) = [item.id for item in store.items.all() if item.id not in known]
                if row["id"] != rows[start]["id"]:
                    Intake(store, reading).decide(seen_at)      # now one, now two at once
    with open_store(url) as store:
        Intake(store, reading).decide(seen_at)
        streamed = {name: [claim.meeting_id for claim in store.meetings.coverage(id)] for name, id in ids.items()}
        assert streamed == whole
        before, repairs = store.meetings.newest(1000), store.repairs.newest(1000)
        rebuild(store, Intake(store, reading), seen_at)
        assert store.meetings.newest(1000) == before
        assert store.repairs.newest(1000) == repairs


# Two reports of one meeting that have nothing in common but the country; a third tells all of it.
ONE = ("Pio Ravu, Fiji's Minister of the Interior, told reporters on 4 March 2026 that he had met his guest in Suva for an hour, over tea, in a room "
       "with a view of the reef. Boats were spoken of, and smugglers.")
OTHER = ("Sione Taufa, Minister of Police of Tonga, ended a visit to Fiji with talks about new uniforms, dogs trained to find drugs, and a school for "
         "young officers. He flew home last night.")
BOTH = ONE.replace("his guest", "Tonga's Minister of Police Sione Taufa") + " " + OTHER


def test_a_repair_is_logged_taken_back_and_stays_so():
    with open_store("sqlite::memory:") as store:
        world = World(store)
        world.tell("a", "1", ONE)
        world.tell("b", "1", OTHER)
        (first,), (second,) = (store.meetings.of_item(item.id) for item in store.items.all())
        assert first != second
        world.tell("c", "1", BOTH)
        assert list(store.meetings.ids()) == [first]
        (repair,) = store.repairs.newest(9)
        assert (repair.verb, repair.source, repair.target) == ("merge", second, first)
        assert repair.reasons
        assert store.meetings.successor(second) == first
        world.intake.decide(world.now)
        assert store.repairs.newest(9) == (repair,)
        ruling = undo(store, repair.id, world.now)
        world.intake.decide(world.now)
        assert {first, second} <= set(store.meetings.ids())
        world.tell("a", "2", BOTH + " They will meet again.")
        assert {first, second} <= set(store.meetings.ids())
        assert store.repairs.get(repair.id).undone_at == world.now.replace(hour=world.now.hour - 1)
        with pytest.raises(RulingError, match="taken back already"):
            undo(store, repair.id, world.now)
        undo(store, ruling.id, world.now)
        world.intake.decide(world.now)
        assert list(store.meetings.ids()) == [first]
