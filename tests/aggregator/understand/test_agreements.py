"""What was signed, in the languages of the news, and what only will be or was long ago."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aggregator.understand.reading import understand
from storage.model import Item, Source

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)


def signed(language: str, body: str) -> list[str]:
    reports = understand(Item("i", "s", "O", "", "Ministers", "", body, "", language, NOW, NOW), Source("s", "https://example.org", "O"), ())
    return [agreement.title for report in reports for agreement in report.agreements]


@pytest.mark.parametrize("language, text", [
    ("en", "The interior ministers of Ghana and Togo signed an accord on border patrols in Lomé on Friday."),
    ("fr", "Un accord de coopération policière a été signé vendredi à Lomé par le ministre togolais et son homologue ghanéen."),
    ("ru", "Программу подписали в пятницу заместители министров внутренних дел России и Вьетнама."),
    ("es", "Los ministros del Interior de Perú y Bolivia suscribieron el viernes un convenio sobre patrullas."),
    ("uk", "Міністри внутрішніх справ України та Молдови підписали у п'ятницю угоду про спільні пункти пропуску."),
    ("ar", "وقّع وزير الداخلية الأردني ونظيره العراقي مذكرة تفاهم في عمان."),
    ("zh", "移民署長與帛琉司法部長13日簽署合作備忘錄。"),
    ("nl", "De ministers van Suriname en Guyana ondertekenden vrijdag een politieakkoord."),
    ("th", "รัฐมนตรีมหาดไทยไทยและรัฐมนตรีมหาดไทยลาวลงนามบันทึกความเข้าใจ"),
])
def test_a_paper_signed_is_found(language: str, text: str) -> None:
    assert signed(language, text)


@pytest.mark.parametrize("language, text", [
    ("en", "The interior ministers of Ghana and Togo met on Friday. The agreement they built on was signed in 2018."),
    ("ru", "Министры внутренних дел России и Вьетнама провели переговоры. Они говорили о конвенции, которую открыли для подписания в Ханое."),
    ("de", "Die Innenminister von Polen und Litauen trafen sich am Freitag. Die Vereinbarung soll in der kommenden Woche unterzeichnet werden."),
])
def test_what_was_signed_long_ago_or_is_to_be_is_not(language: str, text: str) -> None:
    assert signed(language, text) == []


@pytest.mark.parametrize(("language", "text", "title"), [
    ("en", "Polish and South Korean defence ministers signed an agreement on tank production, the ministry said.", "agreement on tank production"),
    ("vi", "Bộ trưởng Công an Lào và Bộ trưởng Nội vụ Campuchia ký biên bản ghi nhớ về phòng, chống ma túy.", "biên bản ghi nhớ về phòng, chống ma túy"),
])
def test_a_title_ends_where_the_paper_does(language: str, text: str, title: str) -> None:
    assert signed(language, text) == [title]
