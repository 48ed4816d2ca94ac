"""How an article page becomes one entry: layouts, and where its date may come from."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aggregator.errors import ParseError
from aggregator.parse.entry import Document, Entry
from aggregator.parse.reader import read_article
from storage.model import PageRules, Source

NOW = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
SUVA = ZoneInfo("Pacific/Fiji")
TITLE = "Fiji and Tonga agree on joint sea patrols"
STORY = (
    "The Minister of Home Affairs of Fiji, Pio Ravu, received the Tongan Minister of Police, Sione Fonua, in Suva on 25 February.",
    "Both sides agreed that their patrol vessels will sail together from June, and that officers of each country may board ships of the other on request.",
    "“Smugglers do not ask where a border runs,” Mr Ravu told reporters after the talks, which lasted for two hours and were followed by a dinner.",
    "Mr Fonua thanked his host and invited him to Nuku‘alofa for the next round, which is to deal with extradition and with the training of investigators.",
    "The two ministries had last met in 2019, when they set up a hot line between their operation rooms that has since been used more than forty times.",
)
STORIES = "\n".join(
    f'<tr><td>{day:02}/02/2016</td><td><a href="/old/{day}">An older story about quite another matter number {day}</a></td></tr>' for day in range(10, 16)
)

RELATED = "".join(f'<li><a href="/r/{number}">A related story that is number {number}</a> (1{number}/02/2016)</li>' for number in range(5))


def paragraphs(lines: tuple[str, ...]) -> str:
    return "".join(f"<p>{html.escape(line)}</p>\n" for line in lines)


def lines_broken(lines: tuple[str, ...]) -> str:
    return "<div>" + "<br><br>\n".join(map(html.escape, lines)) + "</div>"


def modern(title: str, stamp: str, lines: tuple[str, ...]) -> str:
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} | Pacific Desk</title></head><body>
    <header class="masthead"><div>Thursday, 05/03/2026</div>
    <nav><a href="/">Home</a> <a href="/politics">Politics</a> <a href="/sport">Sport</a></nav></header>
    <main><article><h1>{title}</h1><div class="meta">{stamp}</div>{paragraphs(lines)}
    <div class="share-buttons"><a href="#">Share</a> <a href="#">Tweet</a></div></article></main>
    <aside class="sidebar"><h3>Latest</h3><table>{STORIES}</table></aside>
    <div id="cookie-notice">We use cookies to make this site better. By staying you agree to our use of cookies.</div>
    <footer>© 2026 Pacific Desk</footer></body></html>"""


def broken_lines(title: str, stamp: str, lines: tuple[str, ...]) -> str:
    return f"""<html><head><title>Pacific Desk - {title}</title></head><body>
    <div class="top">Thursday, 05/03/2026 <a href="/">Home</a> | <a href="/politics">Politics</a> | <a href="/sport">Sport</a></div>
    <div class="detail"><h2>{title}</h2><span>{stamp}</span><br><br>{lines_broken(lines)}</div>
    <div><b>Related news</b><ul>{RELATED}</ul></div></body></html>"""


def table_layout(title: str, stamp: str, lines: tuple[str, ...]) -> str:
    return f"""<html><head><title>{title}</title></head><body><table width="980"><tr><td colspan="3"><font size="1">Thursday, 05/03/2026</font></td></tr>
    <tr><td width="160"><table><tr><td><a href="/a">Politics and government</a></td></tr><tr><td><a href="/b">Economy and trade</a></td></tr>
    <tr><td><a href="/c">Culture and sport</a></td></tr></table></td>
    <td><table><tr><td><b>{title}</b></td></tr><tr><td><i>{stamp}</i></td></tr><tr><td>{paragraphs(lines)}</td></tr></table></td>
    <td width="200"><table>{STORIES}</table></td></tr><tr><td colspan="3">We use cookies for analytics and advertising.</td></tr></table></body></html>"""


def font_in_table(title: str, stamp: str, lines: tuple[str, ...]) -> str:
    body = "".join(f'<div align="justify"><font face="Arial" size="2">{html.escape(line)}</font></div>' for line in lines)
    return f"""<html><head><title>{title} :: Pacific Desk</title></head><body><form id="all"><table><tr>
    <td class="left"><a href="/a">Politics and government</a><br><a href="/b">Economy and trade</a><br><a href="/c">Culture and sport</a></td>
    <td><div><font size="4">{title}</font></div><div><font color="gray">{stamp}</font></div>{body}
    <div><b>Other news</b></div><div><a href="/x">Something that happened in the far north</a></div></td>
    <td class="right"><table>{STORIES}</table></td></tr></table></form></body></html>"""


