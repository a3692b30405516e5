"""Energies by our own counters: in the quarter they arrive, and not known around a gap."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np

from victron_console.catalogue.vrm import EnergyKind
from victron_console.diagnosing.external.own_counters import counted_quarters
from victron_console.diagnosing.external.quarters import Quarters
from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.model.clock import ManualClock
from victron_console.model.external.external_day import QUARTER_S
from victron_console.model.quality import Quality
from victron_console.store.files.export import ExportRow
from victron_console.store.files.importing import import_rows
from victron_console.store.read.reader import Reader

T = 1_780_000_200.0
COUNTER = "grid/30/Ac/Energy/Forward"


def counted(path: Path, readings: dict[int, float], powers: list[float]) -> FloatArray:
    """kWh of the quarters by a counter that read so much in the middle of each."""
    clock = ManualClock(T + 86_400.0)
    rows = [ExportRow(T + (n + 0.5) * QUARTER_S, "alder", COUNTER, kwh, Quality.GOOD) for n, kwh in readings.items()]
    import_rows(path / "store.db", rows, clock)
    own = Quarters(T, {EnergyKind.IMPORTED: np.array(powers)})
    with closing(Reader(path / "store.db", clock)) as reader:
        return counted_quarters(reader, "alder", own, len(powers)).kwh[EnergyKind.IMPORTED]


def test_steps_lie_where_they_arrive_and_a_fall_is_a_reset(tmp_path: Path) -> None:
    found = counted(tmp_path, {-1: 9.0, 0: 10.0, 1: 10.5, 2: 0.2, 3: 0.4}, [0.1] * 4)
    assert np.allclose(found, [1.0, 0.5, 0.2, 0.2])


def test_the_step_over_a_gap_of_ours_is_no_energy_of_the_quarter_after_it(tmp_path: Path) -> None:
    nan = float("nan")
    found = counted(tmp_path, {-1: 9.0, 0: 10.0, 3: 16.0, 4: 17.0}, [1.0, nan, nan, 1.0, 1.0])
    assert np.allclose(found, [1.0, nan, nan, nan, 1.0], equal_nan=True), "6 kWh of three quarters arrive in one"
