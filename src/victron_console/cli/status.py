"""`status`: the fleet once to stdout, for a glance, a pipe or a monitoring system."""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import click

from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.diagnosing.verdict.known_site import read_verdict
from victron_console.insight.fleet import at_moment, figure_quality, totals
from victron_console.insight.verdict.clause import SiteVerdict
from victron_console.model.alert import AlertState, AlertView, Occurrence, Severity
from victron_console.model.clock import SystemClock
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.station import FRESH, StationState
from victron_console.model.units import HOUR_S, MINUTE_S
from victron_console.store.answers import StationRow
from victron_console.store.lease import lease_holder
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
    with closing(Reader(options.store_path, SystemClock())) as reader:
        rows = at_moment(reader.stations(), now)
        collector = _collector(reader, options.store_path, now)
        alerts = reader.alerts()
        standing = standing_alerts(alerts)
        if as_json:
            verdicts = {row.id: read_verdict(reader, row, alerts, now) for row in rows}
            said = as_data(rows, standing, verdicts, now) | {"collector": collector}
            click.echo(json.dumps(said, indent=2))
        else:
            _print_table(reader, rows, now)
            click.echo(_told(collector))
    sys.exit(exit_status(rows, standing))


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


def _collector(reader: Reader, store: Path, now: float) -> dict[str, Any]:
    """How the collector is: whether one runs, and how long ago it last wrote that it lives."""
    beat_at, state = reader.size().last_at, reader.collector()
    return {
        "running": lease_holder(store) is not None,
        "beat_age_s": None if beat_at is None else round(max(0.0, now - beat_at), 1),
        "lag_s": state.lag_s if state else None,
        "dropped": state.dropped if state else None,
        "last_trouble": state.last_trouble if state else "",
        "last_trouble_at": state.last_trouble_at if state else None,
    }


def _told(collector: Mapping[str, Any]) -> str:
    """The same in a line."""
    age_s = collector["beat_age_s"]
    if age_s is None:
        return "Collector: none ever ran on this store."
    age = f"{age_s:.0f} s" if age_s < 2 * MINUTE_S else f"{age_s / MINUTE_S:.0f} min"
    if age_s <= SILENT_AFTER_S:
        return f"Collector: last beat {age} ago."
    held = "it runs, but stands still" if collector["running"] else "none runs"
    return f"Collector: SILENT, last beat {age if age_s < 2 * HOUR_S else f'{age_s / HOUR_S:.0f} h'} ago; {held}."


def standing_alerts(views: Sequence[AlertView]) -> list[Occurrence]:
    """What stands and counts, seen or not: what is shelved, held back, in maintenance or over does not."""
    counted = (AlertState.UNACKNOWLEDGED, AlertState.ACKNOWLEDGED)
    return [view.occurrence for view in views if view.state in counted]


def as_data(
    rows: Sequence[StationRow], standing: Sequence[Occurrence], verdicts: Mapping[str, SiteVerdict], now: float
) -> dict[str, Any]:
    """The fleet as plain data, in the shape the README describes."""
    fleet = totals(rows, now)
    return {
        "fleet": {
            "stations": len(rows),
            "states": {str(state): count for state, count in fleet.states.items()},
            "fresh": fleet.fresh,
            **fleet.sums_w,
            "alerts": _counted(standing),
        },
        "stations": [
            _station(row, [it for it in standing if it.key.station == row.id], verdicts[row.id], now) for row in rows
        ],
    }


def _counted(standing: Sequence[Occurrence]) -> dict[str, int]:
    """How many of each severity; what asks nothing of anyone is `info`, whatever its level."""
    counts = Counter(it.severity if it.is_alarm else Severity.INFO for it in standing)
    return {str(severity): counts[severity] for severity in sorted(Severity, key=lambda s: -s.weight)}


def _station(row: StationRow, standing: Sequence[Occurrence], verdict: SiteVerdict, now: float) -> dict[str, Any]:
    shown = (row.overview or Overview()).to_json()
    for inside in ("device_alarms", "figures_at", "gx_timezone", "made_of", "origins"):
        shown.pop(inside)
    return {
        "id": row.id,
        "name": row.name,
        "state": str(row.status.state),
        "state_since": row.status.since,
        "reason": row.status.reason,
        "verdict": verdict.text,
        "age_s": None if row.read_at is None else round(max(0.0, now - row.read_at), 1),
        **shown,
        "figures": _figures(row, now),
        "alerts": _counted(standing),
    }


def _figures(row: StationRow, now: float) -> dict[str, Any]:
    """Of each figure that has a value: what it is worth, and how long ago the oldest device behind it was read."""
    shown = row.overview
    if shown is None:
        return {}
    found = {name: figure_quality(row, name, now) for name in shown.made_of}
    return {
        name: {
            "quality": Quality.IMPLAUSIBLE if quality is Quality.GOOD and name in shown.flags else quality,
            "age_s": None if (age_s := shown.age_s(name, now)) is None else round(age_s, 1),
        }
        for name, quality in found.items()
        if quality is not Quality.ABSENT
    }


def exit_status(rows: Sequence[StationRow], standing: Sequence[Occurrence]) -> int:
    """0 fine, 1 a warning or a station that is not live, 2 critical, 3 cannot tell: the worst of all stations."""
    if not any(row.status.state in FRESH for row in rows):
        return CANNOT_TELL
    counts = _counted(standing)
    if counts[Severity.CRITICAL]:
        return CRITICAL
    if counts[Severity.WARNING] or any(row.status.state is not StationState.LIVE for row in rows):
        return WARNING
    return FINE
