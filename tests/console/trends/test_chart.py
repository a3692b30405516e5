"""How a chart shares its columns out among the bars of several energies."""

from __future__ import annotations

from victron_console.console.trends.chart import Chart, Curve, plot_columns
from victron_console.console.trends.day_bars import bar_offsets
from victron_console.console.trends.frame import Frame
from victron_console.console.trends.quantity import BY_NAME
from victron_console.console.trends.read import QuantityTrend
from victron_console.model.units import DAY_S

NAMES = ("pv-energy", "load-energy", "grid-energy")


def chart(days: int, *names: str) -> Chart:
    frame = Frame(0.0, DAY_S, days)
    lines = [
        (Curve("alder", "Alder", BY_NAME[n]), QuantityTrend("alder", BY_NAME[n], frame, (None,) * days)) for n in names
    ]
    return Chart(frame, tuple(lines))


def test_the_bars_of_several_energies_stand_beside_each_other_and_leave_a_blank() -> None:
    drawn = chart(7, *NAMES)
    cells = plot_columns(120, 1) / 7
    strokes = [[int(offset * cells) for offset in bar_offsets(drawn, place, 120)] for place in range(3)]

    taken = [cell for each in strokes for cell in each]
    assert all(strokes) and len(set(taken)) == len(taken)
    assert max(taken) <= int(cells) - 2


def test_bars_without_room_beside_each_other_are_drawn_as_lines() -> None:
    assert bar_offsets(chart(60, *NAMES), 0, 80) == ()
    assert len(bar_offsets(chart(60, "pv-energy"), 0, 80)) == 1
