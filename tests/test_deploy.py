"""The files of deploy/ say what the program understands, and monitoring names only numbers that there are."""

import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from starlette.testclient import TestClient

from aggregator.cli import cli
from feeds.metrics import HELP, metrics
from feeds.server import application
from storage.fleet import Worker
from storage.model import Poll
from storage.store import open_store
from tests.factory import NOW, item, source

DEPLOY = Path(__file__).parents[1] / "deploy"
NUMBER = re.compile(r"\bcommunique_[a-z_]+")
OURS = set(HELP)


@pytest.fixture
def store():
    with open_store("sqlite::memory:") as opened:
        opened.sources.configure([source(), source(id="nz-press", url="https://nz.example/feed")], NOW)
        opened.sources.record(Poll("au-press", NOW, "new", 200, new=1))
        opened.items.save(item(), "{}", NOW)
        yield opened


def samples(body: bytes) -> dict[str, str]:
    return dict(line.rsplit(" ", 1) for line in body.decode().splitlines() if not line.startswith("#"))


def test_the_numbers_are_those_of_the_store(store):
    found = samples(metrics(store, NOW))
    assert found['communique_sources{state="unvisited"}'] == "2.0"
    assert found['communique_polls{outcome="new"}'] == "1"
    assert (found["communique_sources_due"], found["communique_items"], found["communique_items_undecided"]) == ("2", "1", "1")
    assert found["communique_last_poll_seconds"] == str(NOW.timestamp())


def test_workers_are_counted_while_they_are_seen(store):
    for id, seen in (("w1", NOW), ("w2", NOW - timedelta(minutes=2))):
        store._database.execute(
            "INSERT INTO workers (id, seen, value) VALUES (:id, '', :value)",
            {"id": id, "value": json.dumps({"id": id, "name": id, "started": NOW.isoformat(), "seen": seen.isoformat(), "visiting": 3, "queued": 5})})
    assert [worker.id for worker in store.workers()] == ["w1", "w2"]
    assert isinstance(store.workers()[0], Worker)
    found = samples(metrics(store, NOW))
    assert (found["communique_workers"], found["communique_worker_sources"], found["communique_queue_jobs"]) == ("1", "3", "5")


def test_every_number_has_words_and_every_word_a_number(store):
    body = metrics(store, NOW).decode()
    assert set(re.findall(r"^# HELP (\S+)", body, re.MULTILINE)) == OURS
    assert set(re.findall(r"^(communique_\w+)", body, re.MULTILINE)) == OURS


@pytest.mark.parametrize("name", ["alerts.yaml", "grafana.json"])
def test_monitoring_names_only_numbers_that_there_are(name):
    text = (DEPLOY / name).read_text(encoding="utf-8")
    told = yaml.safe_load(text) if name.endswith("yaml") else json.loads(text)
    if name == "alerts.yaml":
        said = [rule["expr"] for group in told["groups"] for rule in group["rules"]]
    else:
        said = [target["expr"] for panel in told["panels"] for target in panel["targets"]]
    named = {number for expression in said for number in NUMBER.findall(expression)}
    assert len(named) >= 5
    assert named <= OURS


@pytest.mark.case("S64")
def test_the_numbers_are_told_on_this_machine_alone(tmp_path):
    served = application(tmp_path, numbers=lambda: b"communique_items 1\n")
    here = TestClient(served, client=("127.0.0.1", 1))
    assert here.get("/metrics").text == "communique_items 1\n"
    assert here.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    assert TestClient(served, client=("203.0.113.9", 1)).get("/metrics").status_code == 404
    assert TestClient(application(tmp_path), client=("127.0.0.1", 1)).get("/metrics").status_code == 404


def test_the_unit_is_one_that_systemd_takes(tmp_path):
    text = (DEPLOY / "communique.service").read_text(encoding="utf-8")
    said = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    assert (said["Type"], said["Restart"], said["NoNewPrivileges"]) == ("notify", "on-failure", "yes")
    assert {"WatchdogSec", "MemoryMax", "TasksMax", "LimitNOFILE"} <= said.keys()
    assert said["ExecStart"].split()[1] in cli.commands
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "communique.service"
    unit.write_text(text.replace("/opt/communique/bin/communique", "/bin/true"), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60)
    assert not [line for line in done.stderr.splitlines() if "communique.service" in line]


def test_the_container_and_the_fleet_run_commands_that_there_are():
    lines = (DEPLOY / "Containerfile").read_text(encoding="utf-8").splitlines()
    entry, default = (json.loads(next(line for line in lines if line.startswith(word)).removeprefix(word)) for word in ("ENTRYPOINT", "CMD"))
    assert entry == ["/opt/communique/bin/communique"]
    assert any(line.startswith("USER ") and line != "USER root" for line in lines)
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    for command in (default, services["publisher"]["command"], services["worker"]["command"]):
        known = {option for parameter in cli.commands[command[0]].params for option in parameter.opts}
        assert {word for word in command[1:] if word.startswith("--")} <= known
    named = {volume.partition(":")[0] for service in services.values() for volume in service["volumes"] if not volume.startswith(".")}
    assert named == {"database", "public"}
    assert {"database", "publisher", "worker", "web"} == services.keys()
    assert all(services[name]["read_only"] and services[name]["cap_drop"] == ["ALL"] for name in ("publisher", "worker"))
