"""Whether an item reports a meeting, announces it, recalls it, or is about none.

The sentences are weighed (see telling.py): those of the title and the lead most, for what a report is about stands there.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.understand.acts import ENCOUNTERS
from aggregator.understand.telling import Telling
from aggregator.understand.words import Hit
from storage.model import ReportKind


def _weight(telling: Telling) -> float:
    part, order = telling.sentence.part, telling.sentence.order
    if part == "title":
        return 1.5
    return (2.5, 1.5, 1.0)[order] if order < 3 else 0.3


def kind_of(tellings: Sequence[Telling]) -> ReportKind | None:
    """What the item as a whole is: a report, a preview, a retrospective, or none of these (None)."""
    report = preview = memory = late = hinted = headline = arrival = 0.0
    lead = ""                                   # what the first sentence that says anything says
    if any(not telling.is_report for telling in tellings) or _is_called_off(tellings):
        return None
    for telling in tellings:
        weight = _weight(telling)
        sure = max((_strength(hit, telling) for hit in telling.held), default=0.0)
        if telling.remembered and sure:
            memory += weight * sure
        elif sure:
            if weight < 1:
                late += weight * sure
            else:
                report += weight * sure * (0.6 if lead == "preview" else 1.0)
                lead = lead or ("report" if telling.sentence.part != "title" and sure >= 0.9 else "")
        if weight >= 1:
            if telling.planned is not None:
                sureness = 0.5 if lead == "report" else 1.0
                if telling.sentence.part == "title":
                    headline = weight
                else:
                    preview += weight * sureness
                lead = lead or ("preview" if telling.sentence.part != "title" else "")
            elif telling.arrived is not None and not sure:
                arrival += 0.8 * weight * (0.5 if lead == "report" else 1.0)
            elif not sure and any(hit.label.startswith("noun.") for hit in telling.acts):
                hinted += 0.35 * weight * (1.0 if telling.officials else 0.6)
    report += min(late, 1.2)
    preview += arrival * (0.5 if report >= 1.5 and not preview and not headline else 1.0)     # "arrived on Monday. On Tuesday she was received by …"
    preview += headline * (0.5 if lead == "report" else 1.0)
    if report >= 0.75 and report >= preview:
        return "report"
    if preview >= 1.0 and preview > memory:
        return "preview"
    if memory >= 0.3 and memory > report:
        return "retrospective"
    return "report" if report >= 0.6 or hinted >= LEAST_HINT else None


def _is_called_off(tellings: Sequence[Telling]) -> bool:
    """Whether the item is of a meeting that was cancelled or denied, not of one that took place and another that did not."""
    for telling in tellings:
        if _weight(telling) < 1:
            continue
        if telling.cancelled:
            return True
        if telling.sentence.part != "title" and not telling.remembered and any(hit.label in ENCOUNTERS for hit in telling.held):
            return False
    return False


LEAST_HINT = 0.8    # a lead that names talks, a visit or a conference without saying that they took place, twice


def _strength(hit: Hit, telling: Telling) -> float:
    if hit.label in ENCOUNTERS:
        return 1.0
    if hit.label == "held.conference" and any(other.label == "noun.conference" for other in telling.acts):
        return 0.95
    return 0.7 if hit.label in ("held.signing", "held.conference", "told", "joint", "declared") else 0.5
