"""Whether two spellings of a name sound alike, across scripts and ways of transliteration.

Names made of syllables (Vietnamese, Chinese, Korean) go through maps: each syllable has its spellings in Cyrillic, in
pinyin, in Sino-Vietnamese, and a name agrees when every syllable does, so that Nguyen Van Thanh is never Nguyen Van
Thinh. Other names are compared by the sounds their letters stand for (sounds.py), word by word, in any order,
patronymics aside. One word alone never makes a person. The maps are in spellings.py.

`deduper/names.py` asks `sounds_like`; 0.75 and above is one name, 0.5 a hint that post and country must bear out.

Touches: nothing (its tables are files of the package, read once).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Literal

from anyascii import anyascii

from aggregator.understand.sounds import NEVER, Spoken, begin_apart, distance, is_heard_word, sounds, vietnamese_sounds
from aggregator.understand.spellings import (
    KOREAN_FAMILY_NAMES,
    MARKS,
    NORTHERN,
    TONES,
    UMLAUT,
    from_palladius,
    given_names,
    is_read,
    is_vietnamese_syllable,
    korean_spellings,
    parted,
    pinyin_of,
    pinyin_syllables,
    simplified,
    surnames,
    vietnamese_in_cyrillic,
    vietnamese_of,
    vietnamese_of_pinyin,
)

LONGEST = 120           # characters of a name that are read
MOST_WORDS = 6          # likewise of its words
LONG = 6                # letters from which one word alone is a hint

SURE = 1.0              # letter by letter
MAPPED = 0.92           # every syllable by a map that knows it
LIKELY = 0.85           # every word by its sounds
SHORT = 0.78            # two syllables or two short words by a map that leaves some choice
HINT = 0.5              # one long word, or a name inside another

Family = Literal["vietnamese", "chinese", "korean", "other"]

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ‘`ʻ-][^\W\d_]+)*\.?")
_HAN = re.compile(r"[\u3400-\u9fff]")
_HANGUL = re.compile(r"[가-힣]")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_ARABIC = re.compile(r"[\u0600-\u06ff\ufb50-\ufeff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_VIETNAMESE_LETTER = re.compile(r"[àáãèéìíòóõùúýăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉĩịọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ]")
_VIETNAMESE_ONLY = re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉĩịọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ]")
_PATRONYMIC = re.compile(
    r".{2,}(?:ovich|evich|yevich|ievich|ovych|yovych|iovych|ovitch|evitch|ovna|evna|yevna|ievna|ivna|ovic|evic|ович|евич|ич|овна|евна|ична|инична|ович|йович|івна|ївна"
    r"|uulu|kyzy|oglu|oghlu|ogly|qizi|уулу|кызы|оглы|улы)$"
)
_PARTICLES = frozenset((
    "al el as ash at an ar az bin ibn ben bint abu de da do dos das del della di du van von der den ter la le los las y e dr mr mrs ms sir haji hj datuk dato"
    " tan sri samdech oknha tun u аль эль ас аш ар аз ад ат эс бин бен ибн بن bn ould"
).split())


@dataclass(frozen=True, slots=True, eq=False)
class _Name:
    """A name as read; one object for each spelling, so that what is drawn from it can be kept by identity."""

    words: tuple[str, ...]                      # lower case, with their marks, hyphens parted unless heard by a Vietnamese
    plain: tuple[str, ...]                      # the same in ASCII
    script: Literal["latin", "cyrillic", "han", "hangul", "arabic", "other"]
    family: Family                              # "other" unless it can be nothing else
    is_heard: bool                              # a foreign name spelled by Vietnamese ear


@lru_cache(maxsize=65536)
def sounds_like(one: str, other: str) -> float:
    """How sure it is that two spellings are one name by sound: 0 (not, or nothing to go by) to 1 (letter by letter). Symmetric.

    >>> sounds_like("То Лам", "Tô Lâm") >= 0.75, sounds_like("Nguyen Van Thanh", "Nguyen Van Thinh")
    (True, 0.0)
    >>> sounds_like("Ô-lếch Véc-khô-tu-rốp", "Oleg Verkhoturov") >= 0.75
    True
    """
    if other < one:
        return sounds_like(other, one)
    mine, theirs = _read(one), _read(other)
    if not mine.words or not theirs.words:
        return 0.0
    return max(_by_letters(mine, theirs), _by_syllables(mine, theirs), _by_sounds(mine, theirs))


@lru_cache(maxsize=32768)
def _read(name: str) -> _Name:
    text = unicodedata.normalize("NFC", name[:LONGEST].replace("İ", "I")).lower()
    found = [word for word in _WORD.findall(text)][:MOST_WORDS + 2]
    letters = "".join(found)
    script: Literal["latin", "cyrillic", "han", "hangul", "arabic", "other"] = "latin"
    for seen, of in ((_HAN, "han"), (_HANGUL, "hangul"), (_CYRILLIC, "cyrillic"), (_ARABIC, "arabic")):
        if seen.search(letters):
            script = of      # type: ignore[assignment]
            break
    else:
        if not letters.isascii() and not all(char.isascii() or unicodedata.name(char, "").startswith("LATIN") for char in letters if char.isalpha()):
            found, script = [anyascii(word).lower() for word in found], "latin" if not _KANA.search(letters) else "other"
    bare = [unicodedata.normalize("NFC", TONES.sub("", unicodedata.normalize("NFD", word))) for word in found]
    is_heard = script == "latin" and _is_heard(found, bare)
    words = tuple(bare) if is_heard else _joined([part for word in found for part in re.split(r"[-'’ʼ‘`ʻ]", word.rstrip(".")) if part], script)
    words = words[:MOST_WORDS]
    plain = tuple(re.sub("[^a-z]", "", anyascii(word).lower()) for word in words)
    return _Name(words, plain, script, "other" if is_heard else _family(words, plain, script), is_heard)


def _is_heard(found: Sequence[str], bare: Sequence[str]) -> bool:
    """Whether a name is spelled by Vietnamese ear: hyphens between its syllables, and Vietnamese marks unless every word has hyphens."""
    hyphens = ["-" in word for word in found]
    if not any(hyphens) or not all(map(is_heard_word, bare)):
        return False
    return all(hyphens) if "".join(found).isascii() else bool(_VIETNAMESE_LETTER.search("".join(found)))


def _joined(parts: Sequence[str], script: str) -> tuple[str, ...]:
    """The words of a name; the Arabic article is off, and "Abd al-Amir" is one word however it is parted."""
    made: list[str] = []
    place = 0
    while place < len(parts):
        word = parts[place]
        if word in _SERVANT and place + 1 < len(parts):
            place += 1 + (parts[place + 1] in _ARTICLES and place + 2 < len(parts))
            word = _SERVANT_OF.get(script, "abdel") + parts[place]
        elif script == "arabic" and word.startswith("ال") and len(word) > 4:
            word = word[2:]
        made.append(word)
        place += 1
    return tuple(made)


_SERVANT = frozenset(("abd", "abdel", "abdul", "abdal", "abdol", "abdoul", "abdu", "عبد", "абд", "абдель", "абдул", "абдаль", "абдоль"))
_SERVANT_OF = {"arabic": "عبد", "cyrillic": "абдель"}
_ARTICLES = frozenset(("al", "el", "ul", "ar", "as", "az", "ash", "at", "аль", "эль"))


def _family(words: tuple[str, ...], plain: tuple[str, ...], script: str) -> Family:
    """Which people a name is of, where its first syllable is a surname and every other one a syllable of theirs."""
    if script == "hangul":
        return "korean"
    if script == "han":
        return "chinese"
    if script != "latin" or not 2 <= len(words) <= 5:
        return "other"
    if plain[0] in surnames("vietnamese") and all(map(is_vietnamese_syllable, plain)):
        return "vietnamese"
    if _VIETNAMESE_ONLY.search("".join(words)) and all(map(is_vietnamese_syllable, plain)):
        return "vietnamese"
    if plain[0] in surnames("chinese") and pinyin_syllables("".join(plain[1:])):
        return "chinese"
    if plain[-1] in surnames("chinese") and len(plain) == 2 and pinyin_syllables(plain[0]):
        return "chinese"
    if plain[0] in surnames("korean") and len(plain) <= 3 and all(parted(word, korean_spellings("latin"), 2) for word in plain[1:]):
        return "korean"
    return "other"


# ---- letter by letter


def _by_letters(mine: _Name, theirs: _Name) -> float:
    if mine.script != theirs.script or mine.is_heard != theirs.is_heard:
        return 0.0
    if mine.script == "han":
        return SURE if simplified("".join(mine.words)) == simplified("".join(theirs.words)) and len("".join(mine.words)) > 1 else 0.0
    if mine.plain == theirs.plain or sorted(mine.plain) == sorted(theirs.plain):
        if len(mine.plain) == 1:
            return HINT if len(mine.plain[0]) >= LONG else 0.2
        if mine.family == "vietnamese" == theirs.family and mine.plain == theirs.plain:
            return _by_marks(mine.words, theirs.words)
        return SURE
    if len(mine.plain) > 1 and len(theirs.plain) > 1 and "".join(mine.plain) == "".join(theirs.plain):
        return 0.97
    return 0.0


def _by_marks(mine: tuple[str, ...], theirs: tuple[str, ...]) -> float:
    """Vietnamese names of the same letters: one without marks may be either; two with different marks are two people."""
    a, b = (tuple(unicodedata.normalize("NFD", word.replace("đ", "d\u0335")) for word in words) for words in (mine, theirs))
    marks = [[tuple(sorted(MARKS.findall(word))) for word in words] for words in (a, b)]
    if marks[0] == marks[1] or not any(marks[0]) or not any(marks[1]):
        return SURE
    return 0.6 if any(not x or not y for x, y in zip(*marks, strict=True) if x != y) else 0.3


# ---- syllable by syllable


def _by_syllables(mine: _Name, theirs: _Name) -> float:
    return max(_vietnamese_cyrillic(mine, theirs), _vietnamese_cyrillic(theirs, mine), _chinese(mine, theirs), _sino_vietnamese(mine, theirs),
               _sino_vietnamese(theirs, mine), _korean(mine, theirs))


def _vietnamese_cyrillic(latin: _Name, cyrillic: _Name) -> float:
    """"Phan Văn Giang" or "潘文江", and "Фан Ван Зянг"."""
    if cyrillic.script != "cyrillic" or not 2 <= len(cyrillic.words) <= 5:
        return 0.0
    if latin.script == "han":
        said = tuple(vietnamese_of(character) for character in _HAN.findall("".join(latin.words)))
    else:
        said = tuple((word,) for word in latin.words) if latin.family == "vietnamese" else ()
    if len(said) != len(cyrillic.words):
        return 0.0
    for order in (cyrillic.words, (*cyrillic.words[1:], cyrillic.words[0])):
        if all(any(heard in vietnamese_in_cyrillic(syllable) for syllable in syllables) for syllables, heard in zip(said, order, strict=True)):
            return MAPPED if len(said) >= 3 or (order is cyrillic.words and latin.script != "han") else SHORT
    return 0.0


def _chinese(mine: _Name, theirs: _Name) -> float:
    """Pinyin, Palladius and Han, family name first or last."""
    if mine.script == theirs.script or not all(name.script in ("latin", "cyrillic", "han") for name in (mine, theirs)):
        return 0.0
    readings = [_as_pinyin(name) for name in (mine, theirs)]
    if not readings[0] or not readings[1]:
        return 0.0
    return MAPPED if readings[0] & readings[1] else 0.0


@lru_cache(maxsize=16384)
def _as_pinyin(name: _Name) -> frozenset[str]:
    """The ways to write a Chinese name in pinyin, its words joined, the family name first."""
    if name.script == "han":
        characters = _HAN.findall("".join(name.words))
        if not 2 <= len(characters) <= 4 or _KANA.search("".join(name.words)):
            return frozenset()
        return frozenset("".join(chosen) for chosen in product(*(pinyin_of(character) for character in characters)))
    if name.script == "latin":
        if name.family == "other" or len(name.plain) < 2:
            return frozenset()
        plain = [UMLAUT.sub(r"\1u", word) for word in name.plain]
        return frozenset({"".join(plain), plain[-1] + "".join(plain[:-1])})
    if not 2 <= len(name.words) <= 4:
        return frozenset()
    parts = [from_palladius(word) for word in name.words]
    if not all(parts):
        return frozenset()
    straight = ["".join(chosen) for chosen in product(*(sorted(part)[:4] for part in parts))]
    turned = ["".join(chosen) for chosen in product(*(sorted(part)[:4] for part in (parts[-1], *parts[:-1])))]
    return frozenset(straight[:64] + turned[:64])


def _sino_vietnamese(chinese: _Name, vietnamese: _Name) -> float:
    """Han, pinyin or Palladius, and the Vietnamese reading: "习近平" and "Tập Cận Bình"; also a Vietnamese name in Han or pinyin."""
    if vietnamese.script != "latin" or vietnamese.is_heard or not all(map(is_vietnamese_syllable, vietnamese.plain)):
        return 0.0
    said = vietnamese.words
    if chinese.script == "han":
        characters = _HAN.findall("".join(chinese.words))
        if len(characters) == len(said) >= 2 and all(is_read(syllable, vietnamese_of(character)) for character, syllable in zip(characters, said, strict=True)):
            return MAPPED
        return 0.0
    if chinese.script == "latin" and chinese.family != "chinese":
        return 0.0
    if chinese.script not in ("latin", "cyrillic"):
        return 0.0
    if chinese.script == "latin" and (chinese.plain == vietnamese.plain or len(said) < 2):
        return 0.0
    for joined in sorted(_as_pinyin(chinese))[:16]:
        for syllables in pinyin_syllables(joined):
            if len(syllables) == len(said) and all(is_read(v, vietnamese_of_pinyin().get(c, frozenset())) for c, v in zip(syllables, said, strict=True)):
                return LIKELY if len(said) >= 3 else SHORT
    return 0.0


def _korean(mine: _Name, theirs: _Name) -> float:
    """Hangul and the ways to write it in Latin letters and Cyrillic."""
    if "korean" not in (mine.family, theirs.family) or "han" in (mine.script, theirs.script):
        return 0.0
    for one in _as_hangul(mine):
        for other in _as_hangul(theirs):
            if len(one) == len(other) >= 2 and all(a & b for a, b in zip(one, other, strict=True)):
                return MAPPED if "hangul" in (mine.script, theirs.script) else LIKELY
    return 0.0


@lru_cache(maxsize=8192)
def _as_hangul(name: _Name) -> tuple[tuple[frozenset[str], ...], ...]:
    """The ways to part a Korean name into syllables, the family name first, each with the Hangul it may stand for."""
    if name.script == "hangul":
        letters = _HANGUL.findall("".join(name.words))[:5]
        return (tuple(frozenset({letter, NORTHERN.get(letter, letter)} if not place else {letter}) for place, letter in enumerate(letters)),)
    if name.script not in ("latin", "cyrillic") or not 2 <= len(name.words) <= 4:
        return ()
    words = name.plain if name.script == "latin" else name.words
    orders = [words]
    if name.script == "latin" and words[-1] in surnames("korean"):
        orders.append((words[-1], *words[:-1]))
    spelled = korean_spellings(name.script)
    found: list[tuple[frozenset[str], ...]] = []
    for order in orders:
        partings: list[tuple[frozenset[str], ...]] = [()]
        for place, word in enumerate(order):
            ways = KOREAN_FAMILY_NAMES.get(word, ()) if not place else ()
            options = [(frozenset(ways),)] if ways else [tuple(spelled[part] for part in parts) for parts in parted(word, spelled, 1 if not place else 2)]
            partings = [(*before, *option) for before in partings for option in options][:16]
        found += partings
    return tuple(found)


# ---- sound by sound


def _by_sounds(mine: _Name, theirs: _Name) -> float:
    """Names of longer words: every word of the shorter name has its like in the longer one."""
    native = {mine.family, theirs.family} - {"other"}
    if native and not (mine.is_heard or theirs.is_heard):
        return 0.0                              # syllables agree by their maps or not at all
    if any(name.script in ("han", "hangul", "other") for name in (mine, theirs)) or (mine.script == theirs.script == "cyrillic" and _is_syllabic(mine, theirs)):
        return 0.0
    short, long = sorted((_words(mine), _words(theirs)), key=len)
    if not short:
        return 0.0
    left = list(long)
    worth, matched, initials, letters = 0.0, 0, 0, 0
    for word in short:
        ranked = sorted((_apart(word, other, mine, theirs), place) for place, other in enumerate(left))
        if ranked and ranked[0][0] <= 1.0:
            worth += 1.0 - ranked[0][0] * 0.15
            matched += 1
            letters = max(letters, len(word[1]))
            left.pop(ranked[0][1])
        elif any(_is_initial(word, other) for other in left):
            initials += 1
        else:
            return 0.0
    if matched == 0:
        return 0.0
    if matched + initials == 1:
        return HINT if letters >= LONG - 1 else 0.2
    if initials:
        return 0.8 if letters >= LONG - 1 else HINT
    return LIKELY * worth / matched + (0.05 if worth == matched else 0.0)


def _is_syllabic(*names: _Name) -> bool:
    """Whether Cyrillic names are made of single syllables, as those of Vietnam, China and Korea are."""
    return all(len(name.words) >= 2 and all(len(re.findall("[аеёиоуыэюя]+", word)) == 1 for word in name.words) for name in names)


_Word = tuple[Spoken, str, bool]


@lru_cache(maxsize=16384)
def _words(name: _Name) -> tuple[_Word, ...]:
    """The words that tell whose name it is: sounds, letters, and whether they were written by Vietnamese ear."""
    kept = [number for number, word in enumerate(name.words) if name.words[number] not in _PARTICLES and name.plain[number] not in _PARTICLES]
    kept = kept if len(kept) >= 2 else list(range(len(name.words)))
    plain = [number for number in kept if not _PATRONYMIC.match(name.words[number]) and not _PATRONYMIC.match(name.plain[number])]
    made: list[_Word] = []
    for number in plain if len(plain) >= 2 else kept:
        word = name.words[number]
        if name.is_heard:
            made.append((vietnamese_sounds(word), word, True))
        else:
            made.append((sounds(word, name.script if name.script in ("cyrillic", "arabic") else "latin"), word, False))
    return tuple(word for word in made if len(word[0]))


def _is_initial(one: _Word, other: _Word) -> bool:
    return (len(one[1]) == 1 or len(other[1]) == 1) and bool(one[0].sounds[0].strong & other[0].sounds[0].strong)


def _apart(one: _Word, other: _Word, mine: _Name, theirs: _Name) -> float:
    """How far two words are apart, 1 at the most for words that may be one."""
    if min(len(one[1]), len(other[1])) == 1 and one[1] != other[1]:
        return NEVER
    if one[1] in given_names() and given_names()[one[1]] == given_names().get(other[1]):
        return 0.0
    if begin_apart(one[0], other[0]):
        return NEVER
    if one[2] != other[2]:
        heard, spelled = (one[0], other[0]) if one[2] else (other[0], one[0])
        most = 0.25 + 0.14 * max(len(heard), len(spelled))
        return distance(heard, spelled, by_ear=True, most=most) / most
    is_abjad = (mine.script == "arabic") != (theirs.script == "arabic")
    beats = min(one[0].beats, other[0].beats)
    most = 0.6 if is_abjad else 0.29 if beats <= 1 else 0.5 if beats == 2 else 0.7
    return distance(one[0], other[0], is_abjad=is_abjad, most=most) / most
