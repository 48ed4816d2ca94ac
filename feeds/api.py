"""What programs can ask for, and how: the parameters, what is wrong with some, and the OpenAPI description.

Touches: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feeds.pages.render import LONGEST_SEARCH

MOST, USUAL, FURTHEST = 100, 20, 100_000        # in one answer; where nothing is said; how far in a list
MOST_VALUES = 20                                # of one parameter
VERSION = "1.0.0"                               # of the interface: the second number rises with what is added, the first with what is taken away

Plain = dict[str, Any]


class Refused(ValueError):
    """A request that says something wrong; the text tells what, and what to write."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query."""

    name: str
    says: str
    schema: Plain
    read: Callable[[str], Any]                  # raises ValueError, saying what would be right
    default: Any = None                         # None: it must be given


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"must be a number from {least} to {most}")
        return int(text)

    return read


def _list(pattern: str, example: str, fold: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        values = text.split(",")
        if len(values) > MOST_VALUES or not all(re.fullmatch(pattern, value) for value in values):
            raise ValueError(f"must be at most {MOST_VALUES} values such as {example}, parted by commas")
        return tuple(dict.fromkeys(map(fold, values)))

    return read


def _words(text: str) -> str:
    if len(text) > LONGEST_SEARCH:
        raise ValueError(f"must have at most {LONGEST_SEARCH} characters")
    return text


def _of(pattern: str) -> Plain:
    return {"type": "string", "pattern": f"^({pattern})(,({pattern}))*$"}


_CODE, _TOPIC, _BODY = "[A-Za-z]{2}", "[a-z0-9][a-z0-9-]{0,79}", "[A-Za-z0-9-]{2,40}"
PAGING = (
    Parameter("limit", "How many.", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}, _number(1, MOST), USUAL),
    Parameter("offset", "How many to pass over.", {"type": "integer", "minimum": 0, "maximum": FURTHEST, "default": 0}, _number(0, FURTHEST), 0),
)
QUERY = Parameter(
    "q", "Words of a report, a name, a place; with or without diacritics, the beginning of a word is enough.",
    {"type": "string", "maxLength": LONGEST_SEARCH}, _words)
SELECTION = (
    Parameter("country", "Any of these took part (ISO 3166-1 alpha-2).", _of(_CODE), _list(_CODE, "VN", str.upper), ()),
    Parameter("between", "All of these took part.", _of(_CODE), _list(_CODE, "RU,VN", str.upper), ()),
    Parameter("topic", "It is about any of these.", _of(_TOPIC), _list(_TOPIC, "drugs", str), ()),
    Parameter("organisation", "Any of these took part.", _of(_BODY), _list(_BODY, "ASEAN", str.upper), ()),
)
PARAMETERS: Mapping[str, tuple[Parameter, ...]] = {
    "/api/meetings": (*SELECTION, *PAGING),
    "/api/meetings/{id}": (),
    "/api/feeds": PAGING,
    "/api/search": (QUERY, *PAGING),
    "/api/openapi.json": (),
}


def read(asked: Sequence[tuple[str, str]], known: tuple[Parameter, ...]) -> Plain:
    """The values of a query by the names of its parameters. Raises Refused."""
    given: dict[str, str] = {}
    for name, value in asked:
        if name in given:
            raise Refused(f"{name[:40]!r} stands twice; part its values by commas")
        given[name] = value
    names = {parameter.name for parameter in known}
    if unknown := next((name for name in given if name not in names), None):
        raise Refused(f"there is no parameter {unknown[:40]!r} here; there are: {', '.join(sorted(names)) or 'none'}")
    values: Plain = {}
    for parameter in known:
        if parameter.name not in given:
            if parameter.default is None:
                raise Refused(f"{parameter.name!r} is missing: {parameter.says}")
            values[parameter.name] = parameter.default
            continue
        try:
            values[parameter.name] = parameter.read(given[parameter.name])
        except ValueError as error:
            raise Refused(f"{parameter.name}={given[parameter.name][:40]!r} {error}") from error
    return values


def description(base_url: str, title: str) -> Plain:
    """The interface as OpenAPI 3.1 tells it."""
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": VERSION, "summary": "Meetings, feeds and search, to be read."},
        "servers": [{"url": base_url.rstrip("/")}],
        "paths": {path: {"get": _operation(path, known)} for path, known in PARAMETERS.items()},
        "components": {"schemas": SCHEMAS},
    }


