"""Why an alarm stands: the cause that is named is what the alarm's rule tells the operator to look for."""

from __future__ import annotations

import pytest
from tests.insight.why.injected import CAUSES, Injected, moment

from victron_console.alerts.rules.rule_file import load_rules
from victron_console.insight.why.answer import Question
from victron_console.insight.why.course import Course, Energy
from victron_console.insight.why.reasons import ALARM_CHAINS, alarm_reasons
from victron_console.model.alert import AlertKey, Occurrence, Severity

RULES = {rule.family: rule for rule in reversed(load_rules([]).rules)}


def occurrence(family: str) -> Occurrence:
    return Occurrence(1, AlertKey("x", family), "x", Severity.WARNING, "Something", "do it", 0.0, 0.0)


def of(cause: str, question: Question) -> Injected:
    return next(each for each in CAUSES if each.id == cause and each.question is question)


@pytest.mark.parametrize(
    ("family", "cause", "question", "word"),
    [
        ("bms", "bms_lost", Question.NOT_CHARGING, "cable"),
        ("blocked_c", "charge_blocked_cell_high", Question.NOT_CHARGING, "cell"),
        ("blocked_c", "charge_blocked_cold", Question.NOT_CHARGING, "cold"),
        ("blocked_c", "charge_blocked_hot", Question.NOT_CHARGING, "hot"),
        ("blocked", "discharge_blocked_cell_low", Question.NOT_DISCHARGING, "cell"),
        ("grid", "mains_lost", Question.NOT_CHARGING, "mains"),
        ("genset", "generator_failed", Question.GENERATOR, "fuel"),
        ("pv", "pv_no_power", Question.NOT_CHARGING, "breaker"),
        ("soc", "mains_lost", Question.NOT_CHARGING, "mains"),
        ("soc", "charge_blocked_cell_high", Question.NOT_CHARGING, "BMS"),
    ],
)
def test_the_cause_is_what_the_response_says_to_look_for(
    family: str, cause: str, question: Question, word: str
) -> None:
    found = alarm_reasons(moment(of(cause, question)), occurrence(family))
    assert found.first is not None
    assert found.first.id == cause
    said = f"{found.first.said.text} {found.first.action}"
    assert word in RULES[family].response
    assert word in said or found.first.id == "mains_lost"


def test_a_family_that_nothing_is_known_of_is_cannot_tell() -> None:
    found = alarm_reasons(moment(CAUSES[0]), occurrence("wifi"))
    assert found.causes == ()
    assert found.cannot_tell == "no causes are known for alarms of this kind"


def test_every_family_with_causes_has_a_rule() -> None:
    assert set(ALARM_CHAINS) <= set(RULES)


def test_a_low_battery_after_a_dull_day_is_told_by_its_energy() -> None:
    usual = Energy(9.0, 9.0)
    course = Course(pv=Energy(1.2, 8.0), load=usual, grid=Energy(None, None), genset=Energy(None, None), days=14)
    found = alarm_reasons(moment(of("loads_first", Question.NOT_CHARGING)), occurrence("soc"), course)
    assert found.first is not None
    assert found.first.said.text == "The sun gave 1.2 kWh in the last 24 hours, usually 8.0 kWh."
    assert [fact.words for fact in found.first.said.facts] == ["1.2 kWh", "8.0 kWh"]
