"""The stations of the simulated year: the demo's twelve, and a faulted copy for each fault beside its healthy twin."""

from __future__ import annotations

from dataclasses import dataclass, replace

from victron_console.simulator.fleet import (
    ALDER_FARM,
    CEDAR_HOUSE,
    DUNE_PUMP,
    GORSE_DEPOT,
    QUARRY_CAMP,
    demo_specs,
)
from victron_console.simulator.scenario import Scenario
from victron_console.simulator.spec import Ageing, StationSpec
from victron_console.simulator.surroundings import MONTH_S

BEGIN = 1_735_689_600.0
"""2025-01-01 UTC."""
DAY_S = 86_400.0
WEEK_S = 7 * DAY_S
YEAR_DAYS = 365
END = BEGIN + YEAR_DAYS * DAY_S
WEAK_FROM_DAY = 120
YEAR_MONTHS = YEAR_DAYS * DAY_S / MONTH_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One station, and what is wrong with it."""

    spec: StationSpec
    scenarios: tuple[Scenario, ...] = ()
    fault: str = ""
    """Empty where nothing is."""
    twin: str = ""
    """The id of the same station without the fault."""


COOKING_PUMP = replace(
    DUNE_PUMP, id="dune-pump-hob", name="Dune Pump with a hob", load=replace(DUNE_PUMP.load, cooker_w=1400.0)
)
"""No station of the demo ever steps by a tenth of its capacity: without such steps no resistance can be measured."""


def _faulted(twin: StationSpec, fault: str, *scenarios: Scenario, ageing: Ageing | None = None) -> Case:
    spec = replace(
        twin, id=f"{twin.id}-{fault}", name=f"{twin.name} ({fault})", ageing=ageing or twin.ageing
    )  # fmt: skip
    return Case(spec=spec, scenarios=scenarios, fault=fault, twin=twin.id)


FAULTED = (
    # A balancer that works takes ten times as much in a month of sunny days.
    _faulted(
        replace(QUARRY_CAMP, battery=replace(QUARRY_CAMP.battery, balancer_percent_per_h=0.0)),
        "cell-drift",
        ageing=Ageing(cell_drift_percent_per_month=2.0),
    ),
    _faulted(COOKING_PUMP, "resistance", ageing=Ageing(resistance_growth_per_month=0.06)),
    _faulted(ALDER_FARM, "hot-room", ageing=Ageing(room_warming_k_per_month=1.5)),
    # Reaches a quarter more at the end of the year.
    _faulted(GORSE_DEPOT, "inverter-loss", ageing=Ageing(inverter_loss_growth_per_month=0.25 / YEAR_MONTHS)),
    _faulted(CEDAR_HOUSE, "weak-grid", Scenario("weak-grid", BEGIN + WEAK_FROM_DAY * DAY_S)),
)


def cases(only: str = "") -> list[Case]:
    """All stations, the faulted ones and their twins first; `only` a fault leaves its pair."""
    healthy = [Case(spec=spec) for spec in (COOKING_PUMP, *demo_specs(12))]
    twins = {case.twin for case in FAULTED}
    healthy.sort(key=lambda case: case.spec.id not in twins)
    if not only:
        return [*FAULTED, *healthy]
    faulted = [case for case in FAULTED if case.fault == only]
    if not faulted:
        raise SystemExit(f"YEAR_ONLY={only}: there is no such fault; choose {', '.join(c.fault for c in FAULTED)}")
    return [*faulted, *(case for case in healthy if case.spec.id == faulted[0].twin)]
