"""The feeds a page names, and what a page without one would be read by.

A feed is named by <link rel="alternate"> with the media type of one (the
autodiscovery of RSS and Atom, and HTML's "feed"); links in the text that look like
feeds come after those. For a page that has none, CSS selectors are proposed: the
element that repeats with one headline link in each, as a listing does.

Touches: nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from urllib.parse import urldefrag, urlsplit
from zoneinfo import ZoneInfo

from lxml import etree

from aggregator.errors import ParseError
from aggregator.fetch.addresses import host_and_port
from aggregator.parse.dates import read_date
from aggregator.parse.entry import Discovered, Document, NamedFeed, Proposal
from aggregator.parse.page import base_of, html_tree, read_listing, select, words_of
from aggregator.parse.text import absolute, one_line
from storage.model import PageRules, Source

TYPES = frozenset({
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/json", "text/xml", "application/xml",
    "text/rss+xml",
})
LOOKS_LIKE_ONE = re.compile(
    r"(?:\.(?:rss|atom|rdf)|/(?:rss|atom|feed)s?(?:\.xml|\.json)?|/(?:rss|feed)/[\w./-]{0,80}|[?&](?:rss|feed|format=rss)\b[^ ]{0,80})/?$", re.IGNORECASE)
MOST_FEEDS = 40
HEADLINE = 20               # characters of a link's text that may be a headline: menus have shorter ones
REPEATED = 3                # items that make a listing
LEVELS = 6                  # elements above a headline that may be the item
MOST_ANCHORS = 3000
MOST_PROPOSED = 3
SHOWN = 5                   # entries shown of each proposal
ALIKE = 0.6                 # of the items that must hold one headline link
ASIDE = frozenset({"nav", "footer", "aside", "header", "menu"})
PLAIN_CLASS = re.compile(r"[a-zA-Z_][\w-]{0,60}")
COUNTED = re.compile(r"\d{2,}|(?:^|[-_])(?:first|last|odd|even|active|current|\d+)(?:$|[-_])", re.IGNORECASE)     # classes of one item, not of all
DATED = re.compile(r"date|time|publish|posted|ngay|fecha|datum", re.IGNORECASE)


def discover(document: Document, source: Source, *, now: datetime) -> Discovered:
    """What can be followed of the page at `document`. Raises ParseError when it is no page."""
    root = html_tree(document)
    base = base_of(root, document.url)
    feeds = tuple({feed.url: feed for feed in reversed((*_named(root, base), *_linked(root, base, document.url)))}.values())[::-1]
    title = root.find(".//title")
    proposals = () if any(feed.kind for feed in feeds) else _proposals(document, root, base, source, now)
    return Discovered(one_line(title.text or "", 200) if title is not None else "", feeds[:MOST_FEEDS], proposals)


def _named(root: etree._Element, base: str) -> Iterator[NamedFeed]:
    """Those of <link> elements, in the order of the page: the first is the site's own choice."""
    for link in root.iter("link"):
        relations = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        is_feed = "feed" in relations or ("alternate" in relations and "stylesheet" not in relations and kind in TYPES)
        if is_feed and (url := absolute(link.get("href") or "", base)):
            yield NamedFeed(url, one_line(link.get("title") or "", 200), kind or "feed")


def _linked(root: etree._Element, base: str, url: str) -> Iterator[NamedFeed]:
    """Links in the text that look like feeds of the same site."""
    for anchor in list(root.iter("a"))[:MOST_ANCHORS]:
        address = absolute(anchor.get("href") or "", base)
        if address and _same_site(address, url) and LOOKS_LIKE_ONE.search(address):
            yield NamedFeed(address, words_of(anchor)[:200])


def _proposals(document: Document, root: etree._Element, base: str, source: Source, now: datetime) -> tuple[Proposal, ...]:
    headlines = [anchor for anchor in list(root.iter("a"))[:MOST_ANCHORS] if _is_headline(anchor, base, document.url)]
    selectors = Counter(selector for anchor in headlines for selector in dict.fromkeys(_selectors_above(anchor)))
    found: list[tuple[float, Proposal]] = []
    marked = set(headlines)
    for selector, number in selectors.most_common(60):
        if number < REPEATED:
            break
        if (one := _proposal(document, root, selector, marked, base, source, now)) is not None:
            found.append(one)
    best: dict[tuple[str, ...], tuple[float, Proposal]] = {}
    for score, proposal in found:
        links = tuple(entry.link for entry in proposal.entries)
        if links not in best or best[links][0] < score:
            best[links] = score, proposal
    return tuple(proposal for _, proposal in sorted(best.values(), key=lambda one: -one[0])[:MOST_PROPOSED])


