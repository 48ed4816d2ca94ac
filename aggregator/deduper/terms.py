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

LEAD = 600              # characters of the text that are compared: news says the facts first, and cost stays flat on long articles
LONGEST_WORD = 40       # a "word" beyond it is no word

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


@lru_cache(maxsize=4096)
def weighed(text: str) -> Mapping[str, float]:
    """The words of `text` and what each is worth by itself: common ones little, numbers and long words more, repeated ones a little more."""
    counts = Counter(words(text))
    return {word: worth(word) * (1.0 + log(n)) for word, n in counts.items() if len(word) > 1 or word.isdigit()}


@lru_cache(maxsize=65536)
def worth(word: str) -> float:
    """What a word tells by itself, 0 to 1.5."""
    if word in COMMON:
        return 0.15
    if word.isdigit():
        return 0.3 if _YEAR.fullmatch(word) or len(word) == 1 else 1.0
    return 0.6 if len(word) <= 3 and not _IS_UNSPACED.match(word) else 1.0


def rarest(text: str, limit: int) -> tuple[str, ...]:
    """The `limit` words of `text` that are likely to be in few other texts: not common, the longest first."""
    own = {w for w in words(text) if worth(w) >= 1.0 and not w.isdigit() and (len(w) >= 5 or _IS_UNSPACED.match(w))}
    return tuple(sorted(own, key=lambda w: (-len(w), w))[:limit])


@dataclass(frozen=True, slots=True)
class Ground:
    """The meetings being compared, as a measure of what a shared word is worth among them.

    A meeting counts once however many texts tell of it: the words of a meeting
    that everyone covers are not common for that.
    """

    meetings: int
    frequency: Mapping[str, int]

    @classmethod
    def of(cls, meetings: Iterable[Iterable[str]]) -> Ground:
        """From the texts of each meeting."""
        frequency: Counter[str] = Counter()
        count = 0
        for texts in meetings:
            count += 1
            frequency.update({word for text in texts for word in weighed(text)})
        return cls(count, frequency)

    def rarity(self, word: str) -> float:
        """1 for a word that only the two texts at hand may share, down to 0.2 for one that every meeting has."""
        if self.meetings < 6:
            return 1.0
        held = self.frequency.get(word, 1)
        return max(0.2, min(1.0, log((self.meetings + 1) / held) / log((self.meetings + 1) / 2)))

    def cosine(self, one: str, other: str) -> float:
        """How alike two texts are by their weighed words, 0 to 1."""
        a, b = weighed(one), weighed(other)
        if not a or not b:
            return 0.0
        if len(b) < len(a):
            a, b = b, a
        dot = 0.0
        for word, weight in a.items():
            if word in b:
                dot += weight * b[word] * self.rarity(word) ** 2
        return dot / (self._length(a) * self._length(b)) if dot else 0.0

    def _length(self, terms: Mapping[str, float]) -> float:
        return sqrt(sum((weight * self.rarity(word)) ** 2 for word, weight in terms.items())) or 1.0


COMMON = frozenset(files(__package__).joinpath("data/common_words.txt").read_text(encoding="utf-8").split())
