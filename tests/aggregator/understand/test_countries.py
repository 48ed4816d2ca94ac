"""Words that name countries, and words that only look so.

Touches: nothing.
"""

from __future__ import annotations

import time
import unicodedata

import pytest

from aggregator.understand.countries import home_of, mentions


def codes(text: str, language: str) -> list[str]:
    return [mention.code for mention in mentions(text, language) if mention.kind not in ("city", "capital")]


@pytest.mark.parametrize(("language", "text", "expected"), [
    # the same letters, another country
    ("vi", "Bộ trưởng Nội vụ Nga thăm Hà Nội", ["RU"]),
    ("en", "The nurse Nga Tran spoke", []),
    ("vi", "Bộ trưởng Lê Hồng Anh tiếp Đại sứ Anh", ["GB"]),
    ("vi", "Anh cho biết sẽ trở lại", []),
    ("vi", "Ông Nguyễn Đức Chung tiếp đoàn Đức", ["DE"]),
    ("vi", "Chị Nguyễn Thị Nga và các cán bộ", []),
    ("vi", "Quan hệ Việt - Lào và Nga - Việt", ["VN", "LA", "RU", "VN"]),
    ("vi", "Tỉnh Lào Cai; pháp luật; mỹ phẩm", []),
    ("vi", "Thủ tướng Lào thăm Cam-pu-chia và Mỹ", ["LA", "KH", "US"]),
    ("en", "Let us meet; the US and U.K. agreed", ["US", "GB"]),
    ("en", "LET US GO HOME NOW ALL OF YOU", []),
    ("en", "Georgia's interior minister met in Tbilisi", ["GE"]),
    ("en", "Voters in Atlanta and the rest of Georgia", []),
    ("en", "Jordan's King met Chad's president", ["JO", "TD"]),
    ("en", "Michael Jordan and Chad Smith visited Turkey", ["TR"]),
    ("en", "a roast turkey with chile pepper", []),
    ("en", "Niger and Nigeria, Nigerien and Nigerian officers", ["NE", "NG", "NE", "NG"]),
    ("en", "North Korea and South Korea, the DPRK and the Republic of Korea", ["KP", "KR", "KP", "KR"]),
    ("en", "the Democratic Republic of the Congo and the Republic of the Congo", ["CD", "CG"]),
    ("en", "Guinea-Bissau, Equatorial Guinea, Papua New Guinea and Guinea", ["GW", "GQ", "PG", "GN"]),
    ("en", "ships in the South China Sea, said China Daily", []),
    ("en", "a farm in New Mexico, the Indian Ocean and a guinea pig", []),
    ("en", "Sino-Russian and Russo-Japanese talks; sino studies", ["CN", "RU", "RU", "JP"]),
    ("en", "Indo-Pacific strategy", []),
    ("en", "Sudan, South Sudan and the Dominican Republic", ["SD", "SS", "DO"]),
    ("sr", "mali grad i velika reka", []),
    ("en", "Mali's army and Oman's police", ["ML", "OM"]),
    ("fr", "la réunion du comité", []),
    ("de", "Die Insel Island und Irland", ["IS", "IE"]),
    # cases and adjectives
    ("ru", "министр внутренних дел Вьетнама встретился с коллегой из России", ["VN", "RU"]),
    ("ru", "казахстанско-узбекские переговоры", ["KZ", "UZ"]),
    ("ru", "посол КНР в РФ и делегация СРВ", ["CN", "RU", "VN"]),
    ("ru", "визит в Мьянму, Египет и Оман", ["MM", "EG", "OM"]),
    ("uk", "угорський міністр та президент Румунії", ["HU", "RO"]),
    ("sr", "министар унутрашњих послова Србије и кинеска делегација", ["RS", "CN"]),
    ("sr", "ministar Mađarske i crnogorska policija", ["HU", "ME"]),
    ("hr", "hrvatski ministar i premijer Slovenije", ["HR", "SI"]),
    ("mk", "македонскиот министер во Бугарија", ["MK", "BG"]),
    ("bg", "българският министър и делегация на Гърция", ["BG", "GR"]),
    ("pl", "polski minister w Niemczech i na Węgrzech", ["PL", "DE", "HU"]),
    ("cs", "český ministr a delegace Rakouska", ["CZ", "AT"]),
    ("fr", "les autorités marocaines et la ministre ivoirienne", ["MA", "CI"]),
    ("es", "el canciller ecuatoriano y la delegación peruana", ["EC", "PE"]),
    ("pt", "o ministro angolano e a polícia moçambicana", ["AO", "MZ"]),
    ("it", "il ministro tunisino e gli agenti libici", ["TN", "LY"]),
    ("de", "die österreichische Ministerin und ihr Amtskollege aus der Schweiz", ["AT", "CH"]),
    ("nl", "de Belgische minister en de Deense premier", ["BE", "DK"]),
    ("tr", "Azerbaycan Dışişleri Bakanı Pakistan'da", ["AZ", "PK"]),
    ("id", "Menteri Luar Negeri Jepang dan Kepolisian Malaysia", ["JP", "MY"]),
    ("ar", "وزير الداخلية السعودي يلتقي نظيره الكويتي وبحث مع روسيا", ["SA", "KW", "RU"]),
    ("fa", "وزیر خارجه عراق با همتای ایرانی", ["IQ", "IR"]),
    ("ur", "پاکستان اور چین کے وزرائے داخلہ", ["PK", "CN"]),
    ("hi", "भारत और नेपाल के विदेश मंत्री", ["IN", "NP"]),
    # scripts without spaces, pairs in two characters
    ("zh", "中越两国公安部门举行会谈", ["CN", "VN"]),
    ("zh", "俄外长会见印度外交部长", ["RU", "IN"]),
    ("zh", "美中防长通电话，中新网报道", ["US", "CN"]),
    ("zh", "哈萨克斯坦总统访问蒙古国", ["KZ", "MN"]),
    ("ja", "日中外相会談、タイトルとタイの首相", ["JP", "CN", "TH"]),
    ("ko", "한중 외교장관 회담, 베트남은", ["KR", "CN", "VN"]),
    ("th", "รัฐมนตรีเวียดนามพบนายกรัฐมนตรีไทย", ["VN", "TH"]),
    ("lo", "ລັດຖະມົນຕີ ສປປ ລາວ ພົບ ຫວຽດນາມ", ["LA", "VN"]),
    ("km", "រដ្ឋមន្ត្រីកម្ពុជា និងវៀតណាម", ["KH", "VN"]),
    ("el", "ο υπουργός της Ελλάδας και ο τουρκικός στρατός", ["GR", "TR"]),
    ("sv", "Sveriges och Finlands ministrar", ["SE", "FI"]),
    ("ka", "საქართველო", ["GE"]),
])
def test_a_word_names_its_country_in_its_language_and_place(language: str, text: str, expected: list[str]) -> None:
    assert codes(text, language) == expected


