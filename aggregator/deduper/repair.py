"""Meetings that were touched, looked at again.

What an item is of was decided when it came, by what had come before it. A later
one may show that two meetings are one, that a report is better placed in another
meeting, or that what it says forbids it to be where it is. Only what is clearly better
is changed, by more than the line at which a report joins, so that looking again changes
nothing.

Touches: nothing.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from math import exp, log

from aggregator.deduper.match import SCALE, Scale, fit, is_forbidden
from aggregator.deduper.rulings import Ruled
from aggregator.deduper.terms import Ground
from storage.model import Member, Repair, RepairVerb

ONE = 1.5               # log-odds above the line from which two meetings are one: from here on precision falls in none of five orders (benchmarks/gold.py)
STEP = 1.0              # log-odds by which another place must be better
MOST_CHANGES = 4        # one after another, for one new report

Clusters = Mapping[str, tuple[Member, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be done about one or two meetings."""

    verb: RepairVerb
    source: str                             # the meeting that is given up, or the one a report leaves
    target: str                             # the one that stays, or the one it goes to; "" for one of its own
    member: Member | None                   # that moves; None when all do
    score: float
    reasons: tuple[str, ...]


def next_change(newcomer: Member | None, home: str, clusters: Clusters, said: Ruled, ground: Ground, scale: Scale = SCALE) -> Change | None:
    """The first thing to mend now that `newcomer` has joined `home`, there and in those of `clusters` beside it; None when all is well.

    With `newcomer` None, since something was mended just now, every report of `home` is looked at.
    """
    if home not in clusters:
        return None
    found = next(_merges(home, clusters, said, ground, scale), None)
    return found or next(_moves(newcomer, home, clusters, said, ground, scale), None)


def recorded(change: Change, members: Clusters, at: datetime) -> Repair:
    """A change as it is remembered, under an id of its own; `members` are those before it, of both meetings."""
    moved = members[change.source] if change.member is None else (change.member,)
    moving, left = _items(moved), [name for name in _items(members[change.source]) if name not in _items(moved)]
    beside = left if change.verb == "split" else list(_items(members.get(change.target, ())))
    digest = sha256("\n".join((change.verb, change.source, change.target, *moving)).encode()).digest()
    return Repair(
        f"c-{b32encode(digest[:5]).decode().lower()}", change.verb, change.source, change.target, tuple(dict.fromkeys(moving)), tuple(dict.fromkeys(beside)),
        change.score, change.reasons, at,
    )


def _merges(home: str, clusters: Clusters, said: Ruled, ground: Ground, scale: Scale) -> Iterator[Change]:
    """Meetings that are one with `home`: each report of the smaller fits the other, on average."""
    mine = clusters[home]
    for name, others in clusters.items():
        if name == home or said.forbids(_items(mine), _items(others)) or set(_items(mine)) & set(_items(others)):
            continue        # two reports of one item are two meetings
        fewer, more = sorted((mine, others), key=len)
        fits = [found for member in fewer if (found := fit(member, more, ground, scale))]
        if not fits or 2 * sum(bool(found.closed) for found in fits) >= len(fits):
            continue
        agree = sum(found.log_odds for found in fits) / len(fits)
        if agree >= _line(scale) + ONE and min(found.log_odds for found in fits) >= _line(scale):
            older, younger = sorted((home, name), key=lambda id: min((m.item.first_seen, m.item.id) for m in clusters[id]))
            yield Change("merge", younger, older, None, _score(agree), max(fits, key=lambda found: found.log_odds).reasons)


def _moves(newcomer: Member | None, home: str, clusters: Clusters, said: Ruled, ground: Ground, scale: Scale) -> Iterator[Change]:
    """Reports that fit another of the meetings clearly better, or that are forbidden to be where they are."""
    for name in (home, *(name for name in clusters if name != home)):
        members = clusters[name]
        suspects = members
        if newcomer and len(clusters) == 1:
            suspects = tuple(m for m in members if is_forbidden(newcomer, m))       # without another meeting only a conflict is new
        for member in suspects if len(members) > 1 else ():
            here = None if said.mates(member.item.id) else fit(member, members, ground, scale)
            if here is None:
                continue
            now = min(here.log_odds, _line(scale) - 2 * STEP) if here.closed else here.log_odds
            best, target, reasons = _line(scale), "", here.reasons
            for other in (clusters if name == home else (home,)):
                there = fit(member, clusters[other], ground, scale) if other != name and _may_join(member, clusters[other], said) else None
                if there and not there.closed and there.log_odds >= best:
                    best, target, reasons = there.log_odds, other, there.reasons
            if target and best >= now + STEP:
                yield Change("move", name, target, member, _score(best), reasons)
            elif not target and name == home and here.closed:
                yield Change("split", name, "", member, _score(here.log_odds), (here.closed,))


def _line(scale: Scale) -> float:
    """The log-odds at which a report joins."""
    return log(scale.merge / (1 - scale.merge))


def _may_join(member: Member, others: tuple[Member, ...], said: Ruled) -> bool:
    items = _items(others)
    return member.item.id not in items and not said.kept_from(member.item.id) & set(items)


def _items(members: tuple[Member, ...]) -> tuple[str, ...]:
    return tuple(member.item.id for member in members)


def _score(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))