LAYOUTS: tuple[Callable[[str, str, tuple[str, ...]], str], ...] = (modern, broken_lines, table_layout, font_in_table)


def source(**fields: object) -> Source:
    return Source("fj-desk", "https://desk.example/", "Pacific Desk", kind="page", language="en", timezone="Pacific/Fiji", **fields)  # type: ignore[arg-type]


def read(page: str, of: Source | None = None, url: str = "https://desk.example/news/17") -> Entry:
    return read_article(Document(url, page.encode()), of or source(), now=NOW)


def text_of(entry: Entry) -> list[str]:
    return [html.unescape(line) for line in re.findall(r"<p>(.*?)</p>", entry.content, re.DOTALL)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_title_date_and_text_are_found_in_every_layout_and_nothing_else_is(layout: Callable[[str, str, tuple[str, ...]], str]) -> None:
    entry = read(layout(TITLE, "14:05 26/02/2026", STORY))
    assert entry.title == TITLE
    assert entry.published_at == datetime(2026, 2, 26, 14, 5, tzinfo=SUVA)
    assert text_of(entry) == list(STORY)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_page_without_a_date_of_its_own_has_none(layout: Callable[[str, str, tuple[str, ...]], str]) -> None:
    entry = read(layout(TITLE, "By our correspondent", STORY))
    assert entry.published_at is None
    assert entry.published == ""


def test_metadata_goes_before_the_line_beside_the_title() -> None:
    stamped = modern(TITLE, "26/02/2026", STORY)
    thing = '{"@graph": [{"@type": "WebSite"}, {"@type": "NewsArticle", "datePublished": "2026-02-25T20:00:00+13:00"}]}'
    ld = f'<script type="application/ld+json">{thing}</script>'
    meta = '<meta property="article:published_time" content="2026-02-24T08:00:00Z">'
    assert read(stamped.replace("</head>", ld + meta + "</head>")).published_at == datetime(2026, 2, 25, 7, 0, tzinfo=UTC)
    assert read(stamped.replace("</head>", meta + "</head>")).published_at == datetime(2026, 2, 24, 8, 0, tzinfo=UTC)


def test_a_time_element_in_another_storys_teaser_is_not_this_storys() -> None:
    teasers = "".join(
        f'<li><a href="/t/{n}">Teaser of a story of another day, number {n}</a> <time datetime="2026-01-1{n}">1{n} January</time></li>' for n in range(4)
    )
    page = modern(TITLE, '<time datetime="2026-02-26T14:05:00+13:00">yesterday</time>', STORY).replace('<h3>Latest</h3>', f"<ul>{teasers}</ul>")
    assert read(page).published_at == datetime(2026, 2, 26, 1, 5, tzinfo=UTC)
    assert read(modern(TITLE, "", STORY).replace('<h3>Latest</h3>', f"<ul>{teasers}</ul>")).published_at is None


def test_the_sources_date_selector_finds_what_no_rule_would() -> None:
    page = modern(TITLE, "", STORY).replace("</article>", '<p class="filed">Filed at 26/02/2026 14:05</p></article>')
    assert read(page, source(page=PageRules(item="li", date=".filed"))).published_at == datetime(2026, 2, 26, 14, 5, tzinfo=SUVA)


@pytest.mark.parametrize(
    "line", ["Suva talks of 3 January 2026", "The ministers met in Suva on 3 January 2026.", "A meeting that 3 January 2026 will be known for"]
)
def test_a_short_line_that_tells_of_a_day_is_no_date_line(line: str) -> None:
    assert read(modern(TITLE, line, STORY)).published_at is None


@pytest.mark.parametrize("line", [
    "By Ana Vula | 26 February 2026", "Published: 26/02/2026", "Posted on 26 February 2026 by Ana Vula", "Thứ Năm, 26/02/2026", "26.2.2026 – Politics",
])
def test_a_line_with_a_date_and_little_else_is_one(line: str) -> None:
    assert read(modern(TITLE, line, STORY)).published_at == datetime(2026, 2, 26, tzinfo=SUVA)


def test_a_date_in_the_story_is_not_the_date_of_the_story() -> None:
    entry = read(modern(TITLE, "", ("On 3 January 2026 the ministers met in Suva for talks on fisheries, and they agreed to meet again soon.", *STORY)))
    assert entry.published_at is None


def test_the_sources_content_selector_decides_what_the_text_is() -> None:
    page = table_layout(TITLE, "26/02/2026", STORY).replace("<table><tr><td><b>", '<table id="story"><tr><td><b>')
    assert text_of(read(page, source(page=PageRules(item="li", content="#story")))) == list(STORY)


def test_what_a_press_wire_wraps_around_a_story_is_cut() -> None:
    page = f"""<html><body><div>News Search</div><div>There were 1,346 press releases posted in the last 24 hours.</div>
    <h1>{TITLE}</h1><div>26 February 2026</div>{paragraphs(STORY)}<p>You just read:</p><p>{TITLE}</p><p>Distribution channels:</p>
    <p>The wire's priority is that everyone knows who pays for what. Our editors try to weed out what misleads. Tell us of anything we missed, please.</p>
    <p>We use cookies for analytics and ads.</p></body></html>"""
    assert text_of(read(page)) == list(STORY)


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ('<title>Ministers meet - Pacific Desk</title>', "Ministers meet"),
        ('<title>Pacific Desk | Ministers meet</title>', "Ministers meet"),
        ('<title>x</title><meta property="og:title" content="Ministers meet">', "Ministers meet"),
        ('<title>Talks - the second round</title>', "Talks - the second round"),
    ],
)
def test_the_title_goes_without_the_name_of_the_site(head: str, title: str) -> None:
    assert read(f"<html><head>{head}</head><body>{paragraphs(STORY)}</body></html>").title == title


