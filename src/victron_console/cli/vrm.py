"""`vrm …`: what Victron's portal has of the past, and how our own figures compare with it."""

from __future__ import annotations

import asyncio
import sys
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import click

from victron_console.cli.answers.echo import echo_json
from victron_console.cli.failures import failing_plainly, printable
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.completion import station_ids
from victron_console.cli.progress import progress
from victron_console.cli.stations.vrm_account import account_client, site_named, site_of
from victron_console.collector.past.vrm_backfill import Backfilled
from victron_console.collector.past.vrm_backfill import backfill as take_in
from victron_console.config import LoadResult
from victron_console.model.clock import SystemClock
from victron_console.sources.base import SourceError
from victron_console.sources.vrm.client import SiteRefused, VrmClient
from victron_console.sources.vrm.sites import VrmSite, read_account, read_sites
from victron_console.store.answers import StationRow
from victron_console.store.errors import UnknownStation
from victron_console.store.external import portal_span
from victron_console.store.read.reader import Reader

GX_SERIAL = "system/*/Serial"
SHOWN_DAYS = 30
CANNOT_TELL = 3


class Day(click.ParamType[date]):
    """A day: `2026-10-31`."""

    name = "day"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date."""
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no day: write it as 2026-10-31.", param, ctx)


@click.group()
def vrm() -> None:
    """Ask Victron's portal (VRM) about the past of stations. It is only read there."""


@vrm.command()
@click.argument("stations", nargs=-1, metavar="[STATION]...", shell_complete=station_ids)
@click.option("--since", type=Day(), metavar="DAY", help="The oldest day, as 2024-01-31; else all that the portal has.")
@click.option("--site", "word", metavar="NAME", help="Which site of the account it is, by name, number or tag.")
@click.option("--all", "take_all", is_flag=True, help="All stations whose site is in the account.")
@common_options
@failing_plainly
def backfill(options: Options, stations: tuple[str, ...], since: date | None, word: str | None, take_all: bool) -> None:
    """Take in what the portal has of STATION's past: quarters of an hour and days, in kWh.

    It is kept beside what was recorded here, fills no gap of it and raises no alarm. A collector may run. What is in
    already is not asked for again, so an interrupted run goes on where it was.
    """
    if bool(stations) == take_all or (word and len(stations) != 1):
        raise click.UsageError("name stations, or say --all; --site goes with one station.")
    loaded, clock = options.files().current, SystemClock()
    client = account_client(loaded)
    sites = asyncio.run(_sites(client))
    with closing(Reader(options.store_path, clock)) as reader:
        chosen = _by_station(reader, loaded, sites, stations, word)
    failed = 0
    for row, site in chosen:
        zone = ZoneInfo(site.zone) if site.zone else row.zone or ZoneInfo("UTC")
        try:
            with progress(f"Taking in {row.id}") as tell:
                work = take_in(options.store_path, row.id, client, site, zone, clock, since, tell)
                click.echo(_told(row, asyncio.run(work)))
        except SiteRefused as refused:
            failed += 1
            click.echo(printable(f"{row.id}: {refused}"), err=True)
        except SourceError as error:  # nor will the next station get anything
            raise ValueError(f"{row.id}: {error} What came before is kept; the same command goes on there.") from error
    sys.exit(1 if failed else 0)


async def _sites(client: VrmClient) -> list[VrmSite]:
    return await read_sites(client, await read_account(client))


def _by_station(
    reader: Reader, loaded: LoadResult, sites: list[VrmSite], stations: tuple[str, ...], word: str | None
) -> list[tuple[StationRow, VrmSite]]:
    """Each chosen station with its site; of all, those that have one."""
    rows = {row.id: row for row in reader.stations()}
    if missing := [station for station in stations if station not in rows]:
        raise UnknownStation(f"{missing[0]} is not in the store yet: run `victron-console collect --once` first")
    if word is not None:
        ids = _portal_ids(reader, loaded, stations[0])
        return [(rows[stations[0]], site_named(sites, word, stations[0], ids))]
    found = []
    for station in stations or rows:
        ids = _portal_ids(reader, loaded, station)
        if stations or ids & {site.portal_id.lower() for site in sites if site.portal_id}:
            found.append((rows[station], site_of(sites, station, ids)))
    if not found:
        raise ValueError("no site of the account is a station here: name both, the site with --site NAME or NUMBER")
    return found


def _portal_ids(reader: Reader, loaded: LoadResult, station: str) -> set[str]:
    """By what the portal may know a station's GX: as its file says, or as the GX said itself."""
    ids = {one for config in loaded.stations if config.id == station for one in config.portal_ids()}
    return ids or {str(row.value).lower() for row in reader.series(station, GX_SERIAL) if isinstance(row.value, str)}


def _told(row: StationRow, done: Backfilled) -> str:
    if not done.days:
        return f"{row.id}: nothing to ask for, {done.kept} days are in already"
    empty = f", {done.empty} of them with nothing in them" if done.empty else ""
    return f"{row.id}: {done.days} days taken in{empty}"


@vrm.command()
@click.argument("station", shell_complete=station_ids)
@click.option("--since", type=Day(), metavar="DAY", help="The first day; else the last thirty that the portal has.")
@click.option("--until", type=Day(), metavar="DAY", help="The last day.")
@click.option("--all", "everything", is_flag=True, help="Also the days that agree.")
@click.option("--json", "as_json", is_flag=True, help="For scripts: every day and kind.")
@common_options
@partial(failing_plainly, exit_status=CANNOT_TELL)
def validate(
    options: Options, station: str, since: date | None, until: date | None, everything: bool, as_json: bool
) -> None:
    """Hold STATION's energies against what the portal has, day by day, and say why they differ.

    It compares what `vrm backfill` took in and asks nobody. Exit status: 0 all agrees or is explained, 1 something is
    not explained, 3 cannot tell: nothing could be compared.
    """
    # numpy is for the commands that need it.
    from victron_console.contract.validation import validated
    from victron_console.diagnosing.external.validation import validate as held_against
    from victron_console.diagnosing.external.words import validation_lines

    clock = SystemClock()
    with closing(Reader(options.store_path, clock)) as reader:
        reader.known_station(station)
        span = portal_span(reader.external_spans(station))
        if span is None:
            raise ValueError(f"nothing of the portal's past of {station} is in: run `victron-console vrm backfill`")
        last = min(until or span.last, span.last)
        first = max(since or last - timedelta(days=SHOWN_DAYS - 1), span.first)
        if last < first:
            raise ValueError(f"the portal's past of {station} is in from {span.first} to {span.last} only")
        with reader.at_once():
            found = held_against(reader, station, span.source, first, last)
    if as_json:
        echo_json("vrm-validate", validated(found, clock.now()))
    else:
        click.echo("\n".join(validation_lines(found, everything)))
    sys.exit({True: 0, False: 1, None: CANNOT_TELL}[found.is_good])
