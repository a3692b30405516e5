"""Station parameters (`p.X`): read from the device, learned, or said by the operator, each with its origin.

A parameter that nothing gives is None: rules that compare with it neither raise nor stay open for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from victron_console.alerts.rules.learned import Learned, limiting_battery
from victron_console.alerts.rules.vocabulary import PARAMETERS
from victron_console.insight.cells import bank_capacity_ah, cells_in_series
from victron_console.insight.overview.battery_bank import limits_conflict
from victron_console.insight.overview.battery_roles import BatteryRoles, battery_roles
from victron_console.model.mains import nominal_frequency, nominal_voltage
from victron_console.model.quality import shortest_cadence_s
from victron_console.model.snapshot import Snapshot

ParameterValue = float | str | bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter's value and where it comes from, for the operator to see."""

    value: ParameterValue | None
    origin: str


@dataclass(frozen=True, slots=True)
class StationSetup:
    """What is configured of a station."""

    tags: tuple[str, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    """The public part of its file: battery, grid, thresholds."""
    overrides: Mapping[str, tuple[ParameterValue, str]] = field(default_factory=dict)
    """Parameters that rule files override, with the file."""


_CHEMISTRY = {"lead-acid": "lead_acid", "agm": "lead_acid", "gel": "lead_acid"}
_CELL_V = {"lfp": 3.5, "nmc": 4.15, "lto": 2.7}
_LIMITS: Mapping[str, Mapping[str, float]] = {
    "lfp": {"cell_high_warn": 3.60, "cell_high_crit": 3.65, "cell_low_warn": 3.0, "cell_low_crit": 2.8,
            "t_warn": 50.0, "t_crit": 55.0, "t_charge_min": 5.0},
    "nmc": {"cell_high_warn": 4.15, "cell_high_crit": 4.20, "cell_low_warn": 3.3, "cell_low_crit": 3.0,
            "t_warn": 45.0, "t_crit": 55.0, "t_charge_min": 5.0},
    "lead_acid": {"soc_warn": 50.0, "soc_crit": 40.0, "t_warn": 45.0, "t_crit": 50.0, "t_charge_min": -20.0},
}  # fmt: skip
"""By chemistry. LFP is charged to 3.45-3.65 V a cell and is empty at 2.5-2.8 V, so that limits of 3.35 or 3.40 V would
fire at every full charge; warm limits lie below the 60 °C at which the makers' data sheets end discharge."""

_OFFLINE_AFTER_S = 180.0
_MISSED_READS = 3
_ABOUT = 1.1
_CADENCES_S = (60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 21_600.0, 43_200.0, 86_400.0)
"""How often a station is read is measured, and never twice the same: a limit by it would change each time."""

_DEFAULTS: Mapping[str, ParameterValue] = {
    "t_warn": 50.0, "t_crit": 55.0, "t_charge_min": 5.0, "soc_warn": 20.0, "soc_crit": 10.0, "soh_warn": 85.0,
    "soh_crit": 70.0, "spread_warn_v": 0.10, "spread_crit_v": 0.15, "grid_soft": False,
    "offline_after_s": _OFFLINE_AFTER_S, "freezer_warm_c": -12.0, "tank_low_percent": 10.0, "tank_high_percent": 90.0,
}  # fmt: skip
_SHIPPED = "shipped default"
_MOVING_TAGS = {"boat", "vehicle"}


def derive(snapshot: Snapshot, setup: StationSetup, learned: Learned) -> dict[str, Parameter]:
    """All parameters of a station. An operator's word wins over the device, the device over defaults."""
    found = {name: Parameter(value, _SHIPPED) for name, value in _DEFAULTS.items()}
    found.update(_battery(snapshot, battery_roles(snapshot), setup, learned))
    found.update(_mains(setup, learned))
    found["offline_after_s"] = _offline_after(snapshot, setup)
    for name, value in setup.config.get("thresholds", {}).items():
        if name in PARAMETERS:
            found[name] = Parameter(value, "station file")
    for name, (value, origin) in setup.overrides.items():
        found[name] = Parameter(value, origin)
    return found


def _battery(snapshot: Snapshot, roles: BatteryRoles, setup: StationSetup, learned: Learned) -> dict[str, Parameter]:
    said = setup.config.get("battery") or {}
    found: dict[str, Parameter] = {}
    limiting = limiting_battery(roles)
    charge_limit = None if limits_conflict(limiting) else learned.charge_limit_v.highest
    name = limiting.name if limiting else "no battery"
    chemistry, origin = _chemistry(said, charge_limit)
    found["chemistry"] = Parameter(chemistry, origin)
    for key, value in _LIMITS.get(chemistry or "", {}).items():
        found[key] = Parameter(value, f"chemistry {chemistry}")
    cells = said.get("cells_in_series")
    if cells is not None:
        found["n_cells"] = Parameter(float(cells), "station file")
    elif counted := next((cells for pack in roles.packs if (cells := cells_in_series(pack))), None):
        found["n_cells"] = Parameter(float(counted), "voltages of the pack and of its cells")
    elif charge_limit and chemistry in _CELL_V:
        found["n_cells"] = Parameter(float(round(charge_limit / _CELL_V[chemistry])), f"charge limit of {name}")
    if learned.battery_v.median is not None:
        volts = learned.battery_v.median
        v_class = min((12.0, 24.0, 36.0, 48.0), key=lambda nominal: abs(nominal * 1.08 - volts))
        found["v_class"] = Parameter(v_class, "median of the battery voltage")
        found["v_margin"] = Parameter(0.5 * v_class / 48.0, "0.5 V at 48 V")
    if charge_limit is not None and limiting is roles.bms and chemistry != "lead_acid":
        v_class = float(found["v_class"].value or 48.0) if "v_class" in found else 48.0
        found["cvl"] = Parameter(charge_limit, f"charge limit of {name}, highest of an hour")
        found["v_margin"] = Parameter(max(0.01 * charge_limit, 0.5 * v_class / 48.0), "1 %, at least 0.5 V at 48 V")
    found["capacity_ah"] = _capacity(snapshot, roles, said)
    floor = snapshot.number("system/0/Control/ActiveSocLimit")
    found["soc_floor"] = Parameter(floor, "minimum SOC of the ESS" if floor is not None else "no ESS limit")
    return found


def _chemistry(said: Mapping[str, Any], charge_limit: float | None) -> tuple[str | None, str]:
    """A BMS that gives a charge limit is taken for LFP: other lithium says so in the station file."""
    if chemistry := said.get("chemistry"):
        return _CHEMISTRY.get(chemistry, chemistry), "station file"
    if charge_limit is not None:
        return "lfp", "assumed: the BMS gives a charge limit"
    return None, "unknown: set battery.chemistry in the station file"


def _capacity(snapshot: Snapshot, roles: BatteryRoles, said: Mapping[str, Any]) -> Parameter:
    if (capacity := said.get("capacity_ah")) is not None:
        return Parameter(float(capacity), "station file")
    if told := bank_capacity_ah(roles):
        return Parameter(told, "capacity that the battery tells")
    return Parameter(_positive(snapshot.number("system/0/Dc/Battery/Capacity")), "system")


def _mains(setup: StationSetup, learned: Learned) -> dict[str, Parameter]:
    said = setup.config.get("grid") or {}
    moving = _MOVING_TAGS.intersection(setup.tags)
    found = {
        "mains_expected": Parameter(
            learned.mains_expected and not moving,
            f"tag {moving.pop()}" if moving else learned.mains_reason,
        )
    }
    hz = said.get("nominal_frequency_hz")
    if hz is not None:
        found["f_nom"] = Parameter(float(hz), "station file")
    else:
        of_mains, of_output = learned.grid_hz.median, learned.output_hz.median
        measured = of_mains if of_mains is not None else of_output
        if measured is not None:
            hz = nominal_frequency(measured)
            side = "mains" if of_mains is not None else "inverter's own"
            found["f_nom"] = Parameter(hz, f"median of the {side} frequency")
    volts = said.get("nominal_voltage_v")
    if volts is not None:
        found["u_nom"] = Parameter(float(volts), "station file")
    elif learned.grid_v.median is not None and hz is not None:
        zone = (setup.config.get("location") or {}).get("timezone")
        nominal = nominal_voltage(learned.grid_v.median, float(hz), zone)
        if nominal is not None:
            found["u_nom"] = Parameter(nominal, "country or median of the mains voltage")
    return found


def _offline_after(snapshot: Snapshot, setup: StationSetup) -> Parameter:
    """A station that is read seldom, on a paid link or by way of the portal, is not lost between two reads."""
    tagged = (("boat", 86_400.0), ("vehicle", 86_400.0), ("satellite", 1200.0))
    found = next(
        ((seconds, f"tag {tag}") for tag, seconds in tagged if tag in setup.tags), (_OFFLINE_AFTER_S, _SHIPPED)
    )
    read_s = float((setup.config.get("cadence") or {}).get("fast_s") or 0.0)
    found = max(found, (_MISSED_READS * read_s, "cadence of the station file"), key=itemgetter(0))
    reads = ((device.read_at, device.cadence_s) for device in snapshot.devices.values())
    renewed_s = shortest_cadence_s(reads, 0.0)
    if _MISSED_READS * renewed_s <= _ABOUT * found[0]:
        return Parameter(*found)
    step_s = next((step_s for step_s in _CADENCES_S if renewed_s <= _ABOUT * step_s), renewed_s)
    return Parameter(_MISSED_READS * step_s, "how often it is read")


def _positive(value: float | None) -> float | None:
    return value if value is not None and value > 0 else None
