"""The last 24 hours of a site as curves, and its charge on to sunrise: charge and power on one time axis. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from victron_console.console.kit.chart.dawn import cells_to_sunrise, expected_charge, expected_power
from victron_console.console.kit.chart.frame import AxisMark, ValueAxis, draw_legend, draw_marks, draw_plot
from victron_console.console.kit.chart.hours import extents, hour_marks
from victron_console.console.kit.chart.plot import Expected, Extent, Form, Plot, Series, Threshold
from victron_console.console.kit.chart.scale import fitted_scale
from victron_console.console.kit.format import STALE_MARK, clock
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import width_of
from victron_console.console.kit.view import Dawn
from victron_console.insight.expected_powers import PowerPoint
from victron_console.model.units import DAY_S, SLOT_S

LEAST_ROWS, MOST_ROWS = 4, 24
"""Rows of the curves with their head: three of a plot at least."""
_HOURS_FROM = 6
"""Rows from which the hours stand under the curves."""
_AXIS = 6
"""Columns of a plot's axis."""
_CHARGE_FIRST_FROM = 100
_GAP = 4
_MOST_POWERS = 5
_LEAST_W = 100.0
"""The smallest span of a scale: some watts of noise must not fill it."""


@dataclass(frozen=True, slots=True)
class DaySeries:
    """One quantity of the last 24 hours, evenly spaced, oldest first; None where nothing was received."""

    label: str
    kind: Role
    values: tuple[float | None, ...]
    is_power: bool = True
    """In W; else the charge in percent."""
    expected: tuple[PowerPoint, ...] = ()
    """Of a power after now."""


@dataclass(frozen=True, slots=True)
class DayCurves:
    """What is drawn."""

    rows: tuple[DaySeries, ...]
    now: float
    """The end of the rows, a day after their begin (UTC epoch, s)."""
    dawn: Dawn | None = None
    floor_percent: float | None = None
    is_old: bool = False
    """Whether what is expected begins with figures that are not of now."""

    @property
    def charge(self) -> DaySeries | None:
        """The charge."""
        return next((each for each in self.rows if not each.is_power), None)

    @property
    def powers(self) -> list[DaySeries]:
        """The powers that share a plot, the most telling first."""
        return [each for each in self.rows if each.is_power][:_MOST_POWERS]


@dataclass(frozen=True, slots=True)
class _Time:
    """The one time axis: cells before and after now."""

    past: int
    ahead: int
    now: float

    @property
    def step_s(self) -> float:
        return DAY_S / self.past

    @property
    def hours(self) -> list[AxisMark]:
        return hour_marks(self.now - DAY_S, self.now + self.ahead * self.step_s, self.past + self.ahead)


def draw_curves(sheet: Sheet, row: int, start: int, end: int, day: DayCurves, room: int) -> int:
    """Charge and power beside each other in so many rows; gives the row after them."""
    rows = min(room, MOST_ROWS)
    parts = [draw for draw, there in ((draw_charge, day.charge), (draw_powers, day.powers)) if there]
    if rows < LEAST_ROWS or not parts:
        return row
    if sheet.width < _CHARGE_FIRST_FROM:
        parts.reverse()
    width = (end + 1 - start - _GAP * (len(parts) - 1)) // len(parts)
    for place, draw in enumerate(parts):
        left = start + place * (width + _GAP)
        draw(sheet, row, left, left + width - 1, day, rows)
    return row + rows


def _time(day: DayCurves, cells: int) -> _Time:
    ahead_s = 0.0
    if day.dawn is not None and day.dawn.course and day.dawn.sunrise_at is not None:
        ahead_s = max(0.0, min(DAY_S, day.dawn.sunrise_at - day.now))
    past = max(2, round(cells * DAY_S / (DAY_S + ahead_s)))
    now = day.now // SLOT_S * SLOT_S  # the values move every five minutes, and so does all of the plot
    return _Time(past, cells_to_sunrise(day.dawn, now, DAY_S / past, cells - past) if ahead_s else 0, now)


