"""What is expected of battery, loads and PV until sunrise, in the cells of a plot. Pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace

from victron_console.console.kit.chart.plot import Expected
from victron_console.console.kit.view import Dawn
from victron_console.insight.expected_powers import PowerPoint
from victron_console.model.units import HALF_HOUR_S

_MOST_APART_S = 2 * HALF_HOUR_S


def cells_to_sunrise(dawn: Dawn | None, since: float, step_s: float, most: int) -> int:
    """Cells from a moment (UTC epoch, s) to sunrise, the line of now among them; 0 where nothing is expected."""
    if dawn is None or not dawn.course or dawn.sunrise_at is None or dawn.sunrise_at <= since:
        return 0
    return min(most, math.ceil((dawn.sunrise_at - since) / step_s) + 1)


def expected_charge(dawn: Dawn, since: float, step_s: float, cells: int) -> Expected:
    """The charge in so many cells from a moment on."""
    course = [(point.at, point.low_percent, point.percent, point.high_percent) for point in dawn.course]
    empty_cell = int((dawn.empty_at - since) // step_s) if dawn.empty_at is not None else None
    return replace(_expected(course, since, step_s, cells), empty_at=dawn.empty_at, empty_cell=empty_cell)


def expected_power(points: Sequence[PowerPoint], since: float, step_s: float, cells: int) -> Expected:
    """A power (W) in so many cells from a moment on."""
    return _expected([(point.at, point.low_w, point.usual_w, point.high_w) for point in points], since, step_s, cells)


_Point = tuple[float, float, float, float]
"""A moment (UTC epoch, s), and what is expected then: low, usual, high."""


def _expected(course: Sequence[_Point], since: float, step_s: float, cells: int) -> Expected:
    found = [_at(course, since + (cell + 0.5) * step_s) for cell in range(cells)]
    low, usual, high = (tuple(point[place] if point else None for point in found) for place in (1, 2, 3))
    return Expected(usual, low, high)


def _at(course: Sequence[_Point], at: float) -> _Point | None:
    """The course at a moment, straight between points that follow each other; None outside of it and in its holes."""
    for one, other in itertools.pairwise(course):
        if one[0] <= at <= other[0] and 0 < other[0] - one[0] <= _MOST_APART_S:
            share = (at - one[0]) / (other[0] - one[0])
            low, usual, high = (a + share * (b - a) for a, b in zip(one[1:], other[1:], strict=True))
            return at, low, usual, high
    return None
