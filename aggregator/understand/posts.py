"""Which offices a text names, under one English title in every language.

Touches: nothing (its table is a file of the package, read once).
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import cache

from aggregator.understand.words import Words, base_language, read_table

PLAIN = frozenset({"Minister", "Deputy Minister", "Head of Department", "Executive Director", "Member of the Political Bureau"})
"""Titles that say little: a fuller one beside them is kept instead."""
HONOUR = "Member of the Political Bureau"


@dataclass(frozen=True, slots=True)
class Post:
    """An office a text names: text[start:end]."""

    start: int
    end: int
    title: str


_CHOICE = re.compile(r"\(([^)]*)\)")


def _expand(template: str) -> list[str]:
    """Every text a template stands for: "(a|b) of {}" is two."""
    pieces = _CHOICE.split(template)
    choices = [piece.split("|") if number % 2 else [piece] for number, piece in enumerate(pieces)]
    return [" ".join("".join(chosen).split()) if "{}" not in "".join(chosen) else "".join(chosen) for chosen in itertools.product(*choices)]


@cache
def _tables() -> tuple[Words, Words]:
    table = read_table("posts.toml")
    posts: dict[str, dict[str, list[str]]] = {}
    portfolios: dict[str, dict[str, list[str]]] = {}
    for title, names in table["portfolio"].items():
        for form, label in (("minister", title), ("deputy", f"Deputy {title}")):
            for language, templates in table["forms"][form].items():
                phrases = posts.setdefault(label, {}).setdefault(language, [])
                for name in names.get(language, ()):
                    if name.startswith("="):
                        if form == "minister":
                            phrases.append(name[1:])
                        continue
                    for template in templates:
                        phrases += [text.replace("{}", name) for text in _expand(template)]
        for language in ("fr", "es", "pt", "it"):
            for name in names.get(language, ()):
                portfolios.setdefault(title, {}).setdefault(language, []).append(name)
    for title, by in table["post"].items():
        for language, listed in by.items():
            posts.setdefault(title, {}).setdefault(language, []).extend(listed)
    # Posts that stand for themselves win over what the templates make of the same words.
    ordered = {title: posts[title] for title in (*table["post"], *posts) if title in posts}
    return Words(ordered), Words(portfolios)


_PLACED = re.compile(r"\s+[\w'’-]+\s+(?:de\s+la\s+|de\s+l['’]|des\s+|du\s+|de\s+|del\s+|dell['’]|della\s+|degli\s+|da\s+|do\s+|dos\s+|d['’])$")


def find_posts(lowered: str, language: str) -> tuple[Post, ...]:
    """The offices in a lower-case text, in order.

    "ministre vietnamien de la sécurité publique": a nationality may part the office from its portfolio.
    """
    words, portfolios = _tables()
    base = base_language(language)
    posts = [Post(hit.start, hit.end, hit.label) for hit in words.find(lowered, base)]
    if base in ("fr", "es", "pt", "it") and any(post.title in ("Minister", "Deputy Minister") for post in posts):
        names = portfolios.find(lowered, base)
        for number, post in enumerate(posts):
            if post.title not in ("Minister", "Deputy Minister"):
                continue
            for name in names:
                if 0 < name.start - post.end < 40 and _PLACED.match(lowered[post.end:name.start]):
                    title = f"Deputy {name.label}" if post.title == "Deputy Minister" else name.label
                    posts[number] = Post(post.start, name.end, title)
                    break
    for number, post in enumerate(posts):
        if lowered[post.start:post.end] == "secretary" and "security council" in lowered[max(0, post.start - 90):post.start]:
            posts[number] = Post(post.start, post.end, "Secretary of the Security Council")     # "the Security Council of Russia led by its Secretary"
    return tuple(posts)
