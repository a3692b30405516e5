"""Which devices each figure of a station comes from: what its age and quality are judged by.

`system` copies what other services give and goes on showing the last value of one that hangs, so that a figure of its
own is no fresher than the devices behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from victron_console.insight.overview.ac_side import inverter_units
from victron_console.insight.overview.battery_roles import BatteryRoles
from victron_console.insight.overview.figures import last, system_of, text
from victron_console.model.device import class_of
from victron_console.model.overview import Origin
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState

_OTHER_DC = ("alternator", "charger", "dcdc", "dcsource", "fuelcell")
_DC_LOADS = ("dcsystem", "dcload", "motordrive")
_SOLAR, _UNITS = ("solarcharger", "multi", "inverter"), ("vebus", "acsystem", "multi", "inverter")
_CLASSES: Mapping[str, tuple[str, ...]] = dict.fromkeys(
    ("soc_percent", "battery_power_w", "battery_voltage_v", "battery_current_a", "time_to_go_s"), ("battery",)
) | {
    "battery_temperature_c": ("battery",),
    "cell_spread_v": ("battery",),
    "pv_power_w": (*_SOLAR, "pvinverter"),
    "pv_dc_power_w": _SOLAR,
    "pv_ac_power_w": ("pvinverter",),
    "load_power_w": _UNITS,
    "dc_load_power_w": _DC_LOADS,
    "other_dc_power_w": _OTHER_DC,
    "grid_power_w": ("grid",),
    "genset_power_w": ("genset", "dcgenset"),
}
"""What kinds of devices a figure can come from."""

METERED_AROUND = ("grid", "genset", "pvinverter")
"""Meters that `system` works the AC loads out from."""


def origins(snapshot: Snapshot, roles: BatteryRoles) -> tuple[dict[str, tuple[str, ...]], dict[str, Origin]]:
    """The devices of each figure by its overview field, the one that gives it first; and how each was last read.

    A service that hangs and was never read has no device yet: it stands there by its bus name.
    """
    system = system_of(snapshot)
    read: dict[str, Origin] = {}
    made_of: dict[str, tuple[str, ...]] = {}
    hung = _never_read(snapshot)
    for field, devices in _devices(snapshot, roles).items():
        first = [system] if system is not None and field != "cell_spread_v" else []
        found = {str(it.key): it for it in (*first, *devices)}
        read |= {key: Origin(it.read_at, it.cadence_s, it.failures, it.state) for key, it in found.items()}
        others = [name for name in hung if _is_behind(field, name, system, known=bool(devices))]
        read |= dict.fromkeys(others, Origin(None, 0.0, state=ServiceState.SET_ASIDE))
        if names := (*found, *others):
            made_of[field] = names
    return made_of, read


def _never_read(snapshot: Snapshot) -> list[str]:
    """The services that hang and never gave a value."""
    known = {device.service for device in snapshot.devices.values()}
    return [service for service in snapshot.unanswered if service not in known]


def _is_behind(field: str, service: str, system: DeviceState | None, *, known: bool) -> bool:
    """Whether a figure comes from a service that was never read; of batteries only the one that `system` takes."""
    if class_of(service) not in _CLASSES[field]:
        return False
    if class_of(service) != "battery":
        return True
    taken = text(system, "Dc/Battery/BatteryService")
    return service == taken if taken else not known


def _devices(snapshot: Snapshot, roles: BatteryRoles) -> Mapping[str, Sequence[DeviceState]]:
    """The devices behind each figure that were read once."""
    units = inverter_units(snapshot)
    monitor = [roles.monitor] if roles.monitor else []
    of_kind = {
        field: snapshot.fitted(*classes)  # without one that left the figure is not the whole any more
        for field, classes in _CLASSES.items()
        if classes != ("battery",)
    }
    return dict.fromkeys((field for field, classes in _CLASSES.items() if classes == ("battery",)), monitor) | {
        **of_kind,
        "battery_temperature_c": monitor if _is_measured(snapshot, roles) else roles.packs,
        "cell_spread_v": roles.packs,
        "load_power_w": [*units, *snapshot.missed(*METERED_AROUND)],
        "grid_power_w": of_kind["grid_power_w"] or units,
        "genset_power_w": of_kind["genset_power_w"] or units,
    }


def _is_measured(snapshot: Snapshot, roles: BatteryRoles) -> bool:
    """Whether the battery's monitor has its temperature; else it is that of the hottest pack."""
    given = (last(system_of(snapshot), "Dc/Battery/Temperature"), last(roles.monitor, "Dc/0/Temperature"))
    return any(celsius is not None for celsius in given)
