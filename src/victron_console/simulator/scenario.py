"""Troubles by name and time. A scenario changes what happens to a station; the physics then shows its signature."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from victron_console.model.units import HOUR_S
from victron_console.simulator.battery import COOLING_K_PER_W
from victron_console.simulator.spec import AcType, Monitor, StationSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What is wrong at one moment; the default is nothing."""

    grid_lost: bool = False
    frequency_offset_hz: float = 0.0
    """Added to the grid's frequency, or to the inverter's own on an island."""
    voltage_factor: float = 1.0
    line_ohm: float = 0.0
    """Added to the impedance of each phase of the supply."""
    load_factor: float = 1.0
    pv_factor: float = 1.0
    genset_fails: bool = False
    ess_holds: bool = False
    """The ESS keeps what is in the battery while there is a grid."""
    ess_floor_percent: float | None = None
    """The minimum SOC that somebody has set in place of the usual one."""
    cell_lag_percent: float = 0.0
    """How far the drifting cell is behind the others, percentage points of charge."""
    battery_heat_w: float = 0.0
    soc_ceiling_percent: float | None = None
    """The bank is drawn down to this at the start: days of bad weather in one stroke."""
    can_errors_per_s: float = 0.0
    hung_class: str = ""
    comms_lost: bool = False
    bms_lost: bool = False
    shunt_reversed: bool = False
    """The monitor gives its current with the wrong sign, its power with the right one."""
    unmetered_dc_w: float = 0.0
    """Drawn from the battery bus where nothing counts it."""
    firmware_online: str = ""


NO_FAULTS = Faults()
HUNG_CLASS = "battery"
HOT_BATTERY_RISE_K = 38.0
CELL_LAG_PERCENT = 45.0
CELL_LAG_AFTER_S = 1800.0
UNMETERED_W = 1500.0
"""An air conditioner of a boat, say, straight on the battery bus."""
DULL_PV = 0.25
"""What a closed cover of cloud leaves of a day's sun."""
RAISED_FLOOR_PERCENT = 60.0
WEAK_LINE_OHM = 0.8
WEAK_SAG = 0.14
WEAK_OUTAGE_DAYS = 3
WEAK_OUTAGE_H = 0.4
GOLDEN = 0.618034
"""Its multiples are spread over the day: no two outages of a weak line at the same hour."""


def _grid_outage(faults: Faults, _: float) -> Faults:
    return replace(faults, grid_lost=True)


def _low_battery(faults: Faults, _: float) -> Faults:
    return replace(faults, soc_ceiling_percent=12.0, pv_factor=0.06, load_factor=1.3, genset_fails=True, grid_lost=True)


def _genset_fails(faults: Faults, _: float) -> Faults:
    return replace(faults, genset_fails=True)


def _dull_days(faults: Faults, _: float) -> Faults:
    return replace(faults, pv_factor=faults.pv_factor * DULL_PV)


def _ess_hold(faults: Faults, _: float) -> Faults:
    return replace(faults, ess_holds=True)


def _ess_floor(faults: Faults, _: float) -> Faults:
    return replace(faults, ess_floor_percent=RAISED_FLOOR_PERCENT)


def _cell_drift(faults: Faults, age_s: float) -> Faults:
    return replace(faults, cell_lag_percent=CELL_LAG_PERCENT * min(1.0, age_s / CELL_LAG_AFTER_S))


def _hot_battery(faults: Faults, _: float) -> Faults:
    return replace(faults, battery_heat_w=HOT_BATTERY_RISE_K / COOLING_K_PER_W)


def _can_errors(faults: Faults, _: float) -> Faults:
    return replace(faults, can_errors_per_s=4.0)


def _hung_service(faults: Faults, _: float) -> Faults:
    return replace(faults, hung_class=HUNG_CLASS)


def _comms_loss(faults: Faults, _: float) -> Faults:
    return replace(faults, comms_lost=True)


def _bms_lost(faults: Faults, _: float) -> Faults:
    return replace(faults, bms_lost=True)


