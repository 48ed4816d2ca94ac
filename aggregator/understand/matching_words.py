"""Words that may end in several ways, also in the midst of a phrase, found in one pass.

"конфликт* на" finds "конфликта на" and "конфликтом на". One phrase may carry
several labels. Where phrases overlap the longest counts.

Touches: nothing (its tables are files of the package, read once).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from ahocorasick_rs import AhoCorasick

from aggregator.understand.words import Hit, base_language, is_word, read_table

ARABIC_JOINED = re.compile(r"(?<![؀-ۿ])(?:[وفبلك]{1,2}|لل)(?:ال)?$")      # "and", "in", "for", joined to their word
ENDING = 24     # letters a `*` takes, at most


def composed(text: str) -> tuple[str, tuple[int, ...]]:
    """The text in NFC, and for each of its characters where it began in `text` (empty when it is the same)."""
    if unicodedata.is_normalized("NFC", text):
        return text, ()
    pieces, begins, start = [], [], 0
    for index in range(1, len(text) + 1):
        if index == len(text) or not unicodedata.combining(text[index]):
            piece = unicodedata.normalize("NFC", text[start:index])
            pieces.append(piece)
            begins.extend([start] * len(piece))
            start = index
    begins.append(len(text))
    return "".join(pieces), tuple(begins)


class Phrases:
    """Phrases by label and language. A language without any is read with those of all; English is always read."""

    def __init__(self, table: Mapping[str, Mapping[str, Iterable[str]]]) -> None:
        self._by_language: dict[str, dict[str, set[str]]] = {}
        for label, by in table.items():
            for language, phrases in by.items():
                known = self._by_language.setdefault(language, {})
                for phrase in phrases:
                    known.setdefault(unicodedata.normalize("NFC", phrase.lower()), set()).add(label)
        self._machines: dict[str, _Machine] = {}

    def find(self, lowered: str, language: str) -> tuple[Hit, ...]:
        """Every phrase in a lower-case text, in order. A hit's label joins its labels with "|"."""
        if not lowered:
            return ()
        base = base_language(language)
        key = base if base in self._by_language else ""
        if key not in self._machines:
            languages = (key, "en", "any") if key else tuple(self._by_language)
            merged: dict[str, set[str]] = {}
            for one in languages:
                for phrase, labels in self._by_language.get(one, {}).items():
                    merged.setdefault(phrase, set()).update(labels)
            self._machines[key] = _Machine(merged)
        plain, begins = composed(lowered)
        hits = self._machines[key].find(plain)
        return tuple(Hit(begins[hit.start], begins[hit.end], hit.label) for hit in hits) if begins else hits


class _Machine:
    def __init__(self, phrases: Mapping[str, set[str]]) -> None:
        heads: dict[str, list[tuple[str, re.Pattern[str] | None, bool]]] = {}
        for phrase, labels in phrases.items():
            head, star, rest = phrase.partition("*")
            if not head.strip():
                continue
            rest_of = re.compile(rf"\w{{0,{ENDING}}}" + re.escape(rest).replace(r"\*", rf"\w{{0,{ENDING}}}")) if rest else None
            heads.setdefault(head, []).append(("|".join(sorted(labels)), rest_of, bool(star) and not rest))
        self._meanings = tuple(tuple(found) for found in heads.values())
        self._automaton = AhoCorasick(list(heads)) if heads else None

    def find(self, lowered: str) -> tuple[Hit, ...]:
        if self._automaton is None:
            return ()
        found: list[tuple[int, int, str]] = []
        size = len(lowered)
        for number, start, head_end in self._automaton.find_matches_as_indexes(lowered, overlapping=True):
            if start and is_word(lowered[start - 1]) and is_word(lowered[start]) and not ARABIC_JOINED.search(lowered, max(0, start - 4), start):
                continue
            for label, rest, is_stem in self._meanings[number]:
                end = head_end
                if rest is not None:
                    match = rest.match(lowered, head_end)
                    if match is None:
                        continue
                    end = match.end()
                elif is_stem:
                    stop = min(size, end + ENDING)
                    while end < stop and is_word(lowered[end - 1]) and is_word(lowered[end]):
                        end += 1
                if end < size and is_word(lowered[end - 1]) and is_word(lowered[end]):
                    continue
                found.append((start, -end, label))
        found.sort()
        hits: list[Hit] = []
        reached = -1
        for start, minus_end, label in found:
            if start < reached:
                if -minus_end - start <= hits[-1].end - hits[-1].start:
                    continue
                hits.pop()
            hits.append(Hit(start, -minus_end, label))
            reached = -minus_end
        return tuple(hits)


@cache
def load_phrases(name: str) -> Phrases:
    """The table `name` of the package: label, then language, then phrases."""
    table: dict[str, dict[str, Any]] = read_table(name)
    return Phrases(table)
