"""Made records of batteries with a known truth: what the acceptance figures of the diagnoses are measured on."""

from __future__ import annotations

import numpy as np

from victron_console.diagnosing.battery.capacity import ChargeRecord
from victron_console.diagnosing.battery.imbalance import Cells, Imbalance, imbalance
from victron_console.diagnosing.battery.resistance import LoadSteps
from victron_console.diagnosing.battery.soh import SohTrend, soh_trend
from victron_console.diagnosing.battery.thermal import HeatRecord
from victron_console.diagnosing.record.timeline import MONTH_S
from victron_console.model.units import DAY_S, HOUR_S

T0 = 1_750_032_000.0
PACK_AH = 100.0


def deep_cycles(count: int, seed: int, fade: float = 0.0) -> tuple[ChargeRecord, np.ndarray]:
    """Full discharges of 174 Ah at 60 s and 0.1 A steps, with an offset of 0.3 A that wanders from cycle to cycle."""
    rng = np.random.default_rng(seed)
    parts, truth, begin = [], [], T0
    for n in range(count):
        ah = 174.0 * (1.0 - fade * n / max(1, count - 1)) * (1 + rng.normal(0, 0.002))
        amperes = rng.uniform(30, 70)
        hours = ah / amperes
        at = begin + np.arange(0, (2 * hours + 3) * 3600.0, 60.0)
        age = (at - begin + rng.uniform(0, 60)) / 3600.0
        down, up = (age >= 0.5) & (age < 0.5 + hours), (age >= hours + 1.0) & (age < 2 * hours + 1.0)
        current = np.where(down, -amperes, np.where(up, amperes, 0.0))
        soc = 100.0 + 100.0 * (np.clip(age - hours - 1, 0, hours) - np.clip(age - 0.5, 0, hours)) / hours
        soc = np.clip(soc, 0, 100)
        volts = np.where(soc >= 99.99, 52.5, np.where(soc <= 0.01, 43.0, 49.0))
        # The last sample under load at the bottom is the one at the low limit.
        volts[np.flatnonzero(down)[-1]] = 43.5
        current = np.round(current + rng.normal(0, 0.3), 1)
        parts.append((at, current, soc, volts))
        truth.append(ah)
        begin = at[-1] + 60.0
    at, current, soc, volts = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return ChargeRecord(at=at, current_a=current, soc_percent=np.round(soc), voltage_v=volts), np.array(truth)


def triangles(count: int, depth: float = 80.0, jitter: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`count` days of 12 h down and 12 h up by `depth` percent of 100 Ah."""
    at = np.arange(0, count * 86_400.0 + 1, 300.0)
    phase = (at % 86_400.0) / 86_400.0
    soc = 95.0 - depth * (1.0 - np.abs(2.0 * phase - 1.0))
    current = np.where(phase < 0.5, -1.0, 1.0) * depth / 12.0
    return at, current, soc + np.random.default_rng(3).normal(0, jitter, len(at))


def pack(days: float, growth: float, seed: int, base: float = 25.0, slowness: float = 0.5) -> Imbalance:
    """Cells each 2 h: 3 mV of slow noise (AR(1) a day), 2 mV of season at any phase, and a growth in mV a month."""
    rng = np.random.default_rng(seed)
    at = T0 + np.arange(0, days * DAY_S, 2 * 3600.0)
    daily = np.zeros(int(days) + 2)
    for n in range(1, len(daily)):
        daily[n] = slowness * daily[n - 1] + rng.normal(0, 3.0 * np.sqrt(1 - slowness**2))
    day = (at - T0) / DAY_S
    spread = base + growth * (at - T0) / MONTH_S + np.interp(day, np.arange(len(daily)), daily)
    spread += 2.0 * np.sin(2 * np.pi * (day / 365.25 + rng.random())) + rng.normal(0, 1.0, len(at))
    soc = 55.0 + 40.0 * np.sin(2 * np.pi * day)
    current = 8.0 * np.cos(2 * np.pi * day)
    return imbalance(Cells(at=at, highest_v=3.3 + spread / 1000, lowest_v=np.full(len(at), 3.3), soc_percent=soc,
                           current_a=current), PACK_AH)  # fmt: skip


def steps(days: float, growth: float, seed: int = 0, a_day: int = 8, noise: float = 0.1) -> LoadSteps:
    """Steps of 10 mΩ at 25 °C and 50 %, worse in the cold, with a season of 12 K."""
    rng = np.random.default_rng(seed)
    at = np.sort(T0 + rng.uniform(0, days * DAY_S, int(days * a_day)))
    celsius = 20.0 + 12.0 * np.sin(2 * np.pi * (at - T0) / (365 * DAY_S)) + rng.normal(0, 2, len(at))
    soc = rng.uniform(20, 95, len(at))
    grown = 1.0 + growth * (at - T0) / MONTH_S
    ohm = 0.010 * grown * np.exp(1800 * (1 / (celsius + 273.15) - 1 / 298.15) - 0.1 * (soc / 100 - 0.5))
    ohm = ohm * np.exp(rng.normal(0, noise, len(at)))
    ohm[rng.random(len(at)) < 0.03] *= 4.0
    return LoadSteps(at, ohm, celsius, soc)


def reported(loss_per_month: float, days: float, start: float, seed: int = 0, noise: float = 0.0) -> SohTrend:
    """A whole-number SOH each hour that falls steadily."""
    at = T0 + np.arange(0, days * DAY_S, 3600.0)
    true = start - loss_per_month * (at - T0) / (30.4375 * DAY_S)
    return soh_trend(at, np.round(true + np.random.default_rng(seed).normal(0, noise, len(at))))


def constant(celsius: float) -> HeatRecord:
    at = T0 + np.arange(0.0, 30.0 * DAY_S, HOUR_S)
    return HeatRecord(at=at, celsius=np.full(len(at), celsius))