def draw_charge(sheet: Sheet, row: int, start: int, end: int, day: DayCurves, rows: int) -> None:
    """The charge and on to sunrise, between two columns in so many rows, its head among them."""
    charge = day.charge
    if charge is None:
        return
    time = _time(day, end - start - _AXIS)
    known, dawn = extents(charge.values, time.past), day.dawn
    expected = expected_charge(dawn, time.now, time.step_s, time.ahead) if dawn is not None and time.ahead else None
    limits = (Threshold(floor, False, Role.TODAY_TEXT),) if (floor := day.floor_percent) else ()
    highest = max((extent[2] for extent in known if extent), default=100.0)
    scale = fitted_scale(0.0, max(highest, *_known(expected), day.floor_percent or 0.0), _plot_rows(rows), least=10.0)
    series = Series("CHARGE", Role.BATTERY, Form.AREA, known, scale, expected, limits)
    column = sheet.put(row, start, "STATE OF CHARGE" if end - start > 40 else "CHARGE", Role.TEXT1, bold=True) + 1
    stop = end
    if expected is not None and dawn is not None and dawn.sunrise_at is not None:
        said = f"{STALE_MARK if day.is_old else ''}to sunrise {clock(dawn.sunrise_at)}"
        stop = sheet.right(row, end, said if end - column > width_of(said) else "", Role.TEXT3) - 2
    sheet.row(row).rule(column, stop)
    _draw(sheet, row + 1, start, (series,), ValueAxis(scale, "%", series=(series,)), time, rows)


def _known(expected: Expected | None) -> list[float]:
    return [value for value in expected.high if value is not None] if expected is not None else []


def draw_powers(sheet: Sheet, row: int, start: int, end: int, day: DayCurves, rows: int) -> None:
    """The powers in one plot, on the time axis of the charge."""
    powers, time = day.powers, _time(day, end - start - _AXIS)
    drawn = {each.label: extents(each.values, time.past) for each in powers}
    known = [extent for each in drawn.values() for extent in each if extent is not None]
    ahead = {
        each.label: expected_power(each.expected, time.now, time.step_s, time.ahead) if each.expected else None
        for each in powers
    }
    highs = [e[2] for e in known] + [high for each in ahead.values() for high in _known(each)]
    low, high = min((e[0] for e in known), default=0.0), max(highs, default=0.0)
    if -0.02 * high < low < 0:
        low = 0.0
    scale = fitted_scale(min(0.0, low), max(0.0, high), _plot_rows(rows), least=_LEAST_W)
    ordered = sorted(powers, key=lambda each: (_form(each) is Form.LINE, each.kind is not Role.BATTERY))
    series = tuple(
        Series(each.label, each.kind, _form(each), drawn[each.label], scale, ahead[each.label]) for each in ordered
    )
    column = sheet.put(row, start, "POWER", Role.TEXT1, bold=True) + 2
    signed = " + in − out" if any(each.kind is Role.BATTERY for each in powers) else ""
    entries = [(each.label, each.kind) for each in powers]
    names = [(f"{name}{signed}" if kind is Role.BATTERY else name, kind) for name, kind in entries]
    if column + sum(width_of(name) + 5 for name, _ in names) > end + 2:
        names = entries
    while names and column + sum(width_of(name) + 5 for name, _ in names) > end + 2:
        names = names[:-1]
    column = draw_legend(sheet, row, column, names) - 1
    sheet.row(row).rule(column, end)
    _draw(sheet, row + 1, start, series, ValueAxis(scale, "kW", signed=scale.crosses_zero), time, rows)


def _form(row: DaySeries) -> Form:
    return Form.AREA if row.kind in (Role.BATTERY, Role.PV) else Form.LINE


def _plot_rows(rows: int) -> int:
    return rows - 1 - (rows >= _HOURS_FROM)


def _draw(
    sheet: Sheet, row: int, start: int, series: tuple[Series, ...], axis: ValueAxis, time: _Time, rows: int
) -> None:
    column, hours = start + _AXIS, time.hours
    words = ((time.past + 1, "now"),) if time.ahead > 5 else ()
    gaps = _gaps(tuple(each.past for each in series), time.past)
    plot = Plot(series, time.past, time.ahead, tuple(hour.cell for hour in hours), gaps, words=words)
    after = draw_plot(sheet, row, column, plot, axis)
    if rows >= _HOURS_FROM:
        draw_marks(sheet, after, column, plot.cells, hours)


@lru_cache(maxsize=16)
def _gaps(pasts: tuple[tuple[Extent | None, ...], ...], cells: int) -> frozenset[int]:
    """Cells in which nothing was received of any."""
    found = []
    for cell in range(cells):
        bounds = ((cell * len(past) // cells, (cell + 1) * len(past) // cells) for past in pasts)
        if not any(any(past[first : max(first + 1, last)]) for past, (first, last) in zip(pasts, bounds, strict=True)):
            found.append(cell)
    return frozenset(found)
