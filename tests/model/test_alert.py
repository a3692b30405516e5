"""The letter of an alarm is what the engine and the operators say of it, at a moment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from victron_console.model.alert import (
    Ack,
    AlertKey,
    AlertState,
    AlertView,
    Maintenance,
    Occurrence,
    Severity,
    Shelf,
)
from victron_console.store.operator.alarm_actions import check_shelving

DAY = 86_400.0
LOW = Occurrence(1, AlertKey("alder", "soc"), "soc_island", Severity.WARNING, "SOC low", "Cut loads", 0.0, 60.0)
SEEN = Ack(1, 70.0, "ann", Severity.WARNING)


def shelf(until: float, severity: Severity = Severity.WARNING) -> Shelf:
    return Shelf(1, 0.0, until, "ann", "new cells on order", severity, key=LOW.key)


def test_an_alarm_goes_from_unacknowledged_to_acknowledged_to_normal() -> None:
    assert AlertView(LOW).state is AlertState.UNACKNOWLEDGED
    assert AlertView(LOW, [SEEN]).state is AlertState.ACKNOWLEDGED
    assert AlertView(replace(LOW, cleared_at=99.0), [SEEN]).state is AlertState.NORMAL


def test_what_cleared_unseen_stays_in_the_list() -> None:
    view = AlertView(replace(LOW, cleared_at=99.0))
    assert view.state is AlertState.RETURNED
    assert view.state.listed


def test_an_acknowledgement_covers_the_level_it_names_and_no_more() -> None:
    worse = replace(LOW, severity=Severity.CRITICAL)
    assert AlertView(worse, [SEEN]).state is AlertState.UNACKNOWLEDGED
    assert AlertView(LOW, [Ack(1, 70.0, "ann", Severity.CRITICAL)]).state is AlertState.ACKNOWLEDGED


def test_a_shelf_ends_by_itself_and_an_escalation_breaks_through() -> None:
    assert shelf(3600.0).covers(LOW, 1800.0)
    assert not shelf(3600.0).covers(LOW, 3600.0)
    assert not shelf(3600.0).covers(replace(LOW, severity=Severity.CRITICAL), 1800.0)
    assert not shelf(3600.0).covers(replace(LOW, key=AlertKey("birch", "soc")), 1800.0)


def test_a_critical_alarm_is_shelved_for_a_day_at_most_whatever_the_row_says() -> None:
    worse = replace(LOW, severity=Severity.CRITICAL)
    assert not shelf(3 * DAY, Severity.CRITICAL).covers(worse, DAY)


def test_shelved_and_maintained_alarms_are_counted_not_listed() -> None:
    work = Maintenance(1, 0.0, DAY, "ann", "inverter swap", tag="barn")
    assert work.covers("alder", ("barn",), 10.0)
    assert not work.covers("alder", ("boat",), 10.0)
    assert AlertView(LOW, shelf=shelf(DAY)).state is AlertState.SHELVED
    assert AlertView(LOW, maintenance=work).state is AlertState.OUT_OF_SERVICE


def test_info_asks_nobody() -> None:
    note = replace(LOW, severity=Severity.INFO)
    assert AlertView(note).state is AlertState.ACKNOWLEDGED
    assert note.priority == ""


@pytest.mark.parametrize(
    ("severity", "seconds", "reason", "says"),
    [
        (Severity.WARNING, 60.0, " ", "reason"),
        (Severity.WARNING, 8 * DAY, "x", "7 days"),
        (Severity.CRITICAL, 25 * 3600.0, "x", "24 hours"),
        (Severity.WARNING, 0.0, "x", "future"),
    ],
)
def test_shelving_says_why_not(severity: Severity, seconds: float, reason: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        check_shelving(severity, seconds, reason)


def test_a_key_survives_its_text() -> None:
    key = AlertKey("alder", "cell", "battery/258")
    assert AlertKey.parse(str(key)) == key