def _reversed_shunt(faults: Faults, _: float) -> Faults:
    return replace(faults, shunt_reversed=True)


def _unmetered_load(faults: Faults, _: float) -> Faults:
    return replace(faults, unmetered_dc_w=UNMETERED_W)


def _over_frequency(faults: Faults, age_s: float) -> Faults:
    return replace(faults, frequency_offset_hz=1.7 + 0.1 * math.sin(age_s / 40.0), voltage_factor=1.06)


def _weak_grid(faults: Faults, age_s: float) -> Faults:
    """A long thin line: it sags by the hour of the day, at its worst below what EN 50160 allows, and drops out."""
    day, hour = divmod(age_s / HOUR_S, 24.0)
    sag = WEAK_SAG * (0.5 - 0.5 * math.cos(hour / 24.0 * 2.0 * math.pi))
    outage_at = 24.0 * math.modf(day * GOLDEN)[0]
    out = day % WEAK_OUTAGE_DAYS == 0 and 0.0 <= hour - outage_at < WEAK_OUTAGE_H
    return replace(
        faults, line_ohm=WEAK_LINE_OHM, voltage_factor=faults.voltage_factor * (1.0 - sag),
        grid_lost=faults.grid_lost or out,
    )  # fmt: skip


def _firmware_behind(faults: Faults, _: float) -> Faults:
    return replace(faults, firmware_online="v3.72")


SCENARIOS: dict[str, Callable[[Faults, float], Faults]] = {
    "grid-outage": _grid_outage,
    "low-battery": _low_battery,
    "genset-fails": _genset_fails,
    "dull-days": _dull_days,
    "ess-hold": _ess_hold,
    "ess-floor": _ess_floor,
    "cell-drift": _cell_drift,
    "hot-battery": _hot_battery,
    "can-errors": _can_errors,
    "hung-service": _hung_service,
    "comms-loss": _comms_loss,
    "bms-lost": _bms_lost,
    "reversed-shunt": _reversed_shunt,
    "unmetered-load": _unmetered_load,
    "over-frequency": _over_frequency,
    "weak-grid": _weak_grid,
    "firmware-behind": _firmware_behind,
}


REGIONAL = ("grid-outage", "over-frequency")
"""These come from the grid: they hit every station that has one."""


def fits(name: str, spec: StationSpec) -> bool:
    """Whether a trouble can show at a station: no outage without a grid, no lost BMS without one."""
    if name in (*REGIONAL, "weak-grid"):
        return spec.grid is not None and AcType.GRID in (spec.converter.input_1, spec.converter.input_2)
    if name in ("ess-hold", "ess-floor"):
        return spec.converter.ess is not None
    if name == "genset-fails":
        return spec.genset is not None
    if name == "dull-days":
        return bool(spec.arrays)
    if name in ("cell-drift", "hot-battery"):
        return spec.battery.monitor in (Monitor.SERIAL, Monitor.LYNX_NG, Monitor.PYLONTECH)
    if name == "unmetered-load":  # without a meter the GX counts what the DC bus lacks as its loads
        return spec.load.dc_w == 0.0 or spec.load.dc_measured
    return name != "bms-lost" or spec.battery.bms is not None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One trouble of one station between two moments (UTC epoch, s).

    Raises:
        ValueError: at construction, where no scenario has the name.
    """

    name: str
    starts_at: float
    ends_at: float = math.inf

    def __post_init__(self) -> None:
        if self.name not in SCENARIOS:
            raise ValueError(f"there is no scenario {self.name!r}; choose one of {', '.join(SCENARIOS)}")

    def active(self, at: float) -> bool:
        """Whether it is on at a moment."""
        return self.starts_at <= at < self.ends_at


def faults_at(scenarios: Sequence[Scenario], at: float) -> Faults:
    """Everything that is wrong at a moment: scenarios add up, a later one wins where two set the same."""
    faults = NO_FAULTS
    for scenario in scenarios:
        if scenario.active(at):
            faults = SCENARIOS[scenario.name](faults, at - scenario.starts_at)
    return faults
