"""A meeting drawn from all its members.

The same members in any order give the same meeting, so a merge can always be
undone by drawing both meetings again. Nothing is averaged and nothing invented:
each fact is a value that some item gives, chosen by how many independent origins
say so and how sure they are; where they disagree every value is kept, with the
items that say it.

Touches: nothing.
"""

from __future__ import annotations

import re
from base64 import b32encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from aggregator.deduper.people import Group, gather
from aggregator.deduper.terms import words
from storage.model import Account, Meeting, Member, Party, PartyKind, PartyRole, Quote, Report, State

CLEAR = range(20, 121)          # characters of a title that reads well in a list
SUMMARY = 420                   # characters of a summary: two or three sentences
SENTENCES = 3
MOST_PAPERS = 20                # of one meeting; a hostile text must not make merging slow
LONGEST_PAPER = 160             # characters of a paper's name; beyond it a sentence was taken for one
FEW_TOPICS = 4                  # more than a meeting usually has: those on three matters are common, those on five are mostly words in passing
SESSION = timedelta(days=7)     # how far apart two days of one conference may be
SURE_DAY = 0.9                  # confidence of a day that may begin or end a conference though one origin alone gives it
WITNESSES = 3                   # origins from which a party that one alone names is taken for a slip
GATHERING = 5                   # parties from which each report lists but some of them
ROLES = {"official": 0, "agency": 1, "outlet": 2, "republisher": 3}
KINDS = {"report": 0, "retrospective": 1, "preview": 2}
PARTY_ROLES: tuple[PartyRole, ...] = ("party", "place", "mention")
FACTS = ("day", "place", "act", "party", "person", "topic", "agreement")

_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+(?=[^\sa-zа-яё])|(?<=[。！？])")
_TITLES = "Mr|Mrs|Ms|Dr|Gen|Lt|Col|Maj|Sen|Lieut|Sgt|Capt|Prof|Hon|St|No|vs|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_ABBREVIATION = re.compile(rf"(?:\b(?:{_TITLES})|\b[A-ZĐА-Я])\.$")


def meeting_id_for(item_id: str, position: int, turn: int = 0) -> str:
    """The id of the meeting that this report founds: the same on every machine and after every rebuild.

    `turn` counts the meetings it founded before and left to others: an item that is
    rewritten to tell of another meeting does not take the first one's id with it.

    >>> meeting_id_for("i-1", 0)[:2], len(meeting_id_for("i-1", 0))
    ('m-', 18)
    """
    told = (item_id, str(position), *([str(turn)] if turn else []))
    digest = sha256("\n".join(told).encode()).digest()
    return "m-" + b32encode(digest[:10]).decode().lower()


def merge(meeting_id: str, members: Iterable[Member], languages: tuple[str, ...] = ("en",)) -> Meeting:
    """The meeting that `members` (at least one) report; `languages` are the reader's, best first."""
    seen = sorted(members, key=lambda m: (m.item.first_seen, m.item.id, m.report.position))
    best = sorted(seen, key=lambda m: _standing(m, languages))
    roots = _origins(seen)
    people = gather(seen, best)
    claims = tuple(_claims(seen, people))
    held = [m for m in seen if m.report.kind != "preview"]
    day, day_end = _day(held, roots)
    if day is None:
        day, day_end = _day(seen, roots)
    earliest, latest = (None, None) if day else _range(held or seen)
    likely = None if day else _likely(held, earliest, latest)
    state: State = "held" if held else "planned"
    title, teller = _title(sorted(seen, key=lambda m: _clarity(m, languages)))
    return Meeting(
        id=meeting_id, title=title, language=teller.item.language, state=state,
        published=seen[0].item.first_seen, updated=_updated(meeting_id, seen, claims),
        day=day, day_end=day_end, earliest=earliest, latest=latest, likely=likely,
        place=_vote(held or seen, roots, best, lambda m: m.report.place, lambda place: " ".join(words(place))) or _first(best, lambda m: m.report.place),
        act=_vote(held or seen, roots, best, lambda m: m.report.act, str), parties=_parties(seen, roots), people=tuple(group.person for group in people),
        topics=_topics(seen, roots), agreements=_agreements(best), summary=_summary(best), accounts=_accounts(claims, day, best),
        origins=len(set(roots.values())), outlets=len({m.item.outlet or m.source.name for m in seen}),
    )


# ---- order of trust


