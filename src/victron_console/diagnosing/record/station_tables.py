"""What of a day's findings screens and reports draw as courses and tables, as `Kept` holds it. Pure."""

from __future__ import annotations

import numpy as np

from victron_console.diagnosing.record.history import History
from victron_console.diagnosing.record.timeline import WEEK_S, FloatArray, grouped
from victron_console.diagnosing.verdict.daily_findings import DailyFindings
from victron_console.diagnosing.verdict.kept_findings import Course, EnergyRow

ENERGY_DAYS, ENERGY_MONTHS = 14, 13


def courses(found: DailyFindings, past: History) -> dict[str, Course]:
    """The figures whose past the record itself tells, by week."""
    spread, ohms, inverter = found.imbalance, found.resistance, found.efficiency
    found_courses = {
        "soh.level": _weekly(past.at, past.soh_percent),
        "imbalance.spread": Course(spread.weekly_at, spread.weekly_mv),
        "resistance.milliohm": Course(ohms.weekly_at, ohms.weekly_milliohm),
        "efficiency.reference": Course(inverter.weekly_at, inverter.weekly_percent),
    }
    return {name: course for name, course in found_courses.items() if len(course.at) > 1}


def energy_rows(found: DailyFindings) -> tuple[EnergyRow, ...]:
    """The last two weeks by day, a year by month, and the years: what is older the monthly reports tell."""
    return tuple(
        EnergyRow(
            str(one.period), one.first_day, one.energies.pv, one.energies.load, one.energies.imported,
            one.energies.exported, one.self_consumption, one.autarky, round(one.coverage, 4), one.cost,
        )
        for one in (*found.days[-ENERGY_DAYS:], *found.months[-ENERGY_MONTHS:], *found.years)
        if one.coverage > 0.0 and any(map(_is_known, (one.energies.pv, one.energies.load, one.energies.imported)))
    )  # fmt: skip


def _is_known(kwh: float | None) -> bool:
    return kwh is not None


def _weekly(at: FloatArray, value: FloatArray | None) -> Course:
    """The median of each week."""
    if value is None:
        return Course((), ())
    known = np.isfinite(value)
    weeks = (at[known] // WEEK_S).astype(np.int64)
    found = [((key + 0.5) * WEEK_S, float(np.median(part))) for key, part in grouped(weeks, value[known])]
    return Course(tuple(float(moment) for moment, _ in found), tuple(middle for _, middle in found))
