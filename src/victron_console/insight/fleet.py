"""What can be said of all stations together. Figures that are old or doubtful are in no sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from victron_console.model.quality import Quality, freshness
from victron_console.model.snapshot import worst
from victron_console.model.station import FRESH, StationState, judged
from victron_console.store.answers import StationRow

SUMMED = ("battery_power_w", "pv_power_w", "load_power_w", "grid_power_w", "genset_power_w")


@dataclass(frozen=True, slots=True)
class FleetTotals:
    """The fleet in one row."""

    states: Mapping[StationState, int]
    """How many stations are in each state that occurs."""
    fresh: int
    """Stations whose figures are in the sums."""
    sums_w: Mapping[str, float | None]
    """By overview field, W, signs as on D-Bus; None where no fresh station has such a value."""


def at_moment(rows: Iterable[StationRow], now: float) -> list[StationRow]:
    """The rows with the age of their figures and the state to show: what was live and is no longer read is stale."""
    return [_at_moment(row, now) for row in rows]


def _at_moment(row: StationRow, now: float) -> StationRow:
    read_at = row.overview.figures_at if row.overview and row.overview.figures_at else row.read_at
    return replace(row, read_at=read_at, status=judged(row.status, read_at, row.cadence_s, now))


def figures_quality(row: StationRow, now: float) -> Quality:
    """GOOD, STALE or LOST: what the figures of a row are worth, whatever the station is called.

    A degraded station keeps its name for a minute more while its server is held; its figures age all the same.
    """
    if row.status.state in (StationState.LOST, StationState.MISCONFIGURED):
        return Quality.LOST
    if row.status.state not in FRESH:
        return Quality.STALE
    return freshness(row.read_at, row.cadence_s, 0, False, now)


def figure_quality(row: StationRow, name: str, now: float) -> Quality:
    """What one figure is worth: ABSENT without a value, else as its station is, and no better than its own devices."""
    shown = row.overview
    if shown is None or getattr(shown, name) is None:
        return Quality.ABSENT
    return worst((figures_quality(row, now), shown.quality(name, now)))


def totals(rows: Iterable[StationRow], now: float) -> FleetTotals:
    """Counts by state, and sums of the powers of fresh stations that carry no flag.

    Args:
        rows: as `at_moment` gives them.
        now: the moment to judge at (UTC epoch, s).
    """
    listed = list(rows)
    fresh = [row for row in listed if row.overview and figures_quality(row, now) is Quality.GOOD]
    return FleetTotals(
        states=Counter(row.status.state for row in listed),
        fresh=len(fresh),
        sums_w={name: _sum(fresh, name, now) for name in SUMMED},
    )


def _sum(rows: Iterable[StationRow], name: str, now: float) -> float | None:
    values: list[float] = [
        getattr(row.overview, name)
        for row in rows
        if row.overview and name not in row.overview.flags and figure_quality(row, name, now) is Quality.GOOD
    ]
    return sum(values) if values else None
