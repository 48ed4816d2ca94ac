"""The people of a meeting, each once, over all the spellings of its reports.

Spellings are joined by name; and where names cannot be compared, by office: when
every report has one Minister of the Interior of Kazakhstan at most, the one written
in Chinese is the one written in Russian.

Touches: nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from aggregator.deduper.facts import kinds_of_post, one_person
from aggregator.deduper.names import comparable, fold
from storage.model import Member, Person

MOST_PEOPLE = 40                # of one meeting; a hostile text must not make merging slow
MOST_SPELLINGS = 12             # of one person that a further one is compared with; likewise


@dataclass(frozen=True, slots=True)
class Group:
    """One person in all their spellings."""

    person: Person
    spellings: frozenset[tuple[str, str]]       # each with the country it was given


_Told = tuple[Member, Person]


def gather(members: Iterable[Member], best: list[Member]) -> tuple[Group, ...]:
    """Each person once: spelled as the best members mostly do, in full, with the post and country that are given."""
    rank = {(m.item.id, m.report.position): i for i, m in enumerate(best)}
    groups = _by_office(_by_name(members))
    drawn = [_draw(group, rank) for group in groups]
    order = [min(rank[(m.item.id, m.report.position)] for m, _ in group) for group in groups]
    return tuple(drawn[n] for n in sorted(range(len(drawn)), key=lambda n: (order[n], n)))


def _by_name(members: Iterable[Member]) -> list[list[_Told]]:
    groups: list[list[_Told]] = []
    spellings: list[list[Person]] = []              # of each group, each once
    homes: dict[tuple[str, str], int | None] = {}   # where a spelling belongs; None when the meeting has people enough
    for member in members:
        for person in member.report.people:
            spelling = (person.name, person.country)
            if spelling not in homes:
                home = next((n for n, others in enumerate(spellings) if any(one_person(person, other) for other in others)), None)
                if home is None and len(groups) < MOST_PEOPLE:
                    home = len(groups)
                    groups.append([])
                    spellings.append([])
                homes[spelling] = home
                if home is not None:
                    spellings[home] = [*spellings[home], person][:MOST_SPELLINGS]
            if (at := homes[spelling]) is not None:
                groups[at].append((member, person))
    return groups


def _by_office(groups: list[list[_Told]]) -> list[list[_Told]]:
    """The groups with those joined that hold one office of one country, in reports that each name one holder of it."""
    joined: list[list[_Told]] = []
    holding: dict[tuple[str, frozenset[str]], list[int]] = defaultdict(list)
    for group in groups:
        office = _office(group)
        home = next((n for n in holding[office] if _may_be_one(joined[n], group)), None) if office else None
        if home is not None:
            joined[home] = [*joined[home], *group]
            continue
        if office:
            holding[office].append(len(joined))
        joined.append(group)
    return joined


def _office(group: list[_Told]) -> tuple[str, frozenset[str]] | None:
    """Country and kind of post that most of the spellings have; None where either is not known."""
    held = Counter((p.country, kinds_of_post(p.post)) for _, p in group if p.country and kinds_of_post(p.post) - {"deputy"})
    return min(held, key=lambda office: (-held[office], office[0], sorted(office[1]))) if held else None


def _may_be_one(one: list[_Told], other: list[_Told]) -> bool:
    """Whether no report names both, and no two of their spellings are of a kind that would have to agree."""
    told = {(m.item.id, m.report.position) for m, _ in one}
    if any((m.item.id, m.report.position) in told for m, _ in other):
        return False
    return not any(comparable(mine, theirs) for mine in {p.name for _, p in one} for theirs in {p.name for _, p in other})


def _draw(group: list[_Told], rank: dict[tuple[str, int], int]) -> Group:
    nearest = sorted(group, key=lambda pair: rank[(pair[0].item.id, pair[0].report.position)])
    speak = [pair for pair in nearest if pair[0].item.language == nearest[0][0].item.language]
    counts = Counter(p.name for _, p in speak)
    name = min(counts, key=lambda n: (-min(len(fold(n)), 3), -counts[n], -len(n), n))
    countries = Counter(p.country for _, p in group if p.country)
    country = min(countries, key=lambda code: (-countries[code], code)) if countries else ""
    post = next((p.post for _, p in nearest if p.post), "")
    key = next(p.key for _, p in nearest if p.name == name)
    return Group(Person(name, key, post, country), frozenset((p.name, p.country) for _, p in group))
