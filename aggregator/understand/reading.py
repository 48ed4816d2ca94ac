"""What an item says of official meetings: an item as its reports.

The steps in order: lay out the text; find countries, offices, acts and people; decide whether the item
reports, announces or recalls; part it into encounters; and draw the facts of each, every one with its words.

Touches: nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta, tzinfo
from zoneinfo import ZoneInfo

from aggregator.understand import countries, parties, places
from aggregator.understand.acts import ENCOUNTERS, choose_act, find_acts, outside
from aggregator.understand.agreements import find_agreements
from aggregator.understand.authority import NOBODY, Authority, shipped
from aggregator.understand.dates import Mention, find_days
from aggregator.understand.day import Day, choose_day
from aggregator.understand.encounters import Encounter, find_splits, split_encounters
from aggregator.understand.kinds import kind_of
from aggregator.understand.matching_words import composed
from aggregator.understand.names import Nation
from aggregator.understand.passages import Page, Sentence, lay_out
from aggregator.understand.people import Found, find_people
from aggregator.understand.posts import PLAIN, Post, find_posts
from aggregator.understand.telling import LEAD, Scene, Telling, find_marks, is_announced, tell
from aggregator.understand.topics import find_topics
from aggregator.understand.words import Hit, lower, within
from storage.folding import fold
from storage.model import Item, Part, Party, Person, Quote, Report, ReportKind, Source, Topic

UNKNOWN_DAY = timedelta(days=2)     # a report that names no day is of the days before it: the labelled ones all came within one, and one more is for doubt
SAME_DAY = 0.8                      # how sure a second meeting is of the day of the first, when nothing else is said
LEAD_CHARACTERS = 2_000     # of each part that are looked through for a word of an encounter; no lead is longer
NOON = 12                           # the hour before which a text tells of the day before
MOST_LIKELY = 7                     # days of a range that are ranked
WIDE = 40                   # characters between "international" and the conference it is said of
MOST_DATED = 80             # sentences whose dates are read: what follows is background
PLAN_AHEAD = timedelta(days=60)     # an undated preview is of the next two months


def understand(item: Item, source: Source, topics: tuple[Topic, ...], known: Authority | None = None) -> tuple[Report, ...]:
    """The reports `item` makes, the main one first; () when it is of no official encounter.

    `known` are the office-holders that names are looked up among; None stands for those of the package.
    """
    if not may_be_one(item, item.language or source.language):
        return ()
    forms = {"title": composed(item.title), "summary": composed(item.summary), "body": composed(item.body)}
    if not any(begins for _, begins in forms.values()):
        return _understand(item, source, topics, known)
    plain = replace(item, title=forms["title"][0], summary=forms["summary"][0], body=forms["body"][0])
    return tuple(_quoting(report, item, {part: begins for part, (_, begins) in forms.items()}) for report in _understand(plain, source, topics, known))


def may_be_one(item: Item, language: str) -> bool:
    """Whether any word of the headline and the lead is one for an encounter: most news has none, and is read no further."""
    lowered = lower(f"{item.title[:LEAD_CHARACTERS]}\n{item.summary[:LEAD_CHARACTERS]}\n{item.body[:LEAD_CHARACTERS]}")
    if not lowered.isascii():
        lowered = unicodedata.normalize("NFC", lowered)
    labels = {hit.label for hit in find_acts(lowered, language)}
    if {"declared", "side"} <= labels or any(label.startswith(("held.", "noun.", "joint", "told")) for label in labels):
        return True
    return is_announced(lowered, language, "base" in labels)


def _quoting(report: Report, item: Item, begins: Mapping[str, tuple[int, ...]]) -> Report:
    """The report of a text read with its accents composed, its quotes as the item has them."""
    texts = {"title": item.title, "summary": item.summary, "body": item.body}

    def back(quote: Quote | None) -> Quote | None:
        if quote is None or not begins[quote.part]:
            return quote
        start, end = begins[quote.part][quote.start], begins[quote.part][quote.start + len(quote.text)]
        return Quote(quote.part, start, texts[quote.part][start:end])

    return replace(
        report, day_quote=back(report.day_quote), place_quote=back(report.place_quote), act_quote=back(report.act_quote), passage=back(report.passage),
        parties=tuple(replace(party, quote=back(party.quote)) for party in report.parties),
        people=tuple(replace(person, quote=back(person.quote)) for person in report.people),
        topics=tuple((topic, back(quote)) for topic, quote in report.topics),
        agreements=tuple(replace(agreement, quote=back(agreement.quote)) for agreement in report.agreements),
    )


def _understand(item: Item, source: Source, topics: tuple[Topic, ...], known: Authority | None) -> tuple[Report, ...]:
    language = item.language or source.language
    page = lay_out(item, language)
    acts = find_acts(page.lowered, language)
    when = find_marks(page, language)
    posts = find_posts(page.lowered, language)
    acts = outside(acts, [(post.start, post.end) for post in posts])
    named = countries.mentions(page.text, language)
    nations = tuple(Nation(mention.start, mention.end, mention.code, bool(mention.city)) for mention in named if mention.kind not in ("organisation", "block"))
    if not _is_official(page, posts, named, acts, when, source.country):
        return ()
    reference = _reference(item, source)
    towns = [(mention.start, mention.end) for mention in named if mention.city]
    days = _days(page, language, reference, source, towns)
    scene = Scene(acts, when, [(post.start, post.end) for post in posts], [(nation.start, nation.code) for nation in nations],
                  days if item.published is not None else (), reference, item.published is not None)
    tellings = tell(page, scene, language)
    kind = kind_of(tellings)
    if kind is None:
        return ()
    marks = find_splits(page, language)
    aside = [(mention.start, mention.end) for mention in named if mention.kind in ("organisation", "block")]
    aside += [(mark.start, mark.end) for mark in marks if mark.label in ("next", "turn")]
    people = find_people(page, posts, nations, acts, aside, language)
    known = known or (shipped() if people else NOBODY)
    people = tuple(replace(found, person=replace(found.person, country=known.recognised((found.person,), reference)[0].country)) for found in people)
    encounters = split_encounters(page, tellings, people, posts, nations, marks, planned=kind == "preview")
    if kind == "preview":
        days = _days(page, language, reference, source, towns, ahead=True)
    home = _home(item, source)
    story = _Story(item, source, language, kind, page, tellings, people, encounters, days, home, known)
    sides = parties.find_parties(page.pieces(page.sentences), language, home, told=_spots(page, tellings)) if len(encounters) > 1 else ()
    reports: list[Report] = []
    for number in range(len(encounters)):
        reports.append(_report(story, number, sides, topics, reports[0] if reports else None))
    if len(reports) == 1 and _is_domestic(reports[0], story, posts, acts, named):
        return ()
    return tuple(reports)


def _days(page: Page, language: str, reference: date, source: Source, towns: Sequence[tuple[int, int]], *, ahead: bool = False) -> tuple[Mention, ...]:
    """The days a page names, sentence by sentence; none is part of a town's name ("Santo Domingo")."""
    every = (
        replace(found, start=found.start + sentence.start, end=found.end + sentence.start)
        for sentence in page.sentences[:MOST_DATED]
        for found in find_days(page.text[sentence.start:sentence.end], language, reference, ahead=ahead, order=source.date_order)
    )
    return tuple(day for day in every if not any(start <= day.start and day.end <= end for start, end in towns))


