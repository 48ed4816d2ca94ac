"""From sources to feeds on the material beside the project: the five articles it began from, and the labelled coverage."""

import hashlib
import html
import json
from datetime import UTC, date, datetime
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aggregator.commands.rounds import fetch
from aggregator.config import Config, Polling, read_config
from feeds.publisher import Publishing, publish
from storage.model import PageRules, Source
from storage.store import open_store
from tests.feeds.atom_rules import wrong

SHARED = Path(__file__).parents[2] / "shared"
NOW = datetime(2024, 2, 1, 9, 0, tzinfo=UTC)
HANOI = "Asia/Ho_Chi_Minh"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the shared material (seeds, gold) is not beside the project"),
]


def configured(site, tmp_path, sources) -> Config:
    plain = read_config("", tmp_path / "config.toml", {})
    return Config(plain.path, plain.publish, plain.store, Polling(allow=frozenset({site.authority})), plain.server, tuple(sources), plain.topics, ())


async def one_round(config, store, tmp_path, **how):
    publishing = Publishing("Test", "http://127.0.0.1:8080/", tmp_path / "public", topics=config.topics)
    return await fetch(config, store, lambda now: publish(store, publishing, now=now), clock=lambda: NOW, **how)


def hashes(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


# The five articles, in the layouts they came from: a ministry's newspaper, a press wire, and a broadcaster's feed.

def seed(number: str) -> list[str]:
    (path,) = (SHARED / "seeds").glob(f"{number}_*.txt")
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def newspaper(lines: list[str]) -> str:
    title, when, *body = lines
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in body)
    return (
        f"<html><head><title>{html.escape(title)} - PSNews</title></head><body><div id='menu'><a href='/'>Home</a> <a href='/world'>World</a></div>"
        f"<div class='date-now'>Thứ Năm, 01/02/2024</div><h1 class='title'>{html.escape(title)}</h1><span class='time'>{html.escape(when)}</span>"
        f"<div class='content'>{paragraphs}</div><div class='related'><h3>Related news</h3><ul><li><a href='/x'>Police of two provinces meet</a> 21/05/2016</li></ul></div>"
        "<footer>Copyright PSNews</footer></body></html>"
    )


def wire(lines: list[str]) -> str:
    title = next(line for line in lines if line.startswith("Vietnamese, Chinese"))
    start = lines.index(title)
    banner, body = lines[:start], lines[start + 1:]
    return (
        f"<html><head><title>{html.escape(title)} - EIN Presswire</title></head><body><table><tr><td>{'<br>'.join(map(html.escape, banner))}</td></tr>"
        f"<tr><td><h1>{html.escape(title)}</h1>{'<br><br>'.join(map(html.escape, body))}</td></tr></table></body></html>"
    )


def seeds_on(site) -> list[Source]:
    paper = {number: seed(number) for number in ("000", "001", "004")}
    for number, lines in paper.items():
        site.on(f"/psnews/{number}.html", newspaper(lines), headers={"Content-Type": "text/html; charset=utf-8"})
    rows = "".join(
        f"<li class='news'><a href='/psnews/{number}.html'>{html.escape(lines[0])}</a> <span class='d'>{html.escape(lines[1])}</span></li>"
        for number, lines in paper.items()
    )
    site.on("/psnews/", f"<html><body><ul>{rows}</ul></body></html>", headers={"Content-Type": "text/html; charset=utf-8"})
    release = seed("002")
    site.on("/ein/1.html", wire(release), headers={"Content-Type": "text/html; charset=utf-8"})
    site.on("/ein/", "<html><body><div class='pr'><a href='/ein/1.html'>Vietnamese, Chinese public security ministries strengthen cooperation</a>"
            "<time>2024-01-11</time></div></body></html>", headers={"Content-Type": "text/html; charset=utf-8"})
    title, *body = seed("003")
    when = format_datetime(datetime(2023, 11, 1, 8, 30, tzinfo=ZoneInfo(HANOI)))
    site.on("/vov.xml", f"<rss version='2.0'><channel><title>VOV</title><link>{site.url()}</link><item><title>{html.escape(title)}</title>"
            f"<link>{site.url('/vov/1')}</link><pubDate>{when}</pubDate><description>{html.escape(html.escape(' '.join(body)))}</description></item></channel></rss>")
    return [
        Source("psnews", site.url("/psnews/"), "PSNews", kind="page", language="en", country="VN", timezone=HANOI, family="psnews",
               page=PageRules("li.news", "a", "a", "span.d")),
        Source("ein", site.url("/ein/"), "EIN Presswire", kind="page", language="en", family="ein", role="republisher", page=PageRules("div.pr", "a", "a", "time")),
        Source("vov", site.url("/vov.xml"), "VOV", language="en", country="VN", timezone=HANOI, family="vov", role="agency"),
    ]


