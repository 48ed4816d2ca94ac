"""The bundled newsroom as a labelled set: complete, varied, and true to its own facts.

Touches: nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.newsroom.articles import OPENS, Article, read_events, read_outlets

OUTLETS = read_outlets()
EVENTS = {event.id: event for event in read_events()}
ARTICLES = {article.id: article for outlet in OUTLETS for article in outlet.articles}
LANGUAGES = {article.id: outlet.language for outlet in OUTLETS for article in outlet.articles}
TOPICS = {
    "transnational-crime", "cybercrime", "cyber-security", "drugs", "human-trafficking", "counter-terrorism", "economic-crime",
    "extradition-and-legal-assistance", "border-management", "immigration", "citizen-protection", "training", "agreement-signed",
    "peacekeeping", "defence", "trade",
}


def about(event: str, *, up_to: int = 2) -> list[Article]:
    return [article for article in ARTICLES.values() if event in article.reports and article.round <= up_to]


def test_the_first_round_alone_has_enough_of_everything():
    first = [article for article in ARTICLES.values() if article.round == 1]
    assert len(OUTLETS) >= 12
    assert len(first) >= 60
    assert len({event for article in first for event in article.reports}) >= 20
    assert len({LANGUAGES[article.id] for article in first}) >= 5
    formats = Counter(outlet.format for outlet in OUTLETS)
    assert formats["rss"] >= 4
    assert formats["atom"] >= 3
    assert formats["json"] >= 1
    assert formats["page"] == formats["table"] == 1
    assert sorted(outlet.behaviour for outlet in OUTLETS if outlet.behaviour) == ["broken", "moved", "slow"]


def test_the_second_round_adds_late_coverage_a_held_preview_a_reprint_and_a_new_meeting():
    late = [article for article in ARTICLES.values() if article.round == 2]
    seen = {event for article in ARTICLES.values() if article.round == 1 for event in article.reports}
    previewed = {event for article in ARTICLES.values() if article.round == 1 for event in article.refers_to}
    assert len(late) >= 6
    assert any(set(article.reports) <= seen and LANGUAGES[article.id] not in {LANGUAGES[other.id] for other in about(article.reports[0], up_to=1)}
               for article in late)
    assert any(set(article.reports) & (previewed - seen) for article in late)
    assert any(article.copy_of for article in late)
    assert any(not set(article.reports) & (seen | previewed) for article in late)


@pytest.mark.parametrize("article", ARTICLES.values(), ids=lambda article: article.id)
def test_every_article_says_what_it_really_is(article: Article):
    assert set(article.reports) | set(article.refers_to) <= set(EVENTS)
    assert bool(article.reports) == (article.relation == "report")
    assert bool(article.refers_to) == (article.relation == "preview")
    if article.copy_of:
        assert article.credit
        assert ARTICLES[article.copy_of].reports == article.reports
        assert ARTICLES[article.copy_of].published < article.published


@pytest.mark.parametrize("article", ARTICLES.values(), ids=lambda article: article.id)
def test_every_article_is_of_a_natural_length(article: Article):
    text = " ".join(article.text)
    length = len(re.findall(r"[一-鿿]", text)) / 1.6 if LANGUAGES[article.id] == "zh" else len(text.split())
    assert 120 <= length <= 320
    assert "  " not in text
    assert article.title == article.title.strip()


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.id)
def test_articles_are_written_after_what_they_report_and_before_their_round_is_read(outlet):
    for article in outlet.articles:
        zone = ZoneInfo(outlet.timezone)
        assert article.published.utcoffset() == article.published.astimezone(zone).utcoffset(), article.id
        assert article.published < OPENS[article.round]
        assert article.round == 1 or article.published > OPENS[article.round - 1]
        assert all(EVENTS[event].day <= article.published.date() for event in article.reports)
        assert all(EVENTS[event].day > article.published.date() for event in article.refers_to)


def test_every_meeting_is_told_by_somebody_and_most_by_several_outlets():
    counts = {event: len(about(event)) for event in EVENTS}
    assert min(counts.values()) >= 1
    assert sum(count >= 2 for count in counts.values()) >= 20
    assert max(counts.values()) >= 5


def test_meetings_have_known_topics_and_sorted_parties():
    for event in EVENTS.values():
        assert set(event.topics) <= TOPICS
        assert event.topics
        assert list(event.countries) == sorted(event.countries)
        assert len(event.countries) + len(event.organisations) >= 2
    assert {topic for event in EVENTS.values() for topic in event.topics} == TOPICS


def test_the_hard_cases_are_there():
    reports = list(ARTICLES.values())
    assert [article.id for article in reports if not article.dated], "one without a date"
    assert [article for article in reports if len(article.reports) == 2], "one that reports two meetings"
    assert [article for article in reports if len(article.reports) > 2], "a round-up"
    assert len([article for article in reports if article.relation == "none"]) >= 3, "no meeting at all"
    by_people: dict[tuple[str, ...], list[str]] = {}
    for event in EVENTS.values():
        by_people.setdefault(tuple(sorted(event.people)), []).append(event.id)
    alike = [[EVENTS[name].day for name in names] for names in by_people.values() if len(names) > 1]
    assert len(alike) >= 2, "the same people on other days"
    assert all(max(days) - min(days) >= timedelta(days=2) for days in alike)
    scripts = {LANGUAGES[article.id] for article in about("la-vn-talks")}
    assert {"en", "vi", "ru", "zh"} <= scripts, "one meeting in several scripts"
