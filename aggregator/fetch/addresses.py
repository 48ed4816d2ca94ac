"""Which network addresses may be visited, and by which ports.

A name on the open internet may point anywhere, also at the machine's own
services, so what counts is the address that is about to be dialled. The table is
the IANA special-purpose registries (RFC 6890 and its successors) written out:
`ipaddress.is_global` of Python 3.11 lets multicast, NAT64, 6to4, site-local and
several metadata addresses pass.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import can_ada

WEB_PORTS = frozenset({80, 443})

# Reasons are shown to the operator as they stand: "10.0.0.1 is a private address".
SPECIAL_V4 = tuple((IPv4Network(network), why) for network, why in (
    ("0.0.0.0/8",       "an address of this machine"),
    ("10.0.0.0/8",      "a private address"),
    ("100.64.0.0/10",   "a carrier's private address"),
    ("127.0.0.0/8",     "a loopback address"),
    ("169.254.0.0/16",  "a link-local address"),
    ("172.16.0.0/12",   "a private address"),
    ("192.0.0.0/24",    "an address reserved for protocols"),
    ("192.0.2.0/24",    "a documentation address"),
    ("192.88.99.0/24",  "a retired 6to4 relay"),
    ("192.168.0.0/16",  "a private address"),
    ("198.18.0.0/15",   "a benchmarking address"),
    ("198.51.100.0/24", "a documentation address"),
    ("203.0.113.0/24",  "a documentation address"),
    ("224.0.0.0/4",     "a multicast address"),
    ("240.0.0.0/4",     "a reserved address"),
))

GLOBAL_V6 = IPv6Network("2000::/3")     # the only block IANA has given out for the open internet
SPECIAL_V6 = tuple((IPv6Network(network), why) for network, why in (
    ("2001::/23",       "an address reserved for protocols"),   # Teredo, ORCHID, benchmarking; nobody publishes there
    ("2001:db8::/32",   "a documentation address"),
    ("3fff::/20",       "a documentation address"),
))
NOT_GLOBAL_V6 = tuple((IPv6Network(network), why) for network, why in (
    ("::/128",          "an address of this machine"),
    ("::1/128",         "a loopback address"),
    ("64:ff9b:1::/48",  "a private NAT64 address"),
    ("fc00::/7",        "a private address"),
    ("fe80::/10",       "a link-local address"),
    ("fec0::/10",       "a private address"),
    ("ff00::/8",        "a multicast address"),
))
NAT64 = IPv6Network("64:ff9b::/96")     # RFC 6052: the last 32 bits are the IPv4 address it stands for
SIX_TO_FOUR = IPv6Network("2002::/16")  # RFC 3056: bits 16 to 47 are


def why_not_public(ip: str | IPv4Address | IPv6Address) -> str:
    """What kind of address `ip` is when it is not one of the open internet, "" when it is.

    Raises ValueError when `ip` is no address.

    >>> why_not_public("::ffff:10.0.0.1")
    'a private address'
    >>> why_not_public("1.1.1.1")
    ''
    """
    address = ip_address(ip)
    if isinstance(address, IPv4Address):
        return next((why for network, why in SPECIAL_V4 if address in network), "")
    if address.scope_id is not None:
        return "an address of one network interface"
    inner = _address_inside(address)
    if inner is not None:
        return why_not_public(inner)
    if address in GLOBAL_V6:
        return next((why for network, why in SPECIAL_V6 if address in network), "")
    return next((why for network, why in NOT_GLOBAL_V6 if address in network), "a reserved address")


def is_public(ip: str | IPv4Address | IPv6Address) -> bool:
    """Whether `ip` is an address of the open internet."""
    return not why_not_public(ip)


def allowed(host: str, port: int, allow: Collection[str]) -> bool:
    """Whether the operator has named exactly this "host:port" in `poll.allow`.

    The host is compared as written, not by what it resolves to: allowing
    "127.0.0.1:8080" does not allow "localhost:8080".

    >>> allowed("LOCALHOST.", 8080, ["localhost:8080"]), allowed("::1", 80, ["[::1]:80"]), allowed("localhost", 80, ["localhost:8080"])
    (True, True, False)
    """
    return bool(allow and host) and authority(host, port) in _in_lower_case(frozenset(allow))


@lru_cache(maxsize=8)
def _in_lower_case(allow: frozenset[str]) -> frozenset[str]:
    """Asked for every request, of one list."""
    return frozenset(entry.lower() for entry in allow)


def host_and_port(url: str) -> tuple[str, int]:
    """Where a web address leads, as the browsers' standard reads it; ("", 0) when it is none.

    >>> host_and_port("https://Example.org./feed"), host_and_port("http://0x7f.1:8080/"), host_and_port("file:///etc/passwd")
    (('example.org', 443), ('127.0.0.1', 8080), ('', 0))
    """
    try:
        address = can_ada.parse(url)
    except (ValueError, UnicodeError):
        return "", 0
    if address.protocol not in ("http:", "https:"):
        return "", 0
    return address.hostname.strip("[]").rstrip("."), int(address.port or (443 if address.protocol == "https:" else 80))


def same_feed(url: str) -> str:
    """What two spellings of one feed's address have in common: scheme, default port, case of the host and a slash at the end do not count.

    >>> same_feed("HTTP://Example.org:80/feed/") == same_feed("https://example.org/feed")
    True
    """
    try:
        address = can_ada.parse(url)
    except (ValueError, UnicodeError):
        return url
    port = f":{address.port}" if address.port not in ("", "80", "443") else ""
    return f"{address.hostname.rstrip('.')}{port}{address.pathname.rstrip('/')}{address.search}"


def is_own(url: str, allow: Collection[str]) -> bool:
    """Whether `url` is on a host that the operator calls his own in `poll.allow`."""
    return allowed(*host_and_port(url), allow)


def why_port_refused(host: str, port: int, named: bool) -> str:
    """Why a request may not go to this port of `host`, "" when it may.

    80 and 443 are the web. Another port is visited only where the operator has
    `named` it: as host:port in `poll.allow`, or in the address of the source itself.
    A redirect or a link never opens one.
    """
    return "" if port in WEB_PORTS or named else f"port {port} is not one of the web; add \"{authority(host, port)}\" to poll.allow if it is right"


def why_host_refused(host: str) -> str:
    """Why a host may not be asked for through a proxy, which resolves names itself: an address that is written out, or this machine by name. "" when it may.

    >>> why_host_refused("169.254.169.254"), why_host_refused("printer.localhost"), why_host_refused("example.org")
    ('169.254.169.254 is a link-local address', 'printer.localhost is a loopback address', '')
    """
    if host == "localhost" or host.endswith(".localhost"):
        return f"{host} is a loopback address"
    try:
        why = why_not_public(host.strip("[]"))
    except ValueError:
        return ""
    return f"{host} is {why}" if why else ""


def authority(host: str, port: int) -> str:
    """host:port as `poll.allow` writes it."""
    name = host.lower().strip("[]").rstrip(".")
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def _address_inside(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in SIX_TO_FOUR:
        return address.sixtofour
    return None
