"""An outlet's articles as JSON Feed: one outlet writes version 1.1 with HTML, one version 1 in plain text.

Touches: nothing.
"""

from __future__ import annotations

import json

from aggregator.newsroom.articles import Article, Outlet
from aggregator.newsroom.dates import written
from aggregator.newsroom.pages import article_path, html_text


def render_json(outlet: Outlet, articles: tuple[Article, ...], base: str) -> bytes:
    """The whole document, encoded."""
    home = f"{base}/{outlet.id}/"
    newer = outlet.text == "html"
    feed: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1" if newer else "https://jsonfeed.org/version/1",
        "title": outlet.name, "home_page_url": home, "feed_url": f"{home}feed.json",
    }
    if newer:
        feed["language"] = outlet.language
    feed["items"] = [_item(outlet, article, base, newer) for article in articles]
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def _item(outlet: Outlet, article: Article, base: str, newer: bool) -> dict[str, object]:
    link = base + article_path(article)
    item: dict[str, object] = {"id": link, "url": link, "title": article.title, "date_published": written(article.published, outlet.dates, "json")}
    if newer:
        return item | {"content_html": html_text(article.text), "authors": [{"name": article.author}]}
    return item | {"content_text": "\n\n".join(article.text), "summary": article.lead, "author": {"name": article.author}}
