"""Two reports side by side: what each says, who is in both, and who is missed.

The reading that the signals share is done once here for every pair.

Touches: nothing (the table of posts is read once, from data/post_words.tsv).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from anyascii import anyascii

from aggregator.deduper.copies import READ
from aggregator.deduper.names import LONG, SAME, fold, is_syllabic, likeness, sound, syllable_sound
from aggregator.deduper.terms import LEAD, Terms, naming, weighed, words
from aggregator.understand.posts import find_posts
from aggregator.understand.words import lower
from storage.model import Item, Member, Person, Report

PRINCIPALS = 5          # people compared: those told of first are those the meeting is between
FIRST = 3               # of them, those one of whom must be in the other report or be missed there
GATHERING = 5           # parties from which a meeting is a gathering, known by its name and place rather than by its sides
OPENING = 250           # characters of the lead in which the two sides are introduced


@dataclass(frozen=True, slots=True)
class Facts:
    """A member's report as the signals read it."""

    member: Member
    title: str
    lead: str
    head: str                           # title and lead
    text: str
    terms: Terms                        # the words of the head, weighed
    names: Terms                        # its names and numbers
    title_terms: Terms
    parties: frozenset[str]             # countries in role party
    involved: frozenset[str]            # those and the country of the place
    organisations: frozenset[str]
    people: tuple[Person, ...]          # the principals
    posts: Mapping[str, frozenset[str]]     # by country, the kinds of posts of the first of them

    @property
    def report(self) -> Report:
        return self.member.report

    @property
    def offices(self) -> frozenset[str]:
        """Kinds of the posts that the title and the first words name, whoever holds them."""
        return _offices(f"{self.title}\n{self.lead[:OPENING]}", self.member.item.language)


@dataclass(frozen=True, slots=True)
class Pair:
    """A newcomer's facts beside a member's, and who of the people is in both."""

    mine: Facts
    theirs: Facts
    people: tuple[tuple[Person, Person], ...]           # in both, each with the spelling of either
    alone: tuple[Person | None, Person | None]          # the first of each who is not in the other
    one_language: bool
    gathering: bool                                     # both tell of one body's conference, where people come and go


def facts(member: Member) -> Facts:
    """What a member's report says, ready for comparing. Of an item that reports several meetings only the passage of this one is read."""
    item, report = member.item, member.report
    title, lead, text = _texts(item, report)
    head = f"{title}\n{lead}"
    parties = frozenset(p.code for p in report.parties if p.kind == "country" and p.role == "party")
    return Facts(
        member=member, title=title, lead=lead, head=head, text=text, terms=weighed(head), names=naming(head), title_terms=weighed(title), parties=parties,
        involved=parties | {p.code for p in report.parties if p.kind == "country" and p.role == "place"},
        organisations=frozenset(p.code for p in report.parties if p.kind == "organisation" and p.role != "mention"),
        people=report.people[:PRINCIPALS], posts=_posts_by_side(report.people[:FIRST]),
    )


