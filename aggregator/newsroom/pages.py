"""An outlet's articles as web pages: a listing, and one page for each article.

Two lay-outs: lists and paragraphs in one, tables and line breaks in the other.
Both carry what real pages carry beside the text: a menu, a notice about cookies,
the latest headlines. `RULES` says how each is to be read.

Touches: nothing.
"""

from __future__ import annotations

from html import escape

from aggregator.newsroom.articles import Article, Outlet
from aggregator.newsroom.dates import written
from storage.model import PageRules

RULES = {
    "page": PageRules(item="ul.tin-bai > li", link="a.tieu-de", title="a.tieu-de", date="span.ngay", content="div.noi-dung"),
    "table": PageRules(item="table.stories tr.story", link="td.what a", title="td.what a", date="td.when", content="td.story-text"),
}
MENU = {
    "vi": ("Trang chủ", "Hoạt động đối ngoại", "Văn bản", "Liên hệ"),
    "en": ("Home", "Counties", "Region", "Business", "Opinion"),
}
COOKIES = {
    "vi": "Trang web này sử dụng cookie để cải thiện trải nghiệm của bạn.",
    "en": "We use cookies to improve your experience on our site.",
}
RAIL = 4        # headlines of other articles beside each one


def article_path(article: Article) -> str:
    outlet, _, slug = article.id.partition("/")
    return f"/{outlet}/article/{slug}.html"


def html_text(paragraphs: tuple[str, ...]) -> str:
    """Paragraphs as HTML that is well-formed XML too."""
    return "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in paragraphs)


def wrapping(outlet: Outlet, article: Article) -> tuple[str, str]:
    """What a republisher puts before and after a text; nothing for the others."""
    if not outlet.wrapped:
        return "", ""
    credit, name = escape(article.credit), escape(outlet.name)
    return (
        f"<p><em>Distributed by {name}. Source: {credit}</em></p>",
        f"<p>This story first appeared in {credit}. {name} is not responsible for the content of external sites.</p>"
        "<p>Sign up for our free newsletter and never miss a story.</p>",
    )


def render_listing(outlet: Outlet, articles: tuple[Article, ...], base: str) -> bytes:
    """The front page: for two outlets the only list of articles there is."""
    rows = [_row(outlet, article, base) for article in articles]
    if outlet.format == "table":
        body = f'<table class="stories" width="100%"><tr><th>Published</th><th>Story</th></tr>{"".join(rows)}</table>'
    else:
        body = f'<ul class="tin-bai">{"".join(rows)}</ul>'
    return _page(outlet, outlet.name, body)


def render_article(outlet: Outlet, article: Article, others: tuple[Article, ...], base: str) -> bytes:
    """The page of one article, with the headlines of `others` beside it."""
    rail = "".join(f'<li><a href="{base}{article_path(other)}">{escape(other.title)}</a></li>' for other in others[:RAIL])
    moment = _moment(outlet, article)
    before, after = wrapping(outlet, article)
    if outlet.format == "table":
        text = "<br><br>".join(escape(paragraph, quote=False) for paragraph in article.text)
        body = (
            f'<table width="100%"><tr><td class="story-text"><font face="Georgia">{text}</font></td>'
            f'<td class="side"><b>Most read</b><ul>{rail}</ul></td></tr></table>'
        )
    else:
        body = (
            f'<div class="noi-dung">{before}{html_text(article.text)}{after}</div>'
            f'<aside class="related"><ul>{rail}</ul></aside>'
        )
    heading = f'<h1>{escape(article.title)}</h1><p class="meta">{escape(article.author)} {escape(moment)}</p>'
    return _page(outlet, article.title, heading + body)


def render_index(outlets: tuple[Outlet, ...], base: str) -> bytes:
    """A page for people who open the newsroom's own address."""
    rows = "".join(f'<li><a href="{base}/{outlet.id}/">{escape(outlet.name)}</a> ({outlet.language}, {outlet.format})</li>' for outlet in outlets)
    head = '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>The bundled newsroom</title>'
    return f"{head}<h1>The bundled newsroom</h1><ul>{rows}</ul></html>".encode()


def _row(outlet: Outlet, article: Article, base: str) -> str:
    title, moment = escape(article.title), escape(_moment(outlet, article))
    if outlet.format == "table":
        return f'<tr class="story"><td class="when">{moment}</td><td class="what"><a href="{base}{article_path(article)}">{title}</a></td></tr>'
    return (
        f'<li><span class="ngay">{moment}</span> <a class="tieu-de" href="article/{article.slug}.html">{title}</a>'
        f'<p class="sapo">{escape(article.lead, quote=False)}</p></li>'
    )


def _moment(outlet: Outlet, article: Article) -> str:
    return written(article.published, outlet.dates, outlet.format) if article.dated else ""


def _page(outlet: Outlet, title: str, body: str) -> bytes:
    menu = "".join(f'<a href="/{outlet.id}/">{escape(word)}</a> ' for word in MENU.get(outlet.language, (outlet.name,)))
    notice = COOKIES.get(outlet.language, "Cookies")
    text = (
        f'<!DOCTYPE html>\n<html lang="{outlet.language}"><head><meta charset="{outlet.encoding}">'
        f"<title>{escape(title)} - {escape(outlet.name)}</title></head>\n"
        f'<body><nav>{menu}</nav><div class="cookie">{escape(notice)}</div>\n<main>{body}</main>\n'
        f"<footer>© 2026 {escape(outlet.name)}</footer></body></html>\n"
    )
    return text.encode(outlet.encoding, "xmlcharrefreplace")
