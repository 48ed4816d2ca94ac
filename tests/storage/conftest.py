"""A store for each kind of database; every test of this room runs once on each.

Touches: the database it opens.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import Store, open_store
from tests.factory import NOW, source


@pytest.fixture(params=["sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, one for each test."""
    return f"{request.param}:{tmp_path / 'communique.db'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store that knows two sources, au-press and nz-press."""
    with open_store(url) as opened:
        opened.sources.configure([source(), source(id="nz-press", url="https://nz.example/feed", name="NZ Press", country="NZ", family="")], NOW)
        yield opened
