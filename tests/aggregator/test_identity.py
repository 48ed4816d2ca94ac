"""R44 to R57: an item stays one item through all that real feeds do to it, over a real store.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from aggregator.ingest import Intake, Taken
from aggregator.parse.entry import Document, Entry, Parsed
from aggregator.parse.reader import read_document
from aggregator.poll.visiting import QUOTA
from aggregator.understand.reading import understand
from aggregator.understand.topics import SHIPPED
from storage.store import Store, open_store
from tests.factory import source

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SITE = source(id="a", url="https://a.example/feed")


class Feed:
    """One source over a real store; every poll is an hour after the last."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, NOW
        self.intake = Intake(store, lambda item, of: ())
        store.sources.configure([SITE], NOW)

    def poll(self, *entries: Entry, later: timedelta = HOUR, **document: object) -> tuple[int, int]:
        """What a document with these entries brings: new items and changed ones."""
        self.now += later
        taken = self.intake.take(SITE, Parsed(entries, **document), self.now, visit=True)
        self.intake.decide(self.now)
        return taken.new, taken.changed

    def read(self, body: str, content_type: str = "application/xml") -> tuple[int, int]:
        """The same from a document as it comes over the wire."""
        parsed = read_document(Document(SITE.url, body.encode(), content_type, self.now), SITE, now=self.now)
        return self.poll(*parsed.entries, title=parsed.title, site=parsed.site)

    def titles(self) -> list[str]:
        return sorted(item.title for item in self.store.items.all())


@pytest.fixture
def feed() -> Iterator[Feed]:
    with open_store("sqlite::memory:") as store:
        yield Feed(store)


def entry(number: int, **fields: object) -> Entry:
    """One of a feed's entries, each with an id, a link, a title, a text and a moment of its own."""
    plain: dict[str, object] = {
        "position": number, "guid": f"urn:{number}", "link": f"https://a.example/story/{number}", "title": f"Ministers of country {number} meet",
        "summary": f"The ministers met for the {number}th time and spoke about cooperation.", "published_at": NOW - number * HOUR,
    }
    return Entry(**(plain | fields))  # type: ignore[arg-type]


TEN = tuple(entry(number) for number in range(10))


@pytest.mark.case("R44")
def test_r44_items_that_are_dated_anew_at_every_visit_are_the_same(feed):
    assert feed.poll(*TEN) == (10, 0)
    for _ in range(5):
        assert feed.poll(*(entry(number, published_at=feed.now) for number in range(10))) == (0, 0)
    assert {item.published for item in feed.store.items.all()} == {one.published_at for one in TEN}


RENAMED = {
    "new guids": lambda number: entry(number, guid=f"tag:new,{number}"),
    "http to https": lambda number: entry(number, guid=f"https://a.example/story/{number}", link=f"https://a.example/story/{number}"),
    "new links and guids": lambda number: entry(number, guid=f"new-{number}", link=f"https://www.a.example/2026/03/{number}.html"),
    "guids lost": lambda number: entry(number, guid=""),
    "guids and links lost": lambda number: entry(number, guid="", link=""),
    "links lost, new guids": lambda number: entry(number, guid=f"n{number}", link=""),
    "new links, guids lost, dates lost": lambda number: entry(number, guid="", link=f"https://b.example/{number}", published_at=None),
    "new guids, corrected titles": lambda number: entry(number, guid=f"n{number}", title=f"Corrected: ministers of country {number} met"),
    "new guids, new dates": lambda number: entry(number, guid=f"n{number}", published_at=NOW - number * HOUR + 3 * HOUR),
}


@pytest.mark.case("R45")
@pytest.mark.parametrize("how", RENAMED)
def test_r45_when_all_ids_change_at_once_nothing_is_announced_again(feed, how):
    before = [entry(number, guid=f"http://a.example/story/{number}", link=f"http://a.example/story/{number}") for number in range(10)] \
        if how == "http to https" else TEN
    assert feed.poll(*before) == (10, 0)
    ids = {item.id for item in feed.store.items.all()}
    new, _ = feed.poll(*(RENAMED[how](number) for number in range(10)), entry(99))
    assert new == 1                                             # the one that is
    assert ids < {item.id for item in feed.store.items.all()}
    assert feed.poll(*(RENAMED[how](number) for number in range(10)), entry(99)) == (0, 0)


