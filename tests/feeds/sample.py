"""Twenty meetings as a week of news would leave them, for the tests of this room and for looking at the pages.

They are told in tests/data/feeds_golden/week.toml; everyone in them is invented.

Touches: that file, read once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from feeds import atom as written
from feeds.atom_entry import Removed
from feeds.presentation import present
from feeds.site import Site
from storage.model import Account, Agreement, Coverage, Feed, Item, Meeting, Member, Party, Person, Quote, Report, ReportKind, Source, Topic
from storage.store import Store

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)

TOPICS = (
    Topic("transnational-crime", "Transnational crime", "medtop:20000082"),
    Topic("cybercrime", "Cybercrime", "medtop:20000098"),
    Topic("drugs", "Drug-related crime", "medtop:20000095"),
    Topic("border-management", "Border management"),
    Topic("training", "Training"),
    Topic("counter-terrorism", "Counter-terrorism", "medtop:20000097"),
    Topic("defence", "Defence"),
    Topic("trade", "Trade", "medtop:20000349"),
)
COMBINATIONS = (Feed("feed/vn-cyber", "Vietnam and cybercrime", "combination", countries=("VN",), topics=("cybercrime",)),)
KINDS = ("all", "topics", "countries", "pairs", "regions", "organisations")
SITE = Site("Communiqué", "https://news.example/", "news.example", 2026, "desk@news.example", hub="https://hub.example/", version="0.1.0", topics=TOPICS)

SOURCES = {
    source.id: source
    for source in (
        Source("mps", "https://mps.example/rss", "Ministry of Public Security", language="en", country="VN", role="official"),
        Source("vnw", "https://vnw.example/en.atom", "Vietnam Wire", language="en", country="VN", role="agency", family="vnw"),
        Source("vnw-vi", "https://vnw.example/vi.atom", "Thông tấn Việt", language="vi", country="VN", role="agency", family="vnw"),
        Source("rus", "https://rus.example/feed?key=secret", "РусИнформ", language="ru", country="RU", role="agency"),
        Source("daily", "https://daily.example/world.xml", "The Daily", language="en"),
        Source("zh", "https://zh.example/rss", "東方日報", language="zh", country="CN"),
        Source("fr", "https://fr.example/rss", "Le Courrier du Monde", language="fr", country="FR"),
        Source("ar", "https://ar.example/rss", "صحيفة الخليج", language="ar", country="AE"),
        Source("es", "https://es.example/rss", "El Diario", language="es", country="ES"),
        Source("copy", "https://copy.example/rss", "World News Digest", language="en", role="republisher"),
    )
}

_WEEK: list[dict[str, Any]] = tomllib.loads((Path(__file__).parents[1] / "data" / "feeds_golden" / "week.toml").read_text("utf-8"))["meetings"]

Told = tuple[Meeting, tuple[Member, ...]]


def meetings() -> tuple[Told, ...]:
    """The twenty, oldest first."""
    return tuple(_meeting(number, told) for number, told in enumerate(_WEEK))


def many(count: int) -> tuple[Told, ...]:
    """As many as asked for: the twenty over and over, each time a day later and under ids of their own."""
    found = []
    for number in range(count):
        meeting, members = _meeting(number, _WEEK[number % len(_WEEK)])
        shift = timedelta(days=number // len(_WEEK))
        day, day_end = (day + shift if day else None for day in (meeting.day, meeting.day_end))
        found.append((replace(meeting, day=day, day_end=day_end), members))
    return tuple(found)


def keep(store: Store, told: Iterable[Told]) -> None:
    """Puts meetings into a store, as ingesting their reports would."""
    with store.transaction():
        store.sources.configure(SOURCES.values(), NOW)
        for meeting, members in told:
            for member in members:
                store.items.save(member.item, "{}", member.item.first_seen)
                store.meetings.save_reports(member.item.id, (member.report,))
                store.meetings.cover(member.coverage)
            store.meetings.save(meeting)


def atom(feed: Feed, told: Iterable[Told], site: Site = SITE, *, removed: tuple[Removed, ...] = (), archives: int = 0, archive: int = 0) -> bytes:
    """These meetings as a document of `feed`."""
    newest = sorted(told, key=lambda each: (-each[0].updated.timestamp(), each[0].id))
    updated = newest[0][0].updated if newest else datetime(site.year, 1, 1, tzinfo=UTC)
    entries = [written.entry(present(meeting, members, site), site) for meeting, members in newest]
    return written.document(feed, entries, site, updated=updated, removed=removed, archives=archives, archive=archive)


def _meeting(number: int, told: dict[str, Any]) -> Told:
    first, _, last = told["days"].partition("-")
    day, day_end = (date(2026, 3, int(text)) if text else None for text in (first, last))
    parties = (*(Party(code, "organisation" if len(code) > 2 else "country", "party") for code in told["parties"].split()), Party("US", "country", "mention"))
    people = tuple(Person(name, name.lower(), post, country) for name, post, country in (person.split("|") for person in told["people"]))
    meeting = Meeting(
        f"m-{number:08x}",
        told["title"],
        "en",
        "held",
        START,
        START,
        day,
        day_end,
        place=told["place"],
        act=told["act"],
        parties=parties,
        people=people,
        topics=tuple(told["topics"].split()),
        agreements=tuple(told["agreements"]),
        summary=told["summary"],
    )
    members: list[Member] = []
    for position, line in enumerate(told["reports"]):
        members.append(_member(number, position, line, meeting, members))
    planned = members[0].report.kind == "preview"
    copies = sum(1 for member in members if member.coverage.copy_of)
    return replace(
        meeting,
        state="planned" if planned else "held",
        published=members[0].item.first_seen,
        updated=members[-1].item.first_seen.replace(microsecond=number * 997 % 999_999 + 1),
        accounts=_accounts(meeting, members),
        origins=len(members) - copies,
        outlets=len({member.item.outlet for member in members}),
    ), tuple(members)


def _member(number: int, position: int, line: str, meeting: Meeting, before: list[Member]) -> Member:
    source_id, _, title = line.partition("|")
    source, copy, title = SOURCES[source_id], title.startswith("~"), title.removeprefix("~")
    item_id = f"i-{number:04x}{position:02x}"
    at = START + timedelta(hours=11 * number, minutes=37 * position, seconds=number)
    url = f"https://{source.url.split('/')[2]}/news/{number}-{position}"
    item = Item(
        item_id,
        source_id,
        source.name,
        url,
        title,
        "",
        f"{title}. {meeting.summary}",
        "",
        source.language,
        at,
        at,
        credit="Vietnam Wire" if copy else "",
        hash="0" * 64,
    )
    kind: ReportKind = "preview" if "announced" in meeting.summary else "report"
    report = Report(
        item_id,
        0,
        kind,
        meeting.day,
        meeting.day_end,
        place=meeting.place,
        parties=meeting.parties,
        people=meeting.people,
        act=meeting.act,
        topics=tuple((topic, None) for topic in meeting.topics),
        agreements=tuple(Agreement(title) for title in meeting.agreements),
    )
    original = next((member.item.id for member in before if member.item.title == title), "") if copy else ""
    reasons = (f"same day: {meeting.day}", f"same place: {meeting.place}") if position else ()
    return Member(source, item, report, Coverage(item_id, 0, meeting.id, kind, 0.93 if position else 1.0, reasons, original))


def _accounts(meeting: Meeting, members: list[Member]) -> tuple[Account, ...]:
    ids = tuple(member.item.id for member in members)
    title = Quote("title", 0, members[0].item.title)
    lead = Quote("body", 0, members[0].item.body[:90])
    found = [Account("place", meeting.place, ids, title)] if meeting.place else []
    if meeting.day:
        found.append(Account("day", meeting.day.isoformat(), ids[: max(1, len(ids) - len(ids) // 7)], lead))
    if len(ids) >= 7 and meeting.day:  # the last of seven puts it a day earlier
        found.append(Account("day", (meeting.day - timedelta(days=1)).isoformat(), ids[-1:], Quote("body", 0, members[-1].item.title)))
    found += (Account("party", party.code, ids, title) for party in meeting.parties if party.role == "party")
    found += (Account("person", person.key, ids, lead) for person in meeting.people)
    found += (Account("agreement", agreement, ids[:2], lead) for agreement in meeting.agreements)
    found += (Account("topic", topic, ids, lead) for topic in meeting.topics)
    return tuple(found)
