"""The cells of a battery: how far they stand apart."""

from __future__ import annotations

from victron_console.insight.figures import last
from victron_console.model.snapshot import DeviceState


def cell_spread_v(battery: DeviceState | None) -> float | None:
    """Highest minus lowest cell voltage in V; None where the battery names no cells."""
    high, low = last(battery, "System/MaxCellVoltage"), last(battery, "System/MinCellVoltage")
    return None if high is None or low is None else high - low
