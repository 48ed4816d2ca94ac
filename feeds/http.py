"""What HTTP says about one file: validators, conditions, codings and ranges (RFC 9110).

Touches: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

Coding = Literal["identity", "gzip"]

LONGEST_FIELD = 4096                            # a longer header field is read as if it were not there: the work stays bounded
_TAG = re.compile(r'\s*(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")\s*(?:,|\Z)')
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")
_QUALITY = re.compile(r"\s*([a-zA-Z*-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?\Z")


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes `first` to `last`, both included."""

    first: int
    last: int


def is_unchanged(headers: Mapping[str, str], etag: str, modified: datetime | None) -> bool:
    """Whether the client has the file already: If-None-Match decides alone where it is sent (RFC 9110, 13.2.2)."""
    if (wanted := headers.get("if-none-match")) is not None:
        return _lists(wanted, etag)
    since = _moment(headers.get("if-modified-since", ""))
    return since is not None and modified is not None and modified.replace(microsecond=0) <= since


def coding(accepted: str) -> Coding:
    """How to send a file to a client that accepts `accepted`: gzip only where it is asked for and not refused."""
    if len(accepted) > LONGEST_FIELD:
        return "identity"
    asked: dict[str, float] = {}
    for part in accepted.split(","):
        if found := _QUALITY.match(part):
            asked[found[1].lower()] = float(found[2] or 1)
    gzip = asked.get("gzip", asked.get("x-gzip", asked.get("*", 0.0)))
    return "gzip" if gzip > 0 and gzip >= asked.get("identity", 0.0) else "identity"


def part_of(headers: Mapping[str, str], size: int, etag: str, modified: datetime) -> Part | Literal["all", "none"]:
    """The part that is asked for; "all" when none is, or it is not one simple range; "none" when it lies outside the file."""
    found = _RANGE.match(headers.get("range", "").strip().lower())
    if not found or not (found[1] or found[2]):
        return "all"
    if (condition := headers.get("if-range")) is not None and condition.strip() != etag:
        since = _moment(condition)
        if condition.strip().startswith(("W/", '"')) or since is None or since != modified.replace(microsecond=0):
            return "all"
    if not found[1]:
        length = int(found[2])
        return Part(max(0, size - length), size - 1) if length and size else "none"
    first, last = int(found[1]), int(found[2] or size - 1)
    if found[2] and last < first:
        return "all"                            # an invalid range is as if it were not sent (RFC 9110, 14.1.1)
    return Part(first, min(last, size - 1)) if first < size else "none"


def _lists(wanted: str, etag: str) -> bool:
    if wanted.strip() == "*":
        return True
    if len(wanted) > LONGEST_FIELD or etag not in wanted:
        return False
    position = 0
    while found := _TAG.match(wanted, position):
        if found[1] == etag:
            return True
        position = found.end()
        if position >= len(wanted):
            break
    return False


def _moment(text: str) -> datetime | None:
    if not text or len(text) > 64:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
