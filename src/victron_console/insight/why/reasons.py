"""Which causes are looked at for which question, in the order in which a system applies them, and what it does now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from victron_console.insight.alarm_value import alarm_value
from victron_console.insight.audit.finding import site_of
from victron_console.insight.moment import StationMoment
from victron_console.insight.why import ac_input, battery, bms, ess, feed_in, generator, solar, supply
from victron_console.insight.why.answer import Cause, Question, Reasons, Sentence
from victron_console.insight.why.course import Course
from victron_console.insight.why.look import Look, Scene
from victron_console.insight.why.rule import CauseRule, Walk, walk
from victron_console.model.alert import Occurrence
from victron_console.model.text import clean

IDLE_W = 30.0
"""Below it a battery neither charges nor discharges, as `system` counts (docs/facts/figures.md#system-service)."""
EXCHANGE_W = 100.0
"""What a grid still gives or takes while ESS keeps it at its set-point (judgement)."""
LOW_PERCENT = 30.0

BATTERY_IN = (bms.BMS_LOST, bms.BMS_OFF, *bms.CHARGE_BLOCKED, *battery.CHARGE_LIMITS)
FROM_AC = (
    ac_input.FORBIDDEN, ac_input.GONE, ac_input.UNIT_FAULT, ac_input.NO_CHARGE_MODE, ac_input.CHARGER_ZERO,
    ac_input.IGNORED, ac_input.NO_MAINS_CHARGE, ac_input.NO_SHORE_CHARGE, ac_input.INPUT_LIMIT,
)  # fmt: skip
FROM_SUN = (solar.CHARGER_GONE, solar.CHARGER_ERROR, solar.CHARGER_OFF, solar.NO_YIELD)
HELD = (
    bms.BMS_LOST, bms.BMS_OFF, *bms.DISCHARGE_BLOCKED, *battery.DISCHARGE_LIMITS, ac_input.GONE,
    ac_input.UNIT_FAULT, ac_input.NO_INVERTER_MODE, ac_input.ON_GENERATOR, ess.EXTERNAL, ess.KEPT, ess.SCHEDULE,
    ess.RECHARGE, ess.DESS_HOLDS, ess.FLOOR, ess.NO_METER, ess.SETPOINT_BUYS,
)  # fmt: skip
"""What keeps the battery from giving."""

CHAINS: Mapping[Question, tuple[CauseRule, ...]] = {
    Question.NOT_CHARGING: (
        *BATTERY_IN, ess.DESS_NO_CHARGE, ess.EXTERNAL, *FROM_AC, *supply.GENERATOR_CHARGE, *FROM_SUN,
        solar.NO_SUN, ess.SETPOINT_SELLS, solar.LOADS_FIRST, supply.OTHERS_IDLE, generator.NOT_MET,
        supply.NO_SOURCE,
    ),
    Question.NOT_DISCHARGING: (
        ac_input.NO_ESS, *HELD, solar.SUN_COVERS, solar.SOURCE_COVERS, solar.NOTHING_DRAWN, solar.SURPLUS,
    ),
    Question.IMPORTING: (
        ac_input.NO_ESS, *HELD, battery.DISCHARGE_CURRENT, ac_input.INVERTER_LIMIT, ac_input.PHASES_ALONE,
        solar.GRID_CHARGES, ess.SETPOINT_KEPT,
    ),
    Question.NOT_FEEDING_IN: (
        feed_in.NO_GRID, feed_in.NO_ESS_FEED_IN, ac_input.MAINS_LOST, feed_in.GRID_CODE, feed_in.SWITCHED_OFF,
        feed_in.FORBIDDEN, ess.DESS_NO_FEED_IN, feed_in.GRID_HIGH, feed_in.NO_PV, *FROM_SUN, solar.NO_SUN,
        solar.BATTERY_FIRST, solar.LOADS_FIRST,
    ),
    Question.GENERATOR: (
        generator.FAILED_RULE, generator.NOT_REMOTE, generator.TANK, generator.NO_AUTO_START, generator.QUIET,
        generator.NO_CONDITION, generator.NOT_MET, generator.BY_CONDITION, generator.AT_ITS_PANEL,
    ),
    Question.LOW_SOC: (
        bms.BMS_LOST, bms.BMS_OFF, *bms.CHARGE_BLOCKED, battery.CHARGE_LIMITS[0], *FROM_AC,
        *supply.GENERATOR_CHARGE, *FROM_SUN, ess.DESS_NO_CHARGE, ess.FLOOR, supply.LESS_GRID, supply.LESS_SUN,
        supply.MORE_LOAD, solar.LOADS_FIRST, supply.NO_SOURCE,
    ),
}  # fmt: skip
"""The limits of the battery come first, then what ESS is told, what the AC side can, the sun, and who gets it first."""


@dataclass(frozen=True, slots=True)
class Premise:
    """What a site does, and whether that is what was asked about; None where it cannot be told."""

    text: str
    holds: bool | None


_CHARGE_BLOCKED = (bms.BMS_LOST, bms.BMS_OFF, *bms.CHARGE_BLOCKED)
_DISCHARGE_BLOCKED = (bms.BMS_LOST, bms.BMS_OFF, *bms.DISCHARGE_BLOCKED)
_GENERATOR = (generator.FAILED_RULE, generator.NOT_REMOTE, generator.TANK)
ALARM_CHAINS: Mapping[str, tuple[CauseRule, ...]] = {
    "soc": CHAINS[Question.LOW_SOC],
    "blocked_c": _CHARGE_BLOCKED,
    "slow_charge": (ess.RECHARGE,),
    "blocked": _DISCHARGE_BLOCKED,
    "vdc_low": (*_DISCHARGE_BLOCKED, *CHAINS[Question.LOW_SOC]),
    "full_charge": CHAINS[Question.NOT_CHARGING],
    "bms": (bms.BMS_LOST, bms.BMS_OFF),
    "modules": (bms.BMS_OFF,),
    "device_gone": (bms.BMS_LOST, ac_input.GONE, solar.CHARGER_GONE),
    "grid": (ac_input.MAINS_LOST, ac_input.ALL_IGNORED),
    "genset": _GENERATOR,
    "genset_remote": _GENERATOR,
    "pv": FROM_SUN,
    "overload": (ac_input.INVERTER_LIMIT,),
    "volt": (feed_in.GRID_HIGH,),
    "freq": (feed_in.GRID_HIGH,),
    "cell": (bms.CELL_HIGH, bms.CELL_LOW),
    "temp": (bms.HOT,),
    "temp_cold": (bms.COLD,),
}
"""By the family of an alarm. What a family does not have here is a fact of its own, with nothing behind it to find."""

AT_LIMIT: Mapping[Question, tuple[CauseRule, ...]] = {
    Question.NOT_CHARGING: (battery.CHARGE_CURRENT,),
    Question.NOT_DISCHARGING: (battery.DISCHARGE_CURRENT, ac_input.INVERTER_LIMIT),
}
"""What limits how much flows, where it does flow."""


def reasons(moment: StationMoment, question: Question, course: Course | None = None) -> Reasons:
    """What a moment says to a question: the limiting cause first, or why none can be told.

    Args:
        moment: the station at that moment.
        question: what is asked; about an alarm there is `alarm_reasons`.
        course: how its last days went, where that is known.

    Raises:
        ValueError: it is asked about an alarm, and not told which.
    """
    if question is Question.ALARM:
        raise ValueError("An alarm is asked about by its number.")
    look = Look(scene_of(moment, course))
    if not moment.snapshot.devices:
        return Reasons(question, Sentence("The station was never read."), None, cannot_tell="nothing was ever read")
    premise = _PREMISES[question](look)
    said = Sentence(premise.text, (*look.seen.values(), *look.old.values()))
    if premise.holds is None:
        return Reasons(question, said, None, cannot_tell=_why_unknown(look))
    rules = CHAINS[question] if premise.holds else AT_LIMIT.get(question, ())
    return _answered(question, said, walk(rules, look.scene), holds=premise.holds)


def scene_of(moment: StationMoment, course: Course | None) -> Scene:
    """A station's moment as causes look at it."""
    info = moment.row.info
    return Scene(site_of(moment.snapshot, moment.shown, info.location.timezone), info, course)


def alarm_reasons(moment: StationMoment, occurrence: Occurrence, course: Course | None = None) -> Reasons:
    """What a moment says to an alarm: the causes that an alarm of its family may have, and which of them hold."""
    value = alarm_value(occurrence)
    figure = f", {value.words}" if value.words else ""
    limit = f" (limit {value.limit})" if value.words and value.limit else ""
    said = Sentence(f"{clean(occurrence.title)}{figure}{limit}.")
    chain = ALARM_CHAINS.get(occurrence.key.family, ())
    if not chain:
        return Reasons(Question.ALARM, said, True, cannot_tell="no causes are known for alarms of this kind")
    return _answered(Question.ALARM, said, walk(chain, scene_of(moment, course)), holds=True)


def _answered(question: Question, said: Sentence, found: Walk, *, holds: bool) -> Reasons:
    causes = _each_once(found.causes)
    cannot = "" if causes or not holds else _no_cause(found.unseen)
    return Reasons(question, said, holds, causes, found.passed, found.unseen, cannot)


def _each_once(causes: Sequence[Cause]) -> tuple[Cause, ...]:
    return tuple({cause.id: cause for cause in reversed(causes)}[key] for key in dict.fromkeys(c.id for c in causes))


def _no_cause(unseen: Sequence[Sentence]) -> str:
    if unseen:
        return "nothing that could be looked at limits it, and not all could be looked at"
    return "nothing that the station tells of limits it"


def _why_unknown(look: Look) -> str:
    if look.old:
        names = ", ".join(f"{fact.name} is {fact.quality}" for fact in look.old.values())
        return f"what it hangs on is not known: {names}"
    return "the station does not measure what it hangs on"


def _battery_w(look: Look) -> float | None:
    return look.figure("battery_power_w")


def _charges(look: Look) -> Premise:
    watts, soc = _battery_w(look), look.figure("soc_percent")
    at = f" at {soc:.0f} %" if soc is not None else ""
    if watts is None:
        return Premise("Whether the battery charges is not known.", None)
    if watts > IDLE_W:
        return Premise(f"The battery does charge: {watts:.0f} W{at}.", False)
    does = f"it discharges with {-watts:.0f} W" if watts < -IDLE_W else f"it is at rest, {watts:.0f} W"
    return Premise(f"The battery does not charge{at}: {does}.", True)


def _discharges(look: Look) -> Premise:
    watts, soc = _battery_w(look), look.figure("soc_percent")
    at = f" at {soc:.0f} %" if soc is not None else ""
    if watts is None:
        return Premise("Whether the battery discharges is not known.", None)
    if watts < -IDLE_W:
        return Premise(f"The battery does discharge: {-watts:.0f} W{at}.", False)
    does = f"it charges with {watts:.0f} W" if watts > IDLE_W else f"it is at rest, {watts:.0f} W"
    return Premise(f"The battery does not discharge{at}: {does}.", True)


def _imports(look: Look) -> Premise:
    watts, kind = look.figure("grid_power_w"), look.site.shown.mains
    if watts is None:
        return Premise(f"What the {kind} gives is not known.", None)
    if watts < -EXCHANGE_W:
        return Premise(f"Nothing is drawn from the {kind}: {-watts:.0f} W are fed into it.", False)
    if watts < EXCHANGE_W:
        return Premise(f"Next to nothing is drawn from the {kind}: {watts:.0f} W.", False)
    return Premise(f"{watts:.0f} W are drawn from the {kind}.", True)


def _feeds_in(look: Look) -> Premise:
    watts = look.figure("grid_power_w")
    if (
        watts is None
        and look.site.units
        and not look.has_figure("grid_power_w")
        and ac_input.connected_type(look) == ""
    ):
        return Premise("Nothing is fed in: no grid is connected.", True)
    if watts is None:
        return Premise("What the grid takes is not known.", None)
    if watts < -EXCHANGE_W:
        return Premise(f"It does feed in: {-watts:.0f} W.", False)
    if watts < 0:
        return Premise(f"Next to nothing is fed into the grid: {-watts:.0f} W.", True)
    return Premise(f"Nothing is fed into the grid: it gives {watts:.0f} W.", True)


def _generator_does(look: Look) -> Premise:
    if not generator.has_generator(look):
        if look.old:
            return Premise("Whether the site has a generator is not known.", None)
        return Premise("No generator is known at this site.", False)
    running = generator.runs(look)
    if running is None:
        return Premise("Whether the generator runs is not known.", None)
    watts = look.figure("genset_power_w")
    power = f", {watts:.0f} W" if running and watts else ""
    return Premise(f"The generator runs{power}." if running else "The generator does not run.", True)


def _is_low(look: Look) -> Premise:
    soc, floor = look.figure("soc_percent"), ess.soc_floor_percent(look)
    if soc is None:
        return Premise("The state of charge is not known.", None)
    if soc > _low_limit(floor):
        return Premise(f"The battery is not low: {soc:.0f} %.", False)
    return Premise(f"The battery is low: {soc:.0f} %.", True)


def low_limit_percent(moment: StationMoment) -> float:
    """At what charge a battery counts as low: 30 %, or a little above the floor that ESS keeps."""
    return _low_limit(ess.soc_floor_percent(Look(scene_of(moment, None))))


def _low_limit(floor_percent: float | None) -> float:
    return max(LOW_PERCENT, (floor_percent or 0.0) + ess.FLOOR_MARGIN_PERCENT)


_PREMISES: Mapping[Question, Callable[[Look], Premise]] = {
    Question.NOT_CHARGING: _charges,
    Question.NOT_DISCHARGING: _discharges,
    Question.IMPORTING: _imports,
    Question.NOT_FEEDING_IN: _feeds_in,
    Question.GENERATOR: _generator_does,
    Question.LOW_SOC: _is_low,
}
