"""The nouns of Communiqué, as frozen values.

A source is polled; a poll brings a document; a document holds entries; an entry
is believed as an item (a fact); an item makes reports; coverage claims that a
report is of a meeting (a conclusion); feeds hold meetings, and a publication is
what a feed last said. All datetimes are aware and in UTC.

Touches: nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

SourceKind = Literal["feed", "page", "sitemap"]
Role = Literal["official", "agency", "outlet", "republisher"]
DateOrder = Literal["dmy", "mdy", "ymd"]
Outcome = Literal["new", "unchanged", "failed"]
ReportKind = Literal["report", "preview", "retrospective"]
PartyKind = Literal["country", "organisation"]
PartyRole = Literal["party", "place", "mention"]
State = Literal["planned", "held"]
Verb = Literal["same", "different", "retag"]
RepairVerb = Literal["merge", "move", "split"]
Part = Literal["title", "summary", "body"]


@dataclass(frozen=True, slots=True)
class PageRules:
    """How to read a source that has no feed: CSS selectors, each relative to the one above it.

    `item` finds one entry in the listing; `link`, `title` and `date` are looked
    up inside it ("" for `link`: the first anchor); `content` finds the text in
    the article page ("" leaves it to the extractor).
    """

    item: str
    link: str = ""
    title: str = ""
    date: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where we look, as the configuration says."""

    id: str
    url: str
    name: str                                   # the outlet, as shown to people
    kind: SourceKind = "feed"
    language: str = ""                          # BCP 47, lower case; "" when only detection can say
    country: str = ""                           # ISO 3166-1 alpha-2, upper case; "" when of none
    timezone: str = "UTC"                       # IANA name: the zone of dates that carry none
    date_order: DateOrder = "dmy"               # how 06/01/2020 is to be read
    family: str = ""                            # who stands behind it: reprints inside a family are one origin; "" means itself
    role: Role = "outlet"
    every: timedelta | None = None              # None: the general setting
    max_silence: timedelta | None = None        # None: learnt from its usual gap
    full_text: bool = False                     # visit each new link once and read the article there
    page: PageRules | None = None               # for kind = "page"
    headers: tuple[tuple[str, str], ...] = ()
    proxy: str = ""
    ignore_validators: bool = False
    robots: bool = True
    keep: tuple[str, ...] = ()                  # an entry must hold one of these words, where there are any
    block: tuple[str, ...] = ()                 # an entry that holds one of these words is passed over
    tag: tuple[tuple[str, tuple[str, ...]], ...] = ()   # topic id, and the words that give it


@dataclass(frozen=True, slots=True)
class Hints:
    """What a document says about when to come back."""

    ttl: timedelta | None = None                # RSS ttl
    skip_hours: tuple[int, ...] = ()            # GMT, 0 to 23
    skip_days: tuple[int, ...] = ()             # 0 is Monday
    period: timedelta | None = None             # sy:updatePeriod / sy:updateFrequency


NO_HINTS = Hints()


@dataclass(frozen=True, slots=True)
class Standing:
    """What polling a source has taught us: its validators, its health, and when to come back."""

    source_id: str
    due: datetime
    reason: str = ""                            # why then, for people
    url: str = ""                               # the address that sent the validators; they are for no other (RFC 9111, 4)
    etag: str = ""                              # byte for byte as sent
    last_modified: str = ""                     # byte for byte as sent
    body_hash: str = ""                         # SHA-256 of the last document that was stored
    failures: int = 0                           # in a row
    last_polled: datetime | None = None
    last_success: datetime | None = None
    last_new: datetime | None = None            # when it last brought an item we had not seen
    last_full: datetime | None = None           # when it last answered 200
    last_error: str = ""
    last_status: int = 0                        # HTTP status of the last visit; 0 when there was no answer, or one of a hub's
    turned_away: bool = False                   # the host does not want programs like us: a challenge for browsers, or a block
    note: str = ""                              # what is worth knowing of the last visit that went well: entries left out, a move
    not_before: datetime | None = None          # what Retry-After asked for
    hints: Hints = NO_HINTS                     # of the last whole document: a 304 does not repeat them


