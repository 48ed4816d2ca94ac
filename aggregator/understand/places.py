"""The city where a meeting was held.

A city that stands as a place counts ("in Hanoi", "tại Hà Nội", "в Ханое",
"在河内", a dateline); one that stands for its state ("Hanoi and Moscow agreed")
does not. A town the gazetteer does not know counts as it is spelled, where the
words tell that people met in it.

Touches: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from aggregator.understand.countries import Mention, mentions
from aggregator.understand.matching_words import load_phrases
from aggregator.understand.packs import base_language, listed, read_for, table
from aggregator.understand.words import Hit, lower
from storage.model import Part, Quote

Parts = tuple[tuple[Part, int, str], ...]

LOCATED = 4.0           # "in Hanoi" in the lead
TITLE_LOCATED = 3.2
DATELINE = 3.0          # most datelines are the place, some only where the writer sits: words in the lead win
DATELINE_SURE = 3.6     # with a day and a full stop it is the writer's own word for where it was
TOWARD = 1.4            # "arrived in", "a visit to": likely, when nothing better is said
PER_CHARACTER = 0.0025  # what each character further down costs
LEAST = 1.0
UNKNOWN = 3.4           # a town no gazetteer knows, after "in" in a sentence that tells of the meeting
UNTOLD = 1.8            # what it costs to stand in a sentence that tells of something else
BESIDE = 1.4            # what it adds to stand beside the words of the encounter
WITHIN = 140            # characters that are beside
NEAR = 500              # characters that are read as the lead
FAR = 4_000             # characters of a part that are read for a place


@dataclass(frozen=True, slots=True)
class Place:
    """A city, by its English name, the country it lies in, and the words that said so."""

    city: str
    country: str
    quote: Quote


DATELINE_AFTER = re.compile(r"\s?(?:[,.(/|—–:-]|\d)[^\n]{0,40}?(?:--|[—–:/)]|\s-\s)|\s?(?:--|[—–:/]|-\s)")
DATELINE_ALONE = re.compile(r",\s+(?:\d{1,2}(?:\.|º|er)?\s+\S+|\S+\s+\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4})\.?(?:\s|$)|\.\s+[A-ZÀ-Þ]")
DATELINE_BEFORE = re.compile(r"^\W*(?:\(?[\w.\s]{2,24}\)?\s*[-–—:/]\s*|[\w.\s]{2,20}\d{1,2}\s?\S{0,8}\s)?\W*$")
LAST_WORDS = 24


@dataclass(frozen=True, slots=True)
class _Written:
    """How a language writes a place with the city's name itself."""

    suffix: re.Pattern[str] | None
    prefix: re.Pattern[str] | None
    goal: re.Pattern[str] | None
    town: re.Pattern[str] | None                # a town written with "in" itself, where it is none of ours
    locative: tuple[tuple[str, str], ...]       # endings after "in", and what stands for them in the nominative


@cache
def _written(language: str) -> _Written:
    patterns = table(language, "places")
    compiled = {key: re.compile(patterns[key]) if key in patterns else None for key in ("suffix", "prefix", "goal", "town_pattern")}
    endings = tuple((ending, stands) for ending, _, stands in (row.partition("|") for row in patterns.get("locative", ())))
    return _Written(compiled["suffix"], compiled["prefix"], compiled["goal"], compiled["town_pattern"], endings)


def find_place(parts: Parts, language: str, told: Sequence[tuple[Part, int, int, tuple[int, ...]]] = ()) -> Place | None:
    """Where the meeting told of in `parts` was held; None when no place stands as its.

    Parts are (part, where this text begins in it, text); `told` is where the sentences stand that tell of an encounter,
    and where in them its words.
    """
    best: tuple[float, Place] | None = None
    votes: dict[str, float] = {}
    first = {part: min(offset for other, offset, _ in parts if other == part) for part in {part for part, _, _ in parts}}
    for part, offset, whole in parts:
        text = whole[:FAR]
        named = mentions(text, language)
        hits = tuple(Hit(hit.start, hit.end, label) for hit in load_phrases("places").find(lower(text), language) for label in hit.label.split("|"))
        for mention in named:
            score = _stands(mention, text, hits, part, offset - first[part], language) if mention.city else 0.0
            if score <= 0:
                continue
            at = offset + mention.start
            acts = next((acts for other, start, end, acts in told if part == other and start <= at < end), None)
            score += min(1.2, votes.get(mention.city, 0.0)) - (0.0 if acts is not None or not told or at < NEAR else UNTOLD)
            score += BESIDE * max((_beside(at - act) for act in acts or ()), default=0.0)
            votes[mention.city] = votes.get(mention.city, 0.0) + 0.4
            if best is None or score > best[0]:
                best = score, Place(mention.city, mention.code, Quote(part, offset + mention.start, mention.form))
        for score, place in _unknown(text, hits, named, part, offset, language):
            if any(part == other and start <= place.quote.start < end for other, start, end, _ in told) and (best is None or score > best[0]):
                best = score, place
    return best[1] if best and best[0] >= LEAST else None


