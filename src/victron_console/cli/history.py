"""`export` and `store`: the recorded history, and the file that holds it."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict
from datetime import datetime

import click

from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.model.clock import SystemClock, iso_utc
from victron_console.store.export import ExportRow
from victron_console.store.export import export as export_rows
from victron_console.store.reader import Reader

COLUMNS = ("time", "station", "series", "value", "quality")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class Moment(click.ParamType[float]):
    """A moment: ISO 8601 (local time where no zone is given), or how long ago: `30m`, `12h`, `7d`."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """UTC epoch seconds."""
        text = str(value)
        if match := re.fullmatch(r"(\d+)([smhdw])", text):
            return SystemClock().now() - int(match[1]) * _UNITS[match[2]]
        try:
            return datetime.fromisoformat(text).astimezone().timestamp()
        except ValueError:
            self.fail(f"{text!r} is no time: write 2026-11-22T03:14, or how long ago, such as 12h or 7d.", param, ctx)


class Span(click.ParamType[float]):
    """A length of time: `30s`, `1m`, `1h`."""

    name = "span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds."""
        if match := re.fullmatch(r"(\d+)([smhdw])", str(value)):
            return float(int(match[1]) * _UNITS[match[2]])
        self.fail(f"{value!r} is no length of time: write 30s, 1m or 1h.", param, ctx)


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
        _write(rows, form)


def _write(rows: Iterable[ExportRow], form: str) -> None:
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow(
                [iso_utc(row.at), row.station, row.series, "" if row.value is None else row.value, row.quality]
            )
        return
    for row in rows:
        cells = (iso_utc(row.at), row.station, row.series, row.value, str(row.quality))
        click.echo(json.dumps(dict(zip(COLUMNS, cells, strict=True)), ensure_ascii=False))


@click.group()
def store() -> None:
    """Look after the database."""


@store.command()
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
@common_options
@failing_plainly
def stats(options: Options, as_json: bool) -> None:
    """Sizes, rows and versions of the database."""
    with closing(Reader(options.store_path, SystemClock())) as reader:
        found = asdict(reader.stats())
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for key, value in found.items():
        if isinstance(value, dict):
            for name, count in value.items():
                click.echo(f"  {name:<24}{count:>12,}")
        else:
            click.echo(f"{key.replace('_', ' '):<26}{value}")
