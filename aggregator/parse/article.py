"""An article page as one entry: title, date, text, author.

The date comes only from where a page states its own: its metadata, the source's
selector, a line beside the title. Mastheads, side bars and guesses have none.

Touches: nothing.
"""

from __future__ import annotations

import html
import re
from datetime import datetime
from itertools import islice
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lxml import etree
from lxml.html import HtmlElement

from aggregator.errors import ParseError
from aggregator.parse import boilerplate
from aggregator.parse.dates import date_within, folded, read_date
from aggregator.parse.entry import Document, Entry
from aggregator.parse.metadata import Stated, stated
from aggregator.parse.months import MONTHS, WEEKDAYS
from aggregator.parse.page import base_of, html_tree, language_of, select, words_of
from aggregator.parse.text import Block, absolute, blocks, one_line, words
from storage.model import Source

MAX_TITLE = 1024
MAX_CONTENT = 1024 * 1024
NEAR_AFTER = 8                      # blocks below the title in which its date line stands
NEAR_BEFORE = 4                     # and above it, where some layouts put it
DATE_LINE = 160                     # characters: a longer block tells a story, and its dates are of other days
MAX_ELEMENTS = 30_000               # of a page trafilatura is asked about: a news page has 1,000 to 5,000, and it needs 60 µs for each
MAX_STAMPS = 50                     # <time> elements, headings: more are a listing, and looking at each is slow
_CHALLENGE = re.compile(
    r"^(just a moment|attention required|access denied|are you a robot|verify(ing)? (that )?you are human|please wait|403 forbidden|404 not found)\b",
    re.IGNORECASE,
)
_LABELS = words(
    "posted published updated modified date dated released issued created filed on by time last ngay cap dang thu chu luc xuat опубликовано обновлено дата"
    " опубліковано publie publiee mis le publicado actualizado fecha el publicada atualizado em veroffentlicht aktualisiert stand am pubblicato aggiornato il"
    " 发布 发布时间 时间 日期 更新 來源 来源 公開 更新日 掲載日 입력 등록 게시 نشر تاريخ"
)
_MASTHEAD = re.compile(r"masthead|header|topbar|top-bar|navbar|clock|today|current-?date|site-?date|banner|toolbar", re.IGNORECASE)
_SEPARATORS = (" | ", " - ", " – ", " — ", " :: ", " » ", " · ", "|")


def read_article(document: Document, source: Source, *, now: datetime) -> Entry:
    """The article on the page, its text as HTML paragraphs.

    Raises ParseError when it is no page, or holds no text.
    """
    root = html_tree(document)
    base = base_of(root, document.url)
    facts = stated(root)
    if _CHALLENGE.match(facts.page_title):
        raise ParseError(document.url, f'a page that says "{one_line(facts.page_title, 60)}", not an article')
    language = language_of(root) or source.language
    links = _canonical(facts, base, document.url)
    chosen = select(root, source.page.content, document.url) if source.page and source.page.content else []
    dated = _by_selector(root, document, source)
    timed = [(element, element.get("datetime") or "") for element in root.iter("time") if element.get("datetime")][:MAX_STAMPS]
    marked = [element.get("content") or element.get("datetime") or words_of(element) for element in root.iterfind(".//*[@itemprop]")
              if (element.get("itemprop") or "").lower() == "datepublished"][:MAX_STAMPS]
    boilerplate.prune(root, keep=[*chosen, *root.iter("h1")])
    lines = blocks(root)
    title, place = _title(facts, lines, source)
    zone = ZoneInfo(source.timezone)

    def moment(text: str) -> datetime | None:
        return read_date(text, language=language, order=source.date_order, zone=zone, now=now) if text else None

    said, found = "", None
    for text in (*facts.dates, *marked, *_beside_title(timed, lines, place), *dated):
        if found := moment(text):
            said = text
            break
    if found is None:
        said, found = _date_line(lines, place, language, source, zone, now)
    paragraphs = boilerplate.trimmed(_paragraphs(root, chosen), title=title, is_date=lambda line: bool(moment(line)))
    if not paragraphs:
        raise ParseError(document.url, "no text could be found in the page")
    content = "\n".join(f"<p>{html.escape(paragraph, quote=False)}</p>" for paragraph in paragraphs)
    updated = next((text for text in facts.changes if moment(text)), "")
    return Entry(
        position=0, guid=links[0], link=links[0], title=title,
        summary=facts.description, summary_is_html=False, content=content[:MAX_CONTENT], content_is_html=True,
        published=said[:200], published_at=found, updated=updated[:200], updated_at=moment(updated),
        authors=facts.authors, tags=facts.tags, language=language_of(root), source_url=links[1],
    )


