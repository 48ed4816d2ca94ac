from __future__ import annotations

from datetime import UTC, datetime
from time import perf_counter

import pytest

from feeds.http import Part, coding, is_unchanged, part_of

TAG = '"abc"'
MODIFIED = datetime(2026, 3, 4, 9, 0, 0, 500_000, tzinfo=UTC)
THEN, BEFORE, LATER = "Wed, 04 Mar 2026 09:00:00 GMT", "Wed, 04 Mar 2026 08:59:59 GMT", "Wed, 04 Mar 2026 10:00:00 GMT"


@pytest.mark.case("O26")
@pytest.mark.parametrize(
    "headers, unchanged",
    [
        ({}, False),
        ({"if-none-match": '"abc"'}, True),
        ({"if-none-match": 'W/"abc"'}, True),
        ({"if-none-match": "*"}, True),
        ({"if-none-match": " * "}, True),
        ({"if-none-match": '"x", "abc"'}, True),
        ({"if-none-match": '"x",W/"abc" , "y"'}, True),
        ({"if-none-match": '"x"'}, False),
        ({"if-none-match": "abc"}, False),
        ({"if-none-match": '"ab"'}, False),
        ({"if-none-match": '"abc'}, False),
        ({"if-none-match": '"x""abc"'}, False),
        ({"if-none-match": ""}, False),
        ({"if-none-match": '"a,b", "abc"'}, True),
        ({"if-none-match": '"x", ""abc"'}, False),
        ({"if-none-match": '"x\\"abc"'}, False),
        ({"if-modified-since": THEN}, True),
        ({"if-modified-since": LATER}, True),
        ({"if-modified-since": BEFORE}, False),
        ({"if-modified-since": "nonsense"}, False),
        ({"if-modified-since": "9" * 10_000}, False),
        ({"if-modified-since": ""}, False),
        ({"if-modified-since": "Wed, 99 Mar 2026 09:00:00 GMT"}, False),
        ({"if-none-match": '"x"', "if-modified-since": LATER}, False),
        ({"if-none-match": '"abc"', "if-modified-since": BEFORE}, True),
    ],
)
def test_a_client_that_has_the_file_is_told_so(headers, unchanged):
    assert is_unchanged(headers, TAG, MODIFIED) is unchanged


@pytest.mark.case("O29")
@pytest.mark.parametrize(
    "accepted, how",
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate, br", "gzip"),
        ("gzip;q=0", "identity"),
        ("gzip; q=0.0", "identity"),
        ("*", "gzip"),
        ("*;q=0", "identity"),
        ("identity", "identity"),
        ("gzip;q=0.5, identity;q=1", "identity"),
        ("gzip;q=1, identity;q=0.5", "gzip"),
        ("x-gzip", "gzip"),
        ("br", "identity"),
        ("gzip;q=2", "identity"),
        ("\xff\x00nonsense", "identity"),
        ("gzip," * 5_000, "identity"),
    ],
)
def test_gzip_is_sent_where_it_is_asked_for_and_not_refused(accepted, how):
    assert coding(accepted) == how


@pytest.mark.case("O30")
@pytest.mark.parametrize(
    "headers, part",
    [
        ({}, "all"),
        ({"range": "bytes=0-4"}, Part(0, 4)),
        ({"range": "bytes=5-"}, Part(5, 9)),
        ({"range": "bytes=-3"}, Part(7, 9)),
        ({"range": "bytes=-30"}, Part(0, 9)),
        ({"range": "bytes=2-99"}, Part(2, 9)),
        ({"range": "bytes=10-"}, "none"),
        ({"range": "bytes=-0"}, "none"),
        ({"range": "bytes=4-2"}, "all"),
        ({"range": "bytes=0-1,3-4"}, "all"),
        ({"range": "lines=0-1"}, "all"),
        ({"range": "bytes=-"}, "all"),
        ({"range": "bytes=x-y"}, "all"),
        ({"range": "bytes=" + "9" * 5_000 + "-"}, "all"),
        ({"range": "bytes=0-4", "if-range": TAG}, Part(0, 4)),
        ({"range": "bytes=0-4", "if-range": '"old"'}, "all"),
        ({"range": "bytes=0-4", "if-range": 'W/"abc"'}, "all"),
        ({"range": "bytes=0-4", "if-range": THEN}, Part(0, 4)),
        ({"range": "bytes=0-4", "if-range": BEFORE}, "all"),
        ({"range": "bytes=0-4", "if-range": "nonsense"}, "all"),
    ],
)
def test_one_simple_range_is_served_and_any_other_is_as_if_not_sent(headers, part):
    assert part_of(headers, 10, TAG, MODIFIED) == part


@pytest.mark.case("S63")
def test_long_header_fields_cost_no_time():
    start = perf_counter()
    is_unchanged({"if-none-match": '"x",' * 250_000}, TAG, MODIFIED)
    is_unchanged({"if-none-match": '"' * 1_000_000}, TAG, MODIFIED)
    part_of({"range": "bytes=" + "0-1," * 10_000}, 10, TAG, MODIFIED)
    coding("gzip;q=0.1," * 100_000)
    assert perf_counter() - start < 0.1
