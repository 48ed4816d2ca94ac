"""What is said of a meeting, in the order it is said, ready for any format.

Every rendering (Atom, pages, later ones) draws on this one reading of a meeting
and its members, so all of them say the same. All strings are clean here: see clean.py.

Touches: nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from feeds import clean
from feeds.messages.words import Words, words
from feeds.places import country, language_name, organisation
from feeds.site import Site
from feeds.titles import post_name
from feeds.titles import title as title_of
from storage.model import Item, Meeting, Member, Person, Quote, ReportKind, Role, Source, State

SINGLE = ("day", "place")                       # facts of which a meeting has one: two values are a disagreement
FACTS = ("day", "place", "party", "person", "act", "topic", "agreement")
ROLES: tuple[Role, ...] = ("official", "agency", "outlet", "republisher")

ENGLISH = words("en")

LONGEST_HEADING = 400                           # characters; the parts are bounded already
MOST_PEOPLE = 60                                # a page that names more is a list of delegates
MOST_AGREEMENTS = 40
MOST_ACCOUNTS = 200
MOST_AROUND = 160                               # characters shown on either side of the words of a fact
SENTENCE_END = re.compile(r"[.!?…](?=\s|\Z)\s*|[。！？।]\s*|\n+")


@dataclass(frozen=True, slots=True)
class Named:
    """A party or a topic, and what it is called."""

    code: str
    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """Who came for one party: (name, post). The party is None for people whose side is not known."""

    party: Named | None
    people: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One report, as a line of the coverage. Reprints stand under the text they copy."""

    item_id: str
    outlet: str
    role: Role
    title: str
    language: str                               # BCP 47, "" when unknown
    url: str                                    # "" when there is no address that may be shown
    at: datetime                                # as the outlet dates it, else when it was first seen
    dated: bool                                 # whether the outlet dates it
    kind: ReportKind
    credit: str
    score: float
    reasons: tuple[str, ...]
    reprints: tuple[Line, ...] = ()
    day: date | None = None                     # where the outlet gives a day and no time: the day it means, in its own zone

    @property
    def language_name(self) -> str:
        return language_name(self.language)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact, the words it came from, and who wrote them."""

    label: str
    value: str
    words: str
    language: str
    outlets: tuple[str, ...]
    url: str
    fact: str = ""                              # "day", "person"
    before: str = ""                            # what stands before the words in their sentence, and after them
    after: str = ""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A fact on which outlets differ: each value with those who say so."""

    label: str
    values: tuple[tuple[str, tuple[str, ...]], ...]
    fact: str = ""                              # "day", "place"
    said: tuple[str, ...] = ()                  # the values as machines read them


