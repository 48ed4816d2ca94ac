"""Which feeds there are, and which of them a meeting enters.

Feeds appear when they have something; the feed of everything is there from the start. A
feed's path names its files: "pair/ru-vn" is read at pair/ru-vn.atom and .html.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations as pairs_of

from feeds import clean
from feeds.places import REGIONS, country, organisation, regions_of
from feeds.site import name
from storage.model import Feed, Meeting, Topic

KINDS = ("all", "topics", "countries", "pairs", "regions", "organisations")     # the words of publish.feeds

ALL = Feed("all", "All meetings", "all")
MOST_SIDES = 4                                  # a summit of more makes no pairs: twenty states would make 190


def catalogue(
    parties: Iterable[tuple[str, str, int]],
    pairs: Iterable[tuple[str, str, int]],
    topics_used: Iterable[tuple[str, int]],
    topics: tuple[Topic, ...],
    combinations: tuple[Feed, ...],
    kinds: tuple[str, ...],
    language: str = "en",
) -> tuple[Feed, ...]:
    """The feeds to publish, in the order people look for them.

    `parties`, `pairs` and `topics_used` are what the store counts; a topic that is
    not (or no longer) among `topics` still has its feed, titled by its id.
    """
    parties = tuple(parties)
    countries = sorted(code for code, kind, _ in parties if kind == "country")
    found: list[Feed] = [ALL] if "all" in kinds else []
    found += (replace(combination, title=clean.line(combination.title)) for combination in combinations if _is_path(combination.path))
    if "topics" in kinds:
        used = {topic_id for topic_id, _ in topics_used}
        titles = {topic.id: topic.title for topic in topics}
        order = [*(topic.id for topic in topics if topic.id in used), *sorted(used - set(titles))]
        found += (topic_feed(topic_id, titles.get(topic_id, topic_id)) for topic_id in order if _is_path(f"topic/{topic_id}"))
    if "countries" in kinds:
        feeds = [country_feed(code, language) for code in countries if _is_path(f"country/{code.lower()}")]
        found += sorted(feeds, key=lambda feed: (feed.title, feed.path))
    if "pairs" in kinds:
        feeds = [pair_feed(one, other, language) for one, other, _ in pairs if _is_path(f"pair/{one.lower()}-{other.lower()}")]
        found += sorted(feeds, key=lambda feed: (feed.title, feed.path))
    if "regions" in kinds:
        found += (region_feed(region.code) for region in REGIONS if not region.members.isdisjoint(countries))
    if "organisations" in kinds:
        codes = sorted(code for code, kind, _ in parties if kind == "organisation" and _is_path(f"organisation/{code.lower()}"))
        found += (organisation_feed(code) for code in codes)
    return tuple({feed.path: feed for feed in found}.values())


def paths_of(meeting: Meeting, combinations: tuple[Feed, ...], kinds: tuple[str, ...]) -> tuple[str, ...]:
    """The paths of the feeds that `meeting` enters, when there are such feeds."""
    countries = parties_of(meeting, "country")
    paths = ["all"] if "all" in kinds else []
    paths += (feed.path for feed in combinations if fits(meeting, feed))
    if "topics" in kinds:
        paths += (f"topic/{topic_id}" for topic_id in meeting.topics)
    if "countries" in kinds:
        paths += (f"country/{code.lower()}" for code in countries)
    if "pairs" in kinds and len(countries) <= MOST_SIDES:
        paths += (f"pair/{one.lower()}-{other.lower()}" for one, other in pairs_of(countries, 2))
    if "regions" in kinds:
        paths += sorted({f"region/{region.code}" for code in countries for region in regions_of(code)})
    if "organisations" in kinds:
        paths += (f"organisation/{code.lower()}" for code in parties_of(meeting, "organisation"))
    return tuple(paths)


def fits(meeting: Meeting, feed: Feed) -> bool:
    """Whether `meeting` belongs in `feed`."""
    countries = parties_of(meeting, "country")
    if feed.kind == "pair":
        return len(countries) <= MOST_SIDES and set(feed.countries) <= set(countries)
    if feed.kind == "organisation":
        return not set(feed.countries).isdisjoint(parties_of(meeting, "organisation"))
    return (not feed.countries or not set(feed.countries).isdisjoint(countries)) and (not feed.topics or not set(feed.topics).isdisjoint(meeting.topics))


def parties_of(meeting: Meeting, kind: str) -> tuple[str, ...]:
    """The codes of those who met, sorted: never a place or a mention."""
    return tuple(sorted({party.code for party in meeting.parties if party.role == "party" and party.kind == kind}))


def topic_feed(topic_id: str, title: str) -> Feed:
    return Feed(f"topic/{topic_id}", clean.line(title), "topic", topics=(topic_id,))


def country_feed(code: str, language: str = "en") -> Feed:
    return Feed(f"country/{code.lower()}", country(code, language), "country", countries=(code,))


def pair_feed(one: str, other: str, language: str = "en") -> Feed:
    one, other = sorted((one, other))
    title = "–".join(sorted((country(one, language), country(other, language))))
    return Feed(f"pair/{one.lower()}-{other.lower()}", title, "pair", countries=(one, other))


def region_feed(code: str) -> Feed:
    region = next(region for region in REGIONS if region.code == code)
    return Feed(f"region/{code}", region.name, "region", countries=tuple(sorted(region.members)))


def organisation_feed(code: str) -> Feed:
    return Feed(f"organisation/{code.lower()}", organisation(code), "organisation", countries=(code,))     # the key of a party, whatever its kind


def revived(path: str, topics: tuple[Topic, ...], kinds: tuple[str, ...], language: str = "en") -> Feed | None:
    """The feed once published at `path` that has nothing now, or None when the configuration no longer wants it."""
    kind, _, rest = path.partition("/")
    if kind == "topic" and "topics" in kinds:
        return topic_feed(rest, next((topic.title for topic in topics if topic.id == rest), rest))
    if kind == "country" and "countries" in kinds:
        return country_feed(rest.upper(), language)
    if kind == "pair" and "pairs" in kinds and "-" in rest:
        one, _, other = rest.upper().partition("-")
        return pair_feed(one, other, language)
    if kind == "region" and "regions" in kinds and any(region.code == rest for region in REGIONS):
        return region_feed(rest)
    if kind == "organisation" and "organisations" in kinds:
        return organisation_feed(rest.upper())
    return None


def _is_path(path: str) -> bool:
    """Whether files may be called so: a folder of ours and a name."""
    folder, _, file = path.partition("/")
    try:
        return bool(name(folder) and name(file))
    except ValueError:
        return False
