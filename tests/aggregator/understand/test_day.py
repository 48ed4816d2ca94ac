"""Dates in many languages, and which of them is the day of the meeting."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from aggregator.understand.dates import find_days
from aggregator.understand.reading import understand
from storage.model import Item, Report, Source

REFERENCE = date(2024, 1, 11)   # a Thursday

ONE_DATE = [
    ("en", "met on January 10 in the capital", "2024-01-10", ""),
    ("en", "met on 10 January in the capital", "2024-01-10", ""),
    ("en", "on the 10th of January 2024", "2024-01-10", ""),
    ("en", "held talks, on July 25 afternoon, with", "2023-07-25", ""),
    ("en", "on Sept. 8 it held talks", "2023-09-08", ""),
    ("en", "on Tuesday", "2024-01-09", ""),
    ("en", "on Thursday", "2024-01-11", ""),
    ("en", "met yesterday", "2024-01-10", ""),
    ("en", "this afternoon", "2024-01-11", ""),
    ("en", "on Wednesday, January 10, in Rome", "2024-01-10", ""),
    ("en", "from May 12-16, 2023", "2023-05-12", "2023-05-16"),
    ("en", "from 3 to 5 June 2023", "2023-06-03", "2023-06-05"),
    ("en", "October 31 to November 1, 2023", "2023-10-31", "2023-11-01"),
    ("en", "2024-01-09", "2024-01-09", ""),
    ("vi", "Chiều 9/12, tại Hà Nội", "2023-12-09", ""),
    ("vi", "sáng 5/1", "2024-01-05", ""),
    ("vi", "Sáng 14-9", "2023-09-14", ""),
    ("vi", "ngày 27 tháng 7 năm 2017", "2017-07-27", ""),
    ("vi", "từ ngày 20-24/11", "2023-11-20", "2023-11-24"),
    ("vi", "chiều nay", "2024-01-11", ""),
    ("vi", "hôm qua", "2024-01-10", ""),
    ("ru", "10 января в Москве", "2024-01-10", ""),
    ("ru", "9–10 декабря", "2023-12-09", "2023-12-10"),
    ("ru", "в среду", "2024-01-10", ""),
    ("ru", "вчера", "2024-01-10", ""),
    ("uk", "9 січня", "2024-01-09", ""),
    ("uk", "у середу", "2024-01-10", ""),
    ("zh", "1月10日在北京", "2024-01-10", ""),
    ("zh", "10日在北京", "2024-01-10", ""),
    ("zh", "2023年12月5日至7日", "2023-12-05", "2023-12-07"),
    ("zh", "周三", "2024-01-10", ""),
    ("ja", "10日、東京で", "2024-01-10", ""),
    ("ja", "1月9日に", "2024-01-09", ""),
    ("ko", "1월 10일 서울에서", "2024-01-10", ""),
    ("ko", "10일 서울에서", "2024-01-10", ""),
    ("fr", "le 10 janvier", "2024-01-10", ""),
    ("fr", "le 1er décembre 2023", "2023-12-01", ""),
    ("fr", "les 5 et 6 décembre", "2023-12-05", "2023-12-06"),
    ("fr", "mercredi à Paris", "2024-01-10", ""),
    ("es", "el 3 de enero", "2024-01-03", ""),
    ("es", "del 3 al 5 de enero de 2024", "2024-01-03", "2024-01-05"),
    ("es", "este miércoles", "2024-01-10", ""),
    ("pt", "a 9 de janeiro de 2024", "2024-01-09", ""),
    ("pt", "nesta quarta-feira", "2024-01-10", ""),
    ("it", "il 9 gennaio", "2024-01-09", ""),
    ("it", "ieri a Roma", "2024-01-10", ""),
    ("de", "am 4. Januar", "2024-01-04", ""),
    ("de", "am Mittwoch", "2024-01-10", ""),
    ("nl", "op 9 januari", "2024-01-09", ""),
    ("sr", "7. децембра 2023. године", "2023-12-07", ""),
    ("sr", "9. januara", "2024-01-09", ""),
    ("pl", "9 stycznia", "2024-01-09", ""),
    ("cs", "9. ledna", "2024-01-09", ""),
    ("tr", "10 Ocak'ta Ankara'da", "2024-01-10", ""),
    ("id", "Rabu (10/1)", "2024-01-10", ""),
    ("id", "pada 9 Januari 2024", "2024-01-09", ""),
    ("hi", "10 जनवरी को", "2024-01-10", ""),
    ("ar", "يوم 10 يناير", "2024-01-10", ""),
    ("th", "วันที่ 10 มกราคม 2567", "2024-01-10", ""),
    ("fi", "10. tammikuuta", "2024-01-10", ""),
    ("is", "10. janúar", "2024-01-10", ""),
    ("el", "στις 10 Ιανουαρίου", "2024-01-10", ""),
    ("hu", "szerdán Budapesten", "2024-01-10", ""),
]


@pytest.mark.parametrize(("language", "text", "day", "day_end"), ONE_DATE)
def test_a_date_is_read_in_the_way_its_language_writes_it(language: str, text: str, day: str, day_end: str) -> None:
    found = find_days(text, language, REFERENCE)

    assert [(mention.day.isoformat(), mention.day_end.isoformat() if mention.day_end else "") for mention in found] == [(day, day_end)]
    assert text[found[0].start:found[0].end]


@pytest.mark.parametrize("text", ["3.5 % more", "the 2022-2024 programme", "1,346 releases", "article 12 of the law", "at 13:30", "a score of 3-1", "G20", "Resolution 1373", "may meet", "Sun Weidong", "they sat down"])
def test_numbers_and_words_that_are_no_dates_are_left_alone(text: str) -> None:
    assert find_days(text, "en", REFERENCE) == ()


def test_a_preview_looks_ahead() -> None:
    assert find_days("on Tuesday", "en", REFERENCE, ahead=True)[0].day == date(2024, 1, 16)
    assert find_days("on 3 February", "en", REFERENCE, ahead=True)[0].day == date(2024, 2, 3)


def test_a_date_without_a_year_turns_back_over_the_new_year() -> None:
    assert find_days("on December 28", "en", date(2024, 1, 2))[0].day == date(2023, 12, 28)


def test_the_source_says_which_number_is_the_month() -> None:
    assert find_days("06/01/2020", "en", REFERENCE, order="dmy")[0].day == date(2020, 1, 6)
    assert find_days("06/01/2020", "en", REFERENCE, order="mdy")[0].day == date(2020, 6, 1)


def read(body: str, *, title: str = "Ministers meet", published: str = "2024-01-11T09:00:00+00:00", zone: str = "UTC", language: str = "en", first_seen: str = "2024-01-11T09:00:00+00:00") -> Report:
    moment = datetime.fromisoformat(published) if published else None
    item = Item("i", "s", "O", "", title, "", body, "", language, moment, datetime.fromisoformat(first_seen))
    reports = understand(item, Source("s", "https://example.org", "O", country="GH", timezone=zone), ())
    assert reports
    return reports[0]


def test_the_date_beside_the_meeting_wins_over_others() -> None:
    report = read("Interior Minister Henry Quartey met his Togolese counterpart in Accra on January 9.\nThe agreement signed on May 3, 2021 runs until December 31.\nThe two countries mark the anniversary on January 10.")

    assert report.day == date(2024, 1, 9)
    assert report.day_quote is not None and report.day_quote.text == "January 9"
    assert report.day_confidence > 0.8


def test_an_anniversary_and_a_programme_are_not_the_day() -> None:
    report = read("Interior Minister Henry Quartey met the Ambassador of France.\nThey recalled the programme for 2022-2024 and the anniversary of 6 March.")

    assert report.day is None
    assert (report.earliest, report.latest) == (date(2024, 1, 9), date(2024, 1, 11))
    assert report.day_confidence == 0


def test_a_dateline_is_weaker_than_a_date_in_the_text() -> None:
    plain = read("ACCRA, Jan. 10 (GNA) — Interior Minister Henry Quartey met French Ambassador Jules Armand.")
    told = read("ACCRA, Jan. 10 (GNA) — Interior Minister Henry Quartey met French Ambassador Jules Armand on Monday.")

    assert plain.day == date(2024, 1, 10) and plain.day_confidence <= 0.5
    assert told.day == date(2024, 1, 8)


def test_a_stamp_is_never_the_day() -> None:
    report = read("21:21 10/01/2024\nInterior Minister Henry Quartey met French Ambassador Jules Armand to discuss training.")

    assert report.day is None


def test_weekdays_count_from_the_day_of_publication_in_the_zone_of_the_source() -> None:
    late = read("Interior Minister Henry Quartey met French Ambassador Jules Armand today.", published="2024-01-10T20:00:00+00:00", zone="Asia/Tokyo")

    assert late.day == date(2024, 1, 11)


def test_without_a_publication_day_nothing_is_today() -> None:
    undated = read("Interior Minister Henry Quartey met French Ambassador Jules Armand today.", published="")
    dated = read("Interior Minister Henry Quartey met French Ambassador Jules Armand on January 9.", published="")
    written = read("Interior Minister Henry Quartey met French Ambassador Jules Armand on January 9, 2023.", published="")

    assert undated.day is None and undated.earliest is None
    assert dated.day == date(2024, 1, 9) and dated.day_confidence <= 0.5
    assert written.day == date(2023, 1, 9) and written.day_confidence > 0.5


def test_a_conference_of_several_days_keeps_its_last_day() -> None:
    report = read("Interior Minister Henry Quartey opened the regional police conference in Accra, held from January 8 to 10.", title="Police chiefs meet")

    assert (report.day, report.day_end) == (date(2024, 1, 8), date(2024, 1, 10))


def test_of_a_visit_only_its_days_are_known() -> None:
    report = read("Interior Minister Henry Quartey received Benin's Interior Minister Alassane Seidou, who is on a visit to Ghana from January 8 to 14.")

    assert report.day is None
    assert (report.earliest, report.latest) == (date(2024, 1, 8), date(2024, 1, 11))


def test_a_report_weeks_later_still_finds_its_written_day() -> None:
    report = read("Interior Minister Henry Quartey met French Ambassador Jules Armand on December 20, 2023 in Accra.")

    assert report.day == date(2023, 12, 20)


def test_hours_of_publication_do_not_change_the_facts() -> None:
    body = "Interior Minister Henry Quartey met French Ambassador Jules Armand on January 9."
    assert {read(body, published=f"2024-01-11T{hour:02}:30:00+00:00").day for hour in range(0, 24, 6)} == {date(2024, 1, 9)}



MONDAY = date(2026, 11, 16)


@pytest.mark.parametrize("language, text, day", [
    ("en", "They met last Friday.", date(2026, 11, 13)),
    ("en", "They met last Monday.", date(2026, 11, 9)),         # not today
    ("zh", "上周五会见", date(2026, 11, 13)),
    ("zh", "上周一会见", date(2026, 11, 9)),
    ("es", "El viernes pasado se reunió", date(2026, 11, 13)),
    ("fr", "vendredi dernier", date(2026, 11, 13)),
    ("ru", "в прошлую пятницу", date(2026, 11, 13)),
    ("vi", "Sáng qua, Bộ trưởng tiếp", date(2026, 11, 15)),
    ("vi", "Ngày 13.11, tại Hà Nội", date(2026, 11, 13)),
    ("zh", "15日在北京", date(2026, 11, 15)),
    ("lo", "ວັນທີ 13 ພະຈິກນີ້", date(2026, 11, 13)),
    ("km", "ថ្ងៃទី១៣ ខែវិច្ឆិកា ឆ្នាំ២០២៦", date(2026, 11, 13)),
    ("th", "เมื่อวันที่ 13 พฤศจิกายน 2569", date(2026, 11, 13)),
])
def test_days_are_told_from_the_day_of_publication(language: str, text: str, day: date) -> None:
    assert [found.day for found in find_days(text, language, MONDAY)][:1] == [day]


@pytest.mark.parametrize("language, text", [
    ("vi", "Đối thoại lần thứ sáu"),            # the sixth, not Friday
    ("es", "el martes por la mañana"),          # in the morning, not tomorrow
    ("de", "am Dienstag, jeden Morgen"),
])
def test_a_word_of_the_calendar_in_another_sense_names_no_day(language: str, text: str) -> None:
    assert [found.form for found in find_days(text, language, MONDAY)] in ([], ["weekday"])


def test_the_day_of_a_statement_is_not_that_of_the_meeting() -> None:
    report = read("India has sought help, officials said on Wednesday, a day after the home secretary held talks with the Australian police commissioner in Canberra.")

    assert report.day == date(2024, 1, 9)


def test_where_only_the_statement_is_dated_and_the_text_says_last_week_the_day_is_open() -> None:
    report = read("Last week the interior ministers of Kenya and Uganda met in Busia, the ministry said on Wednesday.")

    assert report.day is None


def test_today_below_a_dateline_is_the_day_of_the_dateline() -> None:
    report = read("ASMARA, 9 January (ENA) - Foreign Minister Tekle Berhane met the South Sudanese foreign minister here today.")

    assert report.day == date(2024, 1, 9)


def test_the_day_of_what_is_planned_is_not_that_of_the_meeting() -> None:
    report = read("Interior Minister Henry Quartey met the Togolese interior minister in Accra on Tuesday.\nHe is due to visit Lomé on Saturday.")

    assert report.day == date(2024, 1, 9)


@pytest.mark.parametrize(("published", "days"), [
    ("2024-01-11T09:00:00+00:00", (10, 9, 11)),        # a text of the morning tells of the day before
    ("2024-01-11T17:00:00+00:00", (11, 10, 9)),
])
def test_of_the_days_it_may_be_the_likeliest_comes_first(published: str, days: tuple[int, ...]) -> None:
    report = read("Interior Minister Henry Quartey met the Ambassador of France to discuss training.", published=published)

    assert report.day is None
    assert report.alternatives == tuple(date(2024, 1, day) for day in days)


def test_a_resolved_day_keeps_the_other_days_the_text_may_mean() -> None:
    sure = read("Interior Minister Henry Quartey met French Ambassador Jules Armand on January 9.")
    torn = read("Interior Minister Henry Quartey met French Ambassador Jules Armand on January 9.\nMinister Quartey received Ambassador Armand on January 8.")

    assert sure.alternatives == ()
    assert torn.day == date(2024, 1, 9)
    assert torn.alternatives == (date(2024, 1, 8),)


def test_a_word_that_a_pattern_takes_for_a_weekday_by_its_undotted_i_is_none() -> None:
    assert find_days("sali gunu gorustuler", "tr", date(2026, 3, 4)) == ()
    assert find_days("salı günü görüştüler", "tr", date(2026, 3, 4))[0].day == date(2026, 3, 3)
