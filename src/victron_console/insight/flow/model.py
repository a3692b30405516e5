"""The energy flow of a site as wired: what stands at which bus, what passes, and how far to trust it. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality


class NodeKind(StrEnum):
    """What a node of the flow is."""

    GRID = "grid"
    SHORE = "shore"
    GENSET = "genset"
    PV_AC = "pv ac"
    LOADS = "loads"
    EV = "ev"
    METER = "meter"
    """A load meter that belongs to no bus."""
    PV_MPPT = "pv mppt"
    TRACKER = "tracker"
    """A tracker of the inverter itself: it runs straight into the box."""
    DC_SOURCE = "dc source"
    """Wind, water, shaft and other generators metered by a shunt of their own."""
    ALTERNATOR = "alternator"
    CHARGER = "charger"
    FUEL_CELL = "fuel cell"
    CONVERTER = "dc/dc"
    """DC-DC converters that give to the bus."""
    MOTOR = "motor"
    UNMEASURED = "unmeasured"
    DC_LOADS = "dc loads"
    BATTERY = "battery"
    OTHER_PACK = "other pack"


GIVES_AT_PLUS = frozenset(
    {
        NodeKind.GRID,
        NodeKind.SHORE,
        NodeKind.GENSET,
        NodeKind.PV_AC,
        NodeKind.PV_MPPT,
        NodeKind.TRACKER,
        NodeKind.DC_SOURCE,
        NodeKind.ALTERNATOR,
        NodeKind.CHARGER,
        NodeKind.FUEL_CELL,
        NodeKind.CONVERTER,
        NodeKind.UNMEASURED,
    }
)
"""Kinds whose positive power goes to their bus; of the others it comes from the bus."""


@dataclass(frozen=True, slots=True)
class Node:
    """One device, or several of a kind, at a bus."""

    kind: NodeKind
    name: str
    power_w: float | None
    """Signed as on D-Bus: grid + imports, battery + charges, sources and loads are positive."""
    quality: Quality = Quality.GOOD
    devices: tuple[DeviceKey, ...] = ()
    """What is drawn together; empty where no device of its own stands behind it."""
    off: bool = False
    """Wired, without voltage."""
    computed: bool = False
    """Worked out from the others: nothing measures it."""
    counted: bool = True
    """False for a meter or a pack outside the balance: no line, never netted."""
    part: bool = False
    """Part of the figure above it (the EV charger of the loads): no line, not added."""
    note: str = ""
    """What has to be said of it, as a sentence; empty where nothing has."""

    @property
    def count(self) -> int:
        """How many devices are drawn together, at least one."""
        return max(1, len(self.devices))

    @property
    def to_bus_w(self) -> float | None:
        """Power towards the bus in W: positive gives to it, negative takes from it."""
        if self.power_w is None or self.kind in GIVES_AT_PLUS:
            return self.power_w
        return -self.power_w


@dataclass(frozen=True, slots=True)
class Trunk:
    """What passes between the box and a bus."""

    power_w: float | None
    """AC in: + into the box. AC out: + out of the box. DC: + from the box to the DC bus (charging)."""
    quality: Quality = Quality.GOOD


@dataclass(frozen=True, slots=True)
class AcBus:
    """An AC bus with what hangs at it, in the order of drawing, and its trunk to the box."""

    nodes: tuple[Node, ...]
    voltage_v: float | None = None
    """Mean of the phases; None where the bus is dead."""
    frequency_hz: float | None = None
    trunk: Trunk | None = None


@dataclass(frozen=True, slots=True)
class DcBus:
    """The DC bus: sources left, uses right with the battery after the loads and other packs last."""

    sources: tuple[Node, ...]
    uses: tuple[Node, ...]
    voltage_v: float | None = None
    trunk: Trunk | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """The inverter/charger in the middle."""

    names: tuple[str, ...]
    """Its model, the fullest first: the first that fits is drawn."""
    count: int
    state: str | None
    load_percent: float | None
    """Real power of the output over the nominal one."""
    devices: tuple[DeviceKey, ...]
    trackers: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """A whole site. A part that does not exist is None or empty and leaves no hole."""

    box: Box | None
    ac_in: AcBus | None
    ac_out: AcBus | None
    dc: DcBus | None
    rating_w: float | None
    """What the weight of the lines is a share of; None where nothing tells it."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes: AC in, AC out, trackers, DC sources, DC uses."""
        buses = [bus.nodes for bus in (self.ac_in, self.ac_out) if bus]
        trackers = [self.box.trackers] if self.box else []
        dc = [self.dc.sources, self.dc.uses] if self.dc else []
        return tuple(node for nodes in (*buses, *trackers, *dc) for node in nodes)
