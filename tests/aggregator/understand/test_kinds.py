"""Reports, previews, retrospectives, and texts of no meeting at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aggregator.understand.reading import understand
from storage.model import Item, Source


def kind_of(language: str, title: str, body: str) -> str:
    moment = datetime(2024, 5, 16, 9, tzinfo=UTC)
    reports = understand(Item("i", "s", "O", "", title, "", body, "", language, moment, moment), Source("s", "https://example.org", "O"), ())
    return reports[0].kind if reports else "none"


REPORTS = [
    ("en", "Ministers hold talks", "Interior Minister Ali Yerlikaya held talks with Iraqi Interior Minister Abdul Amir al-Shammari on Wednesday."),
    ("en", "Rubio meets Jaishankar", "US Secretary of State Marco Rubio met Indian External Affairs Minister S Jaishankar in Washington."),
    ("en", "Kenya and Somalia to step up patrols", "Kenya and Somalia will step up border patrols, the two interior ministers agreed during talks in Nairobi on Tuesday."),
    ("en", "Remarks following talks", "Foreign Minister Penny Wong spoke to the media after her talks with Japanese Foreign Minister Yoko Kamikawa."),
    ("vi", "Hội đàm", "Bộ trưởng Bộ Công an đã hội đàm với Bộ trưởng Bộ Nội vụ Singapore."),
    ("ru", "Переговоры в Баку", "Министр внутренних дел Азербайджана провел переговоры с главой МВД Грузии."),
    ("zh", "王毅同法国外长举行会谈", "外交部长王毅同法国外长举行会谈。"),
    ("fr", "Entretien à Alger", "Le ministre algérien de l'Intérieur s'est entretenu avec son homologue malien."),
    ("es", "Reunión en Lima", "El ministro del Interior de Perú se reunió con su homólogo de Chile."),
    ("de", "Treffen in Wien", "Innenminister Gerhard Karner hat sich mit dem ungarischen Innenminister getroffen. Die Minister trafen sich in Wien."),
    ("sr", "Sastanak u Beogradu", "Ministar unutrašnjih poslova Srbije sastao se sa ambasadorom Turske."),
    ("tr", "Ankara'da görüşme", "İçişleri Bakanı, Irak İçişleri Bakanı ile bir araya geldi."),
    ("id", "Pertemuan di Jakarta", "Menteri Luar Negeri Indonesia bertemu dengan Menteri Luar Negeri Australia."),
    ("ja", "日豪外相会談", "外相は10日、オーストラリアの外相と会談した。"),
    ("ko", "한·프랑스 외교장관 회담", "외교부 장관은 10일 프랑스 외교장관과 회담했다."),
    ("it", "Incontro a Roma", "Il ministro dell'Interno ha incontrato l'ambasciatore della Germania."),
    ("pt", "Reunião em Lisboa", "O ministro do Interior de Angola reuniu-se com o homólogo de Portugal."),
    ("uk", "Зустріч у Києві", "Міністр внутрішніх справ України зустрівся з послом Франції."),
    ("ar", "وزير الداخلية يلتقي السفير", "التقى وزير الداخلية العراقي السفير الفرنسي في بغداد."),
]

PREVIEWS = [
    ("en", "Minister to visit Japan", "Interior Minister Ali Yerlikaya will visit Tokyo next week for talks with his Japanese counterpart."),
    ("en", "Talks set for Friday", "Talks between the Kenyan and Ugandan interior ministers are scheduled for Friday in Kampala."),
    ("en", "Wang Yi arrives in Cairo", "Chinese Foreign Minister Wang Yi arrived in Cairo on Wednesday. He is expected to hold talks with his Egyptian counterpart."),
    ("en", "Preparations under way", "Preparations are being finalised for the meeting between Foreign Minister Sergey Lavrov and Indian External Affairs Minister S Jaishankar."),
    ("vi", "Sắp thăm", "Bộ trưởng Ngoại giao Nhật Bản sẽ thăm chính thức Việt Nam từ ngày 20/5 và dự kiến hội đàm với Bộ trưởng Ngoại giao."),
    ("ru", "Лавров посетит Пекин", "Министр иностранных дел России Сергей Лавров посетит Пекин 20 мая, где встретится с главой МИД Китая."),
    ("ru", "Предстоящие переговоры", "На следующей неделе в Баку состоятся переговоры министров внутренних дел Азербайджана и Грузии."),
    ("zh", "王毅将访问埃及", "外交部长王毅将于5月20日至21日访问埃及，并与埃及外长举行会谈。"),
    ("fr", "Visite prévue", "Le ministre marocain de l'Intérieur se rendra à Madrid où il rencontrera son homologue espagnol."),
    ("es", "Próxima visita", "El canciller de Chile visitará Lima el 20 de mayo y se reunirá con su homólogo de Perú."),
    ("de", "Besuch geplant", "Innenministerin Nancy Faeser wird am Montag nach Rabat reisen und dort den marokkanischen Innenminister treffen."),
    ("sr", "Poseta", "Ministar unutrašnjih poslova Srbije će sutra razgovarati sa ministrom Mađarske u Budimpešti."),
    ("tr", "Ziyaret", "İçişleri Bakanı yarın Bağdat'ta Irak İçişleri Bakanı ile görüşecek."),
    ("id", "Kunjungan", "Menteri Luar Negeri Jepang akan mengunjungi Jakarta dan bertemu Menteri Luar Negeri Indonesia."),
    ("it", "Visita", "Il ministro dell'Interno incontrerà domani a Tunisi il ministro dell'Interno tunisino."),
    ("pt", "Visita", "O ministro do Interior de Angola visitará Lisboa na próxima semana e reunir-se-á com o homólogo de Portugal."),
    ("ja", "外相訪問へ", "外相は20日、ソウルを訪問し、韓国の外相と会談する予定だ。"),
    ("ko", "회담 예정", "외교부 장관은 20일 도쿄에서 일본 외무상과 회담할 예정이다."),
    ("hi", "विदेश मंत्री की यात्रा", "विदेश मंत्री 20 मई को मॉस्को में रूसी विदेश मंत्री से मुलाकात करेंगे।"),
]

NONE = [
    ("en", "Six held over drug haul", "Police arrested six people and seized heroin brought from Myanmar, a spokesman said on Wednesday."),
    ("en", "New minister sworn in", "The president appointed a new interior minister on Wednesday."),
    ("en", "Minister condemns attack", "The interior minister condemned the attack and promised that those responsible would be caught."),
    ("en", "Opinion: the road ahead", "Small states need friends. That is why diplomacy matters more than ever."),
    ("en", "Floods hit north", "Heavy rain has displaced thousands in the northern provinces, the authorities said."),
    ("en", "Stocks rise", "Shares in Tokyo rose on Wednesday as the yen weakened against the dollar."),
    ("ru", "Задержаны контрабандисты", "Полиция задержала группу контрабандистов, изъято 12 килограммов гашиша."),
    ("vi", "Bắt nhóm buôn ma túy", "Công an tỉnh bắt giữ năm đối tượng vận chuyển 10 kg ma túy từ Lào."),
    ("zh", "警方破获贩毒案", "警方日前破获一起贩毒案，抓获犯罪嫌疑人五名。"),
    ("fr", "Saisie de drogue", "La police a saisi 20 kilos de cocaïne venus de Colombie et arrêté trois personnes."),
    ("es", "Detenidos cinco narcotraficantes", "La policía detuvo a cinco personas e incautó 300 kilos de cocaína."),
    ("de", "Festnahmen in Hamburg", "Die Polizei hat fünf Männer festgenommen und 40 Kilogramm Kokain sichergestellt."),
]


@pytest.mark.parametrize(("language", "title", "body"), REPORTS)
def test_what_took_place_is_a_report(language: str, title: str, body: str) -> None:
    assert kind_of(language, title, body) == "report"


@pytest.mark.parametrize(("language", "title", "body"), PREVIEWS)
def test_what_is_to_come_is_a_preview(language: str, title: str, body: str) -> None:
    assert kind_of(language, title, body) == "preview"


@pytest.mark.parametrize(("language", "title", "body"), NONE)
def test_what_is_of_no_meeting_makes_no_report(language: str, title: str, body: str) -> None:
    assert kind_of(language, title, body) == "none"


def test_what_is_only_remembered_is_a_retrospective() -> None:
    body = "The party chief was re-elected on Tuesday.\nObservers recalled that he had met Foreign Minister Wang Yi of China last year and President Luong Cuong of Vietnam months ago."

    assert kind_of("en", "Party chief re-elected", body) == "retrospective"


def test_plans_made_at_a_meeting_do_not_make_it_a_plan() -> None:
    body = ("Interior Minister Ali Yerlikaya met Bulgarian Interior Minister Kalin Stoyanov in Sofia on Tuesday.\nThe two ministries will hold joint exercises next month.\n"
            "They will also open a new border post, and a working group will meet in June.")

    assert kind_of("en", "Türkiye, Bulgaria to hold joint exercises", body) == "report"


def test_a_rail_of_related_news_is_not_read() -> None:
    body = "Related news\nPresident receives Turkish foreign minister\nThe president received Foreign Minister Hakan Fidan in Cairo on Monday."

    assert kind_of("en", "Court of audit publishes its report", body) == "none"


def test_a_press_conference_is_no_conference() -> None:
    assert kind_of("en", "Ministry answers questions", "The ministry's spokesman held a press conference on Wednesday on the new identity cards.") == "none"
