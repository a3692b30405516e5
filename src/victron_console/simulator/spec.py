"""What a simulated station is made of: plain descriptions, no behaviour.

Powers in W, energies in kWh, charge in Ah, temperatures in degrees Celsius. Signs as on D-Bus.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Chemistry(StrEnum):
    """The cell chemistry of a bank."""

    LFP = "lfp"
    LEAD_ACID = "lead_acid"


class Monitor(StrEnum):
    """Who reports the battery, which decides the paths it publishes."""

    PYLONTECH = "pylontech"
    """A CAN-bus BMS: limits, extremes of the cells with their ids."""
    SERIAL = "serial"
    """dbus-serialbattery: every cell under /Voltages/CellN."""
    LYNX_NG = "lynx_ng"
    """Lynx BMS NG: every cell under /Battery/n/Cell/m."""
    LYNX_PARALLEL = "lynx_parallel"
    """Two Lynx Smart BMS behind a virtual total, the second switched off."""
    SHUNT = "shunt"
    """A SmartShunt: no limits, no cells."""
    NONE = "none"
    """Nobody: its owner chose to have no battery monitor."""

    @property
    def has_bms(self) -> bool:
        """Whether it sends charge and discharge limits."""
        return self not in (Monitor.SHUNT, Monitor.NONE)


class PvPosition(StrEnum):
    """Where a PV array feeds in."""

    DC = "dc"
    """Through an MPPT on the battery bus."""
    RS = "rs"
    """Into the Multi RS's own tracker."""
    INPUT = "input"
    """An AC inverter before the inverter/charger."""
    OUTPUT = "output"
    """An AC inverter behind the inverter/charger."""


