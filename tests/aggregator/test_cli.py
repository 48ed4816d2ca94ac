"""The commands keep their contract: what is on stdout, what on stderr, and how they exit."""

import functools
import http.server
import json
import sys
import threading

import pytest

from aggregator import cli
from storage.database import StorageError
from storage.model import Person
from storage.store import open_store
from tests.factory import NOW, coverage, item, meeting, report, source

FEED = """<rss version="2.0"><channel><title>AU Press</title><link>https://au.example/</link>
<item><guid>1</guid><title>Interior ministers of Fiji and Tonga meet in Suva</title><link>https://au.example/1</link>
<pubDate>Thu, 05 Mar 2026 08:00:00 +0000</pubDate>
<description>SUVA - Fiji's Minister of the Interior Pio Ravu held talks with Tonga's Minister of Police Sione Taufa in Suva on 4 March 2026.</description></item>
</channel></rss>"""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Types a command in an empty folder: how it exited, and what it said on stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def typed(*words):
        monkeypatch.setattr(sys, "argv", ["communique", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return typed


@pytest.fixture
def served(tmp_path):
    """A feed at an address of this machine, and a configuration that follows it."""
    (tmp_path / "www").mkdir()
    (tmp_path / "www/feed.xml").write_text(FEED, encoding="utf-8")
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(quiet, directory=str(tmp_path / "www")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    (tmp_path / "config.toml").write_text(
        f'[poll]\nallow = ["127.0.0.1:{port}"]\n[[sources]]\nid = "au-press"\nurl = "http://127.0.0.1:{port}/feed.xml"\nlanguage = "en"\n'
        f'[[sources]]\nid = "gone"\nurl = "http://127.0.0.1:{port}/none.xml"\n', encoding="utf-8",
    )
    yield tmp_path
    server.shutdown()
    server.server_close()


def test_init_writes_a_configuration_once(run, tmp_path):
    assert run("init")[0] == 0
    written = (tmp_path / "config.toml").read_bytes()
    code, _, err = run("init")
    assert code == 2
    assert "is there already" in err
    assert (tmp_path / "config.toml").read_bytes() == written
    code, out, err = run("check")
    assert (code, out) == (1, "config.toml: all well; 48 sources, 16 topics, 0 feeds of your own\n")
    assert "contact" in err


@pytest.mark.parametrize("command", ["fetch", "run"])
def test_others_are_polled_only_by_those_who_say_who_they_are(run, command):
    run("init")
    code, out, err = run(command)
    assert (code, out) == (2, "")
    assert "contact" in err
    assert "User-Agent" in err


@pytest.mark.parametrize("words", [("fetch",), ("publish",), ("status", "--json"), ("serve",), ("check",), ("sources", "list"), ("sources", "remove", "x"),
                                   ("sources", "add", "https://a.example/"), ("search", "x"), ("export",), ("rebuild",), ("backup", "x.db")])
def test_without_a_configuration_every_command_says_how_to_get_one(run, words):
    code, out, err = run(*words)
    assert code == 2
    assert "communique init" in err
    if "--json" in words:
        assert json.loads(out) == {"error": err.splitlines(), "exit_code": 2}
    else:
        assert out == ""


def test_those_who_ask_for_json_are_told_in_json_what_is_wrong(run, served):
    for words in (("fetch", "--json", "--source", "nobody"), ("check", "nobody", "--json"), ("status", "--json", "--frobnicate")):
        code, out, err = run(*words)
        assert code == 2
        assert json.loads(out)["error"][0] in err


def test_a_trial_of_a_page_reads_its_first_articles(run, served):
    port = (served / "config.toml").read_text(encoding="utf-8").partition("127.0.0.1:")[2].partition('"')[0]
    told = "<p>SUVA - Fiji's Minister of the Interior Pio Ravu held talks with Tonga's Minister of Police Sione Taufa in Suva on 4 March 2026.</p>" * 3
    for number in range(5):
        (served / f"www/{number}.html").write_text(f"<html><body><article><h1>Talks {number}</h1>{told}</article></body></html>", encoding="utf-8")
    rows = "".join(f'<li><a href="/{number}.html">Talks {number}</a></li>' for number in range(5))
    (served / "www/news.html").write_text(f"<html><body><ul>{rows}</ul></body></html>", encoding="utf-8")
    with (served / "config.toml").open("a", encoding="utf-8") as file:
        file.write(f'[[sources]]\nid = "page"\nurl = "http://127.0.0.1:{port}/news.html"\nkind = "page"\nitem = "li"\nlanguage = "en"\n')
    code, out, _ = run("check", "page", "--json")
    found = json.loads(out)
    assert (code, found["entries"], len(found["items"])) == (0, 5, 3)
    assert found["items"][0]["reports"][0]["parties"] == ["FJ", "TO"]


def test_a_wrong_word_exits_with_2(run):
    assert run("frobnicate")[0] == 2
    assert run("fetch", "--frobnicate")[0] == 2


def test_a_round_reports_as_json_and_names_the_source_that_failed(run, served):
    code, out, err = run("fetch", "--json")
    told = json.loads(out)
    assert code == 1
    assert 'source "gone": HTTP 404' in err
    assert (told["polled"], told["items"], told["meetings"]["new"]) == (2, {"new": 1, "changed": 0, "stored": 1}, 1)
    assert told["failed"] == {"gone": "HTTP 404"}
    assert set(told["stages"]) >= {"fetch", "parse", "store", "publish"}
    assert (served / "public/all.atom").is_file()


def test_one_source_may_be_asked_for_and_an_unknown_one_is_named_with_its_nearest(run, served):
    code, out, _ = run("fetch", "--source", "au-press", "--json")
    assert (code, json.loads(out)["polled"]) == (0, 1)
    code, out, err = run("fetch", "--source", "au-pres")
    assert (code, out) == (2, "")
    assert 'did you mean "au-press"' in err


def test_away_from_a_terminal_a_round_is_a_plain_table(run, served):
    code, out, _ = run("fetch", "--source", "au-press")
    assert code == 0
    assert "1 new" in out
    assert "\x1b" not in out


def test_status_tells_the_health_of_each_source(run, served):
    run("fetch")
    code, out, err = run("status", "--json")
    told = {source["id"]: source for source in json.loads(out)["sources"]}
    assert code == 1
    assert err == 'source "gone": HTTP 404; a failure, never a success\n'
    assert (told["au-press"]["state"], told["gone"]["state"]) == ("well", "failing")
    assert run("status")[0] == 1


def test_a_source_that_needs_a_look_is_told_of_in_the_feed_of_sources(run, served):
    run("fetch")
    feed = (served / "public/sources.atom").read_text(encoding="utf-8")
    assert "HTTP 404" in feed
    assert feed.count("<entry>") == 1
    assert run("publish", "--json")[1].startswith('{"written": 0')


def test_the_feeds_of_a_site_are_found_and_a_page_without_one_gets_selectors(run, served):
    port = (served / "config.toml").read_text(encoding="utf-8").partition("127.0.0.1:")[2].partition('"')[0]
    site = f"http://127.0.0.1:{port}"
    (served / "www/index.html").write_text(
        '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"><link rel="alternate" type="application/atom+xml" href="/none"></head></html>',
        encoding="utf-8")
    code, out, _ = run("sources", "discover", f"{site}/", "--json")
    feeds = json.loads(out)["feeds"]
    assert code == 0
    assert [(feed["url"], feed["title"], feed["entries"], feed["trouble"]) for feed in feeds] == [
        (f"{site}/feed.xml", "AU Press", 1, ""), (f"{site}/none", "", 0, "HTTP 404")]
    assert f"{site}/feed.xml" in run("sources", "discover", f"{site}/")[1]
    rows = "".join(f'<li class="row"><a href="/{n}">The ministers meet for time number {n}</a></li>' for n in range(4))
    (served / "www/list.html").write_text(f"<html><body><ul>{rows}</ul></body></html>", encoding="utf-8")
    code, out, err = run("check", f"{site}/list.html")
    assert code == 1
    assert 'item = "li.row"' in out
    assert "The ministers meet for time number 0" in out
    assert "names no feed; it can be followed by selectors" in err
    block = out[out.index("[[sources]]"):out.index("# would read")]
    with (served / "config.toml").open("a", encoding="utf-8") as file:
        file.write(block)
    assert run("check")[0] == 0
    code, _, err = run("sources", "discover", f"{site}/list.html")
    assert code == 1
    assert "communique check" in err


def test_status_only_reads(run, served):
    run("fetch")
    before = {path.name: path.stat().st_mtime_ns for path in served.iterdir() if "db" in path.name}
    with open_store(f"sqlite:{served / 'communique.db'}", read_only=True) as store:
        with pytest.raises(StorageError):
            store.change_setting("first_year", "1999")
        assert store.items.count() == 1
    assert run("status", "--json")[0] == 1
    assert {path.name: path.stat().st_mtime_ns for path in served.iterdir() if path.name in before} == before
    (served / "communique.db").rename(served / "elsewhere.db")
    assert json.loads(run("status", "--json")[1])["items"] == 0
    assert not (served / "communique.db").exists()


def test_a_trial_shows_what_would_be_read_and_stores_nothing(run, served):
    code, out, _ = run("check", "au-press", "--json")
    (item,) = json.loads(out)["items"]
    assert code == 0
    assert item["title"] == "Interior ministers of Fiji and Tonga meet in Suva"
    assert item["reports"][0]["parties"] == ["FJ", "TO"]
    assert not (served / "communique.db").exists()
    assert run("check", "gone")[0] == 1
    assert run("check", "nobody")[0] == 2


def test_publish_writes_again_only_what_is_asked_for(run, served):
    run("fetch", "--source", "au-press")
    assert json.loads(run("publish", "--json")[1])["written"] == 0
    (served / "public/all.atom").unlink()
    assert json.loads(run("publish", "--all", "--json")[1])["written"] == 1


def test_a_store_of_another_program_is_refused_and_left_alone(run, served):
    (served / "communique.db").write_bytes(b"not a database" * 100)
    code, _, err = run("fetch")
    assert code == 2
    assert "communique.db" in err
    assert (served / "communique.db").read_bytes() == b"not a database" * 100


def test_only_one_process_at_a_time_polls_and_publishes(run, served):
    run("fetch", "--source", "au-press")
    with open_store(f"sqlite:{served / 'communique.db'}") as store, store.claimed():
        for words in (("fetch", "--all"), ("run",), ("publish",)):
            code, out, err = run(*words)
            assert (code, out) == (2, "")
            assert "at work on it" in err
        assert run("status", "--json")[0] in (0, 1)


def test_many_complaints_of_one_kind_are_told_once(run, served):
    run("fetch", "--source", "au-press")
    for name in ("country", "pair", "region"):
        for file in (served / "public" / name).glob("*"):
            file.unlink()
        (served / "public" / name).rmdir()
        (served / "public" / name).write_text("in the way", encoding="utf-8")
    code, _, err = run("publish", "--all")
    assert code == 1
    assert "times: " in err
    assert len(err.splitlines()) < 8


def test_meetings_are_found_by_words_and_exported_as_rows(run, served):
    run("fetch", "--source", "au-press")
    (row,) = json.loads(run("search", "ravu", "taufa", "--json")[1])
    assert (row["day"], row["countries"], row["place"]) == ("2026-03-04", ["FJ", "TO"], "Suva")
    assert json.loads(run("search", "nobody", "--json")[1]) == []
    assert row["id"] in run("search", "suva")[1]
    head, line = run("export")[1].splitlines()
    assert head.startswith("id,day,")
    assert "FJ; TO" in line
    assert json.loads(run("export", "--jsonl")[1]) == row


def test_what_an_item_says_is_explained_by_its_words(run, served):
    run("fetch", "--source", "au-press")
    code, said, _ = run("explain", "https://au.example/1")
    assert code == 0
    assert "day        2026-03-04" in said
    assert "[person: Pio Ravu]" in said
    told = json.loads(run("explain", "https://au.example/1", "--json")[1])
    (day,) = [fact for fact in told["reports"][0]["facts"] if fact["name"] == "day"]
    assert (day["value"][:10], day["quote"]["text"]) == ("2026-03-04", "4 March 2026")
    meeting = json.loads(run("explain", told["reports"][0]["meeting_id"], "--json")[1])
    assert meeting["members"][0]["item_id"] == told["item"]["id"]


@pytest.mark.parametrize(("words", "said"), [
    (("i-none",), "i-none: there is no such item or meeting"), (("i-1", "i-2", "i-3"), "one item or meeting, or two to compare"), ((), "Missing argument"),
])
def test_what_cannot_be_explained_is_refused_in_words(run, served, words, said):
    code, out, err = run("explain", *words)
    assert (code, out) == (2, "")
    assert said in err


def test_a_rebuild_and_a_copy_publish_the_same(run, served):
    run("fetch", "--source", "au-press")
    before = (served / "public/all.atom").read_bytes()
    assert json.loads(run("rebuild", "--json")[1]) == {"items": 1, "meetings": 1, "written": 0, "failed": []}
    assert run("backup", "copy.db")[0] == 0
    assert run("backup", "copy.db")[0] == 2
    (served / "communique.db").unlink()
    assert run("copy", "--from", "sqlite:copy.db", "--to", "sqlite:communique.db")[0] == 0
    assert run("publish", "--all")[0] == 0
    assert (served / "public/all.atom").read_bytes() == before


def test_match_answers_a_line_for_each_line(run, tmp_path):
    rows = [{"id": f"r{n}", "lang": "en", "published": "2026-03-05T08:00:00+00:00", "title": title, "text": "SUVA - Fiji's Minister of the Interior Pio Ravu "
             "held talks with Tonga's Minister of Police Sione Taufa in Suva on 4 March 2026."} for n, title in enumerate(("Fiji, Tonga ministers meet", "Talks in Suva"))]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    code, out, err = run("match", "--in", "in.jsonl")
    answers = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [answer["id"] for answer in answers] == ["r0", "r1"]
    assert answers[0]["meetings"][0]["id"] == answers[1]["meetings"][0]["id"]
    assert answers[0]["countries"] == ["FJ", "TO"]
    assert answers[0]["meetings"][0]["date"] == "2026-03-04"


def test_match_names_every_line_it_cannot_read(run, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"id": "a"}\nnot json\n{"title": "no id"}\n{"id": "a"}\n{"id": "b", "title": 5}\n', encoding="utf-8")
    code, out, err = run("match", "--in", "in.jsonl")
    assert (code, out) == (2, "")
    assert [line.split(": ")[1] for line in err.splitlines()] == ["line 2", "line 3", "line 4", "line 5"]


@pytest.mark.parametrize("published", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-12:00", "soon"])
def test_match_reads_an_item_whose_day_is_no_day(run, tmp_path, published):
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "a", "published": published, "title": "Kenya"}), encoding="utf-8")
    code, out, err = run("match", "--in", "in.jsonl")
    assert (code, err, json.loads(out)["kind"]) == (0, "", "none")


def test_lists_of_sources_go_out_and_come_back(run, served):
    code, opml, _ = run("sources", "export")
    assert code == 0
    (served / "list.opml").write_text(opml, encoding="utf-8")
    assert run("sources", "import", "list.opml")[1] == "0 added, 2 followed already\n"
    assert run("sources", "remove", "gone")[0] == 0
    assert run("sources", "import", "list.opml")[1] == "1 added, 1 followed already\n"
    assert run("sources", "remove", "nobody")[0] == 2


@pytest.mark.parametrize("address", ["http://[::1", "http://x.example:99999/", "", "ftp://x.example/"])
def test_an_address_that_is_none_is_refused_in_words(run, served, address):
    before = (served / "config.toml").read_bytes()
    code, out, err = run("sources", "add", address)
    assert (code, out) == (2, "")
    assert err.startswith("url = ")
    assert (served / "config.toml").read_bytes() == before


def test_a_level_of_the_log_that_is_none_is_refused_in_words(run, served, monkeypatch):
    monkeypatch.setenv("COMMUNIQUE_LOG", "junk")
    code, _, err = run("status")
    assert code == 2
    assert "INFO" in err


def test_an_internal_error_is_logged_and_ends_with_the_id_of_its_report(run, served, caplog):
    with open_store(f"sqlite:{served / 'communique.db'}") as store:
        store.change_setting("first_year", "nonsense")
    code, _, err = run("publish")
    assert code == 3
    report = err.splitlines()[-1].rpartition(" ")[2]
    assert f"internal error report={report}" in caplog.text


def test_a_person_retags_a_meeting_and_takes_it_back(run, served):
    run("fetch", "--all")
    with open_store(f"sqlite:{served / 'communique.db'}") as store:
        (meeting,) = store.meetings.newest(2)
    code, out, _ = run("retag", meeting.id, "-TO", "+human-trafficking", "--by", "Editor", "--json")
    assert code == 0
    told = json.loads(out)
    assert told["meetings"] == [meeting.id]
    assert "What people decided" in (served / f"public/meeting/{meeting.id}.html").read_text("utf-8")
    assert "<entry" not in (served / "public/country/to.atom").read_text("utf-8")
    assert told["ruling"]["id"] in run("undo")[1]
    code, out, _ = run("undo", told["ruling"]["id"])
    assert code == 0
    assert "taken back" in out
    assert "<entry" in (served / "public/country/to.atom").read_text("utf-8")
    assert run("undo")[1] == "nobody has ruled on anything, and nothing was mended\n"
    assert run("undo", told["ruling"]["id"])[0] == 2
    assert run("same", meeting.id, "m-none")[0] == 2


def test_a_ruling_made_while_another_is_at_work_waits_for_it(run, served):
    run("fetch", "--all")
    with open_store(f"sqlite:{served / 'communique.db'}") as store, store.claimed():
        (meeting,) = store.meetings.newest(2)
        code, out, _ = run("retag", meeting.id, "+drugs")
        assert code == 0
        assert "heeds it in its next round" in out
        assert store.meetings.get(meeting.id) == meeting


def test_spellings_that_meetings_teach_are_proposed_and_not_applied(run, served):
    with open_store("sqlite:communique.db") as store:
        sources = [source(id=name, family=name) for name in ("one", "two")]
        store.sources.configure(sources, NOW)
        for name, spelling in (("one", "Pio Ravu"), ("two", "皮奥·拉武")):
            told = report(item_id=name, people=(Person(spelling, spelling.lower(), "Minister of Immigration", "FJ"),))
            store.items.save(item(id=name, source_id=name, url=f"https://{name}.example/", hash=name), "{}", NOW)
            store.meetings.save_reports(name, (told,))
            store.meetings.cover(coverage(item_id=name))
        store.meetings.save(meeting())
    code, said, _ = run("people", "--propose")
    assert code == 0
    assert said.strip() == "pio-ravu\tFJ\tMinister of Immigration\t2026\t\tPio Ravu|皮奥·拉武"
