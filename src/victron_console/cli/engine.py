"""`engine`: the databases for time series that take what is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing

import click

from victron_console.cli.answers.echo import echo_json, local_time
from victron_console.cli.failures import failing_plainly, printable
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.completion import engine_names
from victron_console.cli.parameters.shared_options import json_option
from victron_console.cli.parameters.times import Moment
from victron_console.cli.progress import progress
from victron_console.collector.engines.engine_client import EngineClient, EngineFailed
from victron_console.collector.engines.past import PastPush, push_past
from victron_console.config import EngineSettings
from victron_console.contract.store import EngineServer, EngineStatus, engine_statuses
from victron_console.model.clock import Clock, SystemClock, iso_utc
from victron_console.model.nearest import nearest
from victron_console.model.progress import Tell
from victron_console.store.connection import open_writable
from victron_console.store.engines import engine_states, forget, refusals
from victron_console.store.errors import StoreError
from victron_console.store.read.reader import Reader

REFUSALS_SHOWN = 20


@click.group()
def engine() -> None:
    """Look after the databases of [[engine]] that take what is recorded."""


@engine.command()
@json_option
@common_options
@failing_plainly
def status(options: Options, as_json: bool) -> None:
    """Show how far each engine has what was recorded, and ask it how it is. Exit status 1 where one does not answer."""
    clock = SystemClock()
    servers = asyncio.run(_ask_all(_configured(options), clock))
    with closing(Reader(options.store_path, clock)) as reader, reader.at_once():
        conn = reader.db.conn
        states = {state.name: state for state in engine_states(conn, all_known=True)}
        refused = {name: refusals(conn, name, REFUSALS_SHOWN) for name in states}
    found = engine_statuses(states, servers, refused, clock.now())
    if as_json:
        echo_json("engines", found)
    else:
        _show(found)
    if any(not server.answers for server in servers.values()):
        raise click.exceptions.Exit(1)


async def _ask_all(wanted: Sequence[EngineSettings], clock: Clock) -> dict[str, EngineServer]:
    """What each engine says of itself, or why it does not answer."""

    async def ask(settings: EngineSettings) -> EngineServer:
        client = EngineClient(settings, clock)
        try:
            told = await client.figures()
            return EngineServer(
                answers=True, reason="", removes_duplicates=told.removes_duplicates, left_out=told.left_out
            )
        except EngineFailed as failure:
            return EngineServer(answers=False, reason=str(failure), removes_duplicates=None, left_out=None)
        finally:
            await client.close()

    answers = await asyncio.gather(*map(ask, wanted))
    return dict(zip([settings.name for settings in wanted], answers, strict=True))


def _show(found: Sequence[EngineStatus]) -> None:
    if not found:
        click.echo("No engine is configured: an [[engine]] table names one.")
    for one in found:
        click.echo(one.name + ("" if one.configured else "  (configured no more; `engine forget` lets go of it)"))
        for line in (*_of_store(one), *_of_server(one.server)):
            click.echo(f"  {printable(line)}")


def _of_store(one: EngineStatus) -> list[str]:
    if not one.handed_over:
        return ["no collector has begun to hand over to it"]
    took = "nothing yet" if one.sent_at is None else f"{one.sent:,} samples, last {local_time(one.sent_at)}"
    lines = [f"took      {took}"]
    if one.lag_s is None:
        lines.append("lacks     nothing")
    else:
        sealed = f", and sealed history of {one.sealed_devices:,} devices" if one.sealed_devices else ""
        lines.append(f"not sure  of {one.waiting_rows:,} polls{sealed}; the oldest is {one.lag_s:,.0f} s old")
    if one.refused:
        lines.append(f"refused   {one.refused:,} samples for good: --json says which")
    if one.failing_since is not None:
        lines.append(f"fails     since {local_time(one.failing_since)}: {one.error}")
    return lines


def _of_server(server: EngineServer | None) -> list[str]:
    if server is None:
        return []
    if not server.answers:
        return [f"answers   no: {server.reason}"]
    lines = ["answers   yes"]
    if server.removes_duplicates is False:
        lines.append("keeps duplicates: start it with -dedup.minScrapeInterval=1ms, or what is sent twice counts twice")
    if server.removes_duplicates is None:
        lines.append("does not say whether it removes duplicates")
    if server.left_out:
        lines.append(f"left out  {server.left_out:,} samples since it was started: too old for it, or in its future")
    return lines


def _configured(options: Options) -> tuple[EngineSettings, ...]:
    """The engines that are right; what is wrong with others is said."""
    loaded = options.present_files().current
    for fault in loaded.faults:
        if fault.key.split(".")[0] == "engine":
            click.echo(printable(str(fault)), err=True)
    return loaded.engines


@engine.command()
@click.argument("name", required=False, shell_complete=engine_names)
@click.option("--since", type=Moment(), required=True, help="From this moment on: 2026-11-22T03:14, yesterday, 7d.")
@click.option("--until", type=Moment(), help="Up to this moment; else to now.")
@common_options
@failing_plainly
def push(options: Options, name: str | None, since: float, until: float | None) -> None:
    """Send the recorded past to an engine, every change of it, beside a running collector or without one.

    What it has already is sent again: it must keep one value a series and moment, as `engine status` says it does.
    """
    clock = SystemClock()
    settings = _chosen(_configured(options), name)
    end = clock.now() if until is None else until
    with closing(Reader(options.store_path, clock)) as reader, progress(f"Sending to {settings.name}") as tell:
        done = asyncio.run(_push(reader, settings, clock, since, end, tell))
    click.echo(f"{done.sent:,} samples sent, {len(done.refused):,} refused for good")
    for refusal in done.refused[:REFUSALS_SHOWN]:
        click.echo(
            printable(f"  {refusal.series} {iso_utc(refusal.moment)} {refusal.value}: {refusal.reason}"), err=True
        )
    if done.failure:
        again = f"go on with --since {iso_utc(done.until)}" if done.until > since else "try again"
        raise StoreError(f"{settings.name}: {done.failure} Then {again}")
    if done.left_out:
        raise StoreError(
            f"{settings.name} took them but left out {done.left_out:,}: older than it keeps samples "
            "(-retentionPeriod), or in its future"
        )


async def _push(
    reader: Reader, settings: EngineSettings, clock: Clock, since: float, until: float, tell: Tell
) -> PastPush:
    client = EngineClient(settings, clock)
    try:
        return await push_past(reader, settings, client, clock, since, until, tell)
    finally:
        await client.close()


def _chosen(engines: Sequence[EngineSettings], name: str | None) -> EngineSettings:
    """Raises: ValueError."""
    if not engines:
        raise ValueError("no engine is configured: add an [[engine]] table to the settings")
    if name is None and len(engines) == 1:
        return engines[0]
    known = [each.name for each in engines]
    if name is None:
        raise ValueError(f"name one of the engines: {', '.join(known)}")
    if name not in known:
        raise ValueError(f"there is no engine {name}{nearest(name, known)}")
    return engines[known.index(name)]


@engine.command("forget")
@click.argument("name", shell_complete=engine_names)
@common_options
@failing_plainly
def forget_command(options: Options, name: str) -> None:
    """Keep nothing in mind any more for an engine that was taken out of the configuration."""
    if any(each.name == name for each in _configured(options)):
        raise ValueError(f"engine {name} is configured: take its [[engine]] table out first")
    with closing(open_writable(options.store_path)) as db:
        if not forget(db, name):
            raise ValueError(f"the store knows of no engine {name}")
    click.echo(f"{name} is forgotten; what it has stays there")
