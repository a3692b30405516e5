"""The flow at one moment: every node closes and every limit holds, whatever is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.simulator.flow import Flow, Situation, solve
from victron_console.simulator.inverter import LossCurve
from victron_console.simulator.spec import AcType, EssSpec

watts = st.floats(0, 6000)


def situation(**fields: object) -> Situation:
    usual: dict[str, object] = {
        "load_out_w": (800.0,), "load_in_w": (0.0,), "pv_out_w": (0.0,), "pv_in_w": (0.0,), "pv_dc_w": 0.0,
        "other_dc_w": 0.0, "dc_load_w": 0.0, "source": AcType.NONE, "source_limit_w": 7000.0, "charge_max_w": 5000.0,
        "discharge_max_w": 8000.0, "charger_max_w": 3500.0, "unit_max_w": 4000.0, "inverter_on": True,
        "curve": LossCurve.of(5000, 18), "ess": None, "nominal_hz": 50.0,
    }  # fmt: skip
    return Situation(**{**usual, **fields})  # type: ignore[arg-type]


def assert_nodes_close(flow: Flow, s: Situation) -> None:
    for n in range(len(flow.load_out_w)):
        assert flow.source_w[n] + flow.pv_in_w[n] == pytest.approx(flow.load_in_w[n] + flow.ac_in_w[n], abs=1e-6)
        assert flow.ac_out_w[n] + flow.pv_out_w[n] == pytest.approx(flow.load_out_w[n], abs=1e-6)
    losses = (
        sum(s.curve.loss_w(p) for p in flow.converted_w) if s.inverter_on or flow.source is not AcType.NONE else 0.0
    )
    assert sum(flow.ac_in_w) - sum(flow.ac_out_w) - flow.dc_ic_w == pytest.approx(losses, abs=1e-3)
    dc_in = flow.pv_dc_w + flow.other_dc_w + flow.dc_ic_w
    assert dc_in == pytest.approx(flow.battery_w + flow.dc_load_w, abs=1e-6)


@given(
    load=watts, load_in=watts, pv_out=watts, pv_in=watts, pv_dc=watts, charge=watts, discharge=watts,
    source=st.sampled_from(AcType), ess=st.sampled_from([None, EssSpec(), EssSpec(feed_in_dc=False)]), on=st.booleans(),
)  # fmt: skip
def test_every_node_closes(
    load: float, load_in: float, pv_out: float, pv_in: float, pv_dc: float, charge: float, discharge: float,
    source: AcType, ess: EssSpec | None, on: bool,
) -> None:  # fmt: skip
    s = situation(
        load_out_w=(load, load / 2), load_in_w=(load_in, 0.0), pv_out_w=(pv_out, pv_out), pv_in_w=(pv_in, 0.0),
        pv_dc_w=pv_dc, charge_max_w=charge, discharge_max_w=discharge, source=source, ess=ess, inverter_on=on,
    )  # fmt: skip
    flow = solve(s)
    assert_nodes_close(flow, s)
    assert flow.pv_dc_w <= pv_dc + 1e-6


@given(load=watts, pv=watts, charge=watts)
def test_island_never_overcharges_the_battery(load: float, pv: float, charge: float) -> None:
    flow = solve(situation(load_out_w=(load,), pv_out_w=(pv,), pv_dc_w=pv, charge_max_w=charge))
    assert flow.battery_w <= charge + 1.0


def test_surplus_of_ac_pv_on_an_island_raises_the_frequency() -> None:
    flow = solve(situation(pv_out_w=(4000.0,), charge_max_w=500.0))
    assert flow.frequency_hz > 50.2
    assert sum(flow.pv_out_w) < 4000.0
    assert flow.throttled


def test_surplus_of_mppts_alone_leaves_the_frequency() -> None:
    flow = solve(situation(pv_dc_w=4000.0, charge_max_w=0.0))
    assert flow.frequency_hz == 50.0
    assert flow.battery_w == pytest.approx(0.0, abs=1e-6)


def test_ess_holds_the_grid_at_its_set_point() -> None:
    flow = solve(situation(source=AcType.GRID, ess=EssSpec(setpoint_w=50), load_in_w=(900.0,)))
    assert sum(flow.source_w) == pytest.approx(50.0, abs=0.1)
    assert flow.battery_w < -1600


def test_ess_at_its_floor_takes_from_the_grid() -> None:
    flow = solve(situation(source=AcType.GRID, ess=EssSpec(), discharge_max_w=0.0))
    assert flow.battery_w == pytest.approx(0.0, abs=1e-6)
    assert sum(flow.source_w) > 800


def test_ess_sells_what_the_full_battery_cannot_take() -> None:
    flow = solve(situation(source=AcType.GRID, ess=EssSpec(), pv_dc_w=3000.0, charge_max_w=0.0))
    assert sum(flow.source_w) < -1900
    assert flow.pv_dc_w == 3000.0


def test_ess_without_feed_in_throttles_instead() -> None:
    flow = solve(situation(source=AcType.GRID, ess=EssSpec(feed_in_dc=False), pv_dc_w=3000.0, charge_max_w=0.0))
    assert sum(flow.source_w) == pytest.approx(50.0, abs=0.1)
    assert flow.pv_dc_w < 1000


def test_genset_charges_within_its_limit() -> None:
    flow = solve(situation(source=AcType.GENSET, source_limit_w=2500.0))
    assert sum(flow.source_w) == pytest.approx(2500.0, abs=1.0)
    assert flow.battery_w > 1000


def test_inverter_that_is_off_serves_no_load() -> None:
    flow = solve(situation(inverter_on=False, pv_dc_w=300.0, dc_load_w=20.0))
    assert sum(flow.load_out_w) == 0.0
    assert flow.battery_w == 280.0


def test_overload_cuts_what_the_inverter_cannot_carry() -> None:
    flow = solve(situation(load_out_w=(5000.0,)))
    assert flow.overload > 1.0
    assert sum(flow.load_out_w) == 4000.0
