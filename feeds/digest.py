"""The news of a feed as a mail, in plain text and in HTML.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from feeds import clean
from feeds.content import content
from feeds.headings import feed_title
from feeds.messages.words import words
from feeds.presentation import Presentation, days
from feeds.site import Site
from storage.model import Feed


def digest(feed: Feed, meetings: Sequence[Presentation], site: Site, now: datetime, *, sender: str = "", to: str = "") -> EmailMessage:
    """The mail about `meetings` of `feed`; without addresses it can be printed and not sent. Raises ValueError for addresses that are none."""
    said = words(site.language)
    mail = EmailMessage()
    mail["Subject"] = said.count("digest.subject", len(meetings), feed=feed_title(feed, site), day=days(now.date(), None, said))
    mail["Date"] = format_datetime(now)
    if sender:
        mail["From"] = sender
    if to:
        mail["To"] = to
    mail.set_content(text(feed, meetings, site))
    mail.add_alternative(html(feed, meetings, site), subtype="html")
    return mail


def text(feed: Feed, meetings: Sequence[Presentation], site: Site) -> str:
    """The mail as plain text."""
    said = words(site.language)
    parts = [feed_title(feed, site)]
    for meeting in meetings:
        lines = [meeting.heading, *meeting.summary, *(f"{said.say('entry.signed')}: {title}" for title in meeting.agreements), meeting.counted]
        lines += [f"- {line.outlet}: {line.title}{f' <{line.url}>' if line.url else ''}" for line in meeting.coverage]
        parts.append("\n".join([*lines, site.url(f"meeting/{meeting.id}.html")]))
    if not meetings:
        parts.append(said.say("pages.nothing"))
    return "\n\n".join([*parts, site.url(f"{feed.path}.html")]) + "\n"


def html(feed: Feed, meetings: Sequence[Presentation], site: Site) -> str:
    """The mail as HTML that loads nothing."""
    said, title = words(site.language), escape(feed_title(feed, site))
    parts = [f'<!DOCTYPE html>\n<html lang="{site.language}"><head><meta charset="utf-8"><title>{title}</title></head><body><h1>{title}</h1>']
    for meeting in meetings:
        page = escape(site.url(f"meeting/{meeting.id}.html"))
        parts.append(f'<h2><a href="{page}">{escape(meeting.heading)}</a></h2>{content(meeting, page, said)}')
    if not meetings:
        parts.append(f"<p>{escape(said.say('pages.nothing'))}</p>")
    address = escape(site.url(f"{feed.path}.html"))
    return "\n".join([*parts, f'<p><a href="{address}">{escape(clean.line(feed.title))}</a></p></body></html>\n'])
