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
_HOST = r"[A-Z][A-Za-z]*(?:\.[A-Za-z]{2,6}){1,2}"
_LETTERS = r"(?:[A-ZĐ]{2,3}|[B-DF-HJ-NP-TV-XZĐ]{4,8})(?:/[A-ZĐ]{2,6}|\s(?:Online|News|TV))?"
_CAPITALS = "A-ZÀ-ÖØ-ÞĐƏА-ЯЁ"
_DAY = r"(?:\d{1,2}\.?\s?[^\W\d_]{3,12}\.?|[^\W\d_]{3,12}\.?\s\d{1,2}|\d{1,2}\.\d{1,2})(?:[,.]?\s?\d{4})?"

_HEADS = (
    re.compile(rf"^[^\n]{{0,120}}?[(（]\s*([^()（）\n]{{2,60}}?)\s*[)）]\s*(?:{_DASH}|[:：])"),      # HANOI, Nov. 1 (VNS) —
    re.compile(r"^[(（【\[]\s*([^()（）【】\[\]\n]{2,60}?)\s*[)）】\]]"),                                # (VNA) The minister …
    re.compile(r"^(?:[^\n/]{0,120}?[.,\w]\s+|[^\n/]{0,120}?[.,])?/([^\s/][^\n/]{1,40})/\s*[.,:–—-]"),      # MOSCOW, 31 October. /TASS/.
    re.compile(rf"^[{_CAPITALS}][{_CAPITALS} .'-]{{2,30}}(?:,\s{_DAY})?\s[(（]\s*([^()（）\n]{{2,30}}?)\s*[)）][\s.]"),      # VIENTIANE (KPL) The minister
    re.compile(rf"^[{_CAPITALS}]{{3,20}}\.\s([{_CAPITALS}]{{3,15}})\s(?:{_DASH}|/)"),                          # ASTANA. KAZINFORM –
    re.compile(rf"^[^\n,()]{{2,30}},\s{_DAY},\s([{_CAPITALS}]{{4,12}})\s"),                                 # Bakı, 10 yanvar, AZƏRTAC
    re.compile(rf"^[^\n.()]{{2,40}},\s*\d{{1,2}}\s[^\n.()]{{3,12}}?\.?\s*{_DASH}\s*([^\n.,()]{{2,30}})\.\s"),    # МОСКВА, 31 окт — РИА Новости.
    re.compile(r"^[【（]?\s*([\u4e00-\u9fff]{1,6}(?:社|网|網|报|報|台))[\u4e00-\u9fff]{0,12}\s*\d{1,2}月\d{1,2}日[电電讯訊]"),     # 新华社北京10月31日电
    re.compile(r"^[【（]?\s*([\u4e00-\u9fff]{1,6}(?:社|网|網|报|報|台))(?:消息|讯|訊)\s*[】）：:]"),                          # 央视网消息：
    # A lone capital word may be the city; a host name or a word that cannot be read aloud is none.
    re.compile(rf"^({_HOST}|{_LETTERS})\s+{_DASH}\s"),     # VOV.VN - …
)
_TAILS = (
    re.compile(rf"(?:^|\n|[.。!?…(（])\s*[(（]?(?:{_SOURCE})\s*[:：]\s*([^\n()（）]{{2,60}}?)[)）]?[\s./]*$", re.IGNORECASE),   # Source: VOV
    re.compile(rf"(?:{_END}|\n|^)\s*[(（]\s*([^()（）\n]{{2,60}}?)\s*[)）][\s./]*$"),                                          # … ended. (Xinhua)
    re.compile(rf"(?:{_END}|\n|^)\s*{_DASH}\s*([^\n]{{2,60}}?)[\s./]*$"),                                                      # … ended. — VNA
    re.compile(rf"(?:{_END}|\n|^)\s*/\s*([^\s/][^\n/]{{1,40}})/[\s./]*$"),                                                     # … ended. /VNA/
    re.compile(rf"(?:{_END}|\n|^)\s*/\s?([A-ZĐ]{{2,8}}(?:\.[A-Za-z]{{2,4}})?)[\s.]*$"),                                       # … ended. / VOV.VN
    re.compile(rf"\n\s*(?:theo|via|по материалам|по сообщению|según|selon)\s+([{_CAPITALS}][^\n.,;:()]{{1,38}}?)[\s./]*$", re.IGNORECASE),     # Theo TTXVN
    re.compile(r"\n([A-ZĐ][A-ZĐ/&-]{1,14})[\s./]*$"),                                                                          # AFP, alone on the last line
    re.compile(rf"{_END}/?\.?\s+([A-ZĐ]{{3,6}}(?:/[A-ZĐ]{{3,6}})?)\s*$"),                                                       # … ended. VNS
)
# What stands in such places and is no agency.
_NONE = re.compile(
    r".*(?:photo|ảnh|фото|照片|图片|圖片).*|(?:with|from) .*agenc(?:y|ies)\b.*"
    r"|(?:the )?(?:end|ends|more|mtf|to be continued|continued|photos?|videos?|file photo|illustration|updated?|abridged|translated|advertisement"
    r"|subscribers only|hết|ảnh|video clip|còn tiếp|конец|фото|видео|продолжение|完|终|終|未完|续|續|图|圖|fin|fine|suite|fotos?|vidéos?|ende)\b.*",
    re.IGNORECASE,
)

_BESIDE = re.compile(r"^(?:with inputs from|inputs from|reporting by)\s+", re.IGNORECASE)
_CORRESPONDENT = re.compile(r"^(?:корр|спецкор|собкор|corr)\.\s*(\S+)", re.IGNORECASE)     # /Корр. ТАСС Иван Петров/
_NUMBERED = re.compile(r"[^\W\d_]{2,}\s?\d{1,2}(?:\s[^\W\d_]+)?")                         # VOV5, RTV 21, News24


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
            alone = found is not None and shape is _TAILS[1] and "\n" in found.group()[:found.start(1) - found.start()]      # "(VOV5)" on a line of its own
            if found and (name := _agency(found[1], is_labelled=alone or shape is _TAILS[0], after_city=shape is _HEADS[3])):
                return name
    return ""


def _agency(words: str, *, is_labelled: bool, after_city: bool) -> str:
    """`words` where they can be a publisher's name, without a label before them; else "".

    After a label, or alone on the last line, a name may hold a number ("VOV5"); after a city in capitals it may be small ("dpa").
    """
    name = re.sub(rf"^(?:{_SOURCE})\s*[:：]?\s+", "", words.strip(), flags=re.IGNORECASE).strip(" .,;:*\"'“”«»")
    name = _BESIDE.sub("", name).rpartition("=")[2]             # 서울=연합뉴스
    correspondent = _CORRESPONDENT.match(name)
    name = correspondent[1] if correspondent else name
    if not 2 <= len(name) <= LONGEST or len(name.split()) > 5 or _NONE.fullmatch(name):
        return ""
    if "@" in name or ":" in name or (any(sign.isdigit() for sign in name) and "." not in name and not (is_labelled and _NUMBERED.fullmatch(name))):
        return ""               # a date, a number, an address
    first = next((sign for sign in name if sign.isalpha()), "")
    capital = unicodedata.category(first) in ("Lu", "Lt", "Lo") if first else False
    small = re.fullmatch(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", name) or (after_city and re.fullmatch(r"[a-z]{3}(?:/[A-Za-z]{3,6})?", name))
    return name if capital or small else ""
