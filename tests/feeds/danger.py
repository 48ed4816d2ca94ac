"""What is dangerous in HTML, judged by parsing it as a browser would, never by searching its text.

Touches: nothing.
"""

from __future__ import annotations

import re

import html5lib
from lxml import etree

ELEMENTS = {
    "script",
    "iframe",
    "object",
    "embed",
    "applet",
    "form",
    "button",
    "input",
    "base",
    "style",
    "svg",
    "math",
    "frame",
    "frameset",
    "video",
    "audio",
    "template",
    "img",
    "noscript",
    "textarea",
    "xmp",
    "marquee",
    "dialog",
    "portal",
}
ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "background", "cite", "ping", "srcset", "srcdoc", "xlink:href"}


def dangerous(fragment: str) -> list[str]:
    """The elements, handlers and addresses in a fragment of HTML that could do harm."""
    found = []
    for element in html5lib.parseFragment(fragment, treebuilder="lxml", namespaceHTMLElements=False):
        if isinstance(element, str):
            continue
        found += _in(element)
    return found


def _in(root: etree._Element) -> list[str]:
    found = []
    for element in root.iter():
        if not isinstance(element.tag, str):
            found.append(f"a comment or instruction: {element!r}")
            continue
        if element.tag.lower() in ELEMENTS:
            found.append(f"<{element.tag}>")
        for name, value in element.attrib.items():
            if str(name).lower().startswith("on") or name in ("style", "srcdoc"):
                found.append(f"{name}={value!r}")
            if name in ADDRESSES and not str(value).startswith(("http://", "https://")):
                found.append(f"{name}={value!r}")
    return found


OWN_CHARTS = {"months", "heat", "years", "strip", "share"}
OWN_ADDRESS = re.compile(r"(\.\./)*([a-z0-9/-]+\.(html|css|atom|json|rss|ics|opml)|search|api/openapi\.json)?(#[a-z0-9-]*)?\Z|data:,\Z")


def live_in_page(page: bytes) -> list[str]:
    """What in a page of ours could do harm: all that `dangerous` finds, but for our charts, our box to search, our record and our own addresses."""
    root = html5lib.parse(page.decode("utf-8"), treebuilder="lxml", namespaceHTMLElements=False).getroot()
    found = []
    for element in list(root.iter("script")):
        if element.get("type") != "application/ld+json" or len(element) or "<" in (element.text or ""):
            found.append(f"a script: {element.text!r}")
        element.getparent().remove(element)
    for element in list(root.iter()):
        tag = str(element.tag).rpartition("}")[2]
        if (tag == "svg" and element.get("class") in OWN_CHARTS) or (tag == "form" and element.get("class") == "search" and element.get("action", "").endswith("search")):
            if any(str(name).startswith("on") for each in element.iter() for name in each.attrib):
                found.append(f"a handler in <{tag}>")
            element.getparent().remove(element)
    for element in root.iter("meta"):
        if element.get("http-equiv", "").lower() == "refresh" and not re.fullmatch(r"0; url=m-[0-9a-f]+\.html", element.get("content", "")):
            found.append(f"refresh={element.get('content')!r}")
    for element in root.iter("link"):
        if element.get("rel") in ("stylesheet", "icon") and not OWN_ADDRESS.match(element.get("href", "")):
            found.append(f"loads {element.get('href')!r}")
    own = [element for element in root.iter() if isinstance(element.tag, str) and OWN_ADDRESS.match(element.get("href", "x:"))]
    for element in own:
        del element.attrib["href"]
    return found + _in(root)


# Each is put into every field that has words. The texts are our own; the tricks are well known.
PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "'onmouseover='alert(1)",
    "</title><script>alert(1)</script>",
    '<a href="javascript:alert(1)">x</a>',
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<math><mtext></mtext><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "&lt;img src=x onerror=alert(1)&gt;",
    "&amp;lt;b&amp;gt; &#60;script&#62;",
    "]]><x/>",
    "<!--",
    "--><script>alert(1)</script>",
    "<![CDATA[<b>]]>",
    "{{ 7*7 }}{% raw %}",
    "${7*7}",
    "a\x00b\x08c\x1f\x7f\x85",
    "\ud800\udfff lone",
    "\ufffe\uffff\ufdd0 \U0001ffff",
    "\u202eevil\u202c \u2066open",
    "\u2069\u2069 close",
    "line\r\nbreak\u2028para\u2029graph\ttab",
    "zero\u200bwidth\ufeff",
    "'; DROP TABLE meetings; --",
    "../../etc/passwd",
    "%00%0a",
    "e\u0301 cafe\u0301",
    "👩‍👩‍👧 family",
    "x" * 100_000,
    "<b>" * 20_000,
    "&" * 50_000,
    "a < b && c > d",
    "</script><script>alert(1)//",
    "",
)

LINKS = (
    "javascript:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "vbscript:x",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "jar:x",
    "blob:https://a.example/1",
    "//a.example/x",
    "/relative",
    "https://",
    "https://user:word@a.example/",
    'https://a.example/a b|c"<>\\^`{}[]',
    "https://a.example/%zz%4",
    "https://bücher.example/ü?q=ü#ü",
    "http://[::1]:8080/x",
    "https://a.example/\x00\x0a\u202e",
    "https://a.example/" + "x" * 5_000,
    "HTTPS://A.EXAMPLE/X",
    "https://a.example/?q='\"><script>alert(1)</script>",
    "ftp://a.example/",
    "mailto:a@a.example",
    "\ud800",
    "",
)
