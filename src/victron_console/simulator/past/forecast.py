"""Forecasts of the simulated weather, in the form of Open-Meteo's answers: no simulated station asks a stranger."""

from __future__ import annotations

import math
from collections.abc import Sequence

import httpx

from victron_console.model.clock import Clock
from victron_console.model.units import DAY_S, HOUR_S
from victron_console.simulator.spec import StationSpec
from victron_console.simulator.sun import Sky
from victron_console.simulator.weather import Weather, smooth
from victron_console.sources.open_meteo import DAYS, IrradianceForecast, Plane

SAMPLES = 4
"""An hour's mean is that of so many moments."""
ERROR = 0.3
"""From the lowest to the highest forecast of the same weather, as a share of it: half to either side, by the day."""


def forecast_of(spec: StationSpec, plane: Plane, now: float, world_s: float = 0.0) -> IrradianceForecast:
    """What a forecast made at `now` (UTC epoch, s) says of the coming days on a plane at a station."""
    sky, weather = Sky(spec.latitude, spec.longitude), Weather(spec.seed, spec.latitude, spec.longitude)
    first = now - now % HOUR_S
    begins = tuple(first + n * HOUR_S for n in range(round(DAYS * DAY_S / HOUR_S)))

    def mean_w_m2(begin: float) -> float:
        moments = [begin + world_s + (n + 0.5) * HOUR_S / SAMPLES for n in range(SAMPLES)]
        doubt = 1.0 + ERROR * (smooth(spec.seed, "forecast", begin + world_s, DAY_S) - 0.5)
        lit = (sky.irradiance_w_m2(at, plane.tilt_deg, plane.facing_deg) * weather.clearness(at) for at in moments)
        return max(0.0, doubt * math.fsum(lit) / SAMPLES)

    return IrradianceForecast(begins, tuple(round(mean_w_m2(begin), 1) for begin in begins), now)


class SimulatedForecasts(httpx.AsyncBaseTransport):
    """Stands in for Open-Meteo: answers for the nearest of the simulated stations."""

    def __init__(self, specs: Sequence[StationSpec], clock: Clock, world_s: float = 0.0) -> None:
        self._specs = specs
        self._clock = clock
        self._world_s = world_s

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to a question for hourly irradiance on a plane."""
        asked = request.url.params
        latitude, longitude = float(asked["latitude"]), float(asked["longitude"])
        spec = min(self._specs, key=lambda one: math.hypot(one.latitude - latitude, one.longitude - longitude))
        plane = Plane(latitude, longitude, float(asked["tilt"]), float(asked["azimuth"]) + 180.0)
        found = forecast_of(spec, plane, self._clock.now(), self._world_s)
        hours = {"time": [begin + HOUR_S for begin in found.begins], "global_tilted_irradiance": list(found.w_m2)}
        return httpx.Response(200, json={"hourly": hours})
