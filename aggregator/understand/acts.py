"""What was done: talks, a reception, a courtesy call, a call, a signing, a conference, a visit, a dialogue.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.understand.words import Hit, load_words

ENCOUNTERS = ("held.talks", "held.reception", "held.courtesy-call", "held.call", "held.dialogue")
"""What is said only of people who meet; the others need a noun beside them ("the forum was held")."""


def find_acts(lowered: str, language: str) -> tuple[Hit, ...]:
    """The words for encounters in a lower-case text, without those that only look like it ("press conference")."""
    return tuple(hit for hit in load_words("acts").find(lowered, language) if hit.label != "not")


def outside(acts: Sequence[Hit], spans: Sequence[tuple[int, int]]) -> tuple[Hit, ...]:
    """Those of `acts`, in order, that are no part of an office's name ("secretary of the conference")."""
    kept: list[Hit] = []
    at = 0
    for hit in acts:
        while at < len(spans) and spans[at][1] <= hit.start:
            at += 1
        if at == len(spans) or not spans[at][0] <= hit.start or hit.end > spans[at][1]:
            kept.append(hit)
    return tuple(kept)


def choose_act(hits: Sequence[Hit]) -> tuple[str, Hit | None]:
    """The act that these words, all of one encounter and in order, speak of first, and the word that says so.

    A call is said outright; a dialogue or a conference is known by its noun
    though people "held" or "attended" it; a signing is the act only where nothing else is.
    """
    by: dict[str, Hit] = {}
    for hit in hits:
        by.setdefault(hit.label, hit)
    for label in ("held.call", "noun.call"):
        if label in by:
            return "call", by[label]
    first = next((hit for hit in hits if hit.label in ENCOUNTERS), None)
    held = next((hit for hit in hits if hit.label.startswith("held.")), None)
    if "noun.dialogue" in by and (first is None or first.label in ("held.talks", "held.dialogue")) and held is not None:
        return "dialogue", by["noun.dialogue"]
    if "noun.conference" in by and (first is None or by["noun.conference"].start < first.start) and (held is None or held.label not in ("held.reception",)):
        return "conference", by["noun.conference"]
    if first is not None:
        return first.label.removeprefix("held."), first
    for label in ("noun.conference", "held.signing", "noun.signing", "noun.dialogue", "noun.talks", "held.visit", "noun.visit", "held.conference"):
        if label in by:
            return label.split(".")[1], by[label]
    for label in ("joint", "declared", "base", "told"):
        if label in by:
            return "talks", by[label]
    return "", None
