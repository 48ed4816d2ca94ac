"""A well-formed RSS 2.0, RSS 1.0 or Atom feed as feedparser would give it, ten times as fast.

lxml's tree is read into the same names and values that feedparser's dictionaries
have, so that what follows does not know the difference. Where feedparser does
anything of its own (a field that stands twice, markup outside CDATA, an element of
a vocabulary that is not listed here, a document type), the answer is None and
feedparser itself is asked: it is the measure, this is its short cut.

Touches: nothing.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from aggregator.parse.vocabularies import CHILDREN, CHILDREN_IN_FEED, DEEPER, KEPT, PASSED, PASSED_IN_FEED, PERSON, RULED, RULED_MEDIA, SILENT, SINGLE, TITLES

MAX_CHILDREN = 300                  # of an entry: feedparser compares each category with all before, and what is slow there must not hide here

Fields = dict[str, Any]

_XML = "{http://www.w3.org/XML/1998/namespace}"
_ATOM = "http://www.w3.org/2005/Atom"
_RSS1 = "http://purl.org/rss/1.0/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DECLARED = re.compile(r"""xmlns(?::([\w.-]{1,60}))?\s*=\s*(?:"([^"]{0,300})"|'([^']{0,300})')""")
_TYPES = {"": "", "text": "text/plain", "plain": "text/plain", "text/plain": "text/plain", "html": "text/html", "text/html": "text/html"}
_NAMED_REFERENCE = re.compile("&([A-Za-z0-9_]+);")
_C1 = re.compile("[\x80-\x9f]")
_WINDOWS = {code: text for code in range(128, 160) if (text := bytes([code]).decode("windows-1252", "ignore"))}


class _Unusual(Exception):
    """Something here is feedparser's to read."""


@dataclass(frozen=True, slots=True)
class Found:
    """What feedparser's answer holds of what is read."""

    version: str
    feed: Fields
    entries: list[Fields]


@dataclass(frozen=True, slots=True)
class Habits:
    """Functions of feedparser's own that its values go through."""

    prefixes: Mapping[str, str]                     # of the vocabularies it knows, by address in lower case; "" for those of feeds themselves
    looks_like_html: Callable[[str], bool]
    join: Callable[[str, str], str]                 # a base and an address
    safe: Callable[[str, str], str]                 # the same; "" where the result is of no scheme for links
    name_of: Callable[[str], str]                   # of an author