_TEXT, _ADDRESS, _MOMENT = {"type": "string"}, {"type": "string", "format": "uri"}, {"type": "string", "format": "date-time"}
_DAY = {"type": "string", "format": "date"}


def _object(required: Plain, optional: Plain | None = None) -> Plain:
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


def _each(schema: Plain) -> Plain:
    return {"type": "array", "items": schema}


def _refer(name: str) -> Plain:
    return {"$ref": f"#/components/schemas/{name}"}


SCHEMAS: Plain = {
    "Meeting": _object({
        "id": _TEXT, "uri": _ADDRESS, "url": _ADDRESS, "title": _TEXT, "summary": _TEXT, "published": _MOMENT, "updated": _MOMENT, "feeds": _each(_TEXT),
        "state": {"enum": ["planned", "held"]}, "outlets": {"type": "integer"}, "origins": {"type": "integer"},
    }, {
        "act": _TEXT, "day": _DAY, "day_end": _DAY, "earliest": _DAY, "latest": _DAY, "place": _TEXT,
        "parties": _each(_object({"code": _TEXT, "kind": {"enum": ["country", "organisation"]}, "name": _TEXT})),
        "people": _each(_object({"name": _TEXT}, {"post": _TEXT, "country": _TEXT})), "topics": _each(_object({"id": _TEXT, "title": _TEXT})),
        "iptc": _each(_TEXT), "documents": _each(_TEXT), "headline": _object({"title": _TEXT}, {"language": _TEXT}), "coverage": _each(_refer("Report")),
        "disagreements": _each(_object({"fact": _TEXT, "values": _each(_object({"value": _TEXT, "outlets": _each(_TEXT)}))})),
    }),
    "Report": _object({"outlet": _TEXT, "role": _TEXT, "kind": _TEXT}, {
        "title": _TEXT, "language": _TEXT, "url": _ADDRESS, "published": _MOMENT, "seen": _MOMENT, "credit": _TEXT, "reprints": _each(_refer("Report")),
    }),
    "Feed": _object({
        "path": _TEXT, "kind": _TEXT, "title": _TEXT, "updated": _MOMENT, "archives": {"type": "integer"},
        "links": {"type": "object", "additionalProperties": _ADDRESS},
    }, {"retired": _MOMENT, "moved_to": _TEXT}),
    "Meetings": _object({"meetings": _each(_refer("Meeting"))}, {"next": _ADDRESS}),
    "Feeds": _object({"feeds": _each(_refer("Feed"))}, {"next": _ADDRESS}),
    "Problem": _object({"title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT}),
}
_GIVES = {
    "/api/meetings": ("The meetings that changed last", _refer("Meetings")),
    "/api/meetings/{id}": ("One meeting", _refer("Meeting")),
    "/api/feeds": ("The feeds, by path, those that ended among them", _refer("Feeds")),
    "/api/search": ("The meetings of which a report holds all the words, those reported last first", _refer("Meetings")),
    "/api/openapi.json": ("This description", {"type": "object"}),
}


def _operation(path: str, known: tuple[Parameter, ...]) -> Plain:
    says, schema = _GIVES[path]
    problem = {"content": {"application/problem+json": {"schema": _refer("Problem")}}}
    parameters: list[Plain] = [
        {"name": each.name, "in": "query", "description": each.says, "required": each.default is None, "schema": each.schema} for each in known
    ]
    answers: Plain = {
        "200": {"description": says, "content": {"application/json": {"schema": schema}}},
        "304": {"description": "It is what If-None-Match names"},
        "400": {"description": "A parameter is wrong", **problem},
        "503": {"description": "Too many ask at once, or the store cannot be read; Retry-After says when to ask again", **problem},
    }
    if "{id}" in path:
        parameters.append({"name": "id", "in": "path", "required": True, "schema": _TEXT})
        answers |= {
            "308": {"description": "It proved to be the meeting that Location names"},
            "404": {"description": "There never was one of that id", **problem},
            "410": {"description": "It was withdrawn", **problem},
        }
    return {"summary": says, "parameters": parameters, "responses": answers}
