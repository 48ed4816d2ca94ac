"""From a parsed document to meetings: the steps in order. Read this first.

    take     Parsed → items         normalise, then keep: an item that was fetched is never lost
    decide   items → meetings       understand → keys → candidates → match → coverage → repair → merge (placing.py)

Items are taken in any number and order; they are decided one at a time, in the
order they were first seen, so that two reports of one meeting in one round never
make two meetings. What was taken but not decided (a crash in between) is
decided in the next round.

Touches: the store.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version

from aggregator.fetch.addresses import host_and_port
from aggregator.normalise.items import as_item, entry_from_json, entry_json, normalise
from aggregator.normalise.known import fingerprints, to_remember, without_known
from aggregator.normalise.links import canonical_url
from aggregator.parse.entry import Entry, Parsed
from aggregator.placing import Placing, Reading
from aggregator.poll.again import address, both_schemes, held_under, is_another
from aggregator.wrappers import Wrappers
from storage.database import StorageError
from storage.model import Item, Source
from storage.store import Store

LOG = logging.getLogger("communique")

BATCH = 200                         # items decided between two looks at what is undecided; bounds memory
VERSION = version("communique")     # another may read an entry otherwise
LONGEST_WAIT = 2_000                # entries of one source that wait for another day: four days' worth; what is beyond is an attack

Found = tuple[tuple[Item, Entry], ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a document brought."""

    new: int = 0
    changed: int = 0
    same: int = 0
    waiting: int = 0                    # entries of the source that wait for another day
    strayed: int = 0                    # known items whose link leads to another host now


@dataclass(frozen=True, slots=True)
class Decided:
    """What a run of decisions did. Meetings are counted once each."""

    items: int = 0
    reports: int = 0
    meetings_new: int = 0
    meetings_changed: int = 0
    failed: tuple[str, ...] = ()        # items that could not be understood: kept, logged, and tried again by a rebuild


