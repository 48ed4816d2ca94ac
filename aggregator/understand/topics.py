"""What a meeting is about, by the words of its report.

A topic needs a strong word, a word in the title, or two weak ones. The words are
data: the packs' topics.toml for the topics we ship, config.toml for a reader's own. In
a list of words "~" marks a weak one, "*" takes any ending. That an agreement was
signed is no matter of words on a subject: it takes a verb and a paper.

Touches: nothing.
"""

from __future__ import annotations

from collections import defaultdict

from aggregator.understand.matching_words import Phrases
from aggregator.understand.packs import GENERIC, MODEL, having, languages, table
from aggregator.understand.signing import find_signing
from aggregator.understand.words import lower
from storage.model import Part, Quote, Topic

Parts = tuple[tuple[Part, int, str], ...]

ENOUGH = 1.0                # a strong word anywhere, or two weak ones
STRONG = 1.0
WEAK = 0.5
DEEP = 0.5                  # what counts of a word beyond LEAD
LEAD = 2_500                # characters: background begins about here
IN_TITLE = 2.0              # a word in the title counts twice: a weak one is enough there
FAR = 8_000                 # characters of a part that are read for topics
SIGNED = "agreement-signed"
ANY = "any"                 # words of a configured topic that are of no language


def _shipped() -> tuple[Topic, ...]:
    words = {language: table(language, "topics") for language in sorted(having("topics"))}
    return tuple(
        Topic(topic["id"], topic["title"], topic["iptc"], tuple((language, tuple(by[topic["id"]])) for language, by in words.items() if topic["id"] in by))
        for topic in table(GENERIC, "topics")["topic"]
    )


SHIPPED: tuple[Topic, ...] = _shipped()


def _not() -> dict[str, list[str]]:
    return {language: table(language, "topics").get("not", []) for language in languages()}


_machines: dict[int, tuple[tuple[Topic, ...], Phrases]] = {}


def _machine(topics: tuple[Topic, ...]) -> Phrases:
    """One automaton for these topics, made once for each tuple (by identity: hashing it costs more than reading a title)."""
    kept = _machines.get(id(topics))
    if kept is not None and kept[0] is topics:
        return kept[1]
    marks: dict[tuple[str, str], list[str]] = defaultdict(list)
    for topic in topics:
        for language, words in topic.words:
            for word in words:
                bare = lower(word.removeprefix("~").strip())
                if bare:
                    marks[language, bare].append(("~" if word.startswith("~") else "") + topic.id)
    by_language: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for (language, word), ids in marks.items():
        by_language[language]["|".join(sorted(set(ids)))].append(word)
    for language, phrases in _not().items():
        if phrases:
            by_language[language][""] += [phrase for phrase in phrases if (language, phrase) not in marks]
    known = tuple(sorted(by_language))
    machine = Phrases(
        lambda pack: by_language.get(pack, {}), lambda language: tuple(dict.fromkeys((language, MODEL, ANY))) if language in by_language else known,
    )
    if len(_machines) > 8:
        _machines.clear()
    _machines[id(topics)] = (topics, machine)
    return machine


def find_topics(parts: Parts, language: str, topics: tuple[Topic, ...] = SHIPPED) -> tuple[tuple[str, Quote | None], ...]:
    """The topics of a report, most spoken of first, each with the words that showed it. Parts are (part, where this text begins in it, text)."""
    machine = _machine(topics)
    scores: dict[str, float] = defaultdict(float)
    quotes: dict[str, tuple[float, Quote]] = {}
    seen: set[tuple[str, str]] = set()
    for part, offset, whole in parts:
        text = whole[:FAR]
        lowered = lower(text)
        for hit in machine.find(lowered, language):
            if not hit.label:
                continue
            word = lowered[hit.start:hit.end]
            for mark in hit.label.split("|"):
                topic = mark.removeprefix("~")
                if (topic, word) in seen:
                    continue
                seen.add((topic, word))
                weight = (WEAK if mark.startswith("~") else STRONG) * (IN_TITLE if part == "title" else 1.0 if offset + hit.start < LEAD else DEEP)
                scores[topic] += weight
                if topic not in quotes or weight > quotes[topic][0]:
                    quotes[topic] = weight, Quote(part, offset + hit.start, text[hit.start:hit.end])
    found = [(topic, quotes[topic][1]) for topic, score in sorted(scores.items(), key=lambda pair: (-pair[1], pair[0])) if score >= ENOUGH]
    if any(topic.id == SIGNED for topic in topics) and SIGNED not in dict(found):
        signed = find_signing(parts, language)
        if signed is not None:
            found.append((SIGNED, signed))
    return tuple(found)
