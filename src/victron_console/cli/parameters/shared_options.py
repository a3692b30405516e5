"""Options that several commands take in the same words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from victron_console.cli.parameters.completion import station_ids
from victron_console.cli.parameters.times import Moment

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

stations_option: Decorator = click.option(
    "--station",
    "stations",
    multiple=True,
    metavar="ID",
    shell_complete=station_ids,
    help="Only this station; may be repeated.",
)
at_option: Decorator = click.option("--at", "as_of", type=Moment(), help="As it was at a past moment.")
json_option: Decorator = click.option("--json", "as_json", is_flag=True, help="For scripts.")


def station_option(about: str, *, required: bool = False) -> Decorator:
    """`--station ID` of a command about one station."""
    return click.option("--station", required=required, metavar="ID", shell_complete=station_ids, help=about)
