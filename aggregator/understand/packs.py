"""What each language needs, as data: one folder per language, one table per file.

A pack is data/packs/<language>/<table>.toml, read on first use and kept. What serves every language
(topics' ids, organisations, particles of names) is in packs/generic. README, "Adding a language", says what each table
holds; the English pack is the model of all.

Touches: nothing (its tables are files of the package, read once).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

GENERIC = "generic"
MODEL = "en"            # always read beside the item's own language: titles, credits and quotes are often in it


def _folder() -> Traversable:
    return files("aggregator.understand").joinpath("data").joinpath("packs")


@cache
def languages() -> tuple[str, ...]:
    """The languages that have a pack, in order."""
    return tuple(sorted(folder.name for folder in _folder().iterdir() if folder.is_dir() and folder.name != GENERIC))


@cache
def table(language: str, name: str) -> Mapping[str, Any]:
    """The table `name` of a language's pack; empty where it has none."""
    file = _folder().joinpath(language).joinpath(f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


@cache
def having(name: str) -> frozenset[str]:
    """The languages whose packs have the table `name`."""
    return frozenset(language for language in languages() if _folder().joinpath(language).joinpath(f"{name}.toml").is_file())


@cache
def read_for(language: str, name: str) -> tuple[str, ...]:
    """The packs whose table `name` a text in `language` is read with.

    Its own and English; those of all languages where it has none of its own, for a word of a neighbour is better than none.
    """
    known = having(name)
    return tuple(dict.fromkeys((language, MODEL))) if language in known else tuple(sorted(known))


@cache
def trait(language: str, name: str) -> Any:
    """What a language's own language.toml says of `name`; None where it says nothing."""
    return table(language, "language").get(name)


@cache
def listed(language: str, name: str, key: str) -> frozenset[str]:
    """The words under `key` in the table `name`, of every pack this language is read with."""
    return frozenset(word for pack in (GENERIC, *read_for(language, name)) for word in table(pack, name).get(key, ()))


@cache
def aliases() -> Mapping[str, str]:
    """Codes of languages read with the pack of another ("hr" with "sr")."""
    return {alias: language for language in languages() for alias in table(language, "language").get("aliases", ())}


@lru_cache(maxsize=1_000)
def base_language(language: str) -> str:
    """The pack a language tag is read with: "pt" for "pt-br", "sr" for "hr"; "" where there is none."""
    base = language.lower().replace("_", "-").split("-")[0]
    base = aliases().get(base, base)
    return base if base in languages() else ""


def flattened(nested: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """A table's lists of phrases by their dotted names: "held.talks"."""
    flat: dict[str, tuple[str, ...]] = {}

    def walk(prefix: str, node: Mapping[str, Any]) -> None:
        for key, value in node.items():
            name = f"{prefix}.{key}" if prefix else key
            if isinstance(value, list):
                flat[name] = tuple(value)
            elif isinstance(value, dict):
                walk(name, value)

    walk("", nested)
    return flat
