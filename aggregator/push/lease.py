"""What becomes of a subscription: asked for, confirmed, refused, renewed, doubted (W3C WebSub, sections 5 and 6).

Touches: nothing.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.fetch.addresses import host_and_port, same_feed
from aggregator.poll.pace import DAY, HOUR, doubled
from storage.subscriptions import Subscription

WISH = 10 * DAY                     # the lease we ask for; the hub decides
SHORTEST, LONGEST = timedelta(minutes=10), 30 * DAY     # of a lease we believe
RENEWED_AT = 0.8                    # of the lease
CONFIRMED_WITHIN = DAY              # a confirmation that comes later was not asked for
MAX_CHALLENGE = 1024
METHODS = frozenset({"sha256", "sha384", "sha512"})     # of a signature; the standard knows sha1 too, which nobody should rely on any more


def begun(source_id: str, hub: str, topic: str, token: str, secret: str, now: datetime) -> Subscription:
    """A subscription to be asked for at once."""
    return Subscription(source_id, hub, topic, token, secret, ask_at=now)


def asked(one: Subscription, now: datetime) -> Subscription:
    """After the hub took a request: it confirms, or is asked again."""
    return replace(one, asked_at=now, ask_at=now + doubled(HOUR, one.failures + 1), failures=one.failures + 1, trouble="the hub has not confirmed it")


def failed(one: Subscription, why: str, retry_after: timedelta | None, now: datetime) -> Subscription:
    """After the hub refused, or could not be reached."""
    wait = max(doubled(HOUR, one.failures + 1), retry_after or timedelta(0))
    return replace(one, asked_at=None, ask_at=now + wait, failures=one.failures + 1, trouble=why)


def confirmed(one: Subscription, lease_seconds: str, now: datetime) -> Subscription:
    """After the hub confirmed: `lease_seconds` as it wrote them, a day where that is no number."""
    length = timedelta(seconds=int(lease_seconds)) if lease_seconds.isascii() and lease_seconds.isdigit() and len(lease_seconds) < 10 else DAY
    length = min(max(length, SHORTEST), LONGEST)
    return replace(one, asked_at=None, until=now + length, ask_at=now + length * RENEWED_AT, failures=0, trouble="")


def is_awaited(one: Subscription, topic: str, now: datetime) -> bool:
    """Whether a confirmation of `topic` answers a request of ours."""
    return one.asked_at is not None and timedelta(0) <= now - one.asked_at <= CONFIRMED_WITHIN and topic == one.topic


def is_challenge(text: str) -> bool:
    """Whether a challenge may be said back: a short word in plain letters, for we do not write other people's pages."""
    return 0 < len(text) <= MAX_CHALLENGE and text.isascii() and text.isprintable() and not set(text) & set("<>&\"'")


def holds(one: Subscription, now: datetime) -> bool:
    """Whether the hub has promised to push."""
    return one.until is not None and now < one.until


def is_relied_on(one: Subscription, now: datetime) -> bool:
    """Whether visits may be few: it has promised, and no visit has found it wanting since it last pushed."""
    return holds(one, now) and not one.doubted


def is_signed(one: Subscription, signature: str, body: bytes) -> bool:
    """Whether `body` comes from who knows the secret: "sha256=…" as X-Hub-Signature has it.

    >>> from datetime import UTC
    >>> is_signed(begun("a", "", "", "", "key", datetime(2026, 3, 4, tzinfo=UTC)), "sha256=00", b"")
    False
    """
    method, _, digest = signature.strip().partition("=")
    if method.lower() not in METHODS:
        return False
    return hmac.compare_digest(hmac.new(one.secret.encode(), body, method.lower()).hexdigest().encode(), digest.strip().lower().encode("utf-8", "replace"))


def is_topic_of(topic: str, url: str) -> bool:
    """Whether a document at `url` may call itself `topic`: the same site, or one above or below it.

    >>> is_topic_of("https://a.example/feed", "https://www.a.example/feed.xml"), is_topic_of("https://b.example/feed", "https://a.example/feed")
    (True, False)
    """
    one, other = (host_and_port(address)[0].removeprefix("www.") for address in (topic, url))
    return bool(one and other) and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))


def is_of(one: Subscription, calls_itself: str) -> bool:
    """Whether a pushed document is of the topic; one that does not say what it is, is."""
    return not calls_itself or same_feed(calls_itself) == same_feed(one.topic)
