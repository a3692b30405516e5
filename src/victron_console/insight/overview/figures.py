"""Reading numbers off a device. Owns how absent differs from zero; must not judge what a number means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite

from victron_console.model.device import class_of
from victron_console.model.limits import NO_SENSOR_BELOW_C
from victron_console.model.quality import Quality
from victron_console.model.snapshot import PHASES, DeviceState, Snapshot
from victron_console.model.station import ServiceState


def last(device: DeviceState | None, path: str) -> float | None:
    """The last number known of a path, whatever its age; None where there is none."""
    reading = device.readings.get(path) if device else None
    return reading.last_number if reading else None


def given(device: DeviceState | None, path: str) -> float | None:
    """The last number that a device gave, also one that is not possible: to be shown with a doubt, never reckoned."""
    reading = device.readings.get(path) if device else None
    if reading is None or reading.quality is not Quality.IMPLAUSIBLE:
        return last(device, path)
    return float(reading.value) if isinstance(reading.value, int | float) and isfinite(reading.value) else None


def text(device: DeviceState | None, path: str) -> str:
    """The text of a path; empty where there is none."""
    reading = device.readings.get(path) if device else None
    return reading.text if reading else ""


def total(values: Iterable[float | None]) -> float | None:
    """The sum of the values that are there; None where none is (absent is not zero)."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def phase_values(device: DeviceState | None, path: str) -> dict[str, float]:
    """The valid phases of a path with `{phase}` in it, by phase."""
    found = {phase: last(device, path.replace("{phase}", phase)) for phase in PHASES}
    return {phase: value for phase, value in found.items() if value is not None}


def phase_total(device: DeviceState | None, path: str) -> float | None:
    """The sum over the valid phases of a path with `{phase}` in it; None where no phase has a value."""
    return total(phase_values(device, path).values())


def temperature_c(device: DeviceState | None, path: str) -> float | None:
    """A temperature in °C; None where there is no sensor."""
    value = last(device, path)
    return value if value is not None and value > NO_SENSOR_BELOW_C else None


def dc_power_w(device: DeviceState | None, output: int = 0) -> float | None:
    """Power of a DC output: as published, else volts times amperes."""
    power = last(device, f"Dc/{output}/Power")
    if power is not None:
        return power
    volts, amperes = last(device, f"Dc/{output}/Voltage"), last(device, f"Dc/{output}/Current")
    return None if volts is None or amperes is None else volts * amperes


def on_bus(devices: Sequence[DeviceState]) -> Sequence[DeviceState]:
    """Those of some devices that are on the bus; all of them where none is."""
    return [device for device in devices if device.state is not ServiceState.GONE] or devices


def system_of(snapshot: Snapshot) -> DeviceState | None:
    """The GX device's own `system` service; None where a station has none (one device read alone)."""
    return snapshot.device("system") or next(iter(snapshot.of_class("system")), None)


def named_device(snapshot: Snapshot, name: str) -> DeviceState | None:
    """The device that `system` names: `com.victronenergy.battery/288`, or a bus name.

    A bus name that a device left behind may be another's by now: one that is on the bus comes first.
    """
    if not name:
        return None
    bus_name, slash, instance = name.partition("/")
    if slash:
        cls = class_of(bus_name)
        holders = [it for key, it in snapshot.devices.items() if key.cls == cls and it.instance == instance]
    else:
        holders = [device for device in snapshot.devices.values() if device.service == name]
    holders = [device for device in holders if not device.accepted]
    return min(holders, key=lambda device: device.state is ServiceState.GONE, default=None)
