"""A station in one row: the figures that the fleet screen, `status` and the alarms speak of."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class AcInput:
    """What feeds the AC side: `grid`, `shore`, `genset` or None, and whether it is connected."""

    type: str | None = None
    connected: bool | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """Live figures of a station. Signs as on D-Bus: battery + charges, grid + imports, PV + produces, loads >= 0.

    None where the station has no such value. An implausible value stays, with its reason under `flags`.
    Figures of a stale or lost station are the last ones known; its state says so.
    """

    figures_at: float | None = None
    """When the figures were read (UTC epoch, s): other services may have been read since."""
    soc_percent: float | None = None
    battery_power_w: float | None = None
    battery_voltage_v: float | None = None
    battery_current_a: float | None = None
    pv_power_w: float | None = None
    pv_dc_power_w: float | None = None
    pv_ac_power_w: float | None = None
    load_power_w: float | None = None
    dc_load_power_w: float | None = None
    other_dc_power_w: float | None = None
    grid_power_w: float | None = None
    genset_power_w: float | None = None
    ac_input: AcInput = field(default_factory=AcInput)
    time_to_go_s: float | None = None
    cell_spread_v: float | None = None
    battery_temperature_c: float | None = None
    system_state: str | None = None
    firmware: str | None = None
    device_alarms: dict[str, int] = field(default_factory=dict)
    """The devices' own alarms by level: `{"critical": 1, "warning": 2}`."""
    flags: dict[str, str] = field(default_factory=dict)
    """Field name (or `balance`, `battery_bank` ...) to why it is doubtful, as a sentence."""

    def to_json(self) -> dict[str, Any]:
        """Plain data, for the store and `status --json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The overview that `to_json` gave; unknown keys of another version are left out."""
        known = {f.name for f in fields(cls)}
        values = {key: value for key, value in data.items() if key in known}
        values["ac_input"] = AcInput(**(data.get("ac_input") or {}))
        return cls(**values)
