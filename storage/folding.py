"""How names and words are folded for comparing and searching.

Latin, Cyrillic, Greek, Arabic, Hangul and the like become lower-case ASCII; Han
and kana stay as they are, one by one with spaces between, for no transliteration
of them is safe to compare.

Touches: nothing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from anyascii import anyascii

HAN = "々〇\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"     # and kana
LONGEST_RUN = 1_000     # characters composed at once where nothing parts them: ordering combining marks is quadratic (80,000 take 4 s)
LONGEST_KEPT = 40       # characters of a token worth remembering; longer ones are rarely words

LONGEST_LINE = 8_192    # characters of a text whose words are kept for those who ask next, so that what is kept stays below some 10 MB

_IN_A_ROW = re.compile(rf"[{HAN}]+|[^{HAN}]+")
_HAN_RUN = re.compile(f"[{HAN}]")
_WORD = re.compile(r"[^\W_]+")
_PARTED = {code: " " for code in range(128) if not chr(code).isalnum()}       # of ASCII the same, faster
_APOSTROPHES = re.compile("['’‘ʼ´`ʹ]")
# "l'Allemagne", "dell'Italia": the article is a word of its own. "Vietnam's": the ending is none of the name.
_ELISION = re.compile(r"(?<![^\W_])([cdjlmnst]|qu|[adns]ell|[ds]all|all|sull|un)['’](?=[aeiouhyàáâäæèéêëìíîïòóôöùúûüœ])", re.IGNORECASE)
_POSSESSIVE = re.compile(r"(?<=[^\W_])['’]s(?![^\W_])", re.IGNORECASE)
_PATRONYMIC = re.compile(r"..(?:ov|ev|yev)(?:ich|ych|na)$|..(?:ichna|ivna|iyvna|yivna)$")
_INITIAL = re.compile(r"(?<![^\W_])[^\W\d_]\.")


def composed(text: str, form: Literal["NFC", "NFKC"] = "NFC") -> str:
    """`text` in a Unicode normal form, in linear time whatever it holds."""
    if text.isascii():
        return text
    if len(text) <= LONGEST_RUN or max(map(len, text.split()), default=0) <= LONGEST_RUN:
        return unicodedata.normalize(form, text)
    return "".join(unicodedata.normalize(form, text[at:at + LONGEST_RUN]) for at in range(0, len(text), LONGEST_RUN))


def fold(text: str) -> str:
    """`text` in lower-case ASCII with single spaces; Han and kana stay, each parted by spaces.

    >>> fold("  Đại tướng TÔ LÂM — Колокольцев")
    'dai tuong to lam - kolokoltsev'
    >>> fold("越南's 苏林 in Hà Nội")
    '越 南 苏 林 in ha noi'
    >>> fold("L’Allemagne et l'O.N.U.")
    'l allemagne et l o.n.u.'
    """
    text = composed(text, "NFKC")
    if "'" in text or "’" in text:
        text = _POSSESSIVE.sub("", _ELISION.sub(r"\1 ", text))
    if text.isascii():
        return " ".join(text.lower().replace("'", "").replace("`", "").split())
    tokens = text.split()
    if len(max(tokens, key=len, default="")) <= LONGEST_KEPT:
        return " ".join(filter(None, map(_folded, tokens)))
    return " ".join(filter(None, (_folded(token) if len(token) <= LONGEST_KEPT else _fold_token(token) for token in tokens)))


def words(text: str) -> tuple[str, ...]:
    """The folded words of `text`, without punctuation.

    >>> words("Bộ trưởng Tô Lâm: “Việt–Nga”, 苏林!")
    ('bo', 'truong', 'to', 'lam', 'viet', 'nga', '苏', '林')
    """
    folded = fold(text)
    return tuple(folded.translate(_PARTED).split() if folded.isascii() else _WORD.findall(folded))


def word_line(text: str) -> str:
    """The words of `text` on one line, with single spaces. A text of usual length is folded once for all who ask for it in a row."""
    return _word_line(text) if len(text) <= LONGEST_LINE else " ".join(words(text))


def fold_name(name: str) -> str:
    """A key of a person's name: equal for its spellings where folding can tell, whatever the order.

    Initials and East Slavic patronymics do not count while two other words
    remain. Han names keep their order and stay whole.

    >>> fold_name("Kolokoltsev Vladimir Alexandrovich") == fold_name("Владимир Колокольцев")
    True
    >>> fold_name("TÔ LÂM"), fold_name("Lam, To"), fold_name("苏林")
    ('lam to', 'lam to', '苏林')
    """
    text = composed(name, "NFKC")
    without = _INITIAL.sub(" ", text)
    if len(_WORD.findall(without)) >= 2:
        text = without
    text = _APOSTROPHES.sub("", text)
    if _HAN_RUN.search(text):
        tokens = _WORD.findall(" ".join(part if _HAN_RUN.match(part) else _in_ascii(part) for part in _IN_A_ROW.findall(text)))
        if all(map(_HAN_RUN.match, tokens)) and sum(map(len, tokens)) <= 4:     # "苏 林" is 苏林
            return "".join(tokens)
    else:
        tokens = _WORD.findall(_in_ascii(text))
    plain = [token for token in tokens if not _PATRONYMIC.search(token)]
    return " ".join(sorted(plain if len(plain) >= 2 else tokens))


def _in_ascii(text: str) -> str:
    """`text` in lower-case ASCII, without the apostrophes that stand for soft signs and breathings."""
    return _APOSTROPHES.sub("", text if text.isascii() else anyascii(text)).lower()


def _fold_token(token: str) -> str:
    """One token without white space, folded; Han characters parted by spaces."""
    if token.isascii():
        return token.lower().replace("'", "").replace("`", "")
    if not _HAN_RUN.search(token):
        return " ".join(_in_ascii(token).split())
    parts = (" ".join(part) if _HAN_RUN.match(part) else _in_ascii(part) for part in _IN_A_ROW.findall(token))
    return " ".join(" ".join(parts).split())


_folded = lru_cache(maxsize=50_000)(_fold_token)      # news is written in few words: most are found here


@lru_cache(maxsize=256)
def _word_line(text: str) -> str:
    return " ".join(words(text))
