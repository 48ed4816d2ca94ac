"""Which text is a reprint of which.

Two texts are one when most of the shorter one's runs of five words are in the
longer. A masthead, a wrapper or a related-news rail on either side changes
little, since only the shorter text has to be contained.

Touches: nothing.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from aggregator.deduper.names import fold
from aggregator.deduper.terms import words
from storage.model import Item, Source

RUN = 5                 # words in a row: five seldom agree by accident, even in official prose
COPY = 0.6              # share of the shorter text's runs that must be in the longer; template receptions of two guests reach about 0.4
FEWEST = 12             # runs below which a text is too short to be called a copy of anything
READ = 6000             # characters that are read: a reprint shows itself by then, and cost stays flat
_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15      # 2**64 / golden ratio: spreads neighbouring values (Knuth)


@lru_cache(maxsize=512)
def shingles(text: str) -> frozenset[int]:
    """Every run of five words of `text`, as 64-bit numbers that are the same on every machine."""
    hashed = [_hash(word) for word in words(text[:READ])]
    found = set()
    for i in range(len(hashed) - RUN + 1):
        value = 0
        for part in hashed[i : i + RUN]:
            value = ((value ^ part) * _STEP) & _MASK
            value ^= value >> 29
        found.add(value)
    return frozenset(found)


def containment(one: str, other: str) -> float:
    """The share of the shorter text's runs of words that the longer has, 0 to 1; 0 where the shorter is too short to tell."""
    a, b = shingles(one), shingles(other)
    if len(b) < len(a):
        a, b = b, a
    return len(a & b) / len(a) if len(a) >= FEWEST else 0.0


def sketch(text: str, size: int) -> tuple[str, ...]:
    """The `size` smallest runs of `text`: two copies share most of them, so an index of sketches finds copies (bottom-k MinHash)."""
    found = shingles(text)
    return tuple(f"{value:016x}" for value in sorted(found)[:size]) if len(found) >= FEWEST else ()


def origin(one: tuple[Source, Item], other: tuple[Source, Item]) -> str:
    """Of two items with one text, the id of the one the other reprints: the credited one, else the better source, else the one seen first."""
    (source, item), (other_source, other_item) = one, other
    credits, credited = _credits(item, other_source, other_item), _credits(other_item, source, item)
    if credits != credited:
        return other_item.id if credits else item.id
    ranks = {"official": 0, "agency": 1, "outlet": 2, "republisher": 3}
    return min((ranks[source.role] == 3, item.first_seen, item.id), (ranks[other_source.role] == 3, other_item.first_seen, other_item.id))[2]


def _credits(item: Item, source: Source, other: Item) -> bool:
    """Whether `item` names the other's source, outlet or family as where its text comes from."""
    credit = "".join(fold(item.credit)) if item.credit else ""
    names = {"".join(fold(name)) for name in (source.name, source.family, other.outlet) if name}
    return bool(credit) and credit in names


@lru_cache(maxsize=65536)
def _hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big")
