"""Every screen of the console on the simulated fleet, as PNG at three sizes, into docs/screenshots."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import closing
from pathlib import Path
from random import Random

import cairosvg

from victron_console.collector.fleet import Fleet
from victron_console.config import FixedStations, station_from
from victron_console.console.app.console import ConsoleApp, ConsoleOptions
from victron_console.console.app.screens import SCREENS
from victron_console.console.app.themes import load_themes
from victron_console.console.kit.chart.svg_dots import with_dots
from victron_console.console.live.watch import StoreWatch
from victron_console.model.clock import SystemClock
from victron_console.simulator.past.forecast import SimulatedForecasts
from victron_console.simulator.past.opened import open_past
from victron_console.simulator.simulated import demo_fleet
from victron_console.store.read.reader import Reader

SIZES = ((80, 24), (120, 40), (200, 60))
FOLDER = Path("docs/screenshots")
SETTLE_S = 2.5
RECORD_S = 20.0
"""Long enough for each station to be polled; the month behind it is that of the demonstration."""


def save_png(svg: str, file: Path, columns: int) -> None:
    """A screen as Textual exports it, in a font that cairo has in one width."""
    fixed = with_dots(svg).replace("Fira Code", "DejaVu Sans Mono")
    cairosvg.svg2png(bytestring=fixed.encode(), write_to=str(file), output_width=columns * 10)


async def _shoot(store: Path, size: tuple[int, int]) -> None:
    app = ConsoleApp(
        clock=SystemClock(),
        themes=load_themes(),
        options=ConsoleOptions(theme="dark"),
        watch=StoreWatch(store, SystemClock()),
    )
    async with app.run_test(size=size) as pilot:
        await pilot.pause(SETTLE_S)
        app.clear_notifications()
        for entry in SCREENS:
            app.open(entry.name)
            await pilot.pause(SETTLE_S)
            file = FOLDER / f"{entry.name}-{size[0]}x{size[1]}.png"
            save_png(app.export_screenshot(), file, size[0])
            print(f"  {file}")


async def _record_and_shoot(store: Path) -> None:
    with demo_fleet(past=lambda specs, at, wrong: open_past(store, len(specs), at, wrong)) as fleet:
        stations = FixedStations(tuple(station_from(station.config) for station in fleet.stations))
        forecasts = SimulatedForecasts(
            [station.spec for station in fleet.fleet.stations], SystemClock(), fleet.fleet.world_s
        )
        recording = Fleet(stations, store, SystemClock(), random=Random(1), forecasts=forecasts)
        collector = asyncio.create_task(recording.run())
        await asyncio.sleep(RECORD_S)
        for size in SIZES:
            await _shoot(store, size)
        collector.cancel()
        await asyncio.gather(collector, return_exceptions=True)
    with closing(Reader(store)) as reader:
        print(f"  {len(reader.stations())} stations")


def take() -> None:
    """Write the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_record_and_shoot(Path(folder) / "store.db"))


if __name__ == "__main__":
    take()
