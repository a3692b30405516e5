"""`discover`: GX devices on the local network that are not configured yet, each with a station file ready to use."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence

import click

from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.config import StationConfig, station_text, write_station
from victron_console.sources.discovery import SSDP_ADDRESS, Address, FoundGx, find_gx, open_broker

SSDP_VARIABLE = "VICTRON_CONSOLE_SSDP"
_PORTAL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def ssdp_address(environment: Mapping[str, str]) -> Address | None:
    """Where devices are searched for, as the environment says; None: nowhere."""
    given = environment.get(SSDP_VARIABLE, "")
    if given == "off":
        return None
    host, _, port = given.rpartition(":")
    return (host, int(port)) if host and port.isdigit() else SSDP_ADDRESS


def _address(_: click.Context, __: click.Parameter, text: str) -> Address | None:
    host, _colon, port = text.rpartition(":")
    if text == "off":
        return None
    if not host or not port.isdigit() or not 0 < int(port) < 65_536:
        raise click.BadParameter(f'{text!r}: expected HOST:PORT, or "off"')
    return host, int(port)


ssdp_option = click.option(
    "--ssdp",
    envvar=SSDP_VARIABLE,
    default=f"{SSDP_ADDRESS[0]}:{SSDP_ADDRESS[1]}",
    show_default=True,
    callback=_address,
    metavar="HOST:PORT",
    help='Where GX devices are searched for; "off" for nowhere.',
)


@click.command()
@ssdp_option
@click.option("--write", is_flag=True, help="Write the files instead of printing them.")
@common_options
@failing_plainly
def discover(options: Options, ssdp: Address | None, write: bool) -> None:
    """Look for GX devices on the local network and offer a station file for each that is not configured.

    A device answers while MQTT access is on (Settings, Integrations). Its certificate is pinned as it is found:
    compare it on site.
    """
    stations = options.files().current.stations
    new = asyncio.run(report_devices(ssdp, stations))
    taken = {station.id for station in stations}
    folder = options.new_files_folder()
    for raw in new:
        if write:
            click.echo(
                f"Written to {write_station(folder, raw, taken)}. Add the password of the device, if it has one."
            )
        else:
            click.echo(f"\n{station_text(raw, taken)}", nl=False)


async def report_devices(ssdp: Address | None, stations: Sequence[StationConfig]) -> list[Mapping[str, object]]:
    """Tell which devices answer a search; returns what a station file would say of those that are not configured."""
    if ssdp is None:
        click.echo("Nothing was searched for: the search is off.")
        return []
    try:
        found = await find_gx(ssdp)
    except OSError as error:
        click.echo(f"The network lets no search for GX devices out ({error.strerror or error}).")
        return []
    known = {key: station for station in stations for key in station.identities()}
    new = []
    for gx in found:
        station = known.get(gx.portal_id.lower()) or known.get(gx.host.lower())
        if station is None:
            new.append(await as_station(gx))
        label = " ".join(filter(None, [gx.host, gx.name, gx.portal_id and f"({gx.portal_id})"]))
        click.echo(f"{label}: {f'configured as {station.id}' if station else 'not configured'}")
    if not found:
        click.echo("No GX device answered on the local network.")
    return new


async def as_station(gx: FoundGx) -> Mapping[str, object]:
    """What a station file would say of a device that was found; its certificate is pinned as it is shown."""
    mqtt: dict[str, object] = {"host": gx.host}
    if _PORTAL_ID.fullmatch(gx.portal_id):
        mqtt["portal_id"] = gx.portal_id
    broker = await open_broker(gx.host)
    if broker is not None and broker.fingerprint:
        mqtt["fingerprint"] = broker.fingerprint
    elif broker is not None:
        mqtt["tls"] = False
    return {"name": gx.name or gx.portal_id or gx.host, "source": "mqtt", "mqtt": mqtt}
