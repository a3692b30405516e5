"""`jobs`: maintenance that is due, what the diagnoses propose besides, and the visits that it makes."""

from __future__ import annotations

from contextlib import closing

import click

from victron_console.cli.answers.echo import echo_json, echo_rows, local_day
from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.shared_options import at_option, json_option, station_option
from victron_console.contract.jobs import jobs
from victron_console.model.clock import SystemClock
from victron_console.store.read.reader import Reader


@click.command("jobs")
@station_option("Only this station.")
@at_option
@json_option
@common_options
@failing_plainly
def jobs_command(options: Options, station: str | None, as_of: float | None, as_json: bool) -> None:
    """List open maintenance jobs and those that the diagnoses propose."""
    now = SystemClock().now() if as_of is None else as_of
    with closing(Reader(options.store_path, SystemClock())) as reader, reader.at_once():
        found = jobs(reader, now, as_of, station)
    if as_json:
        echo_json("jobs", found)
        return
    rows = [
        (f"{job.id}", job.station, _day(job.due_at), "overdue" if job.overdue else "", job.what) for job in found.open
    ]
    rows += [("", job.station, _day(job.deadline), f"{job.tier}?", job.what) for job in found.proposed]
    echo_rows(("ID", "STATION", "DUE", "", "WHAT"), rows, "Nothing is to be done.")


def _day(moment: str | None) -> str:
    return "-" if moment is None else local_day(moment)
