"""README.md tells of every command, option, key and file there is, and of none that there is not."""

import re
from pathlib import Path

import click
import pytest

from aggregator.cli import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def commands(group: click.Group = cli, above: str = "") -> dict[str, click.Command]:
    """Every command by its words: "sources add"."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= commands(command, f"{above}{name} ")
        else:
            found[above + name] = command
    return found


def keys() -> set[str]:
    """Every key that config.py reads, from its own words."""
    text = (ROOT / "aggregator/config.py").read_text(encoding="utf-8")
    selectors = re.search(r'for key in \(("item".*?)\)', text)
    assert selectors
    return set(re.findall(r'\.read\("(\w+)"', text)) | set(re.findall(r'"(\w+)"', selectors[1]))


@pytest.mark.parametrize("name", commands())
def test_every_command_is_in_the_readme(name):
    assert re.search(rf"^### .*`communique {name}\b", README, re.MULTILINE), f"README.md has no heading for communique {name}"


@pytest.mark.parametrize(("name", "option"), [(n, o) for n, c in commands().items() for p in c.params if isinstance(p, click.Option) for o in p.opts if o != "--config"])
def test_every_option_is_in_the_readme(name, option):
    section = re.search(rf"^### .*`communique {name}\b.*?(?=^##)", README, re.MULTILINE | re.DOTALL)
    assert section
    assert option in section[0]


@pytest.mark.parametrize("name", commands())
def test_every_command_helps_with_an_example(name):
    assert "Example" in (commands()[name].help or "")


@pytest.mark.parametrize("key", sorted(keys()))
def test_every_key_is_in_the_readme(key):
    assert re.search(rf"^\|[^|]*`{key}`", README, re.MULTILINE), f"README.md has no row for the key {key}"


def test_the_readme_names_no_key_that_is_not_read():
    section = re.search(r"^## config\.toml\n(.*?)(?=^## )", README, re.MULTILINE | re.DOTALL)
    assert section
    named = {key for cell in re.findall(r"^\| ([^|]+) \|", section[1], re.MULTILINE) for key in re.findall(r"`(\w+)`", cell)}
    assert named - keys() == set()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:aggregator|feeds|storage|tests|benchmarks)/[\w/.-]*)`", README))))
def test_every_file_the_readme_names_is_there(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize("link", re.findall(r"\]\((?!https?:|#)([^)]+)\)", README))
def test_every_local_link_leads_somewhere(link):
    assert (ROOT / link.partition("#")[0]).exists()


def test_the_changelog_has_a_place_for_what_is_new():
    assert re.search(r"^## Unreleased\n", CHANGELOG, re.MULTILINE)
