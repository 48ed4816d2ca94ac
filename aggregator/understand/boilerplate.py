"""What the texts of a source begin or end with, and none of its stories says.

Mastheads, wrappers of press wires, lists of related news: learnt per source, from what repeats at the head or the tail of
texts that are otherwise different. Three versions of one story teach nothing, for they share their middle too. Digits do
not count, so "© 2024" and "Updated 10:21" are seen as one. What was learnt is a plain value that can be read, kept as JSON and corrected; the
item itself is never changed, only what is read of it.

A rail that is known by its words in a language ("read also") is left out by passages.py; here is what only the source can tell.

    known = learn(texts of one source, known)       from time to time, in the order the items were first seen
    blanked(item.body, known)                       before understanding: as long as before, so that every quote keeps its place

Touches: nothing.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

FEWEST = 3                  # texts, otherwise different, that must begin or end with a block
ZONE = 14                   # units from either edge that are looked at: a rail of ten links and its heading
LOOSE = 140                 # characters of a line between blocks that may vary: a date, a headline in a rail
MOST_LOOSE = 10             # of them in a row
MOST_TEXTS = 60             # texts learnt from at once
MOST_BLOCKS = 80            # blocks kept for each edge of a source
LONGEST_KEY = 160           # characters of a block that are compared
OWN = 40                    # characters of its own a text must have to count as another story …
OWN_SHARE = 0.3             # … and the share of the whole: versions of one story differ in less
LEFT = 40                   # characters that must be left of a text: what would leave less is no boilerplate
EDGE = 6_000                # characters from either edge that are read

_UNIT = re.compile(r"[^\n]+?(?:[.!?…]{1,3}[\"”»’')\]]*(?=\s)|[。！？]+[”」』]?|(?=\n)|$)")
_DIGITS = re.compile(r"\d+")
_SAID = re.compile(r"[.!?…。！？][\"”»’')\]」』]*$")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text: text[start:end]."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """Words that texts of a source begin or end with."""

    key: str                                    # in lower case, digits as 0
    texts: int                                  # in how many it was seen
    opens: bool = False                         # what follows it to the end varies and belongs to it: a heading of related news


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """What the texts of one source begin (`head`) and end with (`tail`), the most frequent first."""

    head: tuple[Block, ...] = ()
    tail: tuple[Block, ...] = ()

    def as_json(self) -> str:
        """For the store: one line, the same for the same value."""
        rows = {edge: [[block.key, block.texts, int(block.opens)] for block in blocks] for edge, blocks in (("head", self.head), ("tail", self.tail))}
        return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


NOTHING = Boilerplate()


def from_json(text: str | None) -> Boilerplate:
    """What `as_json` wrote; nothing where there is none or it cannot be read, for it can be learnt again."""
    try:
        rows = json.loads(text or "{}")
        return Boilerplate(*(tuple(Block(str(key), int(texts), bool(opens)) for key, texts, opens in rows.get(edge, ())) for edge in ("head", "tail")))
    except (ValueError, TypeError, AttributeError):
        return NOTHING


@dataclass(frozen=True, slots=True)
class _Unit:
    """A line or a sentence of one."""

    start: int
    end: int
    key: str
    is_loose: bool                              # short, and no sentence


@dataclass(frozen=True, slots=True)
class _Text:
    head: tuple[_Unit, ...]
    tail: tuple[_Unit, ...]                     # in the order of the text
    keys: frozenset[str]
    sizes: dict[str, int]
    middle: int                                 # half its length: what stands before it is at the head

    def differs(self, other: _Text) -> bool:
        """Whether the two are different stories: each has something of its own, and what they share stands at the edges alone."""
        shared = self.keys & other.keys
        for sizes in (self.sizes, other.sizes):
            if sum(size for key, size in sizes.items() if key not in shared) < max(OWN, OWN_SHARE * sum(sizes.values())):
                return False
        edges = {unit.key for unit in (*self.head, *self.tail)} & {unit.key for unit in (*other.head, *other.tail)}
        return sum(self.sizes[key] for key in shared - edges) <= OWN and len(shared) <= 2 * ZONE


def learn(texts: Sequence[str], known: Boilerplate = NOTHING) -> Boilerplate:
    """What these texts of one source, the newest last, begin and end with, and what was known before."""
    read = [text for text in map(_read, texts[-MOST_TEXTS:]) if text.keys]
    return Boilerplate(
        _merged(known.head, _repeated(read, [text.head for text in read], after=False)),
        _merged(known.tail, _repeated(read, [text.tail for text in read], after=True)),
    )


def strip(text: str, known: Boilerplate) -> tuple[str, tuple[Span, ...]]:
    """`text` without the blocks at its edges, and where they stood in it: the first span, if it begins at 0, is how far every offset has moved.

    >>> known = Boilerplate(tail=(Block("follow us on all channels", 3),))
    >>> strip("The ministers of both countries met in Suva on Monday.\\nFollow us on all channels", known)
    ('The ministers of both countries met in Suva on Monday.', (Span(start=54, end=80),))
    """
    start, end = _kept(text, known)
    removed = tuple(Span(*span) for span in ((0, start), (end, len(text))) if span[0] < span[1])
    return text[start:end], removed


def blanked(text: str, known: Boilerplate) -> str:
    """`text` with spaces where its boilerplate stood: as long as before, so that places in it stay what they are."""
    start, end = _kept(text, known)
    if start == 0 and end == len(text):
        return text
    return re.sub(r"[^\n]", " ", text[:start]) + text[start:end] + re.sub(r"[^\n]", " ", text[end:])


def place(offset: int, removed: Iterable[Span]) -> int:
    """Where a place of the stripped text is in the whole one."""
    return offset + sum(span.end for span in removed if span.start == 0)


def _kept(text: str, known: Boilerplate) -> tuple[int, int]:
    """The stretch of `text` that is its own."""
    if not known.head and not known.tail:
        return 0, len(text)
    start, end = 0, len(text)
    heads = {block.key for block in known.head}
    loose = 0
    for unit in _units_at_head(text):
        if unit.key in heads:
            start, loose = unit.end, 0
        elif unit.is_loose and loose < MOST_LOOSE:
            loose += 1
        else:
            break
    tails = {block.key: block.opens for block in known.tail}
    loose, is_last = 0, True
    for unit in reversed(_units_at_tail(text)):
        if unit.start < start:
            break
        opens = tails.get(unit.key)
        if opens is not None and (opens or loose == 0 or not is_last):
            end, loose, is_last = unit.start, 0, False
        elif unit.is_loose and loose < MOST_LOOSE:
            loose += 1
        else:
            break
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if end - start >= LEFT else (0, len(text))


def _key(words: str) -> str:
    return _DIGITS.sub("0", " ".join(words.lower().split()))[:LONGEST_KEY]


def _units(text: str, base: int = 0) -> tuple[_Unit, ...]:
    made = []
    for found in _UNIT.finditer(text):
        words = found.group()
        bare = words.strip()
        if any(map(str.isalnum, bare)):
            lead = found.start() + len(words) - len(words.lstrip())
            made.append(_Unit(base + lead, base + lead + len(bare), _key(bare), len(bare) <= LOOSE and not _SAID.search(bare)))
    return tuple(made)


def _units_at_head(text: str) -> tuple[_Unit, ...]:
    return _units(text[:EDGE])[:ZONE]


def _units_at_tail(text: str) -> tuple[_Unit, ...]:
    base = max(0, len(text) - EDGE)
    return _units(text[base:], base)[-ZONE:]


def _read(text: str) -> _Text:
    head, tail = _units_at_head(text), _units_at_tail(text)
    units = _units(text[:EDGE]) if len(text) <= EDGE else (*_units(text[:EDGE]), *_units(text[-EDGE:], len(text) - EDGE))
    return _Text(head, tail, frozenset(unit.key for unit in units), {unit.key: unit.end - unit.start for unit in units}, len(text) // 2)


def _repeated(texts: Sequence[_Text], edges: Sequence[tuple[_Unit, ...]], *, after: bool) -> tuple[Block, ...]:
    """The units that at least FEWEST different stories have at this edge."""
    holders: dict[str, list[int]] = {}
    for number, units in enumerate(edges):
        for key in dict.fromkeys(unit.key for unit in units if _may_repeat(unit.key) and (unit.start >= texts[number].middle) is after):
            holders.setdefault(key, []).append(number)
    repeated: dict[str, int] = {}
    for key, numbers in holders.items():
        if len(numbers) < FEWEST:
            continue
        apart: list[int] = []
        for number in numbers:
            if all(texts[number].differs(texts[other]) for other in apart):
                apart.append(number)
            if len(apart) == FEWEST:
                repeated[key] = len(numbers)
                break
    opening = _opening(edges, repeated) if after else frozenset()
    ordered = sorted(repeated.items(), key=lambda found: (-found[1], found[0]))
    return tuple(Block(key, texts, key in opening) for key, texts in islice(ordered, MOST_BLOCKS))


def _may_repeat(key: str) -> bool:
    """Whether words are more than a number or an abbreviation that looked like the end of a sentence ("Gen.")."""
    return sum(map(str.isalpha, key)) >= 2 and not (key.endswith(".") and " " not in key)


def _opening(edges: Sequence[tuple[_Unit, ...]], repeated: dict[str, int]) -> frozenset[str]:
    """The repeated units after which texts end in a few lines of headlines, most times they occur."""
    seen: Counter[str] = Counter()
    before: Counter[str] = Counter()
    for units in edges:
        for place, unit in enumerate(units):
            if unit.key not in repeated:
                continue
            rest = units[place + 1:]
            seen[unit.key] += 1
            varies = [other for other in rest if other.key not in repeated]
            before[unit.key] += bool(varies) and all(other.is_loose for other in varies)
    return frozenset(key for key in repeated if 2 * before[key] > seen[key])


def _merged(known: tuple[Block, ...], found: tuple[Block, ...]) -> tuple[Block, ...]:
    """Both, each block once: what was found now first, and no more than are kept."""
    fresh = {block.key for block in found}
    return (*found, *(block for block in known if block.key not in fresh))[:MOST_BLOCKS]
