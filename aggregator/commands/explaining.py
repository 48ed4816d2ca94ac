"""The `explain` command: what an item says, with the words that told us, and why its reports are of their meetings.

An item is shown as its reports: each fact with its words, and the text with those words marked. A meeting is shown as
its members, each with its score and reasons. `explained` and `gathered` draw that from values; `explain` looks the
values up.

Touches: the store (reads).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal

from rich.markup import escape

from aggregator.deduper.rulings import said_by
from aggregator.errors import AggregatorError
from aggregator.normalise.links import canonical_url
from aggregator.understand.boilerplate import strip
from aggregator.wrappers import Wrappers
from feeds.overruled import rulings_on
from feeds.places import country, organisation
from storage.model import Coverage, Item, Meeting, Member, Part, Party, Person, Quote, Repair, Report, Ruling
from storage.store import Store

AROUND = 2                  # lines shown before and after one with marked words
LONGEST_LINE = 400          # characters of a line that are shown around its marks
PARTS: tuple[Part, ...] = ("title", "summary", "body")
COLOURS = {
    "day": "yellow", "place": "green", "party": "cyan", "person": "magenta", "act": "blue", "topic": "white", "agreement": "red",
}  # fmt: skip

_MEETING = re.compile(r"(?:^|[/:])(m-[a-z0-9]+)(?:\.(?:html|json|ics))?(?:[?#].*)?$")


class ExplainError(AggregatorError):
    """There is nothing by that name to explain."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a report says, and the words it came from."""

    name: str                                   # day, place, party, person, act, topic, agreement
    value: str                                  # for people: "Vladimir Kolokoltsev, Minister of Internal Affairs (Russia)"
    quote: Quote | None = None                  # None: concluded, not read


@dataclass(frozen=True, slots=True)
class Told:
    """One report of an item: its facts, and the meeting it is of."""

    position: int
    kind: str
    facts: tuple[Fact, ...]
    meeting_id: str = ""                        # "" where it is of none
    meeting_title: str = ""
    score: float = 0.0
    reasons: tuple[str, ...] = ()
    copy_of: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Words of a text that facts came from: text[start:end]."""

    start: int
    end: int
    facts: tuple[str, ...]                      # names of the facts, each once


@dataclass(frozen=True, slots=True)
class Marked:
    """A part of an item, and the marked words in it."""

    part: Part
    text: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class ItemExplained:
    """What an item says and of which meetings."""

    item: Item
    reports: tuple[Told, ...]
    texts: tuple[Marked, ...]
    others: tuple[str, ...] = ()                # further items at the same address
    left_out: tuple[str, ...] = ()              # of its body, because its source always says it

    def as_json(self) -> dict[str, Any]:
        item = self.item
        head = {
            "id": item.id, "source": item.source_id, "outlet": item.outlet, "url": item.url, "title": item.title, "language": item.language,
            "credit": item.credit, "published": item.published.isoformat() if item.published else None, "first_seen": item.first_seen.isoformat(),
        }  # fmt: skip
        texts = {text.part: [asdict(mark) for mark in text.marks] for text in self.texts}
        return {"item": head, "reports": [asdict(told) for told in self.reports], "marks": texts, "others": list(self.others), "left_out": list(self.left_out)}

    def lines(self, *, markup: bool) -> Iterator[str]:
        """What people see, line by line; with `markup` for a terminal of colours, else plain text with brackets."""
        say = Pen(markup=markup)
        item = self.item
        yield say.strong(item.title or item.url or item.id)
        when = f"published {item.published:%Y-%m-%d %H:%M} UTC" if item.published else "undated"
        credit = f", credits {item.credit}" if item.credit and item.credit != item.outlet else ""
        yield say.plain(f"{item.id} · {item.outlet} · {item.language or 'language unknown'} · {when}{credit}")
        if item.url:
            yield say.plain(item.url)
        for other in self.others:
            yield say.plain(f"The same address is also item {other}.")
        for words in self.left_out:
            shown = " ".join(words.split())
            yield say.plain(f"Not read, for its source always says it: “{shown[:LONGEST_LINE]}{'…' if len(shown) > LONGEST_LINE else ''}”")
        if not self.reports:
            yield ""
            yield say.plain("It reports no official meeting.")
        for told in self.reports:
            yield ""
            yield from _told(told, len(self.reports), say)
        for text in self.texts:
            if text.marks:
                yield ""
                yield say.plain(f"{text.part}:")
                yield from (f"  {line}" for line in say.marked(text))


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member of a meeting: why it is one."""

    item_id: str
    position: int
    outlet: str
    language: str
    title: str
    url: str
    kind: str
    score: float
    reasons: tuple[str, ...]
    copy_of: str


