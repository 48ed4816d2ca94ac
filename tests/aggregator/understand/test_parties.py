"""Which countries met, and which are only named; and where.

Touches: ../../data/parties.tsv: labelled titles and leads of countries in many languages.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from aggregator.understand.parties import find_parties
from aggregator.understand.places import find_place
from storage.model import Part, Party

Parts = tuple[tuple[Part, int, str], ...]


def told(title: str, body: str = "") -> Parts:
    return (("title", 0, title), ("body", 0, body))


def read(parts: Parts, language: str, home: str = "") -> tuple[Party, ...]:
    place = find_place(parts, language)
    return find_parties(parts, language, home, place.country if place else "")


def met(title: str, body: str, language: str, home: str = "") -> set[str]:
    return {party.code for party in read(told(title, body), language, home) if party.role == "party" and party.kind == "country"}


def labelled() -> list[tuple[str, ...]]:
    lines = (Path(__file__).parents[2] / "data" / "parties.tsv").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if not line.startswith("#")]


@pytest.mark.parametrize(("language", "home", "expected", "title", "body"), labelled())
def test_the_countries_whose_officials_met_are_parties(language: str, home: str, expected: str, title: str, body: str) -> None:
    assert met(title, body, language, home) == set(expected.split())


@pytest.mark.parametrize(("language", "home", "title", "body", "mentioned"), [
    ("en", "ET", "Police commission reviews yearly work",
     "The Federal Police Commission met in Addis Ababa. It trained officers for the UN mission in Somalia last year.", "SO"),
    ("en", "BW", "Ministry launches training for officers", "The Ministry said the course follows that of foreign countries such as Norway and Finland.", "NO"),
    ("en", "", "Spanish, Portuguese ministers meet", "The Interior Ministers of Spain and Portugal met in Madrid. They spoke of the war in Ukraine.", "UA"),
    ("fr", "", "Les ministres belge et néerlandais se rencontrent", "Le ministre belge et la ministre néerlandaise ont évoqué la situation au Mali.", "ML"),
    ("vi", "VN", "Công an tỉnh tổng kết công tác", "Bộ trưởng Bộ Công an dự hội nghị. Một số công dân Nigeria đã bị bắt.", "NG"),
])
def test_a_country_spoken_of_is_a_mention(language: str, home: str, title: str, body: str, mentioned: str) -> None:
    assert mentioned in {party.code for party in read(told(title, body), language, home) if party.role == "mention"}


def test_a_third_country_that_lends_the_room_is_the_place() -> None:
    title, body = "Armenian, Azerbaijani foreign ministers meet in Geneva", "The foreign ministers of Armenia and Azerbaijan met in Geneva on Tuesday."
    found = {party.code: party.role for party in read(told(title, body), "en")}
    assert found == {"AM": "party", "AZ": "party", "CH": "place"}


def test_the_host_of_a_conference_of_many_is_a_party_and_the_organisation_too() -> None:
    found = read(told("INTERPOL European Regional Conference opens in Tirana", "Police chiefs of 50 countries gathered in Tirana."), "en")
    assert {(party.code, party.kind) for party in found if party.role == "party"} == {("INTERPOL", "organisation"), ("AL", "country")}


def test_an_organisation_is_no_country_though_its_id_may_look_like_one() -> None:
    found = read(told("African Union Commission chief meets Ghana's president",
                      "The Chairperson of the African Union Commission met the President of Ghana in Accra."), "en")
    assert {(party.code, party.kind) for party in found if party.role == "party"} == {("AU", "organisation"), ("GH", "country")}


def test_each_party_points_to_the_words_that_told_us() -> None:
    title, body = "Bộ trưởng Nội vụ Séc thăm Việt Nam", "Bộ trưởng Nội vụ Cộng hòa Séc đã hội đàm với Bộ trưởng Bộ Công an Việt Nam."
    where = {"title": title, "body": body}
    for party in read(told(title, body), "vi", "VN"):
        assert party.quote is not None
        assert where[party.quote.part][party.quote.start:party.quote.start + len(party.quote.text)] == party.quote.text


def test_quotes_of_a_passage_count_from_the_start_of_its_part() -> None:
    whole = "First paragraph of something else.\nThe Interior Minister of Malta met the Interior Minister of Cyprus."
    start = whole.index("The Interior")
    found = find_parties((("body", start, whole[start:]),), "en")
    assert all(party.quote and whole[party.quote.start:].startswith(party.quote.text) for party in found)


@pytest.mark.parametrize(("language", "title", "body", "city"), [
    ("en", "Ministers meet", "HANOI, Oct. 31 — The ministers met.", "Hanoi"),
    ("en", "Ministers meet", "BELGRADE (Tanjug) - The interior ministers met in Nis on Friday.", "Nis"),
    ("en", "Hanoi and Moscow agreed on a plan", "The capitals of both states welcomed it.", None),
    ("en", "Chiefs of police meet in Nairobi", "", "Nairobi"),
    ("ru", "Встреча министров", "МОСКВА, 27 июля. /ТАСС/. Министры обсудили сотрудничество.", "Moscow"),
    ("ru", "Встреча министров", "Переговоры прошли в Бишкеке после визита в Ташкент.", "Bishkek"),
    ("vi", "Hội đàm cấp bộ trưởng", "Hà Nội (TTXVN) - Chiều 5/6, hai Bộ trưởng hội đàm.", "Hanoi"),
    ("vi", "Hội đàm cấp bộ trưởng", "Sáng 5/6, tại thủ đô Viêng Chăn, hai Bộ trưởng hội đàm.", "Vientiane"),
    ("zh", "两国部长会谈", "两国部长3日在塔什干举行会谈。", "Tashkent"),
    ("fr", "Les ministres se rencontrent", "Les ministres se sont rencontrés mardi à Varsovie.", "Warsaw"),
    ("es", "Reunión de ministros", "Los ministros se reunieron en La Habana.", "Havana"),
    ("de", "Treffen der Minister", "Die Minister trafen sich in Kopenhagen.", "Copenhagen"),
    ("it", "Incontro tra i ministri", "I ministri si sono incontrati a Vienna.", "Vienna"),
    ("pt", "Encontro de ministros", "Os ministros reuniram-se em Lisboa.", "Lisbon"),
    ("sr", "Сусрет министара", "Министри су се састали у Сарајеву.", "Sarajevo"),
    ("tr", "Bakanlar görüştü", "Bakanlar Bakü'de bir araya geldi.", "Baku"),
    ("ar", "لقاء الوزيرين", "التقى الوزيران في الدوحة.", "Doha"),
    ("ko", "장관 회담", "양국 장관은 도쿄에서 회담했다.", "Tokyo"),
    ("th", "รัฐมนตรีหารือ", "รัฐมนตรีทั้งสองหารือที่กรุงจาการ์ตา", "Jakarta"),
    ("id", "Menteri bertemu", "Kedua menteri bertemu di Manila.", "Manila"),
])
def test_the_place_is_where_they_met(language: str, title: str, body: str, city: str | None) -> None:
    place = find_place(told(title, body), language)
    assert (place.city if place else None) == city


@pytest.mark.parametrize("body", ["minister of Vietnam and " * 4_000, "Russia, " * 12_000, "министр " * 12_000, "(" * 100_000, "in Hanoi " * 10_000])
def test_hostile_text_costs_little(body: str) -> None:
    read(told("warm", "The minister of Vietnam"), "en")
    begun = time.process_time()
    read(told("Title", body), "en")
    assert time.process_time() - begun < 2
