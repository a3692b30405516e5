"""The places in the flow of devices that left: they stay without a figure until somebody accepts that they are gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from victron_console.insight.flow.model import Node, NodeKind
from victron_console.insight.overview.figures import last, text
from victron_console.model.quality import Quality
from victron_console.model.snapshot import DeviceState

MONITOR_NAMES = {-8: "WIND", -7: "SHAFT GEN", -4: "WATER GEN", -3: "DC/DC", -2: "AC CHARGER"}
"""`dcsource /Settings/MonitorMode`."""

_PLACES = {
    "pvinverter": (NodeKind.PV_AC, "PV AC"),
    "solarcharger": (NodeKind.PV_MPPT, "PV MPPT"),
    "alternator": (NodeKind.ALTERNATOR, "ALTERNATOR"),
    "dcgenset": (NodeKind.GENSET, "GENSET"),
    "charger": (NodeKind.CHARGER, "CHARGER"),
    "fuelcell": (NodeKind.FUEL_CELL, "FUEL CELL"),
    "dcdc": (NodeKind.CONVERTER, "DC/DC"),
    "dcsystem": (NodeKind.DC_LOADS, "DC LOADS"),
    "motordrive": (NodeKind.MOTOR, "MOTOR"),
}
"""Kind and name of the node that the devices of a class share."""

SOURCES = ("solarcharger", "dcsource", "alternator", "dcgenset", "charger", "fuelcell", "dcdc")
USES = ("dcsystem", "dcload", "motordrive")
"""Classes at the DC bus."""


def source_name(source: DeviceState) -> str:
    """What a generator with a shunt of its own is called, by what its monitor is set to."""
    mode = last(source, "Settings/MonitorMode")
    name = MONITOR_NAMES.get(int(mode), "") if mode is not None else ""
    return name or text(source, "CustomName").strip() or "DC SOURCE"


def with_missed(nodes: Sequence[Node], missed: Sequence[DeviceState]) -> list[Node]:
    """The nodes of a bus with those of the devices that left.

    One whose devices all left goes on without its figure; beside others of its kind, one that left has its own node.
    """
    kept = list(nodes)
    for place in dict.fromkeys(map(_place, missed)):
        keys = tuple(device.key for device in missed if _place(device) == place)
        gone = Node(place[0], place[1], None, Quality.GONE, keys, part=keys[0].cls == "dcload")
        alike = [n for n, node in enumerate(kept) if (node.kind, node.name) == place]
        if alike and not kept[alike[-1]].devices:
            kept[alike[-1]] = gone
        else:
            kept.insert(alike[-1] + 1 if alike else len(kept), gone)
    return kept


def gone_node(node: Node) -> Node:
    """The node without a figure, as what measured it left."""
    return replace(node, power_w=None, quality=Quality.GONE, off=False, computed=False, note="")


def _place(device: DeviceState) -> tuple[NodeKind, str]:
    if device.key.cls == "dcsource":
        return NodeKind.DC_SOURCE, source_name(device)
    if device.key.cls == "dcload":
        return NodeKind.DC_LOADS, device.name
    return _PLACES[device.key.cls]
