"""The panel that says why: from Site and from Alarms, over a screen that goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.console.sample_fleet import NOW
from tests.console.sample_stations import make_store
from tests.console.stations import console_on, open_station, until
from textual.widgets import Static

from victron_console.console.alarms.screen import AlarmsScreen
from victron_console.console.app.console import ConsoleApp
from victron_console.console.kit.frame.why_panel import WhyPanel, hanging
from victron_console.diagnosing.why.answer_text import AnswerLine, AnswerPart
from victron_console.model.alert import AlertKey, Occurrence, Severity
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.write.writer import Writer

LOW = Occurrence(
    1, AlertKey("cedar-house", "soc"), "soc_island", Severity.CRITICAL, "Battery low", "start generator",
    NOW - 300, NOW - 180, last_value=9.0, unit="%", limit="< 10", announced_at=NOW - 170,
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = make_store(tmp_path / "store.sqlite")
    writer = Writer(path, ManualClock(NOW))
    record_alerts(writer.db, AlertChanges((LOW,)), NOW)
    writer.close()
    return path


def said(app: ConsoleApp) -> str:
    return "\n".join(str(line.content) for line in app.screen.query(Static))


@pytest.mark.slow
async def test_a_key_on_site_says_why_and_the_console_goes_on_under_it(store: Path) -> None:
    app = console_on(store)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_station(pilot, "site", "larch-hut")
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, WhyPanel))
        assert "Larch Hut (larch-hut), " in said(app)
        assert "Looked at, and not it:" in said(app)
        assert app.notices.standing(app.clock.monotonic()) is None, "it is not looked for any more"
        shown = app.view
        await until(pilot, lambda: app.view is not None)
        assert app.view is shown or app.view.at >= shown.at
        await pilot.press("escape")
        assert app.screen is screen


@pytest.mark.slow
async def test_a_key_on_an_alarm_says_why_it_stands_by_its_number(store: Path) -> None:
    app = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: bool(app.view.alarms))
        app.open("alarms")
        await until(pilot, lambda: isinstance(app.screen, AlarmsScreen))
        await pilot.pause()
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, WhyPanel))
        assert "Why does the alarm stand?" in said(app)
        assert "Battery low, 9 % (limit <10)." in said(app)


@pytest.mark.slow
async def test_in_time_mode_it_is_the_past_moment_that_is_asked_about(store: Path) -> None:
    app = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        await open_station(pilot, "site", "larch-hut")
        app.look(NOW - 120)
        await until(pilot, lambda: app.replaying and app.view.at == NOW - 120)
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, WhyPanel))
        panel = app.screen
        assert isinstance(panel, WhyPanel)
        assert panel.answer.at == NOW - 120


def test_a_long_line_hangs_behind_what_leads_it_and_hostile_text_stays_text() -> None:
    line = AnswerLine(AnswerPart.CAUSE, "[red]a name[/] that \x1b[2J goes on", "Because: ")
    rows = hanging(line, 24).splitlines()
    assert rows[0].startswith("Because: [red]a")
    assert all(row.startswith("         ") for row in rows[1:])
    assert "\x1b" not in "".join(rows)
    assert max(map(len, rows)) <= 24
