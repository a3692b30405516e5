"""Figures of a past that was taken in as values: worked out where there are none, and only where it was read."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from victron_console.collector.past.figures import fill_figures
from victron_console.model.clock import ManualClock
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.station import StationState, StationStatus
from victron_console.store.connection import open_writable
from victron_console.store.errors import LeaseHeld, UnknownStation
from victron_console.store.files.export import ExportRow
from victron_console.store.files.importing import import_rows
from victron_console.store.lease import Lease
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.batch import OVERVIEW_FIELDS
from victron_console.store.write.means import record_means
from victron_console.store.write.writer import Writer

T = 1_780_000_200.0
"""A begin of five minutes."""
SOC, PV = "system/0/Dc/Battery/Soc", "system/0/Dc/Pv/Power"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """An hour of two series, silent for a quarter of it from the twentieth minute on."""
    good, lost = Quality.GOOD, Quality.LOST
    rows = [
        *(ExportRow(T + at, "alder", SOC, value, quality)
          for at, value, quality in ((0, 50, good), (1200, None, lost), (2100, 50, good), (3599, 51, good))),
        *(ExportRow(T + at, "alder", PV, value, quality)
          for at, value, quality in ((0, 600, good), (600, 900, good), (1200, None, lost), (2100, 300, good))),
    ]  # fmt: skip
    import_rows(tmp_path / "store.db", rows, ManualClock(T + 7200.0))
    return tmp_path / "store.db"


def figures(store: Path, field: str) -> dict[float | None, float | None]:
    with closing(Reader(store, ManualClock(T + 7200.0))) as reader:
        return {row[0]: row[1] for row in reader.overview_slots("alder", [field], T - 3600.0, T + 7200.0)}


def test_each_five_minutes_that_were_read_get_the_figures_of_their_middle(store: Path) -> None:
    filled = fill_figures(store, "alder", ManualClock(T + 3600.0))
    pv = figures(store, "pv_power_w")
    expected = {T: 600.0, T + 300: 600.0, T + 600: 900.0, T + 900: 900.0}
    expected |= {T + at: 300.0 for at in range(2100, 3600, 300)}
    assert pv == expected, "nothing is made up for the silence"
    assert filled == len(expected)
    assert set(figures(store, "soc_percent").values()) == {50.0}


def test_what_a_collector_recorded_stays(store: Path) -> None:
    with closing(Writer(store, ManualClock(T + 7200.0))) as writer:
        writer.register([StationRecord("alder", "Alder")])
        live = StationStatus(StationState.LIVE, T)
        writer.record(StationUpdate("alder", T + 10.0, status=live, overview=Overview(pv_power_w=1.0)))
    fill_figures(store, "alder", ManualClock(T + 3600.0))
    assert figures(store, "pv_power_w")[T] == 1.0
    assert fill_figures(store, "alder", ManualClock(T + 3600.0)) == 0, "a second time there is nothing to do"


def test_figures_that_are_there_are_not_written_over(store: Path) -> None:
    with closing(open_writable(store)) as db:
        for pv in (400.0, 700.0):
            record_means(db, "alder", [(T, [pv if name == "pv_power_w" else None for name in OVERVIEW_FIELDS])])
    assert figures(store, "pv_power_w") == {T: 400.0}


def test_it_does_not_run_beside_a_collector_nor_on_what_is_not_there(store: Path) -> None:
    clock = ManualClock(T + 3600.0)
    with pytest.raises(UnknownStation):
        fill_figures(store, "oak", clock)
    with Lease(store, clock), pytest.raises(LeaseHeld):
        fill_figures(store, "alder", clock)
