"""Which devices stand still while the system's own copy of their values moves: alive on the bus, and dead. Pure.

The GX copies some values of a device to its `system` service (dbus-systemcalc-py does). Where the copy goes on moving
and the device's own values do not, what is read of the device is not what it measures now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from victron_console.model.device import BUS_PREFIX, DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.snapshot import PHASES, DeviceState
from victron_console.model.station import ServiceState

MOVES = 3
"""To so many values the copy must have moved, each another than the device's own, and the device must have been read
between: reads of the two are never of one moment."""
STANDS_S = 30.0

_SYSTEM = DeviceKey("system", "0")
_LEAST_MOVE = {"Current": 0.5, "Power": 20.0}
"""A and W: a smaller difference may be the last digit that wavers. A voltage at rest says nothing for that reason."""
_BESIDE = ("Dc/0/Voltage", "Yield/Power")
"""Own values without a copy of their own that show that a device lives."""


@dataclass(slots=True)
class _Watched:
    """One device beside its copy."""

    own: tuple[float | None, ...]
    copy: tuple[float | None, ...]
    """As it was when it was last counted to move."""
    since: float
    """When the device's own values were last seen to move (UTC epoch, s)."""
    moves: int = 0
    moved_at: float = 0.0


class FrozenDevices:
    """The devices of one station that stand still. Fed with all devices after each read of the system's values."""

    def __init__(self) -> None:
        self._watched: dict[DeviceKey, _Watched] = {}

    def judge(self, devices: Mapping[DeviceKey, DeviceState]) -> frozenset[DeviceKey]:
        """Take in what is known now; the devices whose values stand while their copy moved."""
        system = devices.get(_SYSTEM)
        if system is None or system.read_at is None:
            return frozenset()
        frozen = set()
        pairs = dict(_pairs(devices, system))
        for key in self._watched.keys() - pairs.keys():
            del self._watched[key]
        for key, paths in pairs.items():
            if self._stands(devices[key], system, paths, system.read_at):
                frozen.add(key)
        return frozenset(frozen)

    def _stands(self, device: DeviceState, system: DeviceState, paths: Mapping[str, str], at: float) -> bool:
        own = tuple(_number(device, path) for path in (*paths, *_BESIDE))
        copy = tuple(_number(system, path) for path in paths.values())
        least = [_LEAST_MOVE[path.rpartition("/")[2]] for path in paths.values()]
        known = self._watched.get(device.key)
        if known is None or own != known.own:
            self._watched[device.key] = _Watched(own, copy, at)
            return False
        read_at = device.read_at or 0.0
        differs = _apart(own, copy, least)
        if differs and _apart(copy, known.copy, least) and read_at > known.moved_at:
            known.copy, known.moved_at = copy, at
            known.moves += 1
        return differs and known.moves >= MOVES and read_at - known.since >= STANDS_S


def _pairs(devices: Mapping[DeviceKey, DeviceState], system: DeviceState) -> Iterator[tuple[DeviceKey, dict[str, str]]]:
    """Each device that the system copies alone, with its own paths and those of the copy."""
    battery = _text(system, "Dc/Battery/BatteryService")
    for key, device in devices.items():
        if key.cls == "battery" and _is_named(device, battery):
            yield key, {f"Dc/0/{name}": f"Dc/Battery/{name}" for name in _LEAST_MOVE}
    if (vebus := _only(devices, "vebus")) is not None:
        yield vebus, {f"Dc/0/{name}": f"Dc/Vebus/{name}" for name in _LEAST_MOVE}
    if (charger := _only(devices, "solarcharger")) is not None:
        yield charger, {"Dc/0/Current": "Dc/Pv/Current"}
    for cls, name in (("grid", "Grid"), ("genset", "Genset")):
        if (meter := _only(devices, cls)) is not None:
            yield meter, {f"Ac/{phase}/Power": f"Ac/{name}/{phase}/Power" for phase in PHASES}


def _only(devices: Mapping[DeviceKey, DeviceState], cls: str) -> DeviceKey | None:
    """The device of a class, where there is one alone: of several the system gives the sum."""
    found = [key for key, device in devices.items() if key.cls == cls and device.state is not ServiceState.GONE]
    return found[0] if len(found) == 1 else None


def _is_named(device: DeviceState, name: str) -> bool:
    """Whether the system means this device, by its bus name or by class and instance."""
    return bool(name) and name in (device.service, f"{BUS_PREFIX}{device.key.cls}/{device.instance}")


def _number(device: DeviceState, path: str) -> float | None:
    reading = device.readings.get(path)
    return reading.last_number if reading is not None and reading.quality is Quality.GOOD else None


def _text(device: DeviceState, path: str) -> str:
    reading = device.readings.get(path)
    return reading.text if reading is not None else ""


def _apart(one: tuple[float | None, ...], other: tuple[float | None, ...], least: list[float]) -> bool:
    """Whether any of the first numbers of two rows differs by more than rounding makes of it."""
    pairs = zip(one, other, least, strict=False)
    return any(a is not None and b is not None and abs(a - b) > limit for a, b, limit in pairs)
