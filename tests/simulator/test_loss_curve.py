"""The inverter's loss curve: both directions are inverses, nothing is gained."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.simulator.inverter import LossCurve

CURVE = LossCurve.of(5000, 18)


@given(st.floats(-5000, 5000))
def test_dc_and_ac_power_are_inverse(ac_w: float) -> None:
    assert CURVE.ac_w(CURVE.dc_w(ac_w)) == pytest.approx(ac_w, abs=1e-3)


@given(st.floats(-5000, 5000))
def test_conversion_never_gains(ac_w: float) -> None:
    assert ac_w + CURVE.dc_w(ac_w) < 0


def test_full_load_efficiency_is_that_of_a_real_unit() -> None:
    assert 0.92 < 4000 / -CURVE.dc_w(4000) < 0.96


def test_base_load_efficiency_is_poor_as_in_reality() -> None:
    assert 0.6 < 50 / -CURVE.dc_w(50) < 0.8


def test_worn_inverter_loses_more() -> None:
    assert LossCurve.of(5000, 18, 1.1).loss_w(2000) == pytest.approx(1.1 * CURVE.loss_w(2000))