class Intake:
    """Takes documents in and decides which meetings they report.

    `reading` says what an item reports (aggregator/understand/reading.py, with
    the topics in force); `languages` are the reader's, best first.
    """

    def __init__(self, store: Store, reading: Reading, languages: tuple[str, ...] = ("en",)) -> None:
        self.store, self.reading, self.wrappers = store, reading, Wrappers(store)
        self._placing = Placing(store, lambda item, source: self.reading(self.wrappers.without(item), source), languages)
        self.stopping = False       # set from another thread: `decide` ends after the item in hand, and the rest is decided at the next start

    def known_links(self, source: Source, links: Iterable[str]) -> frozenset[str]:
        """Those of `links` that an item of `source` has already, under http or https."""
        canonical = {link: canonical_url(link) for link in links}
        known = {address(url) for url in self.store.items.known_urls(source.id, both_schemes(canonical.values()))}
        return frozenset(link for link, url in canonical.items() if address(url) in known)

    def take(self, source: Source, parsed: Parsed, seen_at: datetime, *, visit: bool = False, room: int | None = None) -> Taken:
        """Keep every entry as an item, in one transaction.

        With `visit` the document follows earlier ones of its source: an entry that only
        changed its id is the item it was, and one that was in the last document word for
        word is not read again. At most `room` items may be new, those first that wait
        since an earlier document; the surplus waits. None: as many as there are.
        """
        counts = Counter[str]()
        with self.store.transaction():
            last = self.store.items.last_document(source.id) if visit and parsed.entries else {}
            marks = fingerprints(parsed, source, VERSION) if visit else ()
            rest, unread = without_known(parsed, marks, last) if marks else (parsed, frozenset[str]())
            found = normalise(rest, source, seen_at=seen_at)
            held = self.store.items.addresses(item.id for item, _ in found)
            if visit:
                found = self._recognised(source, found, held, unread, seen_at)
            admitted: Found = ()
            if visit and room is not None:
                admitted, found = self._within(source, found, room, seen_at, counts)
            if visit and parsed.entries and (now := to_remember(parsed, marks, found, last) if marks else {}) != last:
                self.store.items.keep_last_document(source.id, now)
            found = (*admitted, *found)
            counts["strayed"] = sum(_has_strayed(item, held.get(item.id, "")) for item, _ in found)
            counts.update(self.store.items.save_all(((item, entry_json(entry)) for item, entry in found), seen_at))
            counts["same"] += len(unread - {item.id for item, _ in found})
        return Taken(counts["new"], counts["changed"], counts["same"], counts["waiting"], counts["strayed"])

    def _recognised(self, source: Source, found: Found, held: Mapping[str, str], unread: frozenset[str], seen_at: datetime) -> Found:
        """The items of a document under the ids they are held under; `held` are the addresses of those known by their own id,
        `unread` the ids of the document's other items."""
        suspects = [item.id for item, _ in found if item.id in held and item.url and address(held[item.id]) != address(item.url)]
        known = self.store.items.get_many(suspects)
        found = tuple(_renamed(pair, source, seen_at) if pair[0].id in known and is_another(pair[0], known[pair[0].id]) else pair for pair in found)
        strange = [item for item, _ in found if item.id not in held]
        if not strange:
            return found
        alike = self.store.items.alike(
            source.id, urls=both_schemes(item.url for item in strange), dates=(item.published for item in strange if item.published),
            hashes=(item.hash for item in strange))
        if not alike:
            return found
        names = held_under([item for item, _ in found], held.keys() | unread, alike)
        return tuple((replace(item, id=names.get(item.id, item.id)), entry) for item, entry in found)

    def _within(self, source: Source, found: Found, room: int, seen_at: datetime, counts: Counter[str]) -> tuple[Found, Found]:
        """The items that have waited and may be taken in now, and those of the document; the rest is put to wait."""
        held = self.store.items.addresses(item.id for item, _ in found)
        waited = dict(self.store.items.admit(source.id, room))
        first = tuple((as_item(entry, source, id=id, seen_at=seen_at), entry) for id, entry in ((id, entry_from_json(raw)) for id, raw in waited.items()))
        here = [pair for pair in found if pair[0].id not in held and pair[0].id not in waited]
        late = here[max(room - len(first), 0):]
        if late or room <= len(first):
            counts["waiting"] = self.store.items.wait(source.id, ((item.id, entry_json(entry)) for item, entry in late), seen_at, most=LONGEST_WAIT)
        put_off = {item.id for item, _ in late} | waited.keys()
        return first, tuple(pair for pair in found if pair[0].id not in put_off)

    def decide(self, now: datetime, *, most: int | None = None, drawing: bool = True) -> Decided:
        """Find the meetings of every item not yet decided, each item in a transaction of its own, and draw those that changed.

        With `most` it ends after the batch that reaches so many items, and leaves the rest to the next call.
        Without `drawing` the meetings are left to be drawn by a later call.
        """
        items = reports = 0
        touched: dict[str, str] = {}
        failed: list[str] = []
        self._placing.heed(now)
        if drawing:
            self._placing.draw(now, touched)
        while not self.stopping and (most is None or items < most) and (batch := self.store.items.undecided(BATCH)):
            for item in batch:
                if self.stopping:
                    break
                try:
                    with self.store.transaction():
                        reports += self._placing.settle(item, now)
                        self.store.items.mark_decided([item.id])
                except StorageError:
                    raise
                except Exception:
                    # One text that trips a rule of ours must not keep every later item from its meeting.
                    LOG.exception("not understood item=%s source=%s", item.id, item.source_id)
                    failed.append(item.id)
                    self.store.items.mark_decided([item.id])
                items += 1
            if drawing:
                self._placing.draw(now, touched)
        outcomes = Counter(touched.values())
        return Decided(items, reports, outcomes["new"], outcomes["changed"], tuple(failed))


def _has_strayed(item: Item, before: str) -> bool:
    """Whether the item's link led to another site when it was last seen; "www." and the scheme are no difference."""
    here, there = (host_and_port(url)[0].removeprefix("www.") for url in (item.url, before))
    return bool(here and there) and here != there and not here.endswith(f".{there}") and not there.endswith(f".{here}")


def _renamed(pair: tuple[Item, Entry], source: Source, seen_at: datetime) -> tuple[Item, Entry]:
    """An item that bears another's id, under the one its link gives it."""
    ((item, _),) = normalise(Parsed((replace(pair[1], guid=""),)), source, seen_at=seen_at)
    return replace(item, guid=pair[0].guid), pair[1]
