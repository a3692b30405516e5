"""The Health screen knows each section of what a night finds, and loses none that it does not know yet."""

from __future__ import annotations

from dataclasses import fields

import pytest

from victron_console.console.health.data import Health
from victron_console.console.health.station import COMPONENTS, draw_figure, figures_of
from victron_console.console.kit.view import Site
from victron_console.diagnosing.finding import Figure, Method
from victron_console.diagnosing.verdict.daily_findings import DailyFindings
from victron_console.diagnosing.verdict.kept_findings import Kept
from victron_console.diagnosing.verdict.risk import assess
from victron_console.model.overview import Overview

FIGURE = Figure("Night load", "W", Method("median", ("load power",), "judgement: a test"))
NO_SECTIONS = {"at", "days", "months", "years", "risk"}
OF_OTHERS = {"portal"}
"""Sections that are found beside the daily ones, from what somebody else recorded."""


def test_every_section_of_the_findings_is_about_a_component() -> None:
    assert set(COMPONENTS) == {section.name for section in fields(DailyFindings)} - NO_SECTIONS | OF_OTHERS


def test_a_figure_of_a_section_that_is_not_known_yet_is_listed_last() -> None:
    figures = {"night_load.standing": FIGURE.value(80.0), "pv.specific": FIGURE.unknown("no array")}
    kept = Kept(at=0.0, figures=figures, risk=assess(()), rules={})
    health = Health(Site("alder", "Alder", Overview()), kept, None)
    assert figures_of(health) == ["pv.specific", "night_load.standing"]


@pytest.mark.parametrize("width", [60, 71, 72, 80, 120])
def test_figures_whose_names_begin_alike_are_told_apart_at_every_width(width: int) -> None:
    titles = ("Equivalent full cycles", "Equivalent full cycles by SOC", "Equivalent full cycles a year")
    found = [Figure(title, "cycles", FIGURE.method).value(1.0) for title in titles]
    rows = [draw_figure(width, "cycles.x", one, None, first=False, selected=False).text for one in found]
    assert len(set(rows)) == len(titles)
