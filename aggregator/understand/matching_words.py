"""Words that may end in several ways, also in the midst of a phrase, found in one pass.

"конфликт* на" finds "конфликта на" and "конфликтом на". One phrase may carry
several labels. Where phrases overlap the longest counts.

Touches: nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from ahocorasick_rs import AhoCorasick

from aggregator.understand.packs import base_language, flattened, read_for, table
from aggregator.understand.words import ARABIC_JOINED, Hit, is_word

ENDINGS = frozenset({"locative"})      # lists of a table that are no phrases
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
    """The phrases of a table: `read` gives those of a pack by label, `packs` the packs a language is read with."""

    def __init__(self, read: Callable[[str], Mapping[str, Iterable[str]]], packs: Callable[[str], Sequence[str]]) -> None:
        self._read, self._packs = read, packs
        self._machines: dict[str, _Machine] = {}

    def find(self, lowered: str, language: str) -> tuple[Hit, ...]:
        """Every phrase in a lower-case text, in order. A hit's label joins its labels with "|"."""
        if not lowered:
            return ()
        key = base_language(language)
        if key not in self._machines:
            merged: dict[str, set[str]] = {}
            for pack in self._packs(key):
                for label, phrases in self._read(pack).items():
                    for phrase in phrases:
                        merged.setdefault(unicodedata.normalize("NFC", phrase.lower()), set()).add(label)
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
        self._automaton = AhoCorasick(list(heads), store_patterns=False) if heads else None

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
    """The table `name` of the packs: label, then phrases."""

    def read(pack: str) -> Mapping[str, Iterable[str]]:
        return {label: phrases for label, phrases in flattened(table(pack, name)).items() if label not in ENDINGS}

    return Phrases(read, lambda language: read_for(language, name))