def _standing(member: Member, languages: tuple[str, ...]) -> tuple[object, ...]:
    """Smaller is better: a report before a preview, its main subject before an aside, the reader's language, the better source, the clearer title."""
    item = member.item
    spoken = languages.index(item.language[:2]) if item.language[:2] in languages else len(languages)
    return (
        KINDS[member.report.kind], member.report.position > 0 or _is_round_up(member), spoken, ROLES[member.source.role], bool(member.coverage.copy_of),
        len(item.title) not in CLEAR, item.first_seen, item.id, member.report.position,
    )


def _clarity(member: Member, languages: tuple[str, ...]) -> tuple[object, ...]:
    """Whose title is shown: in the reader's language, of a length for a list, saying what happened and who met; then the better source."""
    title = member.item.title
    standing = _standing(member, languages)
    return (*standing[:3], len(title) not in CLEAR or title.rstrip().endswith(("?", "…", "...")), not _is_in_title(member.report), *standing[3:])


def _is_in_title(report: Report) -> bool:
    """Whether the title says what was done, where, or who met."""
    sides = [party.quote for party in report.parties if party.role == "party"]
    quotes = [report.act_quote, report.place_quote, *sides, *(person.quote for person in report.people)]
    return any(quote is not None and quote.part == "title" for quote in quotes)


def _is_round_up(member: Member) -> bool:
    """Whether the item tells of several meetings and its title of none of this one."""
    return member.report.passage is not None and not _is_in_title(member.report)


def _origins(members: list[Member]) -> dict[tuple[str, int], str]:
    """For each report the name of its origin: a copy has that of the text it reprints, and one family has one."""
    above: dict[str, str] = {}

    def root(name: str) -> str:
        while above.setdefault(name, name) != name:
            name = above[name]
        return name

    for member in members:
        for other in (f"family {member.source.family or member.source.id}", f"item {member.coverage.copy_of}" if member.coverage.copy_of else ""):
            if other:
                first, second = sorted((root(f"item {member.item.id}"), root(other)))
                above[second] = first
    return {(m.item.id, m.report.position): root(f"item {m.item.id}") for m in members}


def _vote(members: list[Member], roots: dict[tuple[str, int], str], best: list[Member], value: Callable[[Member], str], same: Callable[[str], str]) -> str:
    """The value that most independent origins give; between equals, that of the better member."""
    voters: dict[str, set[str]] = defaultdict(set)
    for member in members:
        if value(member):
            voters[same(value(member))].add(roots[(member.item.id, member.report.position)])
    if not voters:
        return ""
    most = max(len(origins) for origins in voters.values())
    chosen = {name for name, origins in voters.items() if len(origins) == most}
    return next(value(m) for m in best if value(m) and m in members and same(value(m)) in chosen)


def _first(best: list[Member], value: Callable[[Member], str]) -> str:
    return next((value(m) for m in best if value(m)), "")


# ---- facts


def _day(members: list[Member], roots: dict[tuple[str, int], str]) -> tuple[date | None, date | None]:
    """The day most independent origins are sure of; between equals the surest, then the earlier. Each origin weighs what its surest member does."""
    weight: dict[date, dict[str, float]] = defaultdict(dict)
    for member in members:
        day = member.report.day
        if day:
            origin = roots[(member.item.id, member.report.position)]
            weight[day][origin] = max(weight[day].get(origin, 0.0), member.report.day_confidence, 0.05)
    if not weight:
        return None, None
    day = min(weight, key=lambda d: (-round(sum(weight[d].values()), 6), -max(weight[d].values()), d))
    if sum(m.report.act == "conference" for m in members) * 2 > len(members):
        return _session(members, weight, day)
    ends = [m.report.day_end for m in members if m.report.day == day and m.report.day_end]
    return day, max(ends) if ends else None


def _session(members: list[Member], weight: dict[date, dict[str, float]], day: date) -> tuple[date, date | None]:
    """From the first to the last day that outlets report of one conference; each tells of the day it was there."""
    days = [d for d, said in weight.items() if abs(d - day) <= SESSION and (len(said) > 1 or max(said.values()) >= SURE_DAY or d == day)]
    ends = [m.report.day_end for m in members if m.report.day in days and m.report.day_end]
    first, last = min(days), max([*days, *ends])
    return first, last if last > first else None


