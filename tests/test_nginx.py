"""deploy/nginx.conf gives the headers and the bytes that our own server gives."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from feeds.answers import POLICY, headers_of
from feeds.publisher import Publishing, publish
from feeds.server import FOR_OTHER_SITES, MEDIA_TYPES, application
from storage.store import open_store
from tests.feeds import sample
from tests.feeds.test_server import free_port

RECIPE = (Path(__file__).parents[1] / "deploy" / "nginx.conf").read_text(encoding="utf-8")
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
COMPARED = (
    "content-type", "cache-control", "vary", "x-content-type-options", "access-control-allow-origin", "content-security-policy", "referrer-policy",
    "content-encoding", "content-range", "accept-ranges", "link", "set-cookie",
)
PATHS = ("/", "/index.html", "/all.atom", "/all/archive/1.atom", "/all.json", "/all.rss", "/all.ics", "/country/vn.html", "/feeds.opml", "/style.css",
         "/manifest.json", "/retired.json", "/meeting/m-00000003.html")
NOTHING = ("/none.atom", "/all.atom.gz", "/country/", "/../x", "/.hidden.atom", "/secret.txt", "/metrics", "/link.atom", "/ALL.atom")
ASKED = ({}, {"accept-encoding": "gzip"}, {"accept-encoding": "gzip;q=0, identity"}, {"range": "bytes=0-9"})


def test_the_recipe_has_the_rules_of_the_server():
    types = dict(re.findall(r"^        (\S+) (\w+);$", RECIPE[RECIPE.index("types {") : RECIPE.index("default_type")], re.MULTILINE))
    assert {f"{media_type}; charset=utf-8": ending for media_type, ending in types.items()} == {media: ending for ending, media in MEDIA_TYPES.items()}
    same = headers_of("text/html", 300, is_shared=False)
    told = dict(re.findall(r'^    add_header (\S+) "?(.*?)"?;$', RECIPE, re.MULTILINE))
    assert {name: told[name] for name in ("Cache-Control", "Vary", "X-Content-Type-Options")} == {name: same[name] for name in ("Cache-Control", "Vary", "X-Content-Type-Options")}
    assert f'~\\.html$ "{POLICY}";' in RECIPE and f'~\\.html$ "{same["Referrer-Policy"]}";' in RECIPE
    shared = re.search(r"~\\\.\(([a-z|]+)\)\$ \"\*\";", RECIPE)
    assert shared and set(shared[1].split("|")) == FOR_OTHER_SITES
    assert "/metrics" not in RECIPE


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    public = tmp_path_factory.mktemp("nginx") / "public"
    with open_store("sqlite::memory:") as store:
        sample.keep(store, sample.many(130))
        publish(store, Publishing("News", "https://news.example/", public, kinds=sample.KINDS, topics=sample.TOPICS), now=sample.NOW)
    (public / ".hidden.atom").write_bytes(b"secret")
    (public / "secret.txt").write_bytes(b"secret")
    (public.parent / "outside.atom").write_bytes(b"secret")
    (public / "link.atom").symlink_to(public.parent / "outside.atom")
    return public


@pytest.fixture(scope="module")
def served(public: Path) -> Iterator[str]:
    if not NGINX:
        pytest.skip("nginx is not installed")
    home, port = public.parent, free_port()
    site = RECIPE.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("/var/lib/communique/public", str(public))
    scratch = "\n".join(f"{kind}_temp_path {home}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.geteuid() == 0 else ""
    (home / "nginx.conf").write_text(f"{user}\npid {home}/pid;\nworker_processes 1;\ndaemon off;\nevents {{}}\nhttp {{ access_log off;\n{scratch}\n{site}\n}}\n")
    running = subprocess.Popen([NGINX, "-p", str(home), "-e", str(home / "errors"), "-c", str(home / "nginx.conf")], stderr=subprocess.PIPE)
    try:
        for _ in range(100):
            try:
                httpx.get(f"http://127.0.0.1:{port}/all.atom", trust_env=False)
                break
            except httpx.ConnectError:
                assert running.poll() is None, running.stderr.read().decode() if running.stderr else ""
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(10)


@pytest.mark.case("O25", "O28", "O30", "O31", "O32", "O33", "O38")
@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: ",".join(asked) or "plain")
@pytest.mark.parametrize("path", PATHS)
def test_nginx_gives_the_headers_and_bytes_of_our_server(served, public, path, asked):
    ours = TestClient(application(public), headers={"accept-encoding": "identity"})
    with httpx.Client(base_url=served, headers={"accept-encoding": "identity"}, trust_env=False) as theirs:
        for ask in ("GET", "HEAD"):
            one, other = ours.request(ask, path, headers=asked), theirs.request(ask, path, headers=asked)
            assert (other.status_code, other.content) == (one.status_code, one.content)
            # nginx says that parts may be asked for only where one was not; and it packs the few bytes of a small file too.
            skipped = {"accept-ranges"} if "content-encoding" in one.headers or one.status_code == 206 else set()
            skipped |= {"content-encoding", "accept-ranges"} if path == "/retired.json" else set()
            assert {name: other.headers.get(name) for name in COMPARED if name not in skipped} == {
                name: one.headers.get(name) for name in COMPARED if name not in skipped}
        again = theirs.get(path, headers={**asked, "if-none-match": other.headers["etag"]})
        assert again.status_code == 304 and again.headers["cache-control"] == one.headers["cache-control"] and again.headers["vary"] == one.headers["vary"]


@pytest.mark.case("S53", "S58", "S59")
@pytest.mark.parametrize("path", NOTHING)
def test_what_our_server_does_not_give_nginx_does_not_either(served, public, path):
    with httpx.Client(base_url=served, trust_env=False) as theirs:
        answer = theirs.get(path)
        assert answer.status_code == 404 and "secret" not in answer.text
        assert (answer.headers["content-type"], answer.headers["cache-control"], answer.headers["x-content-type-options"]) == (
            "text/plain; charset=utf-8", "no-store", "nosniff")
        assert theirs.post("/all.atom").status_code == 405
