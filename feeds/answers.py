"""Bytes as the answer to one request: coding, validators, conditions and parts.

Touches: nothing.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256

from starlette.responses import PlainTextResponse, Response

from feeds.http import Coding, coding, is_unchanged, part_of

GZIP_FROM = 400                                 # bytes: below this gzip saves no packet
POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes, ready to be sent in either coding."""

    body: bytes
    gzipped: bytes                              # b"" when it is not worth it
    digest: str
    modified: datetime | None = None            # None for what is made when it is asked for: it has no parts, and its date says nothing


def held(body: bytes, modified: datetime | None = None) -> Held:
    """`body` with its gzip form and its digest."""
    gzipped = gzip.compress(body, 6, mtime=0) if len(body) >= GZIP_FROM else b""
    return Held(body, gzipped if len(gzipped) < len(body) else b"", sha256(body).hexdigest()[:32], modified)


def headers_of(media_type: str, max_age: int, *, is_shared: bool) -> dict[str, str]:
    """The headers that what is published has whatever is asked; `is_shared`: that pages of other sites may read it (CORS)."""
    headers = {
        "Content-Type": media_type,
        "Cache-Control": f"public, max-age={max_age}, stale-if-error=86400",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if is_shared:
        headers["Access-Control-Allow-Origin"] = "*"
    if media_type.startswith("text/html"):
        headers |= {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}
    return headers


def answered(asked: Mapping[str, str], what: Held, headers: Mapping[str, str], status: int = 200) -> Response:
    """`what` as the request with the headers `asked` wants it."""
    has_parts = what.modified is not None
    how: Coding = coding(asked.get("accept-encoding", "")) if what.gzipped and not (has_parts and "range" in asked) else "identity"
    etag = f'"{what.digest}-gzip"' if how == "gzip" else f'"{what.digest}"'
    told = {**headers, "ETag": etag}
    if what.modified:
        told["Last-Modified"] = format_datetime(what.modified.replace(microsecond=0), usegmt=True)
    if status == 200 and is_unchanged(asked, etag, what.modified):
        told.pop("Content-Type")
        return Response(status_code=304, headers=told)
    if has_parts:
        told["Accept-Ranges"] = "bytes"
    if how == "gzip":
        return Response(what.gzipped, status, told | {"Content-Encoding": "gzip"})
    part = part_of(asked, len(what.body), etag, what.modified) if what.modified else "all"
    if part == "all":
        return Response(what.body, status, told)
    if part == "none":
        return plain("No such part.", 416, {"Content-Range": f"bytes */{len(what.body)}"})
    told["Content-Range"] = f"bytes {part.first}-{part.last}/{len(what.body)}"
    return Response(what.body[part.first : part.last + 1], 206, told)


def plain(text: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """A sentence that no cache keeps, unless `headers` says so."""
    return PlainTextResponse(text + "\n", status, {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", **(headers or {})})
