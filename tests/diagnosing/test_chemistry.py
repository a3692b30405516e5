"""What the cells' voltages tell of their chemistry, and what is withheld for it."""

from __future__ import annotations

import numpy as np
import pytest

from victron_console.diagnosing.finding import Status
from victron_console.diagnosing.record.history import History, Site
from victron_console.diagnosing.verdict.chemistry import chemistry_of_cells
from victron_console.diagnosing.verdict.daily import diagnose
from victron_console.model.units import DAY_S

T0 = 1_735_689_600.0
CYCLE = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(288) / 288)


@pytest.mark.parametrize(
    ("empty_v", "full_v", "chemistry"),
    [(3.0, 3.45, "lfp"), (3.1, 3.6, "lfp"), (3.4, 4.15, "nmc"), (3.3, 4.05, "nmc"), (2.0, 2.6, None)],
)
def test_cells_tell_what_they_are_by_what_they_hold(empty_v: float, full_v: float, chemistry: str | None) -> None:
    assert chemistry_of_cells(empty_v + (full_v - empty_v) * CYCLE, 100 * CYCLE) == chemistry


def test_one_wild_moment_is_no_chemistry_and_no_cells_tell_nothing() -> None:
    volts = 3.0 + 0.5 * CYCLE
    volts[140:150] = 4.1
    assert chemistry_of_cells(volts, 100 * CYCLE) == "lfp"
    assert chemistry_of_cells(None, None) is None
    assert chemistry_of_cells(np.full(288, 3.3), np.full(288, 50.0)) is None


def test_the_window_fitted_to_lfp_is_withheld_from_cells_that_hold_four_volts() -> None:
    at = T0 + np.arange(0, 400 * DAY_S, 1800.0)
    cycle = np.tile(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(48) / 48), 400)
    soh = np.round(92.0 - 5.0 * (at - T0) / (400 * DAY_S))
    for full_v, status in ((3.45, Status.OK), (4.15, Status.NOT_IDENTIFIABLE)):
        past = History(at=at, soh_percent=soh, soc_percent=100 * cycle, cell_high_v=3.2 + (full_v - 3.2) * cycle)
        assert diagnose(past, Site()).replacement.windows[0].status is status
