"""Every topology and every set-up of the battery's roles: no figure invented, missing or counted twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields

import pytest
from tests.exhaustive import enough
from tests.reported.gallery import LOSS_W, Powers, Roles, Topology, possible, role_setups, site

from victron_console.console.site.data import SiteFigures
from victron_console.insight.flow.model import NodeKind

NEAR_W = 1.5
SOURCES = {
    "grid": NodeKind.GRID, "unmetered grid": NodeKind.GRID, "shore": NodeKind.SHORE, "genset": NodeKind.GENSET,
    "genset on CAN": NodeKind.GENSET, "dc genset": NodeKind.GENSET,
}  # fmt: skip
PV = {"mppt": NodeKind.PV_MPPT, "input": NodeKind.PV_AC, "output": NodeKind.PV_AC, "tracker": NodeKind.TRACKER}
DC = {
    "measured": NodeKind.DC_LOADS, "estimated": NodeKind.DC_LOADS, "dcload": NodeKind.DC_LOADS,
    "motor": NodeKind.MOTOR, "charger": NodeKind.CHARGER, "wind": NodeKind.DC_SOURCE,
    "alternator": NodeKind.ALTERNATOR, "dcdc": NodeKind.CONVERTER, "fuel cell": NodeKind.FUEL_CELL,
}  # fmt: skip


def wrong(topology: Topology, roles: Roles) -> Iterator[str]:
    """What the console makes of a site that is not so."""
    made, powers = site(topology, roles)
    figures = made.figures(70.0)
    yield from wrong_figures(figures, powers)
    yield from wrong_nodes(figures, topology)
    balance = figures.balance
    if abs(balance.residual_w - powers.loss) > NEAR_W:
        yield f"in {balance.in_w:.0f} W, out {balance.out_w:.0f} W, lost are {powers.loss:.0f} W"
    if "balance" in figures.shown.flags:
        yield figures.shown.flags["balance"]
    outcome = next((finding.outcome.value for finding in figures.audit if finding.check == "balance"), "none")
    judged = powers.load is not None or powers.dc_load is not None or powers.motor is not None
    if outcome != ("pass" if judged else "unknown"):
        yield f"the audit of the balance says {outcome}"


def wrong_figures(figures: SiteFigures, powers: Powers) -> Iterator[str]:
    shown = figures.shown
    pairs = {
        "grid": (shown.grid_power_w, powers.grid), "genset": (shown.genset_power_w, powers.genset),
        "pv": (shown.pv_power_w, powers.pv), "load": (shown.load_power_w, powers.load),
        "battery": (shown.battery_power_w, powers.battery), "motor": (shown.motor_power_w, powers.motor),
        "other dc": (shown.other_dc_power_w, powers.other_dc),
        "dc load": (shown.dc_load_power_w, _both(powers.dc_load, powers.motor)),
    }  # fmt: skip
    for name, (given, true) in pairs.items():
        if given is None and true is None:
            continue
        if given is None or true is None or abs(given - true) > NEAR_W:
            yield f"{name} {given} W is {true} W"


def _both(one: float | None, other: float | None) -> float | None:
    return None if one is None and other is None else (one or 0.0) + (other or 0.0)


def wrong_nodes(figures: SiteFigures, topology: Topology) -> Iterator[str]:
    """What is drawn: each kind that the site has and no other, each device once, each bus in balance."""
    wanted = {SOURCES.get(topology.source), PV.get(topology.pv), DC.get(topology.dc), NodeKind.BATTERY}
    wanted |= {NodeKind.LOADS} if topology.inverter != "none" else set()
    drawn = [node for node in figures.flow.nodes if node.counted and not node.part]
    if {node.kind for node in drawn} != {kind for kind in wanted if kind is not None}:
        yield f"drawn are {sorted({node.kind.value for node in drawn})}"
    twice = [str(key) for key, count in Counter(key for node in drawn for key in node.devices).items() if count > 1]
    if twice:
        yield f"drawn twice: {', '.join(twice)}"
    for name, bus in (("AC in", figures.flow.ac_in), ("AC out", figures.flow.ac_out)):
        if bus is not None and bus.trunk is not None and bus.trunk.power_w is not None:
            hung = sum(node.to_bus_w or 0.0 for node in bus.nodes if node.counted and not node.part)
            passed = bus.trunk.power_w if name == "AC in" else -bus.trunk.power_w
            if abs(hung - passed) > NEAR_W:
                yield f"at {name} hang {hung:.0f} W, {passed:.0f} W pass on"
    if figures.flow.dc is not None:
        dc = [node for node in (*figures.flow.dc.sources, *figures.flow.dc.uses) if node.counted and not node.part]
        trunk = figures.flow.dc.trunk.power_w if figures.flow.dc.trunk else 0.0
        rest = sum(node.to_bus_w or 0.0 for node in dc) + (trunk or 0.0)
        if abs(rest) > NEAR_W:
            yield f"the DC bus has {rest:+.0f} W that come from nowhere"


TOPOLOGIES = list(possible())
HOUSE = Topology("grid", "vebus", "mppt", "measured", 3)
BOAT = Topology("shore", "vebus", "mppt", "motor")


@pytest.mark.slow
@pytest.mark.parametrize("source", sorted({topology.source for topology in TOPOLOGIES}))
def test_no_topology_has_a_figure_invented_missing_or_doubled(source: str) -> None:
    found = [
        f"{topology}: {said}"
        for topology in [each for each in TOPOLOGIES if each.source == source][:: enough(7, 1)]
        for said in wrong(topology, Roles("shunt", "other", 1))
    ]
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("topology", [HOUSE, BOAT, Topology(), Topology("none", "none", "mppt", "measured")], ids=str)
def test_no_set_up_of_the_roles_has_a_figure_invented_missing_or_doubled(topology: Topology) -> None:
    found = [f"{roles}: {said}" for roles in role_setups() for said in wrong(topology, roles)]
    assert found == []


def one_of_each() -> list[Topology]:
    """The first topology of every source, inverter, PV, DC part and count of phases."""
    named = [(field.name, getattr(it, field.name), it) for field in fields(Topology) for it in TOPOLOGIES]
    found = {(field, value): it for field, value, it in reversed(named)}
    return list(dict.fromkeys(found.values()))


@pytest.mark.parametrize("topology", one_of_each(), ids=str)
def test_one_of_each_part_has_no_figure_invented_missing_or_doubled(topology: Topology) -> None:
    assert list(wrong(topology, Roles("shunt", "other", 1))) == []


@pytest.mark.parametrize("topology", [HOUSE, BOAT], ids=str)
def test_a_house_and_a_boat_are_whole(topology: Topology) -> None:
    assert list(wrong(topology, Roles("bms", "same", 1))) == []


def test_what_is_lost_is_the_inverters() -> None:
    made, _ = site(HOUSE)
    assert made.figures(70.0).balance.residual_w == pytest.approx(LOSS_W, abs=NEAR_W)
