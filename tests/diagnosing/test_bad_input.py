"""What stations really send: short pasts, gaps, swapped batteries, wrong entries and meters, sensors that stand still.

Each must be said for what it is; none may pass for health, and none may stop the rest.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from victron_console.diagnosing.battery.resistance import LoadSteps
from victron_console.diagnosing.finding import Status
from victron_console.diagnosing.power.residual import CLAMP
from victron_console.diagnosing.record.history import History, Site
from victron_console.diagnosing.record.timeline import MONTH_S
from victron_console.diagnosing.verdict.daily import diagnose
from victron_console.diagnosing.verdict.daily_findings import DailyFindings, as_rule_inputs, findings
from victron_console.diagnosing.verdict.risk import Evidence, Risk, Tier
from victron_console.model.units import DAY_S

T0 = 1_735_689_600.0
AH = 100.0
SITE = Site(nominal_ah=AH, inspect_now=())


def house(days: float, capacity_ah: float = AH, soh: float = 96.0, spread_mv: float = 12.0) -> History:
    """A house with a daily swing of 80 % of charge, its loads met by the sun, the battery and the grid."""
    at = T0 + np.arange(0, days * DAY_S, 300.0)
    day = (at - T0) / DAY_S
    hour = (day % 1.0) * 24
    soc = np.interp(hour, [0, 6, 9, 15, 18, 24], [55, 15, 15, 95, 95, 55])
    amperes = np.gradient(soc, at) * 3600.0 / 100.0 * capacity_ah
    low = 3.25 + 0.001 * soc
    battery_w = 52.0 * amperes
    pv = np.where((hour > 8) & (hour < 16), 2500.0, 0.0)
    load = np.full(len(at), 400.0) + 50.0 * np.sin(7 * day)
    steps_at = T0 + np.arange(0, days * DAY_S, 1800.0)
    return History(
        at=at, soh_percent=np.full(len(at), soh), soc_percent=soc, battery_v=51.0 + 0.02 * soc, battery_a=amperes,
        battery_w=battery_w, battery_c=24 + 3 * np.sin(2 * np.pi * day), coldest_c=22 + 3 * np.sin(2 * np.pi * day),
        cell_high_v=low + spread_mv / 1000, cell_low_v=low, pv_w=pv, load_w=load, grid_w=load + battery_w - pv + 30.0,
        polls=np.full(len(at), 30.0), failed_polls=np.zeros(len(at)),
        steps=LoadSteps(steps_at, np.full(len(steps_at), 0.010), np.full(len(steps_at), 25.0),
                        50.0 + 5 * np.sin(steps_at)),
    )  # fmt: skip


def joined(before: History, after: History) -> History:
    """One record: what came after follows what was before."""
    shift = float(before.at[-1]) + 300.0 - float(after.at[0])
    both: dict[str, Any] = {}
    for name in History.__slots__:
        first, second = getattr(before, name), getattr(after, name)
        if isinstance(first, np.ndarray):
            both[name] = np.concatenate((first, second + shift if name == "at" else second))
    moved = replace(after.steps, at=after.steps.at + shift)
    return replace(before, **both, steps=before.steps + moved)


def evidence(found: DailyFindings, name: str) -> Evidence:
    return next(one for one in found.risk.evidence if one.name == name)


def test_a_week_of_history_gives_levels_and_no_trend() -> None:
    found = diagnose(house(7.5), SITE)
    assert found.soh.level.value == 96 and found.soh.loss.status is Status.INSUFFICIENT
    assert found.cycles.per_year.known and found.imbalance.spread.known
    assert found.replacement.early_months is None and not found.capacity.ah.known
    assert not found.imbalance.growth.known and not found.resistance.ratio.known
    assert "soh_loss_lo" not in as_rule_inputs(found) and found.risk.word in ("ok", "unknown")


def test_gaps_are_neither_bridged_nor_counted() -> None:
    whole = house(40)
    hidden = (whole.at - T0) % DAY_S < 0.4 * DAY_S
    gappy: dict[str, Any] = {
        name: np.where(hidden, np.nan, value)
        for name in History.__slots__
        if name != "at" and isinstance(value := getattr(whole, name), np.ndarray)
    }
    with_gaps, without = diagnose(replace(whole, **gappy), SITE), diagnose(whole, SITE)
    assert without.months[0].energies.load is not None and with_gaps.months[0].energies.load is not None
    assert with_gaps.months[0].energies.load == pytest.approx(0.6 * without.months[0].energies.load, rel=0.03)
    assert with_gaps.months[0].coverage == pytest.approx(0.6, abs=0.02)
    assert with_gaps.capacity.ah.value is None or with_gaps.capacity.ah.value == pytest.approx(AH, rel=0.05)


@pytest.mark.slow
def test_a_replaced_battery_starts_every_figure_of_it_anew() -> None:
    """The old one: 80 of 100 Ah, SOH 78, 120 mV, 14 mΩ. The new one is seen for 60 days."""
    old = house(200, capacity_ah=80.0, soh=78.0, spread_mv=120.0)
    old = replace(old, steps=replace(old.steps, ohm=old.steps.ohm * 1.4))
    record = joined(old, house(60))
    remembered = diagnose(old, SITE).risk
    assert remembered.tier >= Tier.PLAN and {"SOH", "cells", "replacement"} <= names(remembered, Tier.PLAN)
    found = diagnose(record, SITE, remembered)
    assert found.soh.level.value == 96 and found.soh.replaced_at == pytest.approx(T0 + 205 * DAY_S, abs=5 * DAY_S)
    assert found.capacity.ah.value == pytest.approx(100.0, rel=0.03)
    assert not found.capacity.relative.known and not found.resistance.ratio.known and not found.imbalance.growth.known
    assert found.cycles.full_cycles.window.days < 70 and found.thermal.warm_hours.window.days < 70
    assert not names(found.risk, Tier.PLAN), "what was seen of the old battery does not stand against the new one"


def names(risk: Risk, least: Tier) -> set[str]:
    return {one.name for one in risk.evidence if one.tier is not None and one.tier >= least}


@pytest.mark.slow
def test_a_capacity_that_jumps_up_starts_anew_also_without_a_reported_soh() -> None:
    record = joined(house(150, capacity_ah=75.0), house(45, capacity_ah=100.0))
    found = diagnose(replace(record, soh_percent=None), SITE).capacity
    assert found.ah.value == pytest.approx(100.0, rel=0.03)
    assert found.ah.window.days < 50 and not found.relative.known


def test_a_capacity_that_fades_or_scatters_is_no_new_battery() -> None:
    fading = joined(house(100, capacity_ah=100.0), house(100, capacity_ah=85.0))
    found = diagnose(replace(fading, soh_percent=None), SITE).capacity
    assert found.relative.window.days > 190 and found.relative.value == pytest.approx(85.0, abs=2)


@pytest.mark.slow
def test_a_whole_number_soh_is_read_by_its_steps_and_not_taken_for_a_flat_line() -> None:
    at = house(400).at
    falling = replace(house(400), soh_percent=np.round(95.0 - 0.6 * (at - T0) / MONTH_S))
    loss = diagnose(falling, SITE).soh.loss
    assert loss.value == pytest.approx(0.6, abs=0.06) and loss.low is not None and loss.low < 0.6


@pytest.mark.parametrize(("told_ah", "doubted"), [(100.0, False), (120.0, False), (300.0, True), (50.0, True)])
def test_a_wrong_capacity_in_the_configuration_is_said_with_the_own_estimate(told_ah: float, doubted: bool) -> None:
    found = diagnose(house(60), replace(SITE, nominal_ah=told_ah))
    assert found.capacity.of_nominal.value == pytest.approx(100.0 * 100.0 / told_ah, rel=0.03)
    said = evidence(found, "configuration")
    assert (said.tier is Tier.WATCH) is doubted
    if doubted:
        assert f"configured are {told_ah:g} Ah" in said.words and "battery.capacity_ah" in said.words
        assert found.capacity.of_nominal.confidence == said.words


def test_a_clamp_the_wrong_way_round_is_unbalanced_with_a_hint_where_loads_are_measured() -> None:
    right = house(10)
    found = diagnose(replace(right, grid_w=-(right.grid_w if right.grid_w is not None else right.at)), SITE)
    assert found.residual.is_unbalanced and found.residual.unbalanced.confidence == CLAMP
    assert evidence(found, "meters").tier is Tier.PLAN and evidence(found, "meters").words == CLAMP
    assert evidence(diagnose(right, SITE), "meters").tier is Tier.OK


def test_a_clamp_the_wrong_way_round_is_told_where_the_gx_reckons_the_loads_from_it() -> None:
    """All that is bought looks sold, and the loads, which are what is left, cannot fall below nothing."""
    right = house(10)
    bought = np.full(len(right.at), 700.0)
    idle = replace(right, battery_a=0 * bought, battery_w=0 * bought, pv_w=0 * bought)
    found = diagnose(replace(idle, grid_w=-bought, load_w=0 * bought), SITE)
    assert found.residual.is_unbalanced and found.residual.unbalanced.confidence == CLAMP


def test_another_fault_of_the_meters_is_unbalanced_without_that_hint() -> None:
    right = house(10)
    found = diagnose(replace(right, load_w=np.full(len(right.at), 4000.0)), SITE)
    assert found.residual.is_unbalanced and found.residual.unbalanced.confidence == ""
    assert "more than losses" in evidence(found, "meters").words


@pytest.mark.parametrize("chemistry", ["lead-acid", "agm", "gel"])
def test_figures_made_for_lfp_say_why_they_do_not_apply_to_lead(chemistry: str) -> None:
    record = house(60, soh=84.0, spread_mv=400.0)
    record = replace(record, coldest_c=np.full(len(record.at), 2.0) + 0.01 * record.or_nothing(record.soc_percent))
    found = diagnose(record, replace(SITE, chemistry=chemistry))
    withheld = [*found.replacement.windows, found.thermal.stress, found.thermal.cold_charging, found.imbalance.spread]
    for finding in withheld:
        assert finding.status is Status.NOT_IDENTIFIABLE and "lead-acid" in finding.reason, finding.title
    assert found.cycles.full_cycles.known and found.thermal.warm_hours.known
    assert not {"cells", "replacement", "heat", "cold charging"} & {one.name for one in found.risk.evidence}
    assert "spread_slope_lo" not in as_rule_inputs(found) and "replace_early_months" not in as_rule_inputs(found)
    as_lfp = diagnose(record, SITE)
    assert as_lfp.imbalance.spread.known and as_lfp.thermal.cold_charging.known
    assert evidence(as_lfp, "cells").tier is Tier.ACT


def test_two_packs_of_different_age_are_told_apart() -> None:
    found = diagnose(house(20), replace(SITE, packs_soh={"North rack": 97.0, "South rack": 84.0}))
    said = evidence(found, "packs")
    assert said.tier is Tier.WATCH and "South rack stands at 84 %, North rack at 97 %" in said.words
    alike = diagnose(house(20), replace(SITE, packs_soh={"North rack": 97.0, "South rack": 95.0}))
    assert evidence(alike, "packs").tier is Tier.OK
    assert "packs" not in {one.name for one in diagnose(house(20), SITE).risk.evidence}


@pytest.mark.parametrize("missing", [("grid_w",), ("pv_w",), ("grid_w", "pv_w")])
def test_a_site_without_grid_or_sun_is_diagnosed_in_all_the_rest(missing: tuple[str, ...]) -> None:
    without: dict[str, Any] = dict.fromkeys(missing)
    found = diagnose(replace(house(30), **without), SITE)
    assert found.grid is None and found.outages is None
    assert found.soh.level.known and found.cycles.per_year.known and found.imbalance.spread.known
    energies = found.months[0].energies
    assert (energies.imported is None) == ("grid_w" in missing) and (energies.pv is None) == ("pv_w" in missing)
    if "pv_w" in missing:
        assert found.pv.specific.status is Status.UNKNOWN and found.months[0].self_consumption is None


@pytest.mark.parametrize(
    ("series", "figure", "name"),
    [
        ("battery_c", "thermal.stress", "heat"),
        ("cell_low_v", "imbalance.spread", "cells"),
        ("soc_percent", "soc.residual", "cells"),
    ],
)
def test_a_sensor_that_stands_still_while_the_battery_works_is_unknown_and_not_healthy(
    series: str, figure: str, name: str
) -> None:
    record = house(40)
    value = getattr(record, series)
    stuck = replace(record, **{series: np.where(record.at > T0 + 30 * DAY_S, value[0], value)})
    found = diagnose(stuck, SITE)
    finding = dict(findings(found))[figure]
    assert not finding.known and finding.status is Status.UNKNOWN
    assert finding.reason.startswith("stuck: the") and "for 10 days" in finding.reason
    told = evidence(found, name)
    assert told.tier is None and "stuck" in told.words
    assert dict(findings(diagnose(record, SITE)))[figure].known


def test_a_sensor_that_stood_still_and_moves_again_costs_only_that_time() -> None:
    record = house(60)
    held = (record.at > T0 + 20 * DAY_S) & (record.at < T0 + 35 * DAY_S)
    temperature = np.where(held, 60.0, record.or_nothing(record.battery_c))
    found = diagnose(replace(record, battery_c=temperature), SITE)
    assert found.thermal.hot_hours.value == 0.0 and found.thermal.stress.known


def test_a_battery_at_rest_may_stand_still() -> None:
    record = house(20)
    nothing = np.zeros(len(record.at))
    rest = replace(record, battery_a=nothing, battery_w=nothing, battery_c=nothing + 18.0, soc_percent=nothing + 50.0)
    found = diagnose(rest, SITE)
    assert found.thermal.stress.known and "stuck" not in found.soc.residual.reason
