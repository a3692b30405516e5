"""All that was found of one station on one day: its figures by name, and what of it the rules read. Data only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass

from victron_console.diagnosing.battery.capacity import Capacity
from victron_console.diagnosing.battery.cycles import Cycles
from victron_console.diagnosing.battery.imbalance import Imbalance
from victron_console.diagnosing.battery.replacement import Replacement
from victron_console.diagnosing.battery.resistance import Resistance
from victron_console.diagnosing.battery.soc import SocTruth
from victron_console.diagnosing.battery.soh import SohTrend
from victron_console.diagnosing.battery.thermal import Thermal
from victron_console.diagnosing.finding import Finding
from victron_console.diagnosing.gx.gx_health import GxHealth
from victron_console.diagnosing.power.efficiency import Efficiency
from victron_console.diagnosing.power.energy import Report
from victron_console.diagnosing.power.grid import GridQuality
from victron_console.diagnosing.power.outages import Outages
from victron_console.diagnosing.power.pv import PvYield
from victron_console.diagnosing.power.residual import Residual
from victron_console.diagnosing.verdict.risk import Risk


@dataclass(frozen=True, slots=True)
class DailyFindings:
    """All that was found of one station on one day."""

    at: float
    """The end of the record (UTC epoch, s)."""
    soh: SohTrend
    replacement: Replacement
    capacity: Capacity
    cycles: Cycles
    imbalance: Imbalance
    resistance: Resistance
    thermal: Thermal
    soc: SocTruth
    efficiency: Efficiency
    residual: Residual
    pv: PvYield
    grid: GridQuality | None
    """None off grid."""
    outages: Outages | None
    gx: GxHealth
    days: tuple[Report, ...]
    months: tuple[Report, ...]
    years: tuple[Report, ...]
    risk: Risk


def as_rule_inputs(found: DailyFindings) -> dict[str, float]:
    """What rules read as `d.X`. A figure that is not known is not there: such a rule is `unknown`, never quiet."""
    inputs = {
        "soh_loss_lo": found.soh.loss.low,
        "replace_early_months": found.replacement.early_months,
        "spread_slope_lo": found.imbalance.alarm_mv_per_month,
        "temp_slope_lo": found.thermal.peak_trend.low,
        "can_weekly_median": found.gx.can_weekly.value,
        "eta_drop_lo": found.efficiency.drop.low,
        "r10s_ratio": found.resistance.ratio.value,
        "soc_residual_percent": found.soc.residual.value,
        "unbalanced": None if found.residual.is_unbalanced is None else float(found.residual.is_unbalanced),
    }
    return {name: float(value) for name, value in inputs.items() if value is not None}


def findings(found: DailyFindings) -> Iterator[tuple[str, Finding]]:
    """Every figure with a name such as `imbalance.growth`, for lists and reports."""
    for section in fields(found):
        part = getattr(found, section.name)
        if not is_dataclass(part) or isinstance(part, Risk):
            continue
        for own in fields(part):
            value = getattr(part, own.name)
            if isinstance(value, Finding):
                yield f"{section.name}.{own.name}", value
            elif section.name == "replacement" and own.name == "windows":
                yield from ((f"replacement.{window.title[8:10]}", window) for window in value)
