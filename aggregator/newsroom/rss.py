"""An outlet's articles as RSS 2.0, with the habits real outlets have.

One leaves the guid out, one writes HTML in CDATA, one brings five namespaces,
one is in windows-1251, one dates by Dublin Core, one only teases.

Touches: nothing.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from aggregator.newsroom.articles import Article, Outlet
from aggregator.newsroom.dates import written
from aggregator.newsroom.pages import article_path, html_text, wrapping

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}
TRACKING = "?utm_source=rss&utm_medium=feed&utm_campaign=tin-moi&fbclid=IwAR0"


def render_rss(outlet: Outlet, articles: tuple[Article, ...], base: str) -> bytes:
    """The whole document, encoded."""
    home = f"{base}/{outlet.id}/"
    names = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items() if prefix in _prefixes(outlet))
    lines = [
        f'<?xml version="1.0" encoding="{outlet.encoding}"?>', f'<rss version="2.0"{names}>', "<channel>",
        f"<title>{escape(outlet.name)}</title>", f"<link>{home}</link>", f"<description>{escape(outlet.name)}</description>",
        f"<language>{outlet.language}</language>",
    ]
    if outlet.rich:
        lines += [f'<atom:link href="{home}feed.xml" rel="self" type="application/rss+xml"/>', "<sy:updatePeriod>hourly</sy:updatePeriod>",
                  "<sy:updateFrequency>1</sy:updateFrequency>"]
    for article in articles:
        lines += _item(outlet, article, base)
    return "\n".join([*lines, "</channel>", "</rss>", ""]).encode(outlet.encoding)


def _prefixes(outlet: Outlet) -> frozenset[str]:
    if outlet.rich:
        return frozenset(NAMESPACES)
    return frozenset({"content"} if outlet.text == "both" else set()) | frozenset({"dc"} if outlet.dates == "dc" else set())


def _item(outlet: Outlet, article: Article, base: str) -> list[str]:
    link = base + article_path(article)
    shown = link + TRACKING if outlet.links == "tracking" else link
    lines = ["<item>", f"<title>{escape(article.title)}</title>", f"<link>{escape(shown)}</link>"]
    lines += _guid(outlet, article, link)
    if article.dated:
        tag = "dc:date" if outlet.dates == "dc" else "pubDate"
        lines.append(f"<{tag}>{written(article.published, outlet.dates, 'rss')}</{tag}>")
    if article.author:
        lines.append(f"<dc:creator>{escape(article.author)}</dc:creator>" if outlet.rich else f"<author>{escape(article.author)}</author>")
    if article.copy_of:
        origin = f"{base}/{article.copy_of.partition('/')[0]}/feed.xml"
        lines.append(f"<source url={quoteattr(origin)}>{escape(article.credit)}</source>")
    if outlet.rich:
        photo = f"{base}/{outlet.id}/photo/{article.slug}.jpg"
        lines += [f'<media:content url="{photo}" medium="image"><media:description>File photo</media:description></media:content>',
                  "<category>Security</category>"]
    return [*lines, *_text(outlet, article), "</item>"]


def _guid(outlet: Outlet, article: Article, link: str) -> list[str]:
    if outlet.guid == "permalink":
        return [f'<guid isPermaLink="true">{escape(link)}</guid>']
    if outlet.guid == "tag":
        return [f'<guid isPermaLink="false">tag:{outlet.site},2026:{article.slug}</guid>']
    if outlet.guid == "number":
        return [f'<guid isPermaLink="false">{article.published:%y%m%d%H%M}</guid>']
    return []


def _text(outlet: Outlet, article: Article) -> list[str]:
    if outlet.text == "teaser":
        return [f"<description>{escape(article.lead)}</description>"]
    if outlet.text == "both":
        return [f"<description>{escape(article.lead)}</description>", f"<content:encoded><![CDATA[{html_text(article.text)}]]></content:encoded>"]
    if outlet.text == "html":
        before, after = wrapping(outlet, article)
        return [f"<description><![CDATA[{before}{html_text(article.text)}{after}]]></description>"]
    whole = "\n\n".join(article.text)
    return [f"<description>{escape(whole)}</description>"]
