"""Causes put into simulated stations: what is set or broken there, what physics make of it, and what the bus then says.

A cause is injected where it acts (the spec, a scenario); values that the simulator does not publish by itself are laid
over the published ones. The answer must find it among everything else that the station says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import combinations

from victron_console.insight.moment import StationMoment
from victron_console.insight.overview.overview import overview
from victron_console.insight.why.answer import Question
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState, StationState, StationStatus
from victron_console.model.station_info import StationInfo
from victron_console.simulator.fleet import CEDAR_HOUSE, IVY_WORKS, QUARRY_CAMP, TERN_COTTAGE
from victron_console.simulator.publish.values import Tree, Value
from victron_console.simulator.scenario import Scenario
from victron_console.simulator.spec import BatterySpec, PvPosition, StationSpec
from victron_console.simulator.station import Station
from victron_console.sources.naming import DeviceNames
from victron_console.sources.values import read_tree
from victron_console.store.answers import StationRow

NOON, NIGHT = 1_782_036_000.0, 1_782_079_200.0
"""2026-06-21 10:00 and 22:00 UTC: the sun is high, and down, where these stations stand."""
SETTLE_S = 300.0
Change = Callable[[StationSpec], StationSpec]


@dataclass(frozen=True, slots=True)
class Injected:
    """A cause as it is put into a station."""

    id: str
    question: Question
    site: str
    change: Change = lambda spec: spec
    scenarios: tuple[str, ...] = ()
    laid: Mapping[str, Value] = field(default_factory=dict)
    """By `class:path`: what the bus says then; with a `?` in front only where there is such a path."""
    gone: tuple[str, ...] = ()
    """Classes whose devices left the bus."""
    by_night: bool = False
    told: bool = False
    """The limit that physics make of it is told by the bus as it is: nothing may be laid over it."""


def _battery(**given: object) -> Change:
    return lambda spec: replace(spec, battery=replace(spec.battery, **given))  # type: ignore[arg-type]


def _ess(**given: object) -> Change:
    def change(spec: StationSpec) -> StationSpec:
        assert spec.converter.ess is not None
        return replace(spec, converter=replace(spec.converter, ess=replace(spec.converter.ess, **given)))  # type: ignore[arg-type]

    return change


def _converter(**given: object) -> Change:
    return lambda spec: replace(spec, converter=replace(spec.converter, **given))  # type: ignore[arg-type]


def _dark(spec: StationSpec) -> StationSpec:
    return replace(spec, arrays=tuple(replace(array, kwp=1e-7) for array in spec.arrays))


def _loaded(factor: float) -> Change:
    return lambda spec: replace(spec, load=replace(spec.load, daily_kwh=spec.load.daily_kwh * factor))


def _many(*changes: Change) -> Change:
    return lambda spec: reduce(lambda one, change: change(one), changes, spec)


_NO_CHARGE, _NO_DISCHARGE = _battery(charge_limit_c=0.0), _battery(discharge_limit_c=0.0)
CHARGE_ALLOWED = {
    "?battery:Info/MaxChargeCurrent": 100.0, "?vebus:BatteryOperationalLimits/MaxChargeCurrent": 100.0,
    "?system:SystemState/ChargeDisabled": 0, "?battery:Io/AllowToCharge": 1,
}  # fmt: skip
DISCHARGE_ALLOWED = {
    "?battery:Info/MaxDischargeCurrent": 120.0, "?vebus:BatteryOperationalLimits/MaxDischargeCurrent": 120.0,
    "?system:SystemState/DischargeDisabled": 0, "?battery:Io/AllowToDischarge": 1,
}  # fmt: skip
"""What the BMS says where it is not the BMS that limits."""
_STOPPED = {"solarcharger:Pv/V": 104.0, "solarcharger:DeviceOffReason": 0}
CHARGE, OUT, IN, FEED, GENSET = (
    Question.NOT_CHARGING, Question.NOT_DISCHARGING, Question.IMPORTING, Question.NOT_FEEDING_IN, Question.GENERATOR,
)  # fmt: skip

HOUSE = replace(CEDAR_HOUSE, battery=replace(CEDAR_HOUSE.battery, initial_soc_percent=70.0))
FULL_HOUSE = replace(CEDAR_HOUSE, battery=replace(CEDAR_HOUSE.battery, initial_soc_percent=99.9))
WORKS = replace(
    IVY_WORKS, arrays=tuple(array for array in IVY_WORKS.arrays if array.position is PvPosition.INPUT),
    battery=replace(IVY_WORKS.battery, initial_soc_percent=60.0),
)  # fmt: skip
BACKUP = replace(TERN_COTTAGE, battery=BatterySpec(cells=4, capacity_ah=200, initial_soc_percent=50.0))
CAMP = replace(QUARRY_CAMP, battery=replace(QUARRY_CAMP.battery, initial_soc_percent=60.0))
SITES = {"house": HOUSE, "full-house": FULL_HOUSE, "works": WORKS, "backup": BACKUP, "camp": CAMP}

CAUSES = (
    # The battery takes nothing.
    Injected("bms_lost", CHARGE, "house", scenarios=("bms-lost",)),
    Injected("bms_off", CHARGE, "house", _NO_CHARGE, laid={"battery:State": 14}, told=True),
    Injected(
        "charge_blocked_cold", CHARGE, "house", _NO_CHARGE, told=True,
        laid={"battery:System/MinCellTemperature": 1.0, "battery:Dc/0/Temperature": 2.0},
    ),
    Injected(
        "charge_blocked_hot", CHARGE, "house", _NO_CHARGE, told=True,
        laid={"battery:System/MaxCellTemperature": 57.0, "battery:Dc/0/Temperature": 56.0},
    ),
    Injected(
        "charge_blocked_cell_high", CHARGE, "house", _NO_CHARGE, told=True,
        laid={"battery:Alarms/HighCellVoltage": 1, "battery:System/MaxCellVoltage": 3.66},
    ),
    Injected("charge_blocked_unsaid", CHARGE, "house", _NO_CHARGE, told=True),
    Injected(
        "charge_blocked_full", CHARGE, "house", _battery(charge_limit_c=0.0, initial_soc_percent=99.5), told=True
    ),
    Injected(
        "charge_limit_zero", CHARGE, "house", _NO_CHARGE,
        laid={"settings:Settings/SystemSetup/MaxChargeCurrent": 0, **CHARGE_ALLOWED}
    ),
    Injected("battery_full", CHARGE, "house", _battery(initial_soc_percent=100.2)),
    Injected(
        "charge_voltage_reached", CHARGE, "house", _NO_CHARGE,
        laid={"settings:Settings/SystemSetup/MaxChargeVoltage": 48.0, **CHARGE_ALLOWED},
    ),
    Injected(
        "dynamic_ess_no_charge", CHARGE, "house", _NO_CHARGE,
        laid={"system:DynamicEss/Active": 1, "system:DynamicEss/ReactiveStrategy": 8,
              "system:DynamicEss/TargetSoc": 70.0, **CHARGE_ALLOWED},
    ),
    Injected(
        "ess_external_control", CHARGE, "house", _NO_CHARGE, laid={"settings:Settings/CGwacs/Hub4Mode": 3,
              **CHARGE_ALLOWED}
    ),
    Injected(
        "solar_charger_off", CHARGE, "house", _dark, laid={**_STOPPED, "solarcharger:Mode": 4,
                                                           "solarcharger:DeviceOffReason": 4},
    ),
    Injected(
        "solar_charger_error", CHARGE, "house", _dark, laid={**_STOPPED, "solarcharger:ErrorCode": 33,
                                                             "solarcharger:State": 2},
    ),
    Injected("solar_charger_gone", CHARGE, "house", _dark, gone=("solarcharger",)),
    Injected("pv_no_power", CHARGE, "house", _dark),
    Injected("no_sun", CHARGE, "house", by_night=True),
    Injected("loads_first", CHARGE, "house", _loaded(12.0)),
    Injected("grid_setpoint_sells", CHARGE, "house", _ess(setpoint_w=-2600.0)),
    # The same where the AC side charges.
    Injected("ess_forbids_charge", CHARGE, "works", _NO_CHARGE, laid={"vebus:Hub4/DisableCharge": 1, **CHARGE_ALLOWED}),
    Injected("switch_no_charge", CHARGE, "backup", _converter(charger_a=0.0), laid={"vebus:Mode": 2}),
    Injected(
        "charger_current_zero", CHARGE, "backup", _converter(charger_a=0.0),
        laid={"vebus:Dc/0/MaxChargeCurrent": 0},
    ),
    Injected(
        "inverter_fault", CHARGE, "backup", _converter(charger_a=0.0),
        laid={"vebus:VebusError": 11, "vebus:State": 2},
    ),
    Injected("mains_lost", CHARGE, "backup", scenarios=("grid-outage",)),
    Injected("ac_input_ignored", CHARGE, "backup", scenarios=("grid-outage",), laid={"vebus:Ac/State/IgnoreAcIn1": 1}),
    Injected("ac_input_limit", CHARGE, "backup", _many(_loaded(4.0), _converter(input_limit_a=2.0))),
    # The battery gives nothing, and the grid is drawn from.
    Injected("discharge_blocked_unsaid", OUT, "house", _NO_DISCHARGE, by_night=True, told=True),
    Injected(
        "discharge_blocked_cell_low", OUT, "house", _NO_DISCHARGE, by_night=True, told=True,
        laid={"battery:Alarms/LowCellVoltage": 2, "battery:System/MinCellVoltage": 2.7},
    ),
    Injected(
        "discharge_limit_zero", OUT, "house", _NO_DISCHARGE, by_night=True,
        laid={"settings:Settings/CGwacs/MaxDischargePower": 0, **DISCHARGE_ALLOWED},
    ),
    Injected("switch_no_inverter", OUT, "house", _NO_DISCHARGE, by_night=True, laid={"vebus:Mode": 1,
          **DISCHARGE_ALLOWED}),
    Injected("no_ess", OUT, "backup", _battery(initial_soc_percent=95.0), by_night=True),
    Injected(
        "ess_keeps_charged", OUT, "house", by_night=True, scenarios=("ess-hold",),
        laid={"settings:Settings/CGwacs/BatteryLife/State": 9, "system:Control/EssState": 9,
              "system:Control/ActiveSocLimit": []},
    ),
    Injected(
        "scheduled_charge", OUT, "house", by_night=True, scenarios=("ess-hold",),
        laid={"system:Control/ScheduledCharge": 1, "system:Control/ScheduledSoc": 90, "system:SystemState/State": 259},
    ),
    Injected(
        "dynamic_ess_holds", OUT, "house", by_night=True, scenarios=("ess-hold",),
        laid={"system:DynamicEss/Active": 1, "system:DynamicEss/ReactiveStrategy": 9,
              "system:DynamicEss/TargetSoc": 70.0},
    ),
    Injected("soc_floor", OUT, "house", _ess(min_soc_percent=72.0), by_night=True),
    Injected(
        "no_grid_meter", OUT, "house", by_night=True, scenarios=("ess-hold",),
        laid={"hub4:Alarms/NoGridMeter": 1},
    ),
    Injected("grid_setpoint", OUT, "house", _ess(setpoint_w=1500.0), by_night=True),
    Injected("soc_floor", IN, "house", _ess(min_soc_percent=72.0), by_night=True),
    Injected("discharge_blocked_unsaid", IN, "house", _NO_DISCHARGE, by_night=True, told=True),
    Injected("grid_setpoint", IN, "house", _ess(setpoint_w=1500.0), by_night=True),
    Injected("inverter_limit", IN, "house", _loaded(14.0), by_night=True),
    # Nothing is fed in.
    Injected("feed_in_off", FEED, "full-house", _ess(feed_in_dc=False), told=True),
    Injected(
        "ess_forbids_feed_in", FEED, "full-house", _ess(feed_in_dc=False),
        laid={"vebus:Hub4/DisableFeedIn": 1, "?settings:Settings/CGwacs/OvervoltageFeedIn": 1},
    ),
    Injected(
        "dynamic_ess_no_feed_in", FEED, "full-house", _ess(feed_in_dc=False),
        laid={"system:DynamicEss/Active": 1, "system:DynamicEss/AllowGridFeedIn": 0,
              "?settings:Settings/CGwacs/OvervoltageFeedIn": 1},
    ),
    Injected(
        "no_grid_code", FEED, "full-house", _ess(feed_in_dc=False),
        laid={"vebus:Settings/GridCode": 0, "?settings:Settings/CGwacs/OvervoltageFeedIn": 1},
    ),
    Injected(
        "grid_too_high", FEED, "full-house", _ess(feed_in_dc=False), scenarios=("over-frequency",),
        laid={"?settings:Settings/CGwacs/OvervoltageFeedIn": 1},
    ),
    Injected("mains_lost", FEED, "full-house", scenarios=("grid-outage",)),
    Injected("no_sun", FEED, "full-house", by_night=True),
    Injected("battery_first", FEED, "full-house", _battery(initial_soc_percent=60.0)),
    # The generator runs, or does not.
    Injected("generator_failed", GENSET, "camp", _battery(initial_soc_percent=30.0), scenarios=("genset-fails",)),
    Injected(
        "generator_not_remote", GENSET, "camp", laid={"genset:RemoteStartModeEnabled": 0, "generator:Error": 1}
    ),
    Injected(
        "generator_tank", GENSET, "camp",
        laid={"generator:State": 5, "generator:Alarms/StoppedByTankLevelCondition": 1},
    ),
    Injected("generator_auto_start_off", GENSET, "camp", laid={"generator:AutoStartEnabled": 0}),
    Injected(
        "generator_quiet_hours", GENSET, "camp",
        laid={"generator:QuietHours": 1, "settings:Settings/Generator0/Soc/StartValue": 65.0,
              "settings:Settings/Generator0/Soc/QuietHoursStartValue": 40.0},
    ),
    Injected("generator_no_condition", GENSET, "camp", laid={"settings:Settings/Generator0/Soc/Enabled": 0}),
    Injected("generator_condition_not_met", GENSET, "camp"),
    Injected("generator_by_condition", GENSET, "camp", _battery(initial_soc_percent=30.0)),
    Injected(
        "generator_by_hand", GENSET, "camp", _battery(initial_soc_percent=30.0),
        laid={"generator:RunningByConditionCode": 0, "generator:State": 0},
    ),
)  # fmt: skip


def moment(*causes: Injected, seed: int = 0) -> StationMoment:
    """The station of these causes, which are of one site, some minutes after they began to act."""
    spec = reduce(lambda one, cause: cause.change(one), causes, SITES[causes[0].site])
    spec = replace(spec, seed=spec.seed + seed, ageing=spec.ageing)
    at = NIGHT if any(cause.by_night for cause in causes) else NOON
    scenarios = [Scenario(name, at - SETTLE_S) for cause in causes for name in cause.scenarios]
    station = Station(spec, at - SETTLE_S, scenarios, warm_up_s=0.0)
    station.step_to(at, 30.0)
    trees = station.services()
    told = any(cause.told for cause in causes)
    for cause in causes:
        lay(trees, {key: value for key, value in cause.laid.items() if not (told and key.startswith("?"))})
    return moment_of(spec, trees, at, {cls for cause in causes for cls in cause.gone})


def lay(trees: dict[str, Tree], laid: Mapping[str, Value]) -> None:
    """Lay values over what the bus says, on every device of their class."""
    for target, value in laid.items():
        cls, path = target.lstrip("?").split(":", 1)
        for service, tree in trees.items():
            if class_name(service) == cls and (not target.startswith("?") or path in tree):
                tree[path] = value


def class_name(service: str) -> str:
    return service.removeprefix("com.victronenergy.").split(".")[0]


def moment_of(spec: StationSpec, trees: Mapping[str, Tree], at: float, gone: set[str]) -> StationMoment:
    """What a collector that just read it all would keep."""
    names, devices = DeviceNames(), {}
    for service, tree in trees.items():
        cls = class_name(service)
        readings = read_tree(cls, tree, at)
        key = names.key(service, readings)
        state = ServiceState.GONE if cls in gone else ServiceState.LIVE
        devices[key] = DeviceState(key, service, readings, read_at=at, state=state)
    held = Snapshot(spec.id, at, devices)
    config = Station(spec, at, warm_up_s=0.0).config("")
    info = StationInfo.from_json({key: config[key] for key in ("location", "battery", "grid")})
    row = StationRow(spec.id, spec.name, (), info, StationStatus(StationState.LIVE, at), overview(held), at, 10.0)
    return StationMoment(row, held)


def pairs() -> Iterator[tuple[Injected, Injected]]:
    """Causes of one question at one site that can be so together."""
    for one, other in combinations(CAUSES, 2):
        same = one.question is other.question and one.site == other.site and one.id != other.id
        laid_twice = {key for key in one.laid if not key.startswith("?")} & set(other.laid)
        if same and not laid_twice and not _one_thing(one.id, other.id):
            yield one, other


def _one_thing(one: str, other: str) -> bool:
    """Two that are one together, or no two: a full battery that the BMS blocks, a generator that runs and does not."""
    full = {"battery_full", "charge_blocked_full"}
    if full & {one, other} and {one, other} & {"charge_blocked_unsaid", *(full - {one})}:
        return True
    return one.startswith("generator_by") or other.startswith("generator_by")
