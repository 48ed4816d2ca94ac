"""Backups that are killed or old, configurations that come in a storm, words nobody reads: nothing is lost."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from aggregator.commands.daemon import Fresh
from aggregator.config import load
from benchmarks.faults import FIRST, PHASES, SECOND, Newsroom, one_round
from storage.store import open_store

ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def newsroom():
    made = Newsroom(3)
    yield made
    made.close()


def entries(folder: Path) -> dict[str, str]:
    """Of each entry of all.atom: its id, and when it was published first."""
    tree = etree.parse(folder / "public/all.atom")
    return {entry.findtext("a:id", "", ATOM): entry.findtext("a:published", "", ATOM) for entry in tree.findall("a:entry", ATOM)}


def held(url: str) -> tuple[int, tuple[str, ...]]:
    with open_store(url) as store:
        return store.items.count(), tuple(sorted(store.meetings.ids()))


@pytest.mark.case("R29")
@pytest.mark.case("R30")
def test_an_old_backup_gets_back_what_came_since_under_the_same_ids(newsroom, tmp_path):
    path = tmp_path / "store.db"
    url = f"sqlite:{path}"
    assert one_round(url, newsroom, tmp_path / "public", PHASES, FIRST) == 0
    with open_store(url) as store, open_store(f"sqlite:{tmp_path / 'backup.db'}") as backup:
        store.copy_to(backup)
    newsroom.edition = 2
    assert one_round(url, newsroom, tmp_path / "public", PHASES, SECOND) == 0
    whole, shown = held(url), entries(tmp_path)
    for old in tmp_path.glob("store.db*"):
        old.unlink()
    shutil.copy(tmp_path / "backup.db", path)
    assert held(url) != whole
    assert one_round(url, newsroom, tmp_path / "public", PHASES, SECOND) == 0
    assert held(url) == whole
    assert entries(tmp_path) == shown


@pytest.mark.case("R8")
def test_a_backup_that_was_killed_holds_nothing_and_is_made_again(newsroom, tmp_path):
    url, target = f"sqlite:{tmp_path / 'store.db'}", f"sqlite:{tmp_path / 'backup.db'}"
    assert one_round(url, newsroom, tmp_path / "public", PHASES, FIRST) == 0
    before = held(url)
    for after in ("items", "meetings", "told"):
        child = os.fork()
        if child == 0:
            with open_store(url) as store, open_store(target) as backup:
                store.copy_to(backup, lambda table, rows, after=after: os._exit(9) if table == after else None)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        assert held(target) == (0, ())
    with open_store(url) as store, open_store(target) as backup:
        store.copy_to(backup)
    assert held(target) == held(url) == before


def fresh(tmp_path: Path, text: str) -> Fresh:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return Fresh(load(path, {}), lambda: load(path, {}))


def titled(number: int) -> str:
    return f'[publish]\ntitle = "Number {number}"\n'


@pytest.mark.case("R10")
async def test_of_a_hundred_configurations_the_last_right_one_holds(tmp_path):
    reading = fresh(tmp_path, titled(0))
    for number in range(1, 101):
        (tmp_path / "config.toml").write_text("[publish\n" if number % 3 == 0 else titled(number), encoding="utf-8")
        reading.read()
    assert reading.config.publish.title == "Number 100"
    assert reading.came.is_set()
    await asyncio.sleep(0)


@pytest.mark.case("R58")
@pytest.mark.parametrize("text", [
    "[publish\n", "[publish]\ntitel = 1\n", '[[sources]]\nid = "a"\nurl = "nowhere"\n',
    '[[sources]]\nid = "a"\nurl = "https://a.example/"\n[[sources]]\nid = "a"\nurl = "https://b.example/"\n', '[[feeds]]\nid = "x"\ntopics = ["gone"]\n',
])
def test_a_wrong_configuration_leaves_the_old_one_in_force(tmp_path, text, caplog):
    reading = fresh(tmp_path, titled(0))
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    reading.read()
    assert reading.config.publish.title == "Number 0"
    assert not reading.came.is_set()
    assert "the old configuration stays" in caplog.text and "config.toml" in caplog.text


@pytest.mark.case("R61")
def test_a_log_nobody_takes_stops_nothing(tmp_path):
    config = tmp_path / "config.toml"
    config.write_text(titled(1), encoding="utf-8")
    root = Path(__file__).parents[1]
    run = "import sys; from aggregator.cli import main; sys.argv[0] = 'communique'; main()"
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" -c "$1" publish --config "$2" 2>/dev/full', sys.executable, run, str(config)],
        cwd=root, capture_output=True, text=True, timeout=60, env=os.environ | {"PYTHONPATH": str(root), "COMMUNIQUE_LOG": "DEBUG"},
    )
    assert done.returncode == 0
    assert (tmp_path / "public/all.atom").is_file()
