"""Where a meeting was held."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aggregator.understand.reading import understand
from storage.model import Item, Source

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)


def place_of(language: str, title: str, body: str) -> str:
    reports = understand(Item("i", "s", "O", "", title, "", body, "", language, NOW, NOW), Source("s", "https://example.org", "O"), ())
    assert reports
    return reports[0].place


@pytest.mark.parametrize("language, text, place", [
    ("en", "The interior ministers of Ghana and Togo met in Kpalimburg on Friday.", "Kpalimburg"),
    ("en", "The interior ministers of Peru and Ecuador met on Friday in the border city of Kpalimburg.", "Kpalimburg"),
    ("fr", "Le ministre français de l'Intérieur a rencontré son homologue belge à Montsaulx jeudi.", "Montsaulx"),
    ("es", "El ministro del Interior de Perú se reunió con su par de Bolivia en Villacorta el jueves.", "Villacorta"),
    ("de", "Der polnische Innenminister traf sich mit seinem litauischen Kollegen in Grenzburg.", "Grenzburg"),
    ("ru", "Министр внутренних дел Казахстана встретился с министром внутренних дел Киргизии в Кордае.", "Кордай"),
])
def test_a_town_no_gazetteer_knows_is_the_place_as_it_is_spelled(language: str, text: str, place: str) -> None:
    assert place_of(language, "Border", text) == place


def test_a_known_city_is_named_in_english() -> None:
    assert place_of("vi", "Hội đàm", "Bộ trưởng Bộ Công an hội đàm với Bộ trưởng Bộ Nội vụ Campuchia tại Phnôm Pênh.") == "Phnom Penh"


def test_a_dateline_of_a_city_and_a_day_is_a_place() -> None:
    text = "Москва, 13 ноября. Министр внутренних дел России провёл переговоры с министром внутренних дел Сербии."

    assert place_of("ru", "Переговоры", text) == "Moscow"


def test_the_city_beside_the_encounter_wins_over_those_of_the_background() -> None:
    text = ("The Home Secretary of India asked Australia for help with a plot uncovered in Pune in September, officials said, "
            "after he held talks with the Australian police commissioner in Canberra on Friday.")

    assert place_of("en", "Home Secretary in talks", text) == "Canberra"


def test_a_call_has_no_place() -> None:
    text = "The interior minister of Kuwait spoke by telephone on Sunday with the Philippine labour secretary in Manila."

    assert place_of("en", "Call", text) == ""


def test_a_word_in_capitals_after_in_is_not_always_a_town() -> None:
    text = "The foreign ministers of Peru and Bolivia met last week and will meet again in December."

    assert place_of("en", "Ministers meet", text) == ""


def test_a_building_is_no_town() -> None:
    text = "Chiều 12/11, tại Trụ sở Chính phủ, Thủ tướng Việt Nam đã tiếp Bộ trưởng Bộ Công an Lào đang thăm Hà Nội."

    assert place_of("vi", "Thủ tướng tiếp Bộ trưởng Bộ Công an Lào", text) == "Hanoi"
