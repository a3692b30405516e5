"""Which kind of energy something is: the one place that gives a part, a node, a figure or a device its hue. Pure data.

Textures tell the kinds apart where there is no colour, and for eyes that do not tell the hues apart.
"""

from __future__ import annotations

from victron_console.console.kit.palette import Ink, Role, Step, Tone
from victron_console.insight.flow.model import NodeKind
from victron_console.insight.overview.balance import PartKind

OF_PART = {
    PartKind.GRID: Role.GRID,
    PartKind.SHORE: Role.GRID,
    PartKind.EXPORT: Role.GRID,
    PartKind.GENSET: Role.GENSET,
    PartKind.PV: Role.PV,
    PartKind.AC_LOAD: Role.LOADS,
    PartKind.DC_SOURCE: Role.OTHER,
    PartKind.UNMEASURED_SOURCE: Role.OTHER,
    PartKind.DC_LOAD: Role.DC_LOADS,
    PartKind.MOTOR: Role.DC_LOADS,
    PartKind.BATTERY: Role.BATTERY,
}
"""By the part of a balance."""

OF_NODE = {
    NodeKind.GRID: Role.GRID,
    NodeKind.SHORE: Role.GRID,
    NodeKind.CHARGER: Role.GRID,
    NodeKind.GENSET: Role.GENSET,
    NodeKind.ALTERNATOR: Role.GENSET,
    NodeKind.PV_AC: Role.PV,
    NodeKind.PV_MPPT: Role.PV,
    NodeKind.TRACKER: Role.PV,
    NodeKind.LOADS: Role.LOADS,
    NodeKind.EV: Role.LOADS,
    NodeKind.METER: Role.LOADS,
    NodeKind.DC_LOADS: Role.DC_LOADS,
    NodeKind.MOTOR: Role.DC_LOADS,
    NodeKind.BATTERY: Role.BATTERY,
    NodeKind.OTHER_PACK: Role.BATTERY,
}
"""By the node of a flow; one that is not here is of another kind."""

OF_FIELD = {
    "pv_power_w": Role.PV,
    "grid_power_w": Role.GRID,
    "genset_power_w": Role.GENSET,
    "load_power_w": Role.LOADS,
    "dc_load_power_w": Role.DC_LOADS,
    "battery_power_w": Role.BATTERY,
    "battery_current_a": Role.BATTERY,
    "battery_voltage_v": Role.BATTERY,
    "battery_temperature_c": Role.BATTERY,
    "soc_percent": Role.BATTERY,
}
"""By the field of an overview."""

OF_CLASS = {
    "solarcharger": Role.PV,
    "pvinverter": Role.PV,
    "battery": Role.BATTERY,
    "grid": Role.GRID,
    "charger": Role.GRID,
    "genset": Role.GENSET,
    "dcgenset": Role.GENSET,
    "alternator": Role.GENSET,
    "acload": Role.LOADS,
    "evcharger": Role.LOADS,
    "dcload": Role.DC_LOADS,
    "dcsystem": Role.DC_LOADS,
    "motordrive": Role.DC_LOADS,
}
"""By the class of a device."""


def kind_of_node(kind: NodeKind) -> Role:
    """The hue of a node of the flow."""
    return OF_NODE.get(kind, Role.OTHER)


def kind_of_field(field: str) -> Role:
    """The hue of a figure of the overview."""
    return OF_FIELD.get(field, Role.OTHER)


def kind_of_source(source: str | None) -> Role:
    """The hue of an AC input by what is wired to it: `grid`, `shore`, `genset`."""
    return Role.GENSET if source == "genset" else Role.GRID


TEXTURES = {
    Role.PV: "▓", Role.GRID: "█", Role.BATTERY: "░", Role.LOADS: "▓",
    Role.GENSET: "▚", Role.DC_LOADS: "▒", Role.OTHER: "▒",
}  # fmt: skip
_STEPS = {Role.GRID: Step.FILL, Role.GENSET: Step.CHEQUER}


def texture_ink(kind: Role) -> Ink:
    """What the texture of a kind is drawn in."""
    return Tone(kind, _STEPS.get(kind, Step.TEXTURE))
