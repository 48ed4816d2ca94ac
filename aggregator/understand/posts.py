"""Which offices a text names, under one English title in every language.

Touches: nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from aggregator.understand.packs import base_language, read_for, table
from aggregator.understand.words import Words, expanded

PLAIN = frozenset({"Minister", "Deputy Minister", "Head of Department", "Executive Director", "Member of the Political Bureau"})
"""Titles that say little: a fuller one beside them is kept instead."""
HONOUR = "Member of the Political Bureau"


@dataclass(frozen=True, slots=True)
class Post:
    """An office a text names: text[start:end]."""

    start: int
    end: int
    title: str


@cache
def _posts(language: str) -> dict[str, list[str]]:
    """The offices of a pack by title: those that stand for themselves first, for they win over what the templates make of the same words."""
    pack = table(language, "posts")
    posts: dict[str, list[str]] = {title: list(names) for title, names in pack.get("post", {}).items()}
    for title, names in pack.get("portfolio", {}).items():
        for form, label in (("minister", title), ("deputy", f"Deputy {title}")):
            phrases = posts.setdefault(label, [])
            for name in names:
                if name.startswith("="):
                    phrases += [name[1:]] if form == "minister" else []
                    continue
                for template in pack.get("forms", {}).get(form, ()):
                    phrases += [text.replace("{}", name) for text in expanded(template)]
    return posts


def _portfolios(language: str) -> dict[str, list[str]]:
    """The names of portfolios of a pack in which a nationality may part the office from its portfolio."""
    pack = table(language, "posts")
    return pack.get("portfolio", {}) if "apart" in pack else {}


@cache
def _words() -> tuple[Words, Words]:
    return Words(_posts, lambda language: read_for(language, "posts")), Words(_portfolios, lambda language: (language,) if language else ())


@cache
def _apart(language: str) -> re.Pattern[str] | None:
    """What may stand between "ministre vietnamien" and its portfolio: "de la"."""
    pattern = table(language, "posts").get("apart")
    return re.compile(pattern) if pattern else None


def find_posts(lowered: str, language: str) -> tuple[Post, ...]:
    """The offices in a lower-case text, in order.

    "ministre vietnamien de la sécurité publique": a nationality may part the office from its portfolio.
    """
    words, portfolios = _words()
    base = base_language(language)
    apart = _apart(base)
    posts = [Post(hit.start, hit.end, hit.label) for hit in words.find(lowered, base)]
    if apart is not None and any(post.title in ("Minister", "Deputy Minister") for post in posts):
        names = portfolios.find(lowered, base)
        for number, post in enumerate(posts):
            if post.title not in ("Minister", "Deputy Minister"):
                continue
            for name in names:
                if 0 < name.start - post.end < 40 and apart.match(lowered[post.end:name.start]):
                    title = f"Deputy {name.label}" if post.title == "Deputy Minister" else name.label
                    posts[number] = Post(post.start, name.end, title)
                    break
    for number, post in enumerate(posts):
        if lowered[post.start:post.end] == "secretary" and "security council" in lowered[max(0, post.start - 90):post.start]:
            posts[number] = Post(post.start, post.end, "Secretary of the Security Council")     # "the Security Council of Russia led by its Secretary"
    return tuple(posts)
