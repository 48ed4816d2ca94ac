"""S40: every way out of this program leads through one guarded door.

Ten routes by which a document could send us into a private network are walked, each
with an ear on every socket of this process; and the sources are read for anything
that could open another door.

Touches: loopback.
"""

from __future__ import annotations

import ast
import re
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from storage.model import PageRules
from tests.aggregator.poll.world import article, rss
from tests.factory import source

ROOT = Path(__file__).parents[3]
ROOMS = ("aggregator", "feeds", "storage")

INSIDE = "http://inside.example/secret"          # a name of a private address
LITERAL = "http://169.254.169.254/latest/meta-data/"

_heard: list[tuple[str, Any]] = []
_listening = False


def _ear(event: str, arguments: tuple[Any, ...]) -> None:
    if _listening and event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        _heard.append((event, arguments[1] if event == "socket.connect" else arguments[0]))


sys.addaudithook(_ear)      # cannot be taken away again, so it listens only when told


class listening:
    """Hears what this process says to the network."""

    def __enter__(self) -> list[tuple[str, Any]]:
        global _listening
        _heard.clear()
        _listening = True
        return _heard

    def __exit__(self, *exception: object) -> None:
        global _listening
        _listening = False


XML = f"""<?xml version="1.0"?>
<?xml-stylesheet href="{LITERAL}"?>
<!DOCTYPE rss SYSTEM "{LITERAL}" [<!ENTITY x SYSTEM "{LITERAL}"><!ENTITY % p SYSTEM "{INSIDE}"> %p;]>
<rss version="2.0" xmlns:xi="http://www.w3.org/2001/XInclude" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x {LITERAL}">
<channel><title>Press</title><xi:include href="{LITERAL}"/><item><guid>1</guid><title>One &x;</title></item></channel></rss>"""

LINKS = f"""<?xml version="1.0"?><rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" xml:base="{LITERAL}">
<channel><title>Press</title><a:link rel="self" href="{INSIDE}"/><a:link rel="hub" href="{LITERAL}"/><image><url>{LITERAL}</url></image><cloud domain="inside.example" port="80" path="/"/>
<item><guid>1</guid><title>One</title><link>{LITERAL}</link><enclosure url="{LITERAL}" length="1" type="audio/mpeg"/><media:thumbnail url="{LITERAL}"/>
<comments>{LITERAL}</comments><source url="{LITERAL}">Other</source></item></channel></rss>"""


def redirecting(site, path):
    """Five hops, the last of them into the private network."""
    for number in range(5):
        site.on(path if number == 0 else f"{path}{number}", status=302, headers={"Location": f"{path}{number + 1}" if number < 4 else INSIDE})


ROUTES = {
    "the address of a source":      lambda site: ({}, {"url": INSIDE}),
    "a literal address":            lambda site: ({}, {"url": LITERAL}),
    "a redirect at the fifth hop":  lambda site: (redirecting(site, "/feed"), {}),
    "an article of a feed":         lambda site: (site.on("/feed", rss("One", host=LITERAL)), {"full_text": True}),
    "an article of a page":         lambda site: (site.on("/feed", f'<html><body><div class="row"><a href="{INSIDE}">One</a></div></body></html>'),
                                                  {"kind": "page", "page": PageRules(item="div.row")}),
    "an article of a sitemap":      lambda site: (site.on("/feed", f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{LITERAL}</loc></url></urlset>'),
                                                  {"kind": "sitemap"}),
    "a redirect of robots.txt":     lambda site: ((site.on("/robots.txt", status=301, headers={"Location": LITERAL}), site.on("/feed", article("x", "y"))),
                                                  {"kind": "page", "page": PageRules(item="p")}),
    "a redirect behind a proxy":    lambda site: (site.on("http://a.example/feed", status=302, headers={"Location": LITERAL}), {"proxy": "http://a.example"}),
    "entities, DTD and the like":   lambda site: (site.on("/feed", XML), {}),
    "links, hubs and enclosures":   lambda site: (site.on("/feed", LINKS, headers={"Link": f'<{LITERAL}>; rel="hub", <{INSIDE}>; rel="self"'}), {}),
}


@pytest.mark.case("S40")
@pytest.mark.parametrize("route", ROUTES)
async def test_s40_no_route_leads_past_the_guard(world, site, network, monkeypatch, route):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, LITERAL)       # the environment has no say either
    _, fields = ROUTES[route](site)
    world.abroad("a.example")
    network.name("inside.example", "10.0.0.1")
    world.follow(source(**({"id": "a", "url": "http://a.example/feed"} | fields)))
    with listening() as heard:
        await world.round()
    assert all(what == ("socket.connect", ("127.0.0.1", site.port)) for what in heard)      # where the made-up network ends
    assert {address for address, _ in network.dialled} <= {"93.184.216.1"}
    assert len([one for one in heard if one[0] == "socket.connect"]) == len(network.dialled)
    assert not any("secret" in one.path or "meta-data" in one.path for one in site.log)


