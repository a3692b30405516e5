"""`collect`: the recorder without a screen."""

from __future__ import annotations

import os
from random import Random

import click

from victron_console.cli.failures import failing_plainly, printable
from victron_console.cli.options import Options, common_options, log_to_stderr
from victron_console.cli.running import run_until_stopped
from victron_console.collector.fleet import Fleet
from victron_console.collector.watch.service_manager import ServiceManager
from victron_console.model.clock import SystemClock


@click.command()
@click.option("--once", is_flag=True, help="Read every station one time, record it and end.")
@common_options
@failing_plainly
def collect(options: Options, once: bool) -> None:
    """Poll and record the stations without a screen, until SIGTERM."""
    log_to_stderr(options)
    files = options.present_files()
    for fault in files.current.faults:
        click.echo(printable(str(fault)), err=True)
    if not files.current.stations:
        raise click.ClickException(NO_STATIONS)
    fleet = Fleet(
        files,
        options.store_path,
        SystemClock(),
        random=Random(),
        rule_folders=options.rule_folders,
        manager=ServiceManager(os.environ),
    )
    run_until_stopped(fleet.run_once if once else fleet.run)


NO_STATIONS = (
    "no station is configured. Add one with `victron-console add venus.local`, look at one without a file "
    "with `victron-console --url http://venus.local:8088`, or see `victron-console demo`."
)
