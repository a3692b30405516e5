"""The DC side as metered: what feeds the battery's bus and what draws from it, each counted once.

`system` adds some kinds up and leaves others out (dbus-systemcalc-py 2.256, `_updatevalues`): DC gensets stand under
its alternators; generators with a shunt of their own, DC-DC converters and single DC loads stand nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from victron_console.insight.overview.battery_roles import same_voltage
from victron_console.insight.overview.figures import dc_power_w, last, named_device, system_of, text, total
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState

_AT_BUS = ("vebus", "acsystem", "multi", "inverter", "solarcharger", "charger", "dcsource", "dcdc",
           "alternator", "fuelcell", "dcgenset", "motordrive")  # fmt: skip
"""What gives to the DC bus or draws from it beside the loads."""

WHOLE_MARGIN, WHOLE_MARGIN_W = 0.1, 50.0
"""Parts may exceed the whole by this much: they are read at different moments."""


@dataclass(frozen=True, slots=True)
class Metered:
    """Devices of a kind and their power in W; None where they give none."""

    power_w: float | None
    devices: tuple[DeviceState, ...] = ()

    @property
    def exists(self) -> bool:
        """Whether there is anything of the kind."""
        return self.power_w is not None or bool(self.devices)


@dataclass(frozen=True, slots=True)
class DcSide:
    """Sources (positive: they give) and uses (positive: they draw) of the DC bus beside solar chargers and battery."""

    alternators: Metered
    gensets: Metered
    chargers: Metered
    fuel_cells: Metered
    shunted: tuple[Metered, ...]
    """Wind, water and other generators, each with a shunt of its own."""
    converters: Metered
    """DC-DC converters that give to the bus."""
    motors: Metered
    uses_w: float | None
    """All that draws from the bus, the motors included; negative where a source feeds it that nobody measures."""
    parts: tuple[Metered, ...]
    """Single loads and converters that draw from the bus; they are in `uses_w`."""
    estimated: bool
    """Whether the uses are what is left of the others: nothing measures them."""

    @property
    def other_w(self) -> float | None:
        """What generators but solar chargers and gensets give, W."""
        kinds = (self.alternators, self.fuel_cells, self.chargers, self.converters, *self.shunted)
        return total(kind.power_w for kind in kinds)

    @property
    def loads_w(self) -> float | None:
        """What draws from the bus but the motors, W."""
        return None if self.uses_w is None else self.uses_w - (self.motors.power_w or 0.0)

    @property
    def has_loads(self) -> bool:
        """Whether anything but motors draws from the bus, as far as it is known."""
        return self.uses_w is not None and (self.estimated or self.uses_w != self.motors.power_w or bool(self.parts))


def dc_side(snapshot: Snapshot) -> DcSide:
    """The DC side of a station."""
    system = system_of(snapshot)
    gensets = _of(snapshot, "dcgenset")
    shunted = tuple(Metered(dc_power_w(each), (each,)) for each in snapshot.of_class("dcsource"))
    giving, drawing = _converters(snapshot, system)
    motors = _motors(snapshot, system)
    parts = (*(Metered(dc_power_w(each), (each,)) for each in snapshot.of_class("dcload")), *drawing)
    summed = {
        "Alternator": _alternators(snapshot, system, gensets),
        "Charger": _of(snapshot, "charger", last(system, "Dc/Charger/Power")),
        "FuelCell": _of(snapshot, "fuelcell", last(system, "Dc/FuelCell/Power")),
    }
    left_out = [kind.power_w for name, kind in summed.items() if last(system, f"Dc/{name}/Power") is None]
    given_w = total((*left_out, *(each.power_w for each in shunted), giving.power_w))
    uses_w, estimated = _uses(snapshot, system, total(each.power_w for each in parts), given_w, motors)
    return DcSide(
        alternators=summed["Alternator"],
        gensets=gensets,
        chargers=summed["Charger"],
        fuel_cells=summed["FuelCell"],
        shunted=shunted,
        converters=giving,
        motors=motors,
        uses_w=uses_w,
        parts=parts,
        estimated=estimated,
    )


def _of(snapshot: Snapshot, cls: str, by_system_w: float | None = None) -> Metered:
    devices = tuple(snapshot.of_class(cls))
    return Metered(total(map(dc_power_w, devices)) if by_system_w is None else by_system_w, devices)


def _alternators(snapshot: Snapshot, system: DeviceState | None, gensets: Metered) -> Metered:
    """As `system` adds them up; beside a DC genset, which it takes for one, as they say themselves."""
    return _of(snapshot, "alternator", None if snapshot.fitted("dcgenset") else last(system, "Dc/Alternator/Power"))


def _motors(snapshot: Snapshot, system: DeviceState | None) -> Metered:
    """All motor drives: `system` adds two up only where they are set as the left and the right one."""
    found = _of(snapshot, "motordrive")
    return found if found.power_w is not None else Metered(last(system, "MotorDrive/Power"), found.devices)


def _converters(snapshot: Snapshot, system: DeviceState | None) -> tuple[Metered, list[Metered]]:
    """The DC-DC converters that give to the bus, and those that draw from it.

    One between two batteries of one voltage, as from the starter's, gives to the bus. One that stands elsewhere is in
    neither; so is one whose side cannot be told.
    """
    volts = last(system, "Dc/Battery/Voltage")
    giving, drawing = [], []
    for device in snapshot.of_class("dcdc"):
        if volts is None or same_voltage(volts, last(device, "Dc/0/Voltage")):
            giving.append(device)
        elif same_voltage(volts, last(device, "Dc/In/V")):
            drawing.append(Metered(_input_w(device), (device,)))
    return Metered(total(map(dc_power_w, giving)), tuple(giving)), drawing


def _input_w(converter: DeviceState) -> float | None:
    watts = last(converter, "Dc/In/P")
    if watts is not None:
        return watts
    volts, amperes = last(converter, "Dc/In/V"), last(converter, "Dc/In/I")
    return dc_power_w(converter) if volts is None or amperes is None else volts * amperes


def _uses(
    snapshot: Snapshot, system: DeviceState | None, parts_w: float | None, given_w: float | None, motors: Metered
) -> tuple[float | None, bool]:
    """What draws from the bus in W, and whether it is an estimate.

    The estimate of `system` is what its sources give and the battery does not take: all uses are in it, less what its
    sources leave out. A meter of the DC system holds the single loads, unless they are more than it; no motor.
    """
    whole_w = last(system, "Dc/System/Power") if system else total(map(dc_power_w, snapshot.of_class("dcsystem")))
    if whole_w is not None and system is not None and last(system, "Dc/System/MeasurementType") != 1:
        # What is left of the others says nothing of the loads where one of the others left.
        monitor = named_device(snapshot, text(system, "Dc/Battery/BatteryService"))
        left = snapshot.missed(*_AT_BUS) or (monitor is not None and monitor.state is ServiceState.GONE)
        return None if left else whole_w + (given_w or 0.0), True
    beside = whole_w is None or (parts_w or 0.0) > whole_w * (1 + WHOLE_MARGIN) + WHOLE_MARGIN_W
    return total((whole_w, parts_w if beside else None, motors.power_w)), False
