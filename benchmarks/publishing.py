"""What publishing costs, and whether it depends on how much is stored.

    python -m benchmarks.publishing                     1,000 meetings and 10,000, side by side
    python -m benchmarks.publishing 100000              so many; half an hour, 6 GB of disk
    python -m benchmarks.publishing 100000 --keep DIR   the store and the files stay in DIR, and are used again next time

CPU seconds of this process; everyone met here is invented.

Touches: a temporary folder, or the one named.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from aggregator.understand.topics import SHIPPED
from feeds.publisher import Published, Publishing, publish
from storage.model import Account, Coverage, Item, Meeting, Member, Party, Person, Report, Source
from storage.store import Store, open_store

COUNTRIES = "AU BR CA CL CN DE EG ES FR GB ID IN IT JP KE KH LA MX MY PH RU TH US VN ZA".split()
PLACES = "Hanoi Moscow Beijing Vientiane Canberra Nairobi Paris Berlin Madrid Tokyo Manila Bangkok Jakarta".split()
POSTS = ("Minister of Internal Affairs", "Deputy Minister of Public Security", "Police Chief", "Ambassador", "Minister of Justice")
ACTS = ("talks", "reception", "signing", "conference", "courtesy-call")
WORDS = "cooperation agreement exchange training border crime police joint information officers experience drug trafficking cyber inquiry annual plan".split()
START = datetime(2020, 1, 1, tzinfo=UTC)
LAST = datetime(2026, 1, 1, tzinfo=UTC)
OUTLETS = tuple(
    Source(f"outlet-{number}", f"https://outlet{number}.example/feed", f"Outlet {number}", language="en", country=COUNTRIES[number % len(COUNTRIES)],
           role="agency" if number % 5 == 0 else "outlet")
    for number in range(40)
)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("meetings", type=int, nargs="*", default=[1_000, 10_000])
    ask.add_argument("--keep", type=Path)
    given = ask.parse_args()
    for count in given.meetings:
        if given.keep:
            given.keep.mkdir(parents=True, exist_ok=True)
            measure(count, given.keep)
        else:
            with tempfile.TemporaryDirectory() as folder:
                measure(count, Path(folder))


def measure(count: int, folder: Path) -> None:
    """Publishes `count` meetings, then changes some of them, and prints what each costs."""
    publishing = Publishing("Benchmark", "https://news.example/", folder / "public", topics=SHIPPED)
    with open_store(f"sqlite:{folder / f'{count}.db'}") as store:
        if store.meetings.count() < count:
            fill(store, count)
        say(f"{count:,} meetings stored")
        if not store.setting("published_with"):
            cold = timed("published for the first time", lambda: publish(store, publishing, now=LAST))
            say(f"{'':36}{cold[1] / count * 1000:8.2f} ms CPU a meeting, {cold[0].feeds} feeds, {cold[0].written:,} files")
        timed("nothing changed", lambda: publish(store, publishing, now=LAST), repeat=5)
        for changed in (1, 20):
            timed(f"{changed} changed", lambda changed=changed: change(store, publishing, count, changed), repeat=5)  # type: ignore[misc]
        lost = publishing.directory / "all.atom"

        def restore() -> Published:
            for feed in publishing.directory.glob("*/*.atom"):
                feed.unlink()
            lost.unlink()
            return publish(store, publishing, now=LAST)

        again, spent = timed("all live documents from drawings", restore)
        say(f"{'':36}{spent / again.feeds * 1000:8.2f} ms CPU a feed in five formats")
    say(f"{'memory at most':36}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB\n")


def change(store: Store, publishing: Publishing, count: int, many: int) -> Published:
    """One round after a new fact in each of `many` meetings, some of them old."""
    at = datetime.fromisoformat(store.setting("benchmark_at") or LAST.isoformat()) + timedelta(minutes=10)
    store.change_setting("benchmark_at", at.isoformat())
    drawn = random.Random(at.isoformat())
    for number in range(many):
        meeting = store.meetings.get(f"m-{drawn.randrange(count):08x}")
        assert meeting is not None
        store.meetings.save(replace(meeting, updated=at + timedelta(microseconds=number + 1), summary=f"{meeting.summary[:200]} Then {at:%H:%M}."))
    begun = time.process_time()
    published = publish(store, publishing, now=at)
    SPENT.append(time.process_time() - begun)
    return published


SPENT: list[float] = []


def timed(what: str, run: Callable[[], Published], repeat: int = 1) -> tuple[Published, float]:
    """Runs it and prints the least CPU time and the wall time with it."""
    found: list[tuple[float, float, Published]] = []
    for _ in range(repeat):
        SPENT.clear()
        cpu, wall = time.process_time(), time.monotonic()
        published = run()
        found.append((SPENT[0] if SPENT else time.process_time() - cpu, time.monotonic() - wall, published))
    cpu, wall, published = min(found, key=lambda each: each[0])
    assert not published.failed, published.failed[:3]
    say(f"{what:36}{cpu * 1000:8.1f} ms CPU {wall * 1000:10.1f} ms wall {published.written:8,} files")
    return published, cpu


def fill(store: Store, count: int) -> None:
    """Puts so many meetings into a store."""
    store.sources.configure(OUTLETS, LAST)
    batch: list[tuple[Meeting, tuple[Member, ...]]] = []
    for told in invented(count):
        batch.append(told)
        if len(batch) == 1_000 or told[0].id == f"m-{count - 1:08x}":
            with store.transaction():
                for meeting, members in batch:
                    for member in members:
                        store.items.save(member.item, "{}", member.item.first_seen)
                        store.meetings.save_reports(member.item.id, (member.report,))
                        store.meetings.cover(member.coverage)
                    store.meetings.save(meeting)
            batch = []


def invented(count: int) -> Iterator[tuple[Meeting, tuple[Member, ...]]]:
    """Meetings as years of news would leave them, oldest first: two sides mostly, two or three reports each."""
    drawn = random.Random(7)
    step = (LAST - START) / count
    topics = [topic.id for topic in SHIPPED]
    for number in range(count):
        at = START + step * number
        codes = sorted(drawn.sample(COUNTRIES, 2 if drawn.random() < 0.9 else 3))
        names = [f"{drawn.choice(WORDS).title()} {drawn.choice(WORDS).title()}son" for _ in codes]
        people = tuple(Person(name, f"p {number} {code}", drawn.choice(POSTS), code) for name, code in zip(names, codes, strict=True))
        day, place = (at - timedelta(days=1)).date(), drawn.choice(PLACES)
        summary = " ".join(drawn.choice(WORDS) for _ in range(45)).capitalize() + "."
        meeting = Meeting(
            f"m-{number:08x}", " ".join(drawn.choice(WORDS) for _ in range(9)).capitalize(), "en", "held", at, at + timedelta(microseconds=number % 999_983),
            day=day, place=place, act=drawn.choice(ACTS), parties=tuple(Party(code, "country", "party") for code in codes), people=people,
            topics=tuple(drawn.sample(topics, 2)), summary=summary, outlets=2 + number % 2, origins=2, accounts=accounts(number, day, place),
        )
        yield meeting, tuple(member(meeting, number, position, drawn) for position in range(2 + number % 2))


def accounts(number: int, day: date, place: str) -> tuple[Account, ...]:
    ids = (f"i-{number:08x}0", f"i-{number:08x}1")
    return Account("day", day.isoformat(), ids), Account("place", place, ids)


def member(meeting: Meeting, number: int, position: int, drawn: random.Random) -> Member:
    source, at = OUTLETS[(number + position * 7) % len(OUTLETS)], meeting.published + timedelta(minutes=position)
    item = Item(
        f"i-{number:08x}{position}", source.id, source.name, f"https://{source.id}.example/{number}-{position}",
        " ".join(drawn.choice(WORDS) for _ in range(10)).capitalize(), "", meeting.summary * 4, "", "en", at, at, hash=f"{number}-{position}",
    )
    report = Report(item.id, 0, "report", meeting.day, place=meeting.place, parties=meeting.parties, people=meeting.people, act=meeting.act)
    return Member(source, item, report, Coverage(item.id, 0, meeting.id, "report", 0.9, ("same day", "same place")))


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
