"""`demo` and `simulate`: stations that nobody owns."""

from __future__ import annotations

import asyncio
import math
import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
from aiomqtt import MqttError

from victron_console.cli.console import refuse_without_terminal, show
from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.cli.running import run_until_stopped
from victron_console.config import FixedStations, station_from
from victron_console.model.units import DAY_S
from victron_console.simulator.scenario import SCENARIOS
from victron_console.simulator.simulated import Past, SimulatedFleet, demo_fleet

MOST = 1000
PORTS = 65_536
MOST_DAYS = 60
MOST_LIVED = 12 * MOST_DAYS
"""Days of stations: more would take too long to wait for. Twelve stations live through a day in some two seconds."""


class _Speed(click.FloatRange):
    """A range that NaN is outside of: each comparison with it is false, so click lets it pass."""

    def convert(self, value: float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The finite number."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value!r} is no speed: write a number such as 60.", param, ctx)
        return number


def _fleet_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--speed", type=_Speed(0.1, 3600), default=1.0, help="Simulated seconds a second."),
        click.option("--seed", type=int, default=0, help="Another number is another world."),
        click.option("--scenario", type=click.Choice(list(SCENARIOS)), help="What goes wrong at the first station."),
        click.option("--stations", type=click.IntRange(1, MOST), default=12, show_default=True, help="How many."),
    ):
        command = option(command)
    return command


@click.command()
@_fleet_options
@click.option(
    "--days", type=click.IntRange(0, MOST_DAYS), default=1, show_default=True, help="What the stations lived before."
)
@click.option("--low-bandwidth", is_flag=True, help="For slow links: 2 frames a second and coarser ages.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters only.")
@common_options
@failing_plainly
def demo(
    options: Options,
    stations: int,
    scenario: str | None,
    seed: int,
    speed: float,
    days: int,
    low_bandwidth: bool,
    ascii_only: bool,
) -> None:
    """Open the console on simulated stations and a throw-away store."""
    refuse_without_terminal(os.environ)
    with tempfile.TemporaryDirectory(prefix="victron-console-demo-") as folder:
        store = options.store or Path(folder) / "demo.db"
        days = min(days, MOST_LIVED // stations)
        past = _lived(store, days) if days and not store.exists() else None
        if past is not None:
            span, wait = ("a day", "a few seconds") if days == 1 else (f"{days} days", "some seconds a day")
            click.echo(f"The stations live through {span} first: {wait} ...", err=True)
        with demo_fleet(stations, scenario, seed, speed=speed, past=past) as fleet:
            show(
                options,
                _as_configured(fleet),
                store,
                asks=[station.name for station in fleet.stations],
                notice="Simulated stations: nothing here is real. Dune Pump gets lost after a minute.",
                low_bandwidth=low_bandwidth,
                ascii_only=ascii_only,
                keep_settings=False,
            )


def _lived(store: Path, days: int) -> Past:
    """Stations that have lived through some days, which are in the store."""
    from victron_console.simulator.history import record_history  # the store and the figures: only for the demo

    return lambda specs, at, scenarios: record_history(specs, store, at - days * DAY_S, at, scenarios=scenarios)


def _as_configured(fleet: SimulatedFleet) -> FixedStations:
    return FixedStations(tuple(station_from(station.config) for station in fleet.stations))


@click.command()
@_fleet_options
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=18088, show_default=True, help="Of the first station.")
@click.option("--mqtt", metavar="HOST:PORT", help="Publish them on this MQTT broker, too (no login, no TLS).")
@common_options
@failing_plainly
def simulate(
    options: Options,
    stations: int,
    scenario: str | None,
    seed: int,
    speed: float,
    host: str,
    port: int,
    mqtt: str | None,
) -> None:
    """Serve simulated stations over the station HTTP API, and over MQTT if asked to, until stopped."""
    if port + stations > PORTS:
        raise click.BadParameter(
            f"{stations} stations from port {port} on need ports above {PORTS - 1}: choose a lower --port."
        )
    broker = _broker(mqtt) if mqtt else None
    try:
        fleet = demo_fleet(stations, scenario, seed, host=host, port=port, speed=speed)
    except OSError as error:
        raise click.ClickException(
            f"{host}:{port} cannot be used ({error.strerror}): choose another --port."
        ) from error
    with fleet:
        for station in fleet.stations:
            click.echo(f"{station.id}\t{station.url}\t{station.kind}")
        run_until_stopped(partial(_publish, fleet, *broker) if broker else asyncio.Event().wait)


def _broker(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65_536:
        raise click.BadParameter(f"{text!r} is no broker: expected HOST:PORT, such as 127.0.0.1:1883")
    return host.strip("[]"), int(port)


async def _publish(fleet: SimulatedFleet, host: str, port: int) -> None:
    try:
        await fleet.publish(host, port)
    except* MqttError as errors:
        raise click.ClickException(f"The MQTT broker at {host}:{port} failed: {errors.exceptions[0]}.") from errors
