"""Which entries of a document were in the last one of its source, word for word.

Most of a document that changed is what it held before, and an entry that is the same
makes the same item: it need not be read again. Of each entry a fingerprint is kept with
the id of its item. A fingerprint is over all that an item is drawn from: the entry
itself, what the document says of all its entries, the source's settings, and the version
of this program. Where it stands in the document is no part of it.

Touches: nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter

from aggregator.normalise.items import site_of
from aggregator.normalise.links import canonical_url
from aggregator.parse.entry import Entry, Parsed
from storage.model import Item, Source

SIZE = 8        # bytes of a fingerprint: of 10,000 entries two are alike once in 10^11 documents

_said = attrgetter(*(field.name for field in fields(Entry) if field.name != "position"))


def fingerprints(parsed: Parsed, source: Source, version: str) -> tuple[str, ...]:
    """Of each entry of a document, in its order; none where an entry shares its guid or its link with another, or has neither:
    then the id of an item depends on what else its document holds, and all of it has to be read."""
    if not _stand_alone(parsed, source):
        return ()
    around = repr((_settings(source), parsed.title, parsed.language, parsed.site, parsed.self_url, version))
    key = blake2b(around.encode("utf-8", "surrogatepass"), digest_size=32).digest()
    return tuple(blake2b(repr(_said(entry)).encode("utf-8", "surrogatepass"), digest_size=SIZE, key=key).hexdigest() for entry in parsed.entries)


def without_known(parsed: Parsed, marks: Iterable[str], known: Mapping[str, str]) -> tuple[Parsed, frozenset[str]]:
    """The document without the entries whose fingerprints are in `known`, and the ids of the items those are."""
    rest, ids = list[Entry](), set[str]()
    for entry, mark in zip(parsed.entries, marks, strict=True):
        if mark in known:
            ids.add(known[mark])
        else:
            rest.append(entry)
    return replace(parsed, entries=tuple(rest)), frozenset(ids)


def to_remember(parsed: Parsed, marks: Iterable[str], found: Iterable[tuple[Item, Entry]], known: Mapping[str, str]) -> dict[str, str]:
    """The ids of the items that a document's entries are, by fingerprint: of `found`, those that were read now, and of those `known` before.

    Left out are entries whose place is not theirs alone, as nothing tells which of them
    made the item, and those with a date that is none yet: tomorrow it may be one.
    """
    places = Counter(entry.position for entry in parsed.entries)
    made = {entry.position: item.id for item, entry in found if item.published or not (entry.published_at or entry.updated_at)}
    pairs = ((mark, known.get(mark) or (made.get(entry.position) if places[entry.position] == 1 else None))
             for entry, mark in zip(parsed.entries, marks, strict=True))
    return {mark: id for mark, id in pairs if id}


@lru_cache(maxsize=20_000)
def _settings(source: Source) -> str:
    return repr(source)


def _stand_alone(parsed: Parsed, source: Source) -> bool:
    """Whether each entry of the document has a guid or a link of its own, and shares neither with another."""
    site = site_of(parsed, source)
    shared = Counter(name for entry in parsed.entries for name in _names(entry))
    return all(
        not entry.source_url        # the result of a search may go by its headline, which another entry may bear
        and any(canonical_url(name) not in site for _, name in _names(entry))
        and all(shared[name] == 1 for name in _names(entry))
        for entry in parsed.entries)


def _names(entry: Entry) -> Iterator[tuple[str, str]]:
    if guid := entry.guid.strip():
        yield "guid", guid
    if url := canonical_url(entry.link):
        yield "url", url
