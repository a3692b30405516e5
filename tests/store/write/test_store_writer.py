from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.store.conftest import service_reading

from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.overview import AcInput, Overview
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.station import StationState, StationStatus
from victron_console.store.errors import StoreFull, UnknownStation
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event, PollSample, StationRecord, StationUpdate
from victron_console.store.write import changes
from victron_console.store.write.registry import MAX_DEVICES, MAX_SERIES
from victron_console.store.write.writer import Writer

Poll = Callable[..., None]


def test_poll_without_a_change_writes_no_change_rows(poll: Poll, reader: Reader, clock: ManualClock) -> None:
    poll({"P": 1, "Name": "pack"})
    before = reader.stats().rows
    clock.advance(10)
    poll({"P": 1, "Name": "pack"})
    after = reader.stats().rows
    assert {table for table in after if after[table] != before[table]} == set()
    assert reader.snapshot("alder").devices[DeviceKey("system", "0")].read_at == clock.now()


def test_change_below_the_catalogues_decimals_is_none(poll: Poll, reader: Reader, clock: ManualClock) -> None:
    for voltage in (52.4001, 52.4002, 52.41):
        poll({"Dc/0/Voltage": voltage}, device="battery/258")
        clock.advance(10)
    points = reader.history("alder", "battery/258/Dc/0/Voltage", 0, clock.now())
    assert [point.value for point in points] == [52.4, 52.41]


def test_only_what_changed_is_written(poll: Poll, reader: Reader, clock: ManualClock) -> None:
    poll({f"P{i}": i for i in range(50)})
    clock.advance(10)
    poll({f"P{i}": i if i != 7 else -1 for i in range(50)})
    bodies = [body for (body,) in reader.db.conn.execute("SELECT body FROM hot ORDER BY id")]
    assert [body.count(":") for body in bodies] == [50, 1]


def test_a_number_that_becomes_one_of_another_type_is_a_change(poll: Poll, reader: Reader, clock: ManualClock) -> None:
    for value in (1, 1.0):
        poll({"P": value, "Q": 2})
        clock.advance(10)
    assert repr(reader.snapshot("alder").number("system/0/P")) == "1.0"
    bodies = [body for (body,) in reader.db.conn.execute("SELECT body FROM hot ORDER BY id")]
    assert [body.count(":") for body in bodies] == [2, 1]


def test_path_that_left_the_service_is_absent(poll: Poll, reader: Reader, clock: ManualClock) -> None:
    poll({"P": 1, "Q": 2})
    clock.advance(10)
    poll({"Q": 2})
    assert reader.snapshot("alder").series("system/0/P").quality is Quality.ABSENT
    clock.advance(10)
    poll({"P": 1, "Q": 2})
    assert reader.snapshot("alder").number("system/0/P") == 1


def test_path_that_left_is_written_once_and_not_at_each_poll(poll: Poll, reader: Reader, clock: ManualClock) -> None:
    poll({"P": 1, "Q": 2})
    for _ in range(20):
        clock.advance(10)
        poll({"Q": 2})
    assert reader.stats().rows["hot"] == 2


def test_a_reading_that_comes_late_does_not_set_the_station_back(
    writer: Writer, reader: Reader, clock: ManualClock
) -> None:
    newest = clock.now()
    for device, at in (("system/0", newest), ("battery/1", newest - 30)):
        writer.record(StationUpdate("alder", at, [service_reading(device, {"P": 1}, at)]))
    row = reader.station("alder")
    assert row is not None and row.read_at == newest


def test_implausible_value_keeps_its_reason(poll: Poll, reader: Reader) -> None:
    poll({"Soc": Reading(180, 0.0, Quality.IMPLAUSIBLE, "above 100 %")})
    reading = reader.snapshot("alder").series("system/0/Soc")
    assert (reading.value, reading.quality, reading.reason) == (180, Quality.IMPLAUSIBLE, "above 100 %")


def test_restarted_writer_repeats_nothing(path: Path, writer: Writer, clock: ManualClock, reader: Reader) -> None:
    key = DeviceKey("system", "0")

    def update() -> StationUpdate:
        readings = {"P": Reading(1.5, clock.now()), "Name": Reading("x", clock.now()), "A": Reading(None, 0.0)}
        return StationUpdate("alder", clock.now(), [ServiceReading("x.system", key, clock.now(), readings)])

    writer.record(update())
    before = reader.stats().rows
    writer.close()
    clock.advance(10)
    second = Writer(path, clock)
    second.record(update())
    second.close()
    assert reader.stats().rows == before


