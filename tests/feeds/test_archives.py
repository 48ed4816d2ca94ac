"""A feed grows at its new end: what leaves the live document lies in archives that never change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from lxml import etree

from feeds.publisher import Publishing, publish
from feeds.rolls import ARCHIVED, MOST_BYTES, MOST_ENTRIES, Roll
from storage.model import Meeting
from storage.publications import GONE, LIVE, Entered
from storage.store import open_store
from tests.feeds import sample
from tests.feeds.atom_rules import ATOM, TOMBSTONE, wrong

NOW = sample.NOW


@pytest.fixture
def publishing(tmp_path: Path) -> Publishing:
    return Publishing("Communiqué", "https://news.example/", tmp_path / "public", kinds=("all",), topics=sample.TOPICS)


def in_time(count: int) -> tuple[sample.Told, ...]:
    """So many meetings, each updated an hour after the one before."""
    return tuple(
        (replace(meeting, published=sample.START + timedelta(hours=number), updated=sample.START + timedelta(hours=number, microseconds=number)), members)
        for number, (meeting, members) in enumerate(sample.many(count))
    )


def ids(path: Path) -> list[str]:
    return [entry.findtext(f"{ATOM}id", "").rpartition(":")[2] for entry in etree.parse(path).getroot().findall(f"{ATOM}entry")]


def archives(publishing: Publishing) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(publishing.directory.glob("all/archive/*"))}


def chain(publishing: Publishing) -> list[Path]:
    """The documents a reader finds from the live one backwards."""
    found, path = [], "all.atom"
    while path:
        found.append(publishing.directory / path)
        links = {link.get("rel"): link.get("href") for link in etree.parse(found[-1]).getroot().findall(f"{ATOM}link")}
        path = (links.get("prev-archive") or "").removeprefix("https://news.example/")
    return found


@pytest.mark.case("O2", "O17", "O19")
def test_a_reader_who_follows_the_archives_finds_every_meeting_once_the_newest_first(publishing):
    told = in_time(230)
    with open_store("sqlite::memory:") as store:
        sample.keep(store, told)
        assert publish(store, publishing, now=NOW).failed == ()
    documents = chain(publishing)
    assert [path.name for path in documents] == ["all.atom", "3.atom", "2.atom", "1.atom"]
    assert all(wrong(path.read_bytes(), self_url=f"https://news.example/{path.relative_to(publishing.directory)}") == [] for path in documents)
    assert [id for path in documents for id in ids(path)] == [meeting.id for meeting, _ in reversed(told)]
    assert max(len(ids(path)) for path in documents) <= MOST_ENTRIES
    assert list(archives(publishing)) == ["1.atom", "2.atom", "3.atom"]  # no gzip forms


@pytest.mark.case("O17")
def test_archives_never_change_while_meetings_come_one_round_after_another(publishing, tmp_path):
    told = in_time(130)
    seen: dict[str, str] = {}
    with open_store("sqlite::memory:") as store:
        for start in range(0, 130, 13):
            sample.keep(store, told[start : start + 13])
            publish(store, publishing, now=NOW)
            now = archives(publishing)
            assert {name: now[name] for name in seen} == seen
            seen = now
    with open_store("sqlite::memory:") as other:
        sample.keep(other, told)
        publish(other, replace(publishing, directory=tmp_path / "at-once"), now=NOW)
    assert seen == archives(replace(publishing, directory=tmp_path / "at-once")) and len(seen) == 1
    assert (publishing.directory / "all.atom").read_bytes() == (tmp_path / "at-once/all.atom").read_bytes()


def changed(store, number: int, **fields) -> Meeting:
    meeting = store.meetings.get(f"m-{number:08x}")
    assert meeting is not None
    store.meetings.save(replace(meeting, **fields))
    return meeting


def test_an_old_meeting_that_changes_returns_to_the_live_document_and_its_archive_stays(publishing):
    told = in_time(120)
    with open_store("sqlite::memory:") as store:
        sample.keep(store, told)
        publish(store, publishing, now=NOW)
        before = archives(publishing)
        assert "m-00000003" not in ids(publishing.directory / "all.atom")
        changed(store, 3, place="Elsewhere", updated=sample.START + timedelta(days=60))
        publish(store, publishing, now=NOW)
        assert ids(publishing.directory / "all.atom")[0] == "m-00000003"
        assert archives(publishing) == before and "m-00000003" in ids(publishing.directory / "all/archive/1.atom")
        assert publish(store, publishing, now=NOW, everything=True).written == 0


def test_a_further_reprint_of_an_old_meeting_brings_nothing_back(publishing):
    with open_store("sqlite::memory:") as store:
        sample.keep(store, in_time(120))
        publish(store, publishing, now=NOW)
        changed(store, 3, outlets=99)
        published = publish(store, publishing, now=NOW)
    assert "meeting/m-00000003.html" in published.paths and not [path for path in published.paths if path.endswith(".atom")]


def test_an_old_meeting_that_is_no_more_is_deleted_in_the_live_document(publishing):
    with open_store("sqlite::memory:") as store:
        sample.keep(store, in_time(120))
        publish(store, publishing, now=NOW)
        before = archives(publishing)
        store.meetings.remove("m-00000003", None, NOW)
        publish(store, publishing, now=NOW)
    root = etree.parse(publishing.directory / "all.atom").getroot()
    assert [element.get("ref") for element in root.findall(f"{TOMBSTONE}deleted-entry")] == ["tag:news.example,2026:m-00000003"]
    assert archives(publishing) == before


def test_archives_that_were_lost_come_back_without_what_has_moved_on(publishing):
    with open_store("sqlite::memory:") as store:
        sample.keep(store, in_time(170))
        publish(store, publishing, now=NOW)
        before = archives(publishing)
        changed(store, 3, place="Elsewhere", updated=sample.START + timedelta(days=60))
        publish(store, publishing, now=NOW)
        for name in before:
            (publishing.directory / "all/archive" / name).unlink()
        publish(store, publishing, now=NOW, everything=True)
        after = archives(publishing)
        assert list(after) == list(before) and after["2.atom"] == before["2.atom"]
        assert len(ids(publishing.directory / "all/archive/1.atom")) == ARCHIVED - 1


def test_a_new_address_is_told_in_the_archives_too(publishing):
    with open_store("sqlite::memory:") as store:
        sample.keep(store, in_time(120))
        publish(store, publishing, now=NOW)
        publish(store, replace(publishing, base_url="https://moved.example/"), now=NOW)
    body = (publishing.directory / "all/archive/1.atom").read_bytes()
    assert b"https://moved.example/all.atom" in body and b"https://news.example/all" not in body
    assert wrong(body, self_url="https://moved.example/all/archive/1.atom") == []


def test_an_archive_another_store_left_is_never_written_over(publishing):
    left = publishing.directory / "all/archive/1.atom"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"of a former life")
    with open_store("sqlite::memory:") as store:
        sample.keep(store, in_time(120))
        assert publish(store, publishing, now=NOW).failed == ()
    assert left.read_bytes() == b"of a former life" and len(ids(publishing.directory / "all/archive/2.atom")) == ARCHIVED


def test_an_archive_that_cannot_be_written_is_written_later(publishing):
    blocked = publishing.directory / "all/archive/.1.atom.new"
    blocked.mkdir(parents=True)
    with open_store("sqlite::memory:") as store:
        sample.keep(store, in_time(120))
        assert [reason.partition(":")[0] for reason in publish(store, publishing, now=NOW).failed] == ["all/archive/1.atom"]
        blocked.rmdir()
        assert publish(store, publishing, now=NOW).failed == ()
    assert [len(ids(path)) for path in chain(publishing)] == [70, 50]


def entered(number: int, size: int = 100, document: int = LIVE) -> Entered:
    return Entered(f"m-{number}", "all", document, sample.START + timedelta(hours=number), size)


def test_a_full_document_gives_its_oldest_half_away():
    roll = Roll(entered(number) for number in range(MOST_ENTRIES))
    assert roll.overflow() == ()
    roll.enter(entered(MOST_ENTRIES))
    assert [entry.meeting_id for entry in roll.overflow()] == [f"m-{number}" for number in reversed(range(ARCHIVED))]


@pytest.mark.case("O17")
def test_long_entries_fill_a_document_sooner_and_one_stays_however_long():
    roll = Roll(entered(number, MOST_BYTES // 3) for number in range(3))
    assert roll.overflow() == ()
    roll.enter(entered(3, MOST_BYTES // 3))
    assert [entry.meeting_id for entry in roll.overflow()] == ["m-2", "m-1", "m-0"]
    assert Roll([entered(0, MOST_BYTES * 2)]).overflow() == ()
    assert len(Roll([entered(0, MOST_BYTES * 2), entered(1, MOST_BYTES * 2)]).overflow()) == 1


def test_an_entry_that_grows_is_counted_once():
    roll = Roll([entered(0, 10), entered(1, 10)])
    for size in (MOST_BYTES, 20, MOST_BYTES - 10):
        roll.enter(entered(0, size))
    assert roll.overflow() == ()


def test_what_was_taken_out_is_named_until_it_is_long_ago():
    roll = Roll([entered(number, document=GONE) for number in range(60)])
    assert roll.forget_oldest() == tuple(f"m-{number}" for number in reversed(range(10))) and len(roll.gone) == 50
    roll.enter(entered(59))
    assert len(roll.gone) == 49 and [entry.meeting_id for entry in roll.live] == ["m-59"]
