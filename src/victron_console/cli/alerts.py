"""`alerts`: the alarm list from a script, and what an operator does to alarms without a screen."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial

import click

from victron_console.alerts.alarm_json import as_data, sentence
from victron_console.alerts.incidents import incident_lines
from victron_console.cli.answers.echo import echo_json
from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options, operator_name
from victron_console.cli.parameters.times import Span
from victron_console.model.alert import AlertKey, AlertState, AlertView, Occurrence, Severity
from victron_console.model.clock import SystemClock
from victron_console.store.alarms.engine_rows import maintenances
from victron_console.store.operator import alarm_actions as operator_alerts
from victron_console.store.operator.wishes import open_for_operator
from victron_console.store.read.reader import Reader

PIPE_COLUMNS = 120


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Everything that is known of each, for scripts.")
@common_options
@failing_plainly
def alerts(options: Options, as_json: bool) -> None:
    """List the alarms that stand, and those that cleared unseen; or do something to one, by its number."""
    if click.get_current_context().invoked_subcommand is not None:
        return
    clock = SystemClock()
    with closing(Reader(options.store_path, clock)) as reader:
        names = {row.id: row.name for row in reader.stations()}
        views = [view for view in reader.alerts() if view.state is not AlertState.NORMAL]
    if as_json:
        from victron_console.contract.alarms import listed

        echo_json("alerts", listed(views, names))
        return
    _print_list(views, names, clock.now())


def _print_list(views: Sequence[AlertView], names: dict[str, str], now: float) -> None:
    # Imported here: it brings Textual, which a script that wants JSON can do without.
    from victron_console.console.kit.alarm_rows import alarm_columns, draw_alarm, draw_heads
    from victron_console.console.live.alarm_order import most_urgent_first
    from victron_console.console.live.alarms_of_store import from_alert

    width = max(60, shutil.get_terminal_size((PIPE_COLUMNS, 24)).columns - _NUMBER_COLUMNS)
    rows = [from_alert(view, names.get(view.occurrence.key.station, "console"), now) for view in views]
    columns = alarm_columns(width, limits=True)
    click.echo(f"{'ID':>6}{draw_heads(width, columns).text.rstrip()}")
    for row in most_urgent_first([row for row in rows if row is not None]):
        click.echo(f"{row.id:>6}{draw_alarm(width, columns, row, now).text.rstrip()}")


_NUMBER_COLUMNS = 6
INCIDENTS_AT_MOST = 1000

_NUMBERS = click.argument("numbers", nargs=-1, required=True, type=int, metavar="ID...")


@alerts.command()
@_NUMBERS
@click.option("--comment", default="", help="Said with it.")
@common_options
@failing_plainly
def ack(options: Options, numbers: tuple[int, ...], comment: str) -> None:
    """Acknowledge alarms: they have been seen."""
    _each(options, numbers, partial(operator_alerts.acknowledge, comment=comment))


@alerts.command()
@_NUMBERS
@click.option("--for", "span", default="1h", show_default=True, help="How long: 30m, 8h, 2d, or clear.")
@click.option("--reason", required=True, help="Why it may be put aside.")
@common_options
@failing_plainly
def shelve(options: Options, numbers: tuple[int, ...], span: str, reason: str) -> None:
    """Put alarms aside for a time: a critical one for a day at most, others for a week; `clear`: until it is over."""
    seconds = None if span == "clear" else Span().convert(span, None, click.get_current_context())
    _each(options, numbers, partial(operator_alerts.shelve, reason=reason, seconds=seconds))


@alerts.command()
@_NUMBERS
@common_options
@failing_plainly
def unshelve(options: Options, numbers: tuple[int, ...]) -> None:
    """Put shelved alarms back."""
    _each(options, numbers, operator_alerts.unshelve_alarm)


@alerts.command()
@click.argument("number", type=int, metavar="ID")
@click.argument("text")
@common_options
@failing_plainly
def comment(options: Options, number: int, text: str) -> None:
    """Write something to an alarm."""
    _each(options, (number,), partial(operator_alerts.comment, text=text))


@alerts.command()
@click.argument("where", metavar="STATION|TAG")
@click.option("--tag", is_flag=True, help="It is a tag: all its stations.")
@click.option("--for", "seconds", type=Span(), default="4h", show_default=True, help="How long: 30m, 8h, 2d.")
@click.option("--reason", default="", help="What is done there.")
@click.option("--end", is_flag=True, help="Put it back into service.")
@common_options
@failing_plainly
def maintenance(options: Options, where: str, tag: bool, seconds: float, reason: str, end: bool) -> None:
    """Take a station, or all stations of a tag, out of service until a time, or back."""
    clock, who = SystemClock(), operator_name(options)
    station = "" if tag else where
    if station:
        with closing(Reader(options.store_path, clock)) as reader:
            reader.known_station(station)
    with closing(open_for_operator(options.store_path)) as db:
        now = clock.now()
        if not end:
            begin = partial(operator_alerts.begin_maintenance, db, reason=reason, seconds=seconds, now=now, who=who)
            click.echo(begin(tag=where) if tag else begin(station=where))
            return
        held = [it for it in maintenances(db.conn, now) if where == (it.tag if tag else it.station)]
        said = [operator_alerts.end_maintenance(db, it.id, now=now, who=who) for it in held]
        click.echo("\n".join(said) or f"{where} is in no maintenance.")


@alerts.command("incidents")
@click.option("--for", "span", type=Span(), default="1d", show_default=True, help="How far back: 8h, 2d, 7d.")
@click.option("--json", "as_json", is_flag=True, help="As data, for scripts.")
@common_options
@failing_plainly
def list_incidents(options: Options, span: float, as_json: bool) -> None:
    """List alarms by incident: the first of a cause, what followed from it, and what was changed shortly before."""
    from victron_console.contract.incidents import found_incidents, incidents_document

    now = SystemClock().now()
    with closing(Reader(options.store_path, SystemClock())) as reader:
        if as_json:
            echo_json("incidents", incidents_document(reader, now - span, now, None, limit=INCIDENTS_AT_MOST))
            return
        names = {row.id: row.name for row in reader.stations()}
        found = found_incidents(reader, now - span, now, None)
    for incident in found:
        click.echo("\n".join(incident_lines(incident, names)))
    if not found:
        click.echo("No alarm stood in that time.")


@alerts.command("test-notify")
@common_options
@failing_plainly
def test_notify(options: Options) -> None:
    """Send a made-up alarm to whom [notify] in the configuration names."""
    from victron_console.collector.notify.notice import Notice
    from victron_console.collector.notify.senders import NotifyFailed, send_by_all

    settings = options.files().current.notify
    if not settings.wanted:
        raise click.ClickException(
            "nobody is to be told: give [notify] a command or an Apprise address in the configuration (docs/alerts.md)."
        )
    now = SystemClock().now()
    view = AlertView(
        Occurrence(0, AlertKey("", "test"), "test", Severity.WARNING, "Test", "nothing to do: this is a test", now, now)
    )
    try:
        asyncio.run(send_by_all(settings, Notice("test", as_data(view, None), sentence(view, None))))
    except NotifyFailed as failure:
        raise click.ClickException(str(failure)) from failure
    click.echo("Told.")


def _each(options: Options, numbers: Sequence[int], write: Callable[..., str]) -> None:
    """Do something to alarms, and say what became of each; a number that is none is an error."""
    clock, who = SystemClock(), operator_name(options)
    with closing(Reader(options.store_path, clock)) as reader:
        unknown = [number for number in numbers if reader.alert(number) is None]
    if unknown:
        raise click.ClickException(f"There is no alarm {unknown[0]}: `victron-console alerts` lists them.")
    with closing(open_for_operator(options.store_path)) as db:
        for number in numbers:
            click.echo(write(db, number, now=clock.now(), who=who))