@pytest.mark.case("R45")
def test_r45_what_only_looks_alike_is_not_taken_for_an_old_item(feed):
    daily = {"link": "https://a.example/briefing", "title": "Daily briefing of the ministry"}
    for day in range(5):
        assert feed.poll(entry(0, guid=f"b{day}", summary=f"Day {day}.", published_at=NOW + day * DAY, **daily), later=DAY) == (1, 0)
    assert feed.poll(entry(1, guid="x", title="Daily briefing of the ministry", link="https://a.example/other", published_at=NOW + 9 * DAY), later=5 * DAY) == (1, 0)
    assert feed.store.items.count() == 6


@pytest.mark.case("R46")
def test_r46_a_feed_that_shrinks_to_nothing_and_returns_loses_and_announces_nothing(feed):
    feed.poll(*TEN)
    for some in ((), TEN[:1], (), TEN, TEN[5:], TEN):
        assert feed.poll(*some) == (0, 0)
    assert feed.store.items.count() == 10


@pytest.mark.case("R47")
def test_r47_order_is_no_news(feed):
    feed.poll(*TEN)
    for turn in range(10):
        assert feed.poll(*TEN[turn:], *TEN[:turn]) == (0, 0)


@pytest.mark.case("R48")
def test_r48_old_items_that_return_after_a_year_are_not_new(feed):
    feed.poll(*TEN)
    for week in range(52):
        feed.poll(entry(100 + week), later=7 * DAY)
    assert feed.poll(*TEN, later=DAY) == (0, 0)
    assert feed.poll(*(entry(number, guid=f"again-{number}") for number in range(10))) == (0, 0)


@pytest.mark.case("R49")
def test_r49_ten_thousand_entries_are_cut_and_the_first_thousand_are_stable(feed):
    rows = "".join(f"<item><guid>g{n}</guid><title>Item {n} of very many</title></item>" for n in range(10_000))
    body = f'<rss version="2.0"><channel><title>Long</title>{rows}</channel></rss>'
    parsed = read_document(Document(SITE.url, body.encode(), "application/xml", NOW), SITE, now=NOW)
    # 20 MB are refused by the fetcher before anything is parsed (tests/aggregator/fetch), so nothing half is ever kept.
    assert len(parsed.entries) + parsed.cut == 10_000
    first = feed.poll(*parsed.entries)
    assert first == (len(parsed.entries), 0)
    assert feed.poll(*parsed.entries) == (0, 0)


@pytest.mark.case("R50")
def test_r50_a_change_of_encoding_between_visits_is_no_news(feed):
    text = '<rss version="2.0"><channel><title>Press</title><item><guid>1</guid><title>Tô Lâm à Moscou – entretiens</title><link>https://a.example/1</link></item></channel></rss>'
    outcomes = []
    for encoding in ("utf-8", "utf-16", "utf-8-sig", "utf-8"):
        parsed = read_document(Document(SITE.url, text.encode(encoding), "application/xml", NOW), SITE, now=NOW)
        outcomes.append(feed.poll(*parsed.entries))
    assert outcomes == [(1, 0), (0, 0), (0, 0), (0, 0)]
    assert feed.titles() == ["Tô Lâm à Moscou – entretiens"]


@pytest.mark.case("R51")
def test_r51_two_entries_under_one_id_are_both_kept_and_stay_themselves_when_one_leaves(feed):
    a, b = entry(1, guid="same"), entry(2, guid="same")
    assert feed.poll(a, b) == (2, 0)
    assert feed.poll(a) == (0, 0)
    assert feed.poll(b) == (0, 0)
    assert feed.poll(b, a) == (0, 0)
    assert feed.poll(entry(3, guid="same"), b) == (1, 0)
    assert feed.store.items.count() == 3


@pytest.mark.case("R51")
def test_r51_an_id_that_every_newest_entry_bears_hides_none(feed):
    titles = ("Floods in the north", "Ministers meet in Suva", "A new bridge opens", "Harvest is late this year", "Police sign an agreement")
    latest = [entry(number, guid="latest", title=title, published_at=NOW + number * DAY) for number, title in enumerate(titles)]
    assert [feed.poll(one, later=DAY) for one in latest] == [(1, 0)] * 5
    assert feed.poll(latest[2]) == (0, 0)
    assert feed.store.items.count() == 5


