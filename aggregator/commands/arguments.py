"""What several commands take.

Touches: nothing.
"""

from __future__ import annotations

from pathlib import Path

import click


class Ordered(click.Group):
    """Commands in the order they are written here: the order in which people meet them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


CONFIG = click.option(
    "--config", "path", type=click.Path(path_type=Path, dir_okay=False), default=Path("config.toml"), show_default=True, help="The configuration."
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout and nothing else there.")