def _beside(away: int) -> float:
    """How near a place is to the words of an encounter `away` characters before it (0 to 1); half as near where it stands before them."""
    return max(0.0, 1 - abs(away) / WITHIN) * (1.0 if away >= 0 else 0.5)


def _unknown(text: str, hits: Sequence[Hit], named: Sequence[Mention], part: Part, offset: int, language: str) -> Iterator[tuple[float, Place]]:
    """Towns the gazetteer does not know, as they are spelled: a name after "in", in the lead of a part."""
    written = _written(base_language(language))
    spots = [(found.start(1), found.end(1)) for hit in hits if hit.label == "town" and hit.start < NEAR for found in [_TOWN.match(text, hit.end)] if found]
    if written.town is not None:
        spots += [found.span(1) for found in written.town.finditer(text, 0, NEAR)]
    for start, end in spots:
        words = re.split(r"[ -]", lower(text[start:end]))
        if any(mention.start < end and start < mention.end for mention in named) or any(word in _no_towns(base_language(language)) for word in words):
            continue
        town = _nominative(text[start:end], written)
        yield UNKNOWN - min(2.4, (offset + start) * PER_CHARACTER), Place(town, "", Quote(part, offset + start, text[start:end]))


def _nominative(town: str, written: _Written) -> str:
    """A town's name without the ending "in" gives it."""
    for ending, stands in written.locative:
        if town.endswith(ending) and len(town) - len(ending) >= 3:
            return town[:-len(ending)] + stands
    return town


@cache
def _no_towns(language: str) -> frozenset[str]:
    """Words in capitals that are no towns: months, weekdays, and what is no name at all."""
    calendars = [table(pack, "dates") for pack in read_for(language, "dates")]
    names = (name for calendar in calendars for key in ("months", "weekdays") for names in calendar.get(key, ()) for name in names.split("|"))
    return listed(language, "names", "none") | frozenset(names)


_TOWN = re.compile(
    r" ?((?:[A-ZÀ-ÞĀ-ſƏƠƯẠ-Ỹ\u0400-\u042f][\w’'-]{2,})(?: (?:de |la |del |da |do )?[A-ZÀ-ÞĀ-ſƠƯẠ-Ỹ][\w’'-]{2,}){0,2})(?=[ ,.;:)\n]|$)(?! [A-ZÀ-Þ])"
)


def _stands(mention: Mention, text: str, hits: tuple[Hit, ...], part: Part, offset: int, language: str) -> float:
    """How much this mention says for a meeting in its city; `offset` is counted from where the meeting is first told of."""
    position = offset + mention.start
    line = text.rfind("\n", 0, mention.start) + 1
    cost = min(2.4, position * PER_CHARACTER)
    before = next((hit for hit in hits if hit.end <= mention.start <= hit.end + 2 and not text[hit.end:mention.start].strip(" ")), None)
    after = next((hit for hit in hits if hit.label == "after" and 0 <= hit.start - mention.end <= 1), None)
    base = LOCATED if part != "title" else TITLE_LOCATED
    written = _written(base_language(language))
    if written.suffix is not None and written.suffix.match(text[mention.end:mention.end + 4]):
        return base - cost
    if written.prefix is not None and written.prefix.search(text[max(0, mention.start - 2):mention.start]):
        return base - cost
    if before is not None and before.label == "in":
        if written.goal is not None and written.goal.search(mention.form):
            return TOWARD - cost                # "в Ханое" is a place, "в Ханой" a goal
        return base - cost
    if after is not None:
        return base - cost
    if before is not None and before.label == "toward":
        return TOWARD - cost if before.end - before.start > 2 or part == "title" else TOWARD - 0.5 - cost
    opens_line = part != "title" and mention.start - line < 40 and DATELINE_BEFORE.match(text[line:mention.start])
    if opens_line and DATELINE_AFTER.match(text[mention.end:mention.end + 60]):
        return DATELINE - cost
    in_before = any(hit.label == "in" and 0 < mention.start - hit.end < LAST_WORDS for hit in hits)
    if in_before and text[mention.end:mention.end + 3].startswith((", ", " (")):
        return base - 1.0 - cost
    if part != "title" and mention.start - line < 3 and DATELINE_ALONE.match(text[mention.end:mention.end + 40]):
        return DATELINE_SURE - cost             # "Moscow, 11 November."
    return 0.5 - cost if mention.kind == "city" else 0.3 - cost
