"""The power of a day and what is expected of it until sunrise, in one plot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.console.sample_fleet import NOW, course_of

from victron_console.console.kit.energy.day_curves import DayCurves, DaySeries, draw_powers
from victron_console.console.kit.palette import Role, Step, Tone
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.view import Dawn
from victron_console.insight.expected_powers import PowerPoint
from victron_console.model.units import HALF_HOUR_S, HOUR_S

WIDTH, ROWS = 70, 12
AHEAD = 44
"""The first column that is well after now."""


def points(watts: float, spread: float = 0.0) -> tuple[PowerPoint, ...]:
    steps = (NOW + (step + 0.5) * HALF_HOUR_S for step in range(32))
    return tuple(PowerPoint(at, watts * (1 - spread), watts, watts * (1 + spread)) for at in steps)


LOADS = DaySeries("LOADS", Role.LOADS, (500.0,) * 48)
DAWN = Dawn(10, 20, None, NOW + 16 * HOUR_S, course_of(60.0, 5.0, NOW))


def drawn(*rows: DaySeries, dawn: Dawn | None = DAWN) -> Sheet:
    sheet = Sheet(WIDTH, ROWS)
    draw_powers(sheet, 0, 0, WIDTH - 1, DayCurves(rows, NOW, dawn), ROWS)
    return sheet


def inks_ahead(sheet: Sheet) -> set[object]:
    return {line._cells[column][1] for line in sheet.lines[1:] for column in range(AHEAD, WIDTH)}


def test_what_is_expected_is_drawn_after_now_with_its_band() -> None:
    found = inks_ahead(drawn(replace(LOADS, expected=points(500.0, 0.5))))

    assert Role.LOADS in found and Tone(Role.LOADS, Step.THIRD) in found


@pytest.mark.parametrize(("row", "dawn"), [(LOADS, DAWN), (replace(LOADS, expected=points(500.0, 0.5)), None)])
def test_nothing_is_drawn_after_now_of_what_nothing_is_expected(row: DaySeries, dawn: Dawn | None) -> None:
    sheet = drawn(row, dawn=dawn)

    assert dawn is None or not {Role.LOADS, Tone(Role.LOADS, Step.THIRD)} & inks_ahead(sheet)
    assert Tone(Role.LOADS, Step.THIRD) not in inks_ahead(sheet)


def test_the_scale_has_room_for_the_most_that_is_expected() -> None:
    assert drawn(LOADS).lines[1].text.startswith("500 W")
    assert drawn(replace(LOADS, expected=points(2000.0, 0.5))).lines[1].text.startswith(" 3 kW")


def test_a_word_that_a_curve_crosses_is_left_out_whole() -> None:
    low, high = drawn(LOADS), drawn(replace(LOADS, expected=points(495.0)))

    assert " now " in low.lines[1].text
    assert "n" not in high.lines[1].text and "w" not in high.lines[1].text.replace("kW", "").replace(" W", "")
