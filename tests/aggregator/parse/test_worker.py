"""Documents that stall or fill a reader end that reader, and nothing else."""

from __future__ import annotations

import asyncio
import gzip
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.errors import ParseError
from aggregator.parse.entry import Document, Parsed
from aggregator.parse.worker import ParsePool
from storage.model import PageRules, Source

NOW = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
FEED = Source("s", "https://feeds.example/f", "Outlet")
HEALTHY = Document("https://feeds.example/f", b"<rss version='2.0'><channel><title>Well</title><item><title>One</title></item></channel></rss>")
# Many categories of one entry make the parser compare each with all before: minutes of work in a document of a few MB.
STALLER = Document(
    "https://stall.example/f",
    b"<rss version='2.0'><channel><item>" + b"".join(b"<category>c%d</category>" % number for number in range(200_000)) + b"</item></channel></rss>",
)


async def reason(pool: ParsePool, document: Document, source: Source = FEED) -> str:
    try:
        await pool.parse(document, source, now=NOW)
    except ParseError as error:
        return error.reason
    return ""


async def test_a_document_and_an_article_and_an_index_come_back_whole() -> None:
    page = Source("p", "https://p.example/", "P", kind="page", page=PageRules(item="li"))
    story = b"<html><h1>Ministers meet</h1><p>" + b"The ministers met in Suva and agreed on joint patrols at sea. " * 5 + b"</p></html>"
    index = b"<sitemapindex><sitemap><loc>https://n.example/1.xml</loc><lastmod>2026-03-01</lastmod></sitemap></sitemapindex>"
    async with ParsePool(1) as pool:
        assert (await pool.parse(HEALTHY, FEED, now=NOW)).entries[0].title == "One"
        assert (await pool.article(Document("https://p.example/1", story), page, now=NOW)).title == "Ministers meet"
        assert await pool.children(Document("https://n.example/s.xml", index), FEED, now=NOW) == (("https://n.example/1.xml", "2026-03-01"),)


async def test_an_error_in_the_document_keeps_its_words_and_its_worker() -> None:
    async with ParsePool(1) as pool:
        await pool.parse(HEALTHY, FEED, now=NOW)
        worker = pool._idle[0].process.pid
        assert await reason(pool, Document("https://feeds.example/f", b"<html></html>")) == "an HTML page, not a feed"
        await pool.parse(HEALTHY, FEED, now=NOW)
        assert pool._idle[0].process.pid == worker


async def test_a_document_that_stalls_is_given_up_while_others_are_read() -> None:
    async with ParsePool(2, cpu_seconds=1.0) as pool:
        await asyncio.gather(pool.parse(HEALTHY, FEED, now=NOW), pool.parse(HEALTHY, FEED, now=NOW))
        start = time.monotonic()
        stalled = asyncio.create_task(reason(pool, STALLER))
        for _ in range(20):
            assert (await pool.parse(HEALTHY, FEED, now=NOW)).title == "Well"
        assert not stalled.done()
        assert await stalled == "took more than 1 s of CPU to read"
        assert 1 <= pool.cpu_spent < 2
        assert time.monotonic() - start < 10
        assert (await pool.parse(HEALTHY, FEED, now=NOW)).title == "Well"


@pytest.mark.case("R11")
async def test_a_document_that_fills_the_memory_is_given_up() -> None:
    # Each <a/> of 4 bytes becomes an element of some 150.
    page = Source("p", "https://p.example/", "P", kind="page", page=PageRules(item="a"))
    body = b"<html><body>" + b"<a/>" * 2_400_000 + b"</body></html>"
    async with ParsePool(1, resident=120_000_000) as pool:
        assert "memory" in await reason(pool, Document("https://p.example/", body), page)
        assert (await pool.parse(HEALTHY, FEED, now=NOW)).title == "Well"
    async with ParsePool(1, address_space=160 * 1024 * 1024) as pool:
        assert await reason(pool, Document("https://p.example/", body), page)
        assert (await pool.parse(HEALTHY, FEED, now=NOW)).title == "Well"


