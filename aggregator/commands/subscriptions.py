"""Sources added to, taken from and listed out of config.toml, comments kept.

Touches: the configuration file it is given.
"""

from __future__ import annotations

import csv
import fcntl
import io
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tomlkit
from tomlkit.items import AoT

from aggregator import checks
from aggregator.config import load, mistakes_of, read_config
from aggregator.errors import AggregatorError
from aggregator.fetch.addresses import host_and_port
from storage.folding import fold
from storage.model import Source

COLUMNS = ("id", "name", "url", "kind", "language", "country", "timezone", "date_order", "family", "role")
SELECTORS = ("item", "link", "title", "date", "content")
SWITCHES = ("full_text", "ignore_validators", "robots")
LISTS = ("keep", "block")                               # of words; in one cell parted by ";"
LENGTHS = ("every", "max_silence")
ALL_COLUMNS = (*COLUMNS, *LENGTHS, *SWITCHES, *SELECTORS, *LISTS)      # all but headers, proxies and word rules for topics

Row = Mapping[str, Any]                                 # one table of [[sources]], as the file would have it


class SubscriptionError(AggregatorError):
    """A source cannot be added or removed, or a list of sources cannot be read."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of sources that were to be added."""

    ids: tuple[str, ...] = ()
    followed: tuple[str, ...] = ()              # addresses that are in the file already
    refused: tuple[str, ...] = ()               # what is wrong with the others, a line for each mistake


def add(path: Path, rows: Iterable[Row], environ: Mapping[str, str]) -> Added:
    """Append sources to the file, those that are right; one that is wrong costs no other.

    Each row has a `url` and any further keys of [[sources]]; an id is made of the
    name or the host where there is none, and another one where it is taken. The file
    is checked whole before it is replaced. Raises ConfigError when the file is wrong as it stands.
    """
    with _held(path):
        config = load(path, environ)        # says in words what is wrong with a file that cannot be read
        document = tomlkit.parse(path.read_text(encoding="utf-8-sig"))
        ids, urls = {source.id for source in config.sources}, {source.url for source in config.sources}
        if not document.get("sources"):
            document.pop("sources", None)       # `sources = []` would stay a list on one line
            document["sources"] = tomlkit.aot()
        sources: Any = document["sources"]
        added: list[str] = []
        followed: list[str] = []
        refused: list[str] = []
        for row in rows:
            try:
                checks.web_address(row["url"])
            except ValueError as error:
                refused.append(f'url = {checks.shown(row["url"])} {error}')
                continue
            if row["url"] in urls:
                followed.append(row["url"])
                continue
            name = _free_id(row.get("id") or row.get("name") or host_and_port(row["url"])[0], ids)
            values = {"id": name, **{key: value for key, value in row.items() if key != "id" and value != ""}}
            if mistakes := mistakes_of(values, config, environ):
                refused += mistakes
                continue
            sources.append(_table(values) if isinstance(sources, AoT) else values)
            ids.add(name)
            urls.add(row["url"])
            added.append(name)
        if added:
            _replace(path, tomlkit.dumps(document), environ)
        return Added(tuple(added), tuple(followed), tuple(refused))


def remove(path: Path, source_id: str, environ: Mapping[str, str]) -> None:
    """Take a source out of the file. What it brought stays in the store. Raises SubscriptionError when the file has no such source."""
    with _held(path):
        load(path, environ)
        document = tomlkit.parse(path.read_text(encoding="utf-8-sig"))
        sources = document.get("sources")
        places = [n for n, table in enumerate(sources) if table.get("id") == source_id] if isinstance(sources, AoT) else []
        if not isinstance(sources, AoT) or not places:
            raise SubscriptionError(f'{path}: there is no source "{source_id}"; `communique sources list` shows those there are')
        del sources[places[0]]
        if not sources:
            del document["sources"]
        _replace(path, tomlkit.dumps(document), environ)


