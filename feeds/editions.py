"""The feeds as they stand published: which there are, which have ended, what their documents were.

A feed that was once published never vanishes: when the configuration no longer wants
it, it ends with a last document that says so.

Touches: the store, in which they are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from feeds import clean
from feeds.catalogue import SERVICE, Catalogue, order
from feeds.documents import ENDINGS, SERVICE_ENDINGS
from feeds.manifest import listed
from storage.model import Feed
from storage.publications import Edition, Publications


class Editions:
    """Every feed that was ever published, by its path."""

    def __init__(self, publications: Publications, catalogue: Catalogue) -> None:
        self._publications, self._catalogue = publications, catalogue
        self._all = publications.editions()
        self._changed: set[str] = set()
        self.listed_anew = False                # whether one began or ended, or is called otherwise

    def get(self, path: str) -> Edition | None:
        return self._all.get(path)

    def feed(self, path: str) -> Feed:
        """The feed at a path where one was published."""
        edition = self._all[path]
        return self._catalogue.feed_at(path, edition.title) or Feed(path, edition.title, edition.kind)  # type: ignore[arg-type]

    def begin(self, feed: Feed, at: datetime) -> None:
        """Takes in a feed; nothing where it is there already."""
        if feed.path not in self._all:
            self._all[feed.path] = Edition(feed.path, feed.kind, feed.title, at, at)
            self._changed.add(feed.path)
            self.listed_anew = True

    def change(self, path: str, **fields: Any) -> None:
        """Changes how a feed stands."""
        if (changed := replace(self._all[path], **fields)) != self._all[path]:
            self._all[path] = changed
            self._changed.add(path)

    def documents(self, path: str, stand: Mapping[str, tuple[str, int]]) -> None:
        """Notes the hashes and sizes of a feed's documents, by their paths."""
        self.change(path, files=listed({file: stand[file] for ending in endings(path) if (file := f"{path}.{ending}") in stand}))

    def compare(self, now: datetime) -> tuple[str, ...]:
        """Brings all in line with the configuration; the paths of the feeds that end by it."""
        ended = []
        for path, edition in list(self._all.items()):
            feed = self._catalogue.feed_at(path, edition.title)
            if feed:
                self.change(path, title=feed.title, kind=feed.kind, retired_at=None, moved_to="")
            elif not edition.retired_at:
                self.change(path, retired_at=now, moved_to=self._catalogue.moved_to(path))
                ended.append(path)
        return tuple(ended)

    def standing(self) -> tuple[Feed, ...]:
        """The feeds that have not ended, in the order people look for them; those of the site itself last."""
        feeds = [self.feed(path) for path, edition in self._all.items() if not edition.retired_at]
        return tuple(sorted(feeds, key=lambda feed: order(feed, self._catalogue.topics)))

    def all(self) -> tuple[Edition, ...]:
        """All, ended or not, by path."""
        return tuple(self._all[path] for path in sorted(self._all))

    def lost(self, there: frozenset[str]) -> tuple[str, ...]:
        """The feeds of which a document is not among the files that are there."""
        return tuple(path for path in self._all if not all(f"{path}.{ending}" in there for ending in endings(path)))

    def keep(self) -> None:
        """Keeps what has changed."""
        self._publications.save_editions(self._all[path] for path in sorted(self._changed))
        self._changed = set()

    def successor(self, edition: Edition) -> str:
        """What the feed is called that one became; "" when it became none."""
        new = self._all.get(edition.moved_to)
        return clean.line(new.title) if new else ""


def endings(path: str) -> tuple[str, ...]:
    """What the documents of a feed end with."""
    return SERVICE_ENDINGS if path in SERVICE else ENDINGS
