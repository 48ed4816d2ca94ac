"""What was signed, with the words of its title.

Touches: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from aggregator.understand.dates import find_days
from aggregator.understand.packs import MODEL, base_language, table, trait
from aggregator.understand.passages import Page, Sentence
from aggregator.understand.words import lower
from storage.model import Agreement

LONGEST_TITLE = 220         # characters: a title, not a paragraph
LONGEST_SENTENCE = 1_500    # characters: beyond, it is a list or an attack
NEAR = 140                  # characters from the word for signing to the paper
MOST = 12                   # papers of one meeting that are listed


_QUOTED = re.compile(r"《([^》]{3,80})》")
_TAIL = re.compile(r"[\s,]+(?:on|in|at|le|el|em|am|il|vào|ngày|dated|this|last)?[\s,]*$", re.IGNORECASE)
_MOU = re.compile(r"^mou\b", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:a|an|the|two|three|several|this|that|their)\s+")


@dataclass(frozen=True, slots=True)
class _Patterns:
    signed: re.Pattern[str]
    paper: re.Pattern[str]
    bare: re.Pattern[str]                       # the word for a paper alone
    past: re.Pattern[str]
    is_unspaced: bool


def _words(pack: str) -> Mapping[str, str]:
    """How a language names papers and their signing; in the words that only say that something was signed, where it has no better."""
    rough = table(pack, "signing")
    return table(pack, "agreements") or ({"paper": rough["paper"], "signed": rough["verb"]} if {"paper", "verb"} <= rough.keys() else {})


@cache
def _patterns(language: str) -> _Patterns:
    base = next((pack for pack in (language, trait(language, "kin"), MODEL) if pack and _words(pack)), MODEL)
    words = _words(base)
    is_unspaced = bool(trait(base, "unspaced"))
    bare = words["paper"] if is_unspaced else rf"(?<!\w)(?:{words['paper']})(?!\w)"
    paper = bare if is_unspaced else bare + words.get("subject", "")
    past = "|".join(one["past"] for one in (words, table(MODEL, "agreements")) if "past" in one)
    signed_, paper_, bare_, past_ = (re.compile(pattern, re.IGNORECASE) for pattern in (words["signed"], paper, bare, past))
    return _Patterns(signed_, paper_, bare_, past_, is_unspaced)


def find_agreements(page: Page, sentences: Sequence[Sentence], language: str, year: int = 0) -> tuple[Agreement, ...]:
    """The papers these sentences say were signed, in order; their titles as written, the kind of paper in lower case. Not those of a year before `year`."""
    patterns = _patterns(base_language(language))
    found: list[Agreement] = []
    for sentence in sentences:
        text = page.text[sentence.start:sentence.end]
        signed = patterns.signed.search(text) if len(text) <= LONGEST_SENTENCE else None
        if signed is None or patterns.past.search(text) or _is_of_before(text, year):
            continue
        place = _title(text, signed, patterns)
        if place is None:
            continue
        raw = text[place[0]:place[1]].strip(" ,.-–—\"“”'’")[:LONGEST_TITLE]
        dates = find_days(raw, language, date.min.replace(year=2000))
        if dates and dates[0].start > 8:
            raw = _TAIL.sub("", raw[:dates[0].start]).rstrip(" ,")      # "… on police training on Thursday": when, not what
        title = _MOU.sub("memorandum of understanding", _plain(_ARTICLE.sub("", lower_first(" ".join(raw.split()))), patterns))
        if any(lower(title) in lower(other.title) for other in found):
            continue
        found = [other for other in found if lower(other.title) not in lower(title)]     # a headline's shorter words for the same paper
        start = sentence.start + text.index(raw, place[0])
        found.append(Agreement(title, page.quote(start, start + len(raw))))
        if len(found) == MOST:
            break
    if any(" " in agreement.title.strip() for agreement in found):
        found = [agreement for agreement in found if " " in agreement.title]    # "sign deal" in a headline says no more than the text does
    return tuple(found)


def _plain(title: str, patterns: _Patterns) -> str:
    """`title` with what kind of paper it is in lower case, however a headline wrote it."""
    kind = patterns.bare.match(title)
    return lower(kind[0]) + title[kind.end():] if kind else title


def lower_first(text: str) -> str:
    """`text` with its first word in lower case, unless that is one of capitals."""
    first, space, rest = text.partition(" ")
    return (first if len(first) > 1 and first.isupper() else lower(first)) + space + rest


_YEAR = re.compile(r"(?<![\w.,/–-])(?:19|20)\d\d(?![\w%/–-]|[.,]\d)")


def _is_of_before(text: str, year: int) -> bool:
    """Whether a sentence speaks of years, all of them before `year`."""
    years = [int(found[0]) for found in _YEAR.finditer(text)]
    return bool(years) and max(years) < year


def _title(text: str, signed: re.Match[str], patterns: _Patterns) -> tuple[int, int] | None:
    """Where the title of the paper stands: after the word for signing ("signed a memorandum"), else before it ("the plan was signed")."""
    if patterns.is_unspaced:
        quoted = _QUOTED.search(text)
        if quoted:
            return quoted.span(1)
    after = patterns.paper.search(text, signed.end())
    if after and after.start() - signed.end() <= NEAR:
        return after.span()
    end = len(text[:signed.start()].rstrip())
    before = list(patterns.paper.finditer(text, 0, end)) or list(patterns.bare.finditer(text, 0, end))
    return before[-1].span() if before and signed.start() - before[-1].start() <= LONGEST_TITLE else None