def _range(members: list[Member]) -> tuple[date | None, date | None]:
    """The days all ranges allow; that of the first member when they do not meet."""
    first = [m.report.earliest for m in members if m.report.earliest]
    last = [m.report.latest for m in members if m.report.latest]
    if first and last and max(first) > min(last):
        told = next(m for m in members if m.report.earliest or m.report.latest)
        return told.report.earliest, told.report.latest
    return max(first, default=None), min(last, default=None)


def _likely(members: list[Member], earliest: date | None, latest: date | None) -> date | None:
    """The likeliest day of a range: the first that any report takes for its likeliest, for whoever tells of it late guesses late."""
    guesses = [m.report.alternatives[0] for m in members if m.report.day is None and m.report.alternatives]
    within = [day for day in guesses if (earliest is None or earliest <= day) and (latest is None or day <= latest)]
    return min(within or guesses, default=None)


def _parties(members: list[Member], roots: dict[tuple[str, int], str]) -> tuple[Party, ...]:
    """Every country and organisation, with the strongest role that at least half of the origins that name it give."""
    voters: dict[tuple[PartyKind, str], dict[PartyRole, set[str]]] = defaultdict(lambda: defaultdict(set))
    for member in members:
        for party in member.report.parties:
            voters[(party.kind, party.code)][party.role].add(roots[(member.item.id, member.report.position)])
    found: list[Party] = []
    supported = sum(len(said.get("party", ())) > 1 for said in voters.values())
    slips = len(set(roots.values())) >= WITNESSES and 2 <= supported < GATHERING    # then one witness against all the others is mistaken
    for (kind, code), said in voters.items():
        everyone = set().union(*said.values())
        if slips and len(said.get("party", ())) == 1:
            said = {"mention": everyone}
        counted: set[str] = set()
        for role in PARTY_ROLES:
            counted |= said.get(role, set())
            if 2 * len(counted) >= len(everyone) and counted:
                found.append(Party(code, kind, role))
                break
    return tuple(sorted(found, key=lambda p: (PARTY_ROLES.index(p.role), p.kind, p.code)))


def _topics(members: list[Member], roots: dict[tuple[str, int], str]) -> tuple[str, ...]:
    """The topics, the one most origins name first. Of many only those that two origins or a title name: a meeting about everything is about nothing."""
    voters: dict[str, set[str]] = defaultdict(set)
    titled: set[str] = set()
    for member in members:
        for topic, quote in member.report.topics:
            voters[topic].add(roots[(member.item.id, member.report.position)])
            if quote and quote.part == "title":
                titled.add(topic)
    ranked = sorted(voters, key=lambda topic: (-len(voters[topic]), topic not in titled, topic))
    kept = [topic for topic in ranked if len(voters[topic]) > 1 or topic in titled]
    return tuple(ranked if len(ranked) <= FEW_TOPICS else kept or ranked[:FEW_TOPICS])


def _agreements(best: list[Member]) -> tuple[str, ...]:
    """Every paper once, in the language of the best member that names any, by its fullest name."""
    found: list[str] = []
    language = next((member.item.language for member in best if member.report.agreements), "")
    for member in best:
        for agreement in member.report.agreements if member.item.language == language else ():
            at = next((n for n, other in enumerate(found) if _one_paper(agreement.title, other)), None)
            if at is not None:
                found[at] = max(found[at], agreement.title, key=lambda title: (len(title) <= LONGEST_PAPER, len(title), title))
            elif len(found) < MOST_PAPERS:
                found.append(agreement.title)
    return tuple(dict.fromkeys(found))


def _one_paper(one: str, other: str) -> bool:
    mine, theirs = set(words(one)), set(words(other))
    short, long = sorted((mine, theirs), key=len)
    return bool(short) and (short <= long or len(short & long) >= 0.6 * len(long))


# ---- words


def _title(best: list[Member]) -> tuple[str, Member]:
    """The title of the best member; one told of in passing is titled by the first sentence about it."""
    for member in best:
        if member.report.position and member.report.passage:
            return _shorten(next(iter(_sentences(member.report.passage.text)), member.item.title), 140), member
        if member.item.title:
            return member.item.title, member
    return _shorten(_summary(best) or best[0].item.outlet, 140), best[0]


