"""Sunlight on a tilted plane under a clear sky, by place and time. Knows no clouds and no panels.

Direct beam: Meinel and Meinel (1976), 1353 W/m2 x 0.7 ^ (airmass ^ 0.678); airmass: Kasten and Young (1989);
diffuse light taken as a tenth of the beam. Good to some 10 %, which is enough for a station that must look real.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import lru_cache

from astral import Observer
from astral.sun import azimuth, elevation

SOLAR_CONSTANT_W_M2 = 1353.0
DIFFUSE_SHARE = 0.1
GRID_S = 600
"""The sun is computed every ten minutes and drawn straight between: astral takes a tenth of a millisecond a call."""


def plane_irradiance_w_m2(elevation_deg: float, azimuth_deg: float, tilt_deg: float, facing_deg: float) -> float:
    """Clear-sky irradiance on a plane, W/m2; 0 with the sun below the horizon.

    Args:
        elevation_deg: the sun above the horizon.
        azimuth_deg: the sun, clockwise from north.
        tilt_deg: the plane from level.
        facing_deg: where the plane looks, clockwise from north.
    """
    if elevation_deg <= 0.0:
        return 0.0
    height = math.radians(elevation_deg)
    airmass = 1.0 / (math.sin(height) + 0.50572 * math.pow(elevation_deg + 6.07995, -1.6364))
    beam = SOLAR_CONSTANT_W_M2 * math.pow(0.7, math.pow(airmass, 0.678))
    tilt = math.radians(tilt_deg)
    cos_incidence = math.sin(height) * math.cos(tilt) + math.cos(height) * math.sin(tilt) * math.cos(
        math.radians(azimuth_deg - facing_deg)
    )
    return beam * (max(0.0, cos_incidence) + DIFFUSE_SHARE)


@lru_cache(maxsize=4096)
def _sun_at(latitude: float, longitude: float, slot: int) -> tuple[float, float]:
    """Elevation and azimuth of the sun in degrees, at the start of a slot of `GRID_S` seconds."""
    observer = Observer(latitude, longitude)
    moment = datetime.fromtimestamp(slot * GRID_S, UTC)
    return elevation(observer, moment), azimuth(observer, moment)


class Sky:
    """The clear sky over one place."""

    def __init__(self, latitude: float, longitude: float) -> None:
        self._place = (latitude, longitude)
        self._slot = -1
        self._ends: dict[tuple[float, float], tuple[float, float]] = {}

    def irradiance_w_m2(self, at: float, tilt_deg: float, facing_deg: float) -> float:
        """Clear-sky irradiance on a plane at a moment (UTC epoch, s), W/m2."""
        slot = int(at // GRID_S)
        if slot != self._slot:
            self._slot, self._ends = slot, {}
        plane = (tilt_deg, facing_deg)
        ends = self._ends.get(plane)
        if ends is None:
            ends = (self._at_slot(slot, *plane), self._at_slot(slot + 1, *plane))
            self._ends[plane] = ends
        share = at / GRID_S - slot
        return ends[0] + (ends[1] - ends[0]) * share

    def _at_slot(self, slot: int, tilt_deg: float, facing_deg: float) -> float:
        return plane_irradiance_w_m2(*_sun_at(*self._place, slot), tilt_deg, facing_deg)