@dataclass(frozen=True, slots=True)
class MeetingExplained:
    """A meeting as its members make it."""

    meeting: Meeting
    facts: tuple[Fact, ...]
    members: tuple[MemberLine, ...]
    possible: tuple[tuple[str, float, tuple[str, ...]], ...] = ()      # meetings that may be the same: id, score, reasons
    asked: str = ""                             # the id it was asked by, where that has become this meeting
    changes: tuple[str, ...] = ()               # what was mended about it, and what people ruled

    def as_json(self) -> dict[str, Any]:
        meeting = self.meeting
        head = {
            "id": meeting.id, "title": meeting.title, "state": meeting.state, "day": meeting.day.isoformat() if meeting.day else None,
            "place": meeting.place, "act": meeting.act, "origins": meeting.origins, "outlets": meeting.outlets,
        }  # fmt: skip
        possible = [{"id": id, "score": score, "reasons": list(reasons)} for id, score, reasons in self.possible]
        facts, members = [asdict(fact) for fact in self.facts], [asdict(member) for member in self.members]
        return {"meeting": head, "facts": facts, "members": members, "possible": possible, "asked": self.asked, "changes": list(self.changes)}

    def lines(self, *, markup: bool) -> Iterator[str]:
        """What people see, line by line; with `markup` for a terminal of colours, else plain text."""
        say = Pen(markup=markup)
        meeting = self.meeting
        yield say.strong(meeting.title)
        yield say.plain(f"{meeting.id} · {meeting.state} · {_counted(meeting.outlets, 'outlet')}, {_counted(meeting.origins, 'origin')}")
        if self.asked:
            yield say.plain(f"{self.asked} has become this meeting.")
        yield ""
        for fact in self.facts:
            yield f"  {say.name(fact.name)} {say.plain(fact.value)}"
        for member in self.members:
            yield ""
            copied = f", reprints {member.copy_of}" if member.copy_of else ""
            yield f"{say.score(member.score)}  {say.plain(f'{member.outlet} ({member.language}): {member.title}')}"
            yield say.plain(f"      {member.item_id}{f' ({member.position + 1})' if member.position else ''} · {member.kind}{copied}")
            yield from (say.plain(f"      {reason}") for reason in member.reasons)
        if self.changes:
            yield ""
            yield from (say.plain(change) for change in self.changes)
        for id, score, reasons in self.possible:
            yield ""
            yield f"{say.score(score)}  {say.plain(f'possibly the same meeting: {id}')}"
            yield from (say.plain(f"      {reason}") for reason in reasons)


Explained = ItemExplained | MeetingExplained


@dataclass(frozen=True, slots=True)
class Named:
    """What somebody means by an id or an address: a meeting, or an item."""

    what: str                                   # as it was written
    items: tuple[str, ...]                      # those of the meeting, the first seen first; else the item, and further ones at its address
    meeting_id: str = ""                        # "" for an item


