"""What a page states of itself for machines: JSON-LD, meta elements, links.

Touches: nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from aggregator.parse.text import ILLEGAL, one_line

MAX_LD = 500_000                    # characters of one JSON-LD block
MAX_NODES = 500                     # things in all of them
_PUBLISHED = (
    "article:published_time", "og:article:published_time", "og:published_time", "article:published", "datepublished", "parsely-pub-date", "sailthru.date",
    "cxenseparse:recs:publishtime", "pubdate", "publishdate", "publish-date", "publish_date", "publication_date", "publicationdate", "article_date_original",
    "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date", "citation_publication_date",
)
_CHANGED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "dc.date.modified", "last-modified")
_MAIL = re.compile(r"[^\s<>()@]{1,64}@[^\s<>()@]{1,190}")


@dataclass(frozen=True, slots=True)
class Stated:
    """The page's own words about itself, as written."""

    title: str                                  # og:title
    headline: str                               # JSON-LD
    page_title: str                             # <title>
    site: str
    description: str
    dates: tuple[str, ...]                      # of publication, the most certain first
    changes: tuple[str, ...]
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    addresses: tuple[str, ...]                  # canonical, og:url


def stated(root: etree._Element) -> Stated:
    """What the page says of itself; empty where it says nothing."""
    metas: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        name, value = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").strip().lower(), " ".join((meta.get("content") or "").split())
        if name and value:
            metas.setdefault(name, []).append(value[:2000])
    articles = sorted((node for node in _things(root) if _kind(node)), key=_kind)
    article = articles[0] if articles else {}
    title = root.find(".//title")
    canonical = [link.get("href") or "" for link in root.iter("link") if "canonical" in (link.get("rel") or "").lower().split()]

    def first(*names: str) -> str:
        return next((metas[name][0] for name in names if name in metas), "")

    people = _names(article.get("author") or article.get("creator")) or metas.get("author", []) + metas.get("article:author", []) or _bylines(root)
    return Stated(
        title=first("og:title", "twitter:title"), headline=_words(article.get("headline") or article.get("name")),
        page_title=one_line("".join(str(part) for part in title.itertext()), 1024) if title is not None else "",
        site=first("og:site_name", "application-name"), description=first("og:description", "description", "twitter:description")[:2000],
        dates=tuple(text for text in (_words(article.get("datePublished")), *(metas[name][0] for name in _PUBLISHED if name in metas)) if text),
        changes=tuple(text for text in (_words(article.get("dateModified")), *(metas[name][0] for name in _CHANGED if name in metas)) if text),
        authors=tuple(dict.fromkeys(
            name for text in people[:20] if "://" not in text and (name := one_line(_MAIL.sub(" ", text[:256]), 200).strip(" ,;()<>"))
        )),
        tags=tuple(dict.fromkeys(one_line(tag, 200) for tag in metas.get("article:tag", [])[:50])),
        addresses=tuple(address for address in (*canonical[:1], first("og:url")) if address),
    )


def _things(root: etree._Element) -> Iterator[dict[str, Any]]:
    waiting: list[Any] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text and len(script.text) <= MAX_LD:
            try:
                waiting.append(json.loads(script.text.strip().rstrip(";"), strict=False))
            except (ValueError, RecursionError):
                continue
    for _ in range(MAX_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting.extend(node[:MAX_NODES])
        elif isinstance(node, dict):
            yield node
            waiting.extend(node[key] for key in ("@graph", "mainEntity") if key in node)


def _kind(node: dict[str, Any]) -> int:
    """1 for an article, 2 for the page it stands on, 0 for anything else (an organisation, a list of other articles)."""
    kinds = node.get("@type")
    names = [name for name in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(name, str)]
    if any(name.endswith(("Article", "Posting", "Report")) for name in names):
        return 1
    return 2 if any(name.endswith("WebPage") for name in names) else 0


def _words(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return one_line(ILLEGAL.sub("", value[:4000]), 1024) if isinstance(value, str) else ""


def _names(value: Any) -> list[str]:
    people = value if isinstance(value, list) else [value]
    return [name for person in people[:20] if (name := _words(person.get("name")) if isinstance(person, dict) else _words(person))]


def _bylines(root: etree._Element) -> list[str]:
    found: list[str] = []
    for element in root.iterfind(".//*[@rel]"):
        if element.tag == "a" and "author" in (element.get("rel") or "").lower().split():
            found.append(one_line("".join(str(part) for part in element.itertext()), 200))
    return found
