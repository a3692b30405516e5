"""Alarms become rows with the mark that says who has seen them and how urgent they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from victron_console.console.alarm_rows import alarm_columns, draw_alarm, fitted_response
from victron_console.console.alarm_source import from_alert
from victron_console.console.view import Alarm, Mark
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
    row = from_alert(alert, "Alder Farm")

    assert row is not None and row.mark is mark


def test_what_is_over_or_asks_nothing_is_not_listed() -> None:
    over = AlertView(replace(LOW, cleared_at=T), acks=[Ack(7, T, "mk", Severity.CRITICAL)])

    assert from_alert(over, "Alder Farm") is None
    assert from_alert(AlertView(replace(LOW, response="")), "Alder Farm") is None


def test_a_row_says_what_since_when_and_which_figure_it_is_about() -> None:
    row = from_alert(AlertView(LOW), "Alder Farm")

    assert row is not None
    assert (row.what, row.source, row.value, row.limit, row.since) == (
        "Battery low",
        "system 0",
        "9.00",
        "< 10",
        T - 120,
    )
    assert row.figure == "soc_percent"


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
