"""Names in the cases of Slavic languages, put back into the nominative.

The office before a name shows the case: "министром … Владимиром Колокольцевым" is instrumental, so the
name is too. Without an office a name stays as it stands.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from aggregator.understand.packs import table, trait
from aggregator.understand.words import lower

CYRILLIC = "ru"         # the pack whose endings change the stem too

def case_of(post: str) -> str:
    """The case of an office in lower case, by its first word; "" for the nominative and for what cannot be told."""
    word = post.split(" ", 1)[0]
    if word.endswith(("ом", "ем", "ём", "ей", "om", "em")):
        return "instrumental"
    if word.endswith(("а", "я", "ra", "ka")) and word != "глава":
        return "genitive"
    if word.endswith(("у", "ю", "ru", "ku")):
        return "dative"
    return ""


@cache
def _endings(language: str, case: str) -> tuple[tuple[str, str], ...]:
    """Endings of names in a case, each with what stands for it in the nominative."""
    return tuple((ending, stands) for ending, _, stands in (row.partition("|") for row in table(language, "cases").get(case, ())))


def latin_twin(name: str, language: str) -> str:
    """A name in the Latin letters its language is written with too (Serbian, Macedonian); as it stands in other languages.

    >>> latin_twin("Ивица Дачић", "sr")
    'Ivica Dačić'
    """
    letters: Mapping[str, str] = table(trait(language, "latin") or "", "cases").get("latin", {})
    if not letters:
        return name
    return "".join(letters.get(char.lower(), char).title() if char.isupper() else letters.get(char, char) for char in name)


def nominative(name: str, post: str, language: str = "ru") -> str:
    """A name in the nominative, judged by the case of the office before it; as it stands in a language that declines none.

    >>> nominative("Владимиром Колокольцевым", "министром внутренних дел")
    'Владимир Колокольцев'
    >>> nominative("Сергея Лаврова", "министра иностранных дел")
    'Сергей Лавров'
    """
    pack = trait(language, "cases") or ""
    case = case_of(lower(post)) if post and pack else ""
    if not case or (pack == CYRILLIC and not any("\u0400" <= char <= "\u04ff" for char in name)):
        return name
    return " ".join(_uninflected(word, case, pack) for word in name.split(" "))


def _uninflected(word: str, case: str, pack: str) -> str:
    if word.endswith(tuple(table(pack, "cases").get("fixed", ()))):
        return word
    for ending, stands in _endings(pack, case):
        if not word.endswith(ending) or len(word) - len(ending) < (2 if pack == CYRILLIC else 4):
            continue
        bare = word[:-len(ending)]
        if pack != CYRILLIC:
            return bare
        if ending in ("ем", "я", "ю") and bare.endswith("р"):
            stands = "ь"                        # Игорь, Лазарь
        elif ending in ("ем", "я", "ю") and not bare.endswith(("е", "и", "а", "о", "у", "ы", "э")):
            stands = "" if ending == "ем" else "ь"
        return bare + stands
    return word
