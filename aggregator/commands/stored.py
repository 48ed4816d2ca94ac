"""The commands over what is stored: search, explain, export, backup, copy.

Touches: the store, and the files it is told to write.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from aggregator.commands import exporting, screen
from aggregator.commands.arguments import AS_JSON, CONFIG
from aggregator.commands.comparing import compared
from aggregator.commands.explaining import explain as explanation
from aggregator.commands.explaining import named
from aggregator.config import load
from aggregator.understand.authority import extended, proposed
from storage.model import Meeting, Member
from storage.store import Store, open_store

BATCH = 200             # meetings read at a time


@click.command()
@CONFIG
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="At most so many meetings.")
@AS_JSON
def search(path: Path, words: tuple[str, ...], limit: int, as_json: bool) -> int:
    """Find meetings by words of their reports, with or without diacritics.

    \b
    Example:  communique search to lam moscow
    """
    with open_store(load(path, os.environ).store.url) as store:
        found = tuple(exporting.rows(_meetings_with(store, " ".join(words), limit)))
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        screen.Screen().meetings(found)
    return 0


@click.command()
@CONFIG
@click.argument("what", nargs=-1, required=True)
@AS_JSON
def explain(path: Path, what: tuple[str, ...], as_json: bool) -> int:
    """Say what an item reports, each fact with the words it came from; why the reports of a meeting are one; or why two are one, or are not.

    WHAT is an item's id or address, or a meeting's id or page. With two of them:
    what speaks for and against their being one meeting, what forbids it, and
    what would have had to be different.

    \b
    Examples: communique explain https://example.org/news/4711
              communique explain m-8db2fa28d2b74bc5
              communique explain m-8db2fa28d2b74bc5 https://example.org/news/4711
    """
    if len(what) > 2:
        raise click.UsageError("explain takes one item or meeting, or two to compare")
    with open_store(load(path, os.environ).store.url) as store:
        found = explanation(store, what[0]) if len(what) == 1 else compared(store, named(store, what[0]), named(store, what[1]))
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        screen.Screen().explained(found)
    return 0


@click.command()
@CONFIG
@click.option("--csv", "form", flag_value="csv", default=True, help="For a spreadsheet (the default).")
@click.option("--jsonl", "form", flag_value="jsonl", help="A JSON object a line.")
@click.option("--out", "target", type=click.File("w", encoding="utf-8"), default="-", help="Where to (default: stdout).")
def export(path: Path, form: str, target: Any) -> int:
    """Write every meeting as a row, with the links of its reports.

    \b
    Example:  communique export --csv --out meetings.csv
    """
    with open_store(load(path, os.environ).store.url) as store:
        found = exporting.rows(_all_meetings(store), store.rulings.all())
        for line in exporting.as_csv(found) if form == "csv" else exporting.as_jsonl(found):
            target.write(line)
    return 0


@click.command()
@CONFIG
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(path: Path, file: Path) -> int:
    """Copy the store into a new SQLite file, also while the daemon runs.

    \b
    Example:  communique backup communique-2026-03-05.db
    """
    return _copy(load(path, os.environ).store.url, f"sqlite:{file}")


@click.command()
@click.option("--from", "source", required=True, metavar="URL", help="sqlite:FILE or postgresql://…")
@click.option("--to", "target", required=True, metavar="URL", help="An empty store of either kind.")
def copy(source: str, target: str) -> int:
    """Move a store from one database to another, either way; ids and published bytes stay.

    \b
    Example:  communique copy --from sqlite:communique.db --to postgresql://communique@localhost/communique
    """
    return _copy(source, target)


def _copy(source: str, target: str) -> int:
    with open_store(source) as held, open_store(target) as copy_of_it:
        rows = held.copy_to(copy_of_it)
    click.echo(f"{rows} rows copied")
    return 0


@click.command()
@CONFIG
@click.option("--propose", is_flag=True, required=True, help="Print lines for the file of people: spellings that meetings show to be one person's.")
def people(path: Path, propose: bool) -> int:
    """Propose spellings of office-holders that confirmed merges teach; nothing is applied.

    Each line is for the file that `[understand] people` names, once you have checked it.

    \b
    Example:  communique people --propose
    """
    config = load(path, os.environ)
    with open_store(config.store.url) as store:
        members = (member for _, those in _all_meetings(store) for member in those)
        for proposal in proposed(members, extended(config.people)):
            click.echo(proposal.as_row())
    return 0


def _all_meetings(store: Store) -> Iterator[tuple[Meeting, tuple[Member, ...]]]:
    """Every meeting with its reports, by id, some at a time."""
    ids = sorted(store.meetings.ids())
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        members = store.meetings.members_of(some)
        yield from ((meeting, members[meeting.id]) for meeting in store.meetings.get_many(some).values())


def _meetings_with(store: Store, words: str, limit: int) -> Iterator[tuple[Meeting, tuple[Member, ...]]]:
    """The meetings of which a report holds `words`, those reported last first."""
    chosen = store.search(words, limit)
    members = store.meetings.members_of(chosen)
    return ((meeting, members[meeting.id]) for meeting in store.meetings.get_many(chosen).values())
