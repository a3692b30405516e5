"""What a year of one station is, as the diagnoses read it: arrays on common moments, and what is known of the site.

Owns names and units only; reading the store is the caller's job. Five-minute means fit; NaN is: nothing received.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo

import numpy as np

from victron_console.diagnosing.battery.capacity import Limits
from victron_console.diagnosing.battery.resistance import NO_STEPS, LoadSteps
from victron_console.diagnosing.power.grid import Supply
from victron_console.diagnosing.power.polled_supply import PolledSupply
from victron_console.diagnosing.power.pv import Array
from victron_console.diagnosing.record.timeline import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is known of a station beyond its record."""

    nominal_ah: float | None = None
    limits: Limits | None = None
    """Of the BMS; without them capacity is BMS-implied."""
    supply: Supply | None = None
    """The nominal mains; None off grid, and where nobody can tell it."""
    has_mains: bool = False
    """Whether there are any."""
    array: Array | None = None
    zone: tzinfo | None = None
    chemistry: str | None = None
    """As the station file says; None: taken for LFP."""
    packs_soh: Mapping[str, float] = field(default_factory=dict)
    """What each battery of the bank reports of itself, by name; empty where it is one alone."""
    inspect_now: tuple[str, ...] | None = None
    """What alarms say of the battery now (modules offline, low cells); None where they are not read."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """The record of one station: each array of one length with `at`; None where the station has no such thing."""

    at: FloatArray
    """UTC epoch, s, ascending."""
    read_every_s: float = 0.0
    """How seldom the station was read on the last day: beyond the distance of `at` a figure is one read, no mean."""
    soh_percent: FloatArray | None = None
    soc_percent: FloatArray | None = None
    battery_v: FloatArray | None = None
    battery_a: FloatArray | None = None
    """+ charging."""
    battery_w: FloatArray | None = None
    battery_c: FloatArray | None = None
    """The hottest cell where known."""
    coldest_c: FloatArray | None = None
    ambient_c: FloatArray | None = None
    cell_high_v: FloatArray | None = None
    cell_low_v: FloatArray | None = None
    cell_low_id: FloatArray | None = None
    pv_w: FloatArray | None = None
    load_w: FloatArray | None = None
    """AC and DC loads."""
    grid_w: FloatArray | None = None
    """+ import."""
    genset_w: FloatArray | None = None
    other_w: FloatArray | None = None
    """Wind and alternator on the DC bus."""
    inverter_dc_w: FloatArray | None = None
    """+ inverting; None: battery power less PV and loads on DC is not taken for it."""
    ac_out_w: FloatArray | None = None
    ac_in_w: FloatArray | None = None
    inverter_state: FloatArray | None = None
    grid_connected: FloatArray | None = None
    """1 while the public grid is there, 0 while not; NaN where that is no outage."""
    grid_hz: FloatArray | None = None
    grid_v: Mapping[str, FloatArray] = field(default_factory=dict)
    """By phase."""
    grid_a: Mapping[str, FloatArray] = field(default_factory=dict)
    grid_polls: PolledSupply | None = None
    """What single polls of the grid told; None: the columns are the polls."""
    buy: FloatArray | None = None
    """Price of a kWh from the grid; NaN where it was not told, None without a tariff."""
    sell: FloatArray | None = None
    """Price of a kWh to the grid."""
    gx_uptime_s: FloatArray | None = None
    data_free_bytes: FloatArray | None = None
    wifi_percent: FloatArray | None = None
    vrm_contact_at: FloatArray | None = None
    """When VRM was last reached (UTC epoch, s)."""
    can_errors: Mapping[str, FloatArray] = field(default_factory=dict)
    """Counter by interface."""
    polls: FloatArray | None = None
    failed_polls: FloatArray | None = None
    steps: LoadSteps = NO_STEPS
    """Load steps gathered from fast records (`resistance.load_steps`), not on `at`."""

    def or_nothing(self, value: FloatArray | None) -> FloatArray:
        """The array, or one of NaN."""
        return np.full(len(self.at), np.nan) if value is None else value

    def since(self, moment: float) -> History:
        """The part from a moment on."""
        kept = self.at >= moment
        cut: dict[str, object] = {}
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                cut[name] = value[kept]
            elif isinstance(value, Mapping):
                cut[name] = {key: part[kept] for key, part in value.items()}
            elif isinstance(value, LoadSteps):
                cut[name] = value.since(moment)
        return replace(self, **cut)  # type: ignore[arg-type]
