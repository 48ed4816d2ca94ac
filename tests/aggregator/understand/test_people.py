"""Names in many scripts, with their posts and sides."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aggregator.understand import countries
from aggregator.understand.acts import find_acts
from aggregator.understand.cases import nominative
from aggregator.understand.names import Nation
from aggregator.understand.passages import lay_out
from aggregator.understand.people import find_people
from aggregator.understand.posts import find_posts
from aggregator.understand.words import lower
from storage.model import Item, Person


def people_of(text: str, language: str = "en", title: str = "") -> list[Person]:
    item = Item("i", "s", "O", "", title, "", text, "", language, None, datetime(2024, 1, 1, tzinfo=UTC))
    page = lay_out(item)
    named = countries.mentions(page.text, language)
    nations = [Nation(mention.start, mention.end, mention.code, bool(mention.city)) for mention in named if mention.kind not in ("organisation", "block")]
    aside = [(mention.start, mention.end) for mention in named if mention.kind in ("organisation", "block")]
    found = find_people(page, find_posts(page.lowered, language), nations, find_acts(page.lowered, language), aside, language)
    return [one.person for one in found]


ONE = [
    ("en", "Senior Lieutenant General Luong Tam Quang, Minister of Public Security, spoke.", "Luong Tam Quang", "Minister of Public Security", ""),
    ("en", "Lao Deputy Prime Minister and Interior Minister Gen. Vilay Lakhamphong spoke.", "Vilay Lakhamphong", "Minister of Internal Affairs", "LA"),
    ("en", "Russian Minister of Internal Affairs Kolokoltsev Vladimir Alexandrovich arrived.", "Kolokoltsev Vladimir Alexandrovich", "Minister of Internal Affairs", "RU"),
    ("en", "Home Minister Datuk Seri Saifuddin Nasution Ismail said so.", "Saifuddin Nasution Ismail", "Minister of Internal Affairs", ""),
    ("en", "H.E. Dr. Abdulla bin Mohammed Al Khalifa, Minister of Interior of Bahrain, attended.", "Abdulla bin Mohammed Al Khalifa", "Minister of Internal Affairs", "BH"),
    ("en", "Italy's Interior Minister Matteo Piantedosi said so.", "Matteo Piantedosi", "Minister of Internal Affairs", "IT"),
    ("en", "Nikolai Patrushev, Secretary of the Security Council of Russia, said so.", "Nikolai Patrushev", "Secretary of the Security Council", "RU"),
    ("en", "Foreign Minister Carlos Ramiro Martínez of Guatemala said so.", "Carlos Ramiro Martínez", "Minister of Foreign Affairs", "GT"),
    ("en", "Commissioner of the Australian Federal Police Reece Kershaw said so.", "Reece Kershaw", "Police Chief", "AU"),
    ("en", "European Commission President Ursula von der Leyen spoke.", "Ursula von der Leyen", "Head of Commission", ""),
    ("de", "Der polnische Ministerpräsident lobte ihn. Den polnischen Ministerpräsidenten Donald Tusk empfing er.", "Donald Tusk", "Prime Minister", "PL"),
    ("es", "El canciller chileno, Alberto van Klaveren, habló.", "Alberto van Klaveren", "Minister of Foreign Affairs", "CL"),
    ("zh", "日本首相高市早苗18日发表讲话。", "高市早苗", "Prime Minister", "JP"),
    ("zh", "塞尔维亚副总理兼外长久里奇18日发表讲话。", "久里奇", "Minister of Foreign Affairs", "RS"),
    ("pt", "O primeiro-ministro de Portugal, Luís Montenegro, falou.", "Luís Montenegro", "Prime Minister", "PT"),
    ("vi", "Đại tướng Phan Văn Giang, Bộ trưởng Bộ Quốc phòng, phát biểu.", "Phan Văn Giang", "Minister of Defence", ""),
    ("vi", "Thứ trưởng Bộ Công an Lào Kongthong Phongvichit phát biểu.", "Kongthong Phongvichit", "Deputy Minister of Public Security", "LA"),
    ("ru", "Министр внутренних дел Армении Арпине Саркисян заявила об этом.", "Арпине Саркисян", "Minister of Internal Affairs", "AM"),
    ("ru", "Об этом говорили с министром иностранных дел России Сергеем Лавровым.", "Сергей Лавров", "Minister of Foreign Affairs", "RU"),
    ("ru", "Глава МВД генерал-полковник Виктор Носенко заявил об этом.", "Виктор Носенко", "Minister of Internal Affairs", ""),
    ("zh", "中国公安部部长王小洪表示，中方愿加强合作。", "王小洪", "Minister of Public Security", "CN"),
    ("zh", "俄罗斯外长拉夫罗夫表示感谢。", "拉夫罗夫", "Minister of Foreign Affairs", "RU"),
    ("fr", "Le ministre tunisien de l'Intérieur, Khaled Nouri, a pris la parole.", "Khaled Nouri", "Minister of Internal Affairs", "TN"),
    ("es", "El ministro del Interior de Perú, Juan José Santiváñez, tomó la palabra.", "Juan José Santiváñez", "Minister of Internal Affairs", "PE"),
    ("pt", "O ministro do Interior de Moçambique, Pascoal Ronda, falou.", "Pascoal Ronda", "Minister of Internal Affairs", "MZ"),
    ("it", "Il ministro dell'Interno albanese Taulant Balla è intervenuto.", "Taulant Balla", "Minister of Internal Affairs", "AL"),
    ("de", "Der polnische Innenminister Tomasz Siemoniak sprach.", "Tomasz Siemoniak", "Minister of Internal Affairs", "PL"),
    ("sr", "Ministar unutrašnjih poslova Crne Gore Danilo Šaranović je govorio.", "Danilo Šaranović", "Minister of Internal Affairs", "ME"),
    ("tr", "Azerbaycan İçişleri Bakanı Vilayet Eyvazov konuştu.", "Vilayet Eyvazov", "Minister of Internal Affairs", "AZ"),
    ("ja", "ラブロフ外相は述べた。", "ラブロフ", "Minister of Foreign Affairs", ""),
    ("ko", "조태열 외교부 장관은 말했다.", "조태열", "Minister of Foreign Affairs", ""),
    ("hi", "विदेश मंत्री सर्गेई लावरोव ने कहा।", "सर्गेई लावरोव", "Minister of Foreign Affairs", ""),
]


@pytest.mark.parametrize(("language", "text", "name", "post", "country"), ONE)
def test_a_person_has_name_post_and_country(language: str, text: str, name: str, post: str, country: str) -> None:
    assert [(person.name, person.post, person.country) for person in people_of(text, language)] == [(name, post, country)]


def test_short_mentions_are_the_person_introduced_above() -> None:
    people = people_of("Minister of Defence General Phan Văn Đức saw Chinese Vice Minister of Defence Zhou Yiming.\nĐức said so. Minister Duc agreed.\nZhou was pleased.")

    assert [person.name for person in people] == ["Phan Văn Đức", "Zhou Yiming"]


def test_a_patronymic_used_as_a_surname_is_still_he() -> None:
    people = people_of("Kazakh Interior Minister Sadenov Yerzhan Serikovich came on Monday.\nMinister Serikovich left in the afternoon.")

    assert len(people) == 1


def test_a_counterpart_holds_the_same_office() -> None:
    people = people_of("Kenya's Interior Minister Kithure Kindiki met his Ugandan counterpart Kahinda Otafiire in Busia.")

    assert [(person.post, person.country) for person in people] == [("Minister of Internal Affairs", "KE"), ("Minister of Internal Affairs", "UG")]


def test_places_institutions_and_reporters_are_no_people() -> None:
    people = people_of("The Ministry of Foreign Affairs and the National Assembly met at the Presidential Palace in New Delhi.\nThe Strategic Dialogue took place at Government Guesthouse.\nBy Mary Collins")

    assert people == []


def test_people_who_only_send_greetings_were_not_there() -> None:
    people = people_of("Defence Minister Ali Sabry met Ambassador Jules Armand and conveyed greetings from President Adam Barrow.")

    assert [person.name for person in people] == ["Ali Sabry", "Jules Armand"]


def test_an_office_after_the_name_is_not_given_to_the_next_one() -> None:
    people = people_of("Speaking with Oleg Petrov, Deputy Secretary of the Russian Security Council, Minister Ravi Nair named three tasks.")

    assert [(person.name, person.post) for person in people] == [("Oleg Petrov", "Deputy Secretary of the Security Council"), ("Ravi Nair", "Minister")]


def test_a_quote_points_to_the_name() -> None:
    text = "Interior Minister Henry Quartey spoke."
    person = people_of(text)[0]

    assert person.quote is not None and person.quote.part == "body"
    assert text[person.quote.start:person.quote.start + len(person.quote.text)] == "Henry Quartey"


@pytest.mark.parametrize(("name", "post", "wanted"), [
    ("Владимиром Колокольцевым", "министром внутренних дел", "Владимир Колокольцев"),
    ("Сергея Лаврова", "министра иностранных дел", "Сергей Лавров"),
    ("Сергею Шойгу", "секретарю совета безопасности", "Сергей Шойгу"),
    ("Владимир Колокольцев", "министр внутренних дел", "Владимир Колокольцев"),
    ("Игорем Красновым", "генпрокурором", "Игорь Краснов"),
])
def test_slavic_names_are_put_back_into_the_nominative(name: str, post: str, wanted: str) -> None:
    assert nominative(name, post) == wanted


@pytest.mark.parametrize(("language", "text", "title"), [
    ("en", "the Vice Minister of Foreign Affairs", "Deputy Minister of Foreign Affairs"),
    ("en", "Home Affairs Minister", "Minister of Internal Affairs"),
    ("vi", "Thứ trưởng Bộ Quốc phòng", "Deputy Minister of Defence"),
    ("ru", "заместителем министра внутренних дел", "Deputy Minister of Internal Affairs"),
    ("zh", "公安部副部长", "Deputy Minister of Public Security"),
    ("fr", "le vice-ministre vietnamien de la Sécurité publique", "Deputy Minister of Public Security"),
    ("es", "el ministro ruso de Exteriores", "Minister of Foreign Affairs"),
    ("de", "Bundesinnenministerin", "Minister of Internal Affairs"),
    ("pt", "ministro da Administração Interna", "Minister of Internal Affairs"),
    ("id", "Menteri Pertahanan", "Minister of Defence"),
    ("tr", "Dışişleri Bakanı", "Minister of Foreign Affairs"),
    ("ar", "وزير الداخلية", "Minister of Internal Affairs"),
    ("th", "รัฐมนตรีว่าการกระทรวงมหาดไทย", "Minister of Internal Affairs"),
    ("uk", "міністра внутрішніх справ", "Minister of Internal Affairs"),
])
def test_offices_have_one_title_in_every_language(language: str, text: str, title: str) -> None:
    assert [post.title for post in find_posts(lower(text), language)] == [title]


def test_an_office_in_chinese_before_a_verb_is_nobodys_name() -> None:
    assert people_of("王毅同巴基斯坦外长举行会谈。", "zh") == []
