"""The inverter/charger of the flow: its model in words, its load, and the trackers that run into it."""

from __future__ import annotations

import re

from victron_console.insight.flow.model import Box, Node, NodeKind
from victron_console.insight.flow.trust import trust
from victron_console.insight.overview.ac_side import output_power_w, rs_units
from victron_console.insight.overview.figures import last, phase_total, text, total
from victron_console.model.overview import Overview
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState

WATTS_PER_VA = 0.8
"""Continuous output at 25 °C of a VE.Bus unit per VA of its name (3000 VA: 2400 W; Victron data sheets)."""

MAX_TRACKERS = 4
_MODEL = re.compile(r"(?P<model>.*?)\s+(?P<volts>\d+)V?/(?P<va>\d+)(VA)?(/.*)?")


def box(snapshot: Snapshot, shown: Overview, units: list[DeviceState]) -> Box:
    """The box for one inverter/charger or several of a kind."""
    made_of = _made_of(snapshot, units)
    gone = [unit for unit in units if unit.state is ServiceState.GONE]
    nominal_w, out_w = nominal_power_w(snapshot, units), None if gone else total(map(output_power_w, units))
    return Box(
        names=_names(made_of),
        count=_count(made_of),
        state=f"{len(gone)} of {len(units)} gone" if 0 < len(gone) < len(units) else shown.system_state,
        load_percent=None if not nominal_w or out_w is None else 100 * max(0.0, out_w) / nominal_w,
        devices=tuple(unit.key for unit in made_of),
        trackers=tuple(node for unit in rs_units(snapshot) for node in _trackers(snapshot, unit)),
    )


def nominal_power_w(snapshot: Snapshot, units: list[DeviceState]) -> float | None:
    """Nominal AC power of all units in W: as published, else from the product's name; None where neither tells it."""
    return total(map(_nominal_of, _made_of(snapshot, units)))


def _made_of(snapshot: Snapshot, units: list[DeviceState]) -> list[DeviceState]:
    """The devices that carry the model: of an RS system its units, else the units themselves."""
    return (rs_units(snapshot) or units) if units and units[0].key.cls == "acsystem" else units


def _nominal_of(unit: DeviceState) -> float | None:
    published = phase_total(unit, "Ac/Out/{phase}/NominalInverterPower") or last(unit, "Ac/Out/NominalInverterPower")
    if published:
        return published
    named = _MODEL.fullmatch(text(unit, "ProductName"))
    if not named:
        return None
    if unit.key.cls == "vebus":
        return float(named["va"]) * WATTS_PER_VA * _count([unit])
    return float(named["va"])


def _count(units: list[DeviceState]) -> int:
    return int(last(units[0], "Devices/NumberOfMultis") or 1) if len(units) == 1 else len(units)


def _names(units: list[DeviceState]) -> tuple[str, ...]:
    """The model with its count, the fullest name first: `MultiPlus-II 48/3000/35-32`, `... 48/3000`, `... 3000`."""
    product = text(units[0], "ProductName").strip() or units[0].name
    times = f" ×{_count(units)}" if _count(units) > 1 else ""
    named = _MODEL.fullmatch(product)
    if not named:
        return (product + times,)
    model = named["model"].removesuffix(" Solar")
    return (product + times, f"{model} {named['volts']}/{named['va']}{times}", f"{model} {named['va']}{times}")


def _trackers(snapshot: Snapshot, unit: DeviceState) -> list[Node]:
    """The PV trackers of an RS; one that reports only its yield is one tracker."""
    count = min(int(last(unit, "NrOfTrackers") or 0), MAX_TRACKERS)
    powers = [last(unit, f"Pv/{n}/P") for n in range(count)]
    gone = unit.state is ServiceState.GONE
    if count <= 1 and not any(power is not None for power in powers):
        powers = [last(unit, "Yield/Power")] if last(unit, "Yield/Power") is not None else []
    return [
        Node(
            NodeKind.TRACKER,
            text(unit, f"Pv/{n}/Name").strip() or f"PV tracker {n + 1}",
            None if gone else watts,
            trust(snapshot, watts, unit),
            (unit.key,),
        )
        for n, watts in enumerate(powers)
    ]
