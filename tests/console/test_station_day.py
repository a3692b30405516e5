"""TODAY begins at the station's own midnight, whoever told its time zone."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from victron_console.console.live.daily import daily
from victron_console.console.site.data import read_site
from victron_console.insight.overview.overview import overview
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.service import ServiceReading
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import StationState, StationStatus
from victron_console.sources.values import read_tree
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

pytestmark = pytest.mark.slow

MIDNIGHT = 1_763_904_600.0
"""November 24th, 2025 in Adelaide: 13:30 UTC of the day before."""
PV_W = 1200.0


def lived(path: Path, info: dict[str, Any], gx_zone: str) -> tuple[Reader, ManualClock]:
    """Two hours of steady PV before midnight in Adelaide and half an hour after it."""
    clock = ManualClock(MIDNIGHT - 7200)
    with closing(Writer(path, clock)) as writer:
        writer.register([StationRecord("south", "South", info)])
        while clock.at <= MIDNIGHT + 1800:
            trees: dict[str, dict[str, object]] = {
                "system": {"Dc/Pv/Power": PV_W},
                "settings": {"Settings/System/TimeZone": gx_zone},
            }
            readings = {
                DeviceKey(cls, "0"): ServiceReading(
                    f"com.victronenergy.{cls}", DeviceKey(cls, "0"), clock.at, read_tree(cls, tree, clock.at)
                )
                for cls, tree in trees.items()
            }
            devices = {key: DeviceState(key, it.service, it.readings, it.at) for key, it in readings.items()}
            live = StationStatus(StationState.LIVE, MIDNIGHT - 7200)
            shown = overview(Snapshot("south", clock.at, devices))
            writer.record(
                StationUpdate("south", clock.at, services=list(readings.values()), status=live, overview=shown)
            )
            clock.advance(60)
    return Reader(path, clock), clock


@pytest.mark.parametrize(
    ("file", "gx"),
    [("Australia/Adelaide", "/UTC"), (None, "/Australia/Adelaide"), ("Australia/Adelaide", "/Asia/Tokyo")],
)
@pytest.mark.parametrize("live", [True, False])
def test_today_begins_at_the_stations_midnight(tmp_path: Path, file: str | None, gx: str, live: bool) -> None:
    info = {"location": {"timezone": file}} if file else {}
    reader, clock = lived(tmp_path / "store.db", info, gx)
    as_of = None if live else clock.at
    with closing(reader):
        (row,) = reader.stations(as_of)
        fleet_kwh = daily(reader, row, clock.at, as_of).energy_today_kwh
        site = read_site(reader, "south", clock.at, as_of, 288)
    assert fleet_kwh == pytest.approx(PV_W / 1000 * 0.5, rel=0.2)
    assert site is not None
    assert dict(site.today)["PV"] == pytest.approx(PV_W / 1000 * 0.5, rel=0.2)
