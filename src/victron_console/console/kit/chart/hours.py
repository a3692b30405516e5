"""The round hours of a time axis, far enough apart to be read. Pure."""

from __future__ import annotations

from functools import lru_cache

from victron_console.console.kit.blocks import buckets
from victron_console.console.kit.chart.canvas import ACROSS
from victron_console.console.kit.chart.frame import AxisMark
from victron_console.console.kit.chart.plot import Extent
from victron_console.console.kit.format import clock
from victron_console.model.clock import local
from victron_console.model.units import HOUR_S

_STEPS_H = (0.25, 0.5, 1.0, 3.0, 6.0, 12.0, 24.0)
_LABEL_CELLS = 8
"""A label of five cells, and what keeps it from the next one."""


def hour_marks(since: float, until: float, cells: int, *, least: int = _LABEL_CELLS) -> list[AxisMark]:
    """The round hours between two moments (UTC epoch, s) in the operator's own day, at their cells."""
    if cells <= 0 or until <= since:
        return []
    per_s = cells / (until - since)
    step_s = next((h * HOUR_S for h in _STEPS_H if h * HOUR_S * per_s >= least), _STEPS_H[-1] * HOUR_S)
    offset = local(until).utcoffset()
    zone_s = offset.total_seconds() if offset else 0.0
    at = -(-(since + zone_s) // step_s) * step_s - zone_s
    found = []
    while at < until:
        found.append(AxisMark(int((at - since) * per_s), clock(at)))
        at += step_s
    return found


@lru_cache(maxsize=64)
def extents(values: tuple[float | None, ...], cells: int) -> tuple[Extent | None, ...]:
    """Values evenly spaced as what lies in each dot of so many cells; kept, as they move every five minutes only."""
    return tuple(
        None if found is None else (found[0], (found[0] + found[1]) / 2, found[1])
        for found in buckets(values, cells * ACROSS)
    )
