"""Every topology of the design, drawn and compared character by character."""

from __future__ import annotations

from dataclasses import replace

from victron_console.console.kit.energy.diagram import NARROW, WIDE, Box, Diagram, Entry, Grid, Trunk, draw_diagram
from victron_console.console.kit.energy.wire import IDLE, Direction, Wire, is_moving, wire
from victron_console.console.kit.figures import (
    OFF_FIGURE,
    Figure,
    power_figure,
)
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.model.quality import Quality

RIGHT, LEFT = Direction.RIGHT, Direction.LEFT


def drawn(diagram: Diagram, grid: Grid = NARROW) -> str:
    sheet = Sheet(120)
    draw_diagram(diagram, grid, sheet)
    return sheet.text


def line(watts: float, rating_w: float, direction: Direction) -> Wire:
    return wire(watts, rating_w, direction, moving=is_moving(watts, False))


def entry(name: str, watts: float, rating_w: float, direction: Direction, *, signed: bool = False) -> Entry:
    return Entry((name,), power_figure(watts, signed=signed), line(watts, rating_w, direction))


def trunk(watts: float, rating_w: float, direction: Direction) -> Trunk:
    return Trunk(power_figure(watts), line(watts, rating_w, direction))


def box(name: str, *words: str) -> Box:
    return Box((name,), tuple(Run(word) for word in words))


def lines(text: str) -> str:
    return "\n".join(row.rstrip() for row in text.strip("\n").splitlines())


GENSET = Diagram(
    box=box("Quattro 24/3000 ×3", "Bulk", "load 52 %"),
    ac_in_caption="233 V 50.4 Hz",
    ac_in=(
        entry("GENSET", 11720, 7200, RIGHT),
        Entry(("SHORE",), OFF_FIGURE),
        entry("LOADS", 7967, 7200, LEFT),
    ),
    trunk_in=trunk(3750, 7200, RIGHT),
    ac_out_caption="226 V 50.0 Hz",
    ac_out=(entry("LOADS", 3718, 7200, RIGHT),),
    trunk_out=trunk(3718, 7200, RIGHT),
    dc_caption="DC 26.4 V",
    trunk_dc=trunk(36, 7200, RIGHT),
    dc_left=(
        entry("PV MPPT", 116, 7200, RIGHT),
        entry("WIND", 301, 7200, RIGHT),
        entry("ALTERNATOR", 301, 7200, RIGHT),
    ),
    dc_right=(entry("DC LOADS", 480, 7200, RIGHT), entry("BATTERY", 238, 7200, RIGHT, signed=True)),
)


