"""Values for tests: each with every field filled, so that a test names only what matters to it.

Touches: nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from aggregator.parse.entry import Entry
from storage.model import Coverage, Item, Meeting, Member, Party, Person, Report, Source

NOW = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)


def source(**fields: Any) -> Source:
    return replace(Source("au-press", "https://au.example/feed", "AU Press", language="en", country="AU", family="au-press"), **fields)


def entry(**fields: Any) -> Entry:
    return replace(Entry(0, guid="urn:1", link="https://au.example/1", title="Ministers meet", summary="They met."), **fields)


def item(**fields: Any) -> Item:
    plain = Item(
        id="i-1", source_id="au-press", outlet="AU Press", url="https://au.example/1", title="Ministers of Australia and Fiji meet in Suva",
        summary="", body="The ministers of Australia and Fiji met in Suva on 4 March.", html="", language="en", published=NOW, first_seen=NOW, hash="0" * 64,
    )
    return replace(plain, **fields)


def report(**fields: Any) -> Report:
    plain = Report(
        item_id="i-1", position=0, kind="report", day=date(2026, 3, 4), day_confidence=0.9, place="Suva", act="talks",
        parties=(Party("AU", "country", "party"), Party("FJ", "country", "party")),
        people=(Person("Joan Field", "field joan", "Minister of Home Affairs", "AU"), Person("Pio Ravu", "pio ravu", "Minister of Immigration", "FJ")),
        topics=(("border-management", None),),
    )
    return replace(plain, **fields)


def coverage(**fields: Any) -> Coverage:
    return replace(Coverage("i-1", 0, "m-1", "report", 1.0), **fields)


def member(of: Source | None = None, what: Item | None = None, says: Report | None = None, claim: Coverage | None = None) -> Member:
    what = what or item()
    says = says or report(item_id=what.id)
    return Member(of or source(id=what.source_id), what, says, claim or coverage(item_id=what.id, position=says.position, kind=says.kind))


def meeting(**fields: Any) -> Meeting:
    plain = Meeting(
        id="m-1", title="Ministers of Australia and Fiji meet in Suva", language="en", state="held", published=NOW, updated=NOW, day=date(2026, 3, 4), place="Suva",
        act="talks", parties=report().parties, people=report().people, topics=("border-management",), summary="They met in Suva.",
    )
    return replace(plain, **fields)