@dataclass(frozen=True, slots=True)
class Poll:
    """One visit to a source, as it went."""

    source_id: str
    at: datetime
    outcome: Outcome
    status: int = 0                             # HTTP status; 0 when there was no answer
    bytes: int = 0                              # of the body, as it came over the wire
    entries: int = 0
    new: int = 0
    changed: int = 0
    conditional: bool = False
    reason: str = ""                            # "HTTP 503", "no answer in 30 s"


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as we believe it: clean text, canonical link, UTC."""

    id: str                                     # "i-…": the same on every machine and after every rebuild
    source_id: str
    outlet: str                                 # the publisher the entry names, else the source's name
    url: str                                    # canonical, absolute, http(s); "" when it has none
    title: str                                  # plain text, one line
    summary: str                                # plain text
    body: str                                   # plain text, paragraphs parted by "\n"
    html: str                                   # sanitised; "" when the body was plain
    language: str                               # BCP 47, lower case; "" when unknown
    published: datetime | None                  # as the document says; never a guess
    first_seen: datetime
    guid: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()                  # the document's own categories
    credit: str = ""                            # whom the text credits: "VNA", "EIN Presswire", another site's name
    hash: str = ""                              # SHA-256 of the text: equal for equal content


@dataclass(frozen=True, slots=True)
class Quote:
    """The words of an item that a fact came from: item.<part>[start:start + len(text)] == text."""

    part: Part
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Party:
    """A country or organisation, and what it is to the encounter."""

    code: str                                   # "VN" (ISO 3166-1 alpha-2), or an organisation's id: "ASEAN"
    kind: PartyKind
    role: PartyRole
    quote: Quote | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who took part, as spelled in the item."""

    name: str
    key: str                                    # folded: equal for spellings of one name where folding can tell
    post: str = ""                              # "Minister of Public Security"
    country: str = ""                           # ISO 3166-1 alpha-2 of the side
    quote: Quote | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A paper that was signed."""

    title: str                                  # "memorandum of understanding on cooperation in political security"
    quote: Quote | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What an item says of one meeting."""

    item_id: str
    position: int                               # 0 for the main one, then in the order told
    kind: ReportKind
    day: date | None = None                     # the day of the meeting, in the place's own calendar
    day_end: date | None = None                 # the last day, when it lasted several
    earliest: date | None = None                # where the day is not known, the range it must lie in
    latest: date | None = None
    day_confidence: float = 0.0                 # 0 (a range at best) to 1 (written out)
    alternatives: tuple[date, ...] = ()         # other days it may be, the likeliest first; where the day is not known, those of the range
    day_quote: Quote | None = None
    place: str = ""                             # the city as the gazetteer writes it in English, else as spelled
    place_quote: Quote | None = None
    parties: tuple[Party, ...] = ()             # every country and organisation that occurs, each with its role
    people: tuple[Person, ...] = ()
    act: str = ""                               # talks | reception | courtesy-call | call | signing | conference | visit | dialogue
    act_quote: Quote | None = None
    topics: tuple[tuple[str, Quote | None], ...] = ()
    agreements: tuple[Agreement, ...] = ()
    passage: Quote | None = None                # the sentences that tell of this meeting, when the item tells of several


@dataclass(frozen=True, slots=True)
class Coverage:
    """The claim that an item's report is of a meeting, with the reasons for it."""

    item_id: str
    position: int
    meeting_id: str
    kind: ReportKind
    score: float                                # 0 (unrelated) to 1 (certain); 1 for the report that founded the meeting
    reasons: tuple[str, ...] = ()               # shown to people as they stand
    copy_of: str = ""                           # the item this one reprints; "" for an independent text


@dataclass(frozen=True, slots=True)
class Member:
    """A report in a meeting, with all that a merge or a page needs of it."""

    source: Source
    item: Item
    report: Report
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class Account:
    """What one fact rests on: a value, and the items that say so with their words."""

    fact: str                                   # "day", "place", "party", "person", "topic", "agreement", "act"
    value: str                                  # as text: "2023-10-31", "Hanoi", "VN", …
    items: tuple[str, ...]                      # ids, the best first
    quote: Quote | None = None                  # in the first of them


@dataclass(frozen=True, slots=True)
class Meeting:
    """One event in the world: a conclusion drawn from its members and the rulings, and from nothing else."""

    id: str                                     # "m-…", minted from the oldest report; kept for ever
    title: str
    language: str                               # of the title and the summary
    state: State
    published: datetime                         # first-seen time of its first report; never moves
    updated: datetime                           # first-seen time of the report that last changed a fact, state or origin; unique per id
    day: date | None = None
    day_end: date | None = None
    earliest: date | None = None
    latest: date | None = None
    likely: date | None = None                  # the likeliest day of that range: no report gives it, so it is no fact
    place: str = ""
    act: str = ""
    parties: tuple[Party, ...] = ()             # every role; those with role "party" decide the feeds
    people: tuple[Person, ...] = ()
    topics: tuple[str, ...] = ()
    agreements: tuple[str, ...] = ()
    summary: str = ""                           # what was discussed, in the words of the best source
    accounts: tuple[Account, ...] = ()          # every fact with its sources; two values of one single-valued fact are a disagreement
    origins: int = 1                            # independent texts
    outlets: int = 1


@dataclass(frozen=True, slots=True)
class Ruling:
    """A person's word, which always wins."""

    id: str
    verb: Verb
    subject: str                                # items, parted by blanks: those that a meeting had
    object: str                                 # the other items, or the tags: "+drugs -VN"
    ruled_at: datetime
    ruled_by: str = ""
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    """What was mended about meetings when a later item showed that it was wrong."""

    id: str                                     # "c-…": the same after every rebuild
    verb: RepairVerb
    source: str                                 # the meeting that was given up, or that a report left
    target: str                                 # the one it proved to be, or that the report is of now
    items: tuple[str, ...]                      # that moved
    beside: tuple[str, ...]                     # those that were in the target before; for a split, those left behind
    score: float
    reasons: tuple[str, ...]                    # shown to people as they stand
    at: datetime
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject meetings are filed under."""

    id: str
    title: str
    iptc: str = ""                              # IPTC Media Topic, "medtop:20000095"
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()    # language, and the words that show it; "narcotic*" is a stem


@dataclass(frozen=True, slots=True)
class Feed:
    """What we publish under one name: the meetings that fit a selection."""

    path: str                                   # "all", "topic/drugs", "country/vn", "pair/ru-vn", "region/035", "feed/vn-cyber"
    title: str
    kind: Literal["all", "topic", "country", "pair", "region", "organisation", "combination"]
    countries: tuple[str, ...] = ()             # the values of one key are joined by OR (for a pair: AND)
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Publication:
    """What a published file last said."""

    path: str                                   # below the publish directory: "country/vn.atom"
    hash: str                                   # SHA-256 of its bytes
    updated: datetime                           # of the feed when it said so
