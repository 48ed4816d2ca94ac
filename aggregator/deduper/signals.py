"""What speaks for and against two reports being of one meeting: one small function each.

Every function looks at a `Pair`, and at the ground of texts it is compared on, and
returns a Signal, or None when it has nothing to say. `value` runs from -1 (against) to 1 (for) and is weighed in match.py;
`reason` is shown to people as it stands. A conflict is a stronger thing: facts
that both reports are sure of and that cannot both be true of one meeting.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from aggregator.deduper.copies import COPY, containment
from aggregator.deduper.facts import GATHERING, Facts, Pair, kinds_of_post, named_in
from aggregator.deduper.names import comparable, fold
from aggregator.deduper.terms import Ground, words, worth
from feeds.places import country, organisation
from storage.model import Person

SURE = 0.7                          # confidence from which a day may forbid; below it the day is a guess
VERBATIM = 0.75                     # share of one text in another from which facts that differ were misread; templates filled in twice reach it too
WRITTEN_OUT = 0.95                  # confidence of a day that the text spells out: two such days side by side are no slip of the reader's
SESSION = timedelta(days=7)         # how far apart two days of one conference may be
READABLE = 250                      # characters of a text from which a person not named in it is missed
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")   # whatever the locale


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that speaks for or against, with how much, and why in words."""

    name: str
    value: float
    reason: str


# ---- people


def same_people(of: Pair, ground: Ground) -> Signal | None:
    """People of both sides are in both reports."""
    return Signal("same_people", 1.0, "same people: " + ", ".join(p.name for p, _ in of.people[:4])) if _both_sides(of) else None


def same_person(of: Pair, ground: Ground) -> Signal | None:
    """One person, or people of one side only, are in both reports."""
    if not of.people or _both_sides(of):
        return None
    return Signal("same_person", 1.0, "same person: " + ", ".join(p.name for p, _ in of.people[:3]))


def person_named(of: Pair, ground: Ground) -> Signal | None:
    """Someone who takes part in one report is named in the other's text, though not found there as taking part."""
    for person, other in _not_met(of):
        if named_in(person.name, f"{other.title}\n{other.text}"):
            return Signal("person_named", 1.0, f"both texts name {person.name}")
    return None


def person_missing(of: Pair, ground: Ground) -> Signal | None:
    """Someone who takes part in one report is not named at all in the other's text, which could be expected to name them."""
    if of.gathering:
        return None
    readable = [(person, other) for person, other in _not_met(of) if other.report.passage or len(other.text) >= READABLE]
    missed = [person for person, other in readable if len(fold(person.name)) >= 2 and named_in(person.name, f"{other.title}\n{other.text}") is False]
    announced = "preview" in (of.mine.report.kind, of.theirs.report.kind)
    weight = 0.25 if announced else 0.5 if of.one_language else 0.35    # another language may spell them in a way of its own
    return Signal("person_missing", -weight * len(missed), "named in one text only: " + ", ".join(p.name for p in missed)) if missed else None


def same_post(of: Pair, ground: Ground) -> Signal | None:
    """The same post takes part, where the names cannot be compared."""
    one, other = of.alone
    if one and other and _may_be_one_side(one, other) and not comparable(one.name, other.name) and _one_post(one, other):
        return Signal("same_post", 1.0, f"same post: {one.post}")
    return None


def other_post(of: Pair, ground: Ground) -> Signal | None:
    """Another post takes part, where the names cannot be compared."""
    one, other = of.alone
    if of.gathering or not one or not other or comparable(one.name, other.name) or not _are_rivals(of, one, other):
        return None
    mine, theirs = kinds_of_post(one.post) - {"deputy"}, kinds_of_post(other.post) - {"deputy"}
    if not mine or not theirs or mine & theirs:
        return None
    everyone = frozenset().union(*(kinds_of_post(p.post) for p in of.theirs.people))
    return Signal("other_post", -0.5 if mine & everyone else -1.0, f"other post: {one.post}, not {other.post}")


def other_person(of: Pair, ground: Ground) -> Signal | None:
    """Someone else takes part on one side, as far as the names can be compared."""
    one, other = of.alone
    if of.gathering or not one or not other or not comparable(one.name, other.name) or not _are_rivals(of, one, other):
        return None
    return Signal("other_person", -0.6 if _one_post(one, other) else -1.0, f"other person: {one.name}, not {other.name}")


