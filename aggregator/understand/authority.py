"""Who a name in office is: a table of office-holders with their spellings in the scripts that occur.

The table (data/authority.tsv) is public knowledge, one term of office a line. A reader adds people of their own in a file
with the same columns (`[understand] people` in config.toml), and what confirmed merges teach is proposed for that file,
never applied by itself. A person in the table stays the same person out of office: a former minister is still found, only
the post is that of another time.

reading.py asks `Authority.recognised` for the people of a report; that all spellings share a key is how the deduper knows them.

Touches: nothing (its table is a file of the package, read once).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files

from aggregator.understand.syllables import sounds_like
from storage.folding import fold_name
from storage.model import Member, Person

COLUMNS = ("id", "country", "post", "from", "to", "spellings")
BY_SOUND = 0.8          # a spelling the table does not hold is somebody's of that country at or above it …
AHEAD = 0.05            # … when nobody else there comes as near
HAN_NAMES = frozenset({"CN", "HK", "JP", "KP", "KR", "MO", "SG", "TW", "VN"})
ALREADY = 0.75          # spellings that sound alike at or above it teach nothing
FEWEST_ORIGINS = 2      # independent texts that must bear a proposal
SURE = 0.85             # a coverage at or above it is a confirmed merge

_CASE_ENDING = re.compile(r"(?<=..)[аеийоуыьэюяіїє]+(?:го|му|ми|м)?$")
_PATRONYMIC = re.compile(r"(?:ович|евич|івич|йович|ївич|овн|евн|івн|ївн|ичн)$")
_WHEN = re.compile(r"(\d{4})(?:-(\d{2}))?")


@dataclass(frozen=True, slots=True)
class Official:
    """One person in one post."""

    id: str                                     # of the person: the same in every post they held
    country: str                                # ISO 3166-1 alpha-2, or an organisation's id: "INTERPOL"
    post: str                                   # as posts.py writes it: "Minister of Public Security"
    start: date | None                          # the first day of the month or year
    end: date | None                            # the last day of it; None while in office
    spellings: tuple[str, ...]                  # the first is the one shown
    key: str                                    # folded, of the first: the key of every spelling

    @property
    def name(self) -> str:
        return self.spellings[0]

    def holds(self, on: date) -> bool:
        """Whether the post was theirs on that day."""
        return (self.start is None or self.start <= on) and (self.end is None or on <= self.end)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two spellings that merged meetings show to be one person's, for a person to confirm."""

    country: str
    post: str
    spellings: tuple[str, str]
    meetings: tuple[str, ...]                   # ids
    origins: int                                # independent texts
    first: date | None
    last: date | None

    def as_row(self) -> str:
        """The line that would teach it, for the reader's own table."""
        id = "-".join(fold_name(min(self.spellings, key=lambda name: (not name.isascii(), name))).split())
        return "\t".join((id, self.country, self.post, str(self.first.year) if self.first else "", "", "|".join(self.spellings)))


