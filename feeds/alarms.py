"""Sources that need a look, as entries of their feed: one when it begins, changed once when it is over.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from feeds import clean
from feeds.site import name
from storage.codec import from_json, to_json
from storage.publications import Notice

PATH = "sources"
WORDS = ("failing", "silent")                   # the states we have words for
LONGEST_REASON = 300                            # characters: what a server answered may be long, and hostile


@dataclass(frozen=True, slots=True)
class Alarm:
    """A source that needs a look now."""

    source_id: str
    name: str                                   # of the outlet
    state: str                                  # one of WORDS, or another word
    reason: str = ""                            # for people: "HTTP 503; 4 failures in a row"


@dataclass(frozen=True, slots=True)
class Raised:
    """An alarm as readers were told of it."""

    alarm: Alarm
    raised_at: datetime
    cleared_at: datetime | None = None


def notices(alarms: Iterable[Alarm], known: Sequence[Notice], now: datetime) -> tuple[Notice, ...]:
    """What is new to say: alarms that began and those that are over, seeing what was said before.

    An alarm that goes on is not said again, whatever its reason says by now.
    """
    current = {alarm.source_id: alarm for alarm in alarms if _is_name(alarm.source_id)}
    found = []
    for notice in known:
        raised = from_json(Raised, notice.value)
        if raised.cleared_at is None:
            alarm = current.get(raised.alarm.source_id)
            if alarm and alarm.state == raised.alarm.state:
                del current[raised.alarm.source_id]
            else:
                found.append(_notice(notice.id, replace(raised, cleared_at=now), now))
    for alarm in current.values():
        said = Alarm(alarm.source_id, clean.line(alarm.name, 120) or alarm.source_id, clean.line(alarm.state, 40), clean.line(alarm.reason, LONGEST_REASON))
        word = alarm.state if alarm.state in WORDS else "other"
        found.append(_notice(f"{alarm.source_id}/{now:%Y%m%dT%H%M%S}-{word}", Raised(said, now), now))
    return tuple(found)


def _notice(id: str, raised: Raised, now: datetime) -> Notice:
    own = int.from_bytes(sha256(f"{id} {raised.cleared_at}".encode("utf-8", "replace")).digest()[:8], "big") % 1_000_000
    return Notice(PATH, id, now.replace(microsecond=0) + timedelta(microseconds=own), to_json(raised))


def _is_name(text: str) -> bool:
    try:
        return bool(name(text))
    except ValueError:
        return False
