"""Addresses that were once published lead on, or say that they ended."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from feeds.ended import Ended
from feeds.publisher import Publishing, publish
from feeds.server import application
from storage.store import open_store
from tests.feeds import sample

AT = {"at": "2026-03-12T09:00:00Z"}
LISTED = {
    "topic/old": AT | {"to": "topic/new"}, "topic/older": AT | {"to": "topic/old"}, "topic/ring": AT | {"to": "topic/gnir"}, "topic/gnir": AT | {"to": "topic/ring"},
    "topic/evil": AT | {"to": "/evil.example/x"}, "topic/over": AT | {"gone_from": "2027-03-12T09:00:00Z"}, "topic/both": AT | {"to": "topic/over"},
}


def ended(public: Path, now=None) -> TestClient:
    return TestClient(application(public, clock=lambda: now), follow_redirects=False)


@pytest.fixture
def public(tmp_path: Path) -> Path:
    (tmp_path / "topic").mkdir()
    for name in ("old", "over", "evil", "ring", "both"):
        (tmp_path / "topic" / f"{name}.atom").write_bytes(b"<feed/>")
    (tmp_path / "retired.json").write_text(json.dumps({"retired": LISTED}))
    return tmp_path


@pytest.mark.case("O34", "S62")
@pytest.mark.parametrize(("path", "location"), [
    ("/topic/old.atom", "../topic/new.atom"), ("/topic/old.ics", "../topic/new.ics"), ("/topic/older.html", "../topic/new.html"),
])
def test_a_feed_that_moved_leads_on_whatever_its_ending(public, path, location):
    answer = ended(public).get(path)
    assert (answer.status_code, answer.headers["location"]) == (308, location)
    assert answer.headers["cache-control"].startswith("public")
    assert ended(public).head(path).headers == answer.headers


@pytest.mark.case("O34")
def test_a_feed_that_ended_is_served_for_a_year_and_then_is_gone(public):
    year = timedelta(days=365)
    assert [ended(public, sample.NOW + later).get("/topic/over.atom").status_code for later in (timedelta(0), year - timedelta(seconds=1), year)] == [200, 200, 410]
    assert ended(public, sample.NOW + year).get("/topic/both.atom").status_code == 410
    assert TestClient(application(public)).get("/topic/over.atom").status_code == 200


@pytest.mark.case("S62")
@pytest.mark.parametrize("path", ["/topic/evil.atom", "/topic/ring.atom"])
def test_nobody_is_led_to_another_host_or_in_a_ring(public, path):
    assert ended(public, sample.NOW).get(path).status_code == 200


def test_the_list_is_read_again_when_it_is_another(public):
    client = ended(public)
    assert client.get("/topic/old.atom").status_code == 308
    (public / "new").write_text('{"retired": {}}')
    (public / "new").rename(public / "retired.json")
    assert client.get("/topic/old.atom").status_code == 200
    assert client.get("/retired.json").headers["content-type"] == "application/json"
    held = Ended("x", {})
    assert held.read_again("x", b"no JSON") is held


@pytest.mark.case("O34", "O17")
def test_a_published_site_leads_on_from_merged_meetings_and_moved_feeds_and_serves_its_archives(tmp_path):
    publishing = Publishing("News", "https://news.example/", tmp_path, kinds=sample.KINDS, topics=sample.TOPICS)
    with open_store("sqlite::memory:") as store:
        sample.keep(store, sample.many(130))
        publish(store, publishing, now=sample.NOW)
        store.meetings.remove("m-00000002", "m-00000003", sample.NOW)
        store.meetings.remove("m-00000005", None, sample.NOW)
        publish(store, replace(publishing, renamed=(("topic/drugs", "topic/trade"),)), now=sample.NOW)
    client = ended(tmp_path, sample.NOW)
    merged = client.get("/meeting/m-00000002.html")
    assert (merged.status_code, merged.headers["location"]) == (308, "m-00000003.html")
    assert client.get("/meeting/m-00000003.html").status_code == 200
    assert client.get("/meeting/m-00000005.html").status_code == 200      # it says itself that it was withdrawn
    assert client.get("/topic/drugs.json").headers["location"] == "../topic/trade.json"
    archive = client.get("/all/archive/1.atom")
    assert archive.status_code == 200 and archive.content == (tmp_path / "all/archive/1.atom").read_bytes()