def _posts_by_side(people: Iterable[Person]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for person in people:
        kinds = kinds_of_post(person.post) - {"deputy"}
        if person.country and kinds:
            found[person.country] = found.get(person.country, frozenset()) | kinds
    return found


def head_of(item: Item, report: Report) -> str:
    """Title and lead of what a report is drawn from: the words that are compared."""
    title, lead, _ = _texts(item, report)
    return f"{title}\n{lead}"


def telling(item: Item, report: Report) -> frozenset[str]:
    """The words and names of a report that are counted, so that later ones can be weighed."""
    head = head_of(item, report)
    return frozenset(weighed(head).worth) | frozenset(naming(head).worth)


def telling_names(item: Item, report: Report) -> frozenset[str]:
    """The names and numbers among them."""
    return frozenset(naming(head_of(item, report)).worth)


def _texts(item: Item, report: Report) -> tuple[str, str, str]:
    """Title, lead and text of what a report is drawn from."""
    text = report.passage.text if report.passage else item.body or item.summary
    lead = text if report.passage or len(item.summary) <= 80 else item.summary
    return item.title if report.position == 0 else "", lead[:LEAD], text


def pair(mine: Facts, theirs: Facts) -> Pair:
    """Two reports side by side."""
    people: list[tuple[Person, Person]] = []
    left = list(theirs.people)
    for one in mine.people:
        other = next((candidate for candidate in left if one_person(one, candidate)), None)
        if other is not None:
            people.append((one, other))
            left.remove(other)
    met = {one.name for one, _ in people}
    alone = (_first_alone([p for p in mine.people[:FIRST] if p.name not in met], theirs), _first_alone([p for p in left if p in theirs.people[:FIRST]], mine))
    spoken, written = mine.member.item.language[:2], theirs.member.item.language[:2]
    many = max(len(mine.parties), len(theirs.parties)) >= GATHERING
    gathering = many or ("conference" in (mine.report.act, theirs.report.act) and bool(mine.organisations & theirs.organisations))
    return Pair(mine, theirs, tuple(people), alone, spoken == written or not spoken or not written, gathering)


def one_person(one: Person, other: Person) -> bool:
    """By name; a surname alone is enough when country and post do not speak against it. A wrong country does not part a full name from itself."""
    alike = 1.0 if one.key == other.key and " " in one.key else likeness(one.name, other.name)
    apart = bool(one.country and other.country and one.country != other.country)
    if alike >= 0.85:
        return True
    if apart or alike < 0.5:
        return False
    mine, theirs = kinds_of_post(one.post), kinds_of_post(other.post)
    return alike >= SAME or not mine or not theirs or bool(mine & theirs)


def _first_alone(unmet: list[Person], there: Facts) -> Person | None:
    """The first of `unmet` who is surely not among the other report's people: a short form of a name there is not alone."""
    short: Person | None = None
    for person in unmet:
        folded = fold(person.name)
        if len("".join(folded)) < LONG or (short and len(folded) < 2) or any(likeness(person.name, other.name) >= 0.2 for other in there.people):
            continue
        if len(folded) >= 2:
            return person
        short = person
    return short


@lru_cache(maxsize=2048)
def named_in(name: str, text: str) -> bool | None:
    """Whether a name occurs in a text: its syllables in a row, or its longest word, whatever case ending that has.

    Between Latin and Cyrillic the sounds are compared; None where nothing can be said.
    """
    said, there = words(name), words(text)
    if not said:
        return None
    scripts = {script(name), script(text[:200])}
    if scripts == {"latin", "cyrillic"}:
        return _sounds_in(name, text)
    if scripts != {"latin"} and scripts != {"cyrillic"}:
        return None
    if is_syllabic(fold(name)):
        return f" {' '.join(said)} " in f" {' '.join(there)} "
    longest = max(said, key=len)
    if len(longest) < LONG:
        return f" {' '.join(said)} " in f" {' '.join(there)} "
    return longest in there or any(word.startswith(longest[:-1]) and len(word) <= len(longest) + 2 for word in there)


def _sounds_in(name: str, text: str) -> bool:
    syllables, longer = _sounds(text)
    folded = fold(name)
    if is_syllabic(folded):
        return f" {' '.join(syllable_sound(w) for w in folded)} " in syllables
    return any(sound(w)[:5] in longer for w in folded if len(w) >= LONG)


@lru_cache(maxsize=512)
def _sounds(text: str) -> tuple[str, frozenset[str]]:
    """The words of a text as they sound: as syllables in a row, and the beginnings of the longer ones."""
    plain = [re.sub("[^a-z]", "", w) for w in anyascii(text[:READ]).lower().split()]
    return f" {' '.join(syllable_sound(w) for w in plain)} ", frozenset(sound(w)[:5] for w in plain if len(w) >= LONG)


@lru_cache(maxsize=4096)
def _offices(opening: str, language: str) -> frozenset[str]:
    found = frozenset(kind for post in find_posts(lower(opening), language) for kind in kinds_of_post(post.title))
    return found - {"deputy"}


@lru_cache(maxsize=8192)
def script(text: str) -> str:
    """The script most letters of a text are in, by its Unicode block."""
    blocks = [ord(char) >> 8 for char in text if char.isalpha()]
    latin = sum(block < 3 or block == 0x1E for block in blocks)
    if 2 * latin >= len(blocks):
        return "latin"
    return "cyrillic" if 2 * sum(block in (4, 5) for block in blocks) >= len(blocks) else "other"


@lru_cache(maxsize=8192)
def kinds_of_post(post: str) -> frozenset[str]:
    """What kind of post a title names, whatever a country calls it; empty when no word shows it.

    >>> sorted(kinds_of_post("Deputy Minister of Public Security")), sorted(kinds_of_post("Minister of Internal Affairs"))
    (['deputy', 'interior'], ['interior'])
    """
    plain = f" {' '.join(words(post))} "
    return frozenset(kind for kind, marks in _POSTS if any(mark in plain for mark in marks))


def _posts() -> tuple[tuple[str, tuple[str, ...]], ...]:
    lines = files(__package__).joinpath("data/post_words.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return tuple((kind, tuple(f" {' '.join(words(mark))} " for mark in marks.split("|"))) for kind, marks in rows)


_POSTS = _posts()
