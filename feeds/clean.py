"""What may stand in a document we publish: text that is text, addresses that are addresses.

Every string of a meeting or a report passes here once, before any rendering: XML
and HTML each refuse characters (and feedgen raises on them), and a link that is
no http(s) address is none.

Touches: nothing.
"""

from __future__ import annotations

import re
from html.entities import name2codepoint
from unicodedata import is_normalized, normalize

import can_ada

from feeds.places import language_name

# What XML 1.0 or HTML refuses: C0 and C1 controls, surrogates, the non-characters. Tab and line ends are dealt with as space.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
                        + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17)) + "]+")
_LOST = "\ufffd"                                 # stands for bytes that were no character where the text came from: validators take it for our own fault
_SPACE = re.compile(r"\s+")
_DIRECTED = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_ENTITY = re.compile(r"&(?=(#?\w+))")
_NOT_URI = re.compile(r"[^A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]|%(?![0-9A-Fa-f]{2})")     # brackets are for the host alone (RFC 3986, 3.2.2)
_PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9-]+(\.[a-z0-9-]+)+(/[A-Za-z0-9\-._~/=&?]*)?\Z")       # nearly all: nothing to encode
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,4}\Z")

LONGEST_ADDRESS = 2048                          # what every browser and cache still takes


def line(text: str, limit: int = 300) -> str:
    """`text` on one line, at most about `limit` characters, fit for XML and HTML.

    Marks of direction stay, but cannot reach beyond the text (Unicode annex 9).

    >>> line(" a\\x00b\\n c ")
    'a b c'
    """
    if len(text) <= limit and text.isprintable() and "  " not in text and _LOST not in text and text[:1] != " " != text[-1:] and is_normalized("NFC", text):
        return text                             # nearly all: what Python calls printable holds no control, surrogate or mark of direction
    text = _characters(text[: limit * 8])
    text = _SPACE.sub(" ", text).strip()
    return isolate(shorten(text, limit))


def paragraphs(text: str, limit: int = 2000) -> tuple[str, ...]:
    """`text` as paragraphs, none of them empty, together at most about `limit` characters."""
    kept: list[str] = []
    for raw in text[: limit * 8].splitlines():
        if limit <= 0:
            break
        if part := line(raw, limit):
            kept.append(part)
            limit -= len(part)
    return tuple(kept)


def shorten(text: str, limit: int) -> str:
    """`text`, cut at a word where it is longer than `limit`, with "…" to say so."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    at_word = cut.rfind(" ", limit * 3 // 4)
    return (cut[:at_word] if at_word > 0 else cut).rstrip(" ,;:-–—") + "…"


def isolate(text: str) -> str:
    """`text`, enclosed when it holds marks of direction, so that they end where it ends."""
    if not _DIRECTED.search(text):
        return text
    kept, depth = [], 0
    for character in text:
        if character in "\u2066\u2067\u2068":
            depth += 1
        elif character == "\u2069":
            if not depth:
                continue                        # would close what encloses the text
            depth -= 1
        kept.append(character)
    return "\u2068" + "".join(kept) + "\u2069" * (depth + 1)


def untagged(text: str) -> str:
    """`text` in which nothing looks like markup, for fields that are plain text but that some readers take for HTML.

    >>> untagged("a < b, <img src=x> &amp; R&D")
    'a < b, ‹img src=x> ＆amp; R&D'
    """
    if "<" in text:
        text = _TAG.sub("‹", text)
    if "&" in text:
        text = _ENTITY.sub(lambda found: "＆" if found[1] in name2codepoint or found[1] == "apos" or not found[1].isalpha() else "&", text)
    return text


def address(url: str) -> str:
    """`url` as an absolute, percent-encoded http(s) address, or "" when it is none that may be shown.

    >>> address("https://Example.org/a b|c"), address("javascript:alert(1)"), address("https://user:word@example.org/")
    ('https://example.org/a%20b%7Cc', '', '')
    """
    if len(url) > LONGEST_ADDRESS:
        return ""
    if _PLAIN_ADDRESS.match(url):
        return url
    url = _FORBIDDEN.sub("", url)
    if not url[:8].lower().startswith(("http://", "https://")):
        return ""
    try:
        parsed = can_ada.parse(url)
    except ValueError:
        return ""
    if parsed.protocol not in ("http:", "https:") or not parsed.hostname or parsed.username or parsed.password:
        return ""
    start = f"{parsed.protocol}//{parsed.host}"
    return start + _NOT_URI.sub(_percent, parsed.href[len(start):])


def language(tag: str) -> str:
    """`tag` as a language tag we may write, lower case, or "" when it names no language we know.

    >>> language("zh_Hant"), language("vi-VN"), language("klingon!")
    ('zh-hant', 'vi-vn', '')
    """
    tag = tag.strip().lower().replace("_", "-")
    known = _LANGUAGE.match(tag) and language_name(tag) != tag and tag.partition("-")[0] not in ("mul", "mis", "und", "zxx")
    return tag if known else ""


def _characters(text: str) -> str:
    text = _FORBIDDEN.sub(" ", text).replace(_LOST, "?")
    return text if is_normalized("NFC", text) else normalize("NFC", text)


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8"))