@dataclass(frozen=True, slots=True)
class _Story:
    """An item as read so far."""

    item: Item
    source: Source
    language: str
    kind: ReportKind
    page: Page
    tellings: Sequence[Telling]
    people: Sequence[Found]
    encounters: Sequence[Encounter]
    days: Sequence[Mention]
    home: str                                   # the country whose officials are named without it; "" when nobody can say
    known: Authority                            # the office-holders that names are looked up among


def _is_official(page: Page, posts: Sequence[Post], named: Sequence[countries.Mention], acts: Sequence[Hit], marks: Sequence[Hit], home: str) -> bool:
    """Whether states meet: somebody in office, and another side, a conference, or colleagues in office."""
    if any(hit.label in ("noun.conference", "noun.dialogue") for hit in acts):
        return True
    states = {mention.code for mention in named if mention.kind not in ("organisation", "block")}
    if not posts:
        lead = [sentence for sentence in page.sentences if sentence.order < LEAD]
        is_sport = any(mark.label == "sport" for sentence in lead for mark in within(marks, sentence.start, sentence.end))
        return len(states) >= 2 and not is_sport and any(_has_states(page, sentence, named) for sentence in lead)
    if states - {home} or any(mention.kind == "organisation" for mention in named):
        return True
    return len({post.title for post in posts if post.title not in PLAIN}) >= 2