@pytest.mark.case("R52")
@pytest.mark.parametrize(("guid", "link", "dated", "titled"), list(product([True, False], repeat=4)))
def test_r52_whatever_an_entry_lacks_its_id_is_stable(feed, guid, link, dated, titled):
    def made(number: int) -> Entry:
        lacking: dict[str, object] = {}
        if not guid:
            lacking["guid"] = ""
        if not link:
            lacking["link"] = ""
        if not dated:
            lacking["published_at"] = None
        if not titled:
            lacking["title"] = ""
        return entry(number, **lacking)

    assert feed.poll(*(made(number) for number in range(5))) == (5, 0)
    for turn in range(10):
        assert feed.poll(*(made(number) for number in range(turn % 4, 5))) == (0, 0)
    assert feed.store.items.count() == 5


@pytest.mark.case("R53")
@pytest.mark.parametrize(("raw", "moment"), [
    ("1970", datetime(1970, 1, 1, tzinfo=UTC)), ("0001", datetime(1, 1, 1, tzinfo=UTC)), ("2031", datetime(2031, 1, 1, tzinfo=UTC)),
])
def test_r53_a_date_that_cannot_be_is_kept_as_written_and_not_believed(feed, raw, moment):
    feed.poll(entry(1, published=raw, published_at=moment))
    (item,) = feed.store.items.all()
    # The case wants min(parsed, first seen + a day). A made-up moment is worse than none: readers fall back on when the item was first seen.
    assert item.published is None
    assert raw in feed.store.items.raw(item.id)


@pytest.mark.case("R53")
def test_r53_a_date_a_few_hours_ahead_is_believed(feed):
    feed.poll(entry(1, published_at=NOW + 12 * HOUR))
    assert [item.published for item in feed.store.items.all()] == [NOW + 12 * HOUR]


@pytest.mark.case("R54")
def test_r54_an_edit_is_a_revision_of_one_item(feed):
    feed.poll(entry(1))
    assert feed.poll(entry(1, title="Ministers of country 1 met")) == (0, 1)
    assert feed.poll(entry(1, title="Retracted")) == (0, 1)
    (item,) = feed.store.items.all()
    assert (item.first_seen, len(feed.store.items.revisions(item.id))) == (NOW + HOUR, 3)


@pytest.mark.case("R55")
def test_r55_a_text_that_flaps_or_counts_keeps_one_item_and_few_revisions(feed):
    feed.poll(entry(1))
    for turn in range(100):
        feed.poll(entry(1, summary=f"The ministers met. Read {turn} times." if turn % 2 else "The ministers met."))
    (item,) = feed.store.items.all()
    assert item.first_seen == NOW + HOUR
    assert len(feed.store.items.revisions(item.id)) <= 20


@pytest.mark.case("R55")
def test_r55_a_counter_in_a_report_moves_no_meeting():
    with open_store("sqlite::memory:") as store:
        feed = Feed(store)
        feed.intake = Intake(store, lambda item, of: understand(item, of, SHIPPED))
        told = "Fiji's Minister of the Interior Pio Ravu held talks with Tonga's Minister of Police Sione Taufa in Suva on 4 March 2026 on drug trafficking."
        feed.poll(entry(1, title="Ministers meet in Suva", summary=told))
        (before,) = store.meetings.newest(2)
        for turn in range(10):
            feed.poll(entry(1, title="Ministers meet in Suva", summary=f"{told} Views: {turn}"))
        (after,) = store.meetings.newest(2)
        assert (after.id, after.published, after.updated) == (before.id, before.published, before.updated)


STORIES = ("First talks of the ministers", "Second talks of the ministers", "Third talks of the ministers")
RSS = '<rss version="2.0"><channel><title>Press</title><link>https://a.example/</link>' + "".join(
    f"<item><title>{title}</title><link>https://a.example/{n}</link><guid>https://a.example/?p={n}</guid>"
    f"<pubDate>Wed, 04 Mar 2026 0{n}:00:00 GMT</pubDate><description>They met, story {n}.</description></item>" for n, title in enumerate(STORIES)) + "</channel></rss>"
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Press</title><id>urn:f</id><updated>2026-03-04T09:00:00Z</updated>' + "".join(
    f'<entry><title>{title}</title><link href="https://a.example/{n}"/><id>tag:a.example,2026:{n}</id><published>2026-03-04T0{n}:00:00Z</published>'
    f"<updated>2026-03-04T0{n}:00:00Z</updated><summary>They met, story {n}.</summary></entry>" for n, title in enumerate(STORIES)) + "</feed>"
JSON = '{"version": "https://jsonfeed.org/version/1.1", "title": "Press", "items": [' + ", ".join(
    f'{{"id": "{n}", "url": "http://a.example/{n}", "title": "{title}", "date_published": "2026-03-04T0{n}:00:00Z", "content_text": "They met, story {n}."}}'
    for n, title in enumerate(STORIES)) + "]}"


