"""What makes two reports worth comparing."""

from __future__ import annotations

from datetime import date

from aggregator.deduper.keys import ENOUGH, MOST_ASKED, MOST_KEYS, SAMPLE, WINDOW, asked, counters, ground, is_counted, keys, window
from aggregator.deduper.terms import Ground
from storage.model import Party, Person
from tests import factory as make


def shared(one, other):
    return set(keys(*one, Ground())) & set(asked(*other, Ground()))


def test_two_languages_meet_by_parties_and_day():
    english = make.item(), make.report()
    russian = (
        make.item(id="i-2", url="https://ru.example/9", title="Министры встретились", body="Встреча прошла.", language="ru", hash=""),
        make.report(people=(), place=""),
    )
    assert "pair:AU-FJ:2026-03-04" in shared(english, russian)


def test_days_beside_each_other_meet_and_days_a_month_apart_do_not():
    march = make.item(), make.report(people=(), place="")
    next_day = make.item(id="i-2", url="", hash="", title="x", body="y"), make.report(day=date(2026, 3, 5), people=(), place="")
    april = make.item(id="i-3", url="", hash="", title="x", body="y"), make.report(day=date(2026, 4, 4), people=(), place="")
    assert any(key.startswith("pair:") for key in shared(march, next_day))
    assert not shared(march, april)


def test_an_undated_report_meets_a_dated_one_by_the_week():
    dated = make.item(), make.report(people=(), place="")
    undated = make.item(id="i-2", url="", hash="", title="x", body="y"), make.report(day=None, day_confidence=0.0, people=(), place="")
    assert "pair:AU-FJ:2026-W10" in shared(dated, undated)


def test_a_doubtful_day_reaches_three_days():
    sure, doubtful = make.report(people=(), place=""), make.report(day=date(2026, 3, 8), day_confidence=0.3, people=(), place="")
    assert "pair:AU-FJ:2026-03-05" in shared((make.item(url="", hash=""), sure), (make.item(id="i-2", url="", hash="", title="x", body="y"), doubtful))


def test_a_name_meets_itself_in_another_script():
    vietnamese = make.report(people=(Person("Lương Tam Quang", "luong quang tam", country="VN"),), parties=(), day=None, place="")
    russian = make.report(people=(Person("Лыонг Там Куанг", "kuang lyong tam", country="VN"),), parties=(), day=None, place="")
    assert any(
        key.startswith("who:")
        for key in shared((make.item(url="", hash="", title="a", body="b"), vietnamese), (make.item(url="", hash="", title="c", body="d"), russian))
    )


def test_a_report_with_everything_has_a_bounded_number_of_keys():
    crowd = make.report(
        parties=tuple(Party(f"{a}{b}", "country", "party") for a in "ABCDEFGH" for b in "XYZ"),
        people=tuple(Person(f"Name{i} Surname{i}", f"name{i} surname{i}") for i in range(200)),
    )
    text = " ".join(f"extraordinary{i}" for i in range(5000))
    assert len(keys(make.item(title=text, body=text), crowd, Ground())) <= MOST_KEYS
    assert len(asked(make.item(title=text, body=text), crowd, Ground())) <= MOST_ASKED


def test_an_item_without_a_date_is_looked_for_in_every_year():
    guessed = make.report(day_confidence=0.4)
    assert window(make.item(published=None), guessed) == (None, None)
    assert window(make.item(), guessed) == (date(2026, 3, 4) - WINDOW, date(2026, 3, 4) + WINDOW)
    long_ago = make.report(day=date(2019, 3, 4), people=(), place="")
    assert "pair:AU-FJ:03-04" in shared((make.item(published=None), guessed), (make.item(id="i-2", url="", hash="", title="x", body="y"), long_ago))


def test_what_was_counted_is_the_ground_for_the_next():
    counts = dict.fromkeys(counters(make.item(), make.report()), 1)
    before = ground(counts)
    assert before.texts == 1
    assert before.held["suva"] == 1
    assert before.rarity("suva") < before.rarity("never")


def test_once_enough_texts_are_counted_one_in_some_is():
    reports = [make.report(item_id=f"i-{n}") for n in range(800)]
    assert all(is_counted(report, Ground(ENOUGH - 1)) for report in reports)
    assert 0.5 < sum(is_counted(report, Ground(ENOUGH)) for report in reports) * SAMPLE / len(reports) < 1.6


def test_a_report_in_another_alphabet_is_found_by_a_name_in_its_text():
    english = make.item(title="Talks in Bishkek with Tulegenov", body="They spoke."), make.report(people=(), parties=(), day=None, place="")
    russian = (make.item(id="i-2", url="", hash="", title="Тулегенов в Бишкеке", body="Встреча прошла.", language="ru"),
               make.report(people=(), parties=(), day=None, place=""))
    assert any(key.startswith("name:") for key in shared(english, russian))
