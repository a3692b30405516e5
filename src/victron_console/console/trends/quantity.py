"""What can be drawn over time: a figure of the overview, a sum of series, or one series of a device. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from victron_console.catalogue import Kind, catalogue
from victron_console.console.kit.energy.kinds import OF_CLASS, kind_of_field
from victron_console.console.kit.format import number, power
from victron_console.console.kit.palette import Role
from victron_console.model.device import split_series

POWER_UNIT, PERCENT_UNIT, ENERGY_UNIT = "kW", "%", "kWh"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One thing to draw. Stored values times `scale` are in `unit`; powers stay in W and read in kW."""

    name: str
    """What a saved view calls it: `pv`, or a series name."""
    label: str
    unit: str = ""
    field: str = ""
    """The overview field with five-minute means of it; empty where there is none."""
    parts: tuple[str, ...] = ()
    """Series, or patterns of them, whose sum it is: finer than the five-minute means where the station has them."""
    scale: float = 1.0
    decimals: int = 0
    signed: bool = False
    from_zero: bool = True
    """Whether its bars stand on zero; a voltage's stand on what it usually is."""
    least: float = 0.0
    """The smallest top of its scale: noise around zero must not fill a panel."""
    device: str = ""
    """Whose series it is: `battery 512`; empty for a figure of the whole site."""
    daily: bool = False
    """An energy: the power summed up over each column."""
    like: str = ""
    """The overview field that it is like, of what somebody else recorded; empty for our own record."""

    @property
    def kind(self) -> Role:
        """The kind of energy that it is about."""
        field = self.field or self.like
        return kind_of_field(field) if field else OF_CLASS.get(self.device.partition(" ")[0], Role.OTHER)

    @property
    def full_label(self) -> str:
        """What it is called where nothing around it says whose it is."""
        return f"{self.device} {self.label}".strip()

    @property
    def is_power(self) -> bool:
        """Whether it reads as a power."""
        return self.unit == POWER_UNIT

    @property
    def stored_unit(self) -> str:
        """The unit of its values, for other programs: powers are in W, however they read."""
        return "W" if self.is_power else self.unit

    @property
    def is_percent(self) -> bool:
        """Whether its scale is 0 to 100."""
        return self.unit == PERCENT_UNIT

    def text(self, value: float | None) -> str:
        """A value as it reads: `1.76k`, `54%`, `-0.23`."""
        if self.is_power:
            return power(value, signed=self.signed).rstrip()
        read = number(value, self.decimals, signed=self.signed)
        return f"{read}%" if self.is_percent and value is not None else read

    def is_there(self, names: frozenset[str], fields: frozenset[str]) -> bool:
        """Whether a station has it: by its series, and the fields and names that `StationSeries` tells of."""
        return self.field in fields or self.name in fields or bool(self.of(names))

    def of(self, names: frozenset[str]) -> tuple[str, ...]:
        """The station's series that it is the sum of, out of all its series."""
        return tuple(sorted(name for part in self.parts for name in names if fnmatchcase(name, part)))


def _phases(path: str) -> tuple[str, ...]:
    return (f"system/*/Ac/{path}/L[123]/Power",)


