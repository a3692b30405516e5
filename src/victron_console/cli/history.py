"""`export`: the recorded history as rows."""

from __future__ import annotations

import sys
from contextlib import closing

import click

from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.cli.times import Moment, Span
from victron_console.model.clock import SystemClock
from victron_console.store.export import export as export_rows
from victron_console.store.export import write_csv, write_json_lines
from victron_console.store.reader import Reader


@click.command()
@click.option("--station", "stations", multiple=True, metavar="ID", help="Only this station; may be repeated.")
@click.option("--series", "globs", multiple=True, metavar="GLOB", help="Only these series, such as 'battery/*/Soc'.")
@click.option("--since", type=Moment(), help="From this moment on: 2026-11-22T03:14, or 7d for seven days ago.")
@click.option("--until", type=Moment(), help="Up to this moment.")
@click.option("--every", type=Span(), help="One row a series each 1m, 1h ... instead of every change.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", help="json: one object a line.")
@common_options
@failing_plainly
def export(
    options: Options,
    stations: tuple[str, ...],
    globs: tuple[str, ...],
    since: float | None,
    until: float | None,
    every: float | None,
    form: str,
) -> None:
    """Write recorded values to stdout: time (UTC), station, series, value, quality."""
    with closing(Reader(options.store_path, SystemClock())) as reader:
        chosen = stations or [row.id for row in reader.stations()]
        moment = SystemClock().now() if until is None else until
        rows = export_rows(reader, chosen, globs or ("*",), since or 0.0, moment, every)
        (write_csv if form == "csv" else write_json_lines)(rows, sys.stdout)
