"""A store for each kind of database; every test of this room runs once on each.

Touches: the database it opens.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from storage.store import Store, open_store
from tests.factory import NOW, source

SERVER = os.environ.get("COMMUNIQUE_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, one for each test."""
    if request.param == "sqlite":
        yield f"sqlite:{tmp_path / 'communique.db'}"
        return
    psycopg = _driver()
    schema = f"test_{uuid.uuid4().hex}"
    try:
        server = psycopg.connect(SERVER, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        _absent(f"no PostgreSQL server at {SERVER}: {error}")
    server.execute(f"CREATE SCHEMA {schema}")
    yield f"{SERVER}?options=-csearch_path%3D{schema}"
    server.execute(f"DROP SCHEMA {schema} CASCADE")
    server.close()


def _driver() -> Any:
    try:
        import psycopg
    except ImportError:
        _absent("the PostgreSQL driver is not installed: pip install 'communique[cluster]'")
    return psycopg


def _absent(what: str) -> NoReturn:
    """Here the tests of PostgreSQL are left out; where changes are judged (CI=1) they may not be."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store that knows two sources, au-press and nz-press."""
    with open_store(url) as opened:
        opened.sources.configure([source(), source(id="nz-press", url="https://nz.example/feed", name="NZ Press", country="NZ", family="")], NOW)
        yield opened
