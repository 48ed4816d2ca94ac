"""A store copied into another, table by table, whatever database holds them.

Both are brought to the newest schema when they are opened, so their tables have the
same columns in the same order; ids, settings and publications go along, and
what is published from the copy has the same bytes.

Touches: the two databases it was given.
"""

from __future__ import annotations

from collections.abc import Callable

from storage.database import Database, StorageError

BATCH = 500


def copy(source: Database, target: Database, on_progress: Callable[[str, int], None] = lambda table, rows: None) -> int:
    """Copies every row, as one change; returns how many. Raises StorageError when the target holds something already."""
    tables = _in_order(source)
    filled = [table for table in tables if target.query(f"SELECT count(*) FROM {table}") != [(0,)]]
    if filled:
        raise StorageError(f"{target.name}: holds {', '.join(filled)} already; copy into an empty store")
    copied = 0
    with target.transaction():
        for table in tables:
            rows = source.query(f"SELECT * FROM {table}")
            for start in range(0, len(rows), BATCH):
                some = rows[start : start + BATCH]
                places = ", ".join(f":c{number}" for number in range(len(some[0])))
                target.executemany(f"INSERT INTO {table} VALUES ({places})", [{f"c{number}": value for number, value in enumerate(row)} for row in some])
            copied += len(rows)
            on_progress(table, len(rows))
    return copied


def _in_order(database: Database) -> tuple[str, ...]:
    """The tables, those that others refer to first."""
    first = ("sources", "items", "meetings")
    rest = sorted(table for table in database.tables() if table not in (*first, "schema_version"))
    return (*first, *rest)
