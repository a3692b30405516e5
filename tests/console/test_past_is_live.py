"""Time mode tells the truth: every screen at a moment of the past is what it was live. The long run is a benchmark."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.console.every_screen import differences, opened
from tests.console.lived import Lived, Plan

from victron_console.simulator.fleet import ALDER_FARM, CEDAR_HOUSE, FERN_LODGE
from victron_console.simulator.scenario import Scenario

pytestmark = pytest.mark.slow

HOUR_S = 3600.0
BEGIN = 1_774_720_800.0
"""March 28th, 2026, 18:00 UTC: in the night that follows the clocks of Europe are put forward."""
MOMENTS = (BEGIN + 5.31 * HOUR_S, BEGIN + 9.77 * HOUR_S)
TROUBLES = {
    "alder-farm": [Scenario("low-battery", BEGIN + 4.1 * HOUR_S), Scenario("hot-battery", BEGIN + 9.5 * HOUR_S)],
    "cedar-house": [
        Scenario("unmetered-load", BEGIN + 4.6 * HOUR_S, BEGIN + 8 * HOUR_S),
        Scenario("comms-loss", BEGIN + 8.8 * HOUR_S, BEGIN + 12 * HOUR_S),
    ],
    "fern-lodge": [
        Scenario("hung-service", BEGIN + 5.2 * HOUR_S, BEGIN + 6 * HOUR_S),
        Scenario("reversed-shunt", BEGIN + 8.1 * HOUR_S),
        Scenario("grid-outage", BEGIN + 9.6 * HOUR_S, BEGIN + 11 * HOUR_S),
    ],
}
SHOWN = (["alder-farm"], ["fern-lodge"])


async def test_every_screen_in_the_past_is_what_it_was_live(tmp_path: Path) -> None:
    lived = Lived(tmp_path / "store.db", Plan([ALDER_FARM, CEDAR_HOUSE, FERN_LODGE], BEGIN, TROUBLES, fine_at=MOMENTS))
    shown = dict(zip(MOMENTS, SHOWN, strict=True))
    live: dict[float, dict[str, str]] = {}
    await lived.start()
    for moment in MOMENTS:
        await lived.live_until(moment - 90)
        await lived.restart_after(20)
        await lived.live_until(moment)
        async with opened(lived.store, lived.clock, (120, 40)) as screens:
            live[moment] = await screens.all(shown[moment])
    await lived.live_until(MOMENTS[-1] + 900)
    await lived.restart_after(3 * HOUR_S)
    await lived.live_until(lived.clock.at + HOUR_S)
    await lived.stop()

    async with opened(lived.store, lived.clock, (120, 40)) as screens:
        for moment, by_way_of in zip(MOMENTS, (None, MOMENTS[1] - 200), strict=True):
            await screens.look(moment)
            past = await screens.all(shown[moment], by_way_of)
            found = {name: differences(text, past[name]) for name, text in live[moment].items()}
            assert not "\n".join(f"{name} {line}" for name, lines in found.items() for line in lines)
    assert "!!*" in live[MOMENTS[0]]["alarms, row 0"] and "Comms lost" in live[MOMENTS[1]]["alarms, row 0"]
    assert "flag balance: " in live[MOMENTS[0]]["judged cedar-house"]
    assert "flag battery_current_a: " in live[MOMENTS[1]]["judged fern-lodge"]
    assert len(lived.actions) > 2
