"""Which language a text is in.

What is declared is believed unless the text plainly says otherwise: a script that
the declared language is not written in, or a detection that is sure of itself.

Touches: nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

import pycld2  # type: ignore[import-untyped]

SAMPLE = 1_000          # characters looked at: of 255 articles none is told otherwise by 2,000, one by 700
# Before a detection may overrule what is declared; shorter titles may be all names. Of 510 right declarations 60 overruled none, 30 two.
ENOUGH_LETTERS = 60
ENOUGH_SHARE = 85       # percent of the text that the detection gives to one language, for the same
ENOUGH_TELLING = 5      # letters that only one language has, for the same; and of Vietnamese every eighth, for foreign texts hold Vietnamese names
FEW_LETTERS = 8         # of a script: fewer are a name or a quotation

# Codes that are declared by mistake: countries for their languages, old codes, and words that mean none.
_MEANT = {
    "cn": "zh", "jp": "ja", "kr": "ko", "vn": "vi", "ua": "uk", "cz": "cs", "dk": "da", "gr": "el", "iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro",
    "sh": "sr", "tl": "fil", "und": "", "mul": "", "zxx": "", "mis": "", "un": "", "xx": "", "x-default": "",
    "english": "en", "vietnamese": "vi", "russian": "ru", "chinese": "zh", "french": "fr", "spanish": "es", "german": "de", "arabic": "ar",
}
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8}){0,5}")
# Detections within one group are not sure enough to overrule each other.
_ALIKE = tuple(set(group.split()) for group in (
    "hr bs sr sl cnr sh mk", "id ms jv su", "no nb nn da sv", "cs sk", "es gl pt ca ast oc", "hi mr ne bh mai", "fa prs tg", "ru uk be bg", "zh yue wuu",
    "fil tl ceb", "tr az", "af nl", "zu xh ss", "lo th", "ur pa",
))

_SCRIPTS = (
    ("Latin", r"A-Za-z\u00c0-\u024f\u1e00-\u1eff", ""), ("Cyrillic", r"\u0400-\u052f", "ru"), ("Greek", r"\u0370-\u03ff\u1f00-\u1fff", "el"),
    ("Arabic", r"\u0620-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc", "ar"), ("Hebrew", r"\u05d0-\u05ff", "he"),
    ("Kana", r"\u3041-\u30fa\u31f0-\u31ff", "ja"), ("Han", r"\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff", "zh"),
    ("Hangul", r"\uac00-\ud7a3\u1100-\u11ff", "ko"), ("Thai", r"\u0e01-\u0e4e", "th"),
    ("Lao", r"\u0e81-\u0eff", "lo"), ("Khmer", r"\u1780-\u17d3", "km"), ("Myanmar", r"\u1000-\u109f", "my"), ("Devanagari", r"\u0900-\u097f", "hi"),
    ("Bengali", r"\u0980-\u09ff", "bn"), ("Gurmukhi", r"\u0a00-\u0a7f", "pa"), ("Gujarati", r"\u0a80-\u0aff", "gu"), ("Oriya", r"\u0b00-\u0b7f", "or"),
    ("Tamil", r"\u0b80-\u0bff", "ta"), ("Telugu", r"\u0c00-\u0c7f", "te"), ("Kannada", r"\u0c80-\u0cff", "kn"), ("Malayalam", r"\u0d00-\u0d7f", "ml"),
    ("Sinhala", r"\u0d80-\u0dff", "si"), ("Tibetan", r"\u0f00-\u0fff", "bo"), ("Georgian", r"\u10a0-\u10ff", "ka"), ("Armenian", r"\u0531-\u058f", "hy"),
    ("Ethiopic", r"\u1200-\u137f", "am"), ("Mongolian", r"\u1800-\u18af", "mn"), ("Thaana", r"\u0780-\u07bf", "dv"),
)
_LETTERS = tuple((name, re.compile(f"[{letters}]")) for name, letters, _ in _SCRIPTS)
_OF_SCRIPT = {name: language for name, _, language in _SCRIPTS}
# The languages of each script; those of Latin are only the ones written in another, too. A language that stands nowhere is written in Latin.
_LANGUAGES = {
    "Cyrillic": "ru uk be bg mk ky tt ba cv os ce sah udm ab bua kv mhr av sr bs cnr hr sh uz az tk mo ro kaa kk mn tg",
    "Latin": "sr bs cnr hr sh uz az tk mo ro kaa kk ku ms",
    "Arabic": "ar arz fa prs ur ps ckb ug ks sd ku ms kk tg pa",
    "Devanagari": "hi mr ne mai bh sa sd",
    "Han": "zh yue wuu ja ko", "Kana": "ja", "Hangul": "ko", "Hebrew": "he yi", "Bengali": "bn as", "Tibetan": "bo dz", "Ethiopic": "am ti", "Greek": "el",
    "Thai": "th", "Lao": "lo", "Khmer": "km", "Myanmar": "my", "Gurmukhi": "pa", "Gujarati": "gu", "Oriya": "or", "Tamil": "ta", "Telugu": "te",
    "Kannada": "kn", "Malayalam": "ml", "Sinhala": "si", "Georgian": "ka", "Armenian": "hy", "Mongolian": "mn", "Thaana": "dv",
}
_LETTERS_OF_ASCII = {code: None for code in range(128) if not chr(code).isalpha()}
_SCRIPTS_OF: dict[str, set[str]] = {}
for _script, _languages in _LANGUAGES.items():
    for _language in _languages.split():
        _SCRIPTS_OF.setdefault(_language, set()).add(_script)
# Letters that one language of a script has and its neighbours have not; the first that occurs decides.
_TELLING = {
    "Cyrillic": (("mk", "ѓќѕ"), ("sr", "јљњђћџ"), ("uk", "їєґ"), ("be", "ў"), ("kk", "әғқңұһ"), ("tg", "ӣҷӯҳ"), ("mn", "өү")),
    "Arabic": (("ur", "ٹڈڑےں"), ("ps", "ښږټډړ"), ("ckb", "ڵڕێۆ"), ("fa", "پچژگ")),
    "Latin": (("vi", "ơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"),),
}


# Of these the letters are their own, or shared with neighbours only that the declaration is then believed for.
_OWN_LETTERS = {"vi": {"vi"}, "uk": {"uk", "be", "ru"}, "sr": {"sr", "mk", "bs", "cnr", "hr", "sh"}}


def language_tag(declared: str) -> str:
    """A declared language as a BCP 47 tag in lower case; "" when it is none.

    >>> language_tag("en_US"), language_tag(" VN "), language_tag("x-default"), language_tag("Tiếng Việt")
    ('en-us', 'vi', '', '')
    """
    return _tag(declared[:64])


@lru_cache(maxsize=1_000)       # few are ever declared, each with every entry
def _tag(declared: str) -> str:
    tag = declared.strip().lower().replace("_", "-")
    first, dash, rest = tag.partition("-")
    tag = _MEANT[tag] if tag in _MEANT else f"{_MEANT[first]}{dash}{rest}" if _MEANT.get(first) else tag
    return tag if _TAG.fullmatch(tag) else ""


def language_of(text: str, declared: tuple[str, ...]) -> str:
    """The language of `text`: the first of `declared` that it does not contradict, else as detected, else by its script; "" when nothing can tell."""
    tags = [tag for tag in map(language_tag, declared) if tag]
    sample = text[:SAMPLE]
    letters = _letters(sample)
    if not letters.total():
        return tags[0] if tags else ""
    script, number = max(letters.items(), key=lambda found: found[1])
    if letters["Kana"] >= FEW_LETTERS and script == "Han":
        script = "Kana"
    fitting = [tag for tag in tags if _is_written(tag, script)] if number >= FEW_LETTERS else tags
    told = _by_letters(sample, script, max(ENOUGH_TELLING, number // 8 if script == "Latin" else 0))
    if told in _OWN_LETTERS:
        fitting = [tag for tag in fitting if _base(tag) in _OWN_LETTERS[told]]
    if len(fitting) == 1 == len(tags) and number < ENOUGH_LETTERS:
        return fitting[0]           # most items: nothing to detect
    found, sure = _detected(sample)
    agreed = next((tag for tag in fitting if _base(tag) == _base(found)), "")
    if agreed:
        return agreed
    if fitting and not (sure and number >= ENOUGH_LETTERS and not _are_alike(found, fitting[0])):
        return fitting[0]
    if found and _is_written(found, script):
        return found
    return _by_letters(sample, script, 2) or _OF_SCRIPT[script]


def _base(tag: str) -> str:
    return tag.partition("-")[0]


def _are_alike(one: str, other: str) -> bool:
    return any(_base(one) in group and _base(other) in group for group in _ALIKE)


def _is_written(tag: str, script: str) -> bool:
    return script in _SCRIPTS_OF.get(_base(tag), {"Latin"})


def _letters(text: str) -> Counter[str]:
    """How many letters of each script. A sign of Han, kana or Hangul says as much as three letters of an alphabet, so it counts for three."""
    if text.isascii():
        return Counter(Latin=len(text.translate(_LETTERS_OF_ASCII)))
    counts: Counter[str] = Counter()
    for sign, number in Counter(text).items():
        if script := _script_of(sign):
            counts[script] += number * (3 if script in ("Han", "Hangul", "Kana") else 1)
    return counts


@lru_cache(maxsize=20_000)
def _script_of(sign: str) -> str:
    return next((name for name, letters in _LETTERS if letters.match(sign)), "")


def _detected(text: str) -> tuple[str, bool]:
    """The language as detected, and whether the detection is sure; "" when it has no opinion."""
    try:
        reliable, _, (best, *_) = pycld2.detect(text, isPlainText=True)
    except (pycld2.error, UnicodeError):
        return "", False
    _, code, percent, _ = best
    tag = language_tag(code)
    return tag, bool(reliable and percent >= ENOUGH_SHARE and tag)


def _by_letters(text: str, script: str, enough: int) -> str:
    """The language whose own letters occur `enough` times; "" when none does."""
    lower = text.lower()
    return next((language for language, telling in _TELLING.get(script, ()) if sum(map(lower.count, telling)) >= enough), "")
