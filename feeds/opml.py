"""The list of all feeds as OPML 2.0, which readers take in as one file.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime

from lxml import etree

from feeds import clean
from feeds.headings import feed_title, group, subtitle
from feeds.messages.words import words
from feeds.site import Site
from storage.model import Feed


def opml(feeds: Sequence[Feed], site: Site, updated: datetime) -> bytes:
    """`feeds` as OPML, in a folder for each kind. `updated` is when one last appeared or went: the same feeds give the same bytes."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = clean.untagged(clean.line(site.title))
    etree.SubElement(head, "dateModified").text = format_datetime(updated.astimezone(UTC).replace(microsecond=0), usegmt=True)
    body = etree.SubElement(root, "body")
    said = words(site.language)
    folders: dict[str, etree._Element] = {}
    for feed in feeds:
        title = clean.untagged(feed_title(feed, site))
        folder = said.find(f"feeds.group_{group(feed)}") or said.say("feeds.group_service")
        if folder not in folders:
            folders[folder] = etree.SubElement(body, "outline", text=folder)
        etree.SubElement(
            folders[folder], "outline", type="rss", text=title, title=title, description=clean.untagged(subtitle(feed, site)),
            xmlUrl=site.url(f"{feed.path}.atom"), htmlUrl=site.url(f"{feed.path}.html"), language=site.language,
        )
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))
