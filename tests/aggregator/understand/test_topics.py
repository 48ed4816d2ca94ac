"""What a meeting is about, and whether a paper was signed.

Touches: nothing.
"""

from __future__ import annotations

import time
import unicodedata

import pytest

from aggregator.understand.signing import find_signing
from aggregator.understand.topics import SHIPPED, find_topics
from storage.model import Topic

OURS = (
    "transnational-crime cybercrime cyber-security drugs human-trafficking counter-terrorism economic-crime extradition-and-legal-assistance "
    "border-management immigration citizen-protection training agreement-signed peacekeeping defence trade"
)


def about(title: str, body: str, language: str, topics: tuple[Topic, ...] = SHIPPED) -> set[str]:
    return {topic for topic, _ in find_topics((("title", 0, title), ("body", 0, body)), language, topics)}


def test_every_topic_we_ship_is_there_in_six_languages() -> None:
    assert [topic.id for topic in SHIPPED] == OURS.split()
    for topic in SHIPPED:
        if topic.id != "agreement-signed":      # told by verb and paper, not by words on a subject
            assert {"en", "vi", "ru", "zh", "fr", "es"} <= {language for language, words in topic.words if words}, topic.id


@pytest.mark.parametrize(("language", "title", "body", "expected"), [
    ("en", "Police chiefs discuss drug trafficking", "They also talked about money laundering.", "drugs economic-crime"),
    ("en", "Ministers meet", "They agreed to fight human trafficking and to manage migration.", "human-trafficking immigration"),
    ("en", "Ministers meet", "They agreed on joint border patrols.", "border-management"),
    ("en", "Ministers meet", "They reviewed extradition and the transfer of sentenced persons.", "extradition-and-legal-assistance"),
    ("en", "Defence ministers meet", "Peacekeeping was on the agenda.", "defence peacekeeping"),
    ("en", "Ministers meet", "They exchanged views on matters of common concern.", ""),
    ("en", "Ministers meet", "The armed gang dealt in arms trade.", ""),
    ("vi", "Tăng cường hợp tác phòng, chống ma túy", "Hai bên nhất trí phối hợp chống khủng bố.", "counter-terrorism drugs"),
    ("vi", "Hội đàm", "Hai bên trao đổi về tội phạm mạng, an ninh mạng và bảo hộ công dân.", "citizen-protection cyber-security cybercrime"),
    ("ru", "Переговоры", "Стороны обсудили борьбу с терроризмом и незаконным оборотом наркотиков.", "counter-terrorism drugs"),
    ("ru", "Переговоры", "Речь шла о подготовке кадров и киберпреступности.", "cybercrime training"),
    ("zh", "部长会谈", "双方就打击电信网络诈骗、跨国犯罪和人员培训交换意见。", "cybercrime training transnational-crime"),
    ("fr", "Rencontre", "Ils ont évoqué la traite des êtres humains et le blanchiment d'argent.", "economic-crime human-trafficking"),
    ("es", "Reunión", "Abordaron el narcotráfico y la trata de personas.", "drugs human-trafficking"),
    ("pt", "Reunião", "Discutiram o terrorismo e a imigração.", "counter-terrorism immigration"),
    ("it", "Incontro", "Si è parlato di immigrazione e di criminalità organizzata.", "immigration transnational-crime"),
    ("de", "Treffen", "Es ging um illegale Migration und Rauschgift.", "drugs immigration"),
    ("sr", "Састанак", "Разговарали су о борби против организованог криминала и миграцијама.", "immigration transnational-crime"),
    ("ar", "لقاء", "بحث الوزيران مكافحة المخدرات وأمن الحدود.", "border-management drugs"),
    ("tr", "Görüşme", "Düzensiz göç ve terörle mücadele ele alındı.", "counter-terrorism immigration"),
    ("th", "หารือ", "ทั้งสองฝ่ายหารือเรื่องยาเสพติดและการค้ามนุษย์", "drugs human-trafficking"),
    ("hi", "बैठक", "आतंकवाद और व्यापार पर चर्चा हुई।", "counter-terrorism trade"),
    ("id", "Pertemuan", "Mereka membahas narkotika dan ekstradisi.", "drugs extradition-and-legal-assistance"),
    ("ko", "회담", "마약과 사이버범죄 대응을 논의했다.", "cybercrime drugs"),
    ("ja", "会談", "テロ対策と防衛について協議した。", "counter-terrorism defence"),
])
def test_topics_are_told_by_their_words(language: str, title: str, body: str, expected: str) -> None:
    assert about(title, body, language) == set(expected.split())


