"""What an alarm said at an earlier moment is what it said then, and no clock that is set back makes one unsaid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database
from tests.store.alarms.test_engine_rows import LOW, T0, only

from victron_console.model.alert import AlertState, Severity
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock
from victron_console.store.alarms import engine_rows as alerts
from victron_console.store.operator import alarm_actions as operator_alerts
from victron_console.store.read.reader import Reader
from victron_console.store.write.writer import Writer

WORSE = replace(
    LOW, rule="soc_critical", severity=Severity.CRITICAL, title="Battery nearly empty", response="Start the generator",
    limit="< 10", last_value=8.0, peak_value=8.0, announced_at=T0 + 200, origins=("soc_critical",), unit="%",
)  # fmt: skip


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    writer = Writer(tmp_path / "store.db", ManualClock(T0))
    alerts.record_alerts(writer.db, AlertChanges((LOW,)), T0 + 60)
    yield writer.db
    writer.close()


def keep(db: Database, now: float, **changed: object) -> None:
    """The engine tells a change of the alarm."""
    alerts.record_alerts(db, AlertChanges((replace(LOW, **changed),)), now)  # type: ignore[arg-type]


def test_an_alarm_that_became_worse_says_in_the_past_what_it_said_then(db: Database) -> None:
    alerts.record_alerts(db, AlertChanges((WORSE,)), T0 + 200)

    assert only(db, T0 + 300, T0 + 199).occurrence == LOW
    assert only(db, T0 + 300, T0 + 200).occurrence == only(db, T0 + 300).occurrence == WORSE


def test_the_value_of_an_alarm_is_the_one_of_then(db: Database) -> None:
    for seconds, value in ((120, 17.0), (180, 16.0), (240, 16.0)):
        keep(db, T0 + seconds, last_value=value, peak_value=min(value, 17.5))

    shown = [only(db, T0 + 300, T0 + at).occurrence for at in (119, 120, 179, 180, 300)]
    assert [it.last_value for it in shown] == [18.5, 17.0, 17.0, 16.0, 16.0]
    assert [it.peak_value for it in shown] == [None, 17.0, 17.0, 16.0, 16.0]
    assert db.conn.execute("SELECT count(*) FROM occurrence_value").fetchone() == (3,)
    assert db.conn.execute("SELECT count(*) FROM occurrence_version").fetchone() == (1,)


def test_an_alarm_written_late_is_what_it_first_said_from_its_raise_on(db: Database) -> None:
    late = replace(LOW, id=2, key=replace(LOW.key, scope="battery/1"), raised_at=T0 + 100)
    alerts.record_alerts(db, AlertChanges((late,)), T0 + 150)
    alerts.record_alerts(db, AlertChanges((replace(late, title="Later"),)), T0 + 160)

    views = {view.occurrence.id: view.occurrence for view in alerts.alert_views(db, T0 + 200, {}, T0 + 110)}
    assert views[2].title == LOW.title


def test_one_alarm_and_the_history_look_back_too(db: Database, tmp_path: Path) -> None:
    alerts.record_alerts(db, AlertChanges((replace(WORSE, suppressed_by="offline"),)), T0 + 200)
    keep(db, T0 + 300, cleared_at=T0 + 300)
    reader = Reader(tmp_path / "store.db", ManualClock(T0 + 400))

    assert reader.alert(1, T0 + 59) is None
    then = reader.alert(1, T0 + 199)
    assert then is not None and then.occurrence == LOW
    assert reader.alert_history(T0, T0 + 400, as_of=T0 + 199) == [LOW]
    assert [it.suppressed_by for it in reader.alert_history(T0, T0 + 400, as_of=T0 + 200)] == ["offline"]
    assert [it.cleared_at for it in reader.alert_history(T0, T0 + 400, as_of=T0 + 400)] == [T0 + 300]
    reader.close()


def test_versions_of_before_the_words_were_kept_still_tell_the_severity(db: Database) -> None:
    alerts.record_alerts(db, AlertChanges((WORSE,)), T0 + 200)
    db.conn.execute("UPDATE occurrence_version SET body = ''")
    db.conn.execute("DELETE FROM occurrence_value")

    then = only(db, T0 + 300, T0 + 199).occurrence
    assert (then.severity, then.last_value, then.peak_value) == (Severity.WARNING, None, None)


def test_a_clock_that_is_set_back_hides_no_alarm_and_undoes_no_deed(db: Database) -> None:
    operator_alerts.acknowledge(db, 1, now=T0 + 70, who="ann", comment="seen")
    operator_alerts.comment(db, 1, text="called", now=T0 + 71, who="ann")

    before = only(db, T0 - 3 * 3600)

    assert before.state is AlertState.ACKNOWLEDGED
    assert [comment.text for comment in before.comments] == ["called"]
    operator_alerts.shelve(db, 1, reason="known", seconds=3600, now=T0 + 80, who="ann")
    assert only(db, T0 - 3 * 3600).state is AlertState.ACKNOWLEDGED  # in doubt an alarm is shown
