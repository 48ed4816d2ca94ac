"""What the published files last said."""

from __future__ import annotations

from storage.model import Publication
from tests.factory import NOW


def test_publications_are_kept_replaced_and_forgotten(store):
    first, second = Publication("b.atom", "1", NOW), Publication("a.atom", "2", NOW)
    store.publications.save_many([first, second])
    assert list(store.publications.all().items()) == [("a.atom", second), ("b.atom", first)]
    newer = Publication("b.atom", "3", NOW)
    store.publications.save_many(iter([newer]))
    assert store.publications.get("b.atom") == newer
    store.publications.forget(["b.atom", "never.atom"])
    assert store.publications.all() == {"a.atom": second}
    assert store.publications.get("b.atom") is None


def test_thousands_are_kept_and_forgotten_at_once(store):
    store.publications.save_many(Publication(f"{number}.atom", "1", NOW) for number in range(2_000))
    assert len(store.publications.all()) == 2_000
    store.publications.forget(f"{number}.atom" for number in range(1_999))
    assert list(store.publications.all()) == ["1999.atom"]