def read_well_formed(text: str, habits: Habits) -> Found | None:
    """The feed in `text` (XML without a declaration); None where feedparser has to read it."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    # Nothing is expanded or fetched, and the library's own limits on depth and length stay on.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        root = etree.fromstring(text.encode("utf-8", "ignore"), parser)
        if {_ATOM, _RSS1} <= _declared(text, habits) and root.tag != "rss":
            return None         # which of the two it is depends on which is declared first
        return _Tree(root, habits).found()
    except (etree.XMLSyntaxError, ValueError, _Unusual):
        return None


def _declared(text: str, habits: Habits) -> set[str]:
    """The vocabularies that are declared anywhere. Raises _Unusual where a prefix stands for another than feedparser takes it for."""
    found = {(prefix, one or other) for prefix, one, other in _DECLARED.findall(text)}
    taken = set(habits.prefixes.values()) - {""}
    if any(prefix in taken - SILENT and habits.prefixes.get(uri.lower()) != prefix for prefix, uri in found):
        raise _Unusual
    if any("backend.userland.com/rss" in uri.lower() for _, uri in found):
        raise _Unusual
    return {uri for _, uri in found}


class _Tree:
    """One document."""

    def __init__(self, root: etree._Element, habits: Habits) -> None:
        self.root, self.habits = root, habits
        self.is_atom = root.tag == f"{{{_ATOM}}}feed"
        self.feed: Fields = {}
        self.names: dict[str, str] = {}

    def found(self) -> Found:
        root = self.root
        outside: list[etree._Element] = []
        if self.is_atom:
            feed, version = root, "atom10"
        elif root.tag == "rss":
            channels = list(root)
            if len(channels) != 1 or channels[0].tag != "channel":
                raise _Unusual
            feed, version = channels[0], "rss20"
        elif root.tag == f"{{{_RDF}}}RDF":
            channels = [child for child in root if child.tag == f"{{{_RSS1}}}channel"]
            if len(channels) != 1 or root[0] is not channels[0]:
                raise _Unusual
            feed, outside, version = channels[0], list(root)[1:], "rss10"
        else:
            raise _Unusual
        base, language = self._within("", None, root)
        if language and self._name(root) in ("feed", "rss"):
            self.feed["language"] = language.replace("_", "-")
        if feed is not root:
            self._require_none(feed, "lastmod", "href")
            base, language = self._within(base, language, feed)
        entries: list[Fields] = []
        name = "entry" if self.is_atom else "item"
        for child in feed:
            if self._name(child) == name:
                entries.append(self._entry(child, base, language))
            else:
                self._of_feed(child, base)
        if outside:
            base, language = self._within("", None, root)
        for child in outside:
            if child.tag == f"{{{_RSS1}}}item":
                entries.append(self._entry(child, base, language))
            elif self._name(child) in ("image", "textinput"):
                self._pass(child, self._name(child), PASSED_IN_FEED, CHILDREN_IN_FEED)
            else:
                raise _Unusual
        return Found(version, self.feed, entries)

    def _name(self, element: etree._Element) -> str:
        """An element's name as feedparser has it, with its prefix; "?" before one of a vocabulary it does not know."""
        tag = str(element.tag)
        name = self.names.get(tag)
        if name is None:
            uri, _, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
            prefix = self.habits.prefixes.get(uri.lower())
            local = local.lower()
            name = self.names[tag] = f"?{local}" if prefix is None else f"{prefix}:{local}" if prefix else local
        return name

    def _of_feed(self, element: etree._Element, base: str) -> None:
        name, feed = self._name(element), self.feed
        if name == "link":
            self._link(element, base, feed)
        elif name == "title":
            if "title" in feed:
                raise _Unusual
            feed["title"] = self._content(element, "text/plain")[0]
        elif name in ("language", "dc:language"):
            feed["language"] = self._text(element)
        elif name in ("id", "guid"):
            self._id(element, base, feed)
        elif name in ("ttl", "sy:updateperiod", "sy:updatefrequency"):
            value = self._text(element)
            feed[name.replace(":", "_")] = value if not element.attrib else ""
        else:
            self._pass(element, name, PASSED_IN_FEED, CHILDREN_IN_FEED)

    def _entry(self, item: etree._Element, base: str, language: str | None) -> Fields:
        if len(item) > MAX_CHILDREN:
            raise _Unusual
        self._require_none(item, "lastmod", "href")
        base, language = self._within(base, language, item)
        entry: Fields = {}
        if about := item.get(f"{{{_RDF}}}about"):
            entry["id"] = about
        seen, has_caption = set[str](), False
        for element in item:
            name = self._name(element)
            field = SINGLE.get(name)
            if field is not None:
                if field in seen:
                    raise _Unusual
                seen.add(field)
                self._field(entry, field, name, element, base, language)
            elif name == "link":
                self._link(element, base, entry)
            elif name in ("category", "dc:subject"):
                self._category(entry, element)
            elif name in ("author", "dc:creator", "dc:author"):
                self._author(entry, element)
            elif name.startswith("media:"):
                self._require_no_words(element)
                has_caption = has_caption or next(element.iter(*TITLES), None) is not None
            else:
                self._pass(element, name)
        if has_caption and not entry.get("title"):
            raise _Unusual              # feedparser takes a picture's title where the entry has none
        return entry

    def _field(self, entry: Fields, field: str, name: str, element: etree._Element, base: str, language: str | None) -> None:
        if field == "id":
            self._id(element, base, entry)
        elif field == "source":
            entry["source"] = self._source(element, base)
        elif field in ("title", "summary", "content"):
            value, kind = self._content(element, "text/html" if name in ("description", "content:encoded") else "text/plain")
            spoken = self._within("", language, element)[1]
            detail = {"type": kind, "language": spoken.replace("_", "-") if spoken else spoken, "value": value}
            if field == "content":
                if name == "content" and not self.is_atom:
                    raise _Unusual
                entry["content"] = [detail]
                entry.setdefault("summary", value)
            else:
                entry[field], entry[f"{field}_detail"] = value, detail
        else:
            entry[field] = self._text(element)

    def _content(self, element: etree._Element, usual: str) -> tuple[str, str]:
        """A text with its type."""
        self._require_none(element, "mode", "src")
        kind = _TYPES.get(element.get("type", "").lower())
        if kind is None:
            raise _Unusual
        value, kind = self._text(element), kind or usual
        if kind == "text/plain" and not self.is_atom and self.habits.looks_like_html(value):
            kind = "text/html"
        return value, kind

    def _text(self, element: etree._Element) -> str:
        text = self._bare(element)
        if text.isascii():
            return text
        with contextlib.suppress(UnicodeError):     # UTF-8 that was taken for Latin-1 and written as UTF-8 again
            text = text.encode("latin-1").decode("utf-8")
        return text.translate(_WINDOWS) if _C1.search(text) else text

    def _bare(self, element: etree._Element) -> str:
        if len(element) or (element.attrib and any(key.startswith("{") and not key.startswith(_XML) for key in element.attrib)):
            raise _Unusual
        return (element.text or "").strip()

    def _id(self, element: etree._Element, base: str, holder: Fields) -> None:
        value, is_link = self._text(element), self._attribute(element, "ispermalink", "true") == "true"
        if is_link and value:
            # Joined before the signs of other encodings are put right, which an address does not hold.
            value = self.habits.join(self._within(base, None, element)[0], value)
        holder["id"] = value
        if is_link:
            holder.setdefault("link", value)

    def _link(self, element: etree._Element, base: str, holder: Fields) -> None:
        self._require_none(element, "url", "uri")
        text = self._text(element)
        relation, address = element.get("rel", "alternate").lower(), element.get("href")
        kind = element.get("type", "application/atom+xml" if relation == "self" else "text/html").lower()
        link = {"rel": relation, "type": kind}
        holder.setdefault("links", []).append(link)
        base = self._within(base, None, element)[0]
        if address is not None:
            link["href"] = self.habits.join(base, address) if address else address
            if not address or text:
                raise _Unusual
            if relation == "alternate" and kind in ("html", "xhtml", "text/html", "application/xhtml+xml"):
                holder["link"] = link["href"]
            return
        address = self.habits.join(base, text) if text else ""
        if holder is not self.feed:
            address = address.replace("&amp;", "&")
        holder["link"] = _NAMED_REFERENCE.sub(r"&\1", address)
        if holder["link"] or holder is self.feed:
            link["href"] = holder["link"]

    def _category(self, entry: Fields, element: etree._Element) -> None:
        tags = entry.setdefault("tags", [])
        tag = {"term": element.get("term"), "scheme": element.get("scheme", element.get("domain")), "label": element.get("label")}
        if any(tag.values()) and tag not in tags:
            tags.append(tag)
        if value := self._text(element):
            if tags and not tags[-1]["term"]:
                tags[-1]["term"] = value
            elif (tag := {"term": value, "scheme": None, "label": None}) not in tags:
                tags.append(tag)

    def _author(self, entry: Fields, element: etree._Element) -> None:
        authors = entry.setdefault("authors", [])
        if not len(element):
            text = self._text(element)
            entry["author"] = text
            name = self.habits.name_of(text) if text else ""
            authors.append({"name": name} if name else {})
            return
        if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
            raise _Unusual
        person: Fields = {}
        for child in element:
            part = self._name(child)
            if part not in PERSON or part in person:
                raise _Unusual
            person[part] = self._bare(child)
        authors.append(person)
        entry["author"] = person.get("name") or person.get("email") or ""

    def _source(self, element: etree._Element, base: str) -> Fields:
        if not len(element):
            source = {"href": element.get("url")} if "url" in element.attrib else {}
            title = self._text(element)
            return source | {"title": title} if title else source
        base, holder = self._within(base, None, element)[0], Fields()
        if (element.text or "").strip() or set(element.attrib) - {f"{_XML}base", f"{_XML}lang"}:
            raise _Unusual
        for child in element:
            name = self._name(child)
            if name == "title":
                if "title" in holder:
                    raise _Unusual
                holder["title"] = self._content(child, "text/plain")[0]
            elif name == "link":
                if child.get("href") is None:
                    raise _Unusual
                self._link(child, base, holder)
            elif name == "id":
                self._id(child, base, holder)
            else:
                self._pass(child, name, PASSED_IN_FEED, CHILDREN_IN_FEED)
        return holder

    def _pass(
        self, element: etree._Element, name: str, passed: frozenset[str] = PASSED, children: Mapping[str, frozenset[str]] = CHILDREN,
    ) -> None:
        """Goes on when the element changes nothing that is read here."""
        prefix, _, local = name.rpartition(":")
        if prefix in ("georss", "gml", "geo"):
            if any(self._name(below).partition(":")[0] not in ("georss", "gml", "geo") for below in element.iter()):
                raise _Unusual
        elif prefix == "media":
            self._require_no_words(element)
            if next(element.iter(*TITLES), None) is not None:
                raise _Unusual
        elif len(element):
            allowed = children.get(name)
            if allowed is None or any(self._name(child) not in allowed or (len(child) and name not in DEEPER) for child in element):
                raise _Unusual
        elif name in passed or (prefix in SILENT and name != "feedburner:browserfriendly"):
            return
        elif prefix or local in RULED or "_" in local:
            raise _Unusual
        else:
            own, given = local.lstrip("?"), element.prefix      # of a vocabulary feedparser does not know, it uses the document's prefix
            if own in RULED if given is None else f"{given}_{own}" in KEPT:
                raise _Unusual

    def _require_no_words(self, element: etree._Element) -> None:
        """Of the elements about pictures, those that feedparser makes content or categories are its own to read."""
        if any(not (name := self._name(below)).startswith("media:") or name in RULED_MEDIA for below in element.iter()):
            raise _Unusual

    def _within(self, base: str, language: str | None, element: etree._Element) -> tuple[str, str | None]:
        """The base and the language in force inside an element."""
        attributes = element.attrib
        if not attributes:
            return (self.habits.safe(base, base) or base) if base else "", language
        stated = attributes.get(f"{_XML}base", attributes.get("base")) or base
        base = (self.habits.safe(base, stated) or base) if base else self.habits.join("", stated) if stated else ""
        spoken = attributes.get(f"{_XML}lang", attributes.get("lang"))
        return base, language if spoken is None else spoken or None

    @staticmethod
    def _attribute(element: etree._Element, name: str, default: str) -> str:
        return next((value for key, value in element.attrib.items() if key.lower() == name), default)

    @staticmethod
    def _require_none(element: etree._Element, *names: str) -> None:
        if element.attrib and any(key.rpartition("}")[2].lower() in names for key in element.attrib):
            raise _Unusual
