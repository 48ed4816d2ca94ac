"""The newsroom's server: what it serves is well-formed, conditional, zipped, and faulty where it should be.

Touches: loopback.
"""

from __future__ import annotations

import gzip
import http.client
import json
import threading
from asyncio import new_event_loop, run_coroutine_threadsafe
from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from socket import create_connection
from time import monotonic
from urllib.parse import urljoin

import feedparser
import lxml.etree
import lxml.html
import pytest

from aggregator.newsroom.articles import read_outlets
from aggregator.newsroom.server import Newsroom
from storage.model import Source

SLOW = timedelta(milliseconds=200)


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    loop = new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    room = Newsroom(slow=SLOW)
    run_coroutine_threadsafe(room.start(), loop).result(10)
    yield room
    run_coroutine_threadsafe(room.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.fixture(autouse=True)
def first_round(newsroom: Newsroom) -> None:
    newsroom.round = 1


def ask(newsroom: Newsroom, url: str, headers: dict[str, str] | None = None, method: str = "GET") -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection(newsroom.address, timeout=10)
    connection.request(method, url.removeprefix(newsroom.base), headers=headers or {})
    reply = connection.getresponse()
    status, fields, body = reply.status, reply.headers, reply.read()
    connection.close()
    return status, fields, body


def well(newsroom: Newsroom) -> list[Source]:
    return [source for source in newsroom.sources() if source.id not in ("harbour-gazette", "manila-ledger")]


def test_feeds_are_well_formed_and_hold_every_article_of_the_round(newsroom: Newsroom):
    outlets = {outlet.id: outlet for outlet in read_outlets()}
    for source in well(newsroom):
        if source.kind == "page":
            continue
        status, fields, body = ask(newsroom, source.url)
        expected = [article for article in outlets[source.id].articles if article.round == 1]
        assert status == 200
        if source.url.endswith(".json"):
            assert fields["Content-Type"] == "application/feed+json"
            assert [item["title"] for item in json.loads(body)["items"]] == [article.title for article in expected]
            continue
        lxml.etree.fromstring(body)
        feed = feedparser.parse(body, response_headers={"content-type": fields["Content-Type"], "content-location": source.url})
        assert not feed.bozo, (source.id, feed.get("bozo_exception"))
        assert [entry.title for entry in feed.entries] == [article.title for article in expected]
        labels = {label.url for label in newsroom.labels(up_to=1) if label.source_id == source.id}
        assert {entry.link.partition("?")[0] for entry in feed.entries} == labels


def test_windows_1251_is_really_windows_1251(newsroom: Newsroom):
    _, _, body = ask(newsroom, f"{newsroom.base}/severny-meridian/feed.xml")
    assert "Секретарь Совбеза" in body.decode("cp1251")
    with pytest.raises(UnicodeDecodeError):
        body.decode()


def test_pages_are_read_by_their_own_rules(newsroom: Newsroom):
    pages = [source for source in newsroom.sources() if source.kind == "page"]
    assert len(pages) == 2
    for source in pages:
        rules = source.page
        assert rules is not None
        _, _, body = ask(newsroom, source.url)
        items = lxml.html.fromstring(body).cssselect(rules.item)
        labels = {label.url for label in newsroom.labels(up_to=1) if label.source_id == source.id}
        links = [urljoin(source.url, item.cssselect(rules.link)[0].get("href")) for item in items]
        assert set(links) == labels
        assert all(item.cssselect(rules.date)[0].text_content() for item in items)
        for link in links:
            status, _, article = ask(newsroom, link)
            assert status == 200
            (text,) = lxml.html.fromstring(article).cssselect(rules.content)
            assert len(text.text_content().split()) >= 120


def test_every_article_has_a_page_of_its_own_with_its_whole_text(newsroom: Newsroom):
    newsroom.round = 2
    texts = {article.id: article for outlet in read_outlets() for article in outlet.articles}
    slow = 0
    for label in newsroom.labels():
        if label.source_id == "southern-cross":
            slow += 1
            continue
        status, _, body = ask(newsroom, label.url)
        page = lxml.html.fromstring(body).text_content()
        assert status == 200
        assert all(paragraph in page for paragraph in texts[label.article].text)
    assert slow < 3


def test_a_second_visit_with_the_validators_gets_304(newsroom: Newsroom):
    for source in well(newsroom):
        _, fields, _ = ask(newsroom, source.url)
        for headers in ({"If-None-Match": fields["ETag"]}, {"If-Modified-Since": fields["Last-Modified"]}):
            status, again, body = ask(newsroom, source.url, headers)
            assert (status, body) == (304, b"")
            assert again["ETag"] == fields["ETag"]


def test_an_old_etag_outweighs_a_matching_date(newsroom: Newsroom):
    url = f"{newsroom.base}/mekong-wire/feed.xml"
    _, fields, _ = ask(newsroom, url)
    status, _, _ = ask(newsroom, url, {"If-None-Match": '"old"', "If-Modified-Since": fields["Last-Modified"]})
    assert status == 200


def test_a_date_no_one_can_read_is_ignored(newsroom: Newsroom):
    status, _, _ = ask(newsroom, f"{newsroom.base}/mekong-wire/feed.xml", {"If-Modified-Since": "last Tuesday"})
    assert status == 200


def test_documents_are_zipped_only_for_those_who_ask(newsroom: Newsroom):
    url = f"{newsroom.base}/mekong-wire/feed.xml"
    _, plain_fields, plain = ask(newsroom, url)
    _, zipped_fields, zipped = ask(newsroom, url, {"Accept-Encoding": "gzip"})
    assert plain_fields["Content-Encoding"] is None
    assert zipped_fields["Content-Encoding"] == "gzip"
    assert len(zipped) < len(plain)
    assert gzip.decompress(zipped) == plain


def test_the_second_round_changes_what_has_news_and_nothing_else(newsroom: Newsroom):
    def validators() -> dict[str, str]:
        return {source.id: ask(newsroom, source.url)[1]["ETag"] for source in well(newsroom)}

    first = validators()
    newsroom.round = 2
    second = validators()
    assert {source for source in first if first[source] != second[source]} == {
        label.source_id for label in newsroom.labels() if label.round == 2
    }


def test_a_later_article_is_not_there_before_its_round(newsroom: Newsroom):
    late = next(label for label in newsroom.labels() if label.round == 2)
    assert ask(newsroom, late.url)[0] == 404
    newsroom.round = 2
    assert ask(newsroom, late.url)[0] == 200


def test_one_has_moved_one_is_broken_and_one_is_slow(newsroom: Newsroom):
    by_id = {source.id: source for source in newsroom.sources()}
    status, fields, _ = ask(newsroom, by_id["manila-ledger"].url)
    assert (status, fields["Location"]) == (301, f"{newsroom.base}/manila-ledger/feed.xml")
    assert ask(newsroom, fields["Location"])[0] == 200
    assert ask(newsroom, by_id["harbour-gazette"].url)[0] == 500
    _, fields, _ = ask(newsroom, by_id["southern-cross"].url)
    assert parsedate_to_datetime(fields["Last-Modified"]) < newsroom.now


def test_the_slow_one_takes_its_time(newsroom: Newsroom):
    started = monotonic()
    ask(newsroom, f"{newsroom.base}/southern-cross/feed.json")
    assert monotonic() - started >= SLOW.total_seconds()


@pytest.mark.parametrize(("raw", "status"), [
    (b"GET\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\n\r\n", 405),
    (b"GET /nowhere HTTP/1.1\r\n\r\n", 404),
    (b"GET /mekong-wire/../../pyproject.toml HTTP/1.1\r\n\r\n", 404),
])
def test_odd_requests_are_refused(newsroom: Newsroom, raw: bytes, status: int):
    host, _, port = newsroom.address.partition(":")
    with create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(raw)
        reply = connection.recv(200)
    assert reply.startswith(f"HTTP/1.1 {status} ".encode())


def test_head_tells_the_length_without_the_body(newsroom: Newsroom):
    status, fields, body = ask(newsroom, f"{newsroom.base}/kontur/feed.xml", method="HEAD")
    assert status == 200
    assert int(fields["Content-Length"]) > 1000
    assert body == b""


def test_teasers_hold_the_lead_only(newsroom: Newsroom):
    (kontur,) = [source for source in newsroom.sources() if source.id == "kontur"]
    _, _, body = ask(newsroom, kontur.url)
    assert kontur.full_text
    assert all(len(entry.summary.split()) < 60 for entry in feedparser.parse(body).entries)
