"""A clock that is set hours ahead or back while recording: the past stays readable, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from victron_console.model.clock import ManualClock
from victron_console.model.overview import Overview
from victron_console.model.station import StationState, StationStatus
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationUpdate
from victron_console.store.sealed.upkeep import upkeep
from victron_console.store.write.writer import Writer

Poll = Callable[..., None]
HOUR_S = 3600.0


def lived(poll: Poll, clock: ManualClock, first: int, polls: int) -> dict[float, int]:
    """Polls each minute with values that tell them apart, by their moment."""
    found = {}
    for value in range(first, first + polls):
        poll({"P": value, "Name": f"at {value}"})
        found[clock.now()] = value
        clock.advance(60)
    return found


@pytest.mark.parametrize("hours", [5.0, -3.0], ids=["ahead", "back"])
def test_a_clock_that_is_set_loses_nothing(
    hours: float, path: Path, poll: Poll, reader: Reader, clock: ManualClock
) -> None:
    poll({"P": -1, "Name": "long before"})
    clock.advance(12 * HOUR_S)
    before = lived(poll, clock, 0, 60)
    clock.at += hours * HOUR_S
    after = lived(poll, clock, 1000, 60)

    def held(as_of: float | None = None) -> float | None:
        return reader.snapshot("alder", as_of).series("system/0/P").last_number

    assert held() == 1059
    clock.at = max(*before, *after) + 8 * HOUR_S
    for _ in range(2):
        points = reader.history("alder", "system/0/P", min(*before, *after) - 1, clock.now())
        assert {point.at: point.number for point in points[1:]} == before | after
        for moment, value in after.items():
            assert held(moment) == value
        if hours > 0:
            for moment, value in before.items():
                assert held(moment) == value
        upkeep(path, clock)


def test_five_minute_figures_of_a_time_that_comes_twice_are_those_of_both(
    writer: Writer, reader: Reader, clock: ManualClock
) -> None:
    begin = clock.at = clock.at // 300 * 300
    live = StationStatus(StationState.LIVE, begin)
    for soc in (10.0, 30.0):
        writer.record(StationUpdate("alder", begin, status=live, overview=Overview(soc_percent=soc)))
        writer.record(StationUpdate("alder", begin + 300, overview=Overview(soc_percent=50.0)))
    clock.at = begin + 600

    assert reader.overview_history("alder", "soc_percent", begin, begin + 600, 2) == [20.0, 50.0]
