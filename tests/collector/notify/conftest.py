from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.collector.notify.pager import LOW, T0, Pager

from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.records import StationRecord
from victron_console.store.write.writer import Writer


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(T0)


@pytest.fixture
def writer(tmp_path: Path, clock: ManualClock) -> Iterator[Writer]:
    opened = Writer(tmp_path / "store.db", clock)
    opened.register([StationRecord("alder", "Alder Farm")])
    record_alerts(opened.db, AlertChanges((LOW,)), T0 + 70)
    yield opened
    opened.close()


@pytest.fixture
def pager(tmp_path: Path) -> Pager:
    return Pager(tmp_path)
