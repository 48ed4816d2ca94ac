"""Which rulings are on a meeting.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from storage.model import Member, Ruling


def rulings_on(rulings: Iterable[Ruling], members: Sequence[Member]) -> tuple[Ruling, ...]:
    """Those of `rulings`, all in force, that name a report of the meeting."""
    items = {member.item.id for member in members}
    reports = {f"{member.item.id}/{member.report.position}" if member.report.position else member.item.id for member in members}
    return tuple(r for r in rulings if (r.subject in reports if r.verb == "retag" else items & {*r.subject.split(), *r.object.split()}))
