"""A plant's physical state as plain data, to go on from. What follows from its spec and its seed is not in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from victron_console.simulator.counters import ArrayCount, ArrayDay, Counters
from victron_console.simulator.notifications import GxNotice, NoticeRing
from victron_console.simulator.plant import Plant

State = Mapping[str, Any]
"""JSON-able. Moments in it are UTC epoch, s."""

PLANT = (
    "at",
    "since",
    "battery_v",
    "inverter_on",
    "at_floor",
    "lag_applied",
    "drawn_down",
    "can_errors",
    "can_packets",
)
BATTERY = (
    "soh", "resistance_factor", "charge_ah", "offsets_percent", "polarisation_v", "temperature_c", "current_a",
    "absorbing",
)  # fmt: skip
GENSET = ("running_since", "wanted_since", "failed", "fuel_l")


def state_of(plant: Plant) -> State:
    """The state at the end of the last step."""
    ring = plant.notices
    standing = [(key, notice) for key, notice in ring.standing.items() if notice in ring.slots]
    return {
        "plant": {name: getattr(plant, name) for name in PLANT},
        "battery": {name: getattr(plant.battery, name) for name in BATTERY},
        "genset": {name: getattr(plant.genset, name) for name in GENSET} if plant.genset else None,
        "counters": _counted(plant.counters),
        "notices": {
            "slots": [asdict(notice) for notice in ring.slots],
            "next": ring.next_slot,
            "standing": [[*key, ring.slots.index(notice)] for key, notice in standing],
        },
        "levels": [[*key, level] for key, level in plant.levels.items()],
    }


def restore(plant: Plant, state: State) -> None:
    """Bring a plant of the same spec to a state; its next step is the one that followed.

    Raises:
        KeyError: it is no such state.
    """
    parts = ((plant, PLANT, "plant"), (plant.battery, BATTERY, "battery"), (plant.genset, GENSET, "genset"))
    for part, names, key in parts:
        for name in names if part is not None else ():
            setattr(part, name, state[key][name])
    plant.battery.set_soc(plant.battery.true_soc_percent)
    plant.counters = _counters(state["counters"])
    plant.notices = _ring(state["notices"])
    plant.levels = {(role, path): level for role, path, level in state["levels"]}


def _counted(counters: Counters) -> dict[str, Any]:
    told = {each.name: getattr(counters, each.name) for each in fields(counters)}
    days = [[asdict(day) for day in array.days] for array in counters.arrays]
    totals = [array.total_kwh for array in counters.arrays]
    return told | {"arrays": [{"total_kwh": kwh, "days": each} for kwh, each in zip(totals, days, strict=True)]}


def _counters(state: Mapping[str, Any]) -> Counters:
    arrays = [
        ArrayCount(array["total_kwh"], deque((ArrayDay(**day) for day in array["days"]), maxlen=31))
        for array in state["arrays"]
    ]
    counters = Counters(state["phases"], arrays)
    for name, value in state.items():
        if name not in ("phases", "arrays"):
            setattr(counters, name, value)
    return counters


def _ring(state: Mapping[str, Any]) -> NoticeRing:
    ring = NoticeRing()
    ring.slots = [GxNotice(**slot) for slot in state["slots"]]
    ring.next_slot = state["next"]
    ring.standing = {(service, trigger): ring.slots[slot] for service, trigger, slot in state["standing"]}
    return ring
