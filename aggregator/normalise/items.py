"""An entry as an item: clean text, one address, UTC, and an id that is the same everywhere.

An item's id is derived from its source and from what identifies it there, so no
source can ever replace another's item, and a rebuild on another machine finds the
same ids. Nothing here raises, whatever an entry holds.

Touches: nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from aggregator.normalise.credit import credit_of
from aggregator.normalise.language import language_of
from aggregator.normalise.links import canonical_url
from aggregator.normalise.markup import harmless, one_line, plain, shortened, text_of, text_of_clean
from aggregator.parse.entry import Entry, Parsed
from storage.codec import from_json, to_json
from storage.folding import fold, word_line
from storage.model import Item, Source

MAX_TITLE = 1_000       # characters
MAX_LEAD = 120          # characters of the text that stand in for a missing title
MAX_NAME = 200          # characters of an author, a tag, a publisher
MAX_NAMES = 50          # authors, tags
MAX_GUID = 1_000        # characters that are kept; ids are derived from the whole
TELLING_WORDS = 4       # of a title that may identify an entry without a date: "Press briefing" comes every week

OLDEST = datetime(1990, 1, 1, tzinfo=UTC)       # before the web: a date before it is a default (1970, year 1), not a date
AHEAD = timedelta(days=1)                       # how far a date may be ahead of us: time zones and clocks, no more


def normalise(parsed: Parsed, source: Source, *, seen_at: datetime) -> tuple[tuple[Item, Entry], ...]:
    """The items of a document in its order, each with the entry it came from; an entry that is there twice gives one.

    The entry is completed with what the document says of all its entries (its
    language), so that `as_item` can draw the item from it again.
    """
    site = site_of(parsed, source)
    drafts = [_draft(entry, parsed, source, seen_at, site) for entry in parsed.entries]
    drafts = list({draft.identity: draft for draft in reversed(drafts)}.values())[::-1]
    shared = Counter(name for draft in drafts for name in draft.names)
    named = ((_id(source.id, next((name for name in draft.names if shared[name] == 1), draft.last_name)), draft) for draft in drafts)
    items = {id: (replace(draft.item, id=id), draft.entry) for id, draft in named}
    return tuple(items.values())


def as_item(entry: Entry, source: Source, *, id: str, seen_at: datetime) -> Item:
    """The item with this id, drawn again from the entry that was kept of it."""
    return replace(_item(entry, source, seen_at), id=id)


def entry_json(entry: Entry) -> str:
    """The entry as one line of JSON."""
    return to_json(entry)


def entry_from_json(text: str) -> Entry:
    """The entry that `entry_json` wrote."""
    return from_json(Entry, text)


def site_of(parsed: Parsed, source: Source) -> frozenset[str]:
    """The canonical addresses that are the whole document's or site's."""
    return frozenset(canonical_url(address) for address in (parsed.site, parsed.self_url, source.url)) - {""}


@dataclass(frozen=True, slots=True)
class _Draft:
    """An item whose id waits for the rest of the document."""

    item: Item
    entry: Entry
    names: tuple[str, ...]      # what may identify it within its source, the best first
    last_name: str              # what does when it shares all of them
    identity: tuple[str, ...]   # equal for one entry that stands twice


def _draft(entry: Entry, parsed: Parsed, source: Source, seen_at: datetime, site: frozenset[str]) -> _Draft:
    if parsed.language and not entry.language:
        entry = replace(entry, language=parsed.language)
    if entry.source_title and fold(entry.source_title[:MAX_NAME]) in (fold(source.name), fold(parsed.title)):
        entry = replace(entry, source_title="")
    wrapped = _is_wrapped(entry, source)
    if wrapped:
        entry = replace(entry, title=_without_publisher(entry.title, entry.source_title))
    item = _item(entry, source, seen_at)
    # A guid or a link that is the whole site's tells no entry from another.
    guid = "" if canonical_url(entry.guid) in site else entry.guid.strip()
    url = "" if item.url in site else item.url
    title, day = word_line(item.title), item.published.isoformat() if item.published else ""
    names = []
    if wrapped and title:
        # The address and the guid of a search's result are the search's own, and another one tomorrow.
        names.append(f"wrapped {_site(entry.source_url)} {title}")
    if guid:
        names.append(f"guid {guid}")
    if url:
        names.append(f"url {url}")
    if title and (day or len(title.split()) >= TELLING_WORDS):
        names.append(f"title {title} {day}")
    last = f"text {item.hash}"
    return _Draft(item, entry, (*names, last), f"{' '.join((guid, url))} {last}", (guid, url, item.hash, "" if guid or url else day))


def _is_wrapped(entry: Entry, source: Source) -> bool:
    """Whether the entry is a search's result: its link leads to the feed's own site, and its <source> names another's."""
    if not entry.source_url:
        return False
    publisher, link, feed = (_site(url) for url in (entry.source_url, entry.link, source.url))
    return bool(publisher and link) and publisher != link and link == feed


