"""Which countries and organisations a text names, and in which words.

A word counts by its language and its neighbours: "Nga" is Russia in Vietnamese
alone, "Georgia" beside Atlanta is a state of the United States, "South China
Sea" names no country. The words stand in data/gazetteer.tsv, a made file
(data/build_gazetteer.py), and in the generic pack's organisations.tsv. The gazetteer is one
file for all languages: most of its words serve many of them, and one automaton finds all.

Touches: the data files beside it, once.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources
from typing import Literal

from ahocorasick_rs import AhoCorasick, MatchKind

from aggregator.understand.matching_words import composed
from aggregator.understand.packs import GENERIC, MODEL, base_language, languages, table, trait
from aggregator.understand.words import ARABIC_JOINED, lower

Kind = Literal["name", "adjective", "office", "pair", "city", "capital", "organisation", "block"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A country or organisation as it stands in a text: text[start:end] == form."""

    code: str                                   # ISO 3166-1 alpha-2, or an organisation's id
    kind: Kind
    start: int
    end: int
    form: str
    city: str = ""                              # the English name, where a city stands


@dataclass(frozen=True, slots=True)
class Entry:
    """What one word may mean, and in which languages."""

    languages: frozenset[str]                   # empty: in any
    code: str
    kind: Kind
    flags: str                                  # see `fits`
    city: str
    term: str                                   # with its capitals


NO_SPACES = re.compile(r"[぀-ゟ一-鿿豈-﫿฀-໿ༀ-࿿က-႟ក-៿]")   # kana, Han, Thai, Lao, Tibetan, Burmese, Khmer: words are not parted
KATAKANA = re.compile(r"[゠-ヿ]")
HANGUL = re.compile(r"[가-힣]")
ARABIC = re.compile(r"[؀-ۿ]")
LEAST_STEM = 4        # letters of a name that may take an ending: shorter ones begin other words
LARGEST = 200_000     # characters read of one text: no report is longer, and hostile ones are


def _language(tag: str) -> str:
    return tag.partition("-")[0].partition("_")[0].lower()


@lru_cache(maxsize=1_000)
def _languages_of(tag: str) -> frozenset[str]:
    """The languages whose words count in a text of this one: its own, and those of neighbours that are nearly one."""
    if not tag:
        return frozenset()
    pack = base_language(tag)
    return frozenset(trait(pack, "gazetteer") or (pack or tag,))


@cache
def _own_letters() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Languages that have letters of no other: a text full of them is in that language, whatever its source says."""
    return tuple((tongue, re.compile(f"[{letters}]", re.IGNORECASE)) for tongue in languages() if (letters := trait(tongue, "letters")))


@cache
def _offices() -> frozenset[str]:
    return frozenset(table(MODEL, "countries")["offices"])


@cache
def _small_words() -> frozenset[str]:
    return frozenset(table(MODEL, "countries")["small_words"])


@cache
def _american_georgia() -> re.Pattern[str]:
    return re.compile(table(MODEL, "countries")["american_georgia"])


class _Gazetteer:
    """Every word that names a country or an organisation. The file stays one text, and a word's meanings are read when it first occurs: most never do."""

    def __init__(self) -> None:
        data = resources.files("aggregator.understand") / "data"
        self._text = (data / "gazetteer.tsv").read_text(encoding="utf-8")
        self._organisations = _organisations((data / "packs" / GENERIC / "organisations.tsv").read_text(encoding="utf-8"))
        self._begins = array("I")                   # where in the file the lines of each word begin; words are in order, those of one spelling together
        words: list[str] = []
        for line in re.finditer(r"^([^\t#\n]+)\t", lower(self._text), re.MULTILINE):
            if not words or line[1] != words[-1]:
                words.append(line[1])
                self._begins.append(line.start())
        known = set(words)
        self._others = [word for word in self._organisations if word not in known]
        self.automaton = AhoCorasick(words + self._others, matchkind=MatchKind.LeftmostLongest, store_patterns=False)
        self._meanings: dict[str, tuple[Entry, ...]] = {}
        self._families: dict[str, tuple[tuple[str, tuple[Entry, ...]], ...]] = {}

    def meanings(self, word: str) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
        """What a word may mean, and the shorter words it begins with, the longest first."""
        if word not in self._families:
            prefixes = (word[:cut] for cut in range(len(word), 1, -1))
            self._families[word] = tuple((prefix, entries) for prefix in prefixes if (entries := self._entries(prefix)))
        return self._families[word]

    def _entries(self, word: str) -> tuple[Entry, ...]:
        if word not in self._meanings:
            place = bisect_left(self._begins, word, key=self._word_at)
            found = []
            if place < len(self._begins) and self._word_at(self._begins[place]) == word:
                end = self._begins[place + 1] if place + 1 < len(self._begins) else len(self._text)
                for line in self._text[self._begins[place]:end].splitlines():
                    term, languages, code, kind, flags, city = line.split("\t")
                    spoken = frozenset() if languages == "*" else frozenset(languages.split(","))
                    found.append(Entry(spoken, code, kind, flags, city, term))    # type: ignore[arg-type]
            self._meanings[word] = (*found, *self._organisations.get(word, ()))
        return self._meanings[word]

    def _word_at(self, begin: int) -> str:
        return lower(self._text[begin:self._text.index("\t", begin)])


