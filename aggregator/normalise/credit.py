"""Whom a text credits: the agency of its dateline or its sign-off.

    HANOI (VNS) — …        MOSCOW, 31 October. /TASS/. …        新华社北京10月31日电 …        … ended. (Xinhua)        Source: VOV

Only the shapes are known here, never the agencies: one that was founded
yesterday is found as well.

Touches: nothing.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 40            # characters of a credit; agencies' names with their desk are shorter
HEAD = 200              # characters in which a dateline ends
TAIL = 160              # characters in which a sign-off stands

_SOURCE = (
    "source|sources|credit|courtesy of|via|theo|nguồn|nguồn tin|источник|по материалам|джерело|извор|извори|izvor|来源|來源|出典|fuente|fuentes|fonte"
    "|quelle|quellen|bron|kilde|källa|lähde|źródło|zdroj|forrás|sursa|kaynak|sumber|المصدر|منبع|ماخذ|स्रोत|출처|ที่มา|ທີ່ມາ|ប្រភព"
)
_DASH = "[-‐‑‒–—―]{1,3}"
_END = "[.!?…。！？”’\"»」』)）]"

_HEADS = (
    re.compile(rf"^[^\n]{{0,120}}?[(（]\s*([^()（）\n]{{2,60}}?)\s*[)）]\s*(?:{_DASH}|[:：])"),      # HANOI, Nov. 1 (VNS) —
    re.compile(r"^[(（【\[]\s*([^()（）【】\[\]\n]{2,60}?)\s*[)）】\]]"),                                # (VNA) The minister …
    re.compile(r"^(?:[^\n/]{0,120}?[.,]\s*)?/([^\s/][^\n/]{1,40})/\s*[.,:–—-]"),                          # MOSCOW, 31 October. /TASS/.
    re.compile(rf"^[^\n.()]{{2,40}},\s*\d{{1,2}}\s[^\n.()]{{3,12}}?\.?\s*{_DASH}\s*([^\n.,()]{{2,30}})\.\s"),    # МОСКВА, 31 окт — РИА Новости.
    re.compile(r"^[【（]?\s*([\u4e00-\u9fff]{1,6}(?:社|网|網|报|報|台))[\u4e00-\u9fff]{0,12}\s*\d{1,2}月\d{1,2}日[电電讯訊]"),     # 新华社北京10月31日电
    # A lone capital word may be the city; a host name or a word that cannot be read aloud is none.
    re.compile(rf"^([A-Z][A-Za-z]*(?:\.[A-Za-z]{{2,6}}){{1,2}}|[A-ZĐ]{{2,3}}|[B-DF-HJ-NP-TV-XZĐ]{{4,8}})\s+{_DASH}\s"),     # VOV.VN - …
)
_TAILS = (
    re.compile(rf"(?:^|\n|[.。!?…(（])\s*[(（]?(?:{_SOURCE})\s*[:：]\s*([^\n()（）]{{2,60}}?)[)）]?[\s./]*$", re.IGNORECASE),   # Source: VOV
    re.compile(rf"(?:{_END}|\n|^)\s*[(（]\s*([^()（）\n]{{2,60}}?)\s*[)）][\s./]*$"),                                          # … ended. (Xinhua)
    re.compile(rf"(?:{_END}|\n|^)\s*{_DASH}\s*([^\n]{{2,60}}?)[\s./]*$"),                                                      # … ended. — VNA
    re.compile(rf"(?:{_END}|\n|^)\s*/\s*([^\s/][^\n/]{{1,40}})/[\s./]*$"),                                                     # … ended. /VNA/
    re.compile(r"\n([A-ZĐ][A-ZĐ/&-]{1,14})[\s./]*$"),                                                                          # AFP, alone on the last line
)
# What stands in such places and is no agency.
_NONE = re.compile(
    r".*(?:photo|ảnh|фото|照片|图片|圖片).*|(?:with|from) .*agenc(?:y|ies)\b.*"
    r"|(?:the )?(?:end|ends|more|mtf|to be continued|continued|photos?|videos?|file photo|illustration|updated?|abridged|translated|advertisement"
    r"|subscribers only|hết|ảnh|video clip|còn tiếp|конец|фото|видео|продолжение|完|终|終|未完|续|續|图|圖|fin|fine|suite|fotos?|vidéos?|ende)\b.*",
    re.IGNORECASE,
)


def credit_of(text: str) -> str:
    """The publisher that the dateline or the sign-off of `text` names, as spelled; "" when it names none.

    >>> credit_of("HANOI, Nov. 1 (VNS) — The minister received …"), credit_of("They signed a memorandum.\\n(Xinhua)")
    ('VNS', 'Xinhua')
    >>> credit_of("They met the United Nations Office on Drugs and Crime (UNODC).")
    ''
    """
    head, tail = text[:HEAD], text[-TAIL:].rstrip()
    for shapes, part in ((_TAILS[:1], tail), (_HEADS, head), (_TAILS[1:], tail)):      # a label says it outright; a dateline before a last line
        for shape in shapes:
            found = shape.search(part)
            if found and (name := _agency(found[1])):
                return name
    return ""


def _agency(words: str) -> str:
    """`words` where they can be a publisher's name, without a label before them; else ""."""
    name = re.sub(rf"^(?:{_SOURCE})\s*[:：]?\s+", "", words.strip(), flags=re.IGNORECASE).strip(" .,;:*\"'“”«»")
    if not 2 <= len(name) <= LONGEST or len(name.split()) > 5 or _NONE.fullmatch(name):
        return ""
    if (any(sign.isdigit() for sign in name) and "." not in name) or "@" in name or ":" in name:
        return ""               # a date, a number, an address
    first = next((sign for sign in name if sign.isalpha()), "")
    capital = unicodedata.category(first) in ("Lu", "Lt", "Lo") if first else False
    return name if capital or re.fullmatch(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", name) else ""
