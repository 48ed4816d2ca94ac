"""The files as any HTTP client gets them."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from feeds.connections import Guarded, most_connections
from feeds.errors import FeedsError
from feeds.server import application, serve
from tests.feeds import sample

FEED = b"<feed>" + b"words " * 500 + b"</feed>"


@pytest.fixture
def public(tmp_path: Path) -> Path:
    public = tmp_path / "public"
    (public / "country").mkdir(parents=True)
    for path, body in {
        "all.atom": FEED,
        "index.html": b"<!DOCTYPE html><title>x</title>",
        "feeds.opml": b"<opml/>",
        "style.css": b"body {}",
        "country/vn.atom": FEED,
        ".hidden.atom": b"secret",
        "secret.txt": b"secret",
    }.items():
        (public / path).write_bytes(body)
    (tmp_path / "outside.atom").write_bytes(b"secret")
    (public / "link.atom").symlink_to(tmp_path / "outside.atom")
    (public / "up").symlink_to(tmp_path)
    return public


@pytest_asyncio.fixture
async def client(public: Path) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(public, hub="https://hub.example/", base_url="https://news.example/"))
    async with httpx.AsyncClient(transport=transport, base_url="http://x", headers={"accept-encoding": "identity"}) as opened:
        yield opened


@pytest.mark.case("O25", "O31", "O32", "O33", "O38")
@pytest.mark.asyncio
@pytest.mark.parametrize(
    "path, media_type",
    [
        ("/all.atom", "application/atom+xml; charset=utf-8"),
        ("/country/vn.atom", "application/atom+xml; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/", "text/html; charset=utf-8"),
        ("/feeds.opml", "text/x-opml; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
    ],
)
async def test_a_file_is_served_byte_for_byte_as_what_it_is(client, public, path, media_type):
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.content == (public / (path[1:] or "index.html")).read_bytes()
    assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["cache-control"].startswith("public, max-age=300")
    assert answer.headers["vary"] == "Accept-Encoding" and "set-cookie" not in answer.headers
    assert ("content-security-policy" in answer.headers) is media_type.startswith("text/html")
    assert (answer.headers.get("access-control-allow-origin") == "*") is ("atom" in media_type or "opml" in media_type)


@pytest.mark.asyncio
async def test_a_feed_names_its_hub_and_itself(client):
    assert (await client.get("/country/vn.atom")).headers["link"] == '<https://hub.example/>; rel="hub", <https://news.example/country/vn.atom>; rel="self"'


@pytest.mark.case("O26", "O29")
@pytest.mark.asyncio
async def test_gzip_has_a_tag_of_its_own_and_each_answers_304_to_its_own(client):
    plain = await client.get("/all.atom")
    packed = await client.get("/all.atom", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip" and packed.content == FEED and int(packed.headers["content-length"]) < len(FEED)
    assert plain.headers["etag"] != packed.headers["etag"] and not plain.headers["etag"].startswith("W/")
    for tag, accepted, status in ((plain, "identity", 304), (packed, "gzip", 304), (plain, "gzip", 200), (packed, "identity", 200)):
        answer = await client.get("/all.atom", headers={"accept-encoding": accepted, "if-none-match": tag.headers["etag"]})
        assert answer.status_code == status


@pytest.mark.case("O26")
@pytest.mark.asyncio
async def test_304_says_what_a_cache_must_know_and_has_no_body(client):
    first = await client.get("/all.atom")
    answer = await client.get("/all.atom", headers={"if-modified-since": first.headers["last-modified"]})
    assert (answer.status_code, answer.content) == (304, b"")
    assert {name: answer.headers[name] for name in ("etag", "cache-control", "vary", "last-modified")} == {
        name: first.headers[name] for name in ("etag", "cache-control", "vary", "last-modified")
    }
    assert "content-type" not in answer.headers and "content-length" not in answer.headers


@pytest.mark.case("O28")
@pytest.mark.asyncio
@pytest.mark.parametrize("headers", [{}, {"accept-encoding": "gzip"}, {"range": "bytes=0-9"}, {"if-none-match": "*"}])
@pytest.mark.parametrize("path", ["/all.atom", "/", "/none.atom"])
async def test_head_is_get_without_a_body(client, path, headers):
    got, head = await client.get(path, headers=headers), await client.head(path, headers=headers)
    assert head.status_code == got.status_code and head.headers == got.headers and head.content == b""


@pytest.mark.case("O30")
@pytest.mark.asyncio
async def test_a_range_is_a_part_of_the_plain_bytes(client):
    part = await client.get("/all.atom", headers={"range": "bytes=0-5", "accept-encoding": "gzip"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, FEED[:6], f"bytes 0-5/{len(FEED)}")
    assert part.headers["etag"] == (await client.get("/all.atom")).headers["etag"]
    none = await client.get("/all.atom", headers={"range": "bytes=99999-"})
    assert (none.status_code, none.headers["content-range"]) == (416, f"bytes */{len(FEED)}")


@pytest.mark.asyncio
@pytest.mark.case("R66")
async def test_a_file_replaced_is_another_file_even_within_the_same_moment(client, public):
    first = await client.get("/all.atom")
    stamp = (public / "all.atom").stat()
    (public / "new").write_bytes(FEED.replace(b"words", b"WORDS"))
    os.utime(public / "new", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    (public / "new").rename(public / "all.atom")
    answer = await client.get("/all.atom", headers={"if-none-match": first.headers["etag"]})
    assert answer.status_code == 200 and answer.content == FEED.replace(b"words", b"WORDS") and answer.headers["etag"] != first.headers["etag"]
    (public / "all.atom").unlink()
    assert (await client.get("/all.atom")).status_code == 404


@pytest.mark.case("S53", "S58", "S62")
@pytest.mark.asyncio
@pytest.mark.parametrize(
    "path",
    [
        "/../outside.atom",
        "/%2e%2e/outside.atom",
        "/country/../../outside.atom",
        "/country/%2e%2e%2f%2e%2e%2foutside.atom",
        "//outside.atom",
        "//etc/passwd",
        "/all.atom%00",
        "/all.atom%00.html",
        "/" + "x" * 100_000,
        "/.hidden.atom",
        "/secret.txt",
        "/link.atom",
        "/up/outside.atom",
        "/country",
        "/country/",
        "/all.atom/",
        "/ALL.atom",
        "/none.atom",
        "/\\..\\outside.atom",
        "/index.html/../all.atom",
        "/%61ll.atom",
        "//evil.example/..",
        "/country//vn.atom",
        "/./all.atom",
    ],
)
async def test_nothing_but_published_files_is_in_reach_and_no_one_is_sent_elsewhere(public, path):
    told: list[dict] = []

    async def send(message) -> None:
        told.append(message)

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    from urllib.parse import unquote

    scope = {
        "type": "http",
        "method": "GET",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("x", 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }
    await application(public)(scope, receive, send)
    assert told[0]["status"] == 404
    assert b"secret" not in b"".join(message.get("body", b"") for message in told)


@pytest.mark.case("S59")
@pytest.mark.asyncio
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"])
async def test_only_get_and_head(client, method):
    answer = await client.request(method, "/all.atom", content=b"x" * 1_000)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.case("S11")
@pytest.mark.asyncio
async def test_errors_are_plain_words_and_repeat_nothing(client):
    answer = await client.get("/<script>alert(1)</script>")
    assert answer.status_code == 404 and answer.headers["content-type"] == "text/plain; charset=utf-8" and b"script" not in answer.content


@pytest.mark.case("S60", "S61")
@pytest.mark.asyncio
async def test_who_the_client_says_it_speaks_to_changes_nothing(client):
    answer = await client.get("/all.atom", headers={"host": "evil.example", "x-forwarded-host": "evil.example", "forwarded": "host=evil.example"})
    assert "evil" not in str(answer.headers) and answer.content == FEED


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@pytest.mark.asyncio
async def test_it_serves_on_loopback_and_stops_when_told(public):
    port, stop = free_port(), asyncio.Event()
    serving = asyncio.create_task(serve(application(public), f"127.0.0.1:{port}", stop))
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=20)) as client:
        answer = await client.get(f"http://127.0.0.1:{port}/all.atom")
        head = await client.head(f"http://127.0.0.1:{port}/all.atom")
    assert (
        (answer.status_code, answer.content) == (200, FEED)
        and answer.headers["content-encoding"] == "gzip"
        and "server" not in answer.headers
        and "date" in answer.headers
    )
    assert head.headers["content-length"] == answer.headers["content-length"]
    stop.set()
    await asyncio.wait_for(serving, 5)
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", port)


@pytest.mark.case("O37")
@pytest.mark.asyncio
async def test_an_old_client_of_http_1_0_is_answered(public):
    port, stop = free_port(), asyncio.Event()
    serving = asyncio.create_task(serve(application(public), f"127.0.0.1:{port}", stop))
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=20)) as client:
        await client.get(f"http://127.0.0.1:{port}/")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /all.atom HTTP/1.0\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 200") and answer.endswith(FEED)
    stop.set()
    await asyncio.wait_for(serving, 5)


@pytest.mark.asyncio
@pytest.mark.parametrize("listen, words", [("8080", "not an address and a port"), ("127.0.0.1:", "not an address"), ("127.0.0.1:99999", "not an address")])
async def test_an_address_that_is_none_is_an_error_with_a_remedy(public, listen, words):
    with pytest.raises(FeedsError, match=words):
        await serve(application(public), listen, asyncio.Event())


@pytest.mark.asyncio
@pytest.mark.case("R66")
async def test_a_port_that_is_taken_is_an_error_with_a_remedy(public):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(FeedsError, match="choose another port"):
            await serve(application(public), f"127.0.0.1:{taken.getsockname()[1]}", asyncio.Event())


@pytest_asyncio.fixture
async def port(public: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """Where the files are served, with a short deadline for heads and few connections."""
    monkeypatch.setattr(Guarded, "head_seconds", 0.3)
    monkeypatch.setattr(Guarded, "most", 20)
    port, stop, listening = free_port(), asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(serve(application(public), f"127.0.0.1:{port}", stop, listening=listening.set))
    await asyncio.wait_for(listening.wait(), 5)
    yield port
    stop.set()
    await asyncio.wait_for(serving, 10)


async def asked(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /all.atom HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return answer


@pytest.mark.case("O37")
@pytest.mark.asyncio
async def test_a_connection_is_kept_for_the_next_request(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(3):
        writer.write(b"GET /all.atom HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await asyncio.wait_for(reader.readuntil(FEED), 5)).startswith(b"HTTP/1.1 200")
    writer.close()


@pytest.mark.case("S58")
@pytest.mark.asyncio
async def test_an_absolute_address_is_no_way_to_another_host(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET http://evil.example/all.atom HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400")) and b"evil" not in answer


@pytest.mark.case("O27")
@pytest.mark.asyncio
async def test_no_file_was_changed_after_its_answer(public):
    later = sample.NOW + timedelta(days=400)
    os.utime(public / "all.atom", (later.timestamp(), later.timestamp()))
    transport = httpx.ASGITransport(application(public, clock=lambda: sample.NOW))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        assert (await client.get("/all.atom")).headers["last-modified"] == format_datetime(sample.NOW, usegmt=True)


@pytest.mark.case("S59")
@pytest.mark.asyncio
@pytest.mark.parametrize(("before", "head"), [
    (b"", b""), (b"", b"GET /all.atom HTTP/1.1\r\nX-Slow: "), (b"GET /all.atom HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /all.atom HTTP/1.1\r\nX-Slow: "),
], ids=["silent", "first", "second"])
async def test_a_head_that_never_ends_holds_no_connection(port, before, head):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    if before:
        writer.write(before)
        await asyncio.wait_for(reader.readuntil(FEED), 5)
    writer.write(head)

    async def drip() -> None:
        while head:
            writer.write(b"x")
            await asyncio.sleep(0.05)

    dripping = asyncio.create_task(drip())
    assert await asyncio.wait_for(reader.read(), 3) == b""
    dripping.cancel()
    writer.close()
    assert (await asked(port)).startswith(b"HTTP/1.1 200")


@pytest.mark.case("S59")
@pytest.mark.asyncio
async def test_idle_connections_give_way_to_new_ones(port):
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(60)]
    assert (await asked(port)).startswith(b"HTTP/1.1 200")
    for _, writer in idle:
        writer.close()
    assert 16 <= most_connections() <= 2_000


@pytest.mark.case("S59")
@pytest.mark.asyncio
async def test_a_head_of_more_than_16_kb_is_refused(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /all.atom HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 20_000)
    answer = await asyncio.wait_for(reader.read(), 5)
    assert answer.startswith(b"HTTP/1.1 400") and b"xxx" not in answer
    writer.close()
