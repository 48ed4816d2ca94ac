"""Which countries met, and which are only named.

A party is a state whose officials took part. Each place where a country is named
is weighed: in the title, beside a post or an institution ("Russian Minister",
"Bộ trưởng Nội vụ Nga"), as a counterpart, a side, the goal of a visit; what a
text talks about ("the situation in Sudan") and long lists count little. The
country of the source is a party when its own officials act without being named
by country ("the Minister of Public Security received the Lao ambassador").

Touches: nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aggregator.understand.countries import Mention, mentions
from aggregator.understand.matching_words import load_phrases
from aggregator.understand.packs import base_language, listed
from aggregator.understand.words import Hit, is_unspaced, lower
from storage.model import Part, Party, PartyKind, PartyRole, Quote

Parts = tuple[tuple[Part, int, str], ...]
Joins = tuple[frozenset[str], frozenset[str]]       # words for "and", and articles that may follow them
Told = Sequence[tuple[Part, int, int, tuple[int, ...]]]

WEIGHTS = {                 # what one place where a country is named says for it being a party; the best place counts, the rest a little
    "title, with a post": 4.0,
    "title": 2.6,
    "title, an adjective": 1.7,     # "French hacker": not every one acts for a state
    "title, as a place": 1.3,       # "in Malaysia"
    "lead, with a post": 3.4,
    "lead, counterpart": 4.0,
    "lead": 1.0,
    "lead, two together": 2.6,      # "Polish and Lithuanian guards": what they do they do together
    "with a post": 1.6,
    "counterpart": 2.0,
    "relation": 1.2,        # the goal of a visit, ties with: added to "title" or "lead"
    "capital, title": 1.4,
    "capital, lead": 0.2,
    "body": 0.3,
}
PARTY = 2.5                 # at or above: a party
OTHER_SIDE = 1.7            # at or above: the second party, when one is sure
HOME = 2.0                  # for the country of the source, when officials are named without theirs
UNTOLD = 0.45               # of the weight of a country in the lead, in a sentence that tells of no encounter
HOST = 1.8                  # for the country of the city
OFTEN = 0.25                # for each further place, at most OFTEN_AT_MOST
OFTEN_AT_MOST = 1.5
ORGANISATION = "organisation "     # "AU" is Australia, "organisation AU" the African Union
LEAD = 420                  # characters of summary or body that are its lead
OPENING = 240               # characters of summary or body that open it
LIST = 4                    # more countries than this in a row are a list: each says less
IN_LIST = 0.4
REACH = 56                  # characters between a country and the post it belongs to, at most
REACH_UNSPACED = 12         # the same in scripts without spaces
LONGEST_POST = 40           # characters of a post's name
STOPS = ".;:!?\n(，。；！？、،"
FAR = 6_000                 # characters of a text that can name a party first


@dataclass(frozen=True, slots=True)
class _Sight:
    """One place where a country is named, and what it says."""

    code: str                                   # ORGANISATION stands before an organisation's
    score: float
    quote: Quote
    order: int


def find_parties(parts: Parts, language: str, home: str = "", place_country: str = "", told: Told = ()) -> tuple[Party, ...]:
    """Every country and organisation that occurs in `parts`, each with its role; parties first, by their first place in the text.

    `parts` are (part of the item, where this text begins in it, the text). `home`
    is the country of the source, `place_country` that of the city where the
    meeting was held; "" when unknown. `told` is where the sentences stand that
    tell of an encounter: a state named beside an office elsewhere is hardly a party.
    """
    reading = [_read(part, start, text[:FAR], language, [(first, last) for other, first, last, _ in told if other == part]) for part, start, text in parts]
    sights = [sight for found in reading for sight in found.sights]
    by_code: dict[str, list[_Sight]] = defaultdict(list)
    for order, sight in enumerate(sights):
        by_code[sight.code].append(_Sight(sight.code, sight.score, sight.quote, order))
    scores = {code: _total(found) for code, found in by_code.items()}
    organisations = {code for code, score in scores.items() if code.startswith(ORGANISATION) and score >= PARTY}
    countries = {code for code, score in scores.items() if not code.startswith(ORGANISATION) and score >= PARTY}
    bare = next((found.bare_posts[0] for found in reading if found.bare_posts), None)
    together = any(found.together for found in reading)
    if place_country and together and len(countries) < 2:
        countries.add(place_country)
    if len(countries) == 1 and not (together and organisations):
        countries |= _other_side(scores, countries, home, place_country, bare is not None)
    if not countries and home and bare is not None:
        countries.add(home)
    result: list[tuple[int, Party]] = []
    for code, found in by_code.items():
        best = max(found, key=lambda sight: (sight.score, -sight.order))
        role: PartyRole = "party" if code in countries or code in organisations else "place" if code == place_country else "mention"
        kind: PartyKind = "organisation" if code.startswith(ORGANISATION) else "country"
        result.append((found[0].order, Party(code.removeprefix(ORGANISATION), kind, role, best.quote)))
    result += [(len(sights), Party(code, "country", "party", bare if code == home else None)) for code in sorted(countries - by_code.keys())]
    rank = {"party": 0, "place": 1, "mention": 2}
    return tuple(party for _, party in sorted(result, key=lambda pair: (rank[pair[1].role], pair[0])))


def _other_side(scores: dict[str, float], countries: set[str], home: str, place_country: str, bare: bool) -> set[str]:
    """The second party of a meeting of which one is sure: whom the text hardly names because its readers know, or because the city says it."""
    likely: dict[str, float] = defaultdict(float)
    for code, score in scores.items():
        if not code.startswith(ORGANISATION):
            likely[code] += score
    if home:
        likely[home] += HOME if bare else HOME / 4
    if place_country:
        likely[place_country] += HOST if bare else HOST / 2
    rest = sorted(((score, code) for code, score in likely.items() if code not in countries), reverse=True)
    return {rest[0][1]} if rest and rest[0][0] >= OTHER_SIDE else set()


def has_institution(lowered: str, language: str) -> bool:
    """Whether a text names somebody who acts for a state: an office, a ministry, a police force."""
    return any("post" in hit.label.split("|") for hit in load_phrases("parties").find(lowered, language))


def _total(found: list[_Sight]) -> float:
    ranked = sorted((sight.score for sight in found), reverse=True)
    return ranked[0] + min(OFTEN_AT_MOST, OFTEN * sum(1 for score in ranked[1:] if score > 0))


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one part says."""

    sights: tuple[_Sight, ...]
    bare_posts: tuple[Quote, ...]               # posts beside which no country stands
    together: bool                              # a conference, a summit