_PV = ("system/*/Dc/Pv/Power", *(p for place in ("Grid", "Output", "Genset") for p in _phases(f"PvOn{place}")))
_KWH = 1 / 3.6e6
FIGURES = (
    Quantity("soc", "SOC", "%", "soc_percent", ("system/*/Dc/Battery/Soc",)),
    Quantity("pv", "PV", "kW", "pv_power_w", _PV, least=100.0),
    Quantity("load", "LOAD", "kW", "load_power_w", _phases("Consumption"), least=100.0),
    Quantity("grid", "GRID", "kW", "grid_power_w", _phases("Grid"), signed=True, least=100.0),
    Quantity("battery", "BATT", "kW", "battery_power_w", ("system/*/Dc/Battery/Power",), signed=True, least=100.0),
    Quantity("genset", "GENSET", "kW", "genset_power_w", _phases("Genset"), least=100.0),
    Quantity("dc", "DC LOAD", "kW", "dc_load_power_w", least=100.0),
    Quantity("spread", "SPREAD", "mV", "cell_spread_v", scale=1000.0, least=40.0),
    Quantity(
        "voltage", "VOLTS", "V", "battery_voltage_v", ("system/*/Dc/Battery/Voltage",), decimals=1, from_zero=False
    ),
    Quantity(
        "current",
        "AMPS",
        "A",
        "battery_current_a",
        ("system/*/Dc/Battery/Current",),
        decimals=1,
        signed=True,
        least=4.0,
    ),
    Quantity("temperature", "BATTERY", "°C", "battery_temperature_c", from_zero=False),
    Quantity("pv-energy", "PV", "kWh", "pv_power_w", scale=_KWH, decimals=1, daily=True, least=1.0),
    Quantity("load-energy", "LOAD", "kWh", "load_power_w", scale=_KWH, decimals=1, daily=True, least=1.0),
    Quantity("grid-energy", "GRID", "kWh", "grid_power_w", scale=_KWH, decimals=1, signed=True, daily=True, least=1.0),
    Quantity("genset-energy", "GENSET", "kWh", "genset_power_w", scale=_KWH, decimals=1, daily=True, least=1.0),
)
"""The figures that every station may have."""
EXTERNAL = (
    Quantity("vrm-soc", "SOC VRM", "%", like="soc_percent"),
    Quantity("vrm-voltage", "VOLTS VRM", "V", decimals=1, from_zero=False, like="battery_voltage_v"),
    Quantity("vrm-pv", "PV VRM", "kW", least=100.0, like="pv_power_w"),
    Quantity("vrm-load", "LOAD VRM", "kW", least=100.0, like="load_power_w"),
    Quantity("vrm-grid", "GRID VRM", "kW", signed=True, least=100.0, like="grid_power_w"),
    Quantity("vrm-battery", "BATT VRM", "kW", signed=True, least=100.0, like="battery_power_w"),
    Quantity("vrm-genset", "GENSET VRM", "kW", least=100.0, like="genset_power_w"),
)
"""What Victron's portal recorded, in quarters of an hour."""
BY_NAME = {quantity.name: quantity for quantity in (*FIGURES, *EXTERNAL)}

_FROM_ZERO = ("W", "A", "%", "kWh", "Ah", "VA", "rpm", "s")
_SIGNED = ("W", "A")


def series_quantity(series: str) -> Quantity:
    """A series of a device as a quantity, with name and unit of the catalogue.

    Raises:
        ValueError: the text is no series name.
    """
    device, path = split_series(series)
    metric = catalogue().metric(device.cls, path)
    owner = f"{device.cls} {device.instance}"
    if metric is None:
        return Quantity(series, path, parts=(series,), decimals=2, from_zero=False, device=owner)
    power_like = metric.unit == "W"
    return Quantity(
        series,
        f"{'.'.join(which_of(series))} {metric.name}".lstrip(),
        POWER_UNIT if power_like else metric.unit,
        parts=(series,),
        decimals=metric.decimals or 0,
        signed=metric.unit in _SIGNED and bool(metric.sign),
        from_zero=metric.unit in _FROM_ZERO or metric.kind is not Kind.GAUGE,
        least=100.0 if power_like else 4.0 * 10 ** -(metric.decimals or 0),
        device=owner,
    )


def which_of(series: str) -> tuple[str, ...]:
    """What tells a series from its sisters of one catalogue row, such as its phase; nothing where it has none."""
    device, path = split_series(series)
    metric = catalogue().metric(device.cls, path)
    parts = zip(path.split("/"), metric.path.split("/"), strict=False) if metric is not None else ()
    return tuple(part for part, pattern in parts if "{" in pattern)


def is_measured(series: str) -> bool:
    """Whether a series is a measured value, which is drawn more often than a state, an alarm or a setting is."""
    device, path = split_series(series)
    metric = catalogue().metric(device.cls, path)
    return metric is not None and metric.kind in (Kind.GAUGE, Kind.COUNTER)


def quantity_named(name: str) -> Quantity | None:
    """The quantity of that name, a figure's or a series'; None where it is none."""
    if name in BY_NAME:
        return BY_NAME[name]
    try:
        return series_quantity(name)
    except ValueError:
        return None