def test_a_logo_in_the_first_heading_is_not_the_title() -> None:
    page = modern(TITLE, "26/02/2026", STORY).replace('<div>Thursday, 05/03/2026</div>', "<h1>Pacific Desk</h1>")
    assert read(page).title == TITLE


def test_only_the_same_host_may_say_what_the_page_is_called() -> None:
    page = modern(TITLE, "26/02/2026", STORY)
    own = read(page.replace("</head>", '<link rel="canonical" href="/news/17-sea-patrols"></head>'))
    assert (own.link, own.source_url) == ("https://desk.example/news/17-sea-patrols", "")
    copied = read(page.replace("</head>", '<link rel="canonical" href="https://origin.example/a"></head>'))
    assert (copied.link, copied.source_url) == ("https://desk.example/news/17", "https://origin.example/a")
    assert read(page.replace("</head>", '<link rel="canonical" href="javascript:alert(1)"></head>')).link == "https://desk.example/news/17"


def test_language_author_and_tags_are_those_the_page_states() -> None:
    head = '<meta name="author" content="Ana Vula (ana@desk.example)"><meta property="article:tag" content="Borders"></head>'
    entry = read(modern(TITLE, "26/02/2026", STORY).replace("</head>", head))
    assert (entry.language, entry.authors, entry.tags) == ("en", ("Ana Vula",), ("Borders",))


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("<html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>", "Just a moment"),
        ("<html><body><nav><a href='/'>Home</a></nav></body></html>", "no text"),
        ("<rss version='2.0'><channel></channel></rss>", "a feed, not a page"),
        ('{"error": "no"}', "no markup"),
    ],
)
def test_what_is_no_article_is_refused_in_words(page: str, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        read(page)


SEEDS = Path(__file__).parents[4] / "shared" / "seeds"


@pytest.mark.shared
@pytest.mark.skipif(not SEEDS.is_dir(), reason="../shared/seeds is not here")
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("number", "day"), [("000", date(2017, 5, 25)), ("001", date(2020, 1, 6)), ("002", date(2024, 1, 11)), ("003", None), ("004", date(2017, 7, 27))]
)
def test_the_seeds_are_read_in_every_layout(number: str, day: date | None, layout: Callable[[str, str, tuple[str, ...]], str]) -> None:
    lines = [" ".join(line.split()) for line in next(SEEDS.glob(number + "*")).read_text(encoding="utf-8").splitlines() if line.strip()]
    if number == "002":     # the wire's own lines stand around it: a date, a search box, a count above, and its rules below
        title, stamp, story = lines[3], lines[0], lines[4:]
        wanted = story[:story.index("You just read:")]
    else:
        title, stamp = lines[0], lines[1] if day else ""
        story = wanted = lines[2 if day else 1:]
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    outlet = Source("s", "https://desk.example/", "Pacific Desk", kind="page", language="en", timezone=zone.key)
    entry = read(layout(html.escape(title), stamp, tuple(story)), outlet)
    assert entry.title == title
    assert (entry.published_at.astimezone(zone).date() if entry.published_at else None) == day
    found = text_of(entry)
    assert [line for line in wanted if line not in found and len(line) > 40] == []
    assert [line for line in found if line not in wanted] == []
