"""Opens the console: with the collector beside it, or attached to the one that already runs."""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import click
from platformdirs import user_config_path, user_state_path

from victron_console.cli.options import Options, log_to_file
from victron_console.cli.trying import try_rule
from victron_console.config import APP_NAME, ConsoleSettings, FixedStations, StationFiles, station_from
from victron_console.config.sources import web_address
from victron_console.config.write import slug
from victron_console.model.clock import Clock, SystemClock
from victron_console.store.errors import StoreError, StoreMissing
from victron_console.store.lease import lease_holder
from victron_console.store.read.reader import Reader

if TYPE_CHECKING:
    import httpx

    from victron_console.collector.fleet import Fleet

ONLY_LOOKING = "This console only looks: it records and acknowledges nothing."
MOST_STATIONS = 300
"""The console polls up to so many stations beside its screens; larger fleets want a collector of their own."""


def open_console(
    options: Options,
    *,
    url: str | None,
    demo: Callable[[bool], None],
    low_bandwidth: bool = False,
    ascii_only: bool = False,
    bell: bool = False,
    read_only: bool = False,
) -> None:
    """The console on the configured stations, or on the one at `url`. Ends the process with the console's status.

    `demo` opens the demonstration, with its tour or without, where somebody who has no station yet chooses it.
    """
    if url is not None:
        show(
            options,
            one_station(url),
            _store_of(options, url),
            asks=(web_address(url),),
            low_bandwidth=low_bandwidth,
            ascii_only=ascii_only,
        )
        return
    files = options.present_files()
    if not read_only and not files.current.stations and not files.current.faults and _is_empty(options.store_path):
        if not _begun(options, demo):
            return
        files = options.present_files()
    if len(files.current.stations) > MOST_STATIONS and lease_holder(options.store_path) is None:
        raise click.ClickException(
            f"{len(files.current.stations)} stations are more than the {MOST_STATIONS} that a console polls by itself: "
            "start `victron-console collect` (docs/service.md), then open the console beside it."
        )
    show(
        options,
        files,
        options.store_path,
        settings=files.current.console,
        asks=[station.name for station in files.current.stations],
        notice="; ".join(str(fault) for fault in files.current.faults[:3]),
        low_bandwidth=low_bandwidth,
        ascii_only=ascii_only,
        bell=bell,
        keep_settings=not read_only,
        read_only=read_only,
    )


def _is_empty(store: Path) -> bool:
    """Whether nothing is recorded there, and nobody is about to."""
    if lease_holder(store) is not None:
        return False
    try:
        with closing(Reader(store, SystemClock())) as reader:
            return not reader.stations()
    except StoreMissing:
        return True
    except StoreError:  # the console says what is wrong with it
        return False


def _begun(options: Options, demo: Callable[[bool], None]) -> bool:
    """Whether a station was added by the form of the first minute; a demonstration that was chosen runs and ends."""
    refuse_without_terminal(os.environ)
    from victron_console.cli.first_contact import ByForm
    from victron_console.cli.stations.discover import ssdp_address
    from victron_console.console.app.first_contact import Begin, FirstContact
    from victron_console.console.app.themes import load_themes

    begin = FirstContact(ByForm(options, ssdp_address(os.environ)), load_themes()).run()
    if begin in (Begin.DEMO, Begin.TOUR):
        demo(begin is Begin.TOUR)
    return begin is Begin.STATION


def one_station(url: str) -> FixedStations:
    """The station at an address, as a configuration.

    Raises:
        ConfigError: it is no address of a station.
    """
    name = url.split("://", 1)[-1].split("/", 1)[0]
    return FixedStations((station_from({"id": slug(name), "name": name, "url": web_address(url)}),))


def _store_of(options: Options, url: str) -> Path:
    """A store of its own: the fleet's list of stations must not become this one."""
    return options.store or options.store_path.with_name(f"{slug(url)}.db")


