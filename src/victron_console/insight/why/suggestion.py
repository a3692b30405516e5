"""Which question a moment suggests: what stands there and is not as a site of its kind would have it."""

from __future__ import annotations

from collections.abc import Iterable

from victron_console.insight.moment import StationMoment
from victron_console.insight.why import ac_input, ess, generator, solar
from victron_console.insight.why.answer import Question
from victron_console.insight.why.bms import FULL_PERCENT, blocked
from victron_console.insight.why.look import Look
from victron_console.insight.why.reasons import EXCHANGE_W, IDLE_W, LOW_PERCENT, scene_of
from victron_console.model.alert import AlertState, AlertView

STANDING = (AlertState.UNACKNOWLEDGED, AlertState.ACKNOWLEDGED)
OF_FAMILY = {
    "soc": Question.LOW_SOC, "vdc_low": Question.LOW_SOC, "blocked_c": Question.NOT_CHARGING,
    "slow_charge": Question.NOT_CHARGING, "full_charge": Question.NOT_CHARGING, "bms": Question.NOT_CHARGING,
    "pv": Question.NOT_CHARGING, "blocked": Question.NOT_DISCHARGING, "genset": Question.GENERATOR,
    "genset_remote": Question.GENERATOR,
}  # fmt: skip
"""The question behind an alarm, by its family."""
HELD_PERCENT = 10.0
"""A battery this far above its floor that gives nothing while the grid is drawn from is held by something."""


def suggested_question(moment: StationMoment, alerts: Iterable[AlertView]) -> Question:
    """What is most worth asking of a station: what its worst alarm asks, else what it does that is not as usual."""
    standing = [view.occurrence for view in alerts if view.state in STANDING and view.occurrence.is_alarm]
    for it in sorted(standing, key=lambda it: (-it.severity.weight, it.raised_at)):
        if it.key.family in OF_FAMILY:
            return OF_FAMILY[it.key.family]
    look = Look(scene_of(moment, None))
    soc, watts = look.figure("soc_percent"), look.figure("battery_power_w")
    if (soc is not None and soc < FULL_PERCENT and blocked(look, "Charge")) or soc is None:
        return Question.NOT_CHARGING
    if blocked(look, "Discharge") and soc > LOW_PERCENT:
        return Question.NOT_DISCHARGING
    if soc <= max(LOW_PERCENT, (ess.soc_floor_percent(look) or 0.0) + ess.FLOOR_MARGIN_PERCENT):
        return Question.LOW_SOC
    return _by_flows(look, soc, watts or 0.0)


def _by_flows(look: Look, soc: float, watts: float) -> Question:
    if generator.has_generator(look) and generator.runs(look):
        return Question.GENERATOR
    grid, floor = look.figure("grid_power_w") or 0.0, ess.soc_floor_percent(look) or 0.0
    held = watts > -IDLE_W and soc > floor + HELD_PERCENT
    if ess.is_ess(look) and ac_input.connected_type(look) == "grid" and grid > EXCHANGE_W and held:
        return Question.IMPORTING
    sun = solar.sun_deg(look)
    by_day = sun is None or sun >= solar.HIGH_SUN_DEG
    return Question.NOT_CHARGING if by_day or watts <= IDLE_W else Question.NOT_DISCHARGING
