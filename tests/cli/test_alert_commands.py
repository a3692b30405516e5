"""Alarms from a script: listed, acknowledged, shelved; and rules tried before they matter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from victron_console.cli.main import victron_console
from victron_console.cli.options import Options
from victron_console.cli.trying import try_rule
from victron_console.model.alert import AlertKey, Occurrence, Severity
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import SystemClock
from victron_console.model.device import DeviceKey
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.station import StationState, StationStatus
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

SYSTEM = DeviceKey("system", "0")
RULES = """
schema = 1
[[rule]]
id = "soc_test"
family = "soc_test"
title = "Battery low"
response = "charge"
unit = "%"
inputs = { m = "system/*/Dc/Battery/Soc" }
[[rule.level]]
severity = "warning"
raise = "last(m) < 20"
"""


@pytest.fixture
def now() -> float:
    return SystemClock().now()


@pytest.fixture
def store(tmp_path: Path, now: float) -> Iterator[Path]:
    """A store with one live station and three open alarms, in a process of its own as far as commands can tell."""
    path = tmp_path / "store.db"
    writer = Writer(path, SystemClock())
    writer.register([StationRecord("alder", "Alder Farm")])
    for ago in range(600, 0, -10):
        at = now - ago
        soc = 15 if 480 < ago <= 500 or 100 < ago <= 300 else 50
        reading = ServiceReading(
            "com.victronenergy.system", SYSTEM, at, {"Dc/Battery/Soc": Reading(soc, at, Quality.GOOD)}
        )
        status, shown = StationStatus(StationState.LIVE, at), Overview(soc_percent=soc, figures_at=at)
        writer.record(StationUpdate("alder", at, [reading], status, shown, {SYSTEM: 10.0}))

    def occurrence(number: int, family: str, severity: Severity, response: str = "act") -> Occurrence:
        key = AlertKey("alder", family)
        return Occurrence(number, key, family, severity, family.title(), response, now - 60, now - 60)

    alarms = (
        occurrence(1, "grid", Severity.CRITICAL),
        occurrence(2, "tank", Severity.WARNING),
        occurrence(3, "firmware", Severity.WARNING, ""),
    )
    record_alerts(writer.db, AlertChanges(alarms), now - 60)
    yield path
    writer.close()


def run(store: Path, *words: str) -> Result:
    config = store.parent / "config"
    config.mkdir(exist_ok=True)
    return CliRunner().invoke(
        victron_console, ["--config", str(config), "--store", str(store), "--operator", "mk", *words]
    )


def listed(store: Path) -> dict[int, str]:
    return {alarm["id"]: alarm["state_word"] for alarm in json.loads(run(store, "alerts", "--json").stdout)}


def test_status_counts_what_stands_and_exits_by_the_worst(store: Path) -> None:
    result = run(store, "status", "--json")

    data = json.loads(result.stdout)
    assert data["stations"][0]["alerts"] == data["fleet"]["alerts"] == {"critical": 1, "warning": 1, "info": 1}
    assert result.exit_code == 2
    run(store, "alerts", "ack", "1")
    assert run(store, "status", "--json").exit_code == 2
    run(store, "alerts", "shelve", "1", "--for", "2h", "--reason", "known")
    assert run(store, "status", "--json").exit_code == 1
    run(store, "alerts", "shelve", "2", "--for", "clear", "--reason", "known")
    assert run(store, "status", "--json").exit_code == 0


def test_an_alarm_is_acknowledged_commented_shelved_and_put_back(store: Path) -> None:
    assert listed(store) == {1: "not seen", 2: "not seen", 3: "acknowledged"}

    assert "Acknowledged: Grid" in run(store, "alerts", "ack", "1", "--comment", "utility called").stdout
    assert "mk has acknowledged it already." in run(store, "alerts", "ack", "1").stdout
    assert "your comment is added" in run(store, "alerts", "ack", "1", "--comment", "back at noon").stdout
    grid = next(alarm for alarm in json.loads(run(store, "alerts", "--json").stdout) if alarm["id"] == 1)
    assert [comment["text"] for comment in grid["comments"]] == ["back at noon"]
    assert "Shelved" in run(store, "alerts", "shelve", "2", "--for", "1h", "--reason", "delivery at noon").stdout
    assert run(store, "alerts", "comment", "2", "ordered").exit_code == 0
    assert listed(store) == {1: "acknowledged", 2: "shelved", 3: "acknowledged"}
    tank = next(alarm for alarm in json.loads(run(store, "alerts", "--json").stdout) if alarm["id"] == 2)
    assert tank["shelved"]["reason"] == "delivery at noon"
    assert tank["comments"][0]["text"] == "ordered"
    assert "Unshelved" in run(store, "alerts", "unshelve", "2").stdout
    assert listed(store)[2] == "not seen"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ack", "99"), "no alarm 99"),
        (("shelve", "1", "--for", "2d", "--reason", "x"), "24 hours at most"),
        (("shelve", "1", "--reason", " "), "needs a reason"),
        (("shelve", "1", "--for", "soon", "--reason", "x"), "no length of time"),
        (("maintenance", "nowhere", "--reason", "x"), "not in the store"),
    ],
)
def test_what_cannot_be_done_is_said_and_exits_with_an_error(store: Path, words: tuple[str, ...], said: str) -> None:
    result = run(store, "alerts", *words)

    assert result.exit_code != 0
    assert said in result.stderr


def test_a_station_goes_into_maintenance_and_back(store: Path) -> None:
    run(store, "alerts", "maintenance", "alder", "--for", "8h", "--reason", "new battery")
    assert set(listed(store).values()) == {"maintenance"}
    assert "Back in service" in run(store, "alerts", "maintenance", "alder", "--end").stdout
    assert listed(store)[1] == "not seen"


def test_the_list_for_people_has_the_columns_of_the_screen(store: Path) -> None:
    lines = run(store, "alerts").stdout.splitlines()

    assert lines[0].split()[:3] == ["ID", "PRI", "SINCE"]
    assert lines[1].split()[:2] == ["1", "!!*"] and "Alder Farm" in lines[1]


def test_rules_are_listed_with_the_operators_own(store: Path) -> None:
    folder = store.parent / "config" / "rules"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(RULES)

    assert any(
        line.startswith("soc_test") and "mine.toml" in line for line in run(store, "rules", "list").stdout.splitlines()
    )
    data = json.loads(run(store, "rules", "list", "--json").stdout)
    assert next(rule for rule in data if rule["id"] == "soc_test")["levels"][0]["raise"] == "last(m) < 20"


def test_the_rules_of_a_station_say_which_of_them_cannot_judge_there(store: Path) -> None:
    told = run(store, "rules", "list", "--station", "alder").stdout
    data = json.loads(run(store, "rules", "list", "--station", "alder", "--json").stdout)
    blind = [rule for rule in data if rule["cannot_judge"]]
    assert (f"{len(blind)} cannot judge at alder" if blind else "All of them can judge.") in told
    assert "is not in the store" in run(store, "rules", "list", "--station", "nowhere").stderr


def test_the_parameters_of_a_station_say_where_they_come_from(store: Path) -> None:
    data = json.loads(run(store, "rules", "parameters", "alder", "--json").stdout)
    assert data["soc_warn"] == {"value": 20.0, "origin": "shipped default"}
    told = run(store, "rules", "parameters", "alder").stdout
    assert next(line for line in told.splitlines() if line.startswith("p.soc_warn")).endswith("shipped default")
    assert "is not in the store" in run(store, "rules", "parameters", "nowhere").stderr


def test_a_rule_that_is_not_saved_yet_is_played_through_the_past(store: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft.toml"
    draft.write_text(RULES)

    words = ("rules", "backtest", "--rule", "soc_test", "--file", str(draft), "--since", "1h", "--every", "5s")
    result = run(store, *words, "--json")

    (fired,) = json.loads(result.stdout)
    assert (fired["station"], fired["count"], fired["under_a_minute"]) == ("alder", 2, 1)
    assert "(soc_test): 2 times" in run(store, *words).stdout
    assert "No rule is called nothing" in run(store, "rules", "backtest", "--rule", "nothing").stderr


@pytest.mark.slow
async def test_the_console_tries_a_rule_in_a_process_of_its_own(store: Path) -> None:
    rules = store.parent / "config" / "rules"
    rules.mkdir(parents=True)
    (rules / "mine.toml").write_text(RULES)
    options = Options(config=(rules.parent,))

    assert await try_rule(options, store, "soc_test", "alder", "Battery low") == (
        "Battery low: would have been raised 2 times in 30 days, 1 of them under a minute."
    )
    assert await try_rule(options, store, "soc_island", "alder", "Battery flat") == (
        "Battery flat: would not have been raised here in 30 days."
    )
    assert "No rule is called nothing" in await try_rule(options, store, "nothing", "alder", "Nothing")


def test_a_failing_rule_test_exits_with_an_error(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "low_test.toml"
    file.write_text(
        RULES + '[[test]]\nname = "low"\n[test.series]\n"system/0/Dc/Battery/Soc" = "10"\n'
        '[[test.expect]]\nat = "30s"\nalerts = []\n'
    )

    result = run(store, "rules", "test", str(file))

    assert result.exit_code == 1
    assert "FAIL" in result.stdout and "warning soc_test" in result.stdout
