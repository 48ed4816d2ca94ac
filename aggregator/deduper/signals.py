"""What speaks for and against two reports being of one meeting: one small function each.

Every function looks at a `Pair`, and at the ground of texts it is compared on, and
returns a Signal, or None when it has nothing to say. `value` runs from -1 (against) to 1 (for) and is weighed in match.py;
`reason` is shown to people as it stands.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from aggregator.deduper.conflicts import SESSION, WRITTEN_OUT, are_rivals, both_sides, conflict, days_apart, listed, not_met, share_copied, strangers, written
from aggregator.deduper.copies import COPY
from aggregator.deduper.facts import Facts, Pair, kinds_of_post, named_in
from aggregator.deduper.names import comparable, fold
from aggregator.deduper.terms import Ground, words, worth
from feeds.places import country, organisation
from storage.model import Person

UNLIKE, ALIKE, MUCH = 0.06, 0.25, 0.7      # of two texts: below the first they have nothing in common, from the second they are mostly on one subject
FEW_NAMES = 5                       # below it, that all names agree says less
FEW_WORDS = 15                      # different words below which a text is too short to be known by them
READABLE = 250                      # characters of a text from which a person not named in it is missed


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that speaks for or against, with how much, and why in words."""

    name: str
    value: float
    reason: str


# ---- people


def same_people(of: Pair, ground: Ground) -> Signal | None:
    """People of both sides are in both reports."""
    return Signal("same_people", 1.0, "same people: " + ", ".join(p.name for p, _ in of.people[:4])) if both_sides(of) else None


def same_person(of: Pair, ground: Ground) -> Signal | None:
    """One person, or people of one side only, are in both reports."""
    if not of.people or both_sides(of):
        return None
    return Signal("same_person", 1.0, "same person: " + ", ".join(p.name for p, _ in of.people[:3]))


def person_named(of: Pair, ground: Ground) -> Signal | None:
    """Someone who takes part in one report is named in the other's text, though not found there as taking part."""
    for person, other in not_met(of):
        if named_in(person.name, f"{other.title}\n{other.text}"):
            return Signal("person_named", 1.0, f"both texts name {person.name}")
    return None


def person_missing(of: Pair, ground: Ground) -> Signal | None:
    """Someone who takes part in one report is not named at all in the other's text, which could be expected to name them."""
    if of.gathering:
        return None
    readable = [(person, other) for person, other in not_met(of) if other.report.passage or len(other.text) >= READABLE]
    missed = [person for person, other in readable if len(fold(person.name)) >= 2 and named_in(person.name, f"{other.title}\n{other.text}") is False]
    announced = "preview" in (of.mine.report.kind, of.theirs.report.kind)
    weight = 0.25 if announced else 0.5 if of.one_language else 0.35    # another language may spell them in a way of its own
    return Signal("person_missing", -weight * len(missed), "named in one text only: " + ", ".join(p.name for p in missed)) if missed else None


def posts_of_sides(of: Pair, ground: Ground) -> Signal | None:
    """Whether a country is represented by the same posts, where it is not known to be by the same person."""
    if of.gathering:
        return None
    met = {one.country for one, _ in of.people} | {other.country for _, other in of.people}
    known = [code for code in of.mine.posts if code in of.theirs.posts and code not in met]
    apart = [code for code in known if not of.mine.posts[code] & of.theirs.posts[code]]
    if apart:
        mine, theirs = (", ".join(sorted(there.posts[apart[0]])) for there in (of.mine, of.theirs))
        return Signal("other_post", -1.0, f"other post for {country(apart[0])}: {mine}, not {theirs}")
    if known:
        return Signal("same_post", 1.0, f"same post for {country(known[0])}: {', '.join(sorted(of.mine.posts[known[0]] & of.theirs.posts[known[0]]))}")
    return None


def other_person(of: Pair, ground: Ground) -> Signal | None:
    """Someone else takes part on one side, as far as the names can be compared."""
    if of.gathering:
        return None
    one, other = of.alone
    if not one or not other or not comparable(one.name, other.name) or not are_rivals(of, one, other):
        found = strangers(of)
        if not found:
            return None
        one, other = found
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
    whole = min(len(mine), len(theirs)) > 1         # both sides are introduced in both
    return Signal("other_offices", -0.6 if mine & theirs and not whole else -1.0, reason)


# ---- parties


def same_parties(of: Pair, ground: Ground) -> Signal | None:
    """The same countries met; less when one report leaves some out."""
    a, b = of.mine, of.theirs
    if not a.involved or not b.involved:
        return None
    shared = a.involved & b.involved
    if len(shared) >= 2:
        exact = a.parties == b.parties or a.involved == b.involved
        return Signal("same_parties", 1.0 if exact else 0.7, f"{'same parties' if exact else 'parties in common'}: {listed(shared)}")
    if shared:
        inside = a.involved <= b.involved or b.involved <= a.involved
        if inside:
            return Signal("same_parties", 0.3, f"one party in common: {listed(shared)}")
        return Signal("other_parties", -0.5, f"only one party in common: {listed(shared)}")
    return Signal("other_parties", -1.0, f"other parties: {listed(a.involved)}, not {listed(b.involved)}")


def same_organisation(of: Pair, ground: Ground) -> Signal | None:
    """The same international body took part."""
    shared = of.mine.organisations & of.theirs.organisations
    return Signal("same_organisation", 1.0, "same organisation: " + ", ".join(organisation(code) for code in sorted(shared))) if shared else None


# ---- day


