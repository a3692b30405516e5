"""What `e` writes: rows for every screen that shows rows, and no formula among them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from tests.console.sample_fleet import NOW, SAMPLE
from tests.console.stations import console_on, until
from textual.pilot import Pilot

from victron_console.console.alarms.export import alarms_table
from victron_console.console.alarms.sections import sections
from victron_console.console.app.console import ConsoleApp
from victron_console.console.kit import export
from victron_console.console.kit.export import (
    ScreenShown,
    Table,
    write_picture,
    write_shown,
)
from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.store.records import Event, StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

HEADS = {
    "fleet": ["id", "name", "state", "mark"],
    "alarms": ["station", "name", "section", "mark"],
    "cells": ["station", "device", "pack", "class"],
    "trends": ["time"],
    "paths": ["station", "series", "device", "value"],
    "health": ["station", "tier", "figure", "title"],
    "link": ["station", "name", "state", "since"],
    "log": ["time", "station", "kind", "text"],
}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "store.db"
    writer = Writer(path, ManualClock(NOW))
    writer.register([StationRecord("alder", "Alder Farm")])
    pack = {f"Voltages/Cell{n}": Reading(3.3 + n / 1000, NOW) for n in range(1, 5)}
    pack |= {"CustomName": Reading("=HYPERLINK(1)", NOW), "Soc": Reading(80, NOW)}
    services = [ServiceReading("x.battery", DeviceKey("battery", "1"), NOW, pack)]
    writer.record(StationUpdate("alder", NOW, services, events=[Event(NOW, "alder", "link", "@back again")]))
    writer.close()
    return path


def read(file: Path) -> list[list[str]]:
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.reader(lines))


async def exported(pilot: Pilot[Any], app: ConsoleApp, name: str, folder: Path) -> list[list[str]]:
    """The rows that `e` writes on a screen; none where it writes text."""
    app.open(name)
    await until(pilot, lambda: isinstance(app.screen, ConsoleScreen) and name == app.screen.NAME and _is_read(app))
    await pilot.press("e")
    await until(pilot, lambda: bool(files(folder, name)) and all(worker.group != "export" for worker in app.workers))
    [file] = files(folder, name)
    return read(file) if file.suffix == ".csv" else []


def files(folder: Path, name: str) -> list[Path]:
    return list(folder.glob(f"victron-{name}*"))


@pytest.mark.slow
async def test_every_screen_of_rows_exports_them(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "user_documents_path", lambda: tmp_path)
    app: ConsoleApp = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.station is not None)
        found = {name: await exported(pilot, app, name, tmp_path) for name in (*HEADS, "site")}
    assert found.pop("site") == []  # a picture, no rows
    assert {name: rows[0][: len(HEADS[name])] for name, rows in found.items()} == HEADS
    assert [row[:4] for row in found["fleet"][1:]] == [["alder", "Alder Farm", "starting", found["fleet"][1][3]]]
    assert found["cells"][1][4:8] == ["1", "3.301", "-0.0015", ""]
    assert [row[1:4] for row in found["paths"][1:] if row[1].endswith("CustomName")] == [
        ["battery/1/CustomName", "'=HYPERLINK(1)", "'=HYPERLINK(1)"]
    ]
    assert [row[1:] for row in found["log"][1:]] == [["alder", "link", "'@back again"]]
    assert [row[0] for row in found["link"][1:]] == ["alder"]


def _is_read(app: ConsoleApp) -> bool:
    """Whether what the screen shows has come from the store; there is no alarm and no finding in it."""
    screen = app.screen
    assert isinstance(screen, ConsoleScreen)
    shown = screen.table()
    if screen.NAME in ("fleet", "cells", "paths", "link", "log"):
        return shown is not None and bool(shown.rows)
    return shown is not None or screen.NAME == "site"


def test_a_folded_alarm_is_a_row_for_each_site() -> None:
    placed = sections(SAMPLE.alarms, {})
    table = alarms_table(placed)
    assert len(table.rows) == sum(len(row.members) for section in placed for row in section.rows) > 5
    assert {row[2] for row in table.rows} >= {"NOT SEEN", "ACKED"}


def test_no_text_becomes_a_formula_and_numbers_stay(tmp_path: Path) -> None:
    table = Table(("a", "b"), (("=1+1", -5.0), ("-x", None), ("plain", 3), ("+49 30", 0)))
    said = write_shown(ScreenShown("x", NOW, "", table), tmp_path)
    [file] = tmp_path.iterdir()
    assert file.name in said
    assert read(file) == [["a", "b"], ["'=1+1", "-5.0"], ["'-x", ""], ["plain", "3"], ["'+49 30", "0"]]


@pytest.mark.slow
def test_a_picture_of_the_screen_says_where_it_is(tmp_path: Path) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><text>Fira Code</text></svg>'
    said = write_picture(svg, "fleet", NOW, tmp_path)
    drawn = sorted(tmp_path.iterdir())
    assert [file.suffix for file in drawn] == [".png", ".svg"]
    assert all(file.name in said for file in drawn)
    assert write_picture(svg, "fleet", NOW, tmp_path / "nowhere").endswith(
        "cannot be written: No such file or directory."
    )
