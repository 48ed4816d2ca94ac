"""Whom a text credits."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.normalise.credit import LONGEST, credit_of


@pytest.mark.parametrize(("text", "credit"), [
    ("SUVA (Pacnews) — The ministers met.", "Pacnews"),
    ("SUVA, March 4 (Pacnews) -- The ministers met.", "Pacnews"),
    ("Suva (PNA)- The ministers met.", "PNA"),
    ("SUVA, Mar 04 (FBC): The ministers met.", "FBC"),
    ("(FBC) The ministers met.", "FBC"),
    ("HÀ NỘI (VNS) — Bộ trưởng", "VNS"),
    ("СУВА, 4 марта. /ПАКС/. Министры встретились.", "ПАКС"),
    ("СУВА, 4 мар — РИА Новости. Министры встретились.", "РИА Новости"),
    ("新华社苏瓦3月4日电 两国部长", "新华社"),
    ("FBC.FJ - The ministers met.", "FBC.FJ"),
    ("VNN - The ministers met.", "VNN"),
    ("The ministers met.\n(Pacnews)", "Pacnews"),
    ("The ministers met. (Pacnews/FBC)", "Pacnews/FBC"),
    ("The ministers met. — Pacnews", "Pacnews"),
    ("The ministers met. - Pacnews", "Pacnews"),
    ("The ministers met./.\n(Pacnews)", "Pacnews"),
    ("The ministers met.\nPNA", "PNA"),
    ("The ministers met.\nSource: Pacific News", "Pacific News"),
    ("The ministers met. (Source: Pacific News)", "Pacific News"),
    ("Hai bên gặp nhau.\nNguồn: Báo mới", "Báo mới"),
    ("Министры встретились. Источник: Интерфакс", "Интерфакс"),
    ("两国部长会谈。（来源：新华网）", "新华网"),
    ("Les ministres se sont vus. Fuente: pacnews.example", "pacnews.example"),
    ("The ministers met.\nSource: PBC5", "PBC5"),
    ("The ministers met. (Source: News 24)", "News 24"),
    ("The ministers met.\n(PBC5)", "PBC5"),
    ("The ministers met. PNA", "PNA"),
    ("The ministers met./. PNA", "PNA"),
    ("The ministers met. PNA/FBC", "PNA/FBC"),
    ("The ministers met. / FBC.FJ", "FBC.FJ"),
    ("Hai bên gặp nhau.\nTheo TTXVN", "TTXVN"),
    ("FBC Online - The ministers met.", "FBC Online"),
    ("PNA/FBC – The ministers met.", "PNA/FBC"),
    ("SUVA (PNA) The ministers met.", "PNA"),
    ("SUVA, 4 mar (Prensa Pacífica) Los ministros", "Prensa Pacífica"),
    ("СУВА, 4 мар. (ПАКС). Министры встретились.", "ПАКС"),
    ("СУВА, 4 марта. /Корр. ПАКС Иван Петров/. Министры встретились.", "ПАКС"),
    ("4 марта, Сува /Корр. ПАКС/. Министры встретились.", "ПАКС"),
    ("SUVA /Pacnews/ - The ministers met.", "Pacnews"),
    ("SUVA. PACINFORM – The ministers met.", "PACINFORM"),
    ("BERN (sda) - Die Minister trafen sich am Montag.", "sda"),
    ("(수바=태평양뉴스) 두 장관이", "태평양뉴스"),
    ("太平洋网消息：两国部长会谈", "太平洋网"),
    ("The ministers met.\n(With inputs from PNA)", "PNA"),
])
def test_a_dateline_or_a_sign_off_names_the_publisher(text, credit):
    assert credit_of(text) == credit


@pytest.mark.parametrize("text", [
    "",
    "The ministers met.",
    "They met the United Nations Office on Drugs and Crime (UNODC).",
    "The Ministry of Home Affairs (MHA) said on Monday - again - that it was so.",
    "SUVA — The ministers met.",
    "SUVA - The ministers met.",
    "The ministers met. (photo: PNA)",
    "The ministers met. (4 March 2026)",
    "The ministers met.\n(End)",
    "The ministers met./.",
    "The ministers met. (continued)",
    "The ministers met.\nhttps://news.example/1",
    "Ministers met on 4/3/2026.",
    "The ministers met. (more)",
    "They met and/or spoke / wrote.",
    "The ministers met.\n* * *",
    "The ministers met. - and spoke.",
    "The ministers met. (desk@pna.example)",
    "（完）",
    "The source: unknown to all who",
    "The ministers met.\nSource: 2024",
    "In Suva, 10 ministers (of the Forum) met.",
    "They met in Bali (G20)",
    "They met in Bali. (G20)",
    "The ministers met. OK",
    "The ministers met.\nJoan Field",
    "Suva (left) - the minister of Fiji - spoke.",
    "SUVA MEETS (again) the world.",
])
def test_what_is_no_credit_is_none(text):
    assert credit_of(text) == ""


@given(st.text())
def test_a_credit_is_short_and_nothing_raises(text):
    assert len(credit_of(text)) <= LONGEST


@pytest.mark.parametrize("hostile", ["(", "/", "— ", "A", " (", "a. (", "Source: ", "\n", "¥1月1日", ", 1 a"])
def test_hostile_text_costs_next_to_nothing(hostile):
    began = time.process_time()
    credit_of(hostile * 100_000)
    assert time.process_time() - began < 0.2
