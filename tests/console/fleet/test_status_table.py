"""The table for a pipe: what stations and their files say does not steer the terminal that it ends in."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.console.sample_fleet import NOW

from victron_console.console.fleet.status_table import status_table
from victron_console.model.clock import ManualClock
from victron_console.model.station import StationState, StationStatus
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord
from victron_console.store.write.writer import Writer

HOSTILE = "\x00\x1b]0;x\x07\u202e"


@pytest.mark.parametrize("width", [80, 120, 200])
def test_names_and_reasons_carry_nothing_that_a_terminal_obeys(tmp_path: Path, width: int) -> None:
    path = tmp_path / "store.db"
    with closing(Writer(path, ManualClock(NOW))) as writer:
        writer.register([StationRecord("alder", "Alder")])
    with closing(Reader(path)) as reader:
        told = StationStatus(StationState.LOST, NOW, f"refused{HOSTILE}")
        rows = [replace(row, name=f"Alder{HOSTILE}", status=told) for row in reader.stations()]
        lines = status_table(reader, rows, NOW, width)
    assert "refused" in lines[-1]
    assert not set(HOSTILE) - set("]0;x") & set("".join(lines))
