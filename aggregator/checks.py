"""What a value of config.toml must be.

Each check returns the value, or raises ValueError with what is wrong and the
remedy, in words that follow `key = value`.

Touches: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cssselect import HTMLTranslator, SelectorError

from feeds.places import COUNTRIES

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


def shown(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else text[:77] + "…"


def line(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("is not text; put it in quotation marks")
    if not value.strip() or any(ord(character) < 32 for character in value):
        raise ValueError("must be one line of text")
    return value.strip()


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false, without quotation marks")
    return value


def whole(least: int, most: int) -> Callable[[Any], int]:
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


def at_least(floor: timedelta) -> Callable[[Any], timedelta]:
    def check(value: Any) -> timedelta:
        length = duration(value)
        if length < floor:
            raise ValueError(f"is less than {int(floor.total_seconds())}s, which no publisher allows; only addresses in poll.allow may be asked more often")
        return length

    return check


def one_of(choices: tuple[str, ...]) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value in choices:
            return value
        near = get_close_matches(str(value), choices, n=1)
        raise ValueError(f'is not one of {", ".join(choices)}{f"; did you mean {near[0]!r}?" if near else ""}')

    return check


def list_of(check: Callable[[Any], T], *, least: int = 0) -> Callable[[Any], tuple[T, ...]]:
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
                raise ValueError(f"holds {shown(one)}, which {error}") from error
        return tuple(found)

    return checked


def identifier(value: Any) -> str:
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise ValueError("must be 1 to 80 of a-z, 0-9 and -, and neither start nor end with -: it becomes a file name")
    return value


def language_tag(value: Any) -> str:
    if not isinstance(value, str) or not LANGUAGE.fullmatch(value):
        raise ValueError('is no language tag; write "en", "vi" or "zh-hant"')
    return value.lower()


def country_code(value: Any) -> str:
    if not isinstance(value, str) or value.upper() not in COUNTRIES:
        raise ValueError('is no country code; write two letters of ISO 3166: "VN"')
    return value.upper()


def time_zone(value: Any) -> str:
    try:
        return ZoneInfo(line(value)).key
    except (OSError, ValueError, KeyError) as error:
        raise ValueError('is no time zone; write an IANA name: "Asia/Ho_Chi_Minh"') from error


def web_address(value: Any) -> str:
    text = line(value)
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


def folder_address(value: Any) -> str:
    text = web_address(value)
    if urlsplit(text).query or urlsplit(text).fragment:
        raise ValueError("must end at a folder, without ? or #")
    return text if text.endswith("/") else text + "/"


def contact(value: Any) -> str:
    if value == "":
        return ""
    text = line(value)
    if not re.fullmatch(r"[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+|https?://[^\s<>()]+", text):
        raise ValueError('must be an e-mail address or the address of a page: publishers see it in the User-Agent')
    return text


def host_port(value: Any) -> str:
    text = line(value).lower()
    host, _, port = text.rpartition(":")
    if not host or "/" in text or not port.isdigit() or not 0 < int(port) <= 65535:
        raise ValueError('must be "host:port"')
    return text


def css_selector(value: Any) -> str:
    text = line(value)
    try:
        HTMLTranslator().css_to_xpath(text)
    except SelectorError as error:
        raise ValueError(f"is no CSS selector: {error}") from error
    return text


def media_topic(value: Any) -> str:
    if not re.fullmatch(r"medtop:\d{8}", line(value)):
        raise ValueError('is no IPTC Media Topic; write "medtop:" and its eight digits')
    return line(value)


def words_by_language(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise ValueError('must be lists by language: words.en = ["narcotic*", "drug trafficking"]')
    return tuple((language_tag(language), list_of(line)(words)) for language, words in value.items())


def words_by_topic(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise ValueError('must be lists by topic: tag.drugs = ["methamphetamine"]')
    return tuple((identifier(topic), list_of(line)(words)) for topic, words in value.items())


def header_table(value: Any, secret: Callable[[Any], str]) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise ValueError('must be a table: headers = { Authorization = "Bearer ${TOKEN}" }')
    for name in value:
        if not HEADER.fullmatch(name):
            raise ValueError(f'holds "{name}", which is no header name')
    return tuple((name, secret(text)) for name, text in value.items())


def from_environment(environ: Mapping[str, str]) -> Callable[[Any], str]:
    """Text with every ${NAME} replaced by that variable, so that secrets stay out of the file."""

    def filled(value: Any) -> str:
        def variable(found: re.Match[str]) -> str:
            if found[1] not in environ:
                raise ValueError(f"asks for the environment variable {found[1]}, which is not set")
            return environ[found[1]]

        return re.sub(r"\$\{(\w+)\}", variable, line(value))

    return filled
