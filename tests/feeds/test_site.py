from __future__ import annotations

import pytest

from feeds.site import authority_of, name
from tests.feeds.sample import SITE


@pytest.mark.case("O1")
def test_ids_are_tag_uris_of_the_host_and_year_of_the_first_run():
    assert SITE.meeting_id("m-1") == "tag:news.example,2026:m-1"
    assert SITE.feed_id("country/vn") == "tag:news.example,2026:feed/country/vn"


@pytest.mark.parametrize(
    "url, host",
    [
        ("https://News.Example.org/x/", "news.example.org"),
        ("http://127.0.0.1:8080/", "127.0.0.1"),
        ("http://[::1]/", "localhost"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
    ],
)
def test_the_authority_of_an_id_is_a_host_that_a_tag_can_hold(url, host):
    assert authority_of(url) == host


@pytest.mark.parametrize("bad", ["", ".", "..", "a/b", "A", "-a", "a.b", "con", "lpt1", "x" * 81, "ü", "a\x00", "a\n"])
def test_a_name_is_one_that_any_file_system_takes(bad):
    with pytest.raises(ValueError):
        name(bad)
