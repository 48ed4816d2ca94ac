"""The messages of a language, filled in.

A message is named by where it stands in the language's file: "titles.held.talks".
What a language lacks is said in English; tests see to it that only posts are
lacking. To add a language, copy en.toml: nothing else is needed where one form
for one and one for other numbers are enough.

Touches: the files beside it, each read once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

FIRST = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """What we say in one language."""

    language: str
    messages: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]

    def say(self, message: str, **values: object) -> str:
        """The message, with `values` in their places.

        >>> words("en").say("lists.last", others="Kenya", last="Uganda")
        'Kenya and Uganda'
        """
        return self.messages[message].format(**values) if values else self.messages[message]

    def find(self, message: str, otherwise: str = "") -> str:
        """The message as it stands, or `otherwise` where there is none of that name."""
        return self.messages.get(message, otherwise)

    def count(self, message: str, number: int, **values: object) -> str:
        """The message for a number of things.

        >>> words("en").count("counts.origins", 1), words("vi").count("counts.origins", 1)
        ('1 origin', '1 nguồn gốc')
        """
        form = self.messages.get(f"{message}.one") if number == 1 else None
        return (form or self.messages[f"{message}.other"]).format(count=number, **values)

    def joined(self, names: Iterable[str], most: int = 1_000) -> str:
        """Names as a sentence lists them, at most so many by name: "a, b and 2 more"."""
        listed = list(names)
        if len(listed) > most:
            listed = [*listed[:most], self.count("lists.more", len(listed) - most)]
        if len(listed) < 2:
            return "".join(listed)
        return self.say("lists.last", others=self.messages["lists.between"].join(listed[:-1]), last=listed[-1])


@lru_cache(maxsize=16)
def words(language: str) -> Words:
    """What we say in `language`, or in English where we do not speak it."""
    language = spoken((language,))
    messages = _read(FIRST)
    if language != FIRST:
        own = _read(language)
        # Forms for one are of the language that has them: a language without them must not borrow the English one.
        messages = {name: text for name, text in messages.items() if not name.endswith(".one")} | own
    plain = {name: text for name, text in messages.items() if isinstance(text, str)}
    return Words(language, plain, {name: tuple(text) for name, text in messages.items() if not isinstance(text, str)})


@lru_cache(maxsize=1)
def languages() -> frozenset[str]:
    """The languages we speak."""
    return frozenset(file.name.removesuffix(".toml") for file in files(__package__).iterdir() if file.name.endswith(".toml"))


def spoken(wanted: Iterable[str]) -> str:
    """The first of `wanted` that we speak, else English.

    >>> spoken(("ru", "vi-VN", "en"))
    'vi'
    """
    return next((plain for tag in wanted if (plain := tag.lower().partition("-")[0]) in languages()), FIRST)


@lru_cache(maxsize=16)
def _read(language: str) -> dict[str, Any]:
    return dict(_flat("", tomllib.loads(files(__package__).joinpath(f"{language}.toml").read_text("utf-8"))))


def _flat(above: str, table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(f"{above}{name}.", value)
        else:
            yield f"{above}{name}", value
