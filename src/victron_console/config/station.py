"""What a station file says of a station. Validated once, then frozen; it knows no source and polls nothing.

The description of a field is also the sentence of a fault in it: what was expected there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, Strict, ValidationInfo, field_validator

from victron_console.catalogue import TIER_S, Tier
from victron_console.config.fields import (
    BatteryDevice,
    Line,
    Lines,
    Name,
    Parameter,
    ParameterName,
    Prose,
    Table,
    TimeZone,
    needs,
    refusal,
)
from victron_console.config.prices import Prices
from victron_console.config.source_settings import SourceSettings
from victron_console.config.sources import SOURCE_NAMES, SOURCES, SourceTables
from victron_console.model.snapshot import BatteryChoice

Chemistry = Literal["lfp", "nmc", "lto", "lead-acid", "agm", "gel"]
"""`lead-acid` is flooded; `agm` and `gel` are sealed lead-acid."""


class Location(Table):
    """`[station.location]`: where the station stands; a place that moves leaves the coordinates out."""

    model_config = ConfigDict(validate_default=True)

    latitude: float | None = Field(default=None, ge=-90, le=90, description="degrees, -90 to 90, north positive")
    longitude: float | None = Field(default=None, ge=-180, le=180, description="degrees, -180 to 180, east positive")
    timezone: TimeZone | None = Field(default=None, description="an IANA time zone such as Europe/Berlin")

    @field_validator("longitude")
    @classmethod
    def _both_or_none(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None:
            needs(info, "latitude", "a latitude beside the longitude")
        elif info.data.get("latitude") is not None:
            raise refusal("a longitude beside the latitude", "the latitude alone")
        return value


class Battery(Table):
    """`[station.battery]`: what no device says of its battery. All else is read from the device."""

    chemistry: Chemistry | None = Field(default=None, description="lfp, nmc, lto, lead-acid, agm or gel")
    cells_in_series: int | None = Field(default=None, ge=1, le=500, description="a whole number from 1 to 500")
    capacity_ah: float | None = Field(
        default=None, gt=0, le=100_000, description="ampere-hours above 0, all packs together"
    )
    monitor: BatteryDevice = Field(default="", description='the device that measures it, such as "battery/279"')
    bms: BatteryDevice = Field(default="", description='the BMS that controls it, such as "battery/1"')
    packs: Annotated[tuple[BatteryDevice, ...], Strict(False)] = Field(
        default=(), description='a list of the batteries with its cells, such as ["battery/1", "battery/2"]'
    )

    @field_validator("packs")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) < len(value) or not all("/" in name for name in value):
            raise refusal("a list of batteries, each once", repr(list(value)))
        return value

    def choice(self) -> BatteryChoice:
        """Which devices the owner named as the battery's."""
        return BatteryChoice(self.monitor, self.bms, self.packs)


class Grid(Table):
    """`[station.grid]`: the nominal mains; else of the country by its time zone, or near to the measured."""

    nominal_voltage_v: float | None = Field(
        default=None, ge=100, le=480, description="volts from 100 to 480 between phase and neutral"
    )
    nominal_frequency_hz: float | None = Field(default=None, description="50 or 60")

    @field_validator("nominal_frequency_hz")
    @classmethod
    def _mains(cls, value: float | None) -> float | None:
        if value not in (None, 50, 60):
            raise refusal("50 or 60")
        return value


class Pv(Table):
    """`[station.pv]`: the solar array: its size, and for forecasts how it lies."""

    kwp: float | None = Field(default=None, gt=0, le=100_000, description="kilowatts peak above 0")
    tilt_deg: float = Field(default=30.0, ge=0, le=90, description="degrees from level, 0 to 90")
    azimuth_deg: float = Field(default=180.0, ge=0, le=360, description="degrees clockwise from north, 180 is south")


