"""`series`: which series of a station are recorded and what they hold, and one of them over time with its gaps."""

from __future__ import annotations

from contextlib import closing

import click

from victron_console.cli.answers.echo import echo_json, echo_rows, local_time
from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.completion import series_names, station_ids
from victron_console.cli.parameters.shared_options import at_option, json_option
from victron_console.cli.parameters.times import Moment
from victron_console.contract.series import MOST_POINTS, find_series, read_series
from victron_console.model.clock import SystemClock
from victron_console.store.read.reader import Reader

MOST_FOUND = 100_000


@click.group()
def series() -> None:
    """Find recorded series and read them."""


@series.command()
@click.argument("station", shell_complete=station_ids)
@click.argument("pattern", default="*")
@at_option
@click.option("--limit", type=click.IntRange(1, MOST_FOUND), default=500, show_default=True, help="Series at most.")
@json_option
@common_options
@failing_plainly
def find(options: Options, station: str, pattern: str, as_of: float | None, limit: int, as_json: bool) -> None:
    """List the series of STATION that fit PATTERN, such as 'battery/*/Soc' or 'temperature', with what they hold."""
    now = SystemClock().now() if as_of is None else as_of
    with closing(Reader(options.store_path, SystemClock())) as reader, reader.at_once():
        found = find_series(reader, station, pattern, now, as_of, limit=limit)
    if as_json:
        echo_json("series-find", found)
        return
    rows = [
        (
            one.series,
            "-" if one.value is None else f"{one.value} {one.unit}".strip(),
            one.quality,
            one.meaning or one.name,
        )
        for one in found.series
    ]
    echo_rows(("SERIES", "VALUE", "QUALITY", ""), rows, "No series fits.")
    if found.page.next_offset is not None:
        click.echo(f"{found.page.total - len(rows)} more: say --limit.", err=True)


@series.command()
@click.argument("station", shell_complete=station_ids)
@click.argument("name", shell_complete=series_names, metavar="SERIES")
@click.option("--since", type=Moment(), default="24h", show_default=True, help="From here: a moment, or 24h.")
@click.option("--until", type=Moment(), help="Up to here; else to now.")
@click.option("--points", type=click.IntRange(1, MOST_POINTS), default=100, show_default=True, help="Columns at most.")
@click.option("--changes", "by_change", is_flag=True, help="Each change instead of columns.")
@json_option
@common_options
@failing_plainly
def read(
    options: Options,
    station: str,
    name: str,
    since: float,
    until: float | None,
    points: int,
    by_change: bool,
    as_json: bool,
) -> None:
    """Read SERIES of STATION over time, in equal columns, with the gaps where nothing was received."""
    now = SystemClock().now()
    with closing(Reader(options.store_path, SystemClock())) as reader, reader.at_once():
        found = read_series(
            reader, station, name, since, now if until is None else until, now, None, points=points,
            by_change=by_change,
        )  # fmt: skip
    if as_json:
        echo_json("series-read", found)
        return
    rows = [
        (local_time(one.at), f"{one.mean}", f"{one.low}", f"{one.high}", "") for one in found.points if one is not None
    ]
    rows += [(local_time(one.at), f"{one.value}", "", "", one.meaning or one.reason) for one in found.changes]
    echo_rows(("TIME", found.unit or "VALUE", "LOW", "HIGH", ""), rows, "Nothing was received in that time.")
    for gap in found.gaps:
        end = "now" if gap.until is None else local_time(gap.until)
        click.echo(f"nothing from {local_time(gap.since)} to {end}: {gap.kind} {gap.reason}".rstrip())
