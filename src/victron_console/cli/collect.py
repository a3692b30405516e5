"""`collect`: the recorder without a screen."""

from __future__ import annotations

import os
import ssl
from contextlib import ExitStack
from pathlib import Path
from random import Random

import click

from victron_console.cli.failures import failing_plainly, printable
from victron_console.cli.options import Options, common_options, log_to_stderr
from victron_console.cli.parameters.listening import ListenAddress
from victron_console.cli.running import run_until_stopped
from victron_console.collector.fleet import Fleet
from victron_console.collector.watch.service_manager import ServiceManager
from victron_console.endpoint.address import Address
from victron_console.endpoint.guard import TokenGuard, server_tls
from victron_console.endpoint.server import HttpServer
from victron_console.model.clock import SystemClock

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--once", is_flag=True, help="Read every station one time, record it and end.")
@click.option(
    "--metrics",
    type=ListenAddress(),
    help="Serve a page for Prometheus on this port, or address and port. A port alone is of this machine only.",
)
@click.option(
    "--listen", type=ListenAddress(), help="Answer over HTTP what is recorded, to whoever shows the token. Read only."
)
@click.option("--token", metavar="REFERENCE", help="The token of --listen: file:PATH or env:NAME.")
@click.option("--certificate", type=_FILE, help="PEM file: serve over TLS. Needed to listen beyond this machine.")
@click.option("--key", type=_FILE, help="PEM file with the key of --certificate.")
@common_options
@failing_plainly
def collect(
    options: Options,
    once: bool,
    metrics: Address | None,
    listen: Address | None,
    token: str | None,
    certificate: Path | None,
    key: Path | None,
) -> None:
    """Poll and record the stations without a screen, until SIGTERM."""
    if once and (metrics or listen):
        raise click.UsageError("--metrics and --listen are for a collector that goes on: leave out --once.")
    tls = _tls(certificate, key)
    guard = _guard(listen, token, tls)
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
            beside.enter_context(_metrics_server(options, fleet, metrics, tls))
        if listen is not None and guard is not None:
            beside.enter_context(_answering_server(options, listen, guard, tls))
        run_until_stopped(fleet.run_once if once else fleet.run)


def _tls(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise click.UsageError("--certificate and --key go together.")
    return server_tls(certificate, key)


def _guard(listen: Address | None, token: str | None, tls: ssl.SSLContext | None) -> TokenGuard | None:
    if listen is None and token is None:
        return None
    if listen is None or token is None:
        raise click.UsageError("--listen and --token go together.")
    if not listen.is_loopback and tls is None:
        raise click.UsageError("--listen beyond this machine needs --certificate and --key: the token would be read.")
    guard = TokenGuard(token)
    guard.token()
    return guard


def _metrics_server(options: Options, fleet: Fleet, address: Address, tls: ssl.SSLContext | None) -> HttpServer:
    from victron_console.endpoint.metrics import metrics_page  # here: a collector without the page needs no library

    page = metrics_page(options.store_path, SystemClock(), fleet.recorder.polls.by_station)
    server = HttpServer(address, page, tls)
    click.echo(f"Metrics at {_scheme(tls)}://{server.address}/metrics", err=True)
    if not address.is_loopback:
        click.echo(OPEN_TO_OTHERS, err=True)
    return server


def _answering_server(options: Options, address: Address, guard: TokenGuard, tls: ssl.SSLContext | None) -> HttpServer:
    from victron_console.contract.agents.answering import Answering
    from victron_console.contract.agents.asking import Setup
    from victron_console.endpoint.answers import PREFIX, CollectorAnswers

    setup = Setup(rules=options.rules, config=lambda: options.files().current)
    answers = CollectorAnswers(Answering(options.store_path, SystemClock(), setup), guard)
    server = HttpServer(address, answers, tls)
    click.echo(f"Answers at {_scheme(tls)}://{server.address}{PREFIX}", err=True)
    return server


def _scheme(tls: ssl.SSLContext | None) -> str:
    return "http" if tls is None else "https"


NO_STATIONS = (
    "no station is configured. Add one with `victron-console add venus.local`, look at one without a file "
    "with `victron-console --url http://venus.local:8088`, or see `victron-console demo`."
)
OPEN_TO_OTHERS = (
    "Whoever reaches that address can read the stations' names, tags, states, figures and alarms without a login; "
    "nothing can be changed there and no secret is shown. Let a firewall say who may."
)
