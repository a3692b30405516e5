"""Energies of somebody else in the table of ours: where he has more, marked, and never in place of ours."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from victron_console.diagnosing.external.energy_rows import with_external
from victron_console.diagnosing.verdict.kept_findings import EnergyRow
from victron_console.model.external.external_day import ExternalDay

BEGAN, TODAY = date(2026, 6, 1), date(2026, 6, 11)
FLOWS = {"Pc": 0.2, "Pb": 0.1, "Pg": 0.1, "Gc": 0.05, "Gb": 0.05, "Bc": 0.1}


def day_of(day: date, quarters: int = 96) -> ExternalDay:
    energies = {code: dict.fromkeys(range(quarters), kwh) for code, kwh in FLOWS.items()}
    return ExternalDay("vrm", day, 0.0, 86_400.0, "UTC", 0.0, {}, None, energies, {})


def own(period: str, first: date, coverage: float) -> EnergyRow:
    return EnergyRow(period, first, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, coverage)


DAYS = [day_of(date(2026, 5, 1) + timedelta(days=n)) for n in range(41)]


def test_a_month_before_our_record_is_his_and_marked() -> None:
    ours = [own("day", date(2026, 6, 10), 1.0), own("month", date(2026, 6, 1), 1.0), own("year", date(2026, 1, 1), 1.0)]
    rows = with_external(ours, DAYS, BEGAN, TODAY)
    assert [(row.period, row.first_day.month, row.source) for row in rows if row.period != "day"] == [
        ("month", 5, "vrm"), ("month", 6, ""), ("year", 1, ""), ("year", 1, "vrm"),
    ]  # fmt: skip
    days = [(row.first_day, row.source) for row in rows if row.period == "day"]
    assert (len(days), days[0], days[-1]) == (14, (date(2026, 5, 28), "vrm"), (date(2026, 6, 10), ""))
    assert all(row in rows for row in ours)


def test_his_figures_are_sums_of_the_flows() -> None:
    (may,) = (
        row for row in with_external([], DAYS, BEGAN, TODAY) if row.period == "month" and row.first_day.month == 5
    )
    quarters = 31 * 96
    per_quarter = {"pv": 0.4, "imported": 0.1, "load": 0.35, "exported": 0.1}
    for name, kwh in per_quarter.items():
        assert getattr(may, name) == pytest.approx(kwh * quarters), name
    assert may.self_consumption == pytest.approx(0.75)
    assert may.autarky == pytest.approx(1 - (0.05 + 0.1 / 3) / 0.35), "a third of what the battery gave was bought"
    assert may.coverage == 1.0


def test_what_he_lacks_lowers_his_share_and_ours_stands_alone_where_it_is_no_worse() -> None:
    half = [day_of(each.day, 48) for each in DAYS]
    june = next(
        row for row in with_external([], half, BEGAN, TODAY) if row.period == "month" and row.first_day.month == 6
    )
    assert june.coverage == 0.5
    beside = with_external([own("month", date(2026, 6, 1), 0.5)], half[31:], BEGAN, TODAY)
    assert [row.source for row in beside if row.period == "month"] == [""]


def test_days_without_anything_are_no_rows() -> None:
    assert with_external([], [day_of(each.day, 0) for each in DAYS], BEGAN, TODAY) == ()
