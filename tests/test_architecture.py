"""The house is as it is drawn: arrows one way, pure rooms pure, captions true.

Each rule is also run on a small house that breaks it, so that it is known to fail.
"""

from __future__ import annotations

import ast
import re
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("aggregator", "feeds", "storage")
ARROWS = {"aggregator": {"aggregator", "feeds", "storage"}, "feeds": {"feeds", "storage"}, "storage": {"storage"}}

# Modules that take values and return values. `parse/worker.py` is the process they run in.
PURE = re.compile(
    r"aggregator/(?:parse/(?!worker)\w+|normalise/\w+|understand/\w+|deduper/\w+|poll/(?:pace|sieve)|fetch/(?:addresses|headers|inflate)|push/lease|commands/health|checks)\.py"
    r"|feeds/(?:atom|jsonfeed|ical|opml|catalogue|clean)\.py|storage/(?:model|folding|codec)\.py"
)
# What a pure module may not import: whatever reaches a file, a socket, a process, a database or a clock by its very purpose.
IMPURE = {
    "asyncio", "fcntl", "http", "httpcore", "httpx", "multiprocessing", "os", "pathlib", "requests", "shutil", "signal", "socket", "sqlite3", "ssl",
    "subprocess", "tempfile", "threading", "time", "urllib.request", "apscheduler", "starlette", "uvicorn", "psycopg", "random", "secrets",
}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time"), ("time", "localtime")}
CLOCK_READER = "aggregator/cli.py"

# One place each: who may import what.
ONLY = {
    "httpx": {"aggregator/fetch/fetcher.py"},
    "httpcore": {"aggregator/fetch/fetcher.py", "aggregator/fetch/connecting.py"},
    "sqlite3": {"storage/sqlite.py"},
    "feedparser": {"aggregator/parse/feed.py"},
    "feedgen": {"feeds/atom.py", "feeds/atom_entry.py"},
    "apscheduler": {"aggregator/poll/scheduler.py"},
    "pgqueuer": {"aggregator/fleet/pgqueuer.py"},
    "asyncpg": {"aggregator/fleet/pgqueuer.py"},
    "socket": {"aggregator/fetch/connecting.py", "aggregator/supervisor.py", "feeds/server.py"},     # to dial out, to tell systemd, and to listen
}
JOINS_ROOMS = {"aggregator/cli.py"}             # may import what publishes
PUBLISHING = {"feeds.publisher", "feeds.server", "feeds.atom", "feeds.pages", "feeds.opml"}
SQL = re.compile(r"\b(?:SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\b", re.DOTALL)


def modules(root: Path) -> dict[str, ast.Module]:
    return {
        path.relative_to(root).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for room in ROOMS
        for path in sorted((root / room).rglob("*.py"))
    }


def imported(tree: ast.Module) -> set[str]:
    """Every module a file imports, at whatever depth, each also by its parents' names."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names | {name[: name.index(".")] for name in names if "." in name}


def wrong_arrows(root: Path) -> list[str]:
    return [
        f"{path} imports {name}"
        for path, tree in modules(root).items()
        for name in sorted(imported(tree) & set(ROOMS))
        if name not in ARROWS[path.split("/")[0]]
    ]


def impure(root: Path) -> list[str]:
    return [
        f"{path} imports {name}"
        for path, tree in modules(root).items()
        if PURE.fullmatch(path)
        for name in sorted(imported(tree) & IMPURE)
    ] + [
        f"{path} opens a file"
        for path, tree in modules(root).items()
        if PURE.fullmatch(path)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open"
    ]


def clock_readers(root: Path) -> list[str]:
    found = []
    for path, tree in modules(root).items():
        for node in ast.walk(tree):
            if (
                path != CLOCK_READER
                and isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and (node.func.value.id, node.func.attr) in CLOCKS
            ):
                found.append(f"{path}:{node.lineno} reads the clock")
    return found


def out_of_place(root: Path) -> list[str]:
    found = []
    for path, tree in modules(root).items():
        names = imported(tree)
        found += [f"{path} imports {name}" for name, places in ONLY.items() if name in names and path not in places]
        if path.startswith("aggregator/") and path not in JOINS_ROOMS:
            found += [f"{path} imports {name}" for name in sorted(names & PUBLISHING)]
        if not path.startswith("storage/"):
            texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
            found += [f"{path} writes SQL" for text in texts if SQL.search(text)]
    return found


def false_captions(root: Path) -> list[str]:
    """Modules without a caption or a last line that says what they touch, and maps that miss a file or name one that is not there."""
    found = []
    for path, tree in modules(root).items():
        doc = ast.get_docstring(tree) or ""
        if not doc:
            found.append(f"{path} has no docstring")
        elif path.endswith("__init__.py"):
            folder = root / Path(path).parent
            there = {p.name + ("/" if p.is_dir() else "") for p in folder.iterdir() if p.name not in ("__init__.py", "__pycache__")}
            there = {name for name in there if name.endswith((".py", "/"))}
            named = set(re.findall(r"^([\w]+(?:\.py|/))\s+\S", doc, re.MULTILINE))
            found += [f"{path} does not caption {name}" for name in sorted(there - named)]
            found += [f"{path} captions {name}, which is not there" for name in sorted(named - there)]
            if len([node for node in tree.body if not isinstance(node, ast.Expr)]) > 0:
                found.append(f"{path} holds code; a map holds none")
        elif not re.search(r"(?:^|\n)Touches: (?:[^\n]+\n?)+$", doc):
            found.append(f'{path} does not end its docstring with "Touches: …"')
        elif PURE.fullmatch(path) and not re.search(r"\nTouches: (?:nothing|the data files? )", doc):
            found.append(f"{path} is pure and says that it touches something")
    return found


RULES = [wrong_arrows, impure, clock_readers, out_of_place, false_captions]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_is_as_drawn(rule):
    assert rule(ROOT) == []


BROKEN = {
    wrong_arrows: {"storage/items.py": "import feeds.atom", "feeds/atom.py": "from aggregator import fetch"},
    impure: {"aggregator/normalise/items.py": "import socket", "aggregator/deduper/match.py": "def f(p):\n    return open(p)"},
    clock_readers: {"aggregator/poll/pace.py": "from datetime import datetime\nx = datetime.now()", "storage/items.py": "import time\nx = time.time()"},
    out_of_place: {"aggregator/poll/pace.py": "import httpx", "feeds/catalogue.py": 'x = "SELECT id FROM items"', "aggregator/ingest.py": "from feeds.publisher import publish"},
    false_captions: {
        "storage/items.py": '"""Items.\n\nNo last line.\n"""',
        "aggregator/normalise/items.py": '"""An entry as an item.\n\nTouches: the network.\n"""',
        "feeds/__init__.py": '"""The room.\n\ngone.py   a file that is not there\n"""',
    },
}


@pytest.mark.parametrize(("rule", "path", "text"), [(rule, path, text) for rule, files in BROKEN.items() for path, text in files.items()])
def test_each_rule_fails_when_it_is_broken(rule, path, text, tmp_path):
    broken = tmp_path / path
    broken.parent.mkdir(parents=True)
    broken.write_text(textwrap.dedent(text), encoding="utf-8")
    assert rule(tmp_path) != []
