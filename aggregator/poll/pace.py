"""When to come back to a source, and why then.

Every rule is a small function that says how long to wait and why; the longest
wait counts. A wait is cut at a day, whatever a feed asks for, except what a server
asks for when it refuses us (Retry-After, up to a week). The operator's own hosts
(`poll.allow`) are visited as often as he says.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from storage.model import NO_HINTS, Hints, Outcome, Source, Standing

Wait = tuple[timedelta, str]            # how long, and why, for people

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LONGEST_WISH = DAY                      # what a feed may ask for: a year of max-age is a mistake of its server
REFUSED = 4 * HOUR                      # a host that turned us away is left alone at least this long
GUARD = timedelta(minutes=5)            # between two visits to one source, whoever asks for them
UNCONDITIONAL = timedelta(days=8)       # after so long without a full answer, validators are left out once: some servers say 304 for ever
DEAD_AFTER = timedelta(days=30)         # of 404 in a row: then once a week
NEVER_FOUND = 34                        # failures in a row that take thirty days
NEVER = timedelta(days=36_500)          # a source that says it is gone for good is asked again only when a person wants it
NO_VALIDATORS = DAY                     # a feed that cannot be asked conditionally is fetched whole each time; judges of readers allow that once a day
PATIENCE = 10                           # a source silent for 10 h is visited after another hour, one silent for 10 days after a day
LONGEST_JITTER = timedelta(minutes=5)
HUB_TELLS = 12 * HOUR                   # between visits to a source whose hub tells us what is new: it may fail without a word
JITTER = 0.1                            # of the wait, at most; later, never earlier
GAP = timedelta(minutes=1)              # clocks are set by seconds all the time; more is a step

NEXT_DUE = frozenset({408, 421, 425})   # about this one request, not about the feed
LOGIN = frozenset({401, 407})
HOST_SILENCE = frozenset({429, 503})    # with Retry-After they speak for the whole host
CONDITION = frozenset({400, 412})       # to a conditional request: ask without the condition, next time


@dataclass(frozen=True, slots=True)
class Visit:
    """How a visit went, as far as it decides the next one."""

    outcome: Outcome
    status: int = 0
    retry_after: timedelta | None = None
    fresh_for: timedelta | None = None
    hints: Hints = NO_HINTS
    conditional: bool = False
    turned_away: bool = False       # the host let us know that it does not want programs, whatever the status
    gone: bool = False              # it has said 410 for long
    pushed: bool = False            # a hub tells us what is new
    outrun: bool = False            # everything in the feed is new: what came before it may have gone unseen


@dataclass(frozen=True, slots=True)
class Case:
    """All that a rule may look at. `standing` is the one after the visit."""

    source: Source
    standing: Standing
    visit: Visit
    now: datetime
    every: timedelta
    at_most: timedelta


def next_visit(
    source: Source, standing: Standing, visit: Visit, *, now: datetime, every: timedelta, at_most: timedelta, own: bool = False,
) -> tuple[datetime, str]:
    """When `source` is due again, and why then.

    `standing` is what holds after the visit: failures counted, last_new set. `every`
    is the general setting, which the source's own replaces; `own` says that its host
    is in `poll.allow`.
    """
    floor = source.every or every
    case = Case(source, standing, visit, now, floor, max(at_most, floor))
    if own:
        wait, reason = _own(case)
        return now + wait, reason
    rules = FAILED if visit.outcome == "failed" else ANSWERED
    wait, reason = max((found for rule in rules if (found := rule(case)) is not None), key=lambda found: found[0])
    due = now + wait + _jitter(source.id, wait)
    return _outside_skipped(due, visit.hints, reason) if visit.outcome != "failed" else (due, reason)


def why_not_now(standing: Standing, silence: tuple[datetime, str] | None, *, now: datetime, own: bool = False) -> str:
    """Why a source may not be visited now although a person asks for it, "" when it may.

    Never while the server asked us to stay away, and never within five minutes of
    the last visit; for the operator's own hosts only the former.
    """
    if standing.not_before is not None and now < standing.not_before:
        return f"the server asked to wait until {_clock(standing.not_before)}"
    if silence is not None and now < silence[0]:
        return silence[1]
    if not own and standing.last_polled is not None and timedelta(0) <= now - standing.last_polled < GUARD:
        return "visited less than five minutes ago"
    return ""


def ask_whole(source: Source, standing: Standing, now: datetime) -> bool:
    """Whether the next request must leave the validators out."""
    return source.ignore_validators or standing.last_full is None or now - standing.last_full >= UNCONDITIONAL


def replan(source: Source, standing: Standing, *, now: datetime, every: timedelta, own: bool = False) -> tuple[datetime, str] | None:
    """A new due time for a source last visited in what is now the future: the clock was set back. None when all is well.

    >>> from datetime import UTC
    >>> then = datetime(2026, 3, 4, 12, tzinfo=UTC)
    >>> replan(Source("a", "https://a.example/", "A"), Standing("a", then + HOUR, last_polled=then), now=then - 3 * HOUR, every=HOUR)[0].hour
    10
    """
    if standing.last_polled is None or standing.last_polled <= now + GAP:
        return None
    wait = source.every or every
    return now + wait + (timedelta(0) if own else _jitter(source.id, wait)), "the clock was set back"


def spoken(wait: timedelta) -> str:
    """A length of time in words: "90 min", "4 h", "7 days".

    >>> spoken(timedelta(minutes=90)), spoken(timedelta(hours=24)), spoken(timedelta(seconds=5)), spoken(timedelta(days=7))
    ('90 min', '24 h', '5 s', '7 days')
    """
    seconds = round(wait.total_seconds())
    if seconds > 48 * 3600:
        return f"{round(seconds / 86400)} days"
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds >= unit and seconds % unit == 0:
            return f"{seconds // unit} {name}"
    return f"{seconds} s" if seconds < 600 else f"{round(seconds / 60)} min"


def silence_reason(status: int, until: datetime) -> str:
    """Why a whole host is left alone."""
    return f"its host answered HTTP {status} and asked to wait until {_clock(until)}"


# After an answer: the longest of these.

def _regular(case: Case) -> Wait | None:
    return case.every, f"every {spoken(case.every)}"


def _quiet(case: Case) -> Wait | None:
    """Grows with the time a source has brought nothing new, so that a silent one is seldom asked."""
    last_new = case.standing.last_new
    if last_new is None:
        return min(case.at_most, 4 * case.every), "has brought nothing yet"
    silent = case.now - last_new
    wait = min(max(silent / PATIENCE, case.every), case.at_most)
    return wait, f"nothing new for {spoken(_rounded(silent))}"


def _fresh(case: Case) -> Wait | None:
    wait = case.visit.fresh_for
    return None if wait is None else (min(wait, LONGEST_WISH), f"the server says it keeps for {spoken(wait)}")


def _ttl(case: Case) -> Wait | None:
    wait = case.visit.hints.ttl
    return None if wait is None else (min(wait, LONGEST_WISH), f"the feed asks for {spoken(wait)} between visits (ttl)")


def _period(case: Case) -> Wait | None:
    wait = case.visit.hints.period
    return None if wait is None else (min(wait, LONGEST_WISH), f"the feed says it changes every {spoken(wait)}")


def _pushed(case: Case) -> Wait | None:
    return (min(HUB_TELLS, case.at_most), "its hub tells us what is new") if case.visit.pushed else None


def _whole_only(case: Case) -> Wait | None:
    """A feed without validators (or whose validators lie) and without a word on freshness is fetched whole at every visit.

    An operator who wants it more often sets `every` on the source. Pages hardly ever have validators and are left out,
    and so is a feed that brings more in a day than it holds: items would be lost.
    """
    if case.source.kind != "feed" or case.source.every is not None or case.visit.fresh_for is not None or case.visit.outrun:
        return None
    if case.source.ignore_validators:
        return min(NO_VALIDATORS, case.at_most), "its validators are ignored, so each visit costs a whole document"
    if case.standing.etag or case.standing.last_modified:
        return None
    return min(NO_VALIDATORS, case.at_most), "the server gives no validators, so each visit costs a whole document"


# After a failure: the longest of these.

def _asked_to_wait(case: Case) -> Wait | None:
    wait = case.visit.retry_after
    return None if wait is None else (wait, f"the server asked to wait until {_clock(case.now + wait)}")


def _back_off(case: Case) -> Wait | None:
    """By status: a host that turned us away is left alone longer than one that is down."""
    status, failures = case.visit.status, max(case.standing.failures, 1)
    if status in NEXT_DUE or (status in CONDITION and case.visit.conditional):
        return case.every, f"HTTP {status}: at the next regular visit"
    if status in LOGIN:
        return DAY, f"HTTP {status}: wants a login; asked once a day"
    if status == 410 or status == 404:
        return _gone(case, failures)
    turned_away = case.visit.turned_away or (status != 0 and not 500 <= status < 600 and not 200 <= status < 400)
    wait = doubled(REFUSED if turned_away else HOUR, failures)
    return wait, f"failed: waits {spoken(wait)}" if failures == 1 else f"{failures} failures in a row: waits {spoken(wait)}"


def _gone(case: Case, failures: int) -> Wait:
    status, good = case.visit.status, case.standing.last_success
    if case.visit.gone:
        return NEVER, "HTTP 410 for two days: it is gone for good and no longer asked; remove it, correct its url, or try it with `fetch --source`"
    if failures > NEVER_FOUND if good is None else case.now - good > DEAD_AFTER:
        return 7 * DAY, f"HTTP {status} for long: asked once a week"
    wait = DAY if status == 410 else doubled(HOUR, failures)
    return wait, f"HTTP {status}: waits {spoken(wait)}"


ANSWERED: tuple[Callable[[Case], Wait | None], ...] = (_regular, _quiet, _fresh, _ttl, _period, _whole_only, _pushed)
FAILED: tuple[Callable[[Case], Wait | None], ...] = (_back_off, _regular, _asked_to_wait)      # of equal waits the first one's reason is shown


def _own(case: Case) -> Wait:
    """The operator's own host: as often as he says, slower while it fails, and never before it asked for."""
    if case.visit.outcome != "failed":
        return case.every, f"every {spoken(case.every)}"
    wait = min(doubled(case.every, case.standing.failures), max(HOUR, case.every))
    return max((wait, f"failed: waits {spoken(wait)}"), _asked_to_wait(case) or (timedelta(0), ""), key=lambda found: found[0])


