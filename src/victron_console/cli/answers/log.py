"""`log`: what happened: links, alarms, settings, operators, advice and what agents asked."""

from __future__ import annotations

from contextlib import closing

import click

from victron_console.cli.answers.echo import echo_json, echo_rows, local_time
from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.shared_options import json_option, station_option
from victron_console.cli.parameters.times import Moment
from victron_console.contract.log import log
from victron_console.model.clock import SystemClock
from victron_console.store.event_log import KIND_GROUPS
from victron_console.store.read.reader import Reader

MOST_LINES = 10_000


@click.command("log")
@station_option("Only of this station.")
@click.option(
    "--kind", "kinds", multiple=True, metavar="KIND", help=f"Only {', '.join(KIND_GROUPS)} or a kind of line."
)
@click.option("--text", help="Only lines that have these words.")
@click.option("--since", type=Moment(), default="7d", show_default=True, help="From here: a moment, or 7d.")
@click.option("--until", type=Moment(), help="Up to here; else to now.")
@click.option("--limit", type=click.IntRange(1, MOST_LINES), default=200, show_default=True, help="Lines at most.")
@json_option
@common_options
@failing_plainly
def log_command(
    options: Options,
    station: str | None,
    kinds: tuple[str, ...],
    text: str | None,
    since: float,
    until: float | None,
    limit: int,
    as_json: bool,
) -> None:
    """Print the event log, newest first."""
    now = SystemClock().now()
    with closing(Reader(options.store_path, SystemClock())) as reader, reader.at_once():
        found = log(
            reader, now, None, since=since, until=now if until is None else until, station=station,
            kinds=kinds or None, text=text, limit=limit,
        )  # fmt: skip
    if as_json:
        echo_json("log", found)
        return
    rows = [(local_time(line.at), line.station or "console", line.kind, line.text) for line in found.lines]
    echo_rows(("TIME", "STATION", "KIND", "WHAT"), rows, "Nothing happened, or nothing fits.")
