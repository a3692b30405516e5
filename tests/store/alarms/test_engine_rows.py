"""Alarms survive a restart, are joined with what operators say at any moment, and every command may come twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from victron_console.model.alert import AlertEvent, AlertKey, AlertState, AlertView, Occurrence, Severity
from victron_console.model.alert_record import AlertChanges, LevelRecord, NoticeRecord
from victron_console.model.clock import ManualClock
from victron_console.store.alarms import engine_rows as alerts
from victron_console.store.operator import alarm_actions as operator_alerts
from victron_console.store.read.reader import Reader
from victron_console.store.write.writer import Writer

T0 = 1_800_000_000.0
LOW = Occurrence(
    1, AlertKey("alder", "soc"), "soc_island", Severity.WARNING, "Battery low", "Cut loads", T0, T0 + 60,
    last_value=18.5, origins=("soc_island",), limit="< 20",
)  # fmt: skip
LEVEL = LevelRecord("alder", "soc_island", "", Severity.WARNING, LOW.key, "active", T0 + 60, T0, T0 + 70)
RAISED = AlertEvent(T0 + 60, "raised", "alder", str(LOW.key), "Battery low: 18.5 %", 1, Severity.WARNING)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    writer = Writer(tmp_path / "store.db", ManualClock(T0))
    alerts.record_alerts(writer.db, AlertChanges((LOW,), (RAISED,), (LEVEL,)), T0 + 60)
    yield writer.db
    writer.close()


def only(db: Database, now: float, as_of: float | None = None) -> AlertView:
    views = alerts.alert_views(db, now, {}, as_of)
    assert len(views) == 1
    return views[0]


def test_what_was_kept_comes_back_as_it_was(db: Database) -> None:
    kept = alerts.kept_alerts(db, T0 + 100)
    assert list(kept.occurrences) == [LOW]
    assert list(kept.levels) == [LEVEL]
    assert list(kept.raises) == [(LOW.key, T0 + 60)]
    assert kept.next_id == 2


@pytest.mark.parametrize(
    "details",
    ["", "7", "[]", "{}", '{"key": null}', '{"key": 7}', '{"key": "alder"}', '{"key": ["a|b|c"]}',
     '{"key": "alder|soc|", "imported": true}'],
)  # fmt: skip
def test_a_line_of_the_log_that_is_not_the_engines_is_no_raise_and_stops_nothing(db: Database, details: str) -> None:
    db.conn.execute(
        "INSERT INTO event (at, station, kind, text, details) VALUES (?, 'alder', 'raised', '', ?)", (T0 + 90, details)
    )
    assert list(alerts.kept_alerts(db, T0 + 100).raises) == [(LOW.key, T0 + 60)]


def test_a_level_that_became_normal_is_forgotten(db: Database) -> None:
    alerts.record_alerts(db, AlertChanges(levels=(replace(LEVEL, phase="normal"),)), T0 + 70)
    assert list(alerts.kept_alerts(db, T0 + 70).levels) == []


def test_there_is_one_open_occurrence_a_key(db: Database) -> None:
    with pytest.raises(Exception, match="UNIQUE"):
        alerts.record_alerts(db, AlertChanges((replace(LOW, id=2),)), T0 + 70)
    assert [it.id for it in alerts.kept_alerts(db, T0 + 70).occurrences] == [1]


def test_one_transaction_keeps_the_state_and_its_line_in_the_log_or_neither(db: Database) -> None:
    lost = AlertEvent(T0 + 70, "raised", "birch", "birch|soc|", "x", 2)
    with pytest.raises(Exception, match="UNIQUE"):
        alerts.record_alerts(db, AlertChanges((replace(LOW, id=2),), (lost,)), T0 + 70)
    assert db.conn.execute("SELECT count(*) FROM event WHERE station = 'birch'").fetchone()[0] == 0


def test_two_that_acknowledge_the_same_alarm_leave_one_line(db: Database) -> None:
    assert "Acknowledged" in operator_alerts.acknowledge(db, 1, now=T0 + 90, who="ann")
    assert "ann has acknowledged" in operator_alerts.acknowledge(db, 1, now=T0 + 91, who="bob")
    rows = db.conn.execute("SELECT details FROM event WHERE kind = 'acknowledged'").fetchall()
    assert len(rows) == 1 and '"who": "ann"' in rows[0][0]
    assert only(db, T0 + 95).state is AlertState.ACKNOWLEDGED


def test_an_escalation_needs_a_new_acknowledgement(db: Database) -> None:
    operator_alerts.acknowledge(db, 1, now=T0 + 90, who="ann")
    alerts.record_alerts(db, AlertChanges((replace(LOW, severity=Severity.CRITICAL),)), T0 + 100)
    assert only(db, T0 + 110).state is AlertState.UNACKNOWLEDGED
    assert only(db, T0 + 110, as_of=T0 + 95).state is AlertState.ACKNOWLEDGED
    assert "Acknowledged" in operator_alerts.acknowledge(db, 1, now=T0 + 120, who="ann")


def test_cleared_unseen_stays_until_acknowledged(db: Database) -> None:
    alerts.record_alerts(db, AlertChanges((replace(LOW, cleared_at=T0 + 100),)), T0 + 100)
    assert only(db, T0 + 200).state is AlertState.RETURNED
    assert only(db, T0 + 200, as_of=T0 + 80).state is AlertState.UNACKNOWLEDGED
    operator_alerts.acknowledge(db, 1, now=T0 + 210, who="ann")
    assert alerts.alert_views(db, T0 + 220, {}) == []


def test_a_shelf_hides_until_its_end_and_the_log_says_when_it_ended(db: Database) -> None:
    operator_alerts.shelve(db, 1, reason="cells on order", seconds=3600.0, now=T0 + 100, who="ann")
    assert only(db, T0 + 200).state is AlertState.SHELVED
    assert "already" in operator_alerts.shelve(db, 1, reason="cells on order", seconds=3600.0, now=T0 + 100, who="ann")
    assert only(db, T0 + 3701).state is AlertState.UNACKNOWLEDGED
    alerts.record_alerts(db, AlertChanges(), T0 + 3701)
    alerts.record_alerts(db, AlertChanges(), T0 + 3710)
    assert db.conn.execute("SELECT at FROM event WHERE kind = 'unshelved'").fetchall() == [(T0 + 3700,)]


def test_a_shelf_ends_early_once(db: Database) -> None:
    operator_alerts.shelve(db, 1, reason="cells on order", seconds=3600.0, now=T0 + 100, who="ann")
    shelf = only(db, T0 + 110).shelf
    assert shelf is not None
    assert operator_alerts.unshelve(db, shelf.id, now=T0 + 120, who="bob") == "Unshelved."
    assert "already" in operator_alerts.unshelve(db, shelf.id, now=T0 + 121, who="bob")
    assert only(db, T0 + 130).state is AlertState.UNACKNOWLEDGED


def test_a_critical_alarm_is_not_shelved_beyond_a_day_nor_without_a_reason(db: Database) -> None:
    alerts.record_alerts(db, AlertChanges((replace(LOW, severity=Severity.CRITICAL),)), T0 + 100)
    with pytest.raises(ValueError, match="24 hours"):
        operator_alerts.shelve(db, 1, reason="x", seconds=90_000.0, now=T0 + 110, who="ann")
    with pytest.raises(ValueError, match="reason"):
        operator_alerts.shelve(db, 1, reason="", seconds=60.0, now=T0 + 110, who="ann")


def test_maintenance_of_a_tag_has_an_end(db: Database) -> None:
    operator_alerts.begin_maintenance(db, reason="inverter swap", seconds=400, now=T0 + 100, who="ann", tag="farm")
    tags = {"alder": ("farm",)}
    assert alerts.alert_views(db, T0 + 200, tags)[0].state is AlertState.OUT_OF_SERVICE
    assert alerts.alert_views(db, T0 + 500, tags)[0].state is AlertState.UNACKNOWLEDGED
    with pytest.raises(ValueError, match="end"):
        operator_alerts.begin_maintenance(db, reason="x", seconds=0, now=T0, who="ann", station="alder")


def test_maintenance_can_be_ended_early_once(db: Database) -> None:
    operator_alerts.begin_maintenance(db, reason="inverter swap", seconds=400, now=T0 + 100, who="ann", station="alder")
    work = only(db, T0 + 110).maintenance
    assert work is not None
    assert operator_alerts.end_maintenance(db, work.id, now=T0 + 120, who="ann") == "Back in service."
    assert "already" in operator_alerts.end_maintenance(db, work.id, now=T0 + 121, who="ann")


def test_a_comment_stands_with_its_writer(db: Database) -> None:
    operator_alerts.comment(db, 1, text="called the owner", now=T0 + 100, who="ann")
    assert [(c.who, c.text) for c in only(db, T0 + 110).comments] == [("ann", "called the owner")]


def test_what_is_not_there_is_said_and_nothing_else_happens(db: Database) -> None:
    assert operator_alerts.acknowledge(db, 99, now=T0, who="ann") == "There is no alarm 99."
    assert operator_alerts.shelve(db, 99, reason="x", now=T0, who="ann") == "There is no alarm 99."


def test_a_notice_of_the_gx_is_kept_once(db: Database) -> None:
    lost = NoticeRecord("alder", "vebus.x", "Alarms/GridLost", T0, "Grid lost", "Multi", Severity.CRITICAL, False)
    for _ in range(2):
        alerts.record_alerts(db, AlertChanges(notices=(lost,)), T0 + 100)
    assert alerts.notices(db, "alder") == [lost]


def test_a_viewer_reads_what_the_collector_wrote(db: Database, tmp_path: Path) -> None:
    reader = Reader(tmp_path / "store.db", ManualClock(T0 + 100))
    assert [view.occurrence for view in alerts.alert_views(reader.db, T0 + 100, {})] == [LOW]
    assert [it.id for it in alerts.alert_history(reader.db, T0, T0 + 100, "alder")] == [1]
    with pytest.raises(sqlite3.OperationalError):
        reader.db.conn.execute("DELETE FROM occurrence")
    reader.close()


def test_a_shelf_until_clear_ends_with_its_occurrence(db: Database) -> None:
    operator_alerts.shelve(db, 1, reason="on its way", seconds=None, now=T0 + 100, who="mk")
    assert only(db, T0 + 200).state is AlertState.SHELVED

    alerts.record_alerts(db, AlertChanges((replace(LOW, cleared_at=T0 + 300),)), T0 + 300)
    assert only(db, T0 + 400).state is AlertState.NORMAL

    again = replace(LOW, id=2, raised_at=T0 + 500)
    alerts.record_alerts(db, AlertChanges((again,)), T0 + 500)
    assert {view.occurrence.id: view.state for view in alerts.alert_views(db, T0 + 600, {})}[2] is (
        AlertState.UNACKNOWLEDGED
    )
