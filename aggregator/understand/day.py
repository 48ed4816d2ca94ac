"""Which of the days a text speaks of is the day of the meeting.

Chosen by form, by nearness to the words of the encounter and to the lead, and by the distance from
publication. A date that belongs to something else (an anniversary, a programme of years, an earlier
signature) is known by the words beside it. Today is never taken for want of better.

Touches: nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from aggregator.understand.dates import LATEST, Mention
from aggregator.understand.packs import MODEL, trait
from aggregator.understand.passages import Page, Sentence
from aggregator.understand.telling import Telling
from aggregator.understand.words import load_words, within
from storage.model import ReportKind

USUAL = 14          # days: an older date without a year is rarely the meeting's
OLDEST = 28         # days: beyond, never
FARTHEST = 150      # days a preview may look ahead without naming the year
MOST = 60           # dates of one item that are weighed
POSSIBLE = 0.5      # a candidate at or above it is another day the meeting may have had …
MOST_OTHERS = 3     # … of which so many are kept
ENOUGH = 0.75       # a candidate below this is no better than none

OF_LATE = 10        # days: a look back at what is no older is a report of it
DATELINE_LATE = timedelta(days=4)   # a dateline older than that is no day to count "today" from
STATED = 2.0        # what it costs a date to be that of a statement, where the text says of the meeting only "last week"
STATED_ALONE = 0.5  # the same, where it says nothing else
SAID_BEFORE = 24    # characters before a date in which a word for saying gives it to the statement
SAID_AFTER = 12     # the same after it
DURING = 60         # characters after it in which "during talks" gives it back

FORMS = {"date": 0.9, "numeric": 0.85, "day number": 0.75, "weekday": 0.8, "relative": 0.75, "day before": 1.1}


@dataclass(frozen=True, slots=True)
class Day:
    """The day of a meeting, how sure we are (0 to 1), and the words it came from."""

    day: date | None
    day_end: date | None
    confidence: float
    mention: Mention | None
    span: tuple[date, date] | None = None       # where only the visit is dated: the days it must lie in
    others: tuple[date, ...] = ()               # other days the text may mean, the likeliest first


NO_DAY = Day(None, None, 0.0, None)

_BY_AGENCY = re.compile(r"\s*(?:\([^)]{2,40}\)|/[^/]{2,30}/|[A-Z][\w-]+)?\s*(?:--|—|–|-|:|\.-|\(记者|（记者|讯|电)")


_ALONE = re.compile(r"\s*\.\s+[^\W\d_]")


def choose_day(page: Page, told: Sequence[Telling], anchor: Telling | None, language: str, reference: date, days: Sequence[Mention], *,
               kind: ReportKind = "report", is_dated: bool = True) -> Day:
    """The day of the encounter that these sentences tell of; `days` are those the page names.

    `is_dated` is false where the document says no publication day and `reference` is only when we saw it:
    then nothing that needs one for its month or week can be believed.
    """
    ahead = kind == "preview"
    candidates: list[tuple[float, Mention, bool]] = []
    places = {"title": 0, "summary": 0, "body": 0}
    is_vague = any(load_words("elsewhere", ("vague",)).find(page.lowered[telling.sentence.start:telling.sentence.end], language) for telling in told
                   if telling.held or telling.sentence.order == 0)
    written: date | None = None                 # the day of the dateline: what is "today" below it
    for telling in told:
        sentence = telling.sentence
        place = places[sentence.part]
        places[sentence.part] += 1
        stated = False                          # whether the date before is that of a statement
        found_here = within(days, sentence.start, sentence.end)
        for found in found_here:
            mention = found
            if mention.form == "day before" and not stated:
                continue                        # the day before something else than a statement of the meeting
            if _is_stamp(page, telling, mention):
                continue
            is_dateline = _is_dateline(page, sentence, mention)
            if is_dateline and mention.day_end is None:
                written = mention.day
            if written is not None and mention.form == "relative" and timedelta(0) <= reference - written <= DATELINE_LATE:
                mention = replace(mention, day=mention.day - (reference - written))
            stated = is_of_statement(page.lowered, mention, telling, language, is_sure=any(other.form == "day before" for other in found_here))
            score = _fits(mention, reference, ahead=ahead, is_dated=is_dated) - ((STATED if is_vague else STATED_ALONE) if stated else 0.0)
            score += _stands(page, telling, mention, place, language, reference, ahead=ahead)
            score += (0.35 if anchor is not None and sentence == anchor.sentence else 0.0) - (0.75 if is_dateline else 0.0)
            candidates.append((score, mention, is_dateline))
        if len(candidates) > MOST:
            break
    if not candidates:
        return NO_DAY
    agreeing = Counter(mention.day for score, mention, _ in candidates if score > 0)
    score, mention, is_dateline = max(candidates, key=lambda one: one[0] + 0.2 * max(0, agreeing[one[1].day] - 1) ** 0.5)
    if score < (0.35 if is_dateline else ENOUGH):
        return NO_DAY
    if mention.day_end and not ahead and _is_of_visit(page, told, mention):
        return Day(None, None, 0.0, mention, (mention.day, mention.day_end))
    confidence = min(1.0, max(0.3, 0.45 + 0.25 * score))
    if is_dateline:
        confidence = 0.4
    if not is_dated and not mention.year_written:
        confidence *= 0.5
    return Day(mention.day, mention.day_end, round(confidence, 2), mention, others=_others(candidates, mention))


def _others(candidates: Sequence[tuple[float, Mention, bool]], chosen: Mention) -> tuple[date, ...]:
    """The next best days, the likeliest first: those that would have been good enough alone."""
    ranked = sorted(((score, mention.day) for score, mention, _ in candidates if score >= POSSIBLE), key=lambda one: (-one[0], one[1]))
    last = chosen.day_end or chosen.day
    return tuple(dict.fromkeys(day for _, day in ranked if not chosen.day <= day <= last))[:MOST_OTHERS]


def _is_stamp(page: Page, telling: Telling, mention: Mention) -> bool:
    """Whether a line is a date and little else: when something was published, not when it happened."""
    sentence = telling.sentence
    if sentence.part == "title" or telling.acts or mention.form not in ("date", "numeric"):
        return False
    if sentence.end - sentence.start - (mention.end - mention.start) > 26:
        return False
    rest = page.text[sentence.start:mention.start] + page.text[mention.end:sentence.end]
    return not re.search(r"[^\W\d_]{3,}\W+[^\W\d_]{3,}\W+[^\W\d_]{3,}", rest)


def _is_dateline(page: Page, sentence: Sentence, mention: Mention) -> bool:
    """Whether a date stands in a dateline ("HANOI, Oct. 31 (Xinhua) —")."""
    if sentence.order > 1 or mention.start - sentence.start > 60 or mention.form not in ("date", "numeric", "day number"):
        return False
    head = page.text[sentence.start:mention.start]
    if len(re.findall(r"[^\W\d_]{3,}", head)) > 6:
        return False
    if head.strip() and len(head) < 40 and _ALONE.match(page.text, mention.end):
        return True                             # "Caracas, 24/04/2024."
    return bool(_BY_AGENCY.match(page.text, mention.end))


def _is_of_visit(page: Page, told: Sequence[Telling], mention: Mention) -> bool:
    """Whether a range of days belongs to a visit, on one day of which people met."""
    for telling in told:
        if telling.sentence.start <= mention.start < telling.sentence.end:
            if any(hit.label == "noun.conference" for hit in telling.acts):
                return False
            return any(hit.label.endswith(".visit") and abs(hit.start - mention.start) < 90 for hit in telling.acts)
    return False


def _stands(page: Page, telling: Telling, mention: Mention, place: int, language: str, reference: date, *, ahead: bool) -> float:
    """What the words round a date say for it."""
    sentence = telling.sentence
    score = FORMS[mention.form] + {0: 0.3, 1: 0.15, 2: 0.05}.get(place, -0.15)
    if mention.weekday is not None and mention.form != "weekday":
        score += 0.1 if mention.day.weekday() == mention.weekday else -0.1
    if telling.held or (ahead and telling.planned is not None):
        acts = telling.held or telling.acts
        nearest = min((max(0, mention.start - hit.end, hit.start - mention.end) for hit in acts), default=200)
        score += 0.45 + 0.25 * max(0.0, 1 - nearest / 120)
    elif telling.acts:
        score += 0.1
    if mention.day_end is not None:
        score += 0.6 if any(hit.label == "noun.conference" for hit in telling.acts) else -0.2
    if belongs_elsewhere(page.lowered, mention, language, sentence.start):
        score -= 1.4
    if telling.remembered is not None and not ahead and telling.remembered.start < mention.start + 30 and (reference - mention.day).days > OF_LATE:
        score -= 0.7
    if telling.planned is not None and not telling.held and not ahead:
        score -= 0.8                            # the day of what is to come
    if telling.arrived is not None and not ahead and telling.arrived.start < mention.start:
        score -= 0.7                            # the day somebody came
    return score


def is_of_statement(lowered: str, mention: Mention, telling: Telling, language: str, *, is_sure: bool = False) -> bool:
    """Whether a date is when something was said or published ("officials said on Saturday, a day after they met"), and no "during their talks" follows."""
    sentence = telling.sentence
    start, end = max(sentence.start, mention.start - SAID_BEFORE), min(sentence.end, mention.end + SAID_AFTER)
    words = load_words("elsewhere", ("said", "said after"))
    before = words.find(lowered[start:mention.start], language)
    said = any(hit.label == "said" and not set(lowered[start + hit.end:mention.start]) & set(".;:") for hit in before)
    said = said or any(hit.label == "said after" and hit.start <= 2 for hit in words.find(lowered[mention.end:end], language))
    if not said or is_sure:
        return said
    during = tuple(trait(MODEL, "past_prepositions"))
    return not any(0 <= hit.start - mention.end < DURING and lowered[hit.start:hit.end].startswith(during) for hit in telling.held)


def _fits(mention: Mention, reference: date, *, ahead: bool, is_dated: bool) -> float:
    """What the distance from the day of publication says for a date; without one, only a written year can be trusted."""
    if is_dated:
        return _distance(mention, reference, ahead=ahead)
    if mention.year_written:
        return -0.2
    return -0.5 if mention.form in ("date", "numeric") else -2.0


def _distance(mention: Mention, reference: date, *, ahead: bool) -> float:
    away = (reference - mention.day).days
    if ahead:
        if away > LATEST:
            return -0.3 if mention.day_end and mention.day_end >= reference else -0.9
        return 0.2 if -away <= 30 else 0.0 if -away <= FARTHEST or mention.year_written else -1.0
    if away < -LATEST:
        return -1.5
    if away <= 3:
        return 0.25
    if away <= 7:
        return 0.1
    if away <= USUAL or (mention.year_written and away <= 60):
        return 0.0
    if mention.year_written:
        return -0.4 if away < 400 else -1.2
    return -0.6 if away <= OLDEST else -1.6


def belongs_elsewhere(lowered: str, mention: Mention, language: str, floor: int = 0) -> bool:
    """Whether the words round a date give it to something else: an anniversary, a signature long ago, a deadline, a founding."""
    before = lowered[max(floor, mention.start - 60):mention.start]
    cut = max(before.rfind(mark) for mark in (". ", "; ", "\n", "。"))
    before = before[cut + 1:]
    for hit in load_words("elsewhere", ("near", "wide", "after")).find(before, language):
        if hit.label == "wide" or (hit.label == "near" and len(before) - hit.end <= 3):
            return True
    after = lowered[mention.end:mention.end + 24]
    return any(hit.label == "after" and hit.start <= 3 for hit in load_words("elsewhere", ("near", "wide", "after")).find(after, language))