def test_station_that_was_never_registered_is_refused(writer: Writer, reader: Reader, clock: ManualClock) -> None:
    with pytest.raises(UnknownStation, match="birch"):
        writer.record_all(
            [
                StationUpdate("alder", clock.now(), events=[Event(1.0, "alder", "x", "kept?")]),
                StationUpdate("birch", clock.now()),
            ]
        )
    assert reader.events(0, 10) == []
    with pytest.raises(UnknownStation, match="birch"):
        reader.snapshot("birch")
    assert reader.station("birch") is None


def test_full_disk_loses_one_call_and_no_more(poll: Poll, writer: Writer, reader: Reader, clock: ManualClock) -> None:
    poll({"P": 1})
    conn = writer.db.conn
    pages = conn.execute("PRAGMA page_count").fetchone()[0]
    conn.execute(f"PRAGMA max_page_count = {pages}")
    clock.advance(10)
    with pytest.raises(StoreFull, match="full"):
        poll({"P": 2, **{f"Text{i}": "x" * 200 for i in range(200)}})
    assert reader.snapshot("alder").number("system/0/P") == 1
    conn.execute("PRAGMA max_page_count = 1000000")
    clock.advance(10)
    poll({"P": 2, **{f"Text{i}": "x" * 200 for i in range(200)}})
    now = reader.snapshot("alder")
    assert now.number("system/0/P") == 2
    assert now.series("system/0/Text199").value == "x" * 200
    assert [p.value for p in reader.history("alder", "system/0/P", 0, clock.now())] == [1, 2]
    assert conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_status_and_overview_are_in_the_station_row(writer: Writer, reader: Reader, clock: ManualClock) -> None:
    figures = Overview(soc_percent=81.0, ac_input=AcInput("grid", True), flags={"soc_percent": "doubtful"})
    status = StationStatus(StationState.DEGRADED, clock.now(), "the battery hangs")
    writer.record(StationUpdate("alder", clock.now(), status=status, overview=figures))
    [row] = reader.stations()
    assert (row.status, row.overview, row.tags) == (status, figures, ("north",))
    assert row.info.battery.capacity_ah == 200
    writer.record(StationUpdate("alder", clock.now()))
    assert reader.stations() == [row]


def test_station_states_of_the_past(writer: Writer, reader: Reader, clock: ManualClock) -> None:
    begin = clock.now()
    for state in (StationState.LIVE, StationState.LOST, StationState.LIVE):
        clock.advance(100)
        writer.record(StationUpdate("alder", clock.now(), status=StationStatus(state, clock.now(), state.value)))
    states = [reader.stations(begin + s)[0].status.state.value for s in (0, 50, 100, 250, 300)]
    assert states == ["starting", "starting", "live", "lost", "live"]
    past = reader.station("alder", begin + 250)
    assert past is not None
    assert past.overview is None
    assert past.status.since == begin + 200


def test_station_that_is_configured_no_more_keeps_its_history(writer: Writer, reader: Reader, poll: Poll) -> None:
    poll({"P": 1})
    writer.register([StationRecord("birch", "Birch")])
    assert [row.id for row in reader.stations()] == ["birch"]
    assert reader.snapshot("alder").number("system/0/P") == 1
    writer.register([StationRecord("alder", "Alder again"), StationRecord("birch", "Birch")])
    assert [row.name for row in reader.stations()] == ["Alder again", "Birch"]


def test_five_minute_means_only_of_fresh_undoubted_figures(
    writer: Writer, reader: Reader, clock: ManualClock, path: Path
) -> None:
    begin = clock.now()  # a whole five minutes
    live = StationStatus(StationState.LIVE, begin)
    for soc in (10.0, 20.0):
        writer.record(StationUpdate("alder", clock.now(), status=live, overview=Overview(soc_percent=soc)))
        clock.advance(10)
    writer.close()
    writer = Writer(path, clock)  # goes on in the same slot
    writer.record(StationUpdate("alder", clock.now(), overview=Overview(soc_percent=60.0)))
    writer.record(StationUpdate("alder", clock.now(), overview=Overview(soc_percent=1.0, flags={"soc_percent": "?"})))
    clock.advance(300)
    lost = StationStatus(StationState.LOST, clock.now())
    writer.record(StationUpdate("alder", clock.now(), status=lost, overview=Overview(soc_percent=99.0)))
    writer.close()
    columns = reader.overview_history("alder", "soc_percent", begin - 300, begin + 600, 3)
    assert columns == [None, 30.0, None]
    with pytest.raises(ValueError, match="soc_percent"):
        reader.overview_history("alder", "firmware", begin, begin + 600, 3)


