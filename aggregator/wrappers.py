"""What the texts of each source are wrapped in: learnt from its own items, and blanked before one is understood.

What was learnt is kept in the store as the setting "boilerplate <source id>": how many texts it was learnt from, a
space, and the blocks as JSON (understand/boilerplate.py). It can be read, and is learnt anew by a rebuild. When to learn
again is told by the items themselves, so that a rebuild, which sees them in the same order, learns the same.

Touches: the store.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b

from aggregator.understand.boilerplate import MOST_TEXTS, Boilerplate, blanked, from_json, learn
from storage.model import Item
from storage.store import Store

SETTING = "boilerplate "        # and the id of the source
FEW = 20                        # texts up to which every further one is learnt from …
EVERY = 20                      # … and beyond, one item in so many is an occasion to learn
MOST_SOURCES = 5_000            # kept in memory at once


class Wrappers:
    """The boilerplate of every source."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[int, Boilerplate]] = {}

    def of(self, source_id: str) -> Boilerplate:
        """What is known of a source by now."""
        return self._of(source_id)[1]

    def without(self, item: Item) -> Item:
        """The item with spaces where its body is what its source always says; learns first where it is time to."""
        if not item.body:
            return item
        texts, known = self._of(item.source_id)
        if texts < FEW or blake2b(item.id.encode(), digest_size=2).digest()[0] % EVERY == 0:
            known = self._learn(item, known)
        body = blanked(item.body, known)
        return item if body == item.body else replace(item, body=body)

    def forget(self) -> None:
        """Nothing is known any more, of any source."""
        self._store.drop_settings(SETTING)
        self._known.clear()

    def _of(self, source_id: str) -> tuple[int, Boilerplate]:
        if source_id not in self._known:
            if len(self._known) >= MOST_SOURCES:
                self._known.clear()
            count, _, rows = (self._store.setting(f"{SETTING}{source_id}") or "").partition(" ")
            self._known[source_id] = (int(count) if count.isdigit() else 0, from_json(rows))
        return self._known[source_id]

    def _learn(self, item: Item, known: Boilerplate) -> Boilerplate:
        """What the latest texts of the source up to this item teach, with what was known."""
        texts = self._store.items.latest_bodies(item.source_id, item.first_seen, MOST_TEXTS)
        learnt = learn(texts, known)
        self._store.change_setting(f"{SETTING}{item.source_id}", f"{len(texts)} {learnt.as_json()}")
        self._known[item.source_id] = (len(texts), learnt)
        return learnt
