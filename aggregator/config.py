"""config.toml, checked whole, as plain frozen values.

Every mistake is reported, not the first: file, place, key, value and remedy, and
for an unknown key the nearest known one. Paths are relative to the file.

Touches: the configuration file it is given, and the file of people that it names.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

from aggregator import checks
from aggregator.errors import ConfigError
from aggregator.fetch.addresses import is_own
from aggregator.understand.authority import Official, read_people
from aggregator.understand.countries import home_of
from aggregator.understand.topics import SHIPPED
from feeds.catalogue import KINDS
from storage.model import DateOrder, Feed, PageRules, Role, Source, SourceKind, Topic

T = TypeVar("T")


SECRET = ("headers", "proxy")     # never echoed, not even in a report of mistakes
FLOOR = timedelta(minutes=1)    # the least `every` for addresses that are not the operator's own; publishers ask for far more


@dataclass(frozen=True, slots=True)
class Publish:
    """Where and how feeds are published."""

    title: str = "Communiqué"
    base_url: str = "http://127.0.0.1:8080/"
    directory: Path = Path("public")
    contact: str = ""
    languages: tuple[str, ...] = ("en",)
    hub: str = ""
    feeds: tuple[str, ...] = ("all", "topics", "countries", "pairs", "regions")


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Which database remembers, and for how long."""

    url: str = "sqlite:communique.db"
    keep: timedelta = 10 * checks.UNITS["y"]