@pytest.mark.case("R56")
def test_r56_a_feed_that_changes_its_format_keeps_its_items(feed):
    assert feed.read(RSS)[0] == 3
    ids = {item.id for item in feed.store.items.all()}
    assert feed.read(ATOM)[0] == 0
    assert feed.read(JSON, "application/feed+json")[0] == 0
    assert feed.read(RSS)[0] == 0
    assert {item.id for item in feed.store.items.all()} == ids


@pytest.mark.case("R57")
def test_r57_a_meeting_told_by_five_sources_is_one_with_one_id_whatever_restarts_lie_between(tmp_path):
    told = "Fiji's Minister of the Interior Pio Ravu held talks with Tonga's Minister of Police Sione Taufa in Suva on 4 March 2026 on drug trafficking."
    sources = [source(id=f"s{number}", url=f"https://s{number}.example/", family=f"s{number}") for number in range(5)]
    ids, url = set(), f"sqlite:{tmp_path / 'communique.db'}"
    for turn, one in enumerate(sources):
        with open_store(url) as store:
            store.sources.configure(sources, NOW)
            intake = Intake(store, lambda item, of: understand(item, of, SHIPPED))
            intake.take(one, Parsed((Entry(0, guid="1", title=f"Ministers meet in Suva ({one.id})", summary=told, published_at=NOW),)), NOW + turn * HOUR, visit=True)
            intake.decide(NOW + turn * HOUR)
            ids |= {meeting.id for meeting in store.meetings.newest(10)}
    assert len(ids) == 1


@pytest.mark.case("S46")
def test_s46_no_source_can_touch_anothers_item_under_its_id_or_link(feed):
    other = source(id="b", url="https://b.example/feed")
    feed.store.sources.configure([SITE, other], NOW)
    feed.poll(*TEN)
    before = list(feed.store.items.all())
    taken = feed.intake.take(other, Parsed(tuple(entry(number, title="Buy pills") for number in range(10))), feed.now, visit=True)
    assert taken.new == 10
    assert [item for item in feed.store.items.all() if item.source_id == "a"] == before


# Quotas

def flood(feed: Feed, document: int, room: int | None, number: int = 1000) -> Taken:
    feed.now += HOUR
    entries = tuple(entry(n, guid=f"{document}-{n}", link=f"https://a.example/{document}/{n}", title=f"Document {document} entry {n}", summary=f"Text {document} {n}")
                    for n in range(number))
    return feed.intake.take(SITE, Parsed(entries), feed.now, visit=True, room=room)


@pytest.mark.case("S30")
def test_s30_what_is_beyond_the_room_waits_its_turn_and_comes_in_later(feed):
    assert flood(feed, 0, None).new == 1000                     # the first document is taken whole
    first = flood(feed, 1, 400)
    assert (first.new, first.waiting) == (400, 600)
    nothing_left = flood(feed, 2, 0, number=5)
    assert (nothing_left.new, nothing_left.waiting) == (0, 605)
    later = feed.intake.take(SITE, Parsed(()), feed.now + DAY, visit=True, room=QUOTA)
    assert (later.new, later.waiting) == (500, 105)
    last = feed.intake.take(SITE, Parsed(()), feed.now + 2 * DAY, visit=True, room=QUOTA)
    assert (last.new, last.waiting) == (105, 0)
    assert feed.store.items.count() == 2005                     # nothing was lost


@pytest.mark.case("S30")
def test_s30_known_items_change_whatever_waits(feed):
    flood(feed, 0, None, number=10)
    feed.now += HOUR
    edited = tuple(entry(n, guid=f"0-{n}", link=f"https://a.example/0/{n}", title=f"Edited {n}", summary="New text") for n in range(10))
    assert feed.intake.take(SITE, Parsed(edited), feed.now, visit=True, room=0).changed == 10


@pytest.mark.case("S30")
def test_s30_an_entry_that_waits_and_is_seen_again_waits_once(feed):
    flood(feed, 0, None, number=1)
    for _ in range(3):
        feed.now -= HOUR
        assert flood(feed, 1, 0, number=50).waiting == 50


@pytest.mark.case("S30")
def test_s30_a_flood_without_end_fills_no_disk(feed):
    flood(feed, 0, None, number=1)
    for document in range(1, 6):
        waiting = flood(feed, document, 0).waiting
    assert waiting == 2000
