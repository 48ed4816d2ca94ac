"""config.toml, checked whole, as plain frozen values.

Every mistake is reported, not the first: file, place, key, value and remedy, and
for an unknown key the nearest known one. Paths are relative to the file.

Touches: the configuration file it is given.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cssselect import HTMLTranslator, SelectorError

from aggregator.errors import ConfigError
from aggregator.understand.countries import home_of
from aggregator.understand.topics import SHIPPED
from feeds.catalogue import KINDS
from feeds.places import COUNTRIES
from storage.model import DateOrder, Feed, PageRules, Role, Source, SourceKind, Topic

T = TypeVar("T")


ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")           # ids become file names and URL segments
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", re.IGNORECASE)
HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")                 # RFC 9110, 5.6.2
DURATION = re.compile(r"(\d+)\s*(s|m|h|d|w|y)")
UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "y": timedelta(days=365),
}
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
    keep: timedelta = 10 * UNITS["y"]


@dataclass(frozen=True, slots=True)
class Polling:
    """How sources are visited."""

    every: timedelta = timedelta(hours=1)
    at_most: timedelta = timedelta(hours=24)
    pause: timedelta = timedelta(seconds=2)
    new_connections: int = 10
    allow: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the server listens."""

    host: str = "127.0.0.1"
    port: int = 8080

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
    server = root.table("server").read("listen", _listen, Listen(), last=True)
    topics = _topics(root.tables("topics", "topic"))
    sources = tuple(_source(table, poll, environ) for table in root.tables("sources", "source"))
    combinations = tuple(_combination(table, {t.id for t in topics}) for table in root.tables("feeds", "feed"))
    root.refuse_unknown()
    mistakes += _repeated("source", [s.id for s in sources], path.name) + _repeated("feed", [f.path for f in combinations], path.name)
    mistakes += _same_address(sources, path.name)
    if poll.at_most < poll.every:
        mistakes.append(f"{path.name}: [poll]: at_most is shorter than every; make it at least as long")
    if mistakes:
        raise ConfigError(tuple(mistakes))
    return Config(path, publish, store, poll, server, sources, topics, combinations)


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
                shown = "…" if key in SECRET else _shown(self.values[key])
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


