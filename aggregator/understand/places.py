"""The city where a meeting was held.

A city that stands as a place counts ("in Hanoi", "tại Hà Nội", "в Ханое",
"在河内", a dateline); one that stands for its state ("Hanoi and Moscow agreed")
does not.

Touches: nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from aggregator.understand.countries import Mention, mentions
from aggregator.understand.matching_words import load_phrases
from aggregator.understand.packs import base_language, table
from aggregator.understand.words import Hit, lower
from storage.model import Part, Quote

Parts = tuple[tuple[Part, int, str], ...]

LOCATED = 4.0           # "in Hanoi" in the lead
TITLE_LOCATED = 3.2
DATELINE = 3.0          # most datelines are the place, some only where the writer sits: words in the lead win
TOWARD = 1.4            # "arrived in", "a visit to": likely, when nothing better is said
PER_CHARACTER = 0.0025  # what each character further down costs
LEAST = 1.0
FAR = 4_000             # characters of a part that are read for a place


@dataclass(frozen=True, slots=True)
class Place:
    """A city, by its English name, the country it lies in, and the words that said so."""

    city: str
    country: str
    quote: Quote


DATELINE_AFTER = re.compile(r"\s?(?:[,.(/|—–:-]|\d)[^\n]{0,40}?(?:--|[—–:/)]|\s-\s)|\s?(?:--|[—–:/]|-\s)")
DATELINE_BEFORE = re.compile(r"^\W*(?:\(?[\w.\s]{2,24}\)?\s*[-–—:/]\s*|[\w.\s]{2,20}\d{1,2}\s?\S{0,8}\s)?\W*$")
LAST_WORDS = 24


@dataclass(frozen=True, slots=True)
class _Written:
    """How a language writes a place with the city's name itself."""

    suffix: re.Pattern[str] | None
    prefix: re.Pattern[str] | None
    goal: re.Pattern[str] | None


@cache
def _written(language: str) -> _Written:
    patterns = table(language, "places")
    return _Written(*(re.compile(patterns[key]) if key in patterns else None for key in ("suffix", "prefix", "goal")))


def find_place(parts: Parts, language: str) -> Place | None:
    """Where the meeting told of in `parts` was held; None when no city stands as a place. Parts are (part, where this text begins in it, text)."""
    best: tuple[float, Place] | None = None
    votes: dict[str, float] = {}
    for part, offset, whole in parts:
        text = whole[:FAR]
        named = [mention for mention in mentions(text, language) if mention.city]
        if not named:
            continue
        hits = load_phrases("places").find(lower(text), language)
        for mention in named:
            score = _stands(mention, text, hits, part, offset, language)
            if score <= 0:
                continue
            score += min(1.2, votes.get(mention.city, 0.0))
            votes[mention.city] = votes.get(mention.city, 0.0) + 0.4
            if best is None or score > best[0]:
                best = score, Place(mention.city, mention.code, Quote(part, offset + mention.start, mention.form))
    return best[1] if best and best[0] >= LEAST else None


def _stands(mention: Mention, text: str, hits: tuple[Hit, ...], part: Part, offset: int, language: str) -> float:
    """How much this mention says for a meeting in its city."""
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
    return 0.5 - cost if mention.kind == "city" else 0.3 - cost
