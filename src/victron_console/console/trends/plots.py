"""From what was read to what is drawn: a quantity's extents, limits and scale as the renderer takes them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.console.kit.chart.frame import ValueAxis
from victron_console.console.kit.chart.plot import Expected, Extent, Form, Series, Threshold
from victron_console.console.kit.chart.scale import Scale, fitted_scale
from victron_console.console.kit.figures import SEVERE_TEXT
from victron_console.console.kit.palette import Role
from victron_console.console.trends.quantity import Quantity
from victron_console.console.trends.read import Limit, QuantityTrend

_NOISE = 0.02
"""Below zero by less than this share of the highest value is no other direction but the error of a meter."""


def extents_of(trend: QuantityTrend) -> tuple[Extent | None, ...]:
    """Lowest, mean and highest value of each screen column; the last one of a wide column is left blank."""
    frame = trend.frame
    found = [None if b is None else (b.low, b.mean, b.high) for b in trend.buckets]
    if frame.cells == 1:
        return tuple(found)
    return tuple(each for extent in found for each in (*(extent,) * (frame.cells - 1), None))


def thresholds_of(limits: Sequence[Limit]) -> tuple[Threshold, ...]:
    """The limits with their looks; what is no alarm yet, such as a floor, looks like one of today."""
    return tuple(
        Threshold(
            each.value,
            each.above,
            SEVERE_TEXT.get(each.severity, Role.TODAY_TEXT) if each.severity else Role.TODAY_TEXT,
        )
        for each in limits
    )


def scale_of(
    trends: Sequence[QuantityTrend],
    rows: int,
    limits: Sequence[Limit] = (),
    *,
    top: float = 0.0,
    expected: Expected | None = None,
) -> Scale:
    """The scale of quantities of one unit.

    Args:
        trends: what is drawn on it.
        rows: rows there are.
        limits: levels that are to be in sight.
        top: a highest value shared with other plots; 0 where there is none.
        expected: what is to be in sight, too.
    """
    return fitted_scale(*_ends(trends, limits, top, expected), rows, least=trends[0].quantity.least)


def _ends(
    trends: Sequence[QuantityTrend], limits: Sequence[Limit], top: float, expected: Expected | None
) -> tuple[float, float]:
    extents = [extent for trend in trends if (extent := trend.extent())]
    ahead = [value for value in (*expected.low, *expected.high) if value is not None] if expected else []
    values = [*(e[0] for e in extents), *(e[2] for e in extents), *(limit.value for limit in limits), *ahead]
    if trends[0].quantity.from_zero:
        values += [0.0, top]
    low, high = min(values, default=0.0), max(values, default=0.0)
    if trends[0].quantity.from_zero and -_NOISE * high < low < 0:
        low = 0.0
    return low, high


def ends_of(trends: Sequence[QuantityTrend], limits: Sequence[Limit] = ()) -> tuple[float, float]:
    """The lowest and highest value that must be in sight."""
    return _ends(trends, limits, 0.0, None)


def form_of(quantity: Quantity) -> Form:
    """What stands on zero is an area; a voltage, whose height over zero says nothing, is a line."""
    return Form.AREA if quantity.from_zero else Form.LINE


def series_of(
    trend: QuantityTrend,
    scale: Scale,
    limits: Sequence[Limit] = (),
    expected: Expected | None = None,
    *,
    form: Form | None = None,
    name: str = "",
    kind: Role | None = None,
    extremes: bool = True,
) -> Series:
    """A quantity as a series of a plot; form, name and kind are the quantity's own where none are given."""
    quantity = trend.quantity
    return Series(
        name or quantity.label,
        kind or quantity.kind,
        form or form_of(quantity),
        extents_of(trend),
        scale,
        expected,
        thresholds_of(limits),
        extremes,
    )


def axis_of(quantity: Quantity, scale: Scale, series: Sequence[Series], *, ink: Role = Role.TEXT3) -> ValueAxis:
    """The value axis of a quantity."""
    return ValueAxis(scale, quantity.unit, quantity.signed, not quantity.from_zero, ink, tuple(series))