def test_five_minutes_that_are_not_over_are_no_mean_yet_in_the_present_and_in_the_past(
    writer: Writer, reader: Reader, clock: ManualClock
) -> None:
    begin = clock.at = clock.at // 300 * 300
    live = StationStatus(StationState.LIVE, begin)
    for soc in (10.0, 20.0, 60.0):
        writer.record(StationUpdate("alder", clock.now(), status=live, overview=Overview(soc_percent=soc)))
        clock.advance(100)

    def soc_at(as_of: float | None = None) -> list[float | None]:
        return reader.overview_history("alder", "soc_percent", begin, begin + 300, 1, as_of)

    assert soc_at() == soc_at(begin + 300) == [30.0]
    assert soc_at(begin + 299) == [None]
    clock.at = begin + 150
    assert soc_at() == [None]


def test_polls_are_summed_by_minute(writer: Writer, reader: Reader, clock: ManualClock) -> None:
    at = clock.now()
    writer.record(StationUpdate("alder", at, polls=[PollSample(at, True, 0.2, 100), PollSample(at, True, 0.4, 100)]))
    writer.record(StationUpdate("alder", at, polls=[PollSample(at + 1, False, 10.0, 0, "no answer")]))
    writer.record(StationUpdate("alder", at, polls=[PollSample(at + 60, False, 10.0, 0, "refused")]))
    assert reader.link("alder", at, at + 600) == []  # the minute is not over
    clock.advance(180)
    first, second = reader.link("alder", at, at + 600)
    assert (first.polls, first.errors, first.size_bytes, first.last_error) == (3, 1, 200, "no answer")
    assert first.round_trip_mean_s == pytest.approx(0.3)
    assert first.round_trip_max_s == 0.4
    assert (second.at, second.errors, second.round_trip_mean_s) == (at + 60, 1, None)
    assert len(reader.link("alder", 0, at + 600, as_of=at + 61)) == 1


def test_events_by_station_kind_and_text(writer: Writer, reader: Reader, clock: ManualClock) -> None:
    at = clock.now()
    writer.note([Event(at, None, "collector", "started")])
    writer.record(StationUpdate("alder", at, events=[Event(at + 1, "alder", "service", "Battery hangs", {"n": 1})]))
    assert [event.text for event in reader.events(0, at + 9)] == ["Battery hangs", "started"]
    assert [event.text for event in reader.events(0, at + 9, limit=1)] == ["Battery hangs"]
    assert [event.text for event in reader.events(0, at)] == ["started"]
    [event] = reader.events(0, at + 9, station="alder", kinds=["service", "config"], text="HANGS")
    assert event.details == {"n": 1}
    assert reader.events(0, at + 9, kinds=[]) == []


@pytest.mark.slow
def test_a_station_that_makes_names_up_fills_no_store_and_is_told_of_once(
    path: Path, writer: Writer, reader: Reader, poll: Poll, clock: ManualClock
) -> None:
    poll({"P": 1, "Name": "pack"})
    for number in range(25):
        poll({f"{number}/{path}": 1 for path in range(1000)}, device="battery/1")
        clock.advance(10)
    for number in range(MAX_DEVICES + 20):
        poll({}, device=f"tank/{number}")
    poll({"P": 2})
    devices = reader.snapshot("alder").devices
    assert len(devices) == MAX_DEVICES
    assert len(reader.series("alder")) == MAX_SERIES
    assert devices[DeviceKey("system", "0")].readings["P"].value == 2
    assert devices[DeviceKey("system", "0")].readings["Name"].quality is Quality.ABSENT
    again = Writer(path, clock)
    again.record(StationUpdate("alder", clock.now(), [service_reading("tank/new", {"Level": 1}, clock.now())]))
    again.close()
    assert len(reader.snapshot("alder").devices) == MAX_DEVICES
    (event,) = reader.events(0, clock.now() + 1, kinds=["store"])
    assert event.station == "alder" and "not recorded" in event.text


def test_a_path_that_left_is_absent_also_where_new_ones_are_left_out(
    monkeypatch: pytest.MonkeyPatch, reader: Reader, poll: Poll, clock: ManualClock
) -> None:
    monkeypatch.setattr(changes, "MAX_SERIES", 2)
    poll({"P": 1, "Q": 1})
    clock.advance(10)
    poll({"P": 1, "R": 1, "S": 1})
    readings = reader.snapshot("alder").devices[DeviceKey("system", "0")].readings
    assert {path: reading.value for path, reading in readings.items()} == {"P": 1, "Q": None}
