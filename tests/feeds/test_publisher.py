"""A round of publishing writes what must change, whole, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from feeds.catalogue import KINDS
from feeds.errors import FeedsError
from feeds.publisher import Publishing, publish
from storage.model import Party
from storage.store import Store, open_store
from tests.feeds import sample
from tests.feeds.atom_rules import ATOM, TOMBSTONE, wrong

NOW = sample.NOW


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store("sqlite::memory:") as opened:
        sample.keep(opened, sample.meetings())
        yield opened


@pytest.fixture
def publishing(tmp_path: Path) -> Publishing:
    return Publishing(
        "Communiqué", "https://news.example/", tmp_path / "public", "desk@news.example", kinds=KINDS, topics=sample.TOPICS, combinations=sample.COMBINATIONS
    )


def tree(directory: Path, *, packed: bool = False) -> dict[str, bytes]:
    """The files, or their gzip forms, by their paths."""
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file() and (path.suffix == ".gz") is packed}


def ids(directory: Path, feed: str) -> list[str]:
    return [entry.findtext(f"{ATOM}id", "").rpartition(":")[2] for entry in etree.parse(directory / f"{feed}.atom").getroot().findall(f"{ATOM}entry")]


def test_everything_is_there_after_the_first_round(store, publishing):
    published = publish(store, publishing, now=NOW)
    files = tree(publishing.directory)
    assert published.failed == () and published.meetings == 20 and published.unchanged == 0 and published.written == len(files)
    assert {
        "all.atom",
        "all.html",
        "country/vn.atom",
        "pair/ru-vn.atom",
        "region/035.html",
        "feed/vn-cyber.atom",
        "organisation/interpol.atom",
        "meeting/m-00000000.html",
        "feeds.opml",
        "index.html",
        "style.css",
    } <= set(files)
    for path, body in files.items():
        if path.endswith(".atom"):
            assert wrong(body, self_url=f"https://news.example/{path}") == [], path


def test_a_feed_holds_only_what_belongs_in_it(store, publishing):
    publish(store, publishing, now=NOW)
    assert ids(publishing.directory, "pair/ru-vn") == ["m-00000000"]
    assert ids(publishing.directory, "feed/vn-cyber") == ["m-00000011", "m-00000007", "m-00000000"]
    assert "m-00000004" in ids(publishing.directory, "country/th") and not (publishing.directory / "pair/th-vn.atom").exists()
    assert not (publishing.directory / "country/us.atom").exists()


@pytest.mark.case("O3")
def test_a_second_round_writes_nothing(store, publishing):
    publish(store, publishing, now=NOW)
    before = {path: path.stat().st_mtime_ns for path in publishing.directory.rglob("*")}
    assert publish(store, publishing, now=NOW + timedelta(days=400)).written == 0
    assert publish(store, publishing, now=NOW + timedelta(days=400), alarms=()).written == 0
    again = publish(store, publishing, now=NOW + timedelta(days=400), everything=True)
    assert (again.written, again.failed) == (0, ()) and again.unchanged == len(tree(publishing.directory))
    assert {path: path.stat().st_mtime_ns for path in publishing.directory.rglob("*")} == before


@pytest.mark.case("O1", "O20")
def test_the_same_meetings_give_the_same_files_from_another_store(store, publishing, tmp_path):
    publish(store, publishing, now=NOW)
    with open_store("sqlite::memory:") as other:
        for told in reversed(sample.meetings()):
            sample.keep(other, [told])
        publish(other, replace(publishing, directory=tmp_path / "again"), now=NOW)
    assert tree(tmp_path / "again") == tree(publishing.directory)


@pytest.mark.case("O20")
def test_rounds_one_meeting_at_a_time_end_where_one_round_ends(store, publishing, tmp_path):
    publish(store, publishing, now=NOW)
    with open_store("sqlite::memory:") as other:
        for told in sample.meetings():
            sample.keep(other, [told])
            publish(other, replace(publishing, directory=tmp_path / "steps"), now=NOW)
    assert tree(tmp_path / "steps") == tree(publishing.directory)


def test_one_changed_meeting_touches_its_own_files_only(store, publishing):
    publish(store, publishing, now=NOW)
    meeting = store.meetings.get("m-00000002")
    assert meeting is not None
    store.meetings.save(replace(meeting, place="Busia", updated=meeting.updated + timedelta(days=30)))
    published = publish(store, publishing, now=NOW)
    assert set(published.paths) == {
        "meeting/m-00000002.html",
        "index.html",
        "manifest.json",
        *(f"corrections.{ending}" for ending in ("atom", "json", "rss", "html")),
        *(
            f"{path}.{ending}"
            for ending in ("atom", "json", "rss", "ics", "html")
            for path in ("all", "topic/border-management", "country/ke", "country/ug", "pair/ke-ug", "region/002", "region/014", "region/202")
        ),
    }
    assert ids(publishing.directory, "all")[0] == "m-00000002"


@pytest.mark.case("O3", "O4")
def test_late_coverage_grows_an_entry_in_place(store, publishing):
    meeting, members = sample.meetings()[0]
    with open_store("sqlite::memory:") as other:
        sample.keep(other, [(replace(meeting, outlets=2, origins=2), members[:2])])
        publish(other, publishing, now=NOW)
        before = etree.fromstring((publishing.directory / "all.atom").read_bytes()).find(f"{ATOM}entry")
        sample.keep(other, [(meeting, members)])
        publish(other, publishing, now=NOW)
    after = etree.fromstring((publishing.directory / "all.atom").read_bytes()).findall(f"{ATOM}entry")
    assert before is not None and len(after) == 1
    assert [before.findtext(f"{ATOM}{name}") for name in ("id", "updated", "published")] == [
        after[0].findtext(f"{ATOM}{name}") for name in ("id", "updated", "published")
    ]
    assert [len([link for link in entry.findall(f"{ATOM}link") if link.get("rel") == "related"]) for entry in (before, after[0])] == [2, 7]


def test_a_meeting_that_loses_a_party_leaves_its_feed_and_the_feed_stays(store, publishing):
    publish(store, publishing, now=NOW)
    old = etree.parse(publishing.directory / "country/rs.atom").getroot().findtext(f"{ATOM}updated")
    meeting = store.meetings.get("m-00000010")
    assert meeting is not None and ids(publishing.directory, "country/rs") == [meeting.id]
    store.meetings.save(replace(meeting, parties=(Party("RU", "country", "party"),)))
    assert publish(store, publishing, now=NOW).failed == ()
    assert ids(publishing.directory, "country/rs") == [] and meeting.id in ids(publishing.directory, "country/ru")
    assert wrong((publishing.directory / "country/rs.atom").read_bytes()) == []
    assert etree.parse(publishing.directory / "country/rs.atom").getroot().findtext(f"{ATOM}updated") == old
    assert publish(store, publishing, now=NOW, everything=True).written == 0


@pytest.mark.case("O16")
def test_a_merged_meeting_leads_to_its_successor_and_is_deleted_where_it_was(store, publishing):
    publish(store, publishing, now=NOW)
    for item in ("i-000a00", "i-000a01"):
        (coverage,) = store.meetings.coverage(item)
        store.meetings.cover(replace(coverage, meeting_id="m-00000013"))
    store.meetings.remove("m-0000000a", "m-00000013", NOW)
    assert publish(store, publishing, now=NOW).failed == ()
    page = (publishing.directory / "meeting/m-0000000a.html").read_text()
    assert "url=m-00000013.html" in page and "Laos and Vietnam" in page
    for feed in ("all", "country/la", "pair/la-vn"):
        root = etree.parse(publishing.directory / f"{feed}.atom").getroot()
        assert wrong((publishing.directory / f"{feed}.atom").read_bytes()) == []
        assert "m-0000000a" not in ids(publishing.directory, feed)
        assert [element.get("ref") for element in root.findall(f"{TOMBSTONE}deleted-entry")] == ["tag:news.example,2026:m-0000000a"]
    assert b"deleted-entry" not in (publishing.directory / "country/ke.atom").read_bytes()
    assert publish(store, publishing, now=NOW + timedelta(days=2), everything=True).written == 0


@pytest.mark.case("O16")
def test_a_withdrawn_meeting_says_so(store, publishing):
    publish(store, publishing, now=NOW)
    store.meetings.remove("m-00000005", None, NOW)
    publish(store, publishing, now=NOW)
    assert "No longer held to be a meeting" in (publishing.directory / "meeting/m-00000005.html").read_text()
    assert ids(publishing.directory, "pair/co-es") == [] and b"deleted-entry" in (publishing.directory / "pair/co-es.atom").read_bytes()


def test_a_file_that_was_lost_comes_back(store, publishing):
    publish(store, publishing, now=NOW)
    before = tree(publishing.directory)
    for path in ("country/vn.atom", "pair/ru-vn.ics", "corrections.json", "style.css", "index.html"):
        (publishing.directory / path).unlink()
    publish(store, publishing, now=NOW)
    (publishing.directory / "meeting/m-00000001.html").unlink()
    publish(store, publishing, now=NOW, everything=True)
    assert tree(publishing.directory) == before


@pytest.mark.case("O1")
def test_ids_stay_when_the_address_and_the_year_change(store, publishing):
    publish(store, publishing, now=NOW)
    published = publish(store, replace(publishing, base_url="https://moved.example/feeds"), now=NOW + timedelta(days=800))
    root = etree.parse(publishing.directory / "all.atom").getroot()
    assert root.findtext(f"{ATOM}id") == "tag:news.example,2026:feed/all"
    assert wrong((publishing.directory / "all.atom").read_bytes(), self_url="https://moved.example/feeds/all.atom") == []
    assert published.unchanged == 2  # the stylesheet, and the feeds that ended


def test_one_bad_meeting_is_named_and_stops_nothing(store, publishing):
    meeting = store.meetings.get("m-00000003")
    assert meeting is not None
    store.meetings.save(replace(meeting, id="m-BAD/../../x"))
    published = publish(store, publishing, now=NOW)
    assert len(published.failed) == 1 and "m-BAD" in published.failed[0]
    assert len(ids(publishing.directory, "all")) == 20
    assert not list(publishing.directory.parent.glob("x*"))


def test_a_file_that_cannot_be_written_is_named_and_tried_again(store, publishing):
    publishing.directory.mkdir()
    (publishing.directory / ".all.atom.new").mkdir()
    published = publish(store, publishing, now=NOW)
    assert [reason.partition(":")[0] for reason in published.failed] == ["all.atom"]
    assert (publishing.directory / "index.html").exists() and not (publishing.directory / "all.atom").exists()
    (publishing.directory / ".all.atom.new").rmdir()
    assert publish(store, publishing, now=NOW).paths == ("all.atom", "manifest.json")


@pytest.mark.case("R12")
def test_what_a_killed_round_left_is_swept_by_the_next(store, publishing):
    publish(store, publishing, now=NOW)
    (publishing.directory / "country/.vn.atom.new").write_bytes(b"half")
    store.change_setting("publishing", NOW.isoformat())
    publish(store, publishing, now=NOW)
    assert not (publishing.directory / "country/.vn.atom.new").exists()


def test_a_directory_that_cannot_be_written_is_an_error_with_a_remedy(store, publishing, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FeedsError, match="or name another"):
        publish(store, replace(publishing, directory=tmp_path / "file"), now=NOW)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
@pytest.mark.case("R16")
def test_a_directory_we_may_not_write_to_is_an_error_with_a_remedy(store, publishing, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o555)
    with pytest.raises(FeedsError, match="or name another"):
        publish(store, replace(publishing, directory=tmp_path / "locked"), now=NOW)


@pytest.mark.parametrize("base_url", ["", "news.example", "ftp://news.example/", "https://news.example/?x=1", "javascript:alert(1)"])
def test_a_base_url_that_is_no_folder_is_an_error_with_a_remedy(store, publishing, base_url):
    with pytest.raises(FeedsError, match="write one like"):
        publish(store, replace(publishing, base_url=base_url), now=NOW)


def test_meetings_that_are_possibly_the_same_name_each_other(store, publishing):
    publish(store, publishing, now=NOW)
    store.meetings.relate("m-0000000a", "m-00000013", 0.6, ("same people: Khamla Phomvihane",))
    publish(store, publishing, now=NOW)
    for one, other in (("m-0000000a", "m-00000013"), ("m-00000013", "m-0000000a")):
        page = (publishing.directory / f"meeting/{one}.html").read_text()
        assert f'href="{other}.html"' in page and "same people: Khamla Phomvihane" in page


def test_nothing_in_the_store_is_a_site_too(publishing):
    with open_store("sqlite::memory:") as empty:
        assert publish(empty, publishing, now=NOW).failed == ()
    assert set(tree(publishing.directory)) == {
        *(f"{path}.{ending}" for path in ("all", "feed/vn-cyber") for ending in ("atom", "json", "rss", "ics", "html")),
        *(f"{path}.{ending}" for path in ("corrections", "sources") for ending in ("atom", "json", "rss", "html")),
        "feeds.html", "feeds.opml", "index.html", "manifest.json", "retired.json", "style.css",
    }
    assert "No meeting has been found yet" in (publishing.directory / "index.html").read_text()
    assert wrong((publishing.directory / "all.atom").read_bytes()) == []