def day_of_meeting(of: Pair, ground: Ground) -> Signal | None:
    """How far apart the reports put the meeting; a day that is only a range says less."""
    mine, theirs = of.mine.report, of.theirs.report
    if mine.day and theirs.day:
        gap = days_apart(of)
        trust = min(mine.day_confidence, theirs.day_confidence)
        if mine.day == theirs.day:
            return Signal("same_day", max(0.7, trust), f"same day: {written(mine.day)}")
        if gap == 0:
            return Signal("same_day", 0.4, f"days that meet: {written(max(mine.day, theirs.day))}")
        days = f"{gap} day{'s'[: gap > 1]} apart: {written(mine.day)} and {written(theirs.day)}"
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


# ---- words


def rare_words(of: Pair, ground: Ground) -> Signal | None:
    """Words and numbers that few texts hold are in the title or lead of both."""
    telling = {w: ground.rarity(w) for w in of.mine.terms.worth.keys() & of.theirs.terms.worth.keys() if worth(w) >= 1.0}
    telling = {w: rarity for w, rarity in telling.items() if rarity > 0.5}
    if not telling:
        return None
    shared = sorted(telling, key=lambda w: (-telling[w], -len(w), w))
    return Signal("rare_words", min(1.0, sum(telling.values()) / 8), "words in common: " + ", ".join(shared[:5]))


def names_in_common(of: Pair, ground: Ground) -> Signal | None:
    """Names of whatever kind, and numbers, are in the title or lead of both."""
    if not of.mine.names.worth or not of.theirs.names.worth:
        return None
    alike = ground.cosine(of.mine.names, of.theirs.names)
    if alike == 0.0:
        return Signal("no_names", -1.0, "no name in common")
    told = min(1.0, min(len(of.mine.names.worth), len(of.theirs.names.worth)) / FEW_NAMES)
    return Signal("names_in_common", min(1.0, alike / 0.5) * told, f"names and numbers alike by {alike:.2f}")


def title_words(of: Pair, ground: Ground) -> Signal | None:
    """The title of one has its telling words in the title of the other, or in its lead; nothing is said across languages."""
    if not of.one_language or not of.mine.title or not of.theirs.title:
        return None
    mine, theirs = of.mine.title_terms, of.theirs.title_terms
    alike = max(ground.cosine(mine, theirs), 0.5 * (ground.share(mine, of.theirs.terms) + ground.share(theirs, of.mine.terms)))
    return Signal("title_words", min(1.0, alike / 0.6), f"titles alike by {alike:.2f}") if alike > 0 else None


def text_words(of: Pair, ground: Ground) -> Signal | None:
    """The leads share their telling words; a lead with hardly any in common speaks against. Nothing is said across languages."""
    if not of.one_language:
        return None
    alike = ground.cosine(of.mine.terms, of.theirs.terms)
    if alike < UNLIKE:
        return Signal("few_words", alike / UNLIKE - 1.0, f"texts hardly alike: {alike:.2f}")
    return Signal("text_words", min(1.0, alike / ALIKE), f"texts alike by {alike:.2f}")


def much_text(of: Pair, ground: Ground) -> Signal | None:
    """The leads share more words than two texts on like subjects do."""
    alike = ground.cosine(of.mine.terms, of.theirs.terms) if of.one_language else 0.0
    return Signal("much_text", min(1.0, (alike - ALIKE) / (MUCH - ALIKE)), f"texts much alike: {alike:.2f}") if alike > ALIKE else None


def apart_in_time(of: Pair, ground: Ground) -> Signal | None:
    """The two were published days apart."""
    mine, theirs = of.mine.member.item.published, of.theirs.member.item.published
    if mine is None or theirs is None:
        return None
    gap = abs(mine - theirs) / timedelta(days=1)
    return Signal("published_apart", -min(1.0, (gap - 0.5) / 7), f"published {gap:.0f} days apart") if gap > 1.0 else None


def across_languages(of: Pair, ground: Ground) -> Signal | None:
    """Words cannot speak, so facts that agree have to carry the decision; not where somebody of one report is missed in the other."""
    if of.one_language or (all(of.alone) and not of.people) or (len(of.people) < 2 and person_missing(of, ground)):
        return None
    return Signal("across_languages", 1.0, f"written in two languages: {of.mine.member.item.language} and {of.theirs.member.item.language}")


def words_only(of: Pair, ground: Ground) -> Signal | None:
    """One of the texts names nobody in office and no two sides, so words, or names, have to carry the decision; a line or two cannot."""
    says_who = all(there.people or len(there.parties) > 1 for there in (of.mine, of.theirs))
    if min(len(of.mine.terms.worth), len(of.theirs.terms.worth)) >= FEW_WORDS and not says_who:
        return Signal("words_only", 1.0, "nothing but words to go by")
    return None


def copied(of: Pair, ground: Ground) -> Signal | None:
    """One text is most of the other's."""
    share = share_copied(of)
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
    same_people, same_person, person_named, person_missing, posts_of_sides, other_person, offices, same_parties, same_organisation, day_of_meeting,
    place_of_meeting, act_of_meeting, rare_words, names_in_common, title_words, text_words, much_text, apart_in_time,
    across_languages, words_only, copied, one_source,
)  # fmt: skip


# ---- what several of them need


def _one_post(mine: Person, theirs: Person) -> bool:
    return bool(kinds_of_post(mine.post)) and kinds_of_post(mine.post) == kinds_of_post(theirs.post)


def _range(of: Facts) -> tuple[date, date]:
    """The days between which the meeting lies, as far as the report knows."""
    report, item = of.report, of.member.item
    if report.day:
        return report.day, report.day_end or report.day
    seen = (item.published or item.first_seen).date()
    ahead = report.kind == "preview"
    first = report.earliest or (seen if ahead else seen - timedelta(days=7))
    return first, max(first, report.latest or (seen + timedelta(days=14) if ahead else seen))


def _span(first: date, last: date) -> str:
    return written(first) if first == last else f"{written(first)} to {written(last)}"
