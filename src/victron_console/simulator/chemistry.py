"""Open-circuit voltage and limits of a cell by chemistry: tables, no state.

LFP: the usual rest curve of a large prismatic cell (flat 20..90 %, knees at both ends). Lead-acid: 1.95..2.14 V a
cell between empty and full. Beyond 100 % the curve climbs steeply, so that charging at constant voltage tapers off.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from victron_console.simulator.spec import Chemistry


@dataclass(frozen=True, slots=True)
class CellType:
    """One chemistry's figures, of one cell."""

    curve: tuple[tuple[float, float], ...]
    """State of charge in percent and open-circuit voltage."""
    charge_v: float
    """Charging voltage (CVL)."""
    float_v: float
    high_v: float
    """No charging above."""
    low_v: float
    """No discharging below."""
    nominal_v: float
    charge_efficiency: float
    """Share of the charged ampere-hours that can be taken out."""
    ah_ohm: float
    """Cell resistance times capacity."""


CELLS = {
    Chemistry.LFP: CellType(
        curve=(
            (-2, 2.50), (0, 2.80), (2, 2.98), (5, 3.09), (10, 3.200), (15, 3.230), (20, 3.250), (30, 3.275),
            (40, 3.288), (50, 3.294), (60, 3.302), (70, 3.325), (80, 3.331), (90, 3.335), (96, 3.340), (99, 3.350),
            (100, 3.375), (101, 3.520), (103, 3.70),
        ),
        charge_v=3.50, float_v=3.375, high_v=3.60, low_v=2.80, nominal_v=3.2, charge_efficiency=0.995, ah_ohm=0.17,
    ),
    Chemistry.LEAD_ACID: CellType(
        curve=((-5, 1.75), (0, 1.95), (10, 1.985), (30, 2.025), (50, 2.060), (70, 2.090), (90, 2.120), (98, 2.135),
               (100, 2.250), (101, 2.40), (103, 2.55)),
        charge_v=2.40, float_v=2.25, high_v=2.60, low_v=1.75, nominal_v=2.0, charge_efficiency=0.92, ah_ohm=0.30,
    ),
}  # fmt: skip


def open_circuit_v(chemistry: Chemistry, soc_percent: float) -> float:
    """Rest voltage of a cell at a state of charge, clamped at the ends of the curve."""
    curve = _POINTS[chemistry]
    index = min(len(curve[0]) - 1, max(1, bisect_right(curve[0], soc_percent)))
    x0, x1 = curve[0][index - 1], curve[0][index]
    y0, y1 = curve[1][index - 1], curve[1][index]
    return y0 + (y1 - y0) * (min(x1, max(x0, soc_percent)) - x0) / (x1 - x0)


_POINTS = {
    chemistry: ([float(x) for x, _ in cell.curve], [float(y) for _, y in cell.curve])
    for chemistry, cell in CELLS.items()
}
