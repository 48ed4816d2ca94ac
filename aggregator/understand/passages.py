"""An item's text laid out for reading: parts, paragraphs and sentences, each knowing where it stands.

Title, summary and body become one text; every place in it can be given back as a quote of its part.
Rails of related news, calls to subscribe and the like are left out.

Touches: nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from aggregator.understand.packs import base_language, listed, trait
from aggregator.understand.words import lower
from storage.model import Item, Part, Quote

MOST_CHARACTERS = 50_000    # of a body: what lies beyond is an archive page or an attack, never the lead of a report

LONGEST_RAIL = 40           # characters of the words that lead to another story


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: page.text[start:end]."""

    start: int
    end: int
    part: Part
    order: int                                  # within its part, from 0
    paragraph: int                              # within the page


@dataclass(frozen=True, slots=True)
class Page:
    """The whole text of an item, and where its parts and sentences are."""

    text: str
    lowered: str                                # the same length
    starts: tuple[tuple[Part, int, int], ...]   # part, start and end in `text`
    sentences: tuple[Sentence, ...]
    language: str = ""                          # what it is read in

    def quote(self, start: int, end: int) -> Quote | None:
        """The words text[start:end] as a quote; None where they run over the end of a part."""
        for part, first, last in self.starts:
            if first <= start < end <= last:
                return Quote(part, start - first, self.text[start:end])
        return None

    def pieces(self, sentences: tuple[Sentence, ...]) -> tuple[tuple[Part, int, str], ...]:
        """These sentences as (part, offset in the part, text), neighbours joined."""
        joined: list[tuple[int, int]] = []
        part = ""
        for sentence in sentences:
            if joined and sentence.start >= joined[-1][1] and not self.text[joined[-1][1]:sentence.start].strip(" \n") and sentence.part == part:
                joined[-1] = (joined[-1][0], sentence.end)
            else:
                joined.append((sentence.start, sentence.end))
            part = sentence.part
        pieces = []
        for start, end in joined:
            for name, first, last in self.starts:
                if first <= start < last:
                    pieces.append((name, start - first, self.text[start:min(end, last)]))
        return tuple(pieces)


_BREAK = re.compile(r"[.!?…]{1,6}[\"”»’')\]]*\s+|[。！？]+[”」』]?|\n+|[।۔؟]\s*|\s[•|]\s")
_DATELINE = re.compile(r"\W{0,3}(?:[^\W\d_][\w’'()/-]*[ ,]+){1,4}(?:\w+ )?\d{1,2}(?:[./ ]\s?[\w.]+){0,3},?(?: \d{4})?[.,]?\s*|[^\W\d_a-z]{4,16}\.\s*")
_LAST_WORD = re.compile(r"[\w.]+$")

@dataclass(frozen=True, slots=True)
class _Rules:
    """What a language says of the layout of a text."""

    ends: tuple[str, ...]                       # lines that close it
    lines: tuple[str, ...]                      # beginnings of lines that are none of it
    headings: frozenset[str]                    # both of them, as they stand before a colon
    short: frozenset[str]                       # before a full stop that ends no sentence
    has_dotted_days: bool                       # "15. Januar"
    has_full_stops: bool                        # false where a point only shortens


@cache
def _rules(language: str) -> _Rules:
    return _Rules(
        tuple(sorted(listed(language, "rails", "ends"))), tuple(sorted(listed(language, "rails", "lines"))),
        frozenset(words.rstrip(":") for key in ("ends", "lines") for words in listed(language, "rails", key)), listed(language, "language", "short"),
        language == "" or bool(trait(language, "dotted_days")), not trait(language, "no_full_stop"),
    )


def _is_end(text: str, found: re.Match[str], rules: _Rules) -> bool:
    mark = found.group()[0]
    if mark == "\n" or mark in "。！？।۔؟" or mark.isspace():
        return True
    after = text[found.end():found.end() + 2].lstrip("\"“«‘'(")
    if after[:1].islower():
        return False
    if mark == "." and not rules.has_full_stops:
        return False
    if mark == ".":
        word = _LAST_WORD.search(text, max(0, found.start() - 24), found.start())
        if word:
            bare = word.group().lower().strip(".")
            if bare in rules.short or (len(bare) == 1 and bare.isalpha()):
                return False
            if bare.isdigit() and len(bare) <= 2 and (rules.has_dotted_days or not text[:word.start()].strip()):
                return False
    return True


def _sentences(text: str, base: int, part: Part, first_paragraph: int, title: str, rules: _Rules) -> tuple[list[Sentence], int]:
    made: list[Sentence] = []
    paragraph, at = first_paragraph, 0
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        bare = lower(line.strip(" :*•-–—\t"))
        if not bare:
            continue
        paragraph += 1
        if part == "body" and len(bare) < 60 and any(bare == end or (bare.startswith(end) and len(bare) < len(end) + 12) for end in rules.ends):
            break
        if bare.startswith(rules.lines) or bare.count(" | ") >= 2 or bare == title:
            continue
        cursor = 0
        for found in _BREAK.finditer(line):
            if cursor == 0 and _DATELINE.fullmatch(line, 0, found.end()):
                continue                        # "Moscow, 11 November. The minister …": where and when the sentence was written
            if _is_end(line, found, rules):
                if not _is_rail(line, cursor, rules):
                    _add(made, line, cursor, found.end(), base + start, part, paragraph)
                cursor = found.end()
        if not _is_rail(line, cursor, rules):
            _add(made, line, cursor, len(line), base + start, part, paragraph)
    return made, paragraph


def _is_rail(line: str, start: int, rules: _Rules) -> bool:
    """Whether a sentence inside a line leads to another story: "Read more: Xi receives Putin"."""
    if not start or ":" not in line[start:start + LONGEST_RAIL]:
        return False
    return lower(line[start:line.index(":", start)].strip()) in rules.headings


def _add(made: list[Sentence], line: str, start: int, end: int, base: int, part: Part, paragraph: int) -> None:
    piece = line[start:end]
    lead = len(piece) - len(piece.lstrip())
    tail = len(piece.rstrip())
    if tail > lead:
        made.append(Sentence(base + start + lead, base + start + tail, part, len(made), paragraph))


def lay_out(item: Item, language: str = "") -> Page:
    """The text of `item`, ready to be read; `language` is what it is written in, where the item does not say."""
    spoken = base_language(item.language or language)
    rules = _rules(spoken)
    body = item.body[:MOST_CHARACTERS]
    summary = item.summary[:MOST_CHARACTERS]
    written: tuple[tuple[Part, str], ...] = (("title", item.title[:2000]), ("summary", summary), ("body", body))
    text = ""
    starts: list[tuple[Part, int, int]] = []
    sentences: list[Sentence] = []
    paragraph = 0
    for part, words in written:
        if not words.strip():
            continue
        if text:
            text += "\n\n"
        starts.append((part, len(text), len(text) + len(words)))
        if not (part == "summary" and len(words) > 40 and words.strip().rstrip(".…[] ") in body):
            made, paragraph = _sentences(words, len(text), part, paragraph, "" if part == "title" else lower(item.title.strip()), rules)
            sentences += made
        text += words
    return Page(text, lower(text), tuple(starts), tuple(sentences), spoken)
