"""From the flow of a site as wired to what its diagram draws: names that fit, figures, wires that do not flicker."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from victron_console.console.kit.energy.diagram import Box, Diagram, Entry, Trunk
from victron_console.console.kit.energy.kinds import kind_of_node
from victron_console.console.kit.energy.wire import BROKEN, IDLE, Direction, Wire, is_moving, wire
from victron_console.console.kit.figures import (
    OFF_FIGURE,
    Figure,
    idle_figure,
    power_figure,
)
from victron_console.console.kit.format import number
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run
from victron_console.insight.flow import model as model
from victron_console.insight.flow.model import Flow, Node, NodeKind
from victron_console.model.quality import Quality

MOST_ROWS = 5
"""Entries at one side of a bus; the smallest beyond that are put together."""
LOAD_FROM_PERCENT = 10.0
"""Below this the load of the inverter is not worth a row in its box."""
_WIND = re.compile(r"\bwind", re.IGNORECASE)
_SHORTER = {"ALTERNATOR": "ALTERN", "UNMEASURED": "UNMEAS.", "FUEL CELL": "FUEL C", "PV tracker": "PV track"}
_LASTING = (NodeKind.LOADS, NodeKind.BATTERY)
"""Never put together with others: they are what the operator looks for."""
_SIGNED = (NodeKind.BATTERY, NodeKind.OTHER_PACK)


@dataclass(frozen=True, slots=True)
class Pencil:
    """What a drawing of the flow remembers from one to the next: which wires had an arrow."""

    moving: frozenset[str] = frozenset()


class FlowDrawing:
    """One drawing: turns nodes into entries and notes which wires move."""

    def __init__(self, flow: Flow, before: Pencil) -> None:
        self._flow = flow
        self._before = before
        self._moving: set[str] = set()

    @property
    def after(self) -> Pencil:
        """What the next drawing has to know."""
        return Pencil(frozenset(self._moving))

    def diagram(self) -> Diagram:
        """The whole site."""
        flow = self._flow
        ac_in, ac_out, dc = flow.ac_in, flow.ac_out, flow.dc
        return Diagram(
            box=_box(flow.box) if flow.box else None,
            ac_in_caption=_ac_caption(ac_in) if ac_in else None,
            ac_in=self.entries("in", ac_in.nodes) if ac_in else (),
            trunk_in=self._trunk("trunk in", ac_in.trunk, _main_kind(ac_in.nodes)) if ac_in else None,
            trackers=self.entries("tracker", flow.box.trackers) if flow.box else (),
            ac_out_caption=_ac_caption(ac_out) if ac_out else None,
            ac_out=self.entries("out", ac_out.nodes, mirrored=True) if ac_out else (),
            trunk_out=self._trunk("trunk out", ac_out.trunk, Role.LOADS) if ac_out else None,
            dc_caption=_dc_caption(dc) if dc else None,
            trunk_dc=self._trunk("trunk dc", dc.trunk, Role.BATTERY) if dc else None,
            dc_left=self.entries("dc", dc.sources) if dc else (),
            dc_right=self.entries("dc use", dc.uses, mirrored=True) if dc else (),
        )

    def entries(self, side: str, nodes: Sequence[Node], *, mirrored: bool = False) -> tuple[Entry, ...]:
        """The entries of one side of a bus; `mirrored` where they stand right of it."""
        shown = together(nodes)
        entries = [self._entry(side, node, mirrored=mirrored) for node in shown]
        if shown and shown[-1].kind is NodeKind.METER:
            entries[-1] = replace(entries[-1], note="own meter, not counted")
        return tuple(entries)

    def _entry(self, side: str, node: Node, *, mirrored: bool) -> Entry:
        names = names_of(node)
        if node.off:
            return Entry(names, OFF_FIGURE, name_role=Role.TEXT3)
        if node.part or not node.counted:
            return Entry(names, _figure(node), name_role=Role.TEXT3)
        kind = kind_of_node(node.kind)
        drawn = self._wire(f"{side} {node.kind} {node.name}", node.to_bus_w, node.quality, kind, mirrored=mirrored)
        if drawn is IDLE and node.quality is Quality.GOOD and node.power_w is not None:
            return Entry(names, idle_figure(node.power_w, signed=node.kind in _SIGNED), drawn, kind)
        return Entry(names, _figure(node), drawn, kind)

    def _trunk(self, key: str, trunk: model.Trunk | None, kind: Role) -> Trunk | None:
        if trunk is None:
            return None
        drawn = self._wire(key, trunk.power_w, trunk.quality, kind, mirrored=False)
        size = None if trunk.power_w is None else abs(trunk.power_w)
        if drawn is IDLE and size is not None and trunk.quality is Quality.GOOD:
            return Trunk(idle_figure(size), drawn)
        return Trunk(power_figure(size, trunk.quality), drawn)

    def _wire(self, key: str, watts: float | None, quality: Quality, kind: Role, *, mirrored: bool) -> Wire:
        if quality in (Quality.LOST, Quality.GONE):
            return BROKEN
        if watts is None or not is_moving(watts, key in self._before.moving):
            return IDLE
        self._moving.add(key)
        rightwards = (watts > 0) is not mirrored
        direction = Direction.RIGHT if rightwards else Direction.LEFT
        return wire(watts, self._flow.rating_w, direction, moving=True, stale=quality is Quality.STALE, kind=kind)


def _main_kind(nodes: Sequence[Node]) -> Role:
    """The kind of what gives most to a bus."""
    giving = [node for node in nodes if not node.off and node.counted and (node.to_bus_w or 0.0) > 0]
    most = max(giving, key=lambda node: node.to_bus_w or 0.0, default=None)
    return kind_of_node(most.kind) if most is not None else Role.GRID


def together(nodes: Sequence[Node]) -> list[Node]:
    """At most five nodes: where there are more, the smallest become one that says how many they are."""
    if len(nodes) <= MOST_ROWS:
        return list(nodes)
    movable = [node for node in nodes if node.kind not in _LASTING and not node.part]
    smallest = sorted(movable, key=lambda node: abs(node.power_w or 0.0))[: len(nodes) - MOST_ROWS + 1]
    if len(smallest) < 2:
        # The smallest part of a figure gives way: the figure itself stays.
        parts = sorted((node for node in nodes if node.part), key=lambda node: abs(node.power_w or 0.0))
        if not parts:
            return list(nodes[:MOST_ROWS])
        return together([node for node in nodes if node is not parts[0]])
    rest = [node for node in nodes if not any(node is small for small in smallest)]
    watts = [node.power_w for node in smallest if node.power_w is not None and not node.off]
    sum_w = sum(watts) if watts else None
    more = replace(smallest[0], name=f"{len(smallest)} more", power_w=sum_w, off=False, devices=())
    last = [node for node in rest if node.kind in (NodeKind.BATTERY, NodeKind.OTHER_PACK)]
    return [*(node for node in rest if node not in last), more, *last][:MOST_ROWS]


def names_of(node: Node) -> tuple[str, ...]:
    """What a node may be called, the fullest first."""
    name = "WIND" if node.kind is NodeKind.DC_SOURCE and _WIND.search(node.name) else node.name
    times = f" ×{node.count}" if node.count > 1 and node.kind not in (NodeKind.BATTERY, NodeKind.LOADS) else ""
    if node.kind is NodeKind.EV:
        return ("└ EV charger", "└ EV")
    if node.part:
        return (f"└ {name}",)
    if node.kind is NodeKind.BATTERY:
        return ("BATT calc",) if node.computed else ("BATTERY",)
    if node.kind is NodeKind.UNMEASURED:
        times = " ?"
    return tuple(dict.fromkeys((name + times, _shorter(name) + times)))


def _shorter(name: str) -> str:
    for full, short in _SHORTER.items():
        name = name.replace(full, short)
    return name


def _figure(node: Node) -> Figure:
    # An unmeasured source wears its doubt in its name.
    doubted = node.quality is Quality.IMPLAUSIBLE and node.kind is NodeKind.UNMEASURED
    return power_figure(node.power_w, Quality.GOOD if doubted else node.quality, signed=node.kind in _SIGNED)


def _box(box: model.Box) -> Box:
    words = [Run(box.state, Role.TEXT2)] if box.state else []
    if box.load_percent is not None and box.load_percent >= LOAD_FROM_PERCENT:
        words.append(Run(f"load {number(box.load_percent)} %", Role.TEXT3))
    return Box(box.names, tuple(words))


def _ac_caption(bus: model.AcBus) -> str:
    return " ".join(_measured(((bus.voltage_v, 0, "V"), (bus.frequency_hz, 1, "Hz"))))


def _dc_caption(bus: model.DcBus) -> str:
    return " ".join(["DC", *_measured(((bus.voltage_v, 1, "V"),))])


def _measured(quantities: Iterable[tuple[float | None, int, str]]) -> list[str]:
    return [f"{number(value, decimals)} {unit}" for value, decimals, unit in quantities if value is not None]
