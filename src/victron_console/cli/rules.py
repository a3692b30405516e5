"""`rules`: what the alert rules are, whether they do what they should, and what they would have said."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from fnmatch import fnmatchcase
from pathlib import Path

import click

from victron_console.alerts.engine.coverage import Blind, blind_rules_of, parameters_of
from victron_console.alerts.recorded_history import RecordedHistory
from victron_console.alerts.rules.rule_set import Rule, RuleSet
from victron_console.alerts.rules.vocabulary import PARAMETERS
from victron_console.alerts.trying.backtest import Fired, Recorded, backtest, recorded
from victron_console.alerts.trying.rule_tests import run_file
from victron_console.cli.answers.echo import echo_json
from victron_console.cli.failures import failing_plainly, printable
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.completion import station_ids
from victron_console.cli.parameters.shared_options import json_option, station_option, stations_option
from victron_console.cli.parameters.times import Moment, Span
from victron_console.cli.progress import counted
from victron_console.console.kit.format import duration
from victron_console.contract.past.backtests import fired as fired_families
from victron_console.contract.rules import parameters, rule_in_force
from victron_console.endpoint.rules_export import prometheus_rules
from victron_console.model.clock import SystemClock
from victron_console.model.units import DAY_S
from victron_console.store.read.reader import Reader

_WIDTH = 100
FINE_S, COARSE_S = 10.0, 60.0
"""How far apart the past is looked at: in spans of up to a day, and in longer ones."""


@click.group()
def rules() -> None:
    """Look at the alert rules and try them."""


@rules.command(name="list")
@station_option("Those of one station, and which of them cannot judge there.")
@json_option
@common_options
@failing_plainly
def list_rules(options: Options, station: str | None, as_json: bool) -> None:
    """List the rules in force, the shipped ones with the operator's files on top, and what each limit rests on."""
    found = options.rules()
    in_force, blind = (found.rules, []) if station is None else _of_station(options, found, station)
    if as_json:
        echo_json("rules", [rule_in_force(rule, blind) for rule in in_force])
        return
    width = max((len(rule.id) for rule in in_force), default=0) + 2
    for rule in in_force:
        levels = " ".join(str(level.severity) for level in rule.levels)
        own = "" if rule.origin == found.rules[0].origin else f"   ({rule.origin})"
        click.echo(f"{rule.id:<{width}}{levels:<18}{rule.title}{own}")
        if rule.source:
            indent = " " * width
            click.echo(click.wrap_text(rule.source, _WIDTH, indent, indent))
    if station is not None:
        click.echo(
            f"\n{len(blind)} cannot judge at {station}, or only in part:" if blind else "\nAll of them can judge."
        )
    for one in blind:
        click.echo(click.wrap_text(str(one), _WIDTH, "  ", "    "))


def _of_station(options: Options, found: RuleSet, station: str) -> tuple[tuple[Rule, ...], list[Blind]]:
    """The rules of a station, and those that cannot judge there."""
    with closing(Reader(options.store_path, SystemClock())) as reader:
        row = reader.known_station(station)
        return found.for_station(station, row.tags), blind_rules_of(found, row, reader.snapshot(station))


@rules.command(name="parameters")
@click.argument("station", shell_complete=station_ids)
@json_option
@common_options
@failing_plainly
def list_parameters(options: Options, station: str, as_json: bool) -> None:
    """List what the rules hold STATION against, p.X, and where each of it comes from."""
    found = options.rules()
    with closing(Reader(options.store_path, SystemClock())) as reader:
        row = reader.known_station(station)
        known = parameters_of(found, row, reader.snapshot(station), RecordedHistory(reader))
    if as_json:
        echo_json("rules-parameters", parameters(known))
        return
    width = max(map(len, PARAMETERS)) + 4
    for name in PARAMETERS:
        value = known[name].value if name in known else None
        told = f"{value:g}" if isinstance(value, float) else "-" if value is None else str(value).lower()
        click.echo(f"{'p.' + name:<{width}}{told:<12}{known[name].origin if name in known else 'not known'}")


