"""The newsroom through our own parser: every habit of its outlets is read as it was meant.

Touches: nothing.
"""

from __future__ import annotations

from aggregator.newsroom.articles import Article, read_outlets
from aggregator.newsroom.server import Newsroom
from aggregator.parse.entry import Document, Entry
from aggregator.parse.reader import read_article, read_document
from storage.model import Source

OUTLETS = {outlet.id: outlet for outlet in read_outlets()}
BOILERPLATE = ("cookie", "Most read", "Trang chủ", "©")


def room() -> Newsroom:
    newsroom = Newsroom()
    newsroom.base, newsroom.round = "http://127.0.0.1:8099", 2
    return newsroom


def documents() -> list[tuple[Newsroom, Source, tuple[Entry, ...], tuple[Article, ...]]]:
    newsroom, found = room(), []
    for source in newsroom.sources():
        url = source.url
        answer = newsroom.answer(url.removeprefix(newsroom.base))
        if answer.status == 500:
            continue
        if answer.location:
            url = answer.location
            answer = newsroom.answer(url.removeprefix(newsroom.base))
        parsed = read_document(Document(url, answer.body, answer.content_type, newsroom.now), source, now=newsroom.now)
        found.append((newsroom, source, parsed.entries, OUTLETS[source.id].articles))
    return found


def test_every_title_date_and_link_is_read_exactly():
    for newsroom, source, entries, articles in documents():
        assert [entry.title for entry in entries] == [article.title for article in articles]
        assert [entry.published_at for entry in entries] == [article.published if article.dated else None for article in articles], source.id
        assert {entry.link.partition("?")[0] for entry in entries} == {label.url for label in newsroom.labels() if label.source_id == source.id}


def test_the_whole_text_is_read_from_the_feed_or_the_page_and_nothing_else():
    for newsroom, source, entries, articles in documents():
        for entry, article in zip(entries, articles, strict=True):
            text = entry.summary + entry.content
            if source.full_text:
                answer = newsroom.answer(entry.link.removeprefix(newsroom.base))
                text = read_article(Document(entry.link, answer.body, answer.content_type, newsroom.now), source, now=newsroom.now).content
            assert [paragraph for paragraph in article.text if paragraph[:30] not in text] == [], article.id
            assert not [word for word in BOILERPLATE if word in text], article.id