def test_genset_with_loads_on_the_input() -> None:
    assert drawn(GENSET) == lines("""
 AC IN  233 V 50.4 Hz                                     AC OUT  226 V 50.0 Hz
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


def test_meter_that_belongs_to_no_bus_says_so() -> None:
    diagram = Diagram(
        box=box("MultiPlus-II 3000", "ESS discharging"),
        ac_in_caption="225 V 50.1 Hz",
        ac_in=(
            entry("GRID", 167, 2400, RIGHT, signed=False),
            Entry(("acload L3",), power_figure(814), note="own meter, not counted"),
        ),
        trunk_in=trunk(159, 2400, RIGHT),
        ac_out_caption="225 V 50.0 Hz",
        ac_out=(entry("LOADS", 148, 2400, RIGHT),),
        trunk_out=trunk(149, 2400, RIGHT),
        dc_caption="DC 49.8 V",
        trunk_dc=trunk(31, 2400, RIGHT),
        dc_right=(entry("BATTERY", -44, 2400, LEFT, signed=True),),
    )
    # The design draws this meter in the picture with its words, which take the row below it.
    assert drawn(diagram) == lines("""
 AC IN  225 V 50.1 Hz                                     AC OUT  225 V 50.0 Hz
 GRID        167W ───▶┃ 159W  ┌──────────────────┐ 149W  ┃
 acload L3   814W     ┃──────▶│MultiPlus-II 3000 │──────▶┃───▶ LOADS       148W
 own meter, not counted       │ ESS discharging  │
                              └─────────┬────────┘
                              DC 49.8 V ┊ 31W
                                        ┃◀──────────────────── BATTERY     -44W
""")


def test_shore_with_pv_on_the_input_and_a_charger_inside_the_loads() -> None:
    diagram = replace(
        GENSET,
        ac_in_caption="239 V 50.1 Hz",
        ac_in=(
            entry("SHORE", 10252, 7200, RIGHT),
            entry("PV AC", 990, 7200, RIGHT),
            entry("LOADS", 7481, 7200, LEFT),
            Entry(("└ EV charger", "└ EV"), power_figure(7092)),
            Entry(("GENSET",), OFF_FIGURE),
        ),
        ac_out_caption="225 V 50.0 Hz",
        ac_out=(entry("LOADS", 3725, 7200, RIGHT),),
        dc_caption="DC 13.5 V",
        trunk_dc=trunk(509, 7200, RIGHT),
        dc_left=(
            entry("PV MPPT", 245, 7200, RIGHT),
            entry("ALTERNATOR", 467, 7200, RIGHT),
            entry("WIND", 213, 7200, RIGHT),
        ),
        dc_right=(entry("DC LOADS", 452, 7200, RIGHT), entry("BATTERY", 1659, 7200, RIGHT, signed=True)),
    )
    assert drawn(diagram) == lines("""
 AC IN  239 V 50.1 Hz                                     AC OUT  225 V 50.0 Hz
 SHORE      10.3k ━━━▶┃ 3.75k ┌──────────────────┐ 3.72k ┃
 PV AC       990W ═══▶┃━━━━━━▶│Quattro 24/3000 ×3│━━━━━━▶┃━━━▶ LOADS      3.73k
 LOADS      7.48k ◀━━━┃       │       Bulk       │
 └ EV       7.09k     ┃       │    load 52 %     │
 GENSET      off      ┃       └─────────┬────────┘
                              DC 13.5 V ▼ 509W
 PV MPPT     245W ─────────────────────▶┃────────────────────▶ DC LOADS    452W
 ALTERNATOR  467W ─────────────────────▶┃════════════════════▶ BATTERY   +1.66k
 WIND        213W ─────────────────────▶┃
""")
    assert drawn(diagram, WIDE) == lines("""
 AC IN  239 V 50.1 Hz                                                                             AC OUT  225 V 50.0 Hz
 SHORE           10.3k ━━━━━━━━▶┃    3.75k    ┌──────────────────────────┐    3.72k    ┃
 PV AC            990W ════════▶┃━━━━━━━━━━━━▶│    Quattro 24/3000 ×3    │━━━━━━━━━━━━▶┃━━━━━━━━━▶ LOADS          3.73k
 LOADS           7.48k ◀━━━━━━━━┃             │           Bulk           │
 └ EV charger    7.09k          ┃             │        load 52 %         │
 GENSET           off           ┃             └─────────────┬────────────┘
                                                  DC 13.5 V ▼ 509W
 PV MPPT          245W ────────────────────────────────────▶┃────────────────────────────────────▶ DC LOADS        452W
 ALTERNATOR       467W ────────────────────────────────────▶┃════════════════════════════════════▶ BATTERY       +1.66k
 WIND             213W ────────────────────────────────────▶┃
""")


def test_export_turns_the_arrows_and_not_the_sides() -> None:
    diagram = Diagram(
        box=box("MultiPlus-II 5000", "ESS feed-in"),
        ac_in_caption="231 V 50.0 Hz",
        ac_in=(
            entry("GRID", -2320, 5000, LEFT, signed=False),
            entry("PV AC", 990, 5000, RIGHT),
            entry("LOADS", 100, 5000, LEFT),
        ),
        trunk_in=trunk(1430, 5000, LEFT),
        ac_out_caption="231 V 50.0 Hz",
        ac_out=(entry("LOADS", 470, 5000, RIGHT),),
        trunk_out=trunk(470, 5000, RIGHT),
        dc_caption="DC 52.8 V",
        trunk_dc=trunk(1990, 5000, LEFT),
        dc_left=(entry("PV MPPT ×2", 2630, 5000, RIGHT),),
        dc_right=(entry("BATTERY", 640, 5000, RIGHT, signed=True),),
    )
    assert drawn(diagram) == lines("""
 AC IN  231 V 50.0 Hz                                     AC OUT  231 V 50.0 Hz
 GRID      -2.32k ◀═══┃ 1.43k ┌──────────────────┐ 470W  ┃
 PV AC       990W ═══▶┃◀══════│MultiPlus-II 5000 │──────▶┃───▶ LOADS       470W
 LOADS       100W ◀───┃       │   ESS feed-in    │
                              └─────────╥────────┘
                              DC 52.8 V ▲ 1.99k
 PV MPPT ×2 2.63k ━━━━━━━━━━━━━━━━━━━━━▶┃════════════════════▶ BATTERY    +640W
""")


def test_off_grid_with_pv_on_the_output() -> None:
    diagram = Diagram(
        box=box("MultiPlus-II 3000", "Inverting 50.9 Hz"),
        ac_out_caption="230 V 50.9 Hz",
        ac_out=(entry("PV AC", 1620, 2400, LEFT), entry("LOADS", 530, 2400, RIGHT)),
        trunk_out=trunk(1090, 2400, LEFT),
        dc_caption="DC 53.1 V",
        trunk_dc=trunk(1020, 2400, RIGHT),
        dc_right=(entry("BATTERY", 1020, 2400, RIGHT, signed=True),),
    )
    assert drawn(diagram) == lines("""
                                                          AC OUT  230 V 50.9 Hz
                              ┌──────────────────┐ 1.09k ┃◀━━━ PV AC      1.62k
                              │MultiPlus-II 3000 │◀══════┃═══▶ LOADS       530W
                              │Inverting 50.9 Hz │
                              └─────────╥────────┘
                              DC 53.1 V ▼ 1.02k
                                        ┃════════════════════▶ BATTERY   +1.02k
""")


def test_boat_with_shore_off_idle_alternators_and_other_packs() -> None:
    diagram = Diagram(
        box=box("Quattro 48/5000", "Inverting"),
        ac_in_caption="",
        ac_in=(Entry(("SHORE",), OFF_FIGURE),),
        trunk_in=Trunk(power_figure(0), IDLE),
        ac_out_caption="230 V 50.0 Hz",
        ac_out=(entry("LOADS", 1377, 5000, RIGHT),),
        trunk_out=trunk(1377, 5000, RIGHT),
        dc_caption="DC 52.4 V",
        trunk_dc=trunk(1472, 5000, LEFT),
        dc_left=(entry("PV MPPT", 147, 5000, RIGHT), entry("ALTERN ×2", 0, 5000, RIGHT)),
        dc_right=(
            entry("DC LOADS", 2594, 5000, RIGHT),
            entry("BATTERY", -3920, 5000, LEFT, signed=True),
            Entry(("24v House",), power_figure(2, signed=True)),
            Entry(("12v Nav",), power_figure(0, signed=True)),
        ),
    )
    assert drawn(diagram) == lines("""
 AC IN                                                    AC OUT  230 V 50.0 Hz
 SHORE       off      ┃   0   ┌──────────────────┐ 1.38k ┃
                      ┃·······│ Quattro 48/5000  │══════▶┃═══▶ LOADS      1.38k
                              │    Inverting     │
                              └─────────╥────────┘
                              DC 52.4 V ▲ 1.47k
 PV MPPT     147W ─────────────────────▶┃━━━━━━━━━━━━━━━━━━━━▶ DC LOADS   2.59k
 ALTERN ×2     0  ······················┃◀━━━━━━━━━━━━━━━━━━━━ BATTERY   -3.92k
                                                               24v House    +2W
                                                               12v Nav       0
""")


def test_unmeasured_source_beside_a_charger() -> None:
    diagram = Diagram(
        box=box("MultiPlus 24/3000", "Inverting"),
        ac_out_caption="230 V 50.0 Hz",
        ac_out=(entry("LOADS", 127, 3000, RIGHT),),
        trunk_out=trunk(127, 3000, RIGHT),
        dc_caption="DC 27.0 V",
        trunk_dc=trunk(138, 3000, LEFT),
        dc_left=(entry("CHARGER", 32, 3000, RIGHT), entry("UNMEAS. ?", 103, 3000, RIGHT)),
        dc_right=(entry("BATTERY", 273, 3000, RIGHT, signed=True),),
    )
    assert drawn(diagram) == lines("""
                                                          AC OUT  230 V 50.0 Hz
                              ┌──────────────────┐ 127W  ┃
                              │MultiPlus 24/3000 │──────▶┃───▶ LOADS       127W
                              │    Inverting     │
                              └─────────┬────────┘
                              DC 27.0 V ▲ 138W
 CHARGER      32W ······················┃────────────────────▶ BATTERY    +273W
 UNMEAS. ?   103W ─────────────────────▶┃
""")


def test_trackers_of_an_rs_run_into_its_box_at_night() -> None:
    diagram = Diagram(
        box=box("Multi RS 48/6000", "External control"),
        ac_in_caption="222 V 50.0 Hz",
        ac_in=(entry("GRID", -2, 6000, LEFT),),
        trunk_in=trunk(2, 6000, LEFT),
        trackers=(Entry(("PV tracker 1", "PV track 1"), power_figure(0), IDLE),),
        ac_out_caption="222 V 50.0 Hz",
        ac_out=(entry("LOADS", 0, 6000, RIGHT),),
        trunk_out=trunk(5, 6000, RIGHT),
        dc_caption="DC 54.0 V",
        trunk_dc=trunk(5, 6000, RIGHT),
        dc_right=(entry("BATTERY", 5, 6000, RIGHT, signed=True),),
    )
    assert drawn(diagram) == lines("""
 AC IN  222 V 50.0 Hz                                     AC OUT  222 V 50.0 Hz
 GRID         -2W ····┃  2W   ┌──────────────────┐  5W   ┃
                      ┃·······│ Multi RS 48/6000 │·······┃···· LOADS         0
 PV tracker 1  0  ············│ External control │
                              └─────────┬────────┘
                              DC 54.0 V ┊ 5W
                                        ┃····················· BATTERY      +5W
""")


def test_the_box_of_an_rs_grows_with_its_trackers() -> None:
    names = [(f"PV tracker {number}", f"PV track {number}") for number in (1, 2)]
    diagram = Diagram(
        box=box("Multi RS 48/6000", "External control", "load 11 %"),
        ac_in_caption="222 V 50.0 Hz",
        ac_in=(entry("GRID", -310, 6000, LEFT),),
        trunk_in=trunk(310, 6000, LEFT),
        trackers=tuple(
            Entry(name, power_figure(watts), line(watts, 6000, RIGHT))
            for name, watts in zip(names, (2310, 1190), strict=True)
        ),
        ac_out_caption="222 V 50.0 Hz",
        ac_out=(entry("LOADS", 640, 6000, RIGHT),),
        trunk_out=trunk(640, 6000, RIGHT),
        dc_caption="DC 53.6 V",
        trunk_dc=trunk(2440, 6000, RIGHT),
        dc_right=(entry("BATTERY", 2440, 6000, RIGHT, signed=True),),
    )
    assert drawn(diagram) == lines("""
 AC IN  222 V 50.0 Hz                                     AC OUT  222 V 50.0 Hz
 GRID       -310W ◀───┃ 310W  ┌──────────────────┐ 640W  ┃
                      ┃◀──────│ Multi RS 48/6000 │══════▶┃═══▶ LOADS       640W
 PV track 1 2.31k ═══════════▶│ External control │
 PV track 2 1.19k ═══════════▶│    load 11 %     │
                              └─────────╥────────┘
                              DC 53.6 V ▼ 2.44k
                                        ┃════════════════════▶ BATTERY   +2.44k
""")
    third = replace(diagram, trackers=(*diagram.trackers, diagram.trackers[0]))
    assert drawn(third).splitlines()[5] == " PV track 1 2.31k ═══════════▶│                  │"


def test_battery_computed_where_there_is_no_monitor() -> None:
    diagram = Diagram(
        box=box("MultiPlus 12/1600", "Inverting"),
        ac_out_caption="230 V 50.0 Hz",
        ac_out=(entry("LOADS", 240, 1300, RIGHT),),
        trunk_out=trunk(240, 1300, RIGHT),
        dc_caption="DC 12.9 V",
        trunk_dc=trunk(266, 1300, LEFT),
        dc_left=(entry("PV MPPT", 380, 1300, RIGHT),),
        dc_right=(entry("BATT calc", 114, 1300, RIGHT, signed=True),),
    )
    assert drawn(diagram) == lines("""
                                                          AC OUT  230 V 50.0 Hz
                              ┌──────────────────┐ 240W  ┃
                              │MultiPlus 12/1600 │══════▶┃═══▶ LOADS       240W
                              │    Inverting     │
                              └─────────╥────────┘
                              DC 12.9 V ▲ 266W
 PV MPPT     380W ═════════════════════▶┃────────────────────▶ BATT calc  +114W
""")


def test_stale_battery_has_a_broken_line_and_its_mark() -> None:
    stale = wire(360, 2400, RIGHT, moving=True, stale=True)
    diagram = Diagram(
        box=box("MultiPlus-II 3000", "Bulk"),
        ac_in_caption="230 V 50.0 Hz",
        ac_in=(entry("GRID", 640, 2400, RIGHT),),
        trunk_in=trunk(620, 2400, RIGHT),
        ac_out_caption="230 V 50.0 Hz",
        ac_out=(entry("LOADS", 210, 2400, RIGHT),),
        trunk_out=trunk(210, 2400, RIGHT),
        dc_caption="DC 50.1 V",
        trunk_dc=trunk(372, 2400, RIGHT),
        dc_right=(Entry(("BATTERY",), power_figure(360, Quality.STALE, signed=True), stale),),
    )
    assert drawn(diagram) == lines("""
 AC IN  230 V 50.0 Hz                                     AC OUT  230 V 50.0 Hz
 GRID        640W ═══▶┃ 620W  ┌──────────────────┐ 210W  ┃
                      ┃══════▶│MultiPlus-II 3000 │──────▶┃───▶ LOADS       210W
                              │       Bulk       │
                              └─────────╥────────┘
                              DC 50.1 V ▼ 372W
                                        ┃╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌▶ BATTERY   ~+360W
""")


def test_dc_only_has_no_box_and_no_ac_caption() -> None:
    diagram = Diagram(
        dc_caption="DC 13.2 V",
        dc_left=(
            entry("PV MPPT", 310, 800, RIGHT),
            entry("WIND", 95, 800, RIGHT),
            entry("FUEL CELL", 0, 800, RIGHT),
        ),
        dc_right=(entry("DC LOADS", 180, 800, RIGHT), entry("BATTERY", 225, 800, RIGHT, signed=True)),
    )
    assert drawn(diagram) == lines("""
                              DC 13.2 V
 PV MPPT     310W ═════════════════════▶┃════════════════════▶ DC LOADS    180W
 WIND         95W ═════════════════════▶┃════════════════════▶ BATTERY    +225W
 FUEL CELL     0  ······················┃
""")


def test_name_too_long_is_cut_and_the_value_never() -> None:
    name: tuple[str, ...] = ("Wind turbine on the old mast",)
    figure: Figure = power_figure(11700)
    diagram = Diagram(dc_caption="DC 13.2 V", dc_left=(Entry(name, figure, line(11700, 800, RIGHT)),))
    assert drawn(diagram).splitlines()[1].startswith(" Wind turb> 11.7k ━━━")


def test_an_arrow_stays_until_twenty_watts_once_it_is_there() -> None:
    assert not is_moving(39.9, was_moving=False)
    assert is_moving(-40.0, was_moving=False)
    assert is_moving(20.0, was_moving=True)
    assert not is_moving(19.9, was_moving=True)
