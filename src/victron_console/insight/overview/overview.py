"""The figures of a station from its snapshot: one number each for battery, PV, loads, grid, genset, state.

Figures are the last ones known whatever their age: the station's state says whether they live. What makes a figure
doubtful is `doubts`; nothing here averages, stores or raises alarms.
"""

from __future__ import annotations

from dataclasses import replace

from victron_console.catalogue import catalogue
from victron_console.insight.cells import cell_spread_v
from victron_console.insight.device_alarms import count_by_level, device_alarms
from victron_console.insight.overview import lone_devices
from victron_console.insight.overview.ac_side import ac_input, inverter_gone, inverter_units, mains, running_unit
from victron_console.insight.overview.battery_roles import BatteryRoles, battery_roles
from victron_console.insight.overview.dc_side import dc_side
from victron_console.insight.overview.doubts import doubts
from victron_console.insight.overview.figures import (
    given,
    last,
    on_bus,
    phase_total,
    system_of,
    temperature_c,
    text,
    total,
)
from victron_console.insight.overview.judging import momentary, remember
from victron_console.insight.overview.origins import origins
from victron_console.model.judgement import Judgement, PollMemory
from victron_console.model.overview import Overview
from victron_console.model.snapshot import DeviceState, Snapshot

ESS_STATE_FROM = 256

TIME_TO_GO_CAP_S = 864_000
"""240 h: what shunts and Lynx say for "for ever" (docs/facts/figures.md#battery)."""

_PV_PLACES = ("PvOnGrid", "PvOnOutput", "PvOnGenset")


def overview(snapshot: Snapshot, judgement: Judgement | None = None) -> Overview:
    """The station's figures with what is doubtful about them.

    Args:
        snapshot: the station at a moment.
        judgement: what the polls up to then came to, as recorded; None where nobody judged them.
    """
    roles = battery_roles(snapshot)
    shown = _figures(snapshot, roles)
    flags = doubts(snapshot, roles, shown, judgement)
    return replace(shown, imbalance_w=(judgement or momentary(shown)).imbalance_w, flags=flags)


def polled(snapshot: Snapshot, memory: PollMemory) -> tuple[Overview, PollMemory]:
    """The figures of a station that was just polled, judged with what the polls before left; and that with this poll.

    For the collector, whose figures and judgements are recorded; everyone else takes those.
    """
    roles = battery_roles(snapshot)
    shown = _figures(snapshot, roles)
    memory = remember(snapshot, roles.monitor, shown, memory)
    flags = doubts(snapshot, roles, shown, memory.judgement)
    return replace(shown, imbalance_w=memory.judgement.imbalance_w, flags=flags), memory


def _figures(snapshot: Snapshot, roles: BatteryRoles) -> Overview:
    system = system_of(snapshot)
    found = _of_system(snapshot, system) if system else lone_devices.figures(snapshot, roles.monitor)
    made_of, read = origins(snapshot, roles)
    return replace(
        found,
        made_of=made_of,
        origins=read,
        figures_at=_figures_at(snapshot, system),
        ac_input=ac_input(snapshot),
        mains=mains(snapshot),
        time_to_go_s=_time_to_go_s(found, last(system, "Dc/Battery/State")),
        cell_spread_v=cell_spread_v(roles),
        battery_temperature_c=_battery_temperature_c(system, roles),
        system_state=state_text(snapshot, system),
        firmware=text(snapshot.device("platform"), "Firmware/Installed/Version") or None,
        gx_timezone=text(snapshot.device("settings"), "Settings/System/TimeZone").strip("/") or None,
        device_alarms=count_by_level(device_alarms(snapshot)),
    )


def _figures_at(snapshot: Snapshot, system: DeviceState | None) -> float | None:
    if system is not None:
        return system.read_at
    return max((at for device in snapshot.devices.values() if (at := device.read_at) is not None), default=None)


def _of_system(snapshot: Snapshot, system: DeviceState) -> Overview:
    pv_dc_w = last(system, "Dc/Pv/Power")
    # AC PV may stand under the genset through a wrong AC-input setting: never leave that one out.
    pv_ac_w = total(phase_total(system, f"Ac/{place}/{{phase}}/Power") for place in _PV_PLACES)
    side = dc_side(snapshot)
    ac_genset_w = phase_total(system, "Ac/Genset/{phase}/Power")
    return Overview(
        soc_percent=given(system, "Dc/Battery/Soc"),
        battery_power_w=last(system, "Dc/Battery/Power"),
        battery_voltage_v=last(system, "Dc/Battery/Voltage"),
        battery_current_a=last(system, "Dc/Battery/Current"),
        pv_power_w=total((pv_dc_w, pv_ac_w)),
        pv_dc_power_w=pv_dc_w,
        pv_ac_power_w=pv_ac_w,
        load_power_w=phase_total(system, "Ac/Consumption/{phase}/Power"),
        dc_load_power_w=side.uses_w,
        motor_power_w=side.motors.power_w,
        other_dc_power_w=side.other_w,
        grid_power_w=phase_total(system, "Ac/Grid/{phase}/Power"),
        genset_power_w=total((ac_genset_w, side.gensets.power_w)),
        time_to_go_s=last(system, "Dc/Battery/TimeToGo"),
    )


def _battery_temperature_c(system: DeviceState | None, roles: BatteryRoles) -> float | None:
    """Of the battery as its monitor measures it, else of its hottest pack; an inverter's own sensor is none of it."""
    measured = temperature_c(system, "Dc/Battery/Temperature")
    if measured is None and roles.monitor is not None and roles.monitor.key.cls == "battery":
        measured = temperature_c(roles.monitor, "Dc/0/Temperature")
    if measured is not None:
        return measured
    packs = (temperature_c(pack, "Dc/0/Temperature") for pack in on_bus(roles.packs))
    return max((celsius for celsius in packs if celsius is not None), default=None)


def _time_to_go_s(found: Overview, state: float | None) -> float | None:
    """The device's own time to go; None while the battery takes power in or where the device means "for ever"."""
    charging = state == 1 or (found.battery_power_w is not None and found.battery_power_w > 0)
    remaining_s = found.time_to_go_s
    return None if remaining_s is None or charging or remaining_s >= TIME_TO_GO_CAP_S else remaining_s


def state_text(snapshot: Snapshot, system: DeviceState | None) -> str | None:
    """The state of the system in words, with ESS named where it is in charge; None where nothing tells it."""
    if inverter_gone(snapshot):
        return "Inverter gone"
    if not inverter_units(snapshot):
        return _chargers_state(snapshot)
    state = last(system, "SystemState/State")
    if not state:
        running = running_unit(snapshot)
        state = last(running, "State") if running else state
    if state is None:
        return None
    words = catalogue().enums["system_state"].text(state)
    if text(system, "SystemType") == "ESS" and state >= ESS_STATE_FROM:
        return f"ESS {words[:1].lower()}{words[1:]}"
    return words


_CHARGING = ("charger", "solarcharger", "dcdc", "alternator")


def _chargers_state(snapshot: Snapshot) -> str | None:
    """What the chargers of a site without an inverter do; None where they do different things: nothing there is off."""
    told = {
        (words, device.key.cls)
        for device in snapshot.of_class(*_CHARGING)
        if (words := _state_words(device)) is not None
    }
    return next(iter(told))[0] if len({words for words, _ in told}) == 1 else None


def _state_words(device: DeviceState) -> str | None:
    state, metric = last(device, "State"), catalogue().metric(device.key.cls, "State")
    return catalogue().enum_text(metric, state) if state is not None and metric is not None else None
