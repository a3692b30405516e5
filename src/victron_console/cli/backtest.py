"""`backtest`: what the advice, the projection to sunrise and the alert rules would have said of the recorded past."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import click

from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.completion import station_ids
from victron_console.cli.parameters.times import Moment
from victron_console.cli.progress import progress
from victron_console.cli.rules import backtest_rules
from victron_console.diagnosing.battery.sunrise_backtest import HourOfProjection, sunrise_backtest
from victron_console.diagnosing.ess.advice_backtest import COSTS, AdviceBacktest, Costs
from victron_console.diagnosing.ess.advice_needs import has_tariff
from victron_console.diagnosing.ess.station_backtest import Home, battery_past, play_advice
from victron_console.diagnosing.ess.station_tariff import read_tariff
from victron_console.model.clock import SystemClock
from victron_console.model.station_info import StationInfo, zone_named
from victron_console.store.read.reader import Reader

FAULTS_TOLD = 3
"""Of a station's file, by a command that cannot go by it; `check` tells all of them."""


def _past_options(command: Callable[..., None]) -> Callable[..., None]:
    """Of a command that plays the past of one station."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="For scripts."),
        click.option("--until", type=Moment(), help="Up to here; else to the last that is recorded."),
        click.option("--since", type=Moment(), default="60d", show_default=True, help="From here: a date, or 60d."),
        click.option(
            "--station",
            required=True,
            metavar="ID",
            shell_complete=station_ids,
            help="The station whose past is played.",
        ),
    ):
        command = option(command)
    return command


@click.group()
def backtest() -> None:
    """Play the recorded past through what is foretold, and hold it against what came."""


backtest.add_command(backtest_rules, "rules")


@backtest.command()
@_past_options
@common_options
@failing_plainly
def advice(options: Options, station: str, since: float, until: float | None, as_json: bool) -> None:
    """Follow the advice for an ESS hour by hour, each made only from what was known then, and count what it cost.

    Battery, powers, prices and connection are those of the station's file ([station.ess]), so that a house can be tried
    before a battery is bought: it needs recorded or imported loads and PV.
    """
    end = until or SystemClock().now()
    with closing(Reader(options.store_path, SystemClock())) as reader, progress("Playing the past") as tell:
        home = _home(options, reader, station)
        if not has_tariff(home.info):
            raise ValueError(
                f"{station}: set tariff_file in [station.ess] or source in [station.prices] of its file:"
                " there are no prices without it"
            )
        tariff = read_tariff(options.store_path, station, home.info, home.zone)
        found = play_advice(reader, home, tariff, since, end, tell)
    if as_json:
        click.echo(json.dumps(_advice_data(found, tariff.currency), indent=2, ensure_ascii=False))
        return
    click.echo("\n".join(_advice_lines(found, tariff.currency)))


@backtest.command()
@_past_options
@common_options
@failing_plainly
def sunrise(options: Options, station: str, since: float, until: float | None, as_json: bool) -> None:
    """Project the state of charge to each sunrise from 12, 15, 18, 21, 0 and 3 h, and hold it against what came.

    Where no battery is recorded one of the station's file is played on the loads and the PV by self-consumption.
    """
    end = until or SystemClock().now()
    with closing(Reader(options.store_path, SystemClock())) as reader, progress("Playing the past") as tell:
        home = _home(options, reader, station)
        past = battery_past(reader, home, since, end)
        found = sunrise_backtest(
            past.half_hours, since, end, home.info.location, home.zone, past.capacity_wh, past.floor_percent, tell
        )
    if not any(hour.nights for hour in found.values()):
        raise ValueError(f"no night of {station} is recorded whole in that time")
    if as_json:
        data = {"battery": "modelled" if past.is_modelled else "recorded",
                "hours": {str(hour): _sunrise_data(one) for hour, one in found.items()}}  # fmt: skip
        click.echo(json.dumps(data, indent=2))
        return
    click.echo("\n".join(_sunrise_lines(found, is_modelled=past.is_modelled)))


def _home(options: Options, reader: Reader, station: str) -> Home:
    """The station with its file, which may have changed since it was recorded, or is the only one for imported past."""
    row = reader.station(station)
    if row is None:
        raise ValueError(f"{station} is not in the store: `victron-console status` lists what is")
    loaded = options.files().current
    if faults := [str(fault) for fault in loaded.faults if fault.station in (station, "")]:
        raise ValueError("\n".join(faults[:FAULTS_TOLD]))
    config = next((one for one in loaded.stations if one.id == station), None)
    if config is None:
        return Home(station, row.info, row.zone)
    info = StationInfo.from_json(config.public())
    return Home(station, info, zone_named(info.location.timezone) or row.zone)


def _advice_data(found: AdviceBacktest, currency: str) -> dict[str, Any]:
    return {
        "days": len(found.days),
        "currency": currency,
        **_costs_data(found.total),
        "coverage_percent": _rounded(found.coverage_percent, 1),
        "losing_days_percent": _rounded(found.losing_days_percent, 1),
        "advised_days": len(found.told),
        "failed_hours": found.failed,
        "failed_because": list(found.reasons),
        "missing_hours": found.missing,
        "by_month": {f"{month:%Y-%m}": _costs_data(costs) for month, costs in found.months()},
        "by_day": {day.isoformat(): _costs_data(costs) for day, costs in found.days},
    }


def _costs_data(costs: Costs) -> dict[str, Any]:
    return {
        "cost": {name: round(getattr(costs, name), 2) for name in COSTS},
        "captured_percent": _rounded(costs.captured_percent, 1),
    }


def _sunrise_data(hour: HourOfProjection) -> dict[str, Any]:
    names = ("mae_points", "naive_mae_points", "coverage_percent", "missed_empty_percent", "false_empty_percent")
    return {"nights": len(hour.nights)} | {name: _rounded(getattr(hour, name), 1) for name in names}


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _advice_lines(found: AdviceBacktest, currency: str) -> Iterator[str]:
    yield f"{'':<12}{'NO BATTERY':>12}{'SELF-CONS.':>12}{'ADVICE':>12}{'PERFECT':>12}{'TAKEN':>9}   {currency}"
    for day, costs in found.days:
        yield _costs_line(day.isoformat(), costs)
    for month, costs in found.months():
        yield _costs_line(f"{month:%Y-%m}", costs)
    yield _costs_line("all", found.total)
    yield ""
    yield f"{len(found.told)} of {len(found.days)} afternoons advised a change; {_told(found.losing_days_percent)} lost"
    yield f"P10 to P90 of the saving held it on {_told(found.coverage_percent)} of them (80 % would be right)"
    if found.missing:
        yield f"{found.missing} hours are left out: load, PV or price is not known"
    for reason in found.reasons:
        yield f"in {found.failed} hours without advice: {reason}"


def _costs_line(title: str, costs: Costs) -> str:
    money = "".join(f"{getattr(costs, name):>12.2f}" for name in COSTS)
    return f"{title:<12}{money}{_told(costs.captured_percent):>9}"


def _sunrise_lines(found: dict[int, HourOfProjection], *, is_modelled: bool) -> Iterator[str]:
    yield "FROM  NIGHTS   ERROR  AS LAST NIGHT  RANGE HELD  EMPTY MISSED  FALSELY EMPTY"
    for hour, one in found.items():
        error, naive = (("-" if value is None else f"{value:.1f}") for value in (one.mae_points, one.naive_mae_points))
        yield (f"{hour:>2} h  {len(one.nights):>6}  {error:>6}  {naive:>13}  {_told(one.coverage_percent):>10}"
               f"  {_told(one.missed_empty_percent):>12}  {_told(one.false_empty_percent):>13}")  # fmt: skip
    yield ""
    yield "Errors in points of SOC; range: of the nights that did not end on the floor (80 % would be right);"
    yield "missed: of those that did; falsely: of those that did not, announced as empty."
    if is_modelled:
        yield "No battery is recorded: that of the station's file, by self-consumption."


def _told(percent: float | None) -> str:
    return "-" if percent is None else f"{percent:.0f} %"
