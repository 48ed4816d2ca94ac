"""Whether an item reports a meeting, announces it, recalls it, or is about none.

Each sentence is asked three things: does it say that an encounter took place, that one is to come,
or that there was one long ago. The title and the lead weigh most, for what a report is about stands there.

Touches: nothing (its table is a file of the package, read once).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.understand.acts import ENCOUNTERS
from aggregator.understand.passages import Page, Sentence
from aggregator.understand.words import Hit, base_language, load_words
from storage.model import ReportKind

MOST = 60           # words of a kind that are weighed in one sentence: more make no sentence
REACH = 70          # characters from "will" to the word it governs; more, and another clause has begun


@dataclass(frozen=True, slots=True)
class Telling:
    """What one sentence says of encounters."""

    sentence: Sentence
    officials: int                              # offices and people it names
    acts: tuple[Hit, ...]                       # every word for an encounter
    held: tuple[Hit, ...]                       # those that say it takes or took place
    planned: Hit | None                         # the word that puts an encounter into the future
    arrived: Hit | None                         # "has landed": the meeting is next
    remembered: Hit | None                      # "recalled that": it was earlier


VERB_LAST = frozenset({"hi", "ur", "ja", "ko", "tr", "az", "fa", "kk", "ky", "uz", "mn", "bn", "ne", "ta"})
"""Languages that put the verb, and with it the tense, at the end."""


def find_marks(page: Page, language: str) -> tuple[Hit, ...]:
    """The words of a page that tell when: "will", "recalled that", "has landed"."""
    return load_words("kinds.toml").find(page.lowered, language)


def tell(page: Page, acts: Sequence[Hit], marks: Sequence[Hit], language: str, officials: Sequence[tuple[int, int]]) -> tuple[Telling, ...]:
    """What every sentence says. `officials` are the places of offices and people: to "receive" needs one."""
    tellings = []
    act_at = mark_at = 0
    places = sorted(officials)
    place_at = 0
    verb_last = base_language(language) in VERB_LAST
    for sentence in page.sentences:
        while act_at < len(acts) and acts[act_at].start < sentence.start:
            act_at += 1
        first_act = act_at
        while act_at < len(acts) and acts[act_at].start < sentence.end:
            act_at += 1
        while mark_at < len(marks) and marks[mark_at].start < sentence.start:
            mark_at += 1
        first_mark = mark_at
        while mark_at < len(marks) and marks[mark_at].start < sentence.end:
            mark_at += 1
        while place_at < len(places) and places[place_at][0] < sentence.start:
            place_at += 1
        first_place = place_at
        while place_at < len(places) and places[place_at][0] < sentence.end:
            place_at += 1
        tellings.append(_telling(page, sentence, tuple(acts[first_act:act_at][:MOST]), marks[first_mark:mark_at][:MOST], place_at - first_place, verb_last))
    return tuple(tellings)


def _telling(page: Page, sentence: Sentence, acts: tuple[Hit, ...], marks: Sequence[Hit], officials: int, verb_last: bool) -> Telling:
    futures = [mark for mark in marks if mark.label == "future"]
    announced = next((mark for mark in marks if mark.label == "announced"), None)
    memories = [mark for mark in marks if mark.label == "memory"]
    nouns = [hit for hit in acts if hit.label.startswith("noun.")]
    held: list[Hit] = []
    for hit in acts:
        if hit.label == "told" and officials >= 2 and not nouns:
            held.append(hit)
        if not hit.label.startswith("held."):
            continue
        if hit.label in ("held.conference",) and not nouns:
            continue
        if hit.label in ("held.reception", "held.visit", "held.conference", "held.signing") and not officials and not nouns:
            continue
        if verb_last and any(mark.end > hit.end and mark.start - hit.end < 40 for mark in marks if mark.label in ("future", "announced")):
            continue
        if any(_governs(page, mark, hit, held) for mark in futures) or (announced and announced.start <= hit.start < announced.end):
            continue
        held.append(hit)
    planned = None
    if announced and not any(hit.start < announced.start for hit in held):
        planned = announced
    for mark in futures:
        if planned is None and not any(hit.start < mark.start for hit in held) and any(hit.label != "told" and _governs(page, mark, hit, held) for hit in acts):
            planned = mark
    for mark in futures:                        # "talks are scheduled for Thursday": the noun before, the plan after
        if planned is None and not held and any(0 <= mark.start - hit.end < REACH for hit in nouns):
            planned = mark
    if planned is None and verb_last and not held:
        planned = next((mark for mark in futures if any(0 <= mark.start - hit.end < 40 for hit in acts)), None)
    arrived = next((mark for mark in marks if mark.label == "arrival"), None)
    if arrived is not None and all(hit.label == "held.visit" for hit in held):
        held = []
    remembered = next((mark for mark in memories if any(mark.start < hit.start for hit in held) or not held), None)
    return Telling(sentence, officials, acts, tuple(held), planned, arrived, remembered)


def _governs(page: Page, mark: Hit, hit: Hit, held: Sequence[Hit]) -> bool:
    """Whether "will" (`mark`) puts `hit` into the future: it stands before it in the same clause, and no told act between."""
    if mark.start <= hit.start and hit.end <= mark.end:
        return True
    if not 0 <= hit.start - mark.end < REACH:
        return False
    is_passive = page.lowered[max(0, hit.start - 8):hit.start].endswith((" be ", " been ")) or page.lowered[mark.start:mark.end].endswith(" be")
    if hit.label.startswith("held.") and _is_finite(page.lowered[hit.start:hit.end]) and not is_passive:
        return False                            # "Laos will get help, he told": English keeps "will" away from a past form
    if any(mark.end <= other.start < hit.start for other in held):
        return False
    between = page.lowered[mark.end:hit.start]
    if _HAN_CLAUSE.search(between):
        return False
    if "," in between and hit.label.startswith("held.") and page.lowered[hit.start:hit.end].startswith(_PREPOSITIONS):
        return False                            # "they will do more, the ministers agreed during talks"
    return not any(stop in between for stop in _STOPS)


_PAST = frozenset((
    "met", "held", "heard", "had", "sat", "took", "got", "spoke", "shook", "began", "paid", "told", "meets", "holds", "hosts", "receives", "calls",
))


_STOPS = ("; ", "。", ", which", ", who", " after ", " following ", " during ")
_HAN_CLAUSE = re.compile("，(?![并並且还還同与與])")     # a new clause, unless it goes on with "and"
_PREPOSITIONS = ("at ", "during ", "after ", "following ", "in ", "when ", "while ")


def _is_finite(phrase: str) -> bool:
    """Whether an English phrase begins with a verb that "will" cannot stand before."""
    first = phrase.split(" ", 1)[0]
    return phrase.isascii() and (first in _PAST or first.endswith("ed"))


def _weight(telling: Telling) -> float:
    part, order = telling.sentence.part, telling.sentence.order
    if part == "title":
        return 1.5
    return (2.5, 1.5, 1.0)[order] if order < 3 else 0.3


def kind_of(tellings: Sequence[Telling]) -> ReportKind | None:
    """What the item as a whole is: a report, a preview, a retrospective, or none of these (None)."""
    report = preview = memory = late = hinted = headline = 0.0
    lead = ""                                   # what the first sentence that says anything says
    for telling in tellings:
        weight = _weight(telling)
        sure = max((_strength(hit, telling) for hit in telling.held), default=0.0)
        if telling.remembered and sure:
            memory += weight * sure
        elif sure:
            if weight < 1:
                late += weight * sure
            else:
                report += weight * sure * (0.6 if lead == "preview" else 1.0)
                lead = lead or ("report" if telling.sentence.part != "title" and sure >= 0.9 else "")
        if weight >= 1:
            if telling.planned is not None:
                sureness = 0.5 if lead == "report" else 1.0
                if telling.sentence.part == "title":
                    headline = weight
                else:
                    preview += weight * sureness
                lead = lead or ("preview" if telling.sentence.part != "title" else "")
            elif telling.arrived is not None and not sure:
                preview += 0.8 * weight * (0.5 if lead == "report" else 1.0)
            elif not sure and any(hit.label.startswith("noun.") for hit in telling.acts):
                hinted += 0.35 * weight * (1.0 if telling.officials else 0.6)
    report += min(late, 1.2)
    preview += headline * (0.5 if lead == "report" else 1.0)
    if report >= 0.75 and report >= preview:
        return "report"
    if preview >= 1.0 and preview > memory:
        return "preview"
    if memory >= 0.3 and memory > report:
        return "retrospective"
    return "report" if report >= 0.6 or hinted >= LEAST_HINT else None


LEAST_HINT = 0.8    # a lead that names talks, a visit or a conference without saying that they took place, twice


def _strength(hit: Hit, telling: Telling) -> float:
    if hit.label in ENCOUNTERS:
        return 1.0
    if hit.label == "held.conference" and any(other.label == "noun.conference" for other in telling.acts):
        return 0.95
    return 0.7 if hit.label in ("held.signing", "held.conference", "told") else 0.5