def _has_states(page: Page, sentence: Sentence, named: Sequence[countries.Mention]) -> bool:
    """Whether a sentence that names no office still speaks of states: two of them by name, or with an institution."""
    here = [mention for mention in within(named, sentence.start, sentence.end) if mention.kind not in ("organisation", "block", "city")]
    if len({mention.code for mention in here}) < 2:
        return False
    if len({mention.code for mention in here if mention.kind != "adjective"}) >= 2:
        return True
    return parties.has_institution(page.lowered[sentence.start:sentence.end], page.language)


def _is_domestic(report: Report, story: _Story, posts: Sequence[Post], acts: Sequence[Hit], named: Sequence[countries.Mention]) -> bool:
    """Whether the officials of one state met among themselves: no other side takes part, nor an envoy, nor an organisation named."""
    home = story.source.country
    if not home or any(party.role == "party" and party.code != home for party in report.parties) or any(mention.kind == "organisation" for mention in named):
        return False
    if any(post.title == "Ambassador" for post in posts) or any(hit.label == "side" for hit in acts):
        return False
    if any(hit.label == "noun.conference" and any(abs(wide.start - hit.start) < WIDE for wide in acts if wide.label == "wide") for hit in acts):
        return False                            # "a regional conference"
    told = [telling.sentence for telling in story.tellings if telling.held or telling.planned is not None or telling.sentence.part == "title"]
    return not any(mention.code != home for sentence in told for mention in within(named, sentence.start, sentence.end))


def _report(story: _Story, number: int, sides: tuple[Party, ...], topics: tuple[Topic, ...], first: Report | None) -> Report:
    item, page, kind, language = story.item, story.page, story.kind, story.language
    encounter = story.encounters[number]
    alone = len(story.encounters) == 1
    pieces = page.pieces(encounter.sentences)
    mine = {sentence.start for sentence in encounter.sentences}
    told = [telling for telling in story.tellings if telling.sentence.start in mine]
    reference = _reference(item, story.source)
    day = choose_day(page, told, encounter.anchor, language, reference, story.days, kind=kind, is_dated=item.published is not None)
    earliest, latest = _range(item, reference, day, kind)
    day_quote = page.quote(day.mention.start, day.mention.end) if day.mention else None
    if encounter.is_alone:
        first = None
    if first is not None and (day.day is None or encounter.is_same_day):
        day = Day(first.day, first.day_end, round(first.day_confidence * SAME_DAY, 2), None, others=first.alternatives)
        day_quote, earliest, latest = first.day_quote, first.earliest, first.latest
    act, act_hit = choose_act(encounter.acts or _acts_of(told, encounter, kind))
    spots = _spots(page, told)
    place = places.find_place(pieces, language, spots) if act != "call" else None
    people = story.known.recognised([story.people[index].person for index in encounter.people], day.day or reference)
    home = "" if encounter.is_alone else story.home
    found_parties = parties.find_parties(pieces, language, home, place.country if place else "", spots)
    if not alone and not encounter.is_alone:
        found_parties = _parties_of_one(found_parties, (*sides, *(first.parties if first else ())), people, story, encounter)
    found_parties = _with_sides(_with_home(found_parties, people, home), people)
    return Report(
        item_id=item.id, position=number, kind=kind,
        day=day.day, day_end=day.day_end, earliest=earliest, latest=latest, day_confidence=day.confidence, day_quote=day_quote,
        alternatives=day.others or (_likeliest(item, story.source, earliest, latest) if day.day is None and kind == "report" else ()),
        place=place.city if place else first.place if first and act != "call" else "",
        place_quote=place.quote if place else first.place_quote if first and act != "call" else None,
        parties=found_parties, people=story.known.recognised(_with_countries(people, found_parties, home), day.day or reference),
        act=act, act_quote=page.quote(act_hit.start, act_hit.end) if act_hit else None,
        topics=find_topics(pieces, language, topics),
        agreements=find_agreements(page, _signing(story, told), language, reference.year) if kind == "report" else (),
        passage=None if alone else _passage(story, encounter),
    )


