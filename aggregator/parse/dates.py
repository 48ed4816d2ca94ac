"""A moment read from the words a document writes it in.

A date is believed only when the text holds a year, a month and a day: never the
current day for a bare time, never a month alone. Our own forms are tried first;
dateparser, slower and broader, sees only what they leave.

Touches: nothing.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from aggregator.parse.months import AFTERNOON, MONTHS, MONTHS_OF, MORNING, WEEKDAYS, ZONES
from storage.model import DateOrder

MAX_TEXT = 200                      # characters: longer is no date, and expressions below stay fast
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)           # clocks and zones differ; anything later is a mistake or an announcement

_ISO = re.compile(
    r"([12]\d{3})-(\d\d?)-(\d\d?)(?:[T ]\s?(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d{1,12})?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?Z?)?", re.IGNORECASE
)
_RFC = re.compile(
    r"(?:[A-Za-z]{3,9},? )?(\d\d?)[ -]([A-Za-z]{3})[A-Za-z]{0,6}[ -](\d{4}|\d\d)(?: (\d\d?):(\d\d)(?::(\d\d))?(?: ([A-Za-z]{1,5}|[+-]\d{4}))?)?"
)
_CLOCK = re.compile(
    r"(?<![\d:])(?:(上午|下午|午前|午後|오전|오후)\s*)?([01]?\d|2[0-4])\s?(?:[:：]|時|时|點|点|시|h(?=\s?\d\d)|\bgio\b|\bg(?=\d\d))\s?([0-5]\d)(?!\d)\s?(?:分|분|m(?=\d))?"
    r"(?:\s?[:.]?\s?([0-5]\d|60)(?:\s?秒|초)?(?!\d|[./-]\d))?(?:[.,]\d{1,9})?"
    r"\s?(a\.\s?m\.?|p\.\s?m\.?|am\b|pm\b|sa\b|ch\b|上午|下午|午前|午後|오전|오후|π\.?μ\.?|μ\.?μ\.?|ص|م)?"
)
_HOUR = re.compile(r"(?<![\d:])(1[0-2]|0?\d)\s?(a\.\s?m\.?|p\.\s?m\.?|am\b|pm\b)")
_DOTTED_CLOCK = re.compile(r"(?<![\d.])([01]?\d|2[0-3])\.([0-5]\d)(?![\d.])\s?(uhr|hrs?\b|wib|wita|h\b|am\b|pm\b|a\.m\.?|p\.m\.?)")
_OFFSET = re.compile(r"\|\s?\(?([+\-−])\s?(\d{1,2})(?::?([0-5]\d))?(?![\d./-])\)?z?")         # right after the clock
_NAMED_OFFSET = re.compile(r"(?<![a-z])(?:gmt|utc)\s?([+\-−])\s?(\d{1,2})(?::?([0-5]\d))?(?!\d)")
_PLACE = re.compile(r"\b((?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc|US)/[A-Za-z_+\-/0-9]{2,40})\b")
_BARE = re.compile(r"\d{9,10}|\d{13}|\d{8}|\d{14}")
_EASTERN = re.compile(r"([12]\d{3})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日号號일]?")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u097f\u0e00-\u0e7f]|(?<=[^\W\d_])[.](?=[^\W\d_])|(?<=[^\W\d_])-(?=[^\W\d_]))*", re.UNICODE)
_LINK = r"(?:st|nd|rd|th|er|eme|e|ro|do|o|º|ª|a|\.)?[\s,./\-–]*(?:(?:de|del|of|d'|dì|the|ngay|den|der|om|,)[\s,./-]+){0,2}"
_YEAR = r"(?<!\d)([12]\d{3})(?!\d)"
_DAY = r"(?<![\d.:/])(\d{1,2})(?!\d)"
_JOIN = r"[\s,./\-–]*(?:(?:de|del|of|nam|år|ano|an|,)[\s,.]+){0,2}'?"
_DAY_MONTH_YEAR = re.compile(_DAY + r"\s?" + _LINK + r"<(\d\d)>" + _JOIN + r"(?:([12]\d{3})|(\d\d))(?!\d|:)")
_MONTH_DAY_YEAR = re.compile(r"<(\d\d)>[\s,./-]*" + r"(\d{1,2})(?!\d)" + r"(?:st|nd|rd|th|-?(?:go|ji|e))?[\s,./-]+(?:of\s+|nam\s+)?" + r"([12]\d{3})(?!\d)")
_YEAR_MONTH_DAY = re.compile(_YEAR + r"[\s,./-]*(?:m\.?|г\.?|g\.?|ev)?[\s,./-]*<(\d\d)>[\s,./-]*(\d{1,2})(?!\d)")
_MONTH_YEAR = re.compile(r"^\W*<(\d\d)>[\s,./-]*([12]\d{3})\W*$")
_MONTH_DAY_THEN_YEAR = re.compile(r"<(\d\d)>[\s,.]*(\d{1,2})(?!\d)(?:st|nd|rd|th)?\b.{0,24}?" + _YEAR)     # asctime, with the clock or zone between
_NUMERIC_YEAR_FIRST = re.compile(_YEAR + r"\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?!\d|[./-]\d)")
_SPACED = re.compile(r"^\D*(?<!\d)(\d{1,2}) (\d{1,2}) ([12]\d{3})(?!\d)")
_VIETNAMESE = re.compile(r"(?:ngay|mung)?\s?(\d{1,2})\s?,?\s?(?:thang|thg\.?|th\.?)\s?(\d{1,2})\s?,?\s?(?:nam)?\s?,?\s?([12]\d{3})")
_VIETNAMESE_MONTH_FIRST = re.compile(r"(?:thang|thg\.?|th\.?)\s?(\d{1,2})\s+(\d{1,2})\s?,\s?([12]\d{3})")
_VIETNAMESE_WEEKDAY = re.compile(r"\b(thu)\s(hai|ba|tu|nam|sau|bay)\b|\b(chu)\s(nhat)\b")
_VIETNAMESE_NUMBERS = {
    "muoi mot": 11, "muoi hai": 12, "gieng": 1, "mot": 1, "hai": 2, "ba": 3, "tu": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9, "muoi": 10, "chap": 12,
}
_VIETNAMESE_MONTH = re.compile(rf"\bthang\s({'|'.join(_VIETNAMESE_NUMBERS)})\b")
_LONG_MARK = str.maketrans({"đ": "d", "ß": "ss", "ø": "o", "ł": "l", "ı": "i", "æ": "ae"})


def read_date(
    text: str, *, language: str, order: DateOrder, zone: tzinfo, now: datetime, month_is_enough: bool = False, relative: bool = False
) -> datetime | None:
    """The moment `text` writes, in UTC; None when it writes none, or one before 1970 or more than a day after `now`.

    A date without a zone is in `zone`; 06/01/2020 is read in `order`, unless only
    the other order fits a day of the month or the weekday that stands beside it.
    With `month_is_enough`, "Nov. 2020" is its first moment; with `relative`
    (listing pages only), "3 hours ago" counts from `now`.

    >>> read_date("20:17 06/01/2020", language="vi", order="dmy", zone=UTC, now=datetime(2026, 3, 5, tzinfo=UTC)).isoformat()
    '2020-01-06T20:17:00+00:00'
    """
    if not text or len(text) > MAX_TEXT * 4:
        return None
    text = " ".join(text.replace("\\n", " ").split())
    if not text or len(text) > MAX_TEXT:
        return None
    base = language.split("-")[0].lower()
    try:
        found = _quick(text, zone) or _own(text, base, order, zone, month_is_enough)
        if found is None and relative:
            found = _relative(text, base, zone, now)
        if found is None and any(map(str.isdigit, text)) and re.search(r"\d{4}", text):
            found = _dateparser(text, base, order, zone)
        found = found.astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None
    return found if found and EARLIEST <= found <= now + AHEAD else None


def date_within(text: str, *, language: str, order: DateOrder, zone: tzinfo, now: datetime) -> tuple[datetime | None, str]:
    """The date that stands in a short text, and its other words: "Posted on 27 July 2017 by X" gives both."""
    if len(text) > MAX_TEXT or not re.search(r"\d{4}|\d[./]\d\d?[./]\d\d", text):
        return None, text
    return read_date(text, language=language, order=order, zone=zone, now=now), _bare_of_date(text)


def folded(text: str) -> str:
    """Lower case without accents, so that "Thứ Năm", "août" and "März" can stand in one table.

    Cyrillic й and Japanese voiced sounds are letters of their own and stay whole.
    """
    plain = []
    for sign in unicodedata.normalize("NFKC", text.translate({0x2019: "'", 0x2D: "-"}).lower()).translate(_LONG_MARK):
        if sign.isascii():
            plain.append(sign)
        else:
            parts = unicodedata.normalize("NFD", sign)
            plain.append(parts[0] if len(parts) > 1 and "\u0300" <= parts[1] <= "\u036f" and not "\u0400" <= parts[0] <= "\u04ff" else sign)
    return unicodedata.normalize("NFC", "".join(plain))


def _quick(text: str, zone: tzinfo) -> datetime | None:
    if match := _ISO.fullmatch(text):
        year, month, day, hour, minute, second, offset = match.groups()
        return _moment(int(year), int(month), int(day), hour, minute, second, _zone_of(offset) if offset else zone)
    if (match := _RFC.fullmatch(text)) and (name := MONTHS.get(match[2].lower())) and match[2].lower() not in WEEKDAYS:
        day, _, year, hour, minute, second, offset = match.groups()
        where = zone if not offset else _zone_of(offset) if offset[0] in "+-" else _named_zone(offset)
        if where:
            return _moment(_full_year(year), name, int(day), hour, minute, second, where)
    if _BARE.fullmatch(text):
        if len(text) in (8, 14):
            year, month, day = int(text[:4]), int(text[4:6]), int(text[6:8])
            if 1970 <= year <= 2100 and 1 <= month <= 12:
                hour, minute, second = (text[8:10], text[10:12], text[12:14]) if len(text) == 14 else (None, None, None)
                return _moment(year, month, day, hour, minute, second, zone)
            return None
        return datetime.fromtimestamp(int(text[:10] if len(text) == 13 else text), UTC)
    return None


def _own(text: str, language: str, order: DateOrder, zone: tzinfo, month_is_enough: bool) -> datetime | None:
    place = _PLACE.search(text)
    if place:
        try:
            zone = ZoneInfo(place[1])
        except (ValueError, OSError):
            place = None
        else:
            text = text.replace(place[0], " ")
    line = folded(text)
    line = _VIETNAMESE_WEEKDAY.sub(lambda found: "-".join(part for part in found.groups() if part), line)
    line = _VIETNAMESE_MONTH.sub(lambda found: f"thang {_VIETNAMESE_NUMBERS[found[1]]}", line)
    hour, minute, second, line, clock_at = _take_clock(line)
    offset, line = (None, line) if place else _take_zone(line, clock_at)
    if hour is None and (dotted := _DOTTED_CLOCK.search(line)):     # "13.34 Uhr": the unit is what tells it from a date
        hour, minute = _of_day(int(dotted[1]), dotted[3]), int(dotted[2])
        line = line[:dotted.start()] + " | " + line[dotted.end():]
    day = _find_day(line, language, order, month_is_enough)
    if day is None:
        return None
    moment = datetime(day.year, day.month, day.day, 0 if hour == 24 else hour or 0, minute or 0, min(second or 0, 59), tzinfo=offset or zone)
    return moment + timedelta(days=1) if hour == 24 else moment


def _take_clock(line: str) -> tuple[int | None, int, int, str, int]:
    """Hour, minute, second, the line without them, and where they stood."""
    for match in _CLOCK.finditer(line):
        hour = _of_day(int(match[2]), match[1] or match[5] or "")
        return hour, int(match[3]), int(match[4] or 0), line[:match.start()] + " | " + line[match.end():], match.start()
    if alone := _HOUR.search(line):
        return _of_day(int(alone[1]), alone[2]), 0, 0, line[:alone.start()] + " | " + line[alone.end():], alone.start()
    return None, 0, 0, line, -1


def _of_day(hour: int, half: str) -> int:
    half = half.replace(" ", "").replace(".", "")
    if half in {word.replace(".", "") for word in AFTERNOON} and hour < 12:
        return hour + 12
    if half in {word.replace(".", "") for word in MORNING} and hour == 12:
        return 0
    return hour


def _take_zone(line: str, clock_at: int) -> tuple[tzinfo | None, str]:
    if match := _NAMED_OFFSET.search(line):
        return _offset(match[1], match[2], match[3]), line[:match.start()] + " | " + line[match.end():]
    if clock_at < 0:
        for word in re.finditer(r"\b(gmt|utc)\b", line):
            return UTC, line[:word.start()] + " | " + line[word.end():]
        return None, line
    bar = line.find("|", max(clock_at - 1, 0))
    if (match := _OFFSET.match(line, bar)) and (match[3] or len(match[2]) == 2):
        return _offset(match[1], match[2], match[3]), line[:match.start()] + " | " + line[match.end():]
    for match in re.finditer(r"(?<![\w-])\(?([a-zа-я]{1,5})\b\.?\)?", line[bar:bar + 24]):
        minutes = ZONES.get(match[1])
        # "MST" and "MET" are zones; "mar", "sat" and "may" beside a clock are not.
        if minutes is not None and match[1] not in MONTHS and match[1] not in WEEKDAYS:
            start = bar + match.start()
            return timezone(timedelta(minutes=minutes)), line[:start] + " | " + line[bar + match.end():]
    return None, line


def _find_day(line: str, language: str, order: DateOrder, month_is_enough: bool) -> date | None:
    if match := _EASTERN.search(line):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _VIETNAMESE.search(line):
        return _day(int(match[3]), int(match[2]), int(match[1]))
    if match := _VIETNAMESE_MONTH_FIRST.search(line):
        return _day(int(match[3]), int(match[1]), int(match[2]))

    own = MONTHS_OF.get(language, {})
    words = [(match, own.get(match[0]) or MONTHS.get(match[0].rstrip(".")) or MONTHS.get(match[0])) for match in _WORD.finditer(line)]
    named = [(match, month) for match, month in words if month]
    if len({month for _, month in named}) > 1:      # "mar., 01 dec.": Tuesday in French, March elsewhere
        named = [(match, month) for match, month in named if match[0] not in WEEKDAYS] or named
    if named:
        marked, last = [], 0
        for match, month in named:
            marked += [line[last:match.start()], f"<{month:02}>"]
            last = match.end()
        found = _with_month("".join(marked) + line[last:], month_is_enough)
        if found:
            return found
    return _numeric(line, order, next((WEEKDAYS[match[0]] for match, _ in words if match[0] in WEEKDAYS), None))


def _with_month(line: str, month_is_enough: bool) -> date | None:
    if match := _DAY_MONTH_YEAR.search(line):
        year = int(match[3]) if match[3] else _full_year(match[4])
        return _day(year, int(match[2]), int(match[1]))
    if match := _MONTH_DAY_YEAR.search(line):
        return _day(int(match[3]), int(match[1]), int(match[2]))
    if match := _YEAR_MONTH_DAY.search(line):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _MONTH_DAY_THEN_YEAR.search(line):
        return _day(int(match[3]), int(match[1]), int(match[2]))
    if month_is_enough and (match := _MONTH_YEAR.search(line)):
        return _day(int(match[2]), int(match[1]), 1)
    return None


def _numeric(line: str, order: DateOrder, weekday: int | None) -> date | None:
    if match := _NUMERIC_YEAR_FIRST.search(line):
        return _day(int(match[1]), int(match[3]), int(match[4]))
    if match := _NUMERIC.search(line):
        first, mark, second, year = int(match[1]), match[2], int(match[3]), match[4]
        dmy, mdy = _day(_full_year(year), second, first), _day(_full_year(year), first, second)
        readings = [mdy, dmy] if order == "mdy" and mark != "." else [dmy, mdy]
        if order == "ymd" and len(year) == 2 and first > 12:
            readings.insert(0, _day(_full_year(match[1]), second, int(year)))
    elif match := _SPACED.search(line):
        first, second, full = int(match[1]), int(match[2]), int(match[3])
        readings = [_day(full, second, first), _day(full, first, second)]
        if order == "mdy":
            readings.reverse()
    else:
        return None
    possible = [day for day in readings if day]
    return next((day for day in possible if weekday is not None and day.weekday() == weekday), possible[0] if possible else None)


def _relative(text: str, language: str, zone: tzinfo, now: datetime) -> datetime | None:
    """A moment counted from `now`, as coarse as the words: hours to the hour, days to the day, so that two polls agree."""
    settings = {"RELATIVE_BASE": now.astimezone(zone).replace(tzinfo=None), "PARSERS": ["relative-time"], "PREFER_DATES_FROM": "past"}
    found = _ask_dateparser(text[:60], language, settings)
    if found is None:
        return None
    found = found.replace(tzinfo=zone)
    age = now - found
    if age < timedelta(0):
        return None
    if age >= timedelta(days=1) or not any(map(str.isdigit, text)):
        return found.replace(hour=0, minute=0, second=0, microsecond=0)
    return found.replace(minute=0 if age >= timedelta(hours=1) else found.minute, second=0, microsecond=0)


def _dateparser(text: str, language: str, order: DateOrder, zone: tzinfo) -> datetime | None:
    # STRICT_PARSING: day, month and year must all stand in the text, so a bare time is never today.
    found = _ask_dateparser(text, language, {"DATE_ORDER": order.upper(), "STRICT_PARSING": True, "PARSERS": ["absolute-time"]})
    return found if found is None or found.tzinfo else found.replace(tzinfo=zone)


def _ask_dateparser(text: str, language: str, settings: dict[str, object]) -> datetime | None:
    # Imported on first use: it and its expressions take 60 ms and 6 MB that most documents never need.
    import dateparser  # type: ignore[import-untyped]

    languages = [name for name in dict.fromkeys((language, "en")) if name in _known_languages()]
    try:
        found: Any = dateparser.parse(text, languages=languages, settings=settings)
    except Exception:       # it raises many kinds of error on text that is no date
        return None
    return found if isinstance(found, datetime) else None


@lru_cache(maxsize=1)
def _known_languages() -> frozenset[str]:
    from dateparser.data.languages_info import language_order  # type: ignore[import-untyped]

    return frozenset(language_order)


def _moment(year: int, month: int, day: int, hour: str | None, minute: str | None, second: str | None, zone: tzinfo) -> datetime:
    midnight_after = hour == "24"
    moment = datetime(_western(year), month, day, 0 if midnight_after else int(hour or 0), int(minute or 0), min(int(second or 0), 59), tzinfo=zone)
    return moment + timedelta(days=1) if midnight_after else moment


def _zone_of(text: str) -> tzinfo:
    if text in "zZ":
        return UTC
    digits = text[1:].replace(":", "")
    return _offset(text[0], digits[:2], digits[2:] or None)


def _offset(sign: str, hours: str, minutes: str | None) -> tzinfo:
    span = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if span >= timedelta(hours=24):
        raise ValueError("no zone is a day away")
    return timezone(span if sign == "+" else -span)


def _named_zone(name: str) -> tzinfo | None:
    minutes = ZONES.get(name.lower())
    return None if minutes is None else timezone(timedelta(minutes=minutes))


def _full_year(year: str) -> int:
    number = int(year)
    return number if len(year) > 2 else number + (2000 if number < 70 else 1900)       # RFC 2822, 4.3, with the epoch as the turn


def _western(year: int) -> int:
    return year - 543 if 2400 < year < 2700 else year        # the Buddhist era, as Thai pages count


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(_western(year), month, day)
    except ValueError:
        return None


def _bare_of_date(text: str) -> str:
    return " ".join(word for word in re.findall(r"[^\W\d]{3,}", text) if folded(word) not in MONTHS and folded(word) not in WEEKDAYS)
