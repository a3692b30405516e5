"""Weather of a place, drawn from a seed: a pure function of time, so any moment can be asked in any order."""

from __future__ import annotations

import math
import random
from functools import lru_cache

from victron_console.model.units import DAY_S

CLOUD_SLOT_S = 300.0
WARMEST_DAY = 200.0
"""Day of the year of the yearly maximum in the north."""


@lru_cache(maxsize=8192)
def seeded(seed: int, topic: str, slot: int) -> float:
    """A number in 0..1 that belongs to this seed, topic and slot of time."""
    return random.Random(f"{seed}/{topic}/{slot}").random()


def smooth(seed: int, topic: str, at: float, slot_s: float) -> float:
    """Seeded noise in 0..1 drawn straight between slots of time."""
    position = at / slot_s
    slot = math.floor(position)
    low, high = seeded(seed, topic, slot), seeded(seed, topic, slot + 1)
    return low + (high - low) * (position - slot)


class Weather:
    """Clouds, wind and temperature over one place."""

    def __init__(self, seed: int, latitude: float, longitude: float) -> None:
        self._seed = seed
        self._north = latitude >= 0
        self._tropical = abs(latitude) < 25
        self._yearly_mean_c = 27.0 - 0.35 * abs(latitude)
        self._solar_offset_s = longitude / 360.0 * DAY_S

    def clearness(self, at: float) -> float:
        """Share of the clear-sky light that arrives, 0.08..1."""
        day = seeded(self._seed, "day", math.floor((at + self._solar_offset_s) / DAY_S))
        mean = 0.25 + 0.72 * math.pow(day, 0.6)
        restless = 0.6 * (1.0 - abs(2.0 * mean - 1.0))
        flicker = smooth(self._seed, "cloud", at, CLOUD_SLOT_S) - 0.5
        return min(1.0, max(0.08, mean + restless * flicker))

    def wind(self, at: float) -> float:
        """Share of the rated wind power, 0..1: the cube of a slow wind speed with gusts."""
        speed = 0.75 * smooth(self._seed, "wind", at, 14400.0) + 0.25 * smooth(self._seed, "gust", at, 60.0)
        share = min(1.0, max(0.0, (speed - 0.25) / 0.6))
        return share * share * share

    def ambient_c(self, at: float) -> float:
        """Outdoor temperature in degrees Celsius: season, time of day and spells of days."""
        year = (at / DAY_S) % 365.25
        season = math.cos((year - WARMEST_DAY) / 365.25 * 2 * math.pi) * (2.0 if self._tropical else 9.0)
        hour = ((at + self._solar_offset_s) % DAY_S) / 3600.0
        daily = 4.0 * math.cos((hour - 15.0) / 24.0 * 2 * math.pi)
        spell = 6.0 * (smooth(self._seed, "spell", at, 3 * DAY_S) - 0.5)
        return self._yearly_mean_c + (season if self._north else -season) + daily + spell
