"""What can go wrong in this room, in words for the operator.

Touches: nothing.
"""

from __future__ import annotations


class FeedsError(Exception):
    """Nothing can be published or served. `subject` is what it is about, `remedy` what to do."""

    def __init__(self, subject: str, reason: str, remedy: str) -> None:
        super().__init__(f"{subject}: {reason}; {remedy}")
        self.subject, self.reason, self.remedy = subject, reason, remedy