@rules.command(name="export")
@click.option("--format", "form", type=click.Choice(["prometheus"]), default="prometheus", show_default=True)
@common_options
@failing_plainly
def export_rules(options: Options, form: str) -> None:
    """Write the rules in force as a rule file of Prometheus, over what `collect --metrics` serves."""
    click.echo(prometheus_rules(options.rules()), nl=False)


@rules.command(name="test")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@failing_plainly
def test_rules(files: tuple[Path, ...]) -> None:
    """Run rule-test files: series over time and the alarms expected of them. Exit status 1 where one fails."""
    failed = 0
    for file in files:
        for outcome in run_file(file):
            click.echo(f"{'ok  ' if outcome.passed else 'FAIL'}  {printable(file.name)}: {outcome.name}")
            for difference in outcome.differences:
                click.echo(f"      {difference}")
            failed += not outcome.passed
    sys.exit(1 if failed else 0)


@rules.command(name="backtest")
@click.option("--rule", "wanted", multiple=True, metavar="ID", help="Only these rules (or globs); may be repeated.")
@stations_option
@click.option("--since", type=Moment(), default="30d", show_default=True, help="How far back: 7d, or a moment.")
@click.option("--every", type=Span(), help="How far apart the past is looked at. Default 10s up to a day, else 60s.")
@click.option(
    "--file", "files", multiple=True, type=click.Path(path_type=Path, exists=True), help="A rule file to try as well."
)
@json_option
@common_options
@failing_plainly
def backtest_rules(
    options: Options,
    wanted: tuple[str, ...],
    stations: tuple[str, ...],
    since: float,
    every: float | None,
    files: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Play the recorded past through the rules: how often would each have fired, and how often in vain."""
    found = options.rules(files)
    _known(found, wanted)
    now = SystemClock().now()
    with closing(Reader(options.store_path, SystemClock())) as reader:
        for station in stations:
            reader.known_station(station)
        fired = [
            one
            for past in _pasts(reader, stations, since, now, every)
            for one in backtest(found, [past], lambda rule: not wanted or _fits(rule, wanted))
        ]
    fired.sort(key=lambda one: (-one.count, one.station, one.family))
    if as_json:
        echo_json("backtest-rules", fired_families(fired))
        return
    days = (now - since) / DAY_S
    for one in fired:
        lasted = f", half of them longer than {duration(one.median_s)}" if one.median_s is not None else ""
        often = "once" if one.count == 1 else f"{one.count} times"
        click.echo(f"{one.station}  {_named(one)}: {often} in {days:.0f} days, "
                   f"{one.short} under a minute{lasted}")  # fmt: skip
    if not fired:
        click.echo(f"Nothing would have fired in {days:.0f} days.")


def _pasts(
    reader: Reader, stations: tuple[str, ...], since: float, until: float, every: float | None
) -> Iterator[Recorded]:
    """Each station from when it was first read; on stderr how far it is."""
    rows = [row for row in reader.stations() if not stations or row.id in stations]
    for row in counted(rows, len(rows), "Playing the past", "stations"):
        begin = max(since, min((series.first_at for series in reader.series(row.id)), default=until))
        each_s = every or (FINE_S if until - begin <= DAY_S else COARSE_S)
        yield next(past for past in recorded(reader, begin, until, each_s) if past.station == row.id)


def _fits(rule: str, wanted: tuple[str, ...]) -> bool:
    return any(fnmatchcase(rule, glob) for glob in wanted)


def _known(found: RuleSet, wanted: tuple[str, ...]) -> None:
    for glob in wanted:
        if ":" not in glob and not any(fnmatchcase(rule.id, glob) for rule in found.rules):
            raise click.ClickException(f"No rule is called {glob}: `victron-console rules list` names them.")


def _named(one: Fired) -> str:
    """What its alarms are called, and the rules by which they can be chosen; a device's own has no such rule."""
    titles = ", ".join(dict.fromkeys(it.title for it in one.occurrences))
    own = " ".join(rule for rule in one.rules if ":" not in rule)
    devices = ", ".join(dict.fromkeys(it.key.scope for it in one.occurrences if ":" in it.rule and it.key.scope))
    said = [f"({own})"] if own else []
    said += [f"raised by {devices} itself"] if devices else []
    return " ".join([titles, *said])
