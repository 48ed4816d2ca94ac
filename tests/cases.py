"""Which numbered cases of polling and publishing there are, and which tests cover each: `python -m tests.cases` prints the table.

A test names its case by a mark (`@pytest.mark.case("P17")`) or by its name
(`test_p017_…`, `test_o005_…`, `test_p055_p056_…`, `test_p021_to_p027_…`). A case no test covers
stands in UNTESTED with the reason.

Touches: the test files, which it reads.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent

ALL = (
    *(f"P{number}" for number in range(1, 101)),                                    # politeness to sources
    *(f"S{number}" for number in range(1, 71)),                                     # hostile input, identity between sources, our server, WebSub
    *(f"O{number}" for number in range(1, 46)),                                     # what is published, and how it is served
    *(f"R{number}" for number in range(1, 67)),                                     # kills, disks, databases, time, network, what feeds do, operation
)

UNTESTED: dict[str, str] = {
    "R17": "a short write is gone on with by one loop (feeds/files.py), which no test cuts; SQLite does the same by itself",
    "R21": "no disk that takes seconds to sync can be made without a driver of its own; writing has a thread to itself, so visits go on",
    "R63": "takes an hour: `python -m benchmarks.polling --days 30`",
    "R64": "an hour in real time, before a release",
    "S69": "the audit of the installed packages is a step of .ci/run",
    "S70": "ten minutes of one kind of input at a time are spent by the tests of each parser, not by one over the whole way",
    "O22": "the W3C feed validator is run as an outside judge: it is no package; benchmarks/README.md has what it says, tests/feeds/atom_rules.py asks the same",
    "O36": "REDbot is run as an outside judge against the server: it is no part of the tests; benchmarks/README.md has what it says",
    "S12": "no word of a source is logged: reasons are our own, printed with %r on one line; what a server says is cut to printable ASCII (aggregator/fetch)",
}


def coverage(root: Path = HERE) -> dict[str, list[str]]:
    """The tests of each case: "aggregator/poll/test_pace.py: a busy source is visited every hour"."""
    found: dict[str, list[str]] = {}
    for path in sorted(root.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                numbers, words = in_name(node.name)
                for number in dict.fromkeys((*marked(node), *numbers)):
                    found.setdefault(number, []).append(f"{path.relative_to(root).as_posix()}: {words}")
    return found


def marked(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """The numbers of a test's marks, those of single parameters included."""
    for decorator in node.decorator_list:
        for call in ast.walk(decorator):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "case":
                yield from (one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str))


def in_name(name: str) -> tuple[tuple[str, ...], str]:
    """The numbers a test's name begins with, and the sentence after them.

    >>> in_name("test_p021_to_p023_the_headers_are_obeyed"), in_name("test_r055_p056_moves")[0], in_name("test_many_things")
    ((('P21', 'P22', 'P23'), 'the headers are obeyed'), ('R55', 'P56'), ((), 'many things'))
    """
    rest, numbers = name.removeprefix("test_"), list[str]()
    while found := re.match(r"(to_)?([oprs])(\d{2,3})_", rest):
        number = int(found[3])
        first = int(numbers[-1][1:]) + 1 if found[1] and numbers else number
        numbers += (f"{found[2].upper()}{n}" for n in range(first, number + 1))
        rest = rest[found.end():]
    return tuple(numbers), rest.replace("_", " ")


def table() -> str:
    """Every case with its tests, or why it has none, as Markdown."""
    covered = coverage()
    rows = [f"| {number} | {'<br>'.join(covered[number]) if number in covered else UNTESTED[number]} |" for number in ALL]
    return "\n".join(("| case | tests, or why there is none |", "|---|---|", *rows))


if __name__ == "__main__":
    print(table())
