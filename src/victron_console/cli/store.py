"""`store`: look after the database that holds the history."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from victron_console.cli.answers.echo import echo_json
from victron_console.cli.failures import failing_plainly
from victron_console.cli.imports import figures, import_
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.shared_options import json_option
from victron_console.cli.parameters.times import Span
from victron_console.cli.progress import progress
from victron_console.config import HistorySettings
from victron_console.config.amounts import size_bytes
from victron_console.contract.store import stats as stats_document
from victron_console.model.clock import SystemClock, local
from victron_console.model.units import DAY_S
from victron_console.store.answers import StoreStats
from victron_console.store.errors import StoreError
from victron_console.store.read.reader import Reader
from victron_console.store.sealed.retention import Retention
from victron_console.store.sqlite import WAL_RESET_FAULT, has_wal_reset_fault


class Size(click.ParamType[int]):
    """A number of bytes: `500M`, `20G`."""

    name = "size"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Bytes."""
        if (size := size_bytes(str(value))) is not None:
            return size
        self.fail(f"{value!r} is no size: write 500M or 20G.", param, ctx)


@click.group()
def store() -> None:
    """Look after the database."""


@store.command()
@json_option
@common_options
@failing_plainly
def stats(options: Options, as_json: bool) -> None:
    """Size, growth and content of the database, and what the configuration keeps of it; --json has every table."""
    with closing(Reader(options.store_path, SystemClock())) as reader:
        stats_found = reader.stats()
    keep = options.files().current.history
    if as_json:
        echo_json("store-stats", stats_document(stats_found, keep))
        return
    told = {**_told(stats_found), "changes are kept": _kept(keep)}
    for about, words in told.items():
        click.echo(f"{about:<26}{words}")
    if has_wal_reset_fault():
        click.echo(f"{'':<26}{WAL_RESET_FAULT}")


def _told(found: StoreStats) -> dict[str, str]:
    """Size, content and growth in words. Growth is what is in use, over the time that is recorded."""
    in_use = found.size_bytes - found.page_size * found.free_pages
    stations, series = found.rows["station"], found.rows["series"]
    each = f", {_megabytes(in_use / stations)} each" if stations > 1 else ""
    told = {
        "store": found.path,
        "size": f"{_megabytes(found.size_bytes)}, {_megabytes(found.size_bytes - in_use)} of it free",
        "not yet merged in": _megabytes(found.wal_bytes),
        "stations": f"{stations:,} with {series:,} series{each}",
        "sqlite version": f"{found.sqlite_version}, schema {found.schema_version}",
    }
    if found.first_at is None or found.last_at is None:
        return told | {"recorded": "nothing yet"}
    span_s = found.last_at - found.first_at
    told["recorded"] = f"{_minute(found.first_at)} to {_minute(found.last_at)}"
    if span_s >= DAY_S:
        days = span_s / DAY_S
        told["growth"] = f"about {_megabytes(in_use / days * 30)} in 30 days, by the {days:,.0f} days recorded"
    return told


def _megabytes(size: float) -> str:
    return f"{size / 2**20:,.1f} MB"


def _minute(at: float) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}"


def _kept(keep: HistorySettings) -> str:
    limits = [
        f"for {keep.keep_changes / 86_400:,.0f} days" if keep.keep_changes else "",
        f"as far as {keep.max_size / 2**20:,.0f} MB hold them" if keep.max_size else "",
    ]
    return ", ".join(filter(None, limits)) or "for ever"


@store.command()
@common_options
@failing_plainly
def verify(options: Options) -> None:
    """Read everything back; exit status 1 where something is damaged. A collector may go on meanwhile."""
    from victron_console.store.sealed.verify import verify as verify_all

    with (
        closing(Reader(options.store_path, SystemClock())) as reader,
        reader.at_once(),
        progress("Reading back") as tell,
    ):
        found = verify_all(reader.db, tell)
    click.echo(
        f"{found.blocks:,} sealed blocks with {found.changes:,} changes and {found.hot_rows:,} hot rows read back"
    )
    if found.set_aside:
        click.echo(f"{found.set_aside:,} damaged blocks were set aside earlier")
    if found.faults:
        listed = "\n  ".join(found.faults)
        raise StoreError(f"damaged:\n  {listed}\nStop the collector, then restore a backup or run `store salvage`")


