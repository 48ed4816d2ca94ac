"""What is published, for programs: the feeds with the hashes of their documents, and the feeds that ended.

Touches: nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from feeds.atom_entry import stamp
from feeds.site import Site
from storage.publications import Edition

KEPT = timedelta(days=365)                      # how long the last document of a feed that ended is served before its address is said to be gone


def manifest(editions: Iterable[Edition], files: Mapping[str, tuple[str, int]], site: Site, updated: datetime) -> bytes:
    """The feeds that stand, one a line, and the `files` beside them.

    Written last: once it is there, all that it names is.
    """
    head = f'{{"site": {json.dumps(site.base_url)}, "updated": "{stamp(updated)}", "files": {listed(files)}, "feeds": [\n'
    return (head + ",\n".join(map(_feed, editions)) + "\n]}\n").encode("utf-8")


def retired(editions: Iterable[Edition]) -> bytes:
    """The feeds that ended, for a server: each path with when it ended and what became of it.

    A feed with `to` moved: its files, whatever their ending, are answered with 308
    to the same file of that feed. One without is served as it last was until
    `gone_from`, and answered with 410 from then on.
    """
    ended = {
        edition.path: {"at": stamp(edition.retired_at), **({"to": edition.moved_to} if edition.moved_to else {"gone_from": stamp(edition.retired_at + KEPT)})}
        for edition in editions if edition.retired_at
    }
    return (json.dumps({"retired": ended}, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def listed(files: Mapping[str, tuple[str, int]]) -> str:
    """Files with their hashes and sizes, as they stand in the manifest."""
    return json.dumps({path: {"sha256": hash, "bytes": size} for path, (hash, size) in sorted(files.items())}, ensure_ascii=False)


def _feed(edition: Edition) -> str:
    ended = f' "retired": "{stamp(edition.retired_at)}",' if edition.retired_at else ""
    title = json.dumps(edition.title, ensure_ascii=False)
    return (
        f'{{"path": "{edition.path}", "kind": "{edition.kind}", "title": {title}, "updated": "{stamp(edition.updated)}",'
        f' "archives": {edition.archives},{ended} "files": {edition.files}}}'
    )