class AcType(StrEnum):
    """What is wired to an AC input."""

    NONE = "none"
    GRID = "grid"
    GENSET = "genset"
    SHORE = "shore"

    @property
    def code(self) -> int:
        """The number in /Settings/SystemSetup/AcInputN and /Ac/In/n/Source."""
        return list(AcType).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ageing:
    """What wears out, for simulated years. All rates are per 30 days, zero by default."""

    capacity_fade_per_month: float = 0.0
    """Share of the nominal capacity lost."""
    resistance_growth_per_month: float = 0.0
    """Share of the initial cell resistance gained."""
    cell_drift_percent_per_month: float = 0.0
    """State of charge the drifting cell falls behind the others, percentage points."""
    drifting_cell: int = 7
    """Counted from 1."""
    inverter_loss_growth_per_month: float = 0.0
    """Share of the initial conversion loss gained."""
    room_warming_k_per_month: float = 0.0
    """How much warmer the battery room gets."""
    soiling_per_month: float = 0.0
    """Share of PV yield lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatterySpec:
    """One bank as seen at its terminals."""

    chemistry: Chemistry = Chemistry.LFP
    cells: int = 16
    """Cells in series."""
    capacity_ah: float = 280.0
    monitor: Monitor = Monitor.PYLONTECH
    control: Monitor | None = None
    """The BMS beside a monitor that is none."""
    whole: bool = False
    """Of two Lynx in parallel: whether both work."""
    resistance_ohm: float | None = None
    """Of one cell group; None: 0.17 Ah-ohm over the capacity, a usual figure for large LFP cells."""
    charge_limit_c: float = 0.5
    discharge_limit_c: float = 0.7
    balancer_percent_per_h: float = 0.5
    """What a passive balancer takes from the highest cells near full, percentage points an hour; 0: it is broken."""
    initial_soc_percent: float = 65.0
    name: str = ""
    soh_percent: float = 99.0
    modules: int = 1

    @property
    def bms(self) -> Monitor | None:
        """Who sends limits of charge and discharge; None where nobody does."""
        return self.monitor if self.monitor.has_bms else self.control

    @property
    def nominal_v(self) -> float:
        """The voltage class of the bank: 12, 24 or 48 V."""
        return 12.0 * round(self.cells * (3.2 if self.chemistry is Chemistry.LFP else 2.0) / 12.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class EssSpec:
    """Energy storage assistant: keeps the grid at a set-point from the battery."""

    setpoint_w: float = 50.0
    min_soc_percent: float = 20.0
    feed_in_dc: bool = True
    """Whether surplus of the MPPTs may be sold."""
    battery_life: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConverterSpec:
    """The inverter/charger: one unit a phase."""

    kind: str = "vebus"
    """`vebus` (MultiPlus, Quattro), `multi` (Multi RS), `inverter` (Phoenix: it does not charge) or `none`."""
    product: str = "MultiPlus-II 48/5000/70-50"
    product_id: int = 9763
    firmware: int = 1362
    phases: tuple[str, ...] = ("L1",)
    nominal_va: float = 5000.0
    """Of one unit."""
    voltage_v: float = 230.0
    frequency_hz: float = 50.0
    input_1: AcType = AcType.NONE
    input_2: AcType = AcType.NONE
    input_limit_a: float = 32.0
    """Per phase."""
    charger_a: float = 70.0
    """DC charging current of one unit."""
    idle_loss_w: float = 18.0
    ess: EssSpec | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PvArray:
    """Panels of one orientation on one tracker or AC inverter."""

    kwp: float
    position: PvPosition = PvPosition.DC
    tilt_deg: float = 30.0
    azimuth_deg: float = 180.0
    """180 is south."""
    phases: tuple[str, ...] = ("L1",)
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSpec:
    """What the site uses."""

    profile: str = "home"
    """Daily shape, a name in `load.PROFILES`."""
    daily_kwh: float = 9.0
    input_share: float = 0.0
    """Share wired before the inverter/charger, lost with the mains."""
    cooker_w: float = 0.0
    """Rated power of an electric hob that is used from six to seven in the evening."""
    phase_shares: tuple[float, ...] = (1.0,)
    dc_w: float = 0.0
    """Constant DC consumption."""
    dc_measured: bool = False
    """Whether a shunt measures it; else the GX estimates it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridSpec:
    """The public supply or the shore."""

    impedance_ohm: float = 0.25
    """Of a phase; 0.8 is a weak rural line."""
    metered: bool = True
    connected_hours: tuple[float, float] = (0.0, 24.0)
    """Local hours of the day it is plugged in (a boat in harbour)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GensetSpec:
    """A diesel set with start and stop by state of charge."""

    rated_w: float = 8000.0
    start_soc_percent: float = 30.0
    stop_soc_percent: float = 80.0
    tank_l: float = 200.0
    litres_per_kwh: float = 0.35
    on_can: bool = False
    """Whether the set itself is on the bus; else only its start/stop relay."""
    dc: bool = False
    """Whether it gives to the battery's bus and not to an AC input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationSpec:
    """A station: place, devices, habits. The same spec, seed and times give the same values."""

    id: str
    name: str
    kind: str
    latitude: float
    longitude: float
    timezone: str
    seed: int = 1
    battery: BatterySpec = field(default_factory=BatterySpec)
    converter: ConverterSpec = field(default_factory=ConverterSpec)
    arrays: tuple[PvArray, ...] = ()
    load: LoadSpec = field(default_factory=LoadSpec)
    grid: GridSpec | None = None
    genset: GensetSpec | None = None
    alternator_w: float = 0.0
    """DC power of an engine's alternator while the engine runs."""
    charger_w: float = 0.0
    """DC power of a charger at the shore, beside an inverter that does not charge or without one."""
    motor_w: float = 0.0
    """What an electric engine draws under way."""
    starter_w: float = 0.0
    """What a DC-DC converter draws for another battery."""
    fridge_w: float = 0.0
    """The part of the DC loads that has a shunt of its own (dcload)."""
    wind_w: float = 0.0
    """Rated power of a wind generator behind a shunt (dcsource)."""
    tanks: tuple[tuple[str, int, float], ...] = ()
    """Name, fluid type and litres of each tank."""
    sensors: tuple[tuple[str, int, float], ...] = ()
    """Name, temperature type and mean temperature of each sensor."""
    heat_pump_w: float = 0.0
    """Rated power of a metered load (acload) within the loads on the input."""
    ageing: Ageing = field(default_factory=Ageing)
    firmware: str = "v3.70"
    tags: tuple[str, ...] = ()
    contact: str = ""
    access: str = ""
    notes: str = ""
    gx_model: str = "Cerbo GX"
