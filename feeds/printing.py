"""One round of publishing, step by step.

Touches: the store (reads meetings, remembers publications) and the publish directory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from feeds import alarms as alarming
from feeds import atom, clean, corrections, ical, manifest
from feeds.alarms import Alarm
from feeds.catalogue import PEOPLE_FROM, SERVICE, Catalogue
from feeds.corrections import Correction, Facts
from feeds.documents import documents, service_documents
from feeds.editions import Editions
from feeds.files import Files
from feeds.notices import note_of, retired
from feeds.opml import opml
from feeds.pages.paper import style
from feeds.pages.render import Possibly, feeds_page, index_page, meeting_page, moved_page, sources_page
from feeds.presentation import present, when_it_is
from feeds.press import Page, Press
from feeds.rolls import Rolls
from feeds.shelf import Drawn, Shelf
from feeds.site import Site
from feeds.tallies import tally
from feeds.telling import ruled, watched
from storage.codec import from_json
from storage.model import Feed
from storage.publications import GONE, Edition, Entered, Notice
from storage.store import Store

BATCH = 200                                     # meetings read, drawn and kept together
FEEDS_TOGETHER = 16                             # whose documents are put together, written and synced at once: some 15 MB
INDEX_MEETINGS = 200                            # the newest, from which the front page takes its days
MOST_NOTICES = 100                              # in the feeds of the site itself; twice as many are remembered

FINGERPRINT, UNFINISHED, BASE = "published_with", "publishing", "published_under"  # settings: with what, since when a round is under way, at what address
SITE_FILES = ("style.css", "retired.json", "feeds.opml", "feeds.html", "index.html", "manifest.json")


class Round:
    """One round, with what it has read so far."""

    def __init__(
        self, store: Store, site: Site, files: Files, now: datetime, *, kinds: tuple[str, ...], combinations: tuple[Feed, ...],
        renamed: tuple[tuple[str, str], ...], alarms: Sequence[Alarm] | None, made_with: str, everything: bool,
    ) -> None:
        self._store, self._site, self._files, self._now, self._made_with = store, site, files, now, made_with
        self._start = datetime(site.year, 1, 1, tzinfo=UTC)
        self._catalogue = Catalogue(kinds, site.topics, combinations, renamed, site.language)
        self._editions = Editions(store.publications, self._catalogue)
        self._shelf = Shelf(store, site, self._catalogue, made_with)
        self._rolls = Rolls(store.publications)
        self.press = Press(files, store.publications)
        self._there = files.listing(without=frozenset({"meeting"}))
        self._whole = everything or store.setting(FINGERPRINT) != made_with or "manifest.json" not in self._there
        self._unpublished = store.meetings.unpublished()
        known = store.publications.notices(alarming.PATH, MOST_NOTICES * 2) if alarms is not None else ()
        self._notices: list[Notice] = list(alarming.notices(alarms, known, now)) if alarms is not None else []
        self._rulings = store.rulings.all()
        self._touched: dict[str, None] = {}
        self._unfinished = bool(store.setting(UNFINISHED))      # the last round was interrupted, or could not write everything
        self._broken = False                    # an archive could not be written: the next round must look at all of them
        self.meetings = self.ended = 0

    @property
    def failed(self) -> Mapping[str, str]:
        """The meetings that could not be shown, and why."""
        return self._shelf.failed

    @property
    def feeds(self) -> int:
        """How many feeds stand."""
        return sum(1 for edition in self._editions.all() if not edition.retired_at and edition.path not in SERVICE)

    def run(self) -> None:
        """Does what there is to do; nothing when nothing has changed."""
        lost = self._editions.lost(self._there)
        if not (self._whole or self._unpublished or self._notices or lost or self._unfinished or any(file not in self._there for file in SITE_FILES)):
            return
        if self._unfinished:
            self._files.sweep()
        self._store.change_setting(UNFINISHED, self._now.isoformat())
        self._touched |= dict.fromkeys(lost)
        if self._whole:
            self._begin()
        for some in _batches(self._store.meetings.oldest_first() if self._whole else self._changed()):
            self._tell(some)
        self._end(self._store.meetings.removed(self._unpublished) if not self._whole else self._all_removed())
        if self._whole:
            self._restore_archives()
        self._write_feeds()
        self._write_service(lost)
        self._write_site()
        if not self.press.failed:
            self._store.meetings.mark_published(self._unpublished)
            self._store.change_setting(FINGERPRINT, self._made_with)
            self._store.change_setting(BASE, self._site.base_url)
        elif self._broken:
            self._store.change_setting(FINGERPRINT, "")
        self._store.change_setting(UNFINISHED, self._now.isoformat() if self.press.failed else "")

    # What there is to do

    def _begin(self) -> None:
        """Brings the feeds in line with the configuration; all of them are looked at."""
        for feed in self._catalogue.from_the_start():
            self._editions.begin(feed, self._start)
        self.ended = len(self._editions.compare(self._now))
        self._touched |= dict.fromkeys(edition.path for edition in self._editions.all())

    def _changed(self) -> Iterable[str]:
        """The meetings that changed, and those that may be the same: their pages name each other."""
        related = self._store.meetings.related
        return dict.fromkeys((*self._unpublished, *(other for id in self._unpublished for other, _, _ in related(id))))

    def _all_removed(self) -> dict[str, tuple[str | None, datetime]]:
        """Every meeting that is no more, those that were forgotten without a word among them."""
        removed = {id: (successor, at) for id, successor, at in self._store.meetings.tombstones()}
        there = set(self._store.meetings.ids())
        gone = [id for id in self._store.publications.told_of() if id not in there and id not in removed]
        return removed | {id: (None, self._now) for id in gone}

    # Meetings

    def _tell(self, ids: Sequence[str]) -> None:
        """Draws meetings, writes their pages, and enters them in their feeds."""
        meetings = sorted(self._store.meetings.get_many(ids).values(), key=lambda meeting: (meeting.updated.timestamp(), _reversed(meeting.id)))
        entered = self._store.publications.entered(meeting.id for meeting in meetings)
        drawn = self._shelf.draw(meetings)
        feeds = {each.meeting.id: self._catalogue.feeds_of(each.meeting) for each in drawn}
        self._rolls.load(feed.path for some in feeds.values() for feed in some)
        pages: list[Page] = []
        found: list[Correction] = []
        for each in drawn:
            id = each.meeting.id
            pages += self._enter(each, feeds[id], entered[id])
            # A person's feed appears with a later meeting, and pages are not written again for that.
            standing = [feed for feed in feeds[id] if self._editions.get(feed.path) and not feed.path.startswith("person/")]
            rulings = ruled(self._rulings, each.members, self._site)
            body = meeting_page(each.told, standing, self._possibly(id), self._site, rulings=rulings)
            pages.append(Page(f"meeting/{id}.html", body, each.told.updated))
            if each.before and not each.before.ended:
                found += corrections.corrections(each.before, each.facts, each.meeting, each.members)
        self.meetings += len(drawn)
        stand = self.press.write(pages)
        self._broken = self._broken or any("/archive/" in page.path and page.path not in stand for page in pages)
        self._keep(found)

    def _enter(self, drawn: Drawn, feeds: Sequence[Feed], entered: Sequence[Entered]) -> list[Page]:
        """Puts a meeting into its feeds and takes it out of the others; the archives that are due by it."""
        id, updated = drawn.meeting.id, drawn.told.updated
        before = {each.path: each for each in entered}
        now = {feed.path for feed in feeds}
        archives: list[Page] = []
        for feed in feeds:
            self._rolls.enter(feed.path, id, updated, drawn.size, before.get(feed.path))
            if not feed.path.startswith("person/") or len(self._rolls.roll(feed.path).live) >= PEOPLE_FROM:
                self._editions.begin(feed, updated)
                archives += self._archive(feed)
        for path, each in before.items():
            edition = self._editions.get(path)
            if path not in now and each.document != GONE and not (edition and edition.retired_at):
                self._rolls.take_out(path, id, self._now)
        self._touched |= dict.fromkeys((*now, *before))
        return archives

    def _archive(self, feed: Feed) -> Iterator[Page]:
        """The archives that are due because the live document of a feed is full."""
        while oldest := self._rolls.roll(feed.path).overflow():
            edition = self._editions.get(feed.path)
            assert edition is not None
            number = edition.archives + 1
            while self._files.exists(atom.archive_path(feed.path, number)) and not self._store.publications.get(atom.archive_path(feed.path, number)):
                number += 1                     # left by a round that was interrupted, or by a store that was lost: readers may know it
            page = self._archive_page(feed, number, oldest)
            self._rolls.archive(oldest, number)
            self._editions.change(feed.path, archives=number)
            yield page

    def _archive_page(self, feed: Feed, number: int, entries: Sequence[Entered]) -> Page:
        drawn = self._shelf.entries([each.meeting_id for each in entries])
        shown = [each for each in entries if each.meeting_id in drawn]
        updated = shown[0].updated if shown else self._start
        body = atom.document(feed, [drawn[each.meeting_id] for each in shown], self._site, updated=updated, archive=number)
        # Not packed: read once by each reader, and a server that packs on its way out saves half the time of publishing all anew.
        return Page(atom.archive_path(feed.path, number), body, updated, packed=False)

    def _restore_archives(self) -> None:
        """Writes the archives that are not there. Those of another address name what is no longer there: they are written anew."""
        moved = self._store.setting(BASE) not in (None, self._site.base_url)
        for edition in self._editions.all():
            numbers = [number for number in range(1, edition.archives + 1) if moved or not self._files.exists(atom.archive_path(edition.path, number))]
            for number in numbers:
                entries = self._store.publications.archived(edition.path, number)
                if entries or self._store.publications.get(atom.archive_path(edition.path, number)):
                    self.press.write([self._archive_page(self._editions.feed(edition.path), number, entries)])

    def _end(self, removed: Mapping[str, tuple[str | None, datetime]]) -> None:
        """Takes out the meetings that are no more; their pages lead on."""
        for some in _batches(removed):
            told, entered = self._store.publications.told(some), self._store.publications.entered(some)
            heirs = self._store.meetings.get_many({successor for id in some if (successor := removed[id][0])})
            members = self._store.meetings.members_of(heirs)
            pages: list[Page] = []
            found: list[Correction] = []
            for id in some:
                heir, at = heirs.get(removed[id][0] or ""), removed[id][1]
                try:
                    leads_to = present(heir, members[heir.id], self._site, with_evidence=False) if heir else None
                    paths = sorted(each.path for each in entered[id] if self._editions.get(each.path))
                    if self._whole or id in told:       # one that came and went between two rounds was never seen
                        pages.append(Page(f"meeting/{id}.html", moved_page(id, leads_to, paths, self._site), at))
                    facts = from_json(Facts, told[id].facts) if id in told else None
                    if facts and not facts.ended:
                        sequence = told[id].sequence + 1
                        days = corrections.days_of(facts)
                        cancelled = ical.cancelled(id, facts.heading, days, at, sequence, self._site) if days and facts.event else b""
                        self._shelf.end(told[id], corrections.ended_facts(facts), sequence, cancelled)
                        found.append(corrections.ended(id, facts, leads_to.heading if leads_to else ""))
                except (ValueError, TypeError, OverflowError) as error:
                    self._shelf.failed[id] = str(error)
                    continue
                for each in entered[id]:
                    edition = self._editions.get(each.path)
                    if each.document != GONE and not (edition and edition.retired_at):
                        self._rolls.take_out(each.path, id, at)
                self._touched |= dict.fromkeys(each.path for each in entered[id])
            self.press.write(pages)
            self._keep(found)

    def _keep(self, found: Sequence[Correction]) -> None:
        """Keeps in one change what was drawn, where it stands, and what readers are told of it."""
        self._notices += (made := corrections.notices(found, self._now))
        with self._store.transaction():
            self._shelf.keep()
            self._rolls.keep()
            self._editions.keep()
            self._store.publications.notice(made)

    def _possibly(self, meeting_id: str) -> tuple[Possibly, ...]:
        related = self._store.meetings.related(meeting_id)
        if not related:
            return ()
        others = self._store.meetings.get_many(id for id, _, _ in related)
        return tuple(
            Possibly(id, clean.line(others[id].title) or id, when_it_is(others[id]), tuple(clean.line(reason) for reason in reasons))
            for id, _, reasons in related if id in others
        )

    # Feeds

    def _write_feeds(self) -> None:
        """Puts together the feeds that were touched."""
        paths = [path for path in self._touched if path not in SERVICE and (edition := self._editions.get(path)) and self._is_due(edition)]
        for some in _batches(paths, FEEDS_TOGETHER):
            self._rolls.load(some)
            pages: list[Page] = []
            for path in some:
                pages += self._documents(path)
            stand = self.press.write(pages)
            for path in some:
                self._editions.documents(path, stand)
            self._editions.keep()

    def _is_due(self, edition: Edition) -> bool:
        """A feed that ended keeps its last document; it is written when it ends, and when all is written."""
        return not edition.retired_at or self._whole or f"{edition.path}.atom" not in self._there

    def _documents(self, path: str) -> Iterator[Page]:
        edition, feed, roll = self._editions.get(path), self._editions.feed(path), self._rolls.roll(path)
        assert edition is not None
        live, gone = roll.live, roll.gone
        last_word = retired(edition, self._site, self._editions.successor(edition)) if edition.retired_at else None
        made = documents(
            feed, live, gone, self._shelf.entries([each.meeting_id for each in live]), self._shelf.drawings([each.meeting_id for each in (*live, *gone)]),
            self._site, edition=edition, last_word=last_word, tally=tally(feed, self._store),
        )
        self._editions.change(path, updated=made.updated)
        for ending, body in made.bodies.items():
            yield Page(f"{path}.{ending}", body, made.updated)

    def _write_service(self, lost: Sequence[str]) -> None:
        """The feeds in which the site speaks of itself, where there is something new to say."""
        publications = self._store.publications
        publications.notice(self._notices)
        for path in SERVICE:
            is_news = any(notice.path == path for notice in self._notices)
            if not (self._whole or self._unfinished or path in lost or is_news or (path == alarming.PATH and self.press.written)):
                continue                        # how the sources are is told anew with whatever else is
            publications.prune_notices(path, MOST_NOTICES * 2)
            edition, feed = self._editions.get(path), self._editions.feed(path)
            assert edition is not None
            notes = [note_of(notice, self._site) for notice in publications.notices(path, MOST_NOTICES)]
            made = service_documents(feed, notes, self._site, never_before=edition.updated)
            bodies = dict(made.bodies)
            if path == alarming.PATH:
                sources = watched(self._store.sources, publications.notices(path, MOST_NOTICES), self._site)
                bodies["html"] = sources_page(sources, feed, [note.row("", self._site) for note in notes], self._site)
            stand = self.press.write([Page(f"{path}.{ending}", body, made.updated) for ending, body in bodies.items()])
            self._editions.change(path, updated=made.updated)
            self._editions.documents(path, stand)
        self._editions.keep()

    def _write_site(self) -> None:
        """What leads to all the rest, last; only when some of the rest was written."""
        if not (self._whole or self._unfinished or self.press.written) and all(name in self._there for name in SITE_FILES):
            return
        editions, feeds = self._editions.all(), self._editions.standing()
        drawings = self._shelf.drawings(newest := self._store.meetings.newest_ids(INDEX_MEETINGS))
        rows = [drawings[id].row("") for id in newest if id in drawings and drawings[id].json]
        updated = max((edition.updated for edition in editions), default=self._start)
        listed = max((edition.retired_at or edition.appeared for edition in editions), default=self._start)
        of_meetings = [feed for feed in feeds if feed.path not in SERVICE]
        index = index_page(rows, of_meetings, self._site)
        pages = [Page("style.css", style(), self._start), Page("retired.json", manifest.retired(editions), listed)]
        if self._whole or self._unfinished or self._editions.listed_anew or not {"feeds.opml", "feeds.html"} <= self._there:
            pages += (Page("feeds.opml", opml(feeds, self._site, listed), listed), Page("feeds.html", feeds_page(of_meetings, self._site), listed))
        stand = self.press.standing("feeds.opml") | self.press.standing("feeds.html") | self.press.write(pages)
        stand |= self.press.write([Page("index.html", index, updated)])
        self.press.write([Page("manifest.json", manifest.manifest(editions, stand, self._site, updated), updated)])


def _batches(values: Iterable[str], size: int = BATCH) -> Iterator[list[str]]:
    batch: list[str] = []
    for value in values:
        batch.append(value)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _reversed(id: str) -> tuple[int, ...]:
    """A key that sorts ids the other way round."""
    return tuple(-ord(character) for character in id)
