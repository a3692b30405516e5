"""How a site's last day went beside its days before, in energy: for a question that no moment answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from victron_console.model.units import DAY_S, HOUR_S, SLOT_S

COURSE_FIELDS = ("pv_power_w", "load_power_w", "grid_power_w", "genset_power_w")
"""Of `Overview`: what a course is made of."""
USUAL_DAYS = 14
LEAST_DAYS = 3
"""Days before without which nothing is called usual (judgement)."""
COVERED_SHARE = 0.8
"""How much of a day must be known to compare its energy (judgement)."""


@dataclass(frozen=True, slots=True)
class Energy:
    """Energy of a kind over the last 24 hours, kWh, and the median of the days before; None where not known."""

    day_kwh: float | None
    usual_kwh: float | None

    @property
    def share(self) -> float | None:
        """The last day's part of the usual one; None where either is not known or there is none usually."""
        return self.day_kwh / self.usual_kwh if self.day_kwh is not None and self.usual_kwh else None


@dataclass(frozen=True, slots=True)
class Course:
    """The last day of a site beside the days before."""

    pv: Energy
    load: Energy
    grid: Energy
    """Drawn alone."""
    genset: Energy
    days: int
    """How many days before are known well enough."""


def course_of(rows: Iterable[Sequence[float | None]], until: float) -> Course:
    """The course up to a moment.

    Args:
        rows: of five minutes, their begin (UTC epoch, s) and the means of `COURSE_FIELDS`, W.
        until: UTC epoch, s.
    """
    days: dict[int, list[list[float]]] = {}
    for begin, *values in rows:
        if begin is None or begin + SLOT_S > until:
            continue
        sums = days.setdefault(int((until - begin - SLOT_S / 2) // DAY_S), [[] for _ in COURSE_FIELDS])
        for known, value in zip(sums, values, strict=True):
            if value is not None:
                known.append(max(0.0, value))
    pv, load, grid, genset = (_energy(days, kind) for kind in range(len(COURSE_FIELDS)))
    before = [day for day, sums in days.items() if day and any(_kwh(values) is not None for values in sums)]
    return Course(pv, load, grid, genset, len(before))


def _energy(days: dict[int, list[list[float]]], kind: int) -> Energy:
    by_day = {day: _kwh(sums[kind]) for day, sums in days.items()}
    before = [kwh for day, kwh in by_day.items() if day and kwh is not None]
    return Energy(by_day.get(0), median(before) if len(before) >= LEAST_DAYS else None)


def _kwh(values: Sequence[float]) -> float | None:
    """Energy of a day by its five-minute means, W; None where too little of it is known."""
    covered = len(values) * SLOT_S / DAY_S
    if covered < COVERED_SHARE:
        return None
    return sum(values) / len(values) * DAY_S / HOUR_S / 1e3
