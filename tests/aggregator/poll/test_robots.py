"""A host's robots.txt is asked for once a day and obeyed, for pages and not for feeds."""

from datetime import timedelta

import pytest

from aggregator.errors import FetchError
from aggregator.fetch.fetcher import Fetcher
from aggregator.poll.robots import Robots
from tests.factory import source


@pytest.fixture
def robots(site, clock):
    return Robots(Fetcher("Communique/1", clock=clock.now, allow={site.authority}), clock.now)


async def may(rules, site, path, **of):
    try:
        await rules.require(site.url(path), source(url=site.url("/news"), kind="page", **of))
    except FetchError as error:
        assert "robots.txt" in error.reason
        return False
    return True


async def test_what_a_host_asks_not_to_read_is_not_read(robots, site):
    site.on("/robots.txt", "User-agent: *\nDisallow: /private\nAllow: /private/open\n\nUser-agent: Communique\nDisallow: /*.pdf$\n")
    assert await may(robots, site, "/private")       # our own group is the one that counts
    assert not await may(robots, site, "/a.pdf")
    assert await may(robots, site, "/a.html")
    assert len(site.asked("/robots.txt")) == 1


async def test_a_host_without_the_file_allows_everything(robots, site):
    assert await may(robots, site, "/anything")


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_host_that_cannot_say_allows_nothing_until_it_can(robots, site, clock, status):
    site.on("/robots.txt", status=status)
    site.on("/robots.txt", "User-agent: *\nDisallow:\n")
    assert not await may(robots, site, "/news")
    assert not await may(robots, site, "/news")
    clock.advance(timedelta(hours=1))
    assert await may(robots, site, "/news")


async def test_the_file_is_asked_for_again_after_a_day(robots, site, clock):
    site.on("/robots.txt", "User-agent: *\nDisallow:\n")
    site.on("/robots.txt", "User-agent: *\nDisallow: /\n")
    assert await may(robots, site, "/news")
    clock.advance(timedelta(hours=23))
    assert await may(robots, site, "/news")
    clock.advance(timedelta(hours=1))
    assert not await may(robots, site, "/news")


async def test_the_operator_of_a_host_may_overrule_its_file(robots, site):
    site.on("/robots.txt", "User-agent: *\nDisallow: /\n")
    assert await may(robots, site, "/news", robots=False)
    assert site.asked("/robots.txt") == []