def _canonical(facts: Stated, base: str, url: str) -> tuple[str, str]:
    """The page's own address, and the page elsewhere that it says it copies.

    Only a page of the same host may say what this page is called.
    """
    for written in facts.addresses:
        address = absolute(written, base)
        if not address:
            continue
        if _host(address) == _host(url):
            # "/" as every page's address is a common mistake of templates.
            if urlsplit(address).path.strip("/") or not urlsplit(url).path.strip("/"):
                return address, ""
        else:
            return url, address
    return url, ""


def _host(address: str) -> str:
    return re.sub(r"^(www|m|mobile|amp)\.", "", (urlsplit(address).hostname or "").lower())


def _title(facts: Stated, lines: list[Block], source: Source) -> tuple[str, int]:
    """The headline, and the block it stands in (-1 when it stands in none)."""
    sites = {_key(name) for name in (facts.site, source.name, source.id) if name}
    shown: dict[str, int] = {}
    for place, block in enumerate(lines):
        shown.setdefault(_key(block.text), place)
    headings = [place for place, block in enumerate(lines) if _is_within(block.element, "h1") and _key(block.text) not in sites][:MAX_STAMPS]
    claims = [_without_site(text, sites, shown) for text in (facts.title, facts.headline, facts.page_title) if text]
    for place in headings:
        if any(_key(lines[place].text) in _key(claim) or _key(claim) in _key(lines[place].text) for claim in claims):
            return one_line(lines[place].text, MAX_TITLE), place
    for claim in claims:
        if _key(claim) in shown:
            return one_line(claim, MAX_TITLE), shown[_key(claim)]
    if len(headings) == 1 or (headings and not claims):
        return one_line(lines[headings[0]].text, MAX_TITLE), headings[0]
    return (one_line(claims[0], MAX_TITLE), -1) if claims else ("", -1)


def _without_site(title: str, sites: set[str], shown: dict[str, int]) -> str:
    title = one_line(title, MAX_TITLE)
    for _ in range(3):
        for mark in _SEPARATORS:
            head, found, tail = title.rpartition(mark)
            if found and head and (_key(tail) in sites or (_key(title) not in shown and _key(head) in shown)):
                title = head.strip()
                break
            first, found, rest = title.partition(mark)
            if found and rest and (_key(first) in sites or (_key(title) not in shown and _key(rest) in shown)):
                title = rest.strip()
                break
        else:
            break
    return title


def _key(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())[:300]


def _is_within(element: etree._Element, tag: str) -> bool:
    return element.tag == tag or next(element.iterancestors(tag), None) is not None


def _by_selector(root: etree._Element, document: Document, source: Source) -> list[str]:
    if not source.page or not source.page.date:
        return []
    found = select(root, source.page.date, document.url)[:5]
    return [text for element in found for text in (element.get("datetime") or "", words_of(element)) if text]


