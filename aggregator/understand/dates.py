"""Which days a text speaks of, in every language and order of writing.

Every date is resolved against a day of reference, that of publication in the source's own zone: a date
without a year is the one nearest to it, a weekday the last one before it (the next one for a preview).

Touches: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Literal

from ahocorasick_rs import AhoCorasick

from aggregator.understand.packs import MODEL, base_language, read_for, table, trait
from aggregator.understand.words import expanded, lower

Form = Literal["date", "weekday", "relative", "day before", "day number", "numeric"]
LATEST = 1          # days after publication a report may still be about: zones, and clocks that are wrong


@dataclass(frozen=True, slots=True)
class Mention:
    """A date in a text: text[start:end]."""

    start: int
    end: int
    day: date
    day_end: date | None
    form: Form
    year_written: bool = False
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class _Calendar:
    months: dict[str, int]
    weekdays: dict[str, int]
    relative: dict[str, int]
    pattern: re.Pattern[str]
    words: AhoCorasick                          # weekdays and day words: a text without them and without digits holds no date
    link: re.Pattern[str]                       # between the first and the last day of a range
    gap: re.Pattern[str]                        # between a weekday and its date
    yearless: str                               # separators of a date of two numbers: elsewhere 3/5 is rather a fraction or a score
    is_month_first: bool
    counts_days: bool                           # a number and "day" alone are a day of the month
    before: re.Pattern[str]                     # a word that makes any two numbers after it a date
    last: re.Pattern[str] | None                # "last Friday", "viernes pasado"
    coming: re.Pattern[str] | None              # "next Friday"
    last_is_of_week: bool                       # "last Friday" is that of the week before, whatever day it is


_DIGIT = re.compile(r"\d")
_DAY_BEFORE = -1_000     # "the previous day": the one before the day just named
_OFFSETS = {"two_days_ago": -2, "yesterday": -1, "today": 0, "tomorrow": 1, "in_two_days": 2, "day_before": _DAY_BEFORE}
BESIDE = 16         # characters round a weekday in which "last" or "next" belongs to it
MANY = 8            # languages read at once: more, and nobody knows whether words are parted by spaces


def _any_of(words: dict[str, int], *, boundary: bool = True) -> str:
    if not words:
        return r"(?!)"
    listed_words = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words, key=lambda word: (-len(word), word)))
    return rf"(?<!\w)(?:{listed_words})(?!\w)" if boundary else f"(?:{listed_words})"


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


@cache
def _calendar(language: str) -> _Calendar:
    """How this language writes dates; English is read beside every language, and every language where none is known."""
    packs = read_for(language, "dates")
    months: dict[str, int] = {}
    weekdays: dict[str, int] = {}
    relative: dict[str, int] = {}
    for pack in packs:
        calendar = table(pack, "dates")
        is_beside = pack == MODEL and language != MODEL     # its short forms ("sat", "mar") are words of others
        for number, names in enumerate(calendar.get("months", ()), 1):
            for name in names.split("|"):
                months.setdefault(name, number)
        for number, names in enumerate(calendar["weekdays"]):
            for name in names.split("|"):
                if not (is_beside and len(name) <= 4):
                    weekdays.setdefault(name, number)
        for name, offset in _OFFSETS.items():
            for word in calendar.get(name, ()):
                relative.setdefault(word, offset)
    own = table(language, "dates")
    words = {key: _alternatives(word for pack in packs for word in table(pack, "dates").get(key, ())) for key in ("month", "year")}
    unspaced = bool(trait(language, "unspaced")) or len(packs) > MANY
    to = _alternatives(word for pack in packs for word in table(pack, "dates").get("to", ()))
    before = _alternatives(word for pack in packs for word in table(pack, "dates").get("before", ()))
    skipped = _alternatives(phrase for pack in packs for template in table(pack, "dates").get("not", ()) for phrase in expanded(template))
    return _Calendar(
        months, weekdays, relative, _compiled(months, weekdays, relative, words | {"to": to, "skip": skipped}, boundary=not unspaced),
        AhoCorasick(sorted({*weekdays, *relative})),
        re.compile(rf"\s*(?:[-–—]|{to})\s*", re.IGNORECASE), re.compile(rf"[\s,(]*(?:(?:{before}|,)\s*)?[\s(]*", re.IGNORECASE),
        own.get("yearless", ""), bool(own.get("month_first")), trait(language, "case") == "clinging",
        re.compile(rf"(?:{before})\s*$", re.IGNORECASE), _beside(packs, "last", boundary=not unspaced), _beside(packs, "next", boundary=not unspaced),
        bool(own.get("last_is_of_week")),
    )


def _beside(packs: Iterable[str], key: str, *, boundary: bool) -> re.Pattern[str] | None:
    words = _alternatives(word for pack in packs for word in table(pack, "dates").get(key, ()))
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)" if boundary else f"(?:{words})") if words else None


# Digits as they stand in numbers that are no dates (3.5 %, 12:30, 1/2/3/4) are kept out by what must not stand beside them.
_ISO = r"(?P<iso>(?<![\d/.-])(?P<iy>(?:19|20)\d\d)[-./](?P<im>\d{1,2})[-./](?P<id>\d{1,2})(?![\d/-]))"
_HAN = (
    r"(?P<cjk>(?:(?P<cy>(?:19|20)?\d\d)\s?[年년]\s?)?(?P<cm>\d{1,2})\s?[月월]\s?(?P<cd>\d{1,2})\s?(?:[日일号]|(?=\s?[-–—~～至到]\s?\d{1,2}\s?[日일号]))"
    r"(?:\s?[-–—~～至到、和及및]\s?(?:(?P<cm2>\d{1,2})\s?[月월]\s?)?(?P<cd2>\d{1,2})\s?[日일号])?)"
    r"|(?P<cday>(?<![\d月年년월.,])(?P<d1>\d{1,2})\s?(?:日|일)(?![本元間间内])(?:\s?[-–—~～至到]\s?(?P<d2>\d{1,2})\s?(?:日|일))?)"
)
_NUMBERED_MONTH = (     # "ngày 3 tháng 5 năm 2026"
    r"(?P<vi>(?<![\d/.-])(?:(?P<vd0>\d{1,2})\s?(?:[-–,]|TO)\s?)?(?P<vd>\d{1,2})\s+WORD\s+(?P<vm>\d{1,2})"
    r"(?:\s*(?:YEAR|,|/)\s*(?P<vy>\d{4}))?(?!\d))"
)
_NUMERIC = (
    r"(?P<num>(?<![\d/.,-])(?:(?P<n0>\d{1,2})(?:/\d{1,2})?\s?(?:-|–|và|đến)\s?)?(?P<n1>\d{1,2})(?P<sep>[/.-])(?P<n2>\d{1,2})"
    r"(?:(?P=sep)(?P<ny>\d{4}|\d\d))?(?![\d/%]|[.,-]\d))"
)
_MONTH_FIRST = (
    r"(?P<md>(?<!\w)(?P<mm>MONTH)\.?,?\s+(?P<m1>\d{1,2})(?:st|nd|rd|th)?(?!\d|:\d|\s*%|[.,]\d)"
    r"(?:\s?(?:-|–|—|to|and|&|through)\s?(?P<m2>\d{1,2})(?:st|nd|rd|th)?(?!\d|:\d))?(?:,?\s+(?:of\s+)?(?P<my>(?:19|20)\d\d)(?!\d))?)"
)
_NUMBERED = r"(?:st|nd|rd|th|er|º|ª|\.|-го|-е)?"
_DAY_FIRST = (
    rf"(?P<dm>(?<![\d.,:/])(?:(?P<q1>\d{{1,2}}){_NUMBERED}\s?(?:[-–—]|TO)\s?)?(?P<p1>\d{{1,2}}){_NUMBERED}\s?(?:de\s+|of\s+|d[’'])?"
    r"(?P<pm>MONTH)END\.?(?:,?\s*(?:de\s+|del\s+|of\s+|YEAR\s*)?(?P<py>(?:19|20|25)\d\d)(?!\d))?)"
)


def _compiled(months: dict[str, int], weekdays: dict[str, int], relative: dict[str, int], words: dict[str, str], *, boundary: bool) -> re.Pattern[str]:
    filled = {"MONTH": _any_of(months, boundary=False), "TO": words["to"], "WORD": f"(?:{words['month'] or '(?!)'})", "YEAR": f"(?:{words['year'] or '(?!)'})",
              "END": r"(?!\w)" if boundary else ""}
    forms = [_ISO, _HAN, _NUMBERED_MONTH, _NUMERIC, _MONTH_FIRST, _DAY_FIRST]
    dated = re.sub(r"(?<![A-Z])(MONTH|TO|WORD|YEAR|END)(?![A-Z])", lambda mark: filled[mark[1]], "|".join(forms))
    skipped = rf"(?P<skip>{words['skip'] or '(?!)'})"
    return re.compile(rf"{skipped}|{dated}|(?P<wd>{_any_of(weekdays, boundary=boundary)})|(?P<rel>{_any_of(relative, boundary=boundary)})", re.IGNORECASE)


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def nearest_year(month: int, number: int, reference: date, *, ahead: bool = False) -> date | None:
    """The day `number`.`month` nearest to `reference`: at most a week after it for reports, at most a month before it for previews."""
    days = [day for year in (reference.year - 1, reference.year, reference.year + 1) if (day := _date(year, month, number))]
    if ahead:
        days = [day for day in days if day >= reference - timedelta(days=30)]
        return min(days, key=lambda day: abs((day - reference).days), default=None)
    past = [day for day in days if day <= reference + timedelta(days=LATEST)]
    future = [day for day in days if day > reference + timedelta(days=LATEST)]
    best = max(past, default=None)
    soonest = min(future, default=None)
    if soonest and best and (soonest - reference).days < 75 and (reference - best).days > 200:
        return soonest                          # "on 3 March" in a report of 20 February looks ahead: no report speaks of last March so
    return best or soonest


def find_days(text: str, language: str, reference: date, *, ahead: bool = False, order: str = "dmy") -> tuple[Mention, ...]:
    """Every date in `text`, resolved against `reference`, in order; two joined by a dash or "to" are one range."""
    calendar = _calendar(base_language(language))
    low = lower(text)
    if not _DIGIT.search(low) and not calendar.words.find_matches_as_indexes(low):
        return ()
    found: list[Mention] = []
    for match in calendar.pattern.finditer(low):
        mention = _resolve(match, calendar, reference, ahead, order, found)
        if mention is not None:
            _join(found, mention, low, calendar)
    return tuple(found)


def _join(found: list[Mention], mention: Mention, text: str, calendar: _Calendar) -> None:
    if found:
        last = found[-1]
        between = text[last.end:mention.start]
        if last.form in ("date", "numeric") and mention.form == last.form and last.day_end is None and len(between) < 10 and calendar.link.fullmatch(between):
            first = last.day
            if not last.year_written and mention.year_written:
                first = _date(mention.day.year, first.month, first.day) or first
            if timedelta(0) < mention.day - first < timedelta(days=45):
                found[-1] = Mention(last.start, mention.end, first, mention.day_end or mention.day, "date", last.year_written or mention.year_written)
                return
        # "on Monday, April 8": one date told twice. The number decides; an agreeing weekday makes it surer.
        pair = {last.form, mention.form}
        if len(between) < 12 and calendar.gap.fullmatch(between) and "weekday" in pair and pair & {"date", "numeric", "day number"}:
            dated, named = (mention, last) if last.form == "weekday" else (last, mention)
            found[-1] = replace(dated, start=last.start, end=mention.end, weekday=named.weekday)
            return
        if len(between) < 12 and calendar.gap.fullmatch(between) and "relative" in pair and pair & {"date", "numeric", "day number"}:
            dated = mention if last.form == "relative" else last
            found[-1] = replace(dated, start=last.start, end=mention.end)
            return
    found.append(mention)


def _resolve(match: re.Match[str], calendar: _Calendar, reference: date, ahead: bool, order: str, found: Sequence[Mention]) -> Mention | None:
    start, end = match.span()
    got = match.groupdict()

    def number(name: str) -> int | None:
        return int(got[name]) if got[name] else None

    def dated(year: int | None, month: int | None, day: int | None, last_day: int | None = None, last_month: int | None = None) -> Mention | None:
        return _dated(start, end, year, month, day, last_month, last_day, reference, ahead) if month and day else None

    if got["skip"]:
        return None
    if got["iso"]:
        return dated(number("iy"), number("im"), number("id"))
    if got["cjk"]:
        year = number("cy")
        return dated(year + 2000 if year and year < 100 else year, number("cm"), number("cd"), number("cd2"), number("cm2"))
    if got["cday"]:
        return _numbered_day(start, end, int(got["d1"]), number("d2"), reference, ahead) if calendar.counts_days else None
    if got["vi"]:
        return dated(number("vy"), number("vm"), number("vd0") or number("vd"), number("vd") if got["vd0"] else None)
    if got["num"]:
        return _numeric(match, calendar, reference, ahead, order)
    if got["md"]:
        return dated(number("my"), calendar.months.get(" ".join(got["mm"].split())), number("m1"), number("m2"))
    if got["dm"]:
        year = number("py")
        year = year - 543 if year and year > 2400 else year     # the Buddhist era
        return dated(year, calendar.months.get(" ".join(got["pm"].split())), number("q1") or number("p1"), number("p1") if got["q1"] else None)
    if got["wd"]:
        return _weekday(match, calendar, reference, ahead)
    offset = calendar.relative.get(" ".join(got["rel"].split()))
    if offset is None:
        return None
    if offset == _DAY_BEFORE:
        return Mention(start, end, (found[-1].day if found else reference) - timedelta(days=1), None, "day before")
    return Mention(start, end, reference + timedelta(days=offset), None, "relative")


def _dated(start: int, end: int, year: int | None, month: int, number: int, month2: int | None, number2: int | None,
           reference: date, ahead: bool) -> Mention | None:
    day = _date(year, month, number) if year else nearest_year(month, number, reference, ahead=ahead)
    if day is None:
        return None
    last = None
    if number2:
        last = _date(day.year, month2 or month, number2)
        if last and last <= day:
            last = None
    return Mention(start, end, day, last, "date", year is not None)


def _numeric(match: re.Match[str], calendar: _Calendar, reference: date, ahead: bool, order: str) -> Mention | None:
    first, second, year, separator = int(match.group("n1")), int(match.group("n2")), match.group("ny"), match.group("sep")
    is_said = calendar.yearless and calendar.before.search(match.string, max(0, match.start() - 12), match.start())     # "ngày 26.3"
    if not year and separator not in calendar.yearless and not is_said:
        return None
    if (separator == "." and len(year or "") != 4 and not is_said) or (separator == "-" and len(year or "0000") != 4):
        return None
    is_month_first = calendar.is_month_first or (order == "mdy" and calendar.yearless != "/-")
    number, month = (second, first) if is_month_first and first <= 12 else (first, second)
    if month > 12:
        number, month = month, number
    written = (int(year) if len(year) == 4 else 2000 + int(year)) if year else None
    opening = int(match.group("n0")) if match.group("n0") else None
    if not 1 <= month <= 12:
        return None
    mention = _dated(match.start(), match.end(), written, month, opening or number, None, number if opening else None, reference, ahead)
    return replace(mention, form="numeric") if mention else None


def _numbered_day(start: int, end: int, number: int, last: int | None, reference: date, ahead: bool) -> Mention | None:
    """A day of the month alone, as Chinese, Japanese and Korean write it: the nearest one before `reference` (after it for a preview)."""
    limit = reference + timedelta(days=LATEST)
    for away in range(45):
        day = reference + timedelta(days=away) if ahead else limit - timedelta(days=away)
        if day.day == number:
            day_end = _date(day.year, day.month, last) if last else None
            return Mention(start, end, day, day_end if day_end and day_end > day else None, "day number")
    return None


def _weekday(match: re.Match[str], calendar: _Calendar, reference: date, ahead: bool) -> Mention | None:
    """The last such day before `reference`, itself included; the next one for a preview, or as "last" and "next" beside it say."""
    start, end = match.span()
    weekday = calendar.weekdays.get(" ".join(match["wd"].split()))
    if weekday is None:
        return None         # "sali" for the Turkish "salı": an i without its dot is one with it to a pattern that ignores case
    back, on = (reference.weekday() - weekday) % 7, (weekday - reference.weekday()) % 7
    around = match.string[max(0, start - BESIDE):start], match.string[end:end + BESIDE]
    if calendar.last is not None and _touches(calendar.last, *around):
        away = -(reference.weekday() + 7 - weekday) if calendar.last_is_of_week else -(back or 7)
    elif calendar.coming is not None and _touches(calendar.coming, *around):
        away = 7 - reference.weekday() + weekday if calendar.last_is_of_week else on or 7
    else:
        away = on if ahead else -back
    return Mention(start, end, reference + timedelta(days=away), None, "weekday", weekday=weekday)


def _touches(words: re.Pattern[str], before: str, after: str) -> bool:
    """Whether one of `words` stands right before or right after."""
    return any(not before[found.end():].strip() for found in words.finditer(before)) or bool(words.match(after.lstrip()))