def offices(of: Pair, ground: Ground) -> Signal | None:
    """Whether the titles and first words speak of the same offices, in whatever language: a prime minister's reception is not a defence minister's."""
    mine, theirs = of.mine.offices, of.theirs.offices
    if of.gathering or not mine or not theirs:
        return None
    if mine == theirs:
        return Signal("same_offices", 1.0 if len(mine) > 1 else 0.5, f"same offices: {', '.join(sorted(mine))}")
    if mine <= theirs or theirs <= mine:
        return None         # one text introduces both sides, the other the guest alone
    reason = f"other offices: {', '.join(sorted(mine - theirs))}, not {', '.join(sorted(theirs - mine))}"
    return Signal("other_offices", -0.6 if mine & theirs else -1.0, reason)


# ---- parties


def same_parties(of: Pair, ground: Ground) -> Signal | None:
    """The same countries met; less when one report leaves some out."""
    a, b = of.mine, of.theirs
    if not a.involved or not b.involved:
        return None
    shared = a.involved & b.involved
    if len(shared) >= 2:
        exact = a.parties == b.parties or a.involved == b.involved
        return Signal("same_parties", 1.0 if exact else 0.7, f"{'same parties' if exact else 'parties in common'}: {_list(shared)}")
    if shared:
        inside = a.involved <= b.involved or b.involved <= a.involved
        if inside:
            return Signal("same_parties", 0.3, f"one party in common: {_list(shared)}")
        return Signal("other_parties", -0.5, f"only one party in common: {_list(shared)}")
    return Signal("other_parties", -1.0, f"other parties: {_list(a.involved)}, not {_list(b.involved)}")


def same_organisation(of: Pair, ground: Ground) -> Signal | None:
    """The same international body took part."""
    shared = of.mine.organisations & of.theirs.organisations
    return Signal("same_organisation", 1.0, "same organisation: " + ", ".join(organisation(code) for code in sorted(shared))) if shared else None


# ---- day


def day_of_meeting(of: Pair, ground: Ground) -> Signal | None:
    """How far apart the reports put the meeting; a day that is only a range says less."""
    mine, theirs = of.mine.report, of.theirs.report
    if mine.day and theirs.day:
        gap = _gap(of)
        trust = min(mine.day_confidence, theirs.day_confidence)
        if mine.day == theirs.day:
            return Signal("same_day", max(0.7, trust), f"same day: {_say(mine.day)}")
        if gap == 0:
            return Signal("same_day", 0.4, f"days that meet: {_say(max(mine.day, theirs.day))}")
        days = f"{gap} day{'s'[: gap > 1]} apart: {_say(mine.day)} and {_say(theirs.day)}"
        if of.gathering and timedelta(days=gap) <= SESSION:
            return Signal("same_day", 0.1, f"one session, {days}")
        against = (0.5 if trust >= WRITTEN_OUT else 0.25) if gap == 1 else 0.6 if gap == 2 else 1.0
        return Signal("other_day", -against * (0.4 + 0.6 * trust), days)
    first, last = _range(of.mine)
    other_first, other_last = _range(of.theirs)
    if first > other_last or other_first > last:
        gap = (max(first, other_first) - min(last, other_last)).days
        if of.gathering and timedelta(days=gap) <= SESSION:
            return None
        return Signal("other_day", -min(1.0, 0.2 + gap / 15), f"days that do not meet: {_span(first, last)} and {_span(other_first, other_last)}")
    if "preview" in (mine.kind, theirs.kind):
        ahead = abs((first - other_first).days)
        return Signal("same_day", 0.5 if ahead <= 3 else 0.35 if ahead <= 10 else 0.1, f"announced for days that hold it: {_span(first, last)}")
    widths = [(last - first).days + 1, (other_last - other_first).days + 1]
    common = (min(last, other_last) - max(first, other_first)).days + 1
    value = (0.5 if max(widths) <= 4 else 0.3 if max(widths) <= 10 else 0.1) * common / min(widths)
    return Signal("same_day", value, f"days that meet: {_span(max(first, other_first), min(last, other_last))}")


# ---- place, act, papers


def place_of_meeting(of: Pair, ground: Ground) -> Signal | None:
    """Whether both put it in one city."""
    mine, theirs = of.mine.report.place, of.theirs.report.place
    if not mine or not theirs:
        return None
    if words(mine) == words(theirs):
        return Signal("same_place", 1.0, f"same place: {mine}")
    return Signal("other_place", -1.0, f"other place: {mine}, not {theirs}")


