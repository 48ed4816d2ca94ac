"""Phrases found in a text: tables of words per language, matched in one pass.

A phrase is lower case; a `*` at its end takes any ending of the last word ("встретил*"), and "(held|had) talks" is two phrases.
"kommt … zusammen" finds the first part where the second follows in the same sentence.
Scripts written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) and Hangul, whose
particles cling to words, need no word boundary. English is always read beside the item's
own language (see packs.read_for).

Touches: nothing.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol, TypeVar

from ahocorasick_rs import AhoCorasick, Implementation

from aggregator.understand.packs import base_language, flattened, read_for, table


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


def lower(text: str) -> str:
    """`text` in lower case, every character in its old place (İ alone would become two)."""
    return text.replace("İ", "i").lower()


ARABIC_JOINED = re.compile(r"(?<![؀-ۿ])(?:[وفبلك]{1,2}|لل)(?:ال)?$")      # "and", "in", "for", joined to their word


UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF))
"""Code points of Thai and Lao, Burmese, Khmer, kana and Han, Hangul, and Han again."""


def is_unspaced(char: str) -> bool:
    """Whether words of this character's script are not parted by spaces, or carry particles."""
    return any(first <= ord(char) <= last for first, last in UNSPACED)


@lru_cache(maxsize=4096)
def is_word(char: str) -> bool:
    """Whether this character goes on a word, so that a phrase cannot end or begin beside it."""
    return (char.isalnum() or char == "_" or unicodedata.category(char)[0] == "M") and not is_unspaced(char)


_CHOICE = re.compile(r"\(([^()]*)\)")


def expanded(template: str) -> list[str]:
    """Every phrase a template stands for: "(a|b) of c" is two; an empty alternative leaves its place out."""
    if "(" not in template:
        return [template]
    pieces = _CHOICE.split(template)
    choices = [piece.split("|") if number % 2 else [piece] for number, piece in enumerate(pieces)]
    return [" ".join("".join(chosen).split()) for chosen in itertools.product(*choices)]


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a pattern of an automaton stands for."""

    label: str
    is_stem: bool                               # takes any ending
    rest: str = ""                              # must follow in the same sentence


SMALL = Implementation.ContiguousNFA    # quick to make; a full table finds words no faster in texts of this length
_Machine = tuple[AhoCorasick, tuple[tuple[_Meaning, ...], ...]]
APART = 280         # characters between the parts of a phrase in two: more, and they are of two clauses
_SENTENCE_END = re.compile(r"[.!?。！？;；\n](?:\s|$)|[。！？；\n]")


class Words:
    """The phrases of a table: `read` gives those of a pack by label, `packs` the packs a language is read with."""

    def __init__(self, read: Callable[[str], Mapping[str, Iterable[str]]], packs: Callable[[str], Sequence[str]]) -> None:
        self._read, self._packs = read, packs
        self._machines: dict[str, _Machine | None] = {}

    def _machine(self, pack: str) -> _Machine | None:
        """The automaton of one pack, and for each of its phrases the label and whether it is a stem. One phrase under two labels is of the first."""
        if pack not in self._machines:
            patterns: dict[str, dict[str, _Meaning]] = {}
            for label, phrases in self._read(pack).items():
                for phrase in itertools.chain.from_iterable(map(expanded, phrases)):
                    head, _, rest = (part.strip() for part in unicodedata.normalize("NFC", phrase).partition("…"))
                    bare = head.rstrip("*")
                    if bare:
                        patterns.setdefault(bare, {}).setdefault(rest, _Meaning(label, head.endswith("*"), rest))
            meanings = tuple(tuple(by.values()) for by in patterns.values())
            self._machines[pack] = (AhoCorasick(list(patterns), store_patterns=False, implementation=SMALL), meanings) if patterns else None
        return self._machines[pack]

    def find(self, lowered: str, language: str) -> tuple[Hit, ...]:
        """Every phrase in a lower-case text, in order, the longest where several overlap, those of its own language before those of others."""
        if not lowered:
            return ()
        found: list[tuple[int, int, int, str]] = []
        size = len(lowered)
        for rank, pack in enumerate(self._packs(base_language(language))):
            machine = self._machine(pack)
            if machine is None:
                continue
            automaton, meanings = machine
            for number, start, end in automaton.find_matches_as_indexes(lowered, overlapping=True):
                if start and is_word(lowered[start - 1]) and is_word(lowered[start]) and not ARABIC_JOINED.search(lowered, max(0, start - 4), start):
                    continue
                runs_on = end < size and is_word(lowered[end - 1]) and is_word(lowered[end])
                for meaning in meanings[number]:
                    last = end
                    if runs_on:
                        if not meaning.is_stem:
                            continue
                        stop = min(size, end + 24)
                        while last < stop and is_word(lowered[last]):
                            last += 1
                    if not meaning.rest or _follows(lowered, last, meaning.rest):
                        found.append((start, -last, rank, meaning.label))
        found.sort()
        hits: list[Hit] = []
        reached = -1
        for start, minus_end, _, label in found:
            if start >= reached:
                hits.append(Hit(start, -minus_end, label))
                reached = -minus_end
        return tuple(hits)


def _follows(lowered: str, start: int, rest: str) -> bool:
    """Whether the second part of a phrase follows in the same sentence."""
    place = lowered.find(rest, start, start + APART)
    if place < 0 or (place and is_word(lowered[place - 1]) and is_word(rest[0])):
        return False
    end = place + len(rest)
    if end < len(lowered) and is_word(rest[-1]) and is_word(lowered[end]):
        return False
    return not _SENTENCE_END.search(lowered, start, place)


@cache
def load_words(name: str, labels: tuple[str, ...] = ()) -> Words:
    """The table `name` of the packs as sets of phrases, one per label ("held.talks"); only those of `labels`, when given."""

    def read(pack: str) -> Mapping[str, Iterable[str]]:
        phrases = flattened(table(pack, name))
        return {label: phrases[label] for label in labels if label in phrases} if labels else phrases

    return Words(read, lambda language: read_for(language, name))
