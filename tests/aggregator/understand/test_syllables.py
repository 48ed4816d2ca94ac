"""Whether two spellings of a name sound alike."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.understand.sounds import NEVER, distance, sounds
from aggregator.understand.spellings import from_palladius, pinyin_syllables, vietnamese_in_cyrillic
from aggregator.understand.syllables import sounds_like

SAME = 0.75     # what callers take for one name
PAIRS = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parents[2] / "data" / "spellings.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
ALIKE = [(one, other) for said, one, other in PAIRS if said == "same"]
APART = [(one, other) for said, one, other in PAIRS if said == "different"]


def test_there_are_pairs_enough_to_trust_the_figures():
    assert len(ALIKE) >= 150
    assert len(APART) >= 125


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_spellings_of_one_name_sound_alike(one, other):
    assert sounds_like(one, other) >= SAME
    assert sounds_like(other, one) == sounds_like(one, other)


@pytest.mark.parametrize(("one", "other"), APART)
def test_names_of_two_people_do_not(one, other):
    assert sounds_like(one, other) < SAME
    assert sounds_like(other, one) == sounds_like(one, other)


def test_a_name_is_alike_to_itself_unless_it_is_one_short_word():
    assert sounds_like("Tô Lâm", "Tô Lâm") == 1.0
    assert sounds_like("苏林", "蘇林") == 1.0
    assert sounds_like("Lam", "Lam") < 0.5
    assert 0.5 <= sounds_like("Kolokoltsev", "Колокольцев") < SAME


def test_vietnamese_names_without_marks_may_be_any_that_have_them():
    assert sounds_like("Nguyen Van Thanh", "Nguyễn Văn Thành") == 1.0
    assert sounds_like("Nguyen Van Thanh", "Nguyễn Văn Thanh") == 1.0
    assert sounds_like("Nguyễn Hoà Bình", "Nguyễn Hòa Bình") == 1.0


def test_two_vietnamese_names_that_differ_in_one_letter_never_agree():
    letters = ["Thanh", "Thinh", "Thang", "Than", "Tanh", "Thach", "Thuan", "Thuy"]
    for one in letters:
        for other in letters:
            assert (sounds_like(f"Nguyen Van {one}", f"Nguyen Van {other}") >= SAME) == (one == other)


def test_every_syllable_of_mandarin_comes_back_from_cyrillic():
    rows = (Path(__file__).parents[3] / "aggregator/understand/data/syllables/palladius.tsv").read_text(encoding="utf-8").splitlines()
    rows = [row.split("\t") for row in rows if row and not row.startswith("#")]
    assert len(rows) >= 400
    for pinyin, written in rows:
        assert (pinyin.replace("ü", "u"),) in pinyin_syllables(pinyin.replace("ü", "u"))
        for cyrillic in written.split():
            assert pinyin.replace("ü", "u") in from_palladius(cyrillic)


@pytest.mark.parametrize(("syllable", "cyrillic"), [
    ("đức", "дык"), ("dũng", "зунг"), ("giang", "зянг"), ("trọng", "чонг"), ("nguyễn", "нгуен"), ("việt", "вьет"), ("nhật", "нят"), ("quang", "куанг"), ("chính", "тинь"),
])
def test_a_vietnamese_syllable_in_cyrillic(syllable, cyrillic):
    assert cyrillic in vietnamese_in_cyrillic(syllable)


def test_a_syllable_with_marks_stands_for_itself_alone():
    assert "дунг" not in vietnamese_in_cyrillic("dũng") or "зунг" in vietnamese_in_cyrillic("dũng")
    assert "зык" not in vietnamese_in_cyrillic("đức")
    assert {"дык", "зук"} & vietnamese_in_cyrillic("duc")


def test_consonants_never_change_into_others():
    assert distance(sounds("petrov", "latin"), sounds("перов", "cyrillic")) >= NEVER
    assert distance(sounds("petrov", "latin"), sounds("петров", "cyrillic")) < 0.2


@pytest.mark.parametrize("hostile", ["", " ", "-", "--'--", "…", "1234", "x" * 100_000, "苏" * 50_000, "ка" * 50_000, "a-" * 50_000, "а " * 50_000, "가" * 9_000, "ا" * 9_000,
                                     "\u0300" * 9_000, "ng" * 9_000, "Nguyen " * 9_000, "xi" * 60, "цзинь" * 60, "ji" * 60 + " " + "min" * 60])
def test_hostile_names_cost_next_to_nothing(hostile):
    began = time.process_time()
    for other in ("Tô Lâm", "Владимир Колокольцев", "习近平", "김정은", "Khăm-xỏn Vông-phạ-chăn", hostile + "a"):
        assert 0.0 <= sounds_like(hostile, other) <= 1.0
    assert time.process_time() - began < 1.0


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_can_be_compared_in_either_order(one, other):
    assert 0.0 <= sounds_like(one, other) <= 1.0
    assert sounds_like(one, other) == sounds_like(other, one)
