"""What hubs were asked to push to us (WebSub), and what they promised.

Touches: the database it was given.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.codec import from_json, to_json
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Subscription:
    """One source's topic at its hub."""

    source_id: str
    hub: str
    topic: str                                  # the feed, as it calls itself
    token: str                                  # the last part of the address the hub calls; nobody else knows it
    secret: str                                 # what the hub signs with
    ask_at: datetime                            # when the hub is asked next
    asked_at: datetime | None = None            # since when its confirmation is awaited; None: no request is open
    until: datetime | None = None               # the lease; None: never confirmed
    failures: int = 0                           # requests in a row that came to nothing
    pushed_at: datetime | None = None           # when it last pushed something we could use
    doubted: bool = False                       # a visit found what it had not pushed; its next push ends that
    trouble: str = ""                           # why the last request came to nothing, for people


class Subscriptions:
    """The topics we are told of, by source."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Subscription, ...]:
        """Those of the sources that are followed now."""
        rows = self._database.query(
            "SELECT h.value FROM subscriptions h JOIN sources s ON s.id = h.source_id WHERE s.retired_at IS NULL ORDER BY h.source_id")
        return tuple(from_json(Subscription, value) for (value,) in rows)

    def save(self, subscription: Subscription) -> None:
        """Replaces what was known of the source's subscription."""
        self._database.execute(
            "INSERT INTO subscriptions (source_id, value) VALUES (:id, :value) ON CONFLICT (source_id) DO UPDATE SET value = excluded.value",
            {"id": subscription.source_id, "value": to_json(subscription)},
        )

    def forget(self, source_id: str) -> None:
        """The source names no hub any longer."""
        self._database.execute("DELETE FROM subscriptions WHERE source_id = :id", {"id": source_id})
