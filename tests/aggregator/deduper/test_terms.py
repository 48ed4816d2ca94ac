"""The words of a text, folded for comparing."""

from __future__ import annotations

import time

from aggregator.deduper.terms import Ground, naming, weighed, words


def test_words_are_folded_in_every_script():
    assert words("Bộ trưởng ĐẶNG, Йошкар-Ола") == ("bo", "truong", "dang", "иошкар", "ола")
    assert words("中国公安部") == ("中国", "国公", "公安", "安部")


def alike(ground, one, other):
    return ground.cosine(weighed(one), weighed(other))


def test_texts_that_share_only_official_phrases_are_hardly_alike():
    one, other = "Minister holds talks on cooperation and signs agreement", "Minister holds talks on cooperation and security"
    assert alike(Ground(), f"{one} about the Chacalluta lighthouse", f"{other} near Suwalki and the Barents cable") < 0.3
    assert alike(Ground(), f"{one} about the Chacalluta lighthouse", f"{other}, Chacalluta lighthouse") > 0.5


def test_a_word_that_many_texts_had_tells_little():
    seen = Ground(1000, {"regatta": 600, "lighthouse": 1})
    assert seen.rarity("regatta") < 0.2 < 0.8 < seen.rarity("lighthouse")
    assert alike(seen, "regatta lighthouse", "regatta anchorage") < alike(Ground(), "regatta lighthouse", "regatta anchorage")


def test_a_ministry_learns_which_of_its_words_are_common():
    fresh, settled = Ground(), Ground(500, {"passports": 400, "consulate": 350, "chacalluta": 0})
    one, other = "passports consulate chacalluta", "passports consulate suwalki"
    assert alike(settled, one, other) < alike(fresh, one, other)


def test_rare_words_are_not_the_ministry_s_own():
    assert Ground().rarest("Minister and Ministry of Foreign Affairs discuss Chacalluta", 3) == ("chacalluta",)


def test_the_rarest_words_are_those_that_fewest_texts_had():
    assert Ground(100, {"extraordinarily": 50, "suwalki": 0, "lighthouse": 3}).rarest("extraordinarily suwalki lighthouse", 2) == ("suwalki", "lighthouse")


def test_names_meet_across_alphabets_and_words_do_not():
    russian, english = naming("Тулегенов прибыл в Ташкент 47 раз"), naming("Tulegenov came to Tashkent for the 47th, no, 47 time")
    assert len(russian.worth.keys() & english.worth.keys()) == 3


def test_a_hostile_text_costs_linear_time():
    text = "ẫ̂" * 300_000 + "漢" * 200_000 + " a" * 200_000
    started = time.perf_counter()
    words(text)
    assert time.perf_counter() - started < 3
