"""Facts that both reports are sure of and that cannot both be true of one meeting.

A conflict is stronger than any signal: it keeps two reports apart whatever the words
say. Only the resolved day, the counterpart and who represents a side may forbid; every
other difference is weighed.

Touches: nothing.
"""

from __future__ import annotations

from datetime import date, timedelta

from aggregator.deduper.copies import containment
from aggregator.deduper.facts import FIRST, GATHERING, Facts, Pair, kinds_of_post, named_in
from aggregator.deduper.names import comparable, fold, likeness
from feeds.places import country
from storage.model import Person

SURE = 0.7                          # confidence from which a day may forbid; below it the day is a guess
VERBATIM = 0.75                     # share of one text in another from which facts that differ were misread; templates filled in twice reach it too
WRITTEN_OUT = 0.95                  # confidence of a day that the text spells out: two such days side by side are no slip of the reader's
SESSION = timedelta(days=7)         # how far apart two days of one conference may be
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")   # whatever the locale


def conflict(of: Pair) -> str:
    """Why the two cannot be one meeting, "" when nothing that both are sure of forbids it."""
    why = _other_counterpart(of) or _other_day(of) or _other_people(of)
    return "" if why and _is_one_text(of) else why      # then what was read out of one copy must be wrong


def _other_counterpart(of: Pair) -> str:
    """Each report has a party of its own that the other does not even place; people of both sides in both would outweigh it."""
    a, b = of.mine, of.theirs
    mine, theirs = a.parties - b.involved, b.parties - a.involved
    if not mine or not theirs or both_sides(of) or max(len(a.parties), len(b.parties)) >= GATHERING:
        return ""
    if of.gathering or (a.organisations & b.organisations and len(a.involved | b.involved) > 3):
        return ""
    return f"other counterpart: {listed(mine)}, not {listed(theirs)}"


def _other_day(of: Pair) -> str:
    mine, theirs = of.mine.report, of.theirs.report
    if not mine.day or not theirs.day or min(mine.day_confidence, theirs.day_confidence) < SURE:
        return ""
    gap = days_apart(of)
    loose = of.gathering or "preview" in (mine.kind, theirs.kind)
    sure = min(mine.day_confidence, theirs.day_confidence) >= WRITTEN_OUT
    if gap < (1 if sure else 2) or (loose and timedelta(days=gap) <= SESSION):
        return ""
    return f"another day: {written(mine.day)}, not {written(theirs.day)}"


def _other_people(of: Pair) -> str:
    """A side is represented by another person in another post."""
    one, other = of.alone
    if of.gathering or not one or not other or not comparable(one.name, other.name) or not are_rivals(of, one, other):
        return ""
    mine, theirs = kinds_of_post(one.post), kinds_of_post(other.post)
    return f"other counterpart: {one.name} ({one.post}), not {other.name} ({other.post})" if mine and theirs and mine != theirs else ""


# ---- what signals ask too


def both_sides(of: Pair) -> bool:
    """Whether the people in both reports are of two sides: two countries, or two of whom one has none that we know."""
    homes = {one.country or other.country for one, other in of.people}
    posts = {kinds_of_post(one.post) or kinds_of_post(other.post) for one, other in of.people}
    return len(of.people) >= 2 and (len(homes) >= 2 or "" in homes or len(posts) >= 2)


def not_met(of: Pair) -> list[tuple[Person, Facts]]:
    """Those who are in one report only, with the other report."""
    one, other = of.alone
    return [(person, there) for person, there in ((one, of.theirs), (other, of.mine)) if person]


def are_rivals(of: Pair, one: Person, other: Person) -> bool:
    """Whether the two would have to be one person if the meeting were one: of one country, or each the other side of someone who is in both."""
    if both_sides(of):
        return False
    if one.country and other.country:
        return one.country == other.country
    return bool(of.people) or (len(of.mine.people) >= 2 and len(of.theirs.people) >= 2)


def strangers(of: Pair) -> tuple[Person, Person] | None:
    """Someone of either report who is not even named in the other's text, where a meeting of two sides has no room for both.

    Someone else who takes part is in both texts, so that each of the two is the other side of them. None where nothing can be said.
    """
    if both_sides(of):
        return None
    mine, theirs = (_unnamed(here, there) for here, there in ((of.mine, of.theirs), (of.theirs, of.mine)))
    if not mine or not theirs or not comparable(mine[0].name, theirs[0].name):
        return None
    if mine[0].country and theirs[0].country and mine[0].country != theirs[0].country:
        return None
    is_shared = bool(of.people) or any(len(found) < len(there.people[:FIRST]) for found, there in ((mine, of.mine), (theirs, of.theirs)))
    return (mine[0], theirs[0]) if is_shared else None


def _unnamed(here: Facts, there: Facts) -> list[Person]:
    """The first people of one report whose full names are not in the other's text."""
    text = f"{there.title}\n{there.text}"
    full = [p for p in here.people[:FIRST] if len(fold(p.name)) >= 2 and all(likeness(p.name, q.name) < 0.2 for q in there.people)]
    return [p for p in full if named_in(p.name, text) is False]


def _is_one_text(of: Pair) -> bool:
    """Whether one is a reprint of the other for certain: verbatim, and naming whoever takes part."""
    if share_copied(of) < VERBATIM:
        return False
    return all(named_in(person.name, f"{there.title}\n{there.text}") is not False for person, there in not_met(of))


def share_copied(of: Pair) -> float:
    if not of.one_language:
        return 0.0
    lengths = sorted((len(of.mine.text), len(of.theirs.text)))
    if (of.mine.report.passage or of.theirs.report.passage) and 2 * lengths[0] < lengths[1]:
        return 0.0      # one encounter out of an article is no copy of the article
    if len(of.mine.terms.worth.keys() & of.theirs.terms.worth.keys()) < 8:
        return 0.0      # cheap, and no copy shares so little
    return containment(of.mine.text, of.theirs.text)


def listed(codes: frozenset[str]) -> str:
    return ", ".join(country(code) for code in sorted(codes))


def days_apart(of: Pair) -> int:
    """Days between two meetings, 0 when the days they lasted meet. Without a date of publication the year is a guess, and only day and month count."""
    mine, theirs = of.mine.report, of.theirs.report
    if mine.day is None or theirs.day is None:
        return 0
    first, last = max(mine.day, theirs.day), min(mine.day_end or mine.day, theirs.day_end or theirs.day)
    gap = max(0, (first - last).days)
    guessed = any(m.item.published is None and m.report.day_confidence < SURE for m in (of.mine.member, of.theirs.member))
    return min(gap % 365, -gap % 365, abs(gap % 365 - 1)) if guessed and gap > 200 else gap


def written(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