async def test_the_five_articles_give_their_meetings_with_the_right_days_and_sides(site, tmp_path):
    config = configured(site, tmp_path, seeds_on(site))
    with open_store("sqlite::memory:") as store:
        store.sources.configure(config.sources, NOW)
        outcome = await one_round(config, store, tmp_path)
        assert outcome.troubles == ()
        assert store.items.count() == 5
        meetings = {}
        for item in store.items.all():
            claims = store.meetings.coverage(item.id)
            meetings[item.url.rsplit("/", 1)[-1]] = [store.meetings.get(claim.meeting_id) for claim in claims]

    def sides(meeting):
        return sorted(party.code for party in meeting.parties if party.role == "party" and party.kind == "country")

    first, second = meetings["1.html"]
    assert (first.day, sides(first)) == (date(2024, 1, 10), ["CN", "VN"])
    assert (second.day, sides(second)) == (date(2024, 1, 10), ["CN", "VN"])
    assert not first.agreements
    assert any("memorandum of understanding" in title.lower() and "political security" in title.lower() for title in second.agreements)
    (vov,) = meetings["1"]
    assert (vov.day, sides(vov)) == (date(2023, 10, 31), ["RU", "VN"])
    (patrushev,) = meetings["004.html"]
    assert (patrushev.day, sides(patrushev)) == (date(2017, 7, 25), ["RU", "VN"])
    assert any("memorandum of understanding" in title.lower() and "psychotropic" in title.lower() for title in patrushev.agreements)
    for number in ("000.html", "001.html"):
        for meeting in meetings[number]:
            assert set(sides(meeting)) <= {"VN"}
            assert not [party for party in meeting.parties if party.role == "party" and party.kind == "organisation"]
    everything = [meeting.id for found in meetings.values() for meeting in found]
    assert len(everything) == len(set(everything))
    assert all(meeting.day != date(2020, 1, 6) for meeting in meetings["001.html"])


# The labelled coverage, one feed for each outlet.

def gold() -> list[dict]:
    return [json.loads(line) for line in (SHARED / "gold/items.jsonl").read_text(encoding="utf-8").splitlines()]


def gold_on(site) -> list[Source]:
    by_source: dict[str, list[dict]] = {}
    for row in gold():
        by_source.setdefault(row["source"], []).append(row)
    sources = []
    for name, rows in by_source.items():
        entries = "".join(
            f"<item><guid isPermaLink='false'>{row['id']}</guid><title>{html.escape(row['title'])}</title><link>{html.escape(row['url'])}</link>"
            + (f"<pubDate>{format_datetime(datetime.fromisoformat(row['published']))}</pubDate>" if row["published"] else "")
            + f"<dc:language>{row['lang']}</dc:language><description>{html.escape(row['summary'])}</description>"
            f"<content:encoded>{html.escape(''.join(f'<p>{html.escape(line)}</p>' for line in row['body'].splitlines()))}</content:encoded></item>"
            for row in rows
        )
        body = (
            "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:content='http://purl.org/rss/1.0/modules/content/'>"
            f"<channel><title>{html.escape(rows[0]['outlet'])}</title><link>{site.url()}</link>{entries}</channel></rss>"
        )
        site.feed(f"/{name}.xml", body, etag=f'"{name}-1"', last_modified="Wed, 31 Jan 2024 08:00:00 GMT")
        sources.append(Source(name, site.url(f"/{name}.xml"), rows[0]["outlet"], family=name))
    return sources


