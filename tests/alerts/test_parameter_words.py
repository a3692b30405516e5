"""A parameter that changed is told in the words of whoever runs the site, never by its name in the rules."""

from __future__ import annotations

import pytest

from victron_console.alerts.language.syntax import Kind
from victron_console.alerts.rules.parameter_words import parameter_change, without_name
from victron_console.alerts.rules.vocabulary import PARAMETERS, ParameterName
from victron_console.console.kit.event_words import event_text
from victron_console.store.records import Event

VALUES = {Kind.NUMBER: (180.0, 20), Kind.TRUTH: (True, False), Kind.TEXT: ("lead_acid", "lfp")}


@pytest.mark.parametrize(("name", "known"), PARAMETERS.items())
def test_no_parameter_is_told_by_its_name(name: str, known: ParameterName) -> None:
    value, before = VALUES[known.kind]
    for told in (
        parameter_change(name, value, "station file", before),
        parameter_change(name, None, "station file", before),
        event_text(Event(0.0, "alder", "parameter", f"{name} is now {value} (station file), was {before}")),
        event_text(Event(0.0, "alder", "parameter", f"{name} is now not known (station file), was {before}")),
    ):
        assert known.title in told[0].lower() + told[1:]
        assert name not in told.split() and "_" not in told and "True" not in told and "None" not in told


@pytest.mark.parametrize(("name", "known"), PARAMETERS.items())
def test_no_number_is_told_without_its_unit(name: str, known: ParameterName) -> None:
    if known.kind is not Kind.NUMBER or known.unit == "":
        assert name in ("n_cells", "chemistry", "mains_expected", "grid_soft")
    else:
        assert (known.unit if known.unit != "s" else "min") in parameter_change(name, 180.0, "station file", 20.0)


def test_titles_are_told_apart() -> None:
    assert len({known.title for known in PARAMETERS.values()}) == len(PARAMETERS)


def test_values_are_told_as_a_person_says_them() -> None:
    said = {
        ("v_margin", 0.5587): "Voltage allowed above the charge limit: 0.559 V (x), was not known",
        ("offline_after_s", 86_400.0): "Time unread until it is lost: 24 h (x), was not known",
        ("mains_expected", False): "Mains expected: no (x), was not known",
        ("chemistry", "lfp"): "Battery chemistry: LFP (x), was not known",
        ("n_cells", 16.0): "Cells in series: 16 (x), was not known",
        ("capacity_ah", 1000.0): "Battery capacity: 1000 Ah (x), was not known",
    }
    for (name, value), told in said.items():
        assert parameter_change(name, value, "x", None) == told


def test_other_words_of_the_log_stay_as_they_are() -> None:
    for text in ("Charge and discharge limit conflict.", "quux is now 3 (station file), was 4", ""):
        assert without_name(text) == text
