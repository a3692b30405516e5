"""`advice`: what is advised for a station's battery by the hour, and what came of the last days'. It sets nothing."""

from __future__ import annotations

from contextlib import closing

import click

from victron_console.cli.answers.echo import echo_json, echo_rows
from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.completion import station_ids
from victron_console.cli.parameters.shared_options import at_option, json_option
from victron_console.contract.advice import advice
from victron_console.model.clock import SystemClock
from victron_console.store.read.reader import Reader


@click.command("advice")
@click.argument("station", shell_complete=station_ids)
@at_option
@json_option
@common_options
@failing_plainly
def advice_command(options: Options, station: str, as_of: float | None, as_json: bool) -> None:
    """Show the advice for the battery of STATION."""
    now = SystemClock().now() if as_of is None else as_of
    with closing(Reader(options.store_path, SystemClock())) as reader, reader.at_once():
        found = advice(reader, reader.known_station(station, as_of), now, as_of)
    if as_json:
        echo_json("advice", found)
        return
    click.echo(f"{found.name}: {found.advice.text if found.advice else found.reason}")
    rows = [(f"{one.day}", one.followed, _money(one.saved), _money(one.expected), one.reason) for one in found.came]
    if rows:
        echo_rows(("DAY", "FOLLOWED", "SAVED", "EXPECTED", found.currency), rows, "")


def _money(value: float | None) -> str:
    return "?" if value is None else f"{value:.2f}"