def _read(part: Part, offset: int, text: str, language: str, told: Sequence[tuple[int, int]]) -> _Reading:
    named = mentions(text, language)
    marks: dict[str, list[Hit]] = defaultdict(list)
    for hit in load_phrases("parties").find(lower(text), language):
        for label in hit.label.split("|"):
            marks[label].append(hit)
    posts = sorted({*marks["post"], *marks["counterpart"]}, key=lambda hit: hit.start)
    apart = sorted((hit for label in ("apart", "visit", "to", "about") for hit in marks[label]), key=lambda hit: hit.start)
    spoken = base_language(language)
    joins = listed(spoken, "language", "and")
    articles = listed(spoken, "language", "article")
    ends = {hit.end + 1 for hit in posts}
    two = {mention.start for index, mention in enumerate(named) if _in_a_row(index, named, text, (joins, articles)) == 2}
    ours = {hit.start for hit in marks["origin"] if hit.start in ends and hit.end + 1 in two}
    apart = [hit for hit in apart if hit.start not in ours]     # "delegations from X and Y" met; a longer list is who came to a gathering
    near = _posts_of(named, posts, apart, text, (joins, articles))
    sights: list[_Sight] = []
    for index, mention in enumerate(named):
        where = "title" if part == "title" else "lead" if offset + mention.start < LEAD else ""
        signal = _signal(mention, index, named, text, where, near[index], marks, apart)
        score = WEIGHTS.get(signal, 0.0)
        if signal in ("title", "lead") and _before(mention, marks["visit"], text, 14):
            score += WEIGHTS["relation"]
        is_pair = signal == "lead" and offset + mention.start < OPENING and _are_two(index, named, text, (joins, articles))
        if is_pair:
            score = WEIGHTS["lead, two together"]
        if _before(mention, marks["about"], text, 5) or _after(mention, marks["people"]):
            score = min(score, WEIGHTS["body"])
        if mention.kind == "organisation" and (_after(mention, marks["frame"]) or _before(mention, marks["margin"], text, 16)):
            score = min(score, WEIGHTS["body"])         # "UN missions", "on the sidelines of the ASEAN meeting"
        if _in_a_row(index, named, text, (joins, articles)) > LIST:
            score *= IN_LIST
        if told and where == "lead" and not is_pair and not any(first <= offset + mention.start < last for first, last in told):
            score *= UNTOLD
        code = ORGANISATION + mention.code if mention.kind == "organisation" else mention.code
        sights.append(_Sight(code, score, Quote(part, offset + mention.start, mention.form), index))
    bare = tuple(Quote(part, offset + hit.start, text[hit.start:hit.end]) for hit in posts
                 if (part == "title" or offset + hit.start < LEAD) and not _has_country(hit, named, apart, text))
    bare += tuple(
        Quote(part, offset + hit.start, text[hit.start:hit.end]) for hit in marks["to"]     # "the ambassador to Niger": of our own
        if (part == "title" or offset + hit.start < LEAD) and not any(0 <= hit.start - mention.end <= REACH_UNSPACED for mention in named)
    )
    together = any(part == "title" or offset + hit.start < LEAD for hit in marks["together"])
    return _Reading(tuple(sights), bare, together)


