"""A meeting as the HTML inside a feed entry.

Only elements that every feed reader shows and keeps, no classes and no styles:
the facts first, then who reports them. The pages say more; see pages/.

Touches: nothing.
"""

from __future__ import annotations

from html import escape

from feeds.messages.words import Words
from feeds.places import direction
from feeds.presentation import ENGLISH, ROLES, Line, Presentation, Side, days, moment

MOST_LINES = 60                                 # reports listed in an entry; the page of the meeting lists them all

ROLE_NAMES = {role: ENGLISH.say(f"roles.{role}") for role in ROLES}
KIND_NAMES = {kind: ENGLISH.say(f"kinds.{kind}") for kind in ("report", "preview", "retrospective")}


def content(meeting: Presentation, page: str, said: Words = ENGLISH) -> str:
    """`meeting` as HTML, with a link to its `page`."""
    parts = []
    if meeting.composed and meeting.title:      # what an outlet made of it, beside what we call it
        parts.append(_foreign("p", meeting.title, meeting.language, element_inside="em"))
    parts.append(_head(meeting, said))
    if meeting.sides:
        parts.append("<ul>" + "".join(_side(side) for side in meeting.sides) + "</ul>")
    elif meeting.parties:
        parts.append(f"<p>{escape(said.joined(party.name for party in meeting.parties))}</p>")
    parts += (_foreign("p", paragraph, meeting.language) for paragraph in meeting.summary)
    if meeting.agreements:
        listed = "".join(f"<li>{escape(title)}</li>" for title in meeting.agreements)
        parts.append(f"<p><b>{escape(said.say('entry.signed'))}</b></p><ul>{listed}</ul>")
    if meeting.topics:
        parts.append(f"<p><b>{escape(said.say('entry.topics'))}</b> {escape(', '.join(topic.name for topic in meeting.topics))}</p>")
    for disagreement in meeting.disagreements:
        values = "; ".join(f"{value} ({said.joined(outlets)})" if outlets else value for value, outlets in disagreement.values)
        fact = said.say("entry.disagree", fact=said.find(f"facts_inside.{disagreement.fact}", disagreement.label.lower()))
        parts.append(f"<p><b>{escape(fact)}</b> {escape(values)}</p>")
    parts.append(_coverage(meeting, page, said))
    return "".join(parts)


def facts_line(meeting: Presentation, said: Words = ENGLISH) -> str:
    """The facts in one plain sentence, for where there is no room or no summary."""
    who = said.joined(party.name for party in meeting.parties)
    return ". ".join(filter(None, (joined_facts(meeting), who))) + "."


def joined_facts(meeting: Presentation) -> str:
    """When, where and what, the first letter a capital: "31 October 2023, Hanoi, talks"."""
    text = ", ".join(filter(None, (meeting.when, meeting.place, meeting.act)))
    return text[:1].upper() + text[1:]


def _head(meeting: Presentation, said: Words) -> str:
    state = f"<b>{escape(said.say('entry.planned'))}</b> " if meeting.state == "planned" else ""
    return f"<p>{state}<b>{escape(joined_facts(meeting))}</b></p>"


def _side(side: Side) -> str:
    people = ", ".join(f"<b>{escape(name)}</b> ({escape(post)})" if post else f"<b>{escape(name)}</b>" for name, post in side.people)
    return f"<li>{escape(side.party.name) + ': ' if side.party else ''}{people}</li>"


def _coverage(meeting: Presentation, page: str, said: Words) -> str:
    listed, left = [], MOST_LINES
    for line in meeting.coverage:
        if left <= 0:
            break
        reprints = line.reprints[: left - 1]
        left -= 1 + len(reprints)
        nested = "<ul>" + "".join(f"<li>{_report(reprint, said)}</li>" for reprint in reprints) + "</ul>" if reprints else ""
        listed.append(f"<li>{_report(line, said)}{nested}</li>")
    more = len(meeting.lines) - (MOST_LINES - left)
    rest = f'<p><a href="{escape(page)}">{escape(said.count("entry.more", more))}</a></p>' if more > 0 else ""
    return f"<p><b>{escape(meeting.counted)}</b></p><ul>{''.join(listed)}</ul>{rest}"


def _report(line: Line, said: Words) -> str:
    title = _foreign("a", line.title, line.language, line.url) if line.url else _foreign("span", line.title, line.language)
    told = (line.outlet, said.find(f"roles.{line.role}"), said.find(f"kinds.{line.kind}"), line.language_name, when_said(line, said))
    return f"{title}<br>{escape(' · '.join(filter(None, told)))}"


def when_said(line: Line, said: Words = ENGLISH) -> str:
    """When a report came out, or when we first saw it where it does not say."""
    at = days(line.day, None, said) if line.day else moment(line.at, said)
    return at if line.dated else said.say("dates.seen", moment=at)


def _foreign(element: str, text: str, language: str, url: str = "", *, element_inside: str = "") -> str:
    attributes = f' href="{escape(url)}"' if url else ""
    if language:
        attributes += f' lang="{language}"'
        if direction(language) == "rtl":
            attributes += ' dir="rtl"'
    else:
        attributes += ' dir="auto"'
    inside = f"<{element_inside}>{escape(text)}</{element_inside}>" if element_inside else escape(text)
    return f"<{element}{attributes}>{inside}</{element}>"
