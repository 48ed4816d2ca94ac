"""Meetings and feeds as pages.

Pure in effect: the same values give the same bytes; "today" is not known here.

Touches: the templates beside it, read once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from feeds.atom import feed_title, subtitle
from feeds.content import KIND_NAMES, ROLE_NAMES, when_said
from feeds.pages.record import record
from feeds.places import direction
from feeds.presentation import Presentation, days
from feeds.site import Site
from storage.model import Feed

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
GROUPS = (
    ("combination", "Chosen"), ("topic", "Topics"), ("country", "Countries"), ("pair", "Pairs of countries"), ("region", "Regions"),
    ("organisation", "Organisations"),
)
MOST_DAYS = 14                                  # on the index
MOST_LISTED = 100                               # meetings on one page
MOST_NAMES = 4                                  # people named in a row of a list


@dataclass(frozen=True, slots=True)
class Row:
    """A meeting in a list, already HTML."""

    day: date | None
    planned: bool
    html: Markup


@dataclass(frozen=True, slots=True)
class Possibly:
    """A meeting that may be the same as the one of the page."""

    id: str
    title: str
    when: str
    reasons: tuple[str, ...]


def _direction(language: str) -> Markup:
    """The lang and dir attributes of foreign words."""
    way = direction(language)
    named = Markup(' lang="{}"').format(language) if language else Markup("")
    return named + Markup(' dir="{}"').format(way) if way != "ltr" else named


_PAGES = Environment(loader=PackageLoader("feeds", "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
_PAGES.globals.update(foreign=_direction, said=when_said, roles=ROLE_NAMES, kinds=KIND_NAMES, days=days)


def style() -> bytes:
    """The stylesheet."""
    loader = _PAGES.loader
    assert loader is not None
    return loader.get_source(_PAGES, "style.css")[0].encode("utf-8")


def row(meeting: Presentation, paths: frozenset[str], root: str) -> Row:
    """`meeting` as a row of a list on a page from which the site begins at `root`; it links to those feeds that are among `paths`."""
    people = [(name, side.party) for side in meeting.sides for name, _ in side.people]
    html = _PAGES.get_template("row.html").render(meeting=meeting, people=people[:MOST_NAMES], more=len(people) - MOST_NAMES, paths=paths, root=root)
    return Row(meeting.day, meeting.state == "planned", Markup(html))


def index_page(rows: Sequence[Row], feeds: Iterable[Feed], site: Site) -> bytes:
    """The first page: the latest days, what is planned, and every feed."""
    groups = [(title, [feed for feed in feeds if feed.kind == kind]) for kind, title in GROUPS] if (feeds := tuple(feeds)) else []
    planned, by_day = _listed(rows)
    return _page("index.html", site, root="", path="index", planned=planned, days=by_day[:MOST_DAYS], groups=[group for group in groups if group[1]],
                 has_all=any(feed.kind == "all" for feed in feeds))


def feed_page(feed: Feed, rows: Sequence[Row], site: Site) -> bytes:
    """The page of one feed."""
    planned, by_day = _listed(rows[:MOST_LISTED])
    root = "../" * feed.path.count("/")
    return _page("feed.html", site, root=root, path=feed.path, feed=feed, name=feed_title(feed, site), subtitle=subtitle(feed, site),
                 planned=planned, days=by_day, address=site.url(f"{feed.path}.atom"))


def meeting_page(meeting: Presentation, feeds: Sequence[Feed], possibly: Sequence[Possibly], site: Site, *, rulings: Sequence[str] = ()) -> bytes:
    """The page of one meeting, which is in `feeds`; `rulings` are what people said of it, in words."""
    return _page("meeting.html", site, root="../", path=f"meeting/{meeting.id}", meeting=meeting, feeds=feeds, possibly=possibly, rulings=rulings,
                 record=record(meeting, site),
                 paths=frozenset(feed.path for feed in feeds), identifier=site.meeting_id(meeting.id), address=site.url(f"meeting/{meeting.id}.html"))


def moved_page(meeting_id: str, successor: Presentation | None, feed_paths: Sequence[str], site: Site) -> bytes:
    """The page of a meeting that is no more, which leads to its successor."""
    return _page("moved.html", site, root="../", successor=successor, feed_paths=feed_paths, identifier=site.meeting_id(meeting_id))


def _page(template: str, site: Site, **values: object) -> bytes:
    return (_PAGES.get_template(template).render(site=site, **values) + "\n").encode("utf-8")


Days = list[tuple[str, str, str, list[Row]]]    # weekday, heading, ISO day, and the meetings of that day


def _listed(rows: Sequence[Row]) -> tuple[Days, Days]:
    """What is planned, the next first; and the rest under its days, the latest first and those of no known day last."""
    planned = sorted((row for row in rows if row.planned), key=lambda row: (row.day is None, row.day or date.max))
    held = sorted((row for row in rows if not row.planned), key=lambda row: row.day or date.min, reverse=True)
    return _grouped(planned), _grouped(held)


def _grouped(rows: Sequence[Row]) -> Days:
    return [
        (WEEKDAYS[day.weekday()] if day else "", days(day) if day else "Day not known", day.isoformat() if day else "", list(same))
        for day, same in groupby(rows, key=lambda row: row.day)
    ]
