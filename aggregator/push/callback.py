"""The address hubs call: a question is answered, a document is taken in.

Whatever is pushed, and by whom, the answer is the same, so that nobody learns from
it what is followed here or whether a signature was right.

Touches: the requests it is given.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from aggregator.fetch.fetcher import MAX_BYTES
from aggregator.push.hubs import Hubs

PATH = "push"                       # below the address that hubs are given: push/<token>
READ_SECONDS = 30.0                 # for a whole pushed document
AT_ONCE = 8                         # documents that are being received: each may hold MAX_BYTES
HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


@dataclass(slots=True)
class Callback:
    """Where hubs call; `hubs` are those of the daemon at work, None while there is none."""

    hubs: Hubs | None = None
    receiving: int = 0

    def route(self) -> Route:
        """For the server to have beside the published files."""
        return Route(f"/{PATH}/{{token}}", self.answer, methods=["GET", "POST"])

    async def answer(self, request: Request) -> Response:
        """One request of a hub, or of somebody else."""
        token = request.path_params["token"]
        if request.method == "POST":
            await self._take(token, request)
            return Response(status_code=202, headers=HEADERS)
        mode, topic, challenge, lease_seconds = (request.query_params.get(f"hub.{name}", "") for name in ("mode", "topic", "challenge", "lease_seconds"))
        if self.hubs is None or not await self.hubs.confirm(token, mode, topic, challenge, lease_seconds):
            return Response("There is nothing here.\n", 404, HEADERS, "text/plain")
        return Response(challenge, 200, HEADERS, "text/plain")

    async def _take(self, token: str, request: Request) -> None:
        """Hands a document on; one that is too large, too slow or that nobody asked for is left unread."""
        hubs = self.hubs
        if hubs is None or not hubs.knows(token) or self.receiving >= AT_ONCE:
            return
        self.receiving += 1
        try:
            body = await _body(request)
        finally:
            self.receiving -= 1
        if body is not None:
            hubs.receive(token, request.headers.get("x-hub-signature", ""), body, request.headers.get("content-type", ""))


async def _body(request: Request) -> bytes | None:
    """The whole body; None when it is too large, too slow or breaks off."""
    body = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > MAX_BYTES:
                    return None
    except (TimeoutError, ClientDisconnect):
        return None
    return bytes(body)
