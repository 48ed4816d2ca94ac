"""Charts as SVG inside a page: no script, no request, and every number also in words.

Places along a chart are per cent, so that a chart is as wide as the page without its words growing.

Touches: nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from markupsafe import Markup

from feeds.messages.words import Words
from feeds.presentation import days

WEEKS, WEEKDAYS = 54, 7                         # a year touches at most 54 weeks
CELL = 0.84                                     # of the room a day has
LEVELS = 4                                      # shades of a day with meetings
MOST_YEARS = 24
MOST_LABELS = 9                                 # years named along a line of time


def year_map(counts: Mapping[date, int], year: int, said: Words) -> Markup:
    """A year as a heat-map: a column a week, Monday on top; the more meetings a day, the darker."""
    of_year = {day: number for day, number in counts.items() if day.year == year}
    most = max(of_year.values(), default=1)
    first = date(year, 1, 1)
    cells = Markup("").join(
        Markup('<rect x="{}" y="{}" width="{}" height="{}" class="h{}"><title>{}</title></rect>').format(
            ((day - first).days + first.weekday()) // WEEKDAYS, day.weekday(), CELL, CELL, _level(number, most),
            said.say("pages.day_cell", day=days(day, None, said), count=number),
        )
        for day, number in of_year.items()
    )
    names = said.lists["dates.short_months"]
    months = Markup("").join(
        Markup('<text x="{:.1f}%" y="11">{}</text>').format(100 * ((start - first).days + first.weekday()) / WEEKDAYS / WEEKS, names[start.month - 1])
        for start in (date(year, month, 1) for month in range(1, 13, 2))
    )
    busiest = max(of_year, key=lambda day: (of_year[day], day), default=first)
    told = said.say("pages.year_alt", count=sum(of_year.values()), year=year, day=days(busiest, None, said), most=most)
    grid = Markup(
        '<defs><pattern id="grid{y}" width="1" height="1" patternUnits="userSpaceOnUse"><rect width="{c}" height="{c}" class="h0"/></pattern></defs>'
        '<rect width="{w}" height="{d}" fill="url(#grid{y})"/>'
    ).format(y=year, c=CELL, w=WEEKS, d=WEEKDAYS)
    return Markup(
        '<svg class="months" height="15" width="100%" aria-hidden="true">{}</svg>'
        '<svg class="heat" viewBox="0 0 {} {}" preserveAspectRatio="none" width="100%" height="84" role="img" aria-label="{}">{}{}</svg>'
    ).format(months, WEEKS, WEEKDAYS, told, grid, cells)


def by_year(counts: Mapping[date, int], said: Words) -> Markup:
    """A column for each year, the latest MOST_YEARS; nothing for a single year."""
    sums = Counter[int]()
    for day, number in counts.items():
        sums[day.year] += number
    if len(sums) < 2:
        return Markup("")
    years = range(max(min(sums), max(sums) - MOST_YEARS + 1), max(sums) + 1)
    most, width, step = max(sums.values()), 100 / len(years), -(-len(years) // MOST_LABELS)
    columns = Markup("").join(
        Markup('<rect x="{:.2f}%" y="{:.1f}" width="{:.2f}%" height="{:.1f}" class="bar"><title>{}</title></rect>').format(
            place * width + width * 0.14, 74 - 56 * sums[year] / most, width * 0.72, 56 * sums[year] / most, f"{year}: {sums[year]}"
        ) + Markup('<text x="{:.2f}%" y="{:.1f}" class="number">{}</text>').format((place + 0.5) * width, 70 - 56 * sums[year] / most, sums[year] or "")
        + (Markup('<text x="{:.2f}%" y="88">{}</text>').format((place + 0.5) * width, year) if (len(years) - 1 - place) % step == 0 else Markup(""))
        for place, year in enumerate(years)
    )
    told = said.say("pages.by_year_alt", years=", ".join(f"{year}: {sums[year]}" for year in years))
    return Markup('<svg class="years" height="92" width="100%" role="img" aria-label="{}">{}</svg>').format(told, columns)


def strip(counts: Mapping[date, int], said: Words) -> Markup:
    """All meetings of two along one line of time, a mark each, so that the gaps are seen; nothing for a single day."""
    if len(counts) < 2:
        return Markup("")
    first, last = min(counts), max(counts)
    begin, end = date(first.year, 1, 1), date(last.year + 1, 1, 1)
    length = (end - begin).days
    years = range(first.year, last.year + 1)
    step = -(-len(years) // MOST_LABELS)

    def place(day: date) -> str:
        return f"{100 * (day - begin) / timedelta(days=length):.2f}%"

    ticks = Markup("").join(
        Markup('<line x1="{0}" x2="{0}" y1="30" y2="38" class="tick"/>').format(place(date(year, 1, 1)))
        + (Markup('<text x="{}" y="50">{}</text>').format(place(date(year, 7, 1)), year) if (years[-1] - year) % step == 0 else Markup(""))
        for year in years
    )
    marks = Markup("").join(
        Markup('<line x1="{0}" x2="{0}" y1="{1}" y2="30" class="mark"><title>{2}</title></line>').format(
            place(day), 6 if number > 1 else 12, said.say("pages.day_cell", day=days(day, None, said), count=number)
        )
        for day, number in counts.items()
    )
    told = said.say("pages.timeline_alt", count=sum(counts.values()), first=days(first, None, said), last=days(last, None, said))
    return Markup(
        '<svg class="strip" height="56" width="100%" role="img" aria-label="{}"><line x1="0" x2="100%" y1="30" y2="30" class="axis"/>{}{}</svg>'
    ).format(told, ticks, marks)


def bar(number: int, most: int) -> Markup:
    """A bar of a ranked list, whose number stands beside it."""
    return Markup('<svg class="share" height="10" aria-hidden="true"><rect width="{:.1f}%" height="10" rx="2" class="bar"/></svg>').format(100 * number / most)


def _level(number: int, most: int) -> int:
    return max(1, -(-LEVELS * number // most))
