"""`collect`: the recorder without a screen."""

from __future__ import annotations

import os
from contextlib import ExitStack
from random import Random

import click

from victron_console.cli.failures import failing_plainly, printable
from victron_console.cli.options import Options, common_options, log_to_stderr
from victron_console.cli.parameters.listening import ListenAddress
from victron_console.cli.running import run_until_stopped
from victron_console.collector.fleet import Fleet
from victron_console.collector.watch.service_manager import ServiceManager
from victron_console.endpoint.address import Address
from victron_console.endpoint.server import HttpServer
from victron_console.model.clock import SystemClock


@click.command()
@click.option("--once", is_flag=True, help="Read every station one time, record it and end.")
@click.option(
    "--metrics",
    type=ListenAddress(),
    help="Serve a page for Prometheus on this port, or address and port. A port alone is of this machine only.",
)
@common_options
@failing_plainly
def collect(options: Options, once: bool, metrics: Address | None) -> None:
    """Poll and record the stations without a screen, until SIGTERM."""
    if once and metrics is not None:
        raise click.UsageError("--metrics is for a collector that goes on: leave out --once.")
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
    with ExitStack() as beside:
        if metrics is not None:
            beside.enter_context(_metrics_server(options, fleet, metrics))
        run_until_stopped(fleet.run_once if once else fleet.run)


def _metrics_server(options: Options, fleet: Fleet, address: Address) -> HttpServer:
    from victron_console.endpoint.metrics import metrics_page  # here: a collector without the page needs no library

    server = HttpServer(address, metrics_page(options.store_path, SystemClock(), fleet.recorder.polls.by_station))
    click.echo(f"Metrics at http://{server.address}/metrics", err=True)
    if not address.is_loopback:
        click.echo(OPEN_TO_OTHERS, err=True)
    return server


NO_STATIONS = (
    "no station is configured. Add one with `victron-console add venus.local`, look at one without a file "
    "with `victron-console --url http://venus.local:8088`, or see `victron-console demo`."
)
OPEN_TO_OTHERS = (
    "Whoever reaches that address can read the stations' names, tags, states, figures and alarms, unencrypted and "
    "without a login; nothing can be changed there and no secret is shown. Let a firewall say who may."
)
