"""The little SQL that both databases share, and what can go wrong in this room.

Values are always named parameters (`:name`); a tuple stands for a list, as in
`id IN (:ids)`. Nothing here knows which database answers.

Touches: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Row = tuple[Any, ...]
Values = Mapping[str, object]

MANY = 500      # values in one list: far below the fewest parameters a database allows (SQLite 32,766), enough to make round trips rare


class StorageError(Exception):
    """The root of this room's errors: the store cannot be read or written. The message says which, why, and what helps."""


class Database(Protocol):
    """One connection. `transaction` may be nested: the outermost is the change that is made or not."""

    dialect: str        # "sqlite", "postgresql": a migration may say a word to one of them alone
    name: str           # what the operator calls it

    def tables(self) -> tuple[str, ...]:
        """The tables it holds now."""

    def execute(self, sql: str, values: Values | None = None) -> int:
        """How many rows were changed."""

    def executemany(self, sql: str, rows: Iterable[Values]) -> None:
        """The same statement for each of `rows`."""

    def query(self, sql: str, values: Values | None = None) -> list[Row]:
        """Every row of the answer."""

    def transaction(self) -> AbstractContextManager[None]:
        """A change that is made whole or not at all."""

    def claimed(self) -> AbstractContextManager[None]:
        """The right to poll and publish, which one process has at a time. Raises StorageError while another has it."""

    def close(self) -> None:
        """Gives the connection back."""


class Changes:
    """Transactions that may be nested, over the three words every database knows."""

    def __init__(self, name: str, begin: Callable[[], object], commit: Callable[[], object], rollback: Callable[[], object]) -> None:
        self._name, self._begin, self._commit, self._rollback = name, begin, commit, rollback
        self._depth = 0
        self._broken = False

    @property
    def under_way(self) -> bool:
        """Whether a change is being made."""
        return self._depth > 0

    def transaction(self) -> AbstractContextManager[None]:
        """A change of its own, or a part of the one under way."""
        return self._joined() if self._depth else self._outermost()

    @contextmanager
    def _joined(self) -> Iterator[None]:
        self._depth += 1
        try:
            yield
        except BaseException:
            self._broken = True
            raise
        finally:
            self._depth -= 1

    @contextmanager
    def _outermost(self) -> Iterator[None]:
        self._begin()
        self._depth, self._broken = 1, False
        try:
            yield
            if self._broken:
                raise StorageError(f"{self._name}: a part of this change failed, so none of it was made")
            self._commit()
        except BaseException:
            self._rollback()
            raise
        finally:
            self._depth = 0


def expand(sql: str, values: Values) -> tuple[str, dict[str, object]]:
    """`sql` with each parameter that is a tuple written out as a list.

    Lists are filled up to a power of two with their last value, so that few
    different statements exist for the database to prepare. An empty list holds
    nothing but NULL, which equals no value.

    >>> expand("id IN (:ids)", {"ids": ("a", "b", "c")})
    ('id IN (:ids_0, :ids_1, :ids_2, :ids_3)', {'ids_0': 'a', 'ids_1': 'b', 'ids_2': 'c', 'ids_3': 'c'})
    """
    plain: dict[str, object] = {}
    for name, value in values.items():
        if not isinstance(value, tuple):
            plain[name] = value
            continue
        listed: Sequence[object] = value or (None,)
        size = 1 << (len(listed) - 1).bit_length()
        for place in range(size):
            plain[f"{name}_{place}"] = listed[min(place, len(listed) - 1)]
        sql = re.sub(rf":{name}\b", ", ".join(f":{name}_{place}" for place in range(size)), sql)
    return sql, plain


def storable(value: object) -> object:
    """`value` as every database can hold it: a NUL or half a surrogate pair becomes U+FFFD."""
    if not isinstance(value, str):
        return value
    return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def in_lists(values: Iterable[T], size: int = MANY) -> Iterator[tuple[T, ...]]:
    """`values` without repetition, in their order, in tuples short enough for one statement."""
    rest = iter(dict.fromkeys(values))
    while some := tuple(islice(rest, size)):
        yield some
