"""The spread of cells: gates, growth and its false alarms, weakest cell, cause."""

from __future__ import annotations

from datetime import UTC

import numpy as np
import pytest
from tests.diagnosing.acceptance import spread_alarms
from tests.diagnosing.made_battery import pack

from victron_console.diagnosing.battery.imbalance import Cells, Imbalance, imbalance
from victron_console.diagnosing.finding import Status
from victron_console.diagnosing.record.timeline import MONTH_S
from victron_console.model.units import DAY_S
from victron_console.simulator.battery import Battery
from victron_console.simulator.spec import BatterySpec

T0 = 1_699_920_000.0
AH = 100.0


@pytest.mark.slow
def test_a_year_of_growth_is_found_and_a_year_of_noise_is_not() -> None:
    assert spread_alarms(40, 365, 0.0) <= 0.05
    assert spread_alarms(60, 365, 1.0) >= 0.90


@pytest.mark.slow
def test_slower_noise_costs_some_power_but_no_false_alarm() -> None:
    assert spread_alarms(40, 365, 0.0, slowness=0.8) <= 0.05
    assert spread_alarms(40, 365, 1.0, slowness=0.8) >= 0.75
    assert spread_alarms(20, 365, 2.0, slowness=0.8) == 1.0


def test_a_narrow_spread_alarms_nobody_however_it_grows() -> None:
    assert spread_alarms(5, 365, 1.0, base=2.0) == 0.0


def test_half_a_year_is_suspected_a_year_confirmed_less_is_nothing() -> None:
    assert "suspected" in pack(200, 2.0, 1).growth.confidence
    assert "confirmed" in pack(366, 2.0, 1).growth.confidence
    assert pack(120, 2.0, 1).growth.status is Status.INSUFFICIENT
    assert pack(365, 2.0, 1).growth.value == pytest.approx(2.0, abs=0.6)


def test_a_wide_spread_near_full_or_under_load_is_not_the_packs_spread() -> None:
    at = T0 + np.arange(0, 40 * DAY_S, 900.0)
    day = (at - T0) / DAY_S
    soc = 60.0 + 40.0 * np.sin(2 * np.pi * day)
    current = np.where(day % 0.25 < 0.1, -40.0, 5.0)
    spread = np.where(soc > 95, 120.0, np.where(np.abs(current) > 10, 60.0, 15.0))
    found = imbalance(Cells(at=at, highest_v=3.3 + spread / 1000, lowest_v=np.full(len(at), 3.3), soc_percent=soc,
                            current_a=current), AH)  # fmt: skip
    assert found.spread.value == pytest.approx(15.0)
    assert found.top_spread.value == pytest.approx(120.0)


def test_spread_at_rest_is_told_from_a_cells_resistance() -> None:
    rng = np.random.default_rng(2)
    at = T0 + np.arange(0, 60 * DAY_S, 600.0)
    current = rng.uniform(-50, 50, len(at))
    spread = 12.0 + 0.6 * np.abs(current) + rng.normal(0, 2.0, len(at))
    found = imbalance(Cells(at=at, highest_v=3.3 + spread / 1000, lowest_v=np.full(len(at), 3.3),
                            soc_percent=np.full(len(at), 50.0), current_a=current), AH)  # fmt: skip
    assert found.at_rest.value == pytest.approx(12.0, abs=1.0)
    assert found.resistance_difference.value == pytest.approx(0.6, abs=0.03)


def test_the_weakest_cell_is_named_with_the_share_of_its_days() -> None:
    rng = np.random.default_rng(4)
    at = T0 + np.arange(0, 30 * DAY_S, 900.0)
    day = ((at - T0) // DAY_S).astype(int)
    cell = np.where(day % 5 == 0, rng.integers(1, 16, len(at)), 7).astype(float)
    high, low, half = np.full(len(at), 3.32), np.full(len(at), 3.30), np.full(len(at), 50.0)
    cells = Cells(at=at, highest_v=high, lowest_v=low, soc_percent=half, current_a=0 * at, lowest_id=cell)
    found = imbalance(cells, AH, UTC)
    assert found.weakest.value == pytest.approx(0.8, abs=0.1)
    assert "7" in found.weakest.confidence


def test_a_battery_without_cells_is_unknown() -> None:
    at = T0 + np.arange(10.0)
    nothing = np.full(10, np.nan)
    found = imbalance(Cells(at=at, highest_v=nothing, lowest_v=nothing, soc_percent=nothing, current_a=nothing), AH)
    assert found.spread.status is Status.UNKNOWN and found.alarm_mv_per_month is None


def simulated(drift_percent_per_month: float) -> Imbalance:
    """A simulated bank that never gets full enough to balance, 200 days, its cell 7 falling behind."""
    battery = Battery(BatterySpec(capacity_ah=AH), 3, 22.0)
    rows = []
    for n in range(200 * 96):
        battery.offsets_percent[6] -= drift_percent_per_month * 900.0 / MONTH_S
        if n % 96 == 0:
            battery.charge_ah = 35.0
        battery.step(300.0 * float(np.sin(2 * np.pi * n / 96)), 900.0, 22.0)
        cells = battery.cell_voltages_v()
        lowest = float(cells.index(min(cells)) + 1)
        rows.append((T0 + 900.0 * n, max(cells), min(cells), battery.soc_percent, battery.current_a, lowest))
    at, high, low, soc, current, lowest_id = np.array(rows).T
    return imbalance(
        Cells(at=at, highest_v=high, lowest_v=low, soc_percent=soc, current_a=current, lowest_id=lowest_id), AH, UTC
    )


@pytest.mark.slow
def test_a_simulated_cell_that_drifts_is_named_and_its_growth_bounded() -> None:
    found, sound = simulated(4.0), simulated(0.0)
    assert "7" in found.weakest.confidence and (found.weakest.value or 0) > 0.9
    assert (found.spread.value or 0) > 3 * (sound.spread.value or 0)
    assert (found.growth.low or 0) > 0.0 and found.growth.value == pytest.approx(
        (found.weekly_mv[-1] - found.weekly_mv[0]) / 6.5, rel=0.6
    )
    assert (sound.alarm_mv_per_month or 0) <= 0.5
