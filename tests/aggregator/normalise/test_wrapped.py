"""Results of a news search: the publisher is the one the entry names, and the item is known by it and its headline."""

from aggregator.normalise.items import normalise
from aggregator.parse.entry import Document, Parsed
from aggregator.parse.reader import read_document
from tests.factory import NOW, entry, source

SEARCH = source(id="search", url="https://news.search.example/rss/search?q=interior", name="Search", role="republisher")
FOUND = {
    "guid": "CBMiABC", "link": "https://news.search.example/rss/articles/CBMiABC", "title": "Ministers meet in Suva - Fiji Daily",
    "source_title": "Fiji Daily", "source_url": "https://www.fijidaily.example",
}


def item_of(**fields):
    ((item, _),) = normalise(Parsed((entry(**(FOUND | fields)),)), SEARCH, seen_at=NOW)
    return item


def test_the_publisher_and_the_bare_headline_are_taken():
    item = item_of()
    assert (item.outlet, item.title, item.credit) == ("Fiji Daily", "Ministers meet in Suva", "Fiji Daily")
    assert item.url == FOUND["link"]


def test_an_item_keeps_its_id_when_the_search_wraps_it_anew():
    assert item_of().id == item_of(guid="CBMiXYZ", link="https://news.search.example/rss/articles/CBMiXYZ?oc=5").id
    assert item_of().id != item_of(title="Ministers meet in Nadi - Fiji Daily").id
    assert item_of().id != item_of(source_url="https://other.example", source_title="Fiji Daily").id


def test_one_headline_of_two_publishers_is_two_items():
    entries = (entry(**FOUND), entry(**(FOUND | {"position": 1, "guid": "2", "link": "https://news.search.example/2", "source_title": "Tonga Post",
                                                 "source_url": "https://tongapost.example", "title": "Ministers meet in Suva - Tonga Post"})))
    found = normalise(Parsed(entries), SEARCH, seen_at=NOW)
    assert [(item.outlet, item.title) for item, _ in found] == [("Fiji Daily", "Ministers meet in Suva"), ("Tonga Post", "Ministers meet in Suva")]
    assert len({item.id for item, _ in found}) == 2


def test_a_headline_that_ends_otherwise_and_an_outlets_own_feed_stay_as_they_are():
    assert item_of(title="Fiji - Tonga: talks on borders").title == "Fiji - Tonga: talks on borders"
    own = entry(**(FOUND | {"link": "https://www.fijidaily.example/1"}))
    ((item, _),) = normalise(Parsed((own,)), SEARCH, seen_at=NOW)
    assert item.title == "Ministers meet in Suva - Fiji Daily"


def test_the_source_element_of_a_search_is_read_from_the_feed():
    body = (f"<rss version='2.0'><channel><title>Search</title><item><title>Ministers meet in Suva - Fiji Daily</title><link>{FOUND['link']}</link>"
            f"<guid isPermaLink='false'>CBMiABC</guid><source url='https://www.fijidaily.example'>Fiji Daily</source></item></channel></rss>")
    parsed = read_document(Document(SEARCH.url, body.encode()), SEARCH, now=NOW)
    ((item, _),) = normalise(parsed, SEARCH, seen_at=NOW)
    assert (item.outlet, item.title, item.id) == ("Fiji Daily", "Ministers meet in Suva", item_of().id)
