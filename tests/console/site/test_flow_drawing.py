"""From a station's values to its drawing: the design's own stations, wires that do not flicker, what is lost."""

from __future__ import annotations

from dataclasses import replace

from tests.console.sample_fleet import NOW
from tests.console.sample_stations import BIRCH, CEDAR, LARCH, QUARRY, Devices, snapshot_of

from victron_console.console.kit.energy.diagram import NARROW, draw_diagram
from victron_console.console.kit.energy.flow import FlowDrawing, Pencil, together
from victron_console.console.kit.sheet import Sheet
from victron_console.console.site.flow_list import draw_list
from victron_console.insight.flow.model import Flow, Node, NodeKind
from victron_console.insight.flow.site_flow import flow
from victron_console.insight.overview.overview import overview
from victron_console.model.snapshot import Snapshot


def flow_of(snapshot: Snapshot, *, rating_w: float | None = None) -> Flow:
    return flow(snapshot, overview(snapshot), rating_w=rating_w)


def drawn(shown: Flow, before: Pencil | None = None) -> str:
    sheet = Sheet(80)
    draw_diagram(FlowDrawing(shown, before or Pencil()).diagram(), NARROW, sheet)
    return sheet.text


def lines(text: str) -> str:
    return text.strip("\n")


def test_station_on_grid_with_a_meter_beside_the_balance() -> None:
    assert drawn(flow_of(snapshot_of(CEDAR))) == lines("""
 AC IN  225 V 50.1 Hz                                     AC OUT  225 V 50.0 Hz
 GRID        167W ───▶┃ 159W  ┌──────────────────┐ 149W  ┃
 acload L3   814W     ┃──────▶│MultiPlus-II 3000 │──────▶┃───▶ LOADS       148W
 own meter, not counted       │ ESS discharging  │
                              └─────────┬────────┘
                              DC 49.8 V ┊ 31W
                                        ┃◀──────────────────── BATTERY     -44W
""")


def test_genset_station_with_every_source_on_its_bus() -> None:
    assert drawn(flow_of(snapshot_of(QUARRY))) == lines("""
 AC IN  233 V 50.4 Hz                                     AC OUT  225 V 50.0 Hz
 GENSET     11.7k ━━━▶┃ 3.75k ┌──────────────────┐ 3.72k ┃
 SHORE       off      ┃━━━━━━▶│Quattro 24/3000 ×3│━━━━━━▶┃━━━▶ LOADS      3.72k
 LOADS      7.97k ◀━━━┃       │       Bulk       │
                              │    load 52 %     │
                              └─────────┬────────┘
                              DC 26.4 V ┊ 36W
 PV MPPT     116W ─────────────────────▶┃────────────────────▶ DC LOADS    480W
 WIND        301W ─────────────────────▶┃────────────────────▶ BATTERY    +238W
 ALTERNATOR  301W ─────────────────────▶┃
""")


def test_rs_at_night_keeps_its_tracker() -> None:
    assert drawn(flow_of(snapshot_of(LARCH))) == lines("""
 AC IN  222 V 50.0 Hz                                     AC OUT  222 V 50.0 Hz
 GRID         -2W ····┃  2W   ┌──────────────────┐  5W   ┃
                      ┃·······│ Multi RS 48/6000 │·······┃···· LOADS         0
 PV tracker 1  0  ············│ External control │
                              └─────────┬────────┘
                              DC 54.0 V ┊ 5W
                                        ┃····················· BATTERY      +5W
""")


def test_narrow_screen_lists_every_device_left_of_its_bus() -> None:
    sheet = Sheet(60)
    draw_list(FlowDrawing(flow_of(snapshot_of(QUARRY)), Pencil()).diagram(), sheet, 0, 60)
    assert sheet.text == lines("""
 AC IN  GENSET      11.7k ━━▶┃    AC OUT LOADS    3.72k ◀━━┃
        SHORE        off     ┃
        LOADS       7.97k ◀━━┃    Quattro 24/3000 ×3
 DC     PV MPPT      116W ──▶┃    Bulk  load 52 %
        WIND         301W ──▶┃
        ALTERNATOR   301W ──▶┃
        DC LOADS     480W ◀──┃
        BATTERY     +238W ◀──┃
""")


def _with_battery(watts: float) -> Flow:
    devices: Devices = {**CEDAR, "system": {**CEDAR["system"], "Dc/Battery/Power": watts}}
    return flow_of(snapshot_of(devices))


def test_a_power_between_the_limits_keeps_the_arrow_it_had() -> None:
    shown = _with_battery(-30.0)
    assert "┃····················· BATTERY     -30W" in drawn(shown)
    moving = FlowDrawing(_with_battery(-60.0), Pencil())
    moving.diagram()
    assert "┃◀──────────────────── BATTERY     -30W" in drawn(shown, moving.after)


def _lost(snapshot: Snapshot) -> Snapshot:
    devices = {key: replace(device, failures=5) for key, device in snapshot.devices.items()}
    return replace(snapshot, devices=devices, at=NOW + 600)


def test_stale_figures_wear_their_mark_and_lost_ones_are_not_shown() -> None:
    stale = drawn(flow_of(replace(snapshot_of(BIRCH), at=NOW + 60)))
    assert "~" in stale
    assert "╌" in stale
    lost = drawn(flow_of(_lost(snapshot_of(BIRCH))))
    assert "---" in lost
    assert "1.50k" not in lost


def test_more_than_five_devices_put_the_smallest_together() -> None:
    names = [("PV MPPT", 900), ("WIND", 20), ("WATER", 30), ("SHAFT", 40), ("ALTERNATOR", 400), ("CHARGER", 50)]
    nodes = [Node(NodeKind.DC_SOURCE, name, float(watts)) for name, watts in names]
    shown = together(nodes)
    assert [node.name for node in shown] == ["PV MPPT", "SHAFT", "ALTERNATOR", "CHARGER", "2 more"]
    assert shown[-1].power_w == 50.0