@pytest.mark.parametrize(("language", "text", "city", "code"), [
    ("vi", "tại Hà Nội", "Hanoi", "VN"), ("ru", "в Ханое", "Hanoi", "VN"), ("zh", "在河内举行", "Hanoi", "VN"), ("fr", "à Hanoï", "Hanoi", "VN"),
    ("ru", "в Пекине", "Beijing", "CN"), ("vi", "Bắc Kinh", "Beijing", "CN"), ("es", "en Pekín", "Beijing", "CN"), ("ar", "بالرياض", "Riyadh", "SA"),
    ("lo", "ຢູ່ວຽງຈັນ", "Vientiane", "LA"), ("de", "in Wien", "Vienna", "AT"), ("tr", "Bakü'de", "Baku", "AZ"), ("ko", "서울에서", "Seoul", "KR"),
    ("en", "in Singapore", "Singapore", "SG"), ("pl", "w Warszawie", "Warsaw", "PL"), ("sr", "у Београду", "Belgrade", "RS"),
])
def test_a_city_has_one_english_name(language: str, text: str, city: str, code: str) -> None:
    assert [(mention.city, mention.code) for mention in mentions(text, language) if mention.city] == [(city, code)]


@pytest.mark.parametrize(("language", "text", "expected"), [
    ("en", "INTERPOL and ASEANAPOL", ["INTERPOL", "ASEANAPOL"]),
    ("ru", "саммит ШОС и ОДКБ, Евросоюз", ["SCO", "CSTO", "EU"]),
    ("vi", "Hội đồng Bảo an Liên hợp quốc và ASEAN", ["UN", "ASEAN"]),
    ("zh", "国际刑警组织与东盟", ["INTERPOL", "ASEAN"]),
    ("fr", "l'Union africaine et l'OTAN", ["AU", "NATO"]),
    ("ar", "جامعة الدول العربية ومجلس التعاون الخليجي", ["LAS", "GCC"]),
])
def test_organisations_are_of_their_own_kind(language: str, text: str, expected: list[str]) -> None:
    found = mentions(text, language)
    assert [mention.code for mention in found] == expected
    assert {mention.kind for mention in found} == {"organisation"}


def test_offsets_are_those_of_the_text_as_it_came() -> None:
    text = unicodedata.normalize("NFD", "Tại Hà Nội, Bộ trưởng Nga và Việt Nam")
    found = mentions(text, "vi")
    assert [text[mention.start:mention.end] for mention in found] == [mention.form for mention in found]
    assert [mention.code for mention in found] == ["VN", "RU", "VN"]


def test_letters_that_change_their_length_in_lower_case_move_nothing() -> None:
    text = "İİİ İtalya İçişleri Bakanı İstanbul'da"
    assert [(mention.code, text[mention.start:mention.end]) for mention in mentions(text, "tr")] == [("IT", "İtalya"), ("TR", "İstanbul")]


def test_a_text_of_unknown_language_is_read_with_all_words() -> None:
    assert codes("министр России и ministre français", "") == ["RU", "FR"]


@pytest.mark.parametrize("text", ["Vietnam " * 20_000, "a" * 100_000, "中" * 50_000, "Niger" * 20_000, "\u0301" * 50_000, "- Việt " * 10_000])
def test_hostile_text_costs_little(text: str) -> None:
    mentions("warm", "vi")
    begun = time.process_time()
    mentions(text, "vi")
    assert time.process_time() - begun < 1.5


@pytest.mark.parametrize(("url", "language", "home"), [
    ("https://news.example.rs/a", "sr", "RS"), ("https://example.co.uk/a", "en", "GB"), ("https://example.com/a", "lo", "LA"),
    ("https://example.com/a", "en", ""), ("https://example.tv/a", "en", ""), ("https://example.ro/a", "it", ""), ("", "km", "KH"),
])
def test_home_is_told_by_domain_or_language(url: str, language: str, home: str) -> None:
    assert home_of(url, language) == home


@pytest.mark.parametrize(("text", "codes"), [
    ("DRC ministers agreed. The Congolese minister left.", ["CD", "CD"]),
    ("The DRC and the Republic of Congo agreed. The Congolese minister left.", ["CD", "CG", "CG"]),
    ("Congolese ministers agreed.", ["CG"]),
])
def test_an_adjective_of_two_states_is_of_the_one_named(text: str, codes: list[str]) -> None:
    assert [mention.code for mention in mentions(text, "en")] == codes
