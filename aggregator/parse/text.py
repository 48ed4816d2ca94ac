"""Bytes as text, and HTML as paragraphs.

Encodings are lied about more often than not, so what the bytes prove (a byte
order mark, valid UTF-8) goes before what anyone declares.

Touches: nothing.
"""

from __future__ import annotations

import codecs
import re
import zlib
from urllib.parse import urljoin, urlsplit

from lxml import etree

from aggregator.errors import ParseError
from aggregator.parse.entry import Document

MAX_DOCUMENT = 10 * 1024 * 1024     # bytes, unpacked; the fetcher reads no more of a body either
MAX_ADDRESS = 4096                  # characters of one link: longer ones are attacks or data, and slow to take apart

_DECLARED = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x00\x00\x00<", "utf-32-be"), (b"<\x00\x00\x00", "utf-32-le"), (b"\x00<\x00", "utf-16-be"), (b"<\x00", "utf-16-le"),
    (b"\x4c\x6f\xa7\x94", "cp037"),                                  # "<?xm" in EBCDIC
)
# As browsers do (WHATWG Encoding): the name says Latin-1, the bytes are Windows-1252; GB 2312 is read as its superset.
_READ_AS = {
    "iso-8859-1": "windows-1252", "latin1": "windows-1252", "latin-1": "windows-1252", "us-ascii": "windows-1252", "ascii": "windows-1252",
    "gb2312": "gb18030", "gbk": "gb18030", "x-sjis": "cp932", "shift_jis": "cp932", "shift-jis": "cp932", "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "tis-620": "cp874", "windows-874": "cp874", "x-user-defined": "windows-1252",
}
_NEVER = frozenset({"utf-7", "utf7", "unicode-1-1-utf-7", "x-unicode-2-0-utf-7"})    # ASCII that turns into markup: used for attacks only
# XML 1.0, 2.2: these may not stand in a document. Lone surrogates and non-characters go too.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def unpacked(document: Document) -> bytes:
    """The body, unzipped where the file itself is a gzip (sitemap.xml.gz), bounded by MAX_DOCUMENT.

    Raises ParseError when there is nothing in it, or too much.
    """
    body = document.body
    if body[:2] == b"\x1f\x8b":
        unzip = zlib.decompressobj(wbits=31)
        try:
            body = unzip.decompress(body, MAX_DOCUMENT + 1)
        except zlib.error as error:
            raise ParseError(document.url, "a damaged gzip file") from error
    if len(body) > MAX_DOCUMENT:
        raise ParseError(document.url, f"larger than {MAX_DOCUMENT // 1024 // 1024} MiB")
    if not body.strip(b" \t\r\n\0"):
        raise ParseError(document.url, "an empty document")
    return body


def decoded(body: bytes, content_type: str) -> str:
    """The text of `body`: by its byte order mark, as UTF-8 if it is valid, as the document or the server declares, else Windows-1252.

    Never fails; what cannot be read becomes U+FFFD, what may not stand in XML is left out.
    """
    return ILLEGAL.sub("", _decode(body, content_type).replace("\ufeff", ""))


def _decode(body: bytes, content_type: str) -> str:
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            text = body.decode(encoding, "replace")
            # UTF-16 whose mark lies is mostly unassigned; then the bytes decide below.
            if "<" in text or "{" in text:
                return text
    head = body[:2048]
    declared = [match.group(1).decode("ascii").lower() for match in _DECLARED.finditer(head)]
    served = _DECLARED.search(content_type.encode("ascii", "ignore"))
    if served:
        declared.append(served.group(1).decode("ascii").lower())
    for name in declared:
        if name.startswith(("iso-2022", "hz")):     # seven-bit: always valid UTF-8 too
            named = _by_name(body, name)
            if named is not None:
                return named
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" or (error.start > 4096 and body.count(b"\xef\xbf\xbd", 0, error.start)):
            return body.decode("utf-8", "replace")
    for name in declared:
        if name in {"utf-8", "utf8", "utf-16", "utf16", "utf-32"}:
            continue
        named = _by_name(body, name)
        if named is not None:
            return named
    replaced = body.decode("utf-8", "replace")
    # A few broken bytes in a long UTF-8 text, against a text that is not UTF-8 at all.
    if replaced.count("\ufffd") * 20 < sum(map(len, _WIDE.findall(replaced))):
        return replaced
    return body.decode("windows-1252", "replace")


_BARE_AMPERSAND = re.compile(r"&(?!(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,9});)")
_WIDE = re.compile("[\x80-\U0010ffff]+")


