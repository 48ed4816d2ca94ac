"""Whether two spellings are one person's name.

What sounds alike across scripts and ways of transliteration is known to
understand/syllables.py. Here is what a plain folding adds: names inside longer ones,
case endings, initials, words misread into a name, and the keys under which
spellings of one name meet. Names made of short syllables must agree syllable by
syllable: Nguyen Van Thanh is not Nguyen Van Thinh, though an edit distance calls
them 94 % alike; one short word alone never decides.

Touches: nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product

from anyascii import anyascii
from rapidfuzz.fuzz import ratio

from aggregator.understand.spellings import vietnamese_of
from aggregator.understand.syllables import sounds_like

ALIKE = 88.0            # two long words at or above it are one word transliterated twice
LONG = 5                # letters from which one word alone may stand for a name: "Patrushev", never "Lam"
SAME = 0.75             # `likeness` at or above it: one person
ALMOST = 0.85           # at or above it nothing better needs to be looked for

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019\u02bc`][^\W\d_]+)*")
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ph|kh|th|tr|ch|gi|gh|gy|hy|ky|ly|my|qu|sh|zh|lj|[bcdghjklmnpqrstvwxyz])?[aeiouy]{1,4}(?:ng|nh|ch|[cmnptkl])?"
)
_PATRONYMIC = re.compile(r".{2,}(?:ovich|evich|ievich|yevich|ovych|iovych|ovna|evna|ivna)$")

_CASE_ENDING = re.compile(r"(?<=.{4})(?:ogo|omu|ymi|aya|oyu|ym|om|em|oy|ey|yy|iy|ii|u|a|e|y|i)$")

# Words that join or head a name and tell nothing about whose it is.
_PARTICLES = frozenset([
    "al", "el", "bin", "ibn", "ben", "bint", "abu", "de", "da", "do", "dos", "das", "del", "della", "di", "du", "van", "von", "der", "den",
    "la", "le", "los", "las", "y", "e", "dr", "mr", "mrs", "ms", "sir", "haji", "hj", "datuk", "dato", "tan", "sri", "samdech",
])  # fmt: skip

# Applied in order to a folded word: two ways of writing one sound become one. Lossy, so a hit counts for less than an exact one.
_SOUNDS: tuple[tuple[str, str], ...] = (
    ("shch", "s"), ("tsch", "s"), ("tch", "s"), ("sch", "s"), ("sh", "s"), ("ch", "s"), ("cz", "s"), ("zh", "z"), ("dj", "z"), ("j", "z"), ("ts", "c"),
    ("kh", "h"), ("ph", "f"), ("qu", "ku"), ("q", "k"), ("ck", "k"), ("x", "ks"), ("w", "v"), ("ou", "u"), ("oo", "u"), ("ee", "i"), ("iy", "i"), ("yi", "i"),
    ("ii", "i"), ("y", "i"), ("ie", "e"), ("io", "o"), ("ia", "a"), ("iu", "u"), ("h", ""), ("ss", "s"), ("ff", "f"), ("ll", "l"), ("mm", "m"), ("nn", "n"),
    ("tt", "t"), ("rr", "r"), ("pp", "p"), ("kk", "k"),
)  # fmt: skip

# The same for one syllable: how Vietnamese sounds come back from Cyrillic ("Лыонг Там Куанг", "Чан Куок То").
_SYLLABLE_SOUNDS: tuple[tuple[str, str], ...] = (
    ("ngh", "ng"), ("tr", "ch"), ("ph", "f"), ("qu", "ku"), ("kh", "h"), ("gi", "z"), ("x", "s"), ("sh", "s"), ("c", "k"), ("kh", "ch"), ("q", "k"), ("d", "z"),
    ("nh", "n"), ("uye", "ue"), ("yue", "ue"), ("uo", "o"), ("yo", "o"), ("io", "o"), ("ie", "e"), ("ye", "e"), ("y", "i"), ("th", "t"),
)  # fmt: skip


@lru_cache(maxsize=65536)
def fold(name: str) -> tuple[str, ...]:
    """The words of a name in plain lower-case letters, in the order written, particles and patronymics dropped.

    >>> fold("Đại tướng Tô Lâm"), fold("苏林"), fold("Kolokoltsev Vladimir Alexandrovich")
    (('dai', 'tuong', 'to', 'lam'), ('su', 'lin'), ('kolokoltsev', 'vladimir'))
    """
    words: list[str] = []
    for word in _WORD.findall(name):
        if _HAN.search(word) and not _LATIN.search(word):
            plain = anyascii(word)
            words.extend(part.lower() for part in re.findall(r"[A-Z]?[a-z]+", plain)[:8])
        else:
            plain = re.sub(r"[^a-z]", "", anyascii(word).lower())
            if plain:
                words.append(plain)
    if is_syllabic(tuple(words)):
        return tuple(words[:8])     # here "Van", "Le" and "Do" are names, not particles
    words = [w for w in words if w not in _PARTICLES] or words
    first = [w for w in words if not _PATRONYMIC.match(w)]
    return tuple((first if len(first) >= 2 else words)[:8])


@lru_cache(maxsize=65536)
def likeness(one: str, other: str) -> float:
    """How sure it is that two spellings are one person: 0 (not, or nothing to go by) to 1 (letter by letter).

    >>> likeness("Nguyễn Văn Thành", "Nguyen Van Thinh"), likeness("Vladimir Kolokoltsev", "Колокольцев Владимир Александрович") > 0.75
    (0.0, True)
    """
    if one == other:
        return 1.0 if len(fold(one)) > 1 or len("".join(fold(one))) >= LONG else 0.3
    a, b = fold(one), fold(other)
    if not a or not b:
        return 0.0
    plain = _likeness(a, b)
    return plain if plain >= ALMOST else max(plain, sounds_like(one, other))


@lru_cache(maxsize=65536)
def comparable(one: str, other: str) -> bool:
    """Whether unlikeness would mean anything: False across scripts for names that no rule carries over, and for one word alone."""
    a, b = fold(one), fold(other)
    if any(len(words) < 2 and len("".join(words)) < LONG for words in (a, b)):
        return False
    if bool(_LATIN.search(one)) == bool(_LATIN.search(other)):
        return bool(_HAN.search(one)) == bool(_HAN.search(other))
    return not any(_HAN.search(name) or _KANA.search(name) for name in (one, other)) and not is_syllabic(a) and not is_syllabic(b)


@lru_cache(maxsize=65536)
def is_syllabic(words: tuple[str, ...]) -> bool:
    """Whether a name is built of short syllables, as Vietnamese, Chinese and Korean names are."""
    return len(words) >= 2 and all(len(w) <= 6 and _SYLLABLE.fullmatch(w) for w in words)


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """A folded word with its ways of transliteration evened out: "patrusev" and "patrushev", "choigou" and "shoygu" agree."""
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    return word


@lru_cache(maxsize=65536)
def syllable_sound(word: str) -> str:
    """The same for one syllable: "chan" and "tran", "kuang" and "quang", "lyong" and "luong" agree."""
    for written, heard in _SYLLABLE_SOUNDS:
        word = word.replace(written, heard)
    return word


@lru_cache(maxsize=65536)
def name_keys(name: str) -> tuple[str, ...]:
    """Strings that spellings of one name share, for an index: the sounds of its words without order, and each long word alone."""
    found: dict[str, None] = {}
    for words in _readings(name):
        if is_syllabic(words):
            found["".join(sorted(syllable_sound(w) for w in words))] = None
            found["".join(words)] = None        # "Chen Siyuan" and "Chen Si Yuan"
        else:
            if len(words) >= 2:
                found[" ".join(sorted(sound(w)[:6] for w in words))] = None
            for word in words:
                if len(word) >= LONG + 1:
                    found[sound(word)[:6]] = None
    return tuple(found)[:6]


def _readings(name: str) -> tuple[tuple[str, ...], ...]:
    """The ways to read a name: as written, and for a short name in Han characters also the Vietnamese way."""
    written = fold(name)
    if not written:
        return ()
    han = _HAN.findall(name)
    if not 2 <= len(han) <= 4 or _KANA.search(name):
        return (written,)
    choices = [vietnamese_of(character)[:2] for character in han]
    return (written, *(fold(" ".join(said)) for said in product(*choices))) if all(choices) else (written,)


def _likeness(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    if sorted(a) == sorted(b):
        return 1.0 if len(a) > 1 else (0.7 if len(a[0]) >= LONG else 0.3)
    if len(a) > 1 and len(b) > 1 and "".join(a) == "".join(b):
        return 0.97
    if any(len(names) == 2 and _PATRONYMIC.match(names[1]) for names in (a, b)) and a[0] == b[0]:
        return 0.5      # "Nikolai Platonovich" may be any Nikolai: a hint that post and country must bear out
    if is_syllabic(a) and is_syllabic(b):
        return _syllables(a, b)
    return _words(a, b)


def _syllables(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    """Syllable names: the same syllables, or one name inside the other ("Xuan Phuc" in "Nguyen Xuan Phuc")."""
    short, long = sorted((a, b), key=len)
    inside = long[-len(short) :] == short or (long[0], long[-1]) == (short[0], short[-1])
    if 2 <= len(short) < len(long) and inside and set(short) <= set(long):
        return 0.85
    if len(a) == len(b):
        heard_a, heard_b = [syllable_sound(w) for w in a], [syllable_sound(w) for w in b]
        exact = sum(x == y for x, y in zip(a, b, strict=True))
        if sorted(heard_a) == sorted(heard_b) and (len(a) >= 3 or exact >= 1):
            return 0.85
    return 0.0


def _words(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    """Names of longer words: every word of the shorter name has its like in the longer one."""
    short, long = sorted((a, b), key=len)
    left, matched, letters, initials = list(long), 0, 0, 0
    for word in short:
        best = max(left, key=lambda other: _alike(word, other), default="")
        likeness = _alike(word, best) if best else 0.0
        if likeness >= ALIKE:
            left.remove(best)
            matched += 1
            letters = max(letters, len(word))
        elif any((len(word) == 1 or len(other) == 1) and other[0] == word[0] for other in left):
            initials += 1
    if matched == len(short):
        if matched >= 2:
            return 0.95
        return 0.6 if letters >= LONG + 1 else 0.5 if letters >= LONG else 0.2
    if matched >= 1 and matched + initials == len(short) and letters >= LONG:
        return 0.85
    if matched >= 2 and matched >= 0.6 * len(short) and letters >= LONG:
        return 0.8
    return 0.0


def _alike(one: str, other: str) -> float:
    if one == other:
        return 100.0
    if len(one) < 4 or len(other) < 4:
        return 100.0 if len(one) > 2 and sound(one) == sound(other) else 0.0
    if one[0] == other[0] and min(len(one), len(other)) >= LONG and _stem(one) == _stem(other):
        return 95.0
    plain = ratio(one, other)
    if plain >= ALIKE:
        return float(plain)
    return float(ratio(sound(one), sound(other)))


def _stem(word: str) -> str:
    """A folded word without a Slavic case ending: "patrusheva" and "patrushevym" are "patrushev"."""
    return _CASE_ENDING.sub("", word)
