"""The energy flow of a site as wired, from its snapshot. Decides what stands where; draws nothing.

The figures are those of the overview; what is only part of a figure or outside the balance is marked so.
"""

from __future__ import annotations

from dataclasses import dataclass

from victron_console.insight.flow.box import box, nominal_power_w
from victron_console.insight.flow.dc_bus import dc_bus
from victron_console.insight.flow.missed import gone_node, with_missed
from victron_console.insight.flow.model import AcBus, Flow, Node, NodeKind, Trunk
from victron_console.insight.flow.trust import trust
from victron_console.insight.overview.ac_side import (
    ac_inputs,
    frequency_hz,
    input_power_w,
    inverter_gone,
    inverter_units,
    live_units,
    mean_voltage_v,
    output_power_w,
)
from victron_console.insight.overview.dc_side import dc_side
from victron_console.insight.overview.doubts import backwards
from victron_console.insight.overview.figures import (
    last,
    named_device,
    phase_total,
    phase_values,
    system_of,
    text,
    total,
)
from victron_console.insight.overview.lone_devices import meter_power_w
from victron_console.insight.overview.origins import METERED_AROUND
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.snapshot import PHASES, DeviceState, Snapshot
from victron_console.model.station import ServiceState

FLOWS_FROM_W = 20.0
EV_MARGIN, EV_MARGIN_W = 0.1, 100.0
"""An EV charger may exceed the loads it is part of by this much: meters are read at different moments."""

AT_OUTPUT = 1
"""`pvinverter /Position`: 0 AC input 1, 1 AC output, 2 AC input 2."""
EV_AT_OUTPUT = 0
"""`evcharger /Position` and `acload /Position`: 0 AC output, 1 AC input (docs/facts/figures.md#positions)."""


@dataclass(frozen=True, slots=True)
class _AcSplit:
    """AC PV and loads by the side they are wired to, in W; None where there is none."""

    pv_in_w: float | None
    pv_out_w: float | None
    load_in_w: float | None
    load_out_w: float | None


def flow(snapshot: Snapshot, shown: Overview, *, rating_w: float | None = None) -> Flow:
    """The flow of a station now.

    Args:
        snapshot: the station.
        shown: its figures.
        rating_w: the site's rated power from its station file; None takes the inverter's nominal power.
    """
    units = inverter_units(snapshot)
    split = _split(snapshot, shown)
    return Flow(
        box=box(snapshot, shown, units) if units else None,
        ac_in=_ac_in(snapshot, shown, units, split),
        ac_out=_ac_out(snapshot, units, split),
        dc=dc_bus(snapshot, shown, units),
        rating_w=rating_w or nominal_power_w(snapshot, units) or _charger_rating_w(snapshot, shown),
    )


def _charger_rating_w(snapshot: Snapshot, shown: Overview) -> float | None:
    """What the solar chargers can give, for the weight of the lines of a site without an inverter."""
    amperes = total(last(each, "Settings/ChargeCurrentLimit") for each in snapshot.of_class("solarcharger"))
    volts = shown.battery_voltage_v
    return amperes * volts if amperes and volts else None


def _split(snapshot: Snapshot, shown: Overview) -> _AcSplit:
    system = system_of(snapshot)
    if system is None:
        inverters = snapshot.of_class("pvinverter")
        at_output = [each for each in inverters if last(each, "Position") == AT_OUTPUT]
        at_input = [each for each in inverters if each not in at_output]
        return _AcSplit(
            total(map(meter_power_w, at_input)), total(map(meter_power_w, at_output)), None, shown.load_power_w
        )
    load_in_w = phase_total(system, "Ac/ConsumptionOnInput/{phase}/Power")
    load_out_w = phase_total(system, "Ac/ConsumptionOnOutput/{phase}/Power")
    if load_in_w is None and load_out_w is None:
        load_out_w = shown.load_power_w
    # Without a meter on the input the loads there are unknown; `system` then publishes 0.
    if load_in_w == 0 and not snapshot.of_class("grid", "genset"):
        load_in_w = None
    return _AcSplit(
        pv_in_w=total(phase_total(system, f"Ac/{place}/{{phase}}/Power") for place in ("PvOnGrid", "PvOnGenset")),
        pv_out_w=phase_total(system, "Ac/PvOnOutput/{phase}/Power"),
        load_in_w=load_in_w,
        load_out_w=load_out_w,
    )


