"""The same newsroom gives the same published bytes, whichever database remembers it."""

import hashlib
from dataclasses import replace
from pathlib import Path

from aggregator.commands.rounds import demo, demo_polling
from aggregator.config import read_config
from aggregator.newsroom.server import Newsroom
from feeds.publisher import Publishing, publish
from storage.store import open_store
from tests.postgresql import empty_schema


def hashes(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


async def published(newsroom: Newsroom, url: str, folder: Path) -> dict[str, str]:
    config = replace(read_config("", folder / "config.toml", {}), poll=demo_polling(newsroom), sources=newsroom.sources())
    publishing = Publishing("Demo", "http://127.0.0.1:8080/", folder, topics=config.topics)
    with open_store(url) as store:
        store.sources.configure(config.sources, newsroom.now)
        await demo(config, store, newsroom, lambda now: publish(store, publishing, now=now))
    return hashes(folder)


async def test_both_databases_publish_the_same_bytes(tmp_path):
    newsroom = Newsroom()
    await newsroom.start()
    try:
        embedded = await published(newsroom, f"sqlite:{tmp_path / 'store.db'}", tmp_path / "embedded")
        newsroom.round = 1
        with empty_schema() as url:
            served = await published(newsroom, url, tmp_path / "served")
    finally:
        await newsroom.stop()
    assert len(embedded) > 100
    assert served == embedded
