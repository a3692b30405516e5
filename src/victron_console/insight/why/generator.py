"""Causes for which a generator runs, and for which it does not."""

from __future__ import annotations

from victron_console.insight.overview.ac_side import ac_inputs
from victron_console.insight.why.look import Look, called
from victron_console.insight.why.rule import CauseRule
from victron_console.model.snapshot import DeviceState

GENSETS = ("genset", "dcgenset")
RUNNING_STATUS = 8
STOPPED, STOPPED_BY_TANK, FAILED = 0, 5, 10
REMOTE_DISABLED = 1
"""`generator /Error`: a state of the set, no failure of it (dbus_generator)."""
SOC_CODE, MANUAL, TEST_RUN = 4, 1, 2
CONDITIONS = {
    "Soc": "SOC", "BatteryVoltage": "battery voltage", "BatteryCurrent": "battery current", "AcLoad": "AC load",
    "InverterHighTemp": "inverter temperature", "InverterOverload": "inverter overload",
}  # fmt: skip
"""Conditions under `/Settings/Generator0` (dbus_generator)."""
RELAY_STARTS = 1
"""`Settings/Relay/Function`: generator start/stop; many sites without one leave it so."""
OWN_W = 50.0
"""What a generator that runs gives at least (judgement)."""


def has_generator(look: Look) -> bool:
    """Whether the site has a generator: a set on the bus, an AC input for one, or a condition to start it by relay."""
    if look.site.snapshot.fitted(*GENSETS) or any(each.type == "genset" for each in ac_inputs(look.site.snapshot)):
        return True
    by_relay = look.setting("Relay/Function") == RELAY_STARTS
    return by_relay and (bool(_enabled(look)) or bool(look.number(start_stop(look), "RunningByConditionCode")))


def start_stop(look: Look) -> DeviceState | None:
    """The service that starts and stops it; None where there is none."""
    return next(iter(look.of_class("generator")), None)


def runs(look: Look) -> bool | None:
    """Whether it runs; None where that cannot be told."""
    state, watts = look.number(start_stop(look), "State"), look.figure("genset_power_w")
    statuses = [look.number(genset, "StatusCode") for genset in look.of_class(*GENSETS)]
    if state is None and watts is None and all(status is None for status in statuses):
        return None
    started = state not in (None, STOPPED, STOPPED_BY_TANK, FAILED)
    return started or RUNNING_STATUS in statuses or (watts or 0.0) > OWN_W


def _by_condition(look: Look) -> str:
    service = start_stop(look)
    code = look.number(service, "RunningByConditionCode")
    if not runs(look) or not code:
        return ""
    words = next(fact.words for source, fact in look.seen.items() if source.endswith("RunningByConditionCode"))
    if code != SOC_CODE:
        return f"The GX runs it: {words.lower()}."
    begin, end, soc = (
        look.setting("Generator0/Soc/StartValue"),
        look.setting("Generator0/Soc/StopValue"),
        look.figure("soc_percent"),
    )
    limits = f" It starts at {begin:.0f} % and stops at {end:.0f} %" if begin is not None and end is not None else ""
    now = f"; the battery has {soc:.0f} %" if soc is not None and limits else ""
    return f"The GX runs it by the state of charge.{limits}{now}{'.' if limits else ''}"


def _at_its_panel(look: Look) -> str:
    service = start_stop(look)
    if not runs(look) or service is None or look.number(service, "RunningByConditionCode") != 0:
        return ""
    for genset in look.of_class(*GENSETS):
        look.number(genset, "StatusCode")
    return "It was not started by the GX: at its own panel, or by something else."


