from __future__ import annotations

from dataclasses import replace

import pytest

from feeds.catalogue import KINDS, Catalogue, fits, order, pair_feed, person_path, region_feed, topic_feed
from storage.model import Feed, Party, Person, Topic
from tests.factory import meeting

TOPICS = (Topic("drugs", "Drug-related crime"), Topic("training", "Training"))
OWN = Feed("feed/vn-drugs", "Vietnam and drugs", "combination", countries=("VN",), topics=("drugs",))
EVERY = Catalogue(KINDS, TOPICS, (OWN,))
WITHOUT_PEOPLE = tuple(kind for kind in KINDS if kind != "people")


def parties(*codes: str, role: str = "party") -> tuple[Party, ...]:
    return tuple(Party(code, "organisation" if len(code) > 2 else "country", role) for code in codes)  # type: ignore[arg-type]


def paths(of, kinds=WITHOUT_PEOPLE, **fields) -> list[str]:
    return [feed.path for feed in replace(EVERY, kinds=kinds, **fields).feeds_of(of)]


def test_the_feed_of_everything_the_readers_own_and_those_of_the_site_are_there_from_the_start():
    assert [feed.path for feed in EVERY.from_the_start()] == ["all", "feed/vn-drugs", "corrections", "sources"]
    assert [feed.path for feed in Catalogue(()).from_the_start()] == ["corrections", "sources"]


def test_a_meeting_enters_the_feeds_of_its_parties_pairs_topics_and_regions():
    held = meeting(parties=parties("VN", "RU", "ASEAN") + parties("US", role="mention") + parties("LA", role="place"), topics=("drugs",))
    assert paths(held) == [
        "all",
        "feed/vn-drugs",
        "topic/drugs",
        "country/ru",
        "country/vn",
        "pair/ru-vn",
        "region/035",
        "region/142",
        "region/150",
        "region/151",
        "organisation/asean",
    ]


@pytest.mark.parametrize(
    "kinds, found", [(("all",), ["all"]), (("pairs",), ["pair/ru-vn"]), (("topics", "organisations"), ["topic/drugs", "organisation/asean"]), ((), [])]
)
def test_only_the_kinds_that_are_asked_for_are_published(kinds, found):
    assert paths(meeting(parties=parties("VN", "RU", "ASEAN"), topics=("drugs",)), kinds, combinations=()) == found


def test_people_have_feeds_where_they_are_asked_for_and_known_by_name_and_country():
    people = (Person("Tô Lâm", "lam to", "Minister", "VN"), Person("Someone Else", "else someone", ""), Person("Tung", "tung", "Minister", "VN"))
    (feed,) = replace(EVERY, kinds=("people",), combinations=()).feeds_of(meeting(people=people))
    assert (feed.path, feed.title) == ("person/vn-lam-to", "Tô Lâm (Vietnam)")
    assert not [path for path in paths(meeting(people=people)) if path.startswith("person/")]
    assert person_path(Person("To Lam", "lam to", "", "VN")) == feed.path


def test_titles_are_names_in_the_order_of_the_alphabet():
    assert pair_feed("ZA", "DE").title == "Germany–South Africa" and region_feed("035").title == "Southeast Asia"
    assert replace(EVERY, language="vi").feed_at("pair/ru-vn") == replace(pair_feed("VN", "RU"), title="Nga–Việt Nam")


def test_a_topic_that_is_no_longer_configured_keeps_its_feed():
    (feed,) = replace(EVERY, kinds=("topics",), combinations=()).feeds_of(meeting(topics=("old-topic",)))
    assert feed == topic_feed("old-topic", "old-topic")


def test_a_renamed_topic_is_followed_under_its_new_path():
    renamed = replace(EVERY, kinds=("topics",), combinations=(), renamed=(("topic/narcotics", "topic/drugs"),))
    assert [feed.path for feed in renamed.feeds_of(meeting(topics=("narcotics", "drugs")))] == ["topic/drugs"]
    assert renamed.feed_at("topic/narcotics") is None and renamed.moved_to("topic/narcotics") == "topic/drugs"


@pytest.mark.parametrize("code", ["../x", "a/b", "", "x" * 81, "-x", "ü", "a b"])
def test_what_cannot_name_a_file_makes_no_feed(code):
    told = meeting(parties=(Party(code, "organisation", "party"), Party(code, "country", "party"), *parties("VN")), topics=(code,), people=(Person("A B", code, "", code),))
    assert {path.partition("/")[0] for path in paths(told, KINDS)} == {"all", "country", "region"}


def test_a_summit_makes_no_pairs():
    assert paths(meeting(parties=parties("VN", "RU", "LA", "CN")), ("pairs",), combinations=()) == [
        "pair/cn-la",
        "pair/cn-ru",
        "pair/cn-vn",
        "pair/la-ru",
        "pair/la-vn",
        "pair/ru-vn",
    ]
    assert paths(meeting(parties=parties("VN", "RU", "LA", "CN", "TH")), ("pairs",), combinations=()) == []


def test_in_a_combination_keys_are_joined_by_and_and_values_by_or():
    own = replace(OWN, countries=("VN", "LA"), topics=("drugs", "training"))
    assert fits(meeting(parties=parties("LA"), topics=("training",)), own)
    assert not fits(meeting(parties=parties("LA"), topics=("trade",)), own)
    assert not fits(meeting(parties=parties("LA", role="mention"), topics=("training",)), own)


@pytest.mark.parametrize("path", ["topic/drugs", "country/vn", "pair/ru-vn", "region/035", "organisation/asean", "feed/vn-drugs", "all"])
def test_a_feed_that_lost_its_last_meeting_is_the_same_feed(path):
    there = {feed.path: feed for feed in EVERY.feeds_of(meeting(parties=parties("VN", "RU", "ASEAN"), topics=("drugs",)))}
    assert EVERY.feed_at(path) == there[path]
    assert Catalogue(()).feed_at(path) is None


@pytest.mark.parametrize("path", ["region/999", "style", "pair/vn", "person/vn-a-b", "topic/", "index", "meeting/m-1", "feed/other", "../all"])
def test_a_path_that_was_never_a_feed_is_none(path):
    assert EVERY.feed_at(path) is None


def test_feeds_stand_in_the_order_people_look_for_them():
    found = ["corrections", "pair/ru-vn", "country/vn", "country/de", "topic/training", "topic/drugs", "feed/vn-drugs", "all", "region/035"]
    feeds = sorted((feed for path in found if (feed := EVERY.feed_at(path))), key=lambda feed: order(feed, TOPICS))
    assert [feed.path for feed in feeds] == [
        "all", "feed/vn-drugs", "topic/drugs", "topic/training", "country/de", "country/vn", "pair/ru-vn", "region/035", "corrections",
    ]