def _site(url: str) -> str:
    """The host of an address, as far as it names a site."""
    return (urlsplit(canonical_url(url)).hostname or "").removeprefix("www.")


def _without_publisher(title: str, publisher: str) -> str:
    """The headline without the publisher's name that a search puts after it."""
    for mark in (" - ", " – ", " — ", " | "):
        head, found, tail = title.rpartition(mark)
        if found and head.strip() and publisher and fold(tail) == fold(publisher):
            return head.strip()
    return title


def _id(source_id: str, name: str) -> str:
    # The separator may stand in neither part's place: "a" + "b c" is not "a b" + "c".
    return "i-" + hashlib.sha256(f"{source_id}\n{name}".encode("utf-8", "surrogatepass")).hexdigest()[:20]


def _item(entry: Entry, source: Source, seen_at: datetime) -> Item:
    url = canonical_url(entry.link)
    content, content_html = _field(entry.content, entry.content_is_html, url)
    summary, summary_html = _field(entry.summary, entry.summary_is_html, url)
    title = one_line(text_of(entry.title) if entry.title_is_html else entry.title, MAX_TITLE)
    if content == summary:
        summary = "" if content else summary
    text = content or summary
    publisher = one_line(entry.source_title, MAX_NAME)
    elsewhere = publisher if publisher and fold(publisher) != fold(source.name) else ""
    title = title or shortened(text.partition("\n")[0], MAX_LEAD)
    return Item(
        id="",
        source_id=source.id,
        outlet=elsewhere or source.name,
        url=url,
        title=title,
        summary=summary,
        body=content,
        html=content_html or ("" if content else summary_html),
        language=language_of(f"{text}\n{title}" if text else title, (entry.language, source.language)),
        published=_published(entry, seen_at),
        first_seen=seen_at,
        guid=one_line(entry.guid, MAX_GUID),
        authors=_names(entry.authors),
        tags=_names(entry.tags),
        credit=credit_of(text) or elsewhere,
        hash=_hash(title, text),
    )


def _field(markup: str, is_html: bool, url: str) -> tuple[str, str]:
    """A field as plain text, and as harmless HTML where it was more than plain text."""
    if not is_html:
        return plain(markup), ""
    if "<" not in markup:
        return text_of(markup), ""
    clean = harmless(markup, url)
    return text_of_clean(clean), clean if "<" in clean else ""


def _published(entry: Entry, seen_at: datetime) -> datetime | None:
    """The first of the entry's dates that can be one: between the web's beginning and tomorrow."""
    for moment in (entry.published_at, entry.updated_at):
        if moment is not None and OLDEST <= moment <= seen_at + AHEAD:
            return moment.astimezone(UTC)
    return None


def _names(values: Iterable[str]) -> tuple[str, ...]:
    lines = (one_line(value, MAX_NAME) for value in tuple(values)[:MAX_NAMES])
    return tuple(dict.fromkeys(line for line in lines if line))


def _hash(title: str, text: str) -> str:
    """Equal for one text in whatever markup, typography and case."""
    said = f"{word_line(title)}\n{word_line(text)}"
    return hashlib.sha256((said if said.strip() else f"{title}\n{text}").encode()).hexdigest()