def _organisations(text: str) -> dict[str, tuple[Entry, ...]]:
    """The names of organisations in lower case, each with what it means."""
    found: dict[str, tuple[Entry, ...]] = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        code, _, cell = line.partition("\t")
        for name in cell.split("|"):
            term = name.removesuffix("[X]").strip()
            flags = "X" if name.endswith("[X]") else "C" if term[0].isupper() else ""
            word = lower(term)
            found[word] = (*found.get(word, ()), Entry(frozenset(), code, "organisation", flags, "", term))
    return found


@cache
def _gazetteer() -> _Gazetteer:
    return _Gazetteer()


def _joined(text: str, edge: int, inside: str) -> bool:
    """Whether the character at `edge` continues the word whose outermost character is `inside`."""
    if not 0 <= edge < len(text):
        return False
    beside = text[edge]
    if NO_SPACES.match(inside):
        return False
    if KATAKANA.match(inside):
        return bool(KATAKANA.match(beside)) and beside != "・"
    if NO_SPACES.match(beside):
        return False
    return beside.isalnum() or unicodedata.category(beside)[0] == "M"


def _stands_alone(text: str, start: int, end: int, endings: re.Pattern[str] | None) -> bool:
    first, last = text[start], text[end - 1]
    if _joined(text, start - 1, first) and not (ARABIC.match(first) and ARABIC_JOINED.search(text, max(0, start - 5), start)):
        return False
    if not _joined(text, end, last) or HANGUL.match(last):
        return True
    return endings is not None and end - start >= LEAST_STEM and endings.match(text, end) is not None


@cache
def _endings(language: str) -> re.Pattern[str] | None:
    """What a language adds to a name for its case, to the end of the word; None where its table has the names in every case."""
    added = trait(language, "endings")
    return re.compile(rf"(?:{added})(?!\w)", re.IGNORECASE) if added else None


PREVIOUS_WORD = re.compile(r"(\w+)(\W*)$")


def fits(entry: Entry, text: str, start: int, end: int, languages: frozenset[str]) -> bool:
    """Whether the words text[start:end] can mean `entry` here.

    Flags: C needs a capital first letter, X its very spelling, n must not follow
    another capitalised word (it may be a given name), s must not begin a
    sentence, g Georgia, h a name that is also a word (Jordan, Chad, Turkey).
    """
    if entry.languages and languages and not entry.languages & languages:
        return False
    form, flags = text[start:end], entry.flags
    if "X" in flags:
        return form == entry.term and not (len(form) <= 3 and _shouted(text, start, end))
    if "C" in flags and form[0].islower():
        return False
    if "n" in flags or "s" in flags:
        before = text[max(0, start - 40):start]
        previous = PREVIOUS_WORD.search(before)
        if "s" in flags and (previous is None or re.search(r"[.!?:;\n“\"»]\s*$", before)):
            return bool(re.match(r"\s*(?:,|và|-|–)\s*[A-ZĐ]", text[end:end + 12]))
        if previous and previous[2] == " " and previous[1][0].isupper() and not previous[1].isupper():
            return False
        if "n" in flags and form.isupper() and len(form) <= 3 and not previous:
            return True
    if "g" in flags:
        return not _american_georgia().search(text, max(0, start - 60), end + 60)
    if "h" in flags:
        after = re.match(r"\s+([A-Z]\w+)", text[end:end + 24])
        ahead = PREVIOUS_WORD.search(text[max(0, start - 24):start])
        if after and after[1] not in _offices() and not after[1].isupper() and not form.isupper():
            return False
        if ahead and ahead[2] == " " and ahead[1][0].isupper() and not ahead[1].isupper() and ahead[1] not in _small_words():
            return False
    return True


