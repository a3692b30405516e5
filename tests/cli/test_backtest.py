"""`backtest` from what an owner has: hourly energies and prices as CSV, a station file, no battery yet."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from victron_console.cli.main import victron_console

FIRST = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
DAYS = 22
SINCE, UNTIL = "2026-03-18T00:00", "2026-03-21T00:00"
STATION = """[[station]]
id = "house"
name = "House"
[station.http]
url = "http://192.0.2.1"
[station.location]
timezone = "UTC"
[station.ess]
tariff_file = "{tariff}"
charge_kw = 4
discharge_kw = 4
capacity_kwh = 8
min_soc_percent = 10
wear_per_kwh = 0.02
"""


def energies(n: int) -> tuple[float, float]:
    """Load and PV of an hour, kWh."""
    hour, day = n % 24, n // 24
    load = 0.3 + 1.2 * math.exp(-((hour - 19) ** 2) / 4) + 0.2 * ((7 * n) % 5) / 5
    return load, max(0.0, math.sin((hour - 6) / 12 * math.pi)) * (0.3 + 0.2 * (day % 3))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house in a store, its file and its prices."""
    path = tmp_path_factory.mktemp("house")
    rows, prices = ["time,load_kwh,pv_kwh,note"], ["time,buy,sell"]
    for n in range(24 * DAYS):
        at = datetime.fromtimestamp(FIRST + 3600 * n, UTC).isoformat()
        load, pv = energies(n)
        rows.append(f"{at},{load:.3f},{pv:.3f},-")
        prices.append(f"{at},{0.12 if n % 24 < 5 else 0.45 if 17 <= n % 24 < 22 else 0.30},0.05")
    (path / "house.csv").write_text("\n".join(rows), "utf-8")
    (path / "prices.csv").write_text("\n".join(prices), "utf-8")
    (path / "house.toml").write_text(STATION.format(tariff=path / "prices.csv"), "utf-8")
    taken = run(path, "store", "import", str(path / "house.csv"), "--as", "house")
    assert taken.exit_code == 0 and "2 series" in taken.output, taken.output
    return path


def run(folder: Path, *words: str) -> Result:
    options = ("--store", str(folder / "store.db"), "--config", str(folder / "house.toml"))
    return CliRunner().invoke(victron_console, [*words, *options])


def asked(folder: Path, what: str, *words: str) -> Any:  # noqa: ANN401 - JSON
    done = run(folder, "backtest", what, "--station", "house", "--since", SINCE, "--until", UNTIL, *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.mark.slow
def test_a_house_without_a_battery_learns_what_one_would_have_cost_by_four_ways(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    found = asked(folder, "advice")
    cost = found["cost"]
    without = 0.0
    for n in range(24 * 17, 24 * 20):
        load, pv = energies(n)
        price = 0.12 if n % 24 < 5 else 0.45 if 17 <= n % 24 < 22 else 0.30
        without += (load - pv) * (price if load > pv else 0.05)
    assert found["days"] == 3 and found["missing_hours"] == found["failed_hours"] == 0
    assert cost["no_battery"] == pytest.approx(without, abs=0.02)
    assert cost["perfect"] <= cost["advice"] < cost["self_consumption"] < cost["no_battery"]
    taken = (cost["self_consumption"] - cost["advice"]) / (cost["self_consumption"] - cost["perfect"])
    assert found["captured_percent"] == pytest.approx(100 * taken, abs=1.0) and found["captured_percent"] >= 80
    assert found["coverage_percent"] is not None and found["losing_days_percent"] == 0.0
    assert sum(day["cost"]["advice"] for day in found["by_day"].values()) == pytest.approx(cost["advice"], abs=0.02)
    assert list(found["by_month"]) == ["2026-03"]


@pytest.mark.slow
def test_nights_of_a_house_without_a_battery_are_projected_with_that_of_its_file(folder: Path) -> None:
    found = asked(folder, "sunrise")
    assert found["battery"] == "modelled" and list(found["hours"]) == ["12", "15", "18", "21", "0", "3"]
    evening = found["hours"]["21"]
    assert evening["nights"] == 3 and set(evening) == {
        "nights", "mae_points", "naive_mae_points", "coverage_percent", "missed_empty_percent", "false_empty_percent",
    }  # fmt: skip
    assert evening["mae_points"] <= 5.0


@pytest.mark.slow
def test_forecasts_are_held_against_what_came_also_of_a_house_that_kept_none(folder: Path) -> None:
    found = asked(folder, "forecast")
    assert list(found["load"]) == list(found["pv"]) == ["played"]
    load = found["load"]["played"]
    assert load["days"] == 3 and load["day_error_percent"] < 10 and load["hour_error_kwh"] < 0.1
    printed = run(folder, "backtest", "forecast", "--station", "house", "--since", SINCE, "--until", UNTIL)
    assert "load  played       3" in printed.stdout and "80 % would be right" in printed.stdout


@pytest.mark.slow
def test_the_result_is_alone_on_stdout(folder: Path) -> None:
    done = run(folder, "backtest", "sunrise", "--station", "house", "--since", SINCE, "--until", UNTIL)
    assert done.stdout.startswith("FROM") and "Playing" not in done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("advice", "--station", "elsewhere"), "not in the store"),
        (("advice", "--station", "house", "--since", "2020-01-01T00:00", "--until", "2020-02-01T00:00"), "no load"),
        (("sunrise", "--station", "house", "--since", "2020-01-01T00:00", "--until", "2020-02-01T00:00"), "recorded"),
    ],
)
def test_what_cannot_be_played_is_said_in_a_sentence(folder: Path, words: tuple[str, ...], told: str) -> None:
    done = run(folder, "backtest", *words)
    assert done.exit_code == 1 and told in done.stderr and not done.stdout


