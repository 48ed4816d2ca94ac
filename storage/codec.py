"""A noun as JSON, and back.

Driven by the types of a dataclass's fields, so a field that is added with a
default needs no migration: older rows are read with the default. Moments are
written in UTC with six digits of a second, so that they sort as text.

Touches: nothing.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Turn = Callable[[Any], Any]     # a value as plain JSON, or plain JSON as a value


def moment_text(moment: datetime) -> str:
    """`moment` as text that sorts.

    >>> moment_text(datetime(2023, 10, 31, 9, tzinfo=UTC))
    '2023-10-31T09:00:00.000000+00:00'
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment_of(text: str) -> datetime:
    """The moment that `moment_text` wrote."""
    return datetime.fromisoformat(text)


def to_json(value: object) -> str:
    """A dataclass, or plain JSON values, as one line of JSON that any database can hold."""
    kind: Any = type(value)
    turn = _writer(kind) if _is_noun(kind) else None
    plain = turn(value) if turn else value
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:      # a lone surrogate: written as an escape it is text again
        text = json.dumps(plain, separators=(",", ":"))
    return text


def from_json(kind: type[T], text: str) -> T:
    """The dataclass that `to_json` wrote: unknown fields are passed over, missing ones get their default."""
    noun: Any = kind
    read: Callable[[Any], T] = _reader_of(noun)
    return read(json.loads(text))


def _is_noun(kind: Any) -> bool:
    return is_dataclass(kind)


@cache
def _writer(kind: Any) -> Turn | None:
    """What turns a value of `kind` into plain JSON; None where it is plain already."""
    if kind is datetime:
        return moment_text
    if kind is date:
        return date.isoformat
    if kind is timedelta:
        return timedelta.total_seconds
    if _is_noun(kind):
        hints = get_type_hints(kind)
        parts = tuple((field.name, _writer(hints[field.name])) for field in fields(kind))
        return lambda value: {name: turn(getattr(value, name)) if turn else getattr(value, name) for name, turn in parts}
    return _composite(kind, _writer, list)


@cache
def _reader_of(kind: Any) -> Turn:
    """What turns a plain mapping into the dataclass `kind`."""
    hints = get_type_hints(kind)
    turns = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    needed = [field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING]

    def read(plain: dict[str, Any]) -> Any:
        if missing := [name for name in needed if name not in plain]:
            raise ValueError(f"a stored {kind.__name__} has no {', '.join(missing)}")
        known = {}
        for name, value in plain.items():
            if name in turns:
                turn = turns[name]
                known[name] = turn(value) if turn else value
        return kind(**known)

    return read


@cache
def _reader(kind: Any) -> Turn | None:
    """What turns plain JSON into a value of `kind`; None where it is the same."""
    if kind is datetime:
        return moment_of
    if kind is date:
        return date.fromisoformat
    if kind is timedelta:
        return lambda seconds: timedelta(seconds=seconds)
    if _is_noun(kind):
        return _reader_of(kind)
    return _composite(kind, _reader, tuple)


def _composite(kind: Any, find: Callable[[Any], Turn | None], gather: type) -> Turn | None:
    """The turn of an optional or a tuple, built from the turns `find` gives for its parts."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        each = find(arguments[0])
        return gather if each is None else lambda values: gather(map(each, values))
    if origin is tuple:
        turns = tuple(find(argument) for argument in arguments)
        return lambda values: gather(turn(value) if turn else value for turn, value in zip(turns, values, strict=True))
    if origin in (Union, types.UnionType):
        (inner,) = (argument for argument in arguments if argument is not types.NoneType)
        some = find(inner)
        return None if some is None else lambda value: None if value is None else some(value)
    if kind in (str, int, float, bool) or origin is Literal:
        return None
    raise TypeError(f"no JSON for {kind!r}")