def act_of_meeting(of: Pair, ground: Ground) -> Signal | None:
    """Whether both tell of the same kind of encounter."""
    mine, theirs = of.mine.report.act, of.theirs.report.act
    if not mine or not theirs:
        return None
    if mine == theirs:
        return Signal("same_act", 1.0, f"same act: {mine}")
    return Signal("other_act", -1.0, f"other act: {mine}, not {theirs}")


def same_agreement(of: Pair, ground: Ground) -> Signal | None:
    """A paper of the same name was signed in both."""
    for mine in of.mine.report.agreements:
        for theirs in of.theirs.report.agreements:
            own, others = {w for w in words(mine.title) if len(w) > 3}, {w for w in words(theirs.title) if len(w) > 3}
            if own and others and len(own & others) >= 0.6 * min(len(own), len(others)):
                return Signal("same_agreement", 1.0, f"same paper signed: {mine.title}")
    return None


# ---- words


def rare_words(of: Pair, ground: Ground) -> Signal | None:
    """Words and numbers that few of the compared texts hold are in the title or lead of both."""
    both = set(words(of.mine.head)) & set(words(of.theirs.head))
    telling = {w for w in both if worth(w) >= 1.0 and (len(w) > 4 or w.isdigit()) and ground.rarity(w) > 0.6}
    telling -= {w for facts in (of.mine, of.theirs) for person in facts.people for w in words(person.name)}
    if not telling:
        return None
    shared = sorted(telling, key=lambda w: (-len(w), w))
    return Signal("rare_words", min(1.0, len(shared) / 8), "words in common: " + ", ".join(shared[:5]))


def title_words(of: Pair, ground: Ground) -> Signal | None:
    """The titles share their telling words; nothing is said across languages."""
    if not of.one_language or not of.mine.title or not of.theirs.title:
        return None
    alike = ground.cosine(of.mine.title, of.theirs.title)
    return Signal("title_words", alike, f"titles alike by {alike:.2f}") if alike > 0.2 else None


def text_words(of: Pair, ground: Ground) -> Signal | None:
    """The leads share their telling words; a lead with hardly any in common speaks against. Nothing is said across languages."""
    if not of.one_language:
        return None
    alike = ground.cosine(of.mine.head, of.theirs.head)
    if alike < 0.1:
        return Signal("text_words", -1.0 + alike / 0.1, f"texts hardly alike: {alike:.2f}")
    return Signal("text_words", min(1.0, alike * 1.5), f"texts alike by {alike:.2f}")


def across_languages(of: Pair, ground: Ground) -> Signal | None:
    """Words cannot speak, so facts that agree have to carry the decision."""
    if of.one_language:
        return None
    return Signal("across_languages", 1.0, f"written in two languages: {of.mine.member.item.language} and {of.theirs.member.item.language}")


def copied(of: Pair, ground: Ground) -> Signal | None:
    """One text is most of the other's."""
    share = _copied(of)
    if share < COPY or conflict(of):
        return None         # nothing, or a template filled in twice
    return Signal("copied", 1.0, f"the same text: {share:.0%} of it")


def one_source(of: Pair, ground: Ground) -> Signal | None:
    """One outlet seldom tells one meeting twice in one language."""
    mine, theirs = of.mine.member, of.theirs.member
    if mine.source.id == theirs.source.id and of.one_language:
        return Signal("one_source", 1.0, f"both from {mine.item.outlet or mine.source.name}")
    return None


SIGNALS: tuple[Callable[[Pair, Ground], Signal | None], ...] = (
    same_people, same_person, person_named, person_missing, same_post, other_post, other_person, offices, same_parties, same_organisation, day_of_meeting,
    place_of_meeting, act_of_meeting, same_agreement, rare_words, title_words, text_words, across_languages, copied, one_source,
)  # fmt: skip


# ---- conflicts


def conflict(of: Pair) -> str:
    """Why the two cannot be one meeting, "" when nothing that both are sure of forbids it."""
    why = _other_counterpart(of) or _other_day(of) or _other_people(of)
    return "" if why and _is_one_text(of) else why      # then what was read out of one copy must be wrong


def _other_counterpart(of: Pair) -> str:
    """Each report has a party of its own that the other does not even place; people of both sides in both would outweigh it."""
    a, b = of.mine, of.theirs
    mine, theirs = a.parties - b.involved, b.parties - a.involved
    if not mine or not theirs or _both_sides(of) or max(len(a.parties), len(b.parties)) >= GATHERING:
        return ""
    if of.gathering or (a.organisations & b.organisations and len(a.involved | b.involved) > 3):
        return ""
    return f"other counterpart: {_list(mine)}, not {_list(theirs)}"


