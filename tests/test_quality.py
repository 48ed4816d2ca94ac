"""Floors for what is understood and joined, on labelled coverage.

Raise a floor freely; lowering one needs its reason in the commit.
`data/coverage.jsonl` and `data/visits.jsonl` are written for this test, 187 items
about 74 meetings in 31 languages: invented people, real kinds of trouble (two
guests of one host on a day in template words, several encounters on one visit, the
same pair again within days, yearly meetings, sessions over two days, talks beside
them, previews, round-ups, reprints, undated items, news that is no meeting).
"""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

from aggregator.commands.matching import match, read_lines
from aggregator.understand.reading import understand
from aggregator.understand.topics import SHIPPED

DATA = Path(__file__).parent / "data"
SETS = ("coverage", "visits")
GOLD = Path(__file__).parents[1] / ".." / "shared" / "gold"


@pytest.fixture(scope="module")
def labels():
    return {row["id"]: row for name in SETS for row in map(json.loads, lines_of(name))}


@pytest.fixture(scope="module")
def found():
    answers = (match(read_lines(lines_of(name), name), lambda item, source: understand(item, source, SHIPPED)) for name in SETS)
    return {answer["id"]: answer for some in answers for answer in some}


def lines_of(name):
    return (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()


def main_meeting(answer):
    return answer["meetings"][0]["id"] if answer["meetings"] else f"alone {answer['id']}"


def measure(labels, found, keep=lambda one, other: True):
    reports = [name for name, row in labels.items() if row["relation"] == "report"]
    pairs = [(one, other) for one, other in combinations(reports, 2) if keep(labels[one], labels[other])]
    same = {pair for pair in pairs if labels[pair[0]]["meetings"][0] == labels[pair[1]]["meetings"][0]}
    joined = {pair for pair in pairs if main_meeting(found[pair[0]]) == main_meeting(found[pair[1]])}
    return len(same & joined) / max(len(joined), 1), len(same & joined) / max(len(same), 1)


def test_reports_of_one_meeting_are_joined_and_look_alikes_are_not(labels, found):
    precision, recall = measure(labels, found)
    assert precision >= 0.96
    assert recall >= 0.75       # what is not understood at all cannot be joined: see the next test


def test_reports_that_were_understood_are_joined(labels, found):
    understood = {name for name, answer in found.items() if answer["meetings"]}
    precision, recall = measure(labels, found, lambda one, other: {one["id"], other["id"]} <= understood)
    assert precision >= 0.96
    assert recall >= 0.9


def test_reports_in_two_languages_are_joined_by_facts(labels, found):
    precision, recall = measure(labels, found, lambda one, other: one["lang"] != other["lang"])
    assert precision >= 0.95
    assert recall >= 0.75


def test_a_preview_is_in_the_meeting_it_announces(labels, found):
    home = {labels[name]["meetings"][0]: main_meeting(answer) for name, answer in found.items() if labels[name]["relation"] == "report"}
    previews = [name for name, row in labels.items() if row["relation"] == "preview"]
    right = [name for name in previews if home[labels[name]["refers_to"][0]] in {meeting["id"] for meeting in found[name]["meetings"]}]
    assert len(right) >= len(previews) - 2


def test_what_is_no_meeting_joins_none(labels, found):
    assert [name for name, row in labels.items() if row["relation"] == "none" and found[name]["meetings"]] == []


def test_every_join_has_its_reasons(labels, found):
    for answer in found.values():
        for meeting in answer["meetings"]:
            assert meeting["reasons"]
            assert 0.0 <= meeting["score"] <= 1.0


@pytest.mark.shared
@pytest.mark.skipif(not GOLD.exists(), reason="the gold set is not beside this checkout")
def test_the_gold_set_is_grouped_as_well_as_it_was(tmp_path):
    rows = read_lines((GOLD / "items.jsonl").read_text(encoding="utf-8").splitlines(), "items.jsonl")
    predictions = tmp_path / "predictions.jsonl"
    answers = match(rows, lambda item, source: understand(item, source, SHIPPED))
    predictions.write_text("\n".join(json.dumps(answer) for answer in answers), encoding="utf-8")
    scored = subprocess.run([sys.executable, GOLD / "score.py", predictions, "--json"], check=True, capture_output=True, text=True)
    figures = json.loads(scored.stdout)
    precision, _, f1 = figures["pair"]
    assert precision >= 0.94
    assert f1 >= 0.85
    assert figures["false_merges"][0] <= 3
    assert figures["cross_language_recall"][0] >= 0.6
    assert figures["previews"]["joined"] >= 20
    assert figures["previews"]["joined to another"] == 0