@store.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@common_options
@failing_plainly
def salvage(options: Options, file: Path) -> None:
    """Bring over what can be read of FILE, a damaged store that was moved aside. No collector may run meanwhile.

    What was recorded since is taken in. FILE and the store of now are kept beside, under other names.
    """
    from victron_console.store.files.salvage import salvage as bring_over

    damaged = file if file.exists() else options.store_path.with_name(file.name)
    with progress("Bringing over") as tell:
        done = bring_over(damaged, options.store_path, SystemClock(), tell)
    click.echo(f"{sum(done.rows.values()):,} rows of {len(done.rows)} tables brought over")
    for table, what in done.lost.items():
        click.echo(f"  of {table} not: {what}")
    if done.kept:
        click.echo(f"{done.changes:,} changes recorded since were taken in; {done.kept} is kept")


@store.command()
@common_options
@failing_plainly
def seal(options: Options) -> None:
    """Seal and merge now what is old enough, without pausing. The collector does it by itself."""
    from victron_console.store.sealed.upkeep import upkeep

    done = upkeep(options.store_path, SystemClock())
    click.echo(f"{done.rows:,} rows sealed, {done.merged:,} days and weeks made")
    if done.trouble:
        raise StoreError(done.trouble)


@store.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Overwrite the file.")
@common_options
@failing_plainly
def backup(options: Options, file: Path, force: bool) -> None:
    """Copy the whole database into FILE while it is in use, and read the copy back."""
    from victron_console.store.files.backup import backup as back_up

    with (
        closing(Reader(options.store_path, SystemClock())) as reader,
        reader.at_once(),
        progress("Copying") as tell,
    ):
        size = back_up(reader.db.conn, file, replace=force, tell=tell)
    click.echo(f"{file}: {size:,} bytes")


@store.command()
@click.option("--older-than", type=Span(), metavar="AGE", help="Give up changes older than this: 52w, 400d.")
@click.option("--max-size", type=Size(), metavar="SIZE", help="Give up the oldest until no more is in use: 20G.")
@click.option("--compact", is_flag=True, help="Make the file smaller, too; needs as much space again meanwhile.")
@common_options
@failing_plainly
def prune(options: Options, older_than: float | None, max_size: int | None, compact: bool) -> None:
    """Give up the oldest changes by the week. Hourly figures, states, gaps and events are kept.

    The collector does it by itself where [history] in the configuration says keep_changes or max_size.
    """
    from victron_console.store.sealed.upkeep import prune as give_up

    if older_than is None and max_size is None and not compact:
        raise click.UsageError("say what to give up: --older-than 52w or --max-size 20G.")
    done, freed = give_up(options.store_path, SystemClock(), Retention(older_than, max_size), compact=compact)
    click.echo(f"{done.changes:,} changes in {done.blocks:,} blocks given up, {freed:,} bytes freed")


@store.command()
@click.argument("station")
@click.argument("globs", nargs=-1, required=True, metavar="SERIES...")
@click.option("--yes", is_flag=True, help="Do it; without it only what would be forgotten is listed.")
@common_options
@failing_plainly
def forget(options: Options, station: str, globs: tuple[str, ...], yes: bool) -> None:
    """Take series of STATION out of the store with all their history, by patterns such as 'battery/*/Fake*'.

    For names that a broken station invented: it may have so many. What is still read comes back as a new series. No
    collector may run meanwhile.
    """
    from victron_console.store.files.forget import forget as take_out

    if yes:
        gone = take_out(options.store_path, station, globs, SystemClock())
        click.echo(f"{len(gone):,} series forgotten")
        return
    with closing(Reader(options.store_path, SystemClock())) as reader:
        names = sorted({row.name for glob in globs for row in reader.series(station, glob)})
    for name in names:
        click.echo(name)
    click.echo(f"{len(names):,} series would be forgotten with all their history: say --yes", err=True)


store.add_command(import_)
store.add_command(figures)
