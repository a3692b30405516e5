from __future__ import annotations

import pytest

from victron_console.model.station import StationState, StationStatus, judged


@pytest.mark.parametrize(
    ("state", "age_s", "expected"),
    [
        (StationState.LIVE, 30, StationState.LIVE),
        (StationState.LIVE, 31, StationState.STALE),
        (StationState.DEGRADED, 75, StationState.DEGRADED),
        (StationState.DEGRADED, 91, StationState.STALE),
        (StationState.LOST, 3600, StationState.LOST),
        (StationState.MISCONFIGURED, 3600, StationState.MISCONFIGURED),
        (StationState.STARTING, 3600, StationState.STARTING),
    ],
)
def test_a_stored_state_ages_as_its_figures_do(state: StationState, age_s: float, expected: StationState) -> None:
    shown = judged(StationStatus(state, 0.0), 1000.0, 10.0, 1000.0 + age_s)
    assert shown.state is expected


def test_a_state_gone_stale_says_since_when_and_asks_for_the_collector() -> None:
    shown = judged(StationStatus(StationState.LIVE, 0.0), 1000.0, 10.0, 1600.0)
    assert shown.since == 1030.0
    assert "collector" in shown.reason
