"""One line for each event, as text or as JSON, whatever a source or a server put into it.

Control characters and line ends are written as escapes, so that no title can forge a
line; passwords in addresses and tokens in queries are left out.

Touches: nothing.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from datetime import UTC, datetime

FORMATS = ("text", "json")
LONGEST = 4_000         # characters of a line; a report of an error has its traceback in as many more
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_PAIR = re.compile(r"""(?<!\S)([a-z_]+)=("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\S*)""")
_USERINFO = re.compile(r"(?<=://)[^/\s@'\"]+@")
_SECRET = re.compile(r"(?i)\b(authorization|password|passwd|secret|token|api_?key|access_key|signature|cookie)\b(\s*[=:]\s*)(?:(?:bearer|basic)\s+)?[^\s&'\"]+")


def safe(text: str) -> str:
    """`text` on one line, without secrets.

    >>> safe("title\\n2026-01-01 forged postgresql://me:pw@db/x?token=abc")
    'title\\\\n2026-01-01 forged postgresql://…@db/x?token=…'
    """
    text = _SECRET.sub(r"\1\2…", _USERINFO.sub("…@", text))
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


class Lines(logging.Formatter):
    """A record as one line: "2026-03-05T09:00:00Z INFO polled source=au-press outcome=new", or the same as a JSON object."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self._json = form == "json"

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        said = safe(record.getMessage()[:LONGEST])
        why = safe("".join(traceback.format_exception(*record.exc_info))[-LONGEST:]) if record.exc_info else ""
        if not self._json:
            return f"{when} {record.levelname} {said}{f' error={why}' if why else ''}"
        event = _PAIR.split(said, maxsplit=1)[0].strip()
        fields = {name: value[1:-1] if value[:1] in "\"'" and len(value) > 1 else value for name, value in _PAIR.findall(said)}
        told = {"time": when, "level": record.levelname, "event": event, **{name: fields[name] for name in fields if name not in RESERVED}}
        return json.dumps(told | ({"error": why} if why else {}), ensure_ascii=False)


RESERVED = {"time", "level", "event", "error"}      # what a message calls so may not take the place of ours
