"""What can go wrong in this room, in words for the operator.

Each error carries the thing it is about and a sentence that can be acted on.

Touches: nothing.
"""

from __future__ import annotations

from datetime import timedelta


class AggregatorError(Exception):
    """The root of this room's errors."""


class ConfigError(AggregatorError):
    """The configuration is wrong. `mistakes` lists every one of them: file, place, value, remedy."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class FetchError(AggregatorError):
    """A source gave us no document. `reason` is for the operator: "HTTP 503", "no answer in 30 s"."""

    def __init__(self, url: str, reason: str, *, status: int = 0, retry_after: timedelta | None = None) -> None:
        super().__init__(f"{url}: {reason}")
        self.url, self.reason, self.status, self.retry_after = url, reason, status, retry_after


class ParseError(AggregatorError):
    """A document could not be read. `reason` is for the operator: "an HTML page, not a feed"."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url, self.reason = url, reason
