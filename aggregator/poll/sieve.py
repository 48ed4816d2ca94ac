"""Which entries of a source are wanted, and which topics they get, by the words its operator gives.

Words are compared folded and whole, so "visa" is not found in "advisable"; one that
ends in * stands for everything that begins so. Time is linear in the text.

Touches: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from aggregator.parse.entry import Entry
from storage.folding import words
from storage.model import Item

TAG = re.compile(r"<[^<>]*>")
MAX_TEXT = 20_000           # characters of an entry that are looked at: what it is about is said at its head


def is_wanted(entry: Entry, keep: tuple[str, ...], block: tuple[str, ...]) -> bool:
    """Whether `entry` holds one of `keep` (where there are any) and none of `block`.

    >>> entry = Entry(0, title="Bộ trưởng <b>Công an</b> thăm Nga")
    >>> is_wanted(entry, keep=("bo truong",), block=()), is_wanted(entry, keep=(), block=("cong*",)), is_wanted(entry, keep=("truong c",), block=())
    (True, False, False)
    """
    if not keep and not block:
        return True
    text = f" {' '.join(words(_text(entry)))} "
    return (not keep or _holds(text, keep)) and not _holds(text, block)


def tags_of(item: Item, rules: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[str, ...]:
    """The topics that the operator's words give to an item of a source."""
    if not rules:
        return ()
    text = f" {' '.join(words(' '.join((item.title, item.summary[:MAX_TEXT], item.body[:MAX_TEXT], *item.tags, *item.authors))))} "
    return tuple(topic for topic, wanted in rules if _holds(text, wanted))


def _holds(text: str, wanted: Iterable[str]) -> bool:
    return any(_pattern(word) in text for word in wanted if words(word))


def _pattern(word: str) -> str:
    return f" {' '.join(words(word))}{'' if word.endswith('*') else ' '}"


def _text(entry: Entry) -> str:
    parts = (entry.title, entry.summary, entry.content, *entry.tags, *entry.authors, entry.link)
    return TAG.sub(" ", " ".join(part[:MAX_TEXT] for part in parts if part))
