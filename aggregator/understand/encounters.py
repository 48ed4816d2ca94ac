"""One item, several meetings: which sentences tell of which.

A minister received by the prime minister and later meeting a counterpart are two. A text is split
only on clear evidence, for a wrong split makes a meeting that never was: a word that leads on ("later
the same day", "also met"), an encounter, and somebody in it who was not in the one before; one sentence
that gives two encounters a counterpart each; or one that says several were met separately. What was
signed after the talks is part of them.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.understand.acts import ENCOUNTERS
from aggregator.understand.names import Nation
from aggregator.understand.passages import Page, Sentence
from aggregator.understand.people import Found
from aggregator.understand.posts import PLAIN, Post
from aggregator.understand.telling import Telling
from aggregator.understand.words import Hit, load_words, within

MOST = 8            # meetings of one item: beyond, it is a diary or an attack
AT_THE_START = 16   # characters: "Also on the same day, …"
BESIDE = 80         # characters between a word for an encounter and the name of the one met
NEAR = 160          # characters between a word that leads on and the encounter it leads to


@dataclass(frozen=True, slots=True)
class Encounter:
    """One meeting of an item: its sentences, the one that says it took place, and who is in it."""

    sentences: tuple[Sentence, ...]
    anchor: Telling | None                      # None only where nothing but the item as a whole tells of it
    people: tuple[int, ...]                     # indexes into the people of the page
    acts: tuple[Hit, ...] = ()                  # the words of its own act, where the anchor has those of two
    is_same_day: bool = False                   # "later the same day": the day of the first
    is_alone: bool = False                      # of a round-up: it shares nothing with the others


@dataclass(slots=True)
class _Growing:
    """A meeting while the text is read."""

    anchor: Telling
    people: set[int]
    titles: set[str]
    acts: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class _Text:
    """What is known of the text, sentence by sentence."""

    page: Page
    tellings: Sequence[Telling]
    people: Sequence[Found]
    here: tuple[tuple[int, ...], ...]           # who is in each sentence
    posts: Sequence[Post]
    nations: Sequence[Nation]
    marks: tuple[Hit, ...]
    star: int | None                            # the person most sentences name: whose day is told

    def marks_in(self, sentence: Sentence, *labels: str) -> list[Hit]:
        return [mark for mark in within(self.marks, sentence.start, sentence.end) if mark.label in labels]

    def is_guest(self, person: int) -> bool:
        """Whether somebody is one to meet: with an office, or at least a full name."""
        who = self.people[person].person
        return bool(who.post) or len(who.key.split()) >= 2

    def titles(self, sentence: Sentence) -> set[str]:
        return {post.title for post in within(self.posts, sentence.start, sentence.end)}


def find_splits(page: Page, language: str) -> tuple[Hit, ...]:
    """The words of a page that lead from one meeting to the next."""
    return load_words("splits").find(page.lowered, language)


def split_encounters(page: Page, tellings: Sequence[Telling], people: Sequence[Found], posts: Sequence[Post], nations: Sequence[Nation], marks: tuple[Hit, ...],
                     *, planned: bool = False) -> tuple[Encounter, ...]:
    """The meetings of one item, the main one first, then as told. A preview is of one."""
    here = _who_is_where(tellings, people)
    text = _Text(page, tellings, people, here, posts, nations, marks, _star(here, people))
    anchored = [number for number, telling in enumerate(tellings) if telling.held or (planned and telling.planned is not None)]
    first = next((number for number in anchored if tellings[number].sentence.part != "title"), anchored[0] if anchored else None)
    if first is None or planned:
        anchor = tellings[first] if first is not None else None
        return (Encounter(tuple(telling.sentence for telling in tellings), anchor, tuple(range(len(people)))),)
    return _rounded_up(text) or _apart(text) or _in_turn(text, first)


def _who_is_where(tellings: Sequence[Telling], people: Sequence[Found]) -> tuple[tuple[int, ...], ...]:
    spots = sorted((start, number) for number, found in enumerate(people) for start, _ in found.mentions)
    here: list[tuple[int, ...]] = []
    at = 0
    for telling in tellings:
        while at < len(spots) and spots[at][0] < telling.sentence.start:
            at += 1
        named: list[int] = []
        while at < len(spots) and spots[at][0] < telling.sentence.end:
            if spots[at][1] not in named:
                named.append(spots[at][1])
            at += 1
        here.append(tuple(named))
    return tuple(here)


def _star(here: Sequence[tuple[int, ...]], people: Sequence[Found]) -> int | None:
    counts = [sum(number in who for who in here) for number in range(len(people))]
    return max(range(len(people)), key=lambda number: (counts[number], -number), default=None)


def _in_turn(text: _Text, first: int) -> tuple[Encounter, ...]:
    """Meetings told one after the other."""
    growing: list[_Growing] = []
    owner = [0] * len(text.tellings)
    extras: set[int] = set()
    current = 0
    for number, telling in enumerate(text.tellings):
        sentence, who = telling.sentence, set(text.here[number])
        if number < first or (sentence.part == "title" and number != first):
            extras |= who
            continue
        groups = _groups(text, telling, number)
        if number == first:
            growing = [_Growing(telling, set(groups[0][1]) or who, text.titles(sentence), groups[0][0])]
            _open_more(text, telling, groups[1:], growing)
        else:
            if sentence.part != text.tellings[number - 1].sentence.part:
                current = 0
            if telling.held and not telling.remembered and _is_new(text, telling, who, growing) and len(growing) < MOST:
                growing.append(_Growing(telling, who | _understood(text, who), text.titles(sentence)))
                current = len(growing) - 1
            else:
                _open_more(text, telling, groups[1:], growing)
                current = _belongs(who, growing, current)
                if telling.held and len(groups) == 1:
                    growing[current].people |= who
                    growing[current].titles |= text.titles(sentence)
                else:
                    extras |= who
        owner[number] = current
    alone = len(growing) == 1
    return tuple(
        Encounter(tuple(telling.sentence for number, telling in enumerate(text.tellings) if owner[number] == which or telling is one.anchor), one.anchor,
                  tuple(sorted(one.people | extras if alone else one.people)), () if alone else one.acts,
                  which > 0 and any(mark.start - one.anchor.sentence.start < AT_THE_START for mark in text.marks_in(one.anchor.sentence, "turn")))
        for which, one in enumerate(growing)
    )


def _groups(text: _Text, telling: Telling, number: int) -> list[tuple[tuple[Hit, ...], set[int]]]:
    """The encounters one sentence gives a counterpart each: "held talks with A and was received by B".

    The first takes all who stand before it; each other is one only when somebody new follows its word
    and the words are not of a pair ("after talks between C and D").
    """
    acts = [hit for hit in telling.held if hit.label in ENCOUNTERS]
    who = set(text.here[number])
    if len(acts) < 2 or len(who) < 3 or telling.remembered:
        return [(tuple(acts), who)]
    spots = sorted((start, person) for person in who for start, _ in text.people[person].mentions if telling.sentence.start <= start < telling.sentence.end)
    groups: list[tuple[tuple[Hit, ...], set[int]]] = []
    for place, act in enumerate(acts):
        end = acts[place + 1].start if place + 1 < len(acts) else telling.sentence.end
        begin = telling.sentence.start if place == 0 else act.start
        after = {person for start, person in spots if act.end <= start < end}
        named = {person for start, person in spots if begin <= start < end}
        if place == 0:
            groups.append(((act,), named))
        elif " between " in text.page.lowered[act.start:act.end + 12] or not {person for person in after if text.is_guest(person)} - groups[0][1]:
            groups[-1] = ((*groups[-1][0], act), groups[-1][1] | named)
        else:
            groups.append(((act,), after))
    if not any(start >= acts[0].end for start, person in spots if person in groups[0][1]) and len(groups) > 1:
        return [(tuple(acts), who)]
    return groups


def _open_more(text: _Text, telling: Telling, groups: Sequence[tuple[tuple[Hit, ...], set[int]]], growing: list[_Growing]) -> None:
    """Open a meeting for each further group of a sentence, unless one with these people is open already."""
    for acts, people in groups:
        if len(growing) >= MOST or any(people & (one.people - {text.star}) for one in growing[1:]) or people <= growing[0].people:
            continue
        growing.append(_Growing(telling, people | ({text.star} if text.star is not None else set()), set(), acts))


def _is_new(text: _Text, telling: Telling, who: set[int], growing: Sequence[_Growing]) -> bool:
    """Whether a sentence with an encounter tells of another meeting than those before."""
    sentence = telling.sentence
    has_noun = any(act.label.startswith("noun.") for act in telling.acts)
    at_conference = any(act.label == "noun.conference" for act in growing[0].anchor.acts)
    acts = [hit for hit in telling.held if hit.label in ENCOUNTERS or (hit.label == "held.conference" and has_noun)
            or (hit.label == "held.signing" and at_conference)]
    known = set().union(*(one.people for one in growing))
    fresh = [person for person in who - known - {text.star} if text.is_guest(person)]
    leads = [mark for mark in text.marks_in(sentence, "next", "turn") if any(-NEAR < hit.start - mark.end < NEAR for hit in acts)]
    opens = any(mark.start - sentence.start < 12 for mark in text.marks_in(sentence, "opener"))
    if (leads or opens) and (fresh or _is_new_office(text, sentence, acts, growing)):
        return True
    if not at_conference and _is_another_side(text, telling, who, fresh, growing):
        return True
    turns = [mark for mark in leads if mark.label == "turn" and mark.start - sentence.start < AT_THE_START]
    has_guest = any(who & (one.people - {text.star}) for one in growing)
    is_met = any(hit.label in ENCOUNTERS for hit in telling.held)
    return bool(turns) and is_met and not has_guest and not opens and sentence.paragraph != growing[-1].anchor.sentence.paragraph


def _is_another_side(text: _Text, telling: Telling, who: set[int], fresh: Sequence[int], growing: Sequence[_Growing]) -> bool:
    """Whether the person whose day is told met an official of a side that nobody met yet: "On Wednesday Dar met the Dutch minister X"."""
    if text.star not in who or telling.planned is not None or who - set(fresh) - {text.star}:
        return False
    sides = {text.people[person].person.country for one in growing for person in one.people}
    acts = [hit for hit in telling.held if hit.label in ENCOUNTERS]
    guests = [text.people[person] for person in fresh if text.people[person].person.post and text.people[person].person.country not in (*sides, "")]
    return len(sides) == 2 and any(0 <= start - act.end < BESIDE for act in acts for guest in guests for start, _ in guest.mentions)


def _understood(text: _Text, who: set[int]) -> set[int]:
    """The person whose day is told, where a sentence names only those they met: "he also held talks with X"."""
    sides = {text.people[person].person.country for person in who if text.is_guest(person)}
    if text.star is None or len(sides) != 1 or "" in sides or text.people[text.star].person.country in (*sides, ""):
        return set()
    return {text.star}


def _is_new_office(text: _Text, sentence: Sentence, acts: Sequence[Hit], growing: Sequence[_Growing]) -> bool:
    """Whether an office without a name that no meeting had yet follows the encounter ("received the US ambassador")."""
    titles = set().union(*(one.titles for one in growing))
    known = [text.people[person].person for one in growing for person in one.people]
    codes = {person.country for person in known}
    for post in within(text.posts, sentence.start, sentence.end):
        if post.title not in PLAIN and any(0 <= post.start - act.end < 60 for act in acts):
            own = {nation.code for nation in within(text.nations, post.start - 40, post.start) if post.start - nation.end <= 3}
            is_held = any(person.post == post.title and person.country in (*own, "") for person in known)
            if post.title not in titles or (own and not is_held and codes != {""}):
                return True
    return False


def _belongs(who: set[int], growing: Sequence[_Growing], current: int) -> int:
    """Which meeting a sentence goes on with: the one whose own people it names, else the one just told."""
    if len(growing) > 1:
        fitting = [which for which, one in enumerate(growing) if (one.people - set().union(*(other.people for other in growing if other is not one))) & who]
        if len(fitting) == 1:
            return fitting[0]
    return current


def _rounded_up(text: _Text) -> tuple[Encounter, ...]:
    """The meetings of a round-up, one a paragraph; () where the text is none.

    A round-up calls itself one, or has three paragraphs that each open with a city ("HANOI. The ministers …").
    """
    paragraphs: dict[int, list[int]] = {}
    for number, telling in enumerate(text.tellings):
        if telling.sentence.part != "title":
            paragraphs.setdefault(telling.sentence.paragraph, []).append(number)
    first = [text.tellings[numbers[0]].sentence for numbers in paragraphs.values()]
    headed = {sentence.paragraph for sentence in first if any(
        nation.is_city and nation.start - sentence.start < 3 and text.page.text[nation.end:nation.end + 2].lstrip()[:1] in (".", ":", "—", "–", "-", "|")
        for nation in within(text.nations, sentence.start, sentence.start + 3))}
    opening = [telling.sentence for telling in text.tellings if telling.sentence.order == 0 and telling.sentence.part in ("title", "summary")]
    is_named = any(text.marks_in(sentence, "roundup") for sentence in opening)
    if not (len(headed) >= 3 or (is_named and len(paragraphs) >= 3)):
        return ()
    told = []
    for paragraph, numbers in paragraphs.items():
        anchor = next((text.tellings[number] for number in numbers if text.tellings[number].held and not text.tellings[number].remembered), None)
        if anchor is None or (headed and paragraph not in headed):
            continue
        people = sorted({person for number in numbers for person in text.here[number]})
        sentences = tuple(text.tellings[number].sentence for number in numbers)
        if people or len({nation.code for sentence in sentences for nation in within(text.nations, sentence.start, sentence.end)}) >= 2:
            told.append(Encounter(sentences, anchor, tuple(people), is_alone=True))
    return tuple(told[:MOST]) if len(told) >= 2 else ()


def _apart(text: _Text) -> tuple[Encounter, ...]:
    """Meetings that one sentence names at once ("met separately with A, B and C") and paragraphs tell apart; () where there are none."""
    for number, telling in enumerate(text.tellings):
        if telling.sentence.part == "title" or not telling.held or not text.marks_in(telling.sentence, "apart"):
            continue
        named = text.here[number]
        host = named[0] if named else None
        guests = [person for person in named[1:] if text.is_guest(person)]
        if len(guests) < 2:
            guests = _opened(text, number, host)
        if len(guests) < 2:
            return ()
        return tuple(_one_apart(text, telling, guest, guests, host) for guest in guests[:MOST])
    return ()


def _opened(text: _Text, number: int, host: int | None) -> list[int]:
    """The guests of sentences that open with "at the meeting with X", in order."""
    guests: list[int] = []
    for later in range(number + 1, len(text.tellings)):
        sentence = text.tellings[later].sentence
        if any(mark.start - sentence.start < 12 for mark in text.marks_in(sentence, "opener")):
            guests += [person for person in text.here[later] if person not in (host, *guests) and text.people[person].person.post][:1]
    return guests


def _one_apart(text: _Text, telling: Telling, guest: int, guests: Sequence[int], host: int | None) -> Encounter:
    others = set(guests) - {guest}
    paragraphs = {other.sentence.paragraph for later, other in enumerate(text.tellings) if guest in text.here[later] and not others & set(text.here[later])}
    mine = [other for later, other in enumerate(text.tellings)
            if other is telling or (other.sentence.part != "title" and other.sentence.paragraph in paragraphs and not others & set(text.here[later]))]
    anchor = next((other for other in mine if other.held and other is not telling), telling)
    return Encounter(tuple(other.sentence for other in mine), anchor, tuple(sorted({guest} | ({host} if host is not None else set()))))
