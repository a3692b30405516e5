"""A recorded past is one that a collector could have seen, and the live stations go on where it ends."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from victron_console.insight.overview.overview import overview
from victron_console.model.clock import ManualClock
from victron_console.model.station import StationState
from victron_console.simulator.fleet import demo_specs
from victron_console.simulator.history import STEP_S, record_history
from victron_console.simulator.scenario import Scenario
from victron_console.simulator.simulated import SteppedFleet
from victron_console.store.answers import GapKind
from victron_console.store.read.reader import Reader
from victron_console.store.write.writer import Writer

NOW = 1_763_899_200.0
HOURS = 6


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SteppedFleet]:
    path = tmp_path_factory.mktemp("past") / "demo.db"
    trouble = {"birch-clinic": [Scenario("comms-loss", NOW - 4 * 3600, NOW - 2 * 3600)]}
    return path, record_history(demo_specs(3), path, NOW - HOURS * 3600, NOW, scenarios=trouble)


@pytest.mark.slow
def test_stations_are_live_with_figures_and_no_gap(recorded: tuple[Path, SteppedFleet]) -> None:
    clock = ManualClock(NOW + 20)
    Writer(recorded[0], clock).close()  # the collector that takes over some seconds later
    with closing(Reader(recorded[0], clock)) as reader:
        rows = reader.stations()
        assert [row.id for row in rows] == ["alder-farm", "birch-clinic", "cedar-house"]
        assert {row.status.state for row in rows} == {StationState.LIVE}
        for station in ("alder-farm", "cedar-house"):
            assert reader.gaps(station, NOW - HOURS * 3600, NOW + 20) == []
            soc = reader.overview_history(station, "soc_percent", NOW - HOURS * 3600, NOW, HOURS)
            assert None not in soc
            columns = reader.buckets(station, "system/0/Dc/Battery/Voltage", NOW - HOURS * 3600, NOW, 100)
            assert None not in columns
            assert reader.link_totals(NOW - 3600, NOW)[station].errors == 0


@pytest.mark.slow
def test_a_station_that_could_not_be_reached_has_its_gap(recorded: tuple[Path, SteppedFleet]) -> None:
    with closing(Reader(recorded[0], ManualClock(NOW))) as reader:
        gaps = reader.gaps("birch-clinic", NOW - HOURS * 3600, NOW)
        assert {gap.kind for gap in gaps} == {GapKind.STALE}
        assert all(gap.until is not None and gap.until - gap.since > 7200 - STEP_S for gap in gaps)
        lost = reader.buckets("birch-clinic", "system/0/Dc/Battery/Soc", NOW - 3 * 3600, NOW - 2.5 * 3600, 2)
        assert lost == [None, None]


@pytest.mark.slow
def test_live_stations_go_on_from_what_was_recorded(recorded: tuple[Path, SteppedFleet]) -> None:
    path, fleet = recorded
    assert fleet.at == pytest.approx(NOW)
    with closing(Reader(path, ManualClock(NOW))) as reader:
        for station in fleet.stations:
            snapshot = reader.snapshot(station.spec.id)
            tree = station.services()["com.victronenergy.system"]
            assert snapshot.number("system/0/Dc/Battery/Soc") == pytest.approx(tree["Dc/Battery/Soc"], abs=0.1)
            shown = overview(snapshot)
            assert shown.soc_percent is not None


@pytest.mark.slow
def test_a_recorded_past_has_figures_in_every_five_minutes(tmp_path: Path) -> None:
    store, until = tmp_path / "store.db", 1_760_000_100.0
    record_history(demo_specs(1), store, until - 7200.0, until)
    with closing(Reader(store, ManualClock(until))) as reader:
        spread = reader.overview_history("alder-farm", "cell_spread_v", until - 6900.0, until, 23)
    assert None not in spread
