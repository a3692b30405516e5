"""Alarms become rows with the mark that says who has seen them and how urgent they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from victron_console.collector.internal_faults import INTERNAL_FAULT
from victron_console.console.kit.alarm_rows import alarm_columns, draw_alarm, fitted_response
from victron_console.console.kit.view import (
    Alarm,
    Mark,
)
from victron_console.console.live.alarm_order import first_out, most_urgent_first
from victron_console.console.live.alarms_of_store import from_alert
from victron_console.model.alert import Ack, AlertKey, AlertView, Maintenance, Occurrence, Severity, Shelf

T = 1_795_444_327.0
LOW = Occurrence(
    7,
    AlertKey("alder-farm", "soc", "system/0"),
    "soc_island",
    Severity.CRITICAL,
    "Battery low",
    "Start the generator; cut loads.",
    started_at=T - 150,
    raised_at=T - 120,
    last_value=9.0,
    unit="%",
    limit="< 10",
)
SHELF = Shelf(1, T - 60, T + 3600, "mk", "waiting for fuel", Severity.CRITICAL, key=LOW.key)


@pytest.mark.parametrize(
    ("alert", "mark"),
    [
        (AlertView(LOW), Mark.NOW),
        (AlertView(replace(LOW, severity=Severity.WARNING)), Mark.TODAY),
        (AlertView(replace(LOW, link=True)), Mark.LOST),
        (AlertView(LOW, acks=[Ack(7, T, "mk", Severity.CRITICAL)]), Mark.ACKED_NOW),
        (AlertView(LOW, acks=[Ack(7, T, "mk", Severity.WARNING)]), Mark.NOW),
        (AlertView(replace(LOW, cleared_at=T)), Mark.CLEARED),
        (AlertView(replace(LOW, suppressed_by="offline")), Mark.HELD),
        (AlertView(LOW, shelf=SHELF), Mark.SHELVED),
        (AlertView(LOW, maintenance=Maintenance(1, T, T + 60, "mk", "new battery", "alder-farm")), Mark.MAINTENANCE),
    ],
)
def test_the_mark_tells_urgency_until_someone_has_seen_it(alert: AlertView, mark: Mark) -> None:
    row = from_alert(alert, "Alder Farm", T)

    assert row is not None and row.mark is mark


def test_what_is_over_or_asks_nothing_is_not_listed() -> None:
    over = AlertView(replace(LOW, cleared_at=T), acks=[Ack(7, T, "mk", Severity.CRITICAL)])

    assert from_alert(over, "Alder Farm", T) is None
    assert from_alert(AlertView(replace(LOW, response="")), "Alder Farm", T) is None


def test_a_row_says_what_since_when_and_which_figure_it_is_about() -> None:
    row = from_alert(AlertView(LOW), "Alder Farm", T)

    assert row is not None
    assert (row.what, row.source, row.value, row.limit, row.since) == (
        "Battery low",
        "system 0",
        "9",
        "<10",
        T - 120,
    )
    assert row.figure == "soc_percent"


@pytest.mark.parametrize(
    ("value", "unit", "limit", "rule", "shown"),
    [
        (3.041, "V", "< 3.1", "cell_low", ("3.04", "V", "<3.10")),
        (49.63, "V", "< 50", "batt_low", ("49.6", "V", "<50.0")),
        (2040.0, "s", "> 180", "station_offline", ("34", "min", ">3")),
        (45.0, "MiB free", "< 100", "disk_full", ("45", "MiB", "<100")),
        (7.0, "modules", "> 0", "module_offline", ("7", "", ">0")),
        (2.0, "", "opt(g, 0) >= 1", "grid_lost", ("", "", "")),
        (2.0, "", "", "device:battery/0/Alarms/LowVoltage", ("", "", "")),
        (None, "V", "< 50", "batt_low", ("", "", "")),
    ],
)
def test_figures_have_the_units_decimals_and_a_number_that_says_nothing_is_left_out(
    value: float | None, unit: str, limit: str, rule: str, shown: tuple[str, str, str]
) -> None:
    row = from_alert(AlertView(replace(LOW, last_value=value, unit=unit, limit=limit, rule=rule)), "Alder Farm", T)

    assert row is not None and (row.value, row.unit, row.limit) == shown


def test_the_first_of_a_chain_of_a_sites_alarms_is_marked_also_once_it_was_seen() -> None:
    def row(number: int, since: float, station: str = "alder", mark: Mark = Mark.NOW) -> Alarm:
        return Alarm(str(number), mark, since, station, station, "what")

    alarms = [
        row(1, T),
        row(2, T - 120),
        row(3, T - 90, "birch"),
        row(4, T - 9000),
        row(5, T - 200, mark=Mark.ACKED_NOW),
    ]

    assert [alarm.id for alarm in first_out(alarms) if alarm.first] == ["5"]


def test_the_list_goes_by_urgency_and_keeps_a_sites_alarms_together() -> None:
    def row(number: int, since: float, station: str, mark: Mark) -> Alarm:
        return Alarm(str(number), mark, since, station, station, "what")

    alarms = [
        row(1, T - 10, "alder", Mark.TODAY),
        row(2, T - 90, "alder", Mark.NOW),
        row(3, T - 60, "birch", Mark.NOW),
        row(4, T - 30, "alder", Mark.NOW),
        row(5, T, "birch", Mark.SHELVED),
    ]

    assert [alarm.id for alarm in most_urgent_first(alarms)] == ["4", "2", "3", "1", "5"]


def test_a_response_ends_at_its_first_clause_before_it_is_cut() -> None:
    assert fitted_response("start generator; shed load", 26) == "start generator; shed load"
    assert fitted_response("start generator; shed load", 20) == "start generator"
    assert fitted_response("start generator; shed load", 10) == "start gen>"


@pytest.mark.parametrize("width", [0, 1, 20, 40, 60, 76, 80, 100, 118, 120, 200, 300])
def test_an_alarm_keeps_priority_site_and_what_down_to_sixty_columns(width: int) -> None:
    alarm = Alarm("1", Mark.NOW, T, "s", "Alder Farm", "Battery low", value="9", unit="%", response="start; stop")

    text = draw_alarm(width, alarm_columns(width), alarm, T).text

    assert len(text) == width
    if width >= 60:
        assert all(part in text for part in ("!!*", "Alder Farm", "Battery low", " 9 %"))


@pytest.mark.parametrize("limits", [False, True])
@pytest.mark.parametrize("width", [96, 100, 117, 126, 160, 200])
def test_where_there_is_room_an_alarm_is_called_by_its_whole_name(width: int, limits: bool) -> None:
    alarm = Alarm("1", Mark.NOW, T, "", "", INTERNAL_FAULT.title, value="9", unit="%", response=INTERNAL_FAULT.response)

    text = draw_alarm(width, alarm_columns(width, limits=limits), alarm, T).text

    assert INTERNAL_FAULT.title in text and " 9 %" in text and "report it" in text
