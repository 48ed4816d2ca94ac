"""The words of a text, folded for comparing, with those that tell little set apart.

Scripts that write no spaces are read in pairs of characters. What a word is
worth depends on the texts it is compared among (`Ground`): a word that every
candidate has tells nothing, and words common in official news tell little anywhere.

Touches: nothing (the list of common words is read once, from data/common_words.txt).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import log, sqrt

from anyascii import anyascii

from aggregator.deduper.names import sound

LEAD = 800              # characters of the text that are compared: news says the facts first, and cost stays flat on long articles
LONGEST_WORD = 40       # a "word" beyond it is no word
NAME = 6                # letters of a name as it sounds that are compared: endings differ between languages
FIRST_TEXTS = 20        # how many texts the list of common words counts for
COMMONNESS, RARENESS = 0.5, 0.02        # in what share of texts a word is that is in that list, or not
MIDDLING = 0.004        # in what share of texts a word is of which nothing is known

_MARKS = re.compile(r"[\u0300-\u036f]+")
_UNSPACED = r"\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff\u1780-\u17ff\u1000-\u109f"
_TOKEN = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_YEAR = re.compile(r"(?:19|20)\d\d")


@lru_cache(maxsize=2048)
def words(text: str) -> tuple[str, ...]:
    """The words of `text` in order, folded.

    >>> words("Bộ trưởng Tô Lâm, 12"), words("中国公安部")
    (('bo', 'truong', 'to', 'lam', '12'), ('中国', '国公', '公安', '安部'))
    """
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text)).replace("đ", "d").replace("Đ", "d")
    found: list[str] = []
    for token in _TOKEN.findall(text.casefold()):
        if _IS_UNSPACED.match(token):
            found.extend(token[i : i + 2] for i in range(max(len(token) - 1, 1)))
        elif len(token) <= LONGEST_WORD:
            found.append(token)
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """The words of a text, each with what it is worth by itself."""

    worth: Mapping[str, float]
    common: float               # sum of the squares of those in the list of common words
    other: float                # and of the rest

    @classmethod
    def of(cls, worth: Mapping[str, float]) -> Terms:
        common = sum(value * value for word, value in worth.items() if word in COMMON)
        return cls(worth, common, sum(value * value for value in worth.values()) - common)


@lru_cache(maxsize=16384)
def weighed(text: str) -> Terms:
    """The words of `text`: numbers and long words are worth more than short ones, repeated ones a little more."""
    counts = Counter(words(text))
    return Terms.of({word: worth(word) * (1.0 + log(n)) for word, n in counts.items() if len(word) > 1 or word.isdigit()})


@lru_cache(maxsize=65536)
def worth(word: str) -> float:
    """What a word tells by its looks, 0 to 1."""
    if word.isdigit():
        return 0.3 if _YEAR.fullmatch(word) or len(word) == 1 else 1.0
    return 0.6 if len(word) <= 3 and not _IS_UNSPACED.match(word) else 1.0


@lru_cache(maxsize=16384)
def naming(text: str) -> Terms:
    """The words of `text` that may be names, and its numbers, each as it sounds: alike in every language that writes them with letters."""
    found: dict[str, float] = {}
    for token in _TOKEN.findall(text):
        if token.isdigit():
            if len(token) > 1 and not _YEAR.fullmatch(token):
                found[f"~{token}"] = 1.0
        elif token[0].isupper() and 3 <= len(token) <= LONGEST_WORD:
            heard = sound("".join(filter(str.isalpha, anyascii(token).lower())))[:NAME]
            if len(heard) > 1:
                found[f"~{heard}"] = 1.0
    return Terms.of(found)


class Ground:
    """How common words are in what was seen before: the measure of what a shared one tells.

    `held` says of each word of the text at hand in how many of `texts` it is. A
    word of another text is taken to be of middling rarity. While little was seen
    yet, a list of words common in official news stands in.
    """

    def __init__(self, texts: int = 0, held: Mapping[str, int] | None = None) -> None:
        self.texts, self.held = texts, held or {}
        self._common, self._other = (self._information(MIDDLING * texts, share) for share in (COMMONNESS, RARENESS))
        self._known = {word: self._information(count, COMMONNESS if word in COMMON else RARENESS) for word, count in self.held.items()}
        self._lengths: dict[int, tuple[Terms, float]] = {}

    def weight(self, word: str) -> float:
        """The information in a word, in nats: near 0 for one that every text has, 4 to 8 for a rare one."""
        known = self._known.get(word)
        return known if known is not None else self._common if word in COMMON else self._other

    def rarity(self, word: str) -> float:
        """The same from 0 to 1: 1 for a word no text has had."""
        return self.weight(word) / self._information(0.0, RARENESS)

    def rarest(self, text: str, limit: int) -> tuple[str, ...]:
        """The `limit` words of `text` that fewest texts hold, the longer of two first."""
        own = [w for w in dict.fromkeys(words(text)) if worth(w) >= 1.0 and (len(w) >= 4 or _IS_UNSPACED.match(w)) and w not in COMMON]
        return self.scarcest(own, limit)

    def scarcest(self, words: Iterable[str], limit: int) -> tuple[str, ...]:
        """Those of `words` that fewest texts hold, the longer of two first."""
        return tuple(sorted(words, key=lambda w: (self.held.get(w, 0), -len(w), w))[:limit])

    def cosine(self, one: Terms, other: Terms) -> float:
        """How alike two texts are by their weighed words, 0 to 1."""
        shared = one.worth.keys() & other.worth.keys()
        if not shared:
            return 0.0
        dot = sum(one.worth[word] * other.worth[word] * self.weight(word) ** 2 for word in shared)
        return min(1.0, dot / (self._length(one) * self._length(other))) if dot else 0.0

    def share(self, one: Terms, other: Terms) -> float:
        """How much of the first text's weight is in words of the other, 0 to 1."""
        inside = whole = 0.0
        for word, value in one.worth.items():
            weight = value * self.weight(word)
            whole += weight
            if word in other.worth:
                inside += weight
        return inside / whole if whole else 0.0

    def _length(self, terms: Terms) -> float:
        """The length of a text's vector: as if all its words were middling, corrected for those that are known."""
        found = self._lengths.get(id(terms))
        if found is not None and found[0] is terms:
            return found[1]
        square = terms.common * self._common**2 + terms.other * self._other**2
        for word in terms.worth.keys() & self._known.keys():
            square += terms.worth[word] ** 2 * (self._known[word] ** 2 - (self._common if word in COMMON else self._other) ** 2)
        length = sqrt(max(square, 1e-9))
        self._lengths[id(terms)] = (terms, length)
        return length

    def _information(self, held: float, share: float) -> float:
        return max(0.0, log((self.texts + FIRST_TEXTS) / (held + FIRST_TEXTS * share)))


COMMON = frozenset(files(__package__).joinpath("data/common_words.txt").read_text(encoding="utf-8").split())
