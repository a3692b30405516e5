"""Which devices each figure of a station comes from: what its age and quality are judged by.

`system` copies what other services give and goes on showing the last value of one that hangs, so that a figure of its
own is no fresher than the devices behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from victron_console.insight.overview.ac_side import inverter_units
from victron_console.insight.overview.battery_roles import BatteryRoles
from victron_console.insight.overview.figures import system_of
from victron_console.model.overview import Origin
from victron_console.model.snapshot import DeviceState, Snapshot

_OTHER_DC = ("alternator", "charger", "dcgenset", "dcsource", "fuelcell")
_DC_LOADS = ("dcsystem", "dcload")
_OF_MONITOR = ("soc_percent", "battery_power_w", "battery_voltage_v", "battery_current_a", "time_to_go_s")


def origins(snapshot: Snapshot, roles: BatteryRoles) -> tuple[dict[str, tuple[str, ...]], dict[str, Origin]]:
    """The devices of each figure by its overview field, the one that gives it first; and how each was last read."""
    found = {field: _given_by(snapshot, devices) for field, devices in _behind(snapshot, roles).items()}
    found["cell_spread_v"] = roles.packs
    used = {device.key: device for devices in found.values() for device in devices}
    return (
        {field: tuple(str(device.key) for device in devices) for field, devices in found.items() if devices},
        {str(key): Origin(it.read_at, it.cadence_s, it.failures, it.state) for key, it in used.items()},
    )


def _given_by(snapshot: Snapshot, behind: Iterable[DeviceState]) -> tuple[DeviceState, ...]:
    """`system` before the devices that it has a figure from, where a station has one."""
    system = system_of(snapshot)
    return tuple(behind) if system is None else (system, *(each for each in behind if each is not system))


def _behind(snapshot: Snapshot, roles: BatteryRoles) -> Mapping[str, list[DeviceState]]:
    units = inverter_units(snapshot)
    monitor = [roles.monitor] if roles.monitor else []
    solar = [*snapshot.of_class("solarcharger"), *snapshot.of_class("multi", "inverter")]
    pv_inverters = snapshot.of_class("pvinverter")
    return dict.fromkeys(_OF_MONITOR, monitor) | {
        "battery_temperature_c": monitor or list(roles.packs),
        "pv_power_w": [*solar, *pv_inverters],
        "pv_dc_power_w": solar,
        "pv_ac_power_w": pv_inverters,
        "load_power_w": units,
        "dc_load_power_w": snapshot.of_class(*_DC_LOADS),
        "other_dc_power_w": snapshot.of_class(*_OTHER_DC),
        "grid_power_w": snapshot.of_class("grid") or units,
        "genset_power_w": snapshot.of_class("genset") or units,
    }
