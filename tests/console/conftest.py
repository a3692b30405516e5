"""A console on a made-up fleet, with time standing still."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.console.sample_fleet import NOW, SAMPLE

from victron_console.console.app.console import ConsoleApp, ConsoleOptions
from victron_console.console.app.themes import load_themes
from victron_console.console.kit.view import FleetView
from victron_console.model.clock import ManualClock

MakeConsole = Callable[..., ConsoleApp]


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The operator sits in UTC, and no colour setting of the machine leaks in."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("NO_COLOR", raising=False)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def make_console(tmp_path: Path) -> MakeConsole:
    """A console without a store, on the sample fleet unless another is given."""

    def make(
        view: FleetView = SAMPLE,
        *,
        theme_faults: tuple[str, ...] = (),
        collector: Callable[[], Awaitable[None]] | None = None,
        **options: object,
    ) -> ConsoleApp:
        given = ConsoleOptions(theme="dark", settings_path=tmp_path / "console.json")
        app = ConsoleApp(
            clock=ManualClock(NOW),
            themes=replace(load_themes(), faults=theme_faults) if theme_faults else load_themes(),
            options=replace(given, **options),  # type: ignore[arg-type]
            collector=collector,
        )
        app.view = view
        return app

    return make
