"""What a round says beside the meetings: corrections, alarms, feeds that end, and for programs what stands."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import icalendar
import pytest
from lxml import etree

from feeds.alarms import Alarm
from feeds.publisher import Published, Publishing, publish
from storage.model import Meeting, Party, Person
from storage.store import Store, open_store
from tests.feeds import json_rules, sample
from tests.feeds.atom_rules import ATOM, wrong

NOW = sample.NOW
HOUR = timedelta(hours=1)


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store("sqlite::memory:") as opened:
        sample.keep(opened, sample.meetings()[:8])
        yield opened


@pytest.fixture
def publishing(tmp_path: Path) -> Publishing:
    return Publishing("Communiqué", "https://news.example/", tmp_path / "public", kinds=("all", "topics"), topics=sample.TOPICS)


def entries(publishing: Publishing, path: str) -> list[tuple[str, str]]:
    """Of each entry its title, and its words without markup."""
    body = (publishing.directory / f"{path}.atom").read_bytes()
    assert wrong(body, self_url=f"https://news.example/{path}.atom") == []
    assert json_rules.wrong((publishing.directory / f"{path}.json").read_bytes()) == []
    return [(entry.findtext(f"{ATOM}title", ""), entry.findtext(f"{ATOM}summary", "")) for entry in etree.fromstring(body).findall(f"{ATOM}entry")]


def change(store: Store, number: int, **fields) -> Meeting:
    meeting = store.meetings.get(f"m-{number:08x}")
    assert meeting is not None
    store.meetings.save(replace(meeting, **fields))
    return meeting


# Corrections


def test_a_fact_that_changes_is_corrected_once_with_what_it_was_what_it_is_and_who_says_so(store, publishing):
    publish(store, publishing, now=NOW)
    meeting = store.meetings.get("m-00000000")
    assert meeting is not None and entries(publishing, "corrections") == []
    later = next(account for account in meeting.accounts if account.value == "2026-03-01")
    change(store, 0, day=date(2026, 3, 1))
    publish(store, publishing, now=NOW + HOUR)
    ((title, words),) = entries(publishing, "corrections")
    assert title.startswith("Day corrected: Russia and Vietnam: ") and words == "The day was given as 2 March 2026; it is 1 March 2026."
    content = etree.parse(publishing.directory / "corrections.atom").getroot().findtext(f"{ATOM}entry/{ATOM}content", "")
    assert "<b>Source:</b> Le Courrier du Monde<" in content and len(later.items) == 1
    assert 'href="https://news.example/meeting/m-00000000.html"' in content
    assert publish(store, publishing, now=NOW + 2 * HOUR, everything=True).written == 0


@pytest.mark.parametrize(
    "fields, told",
    [
        ({"place": ""}, "The place was given as Hanoi; this is no longer held."),
        ({"place": "Haiphong"}, "The place was given as Hanoi; it is Haiphong."),
        ({"act": "signing"}, "The act was given as talks; it is signing."),
        ({"state": "planned"}, "The state was given as held; it is planned."),
        ({"day": None}, "The day was given as 2 March 2026; this is no longer held."),
        ({"day_end": date(2026, 3, 4)}, "The day was given as 2 March 2026; it is 2–4 March 2026."),
        ({"parties": (Party("VN", "country", "party"),)}, "The party was given as Russia; this is no longer held."),
        ({"people": (Person("Pham Duc Long", "pham duc long", "Minister of Justice", "VN"), Person("Sergei Orlovsky", "sergei orlovsky", "", "RU"))},
         "The person was given as Pham Duc Long, Minister of Public Security; it is Pham Duc Long, Minister of Justice."),
        ({"people": (Person("Pham Duc Long", "pham duc long", "", "VN"),)}, "The person was given as Sergei Orlovsky, Minister of Internal Affairs; this is no longer held."),
        ({"agreements": ("Plan of joint work for 2026 and 2027",)}, "The agreement was given as Protocol on the exchange of digital evidence; this is no longer held."),
    ],
)
def test_each_fact_has_its_own_correction(store, publishing, fields, told):
    publish(store, publishing, now=NOW)
    change(store, 0, **fields)
    publish(store, publishing, now=NOW + HOUR)
    assert [words for _, words in entries(publishing, "corrections")] == [told]


@pytest.mark.parametrize(
    "fields",
    [
        {"topics": ("trade",)},
        {"agreements": ("Protocol on the exchange of digital evidence", "Plan of joint work for 2026 and 2027", "A third")},
        {"people": (Person("Sergej Orlovskij", "orlovskij sergej", "", "RU"), Person("Phạm Đức Long", "duc long pham", "", "VN"), Person("A Third", "a third", "", "VN"))},
        {"outlets": 9, "origins": 9},
        {"summary": "In other words."},
    ],
)
def test_what_only_grows_or_is_said_otherwise_is_no_correction(store, publishing, fields):
    publish(store, publishing, now=NOW)
    change(store, 0, **fields)
    publish(store, publishing, now=NOW + HOUR)
    assert entries(publishing, "corrections") == []


def test_a_planned_meeting_that_was_held_is_news_and_a_day_that_becomes_known_is_told(store, publishing):
    change(store, 7, day=None)
    publish(store, publishing, now=NOW)
    change(store, 7, day=date(2026, 3, 20), state="held")
    publish(store, publishing, now=NOW + HOUR)
    assert [words for _, words in entries(publishing, "corrections")] == ["The day was not known; it is 20 March 2026."]


def test_meetings_that_proved_one_or_none_are_told_in_the_corrections(store, publishing):
    publish(store, publishing, now=NOW)
    store.meetings.remove("m-00000001", "m-00000000", NOW)
    store.meetings.remove("m-00000002", None, NOW)
    publish(store, publishing, now=NOW + HOUR)
    told = sorted(words for _, words in entries(publishing, "corrections"))
    assert told[0].startswith("Two meetings proved to be one: this entry is now part of Russia and Vietnam: ")
    assert told[1] == "What was told here is no longer held to be a meeting."
    assert publish(store, publishing, now=NOW + 2 * HOUR).written == 0


def test_a_round_that_was_cut_short_corrects_nothing_twice(store, publishing):
    publish(store, publishing, now=NOW)
    meeting = change(store, 0, place="Haiphong")
    publish(store, publishing, now=NOW + HOUR)
    store.meetings.save(replace(meeting, place="Haiphong", origins=9))  # as if it had not been marked as published
    publish(store, publishing, now=NOW + 2 * HOUR)
    assert len(entries(publishing, "corrections")) == 1


def test_calendars_learn_of_each_change_by_a_higher_number(store, publishing):
    def event() -> icalendar.Event:
        read = icalendar.Calendar.from_ical((publishing.directory / "all.ics").read_bytes())
        return next(event for event in read.walk("VEVENT") if str(event["uid"]).endswith("m-00000000"))

    publish(store, publishing, now=NOW)
    numbers = [int(event()["sequence"])]
    change(store, 0, outlets=10)
    publish(store, publishing, now=NOW + HOUR)
    for hours, place in enumerate(("Haiphong", "Hue"), 2):
        change(store, 0, place=place)
        publish(store, publishing, now=NOW + hours * HOUR)
        numbers.append(int(event()["sequence"]))
    store.meetings.remove("m-00000000", None, NOW)
    publish(store, publishing, now=NOW + 9 * HOUR)
    numbers.append(int(event()["sequence"]))
    assert numbers == sorted(set(numbers)) and str(event()["status"]) == "CANCELLED"


# Alarms

FAILING, SILENT = Alarm("mps", "Ministry", "failing", "HTTP 503; 4 failures in a row"), Alarm("daily", "The Daily", "silent", "nothing new for 9 days")


def test_an_alarm_is_told_once_and_its_end_once(store, publishing):
    def told(hours: int, *alarms: Alarm) -> list[tuple[str, str]]:
        publish(store, publishing, now=NOW + hours * HOUR, alarms=alarms)
        return entries(publishing, "sources")

    assert told(0) == []
    assert told(1, FAILING) == [("Ministry cannot be read", "HTTP 503; 4 failures in a row. Since 12 Mar 2026, 10:00 UTC.")]
    before = (publishing.directory / "sources.atom").read_bytes()
    assert len(told(2, replace(FAILING, reason="HTTP 503; 5 failures in a row"))) == 1 and (publishing.directory / "sources.atom").read_bytes() == before
    assert [title for title, _ in told(3, FAILING, SILENT)] == ["The Daily has fallen silent", "Ministry cannot be read"]
    assert told(4, SILENT)[0] == (
        "Ministry is well again", "Ministry cannot be read. HTTP 503; 4 failures in a row. From 12 Mar 2026, 10:00 UTC to 12 Mar 2026, 13:00 UTC.",
    )
    publish(store, publishing, now=NOW + 5 * HOUR)  # how the sources are is not known: nothing is said
    assert [title for title, _ in entries(publishing, "sources")] == ["Ministry is well again", "The Daily has fallen silent"]
    assert [title for title, _ in told(6, FAILING, SILENT)] == ["Ministry cannot be read", "Ministry is well again", "The Daily has fallen silent"]


def test_the_id_of_an_alarm_stays_when_it_is_over(store, publishing):
    def ids() -> list[str]:
        return [entry.findtext(f"{ATOM}id", "") for entry in etree.parse(publishing.directory / "sources.atom").getroot().findall(f"{ATOM}entry")]

    publish(store, publishing, now=NOW, alarms=[FAILING])
    (before,) = ids()
    publish(store, publishing, now=NOW + HOUR, alarms=[])
    assert ids() == [before]


@pytest.mark.case("S11")
def test_an_alarm_may_say_anything_and_breaks_nothing(store, publishing):
    hostile = "</p><script>alert(1)</script>\r\n\x00"
    publish(store, publishing, now=NOW, alarms=[Alarm("mps", hostile, hostile, hostile * 100), Alarm("../x", "x", "failing"), Alarm("CON", "x", "failing")])
    assert len(entries(publishing, "sources")) == 1
    assert "<script" not in (publishing.directory / "sources.html").read_text().replace("application/ld+json", "")


# Feeds that end


def test_a_feed_that_is_no_longer_wanted_ends_with_a_last_document_that_says_so(store, publishing):
    publish(store, publishing, now=NOW)
    before = entries(publishing, "topic/drugs")
    published = publish(store, replace(publishing, kinds=("all",)), now=NOW + HOUR)
    assert published.removed > 3 and published.feeds == 1
    after = entries(publishing, "topic/drugs")
    assert after[0] == ("This feed is no longer published. What it last held stays below.",) * 2 and after[1:] == before
    page = etree.parse(publishing.directory / "topic/drugs.atom").getroot()
    assert page.findtext(f"{ATOM}title") == "Communiqué: Drug-related crime (no longer published)"
    ended = json.loads((publishing.directory / "retired.json").read_bytes())["retired"]["topic/drugs"]
    assert ended == {"at": "2026-03-12T10:00:00Z", "gone_from": "2027-03-12T10:00:00Z"}
    assert b"topic/drugs" not in (publishing.directory / "feeds.opml").read_bytes()


def test_a_feed_that_ended_is_not_written_again_and_comes_back_when_it_is_wanted(store, publishing):
    publish(store, publishing, now=NOW)
    before = (publishing.directory / "topic/drugs.atom").read_bytes()
    without = replace(publishing, kinds=("all",))
    publish(store, without, now=NOW + HOUR)
    ended = (publishing.directory / "topic/drugs.atom").read_bytes()
    change(store, 1, place="Elsewhere")
    publish(store, without, now=NOW + 2 * HOUR)
    assert (publishing.directory / "topic/drugs.atom").read_bytes() == ended != before
    change(store, 1, place="Nanning")
    publish(store, publishing, now=NOW + 3 * HOUR)
    assert (publishing.directory / "topic/drugs.atom").read_bytes() == before
    assert json.loads((publishing.directory / "retired.json").read_bytes()) == {"retired": {}}


@pytest.mark.case("R60")
def test_a_renamed_topic_leads_on_and_is_followed_under_its_new_name(store, publishing):
    publish(store, publishing, now=NOW)
    publish(store, replace(publishing, renamed=(("topic/drugs", "topic/trade"),)), now=NOW + HOUR)
    assert entries(publishing, "topic/drugs")[0][0] == "This feed has moved. Please follow Trade instead."
    assert json.loads((publishing.directory / "retired.json").read_bytes())["retired"]["topic/drugs"] == {"at": "2026-03-12T10:00:00Z", "to": "topic/trade"}
    ids = {entry.findtext(f"{ATOM}id") for entry in etree.parse(publishing.directory / "topic/trade.atom").getroot().findall(f"{ATOM}entry")}
    assert "tag:news.example,2026:m-00000001" in ids  # it is about drugs


def test_people_have_a_feed_from_their_third_meeting(store, publishing):
    publishing = replace(publishing, kinds=("people",))
    person = Person("Anna Reis", "anna reis", "Minister", "PT")
    for number in range(2):
        change(store, number, people=(person,))
    publish(store, publishing, now=NOW)
    assert not (publishing.directory / "person").exists()
    change(store, 2, people=(person,))
    published = publish(store, publishing, now=NOW + HOUR)
    assert "person/pt-anna-reis.atom" in published.paths and len(entries(publishing, "person/pt-anna-reis")) == 3
    assert publish(store, publishing, now=NOW + HOUR, everything=True).written == 0


# What stands


def test_each_file_has_its_gzip_form_beside_it_the_same_every_time(store, publishing, tmp_path):
    publish(store, publishing, now=NOW)
    again = replace(publishing, directory=tmp_path / "again")
    store.change_setting("published_with", "")
    publish(store, again, now=NOW)
    for path in publishing.directory.rglob("*"):
        if path.is_file() and path.suffix != ".gz":
            packed = path.with_name(f"{path.name}.gz")
            assert gzip.decompress(packed.read_bytes()) == path.read_bytes()
            assert packed.read_bytes() == (again.directory / packed.relative_to(publishing.directory)).read_bytes()


def test_the_manifest_names_every_document_with_its_hash(store, publishing):
    publish(store, publishing, now=NOW)
    change(store, 1, place="Elsewhere", updated=NOW)
    publish(store, publishing, now=NOW + HOUR)
    told = json.loads((publishing.directory / "manifest.json").read_bytes())
    files = dict(told["files"])
    for feed in told["feeds"]:
        files |= feed["files"]
    assert all(
        (each["sha256"], each["bytes"]) == (sha256(body := (publishing.directory / path).read_bytes()).hexdigest(), len(body)) for path, each in files.items()
    )
    there = {path.relative_to(publishing.directory).as_posix() for path in publishing.directory.rglob("*") if path.is_file() and path.suffix != ".gz"}
    assert there - set(files) == {"manifest.json", *(path for path in there if path.startswith("meeting/"))}
    assert told["updated"] == max(feed["updated"] for feed in told["feeds"])


@pytest.mark.case("O40")
def test_the_hub_is_told_of_the_feeds_that_changed(store, publishing):
    with_hub = replace(publishing, hub="https://hub.example/")
    publish(store, with_hub, now=NOW)
    change(store, 2, summary="In other words.")
    published: Published = publish(store, with_hub, now=NOW + HOUR)
    assert {ping.topic for ping in published.pings} == {f"https://news.example/{path}.atom" for path in ("all", "topic/border-management")}
    assert published.pings[0].body == b"hub.mode=publish&hub.topic=https%3A%2F%2Fnews.example%2Fall.atom&hub.url=https%3A%2F%2Fnews.example%2Fall.atom"
    assert publish(store, with_hub, now=NOW + HOUR).pings == ()
    assert b'rel="hub"' in (publishing.directory / "all.atom").read_bytes()
    assert publish(store, publishing, now=NOW + HOUR).pings == ()


def test_a_site_speaks_the_first_language_it_knows(store, publishing):
    publish(store, replace(publishing, languages=("ru", "vi", "en")), now=NOW)
    root = etree.parse(publishing.directory / "all.atom").getroot()
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "vi"
    titles = [title for title, _ in entries(publishing, "all")]
    assert "Nga và Việt Nam: Bộ trưởng Nội vụ Sergei Orlovsky và Bộ trưởng Công an Pham Duc Long hội đàm tại Hanoi, 2/3/2026" in titles