def _beside_title(timed: list[tuple[etree._Element, str]], lines: list[Block], place: int) -> list[str]:
    """The stamps of the <time> elements that stand near the title; every one when there is only one."""
    if len(timed) == 1:
        return [timed[0][1]]
    if place < 0:
        return []
    near = {block.element for block in lines[max(0, place - NEAR_BEFORE):place + NEAR_AFTER + 1]}
    return [
        stamp for element, stamp in timed
        if element in near or any(above in near and len(words_of(above)) < DATE_LINE for above in element.iterancestors())
    ]


def _date_line(lines: list[Block], place: int, language: str, source: Source, zone: ZoneInfo, now: datetime) -> tuple[str, datetime | None]:
    """The line beside the title that is a date and little else."""
    if place < 0:
        return "", None
    stories = 0
    for block in lines[place + 1:place + 1 + NEAR_AFTER]:
        if len(block.text) <= DATE_LINE and not block.linked * 2 > len(block.text):
            found, rest = date_within(block.text, language=language, order=source.date_order, zone=zone, now=now)
            if found and len(rest) <= 60 and (not rest or _is_stamp(block.text)):
                return block.text, found
        stories += len(block.text) > 200
        if stories >= 2:
            break
    today = now.astimezone(zone).date()
    for block in reversed(lines[max(0, place - NEAR_BEFORE):place]):
        if len(block.text) > 80 or _in_masthead(block.element):
            continue
        found, rest = date_within(block.text, language=language, order=source.date_order, zone=zone, now=now)
        # Above a title, today's date is the masthead's as likely as the article's: no date is better than a wrong one.
        if found and len(rest) <= 30 and (not rest or _is_stamp(block.text)) and found.astimezone(zone).date() != today:
            return block.text, found
    return "", None


def _is_stamp(text: str) -> bool:
    """Whether a line that holds a date is about the article: "By X | 4 March 2026, 10:00", not "Suva talks of 4 March 2026"."""
    first = re.match(r"\W*([^\W\d_]+|\d+)", text)
    word = folded(first[1]) if first else ""
    if text.rstrip().endswith((".", "!", "?", "。")) and len(text) > 60:
        return False
    return word.isdigit() or word in _LABELS or word in MONTHS or word in WEEKDAYS or bool(re.search(r"\d[:h]\d\d|[|•·:：]|^\s*thứ ", text, re.IGNORECASE))


def _in_masthead(element: etree._Element) -> bool:
    for above in (element, *element.iterancestors()):
        if above.tag == "header" or _MASTHEAD.search(f"{above.get('class') or ''} {above.get('id') or ''}"):
            return True
    return False


def _paragraphs(root: etree._Element, chosen: list[etree._Element]) -> list[str]:
    if chosen:
        outermost = [element for element in chosen if not any(above in chosen for above in element.iterancestors())]
        return [block.text for element in outermost for block in blocks(element)]
    boilerplate.unfold_tables(root)
    own = [block.text for block in blocks(_main(root))]
    if sum(1 for _ in islice(root.iter(), MAX_ELEMENTS)) == MAX_ELEMENTS:
        return own
    # Imported on first use: it takes 130 ms and 20 MB, and feeds never need it.
    import trafilatura

    assert isinstance(root, HtmlElement)
    found = trafilatura.extract(root, output_format="txt", include_comments=False, include_tables=True, include_links=False, with_metadata=False) or ""
    extracted = [line for text in found.splitlines() if (line := " ".join(text.replace("|", " ").split()).removeprefix("- ").strip())]
    return extracted if sum(map(len, extracted)) * 2 > sum(map(len, own)) else own


def _main(root: etree._Element) -> etree._Element:
    """The element that holds most of the running text."""
    scores: dict[etree._Element, float] = {}
    for block in blocks(root):
        if len(block.text) < 60 or block.linked * 5 > len(block.text) * 2:
            continue
        weight = float(len(block.text))
        for element in (block.element, *list(block.element.iterancestors())[:4]):
            scores[element] = scores.get(element, 0.0) + weight
            weight *= 0.9       # an element wins over its child only by holding more text
    return max(scores, key=lambda element: scores[element]) if scores else root
