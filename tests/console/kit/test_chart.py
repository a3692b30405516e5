"""The chart renderer: round scales whose ticks fall on rows, and a picture that says no more than is known."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.console.kit.chart.drawing import drawn
from victron_console.console.kit.chart.frame import ValueAxis, draw_plot
from victron_console.console.kit.chart.plot import Expected, Extent, Form, Plot, Series, Threshold
from victron_console.console.kit.chart.scale import axis_texts, companion_scale, fitted_scale
from victron_console.console.kit.palette import KINDS, Role, Step, Tone
from victron_console.console.kit.sheet import Sheet

FINITE = st.floats(-1e9, 1e9)


@given(FINITE, st.floats(0, 1e9), st.integers(2, 40))
def test_every_value_lies_between_the_first_and_the_last_tick(low: float, span: float, rows: int) -> None:
    scale = fitted_scale(low, low + span, rows)

    slack = scale.step * 1e-3
    assert scale.rows <= rows
    assert scale.foot - slack <= low and low + span <= scale.top + slack


@given(st.floats(1e-3, 1e8), st.integers(3, 40))
def test_a_step_is_one_two_two_and_a_half_or_five(high: float, rows: int) -> None:
    scale = fitted_scale(0.0, high, rows)

    assert f"{scale.step:.1e}".split("e")[0] in ("1.0", "2.0", "2.5", "5.0")
    assert [row for row, _ in scale.ticks()] == [place * scale.rows_between for place in range(scale.intervals + 1)]


@given(st.floats(1.0, 1e6), st.integers(5, 40))
def test_most_of_the_height_is_used(high: float, rows: int) -> None:
    scale = fitted_scale(0.0, high, rows)

    assert high / scale.step * scale.rows_between >= 0.4 * (rows - 1)


@given(st.floats(-1e5, 0), st.floats(0, 1e5), st.floats(0, 100), st.integers(4, 30))
def test_a_second_axis_has_the_rows_of_the_first_and_its_zero(
    low: float, high: float, percent: float, rows: int
) -> None:
    left = fitted_scale(low, high, rows, least=1.0)
    right = companion_scale(left, 0.0, percent)

    assert right.rows == left.rows and right.top >= percent * 0.999
    assert right.row(0.0) == left.row(0.0) or left.top <= 0


@pytest.mark.parametrize(
    ("low", "high", "unit", "signed", "texts"),
    [
        (0.0, 1400.0, "kW", False, ["1.5 kW", "1", "0.5", "0"]),
        (0.0, 140.0, "kW", False, ["150 W", "100", "50", "0"]),
        (-900.0, 900.0, "kW", True, ["+1 kW", "0", "-1"]),
        (0.0, 73.0, "%", False, ["75 %", "50", "25", "0"]),
    ],
)
def test_the_unit_stands_at_the_upper_tick(low: float, high: float, unit: str, signed: bool, texts: list[str]) -> None:
    scale = fitted_scale(low, high, 10 if not signed else 3)

    assert [text for _, text in axis_texts(scale, unit, signed=signed)] == texts


def test_volts_have_all_the_decimals_of_their_step() -> None:
    texts = [text for _, text in axis_texts(fitted_scale(3.06, 3.24, 9), "V", decimals=True)]
    assert texts[0] == "3.25 V" and "3.20" in texts


# ---- the picture


def flat(*values: float | None) -> tuple[Extent | None, ...]:
    return tuple(None if value is None else (value, value, value) for value in values)


def series(*values: float | None, form: Form = Form.AREA, kind: Role = Role.PV, **more: object) -> Series:
    known = [value for value in values if value is not None]
    scale = fitted_scale(min(0.0, *known, 0.0), max(100.0, *known), 9)
    return Series("X", kind, form, flat(*values), scale, **more)  # type: ignore[arg-type]


def text(plot: Plot) -> list[str]:
    canvas = drawn(plot)
    return ["".join(glyph for glyph, _ in canvas.row(row)) for row in range(canvas.rows)]


def dots(plot: Plot, cell: int) -> int:
    return sum((ord(row[cell]) - 0x2800).bit_count() for row in text(plot) if "\u2800" <= row[cell] <= "\u28ff")


@pytest.mark.slow
@given(st.lists(st.floats(0, 100), min_size=1, max_size=20))
def test_of_two_values_the_higher_one_never_has_fewer_dots(values: list[float]) -> None:
    plot = Plot((series(*values, 100.0),), len(values) + 1)
    found = [(value, dots(plot, cell)) for cell, value in enumerate(values)]

    assert [count for _, count in sorted(found)] == sorted(count for _, count in found)


def test_nothing_is_drawn_where_nothing_was_received_but_its_mark() -> None:
    plot = Plot((series(80.0, None, 80.0),), 3, gaps=frozenset({1}))

    assert dots(plot, 1) == 0 and text(plot)[-1][1] == "×"
    assert dots(plot, 0) and text(plot)[-1][0] != "×"


def test_a_line_has_no_hole_where_it_is_steep_and_one_where_nothing_was_received() -> None:
    plot = Plot((series(0.0, 100.0, None, 50.0, form=Form.LINE),), 4)
    rows = text(plot)

    for row in rows:
        assert any("\u2800" < glyph <= "\u28ff" for glyph in row[:2])
    assert dots(plot, 2) == 0


def test_the_thick_line_lies_over_lines_and_lines_over_areas() -> None:
    area = series(100.0, 100.0, kind=Role.PV)
    line = Series("L", Role.LOADS, Form.LINE, flat(50.0, 50.0), area.scale)
    thick = Series("T", Role.BATTERY, Form.THICK, flat(50.0, 50.0), area.scale)

    def inks(*drawn_series: Series) -> set[object]:
        canvas = drawn(Plot(drawn_series, 2))
        return {ink for row in range(canvas.rows) for _, ink in canvas.row(row)}

    assert Role.LOADS in inks(area, line)
    assert Role.LOADS not in inks(thick, line, area) and Role.BATTERY in inks(thick, line, area)


def test_what_is_expected_is_dotted_and_of_the_past_nothing_is() -> None:
    expected = Expected((None, 40.0, 40.0, 40.0), (None, 30.0, 20.0, 10.0), (None, 50.0, 60.0, 70.0), 0.0, 3)
    plot = Plot((series(40.0, 40.0, expected=expected, form=Form.LINE),), 2, 4)
    canvas = drawn(plot)
    row = canvas.rows - 1 - int(plot.series[0].scale.height(40.0) // 4)

    assert [glyph for glyph, _ in canvas.row(0)][2] == "│"
    there = [canvas.at(row, cell) for cell in range(3, 6)]
    dotted = [cell.bits for cell in there if cell is not None and cell.ink is Role.PV]
    assert dotted and all(bits.bit_count() == 1 for bits in dotted)
    band = {ink for line in range(canvas.rows) for _, ink in canvas.row(line)}
    assert Tone(Role.PV, Step.THIRD) in band


def test_beyond_a_limit_past_and_expected_have_its_colour_and_its_number_stands_at_the_axis() -> None:
    limit = Threshold(30.0, False, Role.TODAY_TEXT)
    expected = Expected((None, 20.0, 10.0))
    one = series(50.0, 20.0, expected=expected, thresholds=(limit,), kind=Role.BATTERY)
    plot = Plot((one,), 2, 3)
    canvas = drawn(plot)
    lowest = [ink for _, ink in canvas.row(canvas.rows - 1)]
    assert lowest[1] is Role.TODAY_TEXT and lowest[0] is not Role.TODAY_TEXT
    assert any(ink is Role.TODAY_TEXT for row in range(canvas.rows) for _, ink in list(canvas.row(row))[3:])

    sheet = Sheet(20)
    draw_plot(sheet, 0, 8, plot, ValueAxis(one.scale, "%", series=(one,)))
    assert any("30╪" in line.text for line in sheet.lines)


def test_when_it_runs_empty_stands_over_the_limit() -> None:
    expected = Expected((None, 40.0, 30.0, 20.0, 10.0, 10.0, 10.0, 10.0), empty_at=4.0 * 3600, empty_cell=4)
    one = series(50.0, expected=expected, thresholds=(Threshold(10.0, False, Role.TODAY_TEXT),))
    rows = text(Plot((one,), 1, 8))

    row = next(place for place, line in enumerate(rows) if "▼" in line)
    assert rows[row].index("▼") == 5 and ":" in rows[row - 1]


def test_a_signed_area_is_brighter_above_zero_than_below() -> None:
    one = series(100.0, -100.0, kind=Role.BATTERY)
    canvas = drawn(Plot((one,), 2))
    inks: list[set[object]] = [set(), set()]
    for row, cell in product(range(canvas.rows), range(2)):
        there = canvas.at(row, cell)
        if there is not None and there.bits:
            inks[cell].add(there.ink)

    assert Role.BATTERY in inks[0] and Role.BATTERY not in inks[1]
    assert Tone(Role.BATTERY, Step.FOURTH) in inks[1]


@pytest.mark.slow
@given(
    st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=12),
    st.integers(0, 12),
    st.integers(0, 6),
    st.sampled_from(list(Form)),
    st.sampled_from(KINDS),
)
def test_anything_is_drawn_inside_its_cells(
    values: list[float | None], past: int, ahead: int, form: Form, kind: Role
) -> None:
    known = [value for value in values if value is not None]
    scale = fitted_scale(min([0.0, *known]), max([0.0, *known]), 6)
    one = Series("N", kind, form, flat(*values), scale, Expected((None, 5.0, 6.0), (None, 1.0), (None, 9.0), 1.0, 2))
    plot = Plot((one, one), past, ahead, (0, 3), frozenset({0, 11}), 1, ((0, "word"),), names=True)

    canvas = drawn(plot)
    assert all(len(list(canvas.row(row))) == plot.cells for row in range(canvas.rows))