def _by_name(body: bytes, name: str) -> str | None:
    if name in _NEVER:
        return None
    try:
        if codecs.lookup(_READ_AS.get(name, name)).name in {"utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}:
            return None
        text = body.decode(_READ_AS.get(name, name))
    except (LookupError, UnicodeError, ValueError):
        try:
            text = body.decode(_READ_AS.get(name, name), "replace")
        except (LookupError, UnicodeError, ValueError):
            return None
        if text.count("\ufffd") * 50 > len(text):
            return None
    return text


def with_bare_ampersands(text: str) -> str:
    """The same XML with the "&" of addresses (?a=1&b=2) written as XML wants it."""
    return _BARE_AMPERSAND.sub("&amp;", text)


def root_name(text: str) -> str:
    """The name of the first element, lower case and without its prefix ("rss", "feed", "html"); "" when there is none near the start."""
    at, end = 0, min(len(text), 100_000)
    while at < end:
        at = text.find("<", at, end)
        if at < 0:
            return ""
        closing = {"<?": "?>", "<!--": "-->"}
        for opening, close in closing.items():
            if text.startswith(opening, at):
                found = text.find(close, at, end)
                at = found + len(close) if found >= 0 else end
                break
        else:
            if text[at:at + 14].lower() == "<!doctype html":
                return "html"
            if text.startswith("<!", at):
                at = _after_doctype(text, at, end)
                continue
            name = re.match(r"<\s*(?:[\w.-]{1,60}:)?([\w.-]{1,60})", text[at:at + 130])
            if name:
                return name.group(1).lower()
            at += 1
    return ""


def _after_doctype(text: str, at: int, end: int) -> int:
    close, subset = text.find(">", at, end), text.find("[", at, end)
    if 0 <= subset < close:
        close = text.find("]", subset, end)
        close = text.find(">", close, end) if close >= 0 else -1
    return close + 1 if close >= 0 else end


def absolute(link: str, *bases: str) -> str:
    """`link` as an http(s) address, joined to the first base that makes it one; "" when none does."""
    link = re.sub(r"[\t\r\n]", "", link.strip())[:MAX_ADDRESS + 1]
    if not link or len(link) > MAX_ADDRESS:
        return ""
    for base in ("", *bases):
        try:
            joined = urljoin(base, link)
            parts = urlsplit(joined)
        except ValueError:
            continue
        if parts.scheme in {"http", "https"} and parts.netloc:
            return joined
    return ""


def one_line(text: str, limit: int) -> str:
    """`text` on one line without runs of white space, at most `limit` characters."""
    return " ".join(text[:limit * 4].split())[:limit].rstrip()


def words(table: str) -> frozenset[str]:
    """The words of a table written as one text."""
    return frozenset(table.split())


_BLOCKS = words(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol "
    "p pre section select table tbody td tfoot th thead tr ul legend summary"
)
_SILENT = words("script style noscript template head title iframe object svg math select option textarea button input canvas audio video map")
MAX_BLOCKS = 20_000                 # of one page


class Block:
    """A run of text that nothing parts: a paragraph, a cell, a line between two <br>."""

    __slots__ = ("element", "linked", "text")

    def __init__(self, element: etree._Element, text: str, linked: int) -> None:
        self.element, self.text, self.linked = element, text, linked      # linked: characters inside anchors


def blocks(root: etree._Element, *, skip: frozenset[etree._Element] = frozenset()) -> list[Block]:
    """The blocks of text below `root`, in document order; scripts, forms' controls and `skip` are passed over.

    A single <br> is white space and parts nothing; two in a row, or a line of its own, do.
    """
    found: list[Block] = []
    pieces: list[str] = []
    linked = 0
    owner = root
    links = 0

    def close(next_owner: etree._Element) -> None:
        nonlocal linked, owner
        for line in re.split(r"\n[ \t\r\f\v\xa0]*\n\s*", "".join(pieces)):
            text = " ".join(line.split())
            if text and len(found) < MAX_BLOCKS:
                found.append(Block(owner, text, min(linked, len(text))))
        pieces.clear()
        linked, owner = 0, next_owner

    walk: list[tuple[etree._Element, bool]] = [(root, True)]
    while walk:
        element, entering = walk.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        if entering:
            if not tag or tag in _SILENT or element in skip:
                if element.tail and element is not root:
                    pieces.append(_flat(element.tail))
                continue
            if tag == "br":
                pieces.append("\n")
            elif tag in _BLOCKS:
                close(element)
            if tag == "a":
                links += 1
            if element.text:
                pieces.append(_flat(element.text))
                linked += len(element.text.strip()) if links else 0
            walk.append((element, False))
            walk.extend((child, True) for child in reversed(element))
        else:
            if tag == "a":
                links -= 1
            if tag in _BLOCKS:
                parent = element.getparent()
                close(parent if parent is not None and element is not root else root)
            if element.tail and element is not root:
                pieces.append(_flat(element.tail))
                linked += len(element.tail.strip()) if links else 0
    close(root)
    return found


def _flat(text: str) -> str:
    return re.sub(r"[\r\n]+", " ", text)