class Ess(Table):
    """`[station.ess]`: what advice for an ESS needs. Without a tariff nothing is advised, no forecast asked for."""

    model_config = ConfigDict(validate_default=True)

    tariff_file: Line = Field(default="", description="the path of a tariff, .toml or .csv")
    charge_kw: float | None = Field(default=None, gt=0, le=10_000, description="kilowatts above 0")
    discharge_kw: float | None = Field(default=None, gt=0, le=10_000, description="kilowatts above 0")
    capacity_kwh: float | None = Field(
        default=None, gt=0, le=1_000_000, description="kilowatt-hours above 0; else battery.capacity_ah at its voltage"
    )
    min_soc_percent: float | None = Field(
        default=None, ge=0, lt=100, description="percent from 0 to below 100 where the device says no minimum SOC"
    )
    charge_efficiency: float = Field(default=0.95, ge=0.3, le=1, description="from AC to stored, 0.3 to 1")
    discharge_efficiency: float = Field(default=0.94, ge=0.3, le=1, description="from stored to AC, 0.3 to 1")
    wear_per_kwh: float | None = Field(
        default=None, ge=0, le=1e6, description="money for a discharged kWh; else a tenth of the usual buying price"
    )
    import_kw: float | None = Field(default=None, gt=0, le=1e6, description="kilowatts that the connection gives")
    export_kw: float | None = Field(default=None, ge=0, le=1e6, description="kilowatts that may be fed in, 0: none")
    currency: Line = Field(default="", description="of a price list, such as EUR; else €")

    @field_validator("charge_kw", "discharge_kw")
    @classmethod
    def _beside_a_tariff(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is None and info.data.get("tariff_file"):
            raise refusal("kilowatts beside the tariff: what the inverter/charger can do", "nothing")
        return value


class Cadence(Table):
    """`[station.cadence]`: seconds between two reads of a tier, where the default does not suit: a paid link."""

    fast_s: float | None = Field(default=None, ge=1, le=86_400, description="seconds from 1 to 86400")
    medium_s: float | None = Field(default=None, ge=1, le=86_400, description="seconds from 1 to 86400")
    slow_s: float | None = Field(default=None, ge=1, le=86_400, description="seconds from 1 to 86400")
    rare_s: float | None = Field(default=None, ge=1, le=86_400, description="seconds from 1 to 86400")

    def by_tier(self) -> Mapping[Tier, float]:
        """Seconds between two reads of each tier. A tier is never read more often than the one before it."""
        own = {Tier.FAST: self.fast_s, Tier.MEDIUM: self.medium_s, Tier.SLOW: self.slow_s, Tier.RARE: self.rare_s}
        intervals: dict[Tier, float] = {}
        longest = 0.0
        for tier, seconds in own.items():
            longest = max(longest, seconds if seconds is not None else TIER_S[tier])
            intervals[tier] = longest
        return intervals


def _source_name(name: str) -> str:
    if name not in SOURCES:
        raise refusal(SOURCE_NAMES)
    return name


SourceName = Annotated[str, AfterValidator(_source_name)]


class StationConfig(SourceTables):
    """One `[[station]]`: how it is reached, and what the operator knows of it that the device does not."""

    id: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,63}$",
        description="1 to 64 small letters, digits and hyphens, such as alder-farm",
    )
    name: Name = Field(description="the name to show, one line of text")
    source: SourceName = Field(default=next(iter(SOURCES)), validate_default=True, description=SOURCE_NAMES)
    fallback: SourceName | None = Field(default=None, description=f"{SOURCE_NAMES}, another than source")
    tags: Lines = Field(default=(), description='a list of texts such as ["farm", "off-grid"]')
    contact: Line = Field(default="", description="one line: whom to call")
    access: Line = Field(default="", description="one line: how to get in")
    notes: Prose = Field(default="", description="text")
    runbook: Prose = Field(default="", description="text: what to do when it fails, or where that is written")
    location: Location = Field(default_factory=Location, description="a table [station.location]")
    battery: Battery = Field(default_factory=Battery, description="a table [station.battery]")
    grid: Grid = Field(default_factory=Grid, description="a table [station.grid]")
    pv: Pv = Field(default_factory=Pv, description="a table [station.pv]")
    ess: Ess = Field(default_factory=Ess, description="a table [station.ess]")
    prices: Prices = Field(default_factory=Prices, description="a table [station.prices]")
    cadence: Cadence = Field(default_factory=Cadence, description="a table [station.cadence]")
    thresholds: dict[ParameterName, Parameter] = Field(
        default_factory=dict, description="a table [station.thresholds] such as soc_warn = 25"
    )

    @field_validator("source", "fallback")
    @classmethod
    def _is_described(cls, value: SourceName | None, info: ValidationInfo) -> SourceName | None:
        if value is not None and value in info.data and info.data[value] is None:
            raise refusal(SOURCES[value].NEEDED, "nothing", key=SOURCES[value].SHORT_KEY or value)
        return value

    @field_validator("fallback")
    @classmethod
    def _is_another(cls, value: SourceName | None, info: ValidationInfo) -> SourceName | None:
        if value is not None and value == info.data.get("source"):
            raise refusal("another source than the first", f"{value!r} again")
        return value

    @field_validator("prices")
    @classmethod
    def _one_tariff(cls, value: Prices, info: ValidationInfo) -> Prices:
        ess = info.data.get("ess")
        if value.source is not None and isinstance(ess, Ess) and ess.tariff_file:
            raise refusal("either a tariff_file in [station.ess] or a source in [station.prices]", "both")
        return value

    @property
    def sources(self) -> Mapping[str, SourceSettings]:
        """The settings of the sources that the file describes, by name."""
        return {name: settings for name in SOURCES if (settings := getattr(self, name)) is not None}

    def identities(self) -> frozenset[str]:
        """What tells the station from others, in small letters: the hosts it is reached at, its portal id."""
        return frozenset(it for settings in self.sources.values() for it in settings.identities() if it)

    def portal_ids(self) -> frozenset[str]:
        """What Victron's portal knows its GX by, in small letters; none where no source of it says."""
        return frozenset({self.mqtt.portal_id.lower()} if self.mqtt and self.mqtt.portal_id else ())

    def asks_portal(self) -> bool:
        """Whether it is read by way of Victron's portal."""
        return (self.mqtt is not None and self.mqtt.vrm) or self.vrm is not None

    def addresses(self) -> frozenset[str]:
        """Where it is asked; no other station may have one of these."""
        return frozenset(settings.address() for settings in self.sources.values())

    def public(self) -> dict[str, Any]:
        """What the store may keep, as JSON holds it: the file's keys without secrets, of headers the names only."""
        secret: dict[str, Any] = {"prices": {"token"}}
        shown = self.model_dump(mode="json", exclude=dict.fromkeys(SOURCES, True) | secret)
        return shown | {name: settings.public() if (settings := getattr(self, name)) else None for name in SOURCES}
