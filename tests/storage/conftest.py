"""A store for each kind of database; every test of this room runs once on each.

Touches: the database it opens.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import Store, open_store
from tests.factory import NOW, source
from tests.postgresql import empty_schema


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, one for each test."""
    if request.param == "sqlite":
        yield f"sqlite:{tmp_path / 'communique.db'}"
        return
    with empty_schema() as address:
        yield address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store that knows two sources, au-press and nz-press."""
    with open_store(url) as opened:
        opened.sources.configure([source(), source(id="nz-press", url="https://nz.example/feed", name="NZ Press", country="NZ", family="")], NOW)
        yield opened