@dataclass(frozen=True, slots=True)
class Polling:
    """How sources are visited."""

    every: timedelta = timedelta(hours=1)
    at_most: timedelta = timedelta(hours=24)
    pause: timedelta = timedelta(seconds=2)
    new_connections: int = 10
    allow: frozenset[str] = frozenset()
    keep: tuple[str, ...] = ()      # words one of which an entry of any source must have, beside its source's own
    block: tuple[str, ...] = ()     # words an entry of no source may have
    callback: str = ""              # where hubs reach this server; "" asks none to push


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the server listens."""

    host: str = "127.0.0.1"
    port: int = 8080
    search: bool | None = None          # whether it answers searches and programs; None: where `base_url` is its own address

    @property
    def shown(self) -> str:
        """As the file has it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration."""

    path: Path
    publish: Publish
    store: StoreSettings
    poll: Polling
    server: Listen
    sources: tuple[Source, ...]
    topics: tuple[Topic, ...]           # the shipped ones, overridden and added to
    combinations: tuple[Feed, ...]      # the reader's own feeds
    people: tuple[Official, ...] = ()   # office-holders the reader adds to those of the package

    @property
    def is_searched(self) -> bool:
        """Whether our own server answers searches where the pages are read."""
        return self.publish.base_url.rstrip("/") == f"http://{self.server.shown}" if self.server.search is None else self.server.search


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """The configuration at `path`. Raises ConfigError with every mistake in it.

    `environ` is where ${NAME} in a header or proxy is looked up.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError((f"{path}: there is no such file; `communique init` writes one",)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((f"{path}: cannot be read as UTF-8 text: {error}",)) from error
    return read_config(text, path, environ)


def read_config(text: str, path: Path, environ: Mapping[str, str]) -> Config:
    """The configuration that `text` holds, with paths relative to the folder of `path`."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError((f"{path}: not valid TOML: {error}",)) from error
    mistakes: list[str] = []
    root = _Table(tables, path.name, mistakes)
    folder = path.parent
    publish = _publish(root.table("publish"), folder)
    store = _store(root.table("store"), folder)
    poll = _poll(root.table("poll"))
    served = root.table("server")
    server = replace(served.read("listen", _listen, Listen()), search=served.read("search", checks.boolean, None, last=True))
    people = _people(root.table("understand"), folder)
    topics = _topics(root.tables("topics", "topic"))
    known = frozenset(topic.id for topic in topics)
    sources = tuple(_source(table, poll, known, environ) for table in root.tables("sources", "source"))
    combinations = tuple(_combination(table, known) for table in root.tables("feeds", "feed"))
    root.refuse_unknown()
    mistakes += _repeated("source", [s.id for s in sources], path.name) + _repeated("feed", [f.path for f in combinations], path.name)
    mistakes += _same_address(sources, path.name)
    if poll.at_most < poll.every:
        mistakes.append(f"{path.name}: [poll]: at_most is shorter than every; make it at least as long")
    if mistakes:
        raise ConfigError(tuple(mistakes))
    return Config(path, publish, store, poll, server, sources, topics, combinations, people)


def mistakes_of(row: Mapping[str, Any], config: Config, environ: Mapping[str, str]) -> tuple[str, ...]:
    """What would be wrong with one more table of [[sources]] in `config`; nothing when it may be added."""
    mistakes: list[str] = []
    _source(_Table(dict(row), f'source "{row.get("id", "")}"', mistakes), config.poll, frozenset(topic.id for topic in config.topics), environ)
    return tuple(mistakes)


def shipped_text() -> str:
    """The commented configuration that comes with the program: beside the package when installed, at the root of a checkout."""
    room = Path(__file__).parent
    beside = room / "config.toml"
    return (beside if beside.is_file() else room.parent / "config.toml").read_text(encoding="utf-8")


def nearest(key: str, known: Iterable[str]) -> str:
    """A remedy for a name nobody knows: the nearest known one, or all of them when they are few."""
    names = sorted(known)
    near = get_close_matches(key, names, n=1, cutoff=0.5)
    if near:
        return f'did you mean "{near[0]}"?'
    return f"known here: {', '.join(names)}" if len(names) <= 40 else "none comes near it"


class _Table:
    """One table of the file: hands out its keys checked, and knows which nobody asked for."""

    def __init__(self, values: dict[str, Any], place: str, mistakes: list[str]) -> None:
        self.values, self.place, self.mistakes = values, place, mistakes
        self.known: list[str] = []

    def read(self, key: str, check: Callable[[Any], T], default: T, *, required: bool = False, last: bool = False) -> T:
        """The value of `key` as `check` returns it; `default`, with a mistake noted, where `check` raises ValueError."""
        self.known.append(key)
        value = default
        if key in self.values:
            try:
                value = check(self.values[key])
            except ValueError as error:
                shown = "…" if key in SECRET else checks.shown(self.values[key])
                self.mistakes.append(f"{self.place}: {key} = {shown} {error}")
        elif required:
            self.mistakes.append(f"{self.place}: {key} is missing; it is required")
        if last:
            self.refuse_unknown()
        return value

    def table(self, key: str) -> _Table:
        self.known.append(key)
        values = self.values.get(key, {})
        if not isinstance(values, dict):
            self.mistakes.append(f"{self.place}: {key} must be a table; write [{key}]")
            values = {}
        return _Table(values, f"{self.place}: [{key}]", self.mistakes)

    def tables(self, key: str, noun: str) -> list[_Table]:
        self.known.append(key)
        rows = self.values.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.mistakes.append(f"{self.place}: {key} must be a list of tables; write [[{key}]] before each")
            return []
        named = [f'{noun} "{row["id"]}"' if isinstance(row.get("id"), str) else f"{noun} number {n}" for n, row in enumerate(rows, 1)]
        return [_Table(row, f"{self.place}: {name}", self.mistakes) for row, name in zip(rows, named, strict=True)]

    def refuse_unknown(self) -> None:
        for key in self.values:
            if key not in self.known:
                self.mistakes.append(f'{self.place}: unknown key "{key}"; {nearest(key, self.known)}')


def _publish(table: _Table, folder: Path) -> Publish:
    default = Publish()
    return Publish(
        title=table.read("title", checks.line, default.title),
        base_url=table.read("base_url", checks.folder_address, default.base_url),
        directory=table.read("directory", lambda value: folder / checks.line(value), folder / default.directory),
        contact=table.read("contact", checks.contact, default.contact),
        languages=table.read("languages", checks.list_of(checks.language_tag, least=1), default.languages),
        hub=table.read("hub", lambda value: checks.web_address(value) if value else "", default.hub),
        feeds=table.read("feeds", checks.list_of(checks.one_of(KINDS)), default.feeds, last=True),
    )


def _store(table: _Table, folder: Path) -> StoreSettings:
    default = StoreSettings()

    def url(value: Any) -> str:
        text = checks.line(value)
        if text.startswith("sqlite:"):
            name = text.removeprefix("sqlite:")
            return text if name == ":memory:" else f"sqlite:{folder / name}"
        if text.startswith("postgresql://"):
            return text
        raise ValueError('names no database we know; write "sqlite:FILE"')

    return StoreSettings(
        url=table.read("url", url, f"sqlite:{folder / default.url.removeprefix('sqlite:')}"),
        keep=table.read("keep", checks.duration, default.keep, last=True),
    )


def _poll(table: _Table) -> Polling:
    default = Polling()
    return Polling(
        every=table.read("every", checks.at_least(FLOOR), default.every),
        at_most=table.read("at_most", checks.at_least(FLOOR), default.at_most),
        pause=table.read("pause", checks.duration, default.pause),
        new_connections=table.read("new_connections", checks.whole(1, 1000), default.new_connections),
        allow=table.read("allow", lambda value: frozenset(checks.list_of(checks.host_port)(value)), default.allow),
        keep=table.read("keep", checks.list_of(checks.line), default.keep),
        block=table.read("block", checks.list_of(checks.line), default.block),
        callback=table.read("callback", lambda value: checks.folder_address(value) if value else "", default.callback, last=True),
    )


def _people(table: _Table, folder: Path) -> tuple[Official, ...]:
    """The office-holders of the file that `people` names; each mistake in it is one of the configuration."""

    def read(value: Any) -> tuple[Official, ...]:
        path = folder / checks.line(value)
        try:
            officials, mistakes = read_people(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError as error:
            raise ValueError("is no file; write one line a person, or leave the key out") from error
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"cannot be read as UTF-8 text: {error}") from error
        table.mistakes += [f"{path.name}: {mistake}" for mistake in mistakes]
        return officials

    none: tuple[Official, ...] = ()
    return table.read("people", lambda value: read(value) if value else none, none, last=True)


def _topics(tables: list[_Table]) -> tuple[Topic, ...]:
    """The shipped topics with the file's own laid over them: a key that is left out keeps its shipped value."""
    topics = {topic.id: topic for topic in SHIPPED}
    for table in tables:
        name = table.read("id", checks.identifier, "", required=True)
        shipped = topics.get(name, Topic(name, name.replace("-", " ").capitalize()))
        words = table.read("words", checks.words_by_language, shipped.words)
        title = table.read("title", checks.line, shipped.title)
        topics[name] = Topic(name, title, table.read("iptc", checks.media_topic, shipped.iptc, last=True), words)
    return tuple(topics.values())


def _source(table: _Table, poll: Polling, topics: frozenset[str], environ: Mapping[str, str]) -> Source:
    name = table.read("id", checks.identifier, "", required=True)
    url = table.read("url", checks.web_address, "", required=True)
    kind: SourceKind = table.read("kind", checks.one_of(get_args(SourceKind)), "feed")
    language = table.read("language", checks.language_tag, "")
    own = is_own(url, poll.allow)
    secret = checks.from_environment(environ)
    rules = {key: table.read(key, checks.css_selector, "") for key in ("item", "link", "title", "date", "content")}
    if kind == "page" and "item" not in table.values:
        table.mistakes.append(f'{table.place}: kind = "page" needs item, the CSS selector of one entry in the listing')
    if kind == "feed" and (stray := [key for key in ("item", "link", "title", "date") if rules[key]]):
        table.mistakes.append(f'{table.place}: {", ".join(stray)} {"is" if len(stray) == 1 else "are"} for kind = "page"; this source is a feed')
    source = Source(
        id=name,
        url=url,
        name=table.read("name", checks.line, name),
        kind=kind,
        language=language,
        country=table.read("country", lambda value: "" if value == "" else checks.country_code(value), home_of(url, language)),
        timezone=table.read("timezone", checks.time_zone, "UTC"),
        date_order=table.read("date_order", checks.one_of(get_args(DateOrder)), "dmy"),
        family=table.read("family", checks.line, name),
        role=table.read("role", checks.one_of(get_args(Role)), "outlet"),
        every=table.read("every", checks.duration if own else checks.at_least(FLOOR), None),
        max_silence=table.read("max_silence", checks.duration, None),
        full_text=table.read("full_text", checks.boolean, False),
        page=PageRules(**rules) if any(rules.values()) else None,
        headers=table.read("headers", lambda value: checks.header_table(value, secret), ()),
        proxy=table.read("proxy", lambda value: checks.web_address(secret(value)), ""),
        ignore_validators=table.read("ignore_validators", checks.boolean, False),
        robots=table.read("robots", checks.boolean, True),
        keep=table.read("keep", checks.list_of(checks.line), ()),
        block=table.read("block", checks.list_of(checks.line), ()),
        tag=table.read("tag", checks.words_by_topic, ()),
    )
    table.mistakes += [f'{table.place}: tag.{topic} is no topic; {nearest(topic, topics)}' for topic, _ in source.tag if topic not in topics]
    table.refuse_unknown()
    return source


def _combination(table: _Table, topics: frozenset[str]) -> Feed:
    name = table.read("id", checks.identifier, "", required=True)
    title = table.read("title", checks.line, name)
    none: tuple[str, ...] = ()
    countries = table.read("countries", checks.list_of(checks.country_code), none)
    chosen = table.read("topics", checks.list_of(checks.one_of(tuple(sorted(topics)))), none, last=True)
    if not table.values.get("countries") and not table.values.get("topics"):
        table.mistakes.append(f"{table.place}: it selects nothing; give it countries, topics or both")
    return Feed(f"feed/{name}", title, "combination", countries=countries, topics=chosen)


def _repeated(noun: str, ids: list[str], place: str) -> list[str]:
    return [f'{place}: {noun} "{name}" stands {ids.count(name)} times; ids must differ' for name in dict.fromkeys(ids) if name and ids.count(name) > 1]


def _same_address(sources: tuple[Source, ...], place: str) -> list[str]:
    """One address under two ids would be asked twice and count as two outlets."""
    first: dict[str, str] = {}
    mistakes = []
    for source in sources:
        other = first.setdefault(source.url, source.id)
        if source.url and other != source.id:
            mistakes.append(f'{place}: source "{source.id}": url = "{source.url}" is that of source "{other}" too; keep one of them')
    return mistakes


def _listen(value: Any) -> Listen:
    host, _, port = checks.line(value).rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError('must be an address and a port: "127.0.0.1:8080"')
    return Listen(host.strip("[]"), int(port))