def test_a_weak_word_needs_a_second_one_or_the_title() -> None:
    assert "trade" not in about("Ministers meet", "They spoke of the economy.", "en")
    assert "trade" in about("Ministers meet on economy", "They spoke.", "en")
    assert "trade" in about("Ministers meet", "They spoke of the economy and of gas.", "en")


def test_a_word_deep_in_a_long_text_does_not_make_its_subject() -> None:
    filler = "The two sides exchanged views on matters of common concern. " * 60
    assert "drugs" not in about("Ministers meet", filler + "Years ago a case of heroin was solved.", "en")


def test_english_words_count_in_a_text_of_another_language() -> None:
    assert "cybercrime" in about("Ministers discuss cybercrime", "Hai bên trao đổi.", "vi")


def test_decomposed_letters_are_read_and_quoted_as_they_came() -> None:
    body = unicodedata.normalize("NFD", "Hai bên bàn về phòng, chống ma túy.")
    ((topic, quote),) = find_topics((("body", 0, body),), "vi")
    assert topic == "drugs" and quote is not None
    assert body[quote.start:quote.start + len(quote.text)] == quote.text


def test_a_topic_of_the_reader_needs_its_words_only() -> None:
    fish = Topic("fisheries", "Fisheries", words=(("en", ("fishing boat*", "~fish")),))
    assert about("Ministers meet", "They spoke of fishing boats and of drugs.", "en", (fish,)) == {"fisheries"}
    assert about("Ministers meet", "They ate fish.", "en", (fish,)) == set()


@pytest.mark.parametrize(("language", "text", "signed"), [
    ("en", "After the talks the ministers signed a memorandum of understanding.", True),
    ("en", "The two sides inked an agreement on police cooperation.", True),
    ("en", "A memorandum of understanding will be signed next month.", False),
    ("en", "They agreed to implement the agreement signed in 2019.", False),
    ("en", "The ministers are expected to sign a protocol.", False),
    ("en", "He signed the visitors' book.", False),
    ("vi", "Kết thúc hội đàm, hai Bộ trưởng đã ký Bản ghi nhớ về hợp tác.", True),
    ("vi", "Hai bên sẽ ký Bản ghi nhớ trong năm tới.", False),
    ("ru", "По итогам переговоров министры подписали меморандум о взаимопонимании.", True),
    ("ru", "Стороны планируют подписать соглашение.", False),
    ("zh", "会后，双方签署了合作谅解备忘录。", True),
    ("fr", "Les deux ministres ont signé un accord de coopération.", True),
    ("es", "Ambos ministros firmaron un memorando de entendimiento.", True),
    ("sr", "Министри су потписали споразум о сарадњи.", True),
    ("tr", "Bakanlar mutabakat zaptı imzaladı.", True),
    ("id", "Kedua menteri menandatangani nota kesepahaman.", True),
    ("ar", "وقع الوزيران مذكرة تفاهم.", True),
])
def test_a_paper_signed_is_told_from_one_that_is_only_spoken_of(language: str, text: str, signed: bool) -> None:
    assert (find_signing((("body", 0, text),), language) is not None) == signed
    assert ("agreement-signed" in about("", text, language)) == signed


@pytest.mark.parametrize("text", ["drug " * 20_000, "signed " * 12_000, "подписал " * 8_000, "a" * 100_000])
def test_hostile_text_costs_little(text: str) -> None:
    about("warm", "warm", "en")
    begun = time.process_time()
    about("", text, "ru")
    assert time.process_time() - begun < 1
