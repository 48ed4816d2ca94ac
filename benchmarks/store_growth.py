"""What one item costs as the store grows: understand, then find its meeting among all that were kept.

    python -m benchmarks.store_growth                 20,000 items
    python -m benchmarks.store_growth --items 100000  takes a quarter of an hour or so

The news is invented but shaped like the real: some thousands of officials of a hundred
countries with names of their own, meetings with a long tail of coverage, reprints,
texts in five languages, words with the frequencies of real prose (Zipf), days in order.
Printed for each part of the stream: milliseconds of one core per item to understand, to find
and to decide (median, 95th percentile), items a second, and the memory of the process.

Touches: a store in a temporary folder, the clock.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregator.ingest import Intake
from aggregator.parse.entry import Entry, Parsed
from aggregator.understand.reading import understand
from aggregator.understand.topics import SHIPPED
from storage.model import Item, Report, Source
from storage.store import open_store

COUNTRIES = {
    "VN": "Vietnam", "RU": "Russia", "LA": "Laos", "KH": "Cambodia", "CN": "China", "JP": "Japan", "IN": "India", "AU": "Australia", "FJ": "Fiji",
    "TO": "Tonga", "FR": "France", "DE": "Germany", "PL": "Poland", "LT": "Lithuania", "KE": "Kenya", "UG": "Uganda", "PE": "Peru", "CL": "Chile",
    "BR": "Brazil", "PT": "Portugal", "KZ": "Kazakhstan", "UZ": "Uzbekistan", "MN": "Mongolia", "TH": "Thailand", "MY": "Malaysia",
    "PH": "Philippines", "ID": "Indonesia", "SG": "Singapore", "EG": "Egypt", "MA": "Morocco", "ES": "Spain", "IT": "Italy", "RS": "Serbia",
    "TR": "Turkey", "MX": "Mexico", "CO": "Colombia", "AR": "Argentina", "GH": "Ghana",
}  # fmt: skip
CITIES = ("Hanoi", "Moscow", "Vientiane", "Beijing", "Tokyo", "New Delhi", "Canberra", "Suva", "Paris", "Berlin", "Warsaw", "Nairobi", "Lima", "Lisbon")
POSTS = ("Minister of Internal Affairs", "Minister of Public Security", "Foreign Minister", "Defence Minister", "Prime Minister", "Deputy Minister of Justice")
SUBJECTS = ("drug trafficking", "cybercrime", "extradition", "border management", "human trafficking", "police training", "counter-terrorism", "visa policy")
SYLLABLES = "ba be bo da de do fa fi ga go ka ke ko la le li lo ma me mi mo na ne ni no pa pe ra re ri ro sa se si so ta te ti to va ve vi vo za ze zo".split()
LANGUAGES = ("en", "en", "en", "vi", "ru", "fr", "es")
TELLINGS = {
    "en": "{a_post} of {a} {one} held talks with {b_post} of {b} {other} in {city} on {day} on {subject}.",
    "vi": "Ngày {number}, tại {city}, Bộ trưởng Bộ Công an {a} {one} hội đàm với Bộ trưởng {b} {other} về {subject}.",
    "ru": "Министр внутренних дел {a} {one} провел переговоры с министром {b} {other} в {city} {number} по теме {subject}.",
    "fr": "Le ministre de l'Intérieur {a} {one} a rencontré le ministre {b} {other} à {city} le {number} ({subject}).",
    "es": "El ministro del Interior de {a} {one} se reunió con el ministro de {b} {other} en {city} el {number} ({subject}).",
}
SOURCES = 200
PARTS = 5               # of the stream, each measured by itself


@dataclass(frozen=True, slots=True)
class Event:
    """An invented meeting."""

    day: datetime
    sides: tuple[str, str]
    people: tuple[str, str]
    posts: tuple[str, str]
    city: str
    subject: str
    words: tuple[str, ...]      # of its own, in every text about it


class Press:
    """An endless stream of invented news, the same for a seed."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._words = [self._coined(2 + self._dice.randrange(3)) for _ in range(30_000)]
        self._odds = [1 / (rank + 3) for rank in range(len(self._words))]
        self._people = {code: [f"{self._coined(2).title()} {self._coined(3).title()}" for _ in range(12)] for code in COUNTRIES}
        self._day = datetime(2025, 1, 1, 6, tzinfo=UTC)

    def items(self, count: int) -> Iterator[tuple[Source, Entry, datetime]]:
        """`count` items in the order they are published."""
        told = 0
        while told < count:
            self._day += timedelta(minutes=20)
            event = self._event()
            text = ""
            for n in range(min(1 + int(self._dice.paretovariate(1.6)), 12)):
                language = self._dice.choice(LANGUAGES)
                text = text if text and language == "en" and self._dice.random() < 0.2 else self._text(event, language)    # a reprint
                number = self._dice.randrange(SOURCES)
                source = Source(f"s-{number}", f"https://s-{number}.example/feed", f"Outlet {number}", language=language, family=f"s-{number}")
                seen = self._day + timedelta(minutes=3 * n)
                title = f"{COUNTRIES[event.sides[0]]} and {COUNTRIES[event.sides[1]]} discuss {event.subject} {' '.join(self._some(3))}"
                link = f"https://s-{number}.example/{told}"
                yield source, Entry(0, guid=f"{told}", link=link, title=title, content=text, content_is_html=False, published_at=seen), seen
                told += 1

    def _event(self) -> Event:
        one, other = self._dice.sample(sorted(COUNTRIES), 2)
        people = self._dice.choice(self._people[one]), self._dice.choice(self._people[other])
        posts = self._dice.choice(POSTS), self._dice.choice(POSTS)
        return Event(self._day, (one, other), people, posts, self._dice.choice(CITIES), self._dice.choice(SUBJECTS), tuple(self._some(12)))

    def _text(self, event: Event, language: str) -> str:
        a, b = (COUNTRIES[code] for code in event.sides)
        lead = TELLINGS[language].format(
            a=a, b=b, one=event.people[0], other=event.people[1], a_post=event.posts[0], b_post=event.posts[1], city=event.city, subject=event.subject,
            day=f"{event.day.day} {event.day:%B %Y}", number=f"{event.day:%d/%m/%Y}",
        )  # fmt: skip
        sentences = [" ".join([*self._some(11), self._dice.choice(event.words)]).capitalize() + "." for _ in range(12)]
        return f"{lead} {' '.join(sentences)}"

    def _some(self, count: int) -> list[str]:
        return self._dice.choices(self._words, self._odds, k=count)

    def _coined(self, syllables: int) -> str:
        return "".join(self._dice.choice(SYLLABLES) for _ in range(syllables))


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--items", type=int, default=20_000)
    ask.add_argument("--seed", type=int, default=1)
    args = ask.parse_args()
    reading_ms: list[float] = []

    def reading(item: Item, source: Source) -> tuple[Report, ...]:
        started = time.process_time()
        try:
            return understand(item, source, SHIPPED)
        finally:
            reading_ms.append((time.process_time() - started) * 1000)

    with tempfile.TemporaryDirectory() as place, open_store(f"sqlite:{Path(place) / 'growth.db'}") as store:
        intake = Intake(store, reading)
        sources = [Source(f"s-{n}", f"https://s-{n}.example/feed", f"Outlet {n}", family=f"s-{n}") for n in range(SOURCES)]
        store.sources.configure(sources, datetime(2025, 1, 1, tzinfo=UTC))
        spent: list[float] = []
        part = max(args.items // PARTS, 1)
        print("items     understand   find and decide: mean  p50  p95 ms   items/s   meetings   store MB   memory MB")
        for number, (source, entry, seen) in enumerate(Press(args.seed).items(args.items), 1):
            intake.take(source, Parsed((entry,)), seen)
            started = time.process_time()
            intake.decide(seen)
            spent.append((time.process_time() - started) * 1000)
            if number % part == 0:
                decided = [whole - read for whole, read in zip(spent, reading_ms, strict=True)]
                size = sum(file.stat().st_size for file in Path(place).iterdir()) / 1e6
                memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                print(
                    f"{number:8} {statistics.mean(reading_ms):10.2f} {statistics.mean(decided):22.2f} {statistics.median(decided):5.2f}"
                    f" {statistics.quantiles(decided, n=20)[-1]:5.2f} {1000 / statistics.mean(spent):12.0f}"
                    f" {store.meetings.count():10} {size:10.0f} {memory:11.0f}",
                    flush=True,
                )
                spent.clear()
                reading_ms.clear()


if __name__ == "__main__":
    main()
