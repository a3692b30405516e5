"""The commissioning review on the command line: what it prints and how it ends."""

from __future__ import annotations

import json
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from victron_console.cli.main import victron_console
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.service import ServiceReading
from victron_console.sources.values import read_tree
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

SHIPSHAPE: dict[str, dict[str, Any]] = {
    "settings": {"Settings/System/TimeZone": "/Europe/Kyiv", "Settings/Vrmlogger/LogInterval": 300}
}
RARELY_LOGGED: dict[str, dict[str, Any]] = {
    "settings": {"Settings/System/TimeZone": "/Europe/Kyiv", "Settings/Vrmlogger/LogInterval": 3600}
}
WITHOUT_GRID_CODE: dict[str, dict[str, Any]] = {
    **SHIPSHAPE,
    "system": {"SystemType": "ESS"},
    "vebus": {"Settings/GridCode": 0, "Ac/Out/L1/P": 100},
}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


def record(store: Path, **stations: dict[str, dict[str, Any]]) -> None:
    """Stations as if a collector had just read them; one without services was never read."""
    clock = ManualClock(time.time())  # the command's own clock judges the age of what it finds
    with closing(Writer(store, clock)) as writer:
        info = {"location": {"timezone": "Europe/Kyiv"}}
        writer.register([StationRecord(name, name.title(), info) for name in stations])
        for name, services in stations.items():
            readings = [
                ServiceReading(
                    f"com.victronenergy.{cls}", DeviceKey(cls, "0"), clock.at, read_tree(cls, tree, clock.at)
                )
                for cls, tree in services.items()
            ]
            writer.record(StationUpdate(name, clock.at, readings))


def run(store: Path, *words: str) -> Result:
    return CliRunner().invoke(victron_console, ["--store", str(store), "audit", *words])


def outcomes(result: Result) -> dict[str, dict[str, str]]:
    return {
        site["id"]: {found["check"]: found["outcome"] for found in site["findings"]}
        for site in json.loads(result.stdout)
    }


def test_a_site_in_order_passes_with_status_0(store: Path) -> None:
    record(store, alder=SHIPSHAPE)
    result = run(store, "--json")
    assert result.exit_code == 0, result.output
    assert outcomes(result)["alder"]["time-zone"] == "pass"


def test_the_worst_site_decides_the_status(store: Path) -> None:
    record(store, alder=SHIPSHAPE, birch=RARELY_LOGGED)
    assert run(store).exit_code == 1
    record(store, alder=SHIPSHAPE, birch=RARELY_LOGGED, cedar=WITHOUT_GRID_CODE)
    result = run(store, "--json")
    assert result.exit_code == 2
    assert outcomes(result)["cedar"]["grid-code"] == "fail"
    assert run(store, "--station", "alder").exit_code == 0


def test_what_to_change_stands_under_what_is_wrong(store: Path) -> None:
    record(store, birch=RARELY_LOGGED)
    lines = run(store).stdout.splitlines()
    wrong = next(row for row, line in enumerate(lines) if line.startswith("  warn"))
    assert "every 60 minutes" in lines[wrong]
    assert lines[wrong + 1].strip().startswith("-> Set it to")


def test_a_site_that_was_never_read_cannot_be_told(store: Path) -> None:
    record(store, alder={})
    result = run(store)
    assert result.exit_code == 3
    assert "never read" in result.stdout


@pytest.mark.parametrize("words", [("--station", "nowhere"), ()])
def test_an_unknown_station_and_an_empty_fleet_cannot_be_told(store: Path, words: tuple[str, ...]) -> None:
    record(store)
    assert run(store, *words).exit_code == 3


def test_a_missing_store_is_said_and_cannot_be_told(store: Path) -> None:
    result = run(store)
    assert result.exit_code == 3
    assert "does not exist yet" in result.output