def _ac_in(snapshot: Snapshot, shown: Overview, units: list[DeviceState], split: _AcSplit) -> AcBus | None:
    nodes = [
        *_sources(snapshot, shown),
        *_pv(snapshot, split.pv_in_w, at_output=False),
        *_loads(snapshot, split.load_in_w, at_output=False),
        *_own_meters(snapshot, at_output=False),
    ]
    if not nodes:
        return None
    live = live_units(snapshot)
    volts, hertz = _input_caption(snapshot, live)
    return AcBus(tuple(nodes), volts, hertz, _trunk(snapshot, units, total(map(input_power_w, live))))


def _ac_out(snapshot: Snapshot, units: list[DeviceState], split: _AcSplit) -> AcBus | None:
    nodes = [
        *_pv(snapshot, split.pv_out_w, at_output=True),
        *_loads(snapshot, split.load_out_w, at_output=True),
        *_own_meters(snapshot, at_output=True),
    ]
    if not nodes and not units:
        return None
    live = live_units(snapshot)
    unit = live[0] if live else None
    volts, hertz = mean_voltage_v(unit, "Ac/Out"), frequency_hz(unit, "Ac/Out")
    return AcBus(tuple(nodes), volts, hertz, _trunk(snapshot, units, total(map(output_power_w, live))))


def _trunk(snapshot: Snapshot, units: list[DeviceState], watts: float | None) -> Trunk | None:
    if inverter_gone(snapshot):
        return Trunk(None, Quality.GONE)
    # Of several units the one that left comes last: what the others pass is no longer all.
    return Trunk(watts, trust(snapshot, watts, *units)) if units else None


def _sources(snapshot: Snapshot, shown: Overview) -> list[Node]:
    """Grid, shore and genset: each wired input, the connected one first, and a metered one that is not wired."""
    powers = {"mains": shown.grid_power_w, "genset": _ac_genset_w(snapshot, shown)}
    nodes: list[Node] = []
    for wired in sorted(ac_inputs(snapshot), key=lambda each: not each.connected):
        key = "genset" if wired.type == "genset" else "mains"
        watts = powers.pop(key, None)
        idle = watts is None or abs(watts) < FLOWS_FROM_W
        off = not wired.connected and idle and not inverter_gone(snapshot)
        nodes.append(_source(snapshot, shown, NodeKind(wired.type), watts, off=off))
    for key, watts in powers.items():
        if watts is not None:
            kind = NodeKind.GENSET if key == "genset" else NodeKind(shown.mains)
            nodes.append(_source(snapshot, shown, kind, watts, off=False))
    for cls, kind in (("grid", NodeKind(shown.mains)), ("genset", NodeKind.GENSET)):
        if snapshot.missed(cls) and all(node.kind is not kind for node in nodes):
            nodes.append(_source(snapshot, shown, kind, None, off=False))
    return nodes


def _ac_genset_w(snapshot: Snapshot, shown: Overview) -> float | None:
    """What gensets give on the AC side: the figure without the DC ones, which stand at their bus."""
    dc_w = dc_side(snapshot).gensets.power_w
    if shown.genset_power_w is None or dc_w is None:
        return shown.genset_power_w
    ac_w = shown.genset_power_w - dc_w
    return ac_w if snapshot.of_class("genset") or abs(ac_w) >= FLOWS_FROM_W else None


def _source(snapshot: Snapshot, shown: Overview, kind: NodeKind, watts: float | None, *, off: bool) -> Node:
    cls = "genset" if kind is NodeKind.GENSET else "grid"
    doubt = shown.flags.get(f"{cls}_power_w", "")
    devices = snapshot.of_class(cls) or snapshot.missed(cls)
    quality = trust(snapshot, watts, system_of(snapshot), *devices)
    doubted = bool(doubt) and quality is Quality.GOOD
    node = Node(
        kind,
        kind.value.upper(),
        None if off else watts,
        Quality.IMPLAUSIBLE if doubted else quality,
        tuple(each.key for each in devices),
        off=off,
        note=doubt or ("" if cls == "genset" else shown.flags.get("grid_meter", "")),
    )
    unmeasured = inverter_gone(snapshot) or (bool(devices) and not snapshot.of_class(cls))
    return gone_node(node) if node.power_w is None and unmeasured else node


def _pv(snapshot: Snapshot, watts: float | None, *, at_output: bool) -> list[Node]:
    devices, missed = (
        [each for each in found if (last(each, "Position") == AT_OUTPUT) is at_output]
        for found in (snapshot.of_class("pvinverter"), snapshot.missed("pvinverter"))
    )
    if watts is None and not devices:
        return with_missed((), missed)
    quality = trust(snapshot, watts, system_of(snapshot), *devices)
    doubt = next((words for device in devices if (words := backwards(device))), "")
    if doubt and quality is Quality.GOOD:
        quality = Quality.IMPLAUSIBLE
    node = Node(NodeKind.PV_AC, "PV AC", watts, quality, tuple(each.key for each in devices), note=doubt)
    return with_missed([node], missed)


