"""The commands that list, add, remove, import and export sources.

Touches: config.toml, and the lists it is given.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from aggregator.commands import screen, subscriptions
from aggregator.commands.arguments import AS_JSON, CONFIG, Ordered
from aggregator.config import Config, load
from aggregator.errors import ConfigError
from aggregator.parse.opml import read_opml, write_opml


@click.group(cls=Ordered)
def sources() -> None:
    """List, add, remove, import and export sources; config.toml keeps its comments."""


@sources.command(name="list")
@CONFIG
@AS_JSON
def list_sources(path: Path, as_json: bool) -> int:
    """List the configured sources.

    \b
    Example:  communique sources list
    """
    config = load(path, os.environ)
    if as_json:
        click.echo(json.dumps([{key: getattr(source, key) for key in subscriptions.COLUMNS} for source in config.sources], ensure_ascii=False))
    else:
        screen.Screen().sources(config.sources)
    return 0


@sources.command(name="add")
@CONFIG
@click.argument("url")
@click.option("--id", "name", default="", help="How the source is called in commands; made of the name or host by default.")
@click.option("--name", "title", default="", help="The outlet, as readers will see it.")
@click.option("--language", default="", help='Such as "en".')
@click.option("--country", default="", help='Such as "VN".')
@click.option("--timezone", default="", help='Such as "Asia/Ho_Chi_Minh".')
@click.option("--role", default="", help="official, agency, outlet or republisher.")
def add_source(path: Path, url: str, name: str, title: str, language: str, country: str, timezone: str, role: str) -> int:
    """Add a source to config.toml.

    \b
    Example:  communique sources add https://interior.example/feed.xml --name "Ministry of the Interior" --language en
    """
    row = {"id": name, "name": title, "url": url, "language": language, "country": country, "timezone": timezone, "role": role}
    outcome = subscriptions.add(path, [{key: value for key, value in row.items() if value or key == "url"}], os.environ)
    if outcome.refused:
        raise ConfigError(outcome.refused)
    for source_id in outcome.ids:
        click.echo(f'added "{source_id}"; try it with: communique check {source_id}')
    for address in outcome.followed:
        click.echo(f"{address}: is followed already", err=True)
    return 1 if outcome.followed else 0


@sources.command(name="remove")
@CONFIG
@click.argument("source_id", metavar="ID")
def remove_source(path: Path, source_id: str) -> int:
    """Take a source out of config.toml. What it brought stays.

    \b
    Example:  communique sources remove vns-politics
    """
    subscriptions.remove(path, source_id, os.environ)
    click.echo(f'removed "{source_id}"; its items and meetings stay')
    return 0


@sources.command(name="import")
@CONFIG
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def import_sources(path: Path, file: Path) -> int:
    """Add the sources of an OPML or CSV list to config.toml.

    \b
    Example:  communique sources import subscriptions.opml
    """
    body = file.read_bytes()
    if file.suffix.lower() in (".csv", ".tsv"):
        rows = subscriptions.read_csv(subscriptions.decoded(body, file.name), file.name)
    else:
        known = set(subscriptions.ALL_COLUMNS)
        rows = tuple(
            subscriptions.typed({"url": outline.url, "name": outline.title, **{key: text for key, text in outline.settings if key in known}})
            for outline in read_opml(body, name=file.name)
        )
    outcome = subscriptions.add(path, rows, os.environ)
    refused = f", {len(outcome.refused)} mistakes" if outcome.refused else ""
    click.echo(f"{len(outcome.ids)} added, {len(outcome.followed)} followed already{refused}")
    for line in outcome.refused:
        click.echo(f"{file.name}: {line}", err=True)
    return 1 if outcome.refused else 0


@sources.command(name="export")
@CONFIG
@click.option("--csv", "as_csv", is_flag=True, help="CSV in place of OPML.")
@click.option("--out", "target", type=click.File("wb"), default="-", help="Where to (default: stdout).")
def export_sources(path: Path, as_csv: bool, target: Any) -> int:
    """Write the sources as an OPML or CSV list. Headers and other secrets are left out.

    \b
    Example:  communique sources export --out subscriptions.opml
    """
    config = load(path, os.environ)
    target.write(subscriptions.write_csv(config.sources).encode() if as_csv else _opml(config))
    return 0


def _opml(config: Config) -> bytes:
    settings = {source.id: subscriptions.texts_of(source) for source in config.sources}
    return write_opml(config.sources, title=config.publish.title, settings=settings)