def doubled(wait: timedelta, times: int, longest: timedelta = DAY) -> timedelta:
    """1, 2, 4, 8, 16, 24 hours for the first, second, … failure in a row.

    >>> [doubled(HOUR, failures) // HOUR for failures in (1, 2, 3, 4, 5, 6, 1000)]
    [1, 2, 4, 8, 16, 24, 24]
    """
    factor = 1 << min(max(times - 1, 0), 16)
    return min(wait * factor, max(longest, wait))


def _jitter(source_id: str, wait: timedelta) -> timedelta:
    """A little later, so that sources due together drift apart."""
    return min(wait * JITTER, LONGEST_JITTER) * share(source_id)


def share(source_id: str) -> float:
    """0 to 1, always the same for one source and spread evenly over many."""
    return int.from_bytes(sha256(source_id.encode()).digest()[:4], "big") / 2**32


def _outside_skipped(due: datetime, hints: Hints, reason: str) -> tuple[datetime, str]:
    """The first moment from `due` on in no skipped hour (GMT) and on no skipped day; a feed that skips them all skips none."""
    hours, days = _some(hints.skip_hours, 24), _some(hints.skip_days, 7)
    moved = due
    while moved.hour in hours or moved.weekday() in days:
        moved = moved.replace(minute=0, second=0, microsecond=0) + HOUR
    return (due, reason) if moved == due else (moved, "the feed asks not to be read at other hours or days")


def _some(skipped: Iterable[int], of: int) -> frozenset[int]:
    found = frozenset(value for value in skipped if 0 <= value < of)
    return frozenset() if len(found) == of else found


def _rounded(wait: timedelta) -> timedelta:
    return timedelta(hours=round(wait / HOUR)) if wait >= HOUR else timedelta(minutes=round(wait / timedelta(minutes=1)))


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
