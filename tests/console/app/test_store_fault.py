"""A store that cannot be read is said on every screen as long as it lasts: an empty list must not pass for well."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.console.stations import console_on, until

from victron_console.console.kit.frame.bars import HeaderRow, KeyRow
from victron_console.console.live import watch
from victron_console.model.clock import ManualClock
from victron_console.store.write.writer import Writer

pytestmark = pytest.mark.slow


async def test_a_store_that_cannot_be_read_is_said_in_the_frame_until_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "RETRY_S", 0.05)
    store = tmp_path / "store.db"
    store.write_bytes(b"no database" * 100)
    app = console_on(store)
    async with app.run_test(size=(120, 24)) as pilot:

        def frame() -> str:
            app._tick()
            return "".join(row.text for kind in (HeaderRow, KeyRow) for row in app.screen.query(kind))

        await until(pilot, lambda: "NO STORE" in frame())
        assert "Not up to date: " in frame() and "is no store" in frame()
        app.open("alarms")
        await until(pilot, lambda: "3 Alarms" in frame())
        assert "NO STORE" in frame()
        store.unlink()
        Writer(store, ManualClock(app.clock.now())).close()
        await until(pilot, lambda: "LIVE" in frame())
        assert "Not up to date" not in frame()
