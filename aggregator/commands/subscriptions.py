"""Sources added to, taken from and listed out of config.toml, comments kept.

Touches: the configuration file it is given.
"""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tomlkit
from tomlkit.items import AoT

from aggregator import checks
from aggregator.config import load, read_config
from aggregator.errors import AggregatorError
from aggregator.fetch.addresses import host_and_port
from storage.folding import fold
from storage.model import Source

COLUMNS = ("id", "name", "url", "kind", "language", "country", "timezone", "date_order", "family", "role")


class SubscriptionError(AggregatorError):
    """A source cannot be added or removed, or a list of sources cannot be read."""


def add(path: Path, rows: Iterable[dict[str, str]], environ: dict[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Append sources to the file; returns the ids added, and the addresses passed over because they are followed already.

    Each row has a `url` and any further text keys of [[sources]]; an id is made of
    the name or the host where there is none. The file is checked whole before it
    is replaced. Raises ConfigError when it would be wrong, and SubscriptionError when an address is none.
    """
    config = load(path, environ)        # says in words what is wrong with a file that cannot be read
    document = tomlkit.parse(path.read_text(encoding="utf-8-sig"))
    ids, urls = {source.id for source in config.sources}, {source.url for source in config.sources}
    sources = document.setdefault("sources", tomlkit.aot())
    added: list[str] = []
    passed: list[str] = []
    for row in rows:
        try:
            checks.web_address(row["url"])
        except ValueError as error:
            raise SubscriptionError(f'url = {checks.shown(row["url"])} {error}') from error
        if row["url"] in urls:
            passed.append(row["url"])
            continue
        name = row.get("id") or _free_id(row.get("name") or host_and_port(row["url"])[0], ids)
        table = tomlkit.table()
        for key, value in {"id": name, **{k: v for k, v in row.items() if k != "id" and v}}.items():
            table.add(key, value)
        table.trivia.indent = "\n"      # an empty line before it
        sources.append(table)
        ids.add(name)
        urls.add(row["url"])
        added.append(name)
    if added:
        _replace(path, tomlkit.dumps(document), environ)
    return tuple(added), tuple(passed)


def remove(path: Path, source_id: str, environ: dict[str, str]) -> None:
    """Take a source out of the file. What it brought stays in the store. Raises SubscriptionError when the file has no such source."""
    load(path, environ)
    document = tomlkit.parse(path.read_text(encoding="utf-8-sig"))
    sources = document.get("sources")
    places = [n for n, table in enumerate(sources) if table.get("id") == source_id] if isinstance(sources, AoT) else []
    if not isinstance(sources, AoT) or not places:
        raise SubscriptionError(f'{path}: there is no source "{source_id}"; `communique sources list` shows those there are')
    del sources[places[0]]
    _replace(path, tomlkit.dumps(document), environ)


def decoded(body: bytes, name: str) -> str:
    """`body` as text. Raises SubscriptionError when it is not UTF-8."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SubscriptionError(f"{name}: is not UTF-8: {error}; save it as UTF-8") from error


def read_csv(text: str, name: str) -> tuple[dict[str, str], ...]:
    """The rows of a CSV list with a `url` column. Raises SubscriptionError when it has none."""
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), dialect="excel-tab" if "\t" in text.partition("\n")[0] else "excel")
    fields = [field.strip().lower() for field in reader.fieldnames or ()]
    if "url" not in fields:
        raise SubscriptionError(f'{name}: the first line must name the columns, "url" among them; known: {", ".join(COLUMNS)}')
    reader.fieldnames = fields
    rows = []
    try:
        listed = list(reader)
    except csv.Error as error:
        raise SubscriptionError(f"{name}: line {reader.line_num}: {error}") from error
    for row in listed:
        kept = {key: (row.get(key) or "").strip() for key in COLUMNS}
        if kept["url"]:
            rows.append({key: value for key, value in kept.items() if value})
    return tuple(rows)


def write_csv(sources: Iterable[Source]) -> str:
    """The sources as CSV, without headers or other secrets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for source in sources:
        values: list[Any] = [getattr(source, column) for column in COLUMNS]
        writer.writerow(values)
    return out.getvalue()


def _free_id(name: str, taken: set[str]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", fold(urlsplit(name).path.removeprefix("www."))).strip("-")[:60].strip("-") or "source"
    return next(i for i in (plain, *(f"{plain}-{n}" for n in range(2, len(taken) + 3))) if i not in taken)


def _replace(path: Path, text: str, environ: dict[str, str]) -> None:
    """Put `text` in the place of the file, whole or not at all, once it has been found to be a valid configuration."""
    read_config(text, path, environ)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, path.stat().st_mode & 0o777)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
