"""A fixed summer noon for every simulator test, and a small station to bend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from victron_console.simulator.fleet import NAMED
from victron_console.simulator.spec import StationSpec

SUMMER_NOON = datetime(2026, 6, 18, 11, 0, tzinfo=UTC).timestamp()


@pytest.fixture
def noon() -> float:
    """Eleven UTC on a June day."""
    return SUMMER_NOON


@pytest.fixture
def named() -> Callable[..., StationSpec]:
    """The demonstration station with this id, with fields replaced."""

    def find(station_id: str, **changes: object) -> StationSpec:
        spec = next(spec for spec in NAMED if spec.id == station_id)
        return replace(spec, **changes)  # type: ignore[arg-type]

    return find
