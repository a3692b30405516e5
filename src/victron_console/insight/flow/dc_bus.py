"""The DC bus of the flow: sources left, loads and the battery right, other packs beside the balance."""

from __future__ import annotations

from victron_console.insight.flow.model import DcBus, Node, NodeKind, Trunk
from victron_console.insight.flow.trust import trust
from victron_console.insight.overview.ac_side import output_power_w, rs_units
from victron_console.insight.overview.batteries import other_packs
from victron_console.insight.overview.battery_roles import BatteryRoles, battery_roles
from victron_console.insight.overview.figures import dc_power_w, last, system_of, text, total
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.snapshot import DeviceState, Snapshot

UNMEASURED_FROM_W = 20.0
"""A negative DC load up to this is noise, beyond it a source that nobody measures."""

MONITOR_NAMES = {-8: "WIND", -7: "SHAFT GEN", -4: "WATER GEN", -3: "DC/DC", -2: "AC CHARGER"}
"""`dcsource /Settings/MonitorMode`."""

_AGGREGATES = (
    (NodeKind.ALTERNATOR, "ALTERNATOR", "Alternator", ("alternator", "dcgenset")),
    (NodeKind.CHARGER, "CHARGER", "Charger", ("charger",)),
    (NodeKind.FUEL_CELL, "FUEL CELL", "FuelCell", ("fuelcell",)),
)
"""Kind, name, `system /Dc/<this>/Power`, and the classes of the devices behind it."""


def dc_bus(snapshot: Snapshot, shown: Overview, units: list[DeviceState]) -> DcBus | None:
    """The DC bus with its trunk to the inverter; None where nothing is known of it."""
    sources = [
        *_mppt(snapshot, shown),
        *_metered(snapshot),
        *_aggregated(snapshot),
        *_unmeasured(snapshot, shown),
    ]
    trunk_w, roles = inverter_dc_w(snapshot, units), battery_roles(snapshot)
    uses = [
        *_loads(snapshot, shown),
        *_battery(snapshot, roles, shown, sources, trunk_w),
        *_others(snapshot, roles),
    ]
    if not sources and not uses:
        return None
    volts = shown.battery_voltage_v
    if volts is None and units:
        volts = last(units[0], "Dc/0/Voltage")
    trunk = Trunk(trunk_w, trust(snapshot, trunk_w, system_of(snapshot), *units)) if units else None
    return DcBus(tuple(sources), tuple(uses), volts, trunk)


def inverter_dc_w(snapshot: Snapshot, units: list[DeviceState]) -> float | None:
    """Power between the inverter/charger and the DC bus in W, + charges.

    While it inverts alone the current tells what the bus loses, and that it loses: the published power is then the AC
    figure of some firmwares (boat-lynx: 1377 W both) and without meaning in others (navetta: 11 W for 127 W of loads).
    """
    system = system_of(snapshot)
    out_w = total(map(output_power_w, units))
    if units and out_w and out_w > 0 and all(last(unit, "State") == 9 for unit in units):
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


def _metered(snapshot: Snapshot) -> list[Node]:
    """Generators with a shunt of their own, those of a kind together; `system` has them in none of its figures."""
    by_name: dict[str, list[DeviceState]] = {}
    for source in snapshot.of_class("dcsource"):
        mode = last(source, "Settings/MonitorMode")
        name = MONITOR_NAMES.get(int(mode), "") if mode is not None else ""
        by_name.setdefault(name or text(source, "CustomName").strip() or "DC SOURCE", []).append(source)
    return [
        _node(snapshot, NodeKind.DC_SOURCE, name, total(map(dc_power_w, group)), group)
        for name, group in by_name.items()
    ]


def _aggregated(snapshot: Snapshot) -> list[Node]:
    """Alternators, chargers and fuel cells: the sum that `system` makes of each kind."""
    system, nodes = system_of(snapshot), []
    for kind, name, path, classes in _AGGREGATES:
        devices = snapshot.of_class(*classes)
        watts = last(system, f"Dc/{path}/Power") if system else total(map(dc_power_w, devices))
        if watts is not None or devices:
            nodes.append(_node(snapshot, kind, name, watts, devices))
    return nodes


def _unmeasured(snapshot: Snapshot, shown: Overview) -> list[Node]:
    if shown.dc_load_power_w is None or shown.dc_load_power_w > -UNMEASURED_FROM_W:
        return []
    quality = trust(snapshot, 0.0, system_of(snapshot))
    note = shown.flags.get("dc_load_power_w", "A source on the DC bus is not measured.")
    return [
        Node(
            NodeKind.UNMEASURED,
            "UNMEASURED",
            -shown.dc_load_power_w,
            Quality.IMPLAUSIBLE if quality is Quality.GOOD else quality,
            computed=True,
            note=note,
        )
    ]


def _loads(snapshot: Snapshot, shown: Overview) -> list[Node]:
    if shown.dc_load_power_w is None or shown.dc_load_power_w <= -UNMEASURED_FROM_W:
        return []
    return [_node(snapshot, NodeKind.DC_LOADS, "DC LOADS", shown.dc_load_power_w, snapshot.of_class("dcsystem"))]


def _battery(
    snapshot: Snapshot, roles: BatteryRoles, shown: Overview, sources: list[Node], trunk_w: float | None
) -> list[Node]:
    """The site's battery; worked out from the others where nothing measures it."""
    battery, watts = roles.monitor, shown.battery_power_w
    measured = battery is not None and battery.key.cls != "vebus"
    if watts is None and not measured:
        given = [node.power_w for node in sources if node.kind is not NodeKind.UNMEASURED]
        gained_w = total((*given, trunk_w))
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
    ]


def _node(snapshot: Snapshot, kind: NodeKind, name: str, watts: float | None, devices: list[DeviceState]) -> Node:
    quality = trust(snapshot, watts, system_of(snapshot), *devices)
    return Node(kind, name, watts, quality, tuple(device.key for device in devices))
