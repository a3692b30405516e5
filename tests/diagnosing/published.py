"""Figures against published models: BLAST's home-storage LFP cells and bslib's measured inverters. Both are heavy.

`python3.11 -m venv venv && venv/bin/pip install blast-lite bslib numpy scipy rainflow pytest`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from victron_console.diagnosing.battery.replacement import replacement
from victron_console.diagnosing.battery.soh import soh_trend
from victron_console.diagnosing.power.efficiency import InverterRecord, efficiency, fit
from victron_console.diagnosing.record.timeline import MONTH_S
from victron_console.model.units import DAY_S, HOUR_S

T0 = 1_600_000_000.0
YEAR_S = 365 * DAY_S


def home_courses() -> list[np.ndarray]:
    """Yearly courses of SOC and temperature: 7 uses of a home battery in 2 climates."""
    at = np.arange(0, YEAR_S, 2 * HOUR_S)
    hour, day = at / HOUR_S % 24, at / DAY_S
    found = []
    for mean_c in (15.0, 25.0):
        for depth, middle in ((0.8, 0.5), (0.6, 0.5), (0.6, 0.65), (0.4, 0.5), (0.4, 0.7), (0.9, 0.52), (0.2, 0.8)):
            soc = middle + depth / 2 * np.sin(2 * np.pi * (hour - 9) / 24)
            celsius = mean_c + 7 * np.sin(2 * np.pi * (day - 110) / 365) + 2 * np.sin(2 * np.pi * hour / 24)
            found.append(np.column_stack((at, np.clip(soc, 0.02, 0.98), celsius)))
    return found


def aged(model: Any, course: np.ndarray) -> tuple[np.ndarray, np.ndarray]:  # noqa: ANN401 - a stranger's class
    """Moments and true SOH in percent until 79 % or for 25 years."""
    at, soc, celsius = course.T
    model.simulate_battery_life(
        {"Time_s": at, "SOC": soc, "Temperature_C": celsius}, threshold_time=25.0, threshold_capacity=0.79
    )
    return T0 + model.stressors["t_days"] * DAY_S, 100.0 * model.outputs["q"]


def window_containment(models: Any) -> tuple[int, int, float]:  # noqa: ANN401 - a stranger's module
    """Windows between 92 and 85 % that held the true end, how many there were, and the median point error at 85 %."""
    inside, total, points = 0, 0, []
    for course in home_courses():
        for kind in (models.Lfp_Gr_250AhPrismatic, models.Lfp_Gr_SonyMurata3Ah_Battery):
            at, soh = aged(kind(), course)
            if soh[-1] > 80.0:
                continue
            end = float(np.interp(-80.0, -soh, at))
            daily = np.arange(at[0], end, 2 * DAY_S)
            shown = np.round(np.interp(daily, at, soh))
            for level in range(92, 84, -1):
                seen = int(np.flatnonzero(shown <= level)[0]) + 10
                window = replacement(soh_trend(daily[:seen], shown[:seen])).windows[0]
                if window.low is None or window.high is None or window.value is None:
                    continue
                left = (end - daily[seen - 1]) / MONTH_S
                inside, total = inside + (window.low <= left <= window.high), total + 1
                if level == 85:
                    points.append(window.value / left - 1.0)
    return inside, total, float(np.median(points))


def inverter_errors(bslib: Any) -> tuple[float, float, float]:  # noqa: ANN401 - a stranger's module
    """Points: error of an injected loss of a tenth; efficiency lost where only loads fell to 0.4, and its alarm bound.

    On the measured curve of a Siemens inverter.
    """
    siemens = next(row for row in bslib.load_database().to_dict("records") if row["ID"] == "S2")
    a, b, c = (float(siemens[f"BAT2AC_{letter}_out"]) for letter in "abc")
    nominal_w = float(siemens["P_BAT2AC_out [W]"])

    def loss_w(ac_w: np.ndarray) -> np.ndarray:
        share = ac_w / nominal_w
        return a * share**2 + b * share + c

    def record(mix: float, worn: float) -> InverterRecord:
        rng = np.random.default_rng(3)
        at = T0 + np.arange(0, 240 * DAY_S, 300.0)
        late = at > T0 + 120 * DAY_S
        ac = np.repeat(rng.lognormal(6.3, 0.7, len(at) // 6 + 1), 6)[: len(at)] * np.where(late, mix, 1.0)
        ac = np.clip(ac, 60, 2500)
        dc = ac + loss_w(ac) * np.where(late, worn, 1.0) + rng.normal(0, 8, len(at))
        return InverterRecord(at=at, dc_w=dc, ac_out_w=ac, ac_in_w=0 * at)

    load = np.linspace(60, 2500, 500)
    sound, worn = fit(load + loss_w(load), load), fit(load + 1.1 * loss_w(load), load)
    truth = sound.reference(2400.0) - worn.reference(2400.0)
    injected, other = efficiency(record(1.0, 1.1)).drop, efficiency(record(0.4, 1.0)).drop
    nothing = float("inf")
    return (
        abs((injected.value or nothing) - truth),
        nothing if other.value is None else other.value,
        nothing if other.low is None else other.low,
    )
