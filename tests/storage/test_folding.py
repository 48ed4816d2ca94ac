"""Names and words folded for comparing and searching."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.folding import composed, fold, fold_name, words


@pytest.mark.parametrize(("text", "folded"), [
    ("Bộ trưởng Bộ Công an", "bo truong bo cong an"),
    ("ĐÀ NẴNG đ ð", "da nang d d"),
    ("Владимир Колокольцев", "vladimir kolokoltsev"),
    ("Łódź, Straße, Ærø, İstanbul", "lodz, strasse, aero, istanbul"),
    ("Αθήνα", "athina"),
    ("Việt Nam", "viet nam"),       # composed or not
    ("ＡＢＣ　１２３", "abc 123"),
    ("北京2026年", "北 京 2026 年"),
    ("プーチン大統領", "プ ー チ ン 大 統 領"),
    ("  a \t b\n\nc ", "a b c"),
    ("", ""),
    ("“quoted” – don’t", '"quoted" - dont'),
    ("l'Espagne, qu'il, dell'Italia, O'Brien", "l espagne, qu il, dell italia, obrien"),
    ("Vietnam's and Laos’ ministers", "vietnam and laos ministers"),
    ("Лук'яненко", "lukyanenko"),
])
def test_fold(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize("same", [
    ("Tô Lâm", "TO LAM", "Lâm Tô", "То Лам", "To  Lam", "to-lam"),
    ("Vladimir Kolokoltsev", "Kolokoltsev Vladimir Alexandrovich", "Владимир Александрович Колокольцев", "В. Владимир Колокольцев"),
    ("苏林", "苏 林"),
    ("ウラジーミル・プーチン", "ウラジーミル プーチン"),
    ("Kim Jong-un", "Kim Jong Un"),
    ("O'Brien Pat", "Pat OBrien", "Pat O’Brien"),
    ("Sergei Viktorovich Lavrov", "Sergei V. Lavrov", "Lavrov Sergei"),
])
def test_spellings_of_one_name_have_one_key(same):
    assert len({fold_name(name) for name in same}) == 1


@pytest.mark.parametrize("different", [
    ("Nguyen Van Thanh", "Nguyen Van Thinh"), ("To Lam", "To Lan"), ("Pham Minh Chinh", "Pham Binh Minh"), ("习近平", "习平近"), ("Petrovich", "Ivanovich"),
    ("Ana Brnabić", "Ana"), ("V. K.", "A. B."),
])
def test_different_names_have_different_keys(different):
    assert len({fold_name(name) for name in different}) == len(different)


@given(st.text())
def test_folding_never_raises_and_folding_again_changes_nothing(text):
    once = fold(text)
    assert fold(once) == once
    assert words(" ".join(words(text))) == words(text)
    assert "  " not in once
    fold_name(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_words_hold_letters_and_digits_only(text):
    assert all(word.isalnum() for word in words(text))


@pytest.mark.parametrize("hostile", [
    "a" + "\u0300\u0316" * 100_000, "x" * 1_000_000, "đ" * 300_000, "汉" * 300_000, "'" * 300_000, "l'" * 200_000, "\u0300 " * 200_000, "ﷺ" * 50_000,
], ids=["marks", "one word", "one foreign word", "han", "apostrophes", "articles", "lone marks", "a long ligature"])
def test_hostile_text_costs_linear_time(hostile):
    began = time.process_time()
    composed(hostile)
    fold(hostile)
    words(hostile)
    fold_name(hostile)
    assert time.process_time() - began < 4


def test_han_in_a_row_is_folded_sign_by_sign_whatever_stands_between():
    assert fold("越南公安部长苏林与普京会谈・東京タワー。") == "越 南 公 安 部 长 苏 林 与 普 京 会 谈 ・ 東 京 タ ワ ー ."
    assert fold("苏林Lâm苏") == "苏 林 lam 苏"
