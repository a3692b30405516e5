"""Every `--json` is of the form that its schema tells, also where nothing was ever recorded."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import jsonschema
import pytest
from click.testing import CliRunner

from victron_console.cli.main import victron_console
from victron_console.contract.agents.tools import TOOLS
from victron_console.contract.figures import figures_of
from victron_console.contract.form import VERSION, Document, outside_keys
from victron_console.contract.health import ShortFigure
from victron_console.contract.schemas import FORMS, schema
from victron_console.contract.stations import Station, fleet_facts, moment_at, station_part
from victron_console.contract.status import status
from victron_console.model.clock import ManualClock, SystemClock, local
from victron_console.model.overview import Overview
from victron_console.model.snapshot import Snapshot
from victron_console.model.station import StationState, StationStatus
from victron_console.model.station_info import StationInfo
from victron_console.store.answers import StationRow
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event, StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

GOLDEN = Path(__file__).with_name(f"forms_v{VERSION}.json")
SITE = "cedar-house"
ASKED = {
    "status": ("status",),
    "alerts": ("alerts",),
    "incidents": ("alerts", "incidents", "--for", "30d"),
    "audit": ("audit",),
    "devices": ("devices",),
    "report": ("report", "--station", SITE),
    "log": ("log", "--since", "60d", "--limit", "300"),
    "link": ("link", "--station", SITE),
    "series-find": ("series", "find", SITE, "battery"),
    "series-read": ("series", "read", SITE, "system/0/Dc/Battery/Soc", "--since", "20d"),
    "advice": ("advice", SITE),
    "jobs": ("jobs",),
    "why": ("why", SITE),
    "rules": ("rules", "list"),
    "rules-parameters": ("rules", "parameters", SITE),
    "store-stats": ("store", "stats"),
    "engines": ("engine", "status"),
}
LONG = {
    "diagnose": ("diagnose", "--station", SITE, "--all"),
    "backtest-rules": ("rules", "backtest", "--station", SITE, "--since", "2h", "--every", "600s"),
    "backtest-sunrise": ("backtest", "sunrise", "--station", SITE, "--since", "4d"),
    "backtest-forecast": ("backtest", "forecast", "--station", SITE, "--since", "4d"),
}
NEVER_READ = {
    "status": ("status",),
    "alerts": ("alerts",),
    "incidents": ("alerts", "incidents"),
    "audit": ("audit",),
    "diagnose": ("diagnose",),
    "log": ("log",),
    "link": ("link", "--station", "alder"),
    "series-find": ("series", "find", "alder"),
    "advice": ("advice", "alder"),
    "jobs": ("jobs",),
    "why": ("why", "alder"),
    "store-stats": ("store", "stats"),
    "engines": ("engine", "status"),
}
OF_A_STATION = [
    ("advice", "aldre"), ("why", "aldre"), ("series", "find", "aldre"), ("series", "read", "aldre", "battery/1/Soc"),
    ("rules", "parameters", "aldre"), ("devices", "accept", "aldre", "battery/1"), ("vrm", "validate", "aldre"),
    ("store", "figures", "aldre"), ("alerts", "maintenance", "aldre"), ("backtest", "sunrise", "--station", "aldre"),
    *((*words, "--station", "aldre") for words in (
        ("audit",), ("diagnose",), ("report",), ("log",), ("link",), ("jobs",), ("export",), ("rules", "list"),
        ("rules", "backtest"),
    )),
]  # fmt: skip


def printed(store: Path, words: tuple[str, ...], statuses: tuple[int, ...] = (0, 1, 2, 3)) -> Any:  # noqa: ANN401  JSON
    result = CliRunner().invoke(victron_console, ["--store", str(store), *words, "--json"])
    assert result.exit_code in statuses, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return json.loads(result.stdout)


def check(name: str, answer: object) -> None:
    jsonschema.validate(answer, schema(name), jsonschema.Draft202012Validator)


@pytest.mark.slow
@pytest.mark.parametrize("name", ASKED)
def test_what_a_command_prints_is_of_its_form(lived: Path, name: str) -> None:
    answer = printed(lived, ASKED[name])
    check(name, answer)
    if name != "rules-parameters":
        assert all(one["version"] == VERSION for one in (answer if isinstance(answer, list) else [answer]))


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG)
def test_what_a_long_command_prints_is_of_its_form(lived: Path, name: str) -> None:
    check(name, printed(lived, LONG[name], (0,)))


@pytest.mark.parametrize("name", NEVER_READ)
def test_a_store_that_nothing_was_read_into_is_told_in_the_same_form(tmp_path: Path, name: str) -> None:
    store = tmp_path / "store.db"
    with closing(Writer(store, ManualClock(SystemClock().now()))) as writer:
        writer.register([StationRecord("alder", "Alder")])
    check(name, printed(store, NEVER_READ[name]))


@pytest.mark.parametrize("words", OF_A_STATION, ids=" ".join)
def test_a_station_that_there_is_none_of_is_answered_with_the_nearest(tmp_path: Path, words: tuple[str, ...]) -> None:
    store = tmp_path / "store.db"
    with closing(Writer(store, ManualClock(SystemClock().now()))) as writer:
        writer.register([StationRecord("alder", "Alder")])
    result = CliRunner().invoke(victron_console, ["--store", str(store), *words])
    assert result.exit_code in (1, 3) and "near it are alder" in result.stderr, result.output


def json_commands(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[object, str]]:
    """Each command that takes `--json`: its function, and its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if any("--json" in option.opts for option in command.params):
            yield command.callback, " ".join((*before, name))
        if isinstance(command, click.Group):
            yield from json_commands(command, (*before, name))


