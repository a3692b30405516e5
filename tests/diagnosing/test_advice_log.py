"""Advice is read back from the log as it was written; a line that is not ours is no advice, and stops nothing."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.diagnosing.ess.advice_log import KIND, Followed, HourAdvised, came_of, told_of
from victron_console.store.records import Event

T0 = 1_763_899_200.0
TOLD: dict[str, Any] = {
    "status": "ok", "reserve_kwh": 1.5, "saving_a_day": 0.4, "currency": "EUR",
    "pv": {"low": 1.0, "usual": 2, "high": 3.0, "days": 9, "words": "measured"},
    "prices": {"since": T0, "buy": [0.1, 0.4], "sell": [0.05, 0.05]},
    "steps": [[T0, T0 + 3600, "charge from grid", 2400, 80]],
}  # fmt: skip
CAME: dict[str, Any] = {
    "day": "2025-11-23", "followed": "followed in part", "seen": 20, "judged": 24, "cost": 1.2, "usual_cost": 1.5,
    "saved": None, "expected": 0.3, "currency": "EUR", "reason": "",
}  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
ODD = st.recursive(
    SCALARS, lambda it: st.lists(it, max_size=4) | st.dictionaries(st.sampled_from([*TOLD, *CAME]), it, max_size=4)
)


def line(details: dict[str, Any]) -> Event:
    return Event(T0, "alder", KIND, "set it", details)


def test_what_was_written_is_read_back() -> None:
    told, came = told_of(line(TOLD)), came_of(line({"came": CAME, "imported": True}))
    assert told is not None and came is not None
    assert told.hours == {
        T0: HourAdvised("charge from grid", 2400, 80, 0.1, 0.05),
        T0 + 3600: HourAdvised("self-consumption", 0.0, 0.0, 0.4, 0.05),
    }
    assert (told.saving_a_day, told.reserve_kwh, told.pv["usual"], told.change) == (0.4, 1.5, 2.0, True)
    assert (came.day, came.followed, came.saved, came.cost) == (date(2025, 11, 23), Followed.PARTLY, None, 1.2)
    bare = told_of(line({"status": "no tariff"}))
    assert bare is not None and not bare.hours and not bare.pv


@pytest.mark.parametrize(
    "odd",
    [{"prices": 7}, {"prices": {"since": 1e300, "buy": [1], "sell": [1]}}, {"prices": {"buy": [], "sell": []}},
     {"prices": {"since": T0, "buy": [None], "sell": [1]}}, {"steps": [[1, 2]]}, {"steps": "x"}, {"pv": {"usual": 1}},
     {"pv": {**TOLD["pv"], "low": "1"}}, {"pv": 7}, {"saving_a_day": "much"}, {"reserve_kwh": 1e300},
     {"currency": {}}, {"steps": [[T0, T0 + 1, 7, 1, 1]]}],
)  # fmt: skip
def test_an_advice_with_odd_details_is_none(odd: dict[str, Any]) -> None:
    assert told_of(line(TOLD | odd)) is None


@pytest.mark.parametrize(
    "odd",
    [{"day": "someday"}, {"day": "0001-01-01"}, {"day": None}, {"day": 7e300}, {"followed": "blindly"}, {"cost": "1"},
     {"expected": None}, {"saved": float("inf")}, {"reason": 7}],
)  # fmt: skip
def test_an_outcome_with_odd_details_is_none(odd: dict[str, Any]) -> None:
    assert came_of(line({"came": CAME | odd})) is None
    assert came_of(line({"came": {key: value for key, value in CAME.items() if key not in odd}})) is None


@pytest.mark.slow
@given(st.sampled_from([*TOLD]), st.sampled_from([*CAME]), ODD)
def test_whatever_a_bundle_puts_in_place_of_details_stops_nothing(of_told: str, of_came: str, odd: object) -> None:
    for details in (TOLD | {of_told: odd}, {"came": CAME | {of_came: odd}}, {"came": odd}):
        event = line(json.loads(json.dumps(details)))
        assert told_of(event) is None or came_of(event) is None
