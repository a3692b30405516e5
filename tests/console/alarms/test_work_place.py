"""The selected alarm beside the list: what to do is always there, and only its buttons are clicked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.console.alarms.sample_alarms import ALARMS_VIEW, DETAIL
from tests.console.conftest import MakeConsole
from tests.console.sample_fleet import NOW

from victron_console.console.alarms.data import condition
from victron_console.console.alarms.detail import Selected
from victron_console.console.alarms.pane import AlarmPane
from victron_console.console.alarms.site_alarms import draw_site_alarms
from victron_console.console.alarms.work_place import draw_work_place
from victron_console.console.kit.sheet import Sheet
from victron_console.model.alert import AlertKey, Occurrence, Severity

ALARM = replace(ALARMS_VIEW.alarms[0], response="check the pack's fuses; start the generator; cut loads; wait")


@pytest.mark.parametrize("height", range(9, 60))
def test_what_to_do_is_there_in_every_height_and_its_buttons_too(height: int) -> None:
    sheet = Sheet(60, height)
    draw_work_place(sheet, height, Selected(ALARM, NOW, DETAIL))

    assert "1 check the pack's fuses" in sheet.text
    assert len(sheet.lines) == height and "a ack" in sheet.lines[-1].text
    if height >= 13:
        assert "call J. Alder" in sheet.text


def test_the_alarms_of_the_site_stand_in_order_of_time_with_how_long_they_lasted() -> None:
    lines = [line.text for line in draw_site_alarms(59, 9, Selected(ALARM, NOW, DETAIL))]

    assert "ALDER FARM" in lines[1] and lines[1].rstrip().endswith("30 days")
    assert lines[2].split()[:4] == ["!!", "14:29", "SOC", "low"] and lines[2].rstrip().endswith("now")
    assert lines[3].split() == ["!!", "14:14", "Generator", "failed", "10m"]
    assert lines[4].split()[-1] == "2h00" and len(lines) == 5


def test_what_has_no_room_under_the_list_is_counted_and_without_room_nothing_is_drawn() -> None:
    many = replace(DETAIL, stood=DETAIL.stood * 4)

    lines = [line.text for line in draw_site_alarms(59, 7, Selected(ALARM, NOW, many))]
    assert len(lines) == 7 and lines[1].rstrip().endswith("30 days, 7 older")
    assert draw_site_alarms(59, 4, Selected(ALARM, NOW, many)) == []
    assert draw_site_alarms(59, 9, Selected(ALARM, NOW, replace(DETAIL, stood=DETAIL.stood[:1]))) == []


@pytest.mark.slow
async def test_a_click_beside_the_buttons_does_nothing_even_on_a_word_of_theirs(make_console: MakeConsole) -> None:
    view = replace(ALARMS_VIEW, alarms=(ALARM, *ALARMS_VIEW.alarms[1:]))
    app = make_console(view)
    pressed: list[str] = []
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3")
        await pilot.pause()
        app.simulate_key = pressed.append  # type: ignore[assignment, method-assign]
        rows = app.screen.query_one(AlarmPane).text.split("\n")
        response = next(y for y, row in enumerate(rows) if "pack's fuses" in row)
        buttons = next(y for y, row in enumerate(rows) if "a ack" in row)
        await pilot.click(AlarmPane, offset=(3, response))
        assert pressed == []
        await pilot.click(AlarmPane, offset=(3, buttons))
        assert pressed == ["a"]


def test_a_condition_is_told_in_the_unit_of_the_value_and_a_code_by_its_rule() -> None:
    apart = Occurrence(
        1, AlertKey("alder", "spread"), "cell_spread", Severity.CRITICAL, "Cells apart", "charge to full", 0.0, 0.0,
        last_value=0.188, unit="V", limit="> 0.15",
    )  # fmt: skip
    assert condition(apart, None) == "raised above 150 mV"
    assert condition(replace(apart, unit="", limit="> 1", last_value=2.0), None) == "raised by rule cell_spread"
