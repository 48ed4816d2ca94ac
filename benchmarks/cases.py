"""How well single items are understood: the labelled cases of tests/data/understanding.jsonl, by language.

    python -m benchmarks.cases            a table
    python -m benchmarks.cases --errors   and what went wrong

The cases were written by people who had not seen the rules. For an item of several
meetings the first is compared; parties must be the same set, a place or a day the same.

Touches: the file of cases (reads).
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aggregator.normalise.items import normalise
from aggregator.parse.entry import Entry, Parsed
from aggregator.understand.reading import understand
from aggregator.understand.topics import SHIPPED
from storage.model import Report, Source

CASES = Path(__file__).parents[1] / "tests/data/understanding.jsonl"
SEEN = datetime(2025, 6, 1, tzinfo=UTC)         # when an undated case was seen
FIGURES = ("kind", "count", "day", "parties", "place", "act", "documents")


@dataclass(slots=True)
class Tally:
    """How many cases there were of each figure, and how many were right."""

    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    right: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def share(self, figure: str) -> float:
        """0 to 1; 1 where nothing was asked."""
        return self.right[figure] / self.asked[figure] if self.asked[figure] else 1.0


def read_cases(path: Path = CASES) -> tuple[dict[str, Any], ...]:
    """The labelled cases."""
    return tuple(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def measure(cases: tuple[dict[str, Any], ...]) -> tuple[Mapping[str, Tally], tuple[tuple[str, str, object, object], ...]]:
    """A tally for each language and for "all", and every error: figure, case, what was read, what is right."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    errors = []
    for case in cases:
        for figure, said, right in _compared(case, _reports(case)):
            for name in (case["lang"], "all"):
                tallies[name].asked[figure] += 1
                tallies[name].right[figure] += said == right
            if said != right:
                errors.append((figure, case["id"], said, right))
    return tallies, tuple(errors)


def _reports(case: dict[str, Any]) -> tuple[Report, ...]:
    published = datetime.fromisoformat(case["published"]).astimezone(UTC) if case["published"] else None
    source = Source("case", "https://case.example/", "Case", language=case["lang"], country=case["home"], timezone=case["zone"], date_order=case["order"])
    entry = Entry(0, guid=case["id"], title=case["title"], summary=case["summary"], content=case["body"], content_is_html=False, published_at=published)
    ((item, _),) = normalise(Parsed((entry,)), source, seen_at=published or SEEN)
    return understand(item, source, SHIPPED)


def _compared(case: dict[str, Any], reports: tuple[Report, ...]) -> Iterator[tuple[str, object, object]]:
    yield "kind", reports[0].kind if reports else "none", case["kind"]
    if case["kind"] == "none":
        return
    yield "count", len(reports), len(case["meetings"])
    wanted, told = case["meetings"][0], reports[0] if reports else Report("", 0, "report")
    yield "day", told.day.isoformat() if told.day else None, wanted["day"]
    yield "parties", sorted({party.code for party in told.parties if party.role == "party"}), sorted(wanted["parties"])
    yield "place", told.place, wanted["place"]
    yield "act", told.act, wanted["act"]
    yield "documents", bool(told.agreements), wanted["documents"]


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--errors", action="store_true")
    with_errors: bool = ask.parse_args().errors
    tallies, errors = measure(read_cases())
    print("language cases", *FIGURES)
    for language in sorted(tallies, key=lambda name: (-tallies[name].asked["kind"], name)):
        tally = tallies[language]
        print(f"{language:8} {tally.asked['kind']:5}", *(f"{tally.share(figure):{len(figure)}.2f}" for figure in FIGURES))
    if with_errors:
        for figure, case, said, right in sorted(errors, key=lambda error: FIGURES.index(error[0])):
            print(f"{figure:10} {case:10} {said} should be {right}")


if __name__ == "__main__":
    main()
