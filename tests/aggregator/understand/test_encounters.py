"""One item, several meetings; and one meeting that only looks like several."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from aggregator.understand.reading import understand
from storage.model import Item, Report, Source


def read(body: str, language: str = "en", country: str = "", title: str = "", published: str = "2024-05-16") -> tuple[Report, ...]:
    moment = datetime.fromisoformat(f"{published}T09:00:00+00:00").astimezone(UTC)
    return understand(Item("i", "s", "O", "", title, "", body, "", language, moment, moment), Source("s", "https://example.org", "O", country=country), ())


def keys(report: Report) -> set[str]:
    return {person.key for person in report.people}


TWO = [
    ("en", "Kenyan Interior Minister Kithure Kindiki held talks with Ugandan Interior Minister Kahinda Otafiire in Kampala on May 15.\nLater the same day, Kindiki paid a courtesy call on Prime Minister Robinah Nabbanja."),
    ("en", "Australian Attorney-General Mark Dreyfus met Fijian Minister for Home Affairs Pio Tikoduadua in Suva on Wednesday.\nEarlier, Dreyfus was received by Prime Minister Sitiveni Rabuka."),
    ("en", "Foreign Minister Penny Wong held talks with Indonesian Foreign Minister Retno Marsudi and was received by President Joko Widodo on Wednesday."),
    ("en", "Defence Minister Guido Crosetto received Albanian Defence Minister Niko Peleshi in Rome on Wednesday.\nCrosetto also met Croatian Defence Minister Ivan Anusic."),
    ("en", "Egyptian Interior Minister Mahmoud Tawfik met separately with Greek Interior Minister Niki Kerameus and Jordanian Interior Minister Mazin Farrayeh on Wednesday.\n"
           "In his meeting with Kerameus, Tawfik raised migration.\nDuring his meeting with Farrayeh, Tawfik turned to drugs."),
    ("vi", "Ngày 15/5, Bộ trưởng Bộ Công an Trần Văn Bình hội đàm với Bộ trưởng Nội vụ Hungary Pintér Sándor.\nTrước đó, Bộ trưởng Trần Văn Bình đã gặp Thủ tướng Hungary Orbán Viktor."),
    ("ru", "Министр внутренних дел России Владимир Колокольцев 15 мая провел переговоры с министром внутренних дел Кубы Ласаро Альваресом.\n"
           "Ранее Владимир Колокольцев встретился с президентом Кубы Мигелем Диас-Канелем."),
    ("fr", "Le ministre français de l'Intérieur, Gérald Darmanin, s'est entretenu mercredi avec le ministre marocain de l'Intérieur, Abdelouafi Laftit.\n"
           "Les deux ministres étaient convenus de renforcer leurs équipes communes. Le même jour, il a rencontré le Premier ministre Aziz Akhannouch."),
    ("es", "El ministro del Interior de España, Fernando Grande-Marlaska, se reunió el 15 de mayo con el ministro del Interior de Ecuador, John Reimberg.\n"
           "Más tarde, Grande-Marlaska fue recibido por el presidente Daniel Noboa."),
    ("sr", "Ministar unutrašnjih poslova Srbije Ivica Dačić sastao se 15. maja sa ministrom unutrašnjih poslova Mađarske Šandorom Pinterom.\nRanije je Ivica Dačić razgovarao sa ambasadorom Kine Li Mingom."),
]


@pytest.mark.parametrize(("language", "body"), TWO)
def test_two_encounters_are_two_reports_on_their_day(language: str, body: str) -> None:
    reports = read(body, language)

    assert len(reports) == 2
    assert [report.position for report in reports] == [0, 1]
    assert {report.day for report in reports} == {date(2024, 5, 15)}
    assert keys(reports[0]) != keys(reports[1])
    assert all(report.passage is not None and body[report.passage.start:report.passage.start + len(report.passage.text)] == report.passage.text for report in reports)


ONE = [
    ("en", "Interior Minister Henry Quartey met French Ambassador Jules Armand on Wednesday.\nAt the end of the meeting, the two signed a memorandum of understanding on training.\nLater, Armand thanked his host."),
    ("en", "Interior Minister Henry Quartey received French Ambassador Jules Armand.\nDuring the meeting, Quartey said the two countries had held three rounds of talks last year.\nAmbassador Armand thanked Minister Quartey."),
    ("en", "Foreign Minister Penny Wong held talks with Indian Foreign Minister S. Jaishankar.\nAfter the talks, representatives of the Ministry of Trade of India signed an agreement on customs."),
    ("en", "Minister of Defence Ali Sabry met Greek Minister of Defence Nikos Dendias in Cairo.\nThe two ministers met again recently because of the crisis, and Sabry said they would meet regularly."),
    ("ru", "Министр внутренних дел России Владимир Колокольцев провел переговоры с министром внутренних дел Кубы Ласаро Альваресом.\nПосле переговоров стороны подписали план. Ласаро Альварес поблагодарил Владимира Колокольцева."),
    ("fr", "Le ministre français de l'Intérieur, Gérald Darmanin, a reçu Abdelouafi Laftit, ministre marocain de l'Intérieur.\nLors de la rencontre, M. Laftit a salué la coopération."),
    ("en", "Prime Minister Hun Manet opened the regional conference of police chiefs in Siem Reap on May 15.\nLater, delegates visited Angkor Wat."),
]


@pytest.mark.parametrize(("language", "body"), ONE)
def test_one_encounter_told_at_length_is_one_report(language: str, body: str) -> None:
    assert len(read(body, language)) == 1


def test_a_round_up_of_four_is_four() -> None:
    reports = read(
        "Interior Minister Henry Quartey held separate talks with Interior Minister Mats Halvorsen, Justice Minister Eva Lindqvist, Trade Minister Per Sandberg "
        "and Police Commissioner Nils Aasen in Oslo on May 15.\nAt the talks with Interior Minister Mats Halvorsen, visas were the subject.\n"
        "Minister Eva Lindqvist raised prisons.\nIn his meeting with Trade Minister Per Sandberg, Quartey asked for investment.\nHe then worked with Commissioner Nils Aasen.", country="GH")

    assert len(reports) == 4
    assert [report.day for report in reports] == [date(2024, 5, 15)] * 4
    assert [keys(report) - {"henry quartey"} for report in reports] == [{"halvorsen mats"}, {"eva lindqvist"}, {"per sandberg"}, {"aasen nils"}]


def test_each_meeting_has_its_own_parties_and_papers() -> None:
    reports = read("Defence Minister Guido Crosetto received Albanian Defence Minister Niko Peleshi in Rome on May 15.\n"
                   "Later the same day, Crosetto met Croatian Defence Minister Ivan Anusic. They signed an agreement on joint training.", country="IT")

    assert [{party.code for party in report.parties if party.role == "party"} for report in reports] == [{"IT", "AL"}, {"IT", "HR"}]
    assert [[agreement.title for agreement in report.agreements] for report in reports] == [[], ["agreement on joint training"]]


def test_an_office_without_a_name_is_enough_when_its_country_is_new() -> None:
    reports = read("Home Minister Ravi Nair received Dutch Ambassador Pieter Bos in Colombo on May 15.\nIn the afternoon, the minister received the Chinese ambassador.", country="LK")

    assert len(reports) == 2
    assert "CN" in {party.code for party in reports[1].parties}


def test_a_preview_is_of_one_meeting() -> None:
    reports = read("Foreign Minister Penny Wong will meet her Japanese counterpart Yoko Kamikawa in Tokyo on Monday.\nLater she will also meet Defence Minister Minoru Kihara.")

    assert [report.kind for report in reports] == ["preview"]


ROUND_UP = (
    "Our weekly look at who met whom.\n"
    "ACCRA. The interior ministers of Ghana and Togo, Kofi Mensah and Essi Agbeko, signed a memorandum of understanding on Monday, May 13. Benin may follow.\n"
    "NAIROBI. Kenyan Foreign Minister Amina Otieno met Ugandan Foreign Minister Peter Okello on Tuesday, May 14.\n"
    "LIMA. The Peruvian Interior Minister, Rosa Salas, received the Chilean ambassador, Luis Vera, on Wednesday, May 15."
)


def test_a_round_up_is_one_report_a_paragraph_and_they_share_nothing() -> None:
    reports = read(ROUND_UP, title="The week in security diplomacy")

    assert [report.day for report in reports] == [date(2024, 5, 13), date(2024, 5, 14), date(2024, 5, 15)]
    assert [sorted(party.code for party in report.parties if party.role == "party") for report in reports] == [["GH", "TG"], ["KE", "UG"], ["CL", "PE"]]
    assert [report.place for report in reports] == ["Accra", "Nairobi", "Lima"]


def test_what_took_place_earlier_the_same_day_has_the_day_of_the_first() -> None:
    body = ("Vietnamese Prime Minister Le Van An received Lao Minister of Public Security Kham Sing at the Government Office on Wednesday.\n"
            "Earlier the same day, Kham held talks with his Vietnamese counterpart, General Tran Duc Loc.\n"
            "Kham is due to visit Nghe An on Saturday.")

    first, second = read(body)

    assert (first.day, second.day) == (date(2024, 5, 15), date(2024, 5, 15))


def test_he_who_also_met_somebody_is_in_that_meeting_too() -> None:
    first, second = read("Pakistani Foreign Minister Ishaq Dar met Iranian Foreign Minister Abbas Araghchi in Geneva on Tuesday.\n"
                         "He also held talks with Dutch Foreign Minister David van Weel.")
    assert [{party.code for party in report.parties if party.role == "party"} for report in (first, second)] == [{"PK", "IR"}, {"PK", "NL"}]
    assert {person.name for person in second.people} == {"Ishaq Dar", "David van Weel"}


def test_who_met_another_side_the_next_day_met_twice() -> None:
    first, second = read("Pakistani Foreign Minister Ishaq Dar met Iranian Foreign Minister Abbas Araghchi in Geneva on Tuesday. "
                         "On Wednesday Dar met Dutch Foreign Minister David van Weel.")
    assert [{party.code for party in report.parties if party.role == "party"} for report in (first, second)] == [{"PK", "IR"}, {"PK", "NL"}]
    assert (first.day, second.day) == (date(2024, 5, 14), date(2024, 5, 15))


def test_a_rail_inside_a_paragraph_is_not_read() -> None:
    report, = read("Israeli President Isaac Herzog met Cypriot President Nikos Christodoulides in Nicosia on Tuesday. They discussed energy. "
                   "Read more: Putin meets Xi in Beijing. Most read: Iranian foreign minister visits Oman.")
    assert report.place == "Nicosia"
    assert {party.code for party in report.parties} == {"IL", "CY"}


def test_delegations_from_two_states_are_of_both() -> None:
    report, = read("Delegations from North Korea and South Korea met at Panmunjom on Thursday.", title="Talks at the border")
    assert {party.code for party in report.parties if party.role == "party"} == {"KP", "KR"}


def test_the_day_a_conference_ends_on_is_not_its_first() -> None:
    report, = read("The International Conference on Border Security opened in Accra on Monday and ends on Wednesday. "
                   "Ghana's Interior Minister Mubarak Muntaka told delegates from Togo and Benin that smuggling must stop.")
    assert report.day == date(2024, 5, 13)