def test_the_ear_hears():
    import socket
    with listening() as heard, socket.socket() as one:
        one.setblocking(False)
        with pytest.raises(OSError):
            one.connect(("127.0.0.1", 1))
            one.connect(("127.0.0.1", 1))
    assert heard[0] == ("socket.connect", ("127.0.0.1", 1))


# Reading the sources

# Libraries that can open a connection, and the files that may import them. What listens (starlette, uvicorn, asyncio.start_server) opens none.
DOORS = {
    "httpx": {"aggregator/fetch/fetcher.py"},
    "httpcore": {"aggregator/fetch/fetcher.py", "aggregator/fetch/connecting.py"},
    "socket": {"aggregator/fetch/connecting.py", "feeds/server.py", "aggregator/supervisor.py"},     # the last: to the supervisor of this machine
    "psycopg": {"storage/postgres.py"},         # to the operator's own database
    "smtplib": {"aggregator/commands/digesting.py"},        # to the operator's own mail server
} | {name: set() for name in (
    "aiohttp", "anyio", "ftplib", "http.client", "imaplib", "nntplib", "paramiko", "poplib", "pycurl", "requests", "socketserver", "telnetlib", "trio",
    "urllib.request", "urllib3", "webbrowser", "websockets", "xmlrpc.client", "trafilatura.downloads", "trafilatura.feeds", "trafilatura.sitemaps", "trafilatura.spider",
)}
CALLS = {"open_connection", "create_connection", "open_unix_connection", "create_datagram_endpoint", "sock_connect", "urlopen", "urlretrieve", "fetch_url", "fetch_response"}


def other_doors(root: Path) -> list[str]:
    found = []
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            name, tree = path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                imported: set[str] = set()
                if isinstance(node, ast.Import):
                    imported = {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    imported = {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
                elif isinstance(node, ast.Call):
                    called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
                    found += [f"{name}:{node.lineno} calls {called}"] if called in CALLS else []
                    if called in ("import_module", "__import__"):
                        found.append(f"{name}:{node.lineno} imports what cannot be read here")
                for one in imported:
                    found += [f"{name} imports {one}" for door, places in DOORS.items() if re.match(rf"{re.escape(door)}(\.|$)", one) and name not in places]
    return found


@pytest.mark.case("S40")
def test_s40_no_module_opens_a_door_of_its_own():
    assert other_doors(ROOT) == []


@pytest.mark.case("S40")
@pytest.mark.parametrize("code", [
    "import socket", "import urllib.request", "from urllib import request", "from http import client", "import requests", "from trafilatura import fetch_url\nfetch_url('x')",
    "import asyncio\nasync def f():\n    await asyncio.open_connection('x', 80)", "def f():\n    import aiohttp", "from trafilatura.downloads import fetch_url", "import httpx",
    "__import__('socket')", "from importlib import import_module\nimport_module('socket')",
])
def test_s40_the_rule_fails_when_a_module_does(code, tmp_path):
    for room in ROOMS:
        (tmp_path / room).mkdir()
    (tmp_path / "feeds" / "websub.py").write_text(textwrap.dedent(code), encoding="utf-8")
    assert other_doors(tmp_path) != []
