"""`devices`: what a station consists of and since when what left is gone; and accepting that it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import click

from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options, operator_name
from victron_console.model.clock import SystemClock
from victron_console.model.device import DeviceKey
from victron_console.model.snapshot import DeviceState
from victron_console.model.text import clean
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
    listed: list[dict[str, object]] = []
    with closing(Reader(options.store_path, SystemClock())) as reader:
        for row in reader.stations():
            snapshot = reader.snapshot(row.id)
            listed += (_as_data(row.id, snapshot.devices[key], snapshot.at) for key in sorted(snapshot.devices))
    if as_json:
        click.echo(json.dumps(listed, indent=2, ensure_ascii=False))
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


def _as_data(station: str, device: DeviceState, now: float) -> dict[str, object]:
    return {
        "station": station,
        "device": str(device.key),
        "name": clean(device.name),
        "service": device.service,
        "state": device.state.value,
        "since": _moment(device.since),
        "read_at": _moment(device.read_at),
        "quality": device.quality_at(now).value,
        "accepted": device.accepted,
    }


def _moment(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def _lines(listed: list[dict[str, object]]) -> Iterator[str]:
    for it in listed:
        since = f" since {it['since']}" if it["since"] and it["state"] != "live" else ""
        accepted = ", accepted" if it["accepted"] else ""
        yield f"{it['station']:<24} {it['device']:<24} {it['state']}{since}{accepted}  {it['name']}"
