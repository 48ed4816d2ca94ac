"""Publishing: the files that must change are written, and no others.

A round looks at the meetings that changed since the last one (the store knows them),
renders their pages and the feeds they are in or have left, and writes what has
other bytes than before. The index and the list of feeds come last, so they never
name a file that is not there yet.

Touches: the store (reads meetings, remembers publications) and the publish directory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from feeds import clean
from feeds.atom import MOST_ENTRIES, render_entries
from feeds.atom_entry import Removed
from feeds.catalogue import KINDS, catalogue, paths_of, revived
from feeds.errors import FeedsError
from feeds.files import Files
from feeds.opml import opml
from feeds.pages.render import Possibly, feed_page, index_page, meeting_page, moved_page, style
from feeds.presentation import when_it_is
from feeds.shelf import Shelf
from feeds.site import Site, authority_of
from storage.model import Feed, Meeting, Publication, Topic
from storage.store import Store

BATCH = 200                                     # files written and synced together, and meetings read together
INDEX_MEETINGS = 200                            # the newest, from which the index takes its days
MOST_REMOVED = 50                               # tombstones in a feed
LAYOUT = "1"                                    # raise it when templates or renderings change: everything is then published anew

FINGERPRINT, UNFINISHED = "published_with", "publishing"      # settings: what was published with, and since when a round is under way
_COLLECTION = re.compile(rb'<link rel="collection" href="\.\./([a-z0-9/-]{1,200})\.html">')


@dataclass(frozen=True, slots=True)
class Publishing:
    """What the configuration says of publishing."""

    title: str
    base_url: str
    directory: Path
    contact: str = ""
    languages: tuple[str, ...] = ("en",)
    hub: str = ""
    kinds: tuple[str, ...] = KINDS[:5]
    topics: tuple[Topic, ...] = ()
    combinations: tuple[Feed, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """What a round of publishing did."""

    written: int = 0
    unchanged: int = 0
    feeds: int = 0                              # in the catalogue
    meetings: int = 0                           # pages rendered
    removed: int = 0
    failed: tuple[str, ...] = ()                # what could not be rendered or written, and why
    paths: tuple[str, ...] = ()                 # of the files written, for a hub to be told


def site_of(store: Store, publishing: Publishing, now: datetime) -> Site:
    """The site as it names itself; the host and the year in its ids are those of the first run."""
    base_url = clean.address(publishing.base_url)
    if not base_url or urlsplit(base_url).query or urlsplit(base_url).fragment:
        raise FeedsError(f"publish.base_url {publishing.base_url!r}", "not the address of a folder", 'write one like "https://news.example.org/feeds/"')
    return Site(
        title=clean.line(publishing.title) or "Communiqué",
        base_url=base_url if base_url.endswith("/") else base_url + "/",
        authority=store.keep_setting("first_host", authority_of(base_url)),
        year=int(store.keep_setting("first_year", str(now.astimezone(UTC).year))),
        contact=publishing.contact,
        language="en",                          # the only one our own words are in; publishing.languages will choose
        hub=clean.address(publishing.hub),
        version=_version(),
        topics=publishing.topics,
    )


def publish(store: Store, publishing: Publishing, *, now: datetime, everything: bool = False) -> Published:
    """Brings the publish directory up to what the store holds.

    Raises FeedsError when the directory cannot be written to or `base_url` is no
    address. A meeting that cannot be rendered, or a file that cannot be written,
    is named in `failed` and stops nothing else.
    """
    site = site_of(store, publishing, now)
    with Files(publishing.directory) as files:
        return _Round(store, publishing, site, files, now, everything).run()


class _Round:
    """One round of publishing, with what it has read so far."""

    def __init__(self, store: Store, publishing: Publishing, site: Site, files: Files, now: datetime, everything: bool) -> None:
        self._store, self._site, self._files, self._now = store, site, files, now
        self._combinations, self._kinds = publishing.combinations, publishing.kinds
        meetings = store.meetings
        self._feeds = {feed.path: feed for feed in catalogue(
            meetings.parties(), meetings.pairs(), meetings.topics(), publishing.topics, publishing.combinations, publishing.kinds, site.language)}
        self._publications = store.publications.all()
        self._fingerprint = _fingerprint(publishing, site)
        self._afresh = everything           # asked for: what lies on the disk is looked at, not only what is remembered of it
        self._everything = everything or store.setting(FINGERPRINT) != self._fingerprint or not files.exists("index.html")
        self._unpublished = meetings.unpublished()
        self._retired = self._retire(publishing)
        self._shelf = Shelf(store, site, frozenset(self._feeds))
        self._written: list[str] = []
        self._unchanged = self._meetings = 0
        self._failed: list[str] = []
        self._unwritten = False

    def run(self) -> Published:
        if self._store.setting(UNFINISHED):
            self._files.sweep()
        self._store.change_setting(UNFINISHED, self._now.isoformat())
        removed = self._removed()
        touched = self._write_meetings(removed)
        self._write_feeds(touched)
        self._write_site()
        self._forget()
        if not self._unwritten:
            self._store.meetings.mark_published(self._unpublished)
            self._store.change_setting(FINGERPRINT, self._fingerprint)
        self._store.change_setting(UNFINISHED, "")
        failed = (*(f"meeting {id}: {reason}" for id, reason in self._shelf.failed.items()), *self._failed)
        return Published(len(self._written), self._unchanged, len(self._feeds), self._meetings, len(self._retired), failed, tuple(self._written))

    # What there is to do

    def _retire(self, publishing: Publishing) -> tuple[str, ...]:
        """The files of feeds that are no longer wanted. A feed that only lost its last meeting stays, empty: no one who follows it is turned away."""
        retired = []
        for path in self._publications:
            stem, _, ending = path.rpartition(".")
            if ending not in ("atom", "html") or stem in self._feeds or stem == "index" or stem.startswith("meeting/"):
                continue
            if feed := revived(stem, publishing.topics, publishing.kinds, self._site.language):
                self._feeds[stem] = feed
            else:
                retired.append(path)
        return tuple(retired)

    def _removed(self) -> dict[str, tuple[str | None, datetime]]:
        """The meetings removed since their page was last written, with their successors and when."""
        found = {}
        for id, successor, at in self._store.meetings.tombstones():
            page = self._publications.get(f"meeting/{id}.html")
            if self._everything or not page or page.updated != at:
                found[id] = successor, at
        return found

    def _changed(self) -> Iterator[Sequence[Meeting]]:
        """The meetings whose pages must be looked at, some at a time."""
        meetings = self._store.meetings
        if self._everything:
            wanted = list(meetings.ids())
        else:
            wanted = [*self._unpublished, *(other for id in self._unpublished for other, _, _ in meetings.related(id))]
        wanted = list(dict.fromkeys(wanted))
        for start in range(0, len(wanted), BATCH):
            yield tuple(meetings.get_many(wanted[start : start + BATCH]).values())

    # Rendering and writing

    def _write_meetings(self, removed: dict[str, tuple[str | None, datetime]]) -> set[str]:
        """Writes the pages of meetings; the paths of the feeds they touch."""
        touched: set[str] = set()
        for meetings in self._changed():
            pages: list[tuple[str, bytes, datetime]] = []
            for meeting in self._shelf.shown(meetings, with_evidence=True):
                path = f"meeting/{meeting.id}.html"
                feeds = [self._feeds[feed] for feed in paths_of(meeting, self._combinations, self._kinds) if feed in self._feeds]
                touched |= {feed.path for feed in feeds} | self._was_in(path)
                pages.append((path, meeting_page(self._shelf.presentation(meeting.id), feeds, self._possibly(meeting.id), self._site), meeting.updated))
            self._meetings += len(pages)
            self._write(pages)
        ids = list(removed)
        for start in range(0, len(ids), BATCH):
            moved = []
            successors = self._store.meetings.get_many({heir for id in ids[start : start + BATCH] if (heir := removed[id][0])})
            self._shelf.shown(tuple(successors.values()))
            for id in ids[start : start + BATCH]:
                path = f"meeting/{id}.html"
                successor = successors.get(removed[id][0] or "")
                feeds_of_it = self._was_in(path) or set(paths_of(successor, self._combinations, self._kinds) if successor else ())
                touched |= feeds_of_it
                shown = self._shelf.presentation(successor.id) if successor and self._shelf.has(successor.id) else None
                try:
                    body = moved_page(id, shown, sorted(feeds_of_it), self._site)
                except ValueError as error:
                    self._failed.append(f"meeting {id}: {error}")
                    continue
                moved.append((path, body, removed[id][1]))
            self._write(moved)
        return touched

    def _was_in(self, path: str) -> set[str]:
        """The feeds in which readers have seen a meeting: its page, as it stands, names them."""
        head = self._files.read(path, 20_000) if path in self._publications else b""
        return {found.decode("ascii") for found in _COLLECTION.findall(head)}

    def _possibly(self, meeting_id: str) -> tuple[Possibly, ...]:
        related = self._store.meetings.related(meeting_id)
        if not related:
            return ()
        others = self._store.meetings.get_many(id for id, _, _ in related)
        return tuple(
            Possibly(id, clean.line(others[id].title) or id, when_it_is(others[id]), tuple(clean.line(reason) for reason in reasons))
            for id, _, reasons in related if id in others
        )

    def _write_feeds(self, touched: set[str]) -> None:
        rendered: list[tuple[str, bytes, datetime]] = []
        tombstones = self._store.meetings.tombstones()
        was_in = {id: self._was_in(f"meeting/{id}.html") for id, _, _ in tombstones[: MOST_REMOVED * 4]}
        for path, feed in self._feeds.items():
            wanted = self._everything or path in touched or any(
                f"{path}.{ending}" not in self._publications or not self._files.exists(f"{path}.{ending}") for ending in ("atom", "html"))
            if not wanted:
                continue
            removed = [
                Removed(self._site.meeting_id(id), at, self._site.url(f"meeting/{id}.html"))
                for id, _, at in tombstones if path in was_in.get(id, ())
            ][:MOST_REMOVED]
            shown = self._shelf.shown(self._newest_of(feed))
            before = self._publications.get(f"{path}.atom")
            last = before.updated if before else None
            atom = render_entries(feed, self._shelf.entries(shown), self._site, removed=removed, never_before=last)
            root = "../" * path.count("/")
            page = feed_page(feed, [self._shelf.row(meeting.id, root) for meeting in shown], self._site)
            rendered += [(f"{path}.atom", atom.body, atom.updated), (f"{path}.html", page, atom.updated)]
            if len(rendered) >= BATCH:
                self._write(rendered)
                rendered = []
        self._write(rendered)

    def _newest_of(self, feed: Feed) -> Sequence[Meeting]:
        meetings = self._store.meetings
        if feed.kind == "pair":
            return meetings.select(every_country=feed.countries, limit=MOST_ENTRIES)
        if feed.kind == "organisation":
            return meetings.select(organisations=feed.countries, limit=MOST_ENTRIES)
        return meetings.select(countries=feed.countries, topics=feed.topics, limit=MOST_ENTRIES)

    def _write_site(self) -> None:
        """What leads to all the rest, last; only when some of the rest was written."""
        names = ("style.css", "feeds.opml", "index.html")
        if not (self._everything or self._written or self._retired) and all(name in self._publications and self._files.exists(name) for name in names):
            return
        shown = self._shelf.shown(self._store.meetings.newest(INDEX_MEETINGS))
        feeds = tuple(self._feeds.values())
        start = datetime(self._site.year, 1, 1, tzinfo=UTC)
        updated = max((self._publications[f"{feed.path}.atom"].updated for feed in feeds if f"{feed.path}.atom" in self._publications), default=start)
        self._write([("style.css", style(), start)])
        self._write([
            ("feeds.opml", opml(feeds, self._site, updated), updated),
            ("index.html", index_page([self._shelf.row(meeting.id, "") for meeting in shown], feeds, self._site), updated),
        ])

    def _write(self, rendered: Sequence[tuple[str, bytes, datetime]]) -> None:
        """Writes those whose bytes are not the ones last published, or that are not there."""
        changed: list[tuple[str, bytes]] = []
        publications: list[Publication] = []
        for path, body, updated in rendered:
            publication = Publication(path, sha256(body).hexdigest(), updated)
            before = self._publications.get(path)
            if before and before.hash == publication.hash and self._is_as_remembered(path, publication.hash):
                self._unchanged += 1
            else:
                changed.append((path, body))
                publications.append(publication)
        failed = self._files.write(changed)
        kept = [publication for publication in publications if publication.path not in failed]
        if kept:
            self._store.publications.save_many(kept)
            self._publications.update((publication.path, publication) for publication in kept)
            self._written += (publication.path for publication in kept)
        if failed:
            self._unwritten = True
            self._failed += (f"{path}: {reason}" for path, reason in failed.items())

    def _is_as_remembered(self, path: str, hash: str) -> bool:
        if self._afresh:
            return sha256(self._files.read(path)).hexdigest() == hash
        return self._files.exists(path)

    def _forget(self) -> None:
        if self._retired:
            self._files.remove(self._retired)
            self._store.publications.forget(self._retired)


def _fingerprint(publishing: Publishing, site: Site) -> str:
    """Equal while what we publish depends on the meetings alone."""
    values = (LAYOUT, site, publishing.kinds, publishing.combinations, publishing.languages)
    return sha256(repr(values).encode("utf-8", "replace")).hexdigest()


def _version() -> str:
    try:
        return version("communique")
    except PackageNotFoundError:
        return ""                               # run from a checkout that was never installed

