"""The commands by which a person overrules: same, different, retag, undo.

A ruling is kept first, with the items it names; meetings are then placed and
published anew, or by the daemon in its next round where one is at work.

Touches: the store.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from aggregator.commands.arguments import AS_JSON, CONFIG
from aggregator.commands.explaining import Named, line_of_repair, line_of_ruling, named
from aggregator.config import Config, load, nearest
from aggregator.deduper.rulings import founder, items_of, make
from aggregator.errors import AggregatorError
from feeds.places import COUNTRIES, ORGANISATIONS
from storage.database import StorageError
from storage.model import Ruling, Topic, Verb
from storage.store import Store, open_store

Effect = Callable[[Config, Store], Sequence[str]]       # meetings are placed and published anew; what went wrong
WORDS: dict[Verb, str] = {"same": "are one meeting", "different": "are different meetings", "retag": "is retagged"}
LISTED = 50             # repairs, the latest
BY = click.option("--by", default="", metavar="NAME", help="Who says so; shown beside the ruling, on the meeting's page too.")


class RulingError(AggregatorError):
    """What was ruled on is not there, or nothing follows from it."""


def hold_together(store: Store, one: Named, other: Named, at: datetime, by: str = "") -> Ruling:
    """The ruling that two meetings are one. An item stands for the meeting it is of. Raises RulingError when it is the same thing twice."""
    if one == other:
        raise RulingError(f"{one.what} and {other.what}: these are one thing; name two")
    return _kept(store, make("same", " ".join(_whole(store, one)), " ".join(_whole(store, other)), at, by))


def keep_apart(store: Store, one: Named, other: Named, at: datetime, by: str = "") -> Ruling:
    """The ruling that no item of the one is of a meeting with an item of the other. Raises RulingError when nothing is left to keep apart."""
    some, others = one.items, other.items
    common = frozenset(some) & frozenset(others)
    if len(some) == 1 or not one.meeting_id:
        others = tuple(name for name in others if name not in common)      # an item out of the meeting it is in
    elif len(others) == 1 or not other.meeting_id:
        some = tuple(name for name in some if name not in common)
    else:
        some, others = (tuple(name for name in side if name not in common) for side in (some, others))      # some report both
    if not some or not others:
        raise RulingError(f"{one.what} and {other.what}: nothing is left to keep apart; name two items, two meetings, or an item and a meeting of several")
    return _kept(store, make("different", " ".join(some), " ".join(others), at, by))


def retag(store: Store, meeting: Named, tags: Iterable[str], topics: Iterable[Topic], at: datetime, by: str = "") -> Ruling:
    """The ruling that a meeting has some tags and has not others: "+drugs", "-VN"; "drugs" is "+drugs". Raises RulingError, with every mistake."""
    topic_ids = {topic.id for topic in topics}
    wanted, mistakes = [], []
    for tag in tags:
        sign, name = (tag[0], tag[1:]) if tag[:1] in ("+", "-", "\u2212") else ("+", tag)
        code = name.upper()
        if name in topic_ids or code in COUNTRIES or code in ORGANISATIONS:
            wanted.append(f"{'+' if sign == '+' else '-'}{name if name in topic_ids else code}")
        else:
            mistakes.append(f'{tag}: there is no topic, country or organisation "{name}"; {nearest(name, {*topic_ids, *COUNTRIES, *ORGANISATIONS})}')
    if mistakes:
        raise RulingError("\n".join(mistakes))
    ids = (meeting.meeting_id,) if meeting.meeting_id else store.meetings.of_item(meeting.items[0])
    if len(ids) != 1:
        raise RulingError(f"{meeting.what}: {'reports several meetings; name one of them: ' + ', '.join(ids) if ids else 'reports no meeting'}")
    return _kept(store, make("retag", founder(store.meetings.members(ids[0])), " ".join(dict.fromkeys(wanted)), at, by))


def undo(store: Store, change: str, at: datetime) -> Ruling:
    """Takes a ruling back, or a repair, by the ruling that it was wrong; the ruling it is about. Raises RulingError when there is none to take back."""
    repair = store.repairs.get(change)
    ruling = next((ruling for ruling in store.rulings.all(active=False) if ruling.id == change), None)
    if repair is None and ruling is None:
        raise RulingError(f"{change}: there is no such change; `communique undo` lists those there are")
    if repair is not None:
        if repair.undone_at:
            raise RulingError(f"{change}: was taken back already")
        with store.transaction():
            store.repairs.undo(repair, at)
            return _kept(store, make("same" if repair.verb == "split" else "different", " ".join(repair.items), " ".join(repair.beside), at))
    assert ruling is not None
    if not store.rulings.undo(change, at):
        raise RulingError(f"{change}: was taken back already")
    return ruling


def _kept(store: Store, ruling: Ruling) -> Ruling:
    store.rulings.add(ruling)
    return ruling


def _whole(store: Store, of: Named) -> tuple[str, ...]:
    """The items of the meeting that something stands for; an item of several stands for itself."""
    ids = store.meetings.of_item(of.items[0])
    if of.meeting_id or len(ids) != 1:
        return of.items
    return tuple(dict.fromkeys(member.item.id for member in store.meetings.members(ids[0])))


# ---- what is typed


def commands(effect: Effect, clock: Callable[[], datetime]) -> tuple[click.Command, ...]:
    """The commands; `effect` places and publishes anew what a ruling is about."""

    def rule(path: Path, as_json: bool, make_it: Callable[[Config, Store], Ruling], told: str) -> int:
        config = load(path, os.environ)
        with open_store(config.store.url) as store, ExitStack() as stack:
            ruling = make_it(config, store)
            troubles: Sequence[str] = ()
            try:
                stack.enter_context(store.claimed())
            except StorageError:
                told += "; another communique is at work on the store and heeds it in its next round"
            else:
                troubles = effect(config, store)
            meetings = tuple(dict.fromkeys(id for item_id in sorted(items_of(ruling)) for id in store.meetings.of_item(item_id)))
            titles = [f"{meeting.id}  {meeting.title}" for meeting in store.meetings.get_many(meetings).values()]
        if as_json:
            click.echo(json.dumps({"ruling": _as_json(ruling), "meetings": list(meetings), "troubles": list(troubles)}, ensure_ascii=False))
        else:
            click.echo("\n".join((f"{ruling.id}: {told}", *titles)))
        if troubles:
            click.echo("\n".join(troubles), err=True)
        return 1 if troubles else 0

    @click.command()
    @CONFIG
    @click.argument("a")
    @click.argument("b")
    @BY
    @AS_JSON
    def same(path: Path, a: str, b: str, by: str, as_json: bool) -> int:
        """Say that two meetings are one, whatever the scores say. An item stands for the meeting it is of.

        \b
        Example:  communique same m-8db2fa28d2b74bc5 https://example.org/news/4711
        """
        return rule(path, as_json, lambda _, store: hold_together(store, named(store, a), named(store, b), clock(), by), f"{a} and {b} {WORDS['same']}")

    @click.command()
    @CONFIG
    @click.argument("a")
    @click.argument("b")
    @BY
    @AS_JSON
    def different(path: Path, a: str, b: str, by: str, as_json: bool) -> int:
        """Say that two items or meetings are never one; an item and its meeting: the item leaves it.

        \b
        Example:  communique different i-7c1e9a0b2d3f4455 m-8db2fa28d2b74bc5
        """
        return rule(path, as_json, lambda _, store: keep_apart(store, named(store, a), named(store, b), clock(), by), f"{a} and {b} {WORDS['different']}")

    # A tag may begin with a minus and an h, which would be a plea for help.
    @click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
    @CONFIG
    @click.argument("meeting")
    @click.argument("tags", nargs=-1, required=True, type=click.UNPROCESSED, metavar="+TAG|-TAG...")
    @BY
    @AS_JSON
    def tags_of_meeting(path: Path, meeting: str, tags: tuple[str, ...], by: str, as_json: bool) -> int:
        """Give a meeting topics, countries and organisations, or take them from it.

        \b
        Example:  communique retag m-8db2fa28d2b74bc5 +drugs -trade +LA
        """
        return rule(path, as_json, lambda config, store: retag(store, named(store, meeting), tags, config.topics, clock(), by), f"{meeting} {WORDS['retag']}")

    @click.command()
    @CONFIG
    @click.argument("change", required=False)
    @AS_JSON
    def take_back(path: Path, change: str | None, as_json: bool) -> int:
        """Take a ruling or a repair back; without an id: list those that can be, the repairs made last only.

        \b
        Example:  communique undo r-mfzwizlt
        """
        if change is not None:
            return rule(path, as_json, lambda _, store: undo(store, change, clock()), "taken back")
        with open_store(load(path, os.environ).store.url) as store:
            held, mended = store.rulings.all(), [repair for repair in store.repairs.newest(LISTED) if not repair.undone_at]
        if as_json:
            click.echo(json.dumps({"rulings": [_as_json(ruling) for ruling in held], "repairs": [asdict(repair) for repair in mended]}, default=str))
        else:
            lines = [*(line_of_ruling(ruling) for ruling in held), *(line_of_repair(repair) for repair in mended)]
            click.echo("\n".join(lines) or "nobody has ruled on anything, and nothing was mended")
        return 0

    tags_of_meeting.name, take_back.name = "retag", "undo"
    return (same, different, tags_of_meeting, take_back)


def _as_json(ruling: Ruling) -> dict[str, Any]:
    return {
        "id": ruling.id, "verb": ruling.verb, "subject": ruling.subject.split(), "object": ruling.object.split(), "by": ruling.ruled_by,
        "at": ruling.ruled_at.isoformat(),
    }
