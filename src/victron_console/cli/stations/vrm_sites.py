"""`add --vrm`: the sites of an account at Victron's portal, each chosen one as a station file."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from victron_console.catalogue.vrm import API, broker_of
from victron_console.cli.options import Options
from victron_console.cli.progress import counted
from victron_console.cli.stations.vrm_account import account_client, missing_at_portal, station_at
from victron_console.config import ConfigError, LoadResult, write_station
from victron_console.model.clock import SystemClock, local
from victron_console.sources.base import SourceError
from victron_console.sources.vrm.client import SiteRefused, VrmClient
from victron_console.sources.vrm.sites import VrmAccount, VrmSite, read_account, read_gateways, read_sites

SILENT_S = 86_400.0
"""A site that sent nothing for a day is told as silent."""


def add_sites(options: Options, words: Sequence[str], *, take_all: bool) -> None:
    """List the sites of the account, and write a station file for each chosen one that is not configured.

    Raises:
        ValueError: no token is configured, or a word names no site.
        SourceError: the portal does not answer as it should.
    """
    loaded = options.files().current
    folder = options.new_files_folder()
    client = account_client(loaded)
    account, sites = asyncio.run(_read(client))
    chosen = _chosen(sites, words or loaded.vrm.sites, take_all=take_all)
    now = SystemClock().now()
    for site in sites:
        click.echo(_line(site, loaded, now))
    for station in missing_at_portal(sites, loaded.stations):
        click.echo(f"{station.name}: configured as {station.id}, but not in this account any more; it stays")
    new = [site for site in chosen if station_at(site, loaded.stations) is None and not site.trouble]
    if not chosen and sites:
        click.echo("Nothing was chosen: say --site NAME, NUMBER or TAG, or --all; or sites = [...] in [vrm].")
    elif not new:
        click.echo("Nothing to add: every chosen site is configured, or cannot be.")
    if new:
        _write_all(client, account, new, loaded, folder)


async def _read(client: VrmClient) -> tuple[VrmAccount, list[VrmSite]]:
    account = await read_account(client)
    return account, await read_sites(client, account)


def _chosen(sites: Sequence[VrmSite], words: Sequence[str], *, take_all: bool) -> list[VrmSite]:
    if take_all:
        return list(sites)
    for word in words:
        if not any(site.is_called(word) for site in sites):
            raise ValueError(f"no site of the account is called {word!r}: give a name, a number or a tag")
    return [site for site in sites if any(site.is_called(word) for word in words)]


def _line(site: VrmSite, loaded: LoadResult, now: float) -> str:
    station = station_at(site, loaded.stations)
    state = f"configured as {station.id}" if station else site.trouble or "new"
    silent = ""
    if site.last_at is None:
        silent = "never sent anything"
    elif now - site.last_at > SILENT_S:
        silent = f"silent since {local(site.last_at):%Y-%m-%d %H:%M}"
    tags = ", ".join(site.tags)
    return f"{site.number}  {site.name}: " + ", ".join(filter(None, [state, tags and f"tags {tags}", silent]))


def _write_all(
    client: VrmClient, account: VrmAccount, new: Sequence[VrmSite], loaded: LoadResult, folder: Path
) -> None:
    assert loaded.vrm.token is not None
    taken = {station.id for station in loaded.stations}
    written, answers = 0, True
    with asyncio.Runner() as runner:
        for site in counted(new, len(new), "Adding", "sites"):
            try:
                gateways = runner.run(read_gateways(client, site)) if answers else []
            except SiteRefused as refused:
                click.echo(f"{site.name}: {refused}", err=True)
                continue
            except SourceError as error:  # gateways are a remark only, and not worth the wait for each site
                click.echo(f"Whether this and further sites have several gateways is not known: {error}", err=True)
                gateways, answers = [], False
            try:
                file = write_station(
                    folder, as_station(site, account, loaded.vrm.token.reference, loaded.vrm.url), taken
                )
            except (ConfigError, FileExistsError) as error:
                click.echo(f"{site.name}: not written: {error}", err=True)
                continue
            taken.add(file.stem)
            written += 1
            click.echo(f"{site.name}: written to {file}")
            if others := [gateway for gateway in gateways if gateway.lower() != site.portal_id.lower()]:
                click.echo(f"  it has further gateways, which are not read: {', '.join(others)}")
    click.echo(f"{written} of {len(new)} sites written. Open the console with `victron-console`.")


def as_station(site: VrmSite, account: VrmAccount, token: str, url: str = API) -> Mapping[str, object]:
    """What a station file says of a site: read over the portal's brokers, and where its GX does not speak to these by
    what it last sent.

    Args:
        site: one with a GX.
        account: whose e-mail address is the user name there.
        token: the reference to its token.
        url: of the portal.
    """
    location: dict[str, object] = {}
    if site.place is not None:
        location = {"latitude": site.place[0], "longitude": site.place[1]}
    if site.zone:
        location["timezone"] = site.zone
    mqtt: dict[str, object] = {
        "vrm": True, "portal_id": site.portal_id, "username": account.email, "token": token
    }  # fmt: skip
    if site.broker != broker_of(site.portal_id):
        mqtt["host"] = site.broker
    vrm: dict[str, object] = {"site": site.number, "token": token}
    if url != API:
        vrm["url"] = url
    station: dict[str, object] = {"name": site.name, "source": "mqtt", "fallback": "vrm"}
    if site.tags:
        station["tags"] = list(site.tags)
    return station | ({"location": location} if location else {}) | {"mqtt": mqtt, "vrm": vrm}
