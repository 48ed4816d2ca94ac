"""/search and /api as people and programs get them, over a store that was published."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import BoundedSemaphore
from unicodedata import combining, normalize
from urllib.parse import urlsplit

import pytest
from lxml import html
from starlette.testclient import TestClient

from feeds import api
from feeds.asking import Asking
from feeds.publisher import Publishing, publish
from feeds.server import application
from storage.database import StorageError
from storage.store import open_store
from tests.feeds import danger, sample

COUNT = 30
# A word of a title in Vietnamese, with its marks and without.
WORD = next(word for _, members in sample.meetings() for member in members if member.item.language == "vi" for word in member.item.title.split() if not word.isascii() and len(word) > 3)
PLAIN = "".join(each for each in normalize("NFD", WORD).replace("đ", "d").replace("Đ", "D") if not combining(each))
MERGED, WITHDRAWN = "m-00000002", "m-00000005"


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Asking:
    folder = tmp_path_factory.mktemp("asked")
    publishing = Publishing("News", "https://news.example/", folder / "public", kinds=sample.KINDS, topics=sample.TOPICS, search=True)
    with open_store(f"sqlite:{folder}/store.db") as store:
        sample.keep(store, sample.many(COUNT))
        store.meetings.remove(MERGED, "m-00000003", sample.NOW)
        store.meetings.remove(WITHDRAWN, None, sample.NOW)
        assert publish(store, publishing, now=sample.NOW).failed == ()
    return Asking(lambda: open_store(f"sqlite:{folder}/store.db", read_only=True), publishing)


@pytest.fixture
def client(asking: Asking) -> Iterator[TestClient]:
    yield TestClient(application(asking.publishing.directory, asking=asking), headers={"accept-encoding": "identity"}, follow_redirects=False)


def ids(answer) -> list[str]:
    return [meeting["id"] for meeting in answer.json()["meetings"]]


def conforms(value, schema: dict) -> bool:
    """Whether a value is what the description says, as far as the description goes."""
    if "$ref" in schema:
        return conforms(value, api.SCHEMAS[schema["$ref"].rpartition("/")[2]])
    if "enum" in schema:
        return value in schema["enum"]
    match schema["type"]:
        case "object" if "additionalProperties" in schema:
            return all(conforms(each, schema["additionalProperties"]) for each in value.values())
        case "object":
            known = schema["properties"]
            return set(schema["required"]) <= value.keys() <= known.keys() and all(conforms(each, known[name]) for name, each in value.items())
        case "array":
            return all(conforms(each, schema["items"]) for each in value)
        case "integer":
            return type(value) is int
    return isinstance(value, str) and (schema.get("format") != "uri" or re.match(r"https?://|tag:", value) is not None)


def test_the_box_of_a_page_leads_to_what_is_found_with_and_without_diacritics(client, asking):
    box = html.document_fromstring((asking.publishing.directory / "index.html").read_bytes()).xpath("//form[@role='search']")[0]
    assert box.get("action") == "search"
    answer = client.get("/search", params={"q": WORD})
    assert answer.status_code == 200 and answer.headers["content-type"] == "text/html; charset=utf-8" and "content-security-policy" in answer.headers
    found = set(re.findall(r'href="meeting/(m-[0-9a-f]+)\.html"', answer.text))
    assert found and found == set(ids(client.get("/api/search", params={"q": WORD, "limit": "100"})))
    assert html.document_fromstring(answer.content).xpath("//input[@name='q']/@value") == [WORD]


def test_a_word_without_its_diacritics_finds_the_same(client):
    assert WORD != PLAIN
    found = ids(client.get("/api/search", params={"q": WORD}))
    assert found and found == ids(client.get("/api/search", params={"q": PLAIN})) == ids(client.get("/api/search", params={"q": PLAIN[:-1].upper()}))
    assert client.get("/api/search", params={"q": "nothingiscalledso"}).json() == {"meetings": []}


@pytest.mark.case("S1", "S55", "S58")
@pytest.mark.parametrize("asked", [
    *danger.PAYLOADS[:8], "'; DROP TABLE meetings; --", "%", "_", "%' OR 1=1 --", "\0", "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "𝔐" * 50,
    "a " * 100, "\u202egnp", "", " ", "x" * 200,
])
def test_whatever_is_asked_for_is_text_and_breaks_nothing(client, asked):
    page = client.get("/search", params={"q": asked})
    assert page.status_code == 200
    main = page.text[page.text.index("<main") : page.text.index("</main>")]
    assert [each for each in danger.dangerous(main) if not re.match(r"href='[a-z]+/[a-z0-9-]+\.html'", each)] == []
    assert html.document_fromstring(page.content).xpath("//script") == []
    assert client.get("/api/search", params={"q": asked}).status_code == 200
    assert len(ids(client.get("/api/meetings", params={"limit": "100"}))) == COUNT - 2


@pytest.mark.case("S55", "S63")
@pytest.mark.parametrize("query", ["q=%ff%fe", "q=%00", "q=%ed%a0%80", "q[]=x", "&&&==", "q=a&q=b", "%", "q=" + "%41" * 300])
@pytest.mark.parametrize("path", ["/search", "/api/search", "/api/meetings"])
def test_a_query_that_is_none_is_answered_in_words(client, path, query):
    answer = client.get(f"{path}?{query}")
    assert answer.status_code in ((200,) if path == "/search" else (200, 400))
    assert "traceback" not in answer.text.lower()


@pytest.mark.case("S63")
def test_the_work_of_a_question_is_bounded(client, asking):
    assert client.get("/search?q=" + "x" * 5_000).status_code == 414
    assert client.get("/api/search", params={"q": "x" * 201}).status_code == 400
    assert client.get("/api/meetings", params={"limit": "101"}).status_code == 400
    assert client.get("/api/meetings", params={"offset": "100001"}).status_code == 400
    assert client.get("/api/meetings", params={"country": ",".join(["VN"] * 21)}).status_code == 400


@pytest.mark.case("O35")
def test_when_too_many_ask_at_once_they_are_told_when_to_ask_again(asking):
    busy = TestClient(application(asking.publishing.directory, asking=replace(asking, turns=BoundedSemaphore(1))))
    assert busy.get("/api/feeds").status_code == 200
    full = BoundedSemaphore(1)
    full.acquire()
    busy = TestClient(application(asking.publishing.directory, asking=replace(asking, turns=full)))
    for path in ("/search?q=x", "/api/meetings"):
        answer = busy.get(path)
        assert (answer.status_code, answer.headers["retry-after"], answer.headers["cache-control"]) == (503, "2", "no-store")
    assert busy.get("/all.atom").status_code == 200


def test_a_store_that_cannot_be_read_or_was_never_published_is_said(asking, tmp_path):
    def broken():
        raise StorageError("store.db: it is locked")

    answer = TestClient(application(tmp_path, asking=replace(asking, open_store=broken))).get("/api/meetings")
    assert (answer.status_code, answer.json()["status"]) == (503, 503) and "locked" not in answer.text
    fresh = TestClient(application(tmp_path, asking=replace(asking, open_store=lambda: open_store("sqlite::memory:"))))
    assert fresh.get("/search?q=x").status_code == 503 and "published" in fresh.get("/api/feeds").json()["detail"]


def test_nothing_that_is_asked_can_write(asking):
    with asking.open_store() as store, pytest.raises(StorageError):
        store.change_setting("x", "y")


def test_the_pages_of_a_list_hold_every_meeting_once_the_one_that_changed_last_first(client):
    seen, updated, address = [], [], "/api/meetings?limit=7"
    while address:
        answer = client.get(address)
        assert len(answer.json()["meetings"]) <= 7
        seen += ids(answer)
        updated += [meeting["updated"] for meeting in answer.json()["meetings"]]
        after = answer.json().get("next", "")
        assert answer.headers.get("link", "") == (f'<{after}>; rel="next"' if after else "")
        assert not after or after.startswith("https://news.example/api/meetings?")
        address = f"{urlsplit(after).path}?{urlsplit(after).query}" if after else ""
    assert len(seen) == len(set(seen)) == COUNT - 2
    assert updated == sorted(updated, reverse=True)


def test_meetings_are_chosen_by_who_met_and_about_what(client):
    def codes(meeting):
        return {party["code"] for party in meeting["parties"]}

    all_of_them = client.get("/api/meetings?limit=100").json()["meetings"]
    for query, fits in {
        "country=ru,la": lambda one: codes(one) & {"RU", "LA"}, "between=RU,VN": lambda one: {"RU", "VN"} <= codes(one),
        "topic=drugs": lambda one: "drugs" in {topic["id"] for topic in one["topics"]},
        "country=VN&topic=training": lambda one: "VN" in codes(one) and "training" in {topic["id"] for topic in one["topics"]},
    }.items():
        wanted = {one["id"] for one in all_of_them if fits({"topics": [], **one})}
        assert wanted and set(ids(client.get(f"/api/meetings?limit=100&{query}"))) == wanted, query


def test_a_meeting_is_told_with_its_facts_and_one_that_is_no_more_leads_on(client):
    (told,) = [one for one in client.get("/api/meetings?limit=100").json()["meetings"] if one["id"] == "m-00000003"]
    assert client.get("/api/meetings/m-00000003").json() == told
    assert told["url"] == "https://news.example/meeting/m-00000003.html" and told["uri"].startswith("tag:news.example,") and told["coverage"] and "all" in told["feeds"]
    merged = client.get(f"/api/meetings/{MERGED}")
    assert (merged.status_code, merged.headers["location"]) == (308, "m-00000003")
    assert [client.get(f"/api/meetings/{id}").status_code for id in (WITHDRAWN, "m-ffffffff", "'--")] == [410, 404, 404]


def test_every_feed_is_listed_with_its_documents(client, asking):
    feeds = client.get("/api/feeds?limit=100").json()["feeds"]
    assert {"all", "country/vn", "corrections"} <= {feed["path"] for feed in feeds}
    for feed in feeds:
        for address in feed["links"].values():
            assert (asking.publishing.directory / address.removeprefix("https://news.example/")).is_file()


@pytest.mark.parametrize(("query", "words"), [
    ("limit=x", "a number from 1 to 100"), ("limit=0", "a number"), ("limit=٣", "a number"), ("offset=-1", "a number"), ("country=Vietnam", "such as VN"),
    ("topic=../x", "such as drugs"), ("colour=red", "there is no parameter 'colour' here; there are: between, country"), ("limit=1&limit=2", "stands twice"),
])
def test_a_parameter_that_is_wrong_is_named_with_what_would_be_right(client, query, words):
    answer = client.get(f"/api/meetings?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert words in answer.json()["detail"]
    assert client.get("/api/search").json()["detail"].startswith("'q' is missing")


@pytest.mark.case("O26", "O28", "O29", "O31", "O32")
@pytest.mark.parametrize("path", ["/api/meetings", "/api/meetings/m-00000003", "/api/feeds", f"/api/search?q={PLAIN}", "/api/openapi.json"])
def test_answers_have_strong_tags_for_each_coding_and_are_open_to_other_sites(client, path):
    first, packed = client.get(path), client.get(path, headers={"accept-encoding": "gzip"})
    assert first.status_code == 200 and first.headers["content-type"] == "application/json" and first.json() == packed.json()
    assert packed.headers["content-encoding"] == "gzip" and packed.headers["etag"] != first.headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', first.headers["etag"]) and first.headers["vary"] == "Accept-Encoding"
    assert (first.headers["access-control-allow-origin"], first.headers["access-control-expose-headers"]) == ("*", "ETag, Link, Retry-After")
    assert first.headers["cache-control"].startswith("public, max-age=300") and "set-cookie" not in first.headers and "last-modified" not in first.headers
    for wanted in (first.headers["etag"], "*", f'"x", W/{first.headers["etag"]}'):
        again = client.get(path, headers={"if-none-match": wanted})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    head = client.head(path)
    assert head.headers == first.headers and head.content == b""
    allowed = client.options(path)
    assert (allowed.status_code, allowed.headers["access-control-allow-headers"]) == (204, "If-None-Match")


@pytest.mark.case("S59", "S60", "S61")
@pytest.mark.parametrize("path", ["/search?q=a", "/api/meetings?limit=3"])
def test_a_question_is_only_read_and_what_it_says_of_hosts_changes_nothing(client, path):
    assert client.post(path, content=b"x").status_code == client.delete(path).status_code == 405
    plain = client.get(path)
    spoofed = client.get(path, headers={"host": "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-for": "127.0.0.1", "forwarded": "host=evil.example"})
    assert spoofed.content == plain.content and "evil" not in str(spoofed.headers)


def test_the_description_tells_every_path_and_parameter_and_what_answers_are(client):
    told = client.get("/api/openapi.json").json()
    assert told["openapi"] == "3.1.0" and told["servers"] == [{"url": "https://news.example"}]
    for path, methods in told["paths"].items():
        said = methods["get"]
        schema = said["responses"]["200"]["content"]["application/json"]["schema"]
        values = {"q": PLAIN} if path == "/api/search" else {}
        answer = client.get(path.replace("{id}", "m-00000003"), params=values)
        assert conforms(answer.json(), schema) if path != "/api/openapi.json" else answer.status_code == 200, path
        assert {each["name"] for each in said["parameters"]} - {"id"} == {each.name for each in api.PARAMETERS[path]}
        for parameter in said["parameters"]:
            if "default" in parameter["schema"]:
                again = client.get(path, params={**values, parameter["name"]: str(parameter["schema"]["default"])})
                assert again.json().get("meetings", again.json().get("feeds")) == answer.json().get("meetings", answer.json().get("feeds"))
    for referred in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(told)):
        assert referred in told["components"]["schemas"]
    assert not conforms({"meetings": [{"id": "x"}]}, api.SCHEMAS["Meetings"])


def test_without_the_store_nothing_is_asked(asking: Asking, tmp_path: Path):
    client = TestClient(application(asking.publishing.directory))
    assert [client.get(path).status_code for path in ("/search?q=x", "/api/meetings")] == [404, 404]
