"""What comes from outside a station at one moment: light, weather, loads, the grid's voltage and frequency."""

from __future__ import annotations

import math
from dataclasses import dataclass

from victron_console.simulator.load import LoadProfile
from victron_console.simulator.scenario import Faults
from victron_console.simulator.spec import AcType, StationSpec
from victron_console.simulator.sun import Sky
from victron_console.simulator.weather import Weather, seeded, smooth

MPPT_EFFICIENCY = 0.98
PANEL_PERFORMANCE = 0.88
"""Dirt, heat, wiring and the spread between panels, over the rated power."""
STANDARD_W_M2 = 1000.0
MONTH_S = 30 * 86400.0


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything from outside at one moment, W, V, Hz and degrees Celsius."""

    array_w: tuple[float, ...]
    """What each PV array could give at its terminals."""
    load_w: tuple[float, ...]
    """AC consumption asked for, by phase of the inverter/charger."""
    alternator_w: float
    charger_w: float
    """What a charger at the shore could give."""
    motor_w: float
    wind_w: float
    ambient_c: float
    room_c: float
    mains: AcType
    """GRID or SHORE while there is one, else NONE."""
    grid_v: float
    grid_hz: float
    local_day: int


class Surroundings:
    """The world around one station; asks nothing of the station's own state."""

    def __init__(self, spec: StationSpec, since: float, world_s: float = 0.0) -> None:
        """The world of a station from a moment on; sun, weather and habits are those of `world_s` later."""
        self._spec = spec
        self._world_s = world_s
        self._since = since
        self._sky = Sky(spec.latitude, spec.longitude)
        self._weather = Weather(spec.seed, spec.latitude, spec.longitude)
        self.loads = LoadProfile(spec.load.profile, spec.load.daily_kwh, spec.timezone, spec.seed, spec.load.cooker_w)

    def at(self, at: float, faults: Faults) -> Outside:
        """The world at a moment (UTC epoch, s)."""
        spec = self._spec
        months = (at - self._since) / MONTH_S
        at += self._world_s
        hour = self.loads.local_hour(at)
        clear = self._weather.clearness(at) * faults.pv_factor * (1.0 - spec.ageing.soiling_per_month * months)
        array_w = tuple(
            array.kwp * 1000.0 * PANEL_PERFORMANCE * clear / STANDARD_W_M2
            * self._sky.irradiance_w_m2(at, array.tilt_deg, array.azimuth_deg)
            for array in spec.arrays
        )  # fmt: skip
        loads = tuple(
            share * faults.load_factor * self.loads.power_w(at, phase)
            for phase, share in zip(spec.converter.phases, spec.load.phase_shares, strict=True)
        )
        ambient = self._weather.ambient_c(at)
        noise = smooth(spec.seed, "hz", at, 30.0) + smooth(spec.seed, "hz-slow", at, 600.0) - 1.0
        return Outside(
            array_w=tuple(min(w, 1050.0 * a.kwp) for w, a in zip(array_w, spec.arrays, strict=True)),
            load_w=loads,
            alternator_w=spec.alternator_w * self._engine(at, hour),
            charger_w=spec.charger_w * (self._mains(hour, faults) is not AcType.NONE),
            motor_w=spec.motor_w * self._engine(at, hour),
            wind_w=spec.wind_w * self._weather.wind(at),
            ambient_c=ambient,
            room_c=18.0 + 0.35 * (ambient - 18.0) + spec.ageing.room_warming_k_per_month * months,
            mains=self._mains(hour, faults),
            grid_v=spec.converter.voltage_v
            * (0.99 + 0.03 * smooth(spec.seed, "volt", at, 900.0))
            * faults.voltage_factor,
            grid_hz=spec.converter.frequency_hz + 0.06 * noise + faults.frequency_offset_hz,
            local_day=math.floor((at + (hour - (at % 86400.0) / 3600.0) % 24 * 3600.0) / 86400.0),
        )

    def _mains(self, hour: float, faults: Faults) -> AcType:
        grid = self._spec.grid
        if grid is None or faults.grid_lost:
            return AcType.NONE
        first, last = grid.connected_hours
        plugged = first <= hour < last if first <= last else hour >= first or hour < last
        if not plugged:
            return AcType.NONE
        return (
            AcType.SHORE
            if AcType.SHORE in (self._spec.converter.input_1, self._spec.converter.input_2)
            else AcType.GRID
        )

    def _engine(self, at: float, hour: float) -> float:
        """The load of the engine, 0..1: it runs on two days of three, from ten to half past one."""
        spec = self._spec
        day = math.floor(at / 86400.0)
        if seeded(spec.seed, "engine", day) < 0.34 or not 10.0 <= hour < 13.5:
            return 0.0
        return 0.55 + 0.4 * smooth(spec.seed, "field", at, 300.0)
