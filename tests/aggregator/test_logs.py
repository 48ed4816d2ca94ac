"""Lines of the log: one each, whatever is in them, and no secrets."""

import json
import logging
import sys

import pytest

from aggregator.logs import Lines, safe


def line(form: str, message: str, *values: object, failed: bool = False) -> str:
    error = None
    if failed:
        try:
            raise ValueError("bad\nvalue https://user:pass@au.example/")
        except ValueError:
            error = sys.exc_info()
    record = logging.LogRecord("communique", logging.INFO, __file__, 1, message, values, error)
    record.created = 1772701200.5
    return Lines(form).format(record)


def test_a_line_of_text():
    assert line("text", "polled source=%s outcome=%s", "au-press", "new") == "2026-03-05T09:00:00.500Z INFO polled source=au-press outcome=new"


def test_a_line_of_json_has_the_same_as_fields():
    told = json.loads(line("json", "polled source=%s outcome=%s new=%d reason=%r", "au-press", "failed", 0, "HTTP 503"))
    assert told == {
        "time": "2026-03-05T09:00:00.500Z", "level": "INFO", "event": "polled", "source": "au-press", "outcome": "failed", "new": "0", "reason": "HTTP 503",
    }


HOSTILE = [
    "a\n2026-03-05T09:00:00.500Z ERROR forged", "a\r\nb", "\x1b[31mred\x1b[0m", "a\x00b", "a\u2028b\u2029c", "\u202egnp.exe", "\ud800", "x" * 100_000, '","level":"ERROR","x":"', "%s %d %(x)s",
]


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_no_title_forges_a_line(form, title):
    made = line(form, "not understood item=%s title=%s", "i-1", title)
    assert len(made.splitlines()) == 1
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in made)
    assert len(made) < 9_000
    made.encode()
    if form == "json":
        told = json.loads(made)
        assert (told["level"], told["item"]) == ("INFO", "i-1")


def test_a_message_cannot_take_the_place_of_our_own_fields():
    assert json.loads(line("json", "x level=ERROR time=never"))["level"] == "INFO"


@pytest.mark.parametrize(("said", "secret"), [
    ("store postgresql://desk:hunter2@db.example/c", "hunter2"), ("proxy=http://me:pw@proxy.example:3128", "me:pw"), ("Authorization: Bearer abc.def", "abc.def"),
    ("url=https://au.example/feed?token=s3cret&x=1", "s3cret"), ("password=letmein", "letmein"), ("https://x.example/?api_key=k1", "k1"),
])
def test_no_secret_is_written(said, secret):
    assert secret not in safe(said)
    assert secret not in line("json", said)


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_error_is_on_the_same_line_with_where_it_came_from(form):
    made = line(form, "not read source=a", failed=True)
    assert len(made.splitlines()) == 1
    assert "ValueError" in made and "test_logs.py" in made and "user:pass" not in made
