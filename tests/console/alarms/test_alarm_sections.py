"""Alarms stand in the section of what has been done about them; what many sites raise at once is one row."""

from __future__ import annotations

from dataclasses import replace

from tests.console.alarms.sample_alarms import ALARMS_VIEW

from victron_console.console.alarms.listing import AlarmListing
from victron_console.console.alarms.rates import measured
from victron_console.console.alarms.sections import MarkHold, held_note, sections
from victron_console.console.kit.view import (
    Alarm,
    Mark,
)
from victron_console.model.alert import Ack, AlertKey, Occurrence, Severity

T = 1_795_444_327.0


def test_only_sections_with_something_in_them_are_drawn() -> None:
    found = sections(ALARMS_VIEW.alarms, {})

    assert [(section.name, section.count) for section in found] == [
        ("NOT SEEN", 4), ("CLEARED, NOT SEEN", 1), ("ACKED", 2), ("SHELVED", 1),
    ]  # fmt: skip
    assert found[-1].note == "3 held by comms lost, Dune Pump"


def test_what_is_held_is_counted_also_where_nothing_is_shelved() -> None:
    held = [alarm for alarm in ALARMS_VIEW.alarms if alarm.mark is Mark.HELD]

    assert [(section.name, section.rows) for section in sections(held, {})] == [("HELD", ())]
    assert held_note([]) == ""


def test_the_same_alarm_of_many_sites_is_one_row_that_stands_for_all() -> None:
    alarms = [
        Alarm(str(n), Mark.NOW, T + n, f"s{n}", f"Site {n}", "Grid lost", fold="5 stations: Grid lost")
        for n in range(5)
    ]

    (section,) = sections(alarms, {})

    assert section.count == 5
    (row,) = section.rows
    assert (row.alarm.site, row.alarm.what, len(row.members)) == ("5 stations", "Grid lost", 5)


def test_when_all_links_go_at_once_the_row_asks_for_our_own() -> None:
    fold = "Own uplink? 9 of 9 stations offline"
    alarms = [Alarm(str(n), Mark.LOST, T, f"s{n}", f"Site {n}", "Comms lost", fold=fold) for n in range(9)]

    (row,) = sections(alarms, {})[0].rows

    assert (row.alarm.site, row.alarm.what) == ("9 stations", "Own uplink?")


def test_rows_keep_their_section_until_they_may_move_and_new_ones_come_at_once() -> None:
    hold = MarkHold()
    one = Alarm("1", Mark.NOW, T, "s", "S", "what")
    assert hold.settle([one], 0.0) == {"1": Mark.NOW}

    seen, new = replace(one, mark=Mark.ACKED_NOW), replace(one, id="2")
    assert hold.settle([seen, new], 5.0) == {"1": Mark.NOW, "2": Mark.NOW}
    assert hold.settle([seen, new], 11.0) == {"1": Mark.ACKED_NOW, "2": Mark.NOW}


def test_the_load_counts_raises_and_the_time_to_the_first_acknowledgement() -> None:
    def occurrence(number: int, rule: str, count: int = 1) -> Occurrence:
        key = AlertKey("s", rule, str(number))
        return Occurrence(number, key, rule, Severity.WARNING, rule.upper(), "do", T, T, count=count)

    event = replace(occurrence(4, "info"), severity=Severity.INFO)
    load = measured(
        [occurrence(1, "a"), occurrence(2, "b", 3), occurrence(3, "a"), event],
        [
            Ack(1, T + 60, "mk", Severity.WARNING),
            Ack(1, T + 600, "mk", Severity.CRITICAL),
            Ack(2, T + 90, "x", Severity.WARNING),
        ],
    )

    assert (load.raised, load.top_title, load.top_count, load.time_to_ack_s) == (5, "B", 3, 75.0)


GRID = Alarm("1", Mark.NOW, T, "s", "Site", "Grid lost", incident="1")
LOW = Alarm("2", Mark.TODAY, T + 60, "s", "Site", "Battery low", incident="1")
EMPTY = Alarm("3", Mark.TODAY, T + 90, "s", "Site", "Voltage low", incident="1")
WIFI = Alarm("4", Mark.TODAY, T + 95, "s", "Site", "WiFi weak", incident="4")


def listed(*alarms: Alarm, opened: tuple[str, ...] = ()) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (row.title, tuple(it.id for it in row.members))
        for section in sections(alarms, {}, opened=opened)
        for row in section.rows
    ]


def test_alarms_of_one_incident_are_one_row_until_it_is_opened() -> None:
    assert listed(GRID, LOW, EMPTY, WIFI) == [("Grid lost +2", ("1", "3", "2")), ("WiFi weak", ("4",))]
    assert listed(GRID, LOW, EMPTY, WIFI, opened=("3",)) == [
        ("Grid lost", ("1",)), ("Voltage low", ("3",)), ("Battery low", ("2",)), ("WiFi weak", ("4",)),
    ]  # fmt: skip


def test_what_is_more_urgent_than_what_it_follows_from_is_never_folded_away() -> None:
    assert listed(replace(GRID, mark=Mark.TODAY), replace(LOW, mark=Mark.NOW)) == [
        ("Battery low", ("2",)), ("Grid lost", ("1",)),
    ]  # fmt: skip


def test_what_was_done_about_one_of_an_incident_takes_it_out_of_the_row() -> None:
    assert listed(GRID, LOW, replace(EMPTY, mark=Mark.ACKED_TODAY)) == [
        ("Grid lost +1", ("1", "2")), ("Voltage low", ("3",)),
    ]  # fmt: skip


def test_an_incident_opens_and_folds_with_the_cursor_on_any_of_its_rows() -> None:
    listing = AlarmListing()
    listing.settle([GRID, LOW, EMPTY, WIFI], 0.0)
    assert listing.cursor == "1" and listing.open_incident()
    listing.settle([GRID, LOW, EMPTY, WIFI], 1.0, at_once=True)
    assert [row.id for row in listing.rows] == ["1", "3", "2", "4"]
    listing.go("2", 1.0)
    assert listing.open_incident()
    listing.settle([GRID, LOW, EMPTY, WIFI], 2.0, at_once=True)
    assert [row.id for row in listing.rows] == ["1", "4"] and listing.cursor == "1"
    listing.go("4", 2.0)
    assert not listing.open_incident()


def test_an_alarm_that_was_gone_to_has_a_row_of_its_own() -> None:
    listing = AlarmListing()
    listing.reveal("2")
    listing.settle([GRID, LOW, EMPTY, WIFI], 0.0)
    assert listing.cursor == "2" and listing.selected is not None and listing.selected.members == (LOW,)
