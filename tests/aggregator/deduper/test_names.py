"""Whether two spellings are one person's name."""

from __future__ import annotations

import pytest

from aggregator.deduper.names import LONG, SAME, comparable, likeness, name_keys


@pytest.mark.parametrize(("one", "other"), [
    ("Tô Lâm", "To Lam"),
    ("То Лам", "Tô Lâm"),
    ("苏林", "Tô Lâm"),
    ("Phạm Minh Chính", "Chinh Pham Minh"),
    ("Nguyễn Xuân Phúc", "Xuan Phuc"),
    ("Лыонг Там Куанг", "Lương Tam Quang"),
    ("Chan Quoc To", "Trần Quốc Tỏ"),
    ("陈思源", "Chen Siyuan"),
    ("Trần Tư Nguyên", "Chen Siyuan"),
    ("Kolokoltsev Vladimir Alexandrovich", "Владимир Колокольцев"),
    ("Patrusev Nikolay Platonovich", "Nikolai Patrushev"),
    ("Александр Вольфович", "Alexander Volfovich"),
    ("S. Jaishankar", "Subrahmanyam Jaishankar"),
    ("Abdulaziz bin Saud bin Naif", "Abdulaziz bin Saud"),
    ("Rodrigo Almeyda Soto", "Rodrigo Almeyda"),
    ("Ивица Дачић", "Ivica Dačić"),
])  # fmt: skip
def test_spellings_of_one_name_are_alike(one, other):
    assert likeness(one, other) >= SAME
    assert likeness(other, one) >= SAME


@pytest.mark.parametrize(("one", "other"), [
    ("Nguyen Van Thanh", "Nguyen Van Thinh"),
    ("To Lam", "To Lan"),
    ("Pham Minh Chinh", "Phạm Bình Minh"),
    ("Bui Thanh Son", "Bui Van Son"),
    ("Nikolai Patrushev", "Dmitry Patrushev"),
    ("Vladimir Kolokoltsev", "Vladimir Putin"),
    ("Le Van Do", "Le Thi Do"),
    ("王毅", "王勇"),
    ("Kim Min-seok", "Kim Jina"),
])  # fmt: skip
def test_names_that_only_look_alike_are_not(one, other):
    assert likeness(one, other) < 0.5


def test_one_short_word_never_decides():
    assert likeness("Lam", "To Lam") < 0.5
    assert likeness("Lam", "Lam") < 0.5


def test_a_surname_of_some_length_is_a_hint_and_no_more():
    assert len("Shoigu") > LONG
    assert 0.5 <= likeness("Шойгу", "Sergei Shoigu") < SAME


def test_names_across_scripts_without_a_rule_say_nothing_by_being_unlike():
    assert not comparable("高市早苗", "Sanae Takaichi")
    assert not comparable("Ван И", "Wang Yi")
    assert comparable("Шойгу Сергей", "Anna Weber")


@pytest.mark.parametrize(("one", "other"), [
    ("То Лам", "Tô Lâm"), ("Лыонг Там Куанг", "Luong Tam Quang"), ("Шойгу", "Sergei Shoigu"), ("Chen Si Yuan", "Chen Siyuan"), ("苏林", "To Lam"),
])  # fmt: skip
def test_spellings_of_one_name_share_a_key(one, other):
    assert set(name_keys(one)) & set(name_keys(other))


@pytest.mark.parametrize("name", ["", " ", "…", "1234", "x" * 50_000, "苏" * 5_000, "a " * 5_000, "'" * 1000, "\u0300" * 100])
def test_no_text_is_too_strange_to_be_a_name(name):
    assert 0.0 <= likeness(name, "To Lam") <= 1.0
    assert len(name_keys(name)) <= 6
