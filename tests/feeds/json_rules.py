"""What JSON Feed 1.1 asks of a document, as a list of what is wrong with one.

Touches: nothing.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

FEED = {"version", "title", "home_page_url", "feed_url", "description", "user_comment", "next_url", "icon", "favicon", "authors", "language", "expired", "hubs", "items"}
ITEM = {
    "id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image", "date_published", "date_modified", "authors", "tags",
    "language", "attachments",
}
ADDRESSES = ("home_page_url", "feed_url", "url", "external_url")


def wrong(body: bytes, *, feed_url: str = "") -> list[str]:
    """Every rule that `body` breaks; none for a valid feed."""
    feed = json.loads(body.decode("utf-8"))
    found = [] if feed.get("version") == "https://jsonfeed.org/version/1.1" else ["version"]
    found += [f"the feed has {name}" for name in feed if name not in FEED and not name.startswith("_")]
    found += _common(feed, "the feed")
    if not feed.get("title") or not isinstance(feed.get("items"), list):
        found.append("no title or no items")
    if feed_url and feed.get("feed_url") != feed_url:
        found.append(f"feed_url is {feed.get('feed_url')}")
    ids = [item.get("id") for item in feed.get("items", [])]
    found += [f"id {id!r}" for id in ids if not isinstance(id, str) or not id or ids.count(id) > 1]
    for item in feed.get("items", []):
        found += [f"an item has {name}" for name in item if name not in ITEM and not name.startswith("_")] + _common(item, str(item.get("id")))
        if not item.get("content_html") and not item.get("content_text"):
            found.append(f"{item.get('id')} has no content")
        for name in ("date_published", "date_modified"):
            if name in item and datetime.fromisoformat(item[name]).tzinfo is None:
                found.append(f"{name} {item[name]}")
        if not all(isinstance(tag, str) and tag for tag in item.get("tags", [])):
            found.append(f"tags {item['tags']}")
    return found


def _common(part: dict[str, Any], of: str) -> list[str]:
    found = [f"{of}: {name} {part[name]}" for name in ADDRESSES if name in part and not str(part[name]).startswith(("http://", "https://"))]
    found += [f"{of}: author {author}" for author in part.get("authors", []) if not ({"name", "url", "avatar"} & set(author)) or not all(author.values())]
    found += [f"{of}: extension {name}" for name, value in part.items() if name.startswith("_") and not isinstance(value, dict)]
    return found + [f"{of}: {name} is empty" for name, value in part.items() if value in ("", None) or (value == [] and name != "items")]
