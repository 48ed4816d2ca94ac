"""Which entries of a document are items we have already, under another id, and which only bear an old id.

Sites move to https, change their software or renumber their entries, and every id
is a new one. An entry is an old item when its link and one thing more are the same,
or its title and moment, or its whole text. An old item that is still in the document
under its own id is no candidate, and each one is found once.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from storage.folding import words
from storage.model import Item

K = TypeVar("K")

LATER = timedelta(hours=12)     # one page may be told anew every day under the same link and title
CORRECTED = timedelta(hours=1)  # how far a correction moves a date
TELLING_WORDS = 4               # of a text that may identify an undated entry: "Press briefing" comes every week
ALIKE = 1 / 3                   # of the words of two titles of one entry, at least


def held_under(items: Sequence[Item], held: Iterable[str], alike: Iterable[Item]) -> dict[str, str]:
    """For those of `items` (a document's) that are known by another id: that id. `held` are the ids of the document that
    are known themselves, `alike` the items of the source that may be meant, the first seen first."""
    there = set(held)
    free = {item.id: item for item in alike if item.id not in there}
    by_address = _grouped((address(item.url), item) for item in free.values() if item.url)
    by_title = _grouped((_title_and_moment(item), item) for item in free.values() if item.published)
    by_text = _grouped((item.hash, item) for item in free.values())
    found: dict[str, str] = {}
    for item in items:
        if item.id in there:
            continue
        one = next((old for old in _candidates(item, by_address, by_title, by_text) if old.id in free), None)
        if one is not None:
            del free[one.id]
            found[item.id] = one.id
    return found


def is_another(item: Item, known: Item) -> bool:
    """Whether `item` only bears the id of `known`: link, moment and title are all different. Some feeds give every entry one guid."""
    if not item.url or not known.url or address(item.url) == address(known.url):
        return False
    if item.published is None or known.published is None or abs(item.published - known.published) < CORRECTED:
        return False
    one, other = set(words(item.title)), set(words(known.title))
    return len(one & other) < ALIKE * len(one | other)


def address(url: str) -> str:
    """A canonical address, the same for http and https."""
    return url.partition("://")[2]


def both_schemes(urls: Iterable[str]) -> Iterator[str]:
    """Each address, and the same one under the other scheme."""
    for url in urls:
        if url:
            yield f"http://{address(url)}"
            yield f"https://{address(url)}"


def _candidates(
    item: Item, by_address: Mapping[str, list[Item]], by_title: Mapping[tuple[str, datetime | None], list[Item]], by_text: Mapping[str, list[Item]],
) -> Iterator[Item]:
    title = " ".join(words(item.title))
    if item.url:
        there = by_address.get(address(item.url), [])
        yield from (old for old in there if old.hash == item.hash or (old.published is not None and old.published == item.published))
        yield from (old for old in there if " ".join(words(old.title)) == title and _near(item.published, old.published))
    if item.published and title:
        yield from by_title.get(_title_and_moment(item), [])
    if len(words(f"{item.title} {item.body or item.summary}")) >= TELLING_WORDS:
        yield from (old for old in by_text.get(item.hash, []) if _near(item.published, old.published))


def _near(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or abs(one - other) < LATER


def _title_and_moment(item: Item) -> tuple[str, datetime | None]:
    return " ".join(words(item.title)), item.published


def _grouped(pairs: Iterable[tuple[K, Item]]) -> dict[K, list[Item]]:
    groups: dict[K, list[Item]] = {}
    for key, item in pairs:
        groups.setdefault(key, []).append(item)
    return groups
