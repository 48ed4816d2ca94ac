"""Where a name written in Han ends, for nothing parts it from what follows.

A Chinese name is a surname and one or two characters more; a foreign one goes on until a word that follows
names (a verb, a particle, a stop).

Touches: nothing.
"""

from __future__ import annotations

import re
from functools import cache

from aggregator.understand.packs import table


@cache
def _surnames() -> frozenset[str]:
    return frozenset(table("zh", "names")["surnames"])


@cache
def _compound() -> frozenset[str]:
    return frozenset(table("zh", "names")["compound"])


@cache
def _followers() -> re.Pattern[str]:
    return re.compile(table("zh", "names")["follower"])


def is_surname(char: str) -> bool:
    """Whether a character is one of the common surnames."""
    return char in _surnames()


def han_name_end(text: str, start: int, ceiling: int) -> int:
    """Where a Han name that begins at `start` ends; `start` when there is none."""
    if start >= ceiling or not "\u4e00" <= text[start] <= "\u9fff":
        return start
    longest = start
    while longest < ceiling and longest - start < 12 and ("\u4e00" <= text[longest] <= "\u9fff" or text[longest] == "·"):
        longest += 1
    window = text[start:longest]
    if "·" in window:
        dot = window.rfind("·")
        for size in range(dot + 2, len(window) + 1):
            if size == len(window) or _followers().match(text, start + size):
                return start + size
    if _followers().match(text, start) and not is_surname(text[start]):
        return start                            # "外长举行会谈": an office, and nobody's name
    if text[start:start + 2] in _compound():
        fitting = [size for size in (3, 4) if size <= len(window) and (_followers().match(text, start + size) or start + size >= ceiling)]
        return start + (fitting[0] if fitting else min(4, len(window)))
    limit = 3 if is_surname(text[start]) else 6
    ends = [size for size in range(2, min(limit, len(window)) + 1) if _followers().match(text, start + size) or start + size >= ceiling]
    if ends:
        return start + ends[0]
    return start + 3 if is_surname(text[start]) and len(window) >= 3 else start