def show(
    options: Options,
    files: StationFiles,
    store: Path,
    *,
    settings: ConsoleSettings | None = None,
    asks: Sequence[str] = (),
    notice: str = "",
    low_bandwidth: bool = False,
    ascii_only: bool = False,
    bell: bool = False,
    keep_settings: bool = True,
    tour: Sequence[tuple[str, str, str]] = (),
    forecasts: httpx.AsyncBaseTransport | None = None,
    read_only: bool = False,
) -> None:
    """Run the console until it is left; exit with its status.

    Args:
        options: what holds for all commands.
        files: the stations, for the collector.
        store: the database that both meet in.
        settings: the `[console]` table.
        asks: the names of the stations that are asked.
        notice: a sentence to begin with.
        keep_settings: whether the operator's choices are kept for the next session.
        tour: what the console shows by itself: screens, stations and sentences.
        forecasts: stands in for the weather service.
        read_only: whether to poll, record and acknowledge nothing.
    """
    refuse_without_terminal(os.environ)
    from victron_console.console.app.terminal import prepare_terminal

    link = prepare_terminal(os.environ, low_bandwidth=low_bandwidth)
    log_to_file(options)
    # Textual reads its settings from the environment when it is imported: not before this line.
    from victron_console.console.app.console import ConsoleApp, ConsoleOptions
    from victron_console.console.app.themes import load_themes
    from victron_console.console.app.tour import TourStop
    from victron_console.console.kit.frame.settings import settings_path
    from victron_console.console.live.watch import StoreWatch
    from victron_console.console.operator.store_writer import StoreWriter

    settings = settings or ConsoleSettings()
    clock = SystemClock()
    readonly = ONLY_LOOKING if read_only else _why_read_only(store)
    attached = lease_holder(store) is not None
    app = ConsoleApp(
        clock=clock,
        themes=load_themes(user_config_path(APP_NAME, appauthor=False) / "themes"),
        options=ConsoleOptions(
            operator=options.operator or settings.operator or "",
            low_bandwidth=low_bandwidth,
            ascii=ascii_only,
            bell=bell or settings.bell,
            reasons=settings.reasons,
            readonly=readonly,
            theme=settings.theme or "",
            notice=" ".join(part for part in (notice, link) if part),
            rule_folders=tuple(options.rule_folders()),
            stations=tuple(asks),
            tour=tuple(TourStop(*stop) for stop in tour),
            settings_path=settings_path(user_state_path(APP_NAME, appauthor=False), store) if keep_settings else None,
        ),
        watch=StoreWatch(store, clock),
        writer=StoreWriter(store, clock),
        backtest=lambda rule, station, title: try_rule(options, store, rule, station, title),
        collector=None if attached or readonly else lambda: _collect(options, files, store, clock, forecasts),
    )
    gc.freeze()
    gc.enable()
    app.run()
    sys.exit(app.return_code or 0)


def refuse_without_terminal(environment: Mapping[str, str]) -> None:
    """Refuse to draw where nobody can see it: cron, a pipe, ssh without -t.

    Raises:
        UsageError: says what to use instead; exit status 2.
    """
    in_a_browser = "TEXTUAL_DRIVER" in environment  # which draws by a protocol of its own
    if not in_a_browser and not all(stream and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise click.UsageError(
            "the console needs a terminal (ssh: -t). Without one, `victron-console status` shows the fleet once and "
            "`victron-console collect` records it."
        )


async def _collect(
    options: Options, files: StationFiles, store: Path, clock: Clock, forecasts: httpx.AsyncBaseTransport | None
) -> None:
    """Poll the stations beside the screens. Imported off the screens' thread: the first paint does not wait for it."""
    module = await asyncio.to_thread(importlib.import_module, "victron_console.collector.fleet")
    fleet: Fleet = module.Fleet(
        files, store, clock, random=Random(), rule_folders=options.rule_folders, forecasts=forecasts
    )
    await fleet.run()


def _why_read_only(store: Path) -> str:
    """Why nothing can be recorded there, as a sentence; empty where it can."""
    folder = next(folder for folder in store.absolute().parents if folder.exists())
    beside = [store.with_name(f"{store.name}{end}") for end in ("-wal", "-shm")]
    # SQLite writes through files beside the store; where a collector runs they are there already.
    needed = [store] * store.exists() + (beside if all(file.exists() for file in beside) else [folder])
    place = next((path for path in needed if not os.access(path, os.W_OK)), None)
    if place is None:
        return ""
    return f"{place} cannot be written by this user: nothing is recorded, and alarms cannot be acknowledged."
