"""A meeting as the HTML inside a feed entry.

Only elements that every feed reader shows and keeps, no classes and no styles:
the facts first, then who reports them. The pages say more; see pages/.

Touches: nothing.
"""

from __future__ import annotations

from html import escape

from feeds.places import direction
from feeds.presentation import Line, Presentation, Side, joined

MOST_LINES = 60                                 # reports listed in an entry; the page of the meeting lists them all

ROLE_NAMES = {"official": "official", "agency": "agency", "outlet": "", "republisher": "republisher"}
KIND_NAMES = {"report": "", "preview": "announced it", "retrospective": "looks back"}


def content(meeting: Presentation, page: str) -> str:
    """`meeting` as HTML, with a link to its `page`."""
    parts = [_head(meeting)]
    if meeting.sides:
        parts.append("<ul>" + "".join(_side(side) for side in meeting.sides) + "</ul>")
    elif meeting.parties:
        parts.append(f"<p>{escape(joined(party.name for party in meeting.parties))}</p>")
    parts += (_foreign("p", paragraph, meeting.language) for paragraph in meeting.summary)
    if meeting.agreements:
        parts.append("<p><b>Signed</b></p><ul>" + "".join(f"<li>{escape(title)}</li>" for title in meeting.agreements) + "</ul>")
    if meeting.topics:
        parts.append(f"<p><b>Topics:</b> {escape(', '.join(topic.name for topic in meeting.topics))}</p>")
    for disagreement in meeting.disagreements:
        values = "; ".join(f"{value} ({joined(outlets)})" if outlets else value for value, outlets in disagreement.values)
        parts.append(f"<p><b>Outlets disagree on the {escape(disagreement.label.lower())}:</b> {escape(values)}</p>")
    parts.append(_coverage(meeting, page))
    return "".join(parts)


def facts_line(meeting: Presentation) -> str:
    """The facts in one plain sentence, for where there is no room or no summary."""
    who = joined(party.name for party in meeting.parties)
    return ". ".join(filter(None, (joined_facts(meeting), who))) + "."


def joined_facts(meeting: Presentation) -> str:
    """When, where and what, the first letter a capital: "31 October 2023, Hanoi, talks"."""
    text = ", ".join(filter(None, (meeting.when, meeting.place, meeting.act)))
    return text[:1].upper() + text[1:]


def _head(meeting: Presentation) -> str:
    state = "<b>Planned.</b> " if meeting.state == "planned" else ""
    return f"<p>{state}<b>{escape(joined_facts(meeting))}</b></p>"


def _side(side: Side) -> str:
    people = ", ".join(f"<b>{escape(name)}</b> ({escape(post)})" if post else f"<b>{escape(name)}</b>" for name, post in side.people)
    return f"<li>{escape(side.party.name) + ': ' if side.party else ''}{people}</li>"


def _coverage(meeting: Presentation, page: str) -> str:
    listed, left = [], MOST_LINES
    for line in meeting.coverage:
        if left <= 0:
            break
        reprints = line.reprints[: left - 1]
        left -= 1 + len(reprints)
        nested = "<ul>" + "".join(f"<li>{_report(reprint)}</li>" for reprint in reprints) + "</ul>" if reprints else ""
        listed.append(f"<li>{_report(line)}{nested}</li>")
    more = len(meeting.lines) - (MOST_LINES - left)
    rest = f'<p><a href="{escape(page)}">{more} more on the page of this meeting</a></p>' if more > 0 else ""
    return f"<p><b>{escape(meeting.counted)}</b></p><ul>{''.join(listed)}</ul>{rest}"


def _report(line: Line) -> str:
    title = _foreign("a", line.title, line.language, line.url) if line.url else _foreign("span", line.title, line.language)
    said = (line.outlet, ROLE_NAMES.get(line.role, ""), KIND_NAMES.get(line.kind, ""), line.language_name, when_said(line))
    return f"{title}<br>{escape(' · '.join(filter(None, said)))}"


def when_said(line: Line) -> str:
    """When a report came out, or when we first saw it where it does not say."""
    at = line.at
    moment = f"{at.day} {at:%b} {at.year}, {at:%H:%M} UTC"
    return moment if line.dated else f"seen {moment}"


def _foreign(element: str, text: str, language: str, url: str = "") -> str:
    attributes = f' href="{escape(url)}"' if url else ""
    if language:
        attributes += f' lang="{language}"'
        if direction(language) == "rtl":
            attributes += ' dir="rtl"'
    else:
        attributes += ' dir="auto"'
    return f"<{element}{attributes}>{escape(text)}</{element}>"