def _other_day(of: Pair) -> str:
    mine, theirs = of.mine.report, of.theirs.report
    if not mine.day or not theirs.day or min(mine.day_confidence, theirs.day_confidence) < SURE:
        return ""
    gap = _gap(of)
    loose = of.gathering or "preview" in (mine.kind, theirs.kind)
    sure = min(mine.day_confidence, theirs.day_confidence) >= WRITTEN_OUT
    if gap < (1 if sure else 2) or (loose and timedelta(days=gap) <= SESSION):
        return ""
    return f"another day: {_say(mine.day)}, not {_say(theirs.day)}"


def _other_people(of: Pair) -> str:
    """A side is represented by another person in another post."""
    one, other = of.alone
    if of.gathering or not one or not other or not comparable(one.name, other.name) or not _are_rivals(of, one, other):
        return ""
    mine, theirs = kinds_of_post(one.post), kinds_of_post(other.post)
    return f"other counterpart: {one.name} ({one.post}), not {other.name} ({other.post})" if mine and theirs and mine != theirs else ""


# ---- what several of them need


def _both_sides(of: Pair) -> bool:
    """Whether the people in both reports are of two sides: two countries, or two of whom one has none that we know."""
    homes = {one.country or other.country for one, other in of.people}
    posts = {kinds_of_post(one.post) or kinds_of_post(other.post) for one, other in of.people}
    return len(of.people) >= 2 and (len(homes) >= 2 or "" in homes or len(posts) >= 2)


def _not_met(of: Pair) -> list[tuple[Person, Facts]]:
    """Those who are in one report only, with the other report."""
    one, other = of.alone
    return [(person, there) for person, there in ((one, of.theirs), (other, of.mine)) if person]


def _may_be_one_side(one: Person, other: Person) -> bool:
    return not one.country or not other.country or one.country == other.country


def _are_rivals(of: Pair, one: Person, other: Person) -> bool:
    """Whether the two would have to be one person if the meeting were one: of one country, or each the other side of someone who is in both."""
    if _both_sides(of):
        return False
    if one.country and other.country:
        return one.country == other.country
    return bool(of.people) or (len(of.mine.people) >= 2 and len(of.theirs.people) >= 2)


def _one_post(mine: Person, theirs: Person) -> bool:
    return bool(kinds_of_post(mine.post)) and kinds_of_post(mine.post) == kinds_of_post(theirs.post)


def _is_one_text(of: Pair) -> bool:
    """Whether one is a reprint of the other for certain: verbatim, and naming whoever takes part."""
    if _copied(of) < VERBATIM:
        return False
    return all(named_in(person.name, f"{there.title}\n{there.text}") is not False for person, there in _not_met(of))


def _copied(of: Pair) -> float:
    if not of.one_language:
        return 0.0
    lengths = sorted((len(of.mine.text), len(of.theirs.text)))
    if (of.mine.report.passage or of.theirs.report.passage) and 2 * lengths[0] < lengths[1]:
        return 0.0      # one encounter out of an article is no copy of the article
    if len(set(words(of.mine.head)) & set(words(of.theirs.head))) < 8:
        return 0.0      # cheap, and no copy shares so little
    return containment(of.mine.text, of.theirs.text)


def _list(codes: frozenset[str]) -> str:
    return ", ".join(country(code) for code in sorted(codes))


def _gap(of: Pair) -> int:
    """Days between two meetings, 0 when the days they lasted meet. Without a date of publication the year is a guess, and only day and month count."""
    mine, theirs = of.mine.report, of.theirs.report
    if mine.day is None or theirs.day is None:
        return 0
    first, last = max(mine.day, theirs.day), min(mine.day_end or mine.day, theirs.day_end or theirs.day)
    gap = max(0, (first - last).days)
    guessed = any(m.item.published is None and m.report.day_confidence < SURE for m in (of.mine.member, of.theirs.member))
    return min(gap % 365, -gap % 365, abs(gap % 365 - 1)) if guessed and gap > 200 else gap


def _range(of: Facts) -> tuple[date, date]:
    """The days between which the meeting lies, as far as the report knows."""
    report, item = of.report, of.member.item
    if report.day:
        return report.day, report.day_end or report.day
    seen = (item.published or item.first_seen).date()
    ahead = report.kind == "preview"
    first = report.earliest or (seen if ahead else seen - timedelta(days=7))
    return first, max(first, report.latest or (seen + timedelta(days=14) if ahead else seen))


def _say(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _span(first: date, last: date) -> str:
    return _say(first) if first == last else f"{_say(first)} to {_say(last)}"
