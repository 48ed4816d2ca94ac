"""One visit to a source: fetch, read what is new, hand it over, remember how it went.

Validators are kept in the same transaction as the items of the document they came
with, so that a document counts as read only when all of it is stored. A document of
which something is still missing (an article that could not be fetched, more new links
than one visit reads) leaves the old ones in place: the next visit gets it whole again.

Touches: the network by way of its fetcher; the store by way of its desk.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from aggregator.config import Polling
from aggregator.errors import FetchError, ParseError
from aggregator.fetch.addresses import host_and_port, is_own
from aggregator.fetch.challenge import wants_login
from aggregator.fetch.fetcher import FEEDS, PAGES, Fetcher, Reply, Request, TurnedAway
from aggregator.normalise.links import canonical_url
from aggregator.parse.entry import Parsed
from aggregator.poll import moves
from aggregator.poll.desk import Desk, Stage
from aggregator.poll.outage import Outage
from aggregator.poll.pace import CONDITION, DAY, HOST_SILENCE, Visit, ask_whole, next_visit, silence_reason
from aggregator.poll.reading import ParsePool, Read, Reader
from aggregator.poll.robots import Robots
from storage.database import StorageError
from storage.model import Outcome, Poll, Source, Standing
from storage.sources import Move
from storage.store import Store

LOG = logging.getLogger("communique")

NOTHING = frozenset({204, 205})     # statuses that say there is nothing to be sent; a 200 without a body is a fault of the server
QUOTA = 500                 # new items of one source in a day, its first document excepted: an agency brings 300, a broken feed any number
LAST_WORDS = 3              # visits answered 410, over two days, after which a source is taken at its word
ANOTHER = 3                 # entries, all of them new: of two, none known may be a busy day
LONGEST_REASON = 300


class Taken(Protocol):
    @property
    def new(self) -> int: ...

    @property
    def changed(self) -> int: ...

    @property
    def same(self) -> int: ...

    @property
    def waiting(self) -> int: ...

    @property
    def strayed(self) -> int: ...


class Decided(Protocol):
    @property
    def items(self) -> int: ...

    @property
    def reports(self) -> int: ...

    @property
    def meetings_new(self) -> int: ...

    @property
    def meetings_changed(self) -> int: ...


class Hubs(Protocol):
    """Who tells us of new documents (aggregator/push/hubs.py). Synchronous; called on the desk only."""

    def is_relied_on(self, source_id: str) -> bool: ...

    def named(self, source: Source, url: str, hub: str, topic: str) -> None: ...

    def found_wanting(self, source_id: str) -> None: ...


class Intake(Protocol):
    """Takes documents in (aggregator/ingest.py). Synchronous; called on the desk only, but for `stopping`."""

    stopping: bool

    def known_links(self, source: Source, links: Iterable[str]) -> frozenset[str]: ...

    def take(self, source: Source, parsed: Parsed, seen_at: datetime, *, visit: bool, room: int | None) -> Taken: ...

    def decide(self, now: datetime) -> Decided: ...


@dataclass(frozen=True, slots=True)
class Visited:
    """What a visit came to, and how many articles it read and missed."""

    source: Source
    poll: Poll
    due: datetime
    articles: int = 0
    missed: int = 0


@dataclass(slots=True)
class Visitor:
    """Visits sources. Knows nothing of when."""

    store: Store
    fetcher: Fetcher
    parse_pool: ParsePool
    intake: Intake
    polling: Polling
    clock: Callable[[], datetime]
    desk: Desk
    fetching: Stage = field(default_factory=Stage)
    hubs: Hubs | None = None                                                    # that push to us; None while nobody could hear them
    silences: dict[str, tuple[datetime, str]] = field(default_factory=dict)     # by host; what this program has heard itself
    reader: Reader = field(init=False)
    robots: Robots = field(init=False)
    outage: Outage = field(init=False)
    _moves: dict[str, Move] | None = None                                       # by source; few ever move
    _waiting: set[str] | None = None                                            # sources with entries that wait for another day
    _brought: dict[str, tuple[datetime, int]] = field(default_factory=dict)     # by source: the day, and how many new items it has brought

    def __post_init__(self) -> None:
        self.outage = Outage(self.store, self.polling.every)
        self.robots = Robots(self._fetch, self.fetcher.slow_down, self.store, self.desk, self.clock)
        self.reader = Reader(
            self.parse_pool, self.robots, self._fetch, self._silenced, self._known_links, self.store, self.desk, self.clock,
            keep=self.polling.keep, block=self.polling.block)

    async def visit(self, source: Source, standing: Standing) -> Visited:
        """One visit, whatever comes of it. Raises only StorageError: then nothing of the visit is kept, and it is made again."""
        move = (await self._known_moves()).get(source.id)
        request = self._request(source, standing, moves.address_of(source, move))
        try:
            if source.kind != "feed":
                await self.robots.require(request.url, source)
            reply = await self._fetch(request)
            if reply.document is None or (not reply.document.body and reply.status in NOTHING):
                return await self._unchanged(source, standing, reply, request)
            if not reply.document.body:
                return await self._failed(source, standing, request, f"HTTP {reply.status} with nothing in it")
            body_hash = sha256(reply.document.body).hexdigest()
            if body_hash == standing.body_hash and reply.url == standing.url:
                return await self._unchanged(source, standing, reply, request)
            try:
                read = await self.reader.read(source, reply.document)
            except ParseError as error:
                return await self._failed(source, standing, request, _why_unread(source, reply, error))
            return await self._changed(source, standing, reply, read, body_hash)
        except FetchError as error:
            return await self._failed(source, standing, request, error.reason, error)
        except StorageError:
            raise
        except Exception as error:
            # A document that trips a rule of ours is that source's misfortune, not the round's.
            LOG.exception("not read source=%s", source.id)
            return await self._failed(source, standing, request, f"a fault of this program: {type(error).__name__}: {error}")

    def _request(self, source: Source, standing: Standing, address: str) -> Request:
        plain = Request(
            address, headers=source.headers, proxy=source.proxy, accept=FEEDS if source.kind == "feed" else PAGES, configured=source.url)
        if ask_whole(source, standing, self.clock()) or not standing.url:
            return plain
        return replace(plain, etag=standing.etag, last_modified=standing.last_modified, validators_of=standing.url)

    async def _fetch(self, request: Request) -> Reply:
        began = time.monotonic()
        try:
            return await self.fetcher.fetch(request)
        except FetchError as error:
            if error.status in HOST_SILENCE and error.retry_after is not None:
                await self._silence(error.url, error.status, self.clock() + error.retry_after)
            raise
        finally:
            self.fetching.wall += time.monotonic() - began

    async def _known_links(self, source: Source, links: Iterable[str]) -> frozenset[str]:
        return await self.desk.do(lambda: self.intake.known_links(source, links))

    async def _unchanged(self, source: Source, standing: Standing, reply: Reply, request: Request) -> Visited:
        now, whole = self.clock(), reply.document is not None and bool(reply.document.body)
        after = replace(_answered(standing, now), last_full=now if whole else standing.last_full)
        if reply.document is None:      # RFC 9111, 4.3.4: what a 304 says replaces what was known, what it leaves out stays
            after = replace(after, etag=reply.etag or standing.etag, last_modified=reply.last_modified or standing.last_modified)
        elif whole:
            after = replace(after, etag=reply.etag, last_modified=reply.last_modified, url=reply.url)

        def keep() -> Visited:
            self._remember_move(source, reply, same=whole or reply.document is None)
            # Entries that wait since an earlier day come in whatever the server says.
            taken = self.intake.take(source, Parsed(()), now, visit=True, room=self.room(source, now)) if source.id in self._who_waits() else None
            new = self.count(source, taken, now)
            outcome: Outcome = "new" if new else "unchanged"
            poll = Poll(source.id, now, outcome, reply.status, reply.wire_bytes, new=new, conditional=reply.conditional, reason=_moved(reply))
            visit = Visit("unchanged", reply.status, fresh_for=reply.fresh_for, hints=standing.hints)
            return self._close(source, after, visit, poll)

        if self._is_plain(source, reply):
            return await self.desk.keep(self.store.transaction, keep)
        return await self.desk.do(lambda: self._in_one_change(keep))

    def _is_plain(self, source: Source, reply: Reply) -> bool:
        """Whether nothing but the visit itself is to be remembered, so that it may be done twice."""
        if self._moves is None or self._waiting is None or reply.moved_to:
            return False
        return source.id not in self._moves and source.id not in self._waiting

    def _in_one_change(self, work: Callable[[], Visited]) -> Visited:
        with self.store.transaction():
            return work()

    async def _changed(self, source: Source, standing: Standing, reply: Reply, read: Read, body_hash: str) -> Visited:
        now = self.clock()
        after = replace(_answered(standing, now), last_full=now, hints=read.parsed.hints)
        if not read.missed:
            after = replace(after, etag=reply.etag, last_modified=reply.last_modified, url=reply.url, body_hash=body_hash)

        def keep() -> Visited:
            with self.store.transaction():
                first = standing.last_full is None
                taken = self.intake.take(source, read.parsed, now, visit=True, room=None if first else self.room(source, now))
                self._remember_move(source, reply, same=first or bool(taken.same or taken.changed))
                self.count(source, taken, now)
                if self.hubs is not None:
                    if taken.new:
                        self.hubs.found_wanting(source.id)
                    self.hubs.named(source, reply.url, reply.hub or read.parsed.hub, reply.self_url or read.parsed.self_url)
                arrived = replace(after, last_new=now if taken.new else standing.last_new)
                outcome: Outcome = "new" if taken.new or taken.changed else "unchanged"
                poll = Poll(
                    source.id, now, outcome, reply.status, reply.wire_bytes, len(read.parsed.entries), taken.new, taken.changed,
                    reply.conditional, _noted(reply, read, taken, first=first),
                )
                outrun = not first and taken.new >= ANOTHER and not taken.same + taken.changed
                visit = Visit(outcome, reply.status, fresh_for=reply.fresh_for, hints=read.parsed.hints, outrun=outrun)
                return replace(self._close(source, arrived, visit, poll), articles=read.articles, missed=read.missed)

        return await self.desk.do(keep)

    async def _failed(self, source: Source, standing: Standing, request: Request, reason: str, error: FetchError | None = None) -> Visited:
        now, reason = self.clock(), reason[:LONGEST_REASON]
        status, wait = (error.status, error.retry_after) if error else (0, None)
        conditional = bool(request.etag or request.last_modified)
        after = replace(
            standing, failures=standing.failures + 1, last_polled=now, last_error=reason, not_before=None if wait is None else now + wait)
        if status in CONDITION and conditional:
            after = replace(after, etag="", last_modified="")
        poll = Poll(source.id, now, "failed", status, conditional=conditional, reason=reason)

        def keep() -> Visited:
            with self.store.transaction():
                move = self._moved_already().get(source.id)
                self._keep_move(source.id, move, moves.after_failure(move, after.failures))
                gone = status == 410 and self._is_gone(source, now)
                visit = Visit("failed", status, wait, conditional=conditional, turned_away=isinstance(error, TurnedAway), gone=gone)
                return self._close(source, after, visit, poll)

        visited = await self.desk.do(keep)
        if error is not None and status == 429 and wait is None and not self.is_own(source):
            await self._silence(error.url, status, visited.due)     # too many requests are too many for the host, whichever source they were for
        return visited

    def _close(self, source: Source, standing: Standing, visit: Visit, poll: Poll) -> Visited:
        pushed = self.hubs is not None and self.hubs.is_relied_on(source.id)
        due, reason = next_visit(
            source, standing, replace(visit, pushed=pushed), now=poll.at, every=self.polling.every, at_most=self.polling.at_most, own=self.is_own(source))
        reason = "; ".join(filter(None, (reason, moves.told(self._moved_already().get(source.id)))))
        if poll.outcome != "failed":
            self.outage.ended(poll.at)
        note = "" if poll.outcome == "failed" else poll.reason
        self.store.sources.save_standing(replace(
            standing, due=due, reason=reason, note=note, last_status=poll.status, turned_away=visit.turned_away))
        self.store.sources.record(poll)
        return Visited(source, poll, due)

    def is_own(self, source: Source) -> bool:
        return is_own(source.url, self.polling.allow)

    # Silence

    def silence(self, host: str) -> tuple[datetime, str] | None:
        """Until when this program knows `host` wants to be left alone, and why."""
        found = self.silences.get(host)
        if found is not None and found[0] <= self.clock():
            del self.silences[host]
            return None
        return found

    async def _silenced(self, host: str) -> tuple[datetime, str] | None:
        return self.silence(host) or await self.desk.do(lambda: self.store.sources.silenced(host, self.clock()))

    async def _silence(self, url: str, status: int, until: datetime) -> None:
        host, reason = host_and_port(url)[0], silence_reason(status, until)
        self.silences[host] = max(self.silences.get(host, (until, reason)), (until, reason))
        await self.desk.do(lambda: self.store.sources.silence_host(host, until, reason))

    # Moves; all but the first on the desk

    async def _known_moves(self) -> dict[str, Move]:
        return self._moves if self._moves is not None else await self.desk.do(self._moved_already)

    def _moved_already(self) -> dict[str, Move]:
        if self._moves is None:
            self._moves = self.store.sources.moves()
        return self._moves

    def _remember_move(self, source: Source, reply: Reply, *, same: bool) -> None:
        move = self._moved_already().get(source.id)
        if move is not None or reply.moved_to:
            self._keep_move(source.id, move, moves.after_answer(source, move, reply.moved_to, same=same, now=self.clock()))

    def _keep_move(self, source_id: str, before: Move | None, after: Move | None) -> None:
        if after is None and before is not None:
            self._moved_already().pop(source_id)
            self.store.sources.forget_move(source_id)
        elif after is not None and after != before:
            self._moved_already()[source_id] = after
            self.store.sources.save_move(after)

    # Quotas; on the desk

    def room(self, source: Source, now: datetime) -> int:
        """How many new items the source may still bring today."""
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        known = self._brought.get(source.id)
        if known is None or known[0] != day:
            known = self._brought[source.id] = (day, self.store.sources.brought_since(source.id, day))
        return max(QUOTA - known[1], 0)

    def count(self, source: Source, taken: Taken | None, now: datetime) -> int:
        """Keeps the account of what a source brought; how many new items that were."""
        if taken is None:
            return 0
        if source.id in self._brought:
            day, before = self._brought[source.id]
            self._brought[source.id] = day, before + taken.new
        (self._who_waits().add if taken.waiting else self._who_waits().discard)(source.id)
        return taken.new

    def _who_waits(self) -> set[str]:
        if self._waiting is None:
            self._waiting = set(self.store.items.waiting())
        return self._waiting

    def _is_gone(self, source: Source, now: datetime) -> bool:
        """Whether a source that says 410 now has said so for two days, at every visit."""
        last = self.store.sources.polls(source.id, LAST_WORDS - 1)
        return len(last) == LAST_WORDS - 1 and all(poll.status == 410 for poll in last) and now - last[-1].at >= 2 * DAY


def _answered(standing: Standing, now: datetime) -> Standing:
    return replace(standing, failures=0, last_polled=now, last_success=now, last_error="", not_before=None)


def _moved(reply: Reply) -> str:
    return f"moved permanently to {reply.moved_to}" if reply.moved_to else ""


def _noted(reply: Reply, read: Read, taken: Taken, *, first: bool) -> str:
    """What is worth knowing of a visit that went well."""
    says = canonical_url(read.parsed.self_url)
    return "; ".join(filter(None, (
        _moved(reply),
        read.note,
        f"{read.parsed.cut} entries beyond the limit of one document left out" if read.parsed.cut else "",
        f"{taken.waiting} entries wait: a source may bring {QUOTA} new items a day" if taken.waiting else "",
        "holds nothing of what it held before: is it still this source?" if not first and taken.new >= ANOTHER and not taken.same + taken.changed else "",
        f"{taken.strayed} known items lead to another site now: has it been taken over?" if taken.strayed else "",
        f"calls itself {says}" if says and says != canonical_url(reply.url) else "",
    )))[:LONGEST_REASON]


def _why_unread(source: Source, reply: Reply, error: ParseError) -> str:
    """Why a document could not be read, with what it is instead and where it came from."""
    login = source.kind == "feed" and reply.document is not None and wants_login(reply.document.body)
    elsewhere = host_and_port(reply.url)[0]
    came = f", after a redirect to {elsewhere}" if elsewhere != host_and_port(source.url)[0] else ""
    return f"{error.reason}{': it asks for a password' if login else ''}{came}"
