"""`devices`: what a station consists of and since when what left is gone; and accepting that it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

import click

from victron_console.cli.answers.echo import echo_json, local_time
from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options, operator_name
from victron_console.contract.station_now import Device, devices_of
from victron_console.model.clock import SystemClock
from victron_console.model.device import DeviceKey
from victron_console.store.operator.wishes import accept_gone, open_for_operator
from victron_console.store.read.reader import Reader


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Everything that is known of each, for scripts.")
@common_options
@failing_plainly
def devices(options: Options, as_json: bool) -> None:
    """List the devices of all stations, those that left among them; or accept that one is gone."""
    if click.get_current_context().invoked_subcommand is not None:
        return
    with closing(Reader(options.store_path, SystemClock())) as reader:
        listed = [device for row in reader.stations() for device in devices_of(reader.snapshot(row.id))]
    if as_json:
        echo_json("devices", listed)
        return
    for line in _lines(listed):
        click.echo(line)


@devices.command()
@click.argument("station")
@click.argument("device", nargs=-1, required=True)
@common_options
@failing_plainly
def accept(options: Options, station: str, device: tuple[str, ...]) -> None:
    """No longer miss DEVICEs of STATION that left, such as battery/258. They are listed again when they are back."""
    clock = SystemClock()
    with closing(Reader(options.store_path, clock)) as reader:
        missed = {state.key for state in reader.snapshot(station).missed()}
    keys = [DeviceKey.parse(text) for text in device]
    if there := [str(key) for key in keys if key not in missed]:
        raise click.ClickException(f"{', '.join(there)} of {station} did not leave, or is accepted already.")
    with closing(open_for_operator(options.store_path)) as db:
        for key in keys:
            click.echo(accept_gone(db, station, key, now=clock.now(), who=operator_name(options)))


def _lines(listed: Sequence[Device]) -> Iterator[str]:
    for it in listed:
        since = f" since {local_time(it.since)}" if it.since and it.state != "live" else ""
        accepted = ", accepted" if it.accepted else ""
        yield f"{it.station:<24} {it.device:<24} {it.state}{since}{accepted}  {it.name}"
