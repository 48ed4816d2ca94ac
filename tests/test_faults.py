"""A round that is killed, or whose writes fail, at points spread over all of it: nothing lost, doubled or half.

The whole sweep is `python -m benchmarks.faults`; this is a part of it that ends in good time.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.faults import SERVER, Bench, Fault, Phase, Point, in_memory
from tests.postgresql import empty_schema

SOURCES = 2


def traced() -> None:
    if not shutil.which("strace"):
        if os.environ.get("CI"):
            pytest.fail("strace is not installed: apt-get install strace")
        pytest.skip("strace is not installed")


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    traced()
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder, closing(Bench(Path(folder), sources=SOURCES)) as made:
        yield made


@pytest.fixture(scope="module")
def served() -> Iterator[Bench]:
    traced()
    with empty_schema():
        pass                        # skips where there is no server
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder, closing(Bench(Path(folder), SERVER, sources=SOURCES)) as made:
        yield made


def wrong(bench: Bench, phase: Phase, fault: Fault, points: range, *, lasting: bool = False) -> dict[str, tuple[str, ...]]:
    """What went wrong, by point; the first point has to be met, or nothing was tried."""
    seen = {point: bench.strike(point) for nth in points if (point := Point(phase, fault, nth, lasting))}
    assert next(iter(seen.values())).struck
    return {str(point): one.wrong for point, one in seen.items() if one.wrong}


@pytest.mark.case("R2")
@pytest.mark.case("R3")
@pytest.mark.case("R7")
def test_a_visit_that_is_killed_at_any_write_is_made_again(bench):
    assert wrong(bench, "fetch", "kill", range(1, 60, 4)) == {}


@pytest.mark.case("R4")
@pytest.mark.case("R5")
@pytest.mark.case("R6")
@pytest.mark.case("R13")
def test_publishing_that_is_killed_at_any_write_is_finished_by_the_next_round(bench):
    assert wrong(bench, "publish", "kill", range(1, 400, 25)) == {}


@pytest.mark.case("R14")
def test_a_full_disk_costs_nothing_but_time(bench):
    assert wrong(bench, "fetch", "ENOSPC", range(3, 60, 12), lasting=True) == {}
    assert wrong(bench, "publish", "ENOSPC", range(3, 400, 60)) == {}


@pytest.mark.case("R15")
def test_a_write_that_fails_is_told_and_made_again(bench):
    assert wrong(bench, "fetch", "EIO", range(5, 60, 14)) == {}
    assert wrong(bench, "publish", "EIO", range(5, 400, 70)) == {}


@pytest.mark.case("R18")
def test_a_quota_that_is_used_up_costs_nothing_but_time(bench):
    assert wrong(bench, "fetch", "EDQUOT", range(4, 60, 30), lasting=True) == {}
    assert wrong(bench, "publish", "EDQUOT", range(4, 400, 150)) == {}


@pytest.mark.case("R25")
def test_a_round_on_a_server_that_is_killed_at_any_message_is_made_again(served):
    assert wrong(served, "fetch", "kill", range(5, 120, 24)) == {}
    assert wrong(served, "publish", "kill", range(5, 400, 90)) == {}
