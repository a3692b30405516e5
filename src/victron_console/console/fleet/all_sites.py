"""What all sites gave and took in the last 24 hours, as one plot under the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.console.kit.chart.frame import ValueAxis, draw_legend, draw_marks, draw_plot
from victron_console.console.kit.chart.hours import extents, hour_marks
from victron_console.console.kit.chart.plot import Form, Plot, Series
from victron_console.console.kit.chart.scale import fitted_scale
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.sheet import Sheet
from victron_console.model.units import DAY_S, SLOT_S
from victron_console.store.read.reader import Reader

FIELDS = ("pv_power_w", "load_power_w", "grid_power_w", "genset_power_w")
_AXIS = 8
_HEAD_AND_HOURS = 2
_LEAST_W = 100.0
_SLOTS = round(DAY_S / SLOT_S)


@dataclass(frozen=True, slots=True)
class FleetDay:
    """The sums of the sites that were received, each five minutes, oldest first; None where none was."""

    until: float
    pv_w: tuple[float | None, ...] = ()
    load_w: tuple[float | None, ...] = ()
    ac_in_w: tuple[float | None, ...] = ()
    """Grid, shore and gensets."""
    fewest: int = 0
    most: int = 0
    """How many sites a sum is of."""


def read_fleet_day(reader: Reader, now: float, as_of: float | None) -> FleetDay:
    """The last 24 hours of the whole fleet."""
    until = now // SLOT_S * SLOT_S
    since = until - DAY_S
    known = {slot: (sums, sites) for slot, sums, sites in reader.fleet_sums(FIELDS, since, until, as_of)}
    rows = [known.get(since + place * SLOT_S) for place in range(_SLOTS)]
    columns = [[row[0][place] if row else None for row in rows] for place in range(len(FIELDS))]
    sites = [row[1] for row in rows if row]
    ac_in = tuple(_sum(pair) for pair in zip(columns[2], columns[3], strict=True))
    return FleetDay(until, tuple(columns[0]), tuple(columns[1]), ac_in, min(sites, default=0), max(sites, default=0))


def _sum(parts: Sequence[float | None]) -> float | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


class AllSites(Rows):
    """The plot."""

    def __init__(self) -> None:
        super().__init__(id="fleet-curve")
        self._day: FleetDay | None = None

    def show(self, day: FleetDay) -> None:
        """Draw this."""
        self._day = day
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:
        """Head, plot, hours."""
        sheet = Sheet(width, height)
        if self._day is not None and self._day.most:
            draw_fleet_day(sheet, self._day, width, height)
        return sheet.lines


def draw_fleet_day(sheet: Sheet, day: FleetDay, width: int, height: int) -> None:
    """PV as an area, loads and AC input as lines."""
    cells = width - _AXIS - 1
    parts = (("PV", Role.PV, Form.AREA, day.pv_w), ("LOADS", Role.LOADS, Form.LINE, day.load_w),
             ("AC IN", Role.GRID, Form.LINE, day.ac_in_w))  # fmt: skip
    shown = [part for part in parts if any(value is not None for value in part[3])]
    known = [value for part in shown for value in part[3] if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    scale = fitted_scale(low if low < -0.02 * high else 0.0, high, height - _HEAD_AND_HOURS, least=_LEAST_W)
    series = tuple(Series(name, kind, form, extents(values, cells), scale) for name, kind, form, values in shown)
    column = draw_legend(
        sheet, 0, sheet.put(0, 2, "ALL SITES", Role.TEXT1, bold=True) + 2, [part[:2] for part in shown]
    )
    sites = f"{day.most}" if day.fewest == day.most else f"{day.fewest} to {day.most}"
    stop = sheet.right(0, width - 2, f"24 h, sum of {sites}", Role.TEXT3) - 2
    sheet.row(0).rule(column - 1, stop)
    marks = hour_marks(day.until - DAY_S, day.until, cells)
    plot = Plot(series, cells, hours=tuple(mark.cell for mark in marks))
    after = draw_plot(sheet, 1, _AXIS, plot, ValueAxis(scale, "kW", signed=scale.crosses_zero))
    draw_marks(sheet, after, _AXIS, cells, marks)
