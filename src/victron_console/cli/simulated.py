"""`demo` and `simulate`: stations that nobody owns."""

from __future__ import annotations

import asyncio
import math
import os
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click
from aiomqtt import MqttError

from victron_console.cli.console import refuse_without_terminal, show
from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.cli.progress import progress
from victron_console.cli.running import run_until_stopped
from victron_console.config import FixedStations, station_from
from victron_console.model.clock import SystemClock
from victron_console.model.units import DAY_S, HOUR_S
from victron_console.simulator.fleet import NAMED
from victron_console.simulator.past.forecast import SimulatedForecasts
from victron_console.simulator.past.stories import CAPTIONS
from victron_console.simulator.scenario import SCENARIOS
from victron_console.simulator.simulated import (
    Past,
    SimulatedFleet,
    SteppedFleet,
    Troubles,
    demo_fleet,
    lost_soon,
)
from victron_console.simulator.spec import StationSpec

MOST = 1000
PORTS = 65_536
MOST_DAYS = 60
MOST_LIVED = 12 * MOST_DAYS
"""Days of stations: more would take too long to wait for. Twelve stations live through a day in some seconds."""
OTHERS_LIVE_S = 2 * HOUR_S
DUNE_PUMP_IS = 4
"""Its place among the stations, from 1."""


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
    "--days",
    type=click.IntRange(0, MOST_DAYS),
    help="Let the stations live through so many days first, in place of the month that comes with the program.",
)
@click.option("--tour", is_flag=True, help="Be shown around: what happened at the stations, and where that is seen.")
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
    days: int | None,
    tour: bool,
    low_bandwidth: bool,
    ascii_only: bool,
) -> None:
    """Open the console on simulated stations and a throw-away store, with a month behind them."""
    refuse_without_terminal(os.environ)
    is_shipped = days is None and not seed and scenario is None
    if tour and not (is_shipped and stations >= len(NAMED)):
        raise click.UsageError(
            "--tour shows the stations and the month that come with the program: leave the rest out."
        )
    with tempfile.TemporaryDirectory(prefix="victron-console-demo-") as folder:
        store = options.store or Path(folder) / "demo.db"
        past = None
        if not store.exists() and days != 0:
            past = _shipped(store) if is_shipped else _lived(store, days or 1)
        with demo_fleet(stations, scenario, seed, speed=speed, past=past) as fleet:
            has_tariff = past is not None and is_shipped
            show(
                options,
                _as_configured(fleet, store.parent if has_tariff else None),
                store,
                asks=[station.name for station in fleet.stations],
                notice="Simulated stations: nothing here is real."
                + (" Dune Pump gets lost after a minute." if scenario is None and stations >= DUNE_PUMP_IS else ""),
                low_bandwidth=low_bandwidth,
                ascii_only=ascii_only,
                keep_settings=False,
                tour=[(stop.screen, stop.station, stop.text) for stop in CAPTIONS] if tour else (),
                forecasts=SimulatedForecasts(
                    [station.spec for station in fleet.fleet.stations], SystemClock(), fleet.fleet.world_s
                ),
            )


def _shipped(store: Path) -> Past:
    """The month that comes with the program; stations beyond its twelve live through some hours."""

    def past(specs: Sequence[StationSpec], at: float, scenarios: Troubles) -> SteppedFleet:
        from victron_console.simulator.history import record_history
        from victron_console.simulator.past.opened import open_past

        opened = open_past(store, min(len(specs), len(NAMED)), at, lost_soon(at))
        others = specs[len(NAMED) :]
        if not others:
            return opened
        with progress(f"{len(others)} more stations live through some hours") as tell:
            more = record_history(others, store, at - OTHERS_LIVE_S, at, scenarios=scenarios, warm_up_s=0.0, tell=tell)
        return SteppedFleet.resumed([*opened.stations, *more.stations], at)

    return past


def _lived(store: Path, days: int) -> Past:
    """Stations that live through some days, which are in the store."""

    def past(specs: Sequence[StationSpec], at: float, scenarios: Troubles) -> SteppedFleet:
        from victron_console.simulator.history import record_history

        span_s = min(days, max(1, MOST_LIVED // len(specs))) * DAY_S
        what = f"{len(specs)} station{'s' * (len(specs) > 1)} live through {span_s / DAY_S:.0f} d"
        with progress(what) as tell:
            return record_history(specs, store, at - span_s, at, scenarios=scenarios, tell=tell)

    return past


def _as_configured(fleet: SimulatedFleet, tariffs: Path | None = None) -> FixedStations:
    """The stations as their files would say; one has a tariff, where there is a folder with it."""
    from victron_console.simulator.past.opened import with_tariff

    tables = (
        station.config if tariffs is None else with_tariff(station.id, station.config, tariffs)
        for station in fleet.stations
    )
    return FixedStations(tuple(map(station_from, tables)))


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
