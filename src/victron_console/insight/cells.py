"""The cells of the batteries: how far they stand apart, which one, and whether that may be judged now.

A moment's view: growth over weeks belongs to the diagnostics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from statistics import median

from victron_console.insight.overview.battery_roles import BatteryRoles, battery_roles
from victron_console.insight.overview.figures import last, on_bus, temperature_c, text
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.snapshot import DeviceState, Snapshot

WARN_V, ALARM_V = 0.030, 0.100
"""Deviation from the median to watch and to warn of: LiFePO4 at rest, mid SOC (docs/facts/figures.md#cells)."""
TOP_FROM_V = 3.45
"""Above it a cell is in its steep end: a spread of 50-150 mV is normal while the pack balances."""
LIGHT_LOAD_C = 0.05
"""Above this share of the capacity part of a spread is the load's."""
MID_SOC = (20.0, 90.0)

_CELL_ENDS = ("System/MaxCellVoltage", "System/MinCellVoltage")
_CELL = re.compile(r"Voltages/Cell(\d+)|Cell/(\d+)/Volts|Battery/(\d+)/Cell/(\d+)/Voltage")


class PackClass(StrEnum):
    """Where on its curve a pack stands: only like is compared."""

    MID = "mid"
    TOP = "top"
    LOADED = "loaded"
    """The current is too large for its spread to be judged."""
    LOW = "low"
    """Below 20 % SOC, in the other steep end."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its name, voltage, how far it is from the median (V, + above), and whether it is balancing."""

    name: str
    voltage_v: float
    deviation_v: float
    balancing: bool | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """The cells of one battery, in V and °C. `cells` is empty where its BMS gives only the highest and the lowest."""

    device: DeviceKey
    name: str
    quality: Quality
    cells: tuple[Cell, ...]
    median_v: float | None
    max_v: float | None
    max_id: str
    min_v: float | None
    min_id: str
    temperature_spread_k: float | None
    max_temperature_c: float | None
    pack_class: PackClass
    soc_percent: float | None
    current_a: float | None

    @property
    def spread_v(self) -> float | None:
        """Highest minus lowest."""
        return None if self.max_v is None or self.min_v is None else self.max_v - self.min_v

    @property
    def comparable(self) -> bool:
        """Whether the spread may be judged now: light load, between 20 and 90 % SOC."""
        return self.pack_class is PackClass.MID

    @property
    def worst(self) -> Cell | None:
        """The cell that is furthest from the median."""
        return max(self.cells, key=lambda cell: abs(cell.deviation_v), default=None)


def cells(snapshot: Snapshot) -> list[Pack]:
    """The packs that give cells, those of the site's battery first, then by device."""
    first = [pack.key for pack in battery_roles(snapshot).packs]
    packs = [pack for device in snapshot.of_class("battery") if (pack := _pack(snapshot, device))]
    return sorted(packs, key=lambda pack: (pack.device not in first, pack.device))


def finding(pack: Pack) -> str:
    """What is to be said of a pack's cells now, in one sentence."""
    worst, spread = pack.worst, pack.spread_v
    if spread is None:
        return "The BMS gives no cells."
    if worst is None:
        if pack.max_id and pack.max_id == pack.min_id:
            where = f"both called {pack.max_id}"
        else:
            where = f"highest {pack.max_id or '?'}, lowest {pack.min_id or '?'}"
        head = f"Spread {_mv(spread)}, {where}; BMS gives min/max only"
    elif abs(worst.deviation_v) < WARN_V:
        head = f"All {len(pack.cells)} cells within {_mv(abs(worst.deviation_v))} of the median, spread {_mv(spread)}"
    else:
        side = "above" if worst.deviation_v > 0 else "below"
        head = f"Cell {worst.name} is {_mv(abs(worst.deviation_v))} {side} the median, spread {_mv(spread)}"
    return f"{head}. {_WHY[pack.pack_class]}"


_WHY = {
    PackClass.MID: "At light load and mid charge: it may be judged now.",
    PackClass.TOP: "Near full: 50 to 150 mV are normal while the pack balances; judge whether it shrinks.",
    PackClass.LOADED: "Under load: part of the spread is the current's; judge it at rest.",
    PackClass.LOW: "Nearly empty: cells part at the low end; judge it between 20 and 90 %.",
    PackClass.UNKNOWN: "Without state of charge or current it cannot be judged.",
}


def cell_spread_v(roles: BatteryRoles) -> float | None:
    """Highest minus lowest cell voltage in V, of the pack where it is widest; None where none gives cells."""
    return max((spread for pack in on_bus(roles.packs) if (spread := _spread_v(pack)) is not None), default=None)


def _spread_v(pack: DeviceState) -> float | None:
    high, low = last(pack, "System/MaxCellVoltage"), last(pack, "System/MinCellVoltage")
    if high is not None and low is not None:
        return high - low
    volts = [volts for _, volts in _voltages(pack)]
    return max(volts) - min(volts) if len(volts) > 1 else None


def cells_in_series(pack: DeviceState) -> int | None:
    """How many cells stand in series: by the voltage of the pack over that of a cell, else as the BMS is set.

    Cells may be listed of several strings in parallel, and the setting counts those of one battery block.
    """
    volts, each = last(pack, "Dc/0/Voltage"), [volts for _, volts in _voltages(pack)]
    each = each or [end for path in _CELL_ENDS if (end := last(pack, path))]
    if volts and each:
        return round(volts / median(each))
    cells = last(pack, "System/NrOfCellsPerBattery")
    return int(cells * (last(pack, "System/BatteriesSeries") or 1)) if cells else None


def _pack(snapshot: Snapshot, device: DeviceState) -> Pack | None:
    voltages = _voltages(device)
    middle = median(volts for _, volts in voltages) if voltages else None
    found = tuple(Cell(name, volts, volts - (middle or 0.0), _balancing(device, name)) for name, volts in voltages)
    high, low = last(device, "System/MaxCellVoltage"), last(device, "System/MinCellVoltage")
    if not found and (high is None or low is None):
        return None
    top, bottom = (max(found, key=_volts), min(found, key=_volts)) if found else (None, None)
    warm = temperature_c(device, "System/MaxCellTemperature")
    cold = temperature_c(device, "System/MinCellTemperature")
    soc, amperes = last(device, "Soc"), last(device, "Dc/0/Current")
    max_v = top.voltage_v if top else high
    return Pack(
        device=device.key,
        name=device.name,
        quality=device.quality_at(snapshot.at),
        cells=found,
        median_v=middle,
        max_v=max_v,
        max_id=top.name if top else text(device, "System/MaxVoltageCellId"),
        min_v=bottom.voltage_v if bottom else low,
        min_id=bottom.name if bottom else text(device, "System/MinVoltageCellId"),
        temperature_spread_k=None if warm is None or cold is None else warm - cold,
        max_temperature_c=warm,
        pack_class=classify(max_v, soc, amperes, capacity_ah(device)),
        soc_percent=soc,
        current_a=amperes,
    )


def classify(
    max_cell_v: float | None, soc_percent: float | None, current_a: float | None, capacity: float | None
) -> PackClass:
    """Where a pack stands, for judging its spread.

    Args:
        max_cell_v: its highest cell.
        soc_percent: its state of charge.
        current_a: its current, + charges.
        capacity: Ah; without it 100 Ah are taken, which calls more packs loaded than less.
    """
    if max_cell_v is not None and max_cell_v > TOP_FROM_V:
        return PackClass.TOP
    if soc_percent is None or current_a is None:
        return PackClass.UNKNOWN
    if soc_percent > MID_SOC[1]:
        return PackClass.TOP
    if soc_percent < MID_SOC[0]:
        return PackClass.LOW
    return PackClass.LOADED if abs(current_a) >= LIGHT_LOAD_C * (capacity or 100.0) else PackClass.MID


def capacity_ah(device: DeviceState | None) -> float | None:
    """Installed capacity in Ah, else what the battery calls its capacity (shunts: as configured)."""
    return last(device, "InstalledCapacity") or last(device, "Capacity")


def bank_capacity_ah(roles: BatteryRoles) -> float | None:
    """Ah of the whole battery: as its monitor or its BMS says, else all its packs together."""
    for device in (roles.total, roles.monitor, roles.bms):
        if ah := capacity_ah(device):
            return ah
    packs = [capacity_ah(pack) for pack in roles.packs]
    return sum(ah for ah in packs if ah) if packs and all(packs) else None


def _voltages(device: DeviceState) -> list[tuple[str, float]]:
    """Name and volts of each cell, in order: `3`, or `2.5` for cell 5 of module 2."""
    found = []
    for path, reading in device.readings.items():
        numbers = _cell_of(path)
        if numbers and (volts := reading.last_number):
            found.append((numbers, volts))
    return [(".".join(map(str, numbers)), volts) for numbers, volts in sorted(found)]


@lru_cache(maxsize=4096)
def _cell_of(path: str) -> tuple[int, ...] | None:
    matched = _CELL.fullmatch(path)
    return tuple(int(number) for number in matched.groups() if number) if matched else None


def _balancing(device: DeviceState, name: str) -> bool | None:
    state = last(device, f"Balances/Cell{name}")
    return None if state is None else bool(state)


def _volts(cell: Cell) -> float:
    return cell.voltage_v


def _mv(volts: float) -> str:
    return f"{volts * 1000:.0f} mV"
