"""What the pages tell of people's rulings and of the sources, in words.

Touches: the store, of which it reads the sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from feeds import clean
from feeds.alarms import WORDS, Raised
from feeds.messages.words import words
from feeds.overruled import rulings_on
from feeds.pages.render import Watched
from feeds.places import country, language_name
from feeds.presentation import fact_text, moment
from feeds.site import Site
from storage.codec import from_json
from storage.model import Member, Ruling
from storage.publications import Notice
from storage.sources import Sources

MOST_SOURCES = 1_000                            # on one page


def ruled(rulings: Iterable[Ruling], members: Sequence[Member], site: Site) -> tuple[tuple[str, str], ...]:
    """The rulings in force that name a report of the meeting of `members`, in the order made: what was decided, and by whom and when."""
    said = words(site.language)
    titles = {member.item.id: clean.line(member.item.title) for member in members}

    def name(items: str) -> str:
        first, *_ = sorted(items.split(), key=lambda item: item not in titles)
        return titles.get(first) or clean.line(first, 80)

    found = []
    for ruling in rulings_on(rulings, members):
        if ruling.verb == "retag":
            change = ", ".join(f"{tag[:1]} {fact_text('party' if tag[1:].isupper() else 'topic', tag[1:], site)}" for tag in ruling.object.split())
            text = said.say("pages.ruled_retag", one=name(ruling.subject.partition("/")[0]), change=clean.line(change, 120))
        else:
            text = said.say(f"pages.ruled_{ruling.verb}", one=name(ruling.subject), other=name(ruling.object))
        at, who = moment(ruling.ruled_at, said), clean.line(ruling.ruled_by, 80)
        found.append((f"{text} ({ruling.id})", said.say("pages.ruled_by", who=who, moment=at) if who else at))
    return tuple(found)


def watched(sources: Sources, notices: Iterable[Notice], site: Site) -> tuple[Watched, ...]:
    """The sources that are followed, each well unless an alarm about it stands."""
    standing = {standing.source_id: standing for standing in sources.standings()}
    raised = [from_json(Raised, notice.value) for notice in notices]
    alarms = {each.alarm.source_id: each.alarm for each in raised if each.cleared_at is None}
    said = words(site.language)
    found = []
    for source in sources.all()[:MOST_SOURCES]:
        alarm, seen = alarms.get(source.id), standing.get(source.id)
        found.append(Watched(
            clean.line(source.name, 120) or clean.line(source.id, 120), source.kind, language_name(clean.language(source.language)),
            country(source.country, site.language) if source.country else "", said.find(f"roles.{source.role}"),
            (alarm.state if alarm.state in WORDS else "needs_look") if alarm else "well", clean.line(alarm.reason, 300) if alarm else "",
            seen.last_new.date() if seen and seen.last_new else None,
        ))
    return tuple(found)
