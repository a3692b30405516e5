"""Figures that are not known yet stand in one row where they are many, with what is missing and the day it is there."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from victron_console.console.health.pending import FEW, collapsed, draw_pending, draw_pending_row
from victron_console.diagnosing.finding import Figure, Finding, Method, Window
from victron_console.diagnosing.record.history import History, Site
from victron_console.diagnosing.verdict.daily import diagnose
from victron_console.diagnosing.verdict.daily_findings import findings
from victron_console.model.clock import local
from victron_console.model.units import DAY_S

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
FIGURE = Figure("Full cycles a year", "cycles/year", Method("counted", ("SOC",), "judgement: a test"))
WINDOW = Window(since=NOW - DAY_S, until=NOW, count=2, what="days")


def unknown(count: int) -> dict[str, Finding]:
    waits = {
        f"cycles.{n}": FIGURE.insufficient("1 day, 7 are needed", WINDOW, NOW + n * DAY_S) for n in range(1, count)
    }
    return waits | {"soh.level": FIGURE.unknown("the battery reports no SOH"), "pv.specific": FIGURE.value(3.2)}


def test_a_few_keep_their_lines_and_more_become_one() -> None:
    assert collapsed(unknown(FEW)) == []
    assert len(collapsed(unknown(FEW + 1))) == FEW + 1
    assert "pv.specific" not in collapsed(unknown(FEW + 9))


def test_the_row_says_how_many_and_which_comes_next() -> None:
    row = draw_pending_row(120, unknown(9), selected=False).text
    assert "Not known yet" in row and "9 of 10" in " ".join(row.split())
    assert f"next {local(NOW + DAY_S):%a %d %b}: Full cycles a year" in row


def test_opened_it_tells_each_with_its_day_and_what_is_missing_the_soonest_first() -> None:
    told = [line.text for line in draw_pending(100, 60, unknown(9))]
    assert f"{local(NOW + DAY_S):%a %d %b %Y}" in told[1] and "1 day, 7 are needed" in told[2]
    assert "no input" in told[-2] and "reports no SOH" in told[-1]


def test_a_figure_foretells_its_day_only_where_that_lies_ahead_and_not_years_off() -> None:
    assert FIGURE.insufficient("", WINDOW, NOW - 1.0).ready_at is None
    assert FIGURE.insufficient("", WINDOW, NOW + 900 * DAY_S).ready_at is None
    assert FIGURE.insufficient("", WINDOW, WINDOW.when_counted(20)).ready_at == NOW + 9 * DAY_S
    assert FIGURE.insufficient("", Window(since=NOW - DAY_S, until=NOW), None).ready_at is None


def test_on_day_one_the_figures_that_only_want_time_say_when() -> None:
    at = NOW + np.arange(0, DAY_S, 300.0)
    day = (at - at[0]) / DAY_S
    past = History(
        at=at, soc_percent=60 + 30 * np.sin(2 * np.pi * day), battery_a=80 * np.cos(2 * np.pi * day),
        battery_w=4000 * np.cos(2 * np.pi * day), soh_percent=np.full(len(at), 99.0), load_w=np.full(len(at), 500.0),
        cell_high_v=np.full(len(at), 3.33), cell_low_v=np.full(len(at), 3.32), cell_low_id=np.full(len(at), 4.0),
        battery_c=np.full(len(at), 25.0),
    )  # fmt: skip
    found = dict(findings(diagnose(past, Site(nominal_ah=200.0, zone=UTC))))
    ready = {name: finding.ready_at for name, finding in found.items() if finding.ready_at is not None}
    assert {"cycles.per_year", "imbalance.weakest", "imbalance.growth", "thermal.peak_trend"} <= ready.keys()
    assert all(NOW + DAY_S - 300 < when <= NOW + 801 * DAY_S for when in ready.values())
