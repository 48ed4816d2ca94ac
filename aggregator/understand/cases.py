"""Names in the cases of Slavic languages, put back into the nominative.

The office before a name shows the case: "министром … Владимиром Колокольцевым" is instrumental, so the
name is too. Without an office a name stays as it stands.

Touches: nothing.
"""

from __future__ import annotations

from aggregator.understand.words import lower

_ENDINGS = {
    "instrumental": (
        ("ским", "ский"), ("цким", "цкий"), ("евым", "ев"), ("ёвым", "ёв"), ("овым", "ов"), ("иным", "ин"), ("ыным", "ын"), ("ым", "ый"),
        ("ом", ""), ("ем", "й"), ("ой", "а"), ("ей", "я"),
    ),
    "genitive": (
        ("ского", "ский"), ("цкого", "цкий"), ("ого", "ый"), ("ова", "ов"), ("ева", "ев"), ("ёва", "ёв"), ("ина", "ин"),
        ("а", ""), ("я", "й"), ("и", "а"),
    ),
    "dative": (
        ("скому", "ский"), ("цкому", "цкий"), ("ому", "ый"), ("ову", "ов"), ("еву", "ев"), ("ину", "ин"), ("у", ""), ("ю", "й"), ("е", "а"),
    ),
}


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


_SERBIAN = {
    **dict(zip("абвгдежзијклмнопрстћуфхцчшђ", "abvgdežzijklmnoprstćufhcčšđ", strict=True)),
    "љ": "lj", "њ": "nj", "џ": "dž", "ѓ": "gj", "ќ": "kj", "ѕ": "dz",
}


def serbian_latin(name: str) -> str:
    """A Serbian or Macedonian name in the Latin letters the same language writes it with."""
    return "".join(_SERBIAN.get(char.lower(), char).title() if char.isupper() else _SERBIAN.get(char, char) for char in name)


def nominative(name: str, post: str, *, is_serbian: bool = False) -> str:
    """A Cyrillic name in the nominative, judged by the case of the office before it.

    >>> nominative("Владимиром Колокольцевым", "министром внутренних дел")
    'Владимир Колокольцев'
    >>> nominative("Сергея Лаврова", "министра иностранных дел")
    'Сергей Лавров'
    """
    case = case_of(lower(post)) if post else ""
    if not case or not (any("\u0400" <= char <= "\u04ff" for char in name) or is_serbian):
        return name
    if is_serbian:
        return " ".join(_bare_serbian(word, case) for word in name.split(" "))
    return " ".join(_uninflected(word, case) for word in name.split(" "))


_FIXED = ("йгу", "ску", "ньяху", "нду", "оглу", "шу", "дзе", "швили", "ко")     # surnames Russian leaves as they are


def _uninflected(word: str, case: str) -> str:
    if word.endswith(_FIXED):
        return word
    for ending, stands in _ENDINGS[case]:
        if not word.endswith(ending) or len(word) - len(ending) < 2:
            continue
        bare = word[:-len(ending)]
        if ending in ("ем", "я", "ю") and bare.endswith("р"):
            stands = "ь"                        # Игорь, Лазарь
        elif ending in ("ем", "я", "ю") and not bare.endswith(("е", "и", "а", "о", "у", "ы", "э")):
            stands = "" if ending == "ем" else "ь"
        return bare + stands
    return word


def _bare_serbian(word: str, case: str) -> str:
    for ending in {"instrumental": ("om", "em", "ом", "ем"), "genitive": ("a", "а"), "dative": ("u", "у")}[case]:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[:-len(ending)]
    return word
