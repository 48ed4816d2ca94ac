"""Markup made harmless, and as plain text.

Text that leaves here holds letters, signs and "\\n" between paragraphs: no
control characters, no half surrogates, nothing that turns the direction of what
follows. HTML that leaves here holds a few tags, no script, no style, no picture
(a picture tells its server who reads), and absolute http, https or mailto links.

Touches: nothing.
"""

from __future__ import annotations

import html
import re

import nh3

from storage.folding import composed

MAX_MARKUP = 256 * 1024     # characters that are cleaned; an article with its markup is a tenth of it
MAX_TEXT = 256 * 1024
MAX_TAGS = 20_000           # of one field
MAX_DEPTH = 500             # open elements; nh3 looks through all of them at each block (20,000 nested <div> take 0.9 s)

TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4",
    "h5", "h6", "hr", "i", "li", "ol", "p", "pre", "q", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
    "time", "tr", "u", "ul",
}
ATTRIBUTES = {
    "*": {"lang", "dir"}, "a": {"href", "hreflang"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "ol": {"start"}, "time": {"datetime"},
}
# Their text is for programs, or for readers without them: it goes with the tag.
SILENT = {
    "script", "style", "template", "noscript", "iframe", "object", "embed", "applet", "svg", "math", "canvas", "audio", "video", "textarea", "select",
    "title", "noembed", "noframes", "xmp", "plaintext", "frameset",
}
SCHEMES = {"http", "https", "mailto"}
_CLEANER = nh3.Cleaner(
    tags=TAGS, attributes=ATTRIBUTES, clean_content_tags=SILENT, url_schemes=SCHEMES, link_rel="noopener noreferrer nofollow", url_relative="deny"
)

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
# Elements that close themselves, or their like before them, so that a thousand of them nest no deeper than one.
_UNNESTED = {
    "p", "br", "hr", "img", "li", "dt", "dd", "td", "th", "tr", "option", "input", "link", "meta", "wbr", "source", "area", "col", "thead", "tbody",
    "tfoot",
}
_RELATIVE = re.compile(r"""href\s*=(?!\s*["']?(?:https?|mailto):)""", re.IGNORECASE)
_ANY_TAG = re.compile(r'<(?:[^<>"]|"[^"]*")*>')             # of markup that nh3 wrote: quoted values, nothing left open
_BREAKING = re.compile(r"</?(?:p|br|div|li|ul|ol|dl|dt|dd|h[1-6]|tr|table|blockquote|pre|hr|figure|figcaption|caption|thead|tbody|tfoot)(?=[\s/>])[^<>]*>")
_HREF = re.compile(r'href="[^"]*[\t\n\r][^"]*"')              # "htt\tp://…": browsers pass over these signs, so they may as well go
_LINE_SIGNS = re.compile(r"[\t\n\r]")
_CELL = re.compile(r"</t[dh]>")
_ROUGH_TAG = re.compile(r"<[^<>]*>")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Controls; zero-width signs that only hide differences; embeddings, overrides and isolates of direction; non-characters; the soft hyphen.
# The joiners U+200C and U+200D stay: Persian, Hindi and emoji are spelled with them.
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACED = dict.fromkeys(map(ord, "\n\r\x0b\x0c"), " ")
_ASCII = {code: "\n" if _LINE_ENDS.match(chr(code)) else None for code in range(128) if _LINE_ENDS.match(chr(code)) or _UNWANTED.match(chr(code))}


def plain(text: str) -> str:
    """`text` without what is no text, its lines squeezed and parted by "\\n", the empty ones left out.

    >>> plain("A\\x00 b\\u202etxt.exe \\r\\n\\r\\n\\tc")
    'A btxt.exe\\nc'
    """
    if text.isascii():
        text = text.replace("\r\n", "\n").translate(_ASCII)
    else:
        if _has_surrogate(text):
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
        text = composed(_UNWANTED.sub("", _LINE_ENDS.sub("\n", text)))
    return "\n".join(filter(None, [" ".join(line.split()) for line in text.split("\n")]))[:MAX_TEXT]


def one_line(text: str, limit: int) -> str:
    """`text` as plain text on one line, at most `limit` characters."""
    return shortened(plain(text[:limit * 8]).replace("\n", " "), limit)


def shortened(text: str, limit: int) -> str:
    """`text`, cut after a word with an ellipsis where it is longer than `limit` characters."""
    if len(text) <= limit:
        return text
    at = text.rfind(" ", limit // 2, limit)
    return text[:limit - 1 if at < 0 else at].rstrip(" ,;:-–—") + "…"


def text_of(markup: str) -> str:
    """The plain text of HTML, entities decoded once, paragraphs parted by "\\n".

    >>> text_of("<p>Tom &amp;amp; <b>Jerry</b></p><p>met<br>again")
    'Tom &amp; Jerry\\nmet\\nagain'
    """
    if "<" not in markup:
        # No tag at all: a text in HTML's clothes, whose blank lines are its paragraphs.
        return plain("\n".join(" ".join(part.split()) for part in _BLANK_LINE.split(html.unescape(markup[:MAX_MARKUP]))))
    return text_of_clean(harmless(markup, ""))


def text_of_clean(markup: str) -> str:
    """The plain text of what `harmless` gave."""
    flat = markup.translate(_SPACED) if markup.isascii() else _LINE_ENDS.sub(" ", markup.replace("\n", " "))
    parted = _BREAKING.sub("\n", flat)
    if "</t" in parted:
        parted = _CELL.sub(" ", parted)
    return plain(html.unescape(_ANY_TAG.sub("", parted)))


def harmless(markup: str, link: str) -> str:
    """The HTML with a few tags only, its relative links resolved against `link`, in time linear in its length."""
    markup = _shallow(_cut(markup))
    if _has_surrogate(markup):
        markup = _SURROGATE.sub("", markup)
    # A cleaner for one base costs more to make than most texts to clean, and where every link is absolute its base says nothing.
    clean = _CLEANER.clean(markup) if not link or not _RELATIVE.search(markup) else nh3.clean(
        markup, tags=TAGS, attributes=ATTRIBUTES, clean_content_tags=SILENT, url_schemes=SCHEMES, link_rel="noopener noreferrer nofollow",
        url_relative=("rewrite_with_base", link),
    )
    return _HREF.sub(lambda href: _LINE_SIGNS.sub("", href[0]), clean).strip()


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()       # many times faster than a search
    except UnicodeEncodeError:
        return True
    return False


def _cut(markup: str) -> str:
    """The markup up to the limits of length and tags, never inside a tag."""
    end = min(len(markup), MAX_MARKUP)
    if markup.count("<", 0, end) > MAX_TAGS:
        for _, tag in zip(range(MAX_TAGS + 1), re.finditer("<", markup), strict=False):
            end = tag.start()
    if end == len(markup):
        return markup
    opened = markup.rfind("<", 0, end)
    return markup[:opened] if opened > markup.rfind(">", 0, end) and end - opened < 4096 else markup[:end]


def _shallow(markup: str) -> str:
    """The markup, or where it nests too deeply to be a text, what stands between its tags."""
    if markup.count("<") <= MAX_DEPTH:
        return markup
    depth = 0
    for closing, name in _TAG.findall(markup):
        if name.lower() not in _UNNESTED:
            depth = max(0, depth - 1) if closing else depth + 1
            if depth > MAX_DEPTH:
                return html.escape(html.unescape(_ROUGH_TAG.sub(" ", markup)), quote=False)
    return markup
