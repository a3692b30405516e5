"""The value of an alarm in words: a quantity with its unit, never the bare number of a level or code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from victron_console.insight.alarm_value import alarm_value, without_state
from victron_console.model.alert import AlertKey, Occurrence, Severity

FAILED = Occurrence(
    1, AlertKey("alder", "genset"), "genset_no_start", Severity.CRITICAL, "Generator failed", "start it", 0.0, 0.0,
    last_value=3.0, peak_value=3.0, limit="> 1",
)  # fmt: skip


def test_a_level_or_code_is_no_value() -> None:
    assert alarm_value(FAILED).words == ""
    assert alarm_value(FAILED, FAILED.peak_value).words == ""


def test_words_and_quantities_are_told() -> None:
    assert alarm_value(replace(FAILED, last_value="not started")).words == "not started"
    assert alarm_value(replace(FAILED, last_value=3.0, unit="%", limit="< 10")).words == "3 %"
    assert alarm_value(replace(FAILED, last_value=1.7, limit="> 1.5")).words == "1.70"
    assert alarm_value(replace(FAILED, last_value=120.0, limit="> 100")).words == "120"


@pytest.mark.parametrize(
    ("logged", "said"),
    [
        ("Generator failed: 3", "Generator failed"),
        ("Low state of charge: 1.0", "Low state of charge"),
        ("Battery low: 1 %", "Battery low: 1 %"),
        ("Error code: 2", "Error code: 2"),
        ("VE.Bus error: 3", "VE.Bus error: 3"),
        ("Comms lost: 182.8 s", "Comms lost: 182.8 s"),
        ("Cells apart: 30", "Cells apart: 30"),
    ],
)
def test_what_was_logged_loses_its_bare_state(logged: str, said: str) -> None:
    assert without_state(logged) == said
