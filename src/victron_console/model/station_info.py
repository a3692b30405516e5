"""What a station file says of a station, as the store keeps it: parsed once, so that nobody looks keys up by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import TypeAdapter

from victron_console.model.snapshot import BatteryChoice


@dataclass(frozen=True, slots=True)
class Location:
    """Where a station stands: degrees, + north and east, and an IANA time zone; None where the file is silent."""

    latitude: float | None = None
    longitude: float | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class BatteryFacts:
    """What no device says of its battery, and which devices are it; None or empty where the file is silent."""

    chemistry: str | None = None
    cells_in_series: int | None = None
    capacity_ah: float | None = None
    monitor: str = ""
    bms: str = ""
    packs: tuple[str, ...] = ()

    @property
    def choice(self) -> BatteryChoice:
        """Which devices the owner named as the battery's."""
        return BatteryChoice(self.monitor, self.bms, self.packs)


@dataclass(frozen=True, slots=True)
class Mains:
    """The nominal mains, V between phase and neutral and Hz; None where the country or what is measured tells them."""

    nominal_voltage_v: float | None = None
    nominal_frequency_hz: float | None = None


@dataclass(frozen=True, slots=True)
class PvArray:
    """The solar array: its size, and how it lies (degrees from level, degrees clockwise from north)."""

    kwp: float | None = None
    tilt_deg: float = 30.0
    azimuth_deg: float = 180.0


@dataclass(frozen=True, slots=True)
class EssFacts:
    """What advice for an ESS needs. kW and kWh at the AC side; None where the file is silent."""

    tariff_file: str = ""
    charge_kw: float | None = None
    discharge_kw: float | None = None
    capacity_kwh: float | None = None
    min_soc_percent: float | None = None
    charge_efficiency: float = 0.95
    """AC to stored, 0 to 1; with an inverter/charger and a lithium battery about so much (judgement)."""
    discharge_efficiency: float = 0.94
    wear_per_kwh: float | None = None
    """Money for a discharged kWh."""
    import_kw: float | None = None
    export_kw: float | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """The published list of prices that a station's energy follows, and what is paid beside it; prices per kWh."""

    source: str = ""
    """Empty: none."""
    zone: str = ""
    url: str = ""
    factor: float = 1.0
    add: float = 0.0
    sell_factor: float = 0.0
    sell_add: float = 0.0


@dataclass(frozen=True, slots=True)
class StationInfo:
    """The public part of a station file."""

    contact: str = ""
    access: str = ""
    notes: str = ""
    runbook: str = ""
    location: Location = field(default_factory=Location)
    battery: BatteryFacts = field(default_factory=BatteryFacts)
    grid: Mains = field(default_factory=Mains)
    pv: PvArray = field(default_factory=PvArray)
    ess: EssFacts = field(default_factory=EssFacts)
    prices: PriceFacts = field(default_factory=PriceFacts)
    given: Mapping[str, Any] = field(default_factory=dict)
    """All of it as it is kept, for those who hand it on: rules with their thresholds, a bundle."""

    @classmethod
    def from_json(cls, data: object) -> StationInfo:
        """What the store kept of a file; keys of another version are left out, null is what was not said.

        Raises:
            ValueError: something of it is of a type that no file can give.
        """
        kept = _without_null(data)
        return replace(_adapter().validate_python(kept), given=kept if isinstance(kept, dict) else {})


def _without_null(data: object) -> object:
    if not isinstance(data, Mapping):
        return data
    return {key: _without_null(value) for key, value in data.items() if value is not None}


@cache
def _adapter() -> TypeAdapter[StationInfo]:
    return TypeAdapter(StationInfo)


def zone_named(*names: str | None) -> ZoneInfo | None:
    """The first time zone that a name gives, as station files (`Europe/Berlin`) and GX devices write it.

    A GX that keeps `UTC` was never told a zone: that is its factory setting. None: take the operator's own.
    """
    for name in names:
        if name and name != "UTC":
            try:
                return ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                continue
    return None
