"""`add` and `check`: the configuration, before anything is polled by it."""

from __future__ import annotations

import asyncio
import sys
from contextlib import closing
from pathlib import Path

import click

from victron_console.alerts.engine.coverage import blind_rules_of
from victron_console.alerts.rules.rule_file import RulesInvalid
from victron_console.cli.failures import failing_plainly, printable
from victron_console.cli.options import Options, common_options
from victron_console.cli.stations.discover import report_devices, ssdp_option
from victron_console.config import LoadResult, StationConfig, station_from, user_folder, write_station
from victron_console.config.sources import web_address
from victron_console.model.clock import SystemClock
from victron_console.model.device import class_of
from victron_console.model.snapshot import DeviceState
from victron_console.sources.base import Discovery, Source, SourceError
from victron_console.sources.discovery import Address
from victron_console.sources.open_source import open_source
from victron_console.store.errors import StoreError
from victron_console.store.read.reader import Reader
from victron_console.store.sqlite import WAL_RESET_FAULT, has_wal_reset_fault, sqlite3


def refuse_known(new: StationConfig, loaded: LoadResult) -> None:
    """Refuse an address that a station has already: it would be polled and recorded twice.

    Raises:
        ValueError: names that station and its file.
    """
    for station in loaded.stations:
        if shared := sorted(station.addresses() & new.addresses()):
            file = next((file for file, ids in loaded.files.items() if station.id in ids), None)
            place = f" in {file}" if file else ""
            known = f"station {station.id} ({station.name}){place}"
            raise ValueError(f"{shared[0]} is configured already: {known}.")


async def introduce(source: Source) -> tuple[Discovery, str]:
    """Who answers there, and the name that its owner gave it; the source is closed.

    Raises:
        SourceError: nobody does as a station should.
    """
    try:
        found = await source.discover()
        for service in found.services:
            if class_of(service) == "settings":
                read = await source.read(service)
                given = read.readings.get("Settings/SystemSetup/SystemName")
                return found, given.text.strip() if given else ""
        for service in found.services:
            if class_of(service) == "vebus":
                read = await source.read(service)
                return found, DeviceState(read.key, service, read.readings).name
        return found, ""
    finally:
        await source.close()


def at_address(host: str, name: str) -> StationConfig:
    """The station at a host name or address, to be asked who it is.

    Raises:
        ConfigError: that is no address.
    """
    return station_from({"id": "new-station", "name": name or "new station", "url": web_address(host)})


@click.command()
@click.argument("host", required=False)
@click.option("--name", help="The station's name; default: what the device calls itself.")
@click.option("--vrm", is_flag=True, help="List the sites of the account at Victron's portal that [vrm] names.")
@click.option(
    "--site", "sites", multiple=True, metavar="NAME", help="Beside --vrm: write this site, by name, number or tag."
)
@click.option("--all", "take_all", is_flag=True, help="Beside --vrm: write all sites.")
@common_options
@failing_plainly
def add(
    options: Options, host: str | None, name: str | None, vrm: bool, sites: tuple[str, ...], take_all: bool
) -> None:
    """Ask the station at HOST who it is and write its file; or with --vrm those of Victron's portal.

    HOST is a host name or an address such as 192.0.2.10; scheme and port are http and 8088 where it gives none.
    """
    if (host is None) != vrm or (not vrm and (sites or take_all)) or (vrm and name):
        raise click.UsageError("give either HOST, or --vrm with --site or --all.")
    if host is None:
        from victron_console.cli.stations.vrm_sites import add_sites

        add_sites(options, sites, take_all=take_all)
        return
    _add_address(options, host, name)


def _add_address(options: Options, host: str, name: str | None) -> None:
    url = web_address(host)
    provisional = at_address(host, name or "")
    loaded = options.files().current
    refuse_known(provisional, loaded)
    found, own_name = asyncio.run(introduce(open_source(provisional, SystemClock())))
    configured = {station.id for station in loaded.stations}
    folder = options.new_files_folder()
    chosen = name or own_name or _asked_name(url)
    try:
        file = write_station(folder, {"name": chosen, "url": url}, configured)
    except FileExistsError as error:
        raise click.ClickException(f"{error.filename} is there already: give the station another --name.") from error
    click.echo(f"{chosen}: {found.api}, {len(found.services)} services ({_classes(found)}).")
    click.echo(f"Written to {file}. Open the console with `victron-console`.")


def _asked_name(url: str) -> str:
    """A name for a device that has none: what the operator says, else its host."""
    host = url.split("://", 1)[-1]
    if not sys.stdin.isatty():
        return host
    return str(click.prompt("The device has no name of its own. What shall the station be called", default=host))


def _classes(found: Discovery) -> str:
    return ", ".join(dict.fromkeys(class_of(service) for service in found.services))


@click.command()
@click.option("--probe", is_flag=True, help="Ask each station, too, and look for others on the local network.")
@ssdp_option
@common_options
@failing_plainly
def check(options: Options, probe: bool, ssdp: Address | None) -> None:
    """Tell every fault of the configuration at once. Exit status: 0 none, 1 some."""
    loaded = options.files().current
    found = [str(fault) for fault in loaded.faults] + _rule_faults(options)
    for fault in found:
        click.echo(printable(fault))
    files = [file for file in loaded.files if file.suffix == ".toml"]
    stations, faults = _count(len(loaded.stations), "station"), _count(len(found), "fault")
    click.echo(f"{stations} in {_count(len(files), 'file')}, {faults}.")
    for line in _blind_rules(options):
        click.echo(line)
    if not loaded.files and not loaded.stations:
        places = options.config or (user_folder(), Path("station_configs"))
        click.echo(f"Looked in: {printable(', '.join(map(str, places)))}.")
    if has_wal_reset_fault():
        click.echo(f"Note: SQLite is {sqlite3.sqlite_version}; {WAL_RESET_FAULT}.")
    healthy = True
    if probe:
        healthy = asyncio.run(_probe_all(loaded.stations))
        if asyncio.run(report_devices(ssdp, loaded.stations)):
            click.echo("`victron-console discover` offers a station file for each that is not configured.")
    sys.exit(0 if healthy and not found else 1)


def _rule_faults(options: Options) -> list[str]:
    try:
        options.rules()
    except RulesInvalid as invalid:
        return [str(fault) for fault in invalid.faults]
    return []


def _blind_rules(options: Options) -> list[str]:
    """Which alarm rules cannot judge at a station as it was last read; nothing where nothing was recorded."""
    try:
        rules = options.rules()
        with closing(Reader(options.store_path, SystemClock())) as reader:
            return [
                f"{row.id}: {blind}"
                for row in reader.stations()
                for blind in blind_rules_of(rules, row, reader.snapshot(row.id))
            ]
    except (RulesInvalid, StoreError):
        return []


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


async def _probe_all(stations: tuple[StationConfig, ...]) -> bool:
    slots = asyncio.Semaphore(20)

    async def probed(station: StationConfig) -> bool:
        async with slots:
            good, text = await _probe(station)
        click.echo(f"{station.id}: {text}")
        return good

    return all(await asyncio.gather(*map(probed, stations)))


async def _probe(station: StationConfig) -> tuple[bool, str]:
    """Whether the station answers as it should, and a sentence on it."""
    source = open_source(station, SystemClock())
    try:
        found = await source.discover()
    except SourceError as error:
        return False, str(error)
    finally:
        await source.close()
    skew = (
        ""
        if found.clock_skew_s is None or abs(found.clock_skew_s) < 5
        else f", clock {found.clock_skew_s:+.0f} s off ours"
    )
    return True, f"{found.api}, {len(found.services)} services{skew}"