def _home(item: Item, source: Source) -> str:
    """The country the text is written from: that of its source, unless it is another outlet's text."""
    mine = {fold(name) for name in (source.name, source.id) if name}
    return source.country if all(fold(name) in mine for name in (item.outlet, item.credit) if name) else ""


def _signing(story: _Story, told: Sequence[Telling]) -> list[Sentence]:
    """The sentences of an encounter in which something may have been signed: not those of what is to come or was long ago."""
    return [telling.sentence for telling in told if (telling.planned is None or telling.held) and not (telling.remembered and not telling.held)]


def _spots(page: Page, told: Sequence[Telling]) -> list[tuple[Part, int, int, tuple[int, ...]]]:
    """Where the sentences stand that tell of an encounter, and the headline; and where in them its words."""
    begins = {part: start for part, start, _ in page.starts}
    return [
        (telling.sentence.part, telling.sentence.start - begins[telling.sentence.part], telling.sentence.end - begins[telling.sentence.part],
         tuple(hit.start - begins[telling.sentence.part] for hit in [hit for hit in telling.held if hit.label in ENCOUNTERS] or telling.held))
        for telling in told if telling.held or telling.planned is not None or telling.sentence.part == "title"
    ]


def _acts_of(told: Sequence[Telling], encounter: Encounter, kind: ReportKind) -> list[Hit]:
    """The words for what was done, those of the sentence that says so first."""
    anchor = encounter.anchor
    ordered = ([anchor] if anchor is not None else []) + [telling for telling in told if telling is not anchor]
    return [hit for telling in ordered for hit in telling.acts if kind == "preview" or hit in telling.held or hit.label.startswith("noun.")]


def _parties_of_one(found: tuple[Party, ...], sides: tuple[Party, ...], people: tuple[Person, ...], story: _Story, encounter: Encounter) -> tuple[Party, ...]:
    """The parties of one meeting of several: its own people's countries, and the host or traveller all of them share."""
    own = {person.country for person in people if person.country}
    elsewhere = {index for other in story.encounters for index in other.people} - set(encounter.people)
    others = {story.people[index].person.country for index in elsewhere} - own - {""}
    whole = {party.code for party in sides if party.kind == "country" and party.role == "party"}
    kept: list[Party] = []
    for party in found:
        role = party.role
        if party.kind == "country":
            if party.code in own or (party.code == story.home and party.code in whole):
                role = "party"
            elif party.code in others and role == "party":
                role = "mention"
        kept.append(replace(party, role=role))
    have = {party.code for party in kept}
    mine = whole - others
    wanted = own | (mine if len(mine) <= 2 else mine & {story.home})
    kept = [replace(party, role="party") if party.kind == "country" and party.code in wanted else party for party in kept]
    for party in sides:
        if party.code in wanted - have:
            kept.append(replace(party, role="party"))
            have.add(party.code)
    return tuple(kept)


def _with_home(found: tuple[Party, ...], people: tuple[Person, ...], home: str) -> tuple[Party, ...]:
    """The parties with the country of the outlet, where it is one without being named.

    A meeting without a foreign side is its own country's; and "the Minister of Public Security" of whom nobody
    says of which country is the outlet's own, when he is the first to be named and one other state is a party.
    """
    states = [party for party in found if party.role == "party" and party.kind == "country"]
    first = next((person for person in people if person.post), None)
    is_unnamed = first is not None and not first.country and first.post not in PLAIN and len(states) == 1
    if not home or any(party.code == home for party in states) or (states and not is_unnamed):
        return found
    if any(party.code == home for party in found):
        return tuple(replace(party, role="party") if party.code == home else party for party in found)
    return (Party(home, "country", "party"), *found)