def test_every_json_has_a_form_and_every_form_is_of_something() -> None:
    printed_by = {form.command.removesuffix(" --json") for form in FORMS.values() if form.command}
    known = list(json_commands(victron_console))
    assert printed_by <= {words for _, words in known}
    named = {function for function, words in known if words in printed_by}
    assert [words for function, words in known if function not in named] == []
    told = {tool.form for tool in TOOLS.values()}
    assert told <= set(FORMS) and {name for name, form in FORMS.items() if not form.command} <= told


def test_texts_say_moments_by_the_operators_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, at = tmp_path / "store.db", SystemClock().now() - 3600.0
    with closing(Writer(store, ManualClock(at))) as writer:
        writer.register([StationRecord("alder", "Alder")])
        writer.record(StationUpdate("alder", at, events=[Event(at, "alder", "setting", "ESS: 10 to 20")]))
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        told = CliRunner().invoke(victron_console, ["--store", str(store), "log"]).output
    finally:
        monkeypatch.undo()
        time.tzset()
    assert f"{local(at, ZoneInfo('Pacific/Auckland')):%Y-%m-%d %H:%M:%S}  alder" in told


def test_the_forms_are_those_of_this_version() -> None:
    """A key that is added is added here; one that goes or changes its meaning makes a new `VERSION` with its file."""
    now = {name: schema(name) for name in FORMS}
    assert json.loads(GOLDEN.read_text()) == now, "look at what changed, then run `python -m tests.contract.golden`"


def test_every_schema_is_one() -> None:
    for name in FORMS:
        jsonschema.Draft202012Validator.check_schema(schema(name))


def test_a_site_has_all_figures_of_an_overview() -> None:
    inside = {"device_alarms", "figures_at", "gx_timezone", "made_of", "origins"}
    assert {field.name for field in fields(Overview)} - inside <= set(Station.model_fields)


@pytest.mark.slow
def test_every_figure_tells_its_unit_its_quality_and_the_series_that_it_comes_from(reader: Reader) -> None:
    now = SystemClock().now()
    bare = []
    for station in status(reader, now).stations:
        values = station.model_dump()
        for name, figure in station.figures.items():
            assert figure.value == values[name], "one moment, one figure"
            if not figure.unit or (not figure.sources and name not in ("imbalance_w", "motor_power_w")):
                bare.append(f"{station.id} {name}")
    assert bare == []


@pytest.mark.slow
def test_a_figure_of_one_series_is_what_that_series_holds(reader: Reader) -> None:
    now = SystemClock().now()
    facts, seen = fleet_facts(reader, now, None), 0
    for row in reader.stations():
        snapshot = moment_at(reader, row.id, now, None).snapshot
        for name in ("soc_percent", "battery_voltage_v", "battery_power_w"):
            figure = station_part(reader, row.id, facts).figures.get(name)
            if figure is not None and figure.sources:
                assert snapshot.series(figure.sources[0]).value == pytest.approx(figure.value)
                seen += 1
    assert seen > 20


def test_a_doubtful_figure_says_why() -> None:
    shown = Overview(figures_at=1000.0, soc_percent=55.0, flags={"soc_percent": "stands still under load"})
    row = StationRow("alder", "Alder", (), StationInfo(), StationStatus(StationState.LIVE, 0.0), shown, 1000.0, 10.0)
    found = figures_of(row, Snapshot("alder", 1005.0, {}), 1005.0)["soc_percent"]
    assert (found.value, found.unit, found.quality, found.age_s) == (55.0, "%", "implausible", 5.0)
    assert found.reason == "stands still under load"


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_not_known(odd: float) -> None:
    found = ShortFigure(title="Capacity", value=odd, unit="Ah", low=odd, high=1.0, age_s=None)
    assert json.loads(found.model_dump_json())["value"] is None and found.low is None and found.high == 1.0


def test_a_document_names_its_keys_that_hold_words_of_others() -> None:
    keys = outside_keys(FORMS["status"].type)
    assert {"stations[].name", "stations[].flags.*", "stations[].figures.*.reason", "stations[].alarms[].title"} <= set(
        keys
    )
    assert "stations[].id" not in keys
    for name, form in FORMS.items():
        if isinstance(form.type, type) and issubclass(form.type, Document):
            assert "from_outside" in schema(name)["properties"], name


@pytest.mark.parametrize("name", ["statu", "Status"])
def test_an_unknown_form_is_answered_with_the_nearest(name: str) -> None:
    result = CliRunner().invoke(victron_console, ["schema", name])
    assert result.exit_code == 1 and "near it are status" in result.output


def test_the_schema_command_prints_each_form() -> None:
    listed = CliRunner().invoke(victron_console, ["schema"]).output
    for name in FORMS:
        assert name in listed
    assert json.loads(CliRunner().invoke(victron_console, ["schema", "status"]).output) == schema("status")
