"""`status`: the fleet once to stdout, for a glance, a pipe or a monitoring system."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from contextlib import closing
from functools import partial

import click

from victron_console.cli.answers.echo import echo_json
from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.contract.stations import Counts, counts
from victron_console.contract.status import CollectorPart, collector_part
from victron_console.contract.status import status as whole_status
from victron_console.insight.fleet import at_moment
from victron_console.insight.verdict.site_verdict import STANDING
from victron_console.model.clock import SystemClock
from victron_console.model.station import FRESH, StationState
from victron_console.model.units import HOUR_S, MINUTE_S
from victron_console.store.answers import StationRow
from victron_console.store.read.reader import Reader

PIPE_COLUMNS = 120
NOTHING_YET = "Nothing is recorded yet: start `victron-console`, or `victron-console collect`."
SILENT_AFTER_S = 60.0
"""A collector beats each ten seconds, somewhat later where another program holds the store."""
FINE, WARNING, CRITICAL, CANNOT_TELL = 0, 1, 2, 3


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Everything that is known of each station, for scripts.")
@common_options
@partial(failing_plainly, exit_status=CANNOT_TELL)
def status(options: Options, as_json: bool) -> None:
    """Show the fleet once.

    Exit status: 0 all is fine, 1 a warning, 2 something critical, 3 cannot tell.
    """
    now = SystemClock().now()
    with closing(Reader(options.store_path, SystemClock())) as reader, reader.at_once():
        rows = at_moment(reader.stations(), now)
        standing = counts([view for view in reader.alerts() if view.state in STANDING])
        if as_json:
            echo_json("status", whole_status(reader, now))
        else:
            _print_table(reader, rows, now)
            click.echo(_told(collector_part(reader, now, None)))
    sys.exit(exit_status([row.status.state for row in rows], standing))


def _print_table(reader: Reader, rows: Sequence[StationRow], now: float) -> None:
    # Imported here: it brings Textual, which `status --json` of a monitoring system can do without.
    from victron_console.console.fleet.status_table import status_table

    if not rows:
        click.echo(NOTHING_YET)
        return
    if all(row.read_at is None for row in rows):
        click.echo(f"No value was read yet of {'its station' if len(rows) == 1 else f'any of {len(rows)} stations'}.")
    width = shutil.get_terminal_size((PIPE_COLUMNS, 24)).columns
    click.echo("\n".join(status_table(reader, rows, now, width)))


def _told(collector: CollectorPart) -> str:
    """The same in a line."""
    age_s = collector.beat_age_s
    if age_s is None:
        return "Collector: none ever ran on this store."
    age = f"{age_s:.0f} s" if age_s < 2 * MINUTE_S else f"{age_s / MINUTE_S:.0f} min"
    if age_s <= SILENT_AFTER_S:
        return f"Collector: last beat {age} ago."
    held = "it runs, but stands still" if collector.running else "none runs"
    return f"Collector: SILENT, last beat {age if age_s < 2 * HOUR_S else f'{age_s / HOUR_S:.0f} h'} ago; {held}."


def exit_status(states: Sequence[StationState], standing: Counts) -> int:
    """0 fine, 1 a warning or a station that is not live, 2 critical, 3 cannot tell: the worst of all stations."""
    if not any(state in FRESH for state in states):
        return CANNOT_TELL
    if standing.critical:
        return CRITICAL
    return WARNING if standing.warning or any(state is not StationState.LIVE for state in states) else FINE
