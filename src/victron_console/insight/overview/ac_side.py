"""The AC side as wired: what is connected to which input, and what the inverter/charger passes in and out."""

from __future__ import annotations

from dataclasses import dataclass, field

from victron_console.insight.overview.figures import last, named_device, phase_total, system_of, text
from victron_console.model.overview import AcInput
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState

AC_INPUT_TYPES = {1: "grid", 2: "genset", 3: "shore"}
"""`Ac/In/n/Source`, `Ac/ActiveIn/Source` and the setting `AcInputN`; 0 is not used."""

INVERTING = 240
"""`Ac/ActiveIn/Source` and `ActiveInput` where no input is connected: the inverter runs alone."""

MAX_INPUTS = 2


@dataclass(frozen=True, slots=True)
class WiredInput:
    """An AC input as set up: its number from 1, `grid`, `shore` or `genset`, and whether it is the connected one."""

    number: int
    type: str
    connected: bool
    measured_by: str = field(default="", compare=False)
    """The bus name of what measures it; empty where nothing is named."""


def inverter_units(snapshot: Snapshot) -> list[DeviceState]:
    """What stands between the AC buses and the battery; empty where a site has no inverter.

    A VE.Bus or an RS system counts as one whatever it is made of; single RS units are several. One that left is among
    them until that is accepted: the site is still built around it.
    """
    if vebus := named_device(snapshot, text(system_of(snapshot), "VebusService")):
        return [vebus]
    for classes in (("vebus",), ("acsystem",)):
        if found := snapshot.fitted(*classes):
            return found[:1]
    return snapshot.fitted("multi", "inverter")


def live_units(snapshot: Snapshot) -> list[DeviceState]:
    """Those of them that are on the bus: only they measure anything."""
    return [unit for unit in inverter_units(snapshot) if unit.state is not ServiceState.GONE]


def inverter_gone(snapshot: Snapshot) -> bool:
    """Whether a site has an inverter of which nothing is left on the bus."""
    return bool(inverter_units(snapshot)) and not live_units(snapshot)


def rs_units(snapshot: Snapshot) -> list[DeviceState]:
    """The single RS units, also those that an RS system is made of: they carry the model and the PV trackers."""
    return snapshot.fitted("multi", "inverter")


def running_unit(snapshot: Snapshot) -> DeviceState | None:
    """The unit that runs although `system` says Off: an RS, where `system` knows no vebus or acsystem."""
    unit = next(iter(live_units(snapshot)), None)
    if unit is None or (unit.key.cls in ("vebus", "acsystem") and system_of(snapshot) is not None):
        return None
    return unit if last(unit, "State") else None


def input_power_w(unit: DeviceState) -> float | None:
    """Power that a unit takes from its AC input in W, negative where it feeds back; None where it says nothing."""
    for path in ("Ac/ActiveIn/{phase}/P", f"Ac/In/{_active_number(unit)}/{{phase}}/P"):
        if (watts := phase_total(unit, path)) is not None:
            return watts
    return last(unit, "Ac/ActiveIn/P")


def output_power_w(unit: DeviceState) -> float | None:
    """Power that a unit gives on its AC output in W, negative where it takes some; None where it says nothing."""
    watts = phase_total(unit, "Ac/Out/{phase}/P")
    return last(unit, "Ac/Out/P") if watts is None else watts


def ac_inputs(snapshot: Snapshot) -> list[WiredInput]:
    """The AC inputs that something is wired to, in their order."""
    system = system_of(snapshot)
    units = inverter_units(snapshot)
    by_units = _inputs_of_units(units) or _inputs_of_settings(snapshot, units)
    found = _inputs_of_system(system, [each.number for each in by_units]) or by_units
    if inverter_gone(snapshot):
        return by_units or found
    source = last(system, "Ac/ActiveIn/Source")
    if source in AC_INPUT_TYPES and not any(wired.connected for wired in found):
        found.append(WiredInput(len(found) + 1, AC_INPUT_TYPES[int(source)], connected=True))
    return found


