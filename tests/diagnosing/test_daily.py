"""Everything at once: within its time, for whole and for empty stations, and as inputs of rules."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC
from typing import Any

import numpy as np
import pytest

from victron_console.alerts.rules.vocabulary import DIAGNOSTICS
from victron_console.diagnosing.battery.capacity import Limits
from victron_console.diagnosing.battery.resistance import LoadSteps
from victron_console.diagnosing.power.grid import Supply
from victron_console.diagnosing.power.pv import Array
from victron_console.diagnosing.record.history import History, Site
from victron_console.diagnosing.record.timeline import MONTH_S
from victron_console.diagnosing.verdict.daily import diagnose
from victron_console.diagnosing.verdict.daily_findings import DailyFindings, as_rule_inputs, findings
from victron_console.diagnosing.verdict.risk import Tier
from victron_console.model.units import DAY_S
from victron_console.simulator.fleet import CEDAR_HOUSE
from victron_console.simulator.plant import Plant

T0 = 1_735_689_600.0  # 2025-01-01 UTC
SITE = Site(
    nominal_ah=200.0, limits=Limits(55.2, 44.8, 16), supply=Supply(phase_v=230.0, hertz=50.0),
    array=Array(6.0, 48.0, 11.0), zone=UTC, inspect_now=(),
)  # fmt: skip
BUDGET_S = 2.0


def worn_year() -> History:
    """A year of five-minute means of a house whose battery, cells, inverter and fan wear out."""
    rng = np.random.default_rng(1)
    at = T0 + np.arange(0, 400 * DAY_S, 300.0)
    count, day, months = len(at), (at - T0) / DAY_S, (at - T0) / MONTH_S
    outside = 10 + 10 * np.sin(2 * np.pi * (day - 100) / 365.25) + 4 * np.sin(2 * np.pi * day)
    pv = np.maximum(0.0, np.sin(2 * np.pi * (day - 0.25))) * 4000 * (0.7 + 0.3 * np.sin(2 * np.pi * (day - 80) / 365))
    load = np.repeat(rng.lognormal(6.5, 0.6, count // 6 + 1), 6)[:count] * (1 + rng.normal(0, 0.01, count))
    load = np.clip(load, 80, 3000)
    on_grid = (at // 3600) % 24 < 4
    soc = 55 + 40 * np.sin(2 * np.pi * (day - 0.4))
    amperes = 200.0 * 0.4 * np.cos(2 * np.pi * (day - 0.4)) * 2 * np.pi / 24 * (1 - 0.01 * months)
    spread = 25 + 1.5 * months + rng.normal(0, 3, count)
    dc = load + (25 + 0.01 * load + 1.5e-5 * load**2) * (1 + 0.04 * months)
    steps_at = np.sort(T0 + rng.uniform(0, 400 * DAY_S, 4000))
    battery_w = 52 * amperes
    lowest = 3.28 + 0.0005 * soc
    return History(
        at=at, soh_percent=np.round(93.0 - 0.8 * months), soc_percent=soc, battery_v=51.0 + 0.02 * soc,
        battery_a=amperes, battery_w=battery_w, battery_c=outside * 0.6 + 18 + 0.7 * months,
        coldest_c=outside * 0.6 + 15, ambient_c=outside, cell_high_v=lowest + spread / 1000,
        cell_low_v=lowest, cell_low_id=np.full(count, 7.0), pv_w=pv, load_w=load,
        grid_w=load + battery_w - pv + 60.0, inverter_dc_w=dc, ac_out_w=load,
        ac_in_w=np.where(on_grid, 600.0, 0.0), inverter_state=np.where(on_grid, 3.0, 9.0),
        grid_connected=np.where((day > 30) & (day < 30.2), 0.0, 1.0), grid_hz=50 + rng.normal(0, 0.02, count),
        grid_v={"L1": 232 + rng.normal(0, 2, count)}, grid_a={"L1": rng.uniform(0, 10, count)},
        gx_uptime_s=(at - T0) % (40 * DAY_S), data_free_bytes=np.full(count, 6e8),
        can_errors={"can0": np.floor(day * 3)}, polls=np.full(count, 30.0), failed_polls=np.zeros(count),
        steps=LoadSteps(steps_at, 0.01 * (1 + 0.06 * (steps_at - T0) / MONTH_S) * rng.lognormal(0, 0.1, 4000),
                        np.full(4000, 25.0), np.full(4000, 50.0)),
    )  # fmt: skip


@pytest.mark.slow
def test_a_year_of_a_worn_station_is_diagnosed_within_its_time_and_every_wear_is_found() -> None:
    history = worn_year()
    began = time.process_time()
    found = diagnose(history, SITE)
    assert time.process_time() - began <= BUDGET_S
    inputs = as_rule_inputs(found)
    assert set(inputs) == set(DIAGNOSTICS)
    assert inputs["soh_loss_lo"] == pytest.approx(0.7, abs=0.15)
    assert inputs["spread_slope_lo"] > 0.5 and inputs["temp_slope_lo"] > 0.5
    assert inputs["r10s_ratio"] == pytest.approx(1.6, abs=0.15)
    assert inputs["eta_drop_lo"] > 1.0
    assert inputs["can_weekly_median"] == pytest.approx(21, abs=1)
    assert 0 < inputs["replace_early_months"] < 12 and inputs["unbalanced"] == 0.0
    assert found.risk.tier >= Tier.PLAN and found.risk.coverage == 1.0
    assert found.capacity.relative.value is not None and found.capacity.relative.value < 97
    assert found.grid is not None and found.grid.kept is True
    assert found.outages is not None and found.outages.count.value == 1
    assert len(found.months) == 14 and len(found.days) == 400


@pytest.mark.slow
def test_every_figure_explains_itself() -> None:
    named = dict(findings(diagnose(worn_year().since(T0 + 30 * DAY_S), SITE)))
    assert {"soh.loss", "imbalance.growth", "replacement.80", "replacement.70", "grid.frequency_out"} <= set(named)
    assert len(named) > 40
    for name, finding in named.items():
        assert finding.method.name and finding.method.source and finding.method.inputs, name
        assert finding.known != bool(finding.reason), name
        assert not finding.known or finding.window.until > finding.window.since, name


def test_a_station_that_reports_nothing_is_unknown_and_gives_no_input_to_rules() -> None:
    found = diagnose(History(at=T0 + np.arange(0, 30 * DAY_S, 300.0)), Site())
    assert as_rule_inputs(found) == {}
    assert not any(finding.known for _, finding in findings(found))
    assert found.risk.word == "unknown" and found.risk.coverage == 0.0


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_station_just_added_is_no_error(count: int) -> None:
    cut = worn_year()
    found = diagnose(cut.since(float(cut.at[-count])), SITE)
    assert "soh_loss_lo" not in as_rule_inputs(found)


def test_an_empty_record_is_refused() -> None:
    with pytest.raises(ValueError, match="no record"):
        diagnose(History(at=np.zeros(0)), SITE)


@pytest.mark.slow
def test_what_was_found_before_is_not_healed_by_silence() -> None:
    before = diagnose(worn_year(), SITE).risk
    silent = diagnose(
        History(at=T0 + 401 * DAY_S + np.arange(0, DAY_S, 300.0)), replace(SITE, inspect_now=None), before
    )
    assert silent.risk.tier >= before.tier and silent.risk.coverage == 0.0


def simulated() -> DailyFindings:
    """Seventy summer days of a house, each 15 minutes."""
    plant = Plant(CEDAR_HOUSE, T0 + 120 * DAY_S)
    rows = []
    for _ in range(70 * 96):
        plant.step(900.0)
        flow, battery = plant.flow, plant.battery
        cells = battery.cell_voltages_v()
        load = sum(flow.load_in_w) + sum(flow.load_out_w) + plant.spec.load.dc_w
        rows.append((
            plant.at, battery.soc_percent, plant.battery_v, battery.current_a, flow.battery_w, battery.temperature_c,
            max(cells), min(cells), float(cells.index(min(cells)) + 1), sum(plant.array_w), load, sum(flow.source_w),
            sum(flow.ac_out_w), sum(flow.ac_in_w),
        ))  # fmt: skip
    names = ("soc_percent", "battery_v", "battery_a", "battery_w", "battery_c", "cell_high_v", "cell_low_v",
             "cell_low_id", "pv_w", "load_w", "grid_w", "ac_out_w", "ac_in_w")  # fmt: skip
    at, *columns = np.array(rows).T
    spec = plant.spec
    site = Site(nominal_ah=spec.battery.capacity_ah, zone=UTC, inspect_now=(),
                array=Array(sum(array.kwp for array in spec.arrays), spec.latitude, spec.longitude))  # fmt: skip
    return diagnose(History(at=at, **dict(zip(names, columns, strict=True))), site)


@pytest.mark.slow
def test_a_simulated_house_without_wear_is_quiet() -> None:
    house = simulated()
    inputs = as_rule_inputs(house)
    assert inputs["unbalanced"] == 0.0 and inputs["soc_residual_percent"] < 10.0
    assert "spread_slope_lo" not in inputs and "eta_drop_lo" not in inputs
    assert house.risk.tier <= Tier.WATCH
    assert house.pv.specific.value is not None and 2.0 < house.pv.specific.value < 8.0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(25))
def test_whatever_is_missing_or_odd_the_rest_is_diagnosed(seed: int) -> None:
    """Days cut short, series left out, wholly or partly unknown, or stuck at a value: no error and no warning."""
    rng = np.random.default_rng(seed)
    whole = worn_year()
    part = whole.since(whole.at[-1] - float(rng.choice([0.5, 3, 20, 100, 250])) * DAY_S)
    odd: dict[str, Any] = {}
    for name in History.__slots__:
        value = getattr(part, name)
        if name == "at" or not isinstance(value, np.ndarray):
            continue
        kinds = [
            None, np.full(len(value), np.nan), np.zeros(len(value)), -np.abs(value),
            np.where(rng.random(len(value)) < 0.5, np.nan, value),
            np.where(np.arange(len(value)) < len(value) // 2, np.nan, value),
        ]  # fmt: skip
        if rng.random() < 0.6:
            odd[name] = kinds[rng.integers(len(kinds))]
    found = diagnose(replace(part, **odd), SITE)
    assert all(np.isfinite(value) for value in as_rule_inputs(found).values())
    assert 0.0 <= found.risk.coverage <= 1.0
    for name, finding in findings(found):
        assert finding.value is None or np.isfinite(finding.value), name
        assert finding.known or finding.reason, name


def test_a_supply_that_does_not_keep_its_standard_is_watched_and_no_supply_is_no_evidence() -> None:
    at = T0 + np.arange(0, 14 * DAY_S, 300.0)
    volts = np.where(at % DAY_S < 8 * 3600.0, 200.0, 231.0)
    weak = History(at=at, grid_connected=np.ones(len(at)), grid_hz=np.full(len(at), 50.0), grid_v={"L1": volts})
    found = {one.name: one for one in diagnose(weak, SITE).risk.evidence}["grid"]
    assert found.tier is Tier.WATCH and "worst week 33.3 %" in found.words
    steady = replace(weak, grid_v={"L1": np.full(len(at), 231.0)})
    assert {one.name: one for one in diagnose(steady, SITE).risk.evidence}["grid"].tier is Tier.OK
    assert "grid" not in {one.name for one in diagnose(History(at=at), SITE).risk.evidence}
