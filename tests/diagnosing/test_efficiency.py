"""The loss curve: injected losses are recovered, changed loads alarm nobody, sites that never invert alone are told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.diagnosing.acceptance import drop_by_loads, loss_error
from tests.diagnosing.made_site import T0, TRUE, inverting

from victron_console.diagnosing.finding import Status
from victron_console.diagnosing.power.efficiency import Efficiency, InverterRecord, LossCurve, efficiency
from victron_console.model.units import DAY_S
from victron_console.simulator.inverter import LossCurve as SimulatedCurve


def drop(found: Efficiency) -> tuple[float, float]:
    assert found.drop.value is not None and found.drop.low is not None, found.drop.reason
    return found.drop.value, found.drop.low


def test_losses_that_grew_by_a_tenth_are_recovered_within_two_tenths_of_a_point() -> None:
    assert loss_error(1.1) <= 0.2


def test_other_loads_alone_alarm_nobody() -> None:
    for mix in (0.3, 0.6, 2.0):
        value, low = drop_by_loads(mix)
        assert abs(value) <= 0.3 and low < 1.0, (mix, value)


def test_the_curve_is_found_with_its_idle_loss() -> None:
    found = efficiency(inverting(60))
    assert found.idle.value == pytest.approx(28.0, abs=4.0)
    assert found.reference.value == pytest.approx(TRUE.reference(2500.0), abs=0.3)


def test_a_quarter_more_loss_raises_the_bound_that_alarms_use() -> None:
    assert drop(efficiency(inverting(240, worn=1.3)))[1] > 1.5


def test_a_site_that_never_inverts_alone_is_told_so() -> None:
    record = inverting(60)
    fed = efficiency(replace(record, ac_in_w=np.full(len(record.at), 500.0)))
    assert fed.reference.status is Status.NOT_IDENTIFIABLE and "inverts alone" in fed.reference.reason
    bypassed = replace(record, state=np.full(len(record.at), 8.0))
    assert efficiency(bypassed).drop.status is Status.NOT_IDENTIFIABLE
    silent = replace(record, dc_w=np.full(len(record.at), np.nan))
    assert efficiency(silent).reference.status is Status.UNKNOWN


def test_a_short_record_has_a_figure_but_no_trend() -> None:
    found = efficiency(inverting(30))
    assert found.reference.known and found.drop.status is Status.INSUFFICIENT


def test_the_published_misreading_is_no_efficiency() -> None:
    """44 W from the battery and 159 W from the grid for 149 W of loads: not inverting alone, no figure."""
    at = T0 + np.arange(0, 5 * DAY_S, 300.0)
    record = InverterRecord(
        at=at, dc_w=np.full(len(at), 44.0), ac_out_w=np.full(len(at), 149.0), ac_in_w=np.full(len(at), 159.0)
    )
    assert efficiency(record).reference.value is None


def test_the_simulators_worn_inverter_is_found() -> None:
    record = inverting(240)
    late = record.at > T0 + 120 * DAY_S
    new, worn = SimulatedCurve.of(3000, 18.0), SimulatedCurve.of(3000, 18.0, 1.4)
    dc = [-(worn if old else new).dc_w(ac) for ac, old in zip(record.ac_out_w, late, strict=True)]
    value, _ = drop(efficiency(replace(record, dc_w=np.array(dc))))
    curves = [LossCurve(curve.idle_w, curve.linear, curve.square_per_w) for curve in (new, worn)]
    assert value == pytest.approx(curves[0].reference(2500) - curves[1].reference(2500), abs=0.2)