def _failed(look: Look) -> str:
    service = start_stop(look)
    error = look.number(service, "Error")
    for path in ("Alarms/NoGeneratorAtAcIn", "Alarms/NoGeneratorAtDcIn"):
        if look.number(service, path):
            return "It was started, but gives no power: fuel, starter, its own panel, its breaker."
    if look.number(service, "State") == FAILED or (error and error != REMOTE_DISABLED):
        words = next((fact.words for source, fact in look.seen.items() if source.endswith("/Error") and fact.value), "")
        return f"Its start/stop reports an error{': ' + words if words else ''}."
    for genset in look.of_class(*GENSETS):
        if look.number(genset, "ErrorCode"):
            words = look.seen[genset.key.series("ErrorCode")].words
            return f"{called(genset)} reports an error: {words}."
    return ""


def _not_remote(look: Look) -> str:
    for genset in look.of_class(*GENSETS):
        if look.number(genset, "RemoteStartModeEnabled") == 0:
            return f"{called(genset)} does not let itself be started from afar: its own switch is not on Auto."
    if look.number(start_stop(look), "Error") == REMOTE_DISABLED:
        return "The generator does not let itself be started from afar: its own switch is not on Auto."
    return ""


def _tank(look: Look) -> str:
    service = start_stop(look)
    stopped = look.number(service, "State") == STOPPED_BY_TANK
    if stopped or look.number(service, "Alarms/StoppedByTankLevelCondition"):
        return "It is stopped because its tank is low."
    return ""


def _no_auto_start(look: Look) -> str:
    service = start_stop(look)
    if service is None or runs(look) is not False or look.number(service, "AutoStartEnabled") != 0:
        return ""
    return "Its automatic start is switched off: it is started by hand alone."


def _enabled(look: Look) -> list[str]:
    return [name for name in CONDITIONS if look.setting(f"Generator0/{name}/Enabled") == 1]


def _quiet(look: Look) -> str:
    if runs(look) is not False or look.number(start_stop(look), "QuietHours") != 1:
        return ""
    begin, soc = look.setting("Generator0/Soc/StartValue"), look.figure("soc_percent")
    if begin is None or soc is None or soc > begin:
        return ""
    quiet = look.setting("Generator0/Soc/QuietHoursStartValue")
    until = f": until they end it starts at {quiet:.0f} %" if quiet is not None else ""
    return f"Its quiet hours keep it off at {soc:.0f} %{until}."


def _no_condition(look: Look) -> str:
    service = start_stop(look)
    if service is None or runs(look) is not False or _enabled(look):
        return ""
    if look.setting("Generator0/Soc/Enabled") is None:
        return ""
    return "No condition to start it is switched on."


def _not_met(look: Look) -> str:
    if runs(look) is not False:
        return ""
    enabled, soc = _enabled(look), look.figure("soc_percent")
    begin = look.setting("Generator0/Soc/StartValue") if "Soc" in enabled else None
    if begin is None or soc is None:
        return ""
    if soc <= begin:
        return ""
    others = [CONDITIONS[name] for name in enabled if name != "Soc"]
    also = f"; it would also start by {', '.join(others)}" if others else ""
    return f"No condition to start it holds: the battery has {soc:.0f} %, it starts at {begin:.0f} %{also}."


FAILED_RULE = CauseRule(
    "generator_failed", "A failure of the generator", _failed, "Start it by hand; check fuel, starter, its own panel."
)
NOT_REMOTE = CauseRule("generator_not_remote", "Its remote start", _not_remote, "Turn its own switch to Auto.")
TANK = CauseRule("generator_tank", "Its tank", _tank, "Refill it.")
NO_AUTO_START = CauseRule(
    "generator_auto_start_off", "Its automatic start", _no_auto_start, "Switch it on: Generator, Auto start."
)
QUIET = CauseRule("generator_quiet_hours", "Its quiet hours", _quiet)
NO_CONDITION = CauseRule(
    "generator_no_condition", "Conditions to start it", _no_condition, "Switch one on: Generator, Settings."
)
NOT_MET = CauseRule("generator_condition_not_met", "Conditions to start it", _not_met)
BY_CONDITION = CauseRule("generator_by_condition", "The condition that it runs by", _by_condition)
AT_ITS_PANEL = CauseRule("generator_by_hand", "A start that was not the GX's", _at_its_panel)
