"""What the store answers to those who ask: searches, meetings, feeds.

Meetings are told as they were last published; one that was not yet is drawn.

Touches: the store, which it reads.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from feeds.atom_entry import stamp
from feeds.catalogue import SERVICE, Catalogue
from feeds.editions import endings
from feeds.pages.render import MOST_LISTED, search_page
from feeds.printing import FINGERPRINT
from feeds.publisher import Publishing
from feeds.shelf import Shelf
from feeds.site import Site
from storage.publications import Edition
from storage.store import Store

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Gone:
    """A meeting that is no more, and the one that it proved to be ("" for none)."""

    successor: str


class Lookup:
    """A store and the site that is published from it."""

    def __init__(self, store: Store, publishing: Publishing, site: Site) -> None:
        self._store, self._site = store, site
        catalogue = Catalogue(publishing.kinds, site.topics, publishing.combinations, publishing.renamed, site.language)
        self._shelf = Shelf(store, site, catalogue, store.setting(FINGERPRINT) or "")

    def search_page(self, asked: str) -> bytes:
        """The page of what is found for `asked`, the newest MOST_LISTED."""
        ids = self._store.search(asked, MOST_LISTED)
        drawings = self._shelf.drawings(ids)
        return search_page(asked, [drawings[id].row("") for id in ids if id in drawings and drawings[id].json], self._site)

    def search(self, asked: str, limit: int, offset: int) -> list[Plain]:
        """The meetings that are found for `asked`, those reported last first."""
        return self._told(self._store.search(asked, limit, offset))

    def meetings(self, limit: int, offset: int, **chosen: tuple[str, ...]) -> list[Plain]:
        """The meetings that changed last, of those that `chosen` selects (as Meetings.select)."""
        return self._told(tuple(meeting.id for meeting in self._store.meetings.select(limit=limit, offset=offset, **chosen)))

    def meeting(self, id: str) -> Plain | Gone | None:
        """One meeting, what became of it, or None when there never was one of that id."""
        if told := self._told((id,)):
            return told[0]
        removed = self._store.meetings.removed((id,))
        return Gone(removed[id][0] or "") if id in removed else None

    def feeds(self, limit: int, offset: int) -> list[Plain]:
        """The feeds, by path, those that ended among them."""
        editions = list(self._store.publications.editions().values())
        return [self._feed(edition) for edition in editions[offset : offset + limit]]

    def _told(self, ids: tuple[str, ...]) -> list[Plain]:
        drawings = self._shelf.drawings(ids)
        return [_meeting(json.loads(drawings[id].json), drawings[id].labels) for id in ids if id in drawings and drawings[id].json]

    def _feed(self, edition: Edition) -> Plain:
        ended = {"retired": stamp(edition.retired_at), **({"moved_to": edition.moved_to} if edition.moved_to else {})} if edition.retired_at else {}
        return {
            "path": edition.path, "kind": "service" if edition.path in SERVICE else edition.kind, "title": edition.title, "updated": stamp(edition.updated),
            "archives": edition.archives, "links": {ending: self._site.url(f"{edition.path}.{ending}") for ending in endings(edition.path)}, **ended,
        }


def _meeting(item: Plain, feeds: tuple[str, ...]) -> Plain:
    """An item of a JSON Feed without its markup, its facts beside the rest."""
    facts = item["_communique"]
    return {
        "id": facts.pop("meeting"), "uri": item["id"], "url": item["url"], "title": item["title"], "summary": item["summary"],
        "published": item["date_published"], "updated": item["date_modified"], "feeds": list(feeds), **facts,
    }
