"""Which feeds there are, and which of them a meeting enters.

Feeds appear when they have something; the feed of everything, the reader's own and
those in which the site speaks of itself are there from the start. A feed's path
names its files: "pair/ru-vn" is read at pair/ru-vn.atom, .json, .rss, .ics, .html.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations as pairs_of

from anyascii import anyascii

from feeds import clean
from feeds.messages.words import words
from feeds.places import REGIONS, country, organisation, regions_of
from feeds.site import name
from storage.model import Feed, Meeting, Person, Topic

KINDS = ("all", "topics", "countries", "pairs", "regions", "organisations", "people")       # the words of publish.feeds

ALL = Feed("all", "All meetings", "all")
CORRECTIONS = Feed("corrections", "Corrections", "combination")
SOURCES = Feed("sources", "Sources", "combination")
SERVICE = (CORRECTIONS.path, SOURCES.path)      # the feeds in which the site speaks of itself

MOST_SIDES = 4                                  # a summit of more makes no pairs: twenty states would make 190
PEOPLE_FROM = 3                                 # meetings: who was named once or twice has no feed yet
KIND_OF = {"topic": "topics", "country": "countries", "pair": "pairs", "region": "regions", "organisation": "organisations", "person": "people"}
ORDER = ("all", "feed", *KIND_OF, *SERVICE)     # of folders, as people look for them


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The feeds the configuration asks for."""

    kinds: tuple[str, ...]
    topics: tuple[Topic, ...] = ()
    combinations: tuple[Feed, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()   # paths: what it was, what it is
    language: str = "en"

    def from_the_start(self) -> tuple[Feed, ...]:
        """The feeds that are there before they have anything."""
        paths = [*(("all",) if "all" in self.kinds else ()), *(combination.path for combination in self.combinations), *SERVICE]
        return tuple(feed for path in dict.fromkeys(paths) if (feed := self.feed_at(path)))

    def feeds_of(self, meeting: Meeting) -> tuple[Feed, ...]:
        """The feeds that `meeting` enters."""
        found: dict[str, Feed] = {}
        for path, title in self._paths(meeting):
            path = self.moved_to(path) or path
            if path not in found and (feed := self.feed_at(path, title)):
                found[path] = feed
        return tuple(found.values())

    def feed_at(self, path: str, title: str = "") -> Feed | None:
        """The feed at `path`, or None when the configuration wants none there. `title` is for those whose path does not tell theirs."""
        if not is_path(path) or self.moved_to(path):
            return None
        kind, _, rest = path.partition("/")
        if path == ALL.path:
            return replace(ALL, title=words(self.language).say("feeds.all")) if "all" in self.kinds else None
        if path in SERVICE:
            return replace(CORRECTIONS if path == CORRECTIONS.path else SOURCES, title=words(self.language).say(f"feeds.{path}"))
        if kind == "feed":
            own = next((combination for combination in self.combinations if combination.path == path), None)
            return replace(own, title=clean.line(own.title)) if own else None
        if KIND_OF.get(kind) not in self.kinds:
            return None
        match kind:
            case "topic":
                return topic_feed(rest, next((topic.title for topic in self.topics if topic.id == rest), rest))
            case "country":
                return country_feed(rest.upper(), self.language)
            case "pair" if "-" in rest:
                one, _, other = rest.upper().partition("-")
                return pair_feed(one, other, self.language)
            case "region" if any(region.code == rest for region in REGIONS):
                return region_feed(rest)
            case "organisation":
                return organisation_feed(rest.upper())
            case "person" if title:
                return Feed(path, title, "combination")
        return None

    def moved_to(self, path: str) -> str:
        """The path of the feed that the one at `path` became; "" when it stayed."""
        return next((new for old, new in self.renamed if old == path and new != path), "") if self.renamed else ""

    def _paths(self, meeting: Meeting) -> Iterator[tuple[str, str]]:
        """The paths, and titles where they are not told by the path."""
        kinds, countries = self.kinds, parties_of(meeting, "country")
        if "all" in kinds:
            yield "all", ""
        for combination in self.combinations:
            if fits(meeting, combination):
                yield combination.path, ""
        if "topics" in kinds:
            yield from ((f"topic/{topic_id}", "") for topic_id in meeting.topics)
        if "countries" in kinds:
            yield from ((f"country/{code.lower()}", "") for code in countries)
        if "pairs" in kinds and len(countries) <= MOST_SIDES:
            yield from ((f"pair/{one.lower()}-{other.lower()}", "") for one, other in pairs_of(countries, 2))
        if "regions" in kinds:
            yield from ((path, "") for path in sorted({f"region/{region.code}" for code in countries for region in regions_of(code)}))
        if "organisations" in kinds:
            yield from ((f"organisation/{code.lower()}", "") for code in parties_of(meeting, "organisation"))
        if "people" in kinds:
            yield from ((path, person_title(person, self.language)) for person in meeting.people if (path := person_path(person)))


def fits(meeting: Meeting, feed: Feed) -> bool:
    """Whether `meeting` belongs in a combination."""
    countries = parties_of(meeting, "country")
    return (not feed.countries or not set(feed.countries).isdisjoint(countries)) and (not feed.topics or not set(feed.topics).isdisjoint(meeting.topics))


def parties_of(meeting: Meeting, kind: str) -> tuple[str, ...]:
    """The codes of those who met, sorted: never a place or a mention."""
    return tuple(sorted({party.code for party in meeting.parties if party.role == "party" and party.kind == kind}))


def order(feed: Feed, topics: tuple[Topic, ...] = ()) -> tuple[int, int, str, str]:
    """Where a feed stands in a list: by kind, topics as configured, the others by what they are called."""
    folder, _, rest = feed.path.partition("/")
    place = next((place for place, topic in enumerate(topics) if topic.id == rest), len(topics)) if folder == "topic" else 0
    title = "" if folder in ("region", "organisation") or (folder == "topic" and place < len(topics)) else feed.title
    return ORDER.index(folder) if folder in ORDER else len(ORDER), place, title, feed.path


@lru_cache(maxsize=4096)
def topic_feed(topic_id: str, title: str) -> Feed:
    return Feed(f"topic/{topic_id}", clean.line(title), "topic", topics=(topic_id,))


@lru_cache(maxsize=4096)
def country_feed(code: str, language: str = "en") -> Feed:
    return Feed(f"country/{code.lower()}", country(code, language), "country", countries=(code,))


@lru_cache(maxsize=65536)
def pair_feed(one: str, other: str, language: str = "en") -> Feed:
    one, other = sorted((one, other))
    title = "–".join(sorted((country(one, language), country(other, language))))
    return Feed(f"pair/{one.lower()}-{other.lower()}", title, "pair", countries=(one, other))


@lru_cache(maxsize=64)
def region_feed(code: str) -> Feed:
    region = next(region for region in REGIONS if region.code == code)
    return Feed(f"region/{code}", region.name, "region", countries=tuple(sorted(region.members)))


@lru_cache(maxsize=4096)
def organisation_feed(code: str) -> Feed:
    return Feed(f"organisation/{code.lower()}", organisation(code), "organisation", countries=(code,))     # the key of a party, whatever its kind


def person_path(person: Person) -> str:
    """Where the meetings of a person are read, "" for one who is not known well enough: without a country, or by one name only.

    >>> person_path(Person("Tô Lâm", "lam to", "", "VN"))
    'person/vn-lam-to'
    """
    if not person.country or " " not in person.key.strip():
        return ""
    return f"person/{'-'.join([person.country.lower(), *anyascii(person.key).lower().split()])}"


def person_title(person: Person, language: str = "en") -> str:
    """What the feed of a person is called."""
    return f"{clean.line(person.name, 120)} ({country(person.country, language)})"


@lru_cache(maxsize=65536)
def is_path(path: str) -> bool:
    """Whether files may be called so: a name, or a folder of ours and a name."""
    folder, _, file = path.partition("/")
    try:
        return bool(name(folder) and name(file)) if file else path in (ALL.path, *SERVICE)
    except ValueError:
        return False
