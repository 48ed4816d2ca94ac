"""The outlets of the newsroom, what they wrote, and what really happened.

Every article says which meetings it reports, so the newsroom is a labelled set
as well as a show. Its days are fixed: `OPENS` gives the moment at which each
round is to be read.

Touches: the files in data/.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, cast

from storage.model import Role

Format = Literal["rss", "atom", "json", "page", "table"]
Behaviour = Literal["", "moved", "slow", "broken"]
Relation = Literal["report", "preview", "none"]
Text = Literal["plain", "html", "xhtml", "both", "teaser"]
Guid = Literal["permalink", "tag", "number", "none"]
Links = Literal["absolute", "tracking", "relative"]

OPENS = {
    1: datetime(2026, 11, 16, 6, tzinfo=UTC),   # a Monday: the meetings lie in the two weeks before
    2: datetime(2026, 11, 18, 6, tzinfo=UTC),
}
DATA = Path(__file__).parent / "data"
EVENTS = "meetings.toml"


@dataclass(frozen=True, slots=True)
class Event:
    """A meeting as it really was."""

    id: str
    day: date
    place: str                                  # "" when it had none: a telephone call
    countries: tuple[str, ...]                  # the parties, ISO 3166-1 alpha-2, sorted
    organisations: tuple[str, ...]
    topics: tuple[str, ...]
    people: tuple[str, ...]                     # "name (post, country)"
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """One text of one outlet, and what it is about."""

    id: str                                     # "<outlet>/<slug>"
    slug: str
    title: str
    lead: str
    paragraphs: tuple[str, ...]                 # after the lead
    published: datetime                         # in the outlet's own zone
    dated: bool                                 # False: the outlet does not say when
    author: str
    credit: str                                 # whom a reprint credits
    copy_of: str                                # id of the article it reprints nearly word for word
    round: int                                  # the first round in which it is served
    relation: Relation
    reports: tuple[str, ...]                    # events it reports, main first
    refers_to: tuple[str, ...]                  # events it only announces

    @property
    def text(self) -> tuple[str, ...]:
        return (self.lead, *self.paragraphs)


@dataclass(frozen=True, slots=True)
class Outlet:
    """A source that does not exist, with its habits."""

    id: str
    name: str
    format: Format
    site: str                                   # a reserved name: nobody's
    language: str
    country: str
    timezone: str
    family: str
    role: Role
    behaviour: Behaviour
    full_text: bool
    text: Text                                  # what its feed carries of an article
    guid: Guid
    links: Links
    dates: str                                  # a name in dates.STYLES
    encoding: str
    rich: bool                                  # many namespaces
    wrapped: bool                               # its own words round every text
    articles: tuple[Article, ...]               # newest first


def read_events() -> tuple[Event, ...]:
    """What really happened, in the order of data/meetings.toml."""
    table = tomllib.loads((DATA / EVENTS).read_text(encoding="utf-8"))
    return tuple(_event(name, cast("dict[str, Any]", fields)) for name, fields in table.items())


def read_outlets() -> tuple[Outlet, ...]:
    """Every outlet with all that it writes in both rounds, by id."""
    files = sorted(path for path in DATA.glob("*.toml") if path.name != EVENTS)
    return tuple(_outlet(path.stem, tomllib.loads(path.read_text(encoding="utf-8"))) for path in files)


def _event(name: str, fields: Mapping[str, Any]) -> Event:
    def words(key: str) -> tuple[str, ...]:
        return tuple(fields.get(key, ()))

    return Event(
        id=name, day=fields["day"], place=fields["place"], countries=words("countries"), organisations=words("organisations"),
        topics=words("topics"), people=words("people"), documents=words("documents"),
    )


def _outlet(name: str, fields: Mapping[str, Any]) -> Outlet:
    articles = [_article(name, article) for article in fields.get("articles", ())]
    return Outlet(
        id=name, name=fields["name"], format=fields["format"], site=fields["site"],
        language=fields["language"], country=fields["country"], timezone=fields["timezone"],
        family=fields.get("family", name), role=fields["role"],
        behaviour=fields.get("behaviour", ""), full_text=fields.get("full_text", False),
        text=fields.get("text", "plain"), guid=fields.get("guid", "permalink"), links=fields.get("links", "absolute"),
        dates=fields.get("dates", "usual"), encoding=fields.get("encoding", "utf-8"),
        rich=fields.get("rich", False), wrapped=fields.get("wrapped", False),
        articles=tuple(sorted(articles, key=lambda article: (article.published, article.id), reverse=True)),
    )


def _article(outlet: str, fields: Mapping[str, Any]) -> Article:
    reports = tuple(fields.get("reports", ()))
    return Article(
        id=f"{outlet}/{fields['id']}", slug=fields["id"], title=fields["title"], lead=fields["lead"].strip(),
        paragraphs=tuple(paragraph.strip() for paragraph in fields["text"].strip().split("\n\n")),
        published=fields["published"], dated=fields.get("dated", True), author=fields.get("author", ""),
        credit=fields.get("credit", ""), copy_of=fields.get("copy_of", ""), round=fields.get("round", 1),
        relation=fields.get("relation", "report"), reports=reports, refers_to=tuple(fields.get("refers_to", ())),
    )
