"""How a syllable of a Vietnamese, Chinese or Korean name is written elsewhere.

Vietnamese in Cyrillic; pinyin and Palladius; Han in pinyin and in the Vietnamese reading; Hangul in Latin letters and
Cyrillic. Every map is a file in data/syllables, one syllable, character or letter a line.

Touches: nothing (its tables are files of the package, read once).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Container, Iterable
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product

from anyascii import anyascii

TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
MARKS = re.compile("[\u0300-\u036f]")


def _rows(name: str) -> list[list[str]]:
    text = files("aggregator.understand").joinpath("data", "syllables", name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


@cache
def surnames(people: str) -> frozenset[str]:
    return next(frozenset(names.split()) for of, names in _rows("surnames.tsv") if of == people)


@cache
def given_names() -> dict[str, int]:
    """Given name → the number of the group of those that are one name in several languages."""
    return {name: number for number, (names,) in enumerate(_rows("given_names.tsv")) for name in names.split(" ")}


@cache
def palladius() -> dict[str, tuple[str, ...]]:
    """Cyrillic syllable → pinyin, ü as u."""
    table: dict[str, list[str]] = defaultdict(list)
    for pinyin, written in _rows("palladius.tsv"):
        for cyrillic in written.split(" "):
            table[cyrillic].append(_plain(pinyin))
    return {cyrillic: tuple(dict.fromkeys(said)) for cyrillic, said in table.items()}


@cache
def pinyin_table() -> frozenset[str]:
    return frozenset(_plain(row[0]) for row in _rows("palladius.tsv"))


@cache
def characters() -> dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Character → its simplified form, pinyin, Vietnamese readings."""
    table: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {}
    for characters, pinyin, said in _rows("han.tsv"):
        for character in characters:
            table.setdefault(character, (characters[0], tuple(pinyin.split(" ")), tuple(said.split(" "))))
    return table


@cache
def vietnamese_of_pinyin() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = defaultdict(set)
    for _, pinyin, said in _rows("han.tsv"):
        for syllable in pinyin.split(" "):
            table[_plain(syllable)].update(said.split(" "))
    return {syllable: frozenset(said) for syllable, said in table.items()}


@cache
def _vietnamese_parts() -> dict[str, dict[str, tuple[str, ...]]]:
    table: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for part, written, cyrillic in _rows("vietnamese.tsv"):
        table[part][written] = tuple(cyrillic.split(" ")) if cyrillic else ("",)
    return dict(table)


@cache
def korean_spellings(script: str) -> dict[str, frozenset[str]]:
    """How a syllable is spelled in a script → the Hangul it may be."""
    column = 2 if script == "latin" else 3
    parts: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
    for row in _rows("korean.tsv"):
        parts[row[0]].append((row[1], [text.replace("-", "") for text in row[column].split(" ")]))
    table: dict[str, set[str]] = defaultdict(set)
    for onset, core, coda in product(parts["onset"], parts["core"], parts["coda"]):
        letter = chr(0xAC00 + (_ONSETS.index(onset[0]) * 21 + _CORES.index(core[0])) * 28 + _CODAS.index(coda[0]))
        for spelled in product(onset[1], core[1], coda[1]):
            table["".join(spelled)].add(letter)
    return {spelled: frozenset(letters) for spelled, letters in table.items()}


_ONSETS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_CORES = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_CODAS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
NORTHERN = {"리": "이", "림": "임", "류": "유", "로": "노", "라": "나", "량": "양"}
KOREAN_FAMILY_NAMES = {      # family names that are spelled as nothing else is
    spelled: hangul
    for hangul, spellings in {
        "김": "kim gim ким", "이": "lee yi rhee ri ли", "박": "park pak bak пак", "최": "choi choe цой чхве", "임": "lim im rim", "오": "oh o о",
        "안": "ahn an", "서": "suh seo", "유": "yoo you ryu рю", "노": "roh noh ro но", "허": "hur huh heo", "백": "paik paek baek", "손": "sohn son",
        "윤": "youn yoon yun юн", "나": "ra na",
    }.items()
    for spelled in spellings.split()
}


def _plain(pinyin: str) -> str:
    return pinyin.replace("ü", "u")


def simplified(name: str) -> str:
    """A Han name in simplified characters, as far as the table knows them."""
    table = characters()
    return "".join(table[character][0] if character in table else character for character in name)


@lru_cache(maxsize=8192)
def pinyin_of(character: str) -> tuple[str, ...]:
    """How a Han character is read in Mandarin, in plain letters."""
    known = characters().get(character)
    return tuple(map(_plain, known[1])) if known else (re.sub("[^a-z]", "", anyascii(character).lower()),)


