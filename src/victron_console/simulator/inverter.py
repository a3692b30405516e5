"""The conversion between DC and AC: one loss curve, both directions. Knows no control and no limits.

loss(p) = c + b |p| + a p^2, the usual form for an inverter; the figures give 94 % at full load and 92 % at a third.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LossCurve:
    """The loss of one unit, W, over its AC power."""

    idle_w: float
    linear: float
    square_per_w: float

    @classmethod
    def of(cls, nominal_va: float, idle_w: float, factor: float = 1.0) -> LossCurve:
        """The curve of a unit by its size; `factor` above 1 is a worn one."""
        return cls(idle_w * factor, 0.02 * factor, 0.035 / nominal_va * factor)

    def loss_w(self, ac_w: float) -> float:
        """Power lost while `ac_w` crosses (+ from DC to AC)."""
        return self.idle_w + self.linear * abs(ac_w) + self.square_per_w * ac_w * ac_w

    def dc_w(self, ac_w: float) -> float:
        """DC power (+ into DC) of a unit that gives `ac_w` to AC (+ inverting, - charging)."""
        return -(ac_w + self.loss_w(ac_w))

    def ac_w(self, dc_w: float) -> float:
        """AC power (+ inverting) at which the DC side carries `dc_w` (+ into DC): the inverse of `dc_w`."""
        rest = self.idle_w + dc_w
        slope = 1.0 + self.linear if rest <= 0 else 1.0 - self.linear
        root = slope * slope - 4.0 * self.square_per_w * rest
        return -2.0 * rest / (slope + math.sqrt(max(0.0, root)))