def ac_input(snapshot: Snapshot) -> AcInput:
    """What feeds the AC side: the connected input, else the mains as not connected, else a genset so, else nothing.

    Of an inverter that left it is the last one that was connected; whether it still is nobody knows.
    """
    chosen = min(ac_inputs(snapshot), key=lambda each: (not each.connected, each.type == "genset"), default=None)
    if chosen is None:
        return AcInput()
    return AcInput(chosen.type, None if inverter_gone(snapshot) else chosen.connected)


def mains(snapshot: Snapshot) -> str:
    """`grid` or `shore`: what the mains of a station are called, wherever they are wired."""
    wired = [each for each in ac_inputs(snapshot) if each.type != "genset"]
    return min(wired, key=lambda each: not each.connected).type if wired else "grid"


def runs_alone(snapshot: Snapshot) -> bool:
    """Whether the inverter says that no input is connected, whatever is wired to it."""
    said = [last(system_of(snapshot), "Ac/ActiveIn/Source")]
    said += [last(unit, "Ac/ActiveIn/ActiveInput") for unit in live_units(snapshot)]
    return INVERTING in said


def mean_voltage_v(unit: DeviceState | None, side: str) -> float | None:
    """Mean volts of the phases that have any, of `Ac/ActiveIn` or `Ac/Out`."""
    volts = [value for value in _phases(unit, side, "V") if value > 0]
    return sum(volts) / len(volts) if volts else None


def frequency_hz(unit: DeviceState | None, side: str) -> float | None:
    """Hertz of `Ac/ActiveIn` or `Ac/Out`; None where the side is dead."""
    return next((value for value in _phases(unit, side, "F") if value > 0), None)


def _phases(unit: DeviceState | None, side: str, quantity: str) -> list[float]:
    if unit is None:
        return []
    sides = [side, f"Ac/In/{_active_number(unit)}"] if side == "Ac/ActiveIn" else [side]
    for each in sides:
        found = [value for n in (1, 2, 3) if (value := last(unit, f"{each}/L{n}/{quantity}")) is not None]
        if found:
            return found
    return []


def _active_number(unit: DeviceState) -> int:
    active = last(unit, "Ac/ActiveIn/ActiveInput")
    return int(active) + 1 if active is not None and 0 <= active < MAX_INPUTS else 1


def _is_connected(unit: DeviceState, number: int) -> bool:
    active = last(unit, "Ac/ActiveIn/ActiveInput")
    return active is not None and int(active) + 1 == number and last(unit, "Ac/ActiveIn/Connected") != 0


def _inputs_of_system(system: DeviceState | None, numbers: list[int]) -> list[WiredInput]:
    """The inputs as `system` lists them: only those that are used, so that its first may be the second of the unit."""
    return [
        WiredInput(
            numbers[n] if n < len(numbers) else n + 1,
            kind,
            last(system, f"Ac/In/{n}/Connected") == 1,
            text(system, f"Ac/In/{n}/ServiceName"),
        )
        for n in range(MAX_INPUTS)
        if (kind := _type_of(system, n))
    ]


def _type_of(system: DeviceState | None, number: int) -> str:
    """What is connected to an input of `system`: a genset's own service is one, whatever the input is set to."""
    kind = last(system, f"Ac/In/{number}/Source")
    if kind not in AC_INPUT_TYPES:
        return ""
    return "genset" if text(system, f"Ac/In/{number}/ServiceType") == "genset" else AC_INPUT_TYPES[int(kind)]


def _inputs_of_units(units: list[DeviceState]) -> list[WiredInput]:
    return [
        WiredInput(number, AC_INPUT_TYPES[int(kind)], _is_connected(units[0], number))
        for number in range(1, MAX_INPUTS + 1)
        if units and (kind := last(units[0], f"Ac/In/{number}/Type")) in AC_INPUT_TYPES
    ]


def _inputs_of_settings(snapshot: Snapshot, units: list[DeviceState]) -> list[WiredInput]:
    """The inputs as the settings name them (older firmware: `system` has no list of inputs)."""
    settings = snapshot.device("settings")
    if not units:
        return []
    count = int(last(units[0], "Ac/NumberOfAcInputs") or 0)
    return [
        WiredInput(number, AC_INPUT_TYPES[int(kind)], _is_connected(units[0], number))
        for number in range(1, min(count, MAX_INPUTS) + 1)
        if (kind := last(settings, f"Settings/SystemSetup/AcInput{number}")) in AC_INPUT_TYPES
    ]