def vietnamese_of(character: str) -> tuple[str, ...]:
    """How a Vietnamese reads a Han character; () where the table does not know it."""
    known = characters().get(character)
    return known[2] if known else ()


def is_read(syllable: str, readings: Iterable[str]) -> bool:
    """Whether a Vietnamese syllable is one of these readings; marks count where it has any."""
    return any(syllable == reading or (syllable.isascii() and syllable == _bare(reading)) for reading in readings) or (
        not syllable.isascii() and any(_respelled(syllable) == _respelled(reading) for reading in readings))


@lru_cache(maxsize=8192)
def _bare(syllable: str) -> str:
    return MARKS.sub("", unicodedata.normalize("NFD", syllable)).replace("đ", "d")


@lru_cache(maxsize=8192)
def _respelled(syllable: str) -> tuple[str, tuple[str, ...]]:
    """A syllable with its tone set apart, and y for i: "Hoà" is "Hòa", "Lí" is "Lý"."""
    apart = unicodedata.normalize("NFD", syllable)
    letters = unicodedata.normalize("NFC", TONES.sub("", apart))
    return re.sub(r"(?<=[hklmst])i$", "y", letters), tuple(TONES.findall(apart))


UMLAUT = re.compile(r"(?<![a-z])([ln])(?:yu|v|ue?)(?![a-z])")
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ph|kh|th|tr|ch|gi|gh|qu|[bcdghklmnpqrstvx])?(?:uyu|uye|uoi|uou|oai|oay|uay|ieu|yeu|oeo|[aeiou][aeiouy]|y[eu]?|uy|[aeiou])(?:ng|nh|ch|[cmnpt])?"
)
_PARTS = re.compile(r"(ngh|ng|nh|ph|kh|th|tr|ch|gi(?=[aăâeêoôơuư])|gh|q(?=u)|[bcdđghklmnprstvx])?([aăâeêioôơuưy]+)(ng|nh|ch|[cmnpt])?")


@lru_cache(maxsize=16384)
def is_vietnamese_syllable(word: str) -> bool:
    return len(word) <= 7 and _SYLLABLE.fullmatch(word) is not None


@lru_cache(maxsize=8192)
def vietnamese_in_cyrillic(syllable: str) -> frozenset[str]:
    """The ways Russian writes a Vietnamese syllable in lower case; one without marks may stand for any that has them.

    >>> sorted(vietnamese_in_cyrillic("giang"))[:2], "чонг" in vietnamese_in_cyrillic("trọng")
    (['занг', 'зянг'], True)
    """
    found = _PARTS.fullmatch(unicodedata.normalize("NFC", TONES.sub("", unicodedata.normalize("NFD", syllable))))
    if found is None:
        return frozenset()
    onset, core, coda = (part or "" for part in found.groups())
    parts = _vietnamese_parts()
    plain = syllable.isascii()
    onsets = [onset, "đ"] if onset == "d" and plain else [onset]
    cores = [known for known in parts["core"] if known == core or (plain and _bare(known) == core)]
    made: set[str] = set()
    for first, middle in product(onsets, cores):
        for begin, vowel, end in product(parts["onset"].get(first, ()), parts["core"][middle], parts["coda"].get(coda, ())):
            made.add(begin + vowel + end)
            if begin.endswith("ь") or first == "gi":
                made.add(begin.rstrip("ь") + _SOFTENED.get(vowel[0], vowel[0]) + vowel[1:] + end)
    return frozenset(made)


_SOFTENED = {"а": "я", "у": "ю", "о": "ё", "э": "е"}


@lru_cache(maxsize=8192)
def pinyin_syllables(joined: str) -> tuple[tuple[str, ...], ...]:
    """The ways to part a run of pinyin into at most four syllables."""
    return parted(joined, pinyin_table(), 4)


@lru_cache(maxsize=8192)
def from_palladius(word: str) -> frozenset[str]:
    """The pinyin a Cyrillic word of at most four syllables may stand for, joined."""
    table = palladius()
    word = word.replace("ъ", "")
    return frozenset("".join(chosen) for parts in parted(word, table, 4) for chosen in product(*(table[part] for part in parts)))


def parted(word: str, known: Container[str], most: int) -> tuple[tuple[str, ...], ...]:
    """The ways to part `word` into at most `most` of the syllables that are `known`; at most eight of them."""
    if not word or len(word) > 7 * most:
        return ()
    ways: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    done: list[tuple[str, ...]] = []
    while ways and len(done) < 8:
        at, parts = ways.pop()
        for size in range(1, min(7, len(word) - at) + 1):
            if word[at:at + size] in known:
                if at + size == len(word):
                    done.append((*parts, word[at:at + size]))
                elif len(parts) + 1 < most:
                    ways.append((at + size, (*parts, word[at:at + size])))
    return tuple(done)
