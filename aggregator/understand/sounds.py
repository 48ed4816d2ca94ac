"""A word as the sounds its letters may stand for, and how far two words differ by ear.

Each group of letters stands for a set of sounds, by script: "ch" may be ch, sh or kh, "в" is v or w, "-p" at the end of a
Vietnamese syllable is p, b, v or f. Two words are one when their sounds can be laid side by side; what that takes is the
cost. Consonants never change into others, so "Petrov" is not "Perov"; a vowel may change a little, and glides, silent
letters and sounds a spelling cannot show may be missing.

Touches: nothing (its table is a file of the package, read once).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

Script = Literal["latin", "cyrillic", "arabic", "vi"]

MOST_SOUNDS = 40            # of one word: beyond it is no name
LONGEST_HEARD = 40          # characters, likewise
NEVER = 9.0                 # the cost of what must not be

_CONSONANTS = ("P", "B", "F", "V", "T", "D", "S", "Z", "SH", "ZH", "CH", "J", "TS", "K", "G", "X", "H", "M", "N", "L", "R", "KS", "Y", "W")
_VOWELS = ("a", "e", "i", "o", "u", "y")
_BIT = {name: 1 << place for place, name in enumerate((*_CONSONANTS, *_VOWELS))}
_VOWEL = sum(_BIT[name] for name in _VOWELS)
_GLIDE = _BIT["Y"] | _BIT["W"]
_A, _E, _I, _O, _U, _Y = (_BIT[name] for name in _VOWELS)
_NEAR = (       # vowels that transliterations take for each other, and what that costs
    (_A, _E, 0.30), (_E, _I, 0.30), (_O, _U, 0.30), (_A, _O, 0.40), (_E, _O, 0.50), (_Y, _I | _U | _E, 0.25),
    (_I, _BIT["Y"], 0.05), (_U | _O, _BIT["W"] | _BIT["V"], 0.10),
)
_CODA = sum(_BIT[name] for name in ("R", "L", "T", "D", "S", "K", "Z", "G", "P", "B", "F", "V"))      # what a Vietnamese ear drops before a consonant
_ENDINGS = _A | _O                      # "Mario" and "Maria" are two people
_SILENT_BEFORE = re.compile(r"[aeiouy][a-z]*[b-df-hj-np-tv-z]e$")


_PLAIN_VOWELS = str.maketrans("áàâãāéèêēíìīóòôõōúùûūý", "aaaaaeeeeiiiooooouuuuy")


@dataclass(frozen=True, slots=True)
class Sound:
    """What a group of letters may stand for."""

    strong: int                                 # bits of the sounds it usually is
    weak: int                                   # of those it may be
    may_miss: bool
    is_vowel: bool


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """A word by ear, with what it costs that a sound of it has no like in the other word."""

    sounds: tuple[Sound, ...]
    missing: tuple[float, ...]
    missing_by_ear: tuple[float, ...]           # where the other word is a Vietnamese hearing of it
    missing_abjad: tuple[float, ...]            # where one of the two is of a script that writes few vowels
    beats: int                                  # vowels that are surely heard

    def __len__(self) -> int:
        return len(self.sounds)


def _spoken(made: list[Sound]) -> Spoken:
    word = tuple(made[:MOST_SOUNDS])
    ways = ((False, False), (True, False), (False, True))
    plain, by_ear, abjad = (tuple(_missing(word, place, by_ear=ear, is_abjad=abjad) for place in range(len(word))) for ear, abjad in ways)
    return Spoken(word, plain, by_ear, abjad, beats=sum(sound.is_vowel and not sound.may_miss for sound in word))


Sounds = tuple[Sound, ...]


@cache
def _letters() -> dict[str, dict[str, Sounds]]:
    table: dict[str, dict[str, Sounds]] = {}
    text = files("aggregator.understand").joinpath("data", "syllables", "letters.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            script, written, heard = line.split("\t")
            table.setdefault(script, {})[unicodedata.normalize("NFC", written)] = tuple(map(_sound, heard.split(" ")))
    return table


def _sound(text: str) -> Sound:
    bare = text.rstrip("?")
    strong, _, weak = bare.partition("~")
    usual = sum(_BIT[name] for name in strong.split("|"))
    is_vowel = bool(usual & _VOWEL) and not usual & ~(_VOWEL | _GLIDE)
    return Sound(usual, sum(_BIT[name] for name in weak.split("|") if name), bare != text, is_vowel)


@lru_cache(maxsize=32768)
def sounds(word: str, script: Script) -> Spoken:
    """The sounds of one word in lower case; letters the script's table does not hold are silent.

    >>> len(sounds("shoigu", "latin")), len(sounds("шойгу", "cyrillic"))
    (5, 5)
    """
    table = _letters()[script]
    if script == "latin":
        word = word.translate(_PLAIN_VOWELS)
    made: list[Sound] = []
    at, size = 0, len(word)
    whole = word + "$"
    while at < size and len(made) < MOST_SOUNDS:
        if at and word[at] == word[at - 1] and word[at] not in "aeiou":
            at += 1                             # a double letter is one sound
            continue
        for length in range(min(7, size + 1 - at), 0, -1):
            found = table.get(whole[at:at + length])
            if found is not None:
                made.extend(found)
                at += length
                break
        else:
            at += 1
    if script == "latin" and made and len(word) > 3 and _SILENT_BEFORE.search(word):
        made[-1] = replace(made[-1], may_miss=True)         # "Khamsone": the e is not heard
    return _spoken(made)


@lru_cache(maxsize=8192)
def vietnamese_sounds(word: str) -> Spoken:
    """The sounds of a foreign name as a Vietnamese paper spells it, syllable by syllable: "véc-khô-tu-rốp". Tones are off."""
    table = _letters()["vi"]
    made: list[Sound] = []
    for syllable in word.split("-"):
        found = _SPLIT.fullmatch(syllable)
        if found is None:
            made.extend(_run(syllable, table))
            continue
        onset, core, coda = found.groups()
        begins = _run(onset, table)
        if made and onset[:1] in ("x", "s") and made[-1].strong & _BIT["K"]:
            made[-1] = replace(made[-1], may_miss=True)         # "A-lếch-xan": the two are one x
        elif made and begins and begins[0].strong == made[-1].strong and not begins[0].is_vowel:
            begins = begins[1:]                                 # "Chăn-nha"
        made.extend(begins)
        made.extend(_run(core, table))
        made.extend(table.get(f"-{coda}") or _run(coda, table) if coda else ())
    return _spoken(made)


def is_heard_word(word: str) -> bool:
    """Whether a word is spelled syllable by syllable, with hyphens or as one syllable, as Vietnamese papers spell foreign names. Tones are off."""
    return len(word) <= LONGEST_HEARD and all(_SPLIT.fullmatch(part) for part in word.split("-"))


_SPLIT = re.compile(r"([b-df-hj-np-tv-xzđ]{0,3}(?:(?<=q)u|(?<=g)i(?=[aăâeêoôơuư]))?)([aăâeêioôơuưy]{1,3})(ngh|ng|nh|ch|[ckpstnmlrx])?")


def _run(text: str, table: dict[str, Sounds]) -> list[Sound]:
    made: list[Sound] = []
    at = 0
    while at < len(text):
        for length in range(min(3, len(text) - at), 0, -1):
            if text[at:at + length] in table:
                made.extend(table[text[at:at + length]])
                at += length
                break
        else:
            at += 1
    return made


def distance(one: Spoken, other: Spoken, *, by_ear: bool = False, is_abjad: bool = False, most: float = NEVER) -> float:
    """What it costs to lay two words side by side: 0 where they sound alike, NEVER where that takes more than `most`.

    `by_ear`: `one` is a Vietnamese hearing of `other`, which drops sounds a Vietnamese syllable cannot end with.
    `is_abjad`: one of them is of a script that writes few vowels.
    """
    skips = one.missing_abjad if is_abjad else one.missing
    leaps = other.missing_abjad if is_abjad else other.missing_by_ear if by_ear else other.missing
    before = [0.0]
    for leap in leaps:
        before.append(before[-1] + leap)
    last = one.sounds[-1:], other.sounds[-1:]
    for mine, skip in zip(one.sounds, skips, strict=True):
        now = [before[0] + skip]
        for place, theirs in enumerate(other.sounds):
            best = before[place]
            if best <= most and not mine.strong & theirs.strong:
                best += _change(mine, theirs, by_ear=by_ear)
            best = min(best, before[place + 1] + skip, now[place] + leaps[place])
            now.append(best)
        before = now
        if min(before) > most:
            return NEVER
    ends = [end[0] for end in last if end]
    if before[-1] and len(ends) == 2 and ends[0].strong != ends[1].strong and all(end.strong & _ENDINGS and not end.may_miss for end in ends) and not by_ear:
        return NEVER
    return before[-1] if before[-1] <= most else NEVER


def begin_apart(one: Spoken, other: Spoken) -> bool:
    """Whether two words surely differ, because they begin with consonants that never stand for each other: cheap, and true of most."""
    mine, theirs = one.sounds[0], other.sounds[0]
    if mine.may_miss or theirs.may_miss or (mine.strong | theirs.strong) & (_VOWEL | _GLIDE | _BIT["H"] | _BIT["V"]):
        return False
    return not (mine.strong | mine.weak) & (theirs.strong | theirs.weak)


def _change(mine: Sound, theirs: Sound, *, by_ear: bool) -> float:
    """What it costs that one sound stands where another does, which is not usually the same."""
    if mine.strong & theirs.weak or mine.weak & theirs.strong:
        return 0.15
    if mine.weak & theirs.weak:
        return 0.3
    for first, second, cost in _NEAR:
        if (mine.strong & first and theirs.strong & second) or (mine.strong & second and theirs.strong & first):
            return cost * 0.6 if by_ear else cost
    if mine.is_vowel and theirs.is_vowel:
        return 0.5 if by_ear else 0.95
    return NEVER


def _missing(word: Sounds, place: int, *, by_ear: bool, is_abjad: bool) -> float:
    """What it costs that this sound has no like in the other word."""
    here = word[place]
    is_last = all(sound.may_miss for sound in word[place + 1:place + 3]) and place + 3 >= len(word)
    if here.may_miss:
        return 0.1 if place else 0.3
    if is_abjad and here.strong & (_VOWEL | _GLIDE):
        return 0.05
    if by_ear and here.strong & _CODA and place and (is_last or not word[place + 1].is_vowel):
        return 0.35
    if here.strong & _BIT["Y"] or (here.strong & _I and not is_last and (word[place + 1].is_vowel or (place and word[place - 1].is_vowel))):
        return 0.15 if not is_last else 0.6
    is_between = not is_last and place > 0 and not word[place - 1].is_vowel and not word[place + 1].is_vowel
    if is_between and (here.strong & _E or (here.strong & _A and place >= len(word) - 2 and word[place + 1].strong & _BIT["R"])):
        return 0.35                             # Aleksandr, Alexander, Aleksandar
    return 0.9 if here.is_vowel and not is_last and place else NEVER
