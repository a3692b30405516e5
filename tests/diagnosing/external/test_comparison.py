"""Two records of a day side by side: what agrees, and the reason that is named where it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from victron_console.catalogue.vrm import EnergyKind
from victron_console.diagnosing.external.comparison import (
    Compared,
    Day,
    Known,
    Why,
    compare_day,
    other_zone,
    steady_ratio,
)
from victron_console.diagnosing.external.own_counters import counters_of, with_left_over
from victron_console.diagnosing.external.quarters import Quarters, external_quarters, own_quarters
from victron_console.diagnosing.power.energy import Powers
from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.model.clock import midnight
from victron_console.model.external.external_day import ExternalDay

ZONE = ZoneInfo("Europe/Berlin")
DATE = date(2026, 6, 1)
SINCE = midnight(DATE, ZONE)
DAY = Day(DATE, SINCE, SINCE + 86_400.0, ZONE)
PV = EnergyKind.PV
UNKNOWN = Known()
SUN = np.array([max(0.0, 0.6 - 0.02 * abs(n - 48)) for n in range(96)])
"""18 kWh between 04:45 and 19:15, each quarter between above a hundredth."""


def quarters(course: FloatArray) -> Quarters:
    return Quarters(SINCE, {PV: course.astype(np.float64)})


def compared(
    theirs: FloatArray, ours: FloatArray = SUN, counted: FloatArray | None = None, known: Known = UNKNOWN
) -> Compared:
    (found,) = compare_day(DAY, quarters(ours), quarters(ours if counted is None else counted), quarters(theirs), known)
    return found


def edited(change: Callable[[FloatArray], None]) -> FloatArray:
    course = SUN.copy()
    change(course)
    return course


def blank(first: int, last: int) -> FloatArray:
    return edited(lambda course: course.__setitem__(slice(first, last), np.nan))


def test_the_same_record_agrees_to_nothing() -> None:
    found = compared(SUN)
    assert (found.agrees, found.difference, found.why) == (True, 0.0, None)


@pytest.mark.parametrize(("factor", "agrees"), [(1.029, True), (0.971, True), (1.04, False), (0.95, False)])
def test_three_percent_are_the_tolerance(factor: float, agrees: bool) -> None:
    assert compared(SUN * factor).agrees is agrees


def test_a_gap_is_told_with_whose_it_is_and_when() -> None:
    theirs, ours = compared(blank(40, 60)), compared(SUN, ours=blank(40, 60))
    assert (theirs.agrees, theirs.why, theirs.words) == (False, Why.THEIR_GAP, "5 h between 10:00 and 15:00")
    assert (ours.agrees, ours.why) == (False, Why.OUR_GAP)


def test_a_gap_of_nothing_is_no_difference() -> None:
    assert compared(blank(0, 10)).agrees, "at night nothing is missing"


def test_a_day_that_is_missing_cannot_be_compared() -> None:
    found = compared(np.full(96, np.nan))
    assert (found.agrees, found.why, found.words) == (None, Why.THEIR_GAP, "the whole day")
    assert (found.theirs, found.difference) == (None, None), "absent, and not zero"


def test_counters_are_asked_before_a_difference_is_one() -> None:
    found = compared(SUN * 1.05, counted=SUN * 1.05)
    assert (found.why, found.words) == (Why.COUNTERS, "our own counters say 18.90, too")
    assert compared(SUN * 1.05, counted=SUN).why is Why.UNKNOWN


def test_an_energy_booked_at_once_is_a_counter_that_jumped() -> None:
    found = compared(edited(lambda course: course.__setitem__(24, 150.0)))
    assert (found.why, found.words) == (Why.JUMP, "150.0 kWh booked at once at 06:00, ours 0.1")


def test_a_quarter_that_was_lost_is_a_reset_whether_or_not_the_day_agrees() -> None:
    small = compared(edited(lambda course: course.__setitem__(48, 0.0)), ours=SUN, counted=SUN)
    large = compared(
        edited(lambda course: course.__setitem__(48, 0.0)) * 0.2, ours=SUN * 0.2 + _peak(), counted=SUN * 0.2 + _peak()
    )
    assert (small.agrees, small.why) == (False, Why.RESET)
    assert small.words == "nothing booked of 0.60 kWh at 12:00"
    assert (large.agrees, large.why) == (False, Why.RESET)
    little = edited(lambda course: course.__setitem__(30, 0.0))
    assert (compared(little).agrees, compared(little).why) == (True, Why.RESET), "too little to count, but a sign"


def _peak() -> FloatArray:
    return np.where(np.arange(96) == 48, 2.0, 0.0)


def test_a_meter_that_steps_seldom_is_no_row_of_resets() -> None:
    hourly = np.zeros(96)
    hourly[3::4] = SUN.reshape(-1, 4).sum(axis=1)
    found = compared(hourly)
    assert (found.agrees, found.why) == (True, None)


def test_what_our_record_knows_of_the_meters_is_said() -> None:
    known = Known(exchanged="grid/30: meter A became B", reset="")
    assert compared(SUN * 0.7, known=known).why is Why.EXCHANGED
    fell = compared(SUN * 0.7, known=Known(reset="grid/30/Ac/Energy/Forward fell from 900 to 0 kWh"))
    assert (fell.why, fell.words) == (Why.RESET, "grid/30/Ac/Energy/Forward fell from 900 to 0 kWh")
    assert compared(SUN, known=known).why is None, "where nothing differs nothing has to be explained"


def test_the_same_share_on_many_days_is_another_meter() -> None:
    found = [compared(SUN * 0.8 * noise) for noise in (0.99, 1.0, 1.01)]
    assert steady_ratio(found) == pytest.approx(0.8)
    assert steady_ratio(found[:2]) is None
    assert steady_ratio([compared(SUN * factor) for factor in (0.5, 0.8, 1.3)]) is None


def external(since: float, told_at: float | None = None, zone: str = "Europe/Berlin", **more: object) -> ExternalDay:
    day = ExternalDay("vrm", DATE, since, since + 86_400.0, zone, 0.0, {}, told_at, {}, {})
    return replace(day, **more)  # type: ignore[arg-type]


def test_days_that_begin_at_another_hour_are_told() -> None:
    borders = {DATE: SINCE}
    assert other_zone([external(SINCE)], borders, ZONE) == ""
    far = other_zone([external(SINCE + 6 * 3600.0, zone="America/New_York")], borders, ZONE)
    assert far == "their days, of America/New_York, begin 6 h later than those of Europe/Berlin"
    assert "2 h sooner" in other_zone([external(SINCE, told_at=SINCE - 7200.0)], borders, ZONE), "whatever they say"


def test_an_energy_left_out_is_none_only_where_something_came() -> None:
    day = external(SINCE, energies={"Pc": {48: 0.5}}, means={"bs": {0: (50.0, 50.0, 50.0)}})
    course = external_quarters([day], SINCE, SINCE + 86_400.0).kwh[PV]
    assert (course[0], course[48]) == (0.0, 0.5)
    assert int(np.isfinite(course).sum()) == 2
    assert EnergyKind.GENSET not in external_quarters([day], SINCE, SINCE + 86_400.0).kwh


def test_loads_are_what_is_left_over() -> None:
    kinds = {"pv": 3.0, "imported": 1.0, "exported": 0.5, "charged": 1.0, "discharged": 0.2, "load": 2.4}
    own = Quarters(SINCE, {EnergyKind(name): np.array([kwh]) for name, kwh in kinds.items()})
    assert with_left_over(own).kwh[EnergyKind.LOAD].tolist() == pytest.approx([2.7])


def test_of_a_meter_the_total_is_counted_or_its_phases() -> None:
    phases = [f"grid/30/Ac/L{n}/Energy/Forward" for n in (1, 2)]
    assert counters_of(EnergyKind.IMPORTED, [*phases, "grid/30/Ac/Energy/Forward"]) == ["grid/30/Ac/Energy/Forward"]
    assert counters_of(EnergyKind.IMPORTED, phases) == phases
    assert counters_of(EnergyKind.CHARGED, phases) == []
    assert counters_of(PV, ["solarcharger/278/Yield/System", "solarcharger/278/Yield/User"]) == [
        "solarcharger/278/Yield/System"
    ]


def test_the_day_of_25_hours_is_compared_whole() -> None:
    longest = date(2026, 10, 25)
    since, until = midnight(longest, ZONE), midnight(longest + timedelta(days=1), ZONE)
    course = Quarters(since, {PV: np.ones(100)})
    (found,) = compare_day(Day(longest, since, until, ZONE), course, course, course, Known())
    assert found.ours == 100.0


def test_a_quarter_of_which_a_mean_is_missing_is_not_known() -> None:
    at = SINCE + 300.0 * (np.arange(13, dtype=np.float64) - 0.5)
    watts = np.full(13, 1000.0)
    watts[5] = np.nan
    course = own_quarters(Powers(at=at, pv=watts), SINCE, SINCE + 3600.0).kwh[PV]
    assert np.isnan(course).tolist() == [False, True, False, False]
    assert course[0] == pytest.approx(0.25)
