"""What each fault of the simulated year truly does, beside what was measured of it, and the alarms that tell of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks._year_cases import WEAK_FROM_DAY, YEAR_DAYS, YEAR_MONTHS
from benchmarks._year_diagnose import Alarm, Outcome
from victron_console.diagnosing.power.efficiency import LossCurve
from victron_console.diagnosing.record.timeline import MONTH_S
from victron_console.model.units import DAY_S
from victron_console.simulator import inverter
from victron_console.simulator.scenario import WEAK_OUTAGE_DAYS
from victron_console.simulator.surroundings import MONTH_S as SIMULATED_MONTH_S

TOLD_BY = {
    "cell-drift": ("rule spread_growing", "tier watch: cells", "tier plan: cells"),
    "resistance": ("rule volt_drop", "tier watch: resistance", "tier plan: resistance"),
    "hot-room": ("rule temp_peaks_rising", "tier watch: heat", "tier plan: heat"),
    "inverter-loss": ("rule inv_eff_declining", "tier watch: inverter", "tier plan: inverter"),
    "weak-grid": ("tier watch: grid", "tier plan: grid"),
}
BASELINE_MONTHS = 45.0 * DAY_S / SIMULATED_MONTH_S
"""The middle of the first 90 days that the diagnoses compare with."""
REACH = re.compile(r"points up to (\d+) W")
RECENT_MONTHS = YEAR_MONTHS - 14.0 * DAY_S / SIMULATED_MONTH_S
"""The middle of the last four weeks."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a fault at the end of the year."""

    name: str
    truth: float | None
    estimate: float | None
    twin: float | None


def found_by(outcome: Outcome) -> Alarm | None:
    """The first alarm that tells of the fault."""
    telling = [alarm for alarm in outcome.alarms if alarm.what in TOLD_BY[outcome.case.fault]]
    return min(telling, key=lambda alarm: alarm.day, default=None)


def measures(fault: str, outcome: Outcome, twin: Outcome) -> Sequence[Measure]:
    """The figures of a fault, in the unit of the finding."""

    def figure(name: str, key: str, truth: float | None) -> Measure:
        return Measure(name, truth, outcome.last.value(key), twin.last.value(key))

    return [figure(name, key, truth(outcome)) for name, key, truth in FIGURES[fault]]


def _untold(_: Outcome) -> None:
    return None


def _ratio(outcome: Outcome) -> float:
    growth = outcome.case.spec.ageing.resistance_growth_per_month
    return (1.0 + growth * RECENT_MONTHS) / (1.0 + growth * BASELINE_MONTHS)


def _warming(outcome: Outcome) -> float:
    return outcome.case.spec.ageing.room_warming_k_per_month * MONTH_S / SIMULATED_MONTH_S


def _efficiency_lost(outcome: Outcome) -> float | None:
    """At the points that the station's loads reach, as the finding says."""
    spec, reference = outcome.case.spec, outcome.last.figure("efficiency.reference")
    reach = REACH.search(reference.confidence) if reference else None
    if reach is None:
        return None
    growth, unit = spec.ageing.inverter_loss_growth_per_month, spec.converter
    curves = [
        inverter.LossCurve.of(unit.nominal_va, unit.idle_loss_w, 1.0 + growth * months)
        for months in (BASELINE_MONTHS, RECENT_MONTHS)
    ]
    before, now = (LossCurve(c.idle_w, c.linear, c.square_per_w).reference(float(reach[1])) for c in curves)
    return before - now


Truth = Callable[[Outcome], float | None]
FIGURES: dict[str, tuple[tuple[str, str, Truth], ...]] = {
    "cell-drift": (
        ("share of days cell 7 is lowest", "imbalance.weakest", lambda _: 1.0),
        ("cell spread, mV", "imbalance.spread", _untold),
        ("its growth, mV/month", "imbalance.growth", _untold),
    ),
    "resistance": (("resistance now over before", "resistance.ratio", _ratio),),
    "hot-room": (
        ("peaks rise, K/month", "thermal.peak_trend", _warming),
        ("ageing by temperature, x", "thermal.stress", _untold),
    ),
    "inverter-loss": (("efficiency lost, points", "efficiency.drop", _efficiency_lost),),
    "weak-grid": (
        # Over the whole record: a quarter of an ohm before the fault, 0.8 more since.
        ("impedance of the line, ohm", "grid.impedance", _untold),
        ("voltage out of band, worst week, %", "grid.voltage_out", _untold),
        ("outages", "outages.count", lambda _: float(len(range(0, YEAR_DAYS - WEAK_FROM_DAY, WEAK_OUTAGE_DAYS)))),
    ),
}
