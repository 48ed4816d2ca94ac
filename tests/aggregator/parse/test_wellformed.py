"""The quick reading of well-formed feeds gives what feedparser gives, or leaves the document to it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.errors import ParseError
from aggregator.parse import feed
from aggregator.parse.entry import Document, Parsed
from storage.model import Source

NOW = datetime(2026, 11, 25, tzinfo=UTC)
SOURCE = Source("s", "https://feeds.example/f", "Outlet", timezone="Asia/Ho_Chi_Minh")
OWN = Path(__file__).parents[2] / "data" / "feeds"
CORPORA = Path(__file__).parents[4] / "shared" / "corpora"
# Where feedparser is wrong: the address of a source's author taken for the source's own; a base of one item kept for the next.
FEEDPARSER_IS_WRONG = ("entry_source_author", "entry_source_contributor", "rss-with-item-scoped-html-base")

ITEM = "<title>Ministers meet</title><link>https://b.example/1</link><description>They met.</description>"
RSS = (
    '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>B</title><link>https://b.example/</link>'
    '<atom:link rel="hub" href="https://hub.example/"/><ttl>30</ttl><language>vi_VN</language><item>{}</item></channel></rss>'
)
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr" xml:base="https://b.example/x/"><title>B</title><id>urn:b</id><entry>{}</entry></feed>'


def both(body: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[Parsed | str, Parsed | str, bool]:
    """As read with the short cut, as read without, and whether it was taken."""
    taken: list[bool] = []
    short_cut = feed.read_well_formed

    def noted(text: str, habits: feed.Habits) -> object:
        found = short_cut(text, habits)
        taken.append(found is not None)
        return found

    def read() -> Parsed | str:
        try:
            return feed.read_feed(Document("https://feeds.example/f", body), SOURCE, now=NOW)
        except ParseError as error:
            return error.reason

    with monkeypatch.context() as patch:
        patch.setattr(feed, "read_well_formed", noted)
        quick = read()
        patch.setattr(feed, "read_well_formed", lambda text, habits: None)
        return quick, read(), any(taken)


@pytest.mark.parametrize("path", sorted(path for path in OWN.glob("*.xml")), ids=lambda path: path.name)
def test_our_own_documents_are_read_alike(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick, slow, _ = both(path.read_bytes(), monkeypatch)
    assert quick == slow


@pytest.mark.parametrize("inside", [
    ITEM,
    ITEM + "<guid>7</guid><pubDate>Tue, 24 Nov 2026 08:00:00 +0700</pubDate><category domain='d'>a</category><category>a</category><dc:subject>b</dc:subject>",
    ITEM + "<dc:creator>A B</dc:creator><dc:creator>c@d.example (C D)</dc:creator><dc:date>2026-11-24T08:00:00Z</dc:date><dc:language>vi</dc:language>",
    ITEM + "<content:encoded><![CDATA[<p>Long &amp; <b>bold</b></p>]]></content:encoded><source url='https://c.example/f'>C</source>",
    ITEM + "<media:content url='x'><media:title>picture</media:title></media:content><comments>https://b.example/1#c</comments><x>1</x>",
    "<content:encoded>&lt;p&gt;only&lt;/p&gt;</content:encoded><guid isPermaLink='false'>g</guid>",
    "<title>AT&amp;amp;T &lt;b&gt;wins&lt;/b&gt;</title><guid>https://b.example/2</guid>",
    "<title>&#146;quoted&#146; Ã©tÃ©</title><link>/2?a=1&amp;b=2</link><description/>",
])
def test_rss_is_read_alike_by_the_short_cut(inside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quick, slow, taken = both(RSS.format(inside).encode(), monkeypatch)
    assert taken
    assert quick == slow


@pytest.mark.parametrize("inside", [
    "<title type='html'>A &lt;i&gt;b&lt;/i&gt;</title><id>urn:1</id><link href='1'/><updated>2026-11-24T08:00:00Z</updated><summary>s</summary>",
    "<title>t</title><id>1</id><author><name>N</name><email>n@b.example</email></author><category term='a' label='A'/><content type='html'>&lt;p&gt;c</content>",
    "<title xml:lang='vi'>t</title><id>1</id><link rel='alternate' href='https://c.example/a'/><source><id>urn:c</id><title>C</title></source>",
])
def test_atom_is_read_alike_by_the_short_cut(inside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quick, slow, taken = both(ATOM.format(inside).encode(), monkeypatch)
    assert taken
    assert quick == slow


@pytest.mark.parametrize("body", [
    RSS.format(ITEM + "<description>again</description>"), RSS.format(ITEM + "<title>again</title>"),
    RSS.format("<title>a <b>bold</b> word</title>"), RSS.format("<media:title>picture</media:title>"), RSS.format(ITEM).replace("</item>", "& </item>"),
    "<!DOCTYPE rss [<!ENTITY e 'x'>]>" + RSS.format("<title>&e;</title>"), RSS.format(ITEM).replace("http://purl.org/dc/elements/1.1/", "urn:other"),
    ATOM.format("<id>1</id><title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>t</div></title>"),
    RSS.format("<category>c</category>" * 400),
])
def test_what_feedparser_reads_in_a_way_of_its_own_is_left_to_it(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quick, slow, taken = both(body.encode(), monkeypatch)
    assert not taken
    assert quick == slow


@pytest.mark.shared
@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not here")
def test_the_corpora_are_read_alike_wherever_feedparser_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    differing, short = [], 0
    for path in sorted(path for path in CORPORA.rglob("*") if path.suffix in (".xml", ".rss", ".atom", ".rdf") and path.is_file()):
        body = path.read_bytes()
        if len(body) > 500_000:
            continue
        quick, slow, taken = both(body, monkeypatch)
        short += taken
        if quick != slow and not path.name.startswith(FEEDPARSER_IS_WRONG):
            differing.append(str(path.relative_to(CORPORA)))
    assert differing == []
    assert short > 1000
