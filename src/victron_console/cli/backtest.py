"""`backtest`: what forecasts, advice, the projection to sunrise and the alert rules would have said of the past."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing

import click

from victron_console.cli.answers.echo import echo_json
from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.shared_options import json_option, station_option
from victron_console.cli.parameters.times import Moment
from victron_console.cli.progress import progress
from victron_console.cli.rules import backtest_rules
from victron_console.contract.past.backtests import (
    advice_played,
    home_of,
    play_advice,
    play_sunrise,
    sunrise_played,
)
from victron_console.contract.past.forecasts import ForecastsPlayed, forecasts_played, play_forecasts
from victron_console.diagnosing.battery.sunrise_backtest import HourOfProjection
from victron_console.diagnosing.ess.advice_backtest import COSTS, AdviceBacktest, Costs
from victron_console.model.clock import SystemClock
from victron_console.store.read.reader import Reader


def _past_options(command: Callable[..., None]) -> Callable[..., None]:
    """Of a command that plays the past of one station."""
    for option in (
        json_option,
        click.option("--until", type=Moment(), help="Up to here; else to the last that is recorded."),
        click.option("--since", type=Moment(), default="60d", show_default=True, help="From here: a date, or 60d."),
        station_option("The station whose past is played.", required=True),
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
        home = home_of(options.files().current, reader, station)
        found, currency = play_advice(reader, home, since, end, tell)
    if as_json:
        echo_json("backtest-advice", advice_played(found, currency))
        return
    click.echo("\n".join(_advice_lines(found, currency)))


@backtest.command()
@_past_options
@common_options
@failing_plainly
def forecast(options: Options, station: str, since: float, until: float | None, as_json: bool) -> None:
    """Hold forecasts of load and PV, the last issued before each day began, against what came.

    own is what advice was made from at the time, vrm what Victron's portal expected, played what our method says now of
    what was known then; a day not measured whole is left out.
    """
    end = until or SystemClock().now()
    with closing(Reader(options.store_path, SystemClock())) as reader, progress("Playing the past") as tell:
        home = home_of(options.files().current, reader, station)
        found = forecasts_played(play_forecasts(reader, home, since, end, tell))
    if as_json:
        echo_json("backtest-forecast", found)
        return
    click.echo("\n".join(_forecast_lines(found)))


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
        home = home_of(options.files().current, reader, station)
        found, is_modelled = play_sunrise(reader, home, since, end, tell)
    if as_json:
        echo_json("backtest-sunrise", sunrise_played(found, is_modelled=is_modelled))
        return
    click.echo("\n".join(_sunrise_lines(found, is_modelled=is_modelled)))


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


def _sunrise_lines(found: Mapping[int, HourOfProjection], *, is_modelled: bool) -> Iterator[str]:
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


def _forecast_lines(found: ForecastsPlayed) -> Iterator[str]:
    yield "      SOURCE    DAYS  ERROR OF AN HOUR   OF A DAY  AS THE DAY BEFORE   BIAS  RANGE HELD"
    for title, sources in (("load", found.load), ("PV", found.pv)):
        for source, one in sources.items():
            day, naive, bias, held = map(
                _told,
                (one.day_error_percent, one.naive_day_error_percent, one.bias_percent, one.coverage_percent),
            )
            yield (
                f"{title:<4}  {source:<8}  {one.days:>4}  {one.hour_error_kwh:>12.2f} kWh  {day:>9}  {naive:>17}"
                f"  {bias:>5}  {held:>10}"
            )
    yield ""
    yield "Errors of what came in the mean; range: P10 to P90 of an hour (80 % would be right)."


def _told(percent: float | None) -> str:
    return "-" if percent is None else f"{percent:.0f} %"