def test_a_file_that_is_silent_on_the_battery_is_told_which_key_it_needs(folder: Path) -> None:
    whole = (folder / "house.toml").read_text("utf-8")
    try:
        (folder / "house.toml").write_text(whole.replace("capacity_kwh = 8\n", ""), "utf-8")
        done = run(folder, "backtest", "advice", "--station", "house", "--since", SINCE, "--until", UNTIL)
    finally:
        (folder / "house.toml").write_text(whole, "utf-8")
    assert done.exit_code == 1 and "capacity_kwh" in done.stderr


def test_a_fault_of_the_file_is_told_rather_than_what_is_missing_without_it(folder: Path) -> None:
    whole = (folder / "house.toml").read_text("utf-8")
    try:
        (folder / "house.toml").write_text(whole.replace("capacity_kwh = 8\n", "capacity_kwh = -8\n"), "utf-8")
        done = run(folder, "backtest", "advice", "--station", "house", "--since", SINCE, "--until", UNTIL)
    finally:
        (folder / "house.toml").write_text(whole, "utf-8")
    assert done.exit_code == 1 and "ess.capacity_kwh of station house: found -8" in done.stderr


@pytest.mark.parametrize("words", [("rules", "backtest", "--help"), ("backtest", "rules", "--help")])
def test_rules_are_tried_under_both_names(folder: Path, words: tuple[str, ...]) -> None:
    assert "how often would each have fired" in CliRunner().invoke(victron_console, [*words]).output


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("time,load_kwh\n2026-05-01T00:00,1\n", "line 2: 2026-05-01T00:00 is a time without its zone"),
        ("time,load_kwh\n2026-05-01T00:00Z,nan\n", "line 2"),
        ("time,load_kwh\n2026-05-01T00:00Z,-1\n", "line 2"),
        ("time,load_kwh\n2026-05-01T01:00Z,1\n2026-05-01T00:00Z,1\n", "not in order of time"),
        ("time,price\n2026-05-01T01:00Z,1\n", "load_kwh or pv_kwh"),
    ],
)
def test_a_bad_table_of_energies_is_refused_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "bad.csv").write_text(text, "utf-8")
    done = CliRunner().invoke(
        victron_console, ["store", "import", str(tmp_path / "bad.csv"), "--as", "x", "--store", str(tmp_path / "s.db")]
    )
    assert done.exit_code == 1 and told in done.stderr


def test_a_table_of_energies_needs_a_name_for_its_station(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("begin_utc_s,load_kwh\n1700000000,1\n", "utf-8")
    words = ["store", "import", str(tmp_path / "one.csv"), "--store", str(tmp_path / "s.db")]
    assert "--as" in CliRunner().invoke(victron_console, words).stderr