def named(store: Store, what: str) -> Named:
    """The item or meeting that `what` names: an item's id or address, a meeting's id or the address of its page.

    Raises ExplainError when the store holds no such thing.
    """
    what = what.strip()
    asked = _MEETING.search(what)
    if asked:
        id = asked[1] if store.meetings.has_members(asked[1]) else store.meetings.successor(asked[1]) or ""
        if store.meetings.has_members(id):
            return Named(what, tuple(dict.fromkeys(member.item.id for member in store.meetings.members(id))), id)
    ids = (what,) if store.items.get(what) else store.items.with_url(what) or store.items.with_url(canonical_url(what))
    if not ids:
        raise ExplainError(f"{what}: there is no such item or meeting; an item is named by its id (i-…) or address, a meeting by its id (m-…) or page")
    return Named(what, ids)


def explain(store: Store, what: str) -> Explained:
    """The item or meeting that `what` names, explained. Raises ExplainError when the store holds no such thing."""
    found = named(store, what)
    meeting = store.meetings.get(found.meeting_id) if found.meeting_id else None
    if meeting is not None:
        asked = _MEETING.search(found.what)
        members = store.meetings.members(meeting.id)
        found_out = gathered(meeting, members, store.meetings.related(meeting.id), asked=asked[1] if asked else "")
        ruled = (line_of_ruling(ruling) for ruling in rulings_on(store.rulings.all(), members))
        return replace(found_out, changes=(*map(line_of_repair, store.repairs.of(meeting.id)), *ruled))
    item = store.items.get_many(found.items)[found.items[0]]
    coverage = store.meetings.coverage(item.id)
    meetings = store.meetings.get_many([claim.meeting_id for claim in coverage])
    _, removed = strip(item.body, Wrappers(store).of(item.source_id))
    left_out = [item.body[span.start:span.end] for span in removed]
    return explained(item, store.meetings.reports(item.id), coverage, meetings, others=found.items[1:], left_out=left_out)


def explained(
    item: Item, reports: Iterable[Report], coverage: Iterable[Coverage], meetings: Mapping[str, Meeting], *, others: Sequence[str] = (),
    left_out: Sequence[str] = (),
) -> ItemExplained:
    """An item as its `reports`, each with its `coverage` and the title of its meeting."""
    claims = {claim.position: claim for claim in coverage}
    told = []
    for report in sorted(reports, key=lambda report: report.position):
        claim = claims.get(report.position)
        meeting = meetings.get(claim.meeting_id) if claim else None
        if claim is None:
            told.append(Told(report.position, report.kind, facts_of(report)))
        else:
            title = meeting.title if meeting else ""
            told.append(Told(report.position, report.kind, facts_of(report), claim.meeting_id, title, claim.score, claim.reasons, claim.copy_of))
    quoted = [fact for one in told for fact in one.facts]
    texts = (Marked(part, text, _marks(part, text, quoted)) for part, text in zip(PARTS, (item.title, item.summary, item.body), strict=True) if text)
    return ItemExplained(item, tuple(told), tuple(texts), tuple(others), tuple(words for words in left_out if words.strip()))


def gathered(meeting: Meeting, members: Iterable[Member], possible: Iterable[tuple[str, float, tuple[str, ...]]] = (), *, asked: str = "") -> MeetingExplained:
    """A meeting as its members make it, in the order they were seen."""
    lines = tuple(
        MemberLine(member.item.id, member.coverage.position, member.item.outlet or member.source.name, member.item.language, member.item.title, member.item.url,
                   member.coverage.kind, member.coverage.score, member.coverage.reasons, member.coverage.copy_of)
        for member in members
    )
    return MeetingExplained(meeting, _facts_of_meeting(meeting), lines, tuple(possible), "" if asked == meeting.id else asked)


def line_of_ruling(ruling: Ruling) -> str:
    """A ruling in a line: its id, what was said, who and when."""
    subject, object = (f"{len(names)} items ({names[0]}, …)" if len(names := text.split()) > 3 else text for text in (ruling.subject, ruling.object))
    return f"{ruling.id}  {ruling.verb} {subject} | {object}{said_by(ruling).partition(' (ruling')[0]}"


