"""While another process holds the store, every key is answered; what was to be written is, under the asked name."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.console.sample_fleet import NOW
from tests.console.sample_stations import make_store
from tests.console.stations import console_on
from tests.patience import until
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Input

from victron_console.console.app.console import ConsoleApp
from victron_console.console.app.screens import SCREENS
from victron_console.console.kit.frame.keys import Key
from victron_console.console.kit.frame.prompt import KeyChoice, LinePrompt, PromptRow
from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.model.alert import AlertKey, Occurrence, Severity
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.operator.jobs import add_job
from victron_console.store.write.writer import Writer

pytestmark = pytest.mark.slow

HOLD = """
import sqlite3, sys
conn = sqlite3.connect(sys.argv[1], isolation_level=None)
conn.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
conn.execute("ROLLBACK")
"""
LOW = Occurrence(
    1, AlertKey("cedar-house", "soc"), "soc_island", Severity.CRITICAL, "Battery low", "start generator",
    NOON := NOW - 300, NOON + 60, last_value=9.0, unit="%", limit="< 10", announced_at=NOON + 70,
)  # fmt: skip
WHO = "Nora Berg"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = make_store(tmp_path / "store.db")
    with closing(Writer(path, ManualClock(NOW - 1))) as writer:
        record_alerts(
            writer.db,
            AlertChanges((LOW, replace(LOW, id=2, key=AlertKey("cedar-house", "grid"), severity=Severity.WARNING))),
            NOW - 170,
        )
        add_job(writer.db, "cedar-house", "Tighten the busbars", now=NOW - 60, who="MK")
    return path


@pytest.fixture
def holder(store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the store for writing until its input ends; who writes meanwhile waits for it."""
    monkeypatch.setattr("victron_console.store.connection.BUSY_TIMEOUT_S", 600.0)
    held = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert held.stdout is not None and held.stdout.readline() == "held\n"
    yield held
    held.communicate()


def written(store: Path) -> list[tuple[str, str]]:
    """What operators wrote, as table and name, but for what was there at the start."""
    asked = {"wanted": "operator", "alert_ack": "who", "alert_comment": "who", "shelf": "who", "maintenance": "who",
             "job": "who"}  # fmt: skip
    with closing(sqlite3.connect(store)) as conn:
        rows = [(table, who) for table, name in asked.items() for (who,) in conn.execute(f"SELECT {name} FROM {table}")]
    return [row for row in rows if row != ("job", "MK")]


async def press(pilot: Pilot[Any], key: Key) -> None:
    """Press a key, and give every dialog that follows an answer; a search is left."""
    await pilot.press(key.press.split(",")[0])
    while isinstance(screen := pilot.app.screen, ModalScreen) or screen.query_one(PromptRow).asked is not None:
        asked = None if isinstance(screen, ModalScreen) else screen.query_one(PromptRow).asked
        if isinstance(asked, KeyChoice):
            await pilot.press("y" if "Acknowledge" in asked.question else "1")
        elif isinstance(asked, LinePrompt) and key.writes:
            screen.query_one(Input).value = WHO if "Who" in asked.label else "as agreed"
            await pilot.press("enter")
        else:
            await pilot.press("escape")


async def screen_of(pilot: Pilot[Any], app: ConsoleApp, name: str) -> ConsoleScreen:
    """A screen on the station, of now and with what it shows."""
    if app.replaying:
        app.action_live()
    app.open(name)
    app.station = "cedar-house"
    await pilot.pause()
    screen = app.screen
    assert isinstance(screen, ConsoleScreen) and name == screen.NAME
    return screen


async def test_every_key_of_every_screen_is_answered_while_another_process_holds_the_store(
    store: Path, holder: subprocess.Popen[str]
) -> None:
    app = console_on(store)
    app.operator.name = ""
    async with app.run_test(size=(160, 50)) as pilot:
        await until(lambda: app.view.sites and app.view.alarms)
        for entry in SCREENS:
            screen = await screen_of(pilot, app, entry.name)
            for key in sorted(screen.KEYS, key=lambda each: not each.writes):  # what narrows a list comes last
                await screen_of(pilot, app, entry.name)
                if entry.name == "paths" and key.writes:
                    await until(lambda: getattr(app.screen, "paths", None))
                    await pilot.press("home", "enter", "down")
                if entry.name == "site" and key.writes:
                    await until(lambda: getattr(app.screen, "data", None))
                if entry.name == "health" and key.writes:
                    await until(lambda: getattr(app.screen, "data", None))
                    await pilot.press("m", "home")
                await press(pilot, key)
                assert await app.read(lambda reader: reader.stations()), f"{entry.name} {key.press}"
        assert app.operator.name == WHO
        assert holder.poll() is None and written(store) == []
        assert holder.stdin is not None
        holder.stdin.close()
        holder.stdin = None
        await until(lambda: {table for table, _ in written(store)} >= {"wanted", "alert_ack", "shelf", "job"})
        await until(lambda: all(each.is_finished for each in app.workers if each.group == "operator"))
    found = written(store)
    assert {who for _, who in found} == {WHO}
    assert found.count(("wanted", WHO)) == 3  # focus, pin, diagnose now