def _shown(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else text[:77] + "…"


def _publish(table: _Table, folder: Path) -> Publish:
    default = Publish()
    return Publish(
        title=table.read("title", _line, default.title),
        base_url=table.read("base_url", _base_url, default.base_url),
        directory=table.read("directory", lambda value: folder / _line(value), folder / default.directory),
        contact=table.read("contact", _contact, default.contact),
        languages=table.read("languages", _list_of(_language, least=1), default.languages),
        hub=table.read("hub", lambda value: _address(value) if value else "", default.hub),
        feeds=table.read("feeds", _list_of(_one_of(KINDS)), default.feeds, last=True),
    )


def _store(table: _Table, folder: Path) -> StoreSettings:
    default = StoreSettings()

    def url(value: Any) -> str:
        text = _line(value)
        if text.startswith("sqlite:"):
            name = text.removeprefix("sqlite:")
            return text if name == ":memory:" else f"sqlite:{folder / name}"
        if text.startswith("postgresql://"):
            return text
        raise ValueError('names no database we know; write "sqlite:FILE"')

    return StoreSettings(
        url=table.read("url", url, f"sqlite:{folder / default.url.removeprefix('sqlite:')}"),
        keep=table.read("keep", duration, default.keep, last=True),
    )


def _poll(table: _Table) -> Polling:
    default = Polling()
    return Polling(
        every=table.read("every", _at_least(FLOOR), default.every),
        at_most=table.read("at_most", _at_least(FLOOR), default.at_most),
        pause=table.read("pause", duration, default.pause),
        new_connections=table.read("new_connections", _whole(1, 1000), default.new_connections),
        allow=table.read("allow", lambda value: frozenset(_list_of(_host_port)(value)), default.allow, last=True),
    )


def _topics(tables: list[_Table]) -> tuple[Topic, ...]:
    """The shipped topics with the file's own laid over them: a key that is left out keeps its shipped value."""
    topics = {topic.id: topic for topic in SHIPPED}
    for table in tables:
        name = table.read("id", _id, "", required=True)
        shipped = topics.get(name, Topic(name, name.replace("-", " ").capitalize()))
        words = table.read("words", _words, shipped.words)
        title = table.read("title", _line, shipped.title)
        topics[name] = Topic(name, title, table.read("iptc", _iptc, shipped.iptc, last=True), words)
    return tuple(topics.values())


def _source(table: _Table, poll: Polling, environ: Mapping[str, str]) -> Source:
    name = table.read("id", _id, "", required=True)
    url = table.read("url", _address, "", required=True)
    kind: SourceKind = table.read("kind", _one_of(get_args(SourceKind)), "feed")
    language = table.read("language", _language, "")
    own = url and host_port(url) in poll.allow
    secret = _from_environment(environ)
    rules = {key: table.read(key, _selector, "") for key in ("item", "link", "title", "date", "content")}
    if kind == "page" and "item" not in table.values:
        table.mistakes.append(f'{table.place}: kind = "page" needs item, the CSS selector of one entry in the listing')
    if kind == "feed" and (stray := [key for key in ("item", "link", "title", "date") if rules[key]]):
        table.mistakes.append(f'{table.place}: {", ".join(stray)} {"is" if len(stray) == 1 else "are"} for kind = "page"; this source is a feed')
    source = Source(
        id=name,
        url=url,
        name=table.read("name", _line, name),
        kind=kind,
        language=language,
        country=table.read("country", lambda value: "" if value == "" else _country(value), home_of(url, language)),
        timezone=table.read("timezone", _timezone, "UTC"),
        date_order=table.read("date_order", _one_of(get_args(DateOrder)), "dmy"),
        family=table.read("family", _line, name),
        role=table.read("role", _one_of(get_args(Role)), "outlet"),
        every=table.read("every", duration if own else _at_least(FLOOR), None),
        max_silence=table.read("max_silence", duration, None),
        full_text=table.read("full_text", _boolean, False),
        page=PageRules(**rules) if any(rules.values()) else None,
        headers=table.read("headers", lambda value: _headers(value, secret), ()),
        proxy=table.read("proxy", lambda value: _address(secret(value)), ""),
        ignore_validators=table.read("ignore_validators", _boolean, False),
        robots=table.read("robots", _boolean, True),
        keep=table.read("keep", _list_of(_line), ()),
        block=table.read("block", _list_of(_line), ()),
        tag=table.read("tag", _tags, ()),
    )
    table.refuse_unknown()
    return source


def _combination(table: _Table, topics: set[str]) -> Feed:
    name = table.read("id", _id, "", required=True)
    title = table.read("title", _line, name)
    none: tuple[str, ...] = ()
    countries = table.read("countries", _list_of(_country), none)
    chosen = table.read("topics", _list_of(_one_of(tuple(sorted(topics)))), none, last=True)
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


# Checks: each returns the value, or raises ValueError with what is wrong and the remedy, to follow `key = value`.

def _line(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("is not text; put it in quotation marks")
    if not value.strip() or any(ord(character) < 32 for character in value):
        raise ValueError("must be one line of text")
    return value.strip()


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false, without quotation marks")
    return value


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return value

    return check


def duration(value: Any) -> timedelta:
    """A length of time as the file writes it.

    >>> duration("90m")
    datetime.timedelta(seconds=5400)
    """
    text = str(value).strip()
    found = DURATION.fullmatch(text)
    if isinstance(value, bool) or not found:
        if text.isdigit():
            raise ValueError(f'has no unit; write "{text}m" or "{text}h"')
        raise ValueError('is no duration; write a number and a unit: "30s", "60m", "24h", "7d", "2w", "10y"')
    if len(found[1]) > 6:
        raise ValueError("is too long")
    return int(found[1]) * UNITS[found[2]]


def _at_least(floor: timedelta) -> Callable[[Any], timedelta]:
    def check(value: Any) -> timedelta:
        length = duration(value)
        if length < floor:
            raise ValueError(f"is less than {int(floor.total_seconds())}s, which no publisher allows; only addresses in poll.allow may be asked more often")
        return length

    return check


def _one_of(choices: tuple[str, ...]) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value in choices:
            return value
        near = get_close_matches(str(value), choices, n=1)
        raise ValueError(f'is not one of {", ".join(choices)}{f"; did you mean {near[0]!r}?" if near else ""}')

    return check


def _list_of(check: Callable[[Any], T], *, least: int = 0) -> Callable[[Any], tuple[T, ...]]:
    def checked(value: Any) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise ValueError("must be a list; write […]")
        if len(value) < least:
            raise ValueError(f"needs at least {least}")
        found = []
        for one in value:
            try:
                found.append(check(one))
            except ValueError as error:
                raise ValueError(f"holds {_shown(one)}, which {error}") from error
        return tuple(found)

    return checked


def _id(value: Any) -> str:
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise ValueError("must be 1 to 80 of a-z, 0-9 and -, and neither start nor end with -: it becomes a file name")
    return value


def _language(value: Any) -> str:
    if not isinstance(value, str) or not LANGUAGE.fullmatch(value):
        raise ValueError('is no language tag; write "en", "vi" or "zh-hant"')
    return value.lower()


def _country(value: Any) -> str:
    if not isinstance(value, str) or value.upper() not in COUNTRIES:
        raise ValueError('is no country code; write two letters of ISO 3166: "VN"')
    return value.upper()


def _timezone(value: Any) -> str:
    try:
        return ZoneInfo(_line(value)).key
    except (OSError, ValueError, KeyError) as error:
        raise ValueError('is no time zone; write an IANA name: "Asia/Ho_Chi_Minh"') from error


def _address(value: Any) -> str:
    text = _line(value)
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError as error:
        raise ValueError(f"is no address: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine or re.search(r"\s", text):
        raise ValueError("is no http or https address")
    if parts.username or parts.password:
        raise ValueError('holds a password; put it in headers = { Authorization = "Basic ${NAME}" } and the secret in the environment')
    return text


def _base_url(value: Any) -> str:
    text = _address(value)
    if urlsplit(text).query or urlsplit(text).fragment:
        raise ValueError("must end at a folder, without ? or #")
    return text if text.endswith("/") else text + "/"


def _contact(value: Any) -> str:
    if value == "":
        return ""
    text = _line(value)
    if not re.fullmatch(r"[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+|https?://[^\s<>()]+", text):
        raise ValueError('must be an e-mail address or the address of a page: publishers see it in the User-Agent')
    return text


def _listen(value: Any) -> Listen:
    host, _, port = _line(value).rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError('must be an address and a port: "127.0.0.1:8080"')
    return Listen(host.strip("[]"), int(port))


def _host_port(value: Any) -> str:
    text = _line(value).lower()
    host, _, port = text.rpartition(":")
    if not host or "/" in text or not port.isdigit() or not 0 < int(port) <= 65535:
        raise ValueError('must be "host:port"')
    return text


def host_port(url: str) -> str:
    """The "host:port" of an http(s) address, as `poll.allow` writes it.

    >>> host_port("http://LocalHost/feed"), host_port("https://[::1]:8443/")
    ('localhost:80', '[::1]:8443')
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    return f"{f'[{host}]' if ':' in host else host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def _selector(value: Any) -> str:
    text = _line(value)
    try:
        HTMLTranslator().css_to_xpath(text)
    except SelectorError as error:
        raise ValueError(f"is no CSS selector: {error}") from error
    return text


def _iptc(value: Any) -> str:
    if not re.fullmatch(r"medtop:\d{8}", _line(value)):
        raise ValueError('is no IPTC Media Topic; write "medtop:" and its eight digits')
    return _line(value)


def _words(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise ValueError('must be lists by language: words.en = ["narcotic*", "drug trafficking"]')
    return tuple((_language(language), _list_of(_line)(words)) for language, words in value.items())


def _tags(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise ValueError('must be lists by topic: tag.drugs = ["methamphetamine"]')
    return tuple((_id(topic), _list_of(_line)(words)) for topic, words in value.items())


def _headers(value: Any, secret: Callable[[Any], str]) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise ValueError('must be a table: headers = { Authorization = "Bearer ${TOKEN}" }')
    for name in value:
        if not HEADER.fullmatch(name):
            raise ValueError(f'holds "{name}", which is no header name')
    return tuple((name, secret(text)) for name, text in value.items())


def _from_environment(environ: Mapping[str, str]) -> Callable[[Any], str]:
    """Text with every ${NAME} replaced by that variable, so that secrets stay out of the file."""

    def filled(value: Any) -> str:
        def variable(found: re.Match[str]) -> str:
            if found[1] not in environ:
                raise ValueError(f"asks for the environment variable {found[1]}, which is not set")
            return environ[found[1]]

        return re.sub(r"\$\{(\w+)\}", variable, _line(value))

    return filled
