"""What RFC 4287 asks of a feed document, as a list of what is wrong with one.

Stricter than a reader needs: the rules of section 4 on elements and how often
they occur, dates, addresses, language tags, ids, links and authors; and those of
the neighbours we use (RFC 4151 tag: URIs, RFC 5005, RFC 6721, the RSS event module).

Touches: nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime

from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
EVENT = "{http://purl.org/rss/1.0/modules/event/}"
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z")
DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")
TAG = re.compile(r"tag:[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*,\d{4}(-\d\d(-\d\d)?)?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?%]+\Z")
URI = re.compile(r"[a-z][a-z0-9+.-]*:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+\Z")
ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+\Z")

EXACTLY_ONE = {"feed": ("id", "title", "updated"), "entry": ("id", "title", "updated"), "source": ("id", "title", "updated")}
AT_MOST_ONE = {
    "feed": ("generator", "icon", "logo", "rights", "subtitle"),
    "entry": ("content", "published", "rights", "source", "summary"),
    "source": ("generator", "icon", "logo", "rights", "subtitle"),
}
ANY_NUMBER = {
    "feed": ("author", "category", "contributor", "link", "entry"),
    "entry": ("author", "category", "contributor", "link"),
    "source": ("author", "category", "link"),
}
ATTRIBUTES = {
    "link": {"href", "rel", "type", "hreflang", "title", "length"},
    "category": {"term", "scheme", "label"},
    "content": {"type", "src"},
    "title": {"type"},
    "summary": {"type"},
    "subtitle": {"type"},
    "rights": {"type"},
    "generator": {"uri", "version"},
}


def wrong(body: bytes, *, self_url: str = "") -> list[str]:
    """Every rule that `body` breaks; none for a valid feed."""
    found: list[str] = []
    if not body.startswith((b"<?xml version='1.0' encoding='UTF-8'?>", b'<?xml version="1.0" encoding="UTF-8"?>')):
        found.append("no XML declaration of UTF-8 at the start")
    if b"<!DOCTYPE" in body or b"<?xml-stylesheet" in body:
        found.append("a DOCTYPE or a stylesheet")
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    if root.tag != f"{ATOM}feed":
        return [*found, f"the root is {root.tag}"]
    for element in root.iter():
        found += _element(element)
    found += _container(root, "feed")
    entries = root.findall(f"{ATOM}entry")
    for entry in entries:
        found += _container(entry, "entry") + _entry(entry, root)
        for source in entry.findall(f"{ATOM}source"):
            found += _container(source, "source")
    found += _across(root, entries)
    selves = [link.get("href") for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]
    if len(selves) != 1 or (self_url and selves != [self_url]):
        found.append(f"self links {selves}")
    return found + _history(root)


def _history(root: etree._Element) -> list[str]:
    """Of an archived feed (RFC 5005, 4): an archive says so, leads on and back and to the live document; that leads to the newest archive only."""
    links = Counter(link.get("rel") for link in root.findall(f"{ATOM}link"))
    found = [f"{links[rel]} links of {rel}" for rel in ("self", "current", "prev-archive", "next-archive", "hub") if links[rel] > 1]
    if root.findall(f"{HISTORY}complete"):
        found.append("fh:complete")
    archive = root.findall(f"{HISTORY}archive")
    if len(archive) > 1 or any(len(each) or each.text or each.attrib for each in archive):
        found.append("fh:archive is not one empty element")
    if archive and (not links["current"] or links["hub"]):
        found.append("an archive that does not lead to the live document, or names a hub")
    if archive and root.findall(f"{TOMBSTONE}deleted-entry"):
        found.append("an archive that says what was removed, and so would have to change")
    if not archive and (links["current"] or links["next-archive"]):
        found.append("a live document with the links of an archive")
    return found


def _element(element: etree._Element) -> list[str]:
    found = []
    name = etree.QName(element).localname
    if element.get(LANG) is not None and not LANGUAGE.match(element.get(LANG) or ""):
        found.append(f"{name} has xml:lang {element.get(LANG)!r}")
    if not str(element.tag).startswith(ATOM):
        return found + _extension(element)
    extra = {key for key in element.attrib if key != LANG} - ATTRIBUTES.get(name, set())
    if extra:
        found.append(f"{name} has attributes {sorted(map(str, extra))}")
    if name in ("updated", "published") and not _is_moment(element.text or ""):
        found.append(f"{name} is {element.text!r}")
    if name in ("id", "uri") and not _is_address(element.text or ""):
        found.append(f"{name} is {element.text!r}")
    if name == "id" and (element.text or "").startswith("tag:") and not TAG.match(element.text or ""):
        found.append(f"{element.text!r} is no tag: URI")
    if name == "name" and not (element.text or "").strip():
        found.append("an empty name")
    if name == "email" and not re.match(r"[^\s@]+@[^\s@]+\Z", element.text or ""):
        found.append(f"email is {element.text!r}")
    if name == "link":
        found += _link(element)
    if name == "category" and not (element.get("term") or "").strip():
        found.append("a category without a term")
    if name == "category" and element.get("scheme") is not None and not _is_address(element.get("scheme") or ""):
        found.append(f"category scheme {element.get('scheme')!r}")
    if name in ("title", "subtitle", "summary", "rights", "content"):
        found += _text(element, name)
    return found


def _text(element: etree._Element, name: str) -> list[str]:
    kind = element.get("type", "text")
    found = [] if kind in ("text", "html") else [f"{name} has type {kind}"]
    if len(element):
        found.append(f"{name} of type {kind} holds elements")
    if not (element.text or "").strip():
        found.append(f"{name} is empty")
    if kind == "text" and re.search(r"<[A-Za-z/!]|&(?:#\d+|lt|gt|amp|quot|apos);", element.text or ""):
        found.append(f"{name} of type text looks like markup: {element.text!r}")
    return found


def _link(element: etree._Element) -> list[str]:
    found = []
    if not _is_address(element.get("href") or "") or not (element.get("href") or "").startswith(("http://", "https://")):
        found.append(f"link href {element.get('href')!r}")
    if element.get("type") is not None and not MEDIA_TYPE.match(element.get("type") or ""):
        found.append(f"link type {element.get('type')!r}")
    if element.get("hreflang") is not None and not LANGUAGE.match(element.get("hreflang") or ""):
        found.append(f"link hreflang {element.get('hreflang')!r}")
    return found


def _extension(element: etree._Element) -> list[str]:
    if element.tag in (f"{EVENT}startdate", f"{EVENT}enddate") and not DAY.match(element.text or ""):
        return [f"{element.tag} is {element.text!r}"]
    if element.tag == f"{TOMBSTONE}deleted-entry" and not (_is_address(element.get("ref") or "") and _is_moment(element.get("when") or "")):
        return [f"deleted-entry {dict(element.attrib)}"]
    return [] if str(element.tag).startswith((EVENT, TOMBSTONE, HISTORY)) else [f"unknown element {element.tag}"]


def _container(element: etree._Element, kind: str) -> list[str]:
    counts = Counter(etree.QName(child).localname for child in element if str(child.tag).startswith(ATOM))
    found = [f"{kind} has {counts[name]} {name}" for name in EXACTLY_ONE[kind] if counts[name] != 1]
    found += [f"{kind} has {counts[name]} {name}" for name in AT_MOST_ONE[kind] if counts[name] > 1]
    found += [f"{kind} holds {name}" for name in counts if name not in EXACTLY_ONE[kind] + AT_MOST_ONE[kind] + ANY_NUMBER[kind]]
    alternates = Counter((link.get("type"), link.get("hreflang")) for link in element.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate")
    found += [f"{kind} has {count} alternate links of {what}" for what, count in alternates.items() if count > 1]  # 4.1.1, 4.1.2
    for person in [*element.findall(f"{ATOM}author"), *element.findall(f"{ATOM}contributor")]:
        names = Counter(etree.QName(child).localname for child in person)
        if names["name"] != 1 or names["uri"] > 1 or names["email"] > 1:
            found.append(f"a person of {kind} has {dict(names)}")
    return found


def _entry(entry: etree._Element, feed: etree._Element) -> list[str]:
    found = []
    source = entry.find(f"{ATOM}source")
    authored = entry.findall(f"{ATOM}author") or feed.findall(f"{ATOM}author") or (source is not None and source.findall(f"{ATOM}author"))
    if not authored:
        found.append("an entry without an author")
    alternates = [link for link in entry.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]
    content = entry.find(f"{ATOM}content")
    if content is None and not alternates:
        found.append("an entry without content and without an alternate link")
    if (content is None or content.get("src")) and entry.find(f"{ATOM}summary") is None:
        found.append("an entry without summary whose content is not there")
    published, updated = (_moment(entry.findtext(f"{ATOM}{name}")) for name in ("published", "updated"))
    if published and updated and published > updated:
        found.append("published after updated")
    return found


def _across(root: etree._Element, entries: list[etree._Element]) -> list[str]:
    found = []
    ids = Counter(entry.findtext(f"{ATOM}id") for entry in entries)
    found += [f"id {id} of {count} entries" for id, count in ids.items() if count > 1]
    updated = [entry.findtext(f"{ATOM}updated") or "" for entry in entries]
    found += [f"updated {moment} of {count} entries" for moment, count in Counter(updated).items() if count > 1]
    if entries and root.findtext(f"{ATOM}updated") != max(updated, key=_moment):
        found.append("updated of the feed is not that of its newest entry")
    if [_moment(moment) for moment in updated] != sorted((_moment(moment) for moment in updated), reverse=True):
        found.append("entries out of order")
    found += [f"{ref} is deleted and there" for element in root.findall(f"{TOMBSTONE}deleted-entry") if (ref := element.get("ref")) in ids]
    return found


def _moment(text: str | None) -> datetime:
    return datetime.fromisoformat(text if text and _is_moment(text) else "0001-01-01T00:00:00Z")


def _is_moment(text: str) -> bool:
    try:
        return bool(DATE.match(text)) and bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def _is_address(text: str) -> bool:
    return bool(URI.match(text)) and not ESCAPE.search(text)
