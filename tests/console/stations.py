"""A console on a real store of made-up stations, and the way to wait until a screen has its station."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.console.sample_fleet import NOW
from tests.patience import PATIENCE_S
from textual.pilot import Pilot

from victron_console.console.app.console import ConsoleApp, ConsoleOptions
from victron_console.console.app.themes import load_themes
from victron_console.console.kit.frame.station_screen import StationScreen
from victron_console.console.live.watch import StoreWatch
from victron_console.console.operator.store_writer import StoreWriter
from victron_console.model.clock import ManualClock

LASTING = ("watch", "collector")
"""Workers that never end."""
Before = Callable[[Pilot[Any]], Awaitable[None]]


def console_on(
    store: Path, at: float = NOW, *, ascii_only: bool = False, readonly: str = "", writes: bool = True
) -> ConsoleApp:
    """A console that reads a store, its clock standing at a moment. `writes`: it can write to it, too."""
    clock = ManualClock(at)
    return ConsoleApp(
        clock=clock,
        themes=load_themes(),
        options=ConsoleOptions(theme="dark", operator="NB", ascii=ascii_only, readonly=readonly),
        watch=StoreWatch(store, clock),
        writer=StoreWriter(store, clock) if writes else None,
    )


async def until(pilot: Pilot[Any], holds: Callable[[], bool]) -> None:
    """Let the console work until something holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await pilot.pause(0.01)


async def open_station(pilot: Pilot[Any], screen: str, station: str, *keys: str) -> StationScreen[Any]:
    """Open a screen on a station, wait until it is read, and press keys."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await until(pilot, lambda: bool(app.view.sites))
    app.station = station
    app.open(screen)
    await until(pilot, lambda: isinstance(app.screen, StationScreen) and app.screen.data is not None)
    await pilot.press(*keys)
    await until(pilot, lambda: all(worker.is_finished or worker.group in LASTING for worker in app.workers))
    await pilot.pause()
    shown = app.screen
    assert isinstance(shown, StationScreen)
    return shown


def before(screen: str, station: str, *keys: str) -> Before:
    """For `snap_compare`: what is done before the picture is taken."""

    async def run(pilot: Pilot[Any]) -> None:
        await open_station(pilot, screen, station, *keys)

    return run
