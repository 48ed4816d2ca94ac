"""The sources of each host in a line: which of them may be visited now, and the visits one after another.

Touches: the network and the store, by way of the visitor it is given.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from aggregator.fetch.addresses import host_and_port, same_feed
from aggregator.poll.pace import DAY, why_not_now
from aggregator.poll.visiting import Visited, Visitor
from storage.model import Source, Standing

LOG = logging.getLogger("communique")

AT_ONCE = 32                        # visits under way: each may hold a whole document
HOSTS_AT_ONCE = 256                 # visited by turns: more, and a connection is too old when its host's turn comes again

Candidate = tuple[Source, Standing]


class InHand:
    """How much is under way at once: visits, and hosts that take turns at them."""

    def __init__(self) -> None:
        self.visits, self.hosts = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(HOSTS_AT_ONCE)


async def visit_line(
    visitor: Visitor, line: list[Candidate], in_hand: InHand, report: Callable[[Visited], None], stop: asyncio.Event | None = None,
) -> None:
    """Visits the sources of one host one after another; once the host asks for silence, the rest waits until it is over."""
    async with in_hand.hosts:
        for source, standing in line:
            async with in_hand.visits:
                if stop is not None and stop.is_set():
                    return
                silence = visitor.silence(host_and_port(source.url)[0])
                if silence is not None:
                    await visitor.desk.do(partial(visitor.store.sources.save_standing, _postponed(standing, silence)))
                    continue
                visited = await visitor.visit(source, standing)
            poll = visited.poll
            level = logging.WARNING if poll.outcome == "failed" else logging.INFO
            due = f"{visited.due:%Y-%m-%dT%H:%MZ}"
            LOG.log(level, "polled source=%s outcome=%s new=%d reason=%r next=%s", source.id, poll.outcome, poll.new, poll.reason, due)
            report(visited)


def twins_of(sources: Iterable[Source]) -> dict[str, str]:
    """Sources whose address is another spelling of an earlier one's: one feed is fetched once. Of http and https the latter counts."""
    first: dict[str, str] = {}
    twins: dict[str, str] = {}
    for source in sorted(sources, key=lambda source: (not source.url.lower().startswith("https:"), source.id)):
        one = first.setdefault(same_feed(source.url), source.id)
        if one != source.id:
            twins[source.id] = one
    return twins


def allowed_now(
    visitor: Visitor, candidates: Iterable[Candidate], twins: Mapping[str, str], *, asked_for: bool,
) -> tuple[list[Candidate], list[tuple[str, str]]]:
    """Those that may be visited, and why the others may not. A due source of a silent host is due again when the silence is over."""
    now, chosen, skipped = visitor.clock(), list[Candidate](), list[tuple[str, str]]()
    silences: dict[str, tuple[datetime, str] | None] = {}
    for source, standing in candidates:
        host = host_and_port(source.url)[0]
        if host not in silences:
            silences[host] = visitor.store.sources.silenced(host, now)
        silence = silences[host]
        if source.id in twins:
            why = f'the same feed as source "{twins[source.id]}", which is visited for both'
            visitor.store.sources.save_standing(replace(standing, due=max(standing.due, now + DAY), reason=why))
            skipped.append((source.id, why))
        elif asked_for and (why := why_not_now(standing, silence, now=now, own=visitor.is_own(source))):
            skipped.append((source.id, why))
        elif silence is not None:
            visitor.store.sources.save_standing(_postponed(standing, silence))
        else:
            chosen.append((source, standing))
    return chosen, skipped


def lines_of(is_own: Callable[[Source], bool], candidates: Iterable[Candidate]) -> dict[str, list[Candidate]]:
    """The sources by host, so that each host is asked one thing at a time; the operator's own stand in no line.

    Of these the first of every host come first, then the second ones: the connection to a
    host is then free again when it is asked next, and no other has to be opened.
    """
    lines: dict[str, list[Candidate]] = {}
    turns: dict[str, int] = {}                  # of each line: how many lines to the same host come before it
    of_host = Counter[str]()
    for source, standing in candidates:
        host = host_and_port(source.url)[0]
        key = f"{host} {source.id}" if is_own(source) else host
        if key not in lines:
            turns[key] = of_host[host]
            of_host[host] += 1
        lines.setdefault(key, []).append((source, standing))
    return {key: lines[key] for key in sorted(lines, key=turns.__getitem__)}


def _postponed(standing: Standing, silence: tuple[datetime, str]) -> Standing:
    return replace(standing, due=max(standing.due, silence[0]), reason=silence[1])
