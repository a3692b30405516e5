"""Dips and frequency that only single polls show, from the station's answers through the store to the finding."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from victron_console.diagnosing.verdict.kept_findings import Kept, pack, unpack
from victron_console.diagnosing.verdict.station_diagnosis import examine
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.overview import Overview
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.station import StationState, StationStatus
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

BEGIN = 1_763_899_200.0
POLL_S, HOURS = 10.0, 4
DIPS = 18


def answers(at: float, volts: float, hertz: float, source: float = 1.0) -> list[ServiceReading]:
    inverter = {"Ac/ActiveIn/L1/V": volts, "Ac/ActiveIn/L1/F": hertz, "Ac/ActiveIn/L1/P": 300.0}
    system = {"Ac/ActiveIn/Source": source, "Ac/In/0/Source": 1.0}
    return [
        ServiceReading(f"com.victronenergy.{cls}", DeviceKey(cls, instance), at,
                       {path: Reading(value, at) for path, value in values.items()})
        for cls, instance, values in (("vebus", "276", inverter), ("system", "0", system))
    ]  # fmt: skip


def diagnosed(store: Path) -> Kept:
    """Four hours polled each ten seconds: 18 dips of 20 s to 180 V, 36 polls at 49.2 Hz, ten minutes without mains."""
    polls = round(HOURS * 3600 / POLL_S)
    with closing(Writer(store, ManualClock(BEGIN))) as writer:
        writer.register([StationRecord("alder", "Alder", {"location": {"timezone": "Europe/Paris"}})])
        for n in range(polls):
            at = BEGIN + n * POLL_S
            dip = n % 60 in (30, 31) and n < DIPS * 60
            out = 1200 <= n < 1260
            volts = 0.0 if out else 180.0 if dip else 231.0 + n % 3
            hertz = 49.2 if n % 30 == 7 and n < 36 * 30 else 50.0 + 0.01 * (n % 5 - 2)
            status = StationStatus(StationState.LIVE, at)
            services = answers(at, volts, hertz, 240.0 if out else 1.0)
            writer.record(StationUpdate("alder", at, services, status, Overview(figures_at=at, grid_power_w=300.0)))
    until = BEGIN + HOURS * 3600
    with closing(Reader(store, ManualClock(until))) as reader:
        found = examine(reader, "alder", until)
    assert found is not None
    return found.kept


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return diagnosed(tmp_path_factory.mktemp("polled") / "store.db")


@pytest.mark.slow
def test_dips_of_two_polls_are_found_through_the_store(kept: Kept) -> None:
    dips = kept.figure("grid.dips")
    assert dips is not None and dips.value == DIPS, dips
    assert "100 %" in dips.confidence
    assert kept.value("grid.swells") == 0


def test_the_frequency_is_judged_by_its_polls(kept: Kept) -> None:
    frequency = kept.figure("grid.frequency_out")
    assert frequency is not None and frequency.value == pytest.approx(100 * 36 / 1380, rel=0.05)
    assert frequency.confidence.startswith("49.20 to 50.02 Hz")


def test_what_was_taken_for_the_mains_is_said(kept: Kept) -> None:
    assert kept.limits["mains"] == "230 V, 50 Hz"


def test_the_month_says_how_long_site_supply_link_and_devices_were_there(kept: Kept) -> None:
    rows = {one.what.partition(":")[0]: one for one in kept.availability}
    assert {"link", "supply", "vebus/276", "system/0"} <= rows.keys()
    assert rows["supply"].down_s == pytest.approx(600, abs=310) and rows["supply"].count == 1
    assert rows["link"].share == rows["vebus/276"].share == 1.0
    assert unpack(pack(kept)) == kept
