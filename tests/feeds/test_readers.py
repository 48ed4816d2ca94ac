"""A reader that comes back after every round and remembers entries by their ids shows each meeting once."""

from dataclasses import replace
from datetime import timedelta

import feedparser
import pytest
from lxml import etree

from feeds.catalogue import KINDS
from feeds.publisher import Publishing, publish
from storage.store import open_store
from tests.feeds import sample
from tests.feeds.atom_rules import TOMBSTONE

NOW = sample.NOW


class Reader:
    """What feedparser reads at each visit, by id; taken out is what the feed says is deleted (RFC 6721)."""

    def __init__(self) -> None:
        self.shown: dict[str, tuple[str, str, str]] = {}

    def visit(self, body: bytes) -> int:
        """How many entries were new to it."""
        read = feedparser.parse(body)
        assert not read.bozo
        new = [entry.id for entry in read.entries if entry.id not in self.shown]
        self.shown |= {entry.id: (entry.title, entry.link, entry.published) for entry in read.entries}
        for deleted in etree.fromstring(body).iter(f"{TOMBSTONE}deleted-entry"):
            self.shown.pop(deleted.get("ref", ""), None)
        return len(new)


@pytest.mark.case("O1", "O2", "O16", "O23")
def test_after_three_rounds_with_late_coverage_and_a_merge_no_reader_has_a_meeting_twice(tmp_path):
    publishing = Publishing("Communiqué", "https://news.example/", tmp_path / "public", kinds=KINDS, topics=sample.TOPICS)
    told, reader, calendar = sample.meetings(), Reader(), tmp_path / "public" / "all.ics"
    meeting, members = told[0]
    with open_store("sqlite::memory:") as store:
        sample.keep(store, [(replace(meeting, outlets=2, origins=2), members[:2]), *told[1:12]])
        publish(store, publishing, now=NOW)
        assert reader.visit((tmp_path / "public/all.atom").read_bytes()) == 12

        sample.keep(store, [(replace(meeting, updated=NOW + timedelta(microseconds=7)), members), *told[12:]])
        publish(store, publishing, now=NOW + timedelta(hours=1))
        assert reader.visit((tmp_path / "public/all.atom").read_bytes()) == 8       # the late coverage brought no entry of its own

        for item in ("i-000a00", "i-000a01"):
            (coverage,) = store.meetings.coverage(item)
            store.meetings.cover(replace(coverage, meeting_id="m-00000013"))
        store.meetings.remove("m-0000000a", "m-00000013", NOW + timedelta(hours=2))
        publish(store, publishing, now=NOW + timedelta(hours=2))
        assert reader.visit((tmp_path / "public/all.atom").read_bytes()) == 0

    assert sorted(reader.shown) == sorted(f"tag:news.example,2026:{each.id}" for each, _ in told if each.id != "m-0000000a")
    afresh = Reader()
    afresh.visit((tmp_path / "public/all.atom").read_bytes())
    assert afresh.shown == reader.shown         # who comes only now sees the same
    assert b"STATUS:CANCELLED" in calendar.read_bytes()
