"""The PostgreSQL server that tests use: an empty schema for each, and one way to do without it.

Touches: the database server.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

SERVER = os.environ.get("COMMUNIQUE_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")


@contextmanager
def empty_schema() -> Iterator[str]:
    """The address of a store in a schema of its own, which is dropped in the end with the queue beside it."""
    try:
        import psycopg
    except ImportError:
        absent("the PostgreSQL driver is not installed: pip install 'communique[cluster]'")
    try:
        server = psycopg.connect(SERVER, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        absent(f"no PostgreSQL server at {SERVER}: {error}")
    schema = f"test_{uuid.uuid4().hex}"
    server.execute(f"CREATE SCHEMA {schema}")
    try:
        yield f"{SERVER}?options=-csearch_path%3D{schema}"
    finally:
        server.execute(f"DROP SCHEMA IF EXISTS {schema}, {schema}_queue CASCADE")
        server.close()


def absent(what: str) -> NoReturn:
    """Here the tests of PostgreSQL are left out; where changes are judged (CI=1) they may not be."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)
