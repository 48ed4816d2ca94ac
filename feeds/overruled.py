"""What people ruled of a meeting, in words.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from feeds import clean
from feeds.presentation import days
from storage.model import Member, Ruling


def rulings_on(rulings: Iterable[Ruling], members: Sequence[Member]) -> tuple[Ruling, ...]:
    """Those of `rulings`, all in force, that name a report of the meeting."""
    items = {member.item.id for member in members}
    reports = {f"{member.item.id}/{member.report.position}" if member.report.position else member.item.id for member in members}
    return tuple(r for r in rulings if (r.subject in reports if r.verb == "retag" else items & {*r.subject.split(), *r.object.split()}))


def in_words(rulings: Iterable[Ruling], members: Sequence[Member]) -> tuple[str, ...]:
    """A sentence for each ruling on the meeting of these members."""
    return tuple(_sentences(rulings_on(rulings, members), {member.item.id: member for member in members}))


def _sentences(rulings: Iterable[Ruling], members: dict[str, Member]) -> Iterator[str]:
    for ruling in rulings:
        who = f" by {clean.line(ruling.ruled_by, 120)}" if ruling.ruled_by else ""
        said = f"{who} on {days(ruling.ruled_at.date())} ({ruling.id})"
        if ruling.verb == "same":
            yield f"Two meetings were ruled to be one{said}."
        elif ruling.verb == "different":
            named = [members[name] for name in (*ruling.subject.split(), *ruling.object.split()) if name in members]
            outlets = ", ".join(dict.fromkeys(clean.line(member.item.outlet or member.source.name, 120) for member in named[:3]))
            yield f"Ruled to be another meeting than one it was, or might be, taken for{said}; so reported by {outlets}."
        else:
            yield f"Tags were changed{said}: {', '.join(ruling.object.split())}."
