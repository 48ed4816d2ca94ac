"""What each sentence says of encounters: that one took place, that one is to come, that there was one long ago.

A verb that only officials do to each other ("met") says so alone. One that others do too ("received", "signed",
"agreed", "announced") needs somebody in office in the sentence, or the two sides.

Touches: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from aggregator.understand.dates import Mention
from aggregator.understand.packs import GENERIC, MODEL, base_language, languages, table, trait
from aggregator.understand.passages import Page, Sentence
from aggregator.understand.words import Hit, load_words, within

MOST = 60           # words of a kind that are weighed in one sentence: more make no sentence
REACH = 70          # characters from "will" to the word it governs; more, and another clause has begun
VERB_END = 40       # the same backwards, where the verb, and with it the tense, ends the sentence
CALLED_OFF = 24     # characters from "called off" to the meeting that was
LEAD = 3            # sentences of a part that are its lead
OLD = timedelta(days=60)    # what a sentence dates before that is no news
NEXT_MONTH = 18     # days since the last "12th": more, and a day of the month alone is likelier the one to come


@dataclass(frozen=True, slots=True)
class Telling:
    """What one sentence says of encounters."""

    sentence: Sentence
    officials: int                              # offices it names
    acts: tuple[Hit, ...]                       # every word for an encounter
    held: tuple[Hit, ...]                       # those that say it takes or took place
    planned: Hit | None                         # the word that puts an encounter into the future
    arrived: Hit | None                         # "has landed": the meeting is next
    remembered: Hit | None                      # "recalled that": it was earlier
    cancelled: bool = False                     # "was called off"
    is_report: bool = True                      # false for an editorial, an interview, a biography


@dataclass(frozen=True, slots=True)
class Scene:
    """What the page names, each in order: what an encounter takes."""

    acts: Sequence[Hit]
    marks: Sequence[Hit]
    offices: Sequence[tuple[int, int]]
    nations: Sequence[tuple[int, str]]          # where a country is named, by itself or by its capital, and its code
    days: Sequence[Mention]                     # of the lead
    reference: date
    is_dated: bool = True                       # whether the item says when it was published


def find_marks(page: Page, language: str) -> tuple[Hit, ...]:
    """The words of a page that tell when: "will", "recalled that", "has landed"."""
    return tuple(mark for mark in load_words("kinds").find(page.lowered, language) if mark.label != "not")


def is_announced(lowered: str, language: str, is_named: bool) -> bool:
    """Whether a lower-case text has a word that is both an encounter and its future ("встретится"); any of the future where an encounter `is_named`."""
    return any(mark.label == "announced" or is_named for mark in load_words("kinds", ("announced", "future")).find(lowered, language))


def tell(page: Page, scene: Scene, language: str) -> tuple[Telling, ...]:
    """What every sentence says."""
    grammar = _grammar(base_language(language))
    offices = _in_each(page.sentences, [(start, "") for start, _ in sorted(scene.offices)])
    nations = _in_each(page.sentences, scene.nations)
    tellings = []
    for number, sentence in enumerate(page.sentences):
        beside = [offices[other] for other in (number - 1, number + 1) if 0 <= other < len(offices) and page.sentences[other].part == sentence.part]
        reading = _Reading(
            page, sentence, tuple(within(scene.acts, sentence.start, sentence.end)[:MOST]), tuple(within(scene.marks, sentence.start, sentence.end)[:MOST]),
            tuple(within(scene.days, sentence.start, sentence.end)), scene.reference, scene.is_dated,
            len(offices[number]), any(beside), len({code for _, code in nations[number]}), grammar,
        )
        tellings.append(reading.told())
    return tuple(tellings)


def _in_each(sentences: Sequence[Sentence], places: Sequence[tuple[int, str]]) -> list[list[tuple[int, str]]]:
    """Which of `places`, in order, stand in each sentence."""
    found: list[list[tuple[int, str]]] = []
    at = 0
    for sentence in sentences:
        while at < len(places) and places[at][0] < sentence.start:
            at += 1
        first = at
        while at < len(places) and places[at][0] < sentence.end:
            at += 1
        found.append(list(places[first:at]))
    return found


@dataclass(frozen=True, slots=True)
class _Grammar:
    """How a language tells that something is to come."""

    is_verb_last: bool
    is_tenseless: bool                          # a verb shows no time: only its date does
    finite: tuple[re.Pattern[str], ...]         # phrases "will" cannot stand before
    stops: tuple[str, ...]                      # where the reach of "will" ends
    breaks: tuple[re.Pattern[str], ...]         # the same as patterns


@cache
def _grammar(language: str) -> _Grammar:
    own = tuple(dict.fromkeys((language, MODEL))) if language else languages()
    return _Grammar(
        bool(trait(language, "verb_last")), bool(trait(language, "tenseless")),
        tuple(re.compile(pattern) for pack in own if (pattern := trait(pack, "finite"))),
        tuple(stop for pack in (GENERIC, *own) for stop in table(pack, "language").get("clause_stops", ())),
        tuple(re.compile(pattern) for pack in languages() if (pattern := trait(pack, "clause_break"))),
    )


_YEAR = re.compile(r"(?<![\w.,/-])(?:18|19|20)\d\d(?![\w%/-]|[.,]\d)")
NEEDS_OFFICE = frozenset({"held.reception", "held.visit", "held.conference", "held.signing"})


@dataclass(frozen=True, slots=True)
class _Reading:
    """One sentence and what stands in it."""

    page: Page
    sentence: Sentence
    acts: tuple[Hit, ...]
    marks: tuple[Hit, ...]
    days: tuple[Mention, ...]
    reference: date
    is_dated: bool
    offices: int
    has_office_beside: bool                     # the sentence before or after names an office
    nations: int
    grammar: _Grammar

    def told(self) -> Telling:
        tenses = ("future", "announced", "memory", "arrival", "present", "denied", "cancelled")
        by: Mapping[str, list[Hit]] = {label: [mark for mark in self.marks if mark.label == label] for label in tenses}
        nouns = [hit for hit in self.acts if hit.label.startswith("noun.")]
        announced = by["announced"][0] if by["announced"] else None
        able = [hit for hit in self.acts if self.is_able(hit, nouns)]
        held: list[Hit] = []
        for hit in able:
            if not hit.label.startswith(("held.", "joint", "declared", "told")):
                continue
            if self.grammar.is_verb_last and any(mark.end > hit.end and mark.start - hit.end < VERB_END for mark in (*by["future"], *by["announced"])):
                continue
            if any(self.governs(mark, hit, held) for mark in by["future"]) or (announced and announced.start <= hit.start < announced.end):
                if self.grammar.is_tenseless:
                    break                       # and so is what follows: nothing in a verb says that time has turned
                continue
            if any(mark.start < hit.start for mark in by["denied"]) or any(0 <= hit.start - mark.end < CALLED_OFF for mark in by["cancelled"]):
                continue
            held.append(hit)
        planned = self.planned(by["future"], announced, able, nouns, held)
        if held and self.is_to_come(held, by["present"]):
            planned, held = planned or held[0], []      # "will visit from the 24th and hold talks on the 25th"
        arrived = next((mark for mark in by["arrival"] if not any(mark.start < hit.end and hit.start < mark.end for hit in held)), None)
        if arrived is not None and all(hit.label == "held.visit" for hit in held):
            held = []
        remembered = next((mark for mark in by["memory"] if any(mark.start < hit.start for hit in held) or not held), None)
        if remembered is None and held and self.is_dated and self.is_old():
            remembered = held[0]
        cancelled = not held and bool(self.acts) and any(mark.label in ("cancelled", "denied") for mark in self.marks)
        if not held and nouns and any(mark.label == "postponed" for mark in self.marks):
            planned, cancelled = (nouns[0], False) if any(self.is_ahead(day) for day in self.days) else (None, True)
        opinion = self.sentence.part == "title" and any(mark.label == "opinion" and mark.start - self.sentence.start < 3 for mark in self.marks)
        return Telling(self.sentence, self.offices, self.acts, tuple(held), planned, arrived, remembered, cancelled, not opinion)

    def is_able(self, hit: Hit, nouns: Sequence[Hit]) -> bool:
        """Whether the sentence has what the word needs to speak of an encounter of officials."""
        label = hit.label
        if label == "held.conference":
            return bool(nouns)
        if label in NEEDS_OFFICE:
            return bool(self.offices or nouns or self.nations >= 2)
        if label == "told":
            return self.offices >= 2 and not nouns
        if label == "joint":
            return self.has_sides()
        if label == "declared":
            return any(other.label == "side" and other.start < hit.start for other in self.acts)
        return label not in ("side", "wide")

    def has_sides(self) -> bool:
        """Whether the sentence names the two sides of something they do together."""
        if self.offices >= 2 or any(hit.label == "side" for hit in self.acts):
            return True
        return self.nations >= 2 and (self.offices >= 1 or self.has_office_beside or self.sentence.part == "title")

    def planned(self, futures: Sequence[Hit], announced: Hit | None, able: Sequence[Hit], nouns: Sequence[Hit], held: Sequence[Hit]) -> Hit | None:
        """The word that puts an encounter into the future."""
        if announced and not any(hit.start < announced.start for hit in held):
            return announced
        for mark in futures:
            before = any(hit.start < mark.start for hit in held)
            if not before and any(hit.label not in ("told", "joint", "declared") and self.governs(mark, hit, held) for hit in able):
                return mark
        if held:
            return None
        for mark in futures:                    # "talks are scheduled for Thursday": the noun before, the plan after
            if any(0 <= mark.start - hit.end < REACH for hit in nouns):
                return mark
        if self.grammar.is_verb_last:
            return next((mark for mark in futures if any(0 <= mark.start - hit.end < VERB_END for hit in able)), None)
        return None

    def is_ahead(self, day: Mention) -> bool:
        """Whether a date is one to come; a weekday alone may be."""
        if day.form == "day number":
            return (self.reference - day.day).days > NEXT_MONTH
        return day.day > self.reference

    def is_to_come(self, held: Sequence[Hit], present: Sequence[Hit]) -> bool:
        """Whether a date says what the verb does not: "receives her counterpart on Tuesday" of next week."""
        if self.sentence.order >= LEAD or not all(self.grammar.is_tenseless or any(mark.start == hit.start for mark in present) for hit in held):
            return False
        if any(day.form in ("date", "numeric", "day number") for day in self.days):
            return all(self.is_ahead(day) for day in self.days if day.form in ("date", "numeric", "day number"))
        named = any(day.form == "weekday" and day.day != self.reference for day in self.days)
        return named and not self.grammar.is_tenseless and self.sentence.part != "title"

    def is_old(self) -> bool:
        """Whether the sentence dates what it tells long before, and nothing in it of late."""
        if any(day.day >= self.reference - OLD for day in self.days):
            return False
        if any(day.year_written or day.form == "date" for day in self.days):
            return True
        years = [int(year[0]) for year in _YEAR.finditer(self.page.text, self.sentence.start, self.sentence.end)]
        return bool(years) and max(years) < self.reference.year

    def governs(self, mark: Hit, hit: Hit, held: Sequence[Hit]) -> bool:
        """Whether "will" (`mark`) puts `hit` into the future: it stands before it in the same clause, and no told act between."""
        lowered = self.page.lowered
        if mark.start <= hit.start and hit.end <= mark.end:
            return True
        if not 0 <= hit.start - mark.end < REACH:
            return False
        is_passive = lowered[max(0, hit.start - 8):hit.start].endswith((" be ", " been ")) or lowered[mark.start:mark.end].endswith(" be")
        phrase = lowered[hit.start:hit.end]
        if hit.label.startswith(("held.", "joint")) and any(finite.match(phrase) for finite in self.grammar.finite) and not is_passive:
            return False                        # "Laos will get help, he told": a verb in the past stands in a clause of its own
        if any(mark.end <= other.start < hit.start for other in held):
            return False
        between = lowered[mark.end:hit.start]
        if any(stop.search(between) for stop in self.grammar.breaks):
            return False
        if "," in between and hit.label.startswith("held.") and phrase.startswith(tuple(trait(MODEL, "past_prepositions"))):
            return False                        # "they will do more, the ministers agreed during talks"
        return not any(stop in between for stop in self.grammar.stops)
