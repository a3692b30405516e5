"""What is expected of the battery until sunrise, in the cells of a plot. Pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from victron_console.console.kit.chart.plot import Expected
from victron_console.console.kit.view import Dawn
from victron_console.insight.sunrise import CoursePoint


def cells_to_sunrise(dawn: Dawn | None, since: float, step_s: float, most: int) -> int:
    """Cells from a moment (UTC epoch, s) to sunrise, the line of now among them; 0 where nothing is expected."""
    if dawn is None or not dawn.course or dawn.sunrise_at is None or dawn.sunrise_at <= since:
        return 0
    return min(most, math.ceil((dawn.sunrise_at - since) / step_s) + 1)


def expected_charge(dawn: Dawn, since: float, step_s: float, cells: int) -> Expected:
    """The charge in so many cells from a moment on."""
    found = [_at(dawn.course, since + (cell + 0.5) * step_s) for cell in range(cells)]
    return Expected(
        tuple(point.percent if point else None for point in found),
        tuple(point.low_percent if point else None for point in found),
        tuple(point.high_percent if point else None for point in found),
        dawn.empty_at,
        int((dawn.empty_at - since) // step_s) if dawn.empty_at is not None else None,
    )


def _at(course: Sequence[CoursePoint], at: float) -> CoursePoint | None:
    """The course at a moment, straight between its points; None outside of it."""
    for one, other in itertools.pairwise(course):
        if one.at <= at <= other.at and other.at > one.at:
            share = (at - one.at) / (other.at - one.at)
            low = one.low_percent + share * (other.low_percent - one.low_percent)
            middle = one.percent + share * (other.percent - one.percent)
            high = one.high_percent + share * (other.high_percent - one.high_percent)
            return CoursePoint(at, low, middle, high)
    return None