def _signal(mention: Mention, index: int, named: tuple[Mention, ...], text: str, where: str, post: Hit | None, marks: Mapping[str, list[Hit]],
            apart: list[Hit]) -> str:
    """What this place says: a key of WEIGHTS."""
    if mention.kind in ("city", "capital"):
        return f"capital, {where}" if where and mention.kind == "capital" and not _located(mention, apart, text) else "city"
    if post is not None and post in marks["counterpart"] and where != "title":
        return f"{where}, counterpart" if where else "counterpart"
    if post is not None or mention.kind == "office":
        return f"{where}, with a post" if where else "with a post"
    if where == "title" and _before(mention, marks["in"], text, 1):
        return "title, as a place"
    if where == "title" and mention.kind == "adjective" and not _paired(index, named, text):
        return "title, an adjective"
    return where or "body"


def _clear(text: str, start: int, end: int, apart: list[Hit], named: tuple[Mention, ...], code: str) -> bool:
    """Whether nothing parts what stands before `start` from what stands after `end`: no stop, no other country, no word that changes the subject."""
    between = text[start:end]
    if any(stop in between for stop in STOPS) or between.count(",") > 1:
        return False
    at = bisect_left(apart, start, key=lambda hit: hit.start)
    if at < len(apart) and apart[at].start < end:
        return False
    at = bisect_left(named, start, key=lambda mention: mention.start)
    while at < len(named) and named[at].start < end:
        if named[at].code != code:
            return False
        at += 1
    return True


def _posts_of(named: tuple[Mention, ...], posts: list[Hit], apart: list[Hit], text: str, joins: Joins) -> list[Hit | None]:
    """For each mention the post it stands beside; the members of "the ministers of Poland and Lithuania" share one."""
    near = [None if mention.kind in ("city", "capital") else _post_of(mention, named, posts, apart, text) for mention in named]
    for order in (range(1, len(named)), range(len(named) - 2, -1, -1)):
        step = -1 if order.step > 0 else 1
        for index in order:
            first, second = sorted((index, index + step))
            same = near[index] is None and near[index + step] is not None and named[index].kind == named[index + step].kind
            if same and _in_list(text[named[first].end:named[second].start], joins):
                near[index] = near[index + step]
    return near


def _post_of(mention: Mention, named: tuple[Mention, ...], posts: list[Hit], apart: list[Hit], text: str) -> Hit | None:
    """The post or institution this country belongs to: "Russian Minister", "Minister of Internal Affairs of Russia"."""
    reach = REACH_UNSPACED if is_unspaced(mention.form[0]) else REACH
    best: tuple[int, Hit] | None = None
    first = bisect_left(posts, mention.start - reach - LONGEST_POST, key=lambda hit: hit.start)
    for hit in posts[first:]:
        if hit.start - mention.end > reach:
            break
        if hit.end <= mention.start:
            gap, clear = mention.start - hit.end, hit.end
            if gap > reach or not _clear(text, clear, mention.start, apart, named, mention.code):
                continue
        elif hit.start >= mention.end:
            gap = hit.start - mention.end
            if "," in text[mention.end:hit.start] or not _clear(text, mention.end, hit.start, apart, named, mention.code):
                continue
        else:
            continue
        if best is None or gap < best[0]:
            best = gap, hit
    return best[1] if best else None


