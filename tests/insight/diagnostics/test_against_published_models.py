"""Replacement windows against BLAST's home-storage LFP models, efficiency against a measured inverter of bslib.

Both packages are heavy and not among the project's own; without them these tests are skipped.
"""

from __future__ import annotations

import pytest
from tests.insight.diagnostics.published import inverter_errors, window_containment

NEEDS = "not installed; it is heavy and only for this check"


def test_the_window_holds_the_true_end_of_simulated_home_batteries() -> None:
    models = pytest.importorskip("blast.models", reason=f"blast-lite is {NEEDS}")
    inside, total, point_error = window_containment(models)
    assert total >= 60
    assert inside / total >= 0.88, (inside, total)
    assert abs(point_error) <= 0.30


def test_losses_of_a_measured_inverter_are_fitted_and_other_loads_alarm_nobody() -> None:
    bslib = pytest.importorskip("bslib.bslib", reason=f"bslib is {NEEDS}")
    injected, by_loads, bound = inverter_errors(bslib)
    assert injected <= 0.2
    assert abs(by_loads) <= 0.3 and bound < 1.0
