from __future__ import annotations

import pytest

from victron_console.insight.fleet import at_moment, figures_quality, totals
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.station import StationState, StationStatus
from victron_console.model.station_info import StationInfo
from victron_console.store.answers import StationRow

NOW = 1_800_000_000.0


def row(state: StationState, age_s: float, **figures: float) -> StationRow:
    shown = Overview(figures_at=NOW - age_s, **figures)  # type: ignore[arg-type]
    return StationRow("alder", "Alder", (), StationInfo(), StationStatus(state, NOW - 3600), shown, NOW, 10.0)


@pytest.mark.parametrize(
    ("state", "age_s", "expected"),
    [
        (StationState.LIVE, 5, Quality.GOOD),
        (StationState.DEGRADED, 5, Quality.GOOD),
        (StationState.DEGRADED, 45, Quality.STALE),
        (StationState.LIVE, 45, Quality.STALE),
        (StationState.STARTING, 5, Quality.STALE),
        (StationState.LOST, 5, Quality.LOST),
    ],
)
def test_figures_age_whatever_the_station_is_called(state: StationState, age_s: float, expected: Quality) -> None:
    assert figures_quality(at_moment([row(state, age_s)], NOW)[0], NOW) is expected


def test_old_and_doubtful_figures_are_in_no_sum() -> None:
    rows = at_moment(
        [
            row(StationState.LIVE, 5, pv_power_w=100.0),
            row(StationState.DEGRADED, 45, pv_power_w=1000.0),
            row(StationState.LOST, 5, pv_power_w=10_000.0),
        ],
        NOW,
    )
    fleet = totals(rows, NOW)
    assert fleet.sums_w["pv_power_w"] == 100.0
    assert fleet.sums_w["grid_power_w"] is None
    assert fleet.fresh == 1