class Authority:
    """Office-holders, found by any of their spellings."""

    def __init__(self, officials: Iterable[Official]) -> None:
        terms = tuple(officials)
        spelled: dict[str, dict[str, None]] = defaultdict(dict)
        for official in terms:
            spelled[official.id].update(dict.fromkeys(official.spellings))
        names = {id: (tuple(spellings), fold_name(next(iter(spellings)))) for id, spellings in spelled.items()}
        self.officials = tuple(replace(official, spellings=names[official.id][0], key=names[official.id][1]) for official in terms)
        self._by_key: dict[str, list[Official]] = defaultdict(list)
        self._by_country: dict[str, list[Official]] = defaultdict(list)
        self._whole: set[tuple[str, str]] = set()          # keys that need no country, and whose they are
        folded: dict[str, str] = {}
        for official in self.officials:
            self._by_country[official.country].append(official)
            for spelling in official.spellings:
                key = folded.get(spelling) or folded.setdefault(spelling, fold_name(spelling))
                keys = (key, stems) if (stems := _stems(spelling)) else (key,)
                for one in keys:
                    if official not in self._by_key[one]:
                        self._by_key[one].append(official)
                    if _is_whole(one, official.country):
                        self._whole.add((one, official.id))
        self._found: dict[tuple[str, str, date | None], Official | None] = {}

    def find(self, name: str, country: str = "", on: date | None = None) -> Official | None:
        """Who this is, in the post held on that day or nearest to it; None when the table does not say, or says two.

        `name` is any spelling or its folded key. With a country the name may also be spelled as nobody did before, if
        it sounds like one of that country's; without one it must be in the table and mean one person.
        """
        asked = (name, country, on)
        if asked not in self._found:
            if len(self._found) > 50_000:
                self._found.clear()
            self._found[asked] = self._find(name, country, on)
        return self._found[asked]

    def same_person(self, one: str, other: str, country: str = "", on: date | None = None) -> bool:
        """Whether both names are one person of the table. False is no claim that they are two."""
        mine = self.find(one, country, on)
        theirs = self.find(other, country, on) if mine else None
        return mine is not None and theirs is not None and mine.id == theirs.id

    def two_persons(self, one: str, other: str, country: str = "", on: date | None = None) -> bool:
        """Whether the names are surely of two persons, both of the table."""
        mine = self.find(one, country, on)
        theirs = self.find(other, country, on) if mine else None
        return mine is not None and theirs is not None and mine.id != theirs.id

    def recognised(self, people: Sequence[Person], on: date | None = None) -> tuple[Person, ...]:
        """The people with the key of the table's first spelling, so that all spellings share it.

        A missing country, or the post of that day, is filled in; and a country that was read wrongly is put right where
        the whole name and the post of that day are another country's.
        """
        return tuple(self._recognised(person, on) for person in people)

    def _recognised(self, person: Person, on: date | None) -> Person:
        official = self.find(person.name, person.country, on) or self._of_another_country(person, on)
        if official is None:
            return person
        is_state = len(official.country) == 2
        post = person.post or (official.post if on is not None and official.holds(on) else "")
        return replace(person, key=official.key, country=official.country if is_state else person.country, post=post)

    def _of_another_country(self, person: Person, on: date | None) -> Official | None:
        """Who is meant where the text was read to give them another's country: somebody of this very name and post on that day."""
        if not person.country or not person.post or on is None:
            return None
        official = self.find(person.name, "", on)
        return official if official and official.post == person.post and official.holds(on) else None

    def _find(self, name: str, country: str, on: date | None) -> Official | None:
        key = fold_name(name)
        if key not in self._by_key and (stems := _stems(name)) in self._by_key:
            key = stems
        fitting = [official for official in self._by_key.get(key, ())
                   if (official.country == country if country else (key, official.id) in self._whole) or len(official.country) > 2]
        if not fitting and country and (" " in key or not key.isascii()):
            fitting = self._by_sound(name, country)
        if not fitting:
            return None
        if on is not None and len({official.id for official in fitting}) > 1:
            fitting = [official for official in fitting if official.holds(on)]
        if len({official.id for official in fitting}) != 1:
            return None
        return min(fitting, key=lambda official: _away(official, on))

    def _by_sound(self, name: str, country: str) -> list[Official]:
        near: dict[str, float] = {}
        script = _script(name)
        for official in self._by_country.get(country, ()):
            if official.id not in near:
                alike = [spelling for spelling in official.spellings if _script(spelling) == script]
                near[official.id] = max((sounds_like(name, spelling) for spelling in alike[:2] or official.spellings[:3]), default=0.0)
        ranked = sorted(near.items(), key=lambda found: -found[1])
        if not ranked or ranked[0][1] < BY_SOUND or (len(ranked) > 1 and ranked[1][1] > ranked[0][1] - AHEAD):
            return []
        return [official for official in self._by_country[country] if official.id == ranked[0][0]]


NOBODY = Authority(())


def _stems(name: str) -> str:
    """A key of a Cyrillic name that its cases share ("Сергея Лаврова", "Сергеем Лавровым"); "" for other names, and for one word."""
    if _script(name) != "CYRILLIC":
        return ""
    words = [_CASE_ENDING.sub("", word) for word in name.lower().replace("ё", "е").split()]
    kept = [word for word in words if not _PATRONYMIC.search(word)]
    return " ".join(sorted(kept)) if len(kept) >= 2 else ""


def _is_whole(key: str, country: str) -> bool:
    """Whether a key is a whole name: several words, or Han where people's names are Han; a surname alone tells who only beside a country."""
    return " " in key or (not key.isascii() and country in HAN_NAMES)


@lru_cache(maxsize=16384)
def _script(name: str) -> str:
    """The script of a name's first letter, as Unicode calls it: "LATIN", "CYRILLIC", "CJK", "HANGUL"."""
    first = next((char for char in name if char.isalpha()), "")
    return unicodedata.name(first, "").split(" ", 1)[0] if first else ""


def _away(official: Official, on: date | None) -> tuple[int, int]:
    """How far a term is from a day: 0 within it; without a day, the latest term is nearest."""
    if on is None:
        return (0, -(official.end or date.max).toordinal())
    if official.holds(on):
        return (0, -(official.start or date.min).toordinal())
    before = (official.start - on).days if official.start and official.start > on else 0
    after = (on - official.end).days if official.end and official.end < on else 0
    return (1, max(before, after))


# ---- the table


