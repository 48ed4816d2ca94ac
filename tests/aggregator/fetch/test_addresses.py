"""Which addresses and ports may be visited.

Touches: nothing (the `shared` test reads the address lists beside the project).
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from aggregator.fetch.addresses import allowed, host_and_port, is_own, is_public, why_not_public, why_port_refused

SHARED = Path(__file__).parents[2] / ".." / "shared" / "corpora"


@pytest.mark.case("H6")
@pytest.mark.parametrize("ip", [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.0.1", "192.0.0.192", "192.88.99.1", "192.168.1.1", "198.19.0.1",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::",
    "2001:0:7f00:1::", "2001:db8::1", "3fff::1", "5f00::1", "100::1", "fd00::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
])
def test_an_address_of_no_open_network_is_refused_with_its_kind(ip: str) -> None:
    assert not is_public(ip)
    assert why_not_public(ip).startswith(("a ", "an "))


@pytest.mark.parametrize("ip", [
    "8.8.8.8", "1.1.1.1", "172.32.0.1", "2606:4700::1111", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::",
])
def test_an_address_of_the_open_internet_is_allowed_also_when_it_is_wrapped(ip: str) -> None:
    assert is_public(ip)


def test_what_is_no_address_is_an_error_not_a_permission() -> None:
    with pytest.raises(ValueError, match="does not appear"):
        is_public("localhost")


@pytest.mark.case("S41")
def test_the_allow_list_knows_exact_hosts_and_ports_only() -> None:
    allow = ["127.0.0.1:8080", "[::1]:80", "Feeds.Intern:8000"]
    assert allowed("127.0.0.1", 8080, allow)
    assert allowed("[::1]", 80, allow)
    assert allowed("feeds.intern.", 8000, allow)
    assert not allowed("127.0.0.1", 8081, allow)
    assert not allowed("localhost", 8080, allow)
    assert not allowed("127.0.0.2", 8080, allow)
    assert not allowed("127.0.0.1", 8080, ())


@pytest.mark.case("S38")
@pytest.mark.parametrize("port", [22, 25, 6379, 5432, 8080])
def test_a_port_that_is_not_of_the_web_needs_to_be_named(port: int) -> None:
    assert f'add "a.example:{port}" to poll.allow' in why_port_refused("a.example", port, named=False)
    assert why_port_refused("a.example", port, named=True) == ""


def test_the_ports_of_the_web_are_free() -> None:
    assert why_port_refused("a.example", 80, named=False) == why_port_refused("a.example", 443, named=False) == ""


@pytest.mark.case("S33")
@pytest.mark.parametrize("url", [
    "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://0x7f.0.0.1/", "http://127.0.0.1./", "http://127。0。0。1/", "http://①②⑦.⓪.⓪.①/",
])
def test_every_spelling_of_loopback_is_read_as_loopback(url: str) -> None:
    assert host_and_port(url) == ("127.0.0.1", 80)


@pytest.mark.case("S39")
@pytest.mark.parametrize(("url", "host"), [
    ("http://good.example@evil.example/", "evil.example"), ("http://evil.example#@good.example/", "evil.example"),
    ("http://evil.example\\@good.example/", "evil.example"), ("ht\ntp://a.ex\tample/", "a.example"),
])
def test_a_misleading_address_is_read_as_a_browser_reads_it(url: str, host: str) -> None:
    assert host_and_port(url)[0] == host


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "javascript:alert(1)", "http://[::1%25lo]/", "http://a b/", "gopher://a.example/"])
def test_what_is_no_web_address_leads_nowhere(url: str) -> None:
    assert host_and_port(url) == ("", 0)
    assert not is_own(url, [":0"])


@pytest.mark.shared
def test_every_address_of_the_collected_vectors_is_judged_as_expected() -> None:
    if not SHARED.is_dir():
        pytest.skip("the corpora beside the project are not here")
    expected = json.loads((SHARED / "ssrf-vectors" / "ip_expected.json").read_text())
    assert [case["ip"] for case in expected["blocked"] if is_public(case["ip"])] == []
    assert [ip for ip in expected["allowed"] if not is_public(ip)] == []


@pytest.mark.shared
def test_no_metadata_address_of_the_collected_lists_is_public() -> None:
    if not SHARED.is_dir():
        pytest.skip("the corpora beside the project are not here")
    text = (SHARED / "ssrf-testing" / "cloud-metadata.txt").read_text()
    hosts = {host_and_port(line)[0] for line in text.splitlines() if line.startswith("http")}
    literal = {host for host in hosts if re.fullmatch(r"[\d.]+", host)}
    assert len(literal) >= 3
    assert [host for host in literal if is_public(host)] == []
