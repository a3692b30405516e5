"""`diagnose` and `report` on a store of today: what they say, what they keep, and what they refuse."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from victron_console.cli.main import victron_console
from victron_console.model.clock import ManualClock, SystemClock
from victron_console.model.device import DeviceKey
from victron_console.model.overview import Overview
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.station import StationState, StationStatus
from victron_console.store.lease import Lease
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

BATTERY = DeviceKey("battery", "1")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Two hours of a battery, up to now, and a station that was never read."""
    path = tmp_path / "store.db"
    clock = ManualClock(SystemClock().now() - 7200)
    with closing(Writer(path, clock)) as writer:
        writer.register([StationRecord("alder", "Alder"), StationRecord("birch", "Birch")])
        for _ in range(120):
            at = clock.now()
            values = {"Soc": Reading(70.0, at), "Soh": Reading(91.0, at)}
            reading = ServiceReading("com.victronenergy.battery.ttyO1", BATTERY, at, values)
            status, shown = StationStatus(StationState.LIVE, at), Overview(soc_percent=70.0, load_power_w=500.0)
            writer.record(StationUpdate("alder", at, [reading], status, shown))
            clock.advance(60)
    return path


def run(store: Path, *words: str) -> str:
    result = CliRunner().invoke(victron_console, ["--store", str(store), *words])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.slow
def test_a_diagnosis_is_told_and_kept(store: Path) -> None:
    said = run(store, "diagnose", "--all")
    assert "Alder (alder): unknown" in said and "Birch (birch): nothing is recorded yet." in said
    assert "soh.level" in said and "insufficient: " in said and said.endswith("Kept: 1.\n")
    with closing(Reader(store)) as reader:
        assert set(reader.diagnoses()) == {"alder"}


def test_beside_a_collector_nothing_is_kept(store: Path) -> None:
    with Lease(store, SystemClock()):
        assert "Not kept: a collector is running" in run(store, "diagnose", "--station", "alder")
    with closing(Reader(store)) as reader:
        assert not reader.diagnoses()


@pytest.mark.slow
def test_a_report_is_written_to_its_file_or_to_the_terminal(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    assert str(out) in run(store, "report", "--station", "alder", "--out", str(out))
    assert out.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert run(store, "report", "--format", "md").count("\n# ") == 1, "two sites, one after another"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("diagnose", "--station", "nobody"), "nobody is not in the store"),
        (("report", "--station", "nobody"), "nobody is not in the store"),
        (("report", "--month", "October"), "is no month"),
        (("report", "--month", "2999-01"), "has not begun"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(store: Path, words: tuple[str, ...], told: str) -> None:
    result = CliRunner().invoke(victron_console, ["--store", str(store), *words])
    assert result.exit_code != 0 and told in result.output
