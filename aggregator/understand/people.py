"""Who takes part: names as spelled, with post and country, short mentions resolved to the person they are short for.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from aggregator.understand.cases import case_of, latin_twin, nominative
from aggregator.understand.names import NameReader, Nation, Spotted
from aggregator.understand.packs import base_language, trait
from aggregator.understand.passages import Page
from aggregator.understand.posts import HONOUR, PLAIN, Post
from aggregator.understand.words import Hit, load_words
from storage.folding import fold, fold_name
from storage.model import Person

MOST_PEOPLE = 60                                # in one item: a list of delegates, not the parties to a meeting


@dataclass(frozen=True, slots=True)
class Found:
    """A person, and everywhere the text speaks of them."""

    person: Person
    mentions: tuple[tuple[int, int], ...]


def find_people(page: Page, posts: Sequence[Post], nations: Sequence[Nation], acts: Sequence[Hit],
                aside: Sequence[tuple[int, int]], language: str) -> tuple[Found, ...]:
    """The people `page` names, in order of first mention. `aside` are places of words that are of no name: organisations, "later"."""
    base = base_language(language)
    beside = load_words("names", ("title", "counterpart", "byline", "through")).find(page.lowered, base)
    titles = [hit for hit in beside if hit.label == "title"]
    matched = [hit for hit in beside if hit.label == "counterpart"]
    reader = NameReader(page, posts, nations, acts, titles, matched, aside, base)
    spotted: list[Spotted] = []
    bylines = [hit for hit in beside if hit.label == "byline"]
    for sentence in page.sentences:
        if any(hit.start == sentence.start and page.text[hit.start:hit.start + 1].isupper() for hit in bylines) and sentence.end - sentence.start < 80:
            continue
        spotted += reader.read(sentence)
        if len(spotted) > MOST_PEOPLE * 8:
            break
    return _joined(_without_absent(spotted, [hit.end for hit in beside if hit.label == "through"], page.text), page, base)


def _without_absent(spotted: Sequence[Spotted], through: Sequence[int], text: str) -> list[Spotted]:
    """Mentions without those of people who are only spoken of or spoken for ("greetings from President X"), unless they are told of elsewhere too.

    `through` is where the words end that say so.
    """
    if not through:
        return list(spotted)
    kept: list[Spotted] = []
    absent: list[Spotted] = []
    for one in spotted:
        first = min(one.start, one.post.start) if one.post else one.start
        is_absent = any(0 <= first - end < 40 and not set(text[end:first]) & set(",，;；:：") for end in through)
        (absent if is_absent else kept).append(one)
    names = [set(_tokens(one.name)) for one in kept]
    return kept + [one for one in absent if any(set(_tokens(one.name)) & name for name in names)]


def _tokens(name: str) -> tuple[str, ...]:
    return tuple(token for token in fold(name).replace("-", " ").replace(".", " ").split() if token)


def _same_token(one: str, other: str, *, is_cyrillic: bool) -> bool:
    if one == other:
        return True
    if not is_cyrillic or min(len(one), len(other)) < 4:
        return False
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    return shared >= max(4, min(len(one), len(other)) - 2) and max(len(one), len(other)) - shared <= 3


def _within(short: Sequence[str], full: Sequence[str], *, is_cyrillic: bool) -> bool:
    return all(any(_same_token(token, other, is_cyrillic=is_cyrillic) for other in full) for token in short)


def _joined(spotted: Iterable[Spotted], page: Page, language: str) -> tuple[Found, ...]:
    seen = sorted(spotted, key=lambda one: (one.start, -one.end))
    is_cyrillic = bool(trait(language, "declines_names"))
    tokens_of: list[tuple[str, ...]] = []
    spans: list[list[tuple[int, int]]] = []
    facts: list[list[Spotted]] = []
    ordered = sorted(seen, key=lambda one: (-len(_tokens(one.name)), one.start))
    for one in ordered:
        tokens = _tokens(one.name)
        if not tokens:
            continue
        fitting = [number for number, full in enumerate(tokens_of) if _within(tokens, full, is_cyrillic=is_cyrillic)]
        if len(tokens) == 1 and len(fitting) > 1 and one.post is not None:
            named = [number for number in fitting if any(fact.post and fact.post.title == one.post.title for fact in facts[number])]
            fitting = named or fitting
        if len(tokens) == 1 and len(fitting) > 1:
            before = [number for number in fitting if min(span[0] for span in spans[number]) < one.start]
            fitting = before[:1] or fitting[:1]
        if fitting:
            spans[fitting[0]].append((one.start, one.end))
            facts[fitting[0]].append(one)
        elif len(tokens_of) < MOST_PEOPLE * 3:
            tokens_of.append(tokens)
            spans.append([(one.start, one.end)])
            facts.append([one])
    found = []
    for number in range(len(tokens_of)):
        mine = sorted(facts[number], key=lambda one: one.start)
        if not any(one.sure for one in mine):
            continue
        found.append(_person(mine, page, language))
    equals = {one.start for one in seen if one.is_counterpart}
    if equals:
        found = [_as_counterpart(one, found, equals) for one in found]
    found.sort(key=lambda one: one.mentions[0])
    return tuple(found[:MOST_PEOPLE])


def _as_counterpart(one: Found, others: Sequence[Found], equals: set[int]) -> Found:
    """A person called somebody's counterpart holds the same office as the one named last before."""
    start = next((start for start, _ in one.mentions if start in equals), None)
    if one.person.post or start is None:
        return one
    before = [(other_start, other) for other in others for other_start, _ in other.mentions if other is not one and other_start < start and other.person.post]
    if not before:
        return one
    return replace(one, person=replace(one.person, post=max(before, key=lambda pair: pair[0])[1].person.post))


def _person(mentions: Sequence[Spotted], page: Page, language: str) -> Found:
    fullest = max(len(_tokens(one.name)) for one in mentions)
    best = next(one for one in mentions if len(_tokens(one.name)) == fullest)
    if trait(language, "cases") or trait(language, "latin"):
        full = [one for one in mentions if len(_tokens(one.name)) == fullest]
        plain = [one for one in full if one.post is None or not case_of(page.lowered[one.post.start:one.post.end])]
        best = plain[0] if plain else best
    words = page.lowered[best.post.start:best.post.end] if best.post and best.post.end <= best.start and best.start - best.post.end < 40 else ""
    name = nominative(best.name, words, language)
    if name.isupper() and len(name) > 3 and fold(name).isascii():
        name = name.title()
    offices = [one.post for one in mentions if one.post is not None]
    titles = [post.title for post in offices if post.title not in PLAIN] or [post.title for post in offices if post.title != HONOUR]
    country = next((one.country for one in mentions if one.country), "")
    quote = page.quote(best.start, best.end)
    person = Person(name, fold_name(latin_twin(name, language)), titles[0] if titles else "", country, quote)
    return Found(person, tuple((one.start, one.end) for one in mentions))
