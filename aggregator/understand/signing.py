"""Whether a text tells that a paper was signed.

It takes a verb of signing and a paper near it, in one sentence that speaks of
neither the future ("will be signed") nor of years ago ("signed in 2019").

Touches: nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from aggregator.understand.matching_words import composed
from aggregator.understand.packs import MODEL, base_language, table
from aggregator.understand.words import is_unspaced
from storage.model import Part, Quote

Parts = tuple[tuple[Part, int, str], ...]

REACH = 90                  # characters between the verb and the paper
FAR = 8_000                 # characters of a part that are read
STOPS = (". ", "\n", "。", "! ", "? ")


@dataclass(frozen=True, slots=True)
class _Rules:
    verb: re.Pattern[str]
    paper: re.Pattern[str]
    other: re.Pattern[str]


@cache
def _rules(language: str) -> _Rules:
    packs = [table(pack, "signing") for pack in dict.fromkeys((language, MODEL))]

    def pattern(key: str) -> re.Pattern[str]:
        return re.compile("|".join(pack[key] for pack in packs if key in pack), re.IGNORECASE)

    other = "|".join(phrase if is_unspaced(phrase[0]) else rf"\b{phrase}" for pack in packs for phrase in pack.get("other", ()))
    return _Rules(pattern("verb"), pattern("paper"), re.compile(other, re.IGNORECASE))


def find_signing(parts: Parts, language: str) -> Quote | None:
    """The words that say a paper was signed, as told; None when none was, or only will be, or was years ago."""
    rules = _rules(base_language(language))
    for part, offset, whole in parts:
        text, begins = composed(whole[:FAR])
        for found in rules.verb.finditer(text):
            begin = max(text.rfind(stop, 0, found.start()) for stop in STOPS) + 1
            end = min((place for stop in STOPS if (place := text.find(stop, found.end())) >= 0), default=len(text))
            near = text[max(begin, found.start() - REACH):min(end, found.end() + REACH)]
            if rules.paper.search(near) and not rules.other.search(text, begin, end):
                first, last = (begins[found.start()], begins[found.end()]) if begins else found.span()
                return Quote(part, offset + first, whole[first:last])
    return None
