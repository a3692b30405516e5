"""The Health screen knows each section of what a night finds, and loses none that it does not know yet."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import pytest

from victron_console.console.health.data import Health
from victron_console.console.health.row import in_order
from victron_console.console.health.station import COMPONENTS, draw_figure, figures_of
from victron_console.console.kit.view import Site
from victron_console.diagnosing.finding import Figure, Method
from victron_console.diagnosing.gx.firmware import Installed, Standing
from victron_console.diagnosing.verdict.daily_findings import DailyFindings
from victron_console.diagnosing.verdict.kept_findings import AvailabilityRow, Kept
from victron_console.diagnosing.verdict.risk import assess
from victron_console.model.overview import Overview
from victron_console.store.operator.jobs import JobRow

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


def station(name: str, months: float, up_s: float, standing: Standing, due_at: float) -> Health:
    figures = {"replacement.80": FIGURE.value(months, low=months, high=months + 1)}
    there = AvailabilityRow("site", date(2026, 11, 1), up_s, 100.0 - up_s, 0.0, 1)
    kept = Kept(at=0.0, figures=figures, risk=assess(()), rules={}, availability=(there,))
    jobs = (JobRow(1, 0.0, "ann", name, "look at it", due_at),)
    return Health(Site(name, name, Overview()), kept, Installed(name, None, standing, None), jobs)


@pytest.mark.parametrize("head", ["MONTHS", "UP%", "FIRMWARE", "JOB"])
def test_where_little_is_bad_the_least_comes_first_and_the_unknown_last(head: str) -> None:
    well = station("well", 90.0, 99.0, Standing.SAME, 2000.0)
    bad = station("bad", 3.0, 50.0, Standing.BEHIND, 1000.0)
    unknown = Health(Site("unknown", "Unknown", Overview()), None, None)
    assert [row.site.id for row in in_order([unknown, well, bad], head)] == ["bad", "well", "unknown"]
