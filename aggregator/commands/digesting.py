"""The `digest` command: what is new in a feed as a mail, printed or sent.

The mail server is named by COMMUNIQUE_SMTP in the environment, so that a password
stands in no file: smtp://HOST:PORT, smtps://USER:PASSWORD@HOST:PORT.

Touches: the store, which it reads; the mail server, when it is told to send.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click

from aggregator.commands.arguments import CONFIG
from aggregator.config import Config, load
from aggregator.errors import AggregatorError
from feeds import digest as mails
from feeds.catalogue import KINDS, Catalogue
from feeds.presentation import present
from feeds.site import Site
from storage.store import Store, open_store

SERVER = "COMMUNIQUE_SMTP"
PATIENCE = 30.0         # seconds for each answer of the mail server
MOST = 200              # meetings in one mail


def command(site_of: Callable[[Config, Store], Site], clock: Callable[[], datetime]) -> click.Command:
    """The command; `site_of` says how the site names itself."""

    @click.command()
    @CONFIG
    @click.option("--feed", "feed_path", default="all", show_default=True, metavar="PATH", help='Of which feed: "country/vn", "pair/ru-vn", …')
    @click.option("--days", type=click.IntRange(1, 366), default=1, show_default=True, help="What changed in so many days.")
    @click.option("--html", "form", flag_value="html", help="Print the HTML of the mail.")
    @click.option("--text", "form", flag_value="text", default=True, help="Print its plain text (the default).")
    @click.option("--to", default="", metavar="ADDRESS", help=f"Send it there, by the mail server that {SERVER} names.")
    def digest(path: Path, feed_path: str, days: int, form: str, to: str) -> int:
        """Print what is new in a feed, or send it as a mail.

        \b
        Examples: communique digest --feed country/vn --days 7
                  COMMUNIQUE_SMTP=smtps://me:secret@mail.example.org communique digest --to desk@example.org
        """
        config, now = load(path, os.environ), clock()
        with open_store(config.store.url) as store:
            site = site_of(config, store)
            catalogue = Catalogue(KINDS, config.topics, config.combinations, (), site.language)
            feed = catalogue.feed_at(feed_path)
            if feed is None:
                raise AggregatorError(f'--feed "{feed_path}" is no feed; write its path as in feeds.opml, without the ending: "country/vn"')
            changed = [each for each in store.meetings.changed_since(now - timedelta(days=days)) if feed in catalogue.feeds_of(each)][:MOST]
            members = store.meetings.members_of(meeting.id for meeting in changed)
            meetings = [present(meeting, members[meeting.id], site, with_evidence=False) for meeting in changed]
        if to:
            try:
                mail = mails.digest(feed, meetings, site, now, sender=_sender(config, to), to=to)
            except ValueError as error:
                raise AggregatorError(f"--to {to!r} is no address of a mailbox") from error
            send(mail, os.environ.get(SERVER, ""))
            click.echo(f"{len(meetings)} meetings sent to {to}")
        else:
            click.echo((mails.html if form == "html" else mails.text)(feed, meetings, site), nl=False)
        return 0

    return digest


def _sender(config: Config, to: str) -> str:
    return config.publish.contact if "@" in config.publish.contact else to


def _connected(scheme: str, host: str, port: int) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=PATIENCE)


def send(mail: EmailMessage, server: str) -> None:
    """Sends `mail` by the server at an smtp(s) address. Raises AggregatorError, which never holds the password."""
    try:
        found = urlsplit(server)
        port = found.port
    except ValueError as error:
        raise AggregatorError(f"{SERVER} is no address; write smtps://USER:PASSWORD@HOST") from error
    if found.scheme not in ("smtp", "smtps") or not found.hostname:
        raise AggregatorError(f"{SERVER} names no mail server; write smtps://USER:PASSWORD@HOST, or smtp://HOST for one that asks for no password")
    try:
        with _connected(found.scheme, found.hostname, port or 0) as talk:
            talk.ehlo()
            if found.scheme == "smtp" and talk.has_extn("starttls"):
                talk.starttls(context=ssl.create_default_context())
            elif found.scheme == "smtp" and found.password:
                raise AggregatorError(f"{found.hostname} offers no encryption, and a password is not sent without; write smtps://")
            if found.username:
                talk.login(unquote(found.username), unquote(found.password or ""))
            talk.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        raise AggregatorError(f"the mail server {found.hostname} did not take the mail: {error}") from error
