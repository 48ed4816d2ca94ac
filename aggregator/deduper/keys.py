"""What makes two reports worth comparing.

A report is compared only with meetings that share one of its keys, so that the
cost of a decision does not grow with the store. A key is cheap and generous:
sharing one proves nothing, sharing none means the two are never compared.

    url: hash: copy:    the same text or nearly so
    who:                a person, in any spelling that folds alike
    pair: side:         two parties, or one, on the day or a day beside it; two also by
                        ISO week, for reports without a day, and by month and day, for
                        items without a year
    org: place:         an organisation, or a place, in an ISO week
    word: name:         a rare word of the title or lead, a rare name in any language

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from hashlib import blake2b
from itertools import combinations

from aggregator.deduper.copies import sketch
from aggregator.deduper.facts import head_of, telling, telling_names
from aggregator.deduper.names import name_keys
from aggregator.deduper.terms import Ground, words
from storage.model import Item, Report

MOST_KEYS = 64          # of one report, whatever it holds
MOST_PARTIES = 4        # beyond it a gathering, of which no pair is typical
MOST_PEOPLE = 6         # the principals come first
MOST_ASKED = 96
RARE_WORDS = 12         # and as many names
ASKED_WORDS = 24
SKETCH = 6              # of bottom-k: two texts that share six tenths of their runs share one of six with 0.99
EVERY = "has:"          # what counters begin with; alone it counts the texts
ENOUGH = 2000           # texts of which every one is counted
SAMPLE = 16             # of later ones, one in so many
SURE = 0.7              # confidence of a day from which its neighbours are enough: wrong days are wrong by one
WINDOW = timedelta(days=60)     # event and publication days further apart are not compared: late coverage comes within weeks
DOUBTFUL_DAYS = 3       # how far a doubtful day may be off: publication follows the meeting by 0 to 3 days


def keys(item: Item, report: Report, ground: Ground) -> tuple[str, ...]:
    """The keys a report is found by, at most MOST_KEYS, the most telling first."""
    return tuple(dict.fromkeys(_keys(item, report, ground, RARE_WORDS)))[:MOST_KEYS]


def asked(item: Item, report: Report, ground: Ground) -> tuple[str, ...]:
    """The keys under which others are looked for: more words than a report is found by, since which of its words are rare looks different from each text."""
    return tuple(dict.fromkeys(_keys(item, report, ground, ASKED_WORDS)))[:MOST_ASKED]


def counters(item: Item, report: Report) -> tuple[str, ...]:
    """The keys under which the words of a report are counted: what they count to is the ground that words are weighed on."""
    return (EVERY, *(f"{EVERY}{word}" for word in sorted(telling(item, report))))


def ground(counts: Mapping[str, int]) -> Ground:
    """The ground that `counts`, of counters, make."""
    return Ground(counts.get(EVERY, 0), {key[len(EVERY) :]: held for key, held in counts.items() if key != EVERY})


def is_counted(report: Report, ground: Ground) -> bool:
    """Whether a report's words are to be counted: all of the first, then one of SAMPLE, which tells as much at a sixteenth of the room."""
    return ground.texts < ENOUGH or blake2b(f"{report.item_id} {report.position}".encode(), digest_size=1).digest()[0] % SAMPLE == 0


def window(item: Item, report: Report) -> tuple[date | None, date | None]:
    """The first and last day under which a meeting worth comparing may be filed; None leaves that side open.

    An item without a date of publication tells day and month at best: its year is a guess, so every year is looked at.
    """
    if item.published is None and report.day_confidence < SURE:
        return None, None
    day = anchor(item, report)
    return day - WINDOW, day + WINDOW


def anchor(item: Item, report: Report) -> date:
    """The day a report is filed under: that of the meeting, else that of publication."""
    return report.day or (item.published or item.first_seen).date()


def _keys(item: Item, report: Report, ground: Ground, most: int) -> Iterator[str]:
    if item.url:
        yield f"url:{item.url}"
    if item.hash:
        yield f"hash:{item.hash}"
    for run in sketch(item.body or item.summary, SKETCH):
        yield f"copy:{run}"
    for person in report.people[:MOST_PEOPLE]:
        for key in name_keys(person.name):
            yield f"who:{key}"
        if " " in person.key:
            yield f"who:={person.key}"
    countries = sorted({party.code for party in report.parties if party.kind == "country" and party.role == "party"})[:MOST_PARTIES]
    days, weeks = tuple(_days(report)), tuple(_weeks(item, report))
    for one, other in combinations(countries, 2):
        for day in days:
            yield f"pair:{one}-{other}:{day.isoformat()}"
        for week in weeks:
            yield f"pair:{one}-{other}:{week}"
        if report.day:
            yield f"pair:{one}-{other}:{report.day:%m-%d}"      # whatever the year, for items without a date
    for party in report.parties:
        if party.kind == "organisation" and party.role != "mention":
            for week in weeks:
                yield f"org:{party.code}:{week}"
    if report.place:
        for week in weeks[:3]:
            yield f"place:{' '.join(words(report.place))}:{week}"
    if len(countries) < 2:
        for code in countries:
            for day in days:
                yield f"side:{code}:{day.isoformat()}"
    elif report.day:
        for code in countries:
            yield f"side:{code}:{report.day.isoformat()}"
    for name in ground.scarcest(telling_names(item, report), most):
        yield f"name:{name}"
    for word in ground.rarest(head_of(item, report), most):
        yield f"word:{word}"


def _days(report: Report) -> Iterator[date]:
    """The day and its neighbours, nearest first; nothing where the day is not known."""
    if report.day is None:
        return
    yield report.day
    for far in range(1, (1 if report.day_confidence >= SURE else DOUBTFUL_DAYS) + 1):
        yield report.day - timedelta(days=far)
        yield report.day + timedelta(days=far)


def _weeks(item: Item, report: Report) -> Iterator[str]:
    """The ISO weeks the meeting may lie in, at most four: that of its day, else those of its range, else those before publication."""
    if report.day is not None:
        first, last = report.day, report.day_end or report.day
    else:
        seen = (item.published or item.first_seen).date()
        first, last = report.earliest or seen - timedelta(days=7), report.latest or seen
    seen_weeks: dict[str, None] = {}
    day = first
    while day <= max(last, first) and len(seen_weeks) < 4:
        year, week, _ = day.isocalendar()
        seen_weeks[f"{year}-W{week:02}"] = None
        day = min(day + timedelta(days=7), last) if day < last else last + timedelta(days=1)
    yield from seen_weeks
