"""What the store is asked for a trend: sums that were there, gaps, energies of days, limits and marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.console.sample_fleet import NOW

from victron_console.console.trends.frame import Frame
from victron_console.console.trends.quantity import BY_NAME, quantity_named, series_quantity
from victron_console.console.trends.read import limits_of, read_lane, read_series, read_trend, spliced, trend_table
from victron_console.console.trends.views import VIEWS, View, all_views, resolved, view_line
from victron_console.model.alert import AlertKey, Occurrence, Severity
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.overview import Overview
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.station import StationState, StationStatus
from victron_console.model.units import DAY_S
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

BEGIN = NOW // 3600 * 3600 - 7200
KEY = DeviceKey("system", "0")


def update(at: float, phases: tuple[float, float], soc: float = 50.0) -> StationUpdate:
    """One poll: two phases of consumption, and the charge."""
    values = {
        "Ac/Consumption/L1/Power": phases[0],
        "Ac/Consumption/L2/Power": phases[1],
        "Dc/Battery/Soc": soc,
        "Control/ActiveSocLimit": 30.0,
    }
    reading = ServiceReading(
        "com.victronenergy.system", KEY, at, {path: Reading(value, at) for path, value in values.items()}
    )
    shown = Overview(soc_percent=soc, load_power_w=sum(phases), pv_power_w=1000.0)
    return StationUpdate(
        "alder", at, [reading], status=StationStatus(StationState.LIVE, at), overview=shown, cadences={KEY: 10.0}
    )


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    clock = ManualClock(BEGIN)
    writer = Writer(tmp_path / "store.db", clock)
    writer.register([StationRecord("alder", "Alder Farm")])
    for second in range(0, 3600, 10):
        # The phases swing against each other: their sum is steady, the sum of their extremes is not.
        swing = 400.0 if second // 10 % 2 else -400.0
        writer.record(update(BEGIN + second, (500 + swing, 500 - swing)))
        clock.advance(10)
    key = AlertKey("alder", "soc", "")
    raised = Occurrence(1, key, "soc-low", Severity.WARNING, "SOC low", "start the genset", BEGIN, BEGIN + 60,
                        last_value=18.0, peak_value=17.0, unit="%", limit="< 20")  # fmt: skip
    record_alerts(writer.db, AlertChanges((raised,)), BEGIN + 60)
    writer.close()
    opened = Reader(tmp_path / "store.db", ManualClock(BEGIN + 5400))
    yield opened
    opened.close()


FRAME = Frame(BEGIN, 600.0, 9)


def test_the_extremes_of_a_sum_are_those_of_the_sum_not_of_its_parts(reader: Reader) -> None:
    found = read_series(reader, "alder")
    trend = read_trend(reader, "alder", BY_NAME["load"], found.recorded, FRAME)

    assert [(b.low, b.high) for b in trend.buckets[:6] if b] == [(1000.0, 1000.0)] * 6


def test_a_phase_that_holds_no_number_now_is_in_the_sums_of_the_past(reader: Reader, tmp_path: Path) -> None:
    writer = Writer(tmp_path / "store.db", ManualClock(BEGIN + 3600))
    later = update(BEGIN + 3600, (500.0, 500.0))
    broken = {**later.services[0].readings, "Ac/Consumption/L2/Power": Reading("[1, 2]", BEGIN + 3600)}
    writer.record(replace(later, services=[replace(later.services[0], readings=broken)]))
    writer.close()
    found = read_series(reader, "alder")
    trend = read_trend(reader, "alder", BY_NAME["load"], found.recorded, FRAME)

    assert "system/0/Ac/Consumption/L2/Power" not in found.names
    assert [b.mean for b in trend.buckets[:5] if b] == pytest.approx([1000.0] * 5)


def test_nothing_received_is_nothing_drawn(reader: Reader) -> None:
    found = read_series(reader, "alder")
    trend = read_trend(reader, "alder", BY_NAME["soc"], found.names, FRAME)

    assert trend.buckets[-2:] == (None, None)
    lane = read_lane(reader, "alder", FRAME, BEGIN + 5400, None, found.first_at)
    assert lane.stale or lane.silent


def test_an_energy_counts_only_the_hours_that_were_received(reader: Reader) -> None:
    frame = Frame(BEGIN // DAY_S * DAY_S, DAY_S, 1)
    trend = read_trend(reader, "alder", BY_NAME["pv-energy"], frozenset(), frame)

    assert trend.latest == pytest.approx(1.0, abs=0.1)


def test_the_last_columns_alone_give_the_same_as_all_of_them(reader: Reader) -> None:
    names = read_series(reader, "alder").names
    whole = read_trend(reader, "alder", BY_NAME["soc"], names, FRAME)
    tail = read_trend(reader, "alder", BY_NAME["soc"], names, Frame(FRAME.begin(7), 600.0, 2))

    assert spliced(whole, tail) == whole


def test_alarms_bring_their_limit_and_the_floor_is_marked_without_colour(reader: Reader) -> None:
    found = read_series(reader, "alder")
    lane = read_lane(reader, "alder", FRAME, BEGIN + 5400, None, found.first_at)
    limits = limits_of(BY_NAME["soc"], lane, found)

    assert [(limit.value, limit.severity) for limit in limits] == [(20.0, Severity.WARNING), (30.0, None)]
    assert [(mark.priority, mark.title, mark.at) for mark in lane.alarms] == [("!", "SOC low", BEGIN + 60)]


def test_a_series_gets_name_and_unit_of_the_catalogue() -> None:
    found = quantity_named("vebus/276/Ac/Out/L1/P")

    assert found is not None and (found.unit, found.device, found.is_power) == ("kW", "vebus 276", True)
    assert quantity_named("nonsense") is None


def test_sisters_of_one_name_are_told_apart_by_what_differs_in_their_paths() -> None:
    labels = [series_quantity(f"grid/30/Ac/{phase}/Voltage").label for phase in ("L1", "L2")]

    assert labels == ["L1 Voltage", "L2 Voltage"]
    assert series_quantity("battery/0/Battery/1/Cell/3/Temperature").label.startswith("1.3 ")


def test_a_view_of_a_unit_shows_what_there_is_one_of_before_the_many() -> None:
    cells = {f"battery/0/Battery/{m}/Cell/{c}/Temperature" for m in range(4) for c in range(4)}
    found = resolved(VIEWS[4], frozenset({*cells, "vebus/276/Dc/0/Temperature"}), frozenset())

    assert len(found) == 12 and found[0].name == "vebus/276/Dc/0/Temperature"


def test_a_view_shows_what_the_station_has_and_can_be_saved(reader: Reader) -> None:
    found = read_series(reader, "alder")

    assert [q.name for q in resolved(VIEWS[0], found.names, found.fields)] == ["soc", "pv", "load"]
    saved = View("night", ("soc", "system/0/Dc/Battery/Soc"), span=7)
    assert all_views([view_line(saved), "torn"])[-1] == saved
    own = View("power", ("soc",))
    assert [view for view in all_views([view_line(own)]) if view.name == "power"] == [own]


def test_a_table_has_a_row_a_column_and_empty_fields_in_gaps(reader: Reader) -> None:
    names = read_series(reader, "alder").names
    table = trend_table([("soc_%", read_trend(reader, "alder", BY_NAME["soc"], names, FRAME))])

    assert table.heads == ("time", "soc_%_min", "soc_%_mean", "soc_%_max")
    assert len(table.rows) == 9 and table.rows[0][1:] == (50.0, 50.0, 50.0) and table.rows[-1][1:] == (None,) * 3
