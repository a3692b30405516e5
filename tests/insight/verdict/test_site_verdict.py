"""What is said of a site: every alarm in plain words, nothing that another sentence contradicts, no unknown as fine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from victron_console.alerts.rules.rule_file import shipped_rules
from victron_console.insight.cells import Cell
from victron_console.insight.sunrise import Dawn
from victron_console.insight.verdict.alarm_words import ALARM_WORDS, alarm_clause
from victron_console.insight.verdict.clause import SHORT_CELLS, Clause, Rank
from victron_console.insight.verdict.doubt_words import SHORT
from victron_console.insight.verdict.site_verdict import HealthWords, Known, site_verdict
from victron_console.model.alert import Ack, AlertKey, AlertView, Maintenance, Occurrence, Severity, Shelf
from victron_console.model.overview import Overview
from victron_console.model.station import StationState, StationStatus
from victron_console.model.station_info import StationInfo
from victron_console.store.answers import StationRow

NOW = 1_795_444_327.0  # 2026-11-23 14:32:07 UTC
FRESH = StationRow(
    "alder", "Alder", (), StationInfo(), StationStatus(StationState.LIVE, NOW - 9000), Overview(load_power_w=0.0),
    NOW - 4, 10.0,
)  # fmt: skip
RULES = [rule for rule in shipped_rules().rules if rule.response and rule.levels[0].severity is not Severity.INFO]
GENSET = Occurrence(
    1, AlertKey("alder", "genset"), "genset_no_start", Severity.CRITICAL, "Generator failed", "start it by hand",
    NOW - 900, NOW - 900, last_value="no generator at AC input",
)  # fmt: skip
LOW = replace(
    GENSET, id=2, key=AlertKey("alder", "soc"), rule="soc_island", severity=Severity.WARNING, title="Battery low",
    last_value=18.0, unit="%", limit="< 20",
)  # fmt: skip


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def said(*occurrences: Occurrence, row: StationRow = FRESH, known: Known | None = None) -> str:
    return site_verdict(row, [AlertView(it) for it in occurrences], known or Known(), NOW).text


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.id))
def test_every_alarm_of_the_shipped_rules_has_a_plain_sentence_and_a_short_one(rule: object) -> None:
    title, unit, severity = rule.title, rule.unit, rule.levels[0].severity  # type: ignore[attr-defined]

    assert title in ALARM_WORDS
    for value in (None, 7.0, -559.0, 12_345.6, "no generator at AC input"):
        it = replace(GENSET, title=title, unit=unit, severity=severity, last_value=value, limit="< 10")
        clause = alarm_clause(AlertView(it))
        assert clause.text.endswith(".") and "{" not in clause.text
        assert len(clause.short) <= SHORT_CELLS


def test_what_ends_the_supply_comes_first_then_why_then_what_else_is_wrong_then_the_doubts() -> None:
    row = replace(FRESH, overview=Overview(imbalance_w=-1110.0, flags={"balance": "1110 W more go out than come in."}))
    known = Known(Dawn(0.0, 0.0, NOW + 50_800, NOW + 60_000), Cell("C07", 3.09, -0.103))
    cell = replace(LOW, id=3, key=AlertKey("alder", "cell"), title="Cell too low", unit="V", last_value=3.09)

    assert said(cell, GENSET, row=row, known=known) == (
        "Empty about 04:38. The generator failed: no generator at AC input. Cell 7 is 103 mV low. "
        "1.11 kW unaccounted for: one meter is wrong."
    )


def test_with_nothing_wrong_it_is_said_what_is_expected_and_what_runs_only_where_nothing_else_is_to_be_said() -> None:
    inverting = replace(FRESH, overview=Overview(system_state="Inverting"))

    assert said(row=inverting, known=Known(Dawn(40.4, 54.4, None, NOW))) == "40-54 % at sunrise."
    assert said(row=inverting) == "Inverting."
    assert said() == ""


def test_of_a_site_without_any_figure_that_is_said() -> None:
    for shown in (None, Overview(), Overview(battery_voltage_v=52.0)):
        assert said(row=replace(FRESH, overview=shown)) == "It tells of no charge and no power."
    assert said(GENSET, row=replace(FRESH, overview=None)) == "The generator failed: no generator at AC input."


@pytest.mark.parametrize(
    ("state", "read_at", "words"),
    [
        (StationState.STARTING, None, "Not read yet."),
        (StationState.LOST, None, "It has never answered. Connection refused."),
        (StationState.MISCONFIGURED, None, "It answers, but not as it should. Connection refused."),
        (StationState.LOST, NOW - 2040, "No answer for 34 min. Connection refused."),
        (StationState.STALE, NOW - 90, "Not read for 90 s. Connection refused."),
    ],
)
def test_a_site_that_is_not_read_says_so_first_and_says_nothing_of_its_devices(
    state: StationState, read_at: float | None, words: str
) -> None:
    reason = "" if state is StationState.STARTING else "connection refused"
    shown = Overview(system_state="Off", flags={"balance": "one"})
    row = replace(FRESH, status=StationStatus(state, NOW - 2040, reason), read_at=read_at, overview=shown)

    lost = replace(GENSET, key=AlertKey("alder", "offline"), title="Comms lost", last_value=2040.0, unit="s", link=True)
    verdict = site_verdict(row, [AlertView(lost)], Known(), NOW)

    assert verdict.clauses[0].text == words
    assert verdict.clauses[0].rank is Rank.LINK
    assert "Off" not in verdict.text and verdict.text.count("answer") <= 1


def test_a_forecast_of_a_lost_site_says_of_when_it_is() -> None:
    row = replace(FRESH, status=StationStatus(StationState.LOST, NOW), read_at=NOW - 2040)

    assert "Empty about 22:40, by figures of 13:58." in said(row=row, known=Known(Dawn(empty_at=NOW + 29_273)))


def test_what_is_over_put_aside_or_held_back_is_not_said() -> None:
    seen = AlertView(replace(GENSET, cleared_at=NOW))
    shelf = Shelf(1, NOW - 60, NOW + 3600, "mk", "fuel", Severity.CRITICAL, key=GENSET.key)
    shelved, held = AlertView(GENSET, shelf=shelf), AlertView(replace(GENSET, suppressed_by="offline"))

    assert not any(site_verdict(FRESH, [view], Known(), NOW).text for view in (seen, shelved, held))
    work = Maintenance(1, NOW, NOW + 3600, "mk", "new battery", "alder")
    assert site_verdict(FRESH, [AlertView(GENSET, maintenance=work)], Known(), NOW).text.startswith("In maintenance")


def test_an_acknowledged_alarm_is_still_said() -> None:
    view = AlertView(GENSET, acks=[Ack(1, NOW, "mk", Severity.CRITICAL)])

    assert "generator failed" in site_verdict(FRESH, [view], Known(), NOW).text


def test_what_an_alarm_says_neither_a_flag_nor_the_diagnosis_says_again() -> None:
    off = replace(LOW, key=AlertKey("alder", "modules"), title="Part of bank off", last_value=None)
    row = replace(FRESH, overview=Overview(flags={"battery_bank": "Only 2 of 3 packs of the battery work."}))
    worn = HealthWords(Clause("SOH 61 %, as of Mon.", "Battery worn.", Rank.HEALTH), frozenset({"modules"}))

    assert said(off, row=row, known=Known(health=(worn,))) == "A part of the battery is off."


def test_an_alarm_of_somebodys_own_rule_or_of_a_device_is_told_by_its_title() -> None:
    own = replace(LOW, title="Bilge water", key=AlertKey("alder", "bilge", "tank/3"))
    long = replace(LOW, title="Error code: Battery hot, charger off (2)", key=AlertKey("alder", "e", "solarcharger/1"))

    assert alarm_clause(AlertView(own)).text == "Bilge water, 18 %."
    assert alarm_clause(AlertView(long)).short == "Solar charger alarm."
    assert alarm_clause(AlertView(replace(LOW, title="CAN errors can0", last_value=None))).text == (
        "The CAN bus has errors: can0."
    )


def test_every_doubt_has_a_short_form() -> None:
    assert all(len(short) <= SHORT_CELLS for short in SHORT.values())
