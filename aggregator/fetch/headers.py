"""What the headers of an answer say: how long it keeps, when to come back, how it is packed, where its hub is.

A header that is malformed says nothing; none is ever repaired or guessed.

Touches: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

Headers = tuple[tuple[str, str], ...]       # lower-case names; values as sent, one character per byte

LONGEST_RETRY = timedelta(days=7)           # a server that asks for ten years is looked at weekly
MAX_VALIDATOR = 1024                        # longer ones are not worth keeping and are often an attack
MAX_DATE = 64
MAX_LINK = 8192
SECONDS = re.compile(r"[0-9]{1,10}")        # 317 years; more digits are a mistake, not a wish
PLAIN = frozenset({"", "identity", "none", "utf-8"})    # the last two are no codings, but some servers send them on plain bodies
LINK = re.compile(r"<([^<>]*)>([^<]*)")
REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)


def values(headers: Headers, name: str) -> tuple[str, ...]:
    """Every value sent under `name` (lower case)."""
    return tuple(value for key, value in headers if key == name)


def only(headers: Headers, name: str) -> str:
    """The value of a header that may stand once; "" when it is missing or repeated with different values."""
    found = set(values(headers, name))
    return found.pop() if len(found) == 1 else ""


def validator(headers: Headers, name: str) -> str:
    """An ETag or Last-Modified, byte for byte, or "" when there is none worth keeping."""
    value = only(headers, name)
    return value if len(value) <= MAX_VALIDATOR else ""


def codings(headers: Headers) -> tuple[str, ...]:
    """How the body is packed, innermost first; () when it is not."""
    named = (word.strip().lower() for value in values(headers, "content-encoding") for word in value.split(","))
    return tuple("gzip" if word == "x-gzip" else word for word in named if word not in PLAIN)


def content_length(headers: Headers) -> int | None:
    value = only(headers, "content-length").strip()
    return int(value) if SECONDS.fullmatch(value) or (value.isascii() and value.isdigit() and len(value) < 20) else None


def http_date(text: str) -> datetime | None:
    """An HTTP date (RFC 9110, 5.6.7) in UTC, or None."""
    if not text or len(text) > MAX_DATE:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None


def retry_after(headers: Headers, now: datetime) -> timedelta | None:
    """How long the server asks us to stay away (RFC 9110, 10.2.3), a week at most; None when it says nothing we can use.

    >>> retry_after((("retry-after", "120"),), datetime(2026, 3, 4, tzinfo=UTC))
    datetime.timedelta(seconds=120)
    >>> retry_after((("retry-after", "soon"),), datetime(2026, 3, 4, tzinfo=UTC)) is None
    True
    """
    text = only(headers, "retry-after").strip()
    if SECONDS.fullmatch(text):
        wait = timedelta(seconds=min(int(text), int(LONGEST_RETRY.total_seconds())))
    else:
        moment = http_date(text)
        if moment is None:
            return None
        wait = moment - now
    return min(wait, LONGEST_RETRY) if wait > timedelta(0) else None


def fresh_for(headers: Headers, now: datetime) -> timedelta | None:
    """How long the answer may be used without asking again (RFC 9111, 4.2); None when the server does not say, or says not at all.

    max-age beats Expires; s-maxage is for shared caches and passed over; the time
    the answer has already spent in caches (Age) is taken off.
    """
    directives = _cache_control(headers)
    if "no-cache" in directives or "no-store" in directives:
        return None
    ages = directives.get("max-age")
    if ages is not None:
        if len(ages) != 1 or not SECONDS.fullmatch(next(iter(ages))):
            return None
        lifetime = timedelta(seconds=int(next(iter(ages))))
    else:
        expires = http_date(only(headers, "expires"))
        if expires is None:
            return None
        lifetime = expires - (http_date(only(headers, "date")) or now)
    age = only(headers, "age").strip()
    lifetime -= timedelta(seconds=int(age) if SECONDS.fullmatch(age) else 0)
    return lifetime if lifetime > timedelta(0) else None


def links(headers: Headers, relation: str) -> tuple[str, ...]:
    """The targets of Link headers (RFC 8288) with this relation, as written: WebSub's "hub" and "self"."""
    found: list[str] = []
    for value in values(headers, "link"):
        for target, parameters in LINK.findall(value[:MAX_LINK]):
            rel = REL.search(parameters)
            if rel and relation in (rel[1] or rel[2] or "").lower().split():
                found.append(target)
    return tuple(found)


def _cache_control(headers: Headers) -> dict[str, set[str]]:
    directives: dict[str, set[str]] = {}
    for part in ",".join(values(headers, "cache-control")).split(","):
        name, _, value = part.strip().partition("=")
        directives.setdefault(name.strip().lower(), set()).add(value.strip().strip('"'))
    return directives


def lower(raw: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Headers as they came over the wire, as text that keeps every byte."""
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw)
