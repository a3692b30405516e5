"""The month that ships with the demonstration, opened once: alarms, diagnoses, advice, gaps, twelve kinds of sites."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from victron_console.model.clock import SystemClock
from victron_console.simulator.past.opened import open_past
from victron_console.simulator.past.stories import story_specs
from victron_console.store.read.reader import Reader


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("lived") / "store.db"
    open_past(store, len(story_specs()), SystemClock().now())
    return store


@pytest.fixture
def reader(lived: Path) -> Iterator[Reader]:
    with closing(Reader(lived)) as opened:
        yield opened
