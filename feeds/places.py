"""What countries, regions, languages and organisations are called.

The names were drawn from CLDR at development time (data/build_places.py). What
has no name here is shown by its code.

Touches: data/places.json beside it, read once when first imported.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files

RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})

_PLACES = json.loads(files("feeds").joinpath("data/places.json").read_text("utf-8"))
_COUNTRIES: dict[str, dict[str, str]] = _PLACES["countries"]
COUNTRIES = frozenset(_COUNTRIES["en"])         # every ISO 3166-1 alpha-2 code, and XK
_LANGUAGES: dict[str, str] = _PLACES["languages"]
_ORGANISATIONS: dict[str, str] = _PLACES["organisations"]
ORGANISATIONS = frozenset(_ORGANISATIONS)       # the codes of those that we can name


@dataclass(frozen=True, slots=True)
class Region:
    """A region of the world as the UN's M49 standard draws it."""

    code: str                                   # "035"
    name: str                                   # "Southeast Asia"
    members: frozenset[str]                     # ISO 3166-1 alpha-2


COUNTRIES = frozenset(_COUNTRIES["en"])            # the codes of ISO 3166-1 alpha-2 that we can name

REGIONS: tuple[Region, ...] = tuple(Region(code, region["name"], frozenset(region["members"].split())) for code, region in sorted(_PLACES["regions"].items()))

_REGIONS_OF: dict[str, tuple[Region, ...]] = {
    country: tuple(region for region in REGIONS if country in region.members) for country in {code for region in REGIONS for code in region.members}
}


def country(code: str, language: str = "en") -> str:
    """The name of a country for display, in `language` where it is known, else in English, else the code.

    >>> country("VN"), country("VN", "ru"), country("QQ")
    ('Vietnam', 'Вьетнам', 'QQ')
    """
    return _COUNTRIES.get(language.partition("-")[0], {}).get(code) or _COUNTRIES["en"].get(code) or code


def organisation(code: str) -> str:
    """The name of an organisation for display."""
    return _ORGANISATIONS.get(code.upper(), code)


def language_name(tag: str) -> str:
    """The English name of a language: "Vietnamese" for "vi" or "vi-VN", the tag itself when it has none, "" for ""."""
    return _LANGUAGES.get(tag.lower().partition("-")[0], tag)


def direction(tag: str) -> str:
    """How a language is written: "rtl" or "ltr"; "auto" when the language is unknown."""
    language, _, rest = tag.lower().partition("-")
    if not language:
        return "auto"
    return "rtl" if language in RIGHT_TO_LEFT and not rest.startswith("latn") else "ltr"


def regions_of(code: str) -> tuple[Region, ...]:
    """The regions a country lies in, from the code upwards: none when the code is of no country."""
    return _REGIONS_OF.get(code, ())
