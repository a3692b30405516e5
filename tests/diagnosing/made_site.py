"""Made records of an inverter and of a supply with a known truth."""

from __future__ import annotations

import numpy as np

from victron_console.diagnosing.power.efficiency import InverterRecord, LossCurve
from victron_console.diagnosing.power.grid import GridRecord, Supply
from victron_console.diagnosing.record.timeline import WEEK_S
from victron_console.model.units import DAY_S

T0 = 1_760_000_400.0
"""A full ten minutes."""
TRUE = LossCurve(idle_w=28.0, linear=0.01, square_per_w=1.7e-5)


def inverting(days: int, worn: float = 1.0, mix: float = 1.0, seed: int = 0) -> InverterRecord:
    """Five-minute means: losses `worn` times as big and loads `mix` times as big in the second half."""
    rng = np.random.default_rng(seed)
    at = T0 + np.arange(0, days * DAY_S, 300.0)
    late = at > T0 + days * DAY_S / 2
    levels = np.repeat(rng.lognormal(6.3, 0.7, len(at) // 6 + 1), 6)[: len(at)]
    ac = np.clip(levels * np.where(late, mix, 1.0), 60, 3500) * (1 + rng.normal(0, 0.01, len(at)))
    loss = (TRUE.idle_w + TRUE.linear * ac + TRUE.square_per_w * ac**2) * np.where(late, worn, 1.0)
    dc = ac + loss + rng.normal(0, 8.0, len(at))
    dc[::97] += 400.0
    return InverterRecord(at=at, dc_w=dc, ac_out_w=ac, ac_in_w=np.zeros(len(at)), state=np.full(len(at), 9.0))


EUROPE = Supply(phase_v=230.0, hertz=50.0)


AMERICA = Supply(phase_v=120.0, hertz=60.0)


def healthy(supply: Supply, phases: int = 1, weeks: float = 2.0, seed: int = 1) -> GridRecord:
    rng = np.random.default_rng(seed)
    at = T0 + np.arange(0, weeks * WEEK_S, 10.0)
    volts = {f"L{n + 1}": supply.phase_v * (1 + rng.normal(0, 0.005, len(at))) for n in range(phases)}
    hertz = supply.hertz + rng.normal(0, 0.02, len(at))
    return GridRecord(at=at, hertz=hertz, volts=volts, on_grid=np.ones(len(at), dtype=bool), amperes={})
