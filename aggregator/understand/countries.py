"""Which countries and organisations a text names, and in which words.

A word counts by its language and its neighbours: "Nga" is Russia in Vietnamese
alone, "Georgia" beside Atlanta is a state of the United States, "South China
Sea" names no country. The words stand in data/gazetteer.tsv, a made file
(data/build_gazetteer.py), and in data/organisations.tsv.

Touches: the data files beside it, once.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal

from ahocorasick_rs import AhoCorasick, MatchKind

from aggregator.understand.matching_words import ARABIC_JOINED, composed
from aggregator.understand.words import lower

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


KIN = {     # languages read with the words of their neighbours too: one language under several codes, or nearly one
    "sr": ("sr", "hr"), "hr": ("hr", "sr"), "bs": ("sr", "hr", "bs"), "sh": ("sr", "hr"), "me": ("sr", "hr"), "cnr": ("sr", "hr"),
    "id": ("id", "ms"), "ms": ("ms", "id"), "no": ("nb", "da"), "nb": ("nb", "da"), "nn": ("nb", "da"), "da": ("da", "nb"),
    "tl": ("fil", "en"), "fil": ("fil", "en"),
    "be": ("be", "ru"), "mo": ("ro",), "dari": ("fa",), "prs": ("fa",), "zh": ("zh",), "yue": ("zh",), "sk": ("sk", "cs"),
}
NO_SPACES = re.compile(r"[぀-ゟ一-鿿豈-﫿฀-໿ༀ-࿿က-႟ក-៿]")   # kana, Han, Thai, Lao, Tibetan, Burmese, Khmer: words are not parted
KATAKANA = re.compile(r"[゠-ヿ]")
HANGUL = re.compile(r"[가-힣]")
VIETNAMESE = re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
ARABIC = re.compile(r"[؀-ۿ]")
AMERICAN_GEORGIA = re.compile(r"\b(?:Atlanta|Savannah|Augusta|Macon|Fulton|Brian Kemp|U\.?S\.? state|senator|Republican|[Gg]overnor|[Cc]ounty)\b")
OFFICES = frozenset([       # a name before one of these is a country's: "Jordan King Abdullah"
    "Minister", "President", "Ambassador", "Government", "Parliament", "Police", "Embassy", "Republic", "Kingdom", "King", "State", "Foreign", "Interior",
    "Prime", "Deputy", "Defence", "Defense", "Justice", "Army",
])
SMALL_WORDS = frozenset(["The", "To", "In", "With", "And", "From", "For", "Of"])
LARGEST = 200_000     # characters read of one text: no report is longer, and hostile ones are


def _language(tag: str) -> str:
    return tag.partition("-")[0].partition("_")[0].lower()


@lru_cache(maxsize=1)
def _gazetteer() -> tuple[AhoCorasick, tuple[tuple[Entry, ...], ...], tuple[tuple[int, ...], ...]]:
    """The automaton, the meanings of each of its patterns, and the shorter patterns each begins with."""
    entries: dict[str, list[Entry]] = {}
    shared: dict[str, frozenset[str]] = {"*": frozenset()}
    data = resources.files("aggregator.understand") / "data"
    for line in (data / "gazetteer.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        term, languages, code, kind, flags, city = line.split("\t")
        if languages not in shared:
            shared[languages] = frozenset(languages.split(","))
        entries.setdefault(lower(term), []).append(Entry(shared[languages], code, kind, flags, city, term))    # type: ignore[arg-type]
    for line in (data / "organisations.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        code, _, cell = line.partition("\t")
        for name in cell.split("|"):
            exact = name.endswith("[X]")
            term = name.removesuffix("[X]").strip()
            entries.setdefault(lower(term), []).append(Entry(frozenset(), code, "organisation", "X" if exact else "C" if term[0].isupper() else "", "", term))
    patterns = tuple(entries)
    places = {pattern: index for index, pattern in enumerate(patterns)}
    shorter = tuple(tuple(places[pattern[:cut]] for cut in range(len(pattern) - 1, 1, -1) if pattern[:cut] in places) for pattern in patterns)
    return AhoCorasick(patterns, matchkind=MatchKind.LeftmostLongest), tuple(tuple(found) for found in entries.values()), shorter


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


def _stands_alone(text: str, start: int, end: int) -> bool:
    first, last = text[start], text[end - 1]
    if _joined(text, start - 1, first) and not (ARABIC.match(first) and ARABIC_JOINED.search(text, max(0, start - 5), start)):
        return False
    return not (_joined(text, end, last) and not HANGUL.match(last))


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
        return not AMERICAN_GEORGIA.search(text, max(0, start - 60), end + 60)
    if "h" in flags:
        after = re.match(r"\s+([A-Z]\w+)", text[end:end + 24])
        ahead = PREVIOUS_WORD.search(text[max(0, start - 24):start])
        if after and after[1] not in OFFICES and not after[1].isupper() and not form.isupper():
            return False
        if ahead and ahead[2] == " " and ahead[1][0].isupper() and not ahead[1].isupper() and ahead[1] not in SMALL_WORDS:
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
    automaton, meanings, shorter = _gazetteer()
    plain, begins = composed(text[:LARGEST])
    known = _language(language)
    languages = frozenset(KIN.get(known, (known,))) if known else frozenset()
    if known and known != "vi" and len(VIETNAMESE.findall(plain[:400])) > 8:
        languages |= {"vi"}
    lowered = lower(plain)
    found: list[Mention] = []
    held: list[tuple[int, Entry]] = []          # words that count only when joined to another country
    for pattern, start, end in automaton.find_matches_as_indexes(lowered):
        for candidate in (pattern, *shorter[pattern]):
            stop = end if candidate == pattern else start + len(meanings[candidate][0].term)
            if not _stands_alone(plain, start, stop):
                continue
            entry = _choose(meanings[candidate], plain, start, stop, languages)
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


ONE_COUNTRY = {     # languages written by the press of one country alone
    "vi": "VN", "lo": "LA", "km": "KH", "th": "TH", "my": "MM", "id": "ID", "ms": "MY", "ja": "JP", "ko": "KR", "mn": "MN", "tr": "TR", "pl": "PL",
    "cs": "CZ", "sk": "SK", "hu": "HU", "bg": "BG", "sr": "RS", "hr": "HR", "sl": "SI", "mk": "MK", "sq": "AL", "uk": "UA", "be": "BY", "ka": "GE",
    "hy": "AM", "az": "AZ", "kk": "KZ", "ky": "KG", "uz": "UZ", "tk": "TM", "tg": "TJ", "he": "IL", "fi": "FI", "sv": "SE", "da": "DK", "nb": "NO",
    "no": "NO", "is": "IS", "et": "EE", "lv": "LV", "lt": "LT", "el": "GR", "it": "IT", "hi": "IN", "ne": "NP", "si": "LK", "bn": "BD", "ur": "PK",
}
OTHER_DOMAINS = frozenset([     # sold to anybody
    "io", "ai", "tv", "me", "co", "cc", "fm", "ws", "to", "ly", "gg", "sh", "nu", "tk", "ml", "ga", "cf", "gq", "su", "eu",
])


def home_of(url: str, language: str) -> str:
    """The country a source is likely to write from, by its domain or its language; "" when neither can say."""
    host = re.match(r"(?:https?://)?([^/:?#]+)", url)
    ending = host[1].rpartition(".")[2].lower() if host and "." in host[1] else ""
    spoken = ONE_COUNTRY.get(_language(language), "")
    if len(ending) == 2 and ending not in OTHER_DOMAINS:
        domain = "GB" if ending == "uk" else ending.upper()
        return domain if spoken in ("", domain) else ""
    return spoken
