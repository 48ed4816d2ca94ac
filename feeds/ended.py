"""What became of feeds that ended and of meetings that proved to be others, as the published files say it.

Touches: nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from feeds.catalogue import is_path

MOST_MOVES = 10                                 # of one feed that are followed; a ring of them ends here
HEAD = 4096                                     # bytes of a page in which its head says that it leads on

# As feeds/pages/moved.html writes it. No other template has a refresh, and nothing a source writes can stand in a head.
_LEADS_ON = re.compile(rb'<meta http-equiv="refresh" content="0; url=(m-[0-9a-z-]{1,78}\.html)">')


@dataclass(frozen=True, slots=True)
class Ended:
    """The feeds that ended: what is read in retired.json."""

    digest: str = ""                            # of the file it was read from
    feeds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)    # by path: "at", and "to" or "gone_from"

    def read_again(self, digest: str, body: bytes) -> Ended:
        """What the file says; itself where it is the file that was read."""
        return self if digest == self.digest else Ended(digest, json.loads(body)["retired"])

    def fate(self, file: str, now: datetime | None) -> str:
        """Of "topic/drugs.atom": "stands", "gone", or the address, relative to its own, at which it is now.

        A feed that ended stands until its time is over, and as long as nobody
        tells the time. Archives are never rewritten, so they stay where they are.

        >>> Ended("x", {"topic/old": {"at": "2026-03-01T00:00:00Z", "to": "all"}}).fate("topic/old.atom", None)
        '../all.atom'
        """
        path, _, ending = file.rpartition(".")
        if path not in self.feeds:
            return "stands"
        here = path
        for _ in range(MOST_MOVES):
            if not (to := self.feeds[here].get("to", "")) or not is_path(to):
                break
            here = to
            if here not in self.feeds:
                return f"{'../' * path.count('/')}{here}.{ending}"
        until = self.feeds[here].get("gone_from", "")
        return "gone" if until and now and datetime.fromisoformat(until) <= now else "stands"


def heir_of(page: bytes) -> str:
    """The file of the meeting that the one of `page` proved to be; "" when it is a meeting still."""
    found = _LEADS_ON.search(page, 0, HEAD)
    return found[1].decode("ascii") if found else ""
