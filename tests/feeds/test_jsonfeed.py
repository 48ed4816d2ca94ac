"""JSON Feed holds what Atom holds, and every fact for machines."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from feeds import jsonfeed
from feeds.catalogue import ALL, pair_feed
from feeds.presentation import present
from tests.feeds import danger, sample
from tests.feeds.json_rules import wrong
from tests.feeds.test_atom import hostile


def told(*which: sample.Told) -> bytes:
    return jsonfeed.document(ALL, [jsonfeed.item(present(*each, sample.SITE), sample.SITE) for each in which], sample.SITE)


@pytest.mark.case("O41")
def test_a_week_of_meetings_is_a_valid_feed():
    assert wrong(told(*sample.meetings()), feed_url="https://news.example/all.json") == []
    assert wrong(jsonfeed.document(pair_feed("VN", "RU"), [], sample.SITE), feed_url="https://news.example/pair/ru-vn.json") == []


def test_an_item_tells_every_fact():
    (item,) = json.loads(told(sample.meetings()[0]))["items"]
    facts = item["_communique"]
    assert item["id"] == "tag:news.example,2026:m-00000000" and item["external_url"] == "https://mps.example/news/0-0"
    assert (facts["day"], facts["place"], facts["state"], facts["act"]) == ("2026-03-02", "Hanoi", "held", "talks")
    assert [(party["code"], party["kind"], party["name"]) for party in facts["parties"]] == [("RU", "country", "Russia"), ("VN", "country", "Vietnam")]
    assert {"name": "Pham Duc Long", "post": "Minister of Public Security", "country": "VN"} in facts["people"]
    assert [topic["id"] for topic in facts["topics"]] == ["cybercrime", "transnational-crime"] and "medtop:20000098" in facts["iptc"]
    assert facts["documents"][0] == "Protocol on the exchange of digital evidence"
    assert facts["headline"] == {"title": "Vietnam and Russia agree to share evidence on online fraud", "language": "en"}
    assert (facts["outlets"], facts["origins"]) == (7, 5)


def test_an_item_tells_its_coverage_reprints_under_their_origin():
    (item,) = json.loads(told(sample.meetings()[0]))["items"]
    coverage = item["_communique"]["coverage"]
    assert [(line["outlet"], line["role"], line["language"]) for line in coverage][:2] == [("Ministry of Public Security", "official", "en"), ("Vietnam Wire", "agency", "en")]
    assert [reprint["outlet"] for reprint in coverage[1]["reprints"]] == ["The Daily", "World News Digest"]
    assert coverage[0]["url"] == "https://mps.example/news/0-0" and coverage[0]["published"] == "2026-03-02T06:00:00Z"


def test_an_item_tells_where_outlets_disagree():
    (item,) = json.loads(told(sample.meetings()[0]))["items"]
    (disagreement,) = item["_communique"]["disagreements"]
    assert disagreement["fact"] == "day"
    assert [(value["value"], value["outlets"][-1]) for value in disagreement["values"]] == [("2026-03-02", "World News Digest"), ("2026-03-01", "Le Courrier du Monde")]


def test_what_is_not_known_is_not_there():
    meeting, members = sample.meetings()[0]
    bare = replace(meeting, day=None, earliest=date(2026, 3, 1), latest=date(2026, 3, 4), place="", people=(), agreements=(), accounts=())
    (item,) = json.loads(told((bare, members)))["items"]
    assert {"day", "place", "people", "documents", "disagreements"}.isdisjoint(item["_communique"])
    assert (item["_communique"]["earliest"], item["_communique"]["latest"]) == ("2026-03-01", "2026-03-04")


@pytest.mark.parametrize("payload", danger.PAYLOADS, ids=lambda payload: ascii(payload[:20]))
def test_no_words_can_break_or_arm_it(payload):
    body = told(hostile(payload, "javascript:alert(1)"), sample.meetings()[1])
    assert wrong(body) == []
    for item in json.loads(body)["items"]:
        assert danger.dangerous(item["content_html"]) == []
        assert danger.dangerous(item["title"]) == [] and danger.dangerous(item["summary"]) == []
