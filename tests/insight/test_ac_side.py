"""The AC inputs as wired, from whatever tells them."""

from __future__ import annotations

from collections.abc import Callable

from victron_console.insight.overview.ac_side import WiredInput, ac_input, ac_inputs
from victron_console.model.overview import AcInput
from victron_console.model.snapshot import Snapshot

Build = Callable[..., Snapshot]


def test_the_connected_input_feeds_and_the_other_is_only_wired(build: Build) -> None:
    system = {
        "Ac/ActiveIn/Source": 3,
        "Ac/In/0/Source": 2,
        "Ac/In/0/Connected": 0,
        "Ac/In/1/Source": 3,
        "Ac/In/1/Connected": 1,
    }
    station = build({"system/0": system})
    assert ac_inputs(station) == [WiredInput(1, "genset", False), WiredInput(2, "shore", True)]
    assert ac_input(station) == AcInput("shore", True)


def test_an_inverter_that_runs_alone_names_what_is_wired(build: Build) -> None:
    system = {"Ac/ActiveIn/Source": 240, "Ac/In/0/Source": 3, "Ac/In/0/Connected": 0}
    assert ac_input(build({"system/0": system})) == AcInput("shore", False)


def test_older_firmware_is_read_from_the_inverter_and_the_settings(build: Build) -> None:
    vebus = {"Ac/NumberOfAcInputs": 2, "Ac/ActiveIn/ActiveInput": 1, "Ac/ActiveIn/Connected": 1}
    settings = {"Settings/SystemSetup/AcInput1": 1, "Settings/SystemSetup/AcInput2": 2}
    station = build({"system/0": {"Ac/Grid/L1/Power": 5.0}, "vebus/1": vebus, "settings/0": settings})
    assert ac_inputs(station) == [WiredInput(1, "grid", False), WiredInput(2, "genset", True)]


def test_an_active_source_that_no_list_names_is_an_input(build: Build) -> None:
    assert ac_input(build({"system/0": {"Ac/ActiveIn/Source": 1, "Ac/In/NumberOfAcInputs": 0}})) == AcInput(
        "grid", True
    )


def test_a_site_without_ac_input_has_none(build: Build) -> None:
    assert (
        ac_input(build({"system/0": {"Ac/ActiveIn/Source": 240}, "vebus/1": {"Ac/NumberOfAcInputs": 0}})) == AcInput()
    )


def test_an_input_keeps_its_number_where_the_first_is_not_used(build: Build) -> None:
    system = {"Ac/In/0/Source": 3, "Ac/In/0/Connected": 1, "Ac/In/0/ServiceName": "com.victronenergy.vebus.test1"}
    settings = {"Settings/SystemSetup/AcInput1": 0, "Settings/SystemSetup/AcInput2": 3}
    quattro = {"Ac/NumberOfAcInputs": 2, "Ac/ActiveIn/ActiveInput": 1, "Ac/ActiveIn/Connected": 1}
    station = build({"system/0": system, "vebus/1": quattro, "settings/0": settings})
    assert ac_inputs(station) == [WiredInput(2, "shore", True)]
