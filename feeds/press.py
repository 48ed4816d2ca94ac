"""Writes the files whose bytes are new, each with its gzip form beside it, and remembers what they said.

Touches: the publish directory; the store, in which publications are remembered.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from feeds.files import Files
from storage.model import Publication
from storage.publications import Publications

LEVEL = 3               # of gzip: level 6 makes an eighth less of a feed in twice the time, and feeds are made often


@dataclass(frozen=True, slots=True)
class Page:
    """A file to be published."""

    path: str
    body: bytes
    updated: datetime
    packed: bool = True                         # whether its gzip form lies beside it


class Press:
    """The publish directory, and what was done there in this round."""

    def __init__(self, files: Files, publications: Publications) -> None:
        self.files, self._publications = files, publications
        self.written: list[str] = []
        self.unchanged = 0
        self.failed: dict[str, str] = {}

    def write(self, pages: Sequence[Page]) -> dict[str, tuple[str, int]]:
        """Writes those whose bytes are not the ones last published, or that are not there; of each that is in its place now the hash and the size."""
        before = self._publications.get_many(page.path for page in pages)
        changed: list[tuple[str, bytes]] = []
        new: list[Publication] = []
        stand: dict[str, tuple[str, int]] = {}
        for page in pages:
            publication = Publication(page.path, sha256(page.body).hexdigest(), page.updated)
            stand[page.path] = publication.hash, len(page.body)
            old = before.get(page.path)
            if old and old.hash == publication.hash and self.files.exists(page.path) and (not page.packed or self.files.exists(f"{page.path}.gz")):
                self.unchanged += 1
                if old.updated != publication.updated:
                    new.append(publication)
                continue
            # The packed form first: should the machine stop between the two, the next round writes both again.
            if page.packed:
                changed.append((f"{page.path}.gz", packed(page.body)))
            changed.append((page.path, page.body))
            new.append(publication)
        failed = {path.removesuffix(".gz"): reason for path, reason in self.files.write(changed).items()}
        self._publications.save_many(publication for publication in new if publication.path not in failed)
        self.written += (path for path, _ in changed if not path.endswith(".gz") and path not in failed)
        self.failed |= failed
        return {path: each for path, each in stand.items() if path not in failed}

    def standing(self, path: str) -> dict[str, tuple[str, int]]:
        """The hash and the size of a file that was not written in this round, under its path."""
        old = self._publications.get(path)
        return {path: (old.hash, self.files.size(path))} if old else {}


def packed(body: bytes) -> bytes:
    """`body` as gzip; the same bytes give the same."""
    return gzip.compress(body, LEVEL, mtime=0)
