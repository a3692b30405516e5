"""`store import` and `store figures`: pasts that were recorded elsewhere, from a file or from the field's InfluxDB."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.completion import station_ids
from victron_console.cli.parameters.times import Moment
from victron_console.cli.progress import progress
from victron_console.config.source_settings import secret_of
from victron_console.model.clock import SystemClock
from victron_console.model.device import DeviceKey

if TYPE_CHECKING:
    from victron_console.sources.recorders.influx import Influx, InfluxAccess

YEARS_S = 5 * 365 * 86_400.0


@click.command("import")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--as", "station", metavar="ID", help="Take it in as another station.")
@click.option("--vrm-csv", is_flag=True, help="FILE is the kWh download of Victron's portal, of the station --as ID.")
@click.option(
    "--columns", metavar="Gb,Gc,…", help="Its flows from the second column on, where its language is unknown."
)
@click.option("--ha", is_flag=True, help="FILE is the database of Home Assistant's recorder, home-assistant_v2.db.")
@click.option(
    "--entity",
    "entities",
    multiple=True,
    metavar="ENTITY=SERIES",
    help='Of it: what an entity with a name of your own is, "sensor.mine=system/0/Dc/Battery/Soc"; may be repeated.',
)
@click.option(
    "--influx", metavar="URL", help="Instead of FILE: the InfluxDB of venus-influx-loader, such as http://…:8086."
)
@click.option("--database", default="venus", show_default=True, help="Of it: the database or bucket.")
@click.option("--portal", metavar="ID", help="Of it, and of --ha: whose values, where it has several portal ids.")
@click.option("--user", metavar="NAME", help="Of it: the user name of 1.x.")
@click.option("--secret", metavar="REF", help="Of it: the user's password, else a token, as env:NAME or file:PATH.")
@click.option("--since", type=Moment(), help="Of it: the begin; else five years ago.")
@click.option(
    "--rename", "renamed", multiple=True, metavar="OLD=NEW", help='Of both: "battery/512=battery/258", may be repeated.'
)
@common_options
@failing_plainly
def import_(
    options: Options, file: Path | None, station: str | None, vrm_csv: bool, columns: str | None, ha: bool,
    entities: tuple[str, ...], influx: str | None, database: str, portal: str | None, user: str | None,
    secret: str | None, since: float | None, renamed: tuple[str, ...],
) -> None:  # fmt: skip
    """Take in FILE: an export in CSV, or an evidence bundle of somebody's station. No collector may run meanwhile.

    Also hourly energies of a house without a GX, for `backtest`: a CSV with the columns time, load_kwh and pv_kwh. What
    --vrm-csv takes in stands beside the record of its station, as `vrm backfill` does. From --influx and --ha come
    the values of one station as those recorded them, with their qualities and gaps; of Home Assistant's means of an
    hour and of five minutes each stands for its time.
    """
    if (file is None) == (influx is None) or ((vrm_csv or ha) and file is None) or (vrm_csv and ha):
        raise click.UsageError("give either FILE, with --vrm-csv or --ha where it is such, or --influx URL.")
    if (columns and not vrm_csv) or (entities and not ha):
        raise click.UsageError("--columns goes with --vrm-csv, --entity with --ha.")
    if influx is None and (user or secret or since is not None or (not ha and (portal or renamed))):
        raise click.UsageError(
            "--portal and --rename go with --influx and --ha; --user, --secret and --since with --influx."
        )
    if (vrm_csv or influx or ha) and station is None:
        raise click.UsageError("say which station it is of: --as ID.")
    if file is not None and ha:
        _import_recorder(options, file, str(station), portal, entities, renamed)
        return
    if file is not None and vrm_csv:
        _import_vrm_csv(options, file, str(station), columns)
    elif file is not None:
        _import_file(options, file, station)
    else:
        asked = _access(str(influx), database, user or "", secret)
        _import_influx(options, asked, portal, str(station), since, renamed)


def _import_file(options: Options, file: Path, station: str | None) -> None:
    from victron_console.store.files.importing import import_file

    with progress("Taking in") as tell:
        done = import_file(options.store_path, file, SystemClock(), station, tell)
    click.echo(
        f"{', '.join(done.stations) or 'nothing'}: {done.series:,} series, {done.changes:,} changes, "
        f"{done.gaps:,} gaps, {done.events:,} events"
    )
    if done.late:
        click.echo(f"{done.late:,} changes were left out: their time is pruned here", err=True)


def _import_vrm_csv(options: Options, file: Path, station: str, columns: str | None) -> None:
    from victron_console.store.files.external_import import import_vrm_csv

    flows = [part.strip() for part in columns.split(",")] if columns else []
    span = import_vrm_csv(options.store_path, file, station, SystemClock(), flows)
    click.echo(f"{station}: {span.days:,} days of the portal's download are in, {span.first} to {span.last}")


def _import_influx(
    options: Options, access: InfluxAccess, portal: str | None, station: str, since: float | None,
    renamed: tuple[str, ...],
) -> None:  # fmt: skip
    from victron_console.collector.past.influx_past import Taken, influx_rows
    from victron_console.sources.recorders.influx import Influx
    from victron_console.store.files.importing import import_rows

    clock = SystemClock()
    now = clock.now()
    begin = now - YEARS_S if since is None else since
    with closing(Influx(access)) as influx:
        chosen = _portal(influx, portal)
        rows = influx_rows(influx, Taken(chosen, station, begin, now, dict(map(_renamed, renamed))))
        source = f"InfluxDB at {influx.place}, database {access.database}, portal id {chosen}"
        done = import_rows(options.store_path, rows, clock, source)
    click.echo(f"{station}: {done.series:,} series, {done.changes:,} changes, {done.gaps:,} gaps from {source}")
    click.echo(f"`victron-console store figures {station}` makes energies and diagnoses of it.")


def _import_recorder(
    options: Options, file: Path, station: str, portal: str | None, entities: tuple[str, ...], renamed: tuple[str, ...]
) -> None:
    from victron_console.collector.past.home_assistant_past import PastSought, recorder_rows
    from victron_console.store.files.importing import import_rows

    sought = PastSought(station, portal, dict(map(_entity, entities)), dict(map(_renamed, renamed)))
    source = f"Home Assistant's recorder, {file.name}"
    done = import_rows(options.store_path, recorder_rows(file, sought), SystemClock(), source)
    click.echo(f"{station}: {done.series:,} series, {done.changes:,} changes, {done.gaps:,} gaps from {source}")
    for entity, why in sorted(sought.left_out.items()):
        click.echo(f"left out: {entity}: {why}", err=True)
    click.echo(f"`victron-console store figures {station}` makes energies and diagnoses of it.")


def _entity(text: str) -> tuple[str, str]:
    entity, _, series = text.partition("=")
    if not entity or series.count("/") < 2 or not all(series.split("/")):
        raise ValueError(f"{text!r} names no entity and series: write sensor.mine=system/0/Dc/Battery/Soc")
    return entity, series


def _access(url: str, database: str, user: str, secret: str | None) -> InfluxAccess:
    from victron_console.sources.recorders.influx import InfluxAccess

    held = secret_of(secret) if secret else ""
    whole = url.rstrip("/") if "://" in url else f"http://{url.rstrip('/')}"
    return InfluxAccess(whole, database, user, held if user else "", "" if user else held)


def _portal(influx: Influx, wanted: str | None) -> str:
    found = influx.portals()
    if wanted is not None and wanted not in found:
        raise ValueError(f"the database has nothing of {wanted!r}: it has {', '.join(found) or 'no portal id'}")
    if wanted is None and len(found) != 1:
        raise ValueError(f"the database has {', '.join(found) or 'no portal id at all'}: say which with --portal")
    return wanted or found[0]


def _renamed(text: str) -> tuple[DeviceKey, DeviceKey]:
    old, _, new = text.partition("=")
    found = [DeviceKey(*name.split("/")) for name in (old, new) if name.count("/") == 1 and all(name.split("/"))]
    if len(found) != 2 or found[0].cls != found[1].cls:
        raise ValueError(f"{text!r} names no two devices of one class: write battery/512=battery/258")
    return found[0], found[1]


@click.command()
@click.argument("station", shell_complete=station_ids)
@common_options
@failing_plainly
def figures(options: Options, station: str) -> None:
    """Work out the five-minute figures of a past that was imported, for energies and diagnoses. No collector may run.

    What was recorded here has them already and stays as it is.
    """
    from victron_console.collector.past.figures import fill_figures

    with progress("Working out") as tell:
        filled = fill_figures(options.store_path, station, SystemClock(), tell)
    click.echo(f"{station}: {filled:,} five minutes filled in. `victron-console diagnose` makes use of them.")
