from __future__ import annotations

from collections.abc import Callable
from math import inf

import pytest

from victron_console.insight.audit.finding import Outcome
from victron_console.insight.audit.review import audit
from victron_console.insight.gx_clock import gx_clock_skew_s, vrm_contact_at
from victron_console.insight.overview.overview import overview
from victron_console.model.snapshot import Snapshot

Build = Callable[..., Snapshot]

NOW = 1_763_900_000.0
"""When a station of `build` is read."""
SIXTEEN_YEARS_S = 16 * 365.25 * 86_400


@pytest.mark.parametrize(
    ("gx_s", "contact_s", "expected_s"),
    [(0.0, -70.0, -70.0), (-SIXTEEN_YEARS_S, -SIXTEEN_YEARS_S - 70, -70.0), (20.0, -70.0, -70.0)],
)
def test_the_last_contact_with_vrm_is_by_our_clock(
    build: Build, gx_s: float, contact_s: float, expected_s: float
) -> None:
    station = build({"platform/0": {"Device/Time": NOW + gx_s}, "logger/0": {"Vrm/TimeLastContact": NOW + contact_s}})
    assert gx_clock_skew_s(station) == pytest.approx(gx_s)
    assert vrm_contact_at(station) == pytest.approx(NOW + expected_s)


def test_never_is_no_moment_and_unknown_is_not_never(build: Build) -> None:
    assert vrm_contact_at(build({"logger/0": {"Vrm/TimeLastContact": 0}})) == -inf
    assert vrm_contact_at(build({"logger/0": {"Vrm/TimeLastContact": []}})) is None
    assert vrm_contact_at(build({})) is None
    assert gx_clock_skew_s(build({"platform/0": {"Device/Time": []}})) is None


def test_the_audit_warns_of_a_wrong_clock_and_of_a_vrm_never_reached(build: Build) -> None:
    station = build({"platform/0": {"Device/Time": NOW - 86_400}, "logger/0": {"Vrm/TimeLastContact": 0}})
    found = {each.check: each for each in audit(station, overview(station))}
    assert (found["gx-clock"].outcome, found["vrm"].outcome) == (Outcome.WARN, Outcome.WARN)
    assert found["gx-clock"].text == "The clock of the GX is 1 day, 0:00:00 behind."