@dataclass(frozen=True, slots=True)
class Presentation:
    """A meeting as it is told."""

    id: str
    title: str                                  # the best an outlet gave
    language: str                               # of that title and of the summary
    heading: str                                # who met whom, where, in the site's language; the outlet's title where too little is known
    composed: bool                              # whether the heading is ours
    state: State
    published: datetime
    updated: datetime
    day: date | None
    day_end: date | None
    when: str                                   # in words
    ranged: bool                                # no day, but days it must lie between
    earliest: date | None
    latest: date | None
    place: str
    act: str
    act_code: str
    countries: tuple[Named, ...]
    organisations: tuple[Named, ...]
    sides: tuple[Side, ...]
    summary: tuple[str, ...]
    agreements: tuple[str, ...]
    topics: tuple[Named, ...]
    disagreements: tuple[Disagreement, ...]
    evidence: tuple[Evidence, ...]
    coverage: tuple[Line, ...]
    outlets: tuple[str, ...]
    counted: str                                # "7 outlets, 3 origins"
    origins: int = 1
    iptc: tuple[Named, ...] = ()
    sources: tuple[Named, ...] = ()             # id, name, and in `kind` the address of its feed, "" where that may hold a secret

    @property
    def parties(self) -> tuple[Named, ...]:
        return self.countries + self.organisations

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every report, those that reprint after the one they copy."""
        return tuple(line for original in self.coverage for line in (original, *original.reprints))


def present(meeting: Meeting, members: Sequence[Member], site: Site, *, with_evidence: bool = True) -> Presentation:
    """`meeting` as it is told. Raises ValueError when it cannot be: an id that cannot name a file, a date without a zone.

    `evidence` is for the page of the meeting; lists and entries do without, for a third less.
    """
    site.meeting_id(meeting.id)
    if meeting.published.tzinfo is None or meeting.updated.tzinfo is None:
        raise ValueError(f"meeting {meeting.id} has a date without a zone")
    said = words(site.language)
    countries = _named(meeting, "country", site.language)
    organisations = _named(meeting, "organisation", site.language)
    coverage = _coverage(members)
    outlets = tuple(dict.fromkeys(line.outlet for original in coverage for line in (original, *original.reprints)))
    when, place, act = when_it_is(meeting, said), clean.line(meeting.place, 120), clean.line(meeting.act, 40)
    unclear = "" if meeting.day else when
    ranged = bool(unclear) and when != said.say("dates.unknown")
    topics = (Named(clean.line(topic.id, 80), clean.line(topic.title, 120)) for topic in map(site.topic, meeting.topics))
    people = [replace(person, name=clean.line(person.name, 120), post=clean.line(person.post, 200)) for person in meeting.people[:MOST_PEOPLE]]
    parties = [(party.code, party.name) for party in countries + organisations]
    title = clean.line(meeting.title) or _untitled(countries + organisations, place, when, said)
    heading = clean.line(title_of(parties, people, act=act, state=meeting.state, place=place, when=when, dated=not unclear, said=said), LONGEST_HEADING)
    return Presentation(
        id=meeting.id,
        title=title,
        language=clean.language(meeting.language) if meeting.title.strip() else site.language,
        heading=heading or (f"{title}{said.say('titles.undated', when=unclear)}" if unclear and meeting.title.strip() else title),
        composed=bool(heading),
        state=meeting.state,
        published=meeting.published.astimezone(UTC),
        updated=meeting.updated.astimezone(UTC),
        day=meeting.day,
        day_end=meeting.day_end if meeting.day and meeting.day_end and meeting.day_end > meeting.day else None,
        when=when,
        ranged=ranged,
        earliest=meeting.earliest if ranged else None,
        latest=meeting.latest if ranged else None,
        place=place,
        act=act_name(act, said),
        act_code=act,
        countries=countries,
        organisations=organisations,
        sides=_sides(people, countries, organisations, said),
        summary=clean.paragraphs(meeting.summary),
        agreements=tuple(filter(None, (clean.line(title, 400) for title in meeting.agreements[:MOST_AGREEMENTS]))),
        topics=tuple(topic for topic in topics if topic.code),
        disagreements=_disagreements(meeting, members, site, said),
        evidence=_evidence(meeting, members, site, said) if with_evidence else (),
        coverage=coverage,
        outlets=outlets,
        counted=_counted(meeting.outlets, meeting.origins, said),
        origins=meeting.origins,
        iptc=_iptc(meeting, site),
        sources=tuple({member.source.id: _source(member.source) for member in members}.values()),
    )


def when_it_is(meeting: Meeting, said: Words = ENGLISH) -> str:
    """The day of a meeting in words, or the range it must lie in, or that it is not known."""
    if meeting.day:
        return days(meeting.day, meeting.day_end, said)
    if meeting.earliest and meeting.latest and meeting.earliest <= meeting.latest:
        if meeting.earliest == meeting.latest:
            return days(meeting.earliest, None, said)
        return said.say("dates.between", first=days(meeting.earliest, None, said), last=days(meeting.latest, None, said))
    return said.say("dates.unknown")


def days(first: date, last: date | None = None, said: Words = ENGLISH) -> str:
    """A day or a run of days as people write them.

    >>> days(date(2009, 5, 12), date(2009, 5, 16)), days(date(2023, 12, 30), date(2024, 1, 2))
    ('12–16 May 2009', '30 December 2023 – 2 January 2024')
    """
    months = said.lists["dates.months"]
    if not last or last <= first:
        return said.say("dates.day", day=first.day, month=months[first.month - 1], year=first.year)
    form = "years" if first.year != last.year else "same_year" if first.month != last.month else "same_month"
    return said.say(
        f"dates.{form}", first_day=first.day, first_month=months[first.month - 1], first_year=first.year,
        day=last.day, month=months[last.month - 1], year=last.year,
    )


def moment(at: datetime, said: Words = ENGLISH) -> str:
    """A moment as people write it, in UTC."""
    at = at.astimezone(UTC)
    return said.say("dates.moment", day=at.day, month=said.lists["dates.short_months"][at.month - 1], year=at.year, time=f"{at:%H:%M}")


def act_name(act: str, said: Words = ENGLISH) -> str:
    """What an act is called for people: "courtesy call" for "courtesy-call"."""
    return said.find(f"acts.{act}", act.replace("-", " "))


def fact_text(fact: str, value: str, site: Site) -> str:
    """The value of a fact, for people."""
    said = words(site.language)
    if fact == "day":
        try:
            return days(date.fromisoformat(value), None, said)
        except ValueError:
            return clean.line(value, 80)
    if fact == "party":
        named = country(value, site.language)
        return clean.line(named if named != value else organisation(value), 80)
    if fact == "act":
        return act_name(clean.line(value, 40), said)
    if fact == "topic":
        return clean.line(site.topic(value).title, 120)
    return clean.line(value, 400)


def _untitled(parties: tuple[Named, ...], place: str, when: str, said: Words) -> str:
    who = " – ".join(party.name for party in parties[:4]) or said.say("entry.untitled")
    return ", ".join(filter(None, (who, place, when)))


def _named(meeting: Meeting, kind: str, language: str) -> tuple[Named, ...]:
    codes = dict.fromkeys(party.code for party in meeting.parties if party.role == "party" and party.kind == kind)
    named = (Named(clean.line(code, 40), clean.line(country(code, language) if kind == "country" else organisation(code), 80), kind) for code in codes)
    return tuple(sorted((party for party in named if party.code), key=lambda party: (party.name, party.code)))


def _sides(people: Iterable[Person], countries: tuple[Named, ...], organisations: tuple[Named, ...], said: Words) -> tuple[Side, ...]:
    by_side: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for person in people:
        if person.name:
            by_side[person.country].append((person.name, post_name(person.post, said)))
    known = {party.code: party for party in countries + organisations}
    for code in by_side:
        if code and code not in known:
            known[code] = Named(clean.line(code, 40), clean.line(country(code, said.language), 80), "country")
    sides = [Side(party, tuple(by_side[code])) for code, party in known.items() if by_side.get(code)]
    return (*sides, Side(None, tuple(by_side[""]))) if by_side.get("") else tuple(sides)


def _coverage(members: Sequence[Member]) -> tuple[Line, ...]:
    """One line per item, the official word and agencies first, reprints under what they copy."""
    firsts = {member.item.id: member for member in sorted(members, key=lambda member: member.report.position, reverse=True)}
    reprints: dict[str, list[Member]] = defaultdict(list)
    originals: list[Member] = []
    for member in firsts.values():
        root = _root(member, firsts)
        if root == member.item.id:
            originals.append(member)
        else:
            reprints[root].append(member)
    lines = []
    for member in sorted(originals, key=_rank):
        lines.append(_line(member, tuple(_line(copy) for copy in sorted(reprints[member.item.id], key=_rank))))
    return tuple(lines)


def _root(member: Member, members: dict[str, Member]) -> str:
    """The item whose text this one copies, among the members, however many copies lie between."""
    seen = {member.item.id}
    while (origin := member.coverage.copy_of) in members:
        if origin in seen:
            return min(seen)                    # copies in a ring: the least id stands for them all
        seen.add(origin)
        member = members[origin]
    return member.item.id


def _rank(member: Member) -> tuple[int, datetime, str]:
    role = ROLES.index(member.source.role) if member.source.role in ROLES else len(ROLES)
    return role, member.item.first_seen, member.item.id


def _line(member: Member, reprints: tuple[Line, ...] = ()) -> Line:
    item, coverage = member.item, member.coverage
    return Line(
        item_id=item.id,
        outlet=_outlet(member),
        role=member.source.role,
        title=clean.line(item.title) or _outlet(member),
        language=clean.language(item.language),
        url=clean.address(item.url),
        at=(item.published or item.first_seen).astimezone(UTC),
        dated=item.published is not None,
        kind=coverage.kind,
        credit=clean.line(item.credit, 80),
        score=coverage.score,
        reasons=tuple(clean.line(reason, 300) for reason in coverage.reasons[:30]),
        reprints=reprints,
        day=_day_alone(item.published, member.source) if item.published else None,
    )


def _day_alone(published: datetime, source: Source) -> date | None:
    """The day of a listing that gives no times: midnight where the source is, which in UTC is often the day before."""
    if source.kind != "page":
        return None
    try:
        there = published.astimezone(ZoneInfo(source.timezone))
    except (ZoneInfoNotFoundError, ValueError):
        return None
    return there.date() if there.time() == time(0) else None


def _outlet(member: Member) -> str:
    return clean.line(member.item.outlet or member.source.name, 120) or clean.line(member.source.id, 120) or "a source"


def _disagreements(meeting: Meeting, members: Sequence[Member], site: Site, said: Words) -> tuple[Disagreement, ...]:
    outlets = {member.item.id: _outlet(member) for member in members}
    found = []
    for fact in SINGLE:
        told: dict[str, tuple[str, list[str]]] = {}
        for account in meeting.accounts:
            if account.fact == fact and (value := fact_text(fact, account.value, site)):
                told.setdefault(value, (account.value, []))[1].extend(outlets[item] for item in account.items if item in outlets)
        if len(told) > 1:
            values = tuple((value, tuple(dict.fromkeys(names))) for value, (_, names) in told.items())
            found.append(Disagreement(said.say(f"facts.{fact}"), values, fact, tuple(clean.line(raw, 120) for raw, _ in told.values())))
    return tuple(found)


def _evidence(meeting: Meeting, members: Sequence[Member], site: Site, said: Words) -> tuple[Evidence, ...]:
    by_item = {member.item.id: member for member in members}
    names = {person.key: person.name for person in meeting.people}
    found = []
    for account in sorted(meeting.accounts[:MOST_ACCOUNTS], key=lambda account: FACTS.index(account.fact) if account.fact in FACTS else len(FACTS)):
        told_by = [by_item[item] for item in account.items if item in by_item]
        value = names.get(account.value, account.value) if account.fact == "person" else fact_text(account.fact, account.value, site)
        if not told_by or not value:
            continue
        first = told_by[0]
        found.append(Evidence(
            label=said.find(f"facts.{account.fact}") or clean.line(account.fact.capitalize(), 40),
            value=clean.line(value, 200),
            words=clean.line(account.quote.text, 400) if account.quote else "",
            language=clean.language(first.item.language),
            outlets=tuple(dict.fromkeys(_outlet(member) for member in told_by)),
            url=clean.address(first.item.url),
            fact=account.fact,
            **_around(first.item, account.quote),
        ))
    return tuple(found)


def _around(item: Item, quote: Quote | None) -> dict[str, str]:
    """What stands around the words of a fact in their sentence; nothing where the text has changed since."""
    text = getattr(item, quote.part) if quote else ""
    if not quote or not quote.text or text[quote.start : quote.start + len(quote.text)] != quote.text:
        return {}
    end = quote.start + len(quote.text)
    before, after = text[max(0, quote.start - MOST_AROUND) : quote.start], text[end : end + MOST_AROUND]
    begins = max((found.end() for found in SENTENCE_END.finditer(before)), default=0)
    if not begins and quote.start > MOST_AROUND:
        before = "…" + before[before.find(" ") + 1 :]
    stop = SENTENCE_END.search(after)
    after = after[: stop.end()] if stop else after[: after.rfind(" ")] + "…" if end + MOST_AROUND < len(text) else after
    return {"before": _spaced(before[begins:].lstrip()), "after": _spaced(after.rstrip())}


def _spaced(text: str) -> str:
    """`text` on one line, with the space at its ends that parts it from what it stands beside."""
    kept = clean.line(text, MOST_AROUND * 2)
    return f"{' ' if kept and text[:1].isspace() else ''}{kept}{' ' if kept and text[-1:].isspace() else ''}"


def _source(source: Source) -> Named:
    public = source.kind == "feed" and "?" not in source.url        # a query may hold the key to a private feed
    return Named(source.id, clean.line(source.name, 120) or clean.line(source.id, 120), clean.address(source.url) if public else "")


def _iptc(meeting: Meeting, site: Site) -> tuple[Named, ...]:
    found = {}
    for topic in map(site.topic, meeting.topics):
        prefix, _, code = topic.iptc.partition(":")
        if prefix == "medtop" and code.isascii() and code.isdigit():
            found[code] = Named(code, clean.line(topic.title, 120))
    return tuple(found.values())


def _counted(outlets: int, origins: int, said: Words) -> str:
    counted = said.count("counts.outlets", outlets)
    return said.say("counts.of_outlets", outlets=counted, origins=said.count("counts.origins", origins)) if outlets > 1 else counted


def joined(names: Iterable[str]) -> str:
    """Names as an English sentence lists them: "a, b and c"."""
    return ENGLISH.joined(names)
