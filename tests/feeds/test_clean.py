from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import clean
from tests.feeds.danger import LINKS


@pytest.mark.parametrize(
    "text, cleaned",
    [
        ("plain", "plain"),
        ("  two\n lines\t", "two lines"),
        ("a\x00b\x1fc\x85d", "a b c d"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("\ufffe\uffff", ""),
        ("Elman\ufffds paper", "Elman?s paper"),
        ("e\u0301", "\u00e9"),
        ("日本", "日本"),
        ("a\u00a0b", "a b"),
        ("a\u200bb", "a\u200bb"),
        ("", ""),
        (" ", ""),
        ("a b", "a b"),
        ("\U0001ffff", ""),
    ],
)
def test_a_line_is_text(text, cleaned):
    assert clean.line(text) == cleaned


@pytest.mark.case("S9")
@pytest.mark.parametrize("text", ["\u202eevil", "\u2067open", "\u2069\u2069close", "a\u202ab\u2066c\u2068d"])
def test_marks_of_direction_end_with_the_text(text):
    isolated = clean.line(text)
    assert isolated.startswith("\u2068") and isolated.endswith("\u2069")
    depth = 0
    for character in isolated[:-1]:
        depth += character in "\u2066\u2067\u2068"
        depth -= character == "\u2069"
        assert depth > 0
    assert isolated.count("\u2069") == sum(character in "\u2066\u2067\u2068" for character in isolated)


def test_a_long_line_is_cut_at_a_word():
    assert clean.line("word " * 100, 21) == "word word word word…"
    assert len(clean.line("x" * 1_000_000)) == 300


def test_paragraphs_are_lines_and_share_one_limit():
    assert clean.paragraphs("one\n\n two \n") == ("one", "two")
    assert sum(map(len, clean.paragraphs("some words\n" * 10_000, 100))) <= 110


@pytest.mark.case("O12", "S9")
@given(st.text(st.characters(codec=None)))
def test_any_line_can_stand_in_xml_and_html(text):
    line = clean.line(text)
    line.encode("utf-8")
    assert unicodedata.is_normalized("NFC", line) and line == line.strip() and "\n" not in line
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in line)
    assert clean.line(line) == line or "\u2068" in line


@pytest.mark.case("O13", "S4")
@pytest.mark.parametrize(
    "url, cleaned",
    [
        ("https://a.example/x?y=1&z=2", "https://a.example/x?y=1&z=2"),
        ("HTTP://A.Example/X", "http://a.example/X"),
        ("https://a.example/a b", "https://a.example/a%20b"),
        ("https://a.example/a|b[c]", "https://a.example/a%7Cb%5Bc%5D"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("https://a.example/%zz", "https://a.example/%25zz"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("https://user:word@a.example/", ""),
        ("javascript:alert(1)", ""),
        ("/x", ""),
        ("//a.example", ""),
        ("ftp://a.example/", ""),
        ("https://a.example/" + "x" * 3_000, ""),
        ("", ""),
        ("https://", ""),
    ],
)
def test_an_address_is_http_and_encoded(url, cleaned):
    assert clean.address(url) == cleaned


@pytest.mark.parametrize("url", LINKS, ids=lambda url: ascii(url[:20]))
def test_cleaning_an_address_twice_changes_nothing(url):
    assert clean.address(clean.address(url)) == clean.address(url)


@pytest.mark.parametrize(
    "tag, cleaned", [("en", "en"), ("vi-VN", "vi-vn"), ("zh_Hant", "zh-hant"), ("", ""), ("xx", ""), ("english", ""), ('en"', ""), ("und", ""), ("e", "")]
)
def test_a_language_is_one_we_know(tag, cleaned):
    assert clean.language(tag) == cleaned


@pytest.mark.parametrize(
    "text, shown", [("a < b & c", "a < b & c"), ("R&D", "R&D"), ("<b>x</b>", "‹b>x‹/b>"), ("&lt;b&gt;", "＆lt;b＆gt;"), ("&#60;", "＆#60;"), ("<3", "<3")]
)
def test_only_what_looks_like_markup_is_changed(text, shown):
    assert clean.untagged(text) == shown
