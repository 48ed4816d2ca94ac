"""Lists of subscriptions (OPML), in and out.

Reading forgives what real lists get wrong; it refuses bombs, and follows no
include, whether or not it leads back here.

Touches: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from aggregator.errors import ParseError
from aggregator.parse.text import ILLEGAL, MAX_ADDRESS, MAX_DOCUMENT, absolute, decoded, one_line, root_name, with_bare_ampersands
from storage.model import Source

MAX_OUTLINES = 20_000               # a list longer than any person keeps
OURS = "urn:communique:source"      # the namespace of the settings of a source, which no other program knows
_SAID = frozenset({"name", "url", "language"})      # settings that OPML has words of its own for
_URL_NAMES = ("xmlurl", "rssurl", "feedurl", "url")


@dataclass(frozen=True, slots=True)
class Outline:
    """One subscription of a list."""

    title: str
    url: str                                    # of the feed, http(s)
    site: str = ""                              # the human page, http(s)
    category: str = ""                          # its folders, outermost first: "Asia/Agencies"
    language: str = ""
    settings: tuple[tuple[str, str], ...] = ()  # of a list that Communiqué wrote: the keys of the source as texts


def read_opml(body: bytes, *, name: str = "OPML") -> tuple[Outline, ...]:
    """The subscriptions of a list, in its order, each address once.

    Raises ParseError (about `name`) when it is no such list, or one built to exhaust memory.
    """
    if len(body) > MAX_DOCUMENT:
        raise ParseError(name, f"larger than {MAX_DOCUMENT // 1024 // 1024} MiB")
    text = decoded(body, "").strip()
    if re.search(r"<!ENTITY", text[:200_000], re.IGNORECASE):
        raise ParseError(name, "entity declarations in a list of subscriptions")
    if root_name(text) not in {"opml", "outlinedocument", "outline", "body", "head"}:
        raise ParseError(name, "no list of subscriptions (OPML)")
    text = with_bare_ampersands(re.sub(r"^\s*<\?xml[^>]{0,400}\?>", "", text))
    if text.lower().count("<outline") > MAX_OUTLINES:
        raise ParseError(name, f"more than {MAX_OUTLINES} outlines")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "ignore"), parser)
    except etree.XMLSyntaxError as error:
        raise ParseError(name, f"broken XML ({str(error)[:80]})") from error
    if root is None:
        raise ParseError(name, "no list of subscriptions (OPML)")
    found: dict[str, Outline] = {}
    _collect(root, found)
    return tuple(found.values())


def write_opml(sources: Iterable[Source], *, title: str, settings: Mapping[str, Mapping[str, str]] | None = None) -> bytes:
    """The sources as an OPML 2.0 list: feeds as subscriptions, pages and sitemaps as links. The same sources give the same bytes.

    `settings` are further keys of each source, by its id; they are written in a namespace of ours.
    """
    space = f' xmlns:communique="{OURS}"' if settings else ""
    head = ["  <head>", f"    <title>{_escaped(title)}</title>", "  </head>"]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<opml version="2.0"{space}>', *head, "  <body>"]
    for source in sorted(sources, key=lambda source: source.id):
        name = _escaped(source.name or source.id)
        where = f'type="rss" xmlUrl="{_escaped(source.url)}"' if source.kind == "feed" else f'type="link" url="{_escaped(source.url)}"'
        language = f' language="{_escaped(source.language)}"' if source.language else ""
        category = "/".join(part for part in (source.country, source.role) if part)
        own = "".join(f' communique:{key}="{_escaped(text)}"' for key, text in (settings or {}).get(source.id, {}).items() if key not in _SAID)
        lines.append(f'    <outline text="{name}" title="{name}" {where}{language} category="/{_escaped(category)}"{own}/>')
    return "\n".join([*lines, "  </body>", "</opml>", ""]).encode("utf-8", "ignore")


def _collect(root: etree._Element, found: dict[str, Outline]) -> None:
    walk: list[tuple[etree._Element, tuple[str, ...]]] = [(root, ())]
    while walk:
        element, folders = walk.pop()
        below = folders
        if isinstance(element.tag, str) and element.tag.rpartition("}")[2].lower() == "outline":
            named = {str(key): _clean(str(value)) for key, value in element.attrib.items()}
            settings = {key.removeprefix(f"{{{OURS}}}"): value for key, value in named.items() if key.startswith(f"{{{OURS}}}")}
            fields = {key.rpartition("}")[2].lower(): value for key, value in named.items() if not key.startswith(f"{{{OURS}}}")}
            kind = fields.get("type", "").lower()
            title = one_line(fields.get("title") or fields.get("text", ""), 200)
            written = next((fields[key] for key in _URL_NAMES if fields.get(key)), "") if kind != "include" and (kind != "link" or settings) else ""
            url = absolute(re.sub(r"^feed:(//)?(?=https?:)", "", written).replace("feed://", "http://", 1))
            if url and url not in found:
                category = "/".join(folders) or fields.get("category", "").split(",")[0].strip().strip("/")
                language = one_line(fields.get("language", ""), 35).lower()
                settings |= {"language": language} if settings and language else {}
                found[url] = Outline(title or url, url, absolute(fields.get("htmlurl", "")), one_line(category, 200), language, tuple(settings.items()))
            elif not url and title and kind != "include":
                below = (*folders, one_line(title, 60)) if len(folders) < 8 else folders
        walk.extend((child, below) for child in reversed(element))


def _clean(value: str) -> str:
    return ILLEGAL.sub("", value[:MAX_ADDRESS + 1])


def _escaped(text: str) -> str:
    plain = one_line(ILLEGAL.sub("", text), MAX_ADDRESS)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