def decoded(body: bytes, name: str) -> str:
    """`body` as text. Raises SubscriptionError when it is not UTF-8."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SubscriptionError(f"{name}: is not UTF-8: {error}; save it as UTF-8") from error


def read_csv(text: str, name: str) -> tuple[Row, ...]:
    """The rows of a CSV list with a `url` column; others than ALL_COLUMNS are passed over. Raises SubscriptionError when it has none.

    A `title` in a list that knows no `item` is what others call the name.
    """
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), dialect="excel-tab" if "\t" in text.partition("\n")[0] else "excel")
    fields = [field.strip().lower() for field in reader.fieldnames or ()]
    if "url" not in fields:
        raise SubscriptionError(f'{name}: the first line must name the columns, "url" among them; known: {", ".join(ALL_COLUMNS)}')
    if "item" not in fields and "name" not in fields:
        fields = ["name" if field == "title" else field for field in fields]
    reader.fieldnames = fields
    rows = []
    try:
        listed = list(reader)
    except csv.Error as error:
        raise SubscriptionError(f"{name}: line {reader.line_num}: {error}") from error
    for row in listed:
        kept = {key: text for key in ALL_COLUMNS if (text := (row.get(key) or "").strip()) and (key != "title" or "item" in fields)}
        if "url" in kept:
            rows.append(typed(kept))
    return tuple(rows)


def typed(texts: Mapping[str, str]) -> Row:
    """A row of texts as the file would have it: switches and lists of words are no texts there.

    >>> typed({"url": "https://a.example/", "robots": "false", "keep": "visa; border"})
    {'url': 'https://a.example/', 'robots': False, 'keep': ['visa', 'border']}
    """
    words = {"true": True, "false": False}

    def value(key: str, text: str) -> Any:
        if key in SWITCHES:
            return words.get(text.lower(), text)
        return [word.strip() for word in text.split(";") if word.strip()] if key in LISTS else text

    return {key: value(key, text) for key, text in texts.items()}


def texts_of(source: Source) -> dict[str, str]:
    """A source as texts, by column, those left out that are as they would be anyway; no headers, proxies or other secrets."""
    found = {key: str(getattr(source, key)) for key in COLUMNS}
    found |= {key: _length(getattr(source, key)) for key in LENGTHS}
    found |= {key: str(getattr(source, key)).lower() for key in SWITCHES if getattr(source, key) is not (key == "robots")}
    found |= {key: getattr(source.page, key) for key in SELECTORS if source.page}
    found |= {key: "; ".join(getattr(source, key)) for key in LISTS}
    return {key: text for key, text in found.items() if text}


def write_csv(sources: Iterable[Source]) -> str:
    """The sources as CSV, without headers or other secrets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ALL_COLUMNS)
    for source in sources:
        texts = texts_of(source)
        writer.writerow([texts.get(column, "") for column in ALL_COLUMNS])
    return out.getvalue()


def _table(values: Row) -> Any:
    table = tomlkit.table()
    for key, value in values.items():
        table.add(key, value)
    table.trivia.indent = "\n"      # an empty line before it
    return table


def _length(length: timedelta | None) -> str:
    """A duration as config.toml writes it, in the largest unit that gives a whole number."""
    if length is None:
        return ""
    seconds = int(length.total_seconds())
    units = ((checks.UNITS[unit], unit) for unit in ("w", "d", "h", "m", "s"))
    return next((f"{length // unit}{name}" for unit, name in units if length % unit == timedelta(0)), f"{seconds}s")


def _free_id(name: str, taken: set[str]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", fold(urlsplit(name).path.removeprefix("www."))).strip("-")[:60].strip("-") or "source"
    return next(i for i in (plain, *(f"{plain}-{n}" for n in range(2, len(taken) + 3))) if i not in taken)


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Keeps every other program that edits the file waiting: of two that read it at once one would lose its change.

    The lock is on the folder, for the file itself is replaced by each change.
    """
    folder = path.resolve().parent
    if not folder.is_dir():
        yield                           # then there is no file either, which is said in words
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, text: str, environ: Mapping[str, str]) -> None:
    """Put `text` in the place of the file, whole or not at all, once it has been found to be a valid configuration. A link to the file stays one."""
    read_config(text, path, environ)
    path = path.resolve()
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
