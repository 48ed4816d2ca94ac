"""What many near-copies of one text cost: linear, whatever one source sends.

    python -m benchmarks.flood                250, 500, 1,000 and 2,000 near-copies of one report in one feed
    python -m benchmarks.flood --items 4000   up to so many

Printed: CPU seconds to understand, to find and to draw, by number of items, and milliseconds an item.
Linear means that the last column stays as it is.

Touches: a store in memory, the clock.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime

from aggregator.ingest import Intake
from aggregator.parse.entry import Entry, Parsed
from aggregator.understand.reading import understand
from aggregator.understand.topics import SHIPPED
from storage.model import Item, Report, Source
from storage.store import open_store

AT = datetime(2026, 3, 5, 9, tzinfo=UTC)
TEXT = (
    "SUVA - Fiji's Minister of the Interior Pio Ravu held talks with Tonga's Minister of Police Sione Taufa in Suva on 4 March 2026 on drug trafficking. "
    "The two agreed that patrol boats may follow suspects into each other's waters, that officers are to be trained together in Nadi, and that a "
    "telephone line between the two headquarters will be open day and night. Edition {n} of this report was read by {m} people."
)


def entries(count: int) -> tuple[Entry, ...]:
    """So many near-copies, each with a link, an id and a number of its own."""
    return tuple(
        Entry(n, guid=f"{n}", link=f"https://flood.example/{n}", title=f"Fiji and Tonga discuss drugs, edition {n}",
              content=TEXT.format(n=n, m=n * 7919 % 10007), content_is_html=False, published_at=AT)
        for n in range(count)
    )


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--items", type=int, default=2000)
    most = ask.parse_args().items
    print("items   understand s   find s and draw   meetings   ms an item")
    for count in (most // 8, most // 4, most // 2, most):
        reading = 0.0

        def read(item: Item, source: Source) -> tuple[Report, ...]:
            nonlocal reading
            started = time.process_time()
            try:
                return understand(item, source, SHIPPED)
            finally:
                reading += time.process_time() - started

        with open_store("sqlite::memory:") as store:
            source = Source("flood", "https://flood.example/feed", "Flood", family="flood")
            store.sources.configure([source], AT)
            intake = Intake(store, read)
            intake.take(source, Parsed(entries(count)), AT)
            started = time.process_time()
            intake.decide(AT)
            spent = time.process_time() - started
            print(f"{count:5} {reading:14.2f} {spent - reading:17.2f} {store.meetings.count():10} {1000 * (spent - reading) / count:12.2f}", flush=True)


if __name__ == "__main__":
    main()
