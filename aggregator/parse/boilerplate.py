"""What on a page is not the article: menus, rails of other news, share buttons, notices, press-wire wrappers.

The rules know no site; they look at markup, at how much of a part is links, and
at the phrases such parts carry in many languages.

Touches: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from lxml import etree

from aggregator.parse.text import words

RUNNING_TEXT = 200                  # characters in one cell: no figure of a table is as long

_NEVER = words("nav aside footer form script style noscript iframe button select dialog template svg object embed video audio")
_ROLES = words("navigation banner complementary contentinfo search dialog alertdialog menu menubar toolbar")
_NAMES = words(
    "menu nav navbar navigation sidebar breadcrumb breadcrumbs share sharing sharebar social socials cookie cookies consent gdpr newsletter"
    " subscribe subscription advert adverts advertisement ads promo promotion related recommended recommendation recommendations mostread popular"
    " trending comments comment commentlist footer topbar toolbar pagination pager widget banner masthead sponsor sponsored outbrain taboola skip"
    " readmore seealso"
)
_LISTS = words("ul ol dl td th tr table tbody div section p center nav li")
_NOTICE = re.compile(
    r"cookie|cookies|куки|クッキー|쿠키|javascript (is|must|to)|enable javascript|privacy policy|chính sách bảo mật|personali[sz]ed (content|ads)",
    re.IGNORECASE,
)
_WRAPPER = re.compile(
    r"^(you (have )?just read\b|distribution channels?\b|submit (a |your )?(press )?release\b|news search$|there were [\d,.]+ press releases"
    r"|about (the )?(author|us)$|legal disclaimer|media contacts?\b"
    r"|view (the )?original (content|source)|source version on|this (story|article) (was|is) (distributed|provided) by|disclaimer\s?:)",
    re.IGNORECASE,
)
_RAIL = re.compile(
    r"^(related( (news|articles?|stories|topics?|posts?|contents?|links?|reading))?|see also|read (more|also|next|on)|also read|more (news|stories"
    r"|articles|on this|from .{1,40}|in .{1,40})"
    r"|(latest|other|recent|top) (news|stories|articles)|most (read|viewed|popular)|you (may|might) (also )?like.{0,20}|recommended( for you)?"
    r"|tags?|topics?|keywords?|comments?( \(\d+\))?"
    r"|tin (liên quan|khác|cùng chuyên mục|mới|đọc nhiều|nổi bật)|bài (liên quan|viết liên quan|cùng chủ đề)|các tin khác|đọc thêm|xem thêm"
    r"|từ khóa|bình luận"
    r"|читайте также|по теме|другие новости|похожие новости|материалы по теме|читайте також|相关(新闻|阅读|链接|报道|推荐)|延伸阅读|推荐阅读|相關新聞"
    r"|関連(記事|ニュース|リンク)|관련 ?(기사|뉴스)"
    r"|(à )?lire aussi|sur le même sujet|articles? (similaires|liés)|también (te )?puede.{0,20}|lea también|noticias relacionadas|leia (também"
    r"|mais)|notícias relacionadas"
    r"|mehr zum thema|lesen sie auch|das könnte sie auch.{0,20}|leggi anche|articoli correlati|اقرأ أيضا.{0,20}|مواضيع ذات صلة)\s?[:：»>]*$",
    re.IGNORECASE,
)
_BUTTON = re.compile(
    r"^(share|tweet|print|e-?mail|save|like|follow( us)?|facebook|twitter|x|linkedin|whatsapp|telegram|zalo|pinterest|reddit|copy (the )?link"
    r"|copied!?|listen|font size|a[+-]|chia sẻ|in bài"
    r"|поделиться|печать|分享|打印|partager|imprimer|compartir|imprimir|teilen|drucken|condividi|공유|シェア|share (this|on|via)\b.{0,40}|[\W\d_]*)$",
    re.IGNORECASE,
)
_RIGHTS = re.compile(
    r"^(©|\(c\) ?\d{4}|copyright|all rights reserved|bản quyền|все права защищены|tous droits réservés|版权所有)",
    re.IGNORECASE,
)
_LETTER = re.compile(
    r"^(sign up|subscribe|register)\b.{0,80}(newsletter|e-?mail|inbox|updates|alerts)",
    re.IGNORECASE,
)


def prune(root: etree._Element, *, keep: Sequence[etree._Element] = ()) -> None:
    """Takes out of the tree what markup, names or links show to be no article. What holds an element of `keep`, or half of the text, stays."""
    kept = {above for element in keep for above in (element, *element.iterancestors())}
    inside = {below for element in keep for below in element.iter() if element.tag != "h1"}
    sizes = _sizes(root)
    whole = sizes[root][0] or 1
    doomed: list[etree._Element] = []
    walk = [root]
    while walk:
        element = walk.pop()
        if element is not root and element not in kept and element not in inside and _is_beside(element, sizes[element], whole):
            doomed.append(element)
        else:
            walk.extend(reversed(element))
    for element in doomed:
        parent = element.getparent()
        if parent is None:
            continue
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + "\n \n" + (element.tail or "")
        else:
            parent.text = (parent.text or "") + "\n \n" + (element.tail or "")
        parent.remove(element)


def unfold_tables(root: etree._Element) -> None:
    """Makes plain boxes of the tables that only lay out a page: those that hold tables, or cells with running text."""
    for table in root.iter("table"):
        cells = [cell for row in table.iterfind("./tr") for cell in row] + [cell for row in table.iterfind("./tbody/tr") for cell in row]
        if table.find(".//table") is not None or any(len("".join(map(str, cell.itertext()))) > RUNNING_TEXT for cell in cells):
            for element in (table, *table.iterfind("./tbody"), *table.iterfind("./tr"), *table.iterfind("./tbody/tr"), *cells):
                element.tag = "div"


def _is_beside(element: etree._Element, size: tuple[int, int, int], whole: int) -> bool:
    tag = element.tag
    if not isinstance(tag, str):
        return False
    text, linked, anchors = size
    if tag in _NEVER:
        return tag != "form" or text * 2 < whole        # old sites wrap the whole page in a form
    if tag in {"html", "body", "main", "article", "h1"} or text * 2 > whole:
        return False
    if (element.get("role") or "").lower() in _ROLES:
        return True
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    if named.strip() and not _NAMES.isdisjoint(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", named[:300]).replace("-", " ").replace("_", " ").lower().split()):
        return True
    return tag in _LISTS and anchors >= 3 and linked * 2 > text


def _sizes(root: etree._Element) -> dict[etree._Element, tuple[int, int, int]]:
    """For every element: characters of text, those inside links, and how many links."""
    sizes: dict[etree._Element, tuple[int, int, int]] = {}
    for element in reversed(list(root.iter())):
        if not isinstance(element.tag, str) or element.tag in {"script", "style", "noscript", "template"}:
            sizes[element] = (0, 0, 0)
            continue
        text, linked, anchors = len((element.text or "").strip()), 0, 0
        for child in element:
            below = sizes[child]
            text += below[0] + len((child.tail or "").strip())
            linked += below[1]
            anchors += below[2]
        sizes[element] = (text, text, 1) if element.tag == "a" and element.get("href") else (text, linked, anchors)
    return sizes


def trimmed(lines: Sequence[str], *, title: str, is_date: Callable[[str], bool]) -> list[str]:
    """The paragraphs of the article: without its own headline and date line, and without what was glued to its edges."""
    found = [line for line in lines if line]
    folded_title = _letters(title)
    if folded_title:
        # What stands above the headline is the page's; below the first third it is a link to itself.
        whole, passed, start = sum(map(len, found)), 0, 0
        heads = [_letters(line) == folded_title for line in found]
        for place, line in enumerate(found):
            if heads[place] and passed * 3 < whole:
                start = place
            passed += len(line)
        found = [line for line, is_head in zip(found[start:], heads[start:], strict=True) if not is_head]
    first = next((place for place, line in enumerate(found) if not _is_small(line) and not (len(line) <= 60 and is_date(line))), len(found))
    found = found[first:]
    kept: list[str] = []
    held = 0
    for place, line in enumerate(found):
        if _WRAPPER.match(line) and len(line) < 200:
            if held > sum(len(text) for text in found[place + 1:place + 100] if _ends(text)):
                break
            continue
        if len(line) <= 60 and _RAIL.match(line):
            if kept and not any(len(text) > 200 for text in found[place + 1:place + 7]):
                break
            continue
        if _BUTTON.match(line) or (len(line) < 200 and (_LETTER.match(line) or _RIGHTS.match(line))):
            continue
        if _NOTICE.search(line) and len(line) < 600 and (not kept or len(found) - place < 7):
            continue
        kept.append(line)
        held += len(line)
    return kept


def _is_small(line: str) -> bool:
    return bool(_BUTTON.match(line) or (len(line) <= 60 and _RAIL.match(line)) or (len(line) < 200 and _WRAPPER.match(line)))


def _ends(line: str) -> bool:
    return len(line) > 120 and line[-1:] in ".!?。”\""


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
