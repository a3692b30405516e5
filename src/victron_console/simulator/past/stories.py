"""What happened at the demonstration's stations in the month before it opens: faults grown as they would. Data only.

All moments count from the end of what was judged: half a day or so before the demonstration opens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from victron_console.model.units import DAY_S, HOUR_S
from victron_console.simulator.fleet import demo_specs
from victron_console.simulator.scenario import Scenario
from victron_console.simulator.spec import Ageing, StationSpec

WORN_SOH_PERCENT = 71.0
DRIFT_PERCENT_PER_MONTH = 30.0
"""A cell that discharges itself, a percent of its charge a day, where no balancer takes it out of the others."""
ADVISED = "cedar-house"
"""The station with a tariff, whose owner follows the advice from some day on."""
FOLLOWS_DAYS = 9
NIGHT_BEGINS_H, NIGHT_H = 0, 6
TARIFF = """\
# Made up: a night tariff.
buy = 0.36
sell = 0.05
currency = "€"
[by_hour]
"00-06" = 0.14
"17-21" = 0.49
"""


@dataclass(frozen=True, slots=True)
class Caption:
    """What there is to see of a story, and where."""

    screen: str
    """As it is typed after `:`."""
    station: str
    """The station's id; empty: the fleet."""
    text: str


def story_specs() -> list[StationSpec]:
    """The named stations, one of them with a worn battery, one with a cell that drifts."""
    return [_with_fault(spec) for spec in demo_specs(12)]


def _with_fault(spec: StationSpec) -> StationSpec:
    if spec.id == "fern-lodge":
        return replace(spec, battery=replace(spec.battery, soh_percent=WORN_SOH_PERCENT))
    if spec.id == "quarry-camp":
        return replace(
            spec,
            battery=replace(spec.battery, balancer_percent_per_h=0.0),
            ageing=Ageing(cell_drift_percent_per_month=DRIFT_PERCENT_PER_MONTH, drifting_cell=5),
        )
    return spec


def story_troubles(judged_at: float) -> dict[str, Sequence[Scenario]]:
    """What goes wrong, by station id.

    Args:
        judged_at: the end of what was judged (UTC epoch, s).
    """
    return {
        "alder-farm": (
            Scenario("dull-days", judged_at - 1.82 * DAY_S),
            Scenario("genset-fails", judged_at - 1.5 * DAY_S),
        ),
        "birch-clinic": (
            Scenario("grid-outage", judged_at - 18.3 * DAY_S, judged_at - 18.3 * DAY_S + 0.7 * HOUR_S),
            Scenario("grid-outage", judged_at - 9.6 * DAY_S, judged_at - 9.6 * DAY_S + 2.2 * HOUR_S),
            Scenario("grid-outage", judged_at - 2.4 * DAY_S, judged_at - 2.4 * DAY_S + 1.1 * HOUR_S),
        ),
        "cedar-house": (Scenario("firmware-behind", judged_at - 6 * DAY_S), *_advised_nights(judged_at)),
        "larch-hut": (Scenario("ess-floor", judged_at - 8.2 * DAY_S),),
    }


def _advised_nights(judged_at: float) -> list[Scenario]:
    """The hours of night in which the owner keeps the battery's charge, also in the nights to come."""
    spec = next(spec for spec in demo_specs(12) if spec.id == ADVISED)
    zone = ZoneInfo(spec.timezone)
    today = datetime.fromtimestamp(judged_at, zone).replace(hour=NIGHT_BEGINS_H, minute=0, second=0, microsecond=0)
    nights = [(today + timedelta(days=day)).timestamp() for day in range(-FOLLOWS_DAYS, 3)]
    return [Scenario("ess-hold", begin, begin + NIGHT_H * HOUR_S) for begin in nights]


CAPTIONS = (
    Caption("fleet", "", "Twelve sites, the worst first; each says in words what is wrong. Enter opens one."),
    Caption(
        "site", "alder-farm",
        "Alder Farm, off-grid: two dull days, and this morning the generator did not start. See its charge.",
    ),
    Caption("alarms", "alder-farm", "Its alarms: what to do and whom to call. a acknowledges one, s puts it aside."),
    Caption("trends", "alder-farm", "The same days as curves: the sun stays away, the charge falls. + - zoom."),
    Caption(
        "cells", "quarry-camp",
        "Quarry Camp: one cell has fallen behind the others for weeks, since its balancer is broken.",
    ),
    Caption(
        "health", "fern-lodge",
        "Fern Lodge: a month of cycles says that its battery is worn. Enter on a figure explains it.",
    ),
    Caption("health", "cedar-house", "Cedar House has a tariff: what was advised, and what came of it."),
    Caption(
        "log", "larch-hut",
        "What happened, newest first. / filters: `minimum` finds who changed Larch Hut, `grid` Birch Clinic's outages.",
    ),
    Caption("link", "dune-pump", "How each site is reached: Dune Pump gets lost a minute after the start."),
)  # fmt: skip
"""The tour: what there is to see, in order."""
