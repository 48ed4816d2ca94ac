"""How often those of a feed met: on which days, and with whom.

Only feeds of a country or of a pair are counted; what is counted is read from an
index, so it costs what they have met and not what is stored.

Touches: the store, which it reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from feeds.places import COUNTRIES
from storage.model import Feed
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Tally:
    """The days of all meetings of a feed with the number of each, and how often it met whom, the most first."""

    days: Mapping[date, int]
    partners: tuple[tuple[str, int], ...] = ()  # codes of countries


def tally(feed: Feed, store: Store) -> Tally | None:
    """What a feed has to show in numbers; None when it is of neither a country nor a pair."""
    if feed.kind == "pair":
        return Tally(store.meetings.days("pair", "-".join(sorted(feed.countries))))
    if feed.kind != "country" or not feed.countries:
        return None
    (country,) = feed.countries
    partners = store.meetings.partners(country, COUNTRIES)
    return Tally(store.meetings.days("country", country), tuple(sorted(partners.items(), key=lambda each: (-each[1], each[0]))))
