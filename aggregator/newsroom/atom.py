"""An outlet's articles as Atom, with the habits real outlets have.

One writes its text in XHTML, one links relatively under an xml:base.

Touches: nothing.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from aggregator.newsroom.articles import Article, Outlet
from aggregator.newsroom.dates import written
from aggregator.newsroom.pages import article_path, html_text


def render_atom(outlet: Outlet, articles: tuple[Article, ...], base: str) -> bytes:
    """The whole document, encoded."""
    home = f"{base}/{outlet.id}/"
    root = f' xml:base="{home}"' if outlet.links == "relative" else ""
    newest = max((article.published for article in articles), default=None)
    lines = [
        f'<?xml version="1.0" encoding="{outlet.encoding}"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}"{root}>',
        f"<title>{escape(outlet.name)}</title>", f"<id>tag:{outlet.site},2026:feed</id>",
        f'<link rel="self" href="{home}feed.xml"/>', f'<link rel="alternate" type="text/html" href="{home}"/>',
        f"<author><name>{escape(outlet.name)}</name></author>",
    ]
    if newest is not None:
        lines.append(f"<updated>{written(newest, outlet.dates, 'atom')}</updated>")
    for article in articles:
        lines += _entry(outlet, article, base)
    return "\n".join([*lines, "</feed>", ""]).encode(outlet.encoding)


def _entry(outlet: Outlet, article: Article, base: str) -> list[str]:
    link = base + article_path(article)
    shown = f"article/{article.slug}.html" if outlet.links == "relative" else link
    moment = written(article.published, outlet.dates, "atom")
    lines = [
        "<entry>", f"<title>{escape(article.title)}</title>",
        f"<id>{f'tag:{outlet.site},2026:{article.slug}' if outlet.guid == 'tag' else link}</id>",
        f'<link rel="alternate" type="text/html" href="{shown}"/>',
        f"<published>{moment}</published>", f"<updated>{moment}</updated>",
    ]
    if article.author:
        lines.append(f"<author><name>{escape(article.author)}</name></author>")
    return [*lines, *_text(outlet, article), "</entry>"]


def _text(outlet: Outlet, article: Article) -> list[str]:
    if outlet.text == "both":
        return [f"<summary>{escape(article.lead)}</summary>", f'<content type="html">{escape(html_text(article.text))}</content>']
    if outlet.text == "html":
        return [f'<content type="html">{escape(html_text(article.text))}</content>']
    if outlet.text == "xhtml":
        return [f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{html_text(article.text)}</div></content>']
    whole = "\n\n".join(article.text)
    return [f'<content type="text">{escape(whole)}</content>']