@pytest.mark.case("R11")
async def test_a_worker_that_is_killed_costs_one_document() -> None:
    async with ParsePool(1) as pool:
        await pool.parse(HEALTHY, FEED, now=NOW)
        os.kill(pool._idle[0].process.pid, signal.SIGKILL)
        assert "fall over" in await reason(pool, HEALTHY)
        assert (await pool.parse(HEALTHY, FEED, now=NOW)).title == "Well"


async def test_a_cancelled_document_does_not_give_its_answer_to_the_next() -> None:
    async with ParsePool(1, cpu_seconds=2.0) as pool:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pool.parse(STALLER, FEED, now=NOW), timeout=0.3)
        assert (await pool.parse(HEALTHY, FEED, now=NOW)).title == "Well"


async def test_leaving_the_pool_ends_every_worker() -> None:
    async with ParsePool(2) as pool:
        await asyncio.gather(pool.parse(HEALTHY, FEED, now=NOW), pool.parse(HEALTHY, FEED, now=NOW))
        workers = [worker.process for worker in pool._idle]
    assert len(workers) == 2
    assert all(worker.returncode is not None for worker in workers)


def test_a_worker_does_not_outlive_its_parent() -> None:
    parent = subprocess.run(
        [sys.executable, "-c", (
            "import asyncio, os\n"
            "from datetime import UTC, datetime\n"
            "from aggregator.parse.entry import Document\n"
            "from aggregator.parse.worker import ParsePool\n"
            "from storage.model import Source\n"
            "async def main():\n"
            "    pool = ParsePool(1)\n"
            "    body = b'<rss version=\"2.0\"><channel></channel></rss>'\n"
            "    await pool.parse(Document('https://a.example/', body), Source('s', 'https://a.example/', 'A'), now=datetime.now(UTC))\n"
            "    print(pool._idle[0].process.pid, flush=True)\n"
            "    os._exit(9)\n"
            "asyncio.run(main())\n"
        )],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3],
    )
    assert parent.returncode == 9, parent.stderr
    worker = int(parent.stdout)
    deadline = time.monotonic() + 5
    while _is_alive(worker) and time.monotonic() < deadline:
        os.sched_yield()
    assert not _is_alive(worker)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


CORPORA = Path(__file__).parents[4] / "shared" / "corpora"


@pytest.mark.shared
@pytest.mark.skipif(not CORPORA.is_dir(), reason="../shared/corpora is not here")
async def test_bombs_and_stallers_end_within_their_limits_while_a_healthy_feed_is_read() -> None:
    hostile = [path for name in ("bombs", "defusedxml/xmltestdata", "payloads-xxe") for path in sorted((CORPORA / name).rglob("*")) if path.is_file()]
    async with ParsePool(2) as pool:

        async def bring(path: Path) -> tuple[str, float, Parsed | str]:
            start = time.monotonic()
            body = path.read_bytes()
            if path.suffix == ".gz" and path.name.startswith("rss"):     # as the fetcher would hand it on: unpacked, and cut at its cap
                with gzip.open(path) as file:
                    body = file.read(10 * 1024 * 1024)
            try:
                found: Parsed | str = await pool.parse(Document("https://bomb.example/f", body), FEED, now=NOW)
            except ParseError as error:
                found = error.reason
            return path.name, time.monotonic() - start, found

        results = []
        for path in hostile:
            answer, _ = await asyncio.gather(bring(path), pool.parse(HEALTHY, FEED, now=NOW))
            results.append(answer)
    assert len(results) > 20
    assert [(name, seconds) for name, seconds, _ in results if seconds > 8] == [], "5 s of CPU, on a machine that others use too"
    million = next(found for name, _, found in results if name.startswith("rss_one_million"))
    assert isinstance(million, Parsed)
    assert len(million.entries) == 1000
    assert million.cut > 10_000
