"""The pages of a site: front, feeds, meetings, sources.

Pure in effect: the same values give the same bytes; "today" is not known here, so
"the week" is that of the latest meeting.

Touches: nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from feeds import clean
from feeds.headings import feed_title, subtitle
from feeds.messages.words import words
from feeds.pages import charts
from feeds.pages.lists import Row, headline, listed, timeline, week
from feeds.pages.paper import page
from feeds.pages.record import record
from feeds.places import country
from feeds.presentation import Presentation
from feeds.site import Site
from feeds.tallies import Tally
from storage.model import Feed

GROUPS = ("combination", "topic", "country", "pair", "region", "organisation")
FRONT_DAYS, FRONT_ROWS = 14, 45                 # on the front page, which stays below 100 kB with its stylesheet
FRONT_PLANNED = 10
NARROWED = 8                                    # topics, countries and pairs to narrow the front page by
MOST_LISTED = 100                               # meetings on one page
MOST_PARTNERS = 15                              # in the chart of a country
LONGEST_SEARCH = 200                            # characters
SERVICE_FORMATS = (("Atom", "atom"), ("JSON", "json"), ("RSS", "rss"))


@dataclass(frozen=True, slots=True)
class Possibly:
    """A meeting that may be the same as the one of the page."""

    id: str
    title: str
    when: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    """A source, and how it is."""

    name: str
    kind: str
    language: str                               # its name
    country: str
    role: str
    state: str                                  # "well", or one of the states of alarms
    reason: str
    last_new: date | None


@dataclass(frozen=True, slots=True)
class Narrower:
    """A feed by which a list may be narrowed, and how many of the listed meetings it holds."""

    path: str
    title: str
    meetings: int


@dataclass(frozen=True, slots=True)
class Partner:
    """A country that another met, with a bar as long as the number asks."""

    code: str
    name: str
    path: str                                   # of the feed of both; "" when there is none
    meetings: int
    bar: str


def index_page(rows: Sequence[Row], feeds: Iterable[Feed], site: Site) -> bytes:
    """The first page: the latest days and the week, what is planned, and the ways to narrow them down."""
    feeds, said = tuple(feeds), words(site.language)
    planned, held = listed(rows, said)
    by_day, left = [], FRONT_ROWS
    for day in held[:FRONT_DAYS]:
        if left <= 0:
            break
        by_day.append(day)
        left -= len(day.rows)
    days = week(rows, said)
    return page(
        "index.html", site, root="", planned=planned[:FRONT_PLANNED], days=by_day, week=days, in_week=sum(day.meetings for day in days),
        shown=frozenset(day.iso for day in by_day), narrower=_narrower(rows, feeds), has_all=any(feed.kind == "all" for feed in feeds),
        cut=len(by_day) < len(held),
    )


def _narrower(rows: Sequence[Row], feeds: Sequence[Feed]) -> tuple[tuple[str, tuple[Narrower, ...]], ...]:
    """The feeds that the listed meetings are in, by kind, those with the most first."""
    counts = Counter(label for row in rows for label in row.labels)
    found = []
    for kind in ("topic", "country", "pair"):
        of_kind = sorted((feed for feed in feeds if feed.kind == kind and counts[feed.path]), key=lambda feed: (-counts[feed.path], feed.title))
        if of_kind:
            found.append((kind, tuple(Narrower(feed.path, feed.title, counts[feed.path]) for feed in of_kind[:NARROWED])))
    return tuple(found)


def feeds_page(feeds: Iterable[Feed], site: Site) -> bytes:
    """Every feed, to subscribe to."""
    said, feeds = words(site.language), tuple(feeds)
    groups = [(said.say(f"feeds.group_{kind}"), [feed for feed in feeds if feed.kind == kind and "/" in feed.path]) for kind in GROUPS]
    return page("feeds.html", site, root="", groups=[group for group in groups if group[1]], has_all=any(feed.kind == "all" for feed in feeds))


def feed_page(feed: Feed, rows: Sequence[Row], site: Site, *, tally: Tally | None = None, more: bool = False) -> bytes:
    """The page of one feed: that of a country with its partners and its year, that of a pair along a line of time.

    `more` says that the feed holds other meetings than those of `rows`.
    """
    said = words(site.language)
    shown = rows[:MOST_LISTED]
    planned, held = listed(shown, said)
    values: dict[str, object] = {"planned": planned, "days": held, "tally": tally}
    if feed.kind == "pair":
        values["days"] = timeline([row for row in shown if not row.planned], said)
    if tally and tally.days:
        year = max(tally.days).year
        values |= {
            "met": sum(tally.days.values()), "first": min(tally.days), "last": max(tally.days), "year": year,
            "strip": charts.strip(tally.days, said) if feed.kind == "pair" else "", "year_map": charts.year_map(tally.days, year, said),
            "by_year": charts.by_year(tally.days, said), "partners": _partners(feed, tally, site),
        }
    has_calendar = "/" in feed.path or feed.kind == "all"
    return page(
        "feed.html", site, root="../" * feed.path.count("/"), path=feed.path, feed=feed, name=feed_title(feed, site), subtitle=subtitle(feed, site),
        address=site.url(f"{feed.path}.atom"), formats=SERVICE_FORMATS, has_calendar=has_calendar, more=more or len(rows) > MOST_LISTED,
        shown=len(shown), sides=[(code.lower(), country(code, site.language)) for code in feed.countries] if feed.kind == "pair" else [], **values,
    )


def _partners(feed: Feed, tally: Tally, site: Site) -> list[Partner]:
    if not tally.partners:
        return []
    (own,), most = feed.countries, tally.partners[0][1]
    return [
        Partner(code, country(code, site.language), f"pair/{'-'.join(sorted((own.lower(), code.lower())))}", number, charts.bar(number, most))
        for code, number in tally.partners[:MOST_PARTNERS]
    ]


def meeting_page(
    meeting: Presentation, feeds: Sequence[Feed], possibly: Sequence[Possibly], site: Site, *, rulings: Sequence[tuple[str, str]] = (),
) -> bytes:
    """The page of one meeting, which is in `feeds`; `rulings` are what people decided of it, and who and when."""
    said = words(site.language)
    identifier, address = site.meeting_id(meeting.id), site.url(f"meeting/{meeting.id}.html")
    return page(
        "meeting.html", site, root="../", meeting=meeting, title=headline(meeting, said), feeds=feeds, possibly=possibly, rulings=rulings,
        record=record(meeting, site), paths=frozenset(feed.path for feed in feeds), identifier=identifier, address=address,
        pairs=[feed for feed in feeds if feed.kind == "pair"],
        citation=said.say("pages.citation", heading=meeting.heading, site=clean.line(site.title), address=address, identifier=identifier),
    )


def moved_page(meeting_id: str, successor: Presentation | None, feed_paths: Sequence[str], site: Site) -> bytes:
    """The page of a meeting that is no more, which leads to its successor."""
    return page("moved.html", site, root="../", successor=successor, feed_paths=feed_paths, identifier=site.meeting_id(meeting_id))


def search_page(asked: str, rows: Sequence[Row], site: Site) -> bytes:
    """What was found for the words that were asked for; "" asks for none."""
    planned, held = listed(rows, words(site.language))
    return page("search.html", site, root="", asked=clean.line(asked, LONGEST_SEARCH), found=len(rows), days=(*planned, *held))


def sources_page(sources: Sequence[Watched], feed: Feed, rows: Sequence[Row], site: Site) -> bytes:
    """Where we look and how it is, those that need a look first; then what happened lately."""
    first = sorted(sources, key=lambda source: (source.state == "well", source.name.casefold(), source.kind))
    return page(
        "sources.html", site, root="", feed=feed, name=feed_title(feed, site), subtitle=subtitle(feed, site), address=site.url(f"{feed.path}.atom"),
        formats=SERVICE_FORMATS, sources=first, rows=rows,
    )
