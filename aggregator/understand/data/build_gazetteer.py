"""Makes gazetteer.tsv: every word that names a country, in every language we know it in.

A development-time program, needs babel: CLDR gives the names of all countries in many languages, the tables in gazetteer/
give the rest (adjectives, short forms, cities, phrases to pass over), and the rules below write out the endings.

    python -m aggregator.understand.data.build_gazetteer

Touches: gazetteer.tsv, and the tables it reads.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel import Locale
from babel.core import get_global

HERE = Path(__file__).parent
TABLES = HERE / "gazetteer"
RULES = tomllib.loads((TABLES / "rules.toml").read_text(encoding="utf-8"))
ADJECTIVES: dict[str, list[str]] = RULES["adjectives"]
LATIN = re.compile(r"[A-Za-zÀ-ɏḀ-ỿ]")
CASED = re.compile(r"[A-Za-zÀ-ɏḀ-ỿͰ-ϿЀ-ӿԱ-ֆ]")
RUSSIAN = re.compile(r"[А-ЯЁ][а-яё]+")
FLAG = re.compile(r"\[([^\]]*)\]$")

WESTERN = ("fr", "es", "pt", "it", "de", "nl", "ro")
SLAVIC = ("ru", "uk", "sr", "hr", "bg", "mk", "pl", "cs")

IBERIAN = {     # endings of Spanish and Portuguese adjectives, and those of their other forms
    "és": ("és", "esa", "eses", "esas"), "ês": ("ês", "esa", "eses", "esas"), "án": ("án", "ana", "anes", "anas"), "ón": ("ón", "ona", "ones"),
    "ão": ("ão", "ã", "ães", "ãos", "ãs"), "ol": ("ol", "ola", "oles", "olas", "óis"), "o": ("o", "a", "os", "as"),
}


def plain(name: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", name) if not unicodedata.combining(char)).lower()


def rows(name: str) -> Iterator[list[str]]:
    for line in (TABLES / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield [cell.strip() for cell in line.split("\t")]


def variants(cell: str) -> Iterator[tuple[str, str]]:
    """Each spelling of a cell with its flags."""
    for part in cell.split("|"):
        found = FLAG.search(part)
        term = FLAG.sub("", part).strip()
        if term and term != "-":
            yield term, found[1] if found else ""


def cyrillic(text: str) -> str:
    for latin, letter in RULES["cyrillic"].items():
        text = text.replace(latin, letter)
    return text


def cases(word: str, language: str) -> list[str]:
    """The forms of a one-word name in a language that declines names; the word alone elsewhere."""
    if " " in word or "-" in word or len(word) < 3:
        return [word]
    last, stem = word[-1], word[:-1]
    if language == "ru":
        if word.endswith("ия"):
            ends = ["я", "и", "ю", "ей"]
        elif last == "а":
            ends = ["а", "ы", "е", "у", "ой"] if stem[-1] not in "кгхжчшщ" else ["а", "и", "е", "у", "ой"]
        elif last == "я":
            ends = ["я", "и", "е", "ю", "ей"]
        elif last == "й":
            ends = ["й", "я", "ю", "ем", "е"]
        elif last == "ь":
            ends = ["ь", "я", "ю", "ем", "е", "и", "ью"]
        elif last == "ы":
            ends = ["ы", "", "ам", "ами", "ах"]
        elif last in "оеиуюэ":
            ends = [last]
        else:
            stem, ends = word, ["", "а", "у", "ом", "е"]
    elif language == "uk":
        if word.endswith("ія"):
            ends = ["я", "ї", "ю", "єю"]
        elif last == "а":
            ends = ["а", "и", "і", "у", "ою"]
        elif last == "й":
            ends = ["й", "ю", "я", "єм", "ї"]
        elif last == "и":
            ends = ["и", "", "ів", "ам", "ами", "ах"]
        elif last in "оеуюіяь":
            ends = [last, "ю", "я", "ем", "і"] if last == "ь" else [last]
        else:
            stem, ends = word, ["", "а", "у", "ом", "і", "ові"]
    elif language in ("sr", "hr"):
        if word.endswith(("ska", "čka", "ška", "ска", "чка", "шка")):
            ends = ["a", "e", "oj", "u", "om"]
        elif last in "aа":
            ends = ["a", "e", "i", "u", "om"]
        elif last in "oо":
            ends = ["o", "a", "u", "om"]
        elif last in "eеiиuу":
            ends = [last]
        else:
            stem, ends = word, ["", "a", "u", "om", "em", "e"]
        if "А" <= word[0] <= "Я" or word[0] in "ЂЈЉЊЋЏ":
            ends = [cyrillic(end) for end in ends]
    elif language == "pl":
        if word.endswith(("ia", "ja")):
            ends = ["a", "i", "ę", "ą"] if word.endswith("ja") else ["a", "", "i", "ę", "ą"]
        elif last == "a":
            ends = ["a", "y", "ie", "ę", "ą", "i"]
        elif last == "y":
            ends = ["y", "", "om", "ami", "ach"]
        elif last in "oeiu":
            ends = [last]
        elif word.endswith("ów"):
            stem, ends = word[:-2], ["ów", "owa", "owie", "owem", "owowi"]
        else:
            stem, ends = word, ["", "u", "em", "ie", "owi", "a", "iem"]
    elif language in ("cs", "sk"):
        if word.endswith("ie"):
            ends = ["e", "i", "í"]
        elif last == "o":
            ends = ["o", "a", "u", "em"]
        elif last == "a":
            ends = ["a", "y", "ě", "u", "ou"]
        elif last in "eiuyí":
            ends = [last]
        else:
            stem, ends = word, ["", "u", "em", "e", "a"]
    elif language in ("de", "sv", "nb", "da", "is"):
        stem, ends = word, ["", "s"] if last != "s" else [""]
    elif language == "fi":
        stem, ends = word, ["", "n"] if last in "aeiouyäö" else [""]
    elif language == "lt":
        stem, ends = (word, ["", "s"]) if last == "a" else (stem[:-1], ["as", "o", "ui", "u"]) if word.endswith("as") else (word, [""])
    elif language == "lv":
        stem, ends = (stem, ["a", "as", "ai", "u", "ā"]) if last == "a" else (word, [""])
    else:
        return [word]
    return [stem + end for end in ends]


def forms(adjective: str, language: str) -> list[str]:
    """The forms of an adjective: genders, numbers, cases."""
    a = adjective
    if language in ADJECTIVES:
        ends = ADJECTIVES[language]
        if language == "ru" and not a.endswith(("к", "г")):
            return [a]
        return [a] if language == "de" and a[0].isupper() and "-" not in a else [a + end for end in ends]
    if language == "fr":
        if a.endswith(("ien", "éen")):
            both = [a, a + "ne"]
        elif a == "grec":
            both = [a, "grecque"]
        elif a == "turc":
            both = [a, "turque"]
        elif a == "letton":
            both = [a, "lettonne"]
        elif a.endswith("e"):
            both = [a]
        else:
            both = [a, a + "e"]
        return both + [word + "s" for word in both if not word.endswith("s")]
    if language in ("es", "pt"):
        for end, others in IBERIAN.items():
            if a.endswith(end):
                return [a[: -len(end)] + other for other in others]
        return [a, a + "s"] if a[-1] in "aeií" else [a, a + "es"]
    if language == "it":
        if a.endswith("co"):
            return [a, a[:-1] + "a", a[:-2] + "ci", a[:-2] + "chi", a[:-2] + "che"]
        return [a, a[:-1] + "a", a[:-1] + "i", a[:-1] + "e"] if a[-1] in "oa" else [a, a[:-1] + "i"] if a[-1] == "e" else [a]
    if language == "nl":
        return [a, a[:-3] + "ese"] if a.endswith("ees") else [a, a + "e", a + "en"]
    if language == "ro":
        return [a, a + "ă", a + "i", a + "e", a + "ul", a + "ului"]
    return [a]


CITY_STATES = {"SG": "Singapore", "HK": "Hong Kong", "MO": "Macau", "MC": "Monaco"}      # in their names a place is meant too


def is_plain(term: str, languages: list[str], kind: str, flags: str) -> bool:
    """Whether a word means its country in texts of any language: it is no short word of another."""
    if kind not in ("name", "adjective", "office") or term.lower() in RULES["only_at_home"]:
        return False
    if not LATIN.match(term):
        return len(term) > 2 or "zh" in languages
    if "en" in languages:
        return kind != "adjective" or len(term) > 3
    return kind != "adjective" and "C" in flags and (len(term) >= 6 or not term.isascii())


class Gazetteer:
    def __init__(self) -> None:
        self.terms: dict[str, dict[tuple[str, str], tuple[str, str, str]]] = defaultdict(dict)    # term -> (language, code) -> kind, flags, city

    def add(self, term: str, language: str, code: str, kind: str, flags: str = "", city: str = "") -> None:
        term = unicodedata.normalize("NFC", term.strip().replace("ʹ", ""))
        if len(term) < 2 and not re.match(r"[一-鿿]", term):
            return
        if kind == "name":
            city = city or CITY_STATES.get(code, "")
        flags = "".join(sorted(set(flags) & set("Xnsplgh")))
        if CASED.match(term) and term[0].isupper() and not set(flags) & set("Xl"):
            flags += "C" + ("h" if term in RULES["people"] and "h" not in flags else "")
        self.terms[term].setdefault((language, code), (kind, flags, city))
        for other in (term.replace("'", "’"), term.replace("’", "'")):
            if other != term:
                self.terms[other].setdefault((language, code), (kind, flags, city))

    def from_tables(self) -> None:
        for language, code, cell in rows("names.tsv"):
            for term, flags in variants(cell):
                if "x" in flags or "q" in flags:
                    continue
                if "k" in flags:
                    for end in ADJECTIVES["el"]:
                        self.add(term + end, language, code, "adjective", "l")
                    continue
                kind = "office" if "m" in flags else "adjective" if flags in ("l", "p", "pl") else "name"
                self.add(term, language, code, kind, flags)
                if language == "sr":
                    self.add(cyrillic(term), language, code, kind, flags)
        for language, code, cell in rows("adjectives.tsv"):
            for term, flags in variants(cell):
                self.add(term, language, code, "adjective", flags)
        for code, *cells in rows("slavic.tsv"):
            for language, cell in zip(SLAVIC, cells, strict=False):
                for term, _ in variants(cell):
                    for form in forms(term, language):
                        self.add(form, language, code, "adjective", "l")
                        if language == "sr":
                            self.add(cyrillic(form), language, code, "adjective", "l")
        for code, *cells in rows("western.tsv"):
            for language, cell in zip(WESTERN, cells, strict=False):
                for term, _ in variants(cell):
                    for form in forms(term, language):
                        self.add(form, language, code, "adjective", "" if language == "nl" else "l")

    def from_cldr(self) -> None:
        for name in RULES["locales"]:
            language = name.split("_")[0]
            for code, term in Locale.parse(name).territories.items():
                if len(code) != 2 or not code.isalpha() or code in RULES["left_out"]:
                    continue
                for part in {term, re.sub(r"\s*[(（].*", "", term)} if code not in ("CD", "CG", "MM", "HK", "MO") else {term}:
                    part = re.sub(r"中国(香港|澳门|澳門)特?别?行?政?区?|中國(香港|澳門).*", lambda m: m[1] or m[2], part)
                    for form in cases(part, language):
                        self.add(form, language, code, "name", "l" if language in ("ka",) else "")

    def from_cities(self) -> None:
        for row in rows("cities.tsv"):
            name, code, capital, cell = [*row, "", "", ""][:4]
            kind = "capital" if capital == "c" else "city"
            if not cell.startswith("[x]"):
                self.add(name, "*", code, kind, city=name)
            for term, flags in variants(cell):
                if "x" in flags:
                    continue
                home = flags[2:] if flags.startswith("o:") else "*"
                tagged = re.match(r"(ru|uk|sr|vi):(.*)", term)
                if not tagged:
                    self.add(term, home, code, kind, city=name)
                    continue
                language, word = tagged.groups()
                for form in cases(word, language):
                    self.add(form, "*", code, kind, city=name)
                    if language == "sr":
                        self.add(cyrillic(form), "*", code, kind, city=name)

    def from_towns(self) -> None:
        """Towns that no table above has; a name that is somebody's too counts only where it cannot be (see countries.fits)."""
        known = set(self.terms)
        for name, code, cell in rows("towns.tsv"):
            for term, _ in [(name, ""), *variants(cell)]:
                if term in known or (LATIN.match(term) and " " not in term and len(term) < 4):
                    continue
                declined = RUSSIAN.fullmatch(term) and code in RULES["russian_spoken"]
                for form in cases(term, "ru") if declined else [term]:
                    if form not in known:
                        self.add(form, "*", code, "city", "hn" if LATIN.match(term) else "", city=name)

    def from_exemplars(self) -> None:
        """The cities CLDR names time zones after, in every language."""
        ours = {(code, plain(name)): (name, kind) for (name, code, kind) in self._cities()}
        zones = get_global("zone_territories")
        english = Locale.parse("en").time_zones
        for locale in RULES["city_locales"]:
            language = locale.split("_")[0]
            for zone, names in Locale.parse(locale).time_zones.items():
                term = names.get("city", "")
                place = english.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " ")
                found = ours.get((zones.get(zone, ""), plain(place)))
                if not found or not term or (CASED.match(term) and len(term) < 4):
                    continue
                for form in cases(term, language):
                    if form not in self.terms:
                        self.add(form, language if form != term and LATIN.match(form) else "*", zones[zone], found[1], city=found[0])

    def _cities(self) -> Iterator[tuple[str, str, str]]:
        for row in rows("cities.tsv"):
            name, code, capital, _ = [*row, "", "", ""][:4]
            yield name, code, "capital" if capital == "c" else "city"
        for name, code, _ in rows("towns.tsv"):
            yield name, code, "city"

    def from_blocks(self) -> None:
        for language, cell in rows("blocks.tsv"):
            for term, flags in variants(cell):
                if "x" not in flags:
                    self.add(term, language, "", "block", "l" if language in ("zh", "ja", "ko", "th") else "")

    def from_pairs(self) -> None:
        """Two countries in two characters, and one before a post: Chinese, Japanese and Korean headlines."""
        for language, codes, kind, words in rows("pairs.tsv"):
            for word in words.split("|"):
                self.add(word, language, codes.replace(" ", "+"), kind)

    def lines(self) -> Iterator[str]:
        yield "# term\tlanguage (* any)\tISO 3166-1 alpha-2\tkind\tflags\tcity"
        yield "# Made by build_gazetteer.py from CLDR (Unicode licence) and the tables in gazetteer/; do not edit."
        # All that one spelling means stands together, whatever its capitals: countries.py relies on it.
        for term in sorted(self.terms, key=lambda term: (term.replace("İ", "i").lower(), term)):
            entries = self.terms[term]
            codes = {code for (_, code) in entries}
            universal = {code: value for (language, code), value in entries.items() if language == "*"}
            if universal:
                for code, (kind, flags, city) in universal.items():
                    yield "\t".join((term, "*", code, kind, flags, city))
            grouped: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
            for (language, code), (kind, flags, city) in entries.items():
                if language != "*" and code not in universal:
                    grouped[(code, kind, flags, city)].append(language)
            for (code, kind, flags, city), languages in grouped.items():
                everywhere = len(codes) == 1 and not set(flags) & set("pnsghX") and is_plain(term, languages, kind, flags)
                yield "\t".join((term, "*" if everywhere else ",".join(sorted(languages)), code, kind, flags, city))


def main() -> None:
    gazetteer = Gazetteer()
    gazetteer.from_tables()
    gazetteer.from_cities()
    gazetteer.from_cldr()
    gazetteer.from_pairs()
    gazetteer.from_blocks()
    gazetteer.from_exemplars()
    gazetteer.from_towns()
    lines = list(gazetteer.lines())
    (HERE / "gazetteer.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines) - 1} lines, {len(gazetteer.terms)} terms")


if __name__ == "__main__":
    main()