def _shouted(text: str, start: int, end: int) -> bool:
    """Whether the words around are in capitals too, so that capitals mean nothing."""
    around = re.findall(r"[A-Za-z]{2,}", text[max(0, start - 30):start] + " " + text[end:end + 30])
    return len(around) > 2 and all(word.isupper() for word in around)


def mentions(text: str, language: str = "") -> tuple[Mention, ...]:
    """Every country and organisation that `text` names, in order; offsets are those of `text`.

    `language` is a BCP 47 tag ("" when unknown: then words of every language count).
    """
    gazetteer = _gazetteer()
    plain, begins = composed(text[:LARGEST])
    languages = _languages_of(_language(language))
    if languages:
        languages |= {tongue for tongue, letters in _own_letters() if tongue not in languages and len(letters.findall(plain[:400])) > 8}
    lowered, endings = lower(plain), _endings(_language(language))
    found: list[Mention] = []
    held: list[tuple[int, Entry]] = []          # words that count only when joined to another country
    for _, start, end in gazetteer.automaton.find_matches_as_indexes(lowered):
        for word, entries in gazetteer.meanings(lowered[start:end]):
            stop = start + len(word)
            if not _stands_alone(plain, start, stop, endings):
                continue
            entry = _choose(entries, plain, start, stop, languages)
            if entry is None:
                continue
            if entry.kind == "block":
                break
            if "p" in entry.flags:
                held.append((len(found), entry))
            if entry.kind == "pair":
                first, second = entry.code.split("+")
                found.append(Mention(first, "pair", start, start + 1, plain[start:start + 1]))
                found.append(Mention(second, "pair", start + 1, stop, plain[start + 1:stop]))
            else:
                found.append(Mention(entry.code, entry.kind, start, stop, plain[start:stop], entry.city))
            break
    if held:
        found = _without_loose(found, held, plain)
    found = _of_the_named(found)
    if begins:
        found = [Mention(m.code, m.kind, begins[m.start], begins[m.end], text[begins[m.start]:begins[m.end]], m.city) for m in found]
    return tuple(found)


def _choose(options: tuple[Entry, ...], text: str, start: int, end: int, languages: frozenset[str]) -> Entry | None:
    """The first meaning that fits, those of the text's own language before those of any."""
    if len(options) == 1:
        return options[0] if fits(options[0], text, start, end, languages) else None
    fitting = [entry for entry in options if fits(entry, text, start, end, languages)]
    if not fitting:
        return None
    own = [entry for entry in fitting if entry.languages]
    blocks = [entry for entry in fitting if entry.kind == "block"]
    return (blocks or own or fitting)[0]


JOINT = re.compile(r"\s?[-–—‑]\s?$") 


def _without_loose(found: list[Mention], held: list[tuple[int, Entry]], text: str) -> list[Mention]:
    loose = set()
    for index, _ in held:
        mention = found[index]
        before = index > 0 and JOINT.match(text[found[index - 1].end:mention.start])
        after = index + 1 < len(found) and JOINT.match(text[mention.end:found[index + 1].start])
        if not before and not after:
            loose.add(index)
    return [mention for index, mention in enumerate(found) if index not in loose]


NAMESAKES = {"CG": "CD"}       # an adjective of both states ("Congolese"), read as the first …


def _of_the_named(found: list[Mention]) -> list[Mention]:
    """The mentions with adjectives that two states share given to the second, where it alone of the two is named."""
    named = {mention.code for mention in found if mention.kind != "adjective"}
    shared = {first: second for first, second in NAMESAKES.items() if second in named and first not in named}
    if not shared:
        return found
    return [replace(mention, code=shared[mention.code]) if mention.kind == "adjective" and mention.code in shared else mention for mention in found]


OTHER_DOMAINS = frozenset([     # sold to anybody
    "io", "ai", "tv", "me", "co", "cc", "fm", "ws", "to", "ly", "gg", "sh", "nu", "tk", "ml", "ga", "cf", "gq", "su", "eu",
])


def home_of(url: str, language: str) -> str:
    """The country a source is likely to write from, by its domain or its language; "" when neither can say."""
    host = re.match(r"(?:https?://)?([^/:?#]+)", url)
    ending = host[1].rpartition(".")[2].lower() if host and "." in host[1] else ""
    tag = _language(language)
    spoken: str = (trait(base_language(tag), "home") or {}).get(tag, "")
    if len(ending) == 2 and ending not in OTHER_DOMAINS:
        domain = "GB" if ending == "uk" else ending.upper()
        return domain if spoken in ("", domain) else ""
    return spoken