def _loads(snapshot: Snapshot, watts: float | None, *, at_output: bool) -> list[Node]:
    """The loads of a side with the EV chargers and heat pumps that are part of them."""
    parts = [_ev(snapshot, each) for each in snapshot.fitted("evcharger") if ev_at_output(snapshot, each) is at_output]
    gone = inverter_gone(snapshot)
    if watts is None and not (gone and (at_output or parts)):
        return []
    behind = (*inverter_units(snapshot), *snapshot.missed(*METERED_AROUND))
    node = Node(NodeKind.LOADS, "LOADS", watts, trust(snapshot, watts, system_of(snapshot), *behind))
    return [gone_node(node) if gone and (at_output or watts is None) else node, *parts]


def _ev(snapshot: Snapshot, charger: DeviceState) -> Node:
    watts = meter_power_w(charger)
    node = Node(
        NodeKind.EV,
        "EV",
        watts,
        trust(snapshot, watts, charger),
        (charger.key,),
        part=True,
        note=ev_contradiction(snapshot, charger),
    )
    return gone_node(node) if charger.state is ServiceState.GONE else node


def ev_at_output(snapshot: Snapshot, charger: DeviceState) -> bool:
    """Whether an EV charger hangs at the AC output: as it says, unless the loads there are too small for it."""
    says = last(charger, "Position") == EV_AT_OUTPUT
    return says is not bool(ev_contradiction(snapshot, charger))


def ev_contradiction(snapshot: Snapshot, charger: DeviceState) -> str:
    """How the position of an EV charger contradicts the loads it should be part of; empty where it does not."""
    system = system_of(snapshot)
    at_output = last(charger, "Position") == EV_AT_OUTPUT
    here, there = ("Output", "Input") if at_output else ("Input", "Output")
    loads = phase_values(system, f"Ac/ConsumptionOn{here}/{{phase}}/Power")
    others = phase_values(system, f"Ac/ConsumptionOn{there}/{{phase}}/Power")
    for phase, watts in phase_values(charger, "Ac/{phase}/Power").items():
        room_w = watts * (1 - EV_MARGIN) - EV_MARGIN_W
        if phase in loads and loads[phase] < room_w and others.get(phase, 0.0) >= room_w:
            return (
                f"{charger.name} says it is on the AC {here.lower()}, but the loads there are {loads[phase]:.0f} W "
                f"on {phase} against its {watts:.0f} W: it is drawn on the AC {there.lower()}."
            )
    return ""


def _own_meters(snapshot: Snapshot, *, at_output: bool) -> list[Node]:
    """Load meters of the owner: beside the balance, never added to the loads."""
    nodes = []
    for meter in snapshot.fitted("acload", "heatpump"):
        watts = meter_power_w(meter)
        if watts is not None and (last(meter, "Position") == EV_AT_OUTPUT) is at_output:
            quality = trust(snapshot, watts, meter)
            node = Node(NodeKind.METER, _meter_name(meter), watts, quality, (meter.key,), counted=False)
            nodes.append(gone_node(node) if meter.state is ServiceState.GONE else node)
    return nodes


def _meter_name(meter: DeviceState) -> str:
    """The name a person gave it, else its class with the one phase it is busy on: `acload L3`."""
    if custom := text(meter, "CustomName").strip():
        return custom
    busy = [phase for phase in PHASES if abs(last(meter, f"Ac/{phase}/Power") or 0.0) >= 1]
    return f"{meter.key.cls} {busy[0]}" if len(busy) == 1 else meter.key.cls


def _input_caption(snapshot: Snapshot, units: list[DeviceState]) -> tuple[float | None, float | None]:
    """Volts and hertz of the AC input: as the connected source's own meter gives them, else as the inverter does."""
    unit = units[0] if units else None
    connected = next((each for each in ac_inputs(snapshot) if each.connected), None)
    if connected is None:
        return None, None
    meter = named_device(snapshot, connected.measured_by)
    if meter is unit:
        meter = None
    volts = [value for value in phase_values(meter, "Ac/{phase}/Voltage").values() if value > 0]
    hertz = next(iter(phase_values(meter, "Ac/{phase}/Frequency").values()), None) or last(meter, "Ac/Frequency")
    return (
        sum(volts) / len(volts) if volts else mean_voltage_v(unit, "Ac/ActiveIn"),
        hertz or frequency_hz(unit, "Ac/ActiveIn"),
    )
