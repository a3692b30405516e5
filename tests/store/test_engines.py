"""What is kept of engines: positions, spans of what was sealed before they had it, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.store import engines
from victron_console.store.connection import open_writable, transaction
from victron_console.store.engines import (
    EngineProgress,
    Refusal,
    Unsent,
    engine_states,
    note_sealed,
    oldest_unsent,
    record_progress,
    refusals,
    set_active,
)
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

T0 = 1_780_000_000.0


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """Five polls of each of two devices, none of which the engine has."""
    path, clock = tmp_path / "store.db", ManualClock(T0)
    with closing(Writer(path, clock)) as writer:
        writer.register([StationRecord("alder", "Alder")])
        for n in range(5):
            at = clock.now()
            read = [ServiceReading("x", DeviceKey("battery", i), at, {"Soc": Reading(n, at)}) for i in ("1", "2")]
            writer.record(StationUpdate("alder", at, read))
            clock.advance(10)
    with closing(open_writable(path)) as opened:
        set_active(opened, ["metrics"])
        yield opened


def spans(db: Database) -> list[Unsent]:
    return oldest_unsent(db.conn, "metrics", 100)


def seal_up_to(db: Database, row: int) -> None:
    with transaction(db) as opened:
        note_sealed(opened.conn, row)


def test_what_is_sealed_away_is_kept_in_mind_as_one_span_a_device(db: Database) -> None:
    seal_up_to(db, 6)
    assert spans(db) == [Unsent(1, T0, T0 + 20), Unsent(2, T0, T0 + 20)]
    seal_up_to(db, 10)
    assert spans(db) == [Unsent(1, T0, T0 + 40), Unsent(2, T0, T0 + 40)]
    (state,) = engine_states(db.conn)
    assert (state.waiting_rows, state.sealed_devices, state.waiting_since) == (0, 2, T0)


def test_rows_that_an_engine_has_leave_nothing_behind_when_they_are_sealed(db: Database) -> None:
    record_progress(db, EngineProgress("metrics", 8, hot_after=8), T0)
    seal_up_to(db, 8)
    assert spans(db) == []
    (state,) = engine_states(db.conn)
    assert (state.waiting_rows, state.waiting_since) == (2, T0 + 40)


def test_a_span_ends_where_it_was_sent_whole_and_else_goes_on_behind_it(db: Database) -> None:
    seal_up_to(db, 10)
    sent = [Unsent(1, T0, T0 + 40), Unsent(2, T0, T0 + 20)]
    record_progress(db, EngineProgress("metrics", spans=sent), T0)
    (left,) = spans(db)
    assert left.device_no == 2 and T0 + 20 < left.since < T0 + 20.001 and left.until == T0 + 40


def test_older_changes_that_were_sealed_while_a_span_was_on_its_way_are_not_taken_for_sent(db: Database) -> None:
    seal_up_to(db, 10)
    db.execute("UPDATE engine_unsent SET since = since - 500 WHERE device_no = 1")
    record_progress(db, EngineProgress("metrics", spans=[Unsent(1, T0, T0 + 40)]), T0)
    assert Unsent(1, T0 - 500, T0 + 40) in spans(db)


def test_a_position_never_goes_back_and_one_beyond_the_store_begins_anew(db: Database) -> None:
    record_progress(db, EngineProgress("metrics", hot_after=8), T0)
    record_progress(db, EngineProgress("metrics", hot_after=3), T0)
    assert engine_states(db.conn)[0].hot_after == 8
    db.execute("UPDATE engine SET hot_after = 5000")
    set_active(db, ["metrics"])
    assert engine_states(db.conn)[0].hot_after == 0


def test_the_last_refusals_are_kept_and_all_are_counted(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "REFUSALS_KEPT", 3)
    for n in range(5):
        record_progress(db, EngineProgress("metrics", refusals=[Refusal(T0, f"s{n}", T0, "1", "no")]), T0)
    assert [one.series for one in refusals(db.conn, "metrics", 10)] == ["s4", "s3", "s2"]
    assert engine_states(db.conn)[0].refused == 5