def _with_sides(found: tuple[Party, ...], people: tuple[Person, ...]) -> tuple[Party, ...]:
    """The parties with the sides of two officials, where texts leave them out: "Lavrov met his Chinese colleague Wang Yi"."""
    states = {party.code for party in found if party.role == "party" and party.kind == "country"}
    officials = [person for person in people if person.post and person.country][:2]
    sides = {person.country: person.quote for person in officials}
    if len(states) > 1 or len(states | sides.keys()) != 2:
        return found
    named = tuple(replace(party, role="party") if party.code in sides and party.kind == "country" else party for party in found)
    return (*named, *(Party(code, "country", "party", quote) for code, quote in sides.items() if all(party.code != code for party in found)))


def _with_countries(people: tuple[Person, ...], sides: tuple[Party, ...], home: str) -> tuple[Person, ...]:
    """People with the countries that follow from the parties.

    A domestic outlet names its own officials without a country; where two states and two people
    meet, the one without a country is of the other side.
    """
    codes = [party.code for party in sides if party.kind == "country" and party.role == "party"]
    officials = [person for person in people if person.post]
    if not officials:
        return people
    first = officials[0]
    if not first.country and home in codes and all(person.country != home for person in officials[1:] if person.post == first.post):
        people = tuple(replace(person, country=home) if person is first else person for person in people)
        officials = [person for person in people if person.post]
    known = [person for person in officials if person.country in codes]
    if len(officials) == 2 and len(codes) == 2 and len(known) == 1:
        other = next(code for code in codes if code != known[0].country)
        people = tuple(replace(person, country=other) if person.post and not person.country else person for person in people)
    return people


def _zone(source: Source) -> tzinfo:
    try:
        return ZoneInfo(source.timezone)
    except (KeyError, ValueError, OSError):
        return UTC


def _reference(item: Item, source: Source) -> date:
    return (item.published or item.first_seen).astimezone(_zone(source)).date()


def _range(item: Item, reference: date, day: Day, kind: ReportKind) -> tuple[date | None, date | None]:
    """Where the day is not known, the days it must lie in."""
    if day.day is not None:
        return None, None
    if day.span is not None:
        first, last = day.span
        return first, max(first, min(last, reference)) if kind == "report" else last
    if item.published is None:
        return None, None
    if kind == "preview":
        return reference, reference + PLAN_AHEAD
    if kind == "retrospective":
        return None, reference
    return reference - UNKNOWN_DAY, reference


def _likeliest(item: Item, source: Source, earliest: date | None, latest: date | None) -> tuple[date, ...]:
    """The days of a range, the likeliest first: a text of the morning tells of the day before, any other of its own day; then the nearest to that."""
    if item.published is None or earliest is None or latest is None:
        return ()
    written = item.published.astimezone(_zone(source))
    likeliest = min(max(written.date() - timedelta(days=written.hour < NOON), earliest), latest)
    days = [earliest + timedelta(days=after) for after in range(min((latest - earliest).days + 1, MOST_LIKELY))]
    return tuple(sorted({*days, likeliest}, key=lambda day: (abs(day - likeliest), day)))[:MOST_LIKELY]


def _passage(story: _Story, encounter: Encounter) -> Quote | None:
    """The sentences in a row round the one that says this meeting took place."""
    if encounter.anchor is None:
        return None
    mine = {sentence.start for sentence in encounter.sentences}
    sentences = [telling.sentence for telling in story.tellings if telling.sentence.part == encounter.anchor.sentence.part]
    at = next((number for number, sentence in enumerate(sentences) if sentence.start == encounter.anchor.sentence.start), 0)
    first = last = at
    while first > 0 and sentences[first - 1].start in mine:
        first -= 1
    while last + 1 < len(sentences) and sentences[last + 1].start in mine:
        last += 1
    return story.page.quote(sentences[first].start, sentences[last].end)
