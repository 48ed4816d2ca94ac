"""/search and /api over HTTP: questions to the store, answered while few ask at once.

Touches: the store, which it reads; the log, where the store cannot be read.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds import api, clean
from feeds.answers import answered, headers_of, held, plain
from feeds.lookup import Gone, Lookup
from feeds.pages.render import LONGEST_SEARCH
from feeds.publisher import Publishing, known_site
from feeds.site import Site
from storage.database import StorageError
from storage.store import Store

LOG = logging.getLogger("communique")
AT_ONCE = 4                                     # questions; a search may look at every text there is, and polling needs the machine too
AGAIN_SECONDS = 2
LONGEST_QUERY = 4096                            # bytes of a query string
PREFLIGHT = {
    "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET, HEAD", "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400", "Allow": "GET, HEAD, OPTIONS",
}


class Missing(LookupError):
    """What is asked for is not there. `status` is that of HTTP."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Moved:
    """What is asked for is at another address, relative to its own."""

    location: str


Answer = api.Plain | Moved


@dataclass(frozen=True)
class Asking:
    """Answers questions from the store that `open_store` opens anew for each, to be read only."""

    open_store: Callable[[], Store]
    publishing: Publishing
    turns: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(AT_ONCE))

    def routes(self, max_age: int) -> list[Route]:
        """Where questions are asked; caches may keep an answer for `max_age` seconds."""
        asked: dict[str, Callable[[Request, Lookup, Site], Answer]] = {
            "/api/meetings": _meetings, "/api/meetings/{id}": _meeting, "/api/feeds": _feeds, "/api/search": _search, "/api/openapi.json": _description,
        }
        methods = ["GET", "HEAD", "OPTIONS"]
        return [
            Route("/search", self._page(max_age), methods=["GET", "HEAD"]),
            *(Route(path, self._told(answer, max_age), methods=methods) for path, answer in asked.items()),
        ]

    def _page(self, max_age: int) -> Callable[[Request], Response]:
        """The page of what is found."""

        def answer(lookup: Lookup, site: Site, request: Request) -> Response:
            body = lookup.search_page(clean.line(request.query_params.get("q", ""), LONGEST_SEARCH))
            return answered(request.headers, held(body), headers_of("text/html; charset=utf-8", max_age, is_shared=False))

        return lambda request: _for_head(request, self._in_turn(request, answer, plain))

    def _told(self, ask: Callable[[Request, Lookup, Site], Answer], max_age: int) -> Callable[[Request], Response]:
        """The answer of `ask` as JSON."""

        def answer(lookup: Lookup, site: Site, request: Request) -> Response:
            headers = headers_of("application/json", max_age, is_shared=True) | {"Access-Control-Expose-Headers": "ETag, Link, Retry-After"}
            try:
                told = ask(request, lookup, site)
            except api.Refused as error:
                return _problem(str(error), 400)
            except Missing as error:
                return _problem(str(error), error.status)
            if isinstance(told, Moved):
                kept = {name: headers[name] for name in ("Cache-Control", "Access-Control-Allow-Origin")}
                return plain("It is there now.", 308, {"Location": told.location, **kept})
            if "next" in told:
                headers["Link"] = f'<{told["next"]}>; rel="next"'
            return answered(request.headers, held(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"), headers)

        def respond(request: Request) -> Response:
            if request.method == "OPTIONS":
                return Response(status_code=204, headers=PREFLIGHT)
            return _for_head(request, self._in_turn(request, answer, _problem))

        return respond

    def _in_turn(
        self, request: Request, answer: Callable[[Lookup, Site, Request], Response], refuse: Callable[[str, int, dict[str, str]], Response],
    ) -> Response:
        again = {"Retry-After": str(AGAIN_SECONDS)}
        if len(request.scope["query_string"]) > LONGEST_QUERY:
            return refuse(f"The query is longer than {LONGEST_QUERY} bytes.", 414, {})
        if not self.turns.acquire(blocking=False):
            return refuse("Too many ask at once; ask again in a moment.", 503, again)
        try:
            with self.open_store() as store:
                site = known_site(store, self.publishing)
                if not site:
                    return refuse("Nothing has been published yet.", 503, {"Retry-After": "60"})
                return answer(Lookup(store, self.publishing, site), site, request)
        except StorageError as error:
            LOG.warning("not answered path=%s reason=%r", request.scope["path"][:80], str(error))
            return refuse("The store cannot be read now; ask again in a moment.", 503, again)
        finally:
            self.turns.release()


def _for_head(request: Request, answer: Response) -> Response:
    """`answer` without its body for HEAD; the length of what GET would send stays in the headers."""
    if request.method == "HEAD":
        answer.body = b""
    return answer


def _problem(detail: str, status: int, headers: dict[str, str] | None = None) -> Response:
    """What is wrong, as RFC 9457 tells programs."""
    title = {400: "A parameter is wrong", 404: "There is nothing here", 410: "It was withdrawn", 414: "The query is too long"}.get(status, "Not now")
    body = json.dumps({"title": title, "status": status, "detail": detail}, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    return Response(body, status, {
        "Content-Type": "application/problem+json", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Access-Control-Allow-Origin": "*",
        **(headers or {}),
    })


def _values(request: Request, path: str) -> api.Plain:
    return api.read(request.query_params.multi_items(), api.PARAMETERS[path])


def _listed(request: Request, site: Site, noun: str, found: list[api.Plain], limit: int, offset: int) -> api.Plain:
    """A page of a list, of which one more than `limit` was asked for to see whether it goes on."""
    if len(found) <= limit or offset + limit > api.FURTHEST:
        return {noun: found[:limit]}
    asked = dict(request.query_params) | {"limit": str(limit), "offset": str(offset + limit)}
    return {noun: found[:limit], "next": f"{site.url(request.scope['path'].lstrip('/'))}?{urlencode(asked)}"}


def _meetings(request: Request, lookup: Lookup, site: Site) -> Answer:
    values = _values(request, "/api/meetings")
    limit, offset = values["limit"], values["offset"]
    found = lookup.meetings(
        limit + 1, offset, countries=values["country"], every_country=values["between"], topics=values["topic"], organisations=values["organisation"])
    return _listed(request, site, "meetings", found, limit, offset)


def _meeting(request: Request, lookup: Lookup, site: Site) -> Answer:
    _values(request, "/api/meetings/{id}")
    found = lookup.meeting(request.path_params["id"])
    if found is None:
        raise Missing(404, "There never was a meeting of that id.")
    if isinstance(found, Gone):
        if not found.successor:
            raise Missing(410, "It proved to be no meeting.")
        return Moved(found.successor)
    return found


def _feeds(request: Request, lookup: Lookup, site: Site) -> Answer:
    values = _values(request, "/api/feeds")
    return _listed(request, site, "feeds", lookup.feeds(values["limit"] + 1, values["offset"]), values["limit"], values["offset"])


def _search(request: Request, lookup: Lookup, site: Site) -> Answer:
    values = _values(request, "/api/search")
    found = lookup.search(values["q"], values["limit"] + 1, values["offset"])
    return _listed(request, site, "meetings", found, values["limit"], values["offset"])


def _description(request: Request, lookup: Lookup, site: Site) -> Answer:
    _values(request, "/api/openapi.json")
    return api.description(site.url(), site.title)