def _summary(best: list[Member]) -> str:
    """One to three sentences from the best member that has any."""
    for member in best:
        item, passage = member.item, member.report.passage
        whole = 80 <= len(item.summary) <= 2 * SUMMARY and not item.summary.endswith(("…", "...", "[…]"))
        text = passage.text if passage and member.report.position else item.summary if whole else item.body or item.summary
        told = ""
        for count, sentence in enumerate(_sentences(text)):
            if count == SENTENCES or (told and len(told) + len(sentence) > SUMMARY):
                break
            told = f"{told} {sentence}".strip()
        if told:
            return _shorten(told, SUMMARY)
    return ""


def _sentences(text: str) -> Iterator[str]:
    held = ""
    for paragraph in text[:4000].split("\n"):
        for part in _SENTENCE.split(paragraph):
            held = f"{held} {part.strip()}".strip()
            if held and not _ABBREVIATION.search(held):
                yield held
                held = ""
        if held:
            yield held
            held = ""


def _shorten(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    cut = text[:limit].rsplit(" ", 1)[0].rstrip(" ,;:–-")
    return f"{cut or text[:limit]}…"


# ---- where facts come from


@dataclass(frozen=True, slots=True)
class _Claim:
    fact: str
    value: str
    item_id: str
    position: int
    quote: Quote | None


def _claims(members: list[Member], people: tuple[Group, ...]) -> Iterator[_Claim]:
    """Everything the members say, in the order they were seen."""
    named = {spelling: group.person.name for group in people for spelling in group.spellings}
    for member in members:
        report = member.report

        def claim(fact: str, value: str, quote: Quote | None = None, member: Member = member) -> _Claim:
            return _Claim(fact, value, member.item.id, member.report.position, quote)

        if report.day:
            yield claim("day", report.day.isoformat(), report.day_quote)
        if report.place:
            yield claim("place", report.place, report.place_quote)
        if report.act:
            yield claim("act", report.act, report.act_quote)
        for party in report.parties:
            if party.role == "party":
                yield claim("party", party.code, party.quote)
        for person in report.people:
            name = named.get((person.name, person.country))
            if name:
                yield claim("person", name, person.quote)
        for topic, quote in report.topics:
            yield claim("topic", topic, quote)
        for agreement in report.agreements:
            yield claim("agreement", agreement.title, agreement.quote)


def _accounts(claims: tuple[_Claim, ...], day: date | None, best: list[Member]) -> tuple[Account, ...]:
    """Each value of each fact with the items that say so, the best first, whose words are quoted; the value most of them give first."""
    rank = {(m.item.id, m.report.position): place for place, m in enumerate(best)}
    said: dict[tuple[str, str], list[_Claim]] = {}
    for claim in sorted(claims, key=lambda claim: rank[(claim.item_id, claim.position)]):
        said.setdefault((claim.fact, claim.value), []).append(claim)
    accounts = [Account(fact, value, tuple(dict.fromkeys(c.item_id for c in made)), made[0].quote) for (fact, value), made in said.items()]
    chosen = day.isoformat() if day else ""
    return tuple(sorted(accounts, key=lambda a: (FACTS.index(a.fact), a.fact != "day" or a.value != chosen, -len(a.items), a.value)))


def _updated(meeting_id: str, members: list[Member], claims: tuple[_Claim, ...]) -> datetime:
    """When the member was seen that last brought a fact, a state or an independent origin, set apart by a fraction of a second that is the meeting's own."""
    by_report: dict[tuple[str, int], set[tuple[str, str]]] = defaultdict(set)
    for claim in claims:
        by_report[(claim.item_id, claim.position)].add((claim.fact, claim.value))
    known: set[tuple[str, str]] = set()
    ties = _Ties()
    held, moved = False, members[0].item.first_seen
    for member in members:
        told = by_report[(member.item.id, member.report.position)]
        happened = member.report.kind != "preview"
        if ties.add(member) or told - known or (happened and not held):
            moved = member.item.first_seen
        known |= told
        held = held or happened
    own = int.from_bytes(sha256(meeting_id.encode()).digest()[:8], "big") % 1_000_000
    return moved + timedelta(microseconds=own)


class _Ties:
    """Which texts hang together, as members come in one by one."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def add(self, member: Member) -> bool:
        """Whether `member` is an origin of its own among those added before."""
        ties = {f"item {member.item.id}", f"family {member.source.family or member.source.id}"}
        if member.coverage.copy_of:
            ties.add(f"item {member.coverage.copy_of}")
        fresh = not ties & self._known
        self._known |= ties
        return fresh
