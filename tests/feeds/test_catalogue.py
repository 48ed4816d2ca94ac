from __future__ import annotations

from dataclasses import replace

import pytest

from feeds.catalogue import ALL, KINDS, catalogue, country_feed, fits, organisation_feed, pair_feed, paths_of, region_feed, revived, topic_feed
from storage.model import Feed, Party, Topic
from tests.factory import meeting

TOPICS = (Topic("drugs", "Drug-related crime"), Topic("training", "Training"))
OWN = Feed("feed/vn-drugs", "Vietnam and drugs", "combination", countries=("VN",), topics=("drugs",))


def parties(*codes: str, role: str = "party") -> tuple[Party, ...]:
    return tuple(Party(code, "organisation" if len(code) > 2 else "country", role) for code in codes)  # type: ignore[arg-type]


def feeds(**kwargs) -> dict[str, Feed]:
    values = {
        "parties": [("VN", "country", 2), ("RU", "country", 1), ("ASEAN", "organisation", 1)],
        "pairs": [("RU", "VN", 1)],
        "topics_used": [("drugs", 2)],
        "topics": TOPICS,
        "combinations": (),
        "kinds": KINDS,
    }
    return {feed.path: feed for feed in catalogue(**{**values, **kwargs})}


def test_a_feed_is_there_when_it_has_something():
    assert list(feeds()) == [
        "all",
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


def test_the_feed_of_everything_and_the_readers_own_are_there_from_the_start():
    assert list(feeds(parties=[], pairs=[], topics_used=[], combinations=(OWN,))) == ["all", "feed/vn-drugs"]


@pytest.mark.parametrize(
    "kinds, paths", [(("all",), ["all"]), (("pairs",), ["pair/ru-vn"]), (("topics", "organisations"), ["topic/drugs", "organisation/asean"]), ((), [])]
)
def test_only_the_kinds_that_are_asked_for_are_published(kinds, paths):
    assert list(feeds(kinds=kinds)) == paths


def test_titles_are_names_in_the_order_of_the_alphabet():
    found = feeds(pairs=[("DE", "ZA", 1), ("RU", "VN", 1)])
    assert [feed.title for path, feed in found.items() if path.startswith("pair/")] == ["Germany–South Africa", "Russia–Vietnam"]
    assert found["region/035"].title == "Southeast Asia" and found["topic/drugs"].title == "Drug-related crime"


def test_a_topic_that_is_no_longer_configured_keeps_its_feed():
    assert feeds(topics_used=[("old-topic", 1)])["topic/old-topic"].title == "old-topic"


@pytest.mark.parametrize("code", ["../x", "a/b", "", "CON", "x" * 81, "-x", "ü", "a b"])
def test_what_cannot_name_a_file_makes_no_feed(code):
    found = feeds(parties=[(code, "organisation", 1), (code, "country", 1)], pairs=[(code, "VN", 1)], topics_used=[(code, 1)])
    assert {path.partition("/")[0] for path in found} <= {"all", "region"} or code == "CON"
    assert not {"topic/CON", "country/con", "organisation/con"} & set(found)


def test_a_meeting_enters_the_feeds_of_its_parties_pairs_topics_and_regions():
    held = meeting(parties=parties("VN", "RU", "ASEAN") + parties("US", role="mention") + parties("LA", role="place"), topics=("drugs",))
    assert paths_of(held, (OWN,), KINDS) == (
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
    )


def test_a_summit_makes_no_pairs():
    assert [path for path in paths_of(meeting(parties=parties("VN", "RU", "LA", "CN")), (), ("pairs",))] == [
        "pair/cn-la",
        "pair/cn-ru",
        "pair/cn-vn",
        "pair/la-ru",
        "pair/la-vn",
        "pair/ru-vn",
    ]
    assert paths_of(meeting(parties=parties("VN", "RU", "LA", "CN", "TH")), (), ("pairs",)) == ()


@pytest.mark.parametrize(
    "feed, codes, fit",
    [
        (ALL, (), True),
        (country_feed("VN"), ("VN", "RU"), True),
        (country_feed("VN"), ("RU",), False),
        (pair_feed("VN", "RU"), ("RU", "VN"), True),
        (pair_feed("VN", "RU"), ("VN", "LA"), False),
        (pair_feed("VN", "RU"), ("VN", "RU", "LA", "TH", "KH"), False),
        (region_feed("035"), ("LA",), True),
        (region_feed("150"), ("LA",), False),
        (topic_feed("drugs", "Drugs"), ("LA",), False),
        (organisation_feed("ASEAN"), ("ASEAN",), True),
        (organisation_feed("ASEAN"), ("VN",), False),
    ],
)
def test_whether_a_meeting_belongs_in_a_feed(feed, codes, fit):
    assert fits(meeting(parties=parties(*codes), topics=("training",)), feed) is fit


def test_in_a_combination_keys_are_joined_by_and_and_values_by_or():
    own = replace(OWN, countries=("VN", "LA"), topics=("drugs", "training"))
    assert fits(meeting(parties=parties("LA"), topics=("training",)), own)
    assert not fits(meeting(parties=parties("LA"), topics=("trade",)), own)


@pytest.mark.parametrize("path", ["topic/drugs", "country/vn", "pair/ru-vn", "region/035", "organisation/asean"])
def test_a_feed_that_lost_its_last_meeting_is_the_same_feed(path):
    assert revived(path, TOPICS, KINDS) == feeds()[path]
    assert revived(path, TOPICS, ("all",)) is None


def test_a_path_that_was_never_a_feed_is_none():
    assert revived("region/999", TOPICS, KINDS) is None and revived("style", TOPICS, KINDS) is None
