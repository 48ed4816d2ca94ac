"""When a permanent redirect is believed, so that a source is asked at its new address.

A café's network or a server in trouble sends everybody elsewhere for an hour, too, and
says "permanently". So a redirect counts when it was met three times over a day, always
to the same address, and what was found there was this source. The configuration
stays as its operator wrote it: `status` tells him.

Touches: nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from storage.model import Source
from storage.sources import Move

TIMES = 3
OVER = timedelta(hours=24)
GIVEN_UP = 3                    # failures in a row at the new address after which the old one is asked again


def address_of(source: Source, move: Move | None) -> str:
    """Where `source` is asked."""
    return move.target if move is not None and move.settled_at is not None and move.address == source.url else source.url


def after_answer(source: Source, move: Move | None, moved_to: str, *, same: bool, now: datetime) -> Move | None:
    """What is known of the source's move after it answered; None when there is nothing to know.

    `moved_to` is where permanent redirects led from the address that was asked, ""
    for nowhere; `same` says that this source's own entries were found there.
    """
    if move is not None and move.address != source.url:
        move = None
    if not moved_to:
        return move if move is not None and move.settled_at is not None else None
    if moved_to == source.url:
        return None
    if not same or _is_downgrade(source.url, moved_to):
        return move if move is not None and move.settled_at is not None else None
    if move is None or move.target != moved_to:
        return Move(source.id, source.url, moved_to, now)
    met = replace(move, times=move.times + 1)
    return replace(met, settled_at=now) if met.settled_at is None and met.times >= TIMES and now - met.since >= OVER else met


def after_failure(move: Move | None, failures: int) -> Move | None:
    """What is known of the move after a failure, one of so many in a row."""
    return None if move is not None and move.settled_at is not None and failures >= GIVEN_UP else move


def told(move: Move | None) -> str:
    """For the operator, when the source is asked at another address than his; "" otherwise."""
    return f"asked at {move.target}, where it has moved: write that as its url" if move is not None and move.settled_at is not None else ""


def _is_downgrade(before: str, after: str) -> bool:
    return before.startswith("https:") and not after.startswith("https:")
