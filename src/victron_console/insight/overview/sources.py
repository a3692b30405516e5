"""Which recorded series each figure of a station comes from: what somebody who doubts it looks at."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from victron_console.model.device import DeviceKey
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.snapshot import Snapshot

_METER = ("Ac/L?/Power", "Ac/Power")
_DC = ("Dc/0/Power",)
_YIELD = ("Yield/Power",)
_MAINS_SIDE = ("Ac/ActiveIn/L?/P", "Ac/In/?/L?/P", "Ac/ActiveIn/P")
_OUTPUT = ("Ac/Out/L?/P", "Ac/Out/P")
_PATHS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "soc_percent": {"system": ("Dc/Battery/Soc",), "": ("Soc",)},
    "battery_power_w": {"system": ("Dc/Battery/Power",), "": _DC},
    "battery_voltage_v": {"system": ("Dc/Battery/Voltage",), "": ("Dc/0/Voltage",)},
    "battery_current_a": {"system": ("Dc/Battery/Current",), "": ("Dc/0/Current",)},
    "battery_temperature_c": {"system": ("Dc/Battery/Temperature",), "": ("Dc/0/Temperature",)},
    "time_to_go_s": {"system": ("Dc/Battery/TimeToGo",), "": ("TimeToGo",)},
    "cell_spread_v": {"": ("Voltages/Cell*", "System/MinCellVoltage", "System/MaxCellVoltage")},
    "pv_power_w": {"system": ("Dc/Pv/Power", "Ac/PvOn*/L?/Power"), "pvinverter": _METER, "": _YIELD},
    "pv_dc_power_w": {"system": ("Dc/Pv/Power",), "": _YIELD},
    "pv_ac_power_w": {"system": ("Ac/PvOn*/L?/Power",), "": _METER},
    "load_power_w": {"system": ("Ac/Consumption/L?/Power",), "": _OUTPUT},
    "dc_load_power_w": {"system": ("Dc/System/Power",), "": _DC},
    "other_dc_power_w": {"system": ("Dc/Alternator/Power", "Dc/Charger/Power", "Dc/FuelCell/Power"), "": _DC},
    "grid_power_w": {"system": ("Ac/Grid/L?/Power",), "grid": _METER, "": _MAINS_SIDE},
    "genset_power_w": {"system": ("Ac/Genset/L?/Power",), "genset": _METER, "dcgenset": _DC, "": _MAINS_SIDE},
}
"""By figure and device class, the empty one for any other: the paths with `fnmatch` wildcards (`Overview`'s fields are
made of them in `overview`, `lone_devices`, `dc_side` and `ac_side`)."""


def sources(snapshot: Snapshot, shown: Overview) -> dict[str, tuple[str, ...]]:
    """The series of each figure that have a value, those of the device that gives it first.

    A figure that is worked out from others, such as what does not add up, has none.
    """
    return {name: _series(snapshot, name, keys) for name, keys in shown.made_of.items() if name in _PATHS}


def _series(snapshot: Snapshot, name: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    for text in keys:
        device = snapshot.devices.get(DeviceKey.parse(text)) if "/" in text else None
        if device is None:
            continue
        globs = _PATHS[name].get(device.key.cls, _PATHS[name].get("", ()) if device.key.cls != "system" else ())
        found += [
            device.key.series(path)
            for path, reading in device.readings.items()
            if reading.quality is not Quality.ABSENT and any(fnmatchcase(path, glob) for glob in globs)
        ]
    return tuple(found)
