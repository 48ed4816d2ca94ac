"""An HTML listing as entries, by the CSS selectors of its source.

A listing in which the selectors find nothing is an error, not an empty answer:
sites change their layout, and nobody would notice.

Touches: nothing.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from urllib.parse import urldefrag
from zoneinfo import ZoneInfo

import lxml.html
from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector

from aggregator.errors import ParseError
from aggregator.parse.dates import read_date
from aggregator.parse.entry import LAYOUT, Document, Entry, Parsed
from aggregator.parse.text import absolute, blocks, decoded, one_line, root_name, unpacked
from storage.model import PageRules, Source

MAX_TITLE = 1024
_OTHER = {
    "rss": 'a feed, not a page: set kind = "feed"', "feed": 'a feed, not a page: set kind = "feed"', "rdf": 'a feed, not a page: set kind = "feed"',
    "urlset": 'a sitemap, not a page: set kind = "sitemap"', "sitemapindex": 'a sitemap index, not a page: set kind = "sitemap"',
}


def read_listing(document: Document, source: Source, *, now: datetime, max_entries: int = 1000) -> Parsed:
    """The entries of a listing page in its order, each address once, at most `max_entries`.

    Raises ParseError when a selector is wrong or matches nothing.
    """
    rules = source.page
    if rules is None or not rules.item:
        raise ParseError(document.url, 'kind = "page" needs the CSS selector `item`, which finds one entry of the listing')
    root = html_tree(document)
    base = base_of(root, document.url)
    items = select(root, rules.item, document.url)
    if not items:
        raise _nothing(document.url, "item", rules.item, "the page")
    language = language_of(root)
    zone = ZoneInfo(source.timezone)
    found: dict[str, Entry] = {}
    for element in items[:max_entries * 5]:     # beyond that they are neither shown nor counted
        entry = _entry(element, rules, base, document.url, source, zone, now)
        if not entry.link:
            continue
        key = _whole(entry.link)
        known = found.get(key)
        if known is None:
            found[key] = replace(entry, language=language)
        else:               # the picture and the headline often link to one article: what one lacks the other has
            found[key] = replace(
                known, title=known.title or entry.title, published=known.published or entry.published, published_at=known.published_at or entry.published_at,
            )
    if not found:
        raise _nothing(document.url, "link", rules.link or "a[href]", f"any of {len(items)} items")
    if rules.title and not any(entry.title for entry in found.values()):
        raise _nothing(document.url, "title", rules.title, f"any of {len(items)} items")
    entries = tuple(replace(entry, position=position) for position, entry in enumerate(list(found.values())[:max_entries]))
    title = root.find(".//title")
    return Parsed(
        entries=entries, title=one_line(title.text or "", MAX_TITLE) if title is not None else "", language=language, site=document.url,
        hub=_linked(root, "hub", base), self_url=_linked(root, "self", base),
        cut=len(found) - len(entries),
    )


def html_tree(document: Document) -> etree._Element:
    """The page as a tree. Raises ParseError for a document of another kind."""
    text = decoded(unpacked(document), document.content_type)
    kind = root_name(text)
    if kind in _OTHER:
        raise ParseError(document.url, _OTHER[kind])
    if not kind:
        raise ParseError(document.url, "no markup at all: no page")
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = lxml.html.document_fromstring(text.encode("utf-8", "ignore"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(document.url, f"a page that cannot be read ({str(error)[:80]})") from error
    return root


def select(root: etree._Element, selector: str, url: str) -> list[etree._Element]:
    """The elements below `root` that `selector` matches, in document order, each once."""
    return [element for element in _compiled(selector, url)(root) if isinstance(element, etree._Element)]


def base_of(root: etree._Element, url: str) -> str:
    """What relative links of the page are joined to."""
    base = root.find(".//base[@href]")
    return absolute(base.get("href", ""), url) or url if base is not None else url


def language_of(root: etree._Element) -> str:
    """What the page says its language is; "" when it does not."""
    stated = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang") or ""
    if not stated:
        for meta in root.iterfind(".//meta"):
            if (meta.get("http-equiv") or meta.get("property") or meta.get("name") or "").lower() in {"content-language", "og:locale", "language"}:
                stated = meta.get("content", "")
                break
    stated = stated.strip().replace("_", "-").lower()
    return stated if re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}", stated) else ""


def _linked(root: etree._Element, relation: str, base: str) -> str:
    """The first address that a <link> names as this relation."""
    links = (link for link in root.iter("link") if relation in (link.get("rel") or "").lower().split())
    return next((found for link in links if (found := absolute(link.get("href") or "", base))), "")


def words_of(element: etree._Element) -> str:
    """The text inside an element, on one line."""
    return one_line(" ".join(block.text for block in blocks(element)), MAX_TITLE)


def _entry(element: etree._Element, rules: PageRules, base: str, url: str, source: Source, zone: ZoneInfo, now: datetime) -> Entry:
    anchors = _inside(element, rules.link, url) if rules.link else _anchors(element)
    links = [(anchor, link) for anchor in anchors if (link := absolute(anchor.get("href") or anchor.get("data-href") or "", base))]
    titled = _inside(element, rules.title, url) if rules.title else []
    title = next((text for found in titled if (text := words_of(found))), "")
    if not title and links:
        anchor = links[0][0]
        title = next((text for found, link in links if _whole(link) == _whole(links[0][1]) and (text := words_of(found))), "")
        title = title or one_line(anchor.get("title") or "", MAX_TITLE)
        title = title or next((text for image in anchor.iter("img") if (text := one_line(image.get("alt") or "", MAX_TITLE))), "")
    words, moment = "", None
    stamped = _inside(element, rules.date, url) if rules.date else list(element.iter("time"))
    for found in stamped:
        for text in (found.get("datetime") or found.get("content") or "", words_of(found), found.get("title") or ""):
            words = words or text[:200]
            moment = read_date(text, language=source.language, order=source.date_order, zone=zone, now=now, relative=True) if text else None
            if moment:
                words = text[:200]
                break
        if moment:
            break
    link = _whole(links[0][1]) if links else ""
    return Entry(position=0, guid=link, link=link, title=title, published=words, published_at=moment)


def _whole(link: str) -> str:
    """The address without the place inside the page; "#!" names pages of their own on some sites."""
    return link if "#!" in link else urldefrag(link).url


def _anchors(element: etree._Element) -> list[etree._Element]:
    if element.tag == "a":
        return [element]
    inside = [anchor for anchor in element.iter("a") if (anchor.get("href") or "").strip() not in {"", "#"}]
    return inside or list(element.iterancestors("a"))[:1]


def _inside(element: etree._Element, selector: str, url: str) -> list[etree._Element]:
    return select(element, selector, url)


@lru_cache(maxsize=256)
def _compiled(selector: str, url: str) -> CSSSelector:
    try:
        return CSSSelector(selector, translator="html")
    except (SelectorError, etree.XPathError) as error:
        raise ParseError(url, f'"{selector}" is no CSS selector ({str(error)[:80]})') from error


def _nothing(url: str, rule: str, selector: str, where: str) -> ParseError:
    return ParseError(url, f'the selector {rule} = "{selector}" matches nothing in {where}: {LAYOUT}')
