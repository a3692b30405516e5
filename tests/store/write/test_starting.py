"""What a writer does at its start, and what it keeps of a fleet that changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.store.conftest import service_reading

from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.station import ServiceState
from victron_console.store.connection import transaction
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event, PollSample, ServiceChange, StationRecord, StationUpdate
from victron_console.store.write import changes
from victron_console.store.write.silences import repair_silences
from victron_console.store.write.writer import Writer

Poll = Callable[..., None]


@pytest.mark.parametrize(("away_s", "told"), [(30.0, False), (31.0, True)])
def test_a_time_without_a_collector_is_noted_once_a_value_went_stale(
    path: Path, writer: Writer, poll: Poll, clock: ManualClock, away_s: float, told: bool
) -> None:
    poll({"P": 1})
    stopped = clock.now()
    writer.close()
    clock.advance(away_s)
    again = Writer(path, clock)
    rows = [tuple(row) for row in again.db.conn.execute("SELECT since, until FROM downtime")]
    assert rows == ([(stopped, stopped + away_s)] if told else [])
    clock.advance(5)
    again.close()
    Writer(path, clock).close()
    assert Reader(path, clock).db.conn.execute("SELECT count(*) FROM downtime").fetchone()[0] == len(rows)


def test_the_first_start_of_a_store_notes_no_time_without_a_collector(writer: Writer) -> None:
    assert writer.db.conn.execute("SELECT count(*) FROM downtime").fetchone()[0] == 0
    assert writer.backup is None


def test_a_station_is_registered_once_and_renamed_with_all_that_its_file_says(
    writer: Writer, clock: ManualClock
) -> None:
    first = clock.now()
    clock.advance(100)
    writer.register(
        [StationRecord("alder", "Old Alder", {"access": "ask"}, ("south",)), StationRecord("birch", "Birch")]
    )
    rows = writer.db.conn.execute("SELECT no, id, name, tags, info, registered_at, active FROM station ORDER BY no")
    assert [tuple(row) for row in rows] == [
        (1, "alder", "Old Alder", '["south"]', '{"access": "ask"}', first, 1),
        (2, "birch", "Birch", "[]", "{}", first + 100, 1),
    ]
    states = writer.db.conn.execute("SELECT station_no, at, state, reason FROM station_state ORDER BY station_no")
    assert [tuple(row) for row in states] == [(1, first, "starting", ""), (2, first + 100, "starting", "")]
    summaries = writer.db.conn.execute("SELECT station_no, state, since, reason, cadence_s, read_at FROM summary")
    assert [tuple(row) for row in summaries] == [
        (1, "starting", first, "", 10.0, None), (2, "starting", first + 100, "", 10.0, None),
    ]  # fmt: skip


def test_an_imported_station_stays_in_view_when_the_fleet_is_another(writer: Writer) -> None:
    with transaction(writer.db) as db:
        db.execute("UPDATE station SET active = 2")
    writer.register([StationRecord("birch", "Birch")])
    rows = writer.db.conn.execute("SELECT id, active FROM station ORDER BY no")
    assert [tuple(row) for row in rows] == [("alder", 2), ("birch", 1)]


def test_each_record_says_that_the_collector_was_there(writer: Writer, clock: ManualClock) -> None:
    clock.advance(50)
    writer.record(StationUpdate("alder", clock.now()))
    (at,) = writer.db.conn.execute("SELECT collected_at FROM pulse").fetchone()
    assert at == clock.now()


def test_notes_of_nothing_are_not_written_and_others_are(writer: Writer, reader: Reader, clock: ManualClock) -> None:
    writer.note([])
    writer.note([Event(clock.now(), None, "config", "one"), Event(clock.now(), None, "config", "two")])
    assert {event.text for event in reader.events(0, clock.now() + 1)} == {"one", "two"}


def test_polls_of_one_call_fall_into_the_minutes_of_their_own_time(writer: Writer, clock: ManualClock) -> None:
    at = clock.now() // 60 * 60
    samples = [PollSample(at + s, s != 60, 1.0 + s, 10 + int(s), "late" if s == 60 else "") for s in (0, 59.9, 60, 61)]
    writer.record(StationUpdate("alder", at, polls=samples))
    rows = writer.db.conn.execute("SELECT * FROM poll_minute ORDER BY minute")
    assert [tuple(row) for row in rows] == [
        (at, 1, 2, 0, 61.9, 60.9, 79, ""), (at + 60, 1, 2, 1, 62.0, 62.0, 141, "late"),
    ]  # fmt: skip


def silences(writer: Writer) -> list[tuple[float, float | None]]:
    return [tuple(row) for row in writer.db.conn.execute("SELECT since, until FROM silence ORDER BY since")]


@pytest.mark.parametrize(
    ("kept", "repaired"),
    [
        ([(10.0, 9e999)], [(10.0, None)]),
        ([(10.0, 9e999), (30.0, 40.0)], [(10.0, 40.0), (30.0, 40.0)]),
        ([(10.0, 9e999), (30.0, 9e999)], [(10.0, None)]),
        ([(10.0, 20.0)], [(10.0, 20.0)]),
        ([(10.0, None), (30.0, None)], [(10.0, None), (30.0, None)]),
    ],
    ids=["opened again", "ended by a later reading", "one open", "sound", "not touched"],
)
def test_a_silence_that_ended_at_infinity_is_ended_or_opened_again(
    writer: Writer, poll: Poll, kept: list[tuple[float, float | None]], repaired: list[tuple[float, float | None]]
) -> None:
    poll({"P": 1})
    with transaction(writer.db) as db:
        for since, until in kept:
            db.conn.execute("INSERT INTO silence (device_no, since, until) VALUES (1, ?, ?)", (since, until))
        repair_silences(db.conn)
    assert silences(writer) == repaired


@pytest.mark.parametrize(("pause_s", "silent"), [(30.0, False), (31.0, True)])
def test_a_pause_longer_than_three_polls_is_a_silence_without_failures(
    writer: Writer, poll: Poll, clock: ManualClock, pause_s: float, silent: bool
) -> None:
    poll({"P": 1})
    begin = clock.now()
    clock.advance(pause_s)
    poll({"P": 1})
    assert silences(writer) == ([(begin, begin + pause_s)] if silent else [])


def test_a_keyframe_comes_after_an_hour_once_as_much_was_written_as_it_holds(
    writer: Writer, poll: Poll, clock: ManualClock
) -> None:
    def keyframes() -> list[tuple[float, int, str]]:
        return [tuple(row) for row in writer.db.conn.execute("SELECT at, tip, body FROM keyframe ORDER BY at")]

    begin = clock.now()
    poll({"P": 0, "Q": 0, "Name": "x"})
    for n, (seconds, count) in enumerate(((3599.0, 0), (3600.0, 1), (3601.0, 1), (7200.0, 2)), 1):
        clock.at = begin + seconds
        poll({"P": n, "Q": n, "Name": "x"})
        assert len(keyframes()) == count
    assert keyframes()[0] == (begin + 3600.0, 3, '{"1":2,"2":2}')
    clock.advance(7200.0)
    poll({"P": 9, "Q": 4, "Name": "x"})
    assert len(keyframes()) == 2


def test_a_clock_that_went_back_writes_a_keyframe_at_once(writer: Writer, poll: Poll, clock: ManualClock) -> None:
    poll({"P": 1})
    clock.advance(-5.0)
    poll({"P": 1})
    rows = writer.db.conn.execute("SELECT at, tip FROM keyframe")
    assert [tuple(row) for row in rows] == [(clock.now(), 1)]


def test_news_of_devices_that_are_not_known_is_left_out(writer: Writer, reader: Reader, clock: ManualClock) -> None:
    stranger = DeviceKey("tank", "9")
    writer.record(StationUpdate("alder", clock.now(), cadences={stranger: 5.0}, failures={stranger: 3}))
    assert reader.snapshot("alder").devices == {}
    update = StationUpdate("alder", clock.now(), [service_reading("tank/9", {"Level": 1}, clock.now())])
    writer.record(update)
    assert reader.snapshot("alder").devices[stranger].failures == 0


def test_services_that_never_answered_are_kept_up_to_a_limit_and_more_are_told_of_once(
    monkeypatch: pytest.MonkeyPatch, path: Path, writer: Writer, reader: Reader, clock: ManualClock
) -> None:
    monkeypatch.setattr(changes, "MAX_DEVICES", 2)

    def hang(service: str, written_by: Writer) -> None:
        change = ServiceChange(service, None, ServiceState.SET_ASIDE, clock.now(), "no answer")
        written_by.record(StationUpdate("alder", clock.now(), service_changes=[change]))

    for service in ("a", "b", "a"):
        hang(service, writer)
    assert reader.events(0, clock.now() + 1) == []
    for service in ("c", "d", "a"):
        hang(service, writer)
    assert {row.service for row in reader.services("alder")} == {"a", "b"}
    writer.close()
    again = Writer(path, clock)
    hang("e", again)
    again.close()
    (event,) = reader.events(0, clock.now() + 1)
    assert (event.kind, event.station) == ("store", "alder")
    assert event.text.startswith("It has named more than 300 devices or 20,000 series; new ones are not recorded.")


def test_devices_are_kept_up_to_a_limit(
    monkeypatch: pytest.MonkeyPatch, reader: Reader, poll: Poll, clock: ManualClock
) -> None:
    monkeypatch.setattr(changes, "MAX_DEVICES", 2)
    for device in ("tank/1", "tank/2", "tank/3", "tank/1"):
        poll({"Level": 1}, device=device)
    assert [str(key) for key in reader.snapshot("alder").devices] == ["tank/1", "tank/2"]
    assert len(reader.events(0, clock.now() + 1)) == 1


def test_the_limit_of_series_counts_those_from_before_a_restart_once(
    monkeypatch: pytest.MonkeyPatch, path: Path, writer: Writer, reader: Reader, poll: Poll, clock: ManualClock
) -> None:
    monkeypatch.setattr(changes, "MAX_SERIES", 3)
    poll({"P": 1, "Q": 1})
    writer.close()
    again = Writer(path, clock)
    clock.advance(10)
    again.record(
        StationUpdate("alder", clock.now(), [service_reading("system/0", dict.fromkeys("PQRS", 2), clock.now())])
    )
    again.close()
    readings = reader.snapshot("alder").devices[DeviceKey("system", "0")].readings
    assert {path: reading.value for path, reading in readings.items()} == {"P": 2, "Q": 2, "R": 2}
