"""A meeting as JSON-LD (schema.org Event), for machines that read pages.

Touches: nothing.
"""

from __future__ import annotations

import json

from markupsafe import Markup

from feeds.presentation import Presentation
from feeds.site import Site

MOST_ARTICLES = 100

# Inside a script element these would end it, or open a comment; JSON reads the escapes as the characters.
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def record(meeting: Presentation, site: Site) -> Markup:
    """`meeting` as the text of a script element of type application/ld+json."""
    event: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": site.meeting_id(meeting.id),
        "url": site.url(f"meeting/{meeting.id}.html"),
        "name": meeting.title,
        "eventStatus": "https://schema.org/EventScheduled",
    }
    if meeting.day:
        event["startDate"] = meeting.day.isoformat()
        event["endDate"] = (meeting.day_end or meeting.day).isoformat()
    if meeting.place:
        event["location"] = {"@type": "Place", "name": meeting.place}
    if meeting.summary:
        event["description"] = " ".join(meeting.summary)
    if meeting.language:
        event["inLanguage"] = meeting.language
    attendees: list[dict[str, object]] = [{"@type": "Country", "name": party.name, "identifier": party.code} for party in meeting.countries]
    attendees += ({"@type": "Organization", "name": party.name, "identifier": party.code} for party in meeting.organisations)
    for side in meeting.sides:
        for name, post in side.people:
            person: dict[str, object] = {"@type": "Person", "name": name}
            if post:
                person["jobTitle"] = post
            if side.party:
                person["affiliation"] = {"@type": "Country" if side.party.kind == "country" else "Organization", "name": side.party.name}
            attendees.append(person)
    if attendees:
        event["attendee"] = attendees
    if meeting.topics:
        event["about"] = [topic.name for topic in meeting.topics]
    articles = [
        {"@type": "NewsArticle", "headline": line.title, "url": line.url, "publisher": {"@type": "Organization", "name": line.outlet}}
        | ({"inLanguage": line.language} if line.language else {}) | ({"datePublished": f"{line.at:%Y-%m-%dT%H:%M:%SZ}"} if line.dated else {})
        for line in meeting.lines[:MOST_ARTICLES] if line.url
    ]
    if articles:
        event["subjectOf"] = articles
    return Markup(json.dumps(event, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES))
