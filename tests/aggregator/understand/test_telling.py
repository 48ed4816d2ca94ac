"""What a sentence says of an encounter: that officials did something together, that it is to come, that there was none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aggregator.understand.reading import may_be_one, understand
from storage.model import Item, Source

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)         # a Monday


def kind_of(language: str, title: str, body: str, home: str = "") -> str:
    reports = understand(Item("i", "s", "O", "", title, "", body, "", language, NOW, NOW), Source("s", "https://example.org", "O", country=home), ())
    return reports[0].kind if reports else "none"


TOGETHER = [
    ("en", "The interior ministers of Ghana and Togo agreed in Aflao on Friday to open the post by night."),
    ("en", "Ghana's Interior Minister, Kofi Mensah, and his Togolese counterpart, Essi Agbeko, announced a joint patrol on Friday."),
    ("en", "Interior Minister Kofi Mensah and Togolese Security Minister Essi Agbeko talked in Lomé about stolen cars."),
    ("fr", "Le ministre de l'Intérieur, Luc Ferrand, et son homologue belge, Anna Claes, ont décidé jeudi de rouvrir le poste."),
    ("fr", "Réunis jeudi à Lille, le ministre français de l'Intérieur et son homologue belge ont parlé de la frontière."),
    ("es", "El ministro del Interior, Juan Rivas, y su par boliviana, Ana Quiroga, sellaron el jueves un entendimiento."),
    ("es", "Los cancilleres de Perú y Bolivia acordaron el jueves abrir dos pasos."),
    ("pt", "O ministro da Justiça do Brasil, João Prado, e a ministra do Interior do Uruguai, Inés Lema, acertaram na quinta patrulhas comuns."),
    ("it", "Il ministro dell'Interno e il suo omologo sloveno hanno concordato giovedì controlli comuni."),
    ("de", "Die Innenminister von Polen und Litauen haben sich am Mittwoch auf gemeinsame Streifen verständigt."),
    ("de", "Das vereinbarten Innenstaatssekretärin Eva Brandt und der kasachische Innenminister Timur Alijew am Montag."),
    ("de", "Innenministerin Eva Brandt hat am Dienstag in Wien mit ihrem österreichischen Kollegen über Grenzkontrollen gesprochen."),
    ("ru", "Об этом договорились в пятницу секретарь Совета безопасности Казахстана и секретарь Совета безопасности Узбекистана."),
    ("uk", "Міністр внутрішніх справ України та його колега з Молдови домовилися у п'ятницю про спільні патрулі."),
    ("vi", "Bộ trưởng Bộ Công an và Bộ trưởng Bộ Nội vụ Campuchia nhất trí tăng cường tuần tra chung."),
    ("zh", "公安部部长与老挝公安部部长12日商定共享情报。"),
    ("ja", "外相はオーストラリア外相と12日、連携強化で合意した。"),
    ("ko", "외교부 장관과 프랑스 외교장관은 12일 협력을 확대하기로 합의했다."),
    ("tr", "İçişleri Bakanı ile Bulgar mevkidaşı, ortak devriye konusunda anlaştı."),
    ("ar", "اتفق وزير الداخلية العراقي ونظيره الأردني على تبادل المعلومات."),
    ("sr", "Ministar unutrašnjih poslova Srbije i njegov kolega iz Mađarske dogovorili su zajedničke patrole."),
    ("id", "Menteri Dalam Negeri Indonesia dan Menteri Dalam Negeri Malaysia sepakat membuka pos baru."),
    ("nl", "Minister van Binnenlandse Zaken Jan Smit en zijn Belgische ambtgenoot werden het eens over gezamenlijke patrouilles."),
    ("pl", "Minister spraw wewnętrznych Polski i jego litewska odpowiedniczka uzgodnili wspólne patrole."),
]


@pytest.mark.parametrize("language, text", TOGETHER, ids=[f"{language} {number}" for number, (language, _) in enumerate(TOGETHER)])
def test_what_two_sides_do_together_is_an_encounter(language: str, text: str) -> None:
    assert kind_of(language, "Sicherheit", text) == "report"


@pytest.mark.parametrize("text", [
    "The ministry agreed to pay pensioners in Ghana by Friday.",
    "The Interior Minister announced that fees for passports will rise.",
    "Interior Minister Kofi Mensah decided to replace the head of the fire service.",
])
def test_one_side_alone_makes_no_encounter(text: str) -> None:
    assert kind_of("en", "News in short", text, home="GH") == "none"


TO_COME = [
    ("fr", "Luc Ferrand reçoit mardi 24 novembre à Lille la ministre belge de l'Intérieur, Anna Claes."),
    ("de", "Bundesinnenminister Paul Adler kommt am Donnerstag in Metz mit seinem französischen Kollegen Luc Ferrand zusammen."),
    ("en", "Interior Minister Kofi Mensah meets his Togolese counterpart in Lomé on Thursday."),
    ("es", "El ministro del Interior de España recibe el jueves en Madrid a su homólogo de Marruecos."),
    ("ar", "يزور وزير الداخلية الأردني بغداد يوم الأحد 22 نوفمبر ويلتقي نظيره العراقي."),
    ("zh", "公安部部长将于11月20日在北京与老挝公安部部长举行会谈，就禁毒合作交换意见。"),
    ("en", "Talks between the interior ministers of Ghana and Togo have been put back to 3 December."),
]


@pytest.mark.parametrize("language, text", TO_COME, ids=[f"{language} {number}" for number, (language, _) in enumerate(TO_COME)])
def test_a_present_tense_and_a_day_to_come_are_an_announcement(language: str, text: str) -> None:
    assert kind_of(language, "Grenze", text) == "preview"


def test_a_day_just_past_is_no_announcement() -> None:
    assert kind_of("zh", "两国签署备忘录", "公安部部长15日在北京与来访的老挝公安部部长举行会谈，并签署备忘录。") == "report"


def test_a_general_is_no_word_of_the_future() -> None:
    assert kind_of("zh", "会谈", "公安部部长王强大将12日在北京与老挝公安部部长坎占大将举行会谈。") == "report"


NO_MEETING = [
    ("en", "Talks called off", "Talks between the interior ministers of Ghana and Togo, planned for Friday, were called off. No new date was given."),
    ("sr", "Отказан састанак", "Састанак министара унутрашњих послова Србије и Мађарске, планиран за 20. новембар, отказан је."),
    ("en", "Ministry denies meeting", "Accra denied that its security adviser had met a Togolese minister in Lomé. No such meeting took place."),
    ("en", "Editorial: time to talk", "The interior ministers of Ghana and Togo met in Lomé last week and said nothing worth printing."),
    ("fr", "La France battue", "Les Bleus ont rencontré l'Italie vendredi en match de préparation et le sélectionneur était fâché."),
    ("vi", "Đội tuyển Việt Nam gặp Nga", "Đội tuyển Việt Nam gặp Nga ở trận đấu giao hữu tối thứ năm, huấn luyện viên cho biết."),
]


@pytest.mark.parametrize("language, title, text", NO_MEETING)
def test_what_was_called_off_denied_or_played_is_no_meeting(language: str, title: str, text: str) -> None:
    assert kind_of(language, title, text) == "none"


def test_officials_of_one_state_among_themselves_make_no_meeting_of_states() -> None:
    text = "Cục Quản lý xuất nhập cảnh, Bộ Công an sáng 10/11 tổ chức hội nghị trực tuyến đánh giá một năm cấp thị thực."

    assert kind_of("vi", "Ngành xuất nhập cảnh tổng kết năm", text, home="VN") == "none"


def test_what_a_sentence_dates_years_back_is_a_memory() -> None:
    text = "In June 1998 the interior ministers of Ghana and Togo met in Lomé and signed the first border agreement."

    assert kind_of("en", "The handshake at the frontier", text) == "retrospective"


def test_news_without_a_word_for_an_encounter_is_read_no_further() -> None:
    item = Item("i", "s", "O", "", "Rain to ease", "Forecasters expect dry air by the weekend.", "", "", "en", NOW, NOW)

    assert not may_be_one(item, "en")


@pytest.mark.parametrize(("language", "text"), [
    ("en", "Brazilian Foreign Minister Mauro Vieira will visit India from 24 to 26 November and hold talks with Foreign Minister S. Jaishankar on 25 November 2026."),
    ("vi", "Tổng thống Hàn Quốc Lee Jae Myung sẽ thăm Ba Lan từ ngày 25 đến 27/11 và hội đàm với Tổng thống Karol Nawrocki tại Warszawa."),
])
def test_talks_of_a_visit_to_come_are_to_come(language: str, text: str) -> None:
    assert kind_of(language, "", text) == "preview"


def test_who_has_no_plans_to_meet_does_not_announce_a_meeting() -> None:
    assert kind_of("en", "", "Thai Foreign Minister Sihasak Phuangketkeow said he had no plans to meet Cambodian Prime Minister Hun Manet.") == "none"


def test_a_team_that_meets_another_is_no_meeting_in_arabic() -> None:
    assert kind_of("ar", "الأردن يواجه السعودية", "يلتقي منتخب الأردن مع منتخب السعودية يوم الخميس في الدوحة.") == "none"


def test_who_arrived_and_was_received_has_met() -> None:
    assert kind_of("en", "", "French Interior Minister Laurent Nunez arrived in Algiers on Monday. He was received by President Abdelmadjid Tebboune on Tuesday.") == "report"


def test_a_meeting_that_took_place_is_one_though_another_did_not() -> None:
    met = "Turkish Foreign Minister Hakan Fidan met Azerbaijani President Ilham Aliyev in Baku on Tuesday. He has no plans to meet his Armenian counterpart."
    assert kind_of("en", "", met) == "report"


def test_a_meeting_that_somebody_called_off_is_none() -> None:
    assert kind_of("en", "", "Slovak Prime Minister Robert Fico called off a meeting with Czech Prime Minister Andrej Babis planned for Friday in Brno.") == "none"
