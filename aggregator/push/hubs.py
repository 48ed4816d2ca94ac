"""Hubs: asked to push what changes, and what they push taken in.

A hub that a feed names is asked to call us at an address nobody can guess; what it
pushes must be signed with a secret of that one subscription, and is read like the
document of a visit: by the same parsers, under the same limits, as news of its own
topic alone. It adds and changes items; it can remove none. While a hub keeps its
word its source is visited twice a day only.

Touches: the network and the store, by way of its visitor.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from urllib.parse import urlencode

from aggregator.errors import FetchError, ParseError
from aggregator.fetch.fetcher import Request
from aggregator.parse.entry import Document
from aggregator.poll.pace import GUARD
from aggregator.poll.reading import Read
from aggregator.poll.visiting import Visited, Visitor
from aggregator.push import lease
from storage.model import Outcome, Poll, Source
from storage.subscriptions import Subscription

LOG = logging.getLogger("communique")

AT_ONCE = 4                         # pushed documents that are read
WAITING = 64                        # that wait to be; what comes on top is fetched by a visit
FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Hubs:
    """The subscriptions of the sources that are followed. `callback` is the address of ours under which hubs call; `note` hears of what was brought."""

    visitor: Visitor
    callback: str
    note: Callable[[Visited], None]
    unguessable: Callable[[], str] = lambda: secrets.token_urlsafe(32)
    _by_source: dict[str, Subscription] = field(default_factory=dict)
    _sources: dict[str, str] = field(default_factory=dict)          # by token: the source's id
    _last: dict[str, str] = field(default_factory=dict)             # by source: the hash of what was last pushed
    _reading: set[asyncio.Task[None]] = field(default_factory=set)
    _in_hand: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    # What the visits need of it; on the desk

    def is_relied_on(self, source_id: str) -> bool:
        """Whether the source's hub tells us what is new."""
        one = self._by_source.get(source_id)
        return one is not None and lease.is_relied_on(one, self.visitor.clock())

    def named(self, source: Source, url: str, hub: str, topic: str) -> None:
        """The source's document at `url` names this hub ("" for none), and calls itself `topic`."""
        known, topic = self._by_source.get(source.id), topic or url
        if not hub or not lease.is_topic_of(topic, url):
            if known is not None:
                self._forget(known)
        elif known is None or (known.hub, known.topic) != (hub, topic):
            if known is not None:
                self._forget(known)
            self._keep(lease.begun(source.id, hub, topic, self.unguessable(), self.unguessable(), self.visitor.clock()))

    def found_wanting(self, source_id: str) -> None:
        """A visit found what the hub had not told."""
        one = self._by_source.get(source_id)
        if one is not None and not one.doubted:
            self._keep(replace(one, doubted=True))

    # The daemon's part

    async def open(self) -> None:
        """Reads what earlier runs agreed; what was pushed while nobody listened is made up for by a visit soon."""

        def read() -> None:
            now, store = self.visitor.clock(), self.visitor.store
            with store.transaction():
                for one in store.subscriptions.all():
                    self._by_source[one.source_id], self._sources[one.token] = one, one.source_id
                    standing = store.sources.standing(one.source_id)
                    source = store.sources.get(one.source_id)
                    if standing and source and standing.last_polled and lease.holds(one, now) and standing.not_before is None and not standing.failures:
                        soon = max(now, standing.last_polled + (source.every or self.visitor.polling.every))
                        if soon < standing.due:
                            store.sources.save_standing(replace(standing, due=soon, reason="its hub may have pushed while nobody listened"))

        await self.visitor.desk.do(read)

    async def ask_due(self) -> None:
        """Asks every hub that is to be asked now, one after another; one that is down is asked once, whatever is wanted of it."""
        now, down = self.visitor.clock(), dict[str, FetchError]()
        for one in sorted((one for one in self._by_source.values() if one.ask_at <= now), key=lambda one: one.ask_at):
            if self._by_source.get(one.source_id) is not one:
                continue
            if one.hub in down:
                await self._note_failure(one, down[one.hub])
            elif (error := await self._ask(one)) and (error.status in (0, 429) or error.status >= 500):
                down[one.hub] = error

    async def close(self) -> None:
        """Drops what is being read; visits bring it later."""
        for task in self._reading:
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)

    async def _ask(self, one: Subscription) -> FetchError | None:
        source = await self.visitor.desk.do(lambda: self.visitor.store.sources.get(one.source_id))
        form = urlencode({
            "hub.mode": "subscribe", "hub.topic": one.topic, "hub.callback": self.callback + one.token, "hub.secret": one.secret,
            "hub.lease_seconds": str(int(lease.WISH.total_seconds())),
        })
        # The hub may confirm before it answers, so it is awaited from now on.
        waits = lease.asked(one, self.visitor.clock())
        await self.visitor.desk.do(lambda: self._keep(waits))
        configured = source.url if source else one.topic
        try:
            await self.visitor.fetcher.fetch(Request(one.hub, accept="*/*", configured=configured, body=form.encode(), content_type=FORM))
        except FetchError as error:
            if self._by_source.get(one.source_id) is waits:
                await self._note_failure(one, error)
            return error
        LOG.info("asked hub=%s source=%s", one.hub, one.source_id)
        return None

    async def _note_failure(self, one: Subscription, error: FetchError) -> None:
        LOG.warning("not asked hub=%s source=%s reason=%r", one.hub, one.source_id, error.reason)
        after = lease.failed(one, error.reason, error.retry_after, self.visitor.clock())
        await self.visitor.desk.do(lambda: self._keep(after))

    # What hubs say

    async def confirm(self, token: str, mode: str, topic: str, challenge: str, lease_seconds: str) -> bool:
        """Whether the hub's question is answered with yes: it asks about what we asked for."""
        one, now = self._of(token), self.visitor.clock()
        if one is None:
            return False
        if mode == "denied" and topic == one.topic:
            await self.visitor.desk.do(lambda: self._keep(replace(lease.failed(one, "the hub refused it", None, now), until=None)))
            return True
        if mode != "subscribe" or not lease.is_awaited(one, topic, now) or not lease.is_challenge(challenge):
            return False
        await self.visitor.desk.do(lambda: self._keep(lease.confirmed(one, lease_seconds, now)))
        LOG.info("confirmed hub=%s source=%s", one.hub, one.source_id)
        return True

    def knows(self, token: str) -> bool:
        """Whether something may be pushed there at all."""
        one = self._of(token)
        return one is not None and lease.holds(one, self.visitor.clock())

    def receive(self, token: str, signature: str, body: bytes, content_type: str) -> None:
        """A pushed document: read soon when it is signed, dropped when it is not or was the last one too."""
        one = self._of(token)
        if one is None or not lease.holds(one, self.visitor.clock()) or not lease.is_signed(one, signature, body):
            LOG.warning("dropped what was pushed source=%s reason=%r", one.source_id if one else "", "not signed by its hub" if one else "nobody asked for it")
            return
        known_by = sha256(body).hexdigest()
        if not body or self._last.get(one.source_id) == known_by:
            return
        self._last[one.source_id] = known_by
        document = Document(one.topic, body, content_type, self.visitor.clock())
        crowded = len(self._reading) >= WAITING
        task = asyncio.create_task(self._look_soon(one) if crowded else self._take(one, document))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _take(self, one: Subscription, document: Document) -> None:
        async with self._in_hand:
            source = await self.visitor.desk.do(lambda: self.visitor.store.sources.get(one.source_id))
            if source is None:
                return
            try:
                read = await self.visitor.reader.read(source, document)
            except (ParseError, FetchError) as error:
                LOG.warning("not read what was pushed source=%s reason=%r", source.id, error.reason)
                await self._look_soon(one)
                return
            if not lease.is_of(one, read.parsed.self_url):
                LOG.warning("dropped what was pushed source=%s reason=%r", source.id, f"it calls itself {read.parsed.self_url}")
                return
            self.note(await self.visitor.desk.do(lambda: self._kept(source, read, document)))
            if read.missed:
                await self._look_soon(one)

    def _kept(self, source: Source, read: Read, document: Document) -> Visited:
        """Takes the entries in, as a visit does; on the desk. Validators and due time are those of the visits."""
        visitor, now = self.visitor, self.visitor.clock()
        with visitor.store.transaction():
            taken = visitor.intake.take(source, read.parsed, now, visit=True, room=visitor.room(source, now))
            visitor.count(source, taken, now)
            standing = visitor.store.sources.standing(source.id)
            if standing is not None and taken.new:
                standing = replace(standing, last_new=now)
                visitor.store.sources.save_standing(standing)
            outcome: Outcome = "new" if taken.new or taken.changed else "unchanged"
            poll = Poll(source.id, now, outcome, 0, len(document.body), len(read.parsed.entries), taken.new, taken.changed, reason="pushed by its hub")
            visitor.store.sources.record(poll)
            if one := self._by_source.get(source.id):
                self._keep(replace(one, pushed_at=now, doubted=False))
        LOG.info("pushed source=%s new=%d changed=%d", source.id, taken.new, taken.changed)
        return Visited(source, poll, standing.due if standing else now)

    async def _look_soon(self, one: Subscription) -> None:
        """What could not be taken from the hub is fetched, as soon as a visit may be made."""

        def plan() -> None:
            standing, now = self.visitor.store.sources.standing(one.source_id), self.visitor.clock()
            if standing is not None and not standing.failures:
                soon = max(now, standing.last_polled + GUARD if standing.last_polled else now)
                self.visitor.store.sources.save_standing(replace(standing, due=min(standing.due, soon), reason="its hub told of something new"))

        await self.visitor.desk.do(plan)

    def _of(self, token: str) -> Subscription | None:
        source_id = self._sources.get(token)
        return self._by_source.get(source_id) if source_id is not None else None

    def _keep(self, one: Subscription) -> None:
        self._by_source[one.source_id], self._sources[one.token] = one, one.source_id
        self.visitor.store.subscriptions.save(one)

    def _forget(self, one: Subscription) -> None:
        self._sources.pop(one.token, None)
        with suppress(KeyError):
            del self._by_source[one.source_id]
        self.visitor.store.subscriptions.forget(one.source_id)
