"""A simulated station's record in a real store, read as the diagnoses need it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from victron_console.alerts.language.inputs import FIELDS
from victron_console.diagnosing.record.history import History, Site
from victron_console.diagnosing.record.history_columns import history, steps_of_day
from victron_console.diagnosing.verdict.daily import diagnose
from victron_console.insight.overview.battery_roles import battery_roles
from victron_console.insight.overview.overview import overview
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.service import ServiceReading
from victron_console.model.station import StationState, StationStatus
from victron_console.simulator.fleet import CEDAR_HOUSE
from victron_console.simulator.scenario import Scenario
from victron_console.simulator.station import Station
from victron_console.sources.naming import DeviceNames
from victron_console.sources.values import read_tree
from victron_console.store.answers import Point
from victron_console.store.read.curves import Means
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

T0 = 1_750_000_200.0
HOURS = 6
COUNT = HOURS * 12


@dataclass(frozen=True)
class Recorded:
    """The store's reader, bound to a station and a span."""

    reader: Reader
    station: str
    since: float
    until: float
    count: int

    def names(self) -> Collection[str]:
        return [row.name for row in self.reader.series(self.station)]

    def column(self, series: str) -> Means | None:
        return self.reader.columns(self.station, series, self.since, self.until, self.count)

    def figure(self, field: str) -> np.ndarray:
        means = self.reader.overview_history(self.station, field, self.since, self.until, self.count)
        return np.array(means, dtype=np.float64)

    def points(self, series: str, since: float, until: float) -> Sequence[Point]:
        return self.reader.history(self.station, series, since, until)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> History:
    """Six hours of a house, polled each two minutes, half an hour of it without grid."""
    path: Path = tmp_path_factory.mktemp("recorded") / "store.db"
    clock = ManualClock(T0)
    outage = Scenario("grid-outage", T0 + 3 * 3600, T0 + 3.5 * 3600)
    station, names = Station(CEDAR_HOUSE, T0, [outage], warm_up_s=3600.0), DeviceNames()
    writer = Writer(path, clock)
    writer.register([StationRecord("cedar", "Cedar House")])
    reader = Reader(path, clock)
    while clock.now() < T0 + HOURS * 3600:
        station.step_to(clock.now())
        readings = []
        for service, tree in station.services().items():
            cls = service.removeprefix("com.victronenergy.").split(".")[0]
            values = read_tree(cls, dict(tree), clock.now())
            readings.append(ServiceReading(service, names.key(service, values), clock.now(), values))
        cadences = {reading.key: 120.0 for reading in readings}
        live = StationStatus(StationState.LIVE, T0)
        writer.record(StationUpdate("cedar", clock.now(), readings, status=live, cadences=cadences))
        figures = overview(reader.snapshot("cedar"))
        writer.record(StationUpdate("cedar", clock.now(), overview=figures))
        clock.advance(120.0)
    battery = battery_roles(reader.snapshot("cedar"))
    at = T0 + 150.0 + 300.0 * np.arange(COUNT, dtype=np.float64)
    record = Recorded(reader, "cedar", T0, T0 + HOURS * 3600, COUNT)
    found = history(record, at, [device.key for device in battery.devices], errors_of=FIELDS["errors"])
    reader.close()
    writer.close()
    return found


def known(value: np.ndarray | None) -> float:
    return 0.0 if value is None else float(np.isfinite(value).mean())


@pytest.mark.slow
def test_a_recorded_house_has_all_that_its_devices_say(recorded: History) -> None:
    for name in (
        "soc_percent", "soh_percent", "battery_v", "battery_a", "battery_w", "battery_c", "cell_high_v", "cell_low_v",
        "cell_low_id", "pv_w", "load_w", "grid_w", "ac_out_w", "ac_in_w", "grid_connected",
        "data_free_bytes", "vrm_contact_at",
    ):  # fmt: skip
        assert known(getattr(recorded, name)) > 0.9, name
    assert list(recorded.grid_v) == ["L1"] and list(recorded.can_errors) == ["can0"]
    assert recorded.cell_high_v is not None and recorded.cell_low_v is not None
    assert np.nanmin(recorded.cell_high_v - recorded.cell_low_v) >= 0.0
    assert recorded.genset_w is None


@pytest.mark.slow
def test_the_outage_is_in_the_record_and_in_the_findings(recorded: History) -> None:
    found = diagnose(recorded, Site(nominal_ah=CEDAR_HOUSE.battery.capacity_ah))
    assert found.outages is not None and found.outages.count.value == 1
    assert found.outages.minutes.value == pytest.approx(30, abs=10)
    assert found.soh.latest_percent == pytest.approx(99, abs=1)
    assert found.residual.is_unbalanced is False


@pytest.mark.parametrize(
    ("source", "wired_to", "outages"),
    [(240.0, 2.0, None), (240.0, 1.0, 1), (3.0, 3.0, None)],
    ids=["genset", "grid", "shore"],
)
def test_inverting_is_an_outage_only_where_the_grid_is_wired_to_an_input(
    source: float, wired_to: float, outages: int | None
) -> None:
    """All day without a source: a fault of the supply, or how an island lives."""
    values = {
        "system/0/Ac/ActiveIn/Source": source,
        "system/0/Ac/In/0/Source": wired_to,
        "vebus/276/Ac/ActiveIn/L1/V": 230.0,
    }
    found = diagnose(history(Held(values), T0 + 300.0 * np.arange(COUNT, dtype=np.float64), ()), Site(nominal_ah=280.0))
    assert (found.outages.count.value if found.outages else None) == outages


@dataclass(frozen=True)
class Held:
    """A record of values that never change."""

    values: dict[str, float]

    def names(self) -> Collection[str]:
        return list(self.values)

    def column(self, series: str) -> Means | None:
        held = np.full(COUNT, self.values[series])
        return Means(held, held)

    def figure(self, field: str) -> np.ndarray:
        return np.full(COUNT, np.nan)

    def points(self, series: str, since: float, until: float) -> Sequence[Point]:
        return []


@dataclass(frozen=True)
class Points:
    """A record of changes only."""

    series: dict[str, list[Point]]

    def names(self) -> Collection[str]:
        return list(self.series)

    def column(self, series: str) -> Means | None:
        return None

    def figure(self, field: str) -> np.ndarray:
        return np.zeros(0)

    def points(self, series: str, since: float, until: float) -> Sequence[Point]:
        return self.series.get(series, [])


def test_load_steps_are_read_from_changes_and_never_across_a_gap() -> None:
    key = DeviceKey("battery", "1")
    changes = [(0.0, 0.0, 53.0), (300.0, -30.0, 52.4), (900.0, -5.0, 52.9), (1800.0, -60.0, 51.8)]
    record = Points({
        "battery/1/Dc/0/Current": [Point(T0 + at, amperes, Quality.GOOD) for at, amperes, _ in changes],
        "battery/1/Dc/0/Voltage": [Point(T0 + at, volts, Quality.GOOD) for at, _, volts in changes],
    })  # fmt: skip
    steps = steps_of_day(record, key, T0, T0 + 3600, 100.0)
    assert steps.ohm == pytest.approx([0.02, 0.02, 0.02])
    assert len(steps_of_day(record, key, T0, T0 + 3600, 100.0, [(T0 + 850, T0 + 905)]).at) == 2
    assert not len(steps_of_day(Points({}), key, T0, T0 + 3600, 100.0).at)
