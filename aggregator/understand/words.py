"""Phrases found in a text: tables of words per language, matched in one pass.

A phrase is lower case; a `*` at its end takes any ending of the last word ("встретил*").
Scripts written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) and Hangul, whose
particles cling to words, need no word boundary. English is always read beside the item's
own language: titles, credits and quotes are often in it. A language without a table of its
own is read with every table.

Touches: nothing (its tables are files of the package, read once).
"""

from __future__ import annotations

import tomllib
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Protocol, TypeVar

from ahocorasick_rs import AhoCorasick


class Placed(Protocol):
    """Anything that stands in a text."""

    @property
    def start(self) -> int: ...


P = TypeVar("P", bound=Placed)


def within(found: Sequence[P], start: int, end: int) -> Sequence[P]:
    """Those of `found`, which are in order, that begin in text[start:end]."""
    first = bisect_left(found, start, key=_start)
    return found[first:bisect_left(found, end, lo=first, key=_start)]


def _start(one: Placed) -> int:
    return one.start


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase that occurs: text[start:end], and what its table calls it."""

    start: int
    end: int
    label: str


def read_table(name: str) -> dict[str, Any]:
    """The table `name` of this package's data folder."""
    return tomllib.loads(files("aggregator.understand").joinpath("data").joinpath(name).read_text(encoding="utf-8"))


def lower(text: str) -> str:
    """`text` in lower case, every character in its old place (İ alone would become two)."""
    return text.replace("İ", "i").lower()


def base_language(language: str) -> str:
    """The first part of a language tag: "pt" of "pt-br"; Croatian, Bosnian and Montenegrin are read as Serbian."""
    base = language.lower().replace("_", "-").split("-")[0]
    return {"hr": "sr", "bs": "sr", "me": "sr", "cnr": "sr", "ms": "id", "nb": "no", "nn": "no", "da": "no", "in": "id"}.get(base, base)


UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF))
"""Code points of Thai and Lao, Burmese, Khmer, kana and Han, Hangul, and Han again."""


def is_unspaced(char: str) -> bool:
    """Whether words of this character's script are not parted by spaces, or carry particles."""
    return any(first <= ord(char) <= last for first, last in UNSPACED)


@lru_cache(maxsize=4096)
def is_word(char: str) -> bool:
    """Whether this character goes on a word, so that a phrase cannot end or begin beside it."""
    return (char.isalnum() or char == "_" or unicodedata.category(char)[0] == "M") and not is_unspaced(char)


class Words:
    """A table of phrases: label → language → phrases."""

    def __init__(self, table: Mapping[str, Mapping[str, Iterable[str]]]) -> None:
        self._table = {label: {language: tuple(phrases) for language, phrases in by.items()} for label, by in table.items()}
        self._languages = frozenset(language for by in self._table.values() for language in by)
        self._machines: dict[str, tuple[AhoCorasick, tuple[tuple[str, bool], ...]] | None] = {}

    def _machine(self, language: str) -> tuple[AhoCorasick, tuple[tuple[str, bool], ...]] | None:
        if language not in self._machines:
            wanted = {language, "en", "any"} if language in self._languages else self._languages
            patterns: dict[str, tuple[str, bool]] = {}
            for label, by in self._table.items():
                for tongue in sorted(wanted & by.keys()):
                    for phrase in by[tongue]:
                        bare = unicodedata.normalize("NFC", phrase).rstrip("*")
                        if bare:
                            patterns.setdefault(bare, (label, phrase.endswith("*")))
            self._machines[language] = (AhoCorasick(list(patterns)), tuple(patterns.values())) if patterns else None
        return self._machines[language]

    def find(self, lowered: str, language: str) -> tuple[Hit, ...]:
        """Every phrase in a lower-case text, in order, the longest where several overlap."""
        machine = self._machine(base_language(language))
        if machine is None or not lowered:
            return ()
        automaton, meanings = machine
        found: list[tuple[int, int, str]] = []
        size = len(lowered)
        for number, start, end in automaton.find_matches_as_indexes(lowered, overlapping=True):
            label, is_stem = meanings[number]
            if start and is_word(lowered[start - 1]) and is_word(lowered[start]):
                continue
            if end < size and is_word(lowered[end - 1]) and is_word(lowered[end]):
                if not is_stem:
                    continue
                stop = min(size, end + 24)
                while end < stop and is_word(lowered[end]):
                    end += 1
            found.append((start, -end, label))
        found.sort()
        hits: list[Hit] = []
        reached = -1
        for start, minus_end, label in found:
            if start >= reached:
                hits.append(Hit(start, -minus_end, label))
                reached = -minus_end
        return tuple(hits)


@cache
def load_words(name: str) -> Words:
    """The table `name` as one set of phrases; nested headings join with dots ("held.talks")."""
    flat: dict[str, dict[str, tuple[str, ...]]] = {}

    def walk(prefix: str, node: Mapping[str, Any]) -> None:
        for key, value in node.items():
            if isinstance(value, list):
                flat.setdefault(prefix, {})[key] = tuple(value)
            elif isinstance(value, dict):
                walk(f"{prefix}.{key}" if prefix else key, value)

    walk("", read_table(name))
    return Words(flat)
