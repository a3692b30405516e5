"""The acceptance figures of the diagnoses, each as a number: asserted by the tests, printed by the benchmark."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from scipy.stats import spearmanr
from tests.diagnosing.made_battery import constant, deep_cycles, pack, reported, steps, triangles
from tests.diagnosing.made_site import AMERICA, EUROPE, TRUE, healthy, inverting
from tests.diagnosing.made_tariff import (
    HOME,
    brute_force,
    net,
    planned_cost,
    rolled,
    weeks,
)

from victron_console.diagnosing.battery.capacity import Limits, capacity
from victron_console.diagnosing.battery.cycles import cycles
from victron_console.diagnosing.battery.replacement import months_left, replacement
from victron_console.diagnosing.battery.resistance import resistance
from victron_console.diagnosing.battery.thermal import HeatRecord, thermal
from victron_console.diagnosing.ess.plan import plan
from victron_console.diagnosing.ess.storage import end_value, self_consumption
from victron_console.diagnosing.finding import Status
from victron_console.diagnosing.power.efficiency import LossCurve, efficiency
from victron_console.diagnosing.power.grid import Supply, grid_quality
from victron_console.model.units import DAY_S

HEALTHY_LOSS = 0.2
"""Of an SOH, % a month: what home batteries lose on the average."""
LOSSES = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6)
SPREAD_ALARM = 0.5
"""mV a month: where the rule raises."""
LIMITS = Limits(charge_v=52.5, low_v=43.5, cells=15)


def capacity_errors(count: int = 486) -> tuple[float, float]:
    """Of full discharges at 60 s, 0.1 A and a wandering offset: median error and 95 % of the absolute errors."""
    record, truth = deep_cycles(count, 1)
    found = capacity(record, 174.0, LIMITS)
    error = np.array([segment.ah for segment in found.segments]) / truth - 1.0
    return float(np.median(error)), float(np.quantile(np.abs(error), 0.95))


def soh_bias(loss_per_month: float, noise: float = 0.15) -> float:
    """Mean error of the slope of a whole-number SOH after a year, % a month, over 60 courses."""
    starts = np.random.default_rng(5).uniform(88, 98, 60)
    found = [reported(loss_per_month, 365, start, seed, noise).loss.value for seed, start in enumerate(starts)]
    return float(np.mean([value for value in found if value is not None])) - loss_per_month


def soh_told_early() -> int:
    """How many of 21 courses of 90 days are given a slope."""
    found = [reported(1.5, 90, float(start)).loss.status for start in np.linspace(88, 98, 21)]
    return sum(status is not Status.INSUFFICIENT for status in found)


def full_cycles() -> tuple[float, float, float]:
    """Of 100 triangles of 80 %: full cycles by charge, what 1 % of jitter adds by SOC, charge over SOC less one."""
    plain, shaken = (cycles(*triangles(100, jitter=jitter), nominal_ah=100.0) for jitter in (0.0, 1.0))
    by_charge, by_soc = plain.full_cycles.value or 0.0, plain.full_cycles_by_soc.value or 0.0
    return by_charge, (shaken.full_cycles_by_soc.value or 0.0) / by_soc - 1.0, by_charge / by_soc - 1.0


def spread_alarms(runs: int, days: float, growth: float, base: float = 25.0, slowness: float = 0.5) -> float:
    """Share of packs whose spread grows so much (mV a month) that alarm."""
    found = [pack(days, growth, seed, base, slowness).alarm_mv_per_month for seed in range(runs)]
    return sum((low or 0.0) > SPREAD_ALARM for low in found) / runs


def resistance_rank() -> float:
    """Rank correlation of the weekly resistance with a true one that grows by 3 % a month."""
    found = resistance(steps(365, 0.03, seed=4))
    return float(spearmanr(found.weekly_milliohm, found.weekly_at).statistic)


def growth_error(growth: float) -> float:
    """Relative error of the growth of a resistance over a year, through season and outliers."""
    truth = (1 + growth * 11.5) / (1 + growth * 1.5)
    return (resistance(steps(365, growth)).ratio.value or 0.0) / truth - 1.0


def widenings() -> int:
    """How often the replacement window grows as the SOH falls from 92 to 81.5 %."""
    spans = [late - early for early, _, late in (months_left(soh, 80, 0.5) for soh in np.arange(92, 81, -0.5))]
    return sum(after >= before for before, after in pairwise(spans))


def windows_told_healthy() -> int:
    """How many of 8 courses that end at 96 % after a year are told when to replace the battery."""
    ends = [replacement(reported(loss, 365, 96.0 + 12.0 * loss, seed)) for seed, loss in enumerate(LOSSES)]
    return sum(found.early_months is not None for found in ends)


def ageing_at(*celsius: float) -> float:
    """Ageing by temperature at these in turn by the day, 25 °C is 1."""
    record = constant(celsius[0])
    course = np.array(celsius)[((record.at - record.at[0]) // DAY_S).astype(int) % len(celsius)]
    return thermal(HeatRecord(at=record.at, celsius=course), 100.0).stress.value or 0.0


def loss_error(worn: float = 1.1, reach_w: float = 2500.0) -> float:
    """Largest error in points of the efficiency lost when all losses grow so much, over 4 records."""
    curve = LossCurve(worn * TRUE.idle_w, worn * TRUE.linear, worn * TRUE.square_per_w)
    truth = TRUE.reference(reach_w) - curve.reference(reach_w)
    found = [efficiency(inverting(240, worn=worn, seed=seed)).drop.value for seed in range(4)]
    return max(abs((value if value is not None else np.inf) - truth) for value in found)


def drop_by_loads(mix: float) -> tuple[float, float]:
    """Efficiency lost in points, and the bound that alarms, where only the loads are so many times as big."""
    found = efficiency(inverting(240, mix=mix)).drop
    return found.value if found.value is not None else np.inf, found.low if found.low is not None else np.inf


def share_errors(supply: Supply, share: float) -> tuple[float, float]:
    """Errors in points of the known share out of band: of the frequency, and of the voltage in its worst week."""
    record = healthy(supply)
    count = len(record.at)
    hertz, volts = record.hertz.copy(), record.volts["L1"].copy()
    hertz[: round(share * count)] = 1.014 * supply.hertz
    blocks = np.repeat(np.random.default_rng(2).permutation(2016) < round(share * 2016), 60)
    volts[blocks] = 0.887 * supply.phase_v
    found = grid_quality(replace(record, hertz=hertz, volts={"L1": volts}), supply)
    worst = 100 * max(blocks[:60480].mean(), blocks[60480:].mean())
    return (
        abs((found.frequency_out.value or 0.0) - 100 * round(share * count) / count),
        abs((found.voltage_out.value or 0.0) - worst),
    )


def rolled_savings(seeds: int = 20) -> tuple[float, float, float]:
    """Saved by noisy forecasts over that by perfect ones and by self-consumption; the worst loss to it, of a bill."""
    saved, possible, usual, losses = 0.0, 0.0, 0.0, []
    for seed in range(seeds):
        hours = weeks(seed, 14)
        run = hours.part(0, -(-(len(hours.buy) - 36) // 12) * 12)
        without = float(np.sum(np.where(net(run) > 0, run.buy, run.sell) * net(run))) - 5.0 * end_value(hours, HOME)
        done = self_consumption(run, HOME, 5.0)
        plain = float(done.cost) - float(done.stored_kwh) * end_value(hours, HOME)
        noisy, perfect = rolled(hours, HOME, np.random.default_rng(seed)), rolled(hours, HOME, None)
        saved, possible, usual = saved + without - noisy, possible + without - perfect, usual + without - plain
        losses.append((noisy - plain) / float(np.sum(run.buy * run.load_kwh)))
    return saved / possible, saved / usual, max(losses)


def plan_error(seed: int) -> float:
    """The cost of a planned day less that of brute force, over its bill: on tenths of a kWh, that both can keep to."""
    day = weeks(seed, 2).part(0, 24)
    hours = replace(day, load_kwh=np.round(day.load_kwh, 1), pv_kwh=np.round(day.pv_kwh, 1))
    storage = replace(HOME, floor_kwh=0.0, charge_efficiency=0.8, discharge_efficiency=0.8, wear_per_kwh=0.0)
    exact = brute_force(hours, storage, 5.0, 2001)
    return (planned_cost(plan(hours, storage, 5.0), hours, storage) - exact) / float(np.sum(hours.buy * hours.load_kwh))


def supplies_not_kept() -> int:
    """How many of the healthy supplies are said not to keep their standard, or have a dip or swell."""
    kinds = ((EUROPE, 1), (EUROPE, 3), (AMERICA, 2), (Supply(phase_v=240.0, hertz=60.0), 1))
    found = [grid_quality(healthy(supply, phases), supply) for supply, phases in kinds]
    return sum(one.kept is not True or one.dips.value != 0 or one.swells.value != 0 for one in found)
