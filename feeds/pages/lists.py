"""Meetings in lists: as rows, under their days, and along a line of time.

Touches: nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from markupsafe import Markup

from feeds import clean
from feeds.messages.words import Words, words
from feeds.pages.paper import fill
from feeds.presentation import Presentation, days
from feeds.site import Site

MOST_NAMES = 4                                  # people named in a row of a list
MOST_PAPERS, LONGEST_PAPER = 2, 120             # documents named in a row, and how many characters of each title
GAP = timedelta(days=60)                        # between two meetings of a pair: shorter is the usual pace of ministers
MONTH, YEAR = 30.44, 365.25                     # days
WEEK = 7


@dataclass(frozen=True, slots=True)
class Row:
    """A meeting in a list, already HTML."""

    day: date | None
    planned: bool
    html: Markup
    labels: tuple[str, ...] = ()                # the paths of the feeds it is in


@dataclass(frozen=True, slots=True)
class Day:
    """A day and its meetings."""

    weekday: str
    heading: str
    iso: str                                    # "" when the day is not known
    rows: tuple[Row, ...]
    year: str = ""                              # on a line of time: the year that begins here, coming from the latest
    gap: str = ""                               # on a line of time: how long nothing was before the day above, in words


@dataclass(frozen=True, slots=True)
class WeekDay:
    """A day of the week that the front page looks back on."""

    weekday: str
    heading: str
    iso: str
    meetings: int


def row(meeting: Presentation, paths: frozenset[str], root: str, site: Site, labels: tuple[str, ...] = ()) -> Row:
    """`meeting` as a row of a list on a page from which the site begins at `root`; it links to those feeds that are among `paths`."""
    title = headline(meeting, words(site.language))
    people = [(name, side.party) for side in meeting.sides for name, _ in side.people if name not in title]
    html = fill(
        "row.html", site, meeting=meeting, title=title, people=people[:MOST_NAMES], more=len(people) - MOST_NAMES, paths=paths, root=root,
        papers=[clean.shorten(paper, LONGEST_PAPER) for paper in meeting.agreements[:MOST_PAPERS]], unnamed=len(meeting.agreements) - MOST_PAPERS,
    )
    return Row(meeting.day, meeting.state == "planned", Markup(html), labels)


def headline(meeting: Presentation, said: Words) -> str:
    """What a meeting is called where its parties and its day stand beside it: its heading without them."""
    if not meeting.composed:
        return meeting.heading
    title = meeting.heading.removesuffix(said.say("titles.dated", when=meeting.when)).removesuffix(said.say("titles.undated", when=meeting.when))
    title = title.removeprefix(f"{said.joined(party.name for party in meeting.parties)}: ")
    return title[:1].upper() + title[1:]


def listed(rows: Sequence[Row], said: Words) -> tuple[tuple[Day, ...], tuple[Day, ...]]:
    """What is planned, the next first; and the rest under its days, the latest first and those of no known day last."""
    planned = sorted((row for row in rows if row.planned), key=lambda row: (row.day is None, row.day or date.max))
    held = sorted((row for row in rows if not row.planned), key=lambda row: row.day or date.min, reverse=True)
    return _grouped(planned, said), _grouped(held, said)


def timeline(rows: Sequence[Row], said: Words) -> tuple[Day, ...]:
    """The same along a line of time, the latest first, with the years and the gaps that part them."""
    found: list[Day] = []
    later: date | None = None
    for group in _grouped(sorted(rows, key=lambda row: row.day or date.min, reverse=True), said):
        day = group.rows[0].day
        gap = _gap(later - day, said) if day and later else ""
        year = str(day.year) if day and (later is None or later.year != day.year) else ""
        found.append(Day(group.weekday, group.heading, group.iso, group.rows, year, gap))
        later = day or later
    return tuple(found)


def week(rows: Iterable[Row], said: Words) -> tuple[WeekDay, ...]:
    """The seven days to the latest on which a meeting was held; none when no day is known."""
    held = Counter(row.day for row in rows if row.day and not row.planned)
    if not held:
        return ()
    last = max(held)
    return tuple(
        WeekDay(said.lists["dates.short_weekdays"][day.weekday()], _short(day, said), day.isoformat(), held[day])
        for day in (last - timedelta(days=back) for back in reversed(range(WEEK)))
    )


def _short(day: date, said: Words) -> str:
    return said.say("dates.day_and_month", day=day.day, month=said.lists["dates.short_months"][day.month - 1])


def _gap(length: timedelta, said: Words) -> str:
    if length < GAP:
        return ""
    years, months = int(length.days / YEAR), int(length.days / MONTH)
    return said.count("pages.gap_years", years) if years > 1 else said.count("pages.gap_months", months)


def _grouped(rows: Sequence[Row], said: Words) -> tuple[Day, ...]:
    return tuple(
        Day(
            said.lists["dates.weekdays"][day.weekday()] if day else "", days(day, None, said) if day else said.say("pages.no_day"),
            day.isoformat() if day else "", tuple(same),
        )
        for day, same in groupby(rows, key=lambda row: row.day)
    )
