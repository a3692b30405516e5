"""`export`: the recorded history as rows."""

from __future__ import annotations

import fnmatch
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import click

from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.completion import series_names
from victron_console.cli.parameters.shared_options import stations_option
from victron_console.cli.parameters.times import Moment, Span
from victron_console.model.clock import SystemClock
from victron_console.model.nearest import nearest
from victron_console.store.files.bundle import write_bundle
from victron_console.store.files.export import ExportRow, write_csv, write_json_lines
from victron_console.store.files.export import export as export_rows
from victron_console.store.files.output import completing
from victron_console.store.files.parquet import write_parquet
from victron_console.store.read.reader import Reader

_FILE = click.Path(path_type=Path, dir_okay=False, writable=True)


@click.command()
@stations_option
@click.option(
    "--series",
    "globs",
    multiple=True,
    metavar="GLOB",
    shell_complete=series_names,
    help="Only these series, such as 'battery/*/Soc'.",
)
@click.option("--since", type=Moment(), help="From this moment on: 2026-11-22T03:14, yesterday, 7d (days ago).")
@click.option("--until", type=Moment(), help="Up to this moment.")
@click.option("--every", type=Span(), help="One row a series each 1m, 1h ... instead of every change.")
@click.option("--format", "form", type=click.Choice(["csv", "json", "parquet"]), default="csv", help="Of the rows.")
@click.option("--output", type=_FILE, metavar="FILE", help="Write to this file; Parquet needs one.")
@click.option("--bundle", type=_FILE, metavar="FILE", help="One zip with all of a station, to send to somebody.")
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
    output: Path | None,
    bundle: Path | None,
) -> None:
    """Write recorded values to stdout: time (UTC), station, series, value, quality."""
    clock = SystemClock()
    moment = clock.now() if until is None else until
    with closing(Reader(options.store_path, clock)) as reader:
        known = [row.id for row in reader.stations()]
        chosen = stations or tuple(known)
        _refuse_unknown(stations, "station", known)
        if globs:
            _refuse_unknown(globs, "series", sorted({each.name for id_ in chosen for each in reader.series(id_)}))
        if bundle is not None:
            if len(stations) != 1:
                raise click.UsageError("a bundle holds one station: name it with --station.")
            write_bundle(reader, bundle, stations[0], since or 0.0, moment, clock.now())
            click.echo(f"{bundle}: {bundle.stat().st_size:,} bytes")
            return
        rows = export_rows(reader, chosen, globs or ("*",), since or 0.0, moment, every)
        _write(rows, form, output)


def _refuse_unknown(wanted: Iterable[str], what: str, known: Sequence[str]) -> None:
    """Refuse a name or glob that nothing recorded fits.

    Raises:
        ValueError: names the nearest.
    """
    for each in wanted:
        if fnmatch.filter(known, each):
            continue
        raise ValueError(f"no {what} fits {each}{nearest(each, known) or ' here'}")


def _write(rows: Iterable[ExportRow], form: str, output: Path | None) -> None:
    if form == "parquet":
        if output is None:
            raise click.UsageError("Parquet is no text: name a file with --output.")
        write_parquet(rows, output)
        return
    write = write_csv if form == "csv" else write_json_lines
    if output is None:
        write(rows, sys.stdout)
        return
    with completing(output) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        write(rows, file)
