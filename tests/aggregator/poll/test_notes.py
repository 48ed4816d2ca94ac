"""What a visit leaves out: entries by words, and what is said of articles without text and entries beyond the limit."""

from __future__ import annotations

from dataclasses import replace

from aggregator.poll.scheduler import run_round
from storage.model import PageRules
from tests.aggregator.poll.world import article, listing, rss


async def test_articles_that_hold_no_text_are_counted_and_told_by_their_listing(world, site):
    site.on("/news", listing(site, "one", "two"))
    site.on("/one", article("One", "The ministers met in Suva."))
    site.on("/two", "<html><body><p></p></body></html>")
    world.follow(world.feed("/news", kind="page", page=PageRules(item="div.row")))
    done = await world.round()
    assert world.titles() == ["One", "two"]
    ((name, note),) = done.noted
    assert name == "news"
    assert note.startswith("1 articles told by their listing alone: ")
    assert world.standing("news").note == note


async def test_entries_beyond_the_limit_are_told(world, site):
    site.on("/feed", rss(*(f"Story {number}" for number in range(1003))))
    world.follow(world.feed("/feed"))
    done = await world.round()
    assert done.noted == (("feed", "3 entries beyond the limit of one document left out"),)


async def test_words_for_every_source_count_beside_those_of_one(world, site):
    site.on("/a", rss("Talks on visas", "Football and visas", "Football", "Talks on trade"))
    site.on("/b", rss("Talks on visas and fish", "Football in Suva", host="https://b.example"))
    world.follow(world.feed("/a", keep=("visa*", "football")), world.feed("/b"))
    polling = replace(world.polling, keep=("talks", "football"), block=("fish", "football"))
    async with world.fetcher() as fetcher:
        await run_round(world.store, fetcher, world.pool, world.intake, polling=polling, clock=world.clock.now)
    assert world.titles() == ["Talks on visas"]
