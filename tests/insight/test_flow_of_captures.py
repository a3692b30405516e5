"""The captured stations drawn: what stands where, as in the pictures of the site screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from victron_console.insight.flow.model import AcBus, Flow, Node, NodeKind
from victron_console.insight.flow.site_flow import flow
from victron_console.insight.overview.overview import overview
from victron_console.model.snapshot import Snapshot

Captured = Callable[[str], Snapshot]
Row = tuple[str, float | None]


def flow_of(snapshot: Snapshot) -> Flow:
    return flow(snapshot, overview(snapshot))


def rows(nodes: tuple[Node, ...]) -> list[Row]:
    return [(node.name, None if node.power_w is None else round(node.power_w)) for node in nodes]


def side(bus: AcBus | None) -> list[Row]:
    return rows(bus.nodes) if bus else []


@pytest.mark.parametrize(
    ("name", "ac_in", "ac_out", "dc_left", "dc_right"),
    [
        (
            "boat-dcsystem-tanks",
            [("SHORE", None)],
            [("LOADS", 104)],
            [("PV MPPT", 113)],
            [("DC LOADS", 14), ("BATTERY", -31)],
        ),
        (
            "boat-lynx-integrel",
            [("GRID", None)],
            [("LOADS", 1377)],
            [("PV MPPT", 147), ("ALTERNATOR", 0)],
            [("DC LOADS", 2594), ("BATTERY", -3920), ("24v House", 2), ("12v Nav", 0)],
        ),
        ("cerbo-pylontech-ess", [("GRID", 167), ("acload L3", 814)], [("LOADS", 148)], [], [("BATTERY", -44)]),
        (
            "ess-3phase-pv-motorhome",
            [("SHORE", 10252), ("GENSET", None), ("PV AC", 990), ("LOADS", 7481), ("EV", 7092)],
            [("LOADS", 3725)],
            [("PV MPPT", 245), ("WIND", 213), ("ALTERNATOR", 467)],
            [("DC LOADS", 452), ("BATTERY", 1659)],
        ),
        (
            "ess-grid-pv-tanks",
            [("GENSET", -559), ("GRID", -2320), ("PV AC", 990), ("LOADS", 460)],
            [("LOADS", 110)],
            [("PV MPPT", 240)],
            [("DC LOADS", 6), ("BATTERY", 484)],
        ),
        (
            "hybrid-genset-24v",
            [("GENSET", 11720), ("SHORE", None), ("LOADS", 7967)],
            [("LOADS", 3718)],
            [("PV MPPT", 116), ("WIND", 301), ("ALTERNATOR", 301)],
            [("DC LOADS", 480), ("BATTERY", 238)],
        ),
        ("lynx-parallel-vebus", [("GRID", 306)], [("LOADS", 0)], [], [("DC LOADS", 26), ("BATTERY", 259)]),
        ("multi-rs", [("GRID", -2)], [("LOADS", 0)], [], [("BATTERY", 5)]),
        ("navetta-skylla-24v", [], [("LOADS", 127)], [("CHARGER", 32), ("UNMEASURED", 103)], [("BATTERY", 273)]),
    ],
)
def test_every_device_hangs_where_it_is_wired(
    name: str, ac_in: list[Row], ac_out: list[Row], dc_left: list[Row], dc_right: list[Row], captured: Captured
) -> None:
    drawn = flow_of(captured(name))
    assert drawn.dc
    assert (side(drawn.ac_in), side(drawn.ac_out)) == (ac_in, ac_out)
    assert (rows(drawn.dc.sources), rows(drawn.dc.uses)) == (dc_left, dc_right)


@pytest.mark.parametrize(
    ("name", "volts", "hertz"),
    [
        ("cerbo-pylontech-ess", 225, 50.1),
        ("hybrid-genset-24v", 233, 50.4),
        ("ess-3phase-pv-motorhome", 239, 50.1),
        ("multi-rs", 222, 50.0),
        ("boat-dcsystem-tanks", None, None),
    ],
)
def test_the_input_is_captioned_by_the_meter_of_its_source(
    name: str, volts: float | None, hertz: float | None, captured: Captured
) -> None:
    bus = flow_of(captured(name)).ac_in
    assert bus
    assert (bus.voltage_v and round(bus.voltage_v), bus.frequency_hz and round(bus.frequency_hz, 1)) == (volts, hertz)


@pytest.mark.parametrize(
    ("name", "ac_in_w", "ac_out_w", "dc_w"),
    [
        ("boat-lynx-integrel", 0, 1377, -1472),
        ("cerbo-pylontech-ess", 159, 149, 31),
        ("ess-3phase-pv-motorhome", 3753, 3718, 509),
        ("hybrid-genset-24v", 3753, 3718, 36),
        ("multi-rs", -2, -5, 5),
        ("navetta-skylla-24v", None, 127, -138),
    ],
)
def test_the_trunks_carry_what_the_inverter_passes(
    name: str, ac_in_w: float | None, ac_out_w: float, dc_w: float, captured: Captured
) -> None:
    drawn = flow_of(captured(name))
    trunks = [bus.trunk if bus else None for bus in (drawn.ac_in, drawn.ac_out, drawn.dc)]
    assert [trunk and trunk.power_w and round(trunk.power_w) for trunk in trunks] == [ac_in_w, ac_out_w, dc_w]


def test_an_ev_charger_whose_position_contradicts_its_flow_is_drawn_where_it_draws(captured: Captured) -> None:
    drawn = flow_of(captured("ess-3phase-pv-motorhome"))
    (charger,) = [node for node in drawn.nodes if node.kind is NodeKind.EV]
    assert "drawn on the AC input" in charger.note


def test_the_box_names_its_model_and_load(captured: Captured) -> None:
    box = flow_of(captured("hybrid-genset-24v")).box
    assert box and box.load_percent
    assert (box.names[1], box.count, box.state, round(box.load_percent)) == ("Quattro 24/3000 ×3", 3, "Bulk", 52)
