"""A moment of the past does not change: every screen asks about it once, however long it is looked at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.console.sample_fleet import NOW
from tests.console.sample_stations import make_store
from tests.console.stations import LASTING, console_on
from tests.patience import until

from victron_console.console.app.console import ConsoleApp
from victron_console.console.app.screens import SCREENS
from victron_console.model.clock import ManualClock
from victron_console.store.read.reader import Reader

pytestmark = pytest.mark.slow


def is_quiet(app: ConsoleApp) -> bool:
    return all(worker.is_finished or worker.group in LASTING for worker in app.workers)


@pytest.mark.parametrize("name", [entry.name for entry in SCREENS])
async def test_a_past_that_stands_still_is_asked_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    app = console_on(make_store(tmp_path / "store.db"))
    asked: list[object] = []
    read = app.read

    async def counted(question: Callable[[Reader], Any]) -> Any:  # noqa: ANN401  whatever the question's answer is
        asked.append(question)
        return await read(question)

    monkeypatch.setattr(app, "read", counted)
    async with app.run_test(size=(200, 60)) as pilot:
        await until(lambda: app.view.sites)
        app.station = "birch-clinic"
        app.look(NOW - 3600)
        await until(lambda: app.view.replay)
        app.open(name)
        await pilot.pause()
        await until(lambda: is_quiet(app))
        await pilot.pause()
        assert name == "log" or asked
        asked.clear()
        assert isinstance(app.clock, ManualClock) and app.front is not None
        for _ in range(6):
            app.clock.advance(60)
            app.front.show(app.view)
            app.front.tick()
            await pilot.pause()
        await until(lambda: is_quiet(app))
    assert asked == []
