"""Which sources stand in one line, and which line comes first.

Touches: nothing.
"""

from __future__ import annotations

from aggregator.poll.lines import lines_of
from storage.model import Source, Standing
from tests.factory import NOW, source


def candidate(id: str, url: str) -> tuple[Source, Standing]:
    return source(id=id, url=url), Standing(id, NOW)


SIX = [candidate(f"{host}{number}", f"https://{host}.example/{number}") for host in "ab" for number in range(3)]


def ids(lines: dict[str, list[tuple[Source, Standing]]]) -> list[list[str]]:
    return [[standing.source_id for _, standing in line] for line in lines.values()]


def test_sources_of_one_host_stand_in_one_line():
    assert ids(lines_of(lambda source: False, SIX)) == [["a0", "a1", "a2"], ["b0", "b1", "b2"]]


def test_the_operators_own_stand_in_none_and_hosts_take_turns():
    assert ids(lines_of(lambda source: True, SIX)) == [["a0"], ["b0"], ["a1"], ["b1"], ["a2"], ["b2"]]


def test_the_lines_of_other_hosts_begin_as_early():
    assert ids(lines_of(lambda source: source.id < "b", SIX)) == [["a0"], ["b0", "b1", "b2"], ["a1"], ["a2"]]
