"""An entry that is no meeting: a correction, an alarm, or that a feed has ended; in every format.

Touches: nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape

from markupsafe import Markup

from feeds import atom, clean, corrections, jsonfeed, rss
from feeds.alarms import WORDS, Raised
from feeds.corrections import Correction
from feeds.messages.words import words
from feeds.pages.lists import Row
from feeds.presentation import act_name, days, fact_text, moment
from feeds.site import Site
from storage.codec import from_json
from storage.publications import Edition, Notice


@dataclass(frozen=True, slots=True)
class Note:
    """What is said, and where more is read."""

    id: str
    title: str
    html: str
    summary: str
    updated: datetime
    published: datetime
    page: str

    def entry(self, site: Site) -> bytes:
        """It as an Atom entry."""
        return atom.note(self.id, self.title, self.html, self.summary, self.updated, self.published, self.page, site)

    def item(self, site: Site) -> bytes:
        """It as an item of JSON Feed."""
        return jsonfeed.note(self.id, self.title, self.html, self.summary, self.updated, self.published, self.page, site)

    def rss(self, site: Site) -> bytes:
        """It as an item of RSS."""
        return rss.note(self.id, self.title, self.html, self.summary, self.updated, self.published, self.page, site)

    def row(self, root: str, site: Site) -> Row:
        """It as a row of a page from which the site begins at `root`."""
        page = escape(root + self.page.removeprefix(site.url()))
        html = f'<li><article><h3><a href="{page}">{escape(self.title)}</a></h3>{self.html}</article></li>'
        return Row(self.updated.date(), False, Markup(html))


def note_of(notice: Notice, site: Site) -> Note:
    """A correction or an alarm in words."""
    if notice.path == corrections.PATH:
        return _correction(notice, from_json(Correction, notice.value), site)
    return _alarm(notice, from_json(Raised, notice.value), site)


def retired(edition: Edition, site: Site, successor: str) -> Note:
    """The last word of a feed; `successor` is the title of the one it became, "" for none."""
    said = words(site.language)
    at = edition.retired_at or edition.updated
    text = said.say("feeds.moved", feed=successor) if successor else said.say("feeds.retired")
    page = site.url(f"{edition.moved_to}.html") if successor else site.url("index.html")
    html = f'<p>{escape(text)}</p><p><a href="{escape(page)}">{escape(successor or clean.line(site.title))}</a></p>'
    return Note(f"{site.feed_id(edition.path)}/retired", text, html, text, at, at, page)


def _correction(notice: Notice, told: Correction, site: Site) -> Note:
    said = words(site.language)
    fact = said.find(f"facts_inside.{told.fact}", told.fact)
    title = said.say("corrections.title", fact=said.find(f"facts.{told.fact}", told.fact), meeting=told.heading)
    was, now = _value(told.fact, told.was, site), _value(told.fact, told.now, site)
    if told.fact == "meeting":
        form = "merged" if told.now else "retracted"
    elif told.fact == "party":
        form = "added" if told.now else "withdrawn"
    else:
        form = "changed" if told.was and told.now else "found" if told.now else "withdrawn"
    text = said.say(f"corrections.{form}", **{"fact": fact, "was": was, "is": now})
    page = site.url(f"meeting/{told.meeting_id}.html")
    html = f"<p>{escape(text)}</p>"
    if told.sources:
        html += f"<p><b>{escape(said.say('corrections.sources'))}</b> {escape(said.joined(told.sources))}</p>"
    html += f'<p><a href="{escape(page)}">{escape(said.say("corrections.page"))}</a></p>'
    id = site.own_id("correction", notice.id)
    return Note(id, clean.line(title, 400), html, text, notice.updated, notice.updated, page)


def _value(fact: str, value: str, site: Site) -> str:
    said = words(site.language)
    if fact == "state":
        return said.find(f"states.{value}", value)
    if fact == "act":
        return act_name(value, said)
    if fact == "day" and value:
        first, _, last = value.partition("/")
        return days(date.fromisoformat(first), date.fromisoformat(last) if last else None, said)
    return fact_text(fact, value, site)


def _alarm(notice: Notice, raised: Raised, site: Site) -> Note:
    said, alarm = words(site.language), raised.alarm
    began = said.say(f"alarms.{alarm.state if alarm.state in WORDS else 'other'}", source=alarm.name)
    title = said.say("alarms.cleared", source=alarm.name) if raised.cleared_at else began
    when = (
        said.say("alarms.until", first=moment(raised.raised_at, said), last=moment(raised.cleared_at, said)) if raised.cleared_at
        else said.say("alarms.since", moment=moment(raised.raised_at, said))
    )
    text = " ".join(filter(None, (f"{began}." if raised.cleared_at else "", f"{alarm.reason.rstrip('.')}." if alarm.reason else "", when)))
    published = raised.raised_at.astimezone(UTC).replace(microsecond=0)
    return Note(site.own_id("alarm", notice.id), title, f"<p>{escape(text)}</p>", text, notice.updated, published, site.url("sources.html"))
