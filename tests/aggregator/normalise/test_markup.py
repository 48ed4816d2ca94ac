"""Markup made harmless, and as plain text."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.normalise.markup import ATTRIBUTES, MAX_TEXT, TAGS, harmless, one_line, plain, shortened, text_of
from tests.aggregator.normalise.judge import dangers


@pytest.mark.parametrize(("markup", "text"), [
    ("<p>One.</p><p>Two.</p>", "One.\nTwo."),
    ("One.<br>Two.<br/><br />Three.", "One.\nTwo.\nThree."),
    ("<div><div>One</div> <div>Two</div></div>", "One\nTwo"),
    ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "a\nb\nc"),
    ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
    ("<p>hard\nwrapped\r\n  text</p>", "hard wrapped text"),
    ("no <b>mark</b>up<i>!</i>", "no markup!"),
    ("Tom &amp; Jerry", "Tom & Jerry"),
    ("Tom &amp;amp; Jerry &amp;lt;b&amp;gt;", "Tom &amp; Jerry &lt;b&gt;"),      # once, not twice
    ("&lt;img src=x onerror=alert(1)&gt;", "<img src=x onerror=alert(1)>"),        # a text about a tag is no tag
    ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
    ("<script>alert(1)</script>a<style>b{}</style>", "a"),
    ("a<noscript><img src=x></noscript><iframe>b</iframe><template>c</template>", "a"),
    ("a<!-- b -->c", "ac"),
    ("<a href='x>y'>a</a>", "a"),
    ("&nbsp;a&nbsp;&nbsp;b&#8203;c&shy;d", "a bcd"),
    ("line one\nline one\n\nline two", "line one line one\nline two"),
    ("broken <p", "broken"),
    ("broken &", "broken &"),
    ("", ""),
])
def test_text_of(markup, text):
    assert text_of(markup) == text


@pytest.mark.case("S9")
@pytest.mark.parametrize(("text", "clean"), [
    ("a\0b\x07c\x1b[31md", "abc[31md"),
    ("a\r\nb\rc\x85d\u2028e", "a\nb\nc\nd\ne"),
    ("safe\u202egpj.exe", "safegpj.exe"),
    ("\u2066a\u2069\u202ab\u202c", "ab"),
    ("a\ufffeb\uffffc\ufdd0d\ufeff", "abcd"),
    ("half \ud83d pair", "half pair"),
    ("whole \ud83d\ude00 pair", "whole \U0001f600 pair"),
    ("Việt Nam", "Việt Nam"),
    ("می\u200cخواهم", "می\u200cخواهم"),                 # this joiner is spelling
    ("\u200e\u200f", "\u200e\u200f"),
    ("  a   b  \n\n\n c\t\td ", "a b\nc d"),
])
def test_plain_text_is_text(text, clean):
    assert plain(text) == clean


@given(st.text(alphabet=st.characters(codec=None)))
def test_plain_text_is_text_whatever_came(text):
    clean = plain(text)
    clean.encode()
    assert plain(clean) == clean
    assert unicodedata.is_normalized("NFC", clean)
    assert not [sign for sign in clean if unicodedata.category(sign) in ("Cc", "Cs") and sign != "\n"]
    assert "\n\n" not in clean
    assert "\n" not in one_line(text, 50)
    assert len(one_line(text, 50)) <= 50


def test_a_long_text_is_cut_after_a_word():
    assert shortened("the ministers met in Suva", 18) == "the ministers met…"
    assert shortened("short", 5) == "short"
    assert shortened("x" * 30, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(("markup", "clean"), [
    ('<p class="x" style="color:red" id="y" onclick="z()">a</p>', "<p>a</p>"),
    ('<a href="/b" target="_blank" ping="/p">a</a>', '<a href="https://news.example/b" rel="noopener noreferrer nofollow">a</a>'),
    ('<a href="b?c=1#d">a</a>', '<a href="https://news.example/x/b?c=1#d" rel="noopener noreferrer nofollow">a</a>'),
    ('<a href="java&#9;script:alert(1)">a</a>', '<a rel="noopener noreferrer nofollow">a</a>'),
    ('<a href="mailto:a@b.example">a</a>', '<a href="mailto:a@b.example" rel="noopener noreferrer nofollow">a</a>'),
    ('<a href="htt\tps://b.example/">a</a>', '<a href="https://b.example/" rel="noopener noreferrer nofollow">a</a>'),
    ('a<img src="https://tracker.example/1.gif" width=1 height=1>', "a"),
    ("<form action=x><button formaction=y>a</button><input></form>", "a"),
    ("<svg><script>alert(1)</script></svg><math></math>b", "b"),
    ("<p>unclosed <b>bold", "<p>unclosed <b>bold</b></p>"),
])
def test_harmless(markup, clean):
    assert harmless(markup, "https://news.example/x/y") == clean


def test_without_an_address_relative_links_are_dropped():
    assert harmless('<a href="/b">a</a>', "") == '<a rel="noopener noreferrer nofollow">a</a>'


@pytest.mark.case("S8")
@pytest.mark.parametrize("markup", [
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    '<textarea><img title="</textarea><img src=x onerror=alert(1)>">',
    '<xmp><img title="</xmp><img src=x onerror=alert(1)>">',
    "<template><s><template><s><img src=x onerror=alert(1)>@</s></template></s></template>",
    '<!--<img src="--><img src=x onerror=alert(1)//">',
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    '<table><a href="javascript:x"><td><a>',
    "<<script>script>alert(1)<</script>/script>",
])
def test_cleaning_again_changes_nothing(markup):
    once = harmless(markup, "https://news.example/")
    assert dangers(once, TAGS, ATTRIBUTES) == []
    assert harmless(once, "https://news.example/") == once


PIECES = [
    "<", ">", "a", "b", "/", "!", "-", "--", '"', "'", "=", " ", "&lt;", "&", "script", "style", "svg", "href", "javascript:", "p", "div", "]]>", "title",
    "noscript", "table", "math", "mtext", "onerror", "\0", "\n", "é",
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_no_arrangement_of_markup_gets_through(markup):
    clean = harmless(markup, "https://news.example/")
    assert dangers(clean, TAGS, ATTRIBUTES) == []
    text_of(markup)


@pytest.mark.case("S18")
@pytest.mark.parametrize("hostile", [
    "<div>" * 60_000, "<b><div>" * 30_000, "<p>" * 80_000, "<a>" * 80_000, "<table>" * 40_000, "<svg>" * 50_000, "<ul><li>" * 30_000,
    ("<div>" * 400 + "</div>" * 400) * 60, f"<a {' '.join(f'x{number}' for number in range(40_000))}>", f'<a href="{"x" * 1_000_000}">', "<a href='" * 30_000,
    "<!--" * 100_000, "<![CDATA[" * 50_000, "<" * 300_000, "&lt;" * 100_000, "&#x110000;" * 30_000, "\n" * 300_000, " " * 1_000_000, "\u202e" * 300_000,
    "a" + "\u0300\u0316" * 130_000,
], ids=range(20))
def test_hostile_markup_costs_linear_time_and_memory(hostile):
    began = time.process_time()
    assert dangers(harmless(hostile, "https://news.example/"), TAGS, ATTRIBUTES) == []
    assert len(text_of(hostile)) <= MAX_TEXT
    assert time.process_time() - began < 2


def test_text_that_nests_too_deeply_is_kept_as_text():
    assert text_of("<div>" * 1_000 + "still here" + "</div>" * 1_000) == "still here"
    assert harmless("<div>" * 1_000 + "2 &lt; 3 & still here", "") == "2 &lt; 3 &amp; still here"
