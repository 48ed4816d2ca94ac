"""Which moment a document's words for a date mean."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.parse.dates import read_date
from storage.model import DateOrder

NOW = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def read(text: str, language: str = "en", order: DateOrder = "dmy", **more: bool) -> datetime | None:
    return read_date(text, language=language, order=order, zone=HANOI, now=NOW, **more)


def here(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=HANOI)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Wed, 04 Mar 2026 10:00:00 GMT", datetime(2026, 3, 4, 10, 0, tzinfo=UTC)),
        ("Wed, 4 Mar 26 10:00 EST", datetime(2026, 3, 4, 15, 0, tzinfo=UTC)),
        ("Wednesday, 04-Mar-26 10:00:00 GMT", datetime(2026, 3, 4, 10, 0, tzinfo=UTC)),
        ("Wed Mar  4 10:00:00 2026", here(2026, 3, 4, 10, 0)),
        ("Wed Mar  4 10:00:00 PST 2026", datetime(2026, 3, 4, 18, 0, tzinfo=UTC)),
        ("Wed, 04 Mar 2026 24:00:00 +0000", datetime(2026, 3, 5, 0, 0, tzinfo=UTC)),
        ("Wed, 04 Mar 2026 10:00:60 GMT", datetime(2026, 3, 4, 10, 0, 59, tzinfo=UTC)),
        ("Wed, 04 Mar 2026 10:00:00 GMT+7", datetime(2026, 3, 4, 3, 0, tzinfo=UTC)),
        ("2026-03-04T10:00:00Z", datetime(2026, 3, 4, 10, 0, tzinfo=UTC)),
        ("2026-03-04T10:00:00.123456+07:00", datetime(2026, 3, 4, 3, 0, tzinfo=UTC)),
        ("2026-03-04 10:00:00 +0700", datetime(2026, 3, 4, 3, 0, tzinfo=UTC)),
        ("2026-03-04T10:00", here(2026, 3, 4, 10, 0)),
        ("2026-03-04", here(2026, 3, 4)),
        ("20260304", here(2026, 3, 4)),
        ("1772618400", datetime(2026, 3, 4, 10, 0, tzinfo=UTC)),
        ("1772618400000", datetime(2026, 3, 4, 10, 0, tzinfo=UTC)),
        ("2026/03/04 10:00", here(2026, 3, 4, 10, 0)),
        ("Fri, 27 Feb 2026 09:00:00 Europe/Brussels", datetime(2026, 2, 27, 8, 0, tzinfo=UTC)),
        ("March 4th, 2026 at 1:05 p.m.", here(2026, 3, 4, 13, 5)),
        ("Mar. 4, 2026, 12:10 am", here(2026, 3, 4, 0, 10)),
        ("4 PM, March 4, 2026", here(2026, 3, 4, 16, 0)),
        ("Posted on: 04 MAR 2026 1:05PM by the press desk", here(2026, 3, 4, 13, 5)),
        ("4.3.2026", here(2026, 3, 4)),
    ],
)
def test_forms_that_machines_and_english_pages_write(text: str, moment: datetime) -> None:
    assert read(text) == moment


@pytest.mark.parametrize(
    ("text", "language", "moment"),
    [
        ("21:21 25/05/2017", "vi", here(2017, 5, 25, 21, 21)),
        ("20:17 06/01/2020", "vi", here(2020, 1, 6, 20, 17)),
        ("Thứ Năm, 27/07/2017, 13:34", "vi", here(2017, 7, 27, 13, 34)),
        ("13:34 | 27/07/2017 (GMT+7)", "vi", here(2017, 7, 27, 13, 34)),
        ("Thứ năm, ngày 27 tháng 7 năm 2017", "vi", here(2017, 7, 27)),
        ("Chủ nhật, 13h34 ngày 27 Tháng Bảy, 2017", "vi", here(2017, 7, 27, 13, 34)),
        ("03:05 CH 27/7/2017", "vi", here(2017, 7, 27, 15, 5)),
        ("27 июля 2017 г., 10:15", "ru", here(2017, 7, 27, 10, 15)),
        ("27.07.2017 13:34 МСК", "ru", datetime(2017, 7, 27, 10, 34, tzinfo=UTC)),
        ("27 липня 2017, 13:34", "uk", here(2017, 7, 27, 13, 34)),
        ("jeudi 27 juillet 2017 à 15h54", "fr", here(2017, 7, 27, 15, 54)),
        ("1er août 2017", "fr", here(2017, 8, 1)),
        ("mar., 01 déc. 2020 16:11:02 +0000", "fr", datetime(2020, 12, 1, 16, 11, 2, tzinfo=UTC)),
        ("27 de julio de 2017", "es", here(2017, 7, 27)),
        ("27 de julho de 2017 às 13h34", "pt", here(2017, 7, 27, 13, 34)),
        ("Donnerstag, 27. Juli 2017, 13.34 Uhr", "de", here(2017, 7, 27, 13, 34)),
        ("29. März 2018", "de", here(2018, 3, 29)),
        ("giovedì 27 luglio 2017", "it", here(2017, 7, 27)),
        ("2017年07月27日 下午3:05", "zh", here(2017, 7, 27, 15, 5)),
        ("2017年7月27日(木) 15時05分", "ja", here(2017, 7, 27, 15, 5)),
        ("2017년 7월 27일 오후 3:05", "ko", here(2017, 7, 27, 15, 5)),
        ("27. јул 2017.", "sr", here(2017, 7, 27)),
        ("٢٧ يوليو 2017", "ar", here(2017, 7, 27)),
        ("27 Temmuz 2017 Perşembe 13:34", "tr", here(2017, 7, 27, 13, 34)),
        ("2017. július 27.", "hu", here(2017, 7, 27)),
        ("27 กรกฎาคม 2560", "th", here(2017, 7, 27)),
        ("27 listopada 2017", "pl", here(2017, 11, 27)),
        ("27. listopada 2017.", "hr", here(2017, 10, 27)),
    ],
)
def test_forms_that_people_read(text: str, language: str, moment: datetime) -> None:
    assert read(text, language) == moment


def test_only_the_source_can_say_what_06_01_2020_is() -> None:
    assert read("06/01/2020", order="dmy") == here(2020, 1, 6)
    assert read("06/01/2020", order="mdy") == here(2020, 6, 1)
    assert read("20/01/06", order="ymd") == here(2020, 1, 6)
    assert read("Thứ Hai, 06/01/2020", "vi", "mdy") == here(2020, 6, 1), "a Monday both ways: the weekday settles nothing"


def test_what_fits_only_one_way_is_read_that_way() -> None:
    assert read("10/30/2023", order="dmy") == here(2023, 10, 30)
    assert read("30/10/2023", order="mdy") == here(2023, 10, 30)
    assert read("Tuesday, 07/01/2020", order="mdy") == here(2020, 1, 7), "7 January was a Tuesday, 1 July was not"


@pytest.mark.parametrize("text", [
    "", "   ", "21:21", "at 9 am", "yesterday", "today", "Monday", "March", "5 March", "VIETNAM, January 11 -", "2003", "2003-12", "Nov. 2020", "12", "soon",
    "Mon, 32 Jan 2020 10:00:00 GMT", "2020-02-30", "0000-00-00", "0001-01-01T00:00:00Z", "1969-12-31", "3 hours ago", "Room 2026", "1.2.3", "-1", "99999999999",
])
def test_what_holds_no_day_gives_none(text: str) -> None:
    assert read(text) is None


def test_a_date_beyond_tomorrow_is_not_believed() -> None:
    assert read("2026-03-06T08:00:00Z") is not None
    assert read("2026-03-06T10:00:00Z") is None
    assert read("2126-03-05") is None


def test_a_month_counts_as_its_first_day_only_when_that_is_asked_for() -> None:
    assert read("Nov. 2020", month_is_enough=True) == here(2020, 11, 1)


@pytest.mark.parametrize(
    ("text", "language", "moment"),
    [
        ("3 hours ago", "en", datetime(2026, 3, 5, 6, 0, tzinfo=UTC)),
        ("2 giờ trước", "vi", datetime(2026, 3, 5, 7, 0, tzinfo=UTC)),
        ("5 minutes ago", "en", datetime(2026, 3, 5, 8, 55, tzinfo=UTC)),
        ("вчера", "ru", here(2026, 3, 4)),
        ("2 days ago", "en", here(2026, 3, 3)),
        ("a sale", "en", None),
    ],
)
def test_an_age_is_read_only_when_that_is_asked_for(text: str, language: str, moment: datetime | None) -> None:
    assert read(text, language, relative=True) == moment
    assert read(text, language) is None


def test_two_polls_in_one_hour_read_the_same_moment_from_an_age() -> None:
    def at(minute: int) -> datetime | None:
        return read_date("2 days ago", language="en", order="dmy", zone=HANOI, now=NOW + timedelta(minutes=minute), relative=True)

    assert at(1) == at(40)


@pytest.mark.case("S29")
@pytest.mark.parametrize("text", [
    "9" * 50_000, " " * 50_000, "Mon, " * 10_000, "1/" * 25_000, "a@" + "a." * 25_000, "March " * 30, "1 " * 100, "1:" * 100, "12/" * 66, "ngày " * 40,
    "1" * 199, "(" * 200, "+" * 200, "January 1 " * 20, "." * 200, "1. " * 66,
])
def test_hostile_text_costs_no_time(text: str) -> None:
    read("warm up 27 Xyz 2017")
    start = time.process_time()
    read(text)
    read(text, relative=True)
    assert time.process_time() - start < 1


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="0123456789 :/-.,TZ+apm年月日MarJulthángngày|()", max_size=60))
def test_any_text_gives_a_believable_moment_or_none(text: str) -> None:
    found = read(text)
    assert found is None or (found.tzinfo is UTC and datetime(1970, 1, 1, tzinfo=UTC) <= found <= NOW + timedelta(days=1))


MINIFLUX = Path(__file__).parents[4] / "shared" / "corpora" / "miniflux" / "extracted" / "date_strings.json"


@pytest.mark.shared
@pytest.mark.skipif(not MINIFLUX.is_file(), reason="../shared/corpora/miniflux is not here")
@pytest.mark.case("G1")
def test_all_53_real_date_strings_are_read() -> None:
    strings = json.loads(MINIFLUX.read_text(encoding="utf-8"))
    assert len(strings) == 53
    assert [text for text in strings if read(text, month_is_enough=True) is None] == []
    assert [text for text in strings if read(text) is None] == ["Nov. 2020"], "a month is no day"
