"""A listing by selectors: what counts as an entry, and what as a changed layout."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aggregator.errors import ParseError
from aggregator.parse.entry import Document, Parsed
from aggregator.parse.reader import read_document
from storage.model import PageRules, Source

NOW = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
LISTING = """<html lang="vi"><body><div id="list">
<div class="n"><h2><a href="/a-1.html">Bộ trưởng gặp nhau</a></h2><p>Tóm tắt</p><em>06/01/2020 | 20:17</em></div>
<div class="n"><h2><a href="b-2.html">Tin thứ hai</a></h2><em>hôm qua</em></div>
</div></body></html>"""


def read(body: str | bytes, rules: PageRules | None, content_type: str = "", **more: int) -> Parsed:
    source = Source("p", "https://p.example/en/", "P", kind="page", language="vi", timezone="Asia/Ho_Chi_Minh", page=rules)
    return read_document(Document("https://p.example/en/", body if isinstance(body, bytes) else body.encode(), content_type), source, now=NOW, **more)


def test_links_are_absolute_and_dates_are_read_as_the_source_writes_them() -> None:
    parsed = read(LISTING, PageRules(item="#list .n", link="h2 a", title="h2", date="em"))
    assert [(entry.link, entry.title) for entry in parsed.entries] == [
        ("https://p.example/a-1.html", "Bộ trưởng gặp nhau"), ("https://p.example/en/b-2.html", "Tin thứ hai"),
    ]
    assert [entry.published_at for entry in parsed.entries] == [datetime(2020, 1, 6, 13, 17, tzinfo=UTC), datetime(2026, 3, 3, 17, 0, tzinfo=UTC)]
    assert parsed.language == "vi"


def test_an_item_may_be_the_link_itself_or_lie_inside_it() -> None:
    assert read('<a class="n" href="/1">One</a>', PageRules(item="a.n")).entries[0].link == "https://p.example/1"
    assert read('<a href="/1"><div class="n">One</div></a>', PageRules(item=".n", title=".n, *")).entries[0].link == "https://p.example/1"


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (PageRules(item=".story"), 'item = ".story" matches nothing in the page: the layout may have changed'),
        (PageRules(item=".n", link="h3 a"), 'link = "h3 a" matches nothing in any of 2 items'),
        (PageRules(item=".n", link="h2 a", title="h4 + ("), "is no CSS selector"),
        (PageRules(item=".n["), "is no CSS selector"),
        (PageRules(item=""), "needs the CSS selector"),
        (None, "needs the CSS selector"),
    ],
)
def test_selectors_that_find_nothing_are_an_error_that_names_them(rules: PageRules | None, reason: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(LISTING, rules)
    assert reason in caught.value.reason


def test_only_web_addresses_are_links() -> None:
    body = "".join(f'<li><a href="{link}">x</a></li>' for link in ("javascript:alert(1)", "mailto:a@b.example", "data:text/html,x", "tel:1", "https://ok.example/1"))
    assert [entry.link for entry in read(body, PageRules(item="li")).entries] == ["https://ok.example/1"]


def test_more_entries_than_wanted_are_counted() -> None:
    body = "".join(f'<li><a href="/{number}">Story {number}</a></li>' for number in range(50))
    parsed = read(body, PageRules(item="li"), max_entries=20)
    assert (len(parsed.entries), parsed.cut) == (20, 30)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('<li><a href="/1">Переговоры</a></li>'.encode("cp1251"), "text/html; charset=windows-1251"),
        ('<meta charset="windows-1251"><li><a href="/1">Переговоры</a></li>'.encode("cp1251"), "text/html"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><li><a href="/1">Переговоры</a></li>'.encode("koi8-r"), ""),
        ('<meta charset="iso-8859-1"><li><a href="/1">Переговоры</a></li>'.encode(), "text/html; charset=iso-8859-1"),
        ('<html><li><a href="/1">Переговоры</a></li></html>'.encode("utf-16"), ""),
        ('\ufeff<li><a href="/1">Переговоры</a></li>'.encode(), ""),
    ],
)
def test_the_encoding_is_found_wherever_it_is_declared_and_where_it_is_declared_wrongly(body: bytes, content_type: str) -> None:
    assert read(body, PageRules(item="li"), content_type).entries[0].title == "Переговоры"


def test_a_feed_in_place_of_the_page_is_named() -> None:
    with pytest.raises(ParseError, match='a feed, not a page: set kind = "feed"'):
        read("<rss version='2.0'><channel/></rss>", PageRules(item="li"))