def _before(mention: Mention, hits: list[Hit], text: str, reach: int) -> bool:
    """Whether one of these words leads to the mention, at most `reach` characters before it in the same clause."""
    at = bisect_left(hits, mention.start, key=lambda hit: hit.start)
    return any(0 <= mention.start - hit.end <= reach and not any(stop in text[hit.end:mention.start] for stop in STOPS) for hit in hits[max(0, at - 4):at])


def _after(mention: Mention, hits: list[Hit]) -> bool:
    """Whether one of these words follows at once: "Chinese citizens"."""
    at = bisect_left(hits, mention.end, key=lambda hit: hit.start)
    return at < len(hits) and hits[at].start - mention.end <= 1


def _paired(index: int, named: tuple[Mention, ...], text: str) -> bool:
    """Whether another country stands right beside: "Vietnam-China", "российско-вьетнамские"."""
    return any(
        other.code != named[index].code and len(text[min(other.end, named[index].end):max(other.start, named[index].start)]) <= 5
        for other in (named[index - 1:index] + named[index + 1:index + 2] if index else named[1:2])
    )


def _located(mention: Mention, apart: list[Hit], text: str) -> bool:
    """Whether a city stands as a place: after a preposition, or in a dateline."""
    at = bisect_left(apart, mention.start, key=lambda hit: hit.start)
    if any(0 <= mention.start - hit.end <= 2 for hit in apart[max(0, at - 3):at]):
        return True
    after = text[mention.end:mention.end + 12].lstrip()
    return after.startswith(("—", "–", "(", "-", ":", ",", "/")) and mention.start < 40


HEAD = re.compile(r"(?:^|[.!?:—–-]\s|\n)(?:(?:The|Die|La|Les|El|Los) )?$")


def _are_two(index: int, named: tuple[Mention, ...], text: str, joins: Joins) -> bool:
    """Whether a country and one other, and no third, are joined by "and" at the head of a sentence: its subject."""
    if _in_a_row(index, named, text, joins) != 2:
        return False
    for first, second in ((index - 1, index), (index, index + 1)):
        if first >= 0 and second < len(named) and named[first].code != named[second].code and named[first].kind == named[second].kind:
            between = text[named[first].end:named[second].start]
            is_and = _in_list(between, joins) and bool(set(between.lower().split()) & joins[0] - {",", "、", "،"})
            if is_and and HEAD.search(text, max(0, named[first].start - 6), named[first].start):
                return named[first].kind not in ("city", "capital", "organisation")
    return False


def _in_a_row(index: int, named: tuple[Mention, ...], text: str, joins: Joins) -> int:
    """How many countries stand in the list this one stands in."""
    low = high = index
    while low > 0 and _in_list(text[named[low - 1].end:named[low].start], joins):
        low -= 1
    while high + 1 < len(named) and _in_list(text[named[high].end:named[high + 1].start], joins):
        high += 1
    return high - low + 1


def _in_list(between: str, joins: Joins) -> bool:
    if len(between) <= 10 and len(words := between.lower().split()) == 2 and words[0] in joins[0] and words[1] in joins[1]:
        return True                             # "y la"
    return len(between) <= 6 and (between.strip() in joins[0] or between.startswith((",", "、", "،")))


def _has_country(hit: Hit, named: tuple[Mention, ...], apart: list[Hit], text: str) -> bool:
    """Whether a country is named beside this post, in the same breath."""
    first = bisect_left(named, hit.start - 2 * REACH, key=lambda mention: mention.start)
    for other in named[first:]:
        if other.start - hit.end > REACH:
            break
        if other.kind in ("city", "capital"):
            continue
        low, high = (other.end, hit.start) if other.end <= hit.start else (hit.end, other.start)
        if low > high or (high - low <= REACH and "," not in text[low:high] and _clear(text, low, high, apart, named, other.code)):
            return True
    return False