def read_people(text: str) -> tuple[tuple[Official, ...], tuple[str, ...]]:
    """The office-holders of a table, and its mistakes: "line 7: …". A line with a mistake is left out."""
    officials: list[Official] = []
    mistakes: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != len(COLUMNS):
            mistakes.append(f"line {number}: has {len(cells)} columns; needs {len(COLUMNS)}, parted by tabs: {', '.join(COLUMNS)}")
            continue
        id, country, post, start, end, spelled = cells
        spellings = tuple(dict.fromkeys(" ".join(name.split()) for name in spelled.split("|") if name.strip()))
        wrong = [f'{column} = "{value}" is no year or year-month; write 2016 or 2016-04, or nothing'
                 for column, value in (("from", start), ("to", end)) if value and not _is_when(value)]
        wrong += ["has no id"] * (not id) + ["has no spelling"] * (not spellings)
        wrong += [f'country = "{country}" must be two capital letters or an organisation\'s id'] * (not re.fullmatch(r"[A-Z][A-Z0-9-]+", country))
        if wrong:
            mistakes.append(f"line {number}: {'; '.join(wrong)}")
            continue
        officials.append(Official(id, country, post, _first_day(start), _last_day(end), spellings, fold_name(spellings[0])))
    return tuple(officials), tuple(mistakes)


def _is_when(text: str) -> bool:
    found = _WHEN.fullmatch(text)
    return found is not None and 1900 <= int(found[1]) <= 2200 and (found[2] is None or 1 <= int(found[2]) <= 12)


def _first_day(text: str) -> date | None:
    return date(int(text[:4]), int(text[5:7] or 1), 1) if text else None


def _last_day(text: str) -> date | None:
    if not text:
        return None
    year, month = int(text[:4]), int(text[5:7] or 12)
    return date(year + month // 12, month % 12 + 1, 1).replace(day=1) - date.resolution


@cache
def shipped() -> Authority:
    """The table of the package."""
    text = files("aggregator.understand").joinpath("data", "authority.tsv").read_text(encoding="utf-8")
    return Authority(read_people(text)[0])


def extended(officials: Iterable[Official]) -> Authority:
    """The table of the package and these, who may be further spellings or terms of people it knows: the same id is the same person."""
    officials = tuple(officials)
    if not officials:
        return shipped()
    return Authority((*shipped().officials, *officials))


def find(name: str, country: str = "", on: date | None = None) -> Official | None:
    """`Authority.find` in the table of the package.

    >>> find("苏林", "VN").name
    'Tô Lâm'
    """
    return shipped().find(name, country, on)


@lru_cache(maxsize=65536)
def same_person(one: str, other: str, country: str = "", on: date | None = None) -> bool:
    """`Authority.same_person` in the table of the package.

    >>> same_person("To Lam", "苏林", "VN")
    True
    """
    return shipped().same_person(one, other, country, on)


# ---- what merges teach


def proposed(members: Iterable[Member], known: Authority | None = None) -> tuple[Proposal, ...]:
    """The spellings of one person that confirmed merges bring together and neither the table nor the ear does.

    Two reports of one meeting, of different origins, that each name one holder of a post of a country name the same
    person. `members` may be of any number of meetings.
    """
    known = known or shipped()
    meetings: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        if member.coverage.score >= SURE:
            meetings[member.coverage.meeting_id].append(member)
    found: dict[tuple[str, str, str, str], list[tuple[str, date | None, str]]] = defaultdict(list)
    for meeting_id in sorted(meetings):
        named: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        day = next((member.report.day for member in meetings[meeting_id] if member.report.day), None)
        for member in meetings[meeting_id]:
            origin = member.source.family or member.source.id
            for office, name in _sole_holders(member.report.people).items():
                named[office][name].add(origin)
        for (country, post), spellings in named.items():
            for one, other in _pairs(sorted(spellings)):
                origins = spellings[one] | spellings[other]
                if len(origins) >= FEWEST_ORIGINS and _is_news(one, other, country, day, known):
                    found[(country, post, one, other)] += [(meeting_id, day, origin) for origin in sorted(origins)]
    return tuple(
        Proposal(country, post, (one, other), tuple(dict.fromkeys(meeting for meeting, _, _ in seen)), len({origin for _, _, origin in seen}),
                 min((day for _, day, _ in seen if day), default=None), max((day for _, day, _ in seen if day), default=None))
        for (country, post, one, other), seen in sorted(found.items())
    )


def _sole_holders(people: Sequence[Person]) -> dict[tuple[str, str], str]:
    """Country and post → the name, where one person alone holds it in a report."""
    held: dict[tuple[str, str], list[str]] = defaultdict(list)
    for person in people:
        if person.country and person.post:
            held[(person.country, person.post)].append(person.name)
    return {office: names[0] for office, names in held.items() if len(names) == 1 and len(fold_name(names[0]).replace(" ", "")) >= 2}


def _pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    return [(one, other) for place, one in enumerate(names[:12]) for other in names[place + 1:12]]


def _is_news(one: str, other: str, country: str, on: date | None, known: Authority) -> bool:
    if fold_name(one) == fold_name(other) or sounds_like(one, other) >= ALREADY:
        return False
    mine, theirs = known.find(one, country, on), known.find(other, country, on)
    return mine is None or theirs is None
