"""A made-up day of one site, as the store would answer: a gap at night, export at noon, cells that drift apart."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from victron_console.console.trends.frame import DAY_SPAN, SPANS, Frame, frame_at
from victron_console.console.trends.quantity import BY_NAME
from victron_console.console.trends.read import (
    AlarmMark,
    Lane,
    Limit,
    QuantityTrend,
)
from victron_console.model.alert import Severity
from victron_console.model.units import DAY_S
from victron_console.store.answers import Bucket

STATION = "birch-clinic"
GAP_H = (0.0, 1.25)


def _hour(at: float) -> float:
    return at % DAY_S / 3600


def _sun(hour: float) -> float:
    return max(0.0, math.sin((hour - 6) / 12 * math.pi)) if 6 < hour < 18 else 0.0


SHAPES: dict[str, Callable[[float], float]] = {
    "soc": lambda h: 62 + 33 * math.cos((h - 17) / 24 * 2 * math.pi),
    "pv": lambda h: 3600 * _sun(h),
    "load": lambda h: 700 + 1500 * math.exp(-((h - 19.5) ** 2) / 3) + 700 * math.exp(-((h - 7.5) ** 2)),
    "grid": lambda h: 500 * (h < 7) - 1800 * max(0.0, _sun(h) - 0.55) / 0.45,
    "spread": lambda h: 11 + (90 * (h - 12.5) if 12.5 < h < 14.6 else 0),
}
SPREADS = {"soc": 0.0, "pv": 0.25, "load": 0.6, "grid": 0.02, "spread": 0.3}


def trend(name: str, frame: Frame, now: float) -> QuantityTrend:
    """One quantity of that day."""
    noise = Random(name)
    buckets: list[Bucket | None] = []
    for column in range(frame.columns):
        at = frame.begin(column) + frame.step_s / 2
        hour = _hour(at)
        if frame.begin(column) >= now or GAP_H[0] <= hour < GAP_H[1]:
            buckets.append(None)
            continue
        value = SHAPES[name](hour)
        swing = abs(value) * SPREADS[name] * noise.random()
        buckets.append(Bucket(value - swing * 0.3, value, value + swing, value))
    return QuantityTrend(STATION, BY_NAME[name], frame, tuple(buckets))


def day_frame(now: float, room: int) -> Frame:
    """The last 24 hours."""
    return frame_at(now, SPANS[DAY_SPAN], room)


def lane(now: float) -> Lane:
    """Two alarms and the gap."""
    midnight = now - now % DAY_S
    return Lane(
        alarms=(
            AlarmMark("90", midnight + 4.25 * 3600, midnight + 6 * 3600, "!", "SOC low", "31 %"),
            AlarmMark("1", midnight + 13.25 * 3600, None, "!", "Cell 7 high", "86 mV"),
        ),
        silent=((midnight, midnight + 1.25 * 3600),),
    )


LIMITS = {
    "soc": (Limit(30.0, above=False, word="floor"),),
    "spread": (Limit(80.0, severity=Severity.WARNING, word="C07"),),
}
