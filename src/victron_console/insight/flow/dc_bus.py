"""The DC bus of the flow: sources left, loads and the battery right, other packs beside the balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from victron_console.insight.flow.missed import SOURCES, USES, source_name, with_missed
from victron_console.insight.flow.model import DcBus, Node, NodeKind, Trunk
from victron_console.insight.flow.trust import trust
from victron_console.insight.overview.ac_side import inverter_gone, live_units, output_power_w, rs_units
from victron_console.insight.overview.battery_bank import other_packs
from victron_console.insight.overview.battery_roles import BatteryRoles, battery_roles
from victron_console.insight.overview.dc_side import DcSide, Metered, dc_side
from victron_console.insight.overview.doubts import backwards
from victron_console.insight.overview.figures import dc_power_w, last, system_of, total
from victron_console.insight.overview.signs import runs_backwards
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState

UNMEASURED_FROM_W = 20.0
"""A negative DC load up to this is noise, beyond it a source that nobody measures."""


def dc_bus(snapshot: Snapshot, shown: Overview, units: list[DeviceState]) -> DcBus | None:
    """The DC bus with its trunk to the inverter; None where nothing is known of it."""
    side = dc_side(snapshot)
    metered = [*_mppt(snapshot, shown), *_shunted(snapshot, shown, side), *_summed(snapshot, shown, side)]
    sources = [*with_missed(metered, snapshot.missed(*SOURCES)), *_unmeasured(snapshot, shown)]
    live = live_units(snapshot)
    trunk_w, roles = inverter_dc_w(snapshot, live), battery_roles(snapshot)
    uses = [
        *with_missed(_loads(snapshot, side), snapshot.missed(*USES)),
        *_battery(snapshot, roles, shown, sources, trunk_w),
        *_others(snapshot, roles),
    ]
    if not sources and not uses:
        return None
    volts = shown.battery_voltage_v
    if volts is None and live:
        volts = last(live[0], "Dc/0/Voltage")
    return DcBus(tuple(sources), tuple(uses), volts, _trunk(snapshot, units, trunk_w))


def _trunk(snapshot: Snapshot, units: list[DeviceState], watts: float | None) -> Trunk | None:
    if inverter_gone(snapshot):
        return Trunk(None, Quality.GONE)
    return Trunk(watts, trust(snapshot, watts, system_of(snapshot), *units)) if units else None


def inverter_dc_w(snapshot: Snapshot, units: list[DeviceState]) -> float | None:
    """Power between the inverter/charger and the DC bus in W, + charges.

    While it inverts alone the current tells what the bus loses, and that it loses: the published power is then the AC
    figure of some firmwares (boat-lynx: 1377 W both) and without meaning in others (navetta: 11 W for 127 W of loads).
    One with a tracker of its own may give to the bus while it inverts.
    """
    system = system_of(snapshot)
    out_w = total(map(output_power_w, units))
    alone = units and out_w and out_w > 0 and all(last(unit, "State") == 9 for unit in units)
    if alone and not any(last(unit, "Yield/Power") for unit in rs_units(snapshot)):
        volts, amperes = last(units[0], "Dc/0/Voltage"), last(units[0], "Dc/0/Current")
        if len(units) == 1 and volts and amperes:
            return -abs(volts * amperes)
    for path in ("Dc/InverterCharger/Power", "Dc/Vebus/Power"):
        if (watts := last(system, path)) is not None:
            return watts
    return total(map(dc_power_w, units))


def _mppt(snapshot: Snapshot, shown: Overview) -> list[Node]:
    """The solar chargers; what the trackers of an RS give is in the figure of `system` but not on this bus."""
    chargers = snapshot.of_class("solarcharger")
    if shown.pv_dc_power_w is None and not chargers:
        return []
    own_w = total(last(unit, "Yield/Power") for unit in rs_units(snapshot))
    if own_w is not None and not chargers:
        return []
    watts = None if shown.pv_dc_power_w is None else max(0.0, shown.pv_dc_power_w - (own_w or 0.0))
    return [_node(snapshot, NodeKind.PV_MPPT, "PV MPPT", watts, chargers)]


def _shunted(snapshot: Snapshot, shown: Overview, side: DcSide) -> list[Node]:
    """Generators with a shunt of their own, those of a kind together."""
    by_name: dict[str, list[DeviceState]] = {}
    for each in side.shunted:
        (source,) = each.devices
        by_name.setdefault(source_name(source), []).append(source)
    return [
        _source(snapshot, NodeKind.DC_SOURCE, name, Metered(total(map(dc_power_w, group)), tuple(group)), shown)
        for name, group in by_name.items()
    ]


def _summed(snapshot: Snapshot, shown: Overview, side: DcSide) -> list[Node]:
    """Alternators, gensets, chargers, fuel cells and converters: the sum of each kind."""
    kinds = (
        (NodeKind.ALTERNATOR, "ALTERNATOR", side.alternators),
        (NodeKind.GENSET, "GENSET", side.gensets),
        (NodeKind.CHARGER, "CHARGER", side.chargers),
        (NodeKind.FUEL_CELL, "FUEL CELL", side.fuel_cells),
        (NodeKind.CONVERTER, "DC/DC", side.converters),
    )
    return [_source(snapshot, kind, name, metered, shown) for kind, name, metered in kinds if metered.exists]


def _source(snapshot: Snapshot, kind: NodeKind, name: str, metered: Metered, shown: Overview) -> Node:
    """A source, doubted where its meter runs backwards."""
    node = _node(snapshot, kind, name, metered.power_w, metered.devices)
    doubt = next((words for device in metered.devices if (words := backwards(device))), "")
    if kind is NodeKind.GENSET and runs_backwards("genset_power_w", metered.power_w):
        doubt = doubt or shown.flags.get("genset_power_w", "")
    return replace(node, quality=Quality.IMPLAUSIBLE, note=doubt) if doubt and node.quality is Quality.GOOD else node


def _unmeasured(snapshot: Snapshot, shown: Overview) -> list[Node]:
    loads_w = None if shown.dc_load_power_w is None else shown.dc_load_power_w - (shown.motor_power_w or 0.0)
    if loads_w is None or loads_w > -UNMEASURED_FROM_W:
        return []
    quality = trust(snapshot, 0.0, system_of(snapshot))
    note = shown.flags.get("dc_load_power_w", "A source on the DC bus is not measured.")
    return [
        Node(
            NodeKind.UNMEASURED,
            "UNMEASURED",
            -loads_w,
            Quality.IMPLAUSIBLE if quality is Quality.GOOD else quality,
            computed=True,
            note=note,
        )
    ]


def _loads(snapshot: Snapshot, side: DcSide) -> list[Node]:
    """The DC loads with those of them that have a meter of their own, and the motors."""
    nodes = []
    if side.loads_w is None and (side.estimated or snapshot.missed("dcload")):
        nodes.append(Node(NodeKind.DC_LOADS, "DC LOADS", None, Quality.ABSENT))
    if side.loads_w is not None and side.loads_w > -UNMEASURED_FROM_W and side.has_loads:
        meters = snapshot.of_class("dcsystem") or [each for part in side.parts for each in part.devices]
        nodes.append(_node(snapshot, NodeKind.DC_LOADS, "DC LOADS", side.loads_w, meters))
        for part in side.parts:
            name = part.devices[0].name
            nodes.append(replace(_node(snapshot, NodeKind.DC_LOADS, name, part.power_w, part.devices), part=True))
    if side.motors.exists:
        nodes.append(_node(snapshot, NodeKind.MOTOR, "MOTOR", side.motors.power_w, side.motors.devices))
    return nodes


def _battery(
    snapshot: Snapshot, roles: BatteryRoles, shown: Overview, sources: list[Node], trunk_w: float | None
) -> list[Node]:
    """The site's battery; worked out from the others where nothing measures it."""
    battery, watts = roles.monitor, shown.battery_power_w
    if battery is not None and battery.state is ServiceState.GONE:
        return [Node(NodeKind.BATTERY, "BATTERY", None, Quality.GONE, (battery.key,))]
    measured = battery is not None and battery.key.cls != "vebus"
    if watts is None and not measured:
        given = [node.power_w for node in sources if node.kind is not NodeKind.UNMEASURED]
        known = not inverter_gone(snapshot) and not snapshot.missed(*SOURCES, *USES)
        gained_w = total((*given, trunk_w)) if known else None
        watts = None if gained_w is None else gained_w - (shown.dc_load_power_w or 0.0)
    if watts is None and not roles.devices:
        return []
    note = next((shown.flags[key] for key in ("battery_power_w", "battery_current_a") if key in shown.flags), "")
    return [
        Node(
            NodeKind.BATTERY,
            "BATTERY",
            watts,
            trust(snapshot, watts, system_of(snapshot) or battery, battery),
            (battery.key,) if battery else (),
            computed=not measured,
            note=note,
        )
    ]


def _others(snapshot: Snapshot, roles: BatteryRoles) -> list[Node]:
    own = {device.key for device in roles.devices}
    missed = [pack for pack in snapshot.missed("battery") if pack.key not in own and dc_power_w(pack) is not None]
    return [
        Node(
            NodeKind.OTHER_PACK,
            pack.name,
            watts := dc_power_w(pack),
            trust(snapshot, watts, pack),
            (pack.key,),
            counted=False,
        )
        for pack in other_packs(snapshot, roles)
    ] + [Node(NodeKind.OTHER_PACK, pack.name, None, Quality.GONE, (pack.key,), counted=False) for pack in missed]


def _node(snapshot: Snapshot, kind: NodeKind, name: str, watts: float | None, devices: Sequence[DeviceState]) -> Node:
    quality = trust(snapshot, watts, system_of(snapshot), *devices)
    return Node(kind, name, watts, quality, tuple(device.key for device in devices))
