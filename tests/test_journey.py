"""From the bundled newsroom's sources to its feeds, as a newcomer runs it."""

import hashlib
import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree

from aggregator.cli import cli
from aggregator.commands.rounds import BROKEN, demo_polling, fetch
from aggregator.config import read_config
from aggregator.newsroom.server import Newsroom
from feeds.publisher import Publishing, publish
from storage.store import open_store
from tests.feeds.atom_rules import wrong

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def hashes(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


def entries(path: Path) -> dict[str, tuple[str, str]]:
    """Of each entry's id: when it was published and updated."""
    tree = etree.parse(path)
    return {e.findtext("a:id", "", ATOM): (e.findtext("a:published", "", ATOM), e.findtext("a:updated", "", ATOM)) for e in tree.findall("a:entry", ATOM)}


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The demo as the README tells to run it: its folder, and what it reported."""
    out = tmp_path_factory.mktemp("demo")
    result = CliRunner().invoke(cli, ["demo", "--out", str(out), "--json"], standalone_mode=False)
    assert result.exception is None, result.exception
    assert result.return_value == 0, result.output
    return out, json.loads(result.stdout)


def test_the_demo_goes_as_scripted(shown):
    _, told = shown
    assert told["as_scripted"] is True
    last = told["rounds"][-1]
    assert last["items"]["stored"] >= 60
    assert last["meetings"]["stored"] >= 20
    assert set(last["failed"]) == BROKEN


def test_every_feed_of_the_demo_is_valid_atom(shown):
    out, _ = shown
    feeds = sorted(out.rglob("*.atom"))
    assert len(feeds) > 20
    assert {str(feed.relative_to(out)): found for feed in feeds if (found := wrong(feed.read_bytes()))} == {}


def test_every_feed_of_the_demo_is_listed_and_has_a_page(shown):
    out, _ = shown
    listed = {outline.get("xmlUrl") for outline in etree.parse(out / "feeds.opml").iter("outline") if outline.get("xmlUrl")}
    assert listed == {f"http://127.0.0.1:8080/{feed.relative_to(out)}" for feed in out.rglob("*.atom")}
    assert all(feed.with_suffix(".html").is_file() for feed in out.rglob("*.atom"))
    assert (out / "index.html").is_file()


async def test_an_entry_grows_in_place_and_nothing_else_changes(tmp_path):
    newsroom = Newsroom()
    await newsroom.start()
    try:
        config = replace(read_config("", tmp_path / "config.toml", {}), poll=demo_polling(newsroom), sources=newsroom.sources())
        publishing = Publishing("Demo", "http://127.0.0.1:8080/", tmp_path / "public", topics=config.topics)
        with open_store(f"sqlite:{tmp_path / 'store.db'}") as store:
            store.sources.configure(config.sources, newsroom.now)

            async def once():
                return await fetch(config, store, lambda now: publish(store, publishing, now=now), clock=lambda: newsroom.now, everything=True)

            first = await once()
            before = entries(tmp_path / "public/all.atom")
            newsroom.round = 2
            second = await once()
            after = entries(tmp_path / "public/all.atom")
            bytes_after = hashes(tmp_path / "public")
            third = await once()
    finally:
        await newsroom.stop()
    assert first.meetings < second.meetings
    assert before.keys() <= after.keys()
    assert all(after[name][0] == published for name, (published, _) in before.items())
    grown = [name for name, (_, updated) in before.items() if after[name][1] > updated]
    assert grown
    assert len(grown) < len(before)
    assert (third.round.new, third.round.changed, third.published.written) == (0, 0, 0)
    assert hashes(tmp_path / "public") == bytes_after


async def test_no_two_meetings_of_the_newsroom_are_one_and_most_reports_find_theirs(tmp_path):
    newsroom = Newsroom()
    await newsroom.start()
    try:
        config = replace(read_config("", tmp_path / "config.toml", {}), poll=demo_polling(newsroom), sources=newsroom.sources())
        publishing = Publishing("Demo", "http://127.0.0.1:8080/", tmp_path / "public", topics=config.topics)
        with open_store("sqlite::memory:") as store:
            store.sources.configure(config.sources, newsroom.now)
            for number in (1, 2):
                newsroom.round = number
                await fetch(config, store, lambda now: publish(store, publishing, now=now), clock=lambda: newsroom.now, everything=True)
            told = {(item.source_id, item.url): [claim.meeting_id for claim in store.meetings.coverage(item.id)] for item in store.items.all()}
        labels = [label for label in newsroom.labels() if label.relation == "report" and label.source_id not in BROKEN]
    finally:
        await newsroom.stop()
    said = {label.article: told[label.source_id, label.url] for label in labels}
    right = false = missed = 0
    for one, other in combinations(labels, 2):
        same = bool(set(one.meetings) & set(other.meetings))
        together = bool(set(said[one.article]) & set(said[other.article]))
        right, false, missed = right + (same and together), false + (together and not same), missed + (same and not together)
    assert false == 0
    assert right / (right + missed) >= 0.6