def _proposal(
    document: Document, root: etree._Element, selector: str, headlines: set[etree._Element], base: str, source: Source, now: datetime,
) -> tuple[float, Proposal] | None:
    """How good a listing `selector` gives, and what it would read; None when it is none."""
    try:
        items = select(root, selector, document.url)
    except ParseError:
        return None
    inside = [[anchor for anchor in item.iter("a") if anchor in headlines] for item in items]
    addresses = [{urldefrag(absolute(anchor.get("href") or "", base)).url for anchor in anchors} for anchors in inside]
    good = [n for n, links in enumerate(addresses) if len(links) == 1]
    if len(good) < max(REPEATED, ALIKE * len(items)) or len({next(iter(addresses[n])) for n in good}) < REPEATED:
        return None
    link = _common(_way_to(inside[n][0], items[n]) for n in good) if any(next(items[n].iter("a"), None) is not inside[n][0] for n in good) else ""
    title = _common(tag for n in good for tag in [next((element.tag for element in items[n].iter("h1", "h2", "h3", "h4", "h5")), "")] if isinstance(tag, str))
    date = _date(document, [items[n] for n in good], source, now)
    rules = PageRules(item=selector, link=link, title=title, date=date)
    try:
        parsed = read_listing(document, replace(source, kind="page", page=rules), now=now)
    except ParseError:
        return None
    dated = sum(entry.published_at is not None for entry in parsed.entries)
    titles = [entry.title for entry in parsed.entries if entry.title]
    if len(titles) < REPEATED:
        return None
    count = len(parsed.entries)
    length = min(sum(map(len, titles)) / len(titles) / 50, 1.5)
    aside = sum(any(above.tag in ASIDE for above in items[n].iterancestors()) for n in good) > len(good) / 2
    bare = all(item.tag == "a" for item in items)       # what is around a link may say more of it, if not today
    score = (0.9 if bare else 1.0) * min(count, 40) * length * (1 + dated / count) * (0.2 if aside else 1.0) * len(good) / len(items)
    return score, Proposal(rules, count, dated, parsed.entries[:SHOWN])


def _is_headline(anchor: etree._Element, base: str, url: str) -> bool:
    address = absolute(anchor.get("href") or "", base)
    return bool(address) and _same_site(address, url) and urlsplit(address).path.strip("/") != "" and len(words_of(anchor)) >= HEADLINE


def _selectors_above(anchor: etree._Element) -> Iterator[str]:
    """Selectors of the elements that may be the item a headline stands in, the innermost first."""
    element: etree._Element | None = anchor
    for _ in range(LEVELS):
        if element is None or element.tag in ("body", "html") or not isinstance(element.tag, str):
            return
        own, above = _shown(element), element.getparent()
        if "." in own:
            yield own
        if above is not None and isinstance(above.tag, str) and above.tag not in ("body", "html"):
            yield f"{_shown(above, by_id=True)} > {own}"
        element = above


def _shown(element: etree._Element, *, by_id: bool = False) -> str:
    """An element as a selector would have it: its tag and the first class that is not of it alone."""
    tag, name = str(element.tag), element.get("id") or ""
    if by_id and PLAIN_CLASS.fullmatch(name) and not COUNTED.search(name):
        return f"{tag}#{name}"
    plain = next((word for word in (element.get("class") or "").split() if PLAIN_CLASS.fullmatch(word) and not COUNTED.search(word)), "")
    return f"{tag}.{plain}" if plain else tag


def _way_to(anchor: etree._Element, item: etree._Element) -> str:
    """A selector of the headline link inside its item."""
    if anchor is item:
        return ""
    own, above = _shown(anchor), anchor.getparent()
    return own if "." in own or above is None or above is item else f"{_shown(above)} > {own}"


def _date(document: Document, items: list[etree._Element], source: Source, now: datetime) -> str:
    """The selector of the date inside the items; "" where none is found, or a <time> that is found anyway."""
    if sum(next(item.iter("time"), None) is not None for item in items) >= ALIKE * len(items):
        return ""
    zone = ZoneInfo(source.timezone)

    def is_date(text: str) -> bool:
        return 0 < len(text) < 60 and read_date(text, language=source.language, order=source.date_order, zone=zone, now=now, relative=True) is not None

    found = Counter(
        selector for item in items for selector in dict.fromkeys(
            _shown(element) for element in item.iter("span", "div", "p", "small", "td", "em", "i")
            if "." in _shown(element) and (DATED.search(element.get("class") or "") or len(element) == 0) and is_date(words_of(element)))
    )
    best = next(iter(found.most_common(1)), ("", 0))
    return best[0] if best[1] >= ALIKE * len(items) else ""


def _common(words: Iterator[str]) -> str:
    """The word most give, when most give it."""
    counted = Counter(words)
    best, number = next(iter(counted.most_common(1)), ("", 0))
    return best if number >= ALIKE * counted.total() else ""


def _same_site(one: str, other: str) -> bool:
    hosts = [host_and_port(address)[0].removeprefix("www.") for address in (one, other)]
    return hosts[0] == hosts[1] or hosts[0].endswith(f".{hosts[1]}") or hosts[1].endswith(f".{hosts[0]}")
