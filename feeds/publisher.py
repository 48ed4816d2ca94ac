"""Publishing: the files that must change are written, and no others.

A round looks at the meetings that changed since the last one (the store knows them),
draws them and their pages, and puts together the feeds they are in or have left from
remembered drawings. What has other bytes than before is written; the lists of feeds,
the front page and the manifest come last, so they never name a file that is not
there yet. What a round costs depends on what changed, not on what is stored.

Touches: the store (reads meetings, remembers publications) and the publish directory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from feeds import clean
from feeds.alarms import Alarm
from feeds.catalogue import KINDS
from feeds.errors import FeedsError
from feeds.files import Files
from feeds.messages.words import spoken
from feeds.printing import Round
from feeds.site import Site, authority_of
from feeds.websub import Ping, pings
from storage.model import Feed, Topic
from storage.store import Store

LAYOUT = "4"                                    # raise it when templates or renderings change: everything is then published anew


@dataclass(frozen=True, slots=True)
class Publishing:
    """What the configuration says of publishing."""

    title: str
    base_url: str
    directory: Path
    contact: str = ""
    languages: tuple[str, ...] = ("en",)
    hub: str = ""
    kinds: tuple[str, ...] = KINDS[:5]
    topics: tuple[Topic, ...] = ()
    combinations: tuple[Feed, ...] = ()
    search: bool = False                        # whether our own server answers at `base_url`: pages then have a box to search
    renamed: tuple[tuple[str, str], ...] = ()   # paths of feeds: what it was, what it is ("topic/narcotics", "topic/drugs")


@dataclass(frozen=True, slots=True)
class Published:
    """What a round of publishing did."""

    written: int = 0
    unchanged: int = 0
    feeds: int = 0                              # that stand
    meetings: int = 0                           # pages rendered
    removed: int = 0                            # feeds that ended
    failed: tuple[str, ...] = ()                # what could not be rendered or written, and why
    paths: tuple[str, ...] = ()                 # of the files written
    pings: tuple[Ping, ...] = ()                # to be sent to the hub now that the files are in their places


def site_of(store: Store, publishing: Publishing, now: datetime) -> Site:
    """The site as it names itself; the host and the year in its ids are those of the first run."""
    host = store.setting("first_host") or store.keep_setting("first_host", authority_of(_base_url(publishing)))
    return _site(publishing, host, store.setting("first_year") or store.keep_setting("first_year", str(now.astimezone(UTC).year)))


def known_site(store: Store, publishing: Publishing) -> Site | None:
    """The site as it named itself when it was published, read without writing; None when it never was."""
    host, year = store.setting("first_host"), store.setting("first_year")
    return _site(publishing, host, year) if host and year else None


def _base_url(publishing: Publishing) -> str:
    base_url = clean.address(publishing.base_url)
    if not base_url or urlsplit(base_url).query or urlsplit(base_url).fragment:
        raise FeedsError(f"publish.base_url {publishing.base_url!r}", "not the address of a folder", 'write one like "https://news.example.org/feeds/"')
    return base_url if base_url.endswith("/") else base_url + "/"


def _site(publishing: Publishing, host: str, year: str) -> Site:
    return Site(
        title=clean.line(publishing.title) or "Communiqué",
        base_url=_base_url(publishing),
        authority=host,
        year=int(year),
        contact=publishing.contact,
        language=spoken(publishing.languages),
        hub=clean.address(publishing.hub),
        version=_version(),
        topics=publishing.topics,
        search=publishing.search,
    )


def publish(
    store: Store, publishing: Publishing, *, now: datetime, everything: bool = False, alarms: Sequence[Alarm] | None = None,
) -> Published:
    """Brings the publish directory up to what the store holds.

    `alarms` are the sources that need a look now; None when that is not known, and
    what was said of them then stands. Raises FeedsError when the directory cannot
    be written to or `base_url` is no address. A meeting that cannot be rendered, or
    a file that cannot be written, is named in `failed` and stops nothing else.
    """
    site = site_of(store, publishing, now)
    with Files(publishing.directory) as files:
        done = Round(
            store, site, files, now, kinds=publishing.kinds, combinations=publishing.combinations, renamed=publishing.renamed, alarms=alarms,
            made_with=_fingerprint(publishing, site), everything=everything,
        )
        done.run()
    press = done.press
    failed = (*(f"meeting {id}: {reason}" for id, reason in done.failed.items()), *(f"{path}: {reason}" for path, reason in press.failed.items()))
    return Published(
        len(press.written), press.unchanged, done.feeds, done.meetings, done.ended, failed, tuple(press.written), pings(press.written, site),
    )


def _fingerprint(publishing: Publishing, site: Site) -> str:
    """Equal while what we publish depends on the meetings alone."""
    values = (LAYOUT, site, publishing.kinds, publishing.combinations, publishing.languages, publishing.renamed)
    return sha256(repr(values).encode("utf-8", "replace")).hexdigest()


def _version() -> str:
    try:
        return version("communique")
    except PackageNotFoundError:
        return ""                               # run from a checkout that was never installed
