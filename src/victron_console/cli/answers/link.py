"""`link`: how the links to the stations stand, and of one what its services and its last hour were like."""

from __future__ import annotations

from contextlib import closing

import click

from victron_console.cli.answers.echo import echo_json, echo_rows
from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.shared_options import at_option, json_option, station_option
from victron_console.contract.link import Links, links
from victron_console.model.clock import SystemClock
from victron_console.store.read.reader import Reader


@click.command("link")
@station_option("This station, with its services.")
@at_option
@json_option
@common_options
@failing_plainly
def link_command(options: Options, station: str | None, as_of: float | None, as_json: bool) -> None:
    """Show how the links to the stations stand."""
    now = SystemClock().now() if as_of is None else as_of
    with closing(Reader(options.store_path, SystemClock())) as reader, reader.at_once():
        found = links(reader, now, as_of, station)
    if as_json:
        echo_json("link", found)
        return
    rows = [
        (one.id, one.state, _figure(one.round_trip_mean_s, 1000, " ms"), _figure(one.errors_percent, 1, " %"),
         f"{one.services_aside or ''}", one.reason or one.last_error)
        for one in found.links
    ]  # fmt: skip
    echo_rows(("STATION", "STATE", "ANSWERS IN", "ERRORS", "ASIDE", "WHY"), rows, "No station is configured.")
    _echo_services(found)


def _echo_services(found: Links) -> None:
    if found.services:
        click.echo("")
        rows = [(one.device or "-", one.state, one.quality, one.service, one.reason) for one in found.services]
        echo_rows(("DEVICE", "STATE", "VALUES", "SERVICE", "WHY"), rows, "")


def _figure(value: float | None, scale: float, unit: str) -> str:
    return "-" if value is None else f"{value * scale:.0f}{unit}"
