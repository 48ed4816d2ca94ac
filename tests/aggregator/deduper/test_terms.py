"""The words of a text, folded for comparing."""

from __future__ import annotations

import time

from aggregator.deduper.terms import Ground, rarest, words


def test_words_are_folded_in_every_script():
    assert words("Bộ trưởng ĐẶNG, Йошкар-Ола") == ("bo", "truong", "dang", "иошкар", "ола")
    assert words("中国公安部") == ("中国", "国公", "公安", "安部")


def test_texts_that_share_only_official_phrases_are_hardly_alike():
    ground = Ground.of(())
    one, other = "Minister holds talks on cooperation and signs agreement", "Minister holds talks on cooperation and security"
    assert ground.cosine(f"{one} about the Chacalluta lighthouse", f"{other} near Suwalki and the Barents cable") < 0.3
    assert ground.cosine(f"{one} about the Chacalluta lighthouse", f"{other}, Chacalluta lighthouse") > 0.6


def test_a_word_that_all_candidates_hold_tells_little():
    texts = [f"regatta in harbour number{n}" for n in range(20)]
    ground = Ground.of([text] for text in texts)
    assert ground.rarity("regatta") < ground.rarity("number3")
    assert ground.cosine(texts[0], texts[1]) < Ground.of([text] for text in texts[:2]).cosine(texts[0], texts[1])


def test_rare_words_are_not_the_ministry_s_own():
    assert rarest("Minister and Ministry of Foreign Affairs discuss Chacalluta", 3) == ("chacalluta",)


def test_a_hostile_text_costs_linear_time():
    text = "ẫ̂" * 300_000 + "漢" * 200_000 + " a" * 200_000
    started = time.perf_counter()
    words(text)
    assert time.perf_counter() - started < 3
