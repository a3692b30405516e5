from __future__ import annotations

from pathlib import Path

import pytest

from victron_console.model.clock import ManualClock
from victron_console.store.read.reader import Reader
from victron_console.store.records import CollectorState, LinkState, PollSample, StationRecord, StationUpdate
from victron_console.store.sealed.upkeep import upkeep
from victron_console.store.write.writer import Writer

ALDER = LinkState("Victron DBus API Server 3.2.0", 1.0)
LOST = LinkState("Victron DBus API Server 3.2.0", 1.0, 4, 1_763_899_400.0, "refused", 1_763_899_320.0)


def answered(at: float, round_trip_s: float) -> PollSample:
    return PollSample(at, ok=True, round_trip_s=round_trip_s, size_bytes=100)


def test_a_link_is_told_as_it_stood_at_any_moment(writer: Writer, reader: Reader, clock: ManualClock) -> None:
    assert reader.links() == {}
    noon = clock.now()
    writer.record(StationUpdate("alder", noon, link=ALDER))
    clock.advance(60)
    writer.record(StationUpdate("alder", clock.now(), link=LOST))
    assert reader.links() == {"alder": LOST}
    assert reader.links(noon + 30) == {"alder": ALDER}
    assert reader.links(noon - 1) == {}


def test_the_newer_of_two_states_of_one_moment_holds(writer: Writer, reader: Reader, clock: ManualClock) -> None:
    writer.record_all([StationUpdate("alder", clock.now(), link=state) for state in (ALDER, LOST)])
    assert reader.links() == {"alder": LOST}


def test_only_configured_stations_have_a_link(writer: Writer, reader: Reader, clock: ManualClock) -> None:
    writer.record(StationUpdate("alder", clock.now(), link=ALDER))
    writer.register([StationRecord("birch", "Birch")])
    assert reader.links() == {}


def test_the_collector_stands_apart_from_the_stations(writer: Writer, reader: Reader, clock: ManualClock) -> None:
    assert reader.collector() is None
    assert reader.size().size_bytes > 0
    first = CollectorState(clock.now(), stations=1)
    writer.record_collector(first)
    clock.advance(10)
    writer.record_collector(CollectorState(first.started_at, stations=1, lag_s=2.5, dropped=3))
    assert reader.collector() == CollectorState(first.started_at, stations=1, lag_s=2.5, dropped=3)
    assert reader.collector(first.started_at) == first
    assert reader.links() == {}


def test_polls_of_an_hour_are_summed_up_without_the_minute_that_runs(
    writer: Writer, reader: Reader, clock: ManualClock
) -> None:
    start = clock.now() // 60 * 60
    polls = [answered(start, 0.1), answered(start + 30, 0.3), PollSample(start + 40, ok=False, error="refused")]
    writer.record(StationUpdate("alder", start, polls=[*polls, answered(start + 130, 5.0)]))
    totals = reader.link_totals(start - 3600, start + 140)["alder"]
    assert (totals.minutes, totals.polls, totals.errors) == (1, 3, 1)
    assert (totals.round_trip_mean_s, totals.round_trip_max_s, totals.size_bytes) == (0.2, 0.3, 200)
    assert reader.link_totals(start - 3600, start) == {}


def test_polls_of_long_ago_count_by_their_share_of_the_hour_they_were_added_up_to(
    writer: Writer, reader: Reader, clock: ManualClock, path: Path
) -> None:
    start = clock.now() // 3600 * 3600
    polls = [answered(start + 60 * minute, 0.2) for minute in range(120)]
    writer.record(StationUpdate("alder", start, polls=polls))
    clock.at = start + 16 * 86_400
    for _ in range(2):
        totals = reader.link_totals(start + 1800, start + 5400)["alder"]
        assert (totals.minutes, totals.polls, totals.errors, totals.size_bytes) == (60, 60, 0, 6000)
        assert totals.round_trip_mean_s == pytest.approx(0.2)
        upkeep(path, clock)
    assert len(reader.link("alder", start, start + 7200)) == 2