async def test_the_labelled_coverage_is_stored_once_and_a_second_round_changes_nothing(site, tmp_path):
    config = configured(site, tmp_path, gold_on(site))
    with open_store("sqlite::memory:") as store:
        store.sources.configure(config.sources, NOW)
        first = await one_round(config, store, tmp_path)
        assert first.troubles == ()
        assert first.items == len(gold())
        assert first.meetings > 100
        before = hashes(tmp_path / "public")
        site.log.clear()
        second = await one_round(config, store, tmp_path, everything=True)
        assert second.troubles == ()
        assert len(site.log) == len(config.sources)
        assert all(asked.headers.get("if-none-match") and asked.headers.get("if-modified-since") for asked in site.log)
        assert (second.round.unchanged, second.round.new, second.round.changed) == (len(config.sources), 0, 0)
        assert hashes(tmp_path / "public") == before


# Real and hostile documents, thousands of them, each as a source of its own.

CORPORA = ("feedparser", "feed-rs", "feedjira", "node-feedparser", "fastfeedparser", "lemon24-reader", "miniflux")
BOMBS = ("rss_author_50k.xml", "rss_comments_700k.xml", "rss_style_100k.xml", "billion_laughs.xml", "rss_title_200MiB.xml.gz", "zeros_1GiB.gz", "zeros_1GiB.gz.gz")


def corpora_on(site) -> tuple[list[Source], set[str]]:
    """Every file of the corpora as a source, and the ids of those that are built to stall or to burst."""
    root = SHARED / "corpora"
    files = [path for name in CORPORA for path in sorted((root / name).rglob("*")) if path.is_file() and not path.name.startswith("LICENSE")]
    bombs = [root / "bombs" / name for name in BOMBS]
    sources, hostile = [], set()
    for number, path in enumerate([*bombs, *files]):
        name = f"c{number}"
        site.on(f"/{name}", path.read_bytes(), headers={"Content-Encoding": ", ".join(["gzip"] * path.name.count(".gz"))} if path.suffix == ".gz" else None)
        sources.append(Source(name, site.url(f"/{name}"), path.name))
        hostile |= {name} if path in bombs else set()
    return sources, hostile


@pytest.mark.case("G1")
async def test_every_document_of_the_corpora_is_read_or_refused_with_a_reason_and_what_is_published_of_it_is_valid(site, tmp_path):
    sources, hostile = corpora_on(site)
    config = configured(site, tmp_path, sources)
    with open_store("sqlite::memory:") as store:
        store.sources.configure(config.sources, NOW)
        outcome = await one_round(config, store, tmp_path)
        polls = {source.id: store.sources.polls(source.id, limit=5) for source in sources}
        assert outcome.round.decided.failed == ()
        assert outcome.published.failed == ()
        items = outcome.items
    assert [name for name, found in polls.items() if len(found) != 1] == []
    assert [name for name, (poll,) in polls.items() if poll.outcome == "failed" and not poll.reason] == []
    assert [reason for _, reason in outcome.round.failed if "fault of this program" in reason] == []
    assert {name for name, _ in outcome.round.failed} & hostile >= {"c4", "c5", "c6"}        # the compressed bombs
    assert items > 2000
    feeds = sorted((tmp_path / "public").rglob("*.atom"))
    assert {feed.name: found for feed in feeds if (found := wrong(feed.read_bytes()))} == {}