def line_of_repair(repair: Repair) -> str:
    """A repair in a line: its id, what was done, when and why."""
    done = {"merge": "became", "move": "gave a report to", "split": "was parted, a report of its own is"}[repair.verb]
    undone = f", taken back on {repair.undone_at:%Y-%m-%d}" if repair.undone_at else ""
    return f"{repair.id}  {repair.source} {done} {repair.target} on {repair.at:%Y-%m-%d}{undone}, {repair.score:.2f}: {'; '.join(repair.reasons)}"


def facts_of(report: Report) -> tuple[Fact, ...]:
    """What a report says, each fact with its words."""
    facts: list[Fact] = []
    if report.day:
        last = f" to {report.day_end.isoformat()}" if report.day_end and report.day_end != report.day else ""
        others = f"; else {' or '.join(map(date.isoformat, report.alternatives))}" if report.alternatives else ""
        facts.append(Fact("day", f"{report.day.isoformat()}{last} ({report.day_confidence:.0%} sure{others})", report.day_quote))
    elif report.earliest or report.latest:
        first, latest = (day.isoformat() if day else "…" for day in (report.earliest, report.latest))
        likely = f", likely {report.alternatives[0].isoformat()}" if report.alternatives else ""
        facts.append(Fact("day", f"between {first} and {latest}{likely}", report.day_quote))
    if report.place:
        facts.append(Fact("place", report.place, report.place_quote))
    if report.act:
        facts.append(Fact("act", report.act, report.act_quote))
    facts += [Fact("party", _party(party), party.quote) for party in report.parties]
    facts += [Fact("person", _person(person), person.quote) for person in report.people]
    facts += [Fact("agreement", agreement.title, agreement.quote) for agreement in report.agreements]
    facts += [Fact("topic", topic, quote) for topic, quote in report.topics]
    return tuple(facts)


def _facts_of_meeting(meeting: Meeting) -> tuple[Fact, ...]:
    facts: list[Fact] = []
    if meeting.day:
        last = f" to {meeting.day_end.isoformat()}" if meeting.day_end and meeting.day_end != meeting.day else ""
        facts.append(Fact("day", f"{meeting.day.isoformat()}{last}"))
    facts += [Fact(name, value) for name, value in (("place", meeting.place), ("act", meeting.act)) if value]
    facts += [Fact("party", _party(party)) for party in meeting.parties if party.role != "mention"]
    facts += [Fact("person", _person(person)) for person in meeting.people]
    facts += [Fact("agreement", title) for title in meeting.agreements]
    facts += [Fact("topic", topic) for topic in meeting.topics]
    return tuple(facts)


def _party(party: Party) -> str:
    name = country(party.code) if party.kind == "country" else organisation(party.code)
    return name if party.role == "party" else f"{name} ({party.role} only)"


def _person(person: Person) -> str:
    post = f", {person.post}" if person.post else ""
    return f"{person.name}{post}{f' ({country(person.country)})' if person.country else ''}"


def _marks(part: Part, text: str, facts: Sequence[Fact]) -> tuple[Mark, ...]:
    """The words of a part that facts came from, in order; those that overlap are one mark."""
    quoted = [(fact.quote, fact.name) for fact in facts if fact.quote and fact.quote.part == part and fact.quote.text]
    spans = sorted(
        {(quote.start, quote.start + len(quote.text), name) for quote, name in quoted},
        key=lambda span: (span[0], -span[1], span[2]),
    )
    marks: list[Mark] = []
    for start, end, name in spans:
        if start < 0 or end > len(text):
            continue                            # of an older version of the text
        if marks and start < marks[-1].end:
            last = marks[-1]
            names = last.facts if name in last.facts else (*last.facts, name)
            marks[-1] = Mark(last.start, max(last.end, end), names)
        else:
            marks.append(Mark(start, end, (name,)))
    return tuple(marks)


