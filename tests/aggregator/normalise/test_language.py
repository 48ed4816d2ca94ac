"""What a text is written in, whatever its feed says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.normalise.language import language_of, language_tag

EN = "The ministers of Australia and Fiji met in Suva on Wednesday and agreed to train police officers together. They will meet again next year in Canberra."
VI = "Chiều 4/3, tại Hà Nội, Bộ trưởng đã tiếp Đoàn đại biểu cấp cao và trao đổi về hợp tác phòng, chống tội phạm xuyên quốc gia trong thời gian tới."
RU = "Министры двух стран провели переговоры и подписали меморандум о сотрудничестве в борьбе с преступностью. Встреча прошла в столице в среду."
FR = "Les ministres des deux pays se sont rencontrés mercredi et ont signé un accord de coopération contre la criminalité transnationale organisée."
ES = "Los ministros de los dos países se reunieron el miércoles y firmaron un acuerdo de cooperación contra la delincuencia organizada transnacional."
SR = "Министар унутрашњих послова састао се у среду са својим колегом и потписао споразум о сарадњи у борби против међународног криминала."
ZH = "两国部长周三举行会谈，就打击跨国犯罪、执法培训等问题交换意见，并签署合作谅解备忘录。"
JA = "両国の大臣は水曜日に会談し、国際犯罪の取り締まりについて協力することで合意しました。"


@pytest.mark.parametrize(("text", "language"), [(EN, "en"), (VI, "vi"), (RU, "ru"), (FR, "fr"), (ES, "es"), (SR, "sr"), (ZH, "zh"), (JA, "ja")])
@pytest.mark.parametrize("declared", [(), ("", ""), ("right",), ("en-us",), ("ru", "vi"), ("nonsense!",)])
def test_a_text_of_some_length_says_for_itself_what_it_is(text, language, declared):
    said = tuple(language if tag == "right" else tag for tag in declared)
    assert language_of(text, said).partition("-")[0] == language


@pytest.mark.parametrize(("text", "declared", "language"), [
    (EN, ("en-GB",), "en-gb"),                                  # a region is kept
    (ZH, ("zh-Hant-TW",), "zh-hant-tw"),
    (VI, ("en", "vi"), "vi"),                                   # the source knows better than the feed
    ("Tô Lâm", ("en",), "en"),                                  # a name decides nothing
    ("Suva", ("fj",), "fj"),
    ("Russia – Việt Nam", ("en",), "en"),
    ("Россия и Вьетнам", ("en",), "ru"),                        # but a script does
    ("МВД", ("en",), "en"),
    ("Зеленський зустрівся з міністром їхньої країни", (), "uk"),
    ("Министар је разговарао с љубазним домаћином", (), "sr"),
    ("苏林会见俄罗斯内务部长", ("en",), "zh"),
    ("苏林会见俄罗斯内务部长", ("ja",), "ja"),                    # Japanese is written so, too
    ("한국 장관", ("en",), "ko"),
    ("รัฐมนตรีพบกัน", (), "th"),
    ("ລັດຖະມົນຕີພົບກັນ", (), "lo"),
    ("រដ្ឋមន្ត្រីជួបគ្នា", (), "km"),
    ("ဝန်ကြီးများ တွေ့ဆုံ", (), "my"),
    ("Οι υπουργοί", (), "el"),
    ("השרים נפגשו", (), "he"),
    ("وزیران دو کشور گفتگو کردند", (), "fa"),
    ("وزیر داخلہ نے ملاقات کی ہے", (), "ur"),
    ("1234 !!", ("vi",), "vi"),
    ("1234 !!", (), ""),
    ("", (), ""),
    ("", ("fr",), "fr"),
])
def test_what_is_declared_counts_unless_the_text_plainly_says_otherwise(text, declared, language):
    assert language_of(text, declared) == language


@pytest.mark.parametrize(("declared", "tag"), [
    ("EN", "en"), ("en_US", "en-us"), (" vi ", "vi"), ("cn", "zh"), ("VN", "vi"), ("jp-JP", "ja-jp"), ("iw", "he"), ("English", "en"), ("und", ""),
    ("x-default", ""), ("mul", ""), ("", ""), ("a", ""), ("English (US)", ""), ("en;q=0.9", ""), ("zh-Hans-CN", "zh-hans-cn"), ("e" * 100_000, ""), ("<b>", ""),
])
def test_language_tag(declared, tag):
    assert language_tag(declared) == tag


@given(st.text(), st.lists(st.text(max_size=12), max_size=3).map(tuple))
def test_a_language_is_a_tag_or_nothing_whatever_came(text, declared):
    found = language_of(text, declared)
    assert found == language_tag(found)
