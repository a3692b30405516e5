"""The forms that values take on D-Bus: float32 noise, `[]` for not available, and the head every service has."""

from __future__ import annotations

import struct
from typing import Any

from victron_console.model.snapshot import PHASES
from victron_console.simulator.devices import Device

Value = Any
"""What a D-Bus path may hold: int, float, str, bool, list or dict; it only ever becomes JSON."""
Tree = dict[str, Value]
"""One service's values by path without a leading slash."""
_FLOAT32 = struct.Struct("f")


def invalid() -> Value:
    """`[]`, how the bus says that a value is not available."""
    return []


def f32(value: float, digits: int = 2) -> float:
    """The value as a device with this resolution sends it, through a 32-bit float."""
    return float(_FLOAT32.unpack(_FLOAT32.pack(round(value, digits)))[0])


def head(device: Device) -> Tree:
    """The paths every service has."""
    tree: Tree = {
        "Mgmt/ProcessName": device.process,
        "Mgmt/ProcessVersion": "3.73",
        "Mgmt/Connection": device.connection,
        "DeviceInstance": device.instance,
        "ProductId": device.product_id or invalid(),
        "ProductName": device.product or invalid(),
        "FirmwareVersion": device.firmware or invalid(),
        "HardwareVersion": invalid(),
        "Connected": 1,
        "CustomName": device.name,
    }
    if device.serial:
        tree["Serial"] = device.serial
    return tree


def zeros(*paths: str) -> Tree:
    """Paths that read 0: alarms at rest, counters unused."""
    return dict.fromkeys(paths, 0)


def blanks(*paths: str) -> Tree:
    """Paths that are there without a value."""
    return {path: [] for path in paths}


def numbers(tree: Tree, path: str) -> dict[str, float]:
    """The valid phases of a path with `{}` for the phase."""
    found = {phase: tree.get(path.format(phase)) for phase in PHASES}
    return {phase: value for phase, value in found.items() if isinstance(value, int | float)}