def _told(told: Told, of: int, say: Pen) -> Iterator[str]:
    number = f"Report {told.position + 1} of {of}" if of > 1 else "It reports a meeting"
    how = {"preview": " that is to come", "retrospective": " that is past"}.get(told.kind, "")
    yield say.strong(f"{number}{how}:")
    for fact in told.facts:
        words = f" — “{' '.join(fact.quote.text.split())}”" if fact.quote else " — concluded"
        yield f"  {say.name(fact.name)} {say.plain(fact.value)}{say.faint(words)}"
    if not told.meeting_id:
        yield say.plain("  It joined no meeting.")
        return
    yield say.plain(f"  It is of meeting {told.meeting_id}{f': {told.meeting_title}' if told.meeting_title else ''}")
    copied = f"; its text is that of {told.copy_of}" if told.copy_of else ""
    yield f"  {say.score(told.score)}{say.plain(copied)}"
    yield from (say.plain(f"    {reason}") for reason in told.reasons)


class Pen:
    """How things are written: in the markup of rich, or plain."""

    def __init__(self, *, markup: bool) -> None:
        self._markup = markup

    def plain(self, text: str) -> str:
        return escape(text) if self._markup else text

    def _in(self, style: str, text: str) -> str:
        # `escape` leaves a backslash before our closing tag, which would then not close.
        return f"[{style}]{escape(text)}{' ' if text.endswith(chr(92)) else ''}[/]" if self._markup else text

    def strong(self, text: str) -> str:
        return self._in("bold", text)

    def faint(self, text: str) -> str:
        return self._in("dim", text)

    def name(self, fact: str) -> str:
        return self._in(COLOURS[fact], f"{fact:<10}")

    def score(self, score: float) -> str:
        return self._in("bold green" if score >= 0.9 else "bold yellow", f"{score:.2f}")

    def marked(self, text: Marked) -> Iterator[str]:
        """The lines of a text that hold marked words, with a few around; "…" stands for those left out."""
        lines = _lines(text.text)
        held = {number for number, (start, end) in enumerate(lines) if any(mark.start < end and start < mark.end for mark in text.marks)}
        shown = sorted({near for number in held for near in range(number - AROUND, number + AROUND + 1) if 0 <= near < len(lines)})
        before = -1
        for number in shown:
            if number != before + 1:
                yield "…"
            before = number
            yield self._line(text, *lines[number])
        if shown and shown[-1] != len(lines) - 1:
            yield "…"

    def _line(self, text: Marked, start: int, end: int) -> str:
        inside = [mark for mark in text.marks if mark.start < end and start < mark.end]
        first = max(start, inside[0].start - LONGEST_LINE) if inside else start
        last = min(end, inside[-1].end + LONGEST_LINE) if inside else min(end, start + LONGEST_LINE)
        pieces = ["…"] if first > start else []
        at = first
        for mark in inside:
            begins, ends = max(mark.start, first), min(mark.end, last)
            if begins - at > 2 * LONGEST_LINE:
                pieces += [self.plain(text.text[at:at + LONGEST_LINE]), " … ", self.plain(text.text[begins - LONGEST_LINE:begins])]
            else:
                pieces.append(self.plain(text.text[at:begins]))
            words = text.text[begins:ends]
            pieces.append(self._in(f"bold {COLOURS[mark.facts[0]]}", words) if self._markup else f"[{'+'.join(mark.facts)}: {words}]")
            at = ends
        pieces.append(self.plain(text.text[at:last]))
        return "".join(pieces) + ("…" if last < end else "")


def _lines(text: str) -> list[tuple[int, int]]:
    """Where the lines of a text that are not empty begin and end."""
    found = [(line.start(), line.end()) for line in re.finditer(r"[^\n]+", text)]
    return [(start, end) for start, end in found if text[start:end].strip()]


def _counted(number: int, noun: Literal["outlet", "origin"]) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
